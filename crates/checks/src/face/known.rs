//! Is this face known under another name? A search through every template of the organization (1:N, ISO/IEC 19795-1
//! identification), as opposed to the comparison of two (1:1).

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
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Search {
    /// Templates of other people that were compared.
    pub compared: usize,
    /// Templates that other networks made: they cannot be compared.
    pub incomparable: usize,
    /// The highest similarity to anybody but the same person: to strangers, and to hits with another holder.
    pub highest: f64,
    /// Hits whose documents carry the same name and birth date.
    pub same_holder: usize,
    /// Hits with the same given names and birth date and another surname, as after a marriage.
    pub renamed: usize,
    /// Hits whose documents carry another name or birth date.
    pub other_holder: usize,
    /// The same, but refused then, or approved beside this person by somebody who looked.
    pub settled: usize,
    /// Hits without a document that was read.
    pub unknown_holder: usize,
}

/// [`Check::KnownFace`]. A person who comes back is clear, under a married name too; a face under another name asks for
/// a look, since twins exist and searches err.
pub fn finding(search: &Search) -> Finding {
    if search.compared == 0 {
        let detail = match search.incomparable {
            0 => "there is no other face to compare with".to_owned(),
            n => format!("the {n} other faces were measured by other networks and cannot be compared"),
        };
        return Finding::not_assessed(Check::KnownFace, Code::NothingToCompareWith, detail);
    }
    let outcome = if search.other_holder > 0 { Outcome::Consider } else { Outcome::Clear };
    let told = [
        (
            search.other_holder,
            Code::FaceOfAnotherHolder,
            format!(
                "the face that came with another name or birth date (similarity {:.2}, one person from {:.2})",
                search.highest,
                threshold()
            ),
        ),
        (
            search.settled,
            Code::FaceSeenBefore,
            "a face with another name that was refused or approved by somebody who looked".to_owned(),
        ),
        (
            search.unknown_holder,
            Code::FaceSeenBefore,
            "the face that came before, without a name to compare".to_owned(),
        ),
        (
            search.same_holder,
            Code::HolderSeenBefore,
            "the face that came with the same name and birth date before".to_owned(),
        ),
        (
            search.renamed,
            Code::HolderSeenBefore,
            "the face that came with the same given name and birth date under another surname".to_owned(),
        ),
    ];
    let finding = Finding {
        score: Some(1.0 - search.highest.clamp(0.0, 1.0)),
        threshold: Some(1.0 - threshold()),
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
        let none = Search { compared: 9, highest: 0.2, ..Search::default() };
        assert_eq!(told(none), (Outcome::Clear, Code::ComparedWith));
        assert_eq!(told(Search { same_holder: 2, ..none }), (Outcome::Clear, Code::HolderSeenBefore));
        assert_eq!(told(Search { renamed: 1, ..none }), (Outcome::Clear, Code::HolderSeenBefore));
        assert_eq!(told(Search { unknown_holder: 1, ..none }), (Outcome::Clear, Code::FaceSeenBefore));
        assert_eq!(told(Search { settled: 1, ..none }), (Outcome::Clear, Code::FaceSeenBefore));
        let other = Search { other_holder: 1, same_holder: 3, highest: 0.9, ..none };
        assert_eq!(told(other), (Outcome::Consider, Code::FaceOfAnotherHolder));
        let nothing = (Outcome::NotAssessed, Code::NothingToCompareWith);
        assert_eq!(told(Search { incomparable: 3, ..Search::default() }), nothing);
        assert_eq!(told(Search::default()), nothing);
    }

    /// What a reader sees: the score is below its threshold exactly where somebody should look.
    #[test]
    fn the_score_is_that_of_the_comparison() {
        let hit = finding(&Search { compared: 9, other_holder: 1, highest: 0.93, ..Search::default() });
        assert!((hit.score.unwrap() - 0.07).abs() < 1e-9 && hit.score < hit.threshold, "{hit:?}");
        assert!(hit.reasons[0].detail.contains("0.93"), "{hit:?}");
        let clear = finding(&Search { compared: 9, highest: 0.31, ..Search::default() });
        assert!(clear.score > clear.threshold, "{clear:?}");
    }
}
