//! An attempt in the clear.

use bonafide_core::{
    attempt::AttemptStatus,
    id::{AttemptId, VerificationId},
    reason::Code,
    time::Timestamp,
    verification::Status,
};
use bonafide_store::{
    attempts as rows,
    crypto::{self, Object, SubjectKey},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::{engine::Engine, error::Result};

/// What the caller says of a try. Personal data, so it does not print itself.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NewAttempt {
    /// Where the person goes afterwards.
    #[serde(default)]
    pub redirect_url: Option<String>,
    /// JSON, or null.
    #[serde(default)]
    pub phone_number: Value,
    /// What is known of the person's device and document beforehand: JSON, or null.
    #[serde(default)]
    pub client_information: Value,
}

impl std::fmt::Debug for NewAttempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewAttempt(..)")
    }
}

/// Who opened the link of an attempt. Personal data, so it does not print itself.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub address: Option<String>,
    pub user_agent: Option<String>,
    /// How often a link of it was opened.
    pub count: u32,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session(..)")
    }
}

/// What is stored of an attempt under its person's key alone.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Private {
    pub(super) new: NewAttempt,
    #[serde(default)]
    pub(super) session: Option<Session>,
    /// While it may be opened.
    #[serde(default)]
    pub(super) url: Option<String>,
}

/// One try of a person at a verification.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub id: AttemptId,
    pub verification: VerificationId,
    /// Its place among those of the verification, from 1.
    pub number: u32,
    pub status: AttemptStatus,
    /// The verification's status that ended it, where one did.
    pub outcome: Option<Status>,
    /// Why, the gravest first.
    pub reasons: Vec<Code>,
    /// What the caller said of it; nothing after the person was forgotten.
    pub new: NewAttempt,
    /// Who opened its link.
    pub session: Option<Session>,
    /// Where the person goes, while nobody has been there.
    pub url: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Attempt {
    /// `key`: the person's; none after they were forgotten.
    pub(super) fn open(key: Option<&SubjectKey>, row: &rows::Attempt) -> Result<Self> {
        let Private { new, session, url } = match key {
            Some(key) => crypto::open_json(key, Object::Attempt(row.id), &row.sealed)?,
            None => Private::default(),
        };
        Ok(Self {
            id: row.id,
            verification: row.verification,
            number: u32::try_from(row.number).unwrap_or(u32::MAX),
            // Of a newer program's word no more is known than that a check goes on.
            status: row.status.known().unwrap_or(AttemptStatus::ChecksInProgress),
            outcome: row.outcome.as_ref().and_then(bonafide_store::Word::known),
            reasons: row.reasons(),
            new,
            session,
            url,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Writes into a row what is personal.
pub(super) fn seal(
    engine: &Engine,
    key: &SubjectKey,
    row: &mut rows::Attempt,
    private: &Private,
) -> Result<()> {
    row.sealed = crypto::seal_json(key, Object::Attempt(row.id), private, &*engine.entropy)?;
    Ok(())
}

pub(super) fn private(key: &SubjectKey, row: &rows::Attempt) -> Result<Private> {
    Ok(crypto::open_json(key, Object::Attempt(row.id), &row.sealed)?)
}
