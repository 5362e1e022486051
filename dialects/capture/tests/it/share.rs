//! Third parties over HTTP: told of before the person agrees, granted at the approval, looked at by a link.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode, header},
};
use bonafide_core::{id::VerificationId, step::StepKind};
use bonafide_engine::{
    Caller, access,
    reviews::{self, Saying},
    verifications::{self, NewVerification, ThirdParty},
};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{Answer, App, Device};

on_both!(what_a_person_agrees_to_is_seen_by_a_link, codes_that_are_none_are_counted, looks_are_limited);

const STEPS: [StepKind; 3] = [StepKind::Document, StepKind::Person, StepKind::Consent];

/// Without any credential.
async fn ask(app: &App, path: &str, body: Value) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()));
    app.send(request.unwrap()).await
}

async fn read(app: &App, code: &str) -> Answer {
    ask(app, "/capture/share/read", json!({ "code": code })).await
}

/// A key of the organization's.
async fn key(app: &App, scopes: &str) -> String {
    let admin = Caller { scopes: "verifications reviews keys".into(), ..app.maker.clone() };
    let wanted =
        access::Wanted { scopes: scopes.to_owned(), ..access::Wanted::new(access::Kind::ApiKey, "a key") };
    access::credentials::create(app.engine(), &admin, wanted).await.unwrap().secret.to_string()
}

async fn begun(app: &App) -> Device {
    let party = |name: &str, steps: &[StepKind]| ThirdParty {
        name: name.into(),
        email: "desk@example.com".into(),
        steps: steps.to_vec(),
    };
    let third_parties = vec![party("Bank", &[]), party("Notary", &[StepKind::Document])];
    let new = NewVerification { steps: STEPS.to_vec(), third_parties, ..NewVerification::default() };
    let device = app.device_of(app.created_with(new).await).await;
    app.post(&device, "/capture/session/consent", json!({"given": true})).await.ok();
    device
}

/// One that the person is done with and a human approved.
async fn approved(app: &App) -> VerificationId {
    let device = begun(app).await;
    let told = app.session(&device).await["third_parties"].clone();
    let expected = json!([
        {"name": "Bank", "steps": ["document", "person", "consent"], "pictures": []},
        {"name": "Notary", "steps": ["document"], "pictures": ["document"]},
    ]);
    assert_eq!(told, expected);
    let texts = [("latitude", "45.5"), ("longitude", "-73.6")];
    app.picture(&device, "document/front", &texts, Some(&crate::support::sample("passport.jpg"))).await.ok();
    let person = json!({"first_name": "Anna Maria", "last_name": "Eriksson", "birth_date": "1974-08-12"});
    app.put(&device, "person", person).await.ok();
    app.put(&device, "consent", crate::data::answer()).await.ok();
    app.submit(&device).await.ok();
    let reviewer = Caller { scopes: "verifications reviews".into(), ..app.maker.clone() };
    let whole = verifications::whole(app.engine(), &reviewer, device.session).await.unwrap();
    let said = Saying {
        verdict: bonafide_core::review::Verdict::Approve,
        grounds: bonafide_core::review::Grounds::EvidenceInOrder,
        note: None,
        captures: &[],
        seen: whole.decision.as_deref(),
    };
    reviews::review(app.engine(), &reviewer, device.session, &said).await.unwrap();
    device.session
}

async fn what_a_person_agrees_to_is_seen_by_a_link(app: &App) {
    let id = approved(app).await;
    let (all, reader) = (key(app, "verifications").await, key(app, "verifications:read").await);
    let path = format!("/console/verifications/{id}/shares");
    let list = app.ask(Method::GET, &reader, &path, None).await.ok();
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    let (bank, notary) = (&list["data"][0], &list["data"][1]);
    let with = json!({"name": "Notary", "email": "desk@example.com", "steps": ["document"]});
    assert_eq!((&notary["state"], &notary["third_party"]), (&json!("waiting"), &with));
    assert_eq!((&notary["source"], &notary["views"]), (&json!(id), &json!(0)));
    let of = |share: &Value, what: &str| format!("{path}/{}/{what}", share["id"].as_str().unwrap());
    app.ask(Method::POST, &reader, &of(bank, "renew"), None).await.refused(403, "insufficient_scope");
    let made = app.ask(Method::POST, &all, &of(notary, "renew"), None).await.ok();
    let code = made["code"].as_str().unwrap();
    assert_eq!(made["expires_at"], "2026-07-01T12:00:00.000Z");

    let answer = read(app, code).await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let seen = answer.ok();
    assert_eq!((&seen["organization"], &seen["third_party"]), (&json!("Acme Notaries"), &json!("Notary")));
    assert_eq!(seen["steps"].as_array().unwrap().len(), 1);
    let picture = &seen["steps"][0]["pictures"][0];
    assert_eq!((&seen["steps"][0]["kind"], &picture["kind"]), (&json!("document"), &json!("document_front")));
    assert!(
        !seen.to_string().contains("Eriksson"),
        "no document was read, and the step person is for the bank: {seen}"
    );
    let asked = json!({"code": code, "picture": picture["id"]});
    let looked = ask(app, "/capture/share/picture", asked).await;
    assert_eq!(
        (looked.status, &looked.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &"image/jpeg".parse().unwrap())
    );

    let other = app.ask(Method::POST, &all, &of(bank, "renew"), None).await.ok();
    let code_of_bank = other["code"].as_str().unwrap();
    let seen = read(app, code_of_bank).await.ok();
    assert_eq!(seen["steps"][1]["data"]["last_name"], "Eriksson");
    assert_eq!(
        (&seen["steps"][0]["pictures"], &seen["steps"][2]["data"]["signature"]),
        (&json!([]), &Value::Null)
    );
    let asked = json!({"code": code_of_bank, "picture": picture["id"]});
    ask(app, "/capture/share/picture", asked).await.refused(404, "not_found");
    ask(app, "/capture/share/picture", json!({"code": code, "picture": "x"})).await.refused(404, "not_found");

    assert_eq!(app.ask(Method::POST, &all, &of(notary, "revoke"), None).await.status, StatusCode::NO_CONTENT);
    read(app, code).await.refused(410, "gone");
    ask(app, "/capture/share/picture", json!({"code": code, "picture": picture["id"]}))
        .await
        .refused(410, "gone");
    app.ask(Method::POST, &all, &of(notary, "renew"), None).await.refused(409, "revoked");
    let list = app.ask(Method::GET, &reader, &path, None).await.ok();
    let states = list["data"].as_array().unwrap().iter().map(|s| (&s["state"], &s["views"]));
    assert_eq!(states.collect::<Vec<_>>(), [(&json!("active"), &json!(1)), (&json!("revoked"), &json!(2))]);

    // Ids of nobody, and of another organization.
    let stranger = app.stranger().await;
    let admin = Caller { scopes: "verifications keys".into(), ..stranger };
    let wanted =
        access::Wanted { scopes: "verifications".into(), ..access::Wanted::new(access::Kind::ApiKey, "k") };
    let foreign = access::credentials::create(app.engine(), &admin, wanted).await.unwrap().secret.to_string();
    app.ask(Method::GET, &foreign, &path, None).await.refused(404, "not_found");
    for what in ["renew", "revoke"] {
        app.ask(Method::POST, &foreign, &of(bank, what), None).await.refused(404, "not_found");
        app.ask(Method::POST, &all, &format!("{path}/x/{what}"), None).await.refused(404, "not_found");
    }
}

async fn codes_that_are_none_are_counted(app: &App) {
    assert_eq!(ask(app, "/capture/share/read", json!({})).await.refused(400, "invalid_request"), ["code"]);
    assert_eq!(read(app, "").await.refused(400, "invalid_request"), ["code"]);
    let long = "x".repeat(129);
    assert_eq!(read(app, &long).await.refused(400, "invalid_request"), ["code"]);
    read(app, "shr_none").await.refused(410, "gone");
    // What opens a session shows nothing.
    let device = begun(app).await;
    read(app, &device.token).await.refused(410, "gone");
    // By address: from one that guessed too often no more are taken, from another they are.
    let guess = async |from: [u8; 4]| {
        let mut request = Request::post("/capture/share/read")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json!({"code": "shr_none"}).to_string()))
            .unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((from, 40_000))));
        app.send(request).await
    };
    for _ in 0..60 {
        guess([192, 0, 2, 7]).await.refused(410, "gone");
    }
    let refused = guess([192, 0, 2, 7]).await;
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    guess([192, 0, 2, 8]).await.refused(410, "gone");
}

async fn looks_are_limited(app: &App) {
    let id = approved(app).await;
    let key = key(app, "verifications").await;
    let path = format!("/console/verifications/{id}/shares");
    let list = app.ask(Method::GET, &key, &path, None).await.ok();
    let renew = format!("{path}/{}/renew", list["data"][0]["id"].as_str().unwrap());
    let made = app.ask(Method::POST, &key, &renew, None).await.ok();
    let code = made["code"].as_str().unwrap();
    for _ in 0..60 {
        read(app, code).await.ok();
    }
    let refused = read(app, code).await;
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    app.clock().advance(1000);
    read(app, code).await.ok();
    let list = app.ask(Method::GET, &key, &path, None).await.ok();
    assert_eq!(list["data"][0]["views"], 61);
}
