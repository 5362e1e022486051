//! What every use case is given: the parts of this process and what the operator set.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use bonafide_checks::address_document::Certificates;
use bonafide_core::{
    event::WebhookDialect,
    id::{CredentialId, Entropy, OrganizationId},
    report,
    review::FourEyes,
    time::{Clock, Timestamp},
};
use bonafide_courier::Courier;
use bonafide_inspect::{Failed, Inspector, jobs::Listed};
use bonafide_invite::Inviter;
use bonafide_places::Places;
use bonafide_registry::Provider;
use bonafide_store::{Db, audit, blobs::Blobs, keyring::KeyRing, subject_keys};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, Semaphore, watch};

use super::{desk::Desk, error::Result, gallery::Gallery, lists::Screening, part::LastSeen};

/// Everything the use cases need. Cheap to clone; one per process.
#[derive(Clone)]
pub struct Engine(Arc<Whole>);

struct Whole {
    storage: Storage,
    parts: Parts,
    gallery: Gallery,
    admissions: Semaphore,
    bells: Bells,
    uses: Uses,
    last_seen: LastSeen,
    reads: Desk,
    /// Whether this process is being stopped.
    stop: watch::Sender<bool>,
}

/// Where everything is kept. Only use cases reach it.
pub struct Storage {
    pub db: Db,
    pub blobs: Blobs,
    pub key_ring: Arc<dyn KeyRing>,
}

/// What else an [`Engine`] is made of.
pub struct Parts {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Who looks at pictures.
    pub inspector: Inspector,
    /// The lists that people are screened against.
    pub screening: Arc<Screening>,
    /// Where internet addresses and positions are.
    pub places: Places,
    /// The registry of licences that documents are compared with, if there is one.
    pub registry: Option<Provider>,
    /// Whose seals on documents are believed.
    pub seals: Arc<Certificates>,
    /// Who takes messages to subscribers.
    pub courier: Courier,
    /// Who writes to people.
    pub inviter: Inviter,
    /// How each API formats and signs messages.
    pub dialects: Vec<&'static dyn WebhookDialect>,
    /// Draws reports.
    pub report: report::Draw,
    pub settings: Settings,
    /// When this process started.
    pub started_at: Timestamp,
}

/// What wakes the loops of this process. Other processes do not ring: whoever waits looks now and then without it.
#[derive(Default)]
pub(crate) struct Bells {
    /// A job was enqueued.
    pub(crate) work: Notify,
    /// A message to a subscriber was written.
    pub(crate) post: Notify,
    /// A job came to its end.
    pub(crate) done: Notify,
}

/// What the operator sets.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a verification waits for the person, in seconds.
    pub verification_lifetime_s: i64,
    /// How long an access token is valid, in seconds.
    pub token_lifetime_s: i64,
    /// How long a liveness capture may take, in seconds.
    pub liveness_lifetime_s: i64,
    /// Most pictures one verification may submit, rejected retries included.
    pub max_pictures: i64,
    /// How long a job may go on without a sign of life, in seconds.
    pub job_lease_s: i64,
    /// How long an answer waits for the checks to come to a result, in seconds: shorter than the usual patience of clients
    /// and proxies.
    pub result_patience_s: u64,
    /// How long a person who used up their attempts has to wait, in seconds.
    pub block_s: i64,
    /// Which decisions of reviewers need the word of two.
    pub four_eyes: FourEyes,
    /// Where people and callers reach this server, without a slash at the end; empty when it was not said.
    pub public_url: String,
    /// Where an invited person goes, with `{verification}` in it; empty when it was not said.
    pub capture_url: String,
    /// Where a third party goes, with `{code}` in its fragment; empty when it was not said.
    pub share_url: String,
    /// How long a third party's link shows what was shared, in seconds.
    pub share_lifetime_s: i64,
    /// Requests a minute of a credential that was given no limit of its own.
    pub per_minute: i64,
    /// Requests a minute of all credentials of an organization together.
    pub per_minute_organization: i64,
    /// How long an endpoint may fail before nothing more is sent there, in seconds.
    pub webhook_disable_after_s: i64,
    /// How long messages that came to their end are kept, in days.
    pub webhook_history_days: i64,
    /// Days after which a list that was neither taken in nor found unchanged clears nobody, where a policy does not say.
    pub list_max_age_days: i64,
    /// Lists that have to be there: those that the settings name.
    pub lists: Vec<String>,
    /// Networks of the proxies in front of this server, whose word on where a request came from is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// The header they say it in.
    pub forwarded_header: ForwardedHeader,
    /// The file that the ends of the audit log's chains are written to; nowhere when absent.
    pub audit_anchors: Option<PathBuf>,
    /// How often, in seconds.
    pub audit_anchor_every_s: u64,
    /// The folder in which commands leave what the server is to write down; none when absent.
    pub audit_notes: Option<PathBuf>,
}

/// Where proxies say whom a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            verification_lifetime_s: 7 * 24 * 3600,
            token_lifetime_s: 3600,
            liveness_lifetime_s: 300,
            max_pictures: 60,
            job_lease_s: 60,
            result_patience_s: 50,
            block_s: 3600,
            four_eyes: FourEyes::default(),
            public_url: String::new(),
            capture_url: String::new(),
            share_url: String::new(),
            share_lifetime_s: 30 * 24 * 3600,
            per_minute: 200,
            per_minute_organization: 2_000,
            webhook_disable_after_s: 5 * 24 * 3600,
            webhook_history_days: 90,
            list_max_age_days: 30,
            lists: vec![],
            trusted_proxies: vec![],
            forwarded_header: ForwardedHeader::default(),
            audit_anchors: None,
            audit_anchor_every_s: 300,
            audit_notes: None,
        }
    }
}

impl Engine {
    /// Checks that the key ring is the one of this database and takes the parts over.
    pub async fn start(storage: Storage, parts: Parts) -> Result<Self> {
        let mut tx = storage.db.begin().await?;
        let ring = &*storage.key_ring;
        let now = parts.clock.now();
        subject_keys::check_key_ring(&mut tx, ring, now, &*parts.entropy).await?;
        audit::rekey(&mut tx, ring, now).await?;
        tx.commit().await?;
        Ok(Self::of(storage, parts))
    }

    /// The same, to look at what is there: nothing is written.
    pub async fn look(storage: Storage, parts: Parts) -> Result<Self> {
        let mut tx = storage.db.read().await?;
        subject_keys::opens(&mut tx, &*storage.key_ring).await?;
        drop(tx);
        Ok(Self::of(storage, parts))
    }

    fn of(storage: Storage, parts: Parts) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let gallery = Gallery::new(storage.key_ring.clone(), parts.clock.clone(), parts.entropy.clone());
        Self(Arc::new(Whole {
            storage,
            parts,
            gallery,
            admissions: Semaphore::new(processors),
            bells: Bells::default(),
            uses: Uses::default(),
            last_seen: LastSeen::default(),
            reads: Desk::default(),
            stop: watch::Sender::new(false),
        }))
    }

    /// Says that this process is to end: whoever waits for something is told to ask again, and the loops come to their end.
    pub fn stop(&self) {
        self.0.stop.send_replace(true);
    }

    /// Whether it is to end, now and from when on.
    pub fn stopped(&self) -> watch::Receiver<bool> {
        self.0.stop.subscribe()
    }

    /// Ends the processes that look at pictures, and the connections to the database, so that the next process finds it free.
    pub async fn close(&self) {
        self.inspector.close();
        self.db().close().await;
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Every format of messages: that of each API, and the other one of those that have one.
    pub fn formats(&self) -> impl Iterator<Item = &'static dyn WebhookDialect> {
        self.dialects.iter().copied().flat_map(|d| [Some(d), d.native()]).flatten()
    }

    /// How an API formats its messages.
    pub fn dialect(&self, name: &str) -> Option<&'static dyn WebhookDialect> {
        self.formats().find(|d| d.name() == name)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.storage.db
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.0.storage.blobs
    }

    pub(crate) fn key_ring(&self) -> &dyn KeyRing {
        &*self.0.storage.key_ring
    }

    /// Has pictures looked at, in turn with other organizations.
    pub(crate) async fn inspect<J: Listed>(
        &self,
        organization: OrganizationId,
        job: J,
    ) -> Result<J::Answer, Failed> {
        self.inspector.ask(organization.uuid().as_u128(), job).await
    }

    /// The right to draw a report.
    pub(crate) fn admissions(&self) -> &Semaphore {
        &self.0.admissions
    }

    pub(crate) fn bells(&self) -> &Bells {
        &self.0.bells
    }

    pub(crate) fn uses(&self) -> &Uses {
        &self.0.uses
    }

    /// How the parts stood when somebody asked last.
    pub(crate) fn last_seen(&self) -> &LastSeen {
        &self.0.last_seen
    }

    /// What was read and is to be written down.
    pub(crate) fn reads(&self) -> &Desk {
        &self.0.reads
    }

    pub(crate) fn gallery(&self) -> &Gallery {
        &self.0.gallery
    }
}

impl std::ops::Deref for Engine {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

/// The last minute in which each credential was used in this process.
#[derive(Default)]
pub(crate) struct Uses(Mutex<HashMap<CredentialId, Timestamp>>);

impl Uses {
    pub(crate) fn first_of(&self, id: CredentialId, minute: Timestamp) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, minute) != Some(minute)
    }
}
