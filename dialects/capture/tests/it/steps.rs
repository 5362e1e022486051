//! Each step: given whole, with each field wrong, out of turn.

use axum::http::Method;
use bonafide_core::{
    step::{StepConfig, StepKind},
    verification::Status,
};
use bonafide_engine::verifications::NewVerification;
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::{
    data,
    support::{App, step},
};

on_both!(what_a_person_says_is_kept_as_they_say_it, an_address_is_confirmed_by_a_code, a_no_is_an_outcome,);

async fn what_a_person_says_is_kept_as_they_say_it(app: &App) {
    let kinds: Vec<StepKind> = data::all().iter().map(|(kind, _)| StepKind::parse(kind).unwrap()).collect();
    let device = app.device(&kinds).await;
    let session = app.session(&device).await;
    assert_eq!((&session["next"], &session["consented"]), (&json!("session_consent"), &Value::Null));
    let asked: Vec<&str> =
        session["steps"].as_array().unwrap().iter().filter_map(|step| step["kind"].as_str()).collect();
    assert_eq!(
        asked,
        data::all().iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
        "in the order of the list"
    );
    assert!(session["steps"].as_array().unwrap().iter().all(|step| step["state"] == "pending"));
    // Nothing before consent.
    app.put(&device, "person", data::person()).await.refused(409, "consent_required");
    let consent = json!({"given": true, "language": "fr"});
    let session = app.post(&device, "/capture/session/consent", consent).await.ok();
    assert_eq!((&session["next"], &session["language"]), (&json!("person"), &json!("fr")));
    assert_eq!(step(&session, "attestation")["text"]["language"], "fr");
    assert_eq!(step(&session, "consent")["text"]["text_version"], "2026-11");
    assert_eq!(step(&session, "financial")["config"]["ask_third_party"], true);

    for (i, (kind, said)) in data::all().into_iter().enumerate() {
        let session = app.put(&device, kind, said).await.ok();
        // The papers of the estate are still missing.
        let next = data::all().get(i + 1).map_or("estate", |(next, _)| *next);
        assert_eq!(session["next"], next, "after {kind}");
        assert_eq!(step(&session, kind)["state"], "submitted");
        assert!(step(&session, kind)["submitted_at"].is_string());
    }
    let session = app.session(&device).await;
    for (kind, said) in data::all() {
        let kept = &step(&session, kind)["data"];
        for (field, value) in said.as_object().unwrap() {
            // What people write has one form in which it is kept.
            let is_formed = ["phone", "address", "deceased", "registration_number"].contains(&field.as_str());
            assert!(is_formed || within(value, &kept[field]), "{kind}.{field}: {value} in {kept}");
        }
    }
    // What was said can be said anew until it is handed in.
    let anew = json!({"last_name": "Ericsson", "birth_date": "1978-02-07"});
    let session = app.put(&device, "person", anew).await.ok();
    assert_eq!(step(&session, "person")["data"]["last_name"], "Ericsson");
    assert_eq!(app.view(device.session).await.steps.len(), kinds.len(), "the organization sees the same");
}

/// Whether everything of `given` is in `kept`, numbers by value.
fn within(given: &Value, kept: &Value) -> bool {
    match (given, kept) {
        (Value::Object(given), kept) => given.iter().all(|(name, value)| within(value, &kept[name])),
        (Value::Array(given), Value::Array(kept)) => {
            given.len() == kept.len() && given.iter().zip(kept).all(|(given, kept)| within(given, kept))
        }
        (Value::Number(given), kept) => given.as_f64() == kept.as_f64(),
        (given, kept) => given == kept,
    }
}

/// Sets a member by its dotted path; null takes it away.
fn with(mut of: Value, path: &str, value: Value) -> Value {
    let (parent, last) = path.rsplit_once('.').unwrap_or(("", path));
    let pointer = if parent.is_empty() { String::new() } else { format!("/{}", parent.replace('.', "/")) };
    let parent = of.pointer_mut(&pointer).unwrap_or_else(|| panic!("no {parent}"));
    match (parent, value) {
        (Value::Array(items), value) => items[last.parse::<usize>().unwrap()] = value,
        (parent, Value::Null) => drop(parent.as_object_mut().unwrap().remove(last)),
        (parent, value) => parent[last] = value,
    }
    of
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_field_is_named() {
    let app = App::start("sqlite").await;
    let kinds: Vec<StepKind> = data::all().iter().map(|(kind, _)| StepKind::parse(kind).unwrap()).collect();
    let device = app.consented(&kinds).await;
    let long = "x".repeat(3000);
    #[rustfmt::skip]
    let wrong: Vec<(&str, &str, Value, &str)> = vec![
        ("person", "last_name", Value::Null, "last_name"),
        ("person", "last_name", json!(long), "last_name"),
        ("person", "last_name", json!("--"), "last_name"),
        ("person", "birth_date", Value::Null, "birth_date"),
        ("person", "birth_date", json!("07.02.1978"), "birth_date"),
        ("person", "birth_date", json!("2036-01-01"), "birth_date"),
        ("person", "birth_country", json!("QQ"), "birth_country"),
        ("person", "nationalities.0", json!("ZZZ"), "nationalities.0"),
        ("person", "former_names.0.last_name", Value::Null, "former_names.0.last_name"),
        ("person", "national_numbers.0.kind", json!("shoe_size"), "national_numbers.0.kind"),
        ("person", "nickname", json!("Anni"), "nickname"),
        ("location", "latitude", Value::Null, "latitude"),
        ("location", "latitude", json!(91), "latitude"),
        ("location", "longitude", json!("west"), "longitude"),
        ("location", "accuracy_m", json!(-1), "accuracy_m"),
        ("location", "taken_at", json!("2020-01-01T00:00:00Z"), "taken_at"),
        ("contact", "email", json!("nobody"), "email"),
        ("contact", "email", Value::Null, "email"),
        ("contact", "phone", json!("+0 12"), "phone"),
        ("contact", "address.postal_code", json!("12345"), "address.postal_code"),
        ("contact", "address.region", json!("Bavaria"), "address.region"),
        ("contact", "address.line1", Value::Null, "address.line1"),
        ("business", "legal_name", Value::Null, "legal_name"),
        ("business", "form", json!("guild"), "form"),
        ("business", "country", json!("QQ"), "country"),
        ("business", "founded_on", json!("2036-01-01"), "founded_on"),
        ("business", "owners.0.share", json!(101), "owners.0.share"),
        ("business", "owners.0.share", json!(61), "owners"),
        ("business", "officers.0.party.name", Value::Null, "officers.0.party.name"),
        ("business", "controllers.0.control", json!("magic"), "controllers.0.control"),
        ("pep_hio", "foreign_office", Value::Null, "foreign_office"),
        ("pep_hio", "family_member", json!(false), "family_member"),
        ("pep_hio", "offices.0.holder", Value::Null, "offices.0.holder"),
        ("pep_hio", "offices.0.country", json!("FR"), "offices.0.country"),
        ("pep_hio", "offices.0.role", json!("king"), "offices.0.role"),
        ("pep_hio", "offices.0.until", json!("2001-01-01"), "offices.0.until"),
        ("financial", "occupation", Value::Null, "occupation"),
        ("financial", "source_of_funds", json!([]), "source_of_funds"),
        ("financial", "source_of_funds.0", json!("luck"), "source_of_funds.0"),
        ("financial", "annual_income", json!(-1), "annual_income"),
        ("financial", "currency", json!("C$"), "currency"),
        ("financial", "third_party", Value::Null, "third_party"),
        ("financial", "third_party.acts_for_another", json!(true), "third_party.party"),
        ("consent", "text_version", json!("1"), "text_version"),
        ("consent", "language", json!("xx"), "language"),
        ("consent", "signature", Value::Null, "signature"),
        ("consent", "agreed", Value::Null, "agreed"),
        ("attestation", "signature.typed", json!(" "), "signature.typed"),
        ("attestation", "signature", json!({"drawn": [{"points": [{"x": 2, "y": 0}]}]}), "signature.drawn.0.points.0.x"),
        ("attestation", "signature", json!({"drawn": [{"points": [{"x": 0.5, "y": 0.5}]}]}), "signature.drawn"),
        ("estate", "deceased.name", Value::Null, "deceased.name"),
        ("estate", "deceased.death_date", json!("2036-01-01"), "deceased.death_date"),
        ("estate", "executor.capacity", json!("heir"), "executor.capacity"),
        ("estate", "executor", Value::Null, "executor"),
        ("estate", "beneficiaries.0.share", json!(101), "beneficiaries.0.share"),
    ];
    for (kind, path, value, field) in wrong {
        let right = data::all().into_iter().find(|(of, _)| *of == kind).unwrap().1;
        let answer = app.put(&device, kind, with(right, path, value.clone())).await;
        let told = answer.body.to_string();
        let named = answer.refused(400, "invalid_request");
        assert!(named.iter().any(|named| named == field), "{kind}: {path} = {value}: {told}");
        // What a person wrote is personal.
        assert!(!told.contains("Bavaria") && !told.contains("Anni") && !told.contains(&long), "{told}");
    }
    // All of them at once.
    let several = json!({"first_name": 1, "birth_date": "x", "more": true});
    let mut named = app.put(&device, "person", several).await.refused(400, "invalid_request");
    named.sort();
    assert_eq!(named, ["birth_date", "first_name", "last_name", "more"]);
    app.put(&device, "person", json!([])).await.refused(400, "invalid_request");
    let session = app.session(&device).await;
    assert!(
        session["steps"].as_array().unwrap().iter().all(|step| step["state"] == "pending"),
        "nothing was kept"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_asked_for_is_taken() {
    let app = App::start("sqlite").await;
    let device = app.consented(&[StepKind::Person, StepKind::Estate]).await;
    for (kind, said) in data::all().into_iter().filter(|(kind, _)| !["person", "estate"].contains(kind)) {
        app.put(&device, kind, said).await.refused(409, "step_not_asked_for");
    }
    let code = json!({"channel": "email", "to": "raphael@example.com"});
    app.post(&device, "/capture/steps/contact/code", code).await.refused(409, "step_not_asked_for");
    app.picture(&device, "document/front", &[], Some(&crate::support::sample("passport.jpg")))
        .await
        .refused(409, "step_not_asked_for");
    app.post(&device, "/capture/steps/biometric_face/challenge", json!({}))
        .await
        .refused(409, "step_not_asked_for");
    app.ask(Method::PUT, &device.token, "/capture/steps/location/draft", Some(json!({})))
        .await
        .refused(409, "step_not_asked_for");
    app.ask(Method::PUT, &device.token, "/capture/steps/nothing/draft", Some(json!({})))
        .await
        .refused(404, "not_found");
    // The later step first, if the person likes.
    app.put(&device, "estate", data::estate()).await.ok();
    assert_eq!(app.session(&device).await["next"], "person");
    // What is missing is named by step.
    let missing = app.post(&device, "/capture/session/submit", json!({})).await.refused(409, "incomplete");
    assert!(missing.contains(&"person".to_owned()), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_organization_sets_is_told_and_asked() {
    let app = App::start("sqlite").await;
    let set = json!({
        "person": {"require_nationality": true, "minimum_age": 60},
        "consent": {"text_version": "7", "texts": [
            {"language": "en", "title": "Fees", "text": "I agree with the fees."},
            {"language": "fr", "title": "Frais", "text": "J'accepte les frais."},
        ]},
    });
    let new = NewVerification {
        steps: vec![StepKind::Person, StepKind::Consent],
        step_config: serde_json::from_value::<StepConfig>(set).unwrap(),
        ..NewVerification::default()
    };
    let device = app.device_of(app.created_with(new).await).await;
    app.post(&device, "/capture/session/consent", json!({"given": true})).await.ok();
    let session = app.session(&device).await;
    assert_eq!(step(&session, "person")["config"]["minimum_age"], 60);
    let expected =
        json!({"text_version": "7", "language": "en", "title": "Fees", "text": "I agree with the fees."});
    assert_eq!(step(&session, "consent")["text"], expected);
    let young = with(data::person(), "nationalities", Value::Null);
    let mut named = app.put(&device, "person", young).await.refused(400, "invalid_request");
    named.sort();
    assert_eq!(named, ["birth_date", "nationalities"]);
    assert_eq!(
        app.put(&device, "consent", data::answer()).await.refused(400, "invalid_request"),
        ["text_version"]
    );
    app.put(&device, "consent", with(data::answer(), "text_version", json!("7"))).await.ok();
}

async fn an_address_is_confirmed_by_a_code(app: &App) {
    let device = app.consented(&[StepKind::Contact]).await;
    let send = json!({"channel": "email", "to": "raphael@example.com"});
    let sent = app.post(&device, "/capture/steps/contact/code", send.clone()).await.ok();
    assert_eq!(
        (&sent["sent_to"], &sent["expires_at"]),
        (&json!("r…@example.com"), &json!("2026-06-02T12:00:00.000Z"))
    );
    let code = app.code();
    let confirm = |code: &str| json!({"channel": "email", "code": code});
    let path = "/capture/steps/contact/code/confirm";
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(app.post(&device, path, confirm(wrong)).await.refused(400, "invalid_request"), ["code"]);
    assert_eq!(app.post(&device, path, confirm("12345")).await.refused(400, "invalid_request"), ["code"]);
    app.post(&device, path, json!({"channel": "sms", "code": code})).await.refused(409, "no_open_code");
    // Another one a moment later is too soon; nothing goes out by a channel that is not set up, or to what is no address.
    app.post(&device, "/capture/steps/contact/code", send).await.refused(409, "code_just_sent");
    let sms = json!({"channel": "sms", "to": "+15145550189"});
    app.post(&device, "/capture/steps/contact/code", sms).await.refused(409, "channel_not_set_up");
    let none = json!({"channel": "email", "to": "nobody"});
    assert_eq!(
        app.post(&device, "/capture/steps/contact/code", none).await.refused(400, "invalid_request"),
        ["to"]
    );
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let session = app.post(&device, path, confirm(&spaced)).await.ok();
    assert_eq!(step(&session, "contact")["confirmed"], json!(["email"]));
    let session = app.put(&device, "contact", json!({"email": "raphael@example.com"})).await.ok();
    assert_eq!(
        (&session["next"], &step(&session, "contact")["state"]),
        (&json!("submit"), &json!("submitted"))
    );
    assert_eq!(step(&session, "contact")["confirmed"], json!(["email"]));
    // What was confirmed is that address and no other.
    let session = app.put(&device, "contact", json!({"email": "eve@example.com"})).await.ok();
    assert_eq!(step(&session, "contact")["confirmed"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_mistyped_their_address_gets_a_code_at_the_right_one_at_once() {
    let app = App::start("sqlite").await;
    let device = app.consented(&[StepKind::Contact]).await;
    let send = |to: &str| json!({"channel": "email", "to": to});
    let path = "/capture/steps/contact/code";
    app.post(&device, path, send("nobody@example.com")).await.refused(409, "code_not_sent");
    app.post(&device, path, send("nobody@example.com")).await.refused(409, "code_just_sent");
    app.post(&device, path, send("raphael@example.com")).await.ok();
    let confirm = json!({"channel": "email", "code": app.code()});
    let session = app.post(&device, "/capture/steps/contact/code/confirm", confirm).await.ok();
    assert_eq!(step(&session, "contact")["confirmed"], json!(["email"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_not_guessed() {
    let app = App::start("sqlite").await;
    let device = app.consented(&[StepKind::Contact]).await;
    let send = json!({"channel": "email", "to": "raphael@example.com"});
    app.post(&device, "/capture/steps/contact/code", send.clone()).await.ok();
    let code = app.code();
    let confirm = async |code: &str| {
        let body = json!({"channel": "email", "code": code});
        app.post(&device, "/capture/steps/contact/code/confirm", body).await
    };
    for n in 0..5 {
        let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1 + n) % 1_000_000);
        confirm(&wrong).await.refused(400, "invalid_request");
    }
    confirm(&code).await.refused(409, "no_open_code");
    app.clock().advance(60_000);
    app.post(&device, "/capture/steps/contact/code", send).await.ok();
    app.clock().advance(25 * 3600 * 1000);
    confirm(&app.code()).await.refused(409, "no_open_code");
}

async fn a_no_is_an_outcome(app: &App) {
    let device = app.device(&[StepKind::Person]).await;
    let session = app.post(&device, "/capture/session/consent", json!({"given": false})).await.ok();
    assert_eq!((&session["status"], &session["next"]), (&json!("refused"), &Value::Null));
    app.ask(Method::GET, &device.token, "/capture/session", None).await.refused(410, "gone");
    assert_eq!(app.view(device.session).await.status, Status::Refused);
    // Of a text of the organization's, too: it needs no signature.
    for kind in [StepKind::Consent, StepKind::Attestation] {
        let device = app.consented(&[kind, StepKind::Person]).await;
        let no = json!({"text_version": "2026-11", "language": "en", "agreed": false});
        let session = app.put(&device, kind.as_str(), no).await.ok();
        assert_eq!((&session["status"], &session["next"]), (&json!("refused"), &Value::Null));
        app.put(&device, "person", data::person()).await.refused(410, "gone");
        let view = app.view(device.session).await;
        assert_eq!(view.status, Status::Refused);
    }
}
