//! `online_duplication`: what the search for the same picture or document among earlier ones says.

use bonafide_core::{
    document::Side,
    finding::{Check, Code, Finding, Outcome},
};

use super::fingerprint::Likeness;

/// What one side was compared with, and the matches.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Search {
    /// Sides of documents of other people that the organization has on record.
    pub earlier: usize,
    /// Published specimens on the list.
    pub specimens: usize,
    /// The matches among the earlier ones.
    pub alike: Vec<Likeness>,
    /// How many specimens it is.
    pub published: usize,
}

/// A weak signal: people come back, and families photograph documents alike. So the same document of the same
/// holder is clear and only told; the same picture, or a number that was another's, asks for a look; a
/// published specimen fails.
pub fn finding(side: Side, search: &Search) -> Finding {
    let check = Check::OnlineDuplication;
    if search.earlier + search.specimens == 0 {
        let detail = "there is no earlier document and no published specimen to compare with";
        return Finding::not_assessed(check, Code::NothingToCompareWith, detail).on(side);
    }
    let count = |of: fn(&Likeness) -> bool| search.alike.iter().filter(|l| of(l)).count();
    let pictures = count(|l| matches!(l, Likeness::SamePicture { .. }));
    let others = count(|l| matches!(l, Likeness::SameDocument { same_holder: Some(false) }));
    let unknown = count(|l| matches!(l, Likeness::SameDocument { same_holder: None }));
    let again = count(|l| matches!(l, Likeness::SameDocument { same_holder: Some(true) }));
    let outcome = match (search.published, pictures + others + unknown) {
        (0, 0) => Outcome::Clear,
        (0, _) => Outcome::Consider,
        _ => Outcome::Fail,
    };
    let score = if outcome == Outcome::Clear { 1.0 } else { 0.0 };
    let told = [
        (search.published, Code::PublishedSpecimen, "a specimen that was published; it is nobody's document"),
        (pictures, Code::PictureSeenBefore, "the same picture that was submitted for another person"),
        (
            others,
            Code::DocumentOfAnotherHolder,
            "the document that was submitted with another name or birth date",
        ),
        (unknown, Code::DocumentSeenBefore, "the document that was submitted for another person before"),
        (
            again,
            Code::HolderSeenBefore,
            "the document that the same holder submitted before, photographed anew",
        ),
    ];
    let finding =
        Finding { score: Some(score), threshold: Some(0.5), ..Finding::new(check, outcome) }.on(side);
    let finding = told.into_iter().filter(|(n, ..)| *n > 0).fold(finding, |finding, (n, code, what)| {
        finding.because(code, format!("this is {what} ({n} times)"))
    });
    finding.because(
        Code::ComparedWith,
        format!("compared with {} earlier sides and {} specimens", search.earlier, search.specimens),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(alike: &[Likeness], published: usize) -> (Outcome, Vec<Code>) {
        let search = Search { earlier: 5, specimens: 2, alike: alike.to_vec(), published };
        let finding = finding(Side::Front, &search);
        (finding.outcome, finding.reasons.into_iter().map(|r| r.code).collect())
    }

    #[test]
    fn each_likeness_has_its_word_and_its_gravity() {
        use Likeness::{SameDocument, SamePicture};
        assert_eq!(outcome(&[], 0), (Outcome::Clear, vec![Code::ComparedWith]));
        let cases = [
            (SamePicture { agreement: 0.9 }, Outcome::Consider, Code::PictureSeenBefore),
            (SameDocument { same_holder: Some(false) }, Outcome::Consider, Code::DocumentOfAnotherHolder),
            (SameDocument { same_holder: None }, Outcome::Consider, Code::DocumentSeenBefore),
            (SameDocument { same_holder: Some(true) }, Outcome::Clear, Code::HolderSeenBefore),
        ];
        for (likeness, expected, code) in cases {
            assert_eq!(outcome(&[likeness], 0), (expected, vec![code, Code::ComparedWith]));
        }
        assert_eq!(outcome(&[], 1).0, Outcome::Fail);
    }

    #[test]
    fn with_nothing_to_compare_with_nothing_is_said() {
        assert_eq!(finding(Side::Back, &Search::default()).outcome, Outcome::NotAssessed);
    }
}
