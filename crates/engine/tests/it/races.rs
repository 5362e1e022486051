//! What happens at once: the outcome is that of one after the other, whichever was first, on SQLite and on PostgreSQL.

use std::time::Duration;

use bonafide_core::{
    document::Side,
    id::{ApplicantId, VerificationId},
    review::{Grounds, Verdict},
    verification::Status,
};
use bonafide_engine::{
    Caller, Error, Result, Settings,
    evidence::{self, Picture},
    identities, jobs,
    reviews::{self, Saying},
    verifications::{self, NewVerification},
};
use bonafide_store::{Db, features, marks, verifications as rows};
use bonafide_testkit::{data::sample, engine::Setup, on_both};
use serde_json::json;

use crate::support::{API, App};

on_both!(
    both_sides_of_a_document_may_come_at_once,
    an_identity_goes_with_what_is_going_on,
    no_authentication_of_an_identity_outlives_it,
    an_approval_that_is_taken_back_ends_authentications,
    nobody_who_is_forgotten_is_approved_or_kept,
    an_upload_that_ends_after_the_erasure_is_kept_nowhere,
);

fn picture() -> Picture {
    Picture { field: "image".into(), bytes: std::fs::read(sample("passport.jpg")).unwrap() }
}

/// On a task of its own, as each request is.
async fn upload(app: &App, id: VerificationId, side: Side) -> Result<()> {
    let (engine, caller) = (app.engine.clone(), app.caller.clone());
    tokio::spawn(async move { evidence::accept_document(&engine, &caller, id, side, picture(), None).await })
        .await
        .unwrap()
}

async fn both_sides_of_a_document_may_come_at_once(app: &App) {
    for _ in 0..4 {
        let id = app.created().await;
        app.consent(id).await;
        let both = tokio::join!(upload(app, id, Side::Front), upload(app, id, Side::Back));
        assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
        let given = evidence::given(&app.engine, &app.caller, id).await.unwrap();
        assert_eq!(given.len(), 2);
    }
}

/// Each upload sees that there is room; the last one of those that are let in takes the last place.
async fn pictures_at_once_are_counted(database: &str) {
    let settings = Settings { max_pictures: 2, ..Setup::default().settings };
    let app = App::of(database, Setup { settings, ..Setup::default() }).await;
    let id = app.created().await;
    app.consent(id).await;
    let front = || upload(&app, id, Side::Front);
    let all = tokio::join!(front(), front(), front(), front(), front());
    let all = [all.0, all.1, all.2, all.3, all.4];
    assert_eq!(all.iter().filter(|done| done.is_ok()).count(), 2, "{all:?}");
    let is_full = |done: &Result<()>| matches!(done, Err(Error::Conflict { code: "too_many_pictures", .. }));
    assert_eq!(all.iter().filter(|done| is_full(done)).count(), 3, "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_at_once_are_counted_on_sqlite() {
    pictures_at_once_are_counted("sqlite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_at_once_are_counted_on_postgres() {
    pictures_at_once_are_counted("postgres").await;
}

impl App {
    /// Somebody who was approved, and is an identity.
    async fn identity(&self) -> (VerificationId, ApplicantId) {
        let id = self.captured(&[]).await;
        verifications::submit(&self.engine, &self.caller, id, None).await.unwrap();
        jobs::run_pending(&self.engine).await.unwrap();
        let view = verifications::read(&self.engine, &self.caller, id).await.unwrap();
        assert_eq!(view.status, Status::Approved);
        (id, view.identity.unwrap())
    }

    fn authentication(&self, identity: ApplicantId) -> impl Future<Output = Result<VerificationId>> + use<> {
        let (engine, caller) = (self.engine.clone(), self.caller.clone());
        async move {
            let new = NewVerification { dialect: API, ..NewVerification::default() };
            verifications::authenticate(&engine, &caller, identity, new).await
        }
    }

    /// Whose rows there are among those that are not sealed, or are searched.
    async fn left_of(&self, id: VerificationId) -> [u64; 2] {
        let organization = self.caller.organization;
        let mut tx = self.db.begin().await.unwrap();
        let row = rows::get(&mut tx, organization, id).await.unwrap().unwrap();
        let left = [
            features::forget(&mut tx, organization, row.applicant).await.unwrap(),
            marks::forget(&mut tx, organization, row.applicant).await.unwrap(),
        ];
        tx.rollback().await.unwrap();
        left
    }

    async fn status_of(&self, id: VerificationId) -> Status {
        verifications::read(&self.engine, &self.caller, id).await.unwrap().status
    }
}

fn is_erased<T>(done: &Result<T>) -> bool {
    matches!(done, Err(Error::Conflict { code: "anonymized", .. } | Error::NotFound(_)))
}

async fn an_identity_goes_with_what_is_going_on(app: &App) {
    let app = &app.sandbox().await;
    let (session, identity) = app.identity().await;
    let open = app.authentication(identity).await.unwrap();
    assert_eq!(app.status_of(open).await, Status::Capturing);
    identities::anonymize(&app.engine, &app.caller, identity).await.unwrap();
    assert_eq!(app.status_of(open).await, Status::Canceled, "nobody waits for a face any more");
    assert_eq!(app.status_of(session).await, Status::Approved, "what was decided stays decided");
    assert!(is_erased(&app.authentication(identity).await));
    // Nothing is left that its timer or a device could go on with.
    let late = upload(app, open, Side::Front).await;
    assert!(is_erased(&late), "{late:?}");
    app.clock.advance(30 * 86_400_000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status_of(open).await, Status::Canceled);
    identities::anonymize(&app.engine, &app.caller, identity).await.unwrap();
}

async fn no_authentication_of_an_identity_outlives_it(app: &App) {
    let app = &app.sandbox().await;
    for _ in 0..6 {
        let (_, identity) = app.identity().await;
        let (engine, caller) = (app.engine.clone(), app.caller.clone());
        let erasing = tokio::spawn(async move { identities::anonymize(&engine, &caller, identity).await });
        let begun: Vec<_> = (0..6).map(|_| tokio::spawn(app.authentication(identity))).collect();
        erasing.await.unwrap().unwrap();
        for one in begun {
            match one.await.unwrap() {
                Ok(id) => assert_eq!(app.status_of(id).await, Status::Canceled),
                refused => assert!(is_erased(&refused), "{refused:?}"),
            }
        }
        let mut tx = app.db.read().await.unwrap();
        let left = rows::people_of(&mut tx, app.caller.organization, identity).await.unwrap();
        assert!(left.is_empty(), "{left:?}");
    }
}

async fn an_approval_that_is_taken_back_ends_authentications(app: &App) {
    let app = &app.sandbox().await;
    let (session, identity) = app.identity().await;
    let open = app.authentication(identity).await.unwrap();
    let reviewer = Caller { scopes: "verifications reviews".to_owned(), ..app.caller.clone() };
    for (verdict, grounds) in
        [(Verdict::Reopen, Grounds::NewInformation), (Verdict::Decline, Grounds::SuspectedFraud)]
    {
        let seen = reviews::last_decision(&app.engine, &reviewer, session).await.unwrap();
        let said = Saying { verdict, grounds, note: None, captures: &[], seen: seen.as_deref() };
        reviews::review(&app.engine, &reviewer, session, &said).await.unwrap();
    }
    assert_eq!(app.status_of(session).await, Status::Declined);
    assert_eq!(app.status_of(open).await, Status::Canceled);
    assert!(is_erased(&app.authentication(identity).await));
}

async fn nobody_who_is_forgotten_is_approved_or_kept(app: &App) {
    let app = &app.sandbox().await;
    for round in 0..8 {
        let settings = json!({"sandbox": {"document": "clear", "face": "clear", "liveness": "clear", "screening": "clear"}});
        let new =
            NewVerification { settings, user_id: format!("user {round}"), ..NewVerification::default() };
        let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
        app.consent(id).await;
        app.capture(id).await;
        verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
        let (engine, caller) = (app.engine.clone(), app.caller.clone());
        let erasing = tokio::spawn(async move {
            // A little later each time, so that another moment is met.
            tokio::time::sleep(Duration::from_millis(3 * round)).await;
            verifications::anonymize(&engine, &caller, id).await
        });
        jobs::run_pending(&app.engine).await.unwrap();
        erasing.await.unwrap().unwrap();
        jobs::run_pending(&app.engine).await.unwrap();
        let view = verifications::read(&app.engine, &app.caller, id).await.unwrap();
        assert!(matches!(view.status, Status::Approved | Status::Canceled), "{}", view.status);
        assert_eq!(view.status == Status::Approved, view.identity.is_some());
        assert_eq!(app.left_of(id).await, [0, 0], "{round}: {}", view.status);
    }
}

/// The file is there before its row; where the row is refused nobody can open it, and it is removed with a day's others.
async fn an_upload_that_ends_after_the_erasure_is_kept_nowhere(app: &App) {
    let id = app.created().await;
    app.consent(id).await;
    let (engine, caller) = (app.engine.clone(), app.caller.clone());
    let erasing = tokio::spawn(async move { verifications::anonymize(&engine, &caller, id).await });
    let uploaded = tokio::join!(upload(app, id, Side::Front), upload(app, id, Side::Back));
    erasing.await.unwrap().unwrap();
    for done in [uploaded.0, uploaded.1] {
        let finished = matches!(&done, Err(Error::Conflict { code: "already_finished", .. }));
        assert!(done.is_ok() || finished || is_erased(&done), "{done:?}");
    }
    assert!(is_erased(&upload(app, id, Side::Front).await));
    assert!(evidence::given(&app.engine, &app.caller, id).await.is_ok_and(|given| given.is_empty()));
}

/// Something that is done to the database behind the engine's back.
pub async fn tamper(db: &Db, sql: &str) -> u64 {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match db {
        Db::Sqlite { write, .. } => sqlx::query(sql).execute(write).await.unwrap().rows_affected(),
        Db::Postgres(pool) => sqlx::query(sql).execute(pool).await.unwrap().rows_affected(),
    }
}
