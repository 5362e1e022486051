//! The files of a person who was forgotten.

use bonafide_core::id::ApplicantId;
use bonafide_store::{evidence as rows, jobs::Job};

use crate::base::{
    engine::Engine,
    error::Result,
    jobs::{JobKind, Work, finish_empty},
};

pub(crate) const WORK: Work = Work::new(JobKind::Erase, |engine, job| Box::pin(run(engine, job)));

/// Deletes the files of an anonymized person's pictures, which nothing can open any more, and what the database
/// keeps of overwritten values.
async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let applicant = ApplicantId::from_uuid(job.subject);
    let mut tx = engine.db().read().await?;
    let keys = rows::blob_keys(&mut tx, job.organization, applicant).await?;
    drop(tx);
    for key in &keys {
        engine.blobs().delete(key).await?;
    }
    engine.db().scrub().await?;
    finish_empty(engine, job).await
}
