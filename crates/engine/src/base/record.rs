//! One verification in memory: its row, its personal data opened, and the one way to change its state.

use bonafide_core::{
    document::{DocumentReading, DocumentType},
    event::Happened,
    id::{OrganizationId, VerificationId, WebhookEndpointId},
    policy::Policy,
    time::Timestamp,
    verification::{Action, Kind, Status},
};
use bonafide_store::{
    Tx, audit,
    crypto::{self, Object, SubjectKey},
    history, subject_keys,
    verifications::{self as rows, Verification},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Engine, Error, Result};

/// The part of a verification that may hold personal data: stored only under the applicant's key.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Private {
    /// The caller's own data.
    #[serde(default)]
    pub metadata: Value,
    #[serde(default)]
    pub settings: Value,
    #[serde(default)]
    pub sdk_metadata: Value,
    pub webhook_url: Option<String>,
    /// The endpoint that stands for the host of `webhook_url`.
    #[serde(default)]
    pub webhook_endpoint: Option<WebhookEndpointId>,
    /// The last invitation of the person.
    #[serde(default)]
    pub invitation: Option<crate::invitations::Invite>,
    pub reading: Option<DocumentReading>,
    /// The last screening of the person, with its hits.
    #[serde(default)]
    pub screened: Option<crate::screening::Screened>,
    /// Hand-ins so far.
    #[serde(default)]
    pub attempt: u32,
    /// When the last one came.
    #[serde(default)]
    pub handed_in_at: Option<Timestamp>,
    /// How many of them came before the last pause.
    #[serde(default)]
    pub failed_before: u32,
}

/// Without what it holds: it is about a person.
impl std::fmt::Debug for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Private(..)")
    }
}

/// A verification with its personal data in the clear.
pub(crate) struct Record {
    pub(crate) row: Verification,
    pub(crate) private: Private,
    pub(crate) key: SubjectKey,
}

impl Record {
    /// Another tenant's id is not found.
    pub(crate) async fn load(
        engine: &Engine,
        tx: &mut Tx,
        organization: OrganizationId,
        id: VerificationId,
    ) -> Result<Self> {
        let row = rows::get(tx, organization, id).await?.ok_or(Error::NotFound("session"))?;
        Self::open(engine, tx, row).await
    }

    pub(crate) async fn open(engine: &Engine, tx: &mut Tx, row: Verification) -> Result<Self> {
        let key = subject_keys::load(tx, row.organization, row.applicant, &*engine.key_ring).await?;
        let private = crypto::open_json(&key, Object::Verification(row.id), &row.sealed)?;
        Ok(Self { row, private, key })
    }

    pub(crate) fn status(&self) -> Status {
        // The column is written from `Status` alone; an unknown word can only be a newer program's.
        Status::parse(&self.row.status).unwrap_or(Status::ReviewRequired)
    }

    pub(crate) fn kind(&self) -> Kind {
        parse_word(Some(&self.row.kind)).unwrap_or_default()
    }

    pub(crate) fn document_type(&self) -> DocumentType {
        parse_word(self.row.document_type.as_deref()).unwrap_or_default()
    }

    pub(crate) fn policy(&self) -> Policy {
        serde_json::from_value(self.row.policy.clone()).unwrap_or_default()
    }

    /// The only way a status changes: the new state, a history line, an audit entry and an event, in one
    /// transaction.
    pub(crate) async fn apply(
        &mut self,
        engine: &Engine,
        tx: &mut Tx,
        action: Action,
        actor: &str,
        detail: Value,
    ) -> Result<()> {
        self.apply_after(engine, tx, action, actor, detail, &[]).await
    }

    /// The same, telling first what led to it. The audit entry comes before any event: every transaction takes the two
    /// chains in this order, so that none waits for the other.
    pub(crate) async fn apply_after(
        &mut self,
        engine: &Engine,
        tx: &mut Tx,
        action: Action,
        actor: &str,
        detail: Value,
        first: &[Happened],
    ) -> Result<()> {
        let now = engine.now();
        let to = self.status().after(action).map_err(|e| Error::conflict("wrong_state", e.to_string()))?;
        self.row.status = to.as_str().to_owned();
        self.row.completed_at = to.is_final().then_some(now);
        self.row.verified = to.is_final().then_some(to == Status::Approved);
        if to == Status::Approved && self.kind() == Kind::IdentityVerification {
            crate::identities::identify(engine, tx, self, actor).await?;
        }
        self.save(engine, tx).await?;
        self.note(engine, tx, to.as_str(), actor, &detail).await?;
        for happened in first {
            self.tell(engine, tx, *happened).await?;
        }
        let reopened = action == Action::Reopen;
        self.tell(engine, tx, if reopened { Happened::VerificationReopened } else { Happened::to(to) })
            .await?;
        if matches!(to, Status::Approved | Status::Declined) {
            self.tell(engine, tx, Happened::VerificationCompleted).await?;
        }
        Ok(())
    }

    /// A line for the verification's reader and one for the auditor; `detail` holds no personal data.
    pub(crate) async fn note(
        &self,
        engine: &Engine,
        tx: &mut Tx,
        event: &str,
        actor: &str,
        detail: &Value,
    ) -> Result<()> {
        let now = engine.now();
        history::append(tx, self.row.organization, self.row.id, now, event, detail).await?;
        let (action, object) = (format!("verification.{event}"), format!("verification:{}", self.row.id));
        let entry = audit::Entry { at: now, actor, action: &action, object: &object, detail };
        audit::append(tx, self.row.organization, entry).await?;
        Ok(())
    }

    /// Writes the row back; somebody else's write in between is a conflict.
    pub(crate) async fn save(&mut self, engine: &Engine, tx: &mut Tx) -> Result<()> {
        self.row.updated_at = engine.now();
        self.row.sealed =
            crypto::seal_json(&self.key, Object::Verification(self.row.id), &self.private, &*engine.entropy)?;
        rows::update(tx, self.row.organization, &mut self.row).await?;
        Ok(())
    }
}

/// A stored word as the enum it was written from.
pub(crate) fn parse_word<T: serde::de::DeserializeOwned>(word: Option<&str>) -> Option<T> {
    serde_json::from_value(Value::String(word?.to_owned())).ok()
}

/// The stored word of an enum.
pub(crate) fn word<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
