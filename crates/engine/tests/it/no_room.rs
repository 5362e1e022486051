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

on_both!(a_database_that_cannot_be_written_undoes_each_step_and_loses_none);

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

/// The same where the disk fills up at one place after another of each step.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_in_the_middle_undoes_the_step() {
    let app = App::start("sqlite").await;
    let app = &app.sandbox().await;
    let number = async |sql: &str| -> i64 {
        let Db::Sqlite { write, .. } = &app.db else { unreachable!() };
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(write).await.unwrap()
    };
    let mut way = Way { app, id: None, authentication: None };
    let mut refusals = 0;
    use Step::{Consent, Create, Document, Erase, Face, HandIn, Liveness, Work};
    for step in [Create, Consent, Document, Liveness, Face, HandIn, Work, Erase] {
        let before = way.stands().await;
        let pages = number("PRAGMA page_count").await;
        for more in 0.. {
            assert!(more < 300, "{step:?} needs no more");
            tamper(&app.db, &format!("PRAGMA max_page_count = {}", pages + more)).await;
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
        tamper(&app.db, "PRAGMA max_page_count = 1000000").await;
    }
    assert!(refusals > 0, "the disk was full once");
    app.clock.advance(3_600_000);
    jobs::run_pending(&app.engine).await.unwrap();
    let view = verifications::read(&app.engine, &app.caller, way.id.unwrap()).await.unwrap();
    assert!(matches!(view.status, Status::Approved | Status::Canceled), "{}", view.status);
}
