//! Third parties are written to: by a mail server on this machine.

use std::sync::{Arc, Mutex};

use bonafide_core::{
    audit::AuditAction,
    review::{Grounds, Verdict},
    share::{ShareMail, ShareState},
};
use bonafide_engine::{
    Settings,
    invitations::{Invite, invite},
    jobs::{Queue, run_pending},
    shares,
    verifications::{NewVerification, ThirdParty},
};
use bonafide_testkit::{
    engine::Setup,
    mail::{inviter, mail_server},
};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use crate::{
    invitations::die_over,
    shares::{WORDS, approved, begun, done, finished, is_gone, link, listed, look, party, review},
    support::App,
};

const HOUR_MS: i64 = 3600 * 1000;

/// An engine that writes to people, and what its mail server took.
async fn writing(database: &str) -> (App, Arc<Mutex<Vec<String>>>) {
    let (inviter, taken) = mail_server().await;
    (App::of(database, Setup { inviter, ..Setup::default() }).await, taken)
}

/// The code of the link in a mail, in either of its forms.
#[track_caller]
fn code(mail: &str) -> String {
    let mail = mail.replace("=\n", "");
    let (_, rest) = mail.split_once("https://id.example.com/shared#").unwrap_or_else(|| panic!("{mail}"));
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

async fn mails(app: &App, id: bonafide_core::id::VerificationId) -> Vec<(ShareState, Option<ShareMail>)> {
    listed(app, id).await.all.iter().map(|share| (share.state, share.mail)).collect()
}

async fn run(app: &App) {
    run_pending(&app.engine).await.unwrap();
}

async fn each_is_written_to(database: &str) {
    let (app, taken) = &writing(database).await;
    let new = NewVerification {
        steps: WORDS.to_vec(),
        third_parties: vec![party("notary", &[]), party("bank", &[])],
        ..NewVerification::default()
    };
    let (id, device) = begun(app, new).await;
    let asked = Invite {
        channel: None,
        to: String::new(),
        person: None,
        language: Some("fr-CA".into()),
        number: 0,
        remind: false,
        bounced: false,
    };
    invite(&app.engine, &app.caller, id, asked).await.unwrap();
    finished(app, id, &device, &WORDS).await;
    run(app).await;
    assert!(taken.lock().unwrap().is_empty(), "before the approval nobody is");
    review(app, id, Verdict::Approve, Grounds::EvidenceInOrder).await;
    assert_eq!(mails(app, id).await, [(ShareState::Waiting, Some(ShareMail::Sending)); 2]);
    run(app).await;
    assert_eq!(mails(app, id).await, [(ShareState::Active, Some(ShareMail::Sent)); 2]);

    let all = taken.lock().unwrap().clone();
    assert_eq!(all.len(), 2);
    let mut named = vec![];
    for mail in &all {
        let whole = mail.replace("=\n", "");
        assert!(whole.contains("Content-Language: fr\n") && !whole.contains("X-Invitation-Id"), "{whole}");
        // Whom it is about is behind the link, where each look is counted.
        assert!(!whole.contains("Eriksson") && !whole.contains(&id.to_string()), "{whole}");
        assert_eq!(whole.matches(&code(mail)).count(), 3, "once as text, twice as HTML: {whole}");
        let seen = look(app, &code(mail)).await.unwrap();
        assert!(whole.contains(&format!("To: {}@example.com\n", seen.third_party)), "{whole}");
        assert_eq!(seen.expires_at, listed(app, id).await.all[0].expires_at);
        named.push(seen.third_party);
        // Nothing on the disk shows it.
        for entry in std::fs::read_dir(app.folder.path()).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                let bytes = std::fs::read(entry.path()).unwrap();
                let code = code(mail);
                let seen = bytes.windows(code.len()).any(|window| window == code.as_bytes());
                assert!(!seen, "in {:?}", entry.path());
            }
        }
    }
    named.sort_unstable();
    assert_eq!(named, ["bank", "notary"]);
    let shares = listed(app, id).await.all;
    let sent = done(app, AuditAction::ShareSent).await;
    assert_eq!(sent.len(), 2);
    assert!(shares.iter().all(|share| sent.contains(&json!({"share": share.id}))), "{sent:?}");

    // Once: not after a later approval either.
    app.clock.advance(HOUR_MS);
    review(app, id, Verdict::Reopen, Grounds::NewInformation).await;
    review(app, id, Verdict::Approve, Grounds::EvidenceInOrder).await;
    run(app).await;
    assert_eq!(taken.lock().unwrap().len(), 2);
    // A link that is made since takes the place of the one that was sent.
    let made = link(app, id, 0).await;
    assert_eq!(mails(app, id).await[0], (ShareState::Active, Some(ShareMail::NotSent)));
    look(app, made.code.expose()).await.unwrap();
    let gone = all.iter().map(|mail| code(mail));
    for code in gone {
        let seen = look(app, &code).await;
        match seen {
            Ok(profile) => assert_eq!(profile.third_party, "bank"),
            seen => is_gone(&seen),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_third_party_is_written_to_once() {
    each_is_written_to("sqlite").await;
    each_is_written_to("postgres").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_arrive_is_told() {
    let (app, taken) = &writing("sqlite").await;
    let id = approved(app, &WORDS, vec![party("nobody", &[]), party("busy", &[])]).await;
    run(app).await;
    let [nobody, busy] = &listed(app, id).await.all[..] else { panic!("two were named") };
    assert_eq!(
        (nobody.mail, nobody.mail_problem.as_deref()),
        (Some(ShareMail::Failed), Some("address_refused"))
    );
    assert_eq!((busy.mail, busy.mail_problem.as_deref()), (Some(ShareMail::Sending), None));
    for _ in 0..20 {
        app.clock.advance(HOUR_MS + 900 * 1000);
        run(app).await;
    }
    let all = listed(app, id).await.all;
    assert_eq!((all[1].mail, all[1].mail_problem.as_deref()), (Some(ShareMail::Failed), Some("deferred")));
    let told = done(app, AuditAction::ShareBounced).await;
    let expected = |share: &shares::Listed, reason: &str| json!({"share": share.id, "reason": reason});
    assert_eq!(told, [expected(nobody, "address_refused"), expected(busy, "deferred")]);
    assert!(taken.lock().unwrap().is_empty());
    // The organization passes a link on itself.
    look(app, link(app, id, 0).await.code.expose()).await.unwrap();
    assert_eq!(listed(app, id).await.all[0].mail_problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_kills_its_workers_is_told() {
    let (app, taken) = &writing("sqlite").await;
    let id = approved(app, &WORDS, vec![party("notary", &[])]).await;
    assert!(die_over(app, Queue::Mail).await > 0);
    run(app).await;
    assert!(taken.lock().unwrap().is_empty());
    assert_eq!(mails(app, id).await, [(ShareState::Waiting, Some(ShareMail::Failed))]);
    assert_eq!(listed(app, id).await.all[0].mail_problem.as_deref(), Some("sending_failed"));
}

/// A mail server that takes a message, says that it did not, and takes it again.
#[tokio::test(flavor = "multi_thread")]
async fn every_try_carries_the_same_link() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let mut taken = vec![];
        for answer in ["451 later\r\n", "250 taken\r\n"] {
            let (read, mut write) = listener.accept().await.unwrap().0.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 here\r\n").await.unwrap();
            let (mut mail, mut in_mail) = (String::new(), false);
            while let Ok(Some(line)) = lines.next_line().await {
                let told: &[u8] = match line.as_str() {
                    "." if in_mail => {
                        (in_mail, _) = (false, taken.push(std::mem::take(&mut mail)));
                        answer.as_bytes()
                    }
                    line if in_mail => {
                        mail += &format!("{line}\n");
                        continue;
                    }
                    "DATA" => {
                        in_mail = true;
                        b"354 go on\r\n"
                    }
                    "QUIT" => break,
                    _ => b"250 fine\r\n",
                };
                if write.write_all(told).await.is_err() {
                    break;
                }
            }
        }
        taken
    });
    let app = &App::of("sqlite", Setup { inviter: inviter(port), ..Setup::default() }).await;
    let id = approved(app, &WORDS, vec![party("notary", &[])]).await;
    run(app).await;
    assert_eq!(mails(app, id).await, [(ShareState::Active, Some(ShareMail::Sending))]);
    app.clock.advance(HOUR_MS);
    run(app).await;
    assert_eq!(mails(app, id).await, [(ShareState::Active, Some(ShareMail::Sent))]);
    let [first, second] = &server.await.unwrap()[..] else { panic!("two tries") };
    assert_eq!(code(first), code(second));
    look(app, &code(first)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_to_see_it_any_more_is_not_written_to() {
    let (app, taken) = &writing("sqlite").await;
    let one = || vec![party("notary", &[])];
    let id = approved(app, &WORDS, one()).await;
    let share = listed(app, id).await.all[0].id;
    shares::revoke(&app.engine, &app.caller, id, share).await.unwrap();
    // A link that was passed on takes the place of the e-mail.
    let other = approved(app, &WORDS, one()).await;
    let made = link(app, other, 0).await;
    let forgotten = approved(app, &WORDS, one()).await;
    app.anonymize(forgotten).await;
    let reopened = approved(app, &WORDS, one()).await;
    review(app, reopened, Verdict::Reopen, Grounds::DecidedByMistake).await;
    run(app).await;
    assert!(taken.lock().unwrap().is_empty());
    assert_eq!(mails(app, id).await, [(ShareState::Revoked, Some(ShareMail::Sending))]);
    assert_eq!(mails(app, other).await, [(ShareState::Active, Some(ShareMail::NotSent))]);
    look(app, made.code.expose()).await.unwrap();
    assert_eq!(mails(app, forgotten).await, [(ShareState::Closed, None)]);
    // Approved again, they are told.
    review(app, reopened, Verdict::Approve, Grounds::EvidenceInOrder).await;
    run(app).await;
    assert_eq!(mails(app, reopened).await, [(ShareState::Active, Some(ShareMail::Sent))]);
    assert_eq!(taken.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_set_up_nothing_is_sent() {
    let (inviter, taken) = mail_server().await;
    let setup = Setup::default();
    let settings = Settings { share_url: String::new(), ..setup.settings.clone() };
    let without_page = App::of("sqlite", Setup { inviter, settings, ..setup }).await;
    let without_mail = App::of("sqlite", Setup::default()).await;
    for app in [&without_page, &without_mail] {
        let named: Vec<ThirdParty> = vec![party("notary", &[])];
        let id = approved(app, &WORDS, named).await;
        run(app).await;
        assert_eq!(mails(app, id).await, [(ShareState::Waiting, Some(ShareMail::NotSent))]);
        look(app, link(app, id, 0).await.code.expose()).await.unwrap();
    }
    assert!(taken.lock().unwrap().is_empty());
}
