//! The person of a submission compared with the lists.

use bonafide_core::{document::DocumentReading, finding::Finding};

use super::{
    dismiss::active,
    screen::{lists_of_now, screen},
};
use crate::base::{engine::Engine, error::Result, record::Record, screened::Screened};

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
    let (lists, now, reading) = (lists_of_now(engine).await?, engine.now(), reading.clone());
    let search = move || screen(&lists, &reading, &dismissed, tolerance, now);
    Ok(tokio::task::spawn_blocking(search).await?)
}
