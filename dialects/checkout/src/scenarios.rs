//! The vendor's sandbox scenarios: in a sandbox an applicant's `external_applicant_id` says what comes of the verifications and
//! face authentications that are made for them. Elsewhere the same text is an id like any other.
//!
//! `eaplt_` and 26 characters, filled up with zeros:
//!
//! | begins with | what comes of it |
//! |---|---|
//! | `10000` | approved |
//! | `62XXX0` | declined with 62XXX |
//! | `61XXXI1` | the checks are inconclusive with 61XXX; the retry is approved |
//! | `61XXXA1` | the capture is aborted with 61XXX; the retry is approved |
//! | `61XXXI62XXX`, `61XXXA62XXX` | the same; the retry is declined with 62XXX |
//!
//! An AML verification has no hit where the last word is an approval, and one where it is a decline.
//!
//! A number is turned into a reason that is reported as it, and the engine's sandbox steers the checks to that reason.

use std::collections::BTreeMap;

use bonafide_core::{
    finding::{Check, Code, Outcome},
    problem::{Problem, Rule},
    verification::{Kind, Status},
};
use bonafide_engine::{
    Caller,
    sandbox::{Steered, steered},
};
use serde_json::{Value, json};

use crate::response_codes::{of_reason, response_codes};

const PREFIX: &str = "eaplt_";
/// Characters after it.
const LENGTH: usize = 26;

/// What an id asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    Approved,
    Declined(u32),
    /// A first try that comes to nothing.
    Retried {
        first: First,
        number: u32,
        /// What the retry is declined with; approved where there is none.
        declined: Option<u32>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    Aborted,
    Inconclusive,
}

/// Refuses the id of a new applicant that begins like a scenario and is none that can come true.
pub(crate) fn check(caller: &Caller, external_id: Option<&str>) -> Result<(), Problem> {
    let id = external_id.unwrap_or_default();
    settings(caller, Kind::IdentityVerification, id, "external_applicant_id").map(drop)
}

/// The engine's settings for a verification of an applicant; null where their id asks for nothing. `field` is what names the
/// applicant.
pub(crate) fn settings(
    caller: &Caller,
    kind: Kind,
    external_id: &str,
    field: &str,
) -> Result<Value, Problem> {
    let wanted = external_id.strip_prefix(PREFIX).filter(|rest| caller.sandbox && begins_like_one(rest));
    let Some(rest) = wanted else { return Ok(Value::Null) };
    let steering = parse(rest).and_then(|scenario| steering(kind, scenario));
    match steering {
        Some(steering) => Ok(json!({ "sandbox": steering })),
        None => Err(Problem::new(field, Rule::Other, known(kind))),
    }
}

/// How many hits a search of the lists has for an applicant; none where their id asks for nothing.
pub(crate) fn hits(caller: &Caller, external_id: &str) -> Option<u64> {
    let rest = external_id.strip_prefix(PREFIX).filter(|_| caller.sandbox)?;
    Some(match parse(rest)? {
        Scenario::Approved | Scenario::Retried { declined: None, .. } => 0,
        Scenario::Declined(_) | Scenario::Retried { declined: Some(_), .. } => 1,
    })
}

fn begins_like_one(rest: &str) -> bool {
    let number = rest.get(..5).filter(|start| start.bytes().all(|b| b.is_ascii_digit()));
    number.is_some_and(|n| n == "10000" || n.starts_with("61") || n.starts_with("62"))
}

fn parse(rest: &str) -> Option<Scenario> {
    if rest.len() != LENGTH {
        return None;
    }
    let (start, rest) = rest.split_at_checked(5)?;
    let number: u32 = start.parse().ok()?;
    let zeros = |text: &str| text.bytes().all(|b| b == b'0');
    if number == 10000 {
        return zeros(rest).then_some(Scenario::Approved);
    }
    if number >= 62000 {
        return zeros(rest).then_some(Scenario::Declined(number));
    }
    let (first, rest) = match rest.split_at_checked(1)? {
        ("A", rest) => (First::Aborted, rest),
        ("I", rest) => (First::Inconclusive, rest),
        _ => return None,
    };
    if let Some(rest) = rest.strip_prefix('1') {
        return zeros(rest).then_some(Scenario::Retried { first, number, declined: None });
    }
    let (then, rest) = rest.split_at_checked(5)?;
    let then: u32 = then.parse().ok()?;
    zeros(rest).then_some(Scenario::Retried { first, number, declined: Some(then) })
}

/// What the engine's sandbox is asked for; none for a number that cannot be caused.
fn steering(kind: Kind, scenario: Scenario) -> Option<Value> {
    let declined = |number: u32| causes(kind, Status::Declined).remove(&number);
    Some(match scenario {
        Scenario::Approved => clear(),
        Scenario::Declined(number) => declined(number)?,
        Scenario::Retried { first, number, declined: then } => {
            let mut numbers = match first {
                First::Aborted => aborts(kind),
                First::Inconclusive => causes(kind, Status::RetryRequired),
            };
            let mut steering = numbers.remove(&number)?;
            steering["then"] = match then {
                Some(number) => declined(number)?,
                None => clear(),
            };
            steering
        }
    })
}

fn clear() -> Value {
    json!({ "all": "clear" })
}

/// The numbers that checks can be steered to, each with what the engine's sandbox is asked for, whose reason is reported as it
/// alone. `status`: what they lead to.
fn causes(kind: Kind, status: Status) -> BTreeMap<u32, Value> {
    numbers(kind, status, |to| match to {
        Steered::Retry(check, outcome) if status == Status::RetryRequired => Some(line(check, outcome)),
        Steered::Decline(check, outcome) if status == Status::Declined => Some(line(check, outcome)),
        Steered::Retry(..) | Steered::Decline(..) | Steered::Abort => None,
    })
}

/// What a decision says of the check itself, before the reason.
fn line(check: Check, outcome: Outcome) -> Vec<Code> {
    let line = match outcome {
        Outcome::Fail => Code::Failed,
        Outcome::Consider => Code::Unsure,
        Outcome::NotAssessed | Outcome::Clear => Code::NotAssessed,
    };
    vec![line(check)]
}

/// The numbers that a capture can end with, before it is handed in.
fn aborts(kind: Kind) -> BTreeMap<u32, Value> {
    numbers(kind, Status::RetryRequired, |to| (to == Steered::Abort).then(Vec::new))
}

/// `before`: what is told before the reason, where it is one that is wanted.
fn numbers(
    kind: Kind,
    status: Status,
    before: impl Fn(Steered) -> Option<Vec<Code>>,
) -> BTreeMap<u32, Value> {
    let mut all = BTreeMap::new();
    for reason in Code::NAMED {
        for to in steered(kind, reason) {
            let Some(mut told) = before(to) else { continue };
            told.push(reason.clone());
            if let [alone] = response_codes(kind, status, &told).as_slice()
                && Some(*alone) == of_reason(kind, status, reason)
            {
                let asked = json!({ "all": "clear", "reason": reason, "leads_to": to.leads_to() });
                all.entry(alone.code).or_insert(asked);
            }
        }
    }
    all
}

/// What may be asked for, in words.
fn known(kind: Kind) -> String {
    let list = |all: BTreeMap<u32, Value>| {
        let all: Vec<String> = all.into_keys().map(|number| number.to_string()).collect();
        all.join(", ")
    };
    let (aborted, inconclusive, declined) =
        (list(aborts(kind)), list(causes(kind, Status::RetryRequired)), list(causes(kind, Status::Declined)));
    format!(
        "begins like a sandbox scenario and is none that can come true here: `{PREFIX}` is followed by {LENGTH} characters \
         and zeros at their end: 10000; 62XXX0 with {declined}; 61XXXI1 or 61XXXI62XXX with {inconclusive}; 61XXXA1 or \
         61XXXA62XXX with {aborted}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_id_says() {
        let inconclusive =
            |declined| Some(Scenario::Retried { first: First::Inconclusive, number: 61301, declined });
        let aborted = |declined| Some(Scenario::Retried { first: First::Aborted, number: 61113, declined });
        for (rest, scenario) in [
            ("10000000000000000000000000", Some(Scenario::Approved)),
            ("62304000000000000000000000", Some(Scenario::Declined(62304))),
            ("61301I10000000000000000000", inconclusive(None)),
            ("61113A10000000000000000000", aborted(None)),
            ("61301I62304000000000000000", inconclusive(Some(62304))),
            ("61113A62304000000000000000", aborted(Some(62304))),
            // Nobody's capture ends with what only checks find.
            ("61301A10000000000000000000", None),
            ("61113I10000000000000000000", None),
            // One too few, one too many, no zeros, another letter, an umlaut.
            ("1000000000000000000000000", None),
            ("100000000000000000000000000", None),
            ("10000000000000000000000001", None),
            ("62304000000000000000000001", None),
            ("61301X10000000000000000000", None),
            ("61301i10000000000000000000", None),
            ("61301000000000000000000000", None),
            ("61301I6230400000000000000a", None),
            ("61301I\u{e4}000000000000000000", None),
            ("61301I+2304000000000000000", None),
        ] {
            let parsed = parse(rest).filter(|s| steering(Kind::IdentityVerification, *s).is_some());
            assert_eq!(parsed, scenario, "{rest}");
        }
    }

    #[test]
    fn an_id_that_begins_like_none_is_an_id() {
        for rest in ["", "01kt1gw6g0fmj99z5sfwzpmy4a", "6300", "63001000000000000000000000", "20000", "62x04"]
        {
            assert!(!begins_like_one(rest), "{rest}");
        }
        assert!(begins_like_one("10000") && begins_like_one("61301") && begins_like_one("62999 and more"));
    }

    /// Of what the table of response codes can say, everything but what the vendor says of a first attempt that nobody began.
    #[test]
    fn every_number_can_be_caused() {
        let idv = Kind::IdentityVerification;
        let numbers = |all: BTreeMap<u32, Value>| all.into_keys().collect::<Vec<u32>>();
        assert_eq!(numbers(aborts(idv)), [61111, 61112, 61113, 61121, 61201, 61202, 61203]);
        assert_eq!(
            numbers(causes(idv, Status::RetryRequired)),
            [
                61301, 61302, 61303, 61310, 61311, 61312, 61401, 61402, 61410, 61411, 61412, 61413, 61414,
                61901
            ]
        );
        assert_eq!(
            numbers(causes(idv, Status::Declined)),
            [62101, 62102, 62201, 62202, 62301, 62304, 62305, 62307, 62399, 62401, 62402, 62405]
        );
        let fav = Kind::FaceAuthentication;
        assert_eq!(numbers(aborts(fav)), numbers(aborts(idv)));
        assert_eq!(
            numbers(causes(fav, Status::RetryRequired)),
            [61401, 61402, 61410, 61411, 61412, 61413, 61414, 61901]
        );
        let doc = Kind::DocumentVerification;
        assert_eq!(numbers(aborts(doc)), [0; 0], "nobody captures");
        assert_eq!(
            numbers(causes(doc, Status::RetryRequired)),
            [61301, 61302, 61303, 61310, 61311, 61312, 61901]
        );
        assert_eq!(
            numbers(causes(doc, Status::Declined)),
            [62101, 62102, 62201, 62202, 62301, 62307, 62399, 62401]
        );
    }
}
