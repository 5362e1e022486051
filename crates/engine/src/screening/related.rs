//! Names that a person gave beside their own (businesses, officers, owners, relatives) compared with the lists.

use bonafide_core::{
    finding::{Check, Finding},
    step::RelatedName,
    time::Timestamp,
};
use bonafide_screening::{
    entry::Birth,
    index::{Hit, Query},
};

use super::trouble::Trouble;
use crate::base::{lists::Lists, screened::Screened};

/// Most hits that are kept.
const MAX_HITS: usize = 20;

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
    let mut hits: Vec<Hit> = vec![];
    for one in related {
        let query = Query {
            name: one.name.clone(),
            // A business may stand on a list as what it is or by the name of who owns it.
            kind: None,
            birth: one.birth_date.as_deref().and_then(Birth::parse),
            countries: vec![],
            gender: None,
            numbers: vec![],
        };
        for hit in lists.index.search(&query, threshold, MAX_HITS) {
            match hits.iter_mut().find(|h| h.id == hit.id && h.list == hit.list) {
                Some(before) if before.rank >= hit.rank => {}
                Some(before) => *before = hit,
                None => hits.push(hit),
            }
        }
    }
    hits.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    hits.truncate(MAX_HITS);
    let screened = Screened {
        at: now,
        names: related.iter().map(|one| one.name.clone()).collect(),
        birth_date: None,
        countries: vec![],
        threshold,
        lists: lists.pinned(),
        hits: hits.iter().filter_map(|h| serde_json::to_value(h).ok()).collect(),
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
