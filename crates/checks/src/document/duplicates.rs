//! `online_duplication`: what the search for the same picture or document among earlier ones says.

use bonafide_core::{
    document::Side,
    finding::{Check, Finding, Outcome},
};

use super::fingerprint::Likeness;

/// What one side was compared with and what was like it.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Search {
    /// Sides of documents of other people that the organization has on record.
    pub earlier: usize,
    /// Published specimens on the list.
    pub specimens: usize,
    /// The likenesses found among the earlier ones.
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
        return Finding::not_assessed(check, "nothing_to_compare_with", detail).on(side);
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
        (search.published, "published_specimen", "a specimen that was published; it is nobody's document"),
        (pictures, "picture_seen_before", "the same picture that was handed in for another person"),
        (
            others,
            "document_of_another_holder",
            "the document that was handed in with another name or birth date",
        ),
        (unknown, "document_seen_before", "the document that was handed in for another person before"),
        (
            again,
            "holder_seen_before",
            "the document that the same holder handed in before, photographed anew",
        ),
    ];
    let finding =
        Finding { score: Some(score), threshold: Some(0.5), ..Finding::new(check, outcome) }.on(side);
    let finding = told.into_iter().filter(|(n, ..)| *n > 0).fold(finding, |finding, (n, code, what)| {
        finding.because(code, format!("this is {what} ({n} times)"))
    });
    finding.because(
        "compared_with",
        format!("compared with {} earlier sides and {} specimens", search.earlier, search.specimens),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(alike: &[Likeness], published: usize) -> (Outcome, Vec<String>) {
        let search = Search { earlier: 5, specimens: 2, alike: alike.to_vec(), published };
        let finding = finding(Side::Front, &search);
        (finding.outcome, finding.reasons.into_iter().map(|r| r.code).collect())
    }

    #[test]
    fn each_likeness_has_its_word_and_its_gravity() {
        use Likeness::{SameDocument, SamePicture};
        assert_eq!(outcome(&[], 0), (Outcome::Clear, vec!["compared_with".into()]));
        let cases = [
            (SamePicture { agreement: 0.9 }, Outcome::Consider, "picture_seen_before"),
            (SameDocument { same_holder: Some(false) }, Outcome::Consider, "document_of_another_holder"),
            (SameDocument { same_holder: None }, Outcome::Consider, "document_seen_before"),
            (SameDocument { same_holder: Some(true) }, Outcome::Clear, "holder_seen_before"),
        ];
        for (likeness, expected, code) in cases {
            assert_eq!(outcome(&[likeness], 0), (expected, vec![code.into(), "compared_with".into()]));
        }
        assert_eq!(outcome(&[], 1).0, Outcome::Fail);
    }

    #[test]
    fn with_nothing_to_compare_with_nothing_is_said() {
        assert_eq!(finding(Side::Back, &Search::default()).outcome, Outcome::NotAssessed);
    }
}
