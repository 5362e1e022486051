//! Looks for the sides of a document among those that were submitted before, and among published specimens.

use std::collections::BTreeSet;

use bonafide_checks::document::{
    duplicates::{self, Search},
    fingerprint::{Fingerprint, Likeness},
};
use bonafide_core::{document::Side, finding::Finding, id::ApplicantId};
use bonafide_store::Tx;

use super::job::Case;
use crate::base::{engine::Engine, error::Result};

/// One finding a side, and who handed in the same picture. All are kept before the search and in a transaction of its own: of two that arrive at once, at
/// least one sees the other.
pub(super) async fn check(
    engine: &Engine,
    case: &Case,
    prints: &[(Side, Fingerprint)],
) -> Result<(Vec<Finding>, BTreeSet<ApplicantId>)> {
    if let Some(mut tx) = case.begin(engine).await? {
        let (id, key) = (case.record.row.id, &case.record.key);
        for (side, print) in prints {
            let shelf = engine.gallery().documents(*side);
            shelf.keep(&mut tx, case.organization, id, key, &print.to_bytes()).await?;
        }
        tx.commit().await?;
    }
    let mut tx = engine.db().read().await?;
    let (mut findings, mut alike) = (vec![], BTreeSet::new());
    for (side, print) in prints {
        findings.push(search(engine, &mut tx, case, *side, print, &mut alike).await?);
    }
    Ok((findings, alike))
}

/// Whether one side was submitted before, for somebody else, or is a published specimen.
async fn search(
    engine: &Engine,
    tx: &mut Tx,
    case: &Case,
    side: Side,
    print: &Fingerprint,
    alike: &mut BTreeSet<ApplicantId>,
) -> Result<Finding> {
    let start = std::time::Instant::now();
    let specimens = engine.gallery().specimens(tx).await?;
    let published = specimens.iter().filter(|s| print.likeness(s).is_some()).count();
    let mut search = Search { specimens: specimens.len(), published, ..Search::default() };
    let shelf = engine.gallery().documents(side);
    let print = print.clone();
    let look = move |found: &mut Vec<(ApplicantId, Likeness)>, applicant, other: &Fingerprint| {
        found.extend(print.likeness(other).map(|likeness| (applicant, likeness)));
    };
    let looked = shelf.search(tx, case.organization, Some(case.record.row.applicant), look).await?;
    for (applicant, likeness) in looked.found {
        if matches!(likeness, Likeness::SamePicture { .. }) {
            alike.insert(applicant);
        }
        search.alike.push(likeness);
    }
    search.earlier = looked.shown;
    let mut finding = duplicates::finding(side, &search);
    finding.ms = start.elapsed().as_millis() as u64;
    Ok(finding)
}
