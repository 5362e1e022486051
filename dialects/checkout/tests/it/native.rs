//! Messages in the native format, and telling once more.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_engine::deliver::run_pending;
use bonafide_testkit::{
    on_both,
    receiver::{Received, Receiver},
};
use p521::{
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    elliptic_curve::pkcs8::DecodePublicKey,
};
use serde_json::{Value, json};

use crate::{
    iddv::{base64, new},
    support::{App, id, sample},
    walk::{ADV, FAV, IDDV, IDV, OPEN, at, attempts, least, link},
};

on_both!(
    messages_are_signed_by_a_key_of_the_organizations,
    an_address_of_a_verification_is_told_in_this_format,
    how_something_stands_is_told_once_more,
    every_resource_is_told_at_its_address_and_told_once_more,
    a_document_is_looked_at_before_it_is_checked,
);

async fn native(app: &App, url: &str) {
    let action = json!({"type": "webhook", "url": url, "format": "native"});
    app.post("/workflows", json!({"name": "Native", "actions": [action]})).await.created();
}

async fn key(app: &App) -> Value {
    let keys = app.get("/workflows/signing-keys").await.ok();
    assert_eq!(keys["data"].as_array().unwrap().len(), 1, "{keys}");
    keys["data"][0].clone()
}

/// As a receiver checks it: the name of the key, and whether time and body are what it signed.
fn checked(message: &Received, pem: &str) -> (String, bool) {
    let header = &message.headers["cko-signature"];
    let [time, name, signature] = header.splitn(3, ':').collect::<Vec<_>>().try_into().unwrap();
    assert!(time.parse::<f64>().unwrap() > 1_700_000_000.0 && time.contains('.'), "{time}");
    let key = VerifyingKey::from_public_key_pem(pem).unwrap();
    let signature = Signature::from_der(&BASE64_STANDARD.decode(signature).unwrap()).unwrap();
    let good = key.verify(format!("{time}:{}", message.body).as_bytes(), &signature).is_ok();
    let other = key.verify(format!("{time}0:{}", message.body).as_bytes(), &signature).is_ok();
    (name.to_owned(), good && !other)
}

async fn messages_are_signed_by_a_key_of_the_organizations(app: &App) {
    let receiver = Receiver::start().await;
    native(app, &receiver.url).await;
    let key = key(app).await;
    let name = key["id"].as_str().unwrap();
    assert!(name.ends_with("-test-v1") && name.len() == 34, "{name}");
    assert_eq!(key["algorithm"], "ES512");
    let pem = key["public_key"].as_str().unwrap();
    let applicant = app.applicant(json!({"external_applicant_id": "ext-1"})).await;
    let made = app.post(IDV, least(&applicant)).await.created();
    run_pending(&app.engine).await.unwrap();
    let message = receiver.received().remove(0);
    assert_eq!(checked(&message, pem), (name.to_owned(), true));
    assert_eq!(message.headers["user-agent"], "CkoIdvNotifier");
    let told = message.json();
    let usual = app.events(&id(&made)).await.remove(0);
    assert_eq!(
        told,
        json!({
            "specversion": "2.0",
            "type": "identity_verification_created",
            "subject": made["id"],
            "id": usual["id"].as_str().unwrap().replace("evt_", "evnt_"),
            "time": usual["created_on"],
            "datacontenttype": "application/json",
            "data": usual["data"],
        })
    );
    // Known by either id.
    let event = format!("/workflows/events/{}", id(&told));
    assert_eq!(app.get(&event).await.ok()["id"], usual["id"]);

    // 204 is no answer that takes it: it is tried twice more, and then no more.
    for _ in 0..5 {
        app.clock.advance(3_600_000);
        run_pending(&app.engine).await.unwrap();
    }
    assert_eq!(receiver.received().len(), 3);
    assert!(receiver.received().iter().all(|message| checked(message, pem).1));
    assert_eq!(app.get(&event).await.ok()["action_invocations"][0]["status"], "failed");
    receiver.answers("201 Created");
    app.post(IDV, least(&applicant)).await.created();
    run_pending(&app.engine).await.unwrap();
    app.clock.advance(3_600_000);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(receiver.received().len(), 4);

    // The key stays, and another organization has another.
    assert_eq!(self::key(app).await, key);
    let stranger = app.stranger().await;
    let theirs = app.ask("GET", &stranger, "/workflows/signing-keys", None).await.ok();
    assert_ne!(theirs["data"][0]["public_key"], key["public_key"]);
    let reader = app.new_key("verifications:read").await;
    let refused = app.ask("GET", &reader, "/workflows/signing-keys", None).await;
    assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"]);
}

async fn an_address_of_a_verification_is_told_in_this_format(app: &App) {
    let receiver = Receiver::start().await;
    receiver.answers("200 OK");
    let applicant = app.applicant(json!({})).await;
    let mut body = least(&applicant);
    body["webhook_url"] = json!(receiver.url);
    let made = app.post(IDV, body).await.created();
    run_pending(&app.engine).await.unwrap();
    let message = receiver.received().remove(0);
    assert_eq!(message.json()["subject"], made["id"]);
    assert!(checked(&message, key(app).await["public_key"].as_str().unwrap()).1);
}

async fn how_something_stands_is_told_once_more(app: &App) {
    let (usual, new, old) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    for receiver in [&usual, &new, &old] {
        receiver.answers("200 OK");
    }
    let action = json!({"type": "webhook", "url": usual.url});
    app.post("/workflows", json!({"name": "Usual", "actions": [action]})).await.created();
    let applicant = app.applicant(json!({})).await;
    let mut body = least(&applicant);
    body["webhook_url"] = json!(old.url);
    let made = app.post(IDV, body).await.created();
    let notify = format!("/v2{}/notify", at(&made));
    run_pending(&app.engine).await.unwrap();
    let counts = || (usual.received().len(), old.received().len(), new.received().len());
    assert_eq!(counts(), (1, 1, 0));
    for body in [None, Some(json!({}))] {
        let answer = app.ask("POST", &app.key, &notify, body).await;
        assert_eq!((answer.status.as_u16(), answer.bytes.len()), (204, 0), "{}", answer.body);
        run_pending(&app.engine).await.unwrap();
    }
    assert_eq!(counts(), (3, 3, 0));
    let all = usual.received();
    assert!(all.iter().all(|message| message.body == all[0].body), "the same event");
    // To another address, which is the verification's from then on.
    let answer = app.post(&notify, json!({"webhook_url": new.url})).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(counts(), (3, 3, 1));
    assert_eq!(app.again(&made).await["webhook_url"], json!(new.url));
    app.post_nothing(&format!("{}/anonymize", at(&made))).await.ok();
    run_pending(&app.engine).await.unwrap();
    // The last event is told, not the first.
    app.post_nothing(&notify).await;
    run_pending(&app.engine).await.unwrap();
    let last = usual.types().pop();
    assert_eq!(last.as_deref(), Some("identity_verification_anonymized"));

    for wrong in ["http://169.254.169.254/", "ftp://example.com"] {
        let fresh = app.post(IDV, least(&applicant)).await.created();
        let refused = app.post(&format!("{}/notify", at(&fresh)), json!({"webhook_url": wrong})).await;
        assert_eq!(refused.invalid(), ["webhook_url__invalid"], "{wrong}");
    }
    // Of another kind, unknown, another organization's, and with a key that may only read.
    let as_face = at(&made).replace(IDV, FAV).replace("idv_", "fav_");
    for path in [
        format!("{as_face}/notify"),
        "/identity-verifications/idv_01kt1gw6g0fmj99z5sfwzpmy4a/notify".to_owned(),
        "/id-document-verifications/iddv_01kt1gw6g0fmj99z5sfwzpmy4a/notify".to_owned(),
        "/address-document-verifications/adv_01kt1gw6g0fmj99z5sfwzpmy4a/notify".to_owned(),
        "/aml-verifications/amlv_01kt1gw6g0fmj99z5sfwzpmy4a/notify".to_owned(),
    ] {
        let refused = app.post_nothing(&path).await;
        assert_eq!(refused.refused(404, "resource_not_found"), ["not_found"], "{path}");
    }
    let stranger = app.stranger().await;
    app.ask("POST", &stranger, &notify, None).await.refused(404, "resource_not_found");
    let reader = app.new_key("verifications:read").await;
    let refused = app.ask("POST", &reader, &notify, None).await;
    assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"]);
}

impl App {
    /// An applicant who was approved: in a sandbox, whatever the pictures show.
    async fn known(&self) -> Value {
        let external = format!("eaplt_{:0<26}", "10000");
        let applicant = self.applicant(json!({"external_applicant_id": external})).await;
        let idv = self.post(IDV, least(&applicant)).await.created();
        let attempt = self.attempt(&idv).await;
        let device = self.device(link(&attempt)).await;
        let picture = sample("selfie.jpg");
        self.clock.advance(60_000);
        self.shows(&device, &picture, &picture).await;
        self.clock.advance(60_000);
        let answer = self.hands_in(&device).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        assert_eq!(self.again(&idv).await["status"], "approved");
        applicant
    }

    async fn delivers_native(&self) {
        self.clock.advance(60_000);
        run_pending(&self.engine).await.unwrap();
    }
}

/// Whatever it is made with an address of its own is told there, in this format, and told again by whoever asks.
async fn every_resource_is_told_at_its_address_and_told_once_more(app: &App) {
    let known = app.known().await;
    let pem = || async { key(app).await["public_key"].as_str().unwrap().to_owned() };
    for (path, body, begins) in [
        (IDV, least(&known), "identity_verification"),
        (
            OPEN,
            json!({"declared_data": {"name": "Hannah Bret"}, "redirect_url": "https://example.com/"}),
            "identity_verification",
        ),
        (FAV, new(&known), "face_authentication"),
        (IDDV, new(&known), "id_document_verification"),
        (ADV, new(&known), "address_document_verification"),
    ] {
        let (first, second) = (Receiver::start().await, Receiver::start().await);
        for receiver in [&first, &second] {
            receiver.answers("200 OK");
        }
        let mut body = body;
        body["webhook_url"] = json!(first.url);
        let made = app.post(path, body).await.created();
        assert_eq!(made["webhook_url"], json!(first.url), "{path}");
        app.delivers_native().await;
        let told = first.received();
        let created = told.iter().find(|one| one.json()["type"] == format!("{begins}_created")).unwrap();
        assert!(checked(created, &pem().await).1, "{path}");
        let message = created.json();
        assert_eq!(
            (&message["subject"], &message["data"][format!("{begins}_id")]),
            (&made["id"], &made["id"])
        );
        assert!(message["id"].as_str().unwrap().starts_with("evnt_"), "{message}");

        let notify = format!("/v2{}/notify", at(&made));
        assert_eq!(app.post_nothing(&notify).await.status, 204, "{path}");
        app.delivers_native().await;
        let again = first.received();
        assert_eq!(again.len(), told.len() + 1, "{path}");
        let bodies: Vec<&String> = told.iter().map(|one| &one.body).collect();
        assert!(bodies.contains(&&again.last().unwrap().body), "{path}: the last event, under the id it had");
        assert_eq!(app.post(&notify, json!({"webhook_url": second.url})).await.status, 204, "{path}");
        app.delivers_native().await;
        assert_eq!((first.received().len(), second.received().len()), (again.len(), 1), "{path}");
        assert_eq!(app.again(&made).await["webhook_url"], json!(second.url), "{path}");
        for wrong in ["nowhere at all", "http://169.254.169.254/", "ftp://example.com"] {
            app.clock.advance(60_000);
            let refused = app.post(&notify, json!({"webhook_url": wrong})).await.invalid();
            assert!(refused[0].starts_with("webhook_url__invalid"), "{path} {wrong}: {refused:?}");
        }
    }
    // What is screened has no address of its own: those who are told of it anyway are told again.
    let receiver = Receiver::start().await;
    receiver.answers("201 Created");
    native(app, &receiver.url).await;
    let named = app.applicant(json!({"external_applicant_name": "Hannah Bret"})).await;
    let body =
        json!({"applicant_id": named["id"], "search_parameters": {"configuration_identifier": "standard"}});
    let made = app.post("/aml-verifications", body).await.created();
    app.delivers_native().await;
    let told = receiver.received();
    let message =
        told.iter().map(Received::json).find(|one| one["type"] == "aml_verification_created").unwrap();
    assert_eq!(message["subject"], made["id"]);
    assert!(message["data"]["response_codes"].is_null() && message["data"]["user_journey_id"].is_null());
    let notify = format!("/v2/aml-verifications/{}/notify", id(&made));
    assert_eq!(app.post_nothing(&notify).await.status, 204);
    app.delivers_native().await;
    let again = receiver.received();
    assert_eq!(again.len(), told.len() + 1);
    assert!(checked(again.last().unwrap(), &pem().await).1);
}

/// The two formats have two names for it, and whoever gets either may ask for it by either.
async fn a_document_is_looked_at_before_it_is_checked(app: &App) {
    const STARTED: &str = "id_document_verification_started";
    const LOOKED_AT: &str = "id_document_verification_quality_checks_in_progress";
    let mut receivers = vec![];
    for (asked, format, told) in [
        (STARTED, None, STARTED),
        (STARTED, Some("native"), LOOKED_AT),
        (LOOKED_AT, Some("native"), LOOKED_AT),
    ] {
        let receiver = Receiver::start().await;
        receiver.answers("200 OK");
        let mut action = json!({"type": "webhook", "url": receiver.url});
        if let Some(format) = format {
            action["format"] = json!(format);
        }
        let condition = json!({"type": "event", "events": {"id_document_verification": [asked]}});
        let workflow = json!({"name": asked, "conditions": [condition], "actions": [action]});
        app.post("/workflows", workflow).await.created();
        receivers.push((receiver, told));
    }
    let made = app.of_document(json!({})).await;
    app.clock.advance(60_000);
    let picture = json!({"document_front": base64(&sample("card_front.jpg"))});
    app.post(&attempts(&made), picture).await.created();
    app.delivers_native().await;
    for (receiver, told) in receivers {
        let all: Vec<Value> = receiver.received().iter().map(Received::json).collect();
        let found: Vec<(&Value, &Value)> =
            all.iter().map(|one| (&one["type"], &one["data"]["status"])).collect();
        assert_eq!(found, [(&json!(told), &json!("quality_checks_in_progress"))]);
    }
}
