//! Requests that pass something on: whom third parties are, and what is asked before they see anything.

use bonafide_core::{
    step::{StepData, config::AnswerConfig},
    verification::Purpose,
};
use bonafide_engine::{Caller, access, jobs, shares, steps, verifications};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{App, verification};

on_both!(
    what_was_approved_is_passed_on_to_those_who_were_named,
    nothing_is_passed_on_where_nothing_was_approved,
    whoever_was_named_is_kept_as_they_were_named,
);

const REQUESTS: &str = "/v2/api/requests";

fn party(name: &str, steps: Value) -> Value {
    let mut party = json!({"name": name, "email": format!("{name}@bank.example")});
    if !steps.is_null() {
        party["requirements"] = steps;
    }
    party
}

/// The person goes through the steps on their device, and it is checked.
async fn handed_in(app: &App, made: &Value) {
    let (id, token) = (verification(made["id"].as_str().unwrap()), made["accessToken"].as_str().unwrap());
    let device: Caller = access::authenticate(&app.engine, token).await.unwrap().unwrap();
    verifications::consent(&app.engine, &device, id, true).await.unwrap();
    for step in made["requirements"].as_array().unwrap() {
        let data = match step.as_str().unwrap() {
            "person" => json!({"first_name": "Jane", "last_name": "Smith", "birth_date": "1974-08-12"}),
            "consent" => json!({
                "text_version": AnswerConfig::default().version(), "language": "en", "agreed": true,
                "signature": {"typed": "Jane Smith"},
            }),
            other => panic!("{other}"),
        };
        let said: StepData = serde_json::from_value(json!({"kind": step, "data": data})).unwrap();
        steps::give(&app.engine, &device, id, said).await.unwrap();
    }
    verifications::submit(&app.engine, &device, id, None).await.unwrap();
    jobs::run_pending(&app.engine).await.unwrap();
}

/// What third parties may see, as our own API lists it.
async fn shared(app: &App, made: &Value) -> Value {
    let id = verification(made["id"].as_str().unwrap());
    app.console("GET", &format!("/console/verifications/{id}/shares"), None).await.ok()
}

async fn new_client(app: &App) -> Value {
    app.post("/v2/api/clients", json!({"nameFirst": "Jane"})).await.ok()["id"].clone()
}

/// Somebody of a client's record whom a human approved.
async fn approved(app: &App, client: &Value, third_parties: Value) -> Value {
    let body = json!({"type": "kyc", "requirements": ["person", "consent"], "clientId": client, "thirdParties": third_parties});
    let made = app.post(REQUESTS, body).await.ok();
    handed_in(app, &made).await;
    app.review(made["id"].as_str().unwrap(), "approve", "evidence_in_order").await.ok();
    made
}

async fn what_was_approved_is_passed_on_to_those_who_were_named(app: &App) {
    let client = new_client(app).await;
    // Its own third parties see it as well: no request has to be of the type `share` for that.
    let earlier = approved(app, &client, json!([party("notary", json!(["person"]))])).await;
    let own = shared(app, &earlier).await;
    assert_eq!(own["data"].as_array().unwrap().len(), 1);
    assert_eq!(own["data"][0]["source"], json!(verification(earlier["id"].as_str().unwrap())));

    // A share names steps of what is passed on, which it does not ask for itself.
    let body = json!({
        "type": "share", "requirements": ["consent"], "clientId": client,
        "thirdParties": [party("bank", json!(["person"])), party("broker", Value::Null)],
    });
    let made = app.post("/v2/api/verifications", body).await.ok();
    assert_eq!((&made["type"], &made["requirements"]), (&json!("share"), &json!(["consent"])));
    let none = shared(app, &made).await;
    assert_eq!((&none["data"], &none["withheld"]), (&json!([]), &json!("not_approved")));
    handed_in(app, &made).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(app.request(id).await["status"], "approved", "a yes is all that is asked for");
    let list = shared(app, &made).await;
    let of = |n: usize, name: &str| list["data"][n][name].clone();
    for (n, name, seen) in [(0, "bank", json!(["person"])), (1, "broker", json!([]))] {
        let expected = json!({"name": name, "email": format!("{name}@bank.example"), "steps": seen});
        assert_eq!(of(n, "third_party"), expected);
        assert_eq!(of(n, "source"), json!(verification(earlier["id"].as_str().unwrap())));
        // This server sends no mail.
        assert_eq!((of(n, "state"), of(n, "mail")), (json!("waiting"), json!("not_sent")));
        let share = of(n, "id");
        let renew =
            format!("/console/verifications/{}/shares/{}/renew", verification(id), share.as_str().unwrap());
        let key = app.new_key("verifications").await;
        let link = app.ask("POST", &key, &renew, None).await.ok();
        let opened = shares::open(&app.engine, link["code"].as_str().unwrap()).await.unwrap();
        let profile = shares::view(&app.engine, &opened).await.unwrap();
        let kinds: Vec<&str> = profile.steps.iter().map(|step| step.kind.as_str()).collect();
        assert_eq!(kinds, if n == 0 { vec!["person"] } else { vec!["person", "consent"] });
    }
    assert_eq!(app.get("/v2/api/requests?type=share").await.ok()["pagination"]["total"], 1);
    let seen = verifications::read(&app.engine, &app.caller, verification(id)).await.unwrap();
    assert_eq!(seen.purpose, Purpose::Share);
}

async fn nothing_is_passed_on_where_nothing_was_approved(app: &App) {
    let (client, other) = (new_client(app).await, new_client(app).await);
    approved(app, &other, json!([])).await;
    // Without a client; of a client who has none; of one whose approval was taken back.
    let back = new_client(app).await;
    let reopened = approved(app, &back, json!([])).await;
    app.review(reopened["id"].as_str().unwrap(), "reopen", "decided_by_mistake").await.ok();
    for client in [Value::Null, client, back] {
        let mut body = json!({"type": "share", "requirements": ["consent"], "thirdParties": [party("bank", Value::Null)]});
        if !client.is_null() {
            body["clientId"] = client;
        }
        let made = app.post(REQUESTS, body).await.ok();
        handed_in(app, &made).await;
        let id = made["id"].as_str().unwrap();
        assert_eq!(app.request(id).await["status"], "pending_review");
        app.review(id, "approve", "evidence_in_order").await.ok();
        let list = shared(app, &made).await;
        assert_eq!((&list["data"], &list["withheld"]), (&json!([]), &json!("nothing_to_share")));
    }
    // Approved, but the person was never asked whether others may see it.
    let body = json!({
        "type": "idv", "requirements": ["person"], "thirdParties": [party("bank", json!(["person"]))],
    });
    let made = app.post(REQUESTS, body).await.ok();
    handed_in(app, &made).await;
    app.review(made["id"].as_str().unwrap(), "approve", "evidence_in_order").await.ok();
    assert_eq!(shared(app, &made).await["withheld"], "no_consent_step");
}

async fn whoever_was_named_is_kept_as_they_were_named(app: &App) {
    let twenty: Vec<Value> = (0..20).map(|n| party(&format!("desk{n}"), Value::Null)).collect();
    let body = json!({"type": "kyc", "requirements": ["person", "consent"], "thirdParties": twenty});
    let made = app.post(REQUESTS, body).await.ok();
    handed_in(app, &made).await;
    app.review(made["id"].as_str().unwrap(), "approve", "evidence_in_order").await.ok();
    let list = shared(app, &made).await;
    let names = list["data"].as_array().unwrap().iter().map(|share| share["third_party"]["name"].clone());
    assert_eq!(names.collect::<Vec<_>>(), (0..20).map(|n| json!(format!("desk{n}"))).collect::<Vec<_>>());
    // All eleven of a request that asks for all, and an empty list, which names nobody.
    let all = bonafide_core::step::StepKind::ALL;
    let body = json!({"type": "kyc", "requirements": all, "thirdParties": [party("bank", json!(all))]});
    app.post(REQUESTS, body).await.ok();
    let body = json!({"type": "share", "requirements": ["consent"], "thirdParties": []});
    let made = app.post(REQUESTS, body).await.ok();
    handed_in(app, &made).await;
    app.review(made["id"].as_str().unwrap(), "approve", "evidence_in_order").await.ok();
    assert_eq!(shared(app, &made).await, json!({"data": []}));
}

/// Everything that a body can say wrongly of a share, each by itself.
#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_share_is_named() {
    let app = App::start("sqlite").await;
    let one = |party: Value| json!({"thirdParties": [party]});
    let with = |name: &str, value: Value| {
        let mut party = party("bank", Value::Null);
        party[name] = value;
        json!({ "thirdParties": [party] })
    };
    let many = vec![party("bank", Value::Null); 21];
    let steps = "Expected 'document' | 'person' | 'location' | 'contact' | 'biometric_face' | 'business' | 'pep_hio' | \
                 'financial' | 'consent' | 'attestation' | 'estate'";
    let enumeration = format!("thirdParties.0.requirements.0: Invalid enum value. {steps}");
    let not_asked = "thirdParties.0.requirements.0: Is no requirement of this request";
    for (of, more, expected) in [
        ("share", json!({"requirements": ["person"]}), "requirements: Must contain consent for a share"),
        ("share", json!({"requirements": []}), "requirements: Array must contain at least 1 element(s)"),
        ("share", json!({"thirdParties": many}), "thirdParties: Array must contain at most 20 element(s)"),
        ("share", json!({"thirdParties": {}}), "thirdParties: Expected array, received object"),
        ("share", one(json!("bank")), "thirdParties.0: Expected object, received string"),
        ("share", one(json!({"name": "bank"})), "thirdParties.0.email: Required"),
        (
            "share",
            with("name", json!("")),
            "thirdParties.0.name: String must contain at least 1 character(s)",
        ),
        (
            "share",
            with("name", json!("x".repeat(201))),
            "thirdParties.0.name: String must contain at most 200 character(s)",
        ),
        ("share", with("email", json!("desk@")), "thirdParties.0.email: Invalid email"),
        (
            "share",
            // Within what RFC 5321 allows of either part, and too long as a whole.
            with("email", json!(format!("{}@{}.example", "x".repeat(60), vec!["y".repeat(60); 4].join(".")))),
            "thirdParties.0.email: String must contain at most 254 character(s)",
        ),
        (
            "share",
            with("requirements", json!([])),
            "thirdParties.0.requirements: Array must contain at least 1 element(s)",
        ),
        ("share", with("requirements", json!(["selfie"])), enumeration.as_str()),
        (
            "share",
            with("requirements", json!(["person", "person"])),
            "thirdParties.0.requirements: Must not hold anything twice",
        ),
        // Of what is not a share, third parties see what is asked for.
        ("kyc", with("requirements", json!(["estate"])), not_asked),
        ("idv", with("requirements", json!(["location"])), not_asked),
        (
            "share",
            json!({"clientId": "clt_01kt1gw6g0fmj99z5sfwzpmy4a"}),
            "clientId: Is no client of your organization",
        ),
    ] {
        let mut body = json!({"type": of, "requirements": ["consent", "person"]});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        for path in [REQUESTS, "/v2/api/verifications"] {
            let told = app.post(path, body.clone()).await.refused(422, "VALIDATION_ERROR");
            let told: Vec<String> =
                told.into_iter().map(|(field, said)| format!("{field}: {said}")).collect();
            assert_eq!(told, [expected], "{body}");
        }
    }
    // Each of several, and every step of theirs.
    let parties = [party("bank", json!(["consent", "estate"])), party("broker", json!(["person"]))];
    let body = json!({"type": "kyc", "requirements": ["consent"], "thirdParties": parties});
    let fields = app.post(REQUESTS, body).await.invalid();
    assert_eq!(fields, ["thirdParties.0.requirements.1", "thirdParties.1.requirements.0"]);
    // A client of another organization is none.
    let theirs =
        app.ask("POST", &app.stranger().await, "/v2/api/clients", Some(json!({"nameFirst": "X"}))).await;
    let body = json!({"type": "share", "requirements": ["consent"], "clientId": theirs.ok()["id"]});
    assert_eq!(app.post(REQUESTS, body).await.invalid(), ["clientId"]);
    // One that was deleted neither.
    let client = new_client(&app).await;
    assert!(app.delete(&format!("/v2/api/clients/{}", client.as_str().unwrap())).await.status.is_success());
    let body = json!({"type": "share", "requirements": ["consent"], "clientId": client});
    assert_eq!(app.post(REQUESTS, body).await.invalid(), ["clientId"]);
    assert_eq!(app.get(REQUESTS).await.ok()["pagination"]["total"], 0, "nothing of all that was created");
}
