//! Messages on their way to real receivers on this machine.

use std::{collections::BTreeMap, time::Duration};

use bonafide_core::{delivery::DeliveryStatus, event::EventType, id::WebhookEndpointId};
use bonafide_courier::sign;
use bonafide_engine::{
    Error,
    deliver::{self, run_pending},
    events, verifications,
    webhooks::{
        self, Changes, NewEndpoint, Registered,
        history::{self, Again},
    },
};
use bonafide_store::webhook_endpoints::{self, WebhookEndpoint};
use bonafide_testkit::{
    on_both,
    receiver::{Received, Receiver, until},
};

use crate::support::{API, App};

on_both!(
    requirement_19_what_happens_is_told_signed_and_numbered,
    requirement_19_a_message_is_tried_by_the_schedule_and_then_dead,
    a_receiver_says_when_to_come_back_or_that_it_is_gone,
    an_endpoint_that_fails_for_days_is_switched_off_and_that_is_told,
    a_failure_long_after_an_outage_switches_nothing_off,
    a_receiver_that_asks_to_be_left_alone_gets_nothing_else_either,
    erasing_people_is_no_failure_of_their_receiver,
    what_an_owner_does_meanwhile_stands,
    a_webhook_that_does_not_open_holds_up_nobody_else,
    what_was_answered_is_kept_for_a_month_and_messages_for_three,
    requirement_19_both_secrets_sign_while_one_takes_the_others_place,
    an_address_given_per_verification_is_told_until_the_person_is_erased,
    a_person_is_told_of_under_the_id_they_were_told_of_first,
    requirement_19_events_are_sent_again_under_their_ids,
    only_what_was_asked_for_is_sent,
    one_slow_receiver_delays_nobody,
    one_organization_does_not_take_all_places,
    a_sandbox_receiver_meets_what_goes_wrong_in_the_world,
    requirement_20_addresses_inside_are_not_reached,
);

fn is_signed_with(message: &Received, secret: &str) -> bool {
    let at = message.headers["webhook-timestamp"].parse().unwrap();
    let right = sign::standard(message.id(), at, message.body.as_bytes(), &[secret]).unwrap();
    message.headers["webhook-signature"].split(' ').any(|signature| signature == right)
}

async fn endpoint(app: &App, url: &str, words: &[&str]) -> Registered {
    let new = NewEndpoint {
        dialect: API.into(),
        name: "a".into(),
        url: url.into(),
        event_types: words.iter().map(|w| (*w).to_owned()).collect(),
        ..NewEndpoint::default()
    };
    webhooks::create(&app.engine, &app.caller, new).await.unwrap()
}

async fn look(app: &App, id: WebhookEndpointId) -> webhooks::Endpoint {
    webhooks::read(&app.engine, &app.caller, id).await.unwrap()
}

async fn requirement_19_what_happens_is_told_signed_and_numbered(app: &App) {
    let receiver = Receiver::start().await;
    let secret = endpoint(app, &receiver.url, &[]).await.secret.to_string();
    let id = app.created().await;
    app.consent(id).await;
    app.clock.advance(1000);
    verifications::delete(&app.engine, &app.caller, id).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    let received = receiver.received();
    let mut told: Vec<(i64, String)> = received
        .iter()
        .filter(|r| r.json()["about"] == id.to_string())
        .map(|r| (r.json()["sequence"].as_i64().unwrap(), r.json()["type"].as_str().unwrap().to_owned()))
        .collect();
    told.sort();
    let names = ["created", "started", "canceled", "anonymized"].map(|n| format!("verification.{n}"));
    assert_eq!(told, (1..).zip(names).collect::<Vec<_>>());
    for message in &received {
        assert!(is_signed_with(message, &secret), "{message:?}");
        assert!(!is_signed_with(message, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert_eq!(message.headers["content-type"], "application/json");
        assert_eq!(format!("evt_{}", message.json()["id"].as_str().unwrap()), message.id());
    }
    // Nothing is sent twice.
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0);
    // The organization reads what it was told; another one nothing.
    let all = events::list(&app.engine, &app.caller, &filter()).await.unwrap();
    let positions: Vec<i64> = all.iter().map(|e| e.position).collect();
    assert_eq!(positions, (1..=positions.len() as i64).collect::<Vec<_>>());
    let other = app.stranger().await;
    assert_eq!(events::list(&app.engine, &other.caller, &filter()).await.unwrap(), []);
    assert!(events::read(&app.engine, &other.caller, all[0].id).await.is_err());
}

fn filter() -> events::Filter {
    events::Filter { limit: 100, ..events::Filter::default() }
}

async fn requirement_19_a_message_is_tried_by_the_schedule_and_then_dead(app: &App) {
    let receiver = Receiver::start().await;
    receiver.answers("500 Oops");
    let hook = endpoint(app, &receiver.url, &["verification.created"]).await;
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    let mut waits = vec![];
    for attempt in 1..=20 {
        assert_eq!(receiver.received().len(), attempt);
        let caller = app.caller.clone();
        let only = history::Filter { endpoint: Some(hook.id), limit: 10, ..history::Filter::default() };
        let delivery = history::deliveries(&app.engine, &caller, &only).await.unwrap().remove(0);
        let tried = history::attempts(&app.engine, &caller, hook.id, delivery.event).await.unwrap();
        assert_eq!(
            (tried.len(), tried[0].http_status, tried[0].response.as_slice()),
            (attempt, Some(500), &b"ok"[..])
        );
        if delivery.status == DeliveryStatus::Dead {
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
    let hook = endpoint(app, &receiver.url, &["verification.created"]).await;
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
    webhooks::update(&app.engine, &app.caller, hook.id, on).await.unwrap();
    let missed = Again { endpoint: Some(hook.id), undelivered: true, ..Again::default() };
    assert_eq!(history::replay(&app.engine, &app.caller, &missed).await.unwrap().messages, 2);
    run_pending(&app.engine).await.unwrap();
    let received = receiver.received();
    assert_eq!(received.len(), 4, "the first one twice refused, then both");
    assert_eq!(look(app, hook.id).await.counts, BTreeMap::from([("delivered".to_owned(), 2)]));
}

async fn an_endpoint_that_fails_for_days_is_switched_off_and_that_is_told(app: &App) {
    let (failing, watching) = (Receiver::start().await, Receiver::start().await);
    failing.answers("503 No");
    let bad = endpoint(app, &failing.url, &["verification.created"]).await;
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
    let all = events::Filter { event_type: Some(EventType::EndpointDisabled), ..filter() };
    assert_eq!(events::list(&app.engine, &app.caller, &all).await.unwrap().len(), 1);
}

/// The messages of an endpoint.
async fn messages(app: &App, id: WebhookEndpointId) -> Vec<history::Delivery> {
    let only = history::Filter { endpoint: Some(id), limit: 100, ..history::Filter::default() };
    history::deliveries(&app.engine, &app.caller, &only).await.unwrap()
}

async fn a_failure_long_after_an_outage_switches_nothing_off(app: &App) {
    let receiver = Receiver::start().await;
    receiver.answers("503 No");
    let hook = endpoint(app, &receiver.url, &["verification.created"]).await;
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    while let Some(next) = messages(app, hook.id).await.iter().find(|d| d.status == DeliveryStatus::Pending) {
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
    let hook = endpoint(app, &receiver.url, &["verification.created"]).await;
    for _ in 0..20 {
        app.created().await;
    }
    assert_eq!(run_pending(&app.engine).await.unwrap(), 16, "those that were under way");
    app.created().await;
    app.clock.advance(3_599_000);
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0);
    receiver.answers("204 No Content");
    app.clock.advance(1_000);
    assert_eq!(run_pending(&app.engine).await.unwrap(), 21);
    // Its owner says when the pause is over.
    receiver.answers("503 No\r\nRetry-After: 3600");
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    receiver.answers("204 No Content");
    app.created().await;
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0);
    let on = Changes { active: Some(true), ..Changes::default() };
    webhooks::update(&app.engine, &app.caller, hook.id, on).await.unwrap();
    assert!(run_pending(&app.engine).await.unwrap() >= 1);
}

async fn erasing_people_is_no_failure_of_their_receiver(app: &App) {
    let receiver = Receiver::start().await;
    for _ in 0..2 {
        let id = app.created_for(&receiver.url).await.unwrap();
        run_pending(&app.engine).await.unwrap();
        app.anonymize(id).await;
        run_pending(&app.engine).await.unwrap();
        app.clock.advance(6 * 24 * 3600 * 1000);
    }
    assert_eq!(receiver.types(), ["verification.created"; 2]);
    let row = webhooks::list(&app.engine, &app.caller, 0, 1).await.unwrap().remove(0);
    assert_eq!((row.failing_since, row.disabled_at), (None, None));
    // Nor is an address that is gone: there are others on the host.
    receiver.answers("410 Gone");
    for _ in 0..2 {
        app.created_for(&receiver.url).await.unwrap();
        run_pending(&app.engine).await.unwrap();
        app.clock.advance(24 * 3600 * 1000);
    }
    let row = look(app, row.id).await;
    assert_eq!((row.failing_since, row.disabled_at), (None, None));
}

async fn what_an_owner_does_meanwhile_stands(app: &App) {
    let receiver = Receiver::start().await;
    receiver.answers("503 No");
    receiver.pauses(Duration::from_secs(1));
    let renamed = endpoint(app, &receiver.url, &["verification.created"]).await;
    let deleted = endpoint(app, &receiver.url, &["verification.created"]).await;
    app.created().await;
    let engine = app.engine.clone();
    let sending = tokio::spawn(async move { run_pending(&engine).await });
    while receiver.received().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let caller = app.caller.clone();
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
    let hook = endpoint(app, &broken.url, &["verification.created"]).await;
    endpoint(app, &well.url, &["verification.created"]).await;
    let mut tx = app.db.read().await.unwrap();
    let row = webhook_endpoints::get(&mut tx, app.caller.organization, hook.id).await.unwrap();
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
    let receiver = Receiver::start().await;
    receiver.answers("200 OK");
    let hook = endpoint(app, &receiver.url, &["verification.created"]).await;
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    let caller = app.caller.clone();
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

async fn requirement_19_both_secrets_sign_while_one_takes_the_others_place(app: &App) {
    let receiver = Receiver::start().await;
    let hook = endpoint(app, &receiver.url, &[]).await;
    let first = hook.secret.to_string();
    let caller = app.caller.clone();
    let second = webhooks::rotate(&app.engine, &caller, hook.id, 3600).await.unwrap().to_string();
    webhooks::test(&app.engine, &caller, hook.id).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    app.clock.advance(3600 * 1000);
    webhooks::test(&app.engine, &caller, hook.id).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    let signed: Vec<_> =
        receiver.received().iter().map(|r| (is_signed_with(r, &first), is_signed_with(r, &second))).collect();
    assert_eq!(signed, [(true, true), (false, true)]);
    assert_eq!(receiver.received()[0].json()["test"], true);
}

async fn an_address_given_per_verification_is_told_until_the_person_is_erased(app: &App) {
    let receiver = Receiver::start().await;
    let address = format!("{}?of=me", receiver.url);
    let id = app.created_for(&address).await.unwrap();
    app.created().await;
    run_pending(&app.engine).await.unwrap();
    assert_eq!(receiver.types(), ["verification.created"], "its own and no other's");
    // One endpoint for the host; the address itself is nowhere in it.
    app.created_for(&address).await.unwrap();
    let all = webhooks::list(&app.engine, &app.caller, 0, 10).await.unwrap();
    assert_eq!(all.len(), 1);
    assert!(!all[0].url.contains("of=me") && receiver.url.starts_with(&all[0].url), "{}", all[0].url);
    // Who wants to check signatures asks for a secret.
    let caller = app.caller.clone();
    let secret = webhooks::rotate(&app.engine, &caller, all[0].id, 0).await.unwrap().to_string();
    app.consent(id).await;
    run_pending(&app.engine).await.unwrap();
    let received = receiver.received();
    assert!(
        received.iter().any(|r| r.json()["type"] == "verification.started" && is_signed_with(r, &secret))
    );
    // The address is erased with the person: what was on its way there ends.
    let before = receiver.received().len();
    app.anonymize(id).await;
    run_pending(&app.engine).await.unwrap();
    assert_eq!(receiver.received().len(), before);
    let counts = look(app, all[0].id).await.counts;
    assert_eq!((counts.get("pending"), counts.get("dead")), (None, Some(&2)), "canceled and anonymized");
    // An address that is registered as well receives it once.
    endpoint(app, &address, &[]).await;
    let before = receiver.received().len();
    app.created_for(&address).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(receiver.received().len(), before + 1);
}

async fn a_person_is_told_of_under_the_id_they_were_told_of_first(app: &App) {
    let app = &app.sandbox().await;
    let caller = app.caller.clone();
    // Somebody who is verified, comes back, and is then forgotten with everything of theirs.
    bonafide_engine::trigger::trigger(&app.engine, &caller, API, "authentication.approved").await.unwrap();
    let people = bonafide_engine::identities::Filter { take: 10, ..Default::default() };
    let identity = bonafide_engine::identities::list(&app.engine, &caller, &people).await.unwrap().0[0].id;
    bonafide_engine::identities::anonymize(&app.engine, &caller, identity).await.unwrap();
    let told: Vec<_> = events::list(&app.engine, &caller, &filter()).await.unwrap();
    let told: Vec<_> = told.iter().map(|e| e.told(true).unwrap()).collect();
    let subjects = |event_type| {
        told.iter().filter(|e| e.event_type == event_type).map(|e| e.subject).collect::<Vec<_>>()
    };
    let created = subjects(EventType::ApplicantCreated);
    assert_eq!(created.len(), 1);
    assert_eq!(subjects(EventType::ApplicantUpdated), created);
    assert_eq!(subjects(EventType::ApplicantAnonymized), created);
    assert_eq!(subjects(EventType::IdentityAnonymized), [identity.uuid()]);
    for event in told.iter().filter(|e| created.contains(&e.subject)) {
        let facts = event.snapshot.verification.as_ref().unwrap();
        assert_eq!((facts.applicant.uuid(), facts.client.as_str()), (created[0], caller.client_id.as_str()));
    }
}

async fn requirement_19_events_are_sent_again_under_their_ids(app: &App) {
    let receiver = Receiver::start().await;
    for _ in 0..3 {
        app.created().await;
        app.clock.advance(1000);
    }
    let hook = endpoint(app, &receiver.url, &["verification.created"]).await;
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0, "what event_type before is not told");
    let caller = app.caller.clone();
    let from = app.engine.now().plus_secs(-2);
    let some = Again { endpoint: Some(hook.id), from: Some(from), ..Again::default() };
    assert_eq!(history::replay(&app.engine, &caller, &some).await.unwrap().messages, 2);
    run_pending(&app.engine).await.unwrap();
    let first: Vec<String> = receiver.received().iter().map(|r| r.id().to_owned()).collect();
    let undelivered = Again { endpoint: Some(hook.id), undelivered: true, ..Again::default() };
    assert_eq!(history::replay(&app.engine, &caller, &undelivered).await.unwrap().messages, 1);
    let all = events::Filter { event_type: Some(EventType::VerificationCreated), ..filter() };
    let event = events::list(&app.engine, &caller, &all).await.unwrap()[1].id;
    let one = Again { event: Some(event), ..Again::default() };
    assert_eq!(history::replay(&app.engine, &caller, &one).await.unwrap().messages, 1);
    run_pending(&app.engine).await.unwrap();
    let again: Vec<String> = receiver.received()[2..].iter().map(|r| r.id().to_owned()).collect();
    assert_eq!(again.len(), 2);
    assert!(again.contains(&format!("evt_{event}")) && first.contains(&format!("evt_{event}")));
    // Another tenant's event is none.
    let other = app.stranger().await.caller;
    assert!(history::replay(&app.engine, &other, &one).await.is_err());
    assert!(webhooks::read(&app.engine, &other, hook.id).await.is_err());
    assert!(webhooks::rotate(&app.engine, &other, hook.id, 0).await.is_err());
}

async fn only_what_was_asked_for_is_sent(app: &App) {
    let (mine, theirs) = (Receiver::start().await, Receiver::start().await);
    endpoint(app, &mine.url, &["verification.started"]).await;
    let other = app.stranger().await;
    endpoint(&other, &theirs.url, &[]).await;
    let id = app.created().await;
    app.consent(id).await;
    run_pending(&app.engine).await.unwrap();
    assert_eq!(mine.types(), ["verification.started"]);
    assert!(theirs.received().is_empty(), "another tenant's");
    let wrong = NewEndpoint {
        dialect: API.into(),
        name: "a".into(),
        url: mine.url.clone(),
        event_types: vec!["verification.lost".into()],
        headers: [("Host".to_owned(), "a".to_owned()), ("X-Ok".to_owned(), "a\nb".to_owned())].into(),
        chaos: vec!["late".into()],
        ..NewEndpoint::default()
    };
    let refused = webhooks::create(&app.engine, &app.caller, wrong).await;
    let Err(Error::Invalid(problems)) = refused else { panic!("taken") };
    let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields, ["events.0", "headers.Host", "headers.X-Ok", "chaos"]);
}

async fn one_slow_receiver_delays_nobody(app: &App) {
    let (slow, fast) = (Receiver::silent().await, Receiver::start().await);
    endpoint(app, &slow.url, &["verification.created"]).await;
    endpoint(app, &fast.url, &["verification.created"]).await;
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let deliveries = tokio::spawn(deliver::run(app.engine.clone(), stopped));
    for _ in 0..40 {
        app.created().await;
    }
    until(|| fast.received().len() >= 40).await;
    let ids: std::collections::BTreeSet<String> = fast.received().iter().map(|r| r.id().to_owned()).collect();
    assert_eq!(ids.len(), 40, "each once");
    until(|| slow.received().len() >= 16).await;
    assert_eq!(slow.received().len(), 16, "as many under way as one endpoint gets");
    deliveries.abort();
}

async fn one_organization_does_not_take_all_places(app: &App) {
    let (slow, fast) = (Receiver::silent().await, Receiver::start().await);
    for _ in 0..20 {
        endpoint(app, &slow.url, &["verification.created"]).await;
    }
    for _ in 0..10 {
        app.created().await;
    }
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let deliveries = tokio::spawn(deliver::run(app.engine.clone(), stopped));
    until(|| slow.received().len() >= 100).await;
    let other = app.stranger().await;
    endpoint(&other, &fast.url, &["verification.created"]).await;
    other.created().await;
    until(|| !fast.received().is_empty()).await;
    assert!(slow.received().len() <= 128, "{} of 200 at once", slow.received().len());
    deliveries.abort();
}

async fn a_sandbox_receiver_meets_what_goes_wrong_in_the_world(app: &App) {
    let receiver = Receiver::start().await;
    let app = &app.sandbox().await;
    let new = NewEndpoint {
        dialect: API.into(),
        name: "a".into(),
        url: receiver.url.clone(),
        event_types: vec!["verification.created".into()],
        chaos: ["late", "doubled", "wrong_signature"].map(str::to_owned).to_vec(),
        ..NewEndpoint::default()
    };
    let hook = webhooks::create(&app.engine, &app.caller, new).await.unwrap();
    let secret = hook.secret.to_string();
    for _ in 0..8 {
        app.created().await;
    }
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0, "late");
    app.clock.advance(30_000);
    run_pending(&app.engine).await.unwrap();
    let received = receiver.received();
    let mut right: BTreeMap<String, usize> = BTreeMap::new();
    for message in received.iter().filter(|r| is_signed_with(r, &secret)) {
        *right.entry(message.id().to_owned()).or_default() += 1;
    }
    assert_eq!(right.values().copied().collect::<Vec<_>>(), [2; 8], "doubled");
    let forged = received.len() - 16;
    assert!((1..8).contains(&forged), "{forged} of 8 came with a wrong signature first");
    assert_eq!(look(app, hook.id).await.counts, BTreeMap::from([("delivered".to_owned(), 8)]));
}

async fn requirement_20_addresses_inside_are_not_reached(app: &App) {
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
        let new =
            NewEndpoint { dialect: API.into(), name: "a".into(), url: url.into(), ..NewEndpoint::default() };
        let made = webhooks::create(&app.engine, &app.caller, new).await;
        assert_eq!(made.is_ok(), allowed, "{url}");
    }
    let Err(Error::Invalid(problems)) = app.created_for("http://10.0.0.1/hooks").await else {
        panic!("taken")
    };
    assert_eq!(problems[0].field, "webhook_url");
}
