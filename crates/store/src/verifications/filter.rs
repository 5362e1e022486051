//! Which verifications a list holds, and which part of it.

use bonafide_core::{
    id::{ApplicantId, ClientId, CredentialId, MatterId, VerificationId},
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};

/// Which verifications to list. Empty lists and `None` leave nothing out.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    pub kind: Option<Kind>,
    /// The API it was created through.
    pub dialect: Option<&'a str>,
    /// Why the decision that counts is no approval: the word of a reason.
    pub reason: Option<&'a str>,
    pub statuses: &'a [Status],
    pub purposes: &'a [Purpose],
    pub client: Option<ClientId>,
    pub matter: Option<MatterId>,
    pub applicants: &'a [ApplicantId],
    pub identities: &'a [ApplicantId],
    pub credentials: &'a [CredentialId],
    pub user_ids: &'a [String],
    pub verified: Option<bool>,
    /// Created at or after.
    pub from: Option<Timestamp>,
    /// Created before.
    pub until: Option<Timestamp>,
}

/// Which part of a list. Newest first.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Begin after this one (creation time and id): stable while rows are added.
    pub after: Option<(Timestamp, VerificationId)>,
    /// Leave out this many, for APIs that page by number.
    pub skip: i64,
    pub limit: i64,
}

/// What rows of one state are in order by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Created,
    Updated,
}
