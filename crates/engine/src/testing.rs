//! An organization of its own for unit tests, and people who hand in documents that need not be read: what is on them is
//! given. No network is installed, so faces are not compared here; `dialects/vult/tests/it` has tests with faces.

use std::sync::Arc;

use bonafide_core::{
    document::{DocumentReading, DocumentType, Field, FieldName, Side, Source},
    evidence::{EvidenceKind, Position},
    finding::Finding,
    id::VerificationId,
    policy::ActivityLimits,
    time::{Clock, Timestamp},
    verification::{Action, Status},
};
use bonafide_courier::{Courier, Options};
use bonafide_inspect::Inspector;
use bonafide_invite::Inviter;
use bonafide_places::Places;
use bonafide_store::{Db, blobs::Blobs, evidence as evidence_rows, keyring::MemoryKeyRing};
use bonafide_testkit::world::{FixedClock, SeededEntropy};

use crate::{
    access,
    base::{
        caller::{Caller, ClientAddress, Device},
        engine::{Engine, Parts, Settings, Storage},
        lists::Screening,
        record::Record,
    },
    checks::{job::Case, who},
    evidence::accept::{self, Admitted, Origin},
    verifications::{self, NewVerification},
};

/// 1 June 2026, noon.
const NOON: Timestamp = Timestamp(1_780_315_200_000);

pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) caller: Caller,
    pub(crate) _folder: tempfile::TempDir,
}

/// What a person hands in.
#[derive(Clone, Copy)]
pub(crate) struct Handed<'a> {
    pub(crate) number: &'a str,
    pub(crate) first: &'a str,
    pub(crate) last: &'a str,
    pub(crate) born: &'a str,
    pub(crate) document_type: DocumentType,
    pub(crate) user: &'a str,
    pub(crate) address: Option<&'a str>,
    pub(crate) device: Option<&'a str>,
    pub(crate) limits: ActivityLimits,
    /// From the consent to the submission.
    pub(crate) seconds: i64,
}

pub(crate) const ANNA: Handed<'static> = Handed {
    number: "P1234567",
    first: "ANNA MARIA",
    last: "ERIKSSON",
    born: "1974-08-12",
    document_type: DocumentType::Passport,
    user: "",
    address: None,
    device: None,
    limits: ActivityLimits {
        window_s: 0,
        attempts_per_person: None,
        people_per_device: None,
        people_per_address: None,
        fastest_s: None,
    },
    seconds: 60,
};

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(None).await
    }

    /// On this database; on an SQLite file of its own where none is given.
    pub(crate) async fn with(address: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = || folder.path().join("bonafide.db").display().to_string();
        let address = address.unwrap_or_else(file);
        let clock = Arc::new(FixedClock::at(NOON));
        let entropy = Arc::new(SeededEntropy::new(7));
        let storage = Storage {
            db: Db::open(&address).await.unwrap(),
            blobs: Blobs::in_folder(&folder.path().join("blobs")).unwrap(),
            key_ring: Arc::new(MemoryKeyRing::new(&*entropy)),
        };
        let parts = Parts {
            started_at: clock.now(),
            clock: clock.clone(),
            entropy,
            inspector: Inspector::here(Arc::default()),
            screening: Arc::new(Screening::in_folder(folder.path().join("lists"))),
            places: Places::new(|_| Err("none".to_owned())),
            registry: None,
            seals: Arc::default(),
            courier: Courier::new(Options::default()).unwrap(),
            inviter: Inviter::new(bonafide_invite::Config::default()).unwrap(),
            dialects: vec![],
            report: bonafide_report::render,
            settings: Settings::default(),
        };
        let engine = Engine::start(storage, parts).await.unwrap();
        let caller = organization(&engine, "first", false).await;
        Self { engine, clock, caller, _folder: folder }
    }

    /// Somebody hands this in: what is being checked.
    pub(crate) async fn handed_in(&self, handed: Handed<'_>) -> Case {
        let new = NewVerification { user_id: handed.user.to_owned(), ..NewVerification::default() };
        let id = verifications::create(&self.engine, &self.caller, new).await.unwrap();
        verifications::consent(&self.engine, &self.caller, id, true).await.unwrap();
        self.clock.advance(handed.seconds * 1000);
        let mut tx = self.engine.db().begin().await.unwrap();
        let organization = self.caller.organization;
        let mut record = Record::load(&self.engine, &mut tx, organization, id).await.unwrap();
        let mut policy = record.policy().unwrap();
        policy.activity = handed.limits;
        record.row.policy = serde_json::to_value(policy).unwrap();
        record.row.status = Status::Processing.into();
        record.row.document_type = Some(handed.document_type.into());
        record.private.attempt = 1;
        record.private.handed_in_at = Some(self.engine.now());
        record.private.reading = Some(reading(&handed));
        record.save(&self.engine, &mut tx).await.unwrap();
        tx.commit().await.unwrap();
        self.give_selfie(&record, &handed).await;
        Case::of(record)
    }

    /// A selfie that came from there; it shows nothing.
    async fn give_selfie(&self, record: &Record, handed: &Handed<'_>) {
        let caller = Caller {
            address: handed.address.map(|a| ClientAddress(a.parse().unwrap())),
            device: handed.device.map(|d| Device(d.to_owned())),
            ..self.caller.clone()
        };
        let origin = Origin::of(&caller, Some(Position { latitude: 45.5, longitude: -73.6 }));
        let picture = Admitted { jpeg: vec![0], width: 1, height: 1, traces: None, frame: None };
        let row =
            accept::store(&self.engine, record, EvidenceKind::Selfie, 0, picture, origin).await.unwrap();
        let mut tx = self.engine.db().begin().await.unwrap();
        evidence_rows::insert(&mut tx, record.row.organization, &row).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What the search for who is who finds of it; the sightings are kept, as the job does.
    pub(crate) async fn checked(&self, handed: Handed<'_>) -> (VerificationId, Vec<Finding>) {
        let case = self.handed_in(handed).await;
        let id = case.record.row.id;
        let found = who::check(&self.engine, &case, None, true).await.unwrap();
        let mut tx = self.engine.db().begin().await.unwrap();
        let mut record = Record::load(&self.engine, &mut tx, self.caller.organization, id).await.unwrap();
        record.private.sightings = found.sightings;
        record.save(&self.engine, &mut tx).await.unwrap();
        tx.commit().await.unwrap();
        (id, found.findings)
    }

    /// Ends a session like this.
    pub(crate) async fn end(&self, id: VerificationId, action: Action) {
        let mut tx = self.engine.db().begin().await.unwrap();
        let mut record = Record::load(&self.engine, &mut tx, self.caller.organization, id).await.unwrap();
        let detail = serde_json::json!({});
        let done =
            verifications::transition::apply(&self.engine, &mut tx, &mut record, action, "test", detail);
        done.await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Another tenant, or a sandbox.
pub(crate) async fn organization(engine: &Engine, name: &str, sandbox: bool) -> Caller {
    let new = access::create_organization(engine, name, sandbox).await.unwrap();
    let secret = new.secret.to_string();
    let client = access::client(engine, &new.credential.public_id, &secret).await.unwrap();
    let Ok(issued) = access::issue(engine, &client, None).await else { panic!("no token") };
    access::authenticate(engine, &issued.token.to_string()).await.unwrap().unwrap()
}

fn reading(handed: &Handed<'_>) -> DocumentReading {
    let mut reading = DocumentReading {
        document_type: handed.document_type,
        issuer: Some("UTO".to_owned()),
        mrz_valid: Some(true),
        ..DocumentReading::default()
    };
    for (name, value) in [
        (FieldName::DocumentNumber, handed.number),
        (FieldName::FirstName, handed.first),
        (FieldName::LastName, handed.last),
        (FieldName::BirthDate, handed.born),
    ] {
        let value = value.to_owned();
        reading.add(
            name,
            Field { value, source: Source::Mrz, side: Side::Front, confidence: 1.0, region: None },
        );
    }
    reading
}
