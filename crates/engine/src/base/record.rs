//! One verification in memory: its row, its personal data opened, and the one way to change its state.

use bonafide_core::{
    audit::AuditAction,
    document::DocumentType,
    event::EventType,
    id::{OrganizationId, VerificationId},
    policy::Policy,
    time::Timestamp,
    verification::{Action, Kind, Status},
};
use bonafide_store::{
    Tx, Word, audit,
    crypto::{self, Object, SubjectKey},
    history, subject_keys,
    verifications::{self as rows, Verification},
};
use serde_json::Value;

use super::{
    engine::Engine,
    error::{Error, Result},
    private::Private,
};

/// A verification with its personal data in the clear.
pub(crate) struct Record {
    pub(crate) row: Verification,
    pub(crate) private: Private,
    pub(crate) key: SubjectKey,
}

/// What has to follow when a status changed, in the same transaction. `verifications/transition.rs` carries it out.
#[must_use]
pub(crate) struct Follows {
    pub(crate) status: Status,
    /// Somebody was verified: find or make their identity.
    pub(crate) identify: bool,
    /// What is emitted, in this order.
    pub(crate) told: Vec<EventType>,
    /// Set the timer that lets the person try again.
    pub(crate) reopen: bool,
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

    /// The same in a transaction that writes: nobody else writes it, or forgets its person, until that ends. It comes before the
    /// audit log and the events.
    pub(crate) async fn hold(
        engine: &Engine,
        tx: &mut Tx,
        organization: OrganizationId,
        id: VerificationId,
    ) -> Result<Self> {
        let row = rows::hold(tx, organization, id).await?.ok_or(Error::NotFound("session"))?;
        Self::open(engine, tx, row).await
    }

    /// The same; `None` when it was deleted or its person forgotten since.
    pub(crate) async fn hold_if_there(
        engine: &Engine,
        tx: &mut Tx,
        organization: OrganizationId,
        id: VerificationId,
    ) -> Result<Option<Self>> {
        if_there(Self::hold(engine, tx, organization, id).await)
    }

    /// What [`load`](Self::load) gives; `None` when it was deleted or its person forgotten since.
    pub(crate) async fn find(
        engine: &Engine,
        tx: &mut Tx,
        organization: OrganizationId,
        id: VerificationId,
    ) -> Result<Option<Self>> {
        if_there(Self::load(engine, tx, organization, id).await)
    }

    pub(crate) async fn open(engine: &Engine, tx: &mut Tx, row: Verification) -> Result<Self> {
        // For the log: what the request that we are in is about.
        tracing::Span::current().record("verification", tracing::field::display(row.id));
        let key = subject_keys::load(tx, row.organization, row.applicant, engine.key_ring()).await?;
        let private = crypto::open_json(&key, Object::Verification(row.id), &row.sealed)?;
        Ok(Self { row, private, key })
    }

    pub(crate) fn status(&self) -> Status {
        status(&self.row)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.row.kind.known().unwrap_or_default()
    }

    pub(crate) fn document_type(&self) -> DocumentType {
        document_type(&self.row)
    }

    /// The type that somebody said the document is of, whatever was read since.
    pub(crate) fn declared(&self) -> DocumentType {
        self.private.declared.unwrap_or_else(|| self.document_type())
    }

    /// # Errors
    /// A policy that this program does not understand: it is no reason to judge by another.
    pub(crate) fn policy(&self) -> Result<Policy> {
        serde_json::from_value(self.row.policy.clone()).map_err(|_| Error::not_understood("policy"))
    }

    /// The only way a status changes. The row is not written yet: see [`Follows`].
    pub(crate) fn apply(&mut self, action: Action, now: Timestamp) -> Result<Follows> {
        let to = self.status().after(action).map_err(|e| Error::conflict("wrong_state", e.to_string()))?;
        self.row.status = to.into();
        self.row.completed_at = to.is_final().then_some(now);
        self.row.verified = to.is_final().then_some(to == Status::Approved);
        let mut told = match action {
            Action::Reopen => vec![EventType::VerificationReopened],
            // Told when the pictures were found good enough.
            Action::Submit if self.kind().brings_pictures() => vec![],
            _ => vec![EventType::to(to)],
        };
        if matches!(to, Status::Approved | Status::Declined) {
            told.push(EventType::VerificationCompleted);
            if self.kind().is_reported() {
                told.push(EventType::VerificationReportCreated);
            }
        }
        Ok(Follows {
            status: to,
            // Somebody's word without evidence makes nobody known.
            identify: to == Status::Approved
                && action != Action::Vouch
                && self.kind() == Kind::IdentityVerification,
            told,
            reopen: action == Action::GiveUp,
        })
    }

    /// A line for the verification's reader and one for the auditor; `detail` holds no personal data.
    pub(crate) async fn note(
        &self,
        engine: &Engine,
        tx: &mut Tx,
        action: AuditAction,
        actor: &str,
        detail: &Value,
    ) -> Result<()> {
        let now = engine.now();
        history::append(tx, self.row.organization, self.row.id, now, action.in_history(), detail).await?;
        let object = format!("verification:{}", self.row.id);
        let entry = audit::Entry { at: now, actor, action, object: &object, detail };
        audit::append(tx, self.row.organization, engine.key_ring(), entry).await?;
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

fn if_there(record: Result<Record>) -> Result<Option<Record>> {
    match record {
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => Ok(None),
        other => other.map(Some),
    }
}

/// How a stored verification stands. A word of a newer program is for a human.
pub(crate) fn status(row: &Verification) -> Status {
    row.status.known().unwrap_or(Status::ReviewRequired)
}

pub(crate) fn document_type(row: &Verification) -> DocumentType {
    row.document_type.as_ref().and_then(Word::known).unwrap_or_default()
}
