//! What is logged of a person's way names neither token nor link, nor what they said.

use std::{cell::RefCell, io};

use axum::http::Method;
use bonafide_core::step::StepKind;
use serde_json::json;

use crate::{data, support::App};

thread_local! {
    /// What this thread logged: the other tests run on threads of their own.
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(vec![]) };
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend(bytes));
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// On one thread, so that everything that is done is among its lines. For all threads, because whether a place in the code is
/// listened to is remembered for all of them.
#[tokio::test]
async fn requirement_04_no_line_holds_a_token_or_what_was_said() {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(|| Lines)
        .with_ansi(false)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let app = App::start("sqlite").await;
    let session = app.created(&[StepKind::Person, StepKind::Contact]).await;
    let link = app.link(session).await;
    let made = app.exchange(&link).await.ok();
    let token = made["token"].as_str().unwrap().to_owned();
    app.exchange(&link).await.refused(410, "gone");
    let device = crate::support::Device { token: token.clone(), session };
    app.post(&device, "/capture/session/consent", json!({"given": true})).await.ok();
    app.put(&device, "person", data::person()).await.ok();
    let wrong = json!({"last_name": "Hythloday", "birth_date": "1978-02-30"});
    app.put(&device, "person", wrong).await.refused(400, "invalid_request");
    let to = json!({"channel": "email", "to": "raphael@example.com"});
    app.post(&device, "/capture/steps/contact/code", to).await.ok();
    let code = app.code();
    let confirm = json!({"channel": "email", "code": code});
    app.post(&device, "/capture/steps/contact/code/confirm", confirm).await.ok();
    app.put(&device, "contact", json!({"email": "raphael@example.com"})).await.ok();
    app.submit(&device).await.ok();
    app.ask(Method::GET, &token, "/capture/session", None).await.refused(410, "gone");
    let text = String::from_utf8(LINES.take()).unwrap();
    assert!(
        text.contains("/capture/token") && text.contains("/capture/steps/person"),
        "it was listened to: {text}"
    );
    let secret = |text: &str| text.split_once('_').unwrap().1.to_owned();
    for hidden in
        [secret(&token), secret(&link), code, "Hythloday".into(), "raphael@".into(), "1978-02".into()]
    {
        assert!(!text.contains(&hidden), "{hidden} in the log");
    }
}
