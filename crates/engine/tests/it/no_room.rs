//! A disk that is full or cannot be written, at each place of a verification and of a deletion: what was asked is undone and
//! refused by its name, nothing is lost and nobody approved, and when there is room again it goes on by itself.

use std::ops::Not;

use bonafide_core::{document::Side, id::VerificationId, verification::Status};
use bonafide_engine::{
    Error, Result,
    evidence::{self, Picture},
    identities, jobs,
    verifications::{self, NewVerification},
};
use bonafide_store::{Db, audit};
use bonafide_testkit::{data::sample, on_both};
use serde_json::json;

use crate::{races::tamper, support::App};

on_both!(
    a_database_that_cannot_be_written_undoes_each_step_and_loses_none,
    requirement_15_a_disk_that_fills_up_in_the_middle_undoes_the_step,
);

fn picture(name: &str) -> Picture {
    Picture { field: "image".into(), bytes: std::fs::read(sample(name)).unwrap() }
}

/// What is done to somebody, in this order.
#[derive(Debug, Clone, Copy)]
enum Step {
    Create,
    Consent,
    Document,
    Liveness,
    Face,
    HandIn,
    /// One job of those that are due: a check, or the decision.
    Work,
    Authenticate,
    Erase,
    EraseIdentity,
}

/// Somebody on the way.
struct Way<'a> {
    app: &'a App,
    id: Option<VerificationId>,
    authentication: Option<VerificationId>,
}

impl Way<'_> {
    async fn go(&mut self, step: Step) -> Result<()> {
        let (engine, caller) = (&self.app.engine, &self.app.caller);
        let id = || self.id.unwrap();
        match step {
            Step::Create => {
                let clear =
                    json!({"document": "clear", "face": "clear", "liveness": "clear", "screening": "clear"});
                let settings = json!({ "sandbox": clear });
                let new = NewVerification { settings, ..NewVerification::default() };
                self.id = Some(verifications::create(engine, caller, new).await?);
                Ok(())
            }
            Step::Consent => verifications::consent(engine, caller, id(), true).await,
            Step::Document => {
                let side = Side::Front;
                evidence::accept_document(engine, caller, id(), side, picture("passport.jpg"), None).await
            }
            Step::Liveness => evidence::start_liveness(engine, caller, id(), None).await.map(drop),
            Step::Face => {
                let frames = vec![picture("selfie.jpg").into()];
                evidence::accept_liveness(engine, caller, id(), frames, None).await.map(drop)
            }
            Step::HandIn => verifications::submit(engine, caller, id(), None).await,
            Step::Work => jobs::run_pending(engine).await.map(drop),
            Step::Authenticate => {
                let identity = verifications::read(engine, caller, id()).await?.identity.unwrap();
                let new = NewVerification::default();
                self.authentication = Some(verifications::authenticate(engine, caller, identity, new).await?);
                Ok(())
            }
            Step::Erase => verifications::anonymize(engine, caller, id()).await,
            Step::EraseIdentity => {
                let identity = verifications::read(engine, caller, id()).await?.identity.unwrap();
                identities::anonymize(engine, caller, identity).await
            }
        }
    }

    /// Everything that a reader sees of it, and how much was ever noted.
    async fn stands(&self) -> (String, i64) {
        let (engine, caller) = (&self.app.engine, &self.app.caller);
        let mut all = String::new();
        for id in [self.id, self.authentication].into_iter().flatten() {
            let view = verifications::read(engine, caller, id).await.unwrap();
            let given = evidence::given(engine, caller, id).await.unwrap();
            all += &format!("{} {:?} {:?} {:?}; ", view.status, view.history, given.len(), view.identity);
        }
        let mut tx = self.app.db.read().await.unwrap();
        let lines = audit::list(&mut tx, caller.organization, 0, 10_000).await.unwrap();
        (all, lines.len() as i64)
    }
}

/// The disk is there to be read alone, or again to be written.
async fn read_only(db: &Db, on: bool) {
    match db {
        Db::Sqlite { .. } => {
            tamper(db, &format!("PRAGMA query_only = {}", if on { "ON" } else { "OFF" })).await;
        }
        Db::Postgres(pool) => {
            let mut connection = pool.acquire().await.unwrap();
            let set = if on { "on" } else { "off" };
            for sql in [
                "SET default_transaction_read_only = off".to_owned(),
                format!(
                    "DO $$ BEGIN
                        EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {set}', current_database());
                    END $$"
                ),
                // Of new connections, so the others end, and this one too.
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    .to_owned(),
            ] {
                sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await.unwrap();
            }
            connection.close().await.unwrap();
        }
    }
}

async fn a_database_that_cannot_be_written_undoes_each_step_and_loses_none(app: &App) {
    use Step::{Authenticate, Consent, Create, Document, Erase, EraseIdentity, Face, HandIn, Liveness, Work};
    let app = &app.sandbox().await;
    let mut way = Way { app, id: None, authentication: None };
    for step in [
        Create,
        Consent,
        Document,
        Liveness,
        Face,
        HandIn,
        Work,
        Authenticate,
        EraseIdentity,
        Create,
        Consent,
        Document,
        Erase,
    ] {
        let before = way.stands().await;
        read_only(&app.db, true).await;
        for _ in 0..2 {
            let refused = way.go(step).await;
            assert!(matches!(refused, Err(Error::NoRoom { .. })), "{step:?}: {refused:?}");
            assert_eq!(way.stands().await, before, "{step:?}");
        }
        read_only(&app.db, false).await;
        way.go(step).await.unwrap_or_else(|error| panic!("{step:?} with room again: {error:?}"));
        assert_ne!(way.stands().await, before, "{step:?} was done");
        if let Work = step {
            let view = verifications::read(&app.engine, &app.caller, way.id.unwrap()).await.unwrap();
            assert_eq!(view.status, Status::Approved);
        }
        if let EraseIdentity = step {
            (way.id, way.authentication) = (None, None);
        }
    }
}

/// How much can still be written: pages to SQLite's file; on PostgreSQL statements, those that end a transaction with a line of the
/// audit log among them, of which the next fails as the server fails it that cannot extend a file.
async fn leave(db: &Db, room: Option<i64>) {
    const NONE: i64 = 1_000_000;
    match (db, room) {
        (Db::Sqlite { write, .. }, Some(room)) => {
            let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(write).await.unwrap();
            tamper(db, &format!("PRAGMA max_page_count = {}", pages + room)).await;
        }
        (Db::Sqlite { .. }, None) => {
            tamper(db, "PRAGMA max_page_count = 1000000").await;
        }
        (Db::Postgres(_), room) => {
            tamper(db, &format!("SELECT setval('room', {})", NONE - room.unwrap_or(NONE - 1))).await;
        }
    }
}

/// Has [`leave`] count what is written.
async fn count_writes(db: &Db) {
    if let Db::Postgres(pool) = db {
        let count = "CREATE SEQUENCE room;
             CREATE FUNCTION room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('room') > 1000000 THEN
                     RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
                 END IF;
                 RETURN NULL;
             END $$;
             CREATE CONSTRAINT TRIGGER room_at_the_end AFTER INSERT ON audit_log
                 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION room();
             DO $$ DECLARE t text; BEGIN
                 FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                     EXECUTE format('CREATE TRIGGER room BEFORE INSERT OR UPDATE OR DELETE ON %I
                         FOR EACH STATEMENT EXECUTE FUNCTION room()', t);
                 END LOOP;
             END $$";
        sqlx::raw_sql(count).execute(pool).await.unwrap();
    }
}

/// The same where the disk fills up at one place after another of each step.
async fn requirement_15_a_disk_that_fills_up_in_the_middle_undoes_the_step(app: &App) {
    let app = &app.sandbox().await;
    count_writes(&app.db).await;
    let mut way = Way { app, id: None, authentication: None };
    let mut refusals = 0;
    use Step::{Consent, Create, Document, Erase, Face, HandIn, Liveness, Work};
    for step in [Create, Consent, Document, Liveness, Face, HandIn, Work, Erase] {
        let before = way.stands().await;
        for more in 0.. {
            assert!(more < 300, "{step:?} needs no more");
            leave(&app.db, Some(more)).await;
            let done = way.go(step).await;
            assert!(matches!(done, Ok(()) | Err(Error::NoRoom { .. })), "{step:?} {more}: {done:?}");
            // Jobs that fail are tried again later.
            let over = match step {
                Work => way.stands().await.0.starts_with("processing").not(),
                _ => done.is_ok(),
            };
            if over {
                break;
            }
            refusals += 1;
            if let Work = step {
                app.clock.advance(120_000);
            } else {
                assert_eq!(way.stands().await, before, "{step:?} {more}");
            }
        }
        leave(&app.db, None).await;
        if !matches!(step, Work) {
            assert_ne!(way.stands().await, before, "{step:?} was done");
        }
    }
    let least = if matches!(app.db, Db::Postgres(_)) { 30 } else { 1 };
    assert!(refusals >= least, "the disk was full {refusals} times");
    app.clock.advance(3_600_000);
    jobs::run_pending(&app.engine).await.unwrap();
    let view = verifications::read(&app.engine, &app.caller, way.id.unwrap()).await.unwrap();
    assert!(matches!(view.status, Status::Approved | Status::Canceled), "{}", view.status);
}
