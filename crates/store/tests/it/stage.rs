//! A fresh database with the few rows every test begins with.

use std::path::PathBuf;

use bonafide_core::{
    evidence::EvidenceKind,
    id::{ApplicantId, EvidenceId, Id, OrganizationId, VerificationId},
    plan::Plan,
    policy::LivenessMode,
    time::{Clock, Timestamp},
    verification::{Kind, Purpose, Status},
};
use bonafide_store::{
    Db, Tx, applicants,
    blobs::{BlobKey, Blobs},
    crypto::{Object, SubjectKey, seal, seal_json},
    evidence::Evidence,
    keyring::MemoryKeyRing,
    organizations::{self, Organization},
    subject_keys,
    verifications::{self, Verification},
};
use bonafide_testkit::world::{FixedClock, SeededEntropy};
use serde_json::json;

pub(crate) struct Stage {
    pub(crate) db: Db,
    pub(crate) clock: FixedClock,
    pub(crate) entropy: SeededEntropy,
    pub(crate) ring: MemoryKeyRing,
    pub(crate) blobs: Blobs,
    pub(crate) folder: tempfile::TempDir,
}

/// A tenant with one person and one verification.
pub(crate) struct Tenant {
    pub(crate) organization: OrganizationId,
    pub(crate) applicant: ApplicantId,
    pub(crate) key: SubjectKey,
    pub(crate) verification: VerificationId,
}

impl Stage {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(folder.path().join("bonafide.db").to_str().unwrap()).await.unwrap();
        Self::on(db, folder)
    }

    pub(crate) async fn postgres() -> Self {
        let url = tokio::task::spawn_blocking(bonafide_testkit::postgres::database).await.unwrap();
        Self::on(Db::open(&url).await.unwrap(), tempfile::tempdir().unwrap())
    }

    fn on(db: Db, folder: tempfile::TempDir) -> Self {
        let entropy = SeededEntropy::new(7);
        let ring = MemoryKeyRing::new(&entropy);
        let blobs = Blobs::in_folder(&folder.path().join("blobs")).unwrap();
        Self { db, clock: FixedClock::default(), entropy, ring, blobs, folder }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn id<T>(&self) -> Id<T> {
        Id::new(self.now(), &self.entropy)
    }

    pub(crate) async fn begin(&self) -> Tx {
        self.db.begin().await.unwrap()
    }

    pub(crate) async fn read(&self) -> Tx {
        self.db.read().await.unwrap()
    }

    pub(crate) async fn organization(&self) -> OrganizationId {
        let id = self.id();
        let mut tx = self.begin().await;
        let row = Organization {
            id,
            name: "Acme".into(),
            created_at: self.now(),
            sandbox: true,
            clock_ahead_ms: 0,
            plan: Plan::Active.into(),
        };
        organizations::insert(&mut tx, &row).await.unwrap();
        assert_eq!(organizations::get(&mut tx, id).await.unwrap(), Some(row));
        tx.commit().await.unwrap();
        id
    }

    /// Adds a person whose sealed data are `{"name": name}`.
    pub(crate) async fn applicant(
        &self,
        organization: OrganizationId,
        name: &str,
    ) -> (ApplicantId, SubjectKey) {
        let id = self.id();
        let mut tx = self.begin().await;
        applicants::insert(&mut tx, organization, id, self.now()).await.unwrap();
        // As every start of a server does.
        subject_keys::check_key_ring(&mut tx, &self.ring, self.now(), &self.entropy).await.unwrap();
        let key = subject_keys::create(&mut tx, organization, id, &self.ring, self.now(), &self.entropy)
            .await
            .unwrap();
        let sealed = seal_json(&key, Object::Applicant(id), &json!({ "name": name }), &self.entropy).unwrap();
        applicants::update(&mut tx, organization, id, &sealed).await.unwrap();
        tx.commit().await.unwrap();
        (id, key)
    }

    pub(crate) async fn tenant(&self) -> Tenant {
        let organization = self.organization().await;
        let (applicant, key) = self.applicant(organization, "Zoë Ångström").await;
        let row = self.verification(organization, applicant, &key);
        let mut tx = self.begin().await;
        verifications::insert(&mut tx, organization, &row).await.unwrap();
        tx.commit().await.unwrap();
        Tenant { organization, applicant, key, verification: row.id }
    }

    pub(crate) fn verification(
        &self,
        organization: OrganizationId,
        applicant: ApplicantId,
        key: &SubjectKey,
    ) -> Verification {
        let id = self.id();
        Verification {
            id,
            organization,
            applicant,
            credential: None,
            dialect: "vult".into(),
            kind: Kind::IdentityVerification.into(),
            purpose: Purpose::Idv.into(),
            client: None,
            matter: None,
            identity: None,
            user_id: "user-1".into(),
            status: Status::Created.into(),
            version: 1,
            consent_given: None,
            consent_at: None,
            consent_text_version: None,
            document_type: None,
            liveness_mode: LivenessMode::Passive.into(),
            policy: json!({"document": true, "attempts": 3}),
            weights: None,
            sealed: seal(key, Object::Verification(id), b"{}", &self.entropy).unwrap(),
            verified: None,
            score: None,
            created_at: self.now(),
            updated_at: self.now(),
            completed_at: None,
            expires_at: Some(self.now().plus_secs(86_400)),
        }
    }

    /// A picture of a tenant's verification, stored in the blobs but not in the rows.
    pub(crate) async fn picture(&self, tenant: &Tenant, kind: EvidenceKind, bytes: &[u8]) -> Evidence {
        let id: EvidenceId = self.id();
        let blob_key: BlobKey = self.blobs.put(&tenant.key, id, bytes.to_vec(), &self.entropy).await.unwrap();
        Evidence {
            id,
            organization: tenant.organization,
            verification: tenant.verification,
            applicant: tenant.applicant,
            kind: kind.into(),
            sequence: 0,
            blob_key,
            bytes: bytes.len() as i64,
            width: 640,
            height: 480,
            sealed: seal(&tenant.key, Object::Evidence(id), br#"{"latitude":59.33}"#, &self.entropy).unwrap(),
            created_at: self.now(),
            superseded_at: None,
        }
    }

    /// What somebody does who can write to the database past the product.
    pub(crate) async fn tamper(&self, sql: &'static str) -> Result<(), sqlx::Error> {
        match &self.db {
            Db::Sqlite { write, .. } => sqlx::raw_sql(sql).execute(write).await.map(drop),
            Db::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop),
        }
    }

    /// The same with a text that was put together.
    pub(crate) async fn tamper_with(&self, sql: String) {
        let sql = sqlx::AssertSqlSafe(sql);
        match &self.db {
            Db::Sqlite { write, .. } => sqlx::raw_sql(sql).execute(write).await.map(drop),
            Db::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop),
        }
        .unwrap();
    }

    /// Bytes as the database's SQL has them.
    pub(crate) fn literal(&self, bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match &self.db {
            Db::Sqlite { .. } => format!("x'{digits}'"),
            Db::Postgres(_) => format!("'\\x{digits}'::bytea"),
        }
    }

    /// An id as the database's SQL has it.
    pub(crate) fn id_literal<T>(&self, id: Id<T>) -> String {
        match &self.db {
            Db::Sqlite { .. } => self.literal(id.uuid().as_bytes()),
            Db::Postgres(_) => format!("'{}'", id.uuid()),
        }
    }

    /// A number that the database tells.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        match &self.db {
            Db::Sqlite { write, .. } => sqlx::query_scalar(sql).fetch_one(write).await.unwrap(),
            Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    /// How SQLite would answer a query; of PostgreSQL, which goes through small tables as they are, every index that there is.
    pub(crate) async fn plan(&self, sql: &str) -> String {
        let lines: Vec<String> = match &self.db {
            Db::Sqlite { write, .. } => {
                let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
                let rows: Vec<(i64, i64, i64, String)> =
                    sqlx::query_as(explain).fetch_all(write).await.unwrap();
                rows.into_iter().map(|(.., detail)| detail).collect()
            }
            Db::Postgres(pool) => {
                sqlx::query_scalar("SELECT indexname::text FROM pg_indexes").fetch_all(pool).await.unwrap()
            }
        };
        lines.join("; ")
    }

    pub(crate) async fn lift_append_only(&self) {
        let sql = match &self.db {
            Db::Sqlite { .. } => "DROP TRIGGER audit_log_no_update; DROP TRIGGER audit_log_no_delete",
            Db::Postgres(_) => "DROP TRIGGER audit_log_no_change ON audit_log",
        };
        self.tamper(sql).await.unwrap();
    }

    /// Forges an audit entry.
    pub(crate) async fn rewrite(&self, organization: OrganizationId, seq: i64, actor: &str, hash: &[u8]) {
        const SQL: &str = "UPDATE audit_log SET actor = $3, hash = $4 WHERE organization = $1 AND seq = $2";
        let rows = match &self.db {
            Db::Sqlite { write, .. } => {
                let query = sqlx::query(SQL).bind(organization.uuid()).bind(seq).bind(actor).bind(hash);
                query.execute(write).await.unwrap().rows_affected()
            }
            Db::Postgres(pool) => {
                let query = sqlx::query(SQL).bind(organization.uuid()).bind(seq).bind(actor).bind(hash);
                query.execute(pool).await.unwrap().rows_affected()
            }
        };
        assert_eq!(rows, 1);
    }

    /// The wrapped key of the only applicant.
    pub(crate) async fn wrapped_key(&self) -> Vec<u8> {
        const SQL: &str = "SELECT wrapped_key FROM subject_keys";
        match &self.db {
            Db::Sqlite { write, .. } => sqlx::query_scalar(SQL).fetch_one(write).await.unwrap(),
            Db::Postgres(pool) => sqlx::query_scalar(SQL).fetch_one(pool).await.unwrap(),
        }
    }

    /// One column of a table as it is stored.
    pub(crate) async fn bytes(&self, sql: &'static str) -> Vec<Vec<u8>> {
        match &self.db {
            Db::Sqlite { write, .. } => sqlx::query_scalar(sql).fetch_all(write).await.unwrap(),
            Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        }
    }

    /// Every folder anything was written to, with everything written out.
    pub(crate) async fn folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.folder.path().to_owned()];
        if let Db::Postgres(pool) = &self.db {
            sqlx::raw_sql("CHECKPOINT").execute(pool).await.unwrap();
            folders.push(bonafide_testkit::postgres::cluster().folder().to_owned());
        }
        folders
    }
}
