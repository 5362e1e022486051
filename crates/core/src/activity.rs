//! How often and how fast somebody came lately, against what a policy takes for usual.

use crate::{
    finding::{Check, Code, Finding, Outcome},
    policy::ActivityLimits,
};

/// What was counted of one submission and those before it within the window, this one included. Absent where there was
/// nothing to count by: no address, no device, no consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Tries of this person, user or document that led to no approval.
    pub attempts: Option<u32>,
    pub people_on_device: Option<u32>,
    pub people_at_address: Option<u32>,
    /// From the consent to the submission.
    pub seconds: Option<i64>,
}

/// [`Check::Activity`]; none where the policy counts nothing. It asks for a look and never fails: many people live behind
/// one address, and some are quick.
pub fn finding(limits: &ActivityLimits, counts: &Counts) -> Option<Finding> {
    let counted = [
        (
            "attempts",
            limits.attempts_per_person,
            counts.attempts,
            Code::ManyAttempts,
            "tries of this person or document without an approval",
        ),
        (
            "people_on_device",
            limits.people_per_device,
            counts.people_on_device,
            Code::ManyPeopleOnDevice,
            "people on this device",
        ),
        (
            "people_at_address",
            limits.people_per_address,
            counts.people_at_address,
            Code::ManyPeopleAtAddress,
            "people at this internet address",
        ),
    ];
    if counted.iter().all(|(_, most, ..)| most.is_none()) && limits.fastest_s.is_none() {
        return None;
    }
    let mut finding = Finding::new(Check::Activity, Outcome::Clear);
    let mut score: Option<f64> = None;
    let mut note = |share: f64| score = Some(score.unwrap_or(1.0).min(share.clamp(0.0, 1.0)));
    let window = limits.window_s;
    for (part, most, count, code, what) in counted {
        let (Some(most), Some(count)) = (most, count) else { continue };
        let usual = count <= most;
        note(if usual { 1.0 } else { f64::from(most) / f64::from(count.max(1)) });
        finding.parts.insert(part.to_owned(), usual);
        let detail = format!("{count} {what} within {window} s, usual are at most {most}");
        finding = finding.because(if usual { Code::ComparedWith } else { code }, detail);
    }
    if let (Some(fastest), Some(seconds)) = (limits.fastest_s, counts.seconds) {
        let usual = seconds >= i64::from(fastest);
        note(if usual { 1.0 } else { seconds.max(0) as f64 / f64::from(fastest.max(1)) });
        finding.parts.insert("pace".to_owned(), usual);
        let detail = format!("handed in {seconds} s after the consent, a person takes at least {fastest} s");
        finding = finding.because(if usual { Code::ComparedWith } else { Code::FasterThanAPerson }, detail);
    }
    let Some(score) = score else {
        let detail = "there was no address, device, person or consent to count by";
        return Some(Finding::not_assessed(Check::Activity, Code::NothingToCompareWith, detail));
    };
    // What asks for a look is told first.
    finding.reasons.sort_by_key(|reason| reason.code == Code::ComparedWith);
    let outcome = if finding.parts.values().all(|usual| *usual) { Outcome::Clear } else { Outcome::Consider };
    Some(Finding { outcome, score: Some(score), threshold: Some(1.0), ..finding })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ActivityLimits = ActivityLimits {
        window_s: 3600,
        attempts_per_person: Some(3),
        people_per_device: Some(2),
        people_per_address: Some(10),
        fastest_s: Some(10),
    };

    #[test]
    fn more_than_usual_asks_for_a_look_and_says_how_much() {
        let usual = Counts {
            attempts: Some(3),
            people_on_device: Some(2),
            people_at_address: Some(10),
            seconds: Some(10),
        };
        let clear = finding(&LIMITS, &usual).unwrap();
        assert_eq!((clear.outcome, clear.score), (Outcome::Clear, Some(1.0)));
        assert!(clear.reasons.iter().all(|r| r.code == Code::ComparedWith));
        for (counts, code, part, score) in [
            (Counts { attempts: Some(6), ..usual }, Code::ManyAttempts, "attempts", 0.5),
            (
                Counts { people_on_device: Some(4), ..usual },
                Code::ManyPeopleOnDevice,
                "people_on_device",
                0.5,
            ),
            (
                Counts { people_at_address: Some(100), ..usual },
                Code::ManyPeopleAtAddress,
                "people_at_address",
                0.1,
            ),
            (Counts { seconds: Some(1), ..usual }, Code::FasterThanAPerson, "pace", 0.1),
        ] {
            let found = finding(&LIMITS, &counts).unwrap();
            assert_eq!((found.outcome, &found.reasons[0].code), (Outcome::Consider, &code));
            assert_eq!((found.parts[part], found.score), (false, Some(score)));
            assert!(found.reasons.iter().all(|r| Check::Activity.may_say(&r.code)));
        }
    }

    #[test]
    fn what_is_not_asked_or_not_known_says_nothing() {
        assert_eq!(finding(&ActivityLimits::default(), &Counts::default()), None);
        let unknown = finding(&LIMITS, &Counts::default()).unwrap();
        assert_eq!((unknown.outcome, unknown.score), (Outcome::NotAssessed, None));
        let only_pace = ActivityLimits { fastest_s: Some(10), ..ActivityLimits::default() };
        let counts = Counts { attempts: Some(99), seconds: Some(60), ..Counts::default() };
        assert_eq!(finding(&only_pace, &counts).unwrap().outcome, Outcome::Clear);
    }
}
