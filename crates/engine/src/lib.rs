//! What the product does, one file per deed.
//!
//! Architecture invariants:
//! - A deed takes a [`Caller`]: there is no way to reach a tenant's data without one.
//! - State changes only through [`record::Record::apply`], in one transaction with its history line, its
//!   audit entry, its event and its jobs.
//! - No model, no picture decoding and no blob access inside a write transaction.
//! - A job may run twice; its effect happens once, because the effect and the end of the job commit together.

pub mod access;
pub mod applicants;
pub mod assess;
pub mod block_list;
mod caller;
mod error;
pub mod events;
pub mod evidence;
mod gallery;
pub mod health;
pub mod housekeeping;
pub mod idempotency;
pub mod identities;
pub mod invitations;
pub mod jobs;
pub mod location;
pub mod look_back;
mod record;
pub mod registry;
pub mod sandbox;
pub mod screening;
pub mod specimens;
pub mod trigger;
pub mod tuning;
pub mod verifications;
pub mod webhooks;
pub mod world;

use std::sync::Arc;

use bonafide_checks::models::Models;
use bonafide_core::{
    event::WebhookDialect,
    id::Entropy,
    time::{Clock, Timestamp},
};
use bonafide_courier::Courier;
use bonafide_invite::Inviter;
use bonafide_places::Places;
use bonafide_registry::Provider;
use bonafide_store::{Db, blobs::Blobs, keyring::KeyRing};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

pub use caller::{Caller, ClientAddress, Scope};
pub use error::{Error, Result};
pub use record::Private;

/// Everything the deeds need. Cheap to clone; one per process.
#[derive(Clone)]
pub struct Engine(Arc<Whole>);

struct Whole {
    parts: Parts,
    gallery: gallery::Gallery,
    admissions: tokio::sync::Semaphore,
    uses: access::token::Uses,
}

/// What an [`Engine`] is made of.
pub struct Parts {
    pub db: Db,
    pub blobs: Blobs,
    pub key_ring: Box<dyn KeyRing>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub models: Arc<Models>,
    /// The lists that people are screened against.
    pub screening: Arc<screening::Screening>,
    /// Where internet addresses and positions are.
    pub places: Places,
    /// The registry of licences that documents are held against, if there is one.
    pub registry: Option<Provider>,
    /// Who takes messages to subscribers.
    pub courier: Courier,
    /// Who writes to people.
    pub inviter: Inviter,
    /// How each API words and signs messages.
    pub dialects: Vec<&'static dyn WebhookDialect>,
    pub settings: Settings,
    /// When this process started.
    pub started_at: Timestamp,
    /// Rung when a job was enqueued in this process.
    pub work: Notify,
    /// Rung when a message to a subscriber was written in this process.
    pub post: Notify,
    /// Rung when a job of this process came to its end.
    pub done: Notify,
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
    /// Most pictures one verification may hand in, rejected retries included.
    pub max_pictures: i64,
    /// How long a job may go on without a sign of life, in seconds.
    pub job_lease_s: i64,
    /// How long a person who used up their attempts has to wait, in seconds.
    pub block_s: i64,
    /// Where people and callers reach this server, without a slash at the end; empty when it was not said.
    pub public_url: String,
    /// Where an invited person goes, with `{verification}` in it; empty when it was not said.
    pub capture_url: String,
    /// Requests a minute of a credential that was given no limit of its own.
    pub per_minute: i64,
    /// Requests a minute of all credentials of an organization together.
    pub per_minute_organization: i64,
    /// How long an endpoint may fail before nothing more is sent there, in seconds.
    pub webhook_patience_s: i64,
    /// How long messages that came to their end are kept, in days.
    pub webhook_history_days: i64,
    /// Networks of the proxies in front of this server, whose word on where a request came from is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// The header they say it in.
    pub forwarded_header: ForwardedHeader,
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
            block_s: 3600,
            public_url: String::new(),
            capture_url: String::new(),
            per_minute: 200,
            per_minute_organization: 2_000,
            webhook_patience_s: 5 * 24 * 3600,
            webhook_history_days: 90,
            trusted_proxies: vec![],
            forwarded_header: ForwardedHeader::default(),
        }
    }
}

impl Engine {
    /// Checks that the key ring is the one of this database and takes the parts over.
    pub async fn start(parts: Parts) -> Result<Self> {
        let mut tx = parts.db.begin().await?;
        bonafide_store::subject_keys::check_key_ring(
            &mut tx,
            &*parts.key_ring,
            parts.clock.now(),
            &*parts.entropy,
        )
        .await?;
        tx.commit().await?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let admissions = tokio::sync::Semaphore::new(processors);
        let (gallery, uses) = Default::default();
        Ok(Self(Arc::new(Whole { parts, gallery, admissions, uses })))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The right to decode a picture that came in.
    pub(crate) fn admissions(&self) -> &tokio::sync::Semaphore {
        &self.0.admissions
    }

    /// How an API words its messages.
    pub fn dialect(&self, name: &str) -> Option<&'static dyn WebhookDialect> {
        self.dialects.iter().copied().find(|d| d.name() == name)
    }

    pub(crate) fn uses(&self) -> &access::token::Uses {
        &self.0.uses
    }

    pub(crate) fn gallery(&self) -> &gallery::Gallery {
        &self.0.gallery
    }
}

impl std::ops::Deref for Engine {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}
