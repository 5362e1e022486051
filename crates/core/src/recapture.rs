//! What a person is asked to capture again, and why: for their device, so only what better pictures can mend.

use serde::{Deserialize, Serialize};

use crate::{
    acceptance::NO_BACK,
    document::Side,
    evidence::EvidenceKind,
    finding::{Check, Code, Finding, Outcome, Reason},
    words::words,
};

words! {
    /// A step of the capture.
    pub enum Capture {
        DocumentFront = "document_front",
        DocumentBack = "document_back",
        /// The person's face.
        Liveness = "liveness",
    }
}

impl Capture {
    /// The evidence that it gives.
    pub const fn evidence(self) -> EvidenceKind {
        match self {
            Self::DocumentFront => EvidenceKind::DocumentFront,
            Self::DocumentBack => EvidenceKind::DocumentBack,
            Self::Liveness => EvidenceKind::Selfie,
        }
    }

    /// The step whose pictures a finding speaks of.
    const fn of(finding: &Finding) -> Self {
        match finding.check {
            Check::FaceQuality
            | Check::FaceMatch
            | Check::SelfieSource
            | Check::KnownFace
            | Check::AgeEstimate
            | Check::GenderEstimate
            | Check::PassiveLiveness
            | Check::ActiveLiveness => Self::Liveness,
            _ => match finding.side {
                Some(Side::Back) => Self::DocumentBack,
                Some(Side::Front) | None => Self::DocumentFront,
            },
        }
    }
}

/// A step that is wanted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub capture: Capture,
    /// What was wrong with it; empty where somebody asked again without saying.
    pub reasons: Vec<Reason>,
}

/// What a person is asked for again by a decision with these reasons over these findings. Never empty: when nothing says
/// which step it was, it is every one of `all`.
pub fn wanted(findings: &[Finding], decided: &[Reason], all: &[Capture]) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = vec![];
    let mut add = |finding: &Finding, reasons: Vec<&Reason>| {
        let capture = Capture::of(finding);
        if reasons.is_empty() || !all.contains(&capture) && capture != Capture::DocumentBack {
            return;
        }
        let at = wanted.iter().position(|w| w.capture == capture).unwrap_or_else(|| {
            wanted.push(Wanted { capture, reasons: vec![] });
            wanted.len() - 1
        });
        let known = &mut wanted[at].reasons;
        for reason in reasons {
            if !known.contains(reason) {
                known.push(reason.clone());
            }
        }
    };
    let poor = |finding: &Finding| finding.outcome != Outcome::Clear;
    for finding in findings.iter().filter(|f| poor(f)) {
        let mends = |r: &&Reason| r.code.is_capture() && decided.contains(r);
        add(finding, finding.reasons.iter().filter(mends).collect());
    }
    // Fields that could not be read for the sake of a poor picture.
    if decided.iter().any(|r| r.code == Code::Failed(Check::RequiredFields)) {
        for finding in findings.iter().filter(|f| f.check == Check::ImageQuality && poor(f)) {
            add(finding, finding.reasons.iter().filter(|r| r.code.is_capture()).collect());
        }
    }
    if wanted.is_empty() {
        wanted.extend(all.iter().map(|capture| Wanted { capture: *capture, reasons: vec![] }));
    }
    // Whether a document has a back is not known as long as its front shows none.
    let none = |w: &Wanted| {
        w.capture == Capture::DocumentFront && w.reasons.iter().any(|r| r.code == Code::NoDocument)
    };
    if wanted.iter().any(none) {
        let guessed = |r: &Reason| r.code == Code::BackNotCaptured && r.detail == NO_BACK;
        wanted.retain(|w| w.capture != Capture::DocumentBack || !w.reasons.iter().all(guessed));
    }
    wanted.sort_by_key(|w| w.capture);
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Capture; 2] = [Capture::DocumentFront, Capture::Liveness];

    fn decided(findings: &[Finding]) -> Vec<Reason> {
        findings.iter().flat_map(|f| f.reasons.clone()).collect()
    }

    fn of(findings: &[Finding], decided: &[Reason]) -> Vec<(Capture, Vec<Code>)> {
        let wanted = wanted(findings, decided, &ALL);
        wanted.into_iter().map(|w| (w.capture, w.reasons.into_iter().map(|r| r.code).collect())).collect()
    }

    #[test]
    fn each_step_is_asked_for_again_for_its_own_reasons() {
        let findings = [
            Finding::not_assessed(Check::PassiveLiveness, Code::FaceTooDark, "more light"),
            Finding::new(Check::DocumentAsAsked, Outcome::Fail)
                .on(Side::Back)
                .because(Code::BackNotCaptured, "turn"),
            Finding::new(Check::DocumentReadable, Outcome::Fail)
                .on(Side::Front)
                .because(Code::TooBlurry, "hold still"),
            Finding::new(Check::IsIdentityDocument, Outcome::Fail)
                .on(Side::Front)
                .because(Code::NoDocument, "show it"),
            Finding::new(Check::FaceMatch, Outcome::Fail).because(Code::FaceMismatch, "somebody else"),
        ];
        let expected = [
            (Capture::DocumentFront, vec![Code::TooBlurry, Code::NoDocument]),
            (Capture::DocumentBack, vec![Code::BackNotCaptured]),
            (Capture::Liveness, vec![Code::FaceTooDark]),
        ];
        assert_eq!(of(&findings, &decided(&findings)), expected);
    }

    #[test]
    fn what_did_not_decide_is_not_asked_for() {
        let hint = Finding::new(Check::ImageQuality, Outcome::Consider)
            .on(Side::Back)
            .because(Code::Glare, "a hint");
        let dark = Finding::not_assessed(Check::PassiveLiveness, Code::FaceTooDark, "more light");
        let reasons = dark.reasons.clone();
        assert_eq!(of(&[hint, dark], &reasons), [(Capture::Liveness, vec![Code::FaceTooDark])]);
    }

    #[test]
    fn a_back_is_not_asked_for_while_the_front_shows_no_document() {
        let nothing = Finding::new(Check::IsIdentityDocument, Outcome::Fail)
            .on(Side::Front)
            .because(Code::NoDocument, "show the whole document");
        let back = Finding::new(Check::DocumentAsAsked, Outcome::Fail)
            .on(Side::Back)
            .because(Code::BackNotCaptured, NO_BACK);
        let findings = [nothing, back];
        let front = vec![(Capture::DocumentFront, vec![Code::NoDocument])];
        assert_eq!(of(&findings, &decided(&findings)), front);
    }

    #[test]
    fn unread_fields_are_the_poor_pictures_fault() {
        let poor = Finding::new(Check::ImageQuality, Outcome::Consider)
            .on(Side::Front)
            .because(Code::TooBlurry, "a");
        let unread = Finding::new(Check::RequiredFields, Outcome::Fail);
        let reasons = [Reason::new(Code::Failed(Check::RequiredFields), "see the finding")];
        assert_eq!(of(&[poor, unread], &reasons), [(Capture::DocumentFront, vec![Code::TooBlurry])]);
    }

    #[test]
    fn whoever_asks_again_without_saying_why_asks_for_everything() {
        let expected = [(Capture::DocumentFront, vec![]), (Capture::Liveness, vec![])];
        assert_eq!(of(&[], &[]), expected);
        let face = wanted(&[], &[], &[Capture::Liveness]);
        assert_eq!(face.len(), 1);
    }
}
