//! An AML verification in the clear.

use bonafide_core::{
    aml::AmlStatus,
    audit::AuditAction,
    event::{AmlFacts, EventType, Snapshot},
    id::{AmlId, ClientId, CredentialId},
    review::{Grounds, Verdict},
    time::Timestamp,
};
use bonafide_store::{
    Tx, aml_verifications as rows, audit, clients, credentials,
    crypto::{self, Object, Sealed, SubjectKey},
    subject_keys,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        screened::{Dismissed, Screened},
    },
    events::emit::{Recipients, emit},
};

/// A client compared with the lists, and what came of it since.
#[derive(Debug, Clone)]
pub struct Aml {
    pub id: AmlId,
    pub client: ClientId,
    /// The caller's word for how they want it searched.
    pub configuration: String,
    pub monitored: bool,
    pub status: AmlStatus,
    /// How many hits count; none where nobody can say.
    pub hits: Option<u64>,
    /// The last search; absent before, without lists, after the client was anonymized, and in lists of them.
    pub screened: Option<Screened>,
    /// What humans decided, oldest first.
    pub reviews: Vec<Reviewed>,
    /// The word of one reviewer that waits for another's.
    pub proposal: Option<Proposal>,
    /// Counts the changes.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub screened_at: Option<Timestamp>,
    /// Whether what was found is erased.
    pub anonymized: bool,
}

/// What a human decided.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    pub verdict: Verdict,
    pub reason: Grounds,
    pub note: Option<String>,
    /// As in the audit log.
    pub by: String,
    pub at: Timestamp,
}

/// Without the note, which may say anything.
impl std::fmt::Debug for Reviewed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { verdict, reason, .. } = self;
        write!(f, "Reviewed({verdict}, {reason})")
    }
}

/// What a human proposed to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub verdict: Verdict,
    pub reason: Grounds,
    pub credential: CredentialId,
    pub at: Timestamp,
}

/// What is sealed of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Private {
    pub(super) screened: Option<Screened>,
    /// The hits that the client was approved with.
    pub(super) acknowledged: Vec<Dismissed>,
    pub(super) reviews: Vec<Reviewed>,
    pub(super) proposal: Option<Proposal>,
    /// In a sandbox: how many hits there are, whatever the lists say.
    pub(super) steered: Option<u64>,
}

/// One that is worked on.
pub(super) struct Opened {
    pub(super) row: rows::Aml,
    pub(super) private: Private,
    /// None where what was found is erased.
    pub(super) key: Option<SubjectKey>,
}

/// Opens a row.
pub(super) async fn open(engine: &Engine, tx: &mut Tx, row: rows::Aml) -> Result<Opened> {
    if row.anonymized_at.is_some() {
        return Ok(Opened::closed(row));
    }
    let subject = clients::subject(row.client);
    let key = subject_keys::load(tx, row.organization, subject, engine.key_ring()).await?;
    let private = crypto::open_json(&key, Object::Aml(row.id), &row.sealed)?;
    Ok(Opened { row, private, key: Some(key) })
}

impl Opened {
    /// Without what is sealed.
    pub(super) fn closed(row: rows::Aml) -> Self {
        Self { row, private: Private::default(), key: None }
    }

    /// Takes the status that follows, and notes the first decision. Whether it is another one.
    pub(super) fn change(&mut self, to: AmlStatus, now: Timestamp) -> bool {
        let changed = self.row.status != to;
        self.row.status = to.into();
        if to.is_decided() && self.row.decided_at.is_none() {
            self.row.decided_at = Some(now);
        }
        changed
    }

    pub(super) fn status(&self) -> AmlStatus {
        // What a newer program knows waits for somebody who knows it.
        self.row.status.known().unwrap_or(AmlStatus::ReviewRequired)
    }

    /// Seals what is to be written.
    pub(super) fn seal(&mut self, engine: &Engine) -> Result<()> {
        self.row.sealed = match &self.key {
            Some(key) => crypto::seal_json(key, Object::Aml(self.row.id), &self.private, &*engine.entropy)?,
            None => Sealed::nothing(),
        };
        Ok(())
    }

    /// Writes it back.
    ///
    /// # Errors
    /// A conflict `changed_meanwhile`.
    pub(super) async fn save(&mut self, engine: &Engine, tx: &mut Tx) -> Result<()> {
        self.seal(engine)?;
        self.row.updated_at = engine.now();
        rows::update(tx, self.row.organization, &self.row).await?;
        self.row.version += 1;
        Ok(())
    }

    /// Writes down what was done.
    pub(super) async fn note(
        &self,
        engine: &Engine,
        tx: &mut Tx,
        action: AuditAction,
        actor: &str,
        detail: &Value,
    ) -> Result<()> {
        let object = format!("aml:{}", self.row.id);
        let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail };
        audit::append(tx, self.row.organization, engine.key_ring(), entry).await?;
        Ok(())
    }

    /// Tells subscribers what happened, in order.
    pub(super) async fn tell(&self, engine: &Engine, tx: &mut Tx, what: &[EventType]) -> Result<()> {
        self.send(engine, tx, what, false).await
    }

    /// Tells subscribers of something that did not happen.
    pub(super) async fn sample(&self, engine: &Engine, tx: &mut Tx, what: EventType) -> Result<()> {
        self.send(engine, tx, &[what], true).await
    }

    async fn send(&self, engine: &Engine, tx: &mut Tx, what: &[EventType], test: bool) -> Result<()> {
        let organization = self.row.organization;
        let client = match self.row.credential {
            Some(credential) => credentials::get(tx, organization, credential).await?,
            None => None,
        };
        let facts = AmlFacts {
            status: self.status(),
            client_record: self.row.client,
            client: client.map(|c| c.public_id).unwrap_or_default(),
            user_id: self.row.user_id.clone(),
            monitored: self.row.monitored,
        };
        for event_type in what {
            let hits = match event_type {
                EventType::AmlOnboardingCompleted | EventType::AmlMonitoringAlert => self.hits(),
                _ => None,
            };
            let snapshot = Snapshot { test, aml: Some(facts.clone()), hits, ..Snapshot::default() };
            let subject = self.row.id.uuid();
            emit(engine, tx, organization, *event_type, subject, &snapshot, Recipients::Everybody).await?;
        }
        Ok(())
    }

    fn hits(&self) -> Option<u64> {
        self.row.hits.and_then(|hits| u64::try_from(hits).ok())
    }

    pub(super) fn into_view(self) -> Aml {
        let (status, hits) = (self.status(), self.hits());
        let Self { row, private, .. } = self;
        Aml {
            id: row.id,
            client: row.client,
            configuration: row.configuration,
            monitored: row.monitored,
            status,
            hits,
            screened: private.screened,
            reviews: private.reviews,
            proposal: private.proposal,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            screened_at: row.screened_at,
            anonymized: row.anonymized_at.is_some(),
        }
    }
}

pub(super) fn not_found() -> Error {
    Error::NotFound("AML verification")
}
