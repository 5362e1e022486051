//! Who receives what, and what an owner may do with an endpoint.

use std::{collections::BTreeSet, time::Duration};

use bonafide_core::{
    audit::AuditAction,
    delivery::{DeliveryStatus, Origin},
    event::{EventType, Snapshot},
    id::{EventId, VerificationId, WebhookEndpointId},
};
use bonafide_engine::{
    Error,
    deliver::run_pending,
    trigger, verifications,
    webhooks::{
        self, Changes, NewEndpoint,
        history::{self, Again},
    },
};
use bonafide_store::{
    Words, audit, deliveries, events,
    webhook_endpoints::{self as rows, WebhookEndpoint},
};
use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::{API, App};

on_both!(
    a_bound_endpoint_is_told_of_its_client_alone,
    what_cannot_be_sent_or_signed_is_refused,
    one_endpoint_stands_for_a_host_and_not_for_too_many,
    an_address_registered_for_another_api_takes_nothing_away,
    an_address_given_per_verification_gets_what_its_endpoint_wants,
    only_what_changes_is_checked,
    what_waits_goes_at_once_when_it_is_asked_for,
    replaying_goes_on_after_a_position,
    replaying_reaches_addresses_given_per_verification,
    an_endpoint_without_an_address_is_not_tested,
    two_secrets_sign_and_no_more,
    another_tenants_messages_are_not_found,
    owners_and_the_delivery_worker_do_not_lock_each_other_out,
);

/// Allowed, and nobody listens.
const NOWHERE: &str = "http://127.0.0.2:9/hooks";

fn new(url: &str) -> NewEndpoint {
    NewEndpoint { dialect: API.into(), name: "a".into(), url: url.into(), ..NewEndpoint::default() }
}

async fn create(app: &App, new: NewEndpoint) -> WebhookEndpointId {
    webhooks::create(&app.engine, &app.caller, new).await.unwrap().id
}

async fn change(app: &App, id: WebhookEndpointId, changes: Changes) -> bonafide_engine::Result<()> {
    webhooks::update(&app.engine, &app.caller, id, changes).await
}

async fn deliveries_of(app: &App, id: WebhookEndpointId) -> Vec<history::Delivery> {
    let filter = history::Filter { endpoint: Some(id), limit: 200, ..history::Filter::default() };
    history::deliveries(&app.engine, &app.caller, &filter).await.unwrap()
}

async fn told(app: &App, id: WebhookEndpointId) -> BTreeSet<String> {
    deliveries_of(app, id).await.into_iter().map(|d| d.event_type).collect()
}

async fn all(app: &App) -> Vec<WebhookEndpoint> {
    let mut tx = app.db.read().await.unwrap();
    let all = rows::Filter::default();
    rows::list(&mut tx, app.caller.organization, &all, 0, i64::MAX).await.unwrap()
}

/// A session with an address of its own, and the endpoint that stands for it.
async fn with_address(app: &App) -> (VerificationId, WebhookEndpointId) {
    let created = app.created_for(NOWHERE).await.unwrap();
    let id = all(app).await.into_iter().find(|e| e.origin == Origin::PerVerification).unwrap().id;
    (created, id)
}

/// A row that the product would not write today.
async fn insert(app: &App, change: impl Fn(&mut WebhookEndpoint, usize), many: usize) -> WebhookEndpointId {
    let (organization, now) = (app.caller.organization, app.engine.now());
    let mut tx = app.db.begin().await.unwrap();
    let mut last = None;
    for i in 0..many {
        let mut row = WebhookEndpoint {
            id: WebhookEndpointId::new(now, &*app.entropy),
            organization,
            dialect: API.into(),
            client: String::new(),
            name: "a".into(),
            url: NOWHERE.into(),
            event_types: String::new(),
            origin: Origin::Registered.into(),
            active: true,
            chaos: Words::default(),
            sealed: None,
            created_at: now,
            failing_since: None,
            disabled_at: None,
            disabled_reason: None,
            workflow: None,
        };
        change(&mut row, i);
        rows::insert(&mut tx, organization, &row).await.unwrap();
        last = Some(row.id);
    }
    tx.commit().await.unwrap();
    last.unwrap()
}

fn fields(refused: Result<impl Sized, Error>) -> Vec<String> {
    let Err(Error::Invalid(problems)) = refused else { panic!("taken") };
    problems.into_iter().map(|p| p.field).collect()
}

fn conflict(refused: Result<impl Sized, Error>) -> &'static str {
    let Err(Error::Conflict { code, .. }) = refused else { panic!("taken") };
    code
}

async fn a_bound_endpoint_is_told_of_its_client_alone(app: &App) {
    let bound =
        create(app, NewEndpoint { client_id: Some(app.caller.client_id.clone()), ..new(NOWHERE) }).await;
    let colleague = app.colleague().await;
    colleague.created().await;
    assert_eq!(told(app, bound).await, BTreeSet::new(), "another client's");
    let session = app.created().await;
    app.anonymize(session).await;
    let theirs = ["verification.created", "verification.canceled", "verification.anonymized"];
    let theirs: BTreeSet<String> = theirs.map(str::to_owned).into();
    assert_eq!(told(app, bound).await, theirs);
    // Sending again decides as telling did.
    let later =
        create(app, NewEndpoint { client_id: Some(app.caller.client_id.clone()), ..new(NOWHERE) }).await;
    let again = Again { endpoint: Some(later), ..Again::default() };
    let done = history::replay(&app.engine, &app.caller, &again).await.unwrap();
    assert_eq!((done.messages, told(app, later).await), (3, theirs));
}

async fn what_cannot_be_sent_or_signed_is_refused(app: &App) {
    let try_one = async |new| webhooks::create(&app.engine, &app.caller, new).await;
    for name in [
        "Content-Encoding",
        "Keep-Alive",
        "Proxy-Authorization",
        "Proxy-Connection",
        "Host",
        "Content-Type",
        "User-Agent",
        "Webhook-Id",
        "a b",
        "",
    ] {
        let headers = [(name.to_owned(), "a".to_owned())].into();
        let refused = try_one(NewEndpoint { headers, ..new(NOWHERE) }).await;
        assert_eq!(fields(refused), [format!("headers.{name}")]);
    }
    let twice = [("X-A".to_owned(), "a".to_owned()), ("x-a".to_owned(), "b".to_owned())].into();
    assert_eq!(fields(try_one(NewEndpoint { headers: twice, ..new(NOWHERE) }).await), ["headers.x-a"]);
    let fine = [("X-A".to_owned(), "a".to_owned()), ("Authorization".to_owned(), "b".to_owned())].into();
    create(app, NewEndpoint { headers: fine, ..new(NOWHERE) }).await;

    for secret in ["whsec_my-own-secret-123", "whsec_bXktb3duLXNlY3JldA==", "too short"] {
        let refused = try_one(NewEndpoint { secret: Some(secret.into()), ..new(NOWHERE) }).await;
        assert_eq!(fields(refused), ["secret"], "{secret}");
    }
    for secret in ["my-own-secret-123", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        create(app, NewEndpoint { secret: Some(secret.into()), ..new(NOWHERE) }).await;
    }
    assert_eq!(fields(try_one(NewEndpoint { dialect: "x".into(), ..new(NOWHERE) }).await), ["api"]);
}

async fn one_endpoint_stands_for_a_host_and_not_for_too_many(app: &App) {
    let first = || app.created_for(NOWHERE);
    let (a, b, c, d) = tokio::join!(first(), first(), first(), first());
    for made in [a, b, c, d] {
        made.unwrap();
    }
    assert_eq!(all(app).await.len(), 1, "one for the host, however many come first");
    let host = |row: &mut WebhookEndpoint, i| {
        (row.origin, row.url) = (Origin::PerVerification.into(), format!("https://{i}.example.com"));
    };
    insert(app, host, 999).await;
    first().await.unwrap();
    let another = app.created_for("https://one.more.example.com/hooks").await;
    assert_eq!(conflict(another), "too_many_webhook_hosts");
    // Those that were registered come first, and are not counted among them.
    let registered = create(app, new(NOWHERE)).await;
    let page = async |skip, limit| -> Vec<WebhookEndpointId> {
        let page = webhooks::list(&app.engine, &app.caller, skip, limit).await.unwrap();
        page.into_iter().map(|e| e.id).collect()
    };
    assert_eq!(page(0, 1).await, [registered]);
    let (mut skip, mut seen) = (0, BTreeSet::new());
    loop {
        let part = page(skip, 200).await;
        if part.is_empty() {
            break;
        }
        skip += part.len() as i64;
        seen.extend(part);
    }
    assert_eq!((skip, seen.len()), (1001, 1001));
}

async fn an_address_registered_for_another_api_takes_nothing_away(app: &App) {
    insert(app, |row, _| row.dialect = "another".into(), 1).await;
    let (_, own) = with_address(app).await;
    assert_eq!(told(app, own).await, BTreeSet::from(["verification.created".to_owned()]));
}

async fn an_address_given_per_verification_gets_what_its_endpoint_wants(app: &App) {
    let (session, own) = with_address(app).await;
    let event_types = Some(vec!["verification.canceled".to_owned()]);
    change(app, own, Changes { event_types, ..Changes::default() }).await.unwrap();
    app.consent(session).await;
    verifications::delete(&app.engine, &app.caller, session).await.unwrap();
    let wanted = ["verification.created", "verification.canceled"];
    assert_eq!(told(app, own).await, wanted.map(str::to_owned).into());
    // Which host it stands for is no setting.
    let url = Some("https://example.com".to_owned());
    assert_eq!(fields(change(app, own, Changes { url, ..Changes::default() }).await), ["url"]);
}

async fn only_what_changes_is_checked(app: &App) {
    let id = insert(app, |row, _| row.url = "http://10.0.0.1/hooks".into(), 1).await;
    let active = |on| Changes { active: Some(on), ..Changes::default() };
    change(app, id, active(false)).await.unwrap();
    let named = Changes { name: Some("b".into()), ..Changes::default() };
    change(app, id, named).await.unwrap();
    let row = webhooks::read(&app.engine, &app.caller, id).await.unwrap();
    assert_eq!((row.name.as_str(), row.active, row.url.as_str()), ("b", false, "http://10.0.0.1/hooks"));
    assert_eq!(fields(change(app, id, active(true)).await), ["url"]);
    let elsewhere = Changes { url: Some(NOWHERE.into()), ..active(true) };
    change(app, id, elsewhere).await.unwrap();
    let unknown = Changes { event_types: Some(vec!["lost".into()]), ..Changes::default() };
    assert_eq!(fields(change(app, id, unknown).await), ["events.0"]);
}

async fn what_waits_goes_at_once_when_it_is_asked_for(app: &App) {
    let id = create(app, new(NOWHERE)).await;
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    let waiting = deliveries_of(app, id).await.remove(0);
    assert!(waiting.status == DeliveryStatus::Pending && waiting.run_at > app.engine.now(), "{waiting:?}");
    let again = Again { endpoint: Some(id), undelivered: true, ..Again::default() };
    let replay = async || history::replay(&app.engine, &app.caller, &again).await.unwrap().messages;
    assert_eq!(replay().await, 1);
    assert_eq!(replay().await, 0, "it is on its way");
    assert_eq!(run_pending(&app.engine).await.unwrap(), 1);

    assert!(deliveries_of(app, id).await[0].run_at > app.engine.now());
    change(app, id, Changes { name: Some("b".into()), ..Changes::default() }).await.unwrap();
    assert!(deliveries_of(app, id).await[0].run_at > app.engine.now());
    change(app, id, Changes { active: Some(true), ..Changes::default() }).await.unwrap();
    assert_eq!(deliveries_of(app, id).await[0].run_at, app.engine.now());
    assert_eq!(run_pending(&app.engine).await.unwrap(), 1);
}

async fn replaying_goes_on_after_a_position(app: &App) {
    let (organization, now) = (app.caller.organization, app.engine.now());
    let mut tx = app.db.begin().await.unwrap();
    for _ in 0..1005 {
        let id = EventId::new(now, &*app.entropy);
        let (event_type, facts) = (EventType::VerificationCreated, Snapshot::default());
        let subject = id.uuid();
        events::insert(&mut tx, organization, id, event_type, subject, &facts, now).await.unwrap();
    }
    tx.commit().await.unwrap();
    let id = create(app, new(NOWHERE)).await;
    let mut again = Again { endpoint: Some(id), from: Some(now), ..Again::default() };
    let mut sent = vec![];
    loop {
        let done = history::replay(&app.engine, &app.caller, &again).await.unwrap();
        sent.push(done.messages);
        assert!(sent.len() < 5, "it does not end");
        match done.next {
            Some(next) => again.after = Some(next),
            None => break,
        }
    }
    assert_eq!(sent, [1000, 5], "all of one millisecond, each once");
}

async fn replaying_reaches_addresses_given_per_verification(app: &App) {
    let (session, own) = with_address(app).await;
    let active = |on| Changes { active: Some(on), ..Changes::default() };
    change(app, own, active(false)).await.unwrap();
    app.consent(session).await;
    let other = app.created().await;
    app.consent(other).await;
    change(app, own, active(true)).await.unwrap();
    assert_eq!(told(app, own).await, BTreeSet::from(["verification.created".to_owned()]));
    let again = Again { endpoint: Some(own), undelivered: true, ..Again::default() };
    assert_eq!(history::replay(&app.engine, &app.caller, &again).await.unwrap().messages, 1);
    let both = ["verification.created", "verification.started"];
    assert_eq!(told(app, own).await, both.map(str::to_owned).into());
}

async fn an_endpoint_without_an_address_is_not_tested(app: &App) {
    let app = &app.sandbox().await;
    let (_, own) = with_address(app).await;
    let caller = app.caller.clone();
    assert_eq!(conflict(webhooks::test(&app.engine, &caller, own).await), "no_address");
    let triggered = trigger::trigger(&app.engine, &caller, API, "webhook.tested").await;
    assert_eq!(conflict(triggered), "no_webhook");
    let registered = create(app, new(NOWHERE)).await;
    trigger::trigger(&app.engine, &caller, API, "webhook.tested").await.unwrap();
    assert_eq!(told(app, registered).await, BTreeSet::from(["webhook.tested".to_owned()]));
}

async fn two_secrets_sign_and_no_more(app: &App) {
    let id = create(app, new(NOWHERE)).await;
    let caller = app.caller.clone();
    let good = async || {
        let mut tx = app.db.read().await.unwrap();
        let all = rows::secrets(&mut tx, caller.organization, id, app.engine.now()).await.unwrap();
        all.into_iter().map(|s| s.id).collect::<Vec<_>>()
    };
    let mut before = good().await;
    for _ in 0..3 {
        webhooks::rotate(&app.engine, &caller, id, 3600).await.unwrap();
        let now = good().await;
        assert_eq!((now.len(), now[1]), (2, before[0]), "the newest, and the one before it");
        before = now;
    }
    webhooks::rotate(&app.engine, &caller, id, 0).await.unwrap();
    assert_eq!(good().await.len(), 1);
}

async fn another_tenants_messages_are_not_found(app: &App) {
    let id = create(app, new(NOWHERE)).await;
    app.created().await;
    let event = deliveries_of(app, id).await[0].event;
    let attempts = async |app: &App, id| {
        history::attempts(&app.engine, &app.caller, id, event).await.map_err(|e| e.to_string())
    };
    assert_eq!(attempts(app, id).await.unwrap(), []);
    let other = app.stranger().await;
    assert_eq!(attempts(&other, id).await.unwrap_err(), "webhook not found");
    let filter = history::Filter { endpoint: Some(id), ..history::Filter::default() };
    assert!(history::deliveries(&app.engine, &other.caller, &filter).await.is_err());
}

async fn owners_and_the_delivery_worker_do_not_lock_each_other_out(app: &App) {
    let caller = app.caller.clone();
    let organization = caller.organization;
    let id = create(app, new(NOWHERE)).await;
    // The delivery worker notes that it switches an endpoint off, and then does.
    let worker = async || {
        let mut tx = app.db.begin().await.unwrap();
        let row = rows::get(&mut tx, organization, id).await.unwrap().unwrap();
        let entry = audit::Entry {
            at: app.engine.now(),
            actor: "delivery_worker",
            action: AuditAction::WebhookDisabled,
            object: "a",
            detail: &json!({}),
        };
        audit::append(&mut tx, organization, &*app.key_ring, entry).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        rows::update(&mut tx, organization, &row).await.unwrap();
        let event = deliveries::list(&mut tx, organization, &deliveries::Filter::default(), 0, 1).await;
        deliveries::again(&mut tx, organization, id, event.unwrap()[0].event, app.engine.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    app.created().await;
    let later = async |action: &str| {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let again = Again { endpoint: Some(id), ..Again::default() };
        match action {
            "update" => change(app, id, Changes { active: Some(true), ..Changes::default() }).await,
            "replay" => history::replay(&app.engine, &caller, &again).await.map(drop),
            "rotate" => webhooks::rotate(&app.engine, &caller, id, 0).await.map(drop),
            _ => webhooks::delete(&app.engine, &caller, id).await,
        }
    };
    for action in ["update", "replay", "rotate", "delete"] {
        run_pending(&app.engine).await.unwrap();
        let ((), done) = tokio::join!(worker(), later(action));
        done.unwrap_or_else(|e| panic!("{action}: {e}"));
    }
}
