//! What a caller was told, and what the database and the folder hold.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use bonafide_core::{
    id::{ApplicantId, ReviewId, VerificationId},
    verification::{Kind, Status},
};
use bonafide_store::Db;
use serde_json::Value;
use sqlx::{FromRow, Row, SqlitePool, sqlite::SqliteRow, types::Json};
use uuid::Uuid;

/// What was promised: it stands, whatever happens afterwards.
#[derive(Debug, Clone)]
pub enum Fact {
    Created(VerificationId),
    /// A request with an idempotency key, by its number.
    Answered(usize, VerificationId),
    Consented(VerificationId, bool),
    Submitted(VerificationId),
    Reviewed(VerificationId, ReviewId),
    Withdrawn(VerificationId),
    Erased(VerificationId),
    Deleted(VerificationId),
    Forgotten(ApplicantId),
    /// What an answer alone shows to be wrong.
    Broken(String),
}

/// A struct that is read from columns of its fields' names.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $visible:vis $field:ident: $of:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name { $($(#[$about])* $visible $field: $of,)+ }

        impl<'r> FromRow<'r, SqliteRow> for $name {
            fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
                Ok(Self { $($field: row.try_get(stringify!($field))?,)+ })
            }
        }
    };
}

row! {
    Verification {
        pub id: Uuid,
        pub applicant: Uuid,
        pub identity: Option<Uuid>,
        kind: String,
        status: String,
        pub consent_given: Option<bool>,
        pub expires_at: Option<i64>,
        pub deleted_at: Option<i64>,
        pub policy: Json<Value>,
    }
}

impl Verification {
    pub fn status(&self) -> Status {
        Status::parse(&self.status).unwrap()
    }

    pub fn kind(&self) -> Kind {
        Kind::parse(&self.kind).unwrap()
    }
}

row! {
    Line {
        verification: Uuid,
        pub seq: i64,
        pub event: String,
        pub detail: Json<Value>,
    }
}

row! {
    Event {
        pub id: Uuid,
        pub position: i64,
        pub kind: String,
        pub subject: Uuid,
        pub sequence: i64,
    }
}

row! {
    Job {
        pub kind: String,
        pub subject: Uuid,
        pub run_at: i64,
        pub lease_until: i64,
    }
}

row! {
    Person {
        pub id: Uuid,
        pub anonymized_at: Option<i64>,
        pub sealed: i64,
        pub wrapped: i64,
        pub destroyed_at: Option<i64>,
        /// Rows that they are known again or found by.
        pub traces: i64,
        /// Steps that still hold what was said.
        pub said: i64,
    }
}

row! {
    Evidence {
        pub applicant: Uuid,
        pub verification: Uuid,
        pub kind: String,
        pub blob_key: String,
        pub superseded_at: Option<i64>,
    }
}

row! {
    Assessment {
        verification: Uuid,
        pub outcome: String,
        pub detail: Json<Value>,
    }
}

row! {
    Review {
        pub id: Uuid,
        pub verification: Uuid,
        pub decided: bool,
        pub status: String,
    }
}

row! {
    Audited {
        pub seq: i64,
        pub action: String,
        pub object: String,
    }
}

/// Everything at one moment.
#[derive(Debug)]
pub struct Seen {
    pub now: i64,
    pub verifications: Vec<Verification>,
    pub history: BTreeMap<Uuid, Vec<Line>>,
    pub events: Vec<Event>,
    pub event_head: i64,
    /// Those that are neither done nor given up.
    pub jobs: Vec<Job>,
    pub people: BTreeMap<Uuid, Person>,
    pub evidence: Vec<Evidence>,
    pub assessments: BTreeMap<Uuid, Vec<Assessment>>,
    pub reviews: Vec<Review>,
    pub audit: Vec<Audited>,
    pub audit_head: i64,
    /// Messages by event, with how they stand.
    pub messages: BTreeMap<Uuid, Vec<String>>,
    /// Names of the files of pictures.
    pub files: BTreeSet<String>,
    /// Whether there is a list to screen against.
    pub listed: bool,
    /// What was promised until now.
    pub facts: Vec<Fact>,
}

impl Seen {
    pub async fn look(db: &Db, folder: &Path, now: i64, facts: &[Fact]) -> Self {
        let Db::Sqlite { read, .. } = db else { unreachable!("the simulation is on SQLite") };
        let lines: Vec<Line> =
            all(read, "SELECT verification, seq, event, detail FROM history ORDER BY seq").await;
        let judged: Vec<Assessment> =
            all(read, "SELECT verification, outcome, detail FROM assessments ORDER BY number").await;
        let told: Vec<(Uuid, String)> = all(read, "SELECT event, status FROM deliveries").await;
        let people: Vec<Person> = all(
            read,
            "SELECT a.id, a.anonymized_at, LENGTH(a.sealed) AS sealed, LENGTH(k.wrapped_key) AS wrapped, k.destroyed_at,
                 (SELECT COUNT(*) FROM features t WHERE t.applicant = a.id)
                 + (SELECT COUNT(*) FROM marks t WHERE t.applicant = a.id)
                 + (SELECT COUNT(*) FROM screenings t WHERE t.applicant = a.id)
                 + (SELECT COUNT(*) FROM dismissals t WHERE t.applicant = a.id)
                 + (SELECT COUNT(*) FROM searchable t WHERE t.applicant = a.id) AS traces,
                 (SELECT COUNT(*) FROM steps t WHERE t.applicant = a.id AND LENGTH(t.sealed) > 0) AS said
             FROM applicants a JOIN subject_keys k ON k.applicant = a.id",
        )
        .await;
        let heads: Vec<(i64, i64)> = all(
            read,
            "SELECT COALESCE((SELECT MAX(position) FROM event_heads), 0), COALESCE((SELECT MAX(seq) FROM audit_heads), 0)",
        )
        .await;
        let (event_head, audit_head) = heads[0];
        Self {
            now,
            verifications: all(
                read,
                "SELECT id, applicant, identity, kind, status, consent_given, expires_at, deleted_at, policy
                 FROM verifications ORDER BY id",
            )
            .await,
            history: grouped(lines, |line| line.verification),
            events: all(read, "SELECT id, position, kind, subject, sequence FROM events ORDER BY position").await,
            event_head,
            jobs: all(
                read,
                "SELECT kind, subject, run_at, lease_until FROM jobs WHERE done_at IS NULL AND failed_at IS NULL",
            )
            .await,
            people: people.into_iter().map(|person| (person.id, person)).collect(),
            evidence: all(read, "SELECT applicant, verification, kind, blob_key, superseded_at FROM evidence").await,
            assessments: grouped(judged, |assessment| assessment.verification),
            reviews: all(read, "SELECT id, verification, decided, status FROM reviews").await,
            audit: all(read, "SELECT seq, action, object FROM audit_log ORDER BY seq").await,
            audit_head,
            messages: grouped(told, |(event, _)| *event)
                .into_iter()
                .map(|(event, rows)| (event, rows.into_iter().map(|(_, status)| status).collect()))
                .collect(),
            files: files(&folder.join("blobs")),
            listed: folder.join("lists").exists(),
            facts: facts.to_vec(),
        }
    }

    pub fn of(&self, id: VerificationId) -> Option<&Verification> {
        self.verifications.iter().find(|v| v.id == id.uuid())
    }

    pub fn lines(&self, id: Uuid) -> &[Line] {
        self.history.get(&id).map_or(&[], Vec::as_slice)
    }

    pub fn is_erased(&self, person: Uuid) -> bool {
        self.people.get(&person).is_some_and(|person| person.anonymized_at.is_some())
    }
}

async fn all<T>(pool: &SqlitePool, sql: &'static str) -> Vec<T>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    sqlx::query_as(sql).fetch_all(pool).await.unwrap()
}

fn grouped<T>(rows: Vec<T>, of: impl Fn(&T) -> Uuid) -> BTreeMap<Uuid, Vec<T>> {
    let mut groups: BTreeMap<Uuid, Vec<T>> = BTreeMap::new();
    for row in rows {
        groups.entry(of(&row)).or_default().push(row);
    }
    groups
}

fn files(root: &Path) -> BTreeSet<String> {
    let folders = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).filter(|path| path.is_dir());
    let names = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name()));
    names.filter_map(|name| name.into_string().ok()).filter(|name| !name.contains('.')).collect()
}
