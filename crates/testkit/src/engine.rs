//! The engine in memory: a database of its own, a clock that stands, receivers of messages on this machine.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bonafide_checks::{address_document::Certificates, models::Models};
use bonafide_core::{
    event::WebhookDialect,
    time::{Clock, Timestamp},
};
use bonafide_courier::{Courier, Options};
use bonafide_engine::{
    Caller, Engine, Parts, Settings, Storage,
    access::{self, Kind, Wanted},
    jobs,
    screening::Screening,
};
use bonafide_inspect::Inspector;
use bonafide_invite::Inviter;
use bonafide_places::{Part, Places};
use bonafide_registry::Provider;
use bonafide_store::{Db, blobs::Blobs, keyring::MemoryKeyRing};

use crate::world::{FixedClock, SeededEntropy};

/// 1 June 2026, noon: the sample documents are judged as of then.
pub const NOON: Timestamp = Timestamp(1_780_315_200_000);

/// What differs between one engine and another.
pub struct Setup {
    /// None by default: no check that looks at pictures can run.
    pub models: Arc<Models>,
    pub registry: Option<Provider>,
    /// None by default: no seal is verified.
    pub seals: Certificates,
    pub inviter: Inviter,
    pub dialects: Vec<&'static dyn WebhookDialect>,
    pub settings: Settings,
    /// Kinds of jobs of which every worker dies, the last one too. On SQLite.
    pub dying: &'static [&'static str],
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            models: Arc::default(),
            registry: None,
            seals: Certificates::default(),
            inviter: Inviter::new(bonafide_invite::Config::default()).expect("built-in texts"),
            dialects: vec![],
            dying: &[],
            settings: Settings {
                max_pictures: 12,
                per_minute: 100_000,
                per_minute_organization: 40,
                capture_url: "https://id.example.com/come?v={verification}".to_owned(),
                share_url: "https://id.example.com/shared#{code}".to_owned(),
                ..Settings::default()
            },
        }
    }
}

/// A running engine, and what it stands on.
pub struct Started {
    pub engine: Engine,
    pub db: Db,
    pub clock: Arc<FixedClock>,
    pub entropy: Arc<SeededEntropy>,
    pub key_ring: Arc<MemoryKeyRing>,
    /// Database (where it is SQLite), pictures and lists; removed with it.
    pub folder: Arc<tempfile::TempDir>,
    /// Where the database is.
    pub address: String,
}

impl Started {
    /// Another process on the same database and pictures, after this one ended.
    ///
    /// # Panics
    /// When the database cannot be opened again.
    pub async fn again(self, setup: Setup) -> Self {
        let Self { engine, db, clock, entropy, key_ring, folder, address } = self;
        engine.close().await;
        drop((engine, db));
        let db = Db::open(&address).await.expect("a database");
        setup.on(db, folder, clock, entropy, key_ring, address).await
    }
}

impl Setup {
    /// `database` is `sqlite` or `postgres`.
    ///
    /// # Panics
    /// When something of it cannot be had on this machine.
    pub async fn start(self, database: &str) -> Started {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let clock = Arc::new(FixedClock::at(NOON));
        let entropy = Arc::new(SeededEntropy::new(7));
        let address = match database {
            "postgres" => tokio::task::spawn_blocking(crate::postgres::database).await.expect("a database"),
            _ => folder.path().join("bonafide.db").display().to_string(),
        };
        let key_ring = Arc::new(MemoryKeyRing::new(&*entropy));
        let db = Db::open(&address).await.expect("a database");
        self.on(db, folder, clock, entropy, key_ring, address).await
    }

    /// On a database that is open, with what it was written with.
    ///
    /// # Panics
    /// When something of it cannot be had on this machine.
    pub async fn on(
        self,
        db: Db,
        folder: Arc<tempfile::TempDir>,
        clock: Arc<FixedClock>,
        entropy: Arc<SeededEntropy>,
        key_ring: Arc<MemoryKeyRing>,
        address: String,
    ) -> Started {
        for kind in self.dying {
            let Db::Sqlite { write, .. } = &db else { panic!("workers die on SQLite alone") };
            let dies = format!(
                "CREATE TRIGGER dies_{kind} AFTER INSERT ON jobs WHEN NEW.kind = '{kind}'
                 BEGIN UPDATE jobs SET attempts = max_attempts WHERE id = NEW.id; END"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(dies)).execute(write).await.expect("a trigger");
        }
        let courier = Options {
            // Receivers of these tests; 127.0.0.1 itself stays forbidden.
            allow: vec!["127.0.0.2/32".parse().expect("a network")],
            // A receiver that never answers does so for longer than a slow machine needs for the rest.
            timeout: Duration::from_secs(300),
            ..Options::default()
        };
        let storage = Storage {
            db: db.clone(),
            blobs: Blobs::in_folder(&folder.path().join("blobs")).expect("a folder for pictures"),
            key_ring: key_ring.clone(),
        };
        let parts = Parts {
            started_at: clock.now(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            // The same code as in processes of their own, which need the program; crates/bonafide has tests with those.
            inspector: Inspector::here(self.models),
            screening: Arc::new(Screening::in_folder(folder.path().join("lists"))),
            places: places(),
            registry: self.registry,
            seals: Arc::new(self.seals),
            courier: Courier::new(courier).expect("a courier"),
            inviter: self.inviter,
            dialects: self.dialects,
            report: bonafide_report::render,
            settings: self.settings,
        };
        let engine = Engine::start(storage, parts).await.expect("a healthy engine");
        Started { engine, db, clock, entropy, key_ring, folder, address }
    }
}

/// A new organization, and its client, who may do everyday work.
///
/// # Panics
/// When it cannot be made.
pub async fn organization(engine: &Engine, name: &str, sandbox: bool) -> Caller {
    let new = access::create_organization(engine, name, sandbox).await.expect("an organization");
    let (id, secret) = (&new.credential.public_id, new.secret.to_string());
    let client = access::client(engine, id, &secret).await.expect("its client");
    let issued = access::issue(engine, &client, None).await.expect("a token");
    let caller = access::authenticate(engine, &issued.token.to_string()).await.expect("an answer");
    caller.expect("a caller")
}

/// Another key of a caller's organization, with these scopes.
///
/// # Panics
/// When it cannot be made.
pub async fn new_key(engine: &Engine, caller: &Caller, scopes: &str) -> String {
    let admin = Caller { scopes: "verifications reviews policy keys".to_owned(), ..caller.clone() };
    let wanted = Wanted { scopes: scopes.to_owned(), ..Wanted::new(Kind::ApiKey, "a key") };
    access::credentials::create(engine, &admin, wanted).await.expect("a key").secret.to_string()
}

/// What a request that waits for the checks comes to, while they run in this task.
///
/// # Panics
/// When a job fails.
pub async fn with_jobs<T>(engine: &Engine, asking: impl Future<Output = T>) -> T {
    let answered = AtomicBool::new(false);
    let asking = async {
        let answer = asking.await;
        answered.store(true, Ordering::SeqCst);
        answer
    };
    // To the end of what was begun: a job that is dropped keeps its lease, and the clock does not go on by itself.
    let work = async {
        while !answered.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            jobs::run_pending(engine).await.expect("jobs that run");
        }
    };
    tokio::join!(asking, work).0
}

/// Two towns, and addresses in one of them.
fn places() -> Places {
    let towns = "45.50884\t-73.58781\tCA\tQuebec\tMontréal\tMontréal\n51.51279\t-0.09184\tGB\tEngland\tGreater London\tCity of London\n";
    Places::new(move |part| match part {
        Part::Names => Ok(towns.into()),
        Part::Ipv4 | Part::Ipv6 => Ok(crate::places::london()),
    })
}

/// Emits each test once per database: `sqlite::NAME` and `postgres::NAME` call `NAME(&App::start(database).await)` with
/// the `App` of the module that says it.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name(&super::App::start("sqlite").await).await })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name(&super::App::start("postgres").await).await })*
        }
    };
}
