//! What is kept of an identity.

use bonafide_core::{
    document::DocumentReading,
    id::{ApplicantId, EvidenceId, OrganizationId, VerificationId},
    time::Timestamp,
};
use bonafide_store::{
    Tx, applicants,
    crypto::{self, Object, SubjectKey},
    subject_keys,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::{
    engine::Engine,
    error::{Error, Result},
};

/// What is kept of a person: stored only under their own key.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Person {
    /// Those they were verified with, oldest first; one of each type.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// The caller's own data of the newest verification.
    #[serde(default)]
    pub metadata: Value,
    /// Identities that have something in common with this one and are not taken for the same person.
    #[serde(default)]
    pub links: Vec<Link>,
    /// When they took their consent to the processing of their face back, until they give another one with a verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face_withdrawn_at: Option<Timestamp>,
}

/// An identity with the same face or the same document, and another holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub identity: ApplicantId,
    pub same_face: bool,
    pub same_document: bool,
    /// Where that was seen.
    pub verification: VerificationId,
}

/// A document somebody was verified with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    pub verification: VerificationId,
    /// The picture of its front.
    pub evidence: Option<EvidenceId>,
    pub reading: DocumentReading,
    pub verified_at: Timestamp,
}

impl Person {
    /// The reading of the newest document: who the person is.
    pub fn reading(&self) -> Option<&DocumentReading> {
        self.documents.last().map(|d| &d.reading)
    }
}

/// An identity's row with its personal data in the clear.
pub(crate) struct Opened {
    pub(crate) row: applicants::Applicant,
    pub(crate) key: SubjectKey,
    pub(crate) person: Person,
}

/// Opens an identity of this organization.
pub(crate) async fn open(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: ApplicantId,
) -> Result<Opened> {
    let row = applicants::get(tx, organization, id).await?;
    let row = row.filter(|row| row.identity_since.is_some()).ok_or(Error::NotFound("identity"))?;
    open_row(engine, tx, row).await
}

/// Whether somebody is an identity, and was not forgotten.
pub(crate) async fn is_known(tx: &mut Tx, organization: OrganizationId, id: ApplicantId) -> Result<bool> {
    let row = applicants::get(tx, organization, id).await?;
    Ok(row.is_some_and(|row| row.identity_since.is_some() && row.anonymized_at.is_none()))
}

pub(crate) async fn open_row(engine: &Engine, tx: &mut Tx, row: applicants::Applicant) -> Result<Opened> {
    let key = subject_keys::load(tx, row.organization, row.id, engine.key_ring()).await?;
    let person = crypto::open_json(&key, Object::Applicant(row.id), &row.sealed)?;
    Ok(Opened { row, key, person })
}
