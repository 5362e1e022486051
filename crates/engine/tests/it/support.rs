//! An organization that uses the engine, and the invented API that it receives events through.

use std::sync::Arc;

use bonafide_core::{
    document::Side,
    event::{EventType, Message, STANDARD_WAITS, Subject, WebhookDialect},
    evidence::Position,
    id::VerificationId,
    verification::Kind,
};
use bonafide_engine::{
    Caller, Engine, Result, access,
    evidence::{self, Picture},
    verifications::{self, NewVerification},
};
use bonafide_invite::Inviter;
use bonafide_store::{Db, keyring::MemoryKeyRing};
use bonafide_testkit::{
    data::sample,
    engine::{Setup, Started, organization},
    world::{FixedClock, SeededEntropy},
};
use serde_json::{Value, json};

/// It sends everything but what becomes of people and of clients' records apart from identity verifications, under the core's own names.
pub struct Invented;

/// Its name.
pub const API: &str = "invented";

impl WebhookDialect for Invented {
    fn name(&self) -> &'static str {
        API
    }

    fn word(&self, event_type: EventType, kind: Kind) -> Option<&'static str> {
        match (event_type, kind) {
            (EventType::VerificationApproved, Kind::FaceAuthentication) => Some("authentication.approved"),
            (EventType::VerificationCompleted | EventType::VerificationReportCreated, _) => None,
            _ if matches!(event_type.subject(), Subject::Applicant | Subject::Client | Subject::Aml) => None,
            _ => Some(event_type.as_str()),
        }
    }

    fn body(&self, message: &Message<'_>) -> Value {
        let event = message.event;
        let about = VerificationId::from_uuid(event.subject);
        json!({
            "id": event.id, "type": message.word, "sequence": event.sequence, "about": about,
            "reason": event.snapshot.reason, "test": message.is_test(),
        })
    }

    fn signature_header(&self) -> Option<&'static str> {
        None
    }

    fn waits(&self) -> &'static [u32] {
        STANDARD_WAITS
    }
}

/// One caller of one engine.
pub struct App {
    pub engine: Engine,
    pub db: Db,
    pub clock: Arc<FixedClock>,
    pub entropy: Arc<SeededEntropy>,
    pub caller: Caller,
    pub key_ring: Arc<MemoryKeyRing>,
    pub folder: Arc<tempfile::TempDir>,
}

impl App {
    /// `database` is `sqlite` or `postgres`.
    pub async fn start(database: &str) -> Self {
        let mut setup = Setup::default();
        setup.settings.capture_url = "https://id.example.com/come#{link}".to_owned();
        Self::of(database, setup).await
    }

    /// An engine that writes to people.
    pub async fn start_inviting(inviter: Inviter) -> Self {
        Self::of("sqlite", Setup { inviter, ..Setup::default() }).await
    }

    pub async fn of(database: &str, setup: Setup) -> Self {
        let setup = Setup { dialects: vec![&Invented], ..setup };
        let Started { engine, db, clock, entropy, key_ring, folder, .. } = setup.start(database).await;
        let caller = organization(&engine, "first", false).await;
        Self { engine, db, clock, entropy, caller, key_ring, folder }
    }

    /// The same engine, used by somebody else.
    pub fn as_caller(&self, caller: Caller) -> Self {
        Self {
            engine: self.engine.clone(),
            db: self.db.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            caller,
            key_ring: self.key_ring.clone(),
            folder: self.folder.clone(),
        }
    }

    /// Another organization.
    pub async fn stranger(&self) -> Self {
        self.as_caller(organization(&self.engine, "second", false).await)
    }

    /// A sandbox.
    pub async fn sandbox(&self) -> Self {
        self.as_caller(organization(&self.engine, "sandbox", true).await)
    }

    /// An API key of the same organization.
    pub async fn colleague(&self) -> Self {
        let admin = Caller { scopes: "verifications keys".to_owned(), ..self.caller.clone() };
        let wanted = access::Wanted::new(access::Kind::ApiKey, "a key");
        let new = access::credentials::create(&self.engine, &admin, wanted).await.unwrap();
        let caller = access::authenticate(&self.engine, &new.secret.to_string()).await.unwrap();
        self.as_caller(caller.unwrap())
    }

    /// A new verification.
    pub async fn created(&self) -> VerificationId {
        verifications::create(&self.engine, &self.caller, NewVerification::default()).await.unwrap()
    }

    /// One whose events go to this address too.
    pub async fn created_for(&self, url: &str) -> Result<VerificationId> {
        let new =
            NewVerification { dialect: API, webhook_url: Some(url.to_owned()), ..NewVerification::default() };
        verifications::create(&self.engine, &self.caller, new).await
    }

    /// One that everything was captured for. In a sandbox every check comes out clear, but for these words of the
    /// sandbox; otherwise none can be made, since no network is installed here.
    pub async fn captured(&self, steps: &[(&str, &str)]) -> VerificationId {
        let mut steered =
            json!({"document": "clear", "face": "clear", "liveness": "clear", "screening": "clear"});
        for (step, word) in steps {
            steered[step] = json!(word);
        }
        let settings = if self.caller.sandbox { json!({ "sandbox": steered }) } else { Value::Null };
        let new = NewVerification { settings, ..NewVerification::default() };
        let id = verifications::create(&self.engine, &self.caller, new).await.unwrap();
        self.consent(id).await;
        self.capture(id).await;
        id
    }

    /// A document and a face of the sample person.
    pub async fn capture(&self, id: VerificationId) {
        let position = Position { latitude: 45.5, longitude: -73.6 };
        let picture = |name| Picture { field: "image".into(), bytes: std::fs::read(sample(name)).unwrap() };
        let (engine, caller) = (&self.engine, &self.caller);
        let document = picture("passport.jpg");
        evidence::accept_document(engine, caller, id, Side::Front, document, position).await.unwrap();
        evidence::start_liveness(engine, caller, id, position).await.unwrap();
        let frames = vec![picture("selfie.jpg").into()];
        evidence::accept_liveness(engine, caller, id, frames, position).await.unwrap();
    }

    pub async fn consent(&self, id: VerificationId) {
        verifications::consent(&self.engine, &self.caller, id, true).await.unwrap();
    }

    pub async fn anonymize(&self, id: VerificationId) {
        verifications::anonymize(&self.engine, &self.caller, id).await.unwrap();
    }
}
