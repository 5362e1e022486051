//! The files of a person who was forgotten, or of a face that is not to be processed any more.

use bonafide_core::{
    evidence::EvidenceKind,
    id::{ApplicantId, VerificationId},
};
use bonafide_store::{Tx, blobs::BlobKey, evidence as rows, jobs::Job};
use serde_json::{Value, json};

use crate::base::{
    engine::Engine,
    error::Result,
    jobs::{self, JobKind, NewJob, Work, finish_empty},
    record::Record,
};

/// Pictures of the face, and the portrait that was cut out to compare it with.
pub(crate) const FACES: [EvidenceKind; 3] =
    [EvidenceKind::Selfie, EvidenceKind::LivenessFrame, EvidenceKind::Portrait];

/// Names the verification whose pictures of the face go, where not everything does.
const FACES_OF: &str = "faces_of";

pub(crate) const WORK: Work = Work::in_the_end(JobKind::Erase, |engine, job| Box::pin(run(engine, job)));

/// Has the files of a verification's pictures of the face deleted.
pub(crate) async fn enqueue_faces(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<()> {
    let job = NewJob {
        kind: JobKind::Erase,
        subject: record.row.applicant.uuid(),
        payload: json!({ FACES_OF: record.row.id }),
        unique_key: None,
        run_at: engine.now(),
    };
    jobs::enqueue(engine, tx, record.row.organization, job).await?;
    Ok(())
}

/// Deletes the files of an anonymized person's pictures, which nothing can open any more, or of those of a face, and what
/// the database keeps of overwritten values.
async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().read().await?;
    let keys = match job.payload.get(FACES_OF).and_then(Value::as_str).and_then(|id| id.parse().ok()) {
        Some(id) => faces(&mut tx, job, id).await?,
        None => rows::blob_keys(&mut tx, job.organization, ApplicantId::from_uuid(job.subject)).await?,
    };
    drop(tx);
    for key in &keys {
        engine.blobs().delete(key).await?;
    }
    engine.db().scrub().await?;
    finish_empty(engine, job).await
}

/// Those that newer ones replaced included.
async fn faces(tx: &mut Tx, job: &Job, verification: VerificationId) -> Result<Vec<BlobKey>> {
    let all = rows::list_all(tx, job.organization, verification).await?;
    let of_face = |e: &rows::Evidence| FACES.iter().any(|kind| e.kind == *kind);
    Ok(all.into_iter().filter(of_face).map(|e| e.blob_key).collect())
}
