//! Links to reports: good for one report and a quarter of an hour, and for nothing that is over.

use bonafide_core::{
    event::EventType,
    id::{OrganizationId, VerificationId},
    verification::Status,
};
use bonafide_engine::{
    Caller, Error,
    events::{Filter, list},
    jobs,
    reports::{self, Link, Opened},
    verifications,
};
use bonafide_store::audit;
use bonafide_testkit::on_both;

use crate::support::App;

on_both!(
    a_report_can_be_had_once_it_was_told,
    a_link_opens_one_report_for_a_quarter_of_an_hour,
    a_link_to_what_is_over_opens_nothing,
    who_may_not_read_has_no_report,
);

/// One that was decided about; `word` is what the face is found to be.
async fn decided(app: &App, word: &str) -> VerificationId {
    let id = app.captured(&[("face", word)]).await;
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    jobs::run_pending(&app.engine).await.unwrap();
    id
}

async fn told(app: &App, id: VerificationId) -> Vec<String> {
    let filter = Filter { subject: Some(id.uuid()), limit: 200, ..Filter::default() };
    let all = list(&app.engine, &app.caller, &filter).await.unwrap();
    all.into_iter().map(|event| event.kind.as_str().to_owned()).collect()
}

/// What a link says, taken apart.
fn parts(link: &str) -> (OrganizationId, VerificationId, i64, String) {
    let (path, query) = link.split_once("?expires=").unwrap();
    let (expires, signature) = query.split_once("&signature=").unwrap();
    let mut ids = path.strip_prefix("/assets/").unwrap().split('/');
    let mut id = || ids.next().unwrap();
    let (organization, verification) = (id().parse().unwrap(), id().parse().unwrap());
    assert_eq!(id(), "report");
    (organization, verification, expires.parse().unwrap(), signature.to_owned())
}

fn is_refused(opened: bonafide_engine::Result<Opened>) -> bool {
    matches!(opened, Err(Error::Forbidden))
}

async fn a_report_can_be_had_once_it_was_told(app: &App) {
    let app = &app.sandbox().await;
    let id = app.captured(&[]).await;
    assert!(matches!(reports::draw(&app.engine, &app.caller, id).await, Err(Error::NotFound("report"))));
    assert!(matches!(reports::link(&app.engine, &app.caller, id).await, Err(Error::NotFound("report"))));
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    jobs::run_pending(&app.engine).await.unwrap();
    let status = verifications::read(&app.engine, &app.caller, id).await.unwrap().status;
    assert_eq!(status, Status::Approved);
    let told = told(app, id).await;
    let place = |event: EventType| told.iter().position(|word| word == event.as_str()).unwrap();
    assert_eq!(place(EventType::VerificationReportCreated), place(EventType::VerificationCompleted) + 1);
    let pdf = reports::draw(&app.engine, &app.caller, id).await.unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(matches!(
        reports::draw(&app.engine, &app.stranger().await.caller, id).await,
        Err(Error::NotFound("verification"))
    ));
}

async fn a_link_opens_one_report_for_a_quarter_of_an_hour(app: &App) {
    let app = &app.sandbox().await;
    let engine = &app.engine;
    let (id, other) = (decided(app, "clear").await, decided(app, "clear").await);
    let stranger = app.stranger().await.caller;
    let text = reports::link(engine, &app.caller, id).await.unwrap();
    let (organization, verification, expires, signature) = parts(&text);
    assert_eq!((organization, verification), (app.caller.organization, id));
    let link = Link { organization, verification, expires, signature: &signature };
    let opened = reports::open(engine, link).await.unwrap();
    let pdf = reports::look(engine, &opened).await.unwrap();
    assert_eq!(pdf, reports::draw(engine, &app.caller, id).await.unwrap());
    let mut tx = app.db.read().await.unwrap();
    let log = audit::list(&mut tx, organization, 0, 1000).await.unwrap();
    drop(tx);
    let taken = log.iter().filter(|line| line.action == "verification.report_read");
    let by: Vec<&str> = taken.map(|line| line.actor.split(':').next().unwrap()).collect();
    assert_eq!(by, ["link", "credential"]);

    let wrong = signature.replace(['0', '1', '2', '3'], "4");
    for (n, changed) in [
        Link { organization: stranger.organization, ..link },
        Link { verification: other, ..link },
        Link { expires: expires + 1, ..link },
        Link { expires: i64::MAX, ..link },
        Link { signature: &wrong, ..link },
        Link { signature: "", ..link },
    ]
    .into_iter()
    .enumerate()
    {
        assert!(is_refused(reports::open(engine, changed).await), "{n}");
    }
    app.clock.advance(15 * 60 * 1000 - 1000);
    assert!(reports::open(engine, link).await.is_ok());
    app.clock.advance(1000);
    assert!(is_refused(reports::open(engine, link).await));
}

async fn a_link_to_what_is_over_opens_nothing(app: &App) {
    let app = &app.sandbox().await;
    let id = decided(app, "clear").await;
    let text = reports::link(&app.engine, &app.caller, id).await.unwrap();
    let (organization, verification, expires, signature) = parts(&text);
    let link = Link { organization, verification, expires, signature: &signature };
    app.anonymize(id).await;
    let opened = reports::open(&app.engine, link).await.unwrap();
    assert!(matches!(reports::look(&app.engine, &opened).await, Err(Error::Gone(_))));
    assert!(matches!(reports::link(&app.engine, &app.caller, id).await, Err(Error::NotFound("report"))));
}

async fn who_may_not_read_has_no_report(app: &App) {
    let app = &app.sandbox().await;
    let id = decided(app, "clear").await;
    let writer = Caller { scopes: "verifications:write".to_owned(), ..app.caller.clone() };
    assert!(matches!(reports::draw(&app.engine, &writer, id).await, Err(Error::Forbidden)));
    assert!(matches!(reports::link(&app.engine, &writer, id).await, Err(Error::Forbidden)));
    assert!(matches!(reports::expect(&app.engine, &writer, id).await, Err(Error::Forbidden)));
}
