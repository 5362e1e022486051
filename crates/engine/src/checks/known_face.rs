//! Looks for a face among the others that the organization knows.

use bonafide_checks::{
    document::fingerprint,
    face::{
        compare::Calibrations,
        embed::Embedding,
        known::{self, Search},
    },
};
use bonafide_core::finding::{Check, Code, Finding};
use bonafide_store::Tx;

use super::job::Case;
use crate::base::{engine::Engine, error::Result, features::Template};

/// [`Check::KnownFace`]. Kept before the search and in a transaction of its own: of two that arrive at once, at least one
/// sees the other.
pub(super) async fn check(engine: &Engine, case: &Case, face: Option<Embedding>) -> Result<Finding> {
    let Some(embedding) = face else {
        return Ok(Finding::not_assessed(
            Check::KnownFace,
            Code::NoTemplate,
            "the selfie gave no face template to search with",
        ));
    };
    let start = std::time::Instant::now();
    let record = &case.record;
    let holder = record.private.reading.as_ref().and_then(fingerprint::holder);
    let own = Template { embedding, holder };
    if let Some(mut tx) = case.begin(engine).await? {
        let (shelf, bytes) = (engine.gallery().faces(), own.to_bytes());
        shelf.keep(&mut tx, case.organization, record.row.id, &record.key, &bytes).await?;
        tx.commit().await?;
    }
    let mut tx = engine.db().read().await?;
    let mut finding = known::finding(&search(engine, &mut tx, case, &own).await?);
    finding.ms = start.elapsed().as_millis() as u64;
    Ok(finding)
}

async fn search(engine: &Engine, tx: &mut Tx, case: &Case, own: &Template) -> Result<Search> {
    let (organization, applicant) = (case.organization, case.record.row.applicant);
    let least = known::threshold();
    let calibrations = Calibrations::of(&engine.models);
    let mut search = Search::default();
    // Whether it is a hit; a template of other networks is none, and is counted as not compared.
    let is_hit = |other: &Template, search: &mut Search| {
        let similarity = calibrations.similarity(&own.embedding, &other.embedding);
        match similarity {
            Some(_) => search.compared += 1,
            None => search.incomparable += 1,
        }
        similarity.is_some_and(|similarity| similarity >= least)
    };
    let gallery = engine.gallery();
    let look = |_, other: &Template| {
        if is_hit(other, &mut search) {
            match own.holder.zip(other.holder) {
                Some((a, b)) if a == b => search.same_holder += 1,
                Some(_) => search.other_holder += 1,
                None => search.unknown_holder += 1,
            }
        }
    };
    gallery.faces().search(tx, organization, Some(applicant), look).await?;
    // A blocked person is blocked under their own name too.
    let look = |_, other: &Template| {
        let hit = is_hit(other, &mut search);
        search.blocked += usize::from(hit);
    };
    gallery.blocked().search(tx, organization, None, look).await?;
    Ok(search)
}
