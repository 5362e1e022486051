//! One lock order on PostgreSQL: whoever changes a verification and whoever forgets its person wait for one another, and none is
//! ended for the other.

use std::time::Duration;

use bonafide_core::document::DocumentType;
use bonafide_engine::{Contended as _, Result, applicants, verifications};
use bonafide_store::{Db, verifications as rows};
use sqlx::PgPool;
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::support::App;

const PATIENCE: Duration = Duration::from_secs(60);

/// Until so many transactions of this database wait for a lock.
async fn until_waiting(pool: &PgPool, expected: i64) {
    const WAITING: &str = "SELECT COUNT(*) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let wait = async {
        while sqlx::query_scalar::<_, i64>(WAITING).fetch_one(pool).await.unwrap() < expected {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{expected} never waited"));
}

fn start(work: impl Future<Output = Result<()>> + Send + 'static) -> JoinHandle<Result<()>> {
    tokio::spawn(work)
}

/// The head of the audit log is held until both wait. The first comes to it first: if the second had taken by then what the first
/// wants next, neither could go on.
#[tokio::test(flavor = "multi_thread")]
async fn who_forgets_a_person_and_who_changes_them_go_one_after_the_other() {
    let app = App::start("postgres").await;
    let Db::Postgres(pool) = &app.db else { panic!("this is no PostgreSQL") };
    for change in ["describe", "refuse"] {
        let id = app.created().await;
        if change == "describe" {
            app.consent(id).await;
        }
        let row = rows::get(&mut app.db.read().await.unwrap(), app.caller.organization, id).await;
        let person = row.unwrap().unwrap().applicant;
        let mut held = pool.begin().await.unwrap();
        sqlx::query("SELECT hold_audit_head($1)")
            .bind(app.caller.organization.uuid())
            .execute(&mut *held)
            .await
            .unwrap();
        let (engine, caller) = (app.engine.clone(), app.caller.clone());
        let forgotten = start(async move { applicants::anonymize(&engine, &caller, person).await });
        until_waiting(pool, 1).await;
        let (engine, caller) = (app.engine.clone(), app.caller.clone());
        let changed = start(async move {
            match change {
                "describe" => {
                    let passport = DocumentType::Passport;
                    verifications::set_document_type(&engine, &caller, id, passport).await
                }
                _ => verifications::consent(&engine, &caller, id, false).await,
            }
        });
        until_waiting(pool, 2).await;
        held.commit().await.unwrap();
        let both = (forgotten.await.unwrap(), changed.await.unwrap());
        assert!(both.0.is_ok(), "{change}: {both:?}");
        // Forgotten before it was changed, or after.
        assert!(both.1.as_ref().err().is_none_or(|error| !error.is_contended()), "{change}: {both:?}");
    }
}
