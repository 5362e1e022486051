//! Events, endpoints, and messages on their way.

use bonafide_core::{
    delivery::{DeliveryStatus, Origin},
    event::{EventType, Snapshot},
    id::{EventId, OrganizationId, WebhookEndpointId},
    time::Timestamp,
};
use bonafide_store::{
    Error, Tx, Words,
    crypto::{Object, SubjectKey, seal_json},
    deliveries::{self, Attempt, Filter, Next},
    events,
    idempotency::{self, AnswerKey, Known},
    organization_keys, subject_keys,
    webhook_endpoints::{self as endpoints, Health, WebhookEndpoint, WebhookSecret},
};
use uuid::Uuid;

use crate::stage::Stage;

async fn endpoint(stage: &Stage, tx: &mut Tx, organization: OrganizationId) -> WebhookEndpoint {
    let endpoint = WebhookEndpoint {
        id: stage.id(),
        organization,
        dialect: "vult".into(),
        client: String::new(),
        name: "a".into(),
        url: "https://example.com/".into(),
        event_types: "idv.session.complete".into(),
        origin: Origin::Registered.into(),
        active: true,
        chaos: Words::default(),
        sealed: None,
        created_at: stage.now(),
        failing_since: None,
        disabled_at: None,
        disabled_reason: None,
        workflow: None,
    };
    endpoints::insert(tx, organization, &endpoint).await.unwrap();
    endpoint
}

async fn own_key(stage: &Stage, tx: &mut Tx, organization: OrganizationId) -> SubjectKey {
    // As every start of a server does.
    subject_keys::check_key_ring(tx, &stage.ring, stage.now(), &stage.entropy).await.unwrap();
    organization_keys::load_or_create(tx, organization, &stage.ring, stage.now(), &stage.entropy)
        .await
        .unwrap()
}

fn one(status: DeliveryStatus) -> (String, i64) {
    (status.as_str().to_owned(), 1)
}

/// Messages to an endpoint by status.
async fn counts(tx: &mut Tx, of: &WebhookEndpoint) -> Vec<(String, i64)> {
    let mut traffic = endpoints::traffic(tx, of.organization, &[of.id]).await.unwrap();
    traffic.remove(&of.id).unwrap_or_default().counts.into_iter().collect()
}

async fn event(stage: &Stage, tx: &mut Tx, organization: OrganizationId, subject: Uuid) -> events::Event {
    let (event_type, snapshot) = (EventType::VerificationApproved, Snapshot::default());
    let (id, now) = (stage.id(), stage.now());
    events::insert(tx, organization, id, event_type, subject, &snapshot, now).await.unwrap()
}

pub(crate) async fn endpoints_come_and_go(stage: Stage) {
    let (organization, other) = (stage.organization().await, stage.organization().await);
    let mut tx = stage.begin().await;
    let mut e = endpoint(&stage, &mut tx, organization).await;
    assert_eq!(
        endpoints::list(&mut tx, organization, &endpoints::Filter::default(), 0, 10).await.unwrap(),
        std::slice::from_ref(&e)
    );
    assert_eq!(endpoints::list(&mut tx, other, &endpoints::Filter::default(), 0, 10).await.unwrap(), []);
    assert_eq!(endpoints::get(&mut tx, other, e.id).await.unwrap(), None);
    assert!(e.wants("idv.session.complete") && !e.wants("idv.session"));
    e.event_types = String::new();
    e.active = false;
    assert!(e.wants("anything") && !e.is_open());
    endpoints::update(&mut tx, organization, &e).await.unwrap();
    assert_eq!(endpoints::get(&mut tx, organization, e.id).await.unwrap().as_ref(), Some(&e));
    assert!(matches!(endpoints::update(&mut tx, other, &e).await, Err(Error::NotFound("webhook"))));
    let (id, now) = (e.id, stage.now());
    assert!(endpoints::delete(&mut tx, other, id, now).await.is_err());
    endpoints::delete(&mut tx, organization, id, now).await.unwrap();
    assert!(endpoints::delete(&mut tx, organization, id, now).await.is_err());
    assert_eq!(
        endpoints::list(&mut tx, organization, &endpoints::Filter::default(), 0, 10).await.unwrap(),
        []
    );
}

pub(crate) async fn endpoints_are_filtered_and_paged(stage: Stage) {
    let (organization, other) = (stage.organization().await, stage.organization().await);
    let mut tx = stage.begin().await;
    let sample = endpoint(&stage, &mut tx, other).await;
    let mut ids = vec![];
    for (dialect, client, origin) in [
        ("vult", "", Origin::Registered),
        ("vult", "mine", Origin::Registered),
        ("athenty", "mine", Origin::Registered),
        ("vult", "", Origin::PerVerification),
    ] {
        let (id, created_at) = (stage.id(), stage.now().plus_secs(ids.len() as i64));
        let url = format!("https://{}.example.com", ids.len());
        let (dialect, client, origin) = (dialect.to_owned(), client.to_owned(), origin.into());
        let sample = sample.clone();
        let row = WebhookEndpoint { id, organization, dialect, client, origin, url, created_at, ..sample };
        assert!(endpoints::insert(&mut tx, organization, &row).await.unwrap());
        ids.push(id);
    }
    let mut found = async |filter: endpoints::Filter<'_>, skip, limit| {
        let page = endpoints::list(&mut tx, organization, &filter, skip, limit).await.unwrap();
        let page: Vec<_> = page.iter().map(|e| ids.iter().position(|id| *id == e.id).unwrap()).collect();
        (page, endpoints::count(&mut tx, organization, &filter).await.unwrap())
    };
    let all = endpoints::Filter::default();
    assert_eq!(found(all, 0, 10).await, (vec![2, 1, 0, 3], 4), "the registered ones first, the newest first");
    assert_eq!(found(all, 1, 2).await, (vec![1, 0], 4));
    let registered = endpoints::Filter { origin: Some(Origin::Registered), ..all };
    assert_eq!(found(registered, 0, 10).await, (vec![2, 1, 0], 3));
    let of_vult = endpoints::Filter { dialect: Some("vult"), ..registered };
    assert_eq!(found(of_vult, 0, 10).await, (vec![1, 0], 2));
    assert_eq!(found(endpoints::Filter { client: Some("mine"), ..of_vult }, 0, 10).await, (vec![1], 1));
    assert_eq!(found(endpoints::Filter { client: Some("other"), ..all }, 0, 10).await, (vec![], 0));
}

pub(crate) async fn secrets_overlap_and_go_with_their_endpoint(stage: Stage) {
    let organization = stage.organization().await;
    let mut tx = stage.begin().await;
    let e = endpoint(&stage, &mut tx, organization).await;
    let own = own_key(&stage, &mut tx, organization).await;
    let secret = |text: &str| {
        let id = stage.id();
        let sealed = seal_json(&own, Object::WebhookSecret(id), &text, &stage.entropy).unwrap();
        WebhookSecret { id, sealed, created_at: stage.now(), expires_at: None }
    };
    let (first, now) = (secret("one"), stage.now());
    endpoints::add_secret(&mut tx, organization, e.id, &first, now).await.unwrap();
    stage.clock.advance(1);
    let second = secret("two");
    let until = stage.now().plus_secs(60);
    endpoints::add_secret(&mut tx, organization, e.id, &second, until).await.unwrap();
    let ids = async |tx: &mut Tx, at| -> Vec<_> {
        let all = endpoints::secrets(tx, organization, e.id, at).await.unwrap();
        all.into_iter().map(|s| s.id).collect()
    };
    assert_eq!(ids(&mut tx, stage.now()).await, [second.id, first.id]);
    assert_eq!(ids(&mut tx, until).await, [second.id]);
    endpoints::delete(&mut tx, organization, e.id, stage.now()).await.unwrap();
    assert_eq!(ids(&mut tx, stage.now()).await, []);
    // The same key again, not a second one.
    let again = own_key(&stage, &mut tx, organization).await;
    let opened: String =
        bonafide_store::crypto::open_json(&again, Object::WebhookSecret(first.id), &first.sealed).unwrap();
    assert_eq!(opened, "one");
}

pub(crate) async fn events_are_numbered_and_never_changed(stage: Stage) {
    let (organization, other) = (stage.organization().await, stage.organization().await);
    let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut tx = stage.begin().await;
    let mut numbers = vec![];
    for (organization, subject) in [(organization, a), (organization, b), (organization, a), (other, a)] {
        let e = event(&stage, &mut tx, organization, subject).await;
        numbers.push((e.position, e.sequence));
        stage.clock.advance(1);
    }
    assert_eq!(numbers, [(1, 1), (2, 1), (3, 2), (1, 1)]);
    let positions = async |tx: &mut Tx, filter: events::Filter| -> Vec<i64> {
        let all = events::list(tx, organization, &filter, 10).await.unwrap();
        all.into_iter().map(|e| e.position).collect()
    };
    let all = events::Filter::default();
    assert_eq!(positions(&mut tx, all).await, [1, 2, 3]);
    assert_eq!(positions(&mut tx, events::Filter { newest_first: true, ..all }).await, [3, 2, 1]);
    assert_eq!(positions(&mut tx, events::Filter { after: Some(1), ..all }).await, [2, 3]);
    assert_eq!(
        positions(&mut tx, events::Filter { after: Some(3), newest_first: true, ..all }).await,
        [2, 1]
    );
    assert_eq!(positions(&mut tx, events::Filter { subject: Some(a), ..all }).await, [1, 3]);
    assert_eq!(
        positions(&mut tx, events::Filter { kind: Some(EventType::EndpointDisabled), ..all }).await,
        Vec::<i64>::new()
    );
    let from = Some(stage.now().plus_ms(-2));
    assert_eq!(positions(&mut tx, events::Filter { from, ..all }).await, [3]);
    assert_eq!(positions(&mut tx, events::Filter { until: from, ..all }).await, [1, 2]);
    assert_eq!(events::head(&mut tx, organization).await.unwrap(), 3);
    let id = events::list(&mut tx, organization, &all, 1).await.unwrap()[0].id;
    assert!(events::get(&mut tx, organization, id).await.unwrap().is_some());
    assert_eq!(events::get(&mut tx, other, id).await.unwrap(), None);
    tx.commit().await.unwrap();
    for sql in ["UPDATE events SET kind = 'x'", "DELETE FROM events"] {
        let refused = stage.tamper(sql).await.unwrap_err().to_string();
        assert!(refused.contains("never changed"), "{refused}");
    }
}

fn attempt(delivery: &deliveries::Delivery, at: Timestamp) -> Attempt {
    Attempt {
        endpoint: delivery.endpoint,
        event: delivery.event,
        number: delivery.tries,
        at,
        ms: 12,
        http_status: Some(500),
        failure: Some("refused".into()),
        response: b"no".to_vec(),
    }
}

/// The endpoints of an organization that something is due at, since when, and how much, counted up to two.
async fn due(
    tx: &mut Tx,
    organization: OrganizationId,
    now: Timestamp,
) -> Vec<(WebhookEndpointId, Timestamp, i64)> {
    let all = deliveries::due(tx, now, 2).await.unwrap();
    let mine = all.iter().filter(|d| d.organization == organization);
    mine.map(|d| (d.endpoint, d.since, d.messages)).collect()
}

async fn record(
    stage: &Stage,
    tx: &mut Tx,
    organization: OrganizationId,
    own: &SubjectKey,
    attempt: Attempt,
    next: Next,
) {
    let attempts = [(attempt, next)];
    deliveries::record(tx, organization, own, &attempts, stage.now(), &stage.entropy).await.unwrap();
}

async fn claim(
    stage: &Stage,
    organization: OrganizationId,
    id: WebhookEndpointId,
) -> Vec<deliveries::Delivery> {
    let (now, mut tx) = (stage.now(), stage.begin().await);
    let all = deliveries::claim(&mut tx, organization, id, now, now.plus_secs(60), 10).await.unwrap();
    tx.commit().await.unwrap();
    all
}

pub(crate) async fn a_message_is_claimed_once_and_sent_until_it_arrives(stage: Stage) {
    let organization = stage.organization().await;
    let mut tx = stage.begin().await;
    let e = endpoint(&stage, &mut tx, organization).await;
    let told: EventId = event(&stage, &mut tx, organization, Uuid::from_u128(1)).await.id;
    let now = stage.now();
    for _ in 0..2 {
        deliveries::insert(&mut tx, organization, e.id, told, "word", now, now).await.unwrap();
    }
    assert_eq!(due(&mut tx, organization, now).await, [(e.id, now, 1)]);
    assert_eq!(due(&mut tx, organization, now.plus_ms(-1)).await, [], "not before its time");
    let own = own_key(&stage, &mut tx, organization).await;
    tx.commit().await.unwrap();
    let claimants = || claim(&stage, organization, e.id);
    let (a, b, c, d) = tokio::join!(claimants(), claimants(), claimants(), claimants());
    let mut claimed: Vec<_> = [a, b, c, d].into_iter().flatten().collect();
    assert_eq!(claimed.len(), 1, "one of four has it");
    let first = claimed.remove(0);
    assert_eq!((first.tries, first.status.known()), (1, Some(DeliveryStatus::Pending)));

    // The lease runs out, somebody else takes it, and the first one's word counts no more.
    stage.clock.advance(61_000);
    let second = claim(&stage, organization, e.id).await.remove(0);
    assert_eq!((second.tries, second.tries_before), (2, 1), "what was cut short is no step of the schedule");
    let mut tx = stage.begin().await;
    let now = stage.now();
    record(&stage, &mut tx, organization, &own, attempt(&first, now), Next::Delivered).await;
    assert_eq!(counts(&mut tx, &e).await, [one(DeliveryStatus::Pending)]);
    let again = Next::Again(now.plus_secs(30));
    record(&stage, &mut tx, organization, &own, attempt(&second, now), again).await;
    tx.commit().await.unwrap();
    assert!(claim(&stage, organization, e.id).await.is_empty(), "not before its time");
    stage.clock.advance(30_000);
    let third = claim(&stage, organization, e.id).await.remove(0);
    let mut tx = stage.begin().await;
    let now = stage.now();
    record(&stage, &mut tx, organization, &own, attempt(&third, now), Next::Dead).await;
    let tried = deliveries::attempts(&mut tx, organization, &own, e.id, told).await.unwrap();
    assert_eq!(tried.iter().map(|a| a.number).collect::<Vec<_>>(), [1, 2, 3], "every attempt is kept");
    assert!(tried.iter().all(|a| a.response == b"no"));
    let traffic = endpoints::traffic(&mut tx, organization, &[e.id]).await.unwrap();
    assert_eq!(traffic[&e.id].last, Some((now, Some(500))));
    assert_eq!(counts(&mut tx, &e).await, [one(DeliveryStatus::Dead)]);

    // By hand, once more.
    assert!(deliveries::again(&mut tx, organization, e.id, told, now).await.unwrap());
    assert!(!deliveries::again(&mut tx, stage.id(), e.id, told, now).await.unwrap(), "another tenant's");
    tx.commit().await.unwrap();
    let fourth = claim(&stage, organization, e.id).await.remove(0);
    assert_eq!((fourth.tries, fourth.tries_before), (4, 3));
    let mut tx = stage.begin().await;
    record(&stage, &mut tx, organization, &own, attempt(&fourth, now), Next::Delivered).await;
    let filter = Filter { event: Some(told), status: Some(DeliveryStatus::Delivered), ..Filter::default() };
    assert_eq!(deliveries::list(&mut tx, organization, &filter, 0, 10).await.unwrap().len(), 1);
    let filter = Filter { status: Some(DeliveryStatus::Dead), ..filter };
    assert_eq!(deliveries::list(&mut tx, organization, &filter, 0, 10).await.unwrap(), []);
}

pub(crate) async fn nothing_is_due_where_nobody_listens(stage: Stage) {
    let organization = stage.organization().await;
    let mut tx = stage.begin().await;
    let mut e = endpoint(&stage, &mut tx, organization).await;
    let told = event(&stage, &mut tx, organization, Uuid::from_u128(1)).await.id;
    let now = stage.now();
    deliveries::insert(&mut tx, organization, e.id, told, "word", now, now).await.unwrap();
    assert_eq!(due(&mut tx, organization, now).await.len(), 1);
    e.active = false;
    endpoints::update(&mut tx, organization, &e).await.unwrap();
    assert_eq!(due(&mut tx, organization, now).await, []);
    e.active = true;
    endpoints::update(&mut tx, organization, &e).await.unwrap();
    assert_eq!(due(&mut tx, organization, now).await.len(), 1, "it waited");
    let (waiting, since) = deliveries::waiting(&mut tx, now).await.unwrap();
    assert!(waiting >= 1 && since.is_some_and(|at| at <= now));
    let held = Health { held_until: Some(now.plus_secs(1)), ..Health::default() };
    endpoints::set_health(&mut tx, organization, e.id, &held).await.unwrap();
    assert_eq!(due(&mut tx, organization, now).await, []);
    assert_eq!(due(&mut tx, organization, now.plus_secs(1)).await.len(), 1);
    endpoints::delete(&mut tx, organization, e.id, now).await.unwrap();
    assert_eq!(due(&mut tx, organization, now.plus_secs(1)).await, []);
    assert_eq!(counts(&mut tx, &e).await, [one(DeliveryStatus::Dead)]);
}

pub(crate) async fn no_backlog_is_counted_further_than_asked(stage: Stage) {
    let organization = stage.organization().await;
    let mut tx = stage.begin().await;
    let e = endpoint(&stage, &mut tx, organization).await;
    let now = stage.now();
    for n in 1..=3 {
        let told = event(&stage, &mut tx, organization, Uuid::from_u128(n)).await.id;
        let run_at = now.plus_secs(n as i64);
        deliveries::insert(&mut tx, organization, e.id, told, "word", now, run_at).await.unwrap();
    }
    for (after, known) in [(1, 1), (2, 2), (3, 2)] {
        let all = due(&mut tx, organization, now.plus_secs(after)).await;
        assert_eq!(all, [(e.id, now.plus_secs(1), known)]);
    }
}

pub(crate) async fn health_and_what_the_owner_writes_keep_apart(stage: Stage) {
    let organization = stage.organization().await;
    let mut tx = stage.begin().await;
    let mut e = endpoint(&stage, &mut tx, organization).await;
    let now = stage.now();
    let ill = Health {
        failing_since: Some(now),
        failed_at: Some(now.plus_secs(1)),
        held_until: Some(now.plus_secs(2)),
        disabled_at: Some(now.plus_secs(3)),
        disabled_reason: Some("failing".into()),
    };
    assert_eq!(endpoints::health(&mut tx, organization, e.id).await.unwrap(), Some(Health::default()));
    endpoints::set_health(&mut tx, organization, e.id, &ill).await.unwrap();
    // The owner writes what they read before.
    e.name = "b".into();
    endpoints::update(&mut tx, organization, &e).await.unwrap();
    assert_eq!(endpoints::health(&mut tx, organization, e.id).await.unwrap().as_ref(), Some(&ill));
    let row = endpoints::get(&mut tx, organization, e.id).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.disabled_at, row.is_open()), ("b", ill.disabled_at, false));
    endpoints::set_health(&mut tx, organization, e.id, &Health::default()).await.unwrap();
    assert_eq!(endpoints::get(&mut tx, organization, e.id).await.unwrap(), Some(e.clone()));
    let other = stage.id();
    assert_eq!(endpoints::health(&mut tx, other, e.id).await.unwrap(), None, "another tenant's");
    // Deleted meanwhile: nothing to write, and nothing goes wrong.
    endpoints::delete(&mut tx, organization, e.id, now).await.unwrap();
    assert_eq!(endpoints::health(&mut tx, organization, e.id).await.unwrap(), None);
    endpoints::set_health(&mut tx, organization, e.id, &ill).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn answers_are_sealed_and_what_is_over_is_forgotten(stage: Stage) {
    let organization = stage.organization().await;
    let mut tx = stage.begin().await;
    let e = endpoint(&stage, &mut tx, organization).await;
    let own = own_key(&stage, &mut tx, organization).await;
    let now = stage.now();
    let mut events = vec![];
    for n in 1..=3 {
        let told = event(&stage, &mut tx, organization, Uuid::from_u128(n)).await.id;
        deliveries::insert(&mut tx, organization, e.id, told, "word", now, now).await.unwrap();
        events.push(told);
    }
    tx.commit().await.unwrap();
    // One arrives today, one in ten days, one is tried and waits.
    let mut mine = claim(&stage, organization, e.id).await;
    mine.sort_by_key(|d| events.iter().position(|id| *id == d.event));
    let mut tx = stage.begin().await;
    for (delivery, next) in
        mine.iter().zip([Next::Delivered, Next::Again(now.plus_secs(10 * 86_400)), Next::Again(now)])
    {
        let said =
            Attempt { response: b"Thank you, Zoe Angstrom".to_vec(), ..attempt(delivery, stage.now()) };
        record(&stage, &mut tx, organization, &own, said, next).await;
    }
    tx.commit().await.unwrap();
    let kept = stage.bytes("SELECT sealed FROM delivery_attempts").await;
    assert_eq!(kept.len(), 3);
    for sealed in kept {
        assert!(!sealed.windows(8).any(|w| w == b"Angstrom"), "in the clear");
    }
    stage.clock.advance(10 * 86_400_000);
    let later = claim(&stage, organization, e.id).await;
    let later = later.iter().find(|d| d.event == events[1]).unwrap();
    let mut tx = stage.begin().await;
    let silent = Attempt { response: vec![], ..attempt(later, stage.now()) };
    record(&stage, &mut tx, organization, &own, silent, Next::Delivered).await;
    let said = async |tx: &mut Tx, event| -> Vec<String> {
        let all = deliveries::attempts(tx, organization, &own, e.id, event).await.unwrap();
        all.into_iter().map(|a| String::from_utf8(a.response).unwrap()).collect()
    };
    assert_eq!(said(&mut tx, events[1]).await, ["Thank you, Zoe Angstrom", ""]);
    assert_eq!(deliveries::forget_answers(&mut tx, now, 10).await.unwrap(), 0);
    assert_eq!(deliveries::forget_answers(&mut tx, now.plus_ms(1), 2).await.unwrap(), 2, "as many as asked");
    assert_eq!(deliveries::forget_answers(&mut tx, now.plus_ms(1), 2).await.unwrap(), 1);
    assert_eq!(said(&mut tx, events[1]).await, ["", ""], "the attempts stay");
    let left = async |tx: &mut Tx| counts(tx, &e).await;
    assert_eq!(deliveries::delete_finished(&mut tx, now, 10).await.unwrap(), 0);
    assert_eq!(deliveries::delete_finished(&mut tx, stage.now(), 10).await.unwrap(), 1);
    assert_eq!(said(&mut tx, events[0]).await, Vec::<String>::new());
    assert_eq!(left(&mut tx).await, [one(DeliveryStatus::Delivered), one(DeliveryStatus::Pending)]);
    assert_eq!(deliveries::delete_finished(&mut tx, stage.now().plus_ms(1), 10).await.unwrap(), 1);
    assert_eq!(left(&mut tx).await, [one(DeliveryStatus::Pending)], "what waits stays, however old");
    assert!(events::get(&mut tx, organization, events[0]).await.unwrap().is_some(), "events stay");
    tx.commit().await.unwrap();
}

pub(crate) async fn a_repeated_request_gets_the_answer_it_got(stage: Stage) {
    let organization = stage.organization().await;
    let mut tx = stage.begin().await;
    let own = own_key(&stage, &mut tx, organization).await;
    let (me, somebody) = (stage.id(), stage.id());
    let ask = async |tx: &mut Tx, credential, chosen, body: &[u8], at: Timestamp| {
        let key = AnswerKey::new(&own, credential, chosen, &[b"POST", body]).unwrap();
        let (until, oldest) = (at.plus_secs(60), at.plus_secs(-86_400));
        idempotency::begin(tx, organization, key, at, until, oldest).await.unwrap()
    };
    let word = |known: &Known| match known {
        Known::New(_) => "new".to_owned(),
        Known::InFlight => "in flight".to_owned(),
        Known::Another => "another".to_owned(),
        Known::Answered(status, answer) => format!("{status} {}", String::from_utf8_lossy(answer)),
    };
    let lease = |known: Known| match known {
        Known::New(lease) => lease,
        other => panic!("{}", word(&other)),
    };
    let now = stage.now();
    let first = lease(ask(&mut tx, me, "k", b"a", now).await);
    assert_eq!(word(&ask(&mut tx, me, "k", b"a", now).await), "in flight");
    assert_eq!(word(&ask(&mut tx, me, "k", b"b", now).await), "another");
    let theirs = lease(ask(&mut tx, somebody, "k", b"b", now).await);
    // Whoever answered it is slow, and somebody takes it over: what comes late changes nothing.
    let second = lease(ask(&mut tx, me, "k", b"a", now.plus_secs(60)).await);
    idempotency::finish(&mut tx, organization, &first, 500, b"late", &stage.entropy).await.unwrap();
    idempotency::abandon(&mut tx, organization, &first).await.unwrap();
    assert_eq!(word(&ask(&mut tx, me, "k", b"a", now.plus_secs(61)).await), "in flight");
    let answer = b"{\"secret\": 1}";
    idempotency::finish(&mut tx, organization, &second, 201, answer, &stage.entropy).await.unwrap();
    assert_eq!(word(&ask(&mut tx, me, "k", b"a", now).await), "201 {\"secret\": 1}");
    assert_eq!(word(&ask(&mut tx, me, "k", b"b", now).await), "another");
    idempotency::abandon(&mut tx, organization, &second).await.unwrap();
    assert_eq!(word(&ask(&mut tx, me, "k", b"a", now).await), "201 {\"secret\": 1}", "it was answered");
    idempotency::abandon(&mut tx, organization, &theirs).await.unwrap();
    lease(ask(&mut tx, somebody, "k", b"c", now).await);
    lease(ask(&mut tx, me, "k", b"b", now.plus_secs(86_401)).await);
    assert_eq!(idempotency::purge(&mut tx, now.plus_secs(1)).await.unwrap(), 1, "somebody's");
    assert_eq!(idempotency::purge(&mut tx, now.plus_secs(90_000)).await.unwrap(), 1, "mine of the day after");
}
