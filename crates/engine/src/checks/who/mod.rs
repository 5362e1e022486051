//! Who is who: what a submission has in common with the earlier ones of the organization, and what speaks against it
//! being one person with true documents.

mod activity;
mod blocked;
mod judge;
mod marks;
mod search;
#[cfg(test)]
mod tests;

use bonafide_checks::face::embed::Embedding;
use bonafide_core::finding::Finding;

use self::marks::Own;
use super::job::Case;
use crate::base::{engine::Engine, error::Result, sighting::Sighting};

pub(crate) use self::activity::purge;

/// What the search says of a submission.
pub(crate) struct Who {
    pub(crate) findings: Vec<Finding>,
    pub(crate) sightings: Vec<Sighting>,
}

/// `Check::KnownFace`, `Check::IdentityConflict`, `Check::BlockList` and `Check::Activity`. What the submission is
/// recognised by is kept before the search and in a transaction of its own: of two that arrive at once, at least one sees
/// the other. `face` is the selfie's, `matched` whether it is that of the document.
pub(crate) async fn check(
    engine: &Engine,
    case: &Case,
    face: Option<Embedding>,
    matched: bool,
) -> Result<Who> {
    let start = std::time::Instant::now();
    let own = Own::of(engine, case, face, matched).await?;
    own.keep(engine, case).await?;
    let mut tx = engine.db().read().await?;
    let found = search::search(engine, &mut tx, case, &own).await?;
    let judged = judge::judge(&own, &found);
    let mut findings = vec![judged.known_face, judged.conflict];
    findings.push(blocked::check(engine, &mut tx, case, &own).await?);
    findings.extend(activity::check(engine, &mut tx, case, &own).await?);
    drop(tx);
    let ms = start.elapsed().as_millis() as u64;
    findings.iter_mut().for_each(|f| f.ms = ms);
    Ok(Who { findings, sightings: judged.sightings })
}

/// The same of somebody who is known already and shows their face: `Check::BlockList` and `Check::Activity`.
pub(super) async fn check_returning(
    engine: &Engine,
    case: &Case,
    face: Option<Embedding>,
) -> Result<Vec<Finding>> {
    let start = std::time::Instant::now();
    let own = Own::returning(engine, case, face).await?;
    own.keep(engine, case).await?;
    let mut tx = engine.db().read().await?;
    let mut findings = vec![blocked::check(engine, &mut tx, case, &own).await?];
    findings.extend(activity::check(engine, &mut tx, case, &own).await?);
    let ms = start.elapsed().as_millis() as u64;
    findings.iter_mut().for_each(|f| f.ms = ms);
    Ok(findings)
}
