//! People who are asked to come: by a mail server on this machine, with what becomes of it told as events.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bonafide_core::{event::EventType, id::JobId, verification::Status};
use bonafide_engine::{
    Error, events,
    invitations::{Channel, Invite, bounced, invite},
    jobs::{self, Queue, run_pending},
    sandbox, verifications,
};
use bonafide_store::jobs::{Claim, claim};
use bonafide_testkit::{
    engine::NOON,
    mail::{inviter, mail_server},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::App;

fn by_mail(to: &str) -> Invite {
    Invite {
        channel: Some(Channel::Email),
        to: to.into(),
        person: Some("Zoë".into()),
        language: Some("de-AT".into()),
        number: 0,
        remind: true,
        bounced: false,
    }
}

const HOUR_MS: i64 = 3600 * 1000;

async fn event_type(app: &App, what: EventType) -> Vec<Value> {
    let filter = events::Filter { event_type: Some(what), limit: 100, ..events::Filter::default() };
    let all = events::list(&app.engine, &app.caller, &filter).await.unwrap();
    all.into_iter().map(|e| e.snapshot).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_invited_and_reminded() {
    let (inviter, taken) = mail_server().await;
    let app = &App::start_inviting(inviter).await;
    let caller = app.caller.clone();
    let id = app.created().await;
    let link = invite(&app.engine, &caller, id, by_mail("zoe@example.com")).await.unwrap();
    assert_eq!(link.link, format!("https://id.example.com/come?v={id}"));
    run_pending(&app.engine).await.unwrap();
    let mail = taken.lock().unwrap()[0].replace("=\n", "");
    assert!(mail.contains("Auto-Submitted: auto-generated") && mail.contains("zoe@example.com"), "{mail}");
    let invitation = link.id.unwrap();
    assert!(mail.contains(&format!("Message-ID: <{invitation}@example.com>")), "{mail}");
    assert!(mail.contains(&format!("X-Invitation-Id: {invitation}\n")), "{mail}");
    assert!(mail.contains(&id.to_string()), "the link is in it: {mail}");
    assert_eq!(event_type(app, EventType::InvitationSent).await.len(), 1);

    // A day before the week is over, and not for who has submitted or was invited anew.
    let second = app.created().await;
    invite(&app.engine, &caller, second, by_mail("second@example.com")).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    verifications::consent(&app.engine, &caller, second, false).await.unwrap();
    app.clock.advance(6 * 24 * 3600 * 1000 - 1);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(taken.lock().unwrap().len(), 2);
    app.clock.advance(1);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(taken.lock().unwrap().len(), 3, "one of the two is reminded");
    assert_eq!(event_type(app, EventType::InvitationReminded).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_arrive_is_told() {
    let (inviter, taken) = mail_server().await;
    let app = &App::start_inviting(inviter).await;
    let caller = app.caller.clone();
    let id = app.created().await;
    invite(&app.engine, &caller, id, by_mail("nobody@example.com")).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    let bounced = event_type(app, EventType::InvitationBounced).await;
    assert_eq!((bounced.len(), &bounced[0]["reason"]), (1, &json!("address_refused")));
    assert!(!bounced[0].to_string().contains("nobody"), "who it was is not said: {bounced:?}");

    // What passes by itself is tried again, and told when it does not.
    let id = app.created().await;
    invite(&app.engine, &caller, id, by_mail("busy@example.com")).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(event_type(app, EventType::InvitationBounced).await.len(), 1, "not yet");
    for _ in 0..20 {
        app.clock.advance(3600 * 1000 + 900 * 1000);
        run_pending(&app.engine).await.unwrap();
    }
    let bounced = event_type(app, EventType::InvitationBounced).await;
    assert_eq!((bounced.len(), &bounced[1]["reason"]), (2, &json!("deferred")));
    assert!(taken.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_refused() {
    let (inviter, _) = mail_server().await;
    let app = &App::start_inviting(inviter).await;
    let caller = app.caller.clone();
    let id = app.created().await;
    let refused = invite(&app.engine, &caller, id, by_mail("no address")).await;
    assert!(matches!(&refused, Err(Error::Invalid(p)) if p[0].field == "to"), "{refused:?}");
    let sms = Invite { channel: Some(Channel::Sms), to: "+49 30 123456".into(), ..by_mail("") };
    let refused = invite(&app.engine, &caller, id, sms).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "channel_not_set_up", .. })), "{refused:?}");
    let alone = Invite { channel: None, ..by_mail("") };
    let link = invite(&app.engine, &caller, id, alone.clone()).await.unwrap();
    assert!(link.id.is_none() && link.link.ends_with(&id.to_string()));
    let other = app.stranger().await.caller;
    assert!(matches!(invite(&app.engine, &other, id, alone.clone()).await, Err(Error::NotFound(_))));
    for _ in 1..10 {
        invite(&app.engine, &caller, id, alone.clone()).await.unwrap();
    }
    let refused = invite(&app.engine, &caller, id, alone.clone()).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "too_many_invitations", .. })), "{refused:?}");
    app.anonymize(id).await;
    assert!(invite(&app.engine, &caller, id, alone).await.is_err(), "nobody is there any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_invited_shortly_before_the_end_is_not_reminded_at_once() {
    let (inviter, taken) = mail_server().await;
    let app = &App::start_inviting(inviter).await;
    let caller = app.caller.clone();
    // The day of the reminder has begun; or begins in an hour; or in seven.
    let mut people = vec![];
    for _ in 0..3 {
        people.push(app.created().await);
    }
    for (at_hour, id) in [(6 * 24 - 7, people[0]), (6 * 24 - 1, people[1]), (6 * 24 + 12, people[2])] {
        app.clock.set(NOON.plus_ms(at_hour * HOUR_MS));
        invite(&app.engine, &caller, id, by_mail("zoe@example.com")).await.unwrap();
        run_pending(&app.engine).await.unwrap();
    }
    app.clock.set(NOON.plus_ms(7 * 24 * HOUR_MS - 1));
    run_pending(&app.engine).await.unwrap();
    assert_eq!(event_type(app, EventType::InvitationSent).await.len(), 3);
    assert_eq!(event_type(app, EventType::InvitationReminded).await.len(), 1, "the first alone");
    assert_eq!(taken.lock().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_reminds_when_its_clock_is_set_forward() {
    let (inviter, taken) = mail_server().await;
    let app = &App::start_inviting(inviter).await;
    let app = &app.sandbox().await;
    let id = app.created().await;
    invite(&app.engine, &app.caller, id, by_mail("zoe@example.com")).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    sandbox::advance(&app.engine, &app.caller, 6 * 24 * 3600).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(taken.lock().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_kills_its_workers_is_told_as_a_bounce() {
    let (inviter, taken) = mail_server().await;
    let app = &App::start_inviting(inviter).await;
    let id = app.created().await;
    invite(&app.engine, &app.caller, id, by_mail("zoe@example.com")).await.unwrap();
    die_over(app, Queue::Mail).await;
    run_pending(&app.engine).await.unwrap();
    let bounced = event_type(app, EventType::InvitationBounced).await;
    assert_eq!((bounced.len(), &bounced[0]["reason"]), (1, &json!("sending_failed")));
    assert!(taken.lock().unwrap().is_empty());
}

/// Claims what is due and lets the lease run out, until nobody may try any more. How often that was.
pub async fn die_over(app: &App, queue: Queue) -> usize {
    let mut times = 0;
    loop {
        let (mut tx, now) = (app.db.begin().await.unwrap(), app.engine.now());
        let lost =
            Claim { queue: queue.as_str(), owner: "lost", now, lease_until: now.plus_secs(1), limit: 9 };
        let claimed = claim(&mut tx, lost).await.unwrap();
        tx.commit().await.unwrap();
        if claimed.is_empty() {
            return times;
        }
        times += 1;
        app.clock.advance(1000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_job_of_a_forgotten_person_stops_nobody() {
    let (inviter, _) = mail_server().await;
    let app = &App::start_inviting(inviter).await;
    let id = app.captured(&[]).await;
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    assert!(die_over(app, Queue::Checks).await > 0);
    app.anonymize(id).await;
    run_pending(&app.engine).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_that_comes_later_is_told_once_and_ends_the_reminder() {
    let (inviter, taken) = mail_server().await;
    let app = &App::start_inviting(inviter).await;
    let caller = app.caller.clone();
    let id = app.created().await;
    let first = invite(&app.engine, &caller, id, by_mail("typo@example.com")).await.unwrap().id.unwrap();
    run_pending(&app.engine).await.unwrap();

    let reader = bonafide_engine::Caller { scopes: "verifications:read".to_owned(), ..caller.clone() };
    assert!(matches!(bounced(&app.engine, &reader, first, "mailbox_full").await, Err(Error::Forbidden)));
    let other = app.stranger().await.caller;
    for (caller, id) in [(&other, first), (&caller, JobId::from_uuid(id.uuid()))] {
        let refused = bounced(&app.engine, caller, id, "mailbox_full").await;
        assert!(matches!(refused, Err(Error::NotFound("invitation"))), "{refused:?}");
    }
    assert!(event_type(app, EventType::InvitationBounced).await.is_empty());

    // Hooks say everything twice.
    for _ in 0..2 {
        bounced(&app.engine, &caller, first, "mailbox_full").await.unwrap();
    }
    let told = event_type(app, EventType::InvitationBounced).await;
    assert_eq!((told.len(), &told[0]["reason"]), (1, &json!("mailbox_full")));

    // To the right address; what becomes of the wrong one is no news any more.
    let second = invite(&app.engine, &caller, id, by_mail("zoe@example.com")).await.unwrap().id.unwrap();
    run_pending(&app.engine).await.unwrap();
    bounced(&app.engine, &caller, first, "mailbox_full").await.unwrap();
    assert_eq!(event_type(app, EventType::InvitationBounced).await.len(), 1);
    bounced(&app.engine, &caller, second, "address_refused").await.unwrap();
    assert_eq!(event_type(app, EventType::InvitationBounced).await.len(), 2);
    app.clock.advance(7 * 24 * HOUR_MS - 1);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(taken.lock().unwrap().len(), 2, "nobody is reminded where nothing arrives");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_never_answers_holds_up_no_verification() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let inviter = inviter(listener.local_addr().unwrap().port());
    let held: Arc<Mutex<Vec<tokio::net::TcpStream>>> = Arc::default();
    let holding = held.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            holding.lock().unwrap().push(stream);
        }
    });
    let app = &App::start_inviting(inviter).await.sandbox().await;
    let caller = app.caller.clone();
    for _ in 0..20 {
        let id = app.created().await;
        invite(&app.engine, &caller, id, by_mail("zoe@example.com")).await.unwrap();
    }
    let id = app.captured(&[]).await;

    let (_stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(jobs::run(app.engine.clone(), 2, stopped));
    let connected = async |most: usize| {
        while held.lock().unwrap().len() < most {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), connected(2)).await.unwrap();
    verifications::submit(&app.engine, &caller, id, None).await.unwrap();
    let status = verifications::wait(&app.engine, &caller, id).await.unwrap();
    assert_eq!(status, Status::Approved);
    tokio::time::timeout(Duration::from_secs(60), connected(jobs::MAIL_SLOTS)).await.unwrap();
    assert_eq!(held.lock().unwrap().len(), jobs::MAIL_SLOTS, "and no message more than it has slots");
}
