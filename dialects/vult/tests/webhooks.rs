//! Messages on their way to real receivers on this machine.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod support;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bonafide_core::{event::Happened, id::WebhookEndpointId};
use bonafide_courier::sign;
use bonafide_engine::{
    deliver::{self, run_pending},
    events,
    webhooks::{
        self, Changes, NewEndpoint, Registered,
        history::{self, Again},
    },
};
use bonafide_store::webhook_endpoints::{self, WebhookEndpoint};
use serde_json::{Value, json};
use support::App;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

on_both!(
    what_happens_is_told_signed_and_numbered,
    a_message_is_tried_by_the_schedule_and_then_dead,
    a_receiver_says_when_to_come_back_or_that_it_is_gone,
    an_endpoint_that_fails_for_days_is_switched_off_and_that_is_told,
    a_failure_long_after_an_outage_switches_nothing_off,
    a_receiver_that_asks_to_be_left_alone_gets_nothing_else_either,
    erasing_people_is_no_failure_of_their_receiver,
    what_an_owner_does_meanwhile_stands,
    a_webhook_that_does_not_open_holds_up_nobody_else,
    what_was_answered_is_kept_for_a_month_and_messages_for_three,
    both_secrets_sign_while_one_takes_the_others_place,
    an_address_given_per_verification_is_told_until_the_person_is_erased,
    a_person_is_told_of_under_the_id_they_were_told_of_first,
    events_are_sent_again_under_their_ids,
    only_what_was_asked_for_is_sent,
    one_slow_receiver_delays_nobody,
    one_organization_does_not_take_all_places,
    a_sandbox_receiver_meets_what_goes_wrong_in_the_world,
    addresses_inside_are_not_reached,
);

/// What came in.
#[derive(Debug, Clone)]
struct Received {
    headers: BTreeMap<String, String>,
    body: String,
}

impl Received {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    fn is_signed_with(&self, secret: &str) -> bool {
        let at = self.headers["webhook-timestamp"].parse().unwrap();
        let right = sign::standard(self.id(), at, self.body.as_bytes(), &[secret]).unwrap();
        self.headers["webhook-signature"].split(' ').any(|signature| signature == right)
    }
}

/// A receiver that answers what it is told to.
struct Receiver {
    url: String,
    seen: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<(String, Duration)>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Received>>> = Arc::default();
        let answer = Arc::new(Mutex::new(("204 No Content".to_owned(), Duration::ZERO)));
        let (into, how) = (seen.clone(), answer.clone());
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (into, how) = (into.clone(), how.clone());
                tokio::spawn(async move {
                    let mut bytes = vec![];
                    let (head, length) = loop {
                        let mut chunk = [0; 4096];
                        match stream.read(&mut chunk).await {
                            Ok(0) | Err(_) => return,
                            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
                        }
                        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                            let head = String::from_utf8(bytes[..at].to_vec()).unwrap();
                            let length = head.lines().find_map(|l| {
                                l.to_ascii_lowercase()
                                    .strip_prefix("content-length: ")
                                    .map(|n| n.parse().unwrap())
                            });
                            break (head, at + 4 + length.unwrap_or(0));
                        }
                    };
                    while bytes.len() < length {
                        let mut chunk = [0; 4096];
                        let n = stream.read(&mut chunk).await.unwrap();
                        bytes.extend_from_slice(&chunk[..n]);
                    }
                    let headers = head.lines().skip(1).filter_map(|l| l.split_once(": "));
                    let headers = headers.map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect();
                    let body = String::from_utf8(bytes[head.len() + 4..].to_vec()).unwrap();
                    into.lock().unwrap().push(Received { headers, body });
                    let (status, pause) = how.lock().unwrap().clone();
                    tokio::time::sleep(pause).await;
                    let text =
                        format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
                    let _ = stream.write_all(text.as_bytes()).await;
                });
            }
        });
        Self { url, seen, answer, task }
    }

    fn answers(&self, status: &str) {
        self.answer.lock().unwrap().0 = status.to_owned();
    }

    fn received(&self) -> Vec<Received> {
        self.seen.lock().unwrap().clone()
    }

    fn types(&self) -> Vec<String> {
        self.received().iter().map(|r| r.json()["type"].as_str().unwrap().to_owned()).collect()
    }
}

async fn endpoint(app: &App, url: &str, words: &[&str]) -> Registered {
    let new = NewEndpoint {
        dialect: "vult".into(),
        name: "a".into(),
        url: url.into(),
        words: words.iter().map(|w| (*w).to_owned()).collect(),
        ..NewEndpoint::default()
    };
    webhooks::create(&app.engine, &app.caller().await, new).await.unwrap()
}

async fn look(app: &App, id: WebhookEndpointId) -> webhooks::Endpoint {
    webhooks::read(&app.engine, &app.caller().await, id).await.unwrap()
}

async fn what_happens_is_told_signed_and_numbered(app: &App) {
    let receiver = Receiver::start().await;
    let made = app.post("/webhook/create", json!({"name": "a", "url": receiver.url})).await.ok();
    let secret = made["secret"].as_str().unwrap();
    let session = app.consented().await;
    app.clock.advance(1000);
    app.post("/idv/session/delete", json!({"session_id": session})).await.ok();
    run_pending(&app.engine).await.unwrap();
    let received = receiver.received();
    let mut told: Vec<(i64, String)> = received
        .iter()
        .filter(|r| r.json()["session_id"] == session.as_str())
        .map(|r| (r.json()["sequence"].as_i64().unwrap(), r.json()["type"].as_str().unwrap().to_owned()))
        .collect();
    told.sort();
    let names = ["created", "started", "canceled", "anonymized"].map(|n| format!("idv.session.{n}"));
    assert_eq!(told, (1..).zip(names).collect::<Vec<_>>());
    for message in &received {
        assert!(message.is_signed_with(secret), "{message:?}");
        assert!(!message.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert_eq!(message.headers["content-type"], "application/json");
        assert_eq!(format!("evt_{}", message.json()["id"].as_str().unwrap()), message.id());
    }
    // Nothing is sent twice.
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0);
    // The organization reads what it was told; another one nothing.
    let all = events::list(&app.engine, &app.caller().await, &filter()).await.unwrap();
    let positions: Vec<i64> = all.iter().map(|e| e.position).collect();
    assert_eq!(positions, (1..=positions.len() as i64).collect::<Vec<_>>());
    let (client, token) = app.new_tenant("second").await;
    let other = app.speaking_as(&client, &token);
    assert_eq!(events::list(&app.engine, &other.caller().await, &filter()).await.unwrap(), []);
    assert!(events::read(&app.engine, &other.caller().await, all[0].id).await.is_err());
}

fn filter() -> events::Filter {
    events::Filter { limit: 100, ..events::Filter::default() }
}

async fn a_message_is_tried_by_the_schedule_and_then_dead(app: &App) {
    let app = &app.with_key().await;
    let receiver = Receiver::start().await;
    receiver.answers("500 Oops");
    let hook = endpoint(app, &receiver.url, &["idv.session.created"]).await;
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    let mut waits = vec![];
    for attempt in 1..=20 {
        assert_eq!(receiver.received().len(), attempt);
        let caller = app.caller().await;
        let only = history::Filter { endpoint: Some(hook.id), limit: 10, ..history::Filter::default() };
        let delivery = history::deliveries(&app.engine, &caller, &only).await.unwrap().remove(0);
        let tried = history::attempts(&app.engine, &caller, hook.id, delivery.event).await.unwrap();
        assert_eq!(
            (tried.len(), tried[0].http_status, tried[0].response.as_slice()),
            (attempt, Some(500), &b"ok"[..])
        );
        if delivery.status == "dead" {
            break;
        }
        let now = app.engine.now();
        waits.push((delivery.run_at.0 - now.0) / 1000);
        app.clock.advance(delivery.run_at.0 - now.0 - 1);
        assert_eq!(run_pending(&app.engine).await.unwrap(), 0, "not before its time");
        app.clock.advance(1);
        run_pending(&app.engine).await.unwrap();
    }
    let schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    assert_eq!(waits.len(), schedule.len());
    for (wait, published) in waits.iter().zip(schedule) {
        assert!(
            (published..=published * 11 / 10).contains(wait),
            "{wait} for {published}: spread by a tenth"
        );
    }
    let ids: Vec<_> = receiver.received().iter().map(|r| r.id().to_owned()).collect();
    assert!(ids.windows(2).all(|w| w[0] == w[1]), "the same message under the same id");
    assert_eq!(look(app, hook.id).await.counts, BTreeMap::from([("dead".to_owned(), 1)]));
}

async fn a_receiver_says_when_to_come_back_or_that_it_is_gone(app: &App) {
    let receiver = Receiver::start().await;
    receiver.answers("429 Slow down\r\nRetry-After: 120");
    let hook = endpoint(app, &receiver.url, &["idv.session.created"]).await;
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    app.clock.advance(119_000);
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0);
    receiver.answers("410 Gone");
    app.clock.advance(1_000);
    assert_eq!(run_pending(&app.engine).await.unwrap(), 1);
    let row = look(app, hook.id).await;
    assert_eq!(row.disabled_reason.as_deref(), Some("gone"));
    app.created().await;
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0, "nothing more is sent there");
    // Switched on again it gets what comes, and by hand what it missed.
    receiver.answers("200 OK");
    let on = Changes { active: Some(true), ..Changes::default() };
    webhooks::update(&app.engine, &app.caller().await, hook.id, on).await.unwrap();
    let missed = Again { endpoint: Some(hook.id), undelivered: true, ..Again::default() };
    assert_eq!(history::replay(&app.engine, &app.caller().await, &missed).await.unwrap().messages, 2);
    run_pending(&app.engine).await.unwrap();
    let received = receiver.received();
    assert_eq!(received.len(), 4, "the first one twice refused, then both");
    assert_eq!(look(app, hook.id).await.counts, BTreeMap::from([("delivered".to_owned(), 2)]));
}

async fn an_endpoint_that_fails_for_days_is_switched_off_and_that_is_told(app: &App) {
    let app = &app.with_key().await;
    let (failing, watching) = (Receiver::start().await, Receiver::start().await);
    failing.answers("503 No");
    let bad = endpoint(app, &failing.url, &["idv.session.created"]).await;
    endpoint(app, &watching.url, &["webhook.disabled"]).await;
    for day in 0..=5 {
        assert_eq!(look(app, bad.id).await.disabled_at, None, "day {day}");
        app.created().await;
        run_pending(&app.engine).await.unwrap();
        app.clock.advance(24 * 3600 * 1000);
    }
    let row = look(app, bad.id).await;
    assert_eq!(row.disabled_reason.as_deref(), Some("failing"));
    run_pending(&app.engine).await.unwrap();
    assert_eq!(watching.types(), ["webhook.disabled"]);
    assert_eq!(watching.received()[0].json()["reason"], "failing");
    let all = events::Filter { happened: Some(Happened::EndpointDisabled), ..filter() };
    assert_eq!(events::list(&app.engine, &app.caller().await, &all).await.unwrap().len(), 1);
}

/// The messages of an endpoint.
async fn messages(app: &App, id: WebhookEndpointId) -> Vec<history::Delivery> {
    let only = history::Filter { endpoint: Some(id), limit: 100, ..history::Filter::default() };
    history::deliveries(&app.engine, &app.caller().await, &only).await.unwrap()
}

async fn a_failure_long_after_an_outage_switches_nothing_off(app: &App) {
    let app = &app.with_key().await;
    let receiver = Receiver::start().await;
    receiver.answers("503 No");
    let hook = endpoint(app, &receiver.url, &["idv.session.created"]).await;
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    while let Some(next) = messages(app, hook.id).await.iter().find(|d| d.status == history::PENDING) {
        app.clock.advance(next.run_at.0 - app.engine.now().0);
        run_pending(&app.engine).await.unwrap();
    }
    let outage = look(app, hook.id).await.failing_since;
    assert!(outage.is_some());
    app.clock.advance(5 * 24 * 3600 * 1000);
    app.created().await;
    assert_eq!(run_pending(&app.engine).await.unwrap(), 1);
    let row = look(app, hook.id).await;
    assert_eq!((row.disabled_at, row.failing_since), (None, Some(app.engine.now())), "another outage");
}

async fn a_receiver_that_asks_to_be_left_alone_gets_nothing_else_either(app: &App) {
    let receiver = Receiver::start().await;
    receiver.answers("429 Slow down\r\nRetry-After: 3600");
    let hook = endpoint(app, &receiver.url, &["idv.session.created"]).await;
    for _ in 0..20 {
        app.created().await;
    }
    assert_eq!(run_pending(&app.engine).await.unwrap(), 16, "those that were under way");
    app.created().await;
    app.clock.advance(3_599_000);
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0);
    receiver.answers("204 No Content");
    app.clock.advance(1_000);
    let token = app.reissue().await;
    let app = &app.speaking_as(&app.client_id, &token);
    assert_eq!(run_pending(&app.engine).await.unwrap(), 21);
    // Its owner says when the pause is over.
    receiver.answers("503 No\r\nRetry-After: 3600");
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    receiver.answers("204 No Content");
    app.created().await;
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0);
    let on = Changes { active: Some(true), ..Changes::default() };
    webhooks::update(&app.engine, &app.caller().await, hook.id, on).await.unwrap();
    assert!(run_pending(&app.engine).await.unwrap() >= 1);
}

async fn erasing_people_is_no_failure_of_their_receiver(app: &App) {
    let app = &app.with_key().await;
    let receiver = Receiver::start().await;
    for _ in 0..2 {
        let created = app.post("/idv/session/create", json!({"webhook_url": receiver.url})).await.ok();
        run_pending(&app.engine).await.unwrap();
        app.post("/idv/session/anonymize", json!({"session_id": created["session_id"]})).await.ok();
        run_pending(&app.engine).await.unwrap();
        app.clock.advance(6 * 24 * 3600 * 1000);
    }
    assert_eq!(receiver.types(), ["idv.session.created"; 2]);
    let row = webhooks::list(&app.engine, &app.caller().await, 0, 1).await.unwrap().remove(0);
    assert_eq!((row.failing_since, row.disabled_at), (None, None));
    // Nor is an address that is gone: there are others on the host.
    receiver.answers("410 Gone");
    for _ in 0..2 {
        app.post("/idv/session/create", json!({"webhook_url": receiver.url})).await.ok();
        run_pending(&app.engine).await.unwrap();
        app.clock.advance(24 * 3600 * 1000);
    }
    let row = look(app, row.id).await;
    assert_eq!((row.failing_since, row.disabled_at), (None, None));
}

async fn what_an_owner_does_meanwhile_stands(app: &App) {
    let receiver = Receiver::start().await;
    receiver.answers("503 No");
    receiver.answer.lock().unwrap().1 = Duration::from_secs(1);
    let renamed = endpoint(app, &receiver.url, &["idv.session.created"]).await;
    let deleted = endpoint(app, &receiver.url, &["idv.session.created"]).await;
    app.created().await;
    let engine = app.engine.clone();
    let sending = tokio::spawn(async move { run_pending(&engine).await });
    while receiver.received().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let caller = app.caller().await;
    let name = Changes { name: Some("b".into()), ..Changes::default() };
    webhooks::update(&app.engine, &caller, renamed.id, name).await.unwrap();
    webhooks::delete(&app.engine, &caller, deleted.id).await.unwrap();
    assert_eq!(sending.await.unwrap().unwrap(), 2);
    let row = look(app, renamed.id).await;
    assert_eq!((row.name.as_str(), row.failing_since), ("b", Some(app.engine.now())));
    let event = messages(app, renamed.id).await[0].event;
    let tried = history::attempts(&app.engine, &caller, renamed.id, event).await.unwrap();
    assert_eq!(tried.len(), 1, "what became of the other webhook's message is recorded all the same");
}

async fn a_webhook_that_does_not_open_holds_up_nobody_else(app: &App) {
    let (broken, well) = (Receiver::start().await, Receiver::start().await);
    let hook = endpoint(app, &broken.url, &["idv.session.created"]).await;
    endpoint(app, &well.url, &["idv.session.created"]).await;
    let mut tx = app.db.read().await.unwrap();
    let organization = app.caller().await.organization;
    let row = webhook_endpoints::get(&mut tx, organization, hook.id).await.unwrap();
    drop(tx);
    let mut row = row.unwrap();
    let as_it_was = row.sealed.replace(bonafide_store::crypto::Sealed::nothing());
    let write = async |row: &WebhookEndpoint| {
        let mut tx = app.db.begin().await.unwrap();
        webhook_endpoints::update(&mut tx, row.organization, row).await.unwrap();
        tx.commit().await.unwrap();
    };
    write(&row).await;
    app.created().await;
    assert_eq!(run_pending(&app.engine).await.unwrap(), 1);
    assert_eq!((broken.received().len(), well.received().len()), (0, 1));
    row.sealed = as_it_was;
    write(&row).await;
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0, "it is not tried all the time");
    app.clock.advance(60_000);
    assert_eq!(run_pending(&app.engine).await.unwrap(), 1);
    assert_eq!(broken.received().len(), 1);
}

async fn what_was_answered_is_kept_for_a_month_and_messages_for_three(app: &App) {
    const DAY: i64 = 24 * 3600 * 1000;
    let app = &app.with_key().await;
    let receiver = Receiver::start().await;
    receiver.answers("200 OK");
    let hook = endpoint(app, &receiver.url, &["idv.session.created"]).await;
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    let caller = app.caller().await;
    let event = messages(app, hook.id).await[0].event;
    let answer = async || {
        bonafide_engine::housekeeping::once(&app.engine).await.unwrap();
        let all = history::attempts(&app.engine, &caller, hook.id, event).await.unwrap();
        all.into_iter().map(|a| String::from_utf8(a.response).unwrap()).collect::<Vec<_>>()
    };
    app.clock.advance(30 * DAY);
    assert_eq!(answer().await, ["ok"]);
    app.clock.advance(1);
    assert_eq!(answer().await, [""]);
    app.clock.advance(60 * DAY - 1);
    assert_eq!(answer().await, [""]);
    app.clock.advance(1);
    assert_eq!(answer().await, Vec::<String>::new());
    assert_eq!(messages(app, hook.id).await, []);
    assert!(events::read(&app.engine, &caller, event).await.is_ok(), "events stay");
}

async fn both_secrets_sign_while_one_takes_the_others_place(app: &App) {
    let receiver = Receiver::start().await;
    let hook = endpoint(app, &receiver.url, &[]).await;
    let first = hook.secret.to_string();
    let caller = app.caller().await;
    let second = webhooks::rotate(&app.engine, &caller, hook.id, 3600).await.unwrap().to_string();
    webhooks::test(&app.engine, &caller, hook.id).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    app.clock.advance(3600 * 1000);
    webhooks::test(&app.engine, &caller, hook.id).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    let signed: Vec<_> =
        receiver.received().iter().map(|r| (r.is_signed_with(&first), r.is_signed_with(&second))).collect();
    assert_eq!(signed, [(true, true), (false, true)]);
    assert_eq!(receiver.received()[0].json()["test"], true);
}

async fn an_address_given_per_verification_is_told_until_the_person_is_erased(app: &App) {
    let receiver = Receiver::start().await;
    let with_address = json!({"webhook_url": format!("{}?of=me", receiver.url)});
    let created = app.post("/idv/session/create", with_address.clone()).await.ok();
    let session = created["session_id"].as_str().unwrap();
    app.post("/idv/session/create", json!({})).await.ok();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(receiver.types(), ["idv.session.created"], "its own and no other's");
    // One endpoint for the host; the address itself is nowhere in it.
    app.post("/idv/session/create", with_address.clone()).await.ok();
    let all = webhooks::list(&app.engine, &app.caller().await, 0, 10).await.unwrap();
    assert_eq!(all.len(), 1);
    assert!(!all[0].url.contains("of=me") && receiver.url.starts_with(&all[0].url), "{}", all[0].url);
    assert_eq!(app.post("/webhook/list", json!({})).await.ok()["webhooks"], json!([]));
    // Who wants to check signatures asks for a secret.
    let caller = app.caller().await;
    let secret = webhooks::rotate(&app.engine, &caller, all[0].id, 0).await.unwrap().to_string();
    app.post("/idv/sdk/consent/add", json!({"session_id": session, "consented": true})).await.ok();
    run_pending(&app.engine).await.unwrap();
    let received = receiver.received();
    assert!(received.iter().any(|r| r.json()["type"] == "idv.session.started" && r.is_signed_with(&secret)));
    // The address is erased with the person: what was on its way there ends.
    let before = receiver.received().len();
    app.post("/idv/session/anonymize", json!({"session_id": session})).await.ok();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(receiver.received().len(), before);
    let counts = look(app, all[0].id).await.counts;
    assert_eq!((counts.get("pending"), counts.get("dead")), (None, Some(&2)), "canceled and anonymized");
    // An address that is registered as well is told once.
    let full = format!("{}?of=me", receiver.url);
    endpoint(app, &full, &[]).await;
    let before = receiver.received().len();
    app.post("/idv/session/create", with_address).await.ok();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(receiver.received().len(), before + 1);
}

async fn a_person_is_told_of_under_the_id_they_were_told_of_first(app: &App) {
    let (client, token) = app.new_tenant("sandbox").await;
    let app = &app.speaking_as(&client, &token);
    let caller = app.caller().await;
    // Somebody who is verified, comes back, and is then forgotten with everything of theirs.
    bonafide_engine::trigger::trigger(&app.engine, &caller, "vult", "ida.session.complete").await.unwrap();
    let people = bonafide_engine::identities::Filter { take: 10, ..Default::default() };
    let identity = bonafide_engine::identities::list(&app.engine, &caller, &people).await.unwrap().0[0].id;
    bonafide_engine::identities::anonymize(&app.engine, &caller, identity).await.unwrap();
    let told: Vec<_> = events::list(&app.engine, &caller, &filter()).await.unwrap();
    let told: Vec<_> = told.iter().map(|e| e.told(true).unwrap()).collect();
    let subjects =
        |happened| told.iter().filter(|e| e.happened == happened).map(|e| e.subject).collect::<Vec<_>>();
    let created = subjects(Happened::ApplicantCreated);
    assert_eq!(created.len(), 1);
    assert_eq!(subjects(Happened::ApplicantUpdated), created);
    assert_eq!(subjects(Happened::ApplicantAnonymized), created);
    assert_eq!(subjects(Happened::IdentityAnonymized), [identity.uuid()]);
    for event in told.iter().filter(|e| created.contains(&e.subject)) {
        let facts = event.snapshot.verification.as_ref().unwrap();
        assert_eq!((facts.applicant.uuid(), facts.client.as_str()), (created[0], client.as_str()));
    }
}

async fn events_are_sent_again_under_their_ids(app: &App) {
    let receiver = Receiver::start().await;
    for _ in 0..3 {
        app.created().await;
        app.clock.advance(1000);
    }
    let hook = endpoint(app, &receiver.url, &["idv.session.created"]).await;
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0, "what happened before is not told");
    let caller = app.caller().await;
    let from = app.engine.now().plus_secs(-2);
    let some = Again { endpoint: Some(hook.id), from: Some(from), ..Again::default() };
    assert_eq!(history::replay(&app.engine, &caller, &some).await.unwrap().messages, 2);
    run_pending(&app.engine).await.unwrap();
    let first: Vec<String> = receiver.received().iter().map(|r| r.id().to_owned()).collect();
    let undelivered = Again { endpoint: Some(hook.id), undelivered: true, ..Again::default() };
    assert_eq!(history::replay(&app.engine, &caller, &undelivered).await.unwrap().messages, 1);
    let all = events::Filter { happened: Some(Happened::VerificationCreated), ..filter() };
    let event = events::list(&app.engine, &caller, &all).await.unwrap()[1].id;
    let one = Again { event: Some(event), ..Again::default() };
    assert_eq!(history::replay(&app.engine, &caller, &one).await.unwrap().messages, 1);
    run_pending(&app.engine).await.unwrap();
    let again: Vec<String> = receiver.received()[2..].iter().map(|r| r.id().to_owned()).collect();
    assert_eq!(again.len(), 2);
    assert!(again.contains(&format!("evt_{event}")) && first.contains(&format!("evt_{event}")));
    // Another tenant's event is none.
    let (client, token) = app.new_tenant("second").await;
    let other = app.speaking_as(&client, &token).caller().await;
    assert!(history::replay(&app.engine, &other, &one).await.is_err());
    assert!(webhooks::read(&app.engine, &other, hook.id).await.is_err());
    assert!(webhooks::rotate(&app.engine, &other, hook.id, 0).await.is_err());
}

async fn only_what_was_asked_for_is_sent(app: &App) {
    let (mine, theirs) = (Receiver::start().await, Receiver::start().await);
    endpoint(app, &mine.url, &["idv.session.started"]).await;
    let (other_client, other_token) = app.new_tenant("second").await;
    let other = app.speaking_as(&other_client, &other_token);
    endpoint(&other, &theirs.url, &[]).await;
    app.consented().await;
    run_pending(&app.engine).await.unwrap();
    assert_eq!(mine.types(), ["idv.session.started"]);
    assert!(theirs.received().is_empty(), "another tenant's");
    let wrong = NewEndpoint {
        dialect: "vult".into(),
        name: "a".into(),
        url: mine.url.clone(),
        words: vec!["idv.session.lost".into()],
        headers: [("Host".to_owned(), "a".to_owned()), ("X-Ok".to_owned(), "a\nb".to_owned())].into(),
        chaos: vec!["late".into()],
        ..NewEndpoint::default()
    };
    let refused = webhooks::create(&app.engine, &app.caller().await, wrong).await;
    let Err(bonafide_engine::Error::Invalid(problems)) = refused else { panic!("taken") };
    let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields, ["events.0", "headers.Host", "headers.X-Ok", "chaos"]);
}

/// Waits until it is so; whatever takes this long never comes.
async fn until(is_so: impl Fn() -> bool) {
    let begin = std::time::Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it does not come");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A receiver that takes messages and never answers.
async fn silent() -> Receiver {
    let receiver = Receiver::start().await;
    receiver.answer.lock().unwrap().1 = Duration::from_secs(3600);
    receiver
}

async fn one_slow_receiver_delays_nobody(app: &App) {
    let (slow, fast) = (silent().await, Receiver::start().await);
    endpoint(app, &slow.url, &["idv.session.created"]).await;
    endpoint(app, &fast.url, &["idv.session.created"]).await;
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let postman = tokio::spawn(deliver::run(app.engine.clone(), stopped));
    for _ in 0..40 {
        app.created().await;
    }
    until(|| fast.received().len() >= 40).await;
    let ids: std::collections::BTreeSet<String> = fast.received().iter().map(|r| r.id().to_owned()).collect();
    assert_eq!(ids.len(), 40, "each once");
    until(|| slow.received().len() >= 16).await;
    assert_eq!(slow.received().len(), 16, "as many under way as one endpoint gets");
    postman.abort();
}

async fn one_organization_does_not_take_all_places(app: &App) {
    let (slow, fast) = (silent().await, Receiver::start().await);
    for _ in 0..20 {
        endpoint(app, &slow.url, &["idv.session.created"]).await;
    }
    for _ in 0..10 {
        app.created().await;
    }
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let postman = tokio::spawn(deliver::run(app.engine.clone(), stopped));
    until(|| slow.received().len() >= 100).await;
    let (client, token) = app.new_tenant("second").await;
    let other = app.speaking_as(&client, &token);
    endpoint(&other, &fast.url, &["idv.session.created"]).await;
    other.created().await;
    until(|| !fast.received().is_empty()).await;
    assert!(slow.received().len() <= 128, "{} of 200 at once", slow.received().len());
    postman.abort();
}

async fn a_sandbox_receiver_meets_what_goes_wrong_in_the_world(app: &App) {
    let receiver = Receiver::start().await;
    let (client, token) = app.new_tenant("sandbox").await;
    let app = &app.speaking_as(&client, &token);
    let new = NewEndpoint {
        dialect: "vult".into(),
        name: "a".into(),
        url: receiver.url.clone(),
        words: vec!["idv.session.created".into()],
        chaos: ["late", "doubled", "wrong_signature"].map(str::to_owned).to_vec(),
        ..NewEndpoint::default()
    };
    let hook = webhooks::create(&app.engine, &app.caller().await, new).await.unwrap();
    let secret = hook.secret.to_string();
    for _ in 0..8 {
        app.created().await;
    }
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0, "late");
    app.clock.advance(30_000);
    run_pending(&app.engine).await.unwrap();
    let received = receiver.received();
    let mut right: BTreeMap<String, usize> = BTreeMap::new();
    for message in received.iter().filter(|r| r.is_signed_with(&secret)) {
        *right.entry(message.id().to_owned()).or_default() += 1;
    }
    assert_eq!(right.values().copied().collect::<Vec<_>>(), [2; 8], "doubled");
    let forged = received.len() - 16;
    assert!((1..8).contains(&forged), "{forged} of 8 came with a wrong signature first");
    assert_eq!(look(app, hook.id).await.counts, BTreeMap::from([("delivered".to_owned(), 8)]));
}

async fn addresses_inside_are_not_reached(app: &App) {
    for (url, allowed) in [
        ("https://example.com/hooks", true),
        ("https://127.0.0.1/", false),
        ("https://169.254.169.254/latest/meta-data/", false),
        ("https://[::ffff:10.0.0.1]/", false),
        ("https://0x7f000001/", false),
        ("https://localhost/", false),
        ("https://user:secret@example.com/", false),
        ("ftp://example.com/", false),
    ] {
        let new = NewEndpoint {
            dialect: "vult".into(),
            name: "a".into(),
            url: url.into(),
            ..NewEndpoint::default()
        };
        let made = webhooks::create(&app.engine, &app.caller().await, new).await;
        assert_eq!(made.is_ok(), allowed, "{url}");
    }
    let body = json!({"webhook_url": "http://10.0.0.1/hooks"});
    assert_eq!(app.post("/idv/session/create", body).await.refused(400, "invalid_request"), ["webhook_url"]);
}
