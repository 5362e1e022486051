//! People who are asked to come: by a mail server on this machine, with what becomes of it told as events.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod support;

use std::sync::{Arc, Mutex};

use bonafide_core::{event::Happened, id::VerificationId};
use bonafide_engine::{
    Error, events,
    invitations::{Channel, Invite, invite},
    jobs::run_pending,
};
use bonafide_invite::{Config, Inviter};
use serde_json::{Value, json};
use support::App;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

/// A mail server that takes everything, refuses `nobody@`, and is busy for `busy@`. What it took, as text.
async fn mail_server() -> (Inviter, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken: Arc<Mutex<Vec<String>>> = Arc::default();
    let into = taken.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let into = into.clone();
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let (mut lines, mut mail, mut in_mail) = (BufReader::new(read).lines(), String::new(), false);
                write.write_all(b"220 here\r\n").await.unwrap();
                while let Ok(Some(line)) = lines.next_line().await {
                    if in_mail && line != "." {
                        mail += &line;
                        mail.push('\n');
                        continue;
                    }
                    let upper = line.to_ascii_uppercase();
                    let answer = match upper.split([' ', ':']).next().unwrap_or_default() {
                        "EHLO" => "250 here",
                        "RCPT" if upper.contains("NOBODY@") => "550 no such mailbox",
                        "RCPT" if upper.contains("BUSY@") => "451 later",
                        "DATA" => {
                            in_mail = true;
                            "354 go on"
                        }
                        "." => {
                            in_mail = false;
                            into.lock().unwrap().push(std::mem::take(&mut mail));
                            "250 taken"
                        }
                        "QUIT" => "221 bye",
                        _ => "250 fine",
                    };
                    if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    let smtp = json!({"server": "127.0.0.1", "port": port, "tls": "none", "from": "Shop <id@example.com>"});
    let config: Config = serde_json::from_value(json!({ "smtp": smtp })).unwrap();
    (Inviter::new(config).unwrap(), taken)
}

fn by_mail(to: &str) -> Invite {
    Invite {
        channel: Some(Channel::Email),
        to: to.into(),
        person: Some("Zoë".into()),
        language: Some("de-AT".into()),
        number: 0,
        remind: true,
    }
}

async fn happened(app: &App, what: Happened) -> Vec<Value> {
    let filter = events::Filter { happened: Some(what), limit: 100, ..events::Filter::default() };
    let all = events::list(&app.engine, &app.caller().await, &filter).await.unwrap();
    all.into_iter().map(|e| e.snapshot).collect()
}

async fn waiting(app: &App) -> VerificationId {
    app.created().await.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_invited_and_reminded() {
    let (inviter, taken) = mail_server().await;
    let app = &App::start_inviting(inviter).await.with_key().await;
    let caller = app.caller().await;
    let id = waiting(app).await;
    let link = invite(&app.engine, &caller, id, by_mail("zoe@example.com")).await.unwrap();
    assert_eq!((link.link, link.sending), (format!("https://id.example.com/come?v={id}"), true));
    run_pending(&app.engine).await.unwrap();
    let mail = taken.lock().unwrap()[0].replace("=\n", "");
    assert!(mail.contains("Auto-Submitted: auto-generated") && mail.contains("zoe@example.com"), "{mail}");
    assert!(mail.contains(&id.to_string()), "the link is in it: {mail}");
    assert_eq!(happened(app, Happened::InvitationSent).await.len(), 1);

    // A day before the week is over, and not for who has handed in or was invited anew.
    let second = waiting(app).await;
    invite(&app.engine, &caller, second, by_mail("second@example.com")).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    app.post("/idv/sdk/consent/add", json!({"session_id": second, "consented": false})).await.ok();
    app.clock.advance(6 * 24 * 3600 * 1000 - 1);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(taken.lock().unwrap().len(), 2);
    app.clock.advance(1);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(taken.lock().unwrap().len(), 3, "one of the two is reminded");
    assert_eq!(happened(app, Happened::InvitationReminded).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_arrive_is_told() {
    let (inviter, taken) = mail_server().await;
    let app = &App::start_inviting(inviter).await.with_key().await;
    let caller = app.caller().await;
    let id = waiting(app).await;
    invite(&app.engine, &caller, id, by_mail("nobody@example.com")).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    let bounced = happened(app, Happened::InvitationBounced).await;
    assert_eq!((bounced.len(), &bounced[0]["reason"]), (1, &json!("address_refused")));
    assert!(!bounced[0].to_string().contains("nobody"), "who it was is not said: {bounced:?}");

    // What passes by itself is tried again, and told when it does not.
    let id = waiting(app).await;
    invite(&app.engine, &caller, id, by_mail("busy@example.com")).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(happened(app, Happened::InvitationBounced).await.len(), 1, "not yet");
    for _ in 0..20 {
        app.clock.advance(3600 * 1000 + 900 * 1000);
        run_pending(&app.engine).await.unwrap();
    }
    let bounced = happened(app, Happened::InvitationBounced).await;
    assert_eq!((bounced.len(), &bounced[1]["reason"]), (2, &json!("deferred")));
    assert!(taken.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_refused() {
    let (inviter, _) = mail_server().await;
    let app = &App::start_inviting(inviter).await;
    let caller = app.caller().await;
    let id = waiting(app).await;
    let refused = invite(&app.engine, &caller, id, by_mail("no address")).await;
    assert!(matches!(&refused, Err(Error::Invalid(p)) if p[0].field == "to"), "{refused:?}");
    let sms = Invite { channel: Some(Channel::Sms), to: "+49 30 123456".into(), ..by_mail("") };
    let refused = invite(&app.engine, &caller, id, sms).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "channel_not_set_up", .. })), "{refused:?}");
    let alone = Invite { channel: None, ..by_mail("") };
    let link = invite(&app.engine, &caller, id, alone.clone()).await.unwrap();
    assert!(!link.sending && link.link.ends_with(&id.to_string()));
    let (client, token) = app.new_tenant("second").await;
    let other = app.speaking_as(&client, &token).caller().await;
    assert!(matches!(invite(&app.engine, &other, id, alone.clone()).await, Err(Error::NotFound(_))));
    for _ in 1..10 {
        invite(&app.engine, &caller, id, alone.clone()).await.unwrap();
    }
    let refused = invite(&app.engine, &caller, id, alone.clone()).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "too_many_invitations", .. })), "{refused:?}");
    app.post("/idv/session/anonymize", json!({"session_id": id})).await.ok();
    assert!(invite(&app.engine, &caller, id, alone).await.is_err(), "nobody is there any more");
}
