//! What `settings.sandbox` may ask for: words of steps, a reason that is to be found, and what applies from the next
//! submission on.

use bonafide_core::{
    finding::{Check, Code, Outcome},
    nearest::instead,
    policy::{Consequence, Policy},
    problem::{Problem, Rule},
    reason::Group,
    verification::Kind,
};
use serde_json::{Map, Value};

use super::scenarios::SCENARIOS;
use crate::base::{
    caller::Caller,
    error::{Error, Result},
};

/// Where the outcomes are steered from.
const FIELD: &str = "settings.sandbox";
/// Beside the steps: the word of a reason.
const REASON: &str = "reason";
/// Beside a reason that may lead to more than one thing: which.
const LEADS_TO: &str = "leads_to";
/// Beside the steps: the same of the submissions after this one.
const THEN: &str = "then";

/// What a reason leads to that a sandbox is steered to, when everything else is in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steered {
    /// The submission ends as if the person could not go on.
    Abort,
    /// This check comes out so for that reason, and the person is asked again.
    Retry(Check, Outcome),
    /// This check comes out so for that reason, and the verification is declined.
    Decline(Check, Outcome),
}

impl Steered {
    /// In the words of scenarios, and of `settings.sandbox.leads_to`.
    pub const fn leads_to(self) -> &'static str {
        match self {
            Self::Abort => "aborted",
            Self::Retry(..) => "retry",
            Self::Decline(..) => "declined",
        }
    }
}

/// What may come of it when a sandbox is steered to a reason, what comes of it by itself first; nothing for one that a
/// verification of this kind cannot be steered to.
pub fn steered(kind: Kind, reason: &Code) -> Vec<Steered> {
    let check = Check::ALL.into_iter().find(|check| is_steered(kind, *check) && check.may_say(reason));
    let of =
        |check, to: &[fn(Check, Outcome) -> Steered]| to.iter().map(|to| to(check, worst(check))).collect();
    match (reason.group(), check) {
        // Nobody captures what the organization hands in.
        (Group::Stopped, _) if !kind.brings_pictures() => vec![Steered::Abort],
        (Group::Capture, Some(check)) => of(check, &[Steered::Retry]),
        (Group::Verdict, Some(check)) => of(check, &[Steered::Decline, Steered::Retry]),
        // Of what could not run, this alone says nothing of why.
        (Group::NotRun, Some(check)) if *reason == Code::CheckFailed => {
            vec![Steered::Retry(check, Outcome::NotAssessed)]
        }
        _ => vec![],
    }
}

/// Whether the check is one of this kind of verification, and leads where it is steered to whatever else was found.
const fn is_steered(kind: Kind, check: Check) -> bool {
    match kind {
        Kind::FaceAuthentication => matches!(
            check,
            Check::FaceQuality
                | Check::FaceMatch
                | Check::SelfieSource
                | Check::BlockList
                | Check::PassiveLiveness
                | Check::ActiveLiveness
        ),
        Kind::DocumentVerification => matches!(
            check,
            Check::ImageQuality
                | Check::IsIdentityDocument
                | Check::DocumentAsAsked
                | Check::OnlineDuplication
                | Check::DocumentReadable
                | Check::DocumentExpired
                | Check::DateConsistency
                | Check::SuspiciousWords
                | Check::ImageManipulation
                | Check::DocumentAccepted
                | Check::MrzCheckDigits
                | Check::DocumentNumberCrosscheck
                | Check::NameCrosscheck
                | Check::AddressCrosscheck
                | Check::BirthDateCrosscheck
                | Check::Declaration
        ),
        Kind::AddressVerification => matches!(
            check,
            Check::ImageQuality
                | Check::DocumentReadable
                | Check::ImageManipulation
                | Check::DocumentAccepted
                | Check::DocumentSeal
                | Check::NameCrosscheck
                | Check::AddressCrosscheck
        ),
        // How often somebody comes declines nobody, and a field that is missing in a poor picture is asked for again.
        Kind::IdentityVerification => !matches!(check, Check::Activity | Check::RequiredFields),
    }
}

/// The worst that a check comes out as.
const fn worst(check: Check) -> Outcome {
    match check {
        // Traces of editing are never more than a doubt.
        Check::ImageManipulation => Outcome::Consider,
        _ => Outcome::Fail,
    }
}

/// Refuses steering outside a sandbox, and what is no scenario.
pub(crate) fn check(caller: &Caller, settings: &Value) -> Result<()> {
    let Some(asked) = settings.get("sandbox") else { return Ok(()) };
    if !caller.sandbox {
        let message =
            "is only possible with the keys of a sandbox (`bonafide oauth-clients create --sandbox`)";
        return Err(Error::invalid(FIELD, Rule::Other, message));
    }
    let mut problems = vec![];
    look_at(FIELD, asked, &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

fn look_at(field: &str, asked: &Value, problems: &mut Vec<Problem>) {
    let Some(members) = asked.as_object() else {
        problems.push(Problem::new(field, Rule::Type, "must be an object of steps and scenarios"));
        return;
    };
    for (name, value) in members {
        let at = format!("{field}.{name}");
        match name.as_str() {
            THEN => look_at(&at, value, problems),
            REASON => problems.extend(wrong_reason(at, value)),
            LEADS_TO => problems.extend(wrong_end(at, members.get(REASON), value)),
            step => problems.extend(wrong_word(at, step, value)),
        }
    }
}

fn wrong_reason(field: String, value: &Value) -> Option<Problem> {
    let Some(word) = value.as_str() else {
        return Some(Problem::new(field, Rule::Type, "must be the word of a reason"));
    };
    // Most can be steered to in an identity verification; what an authentication has no check for does nothing there.
    let known = |reason: &Code| !steered(Kind::IdentityVerification, reason).is_empty();
    if known(&Code::parse(word)) {
        return None;
    }
    let known: Vec<_> = Code::NAMED.iter().filter(|code| known(code)).map(Code::word).collect();
    let instead = instead(word, known.iter().map(AsRef::as_ref));
    Some(Problem::new(field, Rule::Enum, format!("is no reason that can be steered to; {instead}")))
}

fn wrong_end(field: String, reason: Option<&Value>, to: &Value) -> Option<Problem> {
    let reason = Code::parse(reason.and_then(Value::as_str).unwrap_or_default());
    let possible = steered(Kind::IdentityVerification, &reason).into_iter().map(Steered::leads_to);
    let possible: Vec<&str> = possible.collect();
    if possible.iter().any(|word| to == word) {
        return None;
    }
    let message = match possible.as_slice() {
        [] => format!("needs a {REASON} that can be steered to beside it"),
        words => format!("must be {}, which is where this {REASON} can lead to", words.join(" or ")),
    };
    Some(Problem::new(field, Rule::Enum, message))
}

fn wrong_word(field: String, step: &str, word: &Value) -> Option<Problem> {
    let mine = || SCENARIOS.iter().filter(|s| s.step == step);
    if mine().any(|s| *word == s.word) {
        return None;
    }
    let words: Vec<&str> = mine().map(|s| s.word).collect();
    if words.is_empty() {
        let known = SCENARIOS.iter().map(|s| s.step).chain([REASON, LEADS_TO, THEN]);
        return Some(Problem::new(field, Rule::Unknown, format!("is no step; {}", instead(step, known))));
    }
    Some(Problem::new(field, Rule::Enum, format!("is no scenario; known are {}", words.join(", "))))
}

/// What is asked of one submission, counted from 1.
pub(super) fn of_submission(settings: &Value, submission: u32) -> Option<&Map<String, Value>> {
    let mut asked = settings.get("sandbox")?;
    for _ in 1..submission {
        let Some(then) = asked.get(THEN) else { break };
        asked = then;
    }
    asked.as_object()
}

/// The reason that is asked for, and what it leads to.
pub(super) fn reason(kind: Kind, asked: &Map<String, Value>) -> Option<(Code, Steered)> {
    let reason = Code::parse(asked.get(REASON)?.as_str()?);
    let wanted = asked.get(LEADS_TO).and_then(Value::as_str);
    let to = steered(kind, &reason).into_iter().find(|to| wanted.is_none_or(|word| word == to.leads_to()))?;
    Some((reason, to))
}

/// A policy by which what is asked for comes true: whatever the organization's own makes of that check, and however often the
/// person was asked before.
pub(super) fn allowing(mut policy: Policy, to: Steered, attempt: u32) -> Policy {
    let (check, consequence) = match to {
        Steered::Abort => return policy,
        Steered::Decline(check, _) => (check, Consequence::Decline),
        Steered::Retry(check, outcome) => {
            policy.max_attempts = policy.max_attempts.max(attempt.saturating_add(1));
            if outcome == Outcome::NotAssessed && !policy.required.contains(&check) {
                policy.required.push(check);
            }
            (check, Consequence::Retry)
        }
    };
    for rules in [&mut policy.on_fail, &mut policy.on_consider] {
        rules.retain(|(named, _)| *named != check);
        rules.push((check, consequence));
    }
    policy
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_reason_leads_to() {
        let (idv, fav) = (Kind::IdentityVerification, Kind::FaceAuthentication);
        for (kind, reason, to) in [
            (idv, Code::Glare, Some(Steered::Retry(Check::ImageQuality, Outcome::Fail))),
            (fav, Code::Glare, None),
            (idv, Code::NoFace, Some(Steered::Retry(Check::FaceQuality, Outcome::Fail))),
            (fav, Code::NoFace, Some(Steered::Retry(Check::FaceQuality, Outcome::Fail))),
            (idv, Code::FaceMismatch, Some(Steered::Decline(Check::FaceMatch, Outcome::Fail))),
            (idv, Code::Screenshot, Some(Steered::Decline(Check::ImageManipulation, Outcome::Consider))),
            (fav, Code::CameraRefused, Some(Steered::Abort)),
            (idv, Code::CheckFailed, Some(Steered::Retry(Check::ImageQuality, Outcome::NotAssessed))),
            (idv, Code::ManyAttempts, None),
            (idv, Code::ModelMissing, None),
            (idv, Code::PoliticalOffice, None),
            (idv, Code::ComparedWith, None),
            (idv, Code::Failed(Check::FaceMatch), None),
            (idv, Code::Unknown("of_tomorrow".into()), None),
        ] {
            assert_eq!(steered(kind, &reason).first().copied(), to, "{kind} {reason}");
        }
        let asked = |to: &str| json!({"reason": "not_in_colour", "leads_to": to}).as_object().cloned();
        for (word, to) in [
            ("retry", Some(Steered::Retry(Check::ImageManipulation, Outcome::Consider))),
            ("declined", Some(Steered::Decline(Check::ImageManipulation, Outcome::Consider))),
            ("aborted", None),
        ] {
            let found = reason(idv, &asked(word).unwrap()).map(|(_, to)| to);
            assert_eq!(found, to, "{word}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_wherever_it_is() {
        let wrong = |asked: Value| -> Vec<(String, Rule)> {
            let mut problems = vec![];
            look_at(FIELD, &asked, &mut problems);
            problems.into_iter().map(|problem| (problem.field, problem.rule)).collect()
        };
        let then = json!({"reason": "face_mismatch", "all": "clear"});
        assert_eq!(wrong(json!({"document": "glare", "reason": "camera_refused", "then": then})), []);
        let at = |field: &str, rule| vec![(format!("{FIELD}{field}"), rule)];
        assert_eq!(wrong(json!("clear")), at("", Rule::Type));
        assert_eq!(wrong(json!({"then": {"then": {"face": "blurred"}}})), at(".then.then.face", Rule::Enum));
        assert_eq!(wrong(json!({"then": []})), at(".then", Rule::Type));
        assert_eq!(wrong(json!({"reason": 61301})), at(".reason", Rule::Type));
        assert_eq!(wrong(json!({"reason": "model_missing"})), at(".reason", Rule::Enum));
        assert_eq!(wrong(json!({"reasons": "glare"})), at(".reasons", Rule::Unknown));
        assert_eq!(wrong(json!({"reason": "not_in_colour", "leads_to": "retry"})), []);
        assert_eq!(wrong(json!({"reason": "glare", "leads_to": "declined"})), at(".leads_to", Rule::Enum));
        assert_eq!(wrong(json!({"leads_to": "retry"})), at(".leads_to", Rule::Enum));
    }

    #[test]
    fn the_last_one_goes_on() {
        let settings = json!({"sandbox": {"face": "no_face", "then": {"face": "mismatch", "then": {}}}});
        let face = |submission| of_submission(&settings, submission).and_then(|asked| asked.get("face"));
        assert_eq!(face(1), Some(&json!("no_face")));
        assert_eq!(face(2), Some(&json!("mismatch")));
        assert_eq!((face(3), face(u32::MAX)), (None, None));
        assert_eq!(of_submission(&json!({}), 1), None);
    }
}
