//! Names that a person gave beside their own (businesses, officers, owners, relatives) compared with the lists.

use bonafide_core::{
    finding::{Check, Finding},
    step::RelatedName,
    time::Timestamp,
};
use bonafide_screening::{entry::Birth, index::Query};

use super::{screen::hits, trouble::Trouble};
use crate::base::{lists::Lists, screened::Screened};

/// Holds every name against the lists. Of a hit a human judges: nobody is declined for somebody else's name.
pub(crate) fn screen(
    lists: &Lists,
    trouble: Option<&Trouble>,
    related: &[RelatedName],
    threshold: f64,
    now: Timestamp,
) -> (Finding, Option<Screened>) {
    if lists.snapshots.is_empty() {
        return (of(trouble.unwrap_or(&Trouble::NoLists).finding()), None);
    }
    let start = std::time::Instant::now();
    let query = |one: &RelatedName| Query {
        name: one.name.clone(),
        // A business may stand on a list as what it is or by the name of who owns it.
        kind: None,
        birth: one.birth_date.as_deref().and_then(Birth::parse),
        countries: vec![],
        gender: None,
        numbers: vec![],
    };
    let screened = Screened {
        at: now,
        names: related.iter().map(|one| one.name.clone()).collect(),
        birth_date: None,
        countries: vec![],
        threshold,
        lists: lists.pinned(),
        hits: hits(lists, related.iter().map(query), threshold),
        trouble: trouble.map(Trouble::reason),
    };
    let finding = Finding { ms: start.elapsed().as_millis() as u64, ..of(screened.finding()) };
    (finding, Some(screened))
}

/// What was found of a name, as what it says of a related one.
pub(crate) fn of(finding: Finding) -> Finding {
    Finding { check: Check::RelatedScreening, ..finding }
}

#[cfg(test)]
mod tests {
    use bonafide_core::{
        finding::{Code, Outcome},
        step::Related,
    };

    use super::*;

    #[test]
    fn without_lists_nobody_is_clear() {
        let name = RelatedName { name: "Acme Ltd".into(), birth_date: None, relation: Related::Business };
        let (finding, screened) = screen(&Lists::default(), None, &[name], 0.8, Timestamp(0));
        assert_eq!((finding.check, finding.outcome), (Check::RelatedScreening, Outcome::NotAssessed));
        assert_eq!(finding.reasons[0].code, Code::NoLists);
        assert!(screened.is_none());
    }
}
