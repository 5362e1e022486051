//! Is this face known under another name, or blocked? A search through every template of the organization (1:N,
//! ISO/IEC 19795-1 identification), as opposed to the comparison of two (1:1).

use bonafide_core::finding::{Check, Code, Finding, Outcome};

use super::calibration;

/// The false match rate of one comparison at which two templates are taken for one person. A search makes as
/// many comparisons as there are templates, so it has to be much smaller than in a comparison of two: among
/// 100,000 people one innocent in ten has a chance hit.
pub const FALSE_MATCH_RATE: f64 = 1e-6;

/// The least calibrated similarity of a hit.
pub fn threshold() -> f64 {
    calibration::threshold_for_fmr(FALSE_MATCH_RATE)
}

/// What the search found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Search {
    /// Templates of other people that were compared.
    pub compared: usize,
    /// Templates that other networks made: they cannot be compared.
    pub incomparable: usize,
    /// Hits whose documents carry the same last name and birth date.
    pub same_holder: usize,
    /// Hits whose documents carry another.
    pub other_holder: usize,
    /// Hits without a document that was read.
    pub unknown_holder: usize,
    /// Hits on the organization's block list.
    pub blocked: usize,
}

/// [`Check::KnownFace`]. A person who comes back is clear; a face under another name asks for a look, since twins
/// exist and searches err; a blocked face fails.
pub fn finding(search: &Search) -> Finding {
    if search.compared == 0 {
        let detail = match search.incomparable {
            0 => "there is no other face to compare with".to_owned(),
            n => format!("the {n} other faces were measured by other networks and cannot be compared"),
        };
        return Finding::not_assessed(Check::KnownFace, Code::NothingToCompareWith, detail);
    }
    let elsewhere = search.other_holder + search.unknown_holder;
    let outcome = match (search.blocked, elsewhere) {
        (0, 0) => Outcome::Clear,
        (0, _) => Outcome::Consider,
        _ => Outcome::Fail,
    };
    let told = [
        (search.blocked, Code::FaceBlocked, "a face of the block list"),
        (
            search.other_holder,
            Code::FaceOfAnotherHolder,
            "the face that came with another name or birth date",
        ),
        (search.unknown_holder, Code::FaceSeenBefore, "the face that came before, without a name to compare"),
        (
            search.same_holder,
            Code::HolderSeenBefore,
            "the face that came with the same name and birth date before",
        ),
    ];
    let finding = Finding {
        score: Some(if outcome == Outcome::Clear { 1.0 } else { 0.0 }),
        threshold: Some(0.5),
        ..Finding::new(Check::KnownFace, outcome)
    };
    let finding = told.into_iter().filter(|(n, ..)| *n > 0).fold(finding, |finding, (n, code, what)| {
        finding.because(code, format!("this is {what} ({n} times)"))
    });
    let detail = format!("compared with {} faces at a false match rate of 1 in 1,000,000", search.compared);
    let finding = finding.because(Code::ComparedWith, detail);
    match search.incomparable {
        0 => finding,
        n => finding.because(Code::NotCompared, format!("{n} faces were measured by other networks")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hit_has_its_word_and_its_gravity() {
        let told = |search: Search| {
            let finding = finding(&search);
            (finding.outcome, finding.reasons[0].code.clone())
        };
        let none = Search { compared: 9, ..Search::default() };
        assert_eq!(told(none), (Outcome::Clear, Code::ComparedWith));
        assert_eq!(told(Search { same_holder: 2, ..none }), (Outcome::Clear, Code::HolderSeenBefore));
        assert_eq!(told(Search { other_holder: 1, ..none }), (Outcome::Consider, Code::FaceOfAnotherHolder));
        assert_eq!(told(Search { unknown_holder: 1, ..none }), (Outcome::Consider, Code::FaceSeenBefore));
        let nothing = (Outcome::NotAssessed, Code::NothingToCompareWith);
        assert_eq!(told(Search { incomparable: 3, ..Search::default() }), nothing);
        assert_eq!(told(Search::default()), nothing);
        assert_eq!(told(Search { blocked: 1, other_holder: 1, ..none }), (Outcome::Fail, Code::FaceBlocked));
    }
}
