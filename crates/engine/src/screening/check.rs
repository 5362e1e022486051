//! The person of a submission compared with the lists.

use bonafide_core::{document::DocumentReading, finding::Finding};

use super::{
    dismiss::active,
    screen::{lists_of_now, screen},
    trouble::{Trouble, max_age_days},
};
use crate::base::{
    engine::Engine,
    error::{Error, Result},
    record::Record,
    screened::Screened,
};

/// [`Check::Sanctions`](bonafide_core::finding::Check::Sanctions), and what was searched. Only a reading tells whose
/// document it is, and so what was said about them before.
pub(crate) async fn check(
    engine: &Engine,
    record: &Record,
    reading: &DocumentReading,
    tolerance: f64,
) -> Result<(Finding, Option<Screened>)> {
    let mut tx = engine.db().read().await?;
    let dismissed = active(engine, &mut tx, record, Some(reading)).await?;
    drop(tx);
    let lists = match lists_of_now(engine).await {
        // The rest of the verification can do without.
        Err(Error::Lists(error)) => return Ok((Trouble::damaged(&error).finding(), None)),
        other => other?,
    };
    let (now, reading) = (engine.now(), reading.clone());
    let max_age = max_age_days(engine, record.policy()?.screening);
    let trouble = Trouble::of(&lists, &engine.settings.lists, now, max_age);
    let search = move || screen(&lists, trouble.as_ref(), &reading, &dismissed, tolerance, now);
    Ok(tokio::task::spawn_blocking(search).await?)
}
