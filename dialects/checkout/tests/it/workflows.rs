//! Workflows: conditions and actions, what is sent because of them, and what became of it.

use bonafide_courier::sign::hex_hmac;
use bonafide_engine::deliver::run_pending;
use bonafide_testkit::{on_both, receiver::Receiver};
use serde_json::{Value, json};

use crate::{
    support::{App, URL, bare, id},
    walk::{IDV, least},
};

const WORKFLOWS: &str = "/workflows";
const KEY: &str = "8V8x0dLK%AyD*DNS8JJr";
const CREATED: &str = "identity_verification_created";
const CLOSED: &str = "identity_verification_closed";
const ANONYMIZED: &str = "identity_verification_anonymized";

on_both!(
    a_workflow_sends_what_meets_its_conditions,
    actions_and_conditions_come_and_go,
    what_became_of_an_event_is_told,
    events_go_through_once_more,
    made_up_events_reach_every_action,
    a_workflow_is_its_organizations_alone,
);

fn action(url: &str) -> Value {
    json!({
        "type": "webhook",
        "url": url,
        "headers": {"Authorization": "Bearer 0123456789abcdef"},
        "signature": {"method": "HMACSHA256", "key": KEY},
    })
}

fn of_types(types: &[&str]) -> Value {
    json!({"type": "event", "events": {"identity_verification": types}})
}

fn workflow(conditions: Value, actions: Value) -> Value {
    json!({"name": "Identities", "active": true, "conditions": conditions, "actions": actions})
}

fn at(workflow: &str) -> String {
    format!("{WORKFLOWS}/{workflow}")
}

impl App {
    async fn put(&self, path: &str, body: Value) -> crate::support::Answer {
        self.ask("PUT", &self.key, path, Some(body)).await
    }

    #[track_caller]
    fn gone(answer: &crate::support::Answer) {
        assert_eq!((answer.status.as_u16(), answer.bytes.len()), (204, 0), "{}", answer.body);
    }

    async fn delete(&self, path: &str) -> crate::support::Answer {
        self.ask("DELETE", &self.key, path, None).await
    }

    async fn makes(&self, workflow: Value) -> String {
        id(&self.post(WORKFLOWS, workflow).await.created())
    }

    async fn read_workflow(&self, workflow: &str) -> Value {
        self.get(&at(workflow)).await.ok()
    }

    /// A verification that nobody has begun.
    async fn verification(&self) -> Value {
        let applicant = self.applicant(json!({})).await;
        self.post(IDV, least(&applicant)).await.created()
    }

    async fn delivers(&self) {
        run_pending(&self.engine).await.unwrap();
    }

    /// The types of what a receiver got, in the order of the alphabet: messages to one receiver may overtake each other.
    fn sorted(receiver: &Receiver) -> Vec<String> {
        let mut types = receiver.types();
        types.sort();
        types
    }

    /// Taken with 202, and delivered.
    async fn reflows(&self, path: &str, body: Option<Value>) {
        let answer = self.ask("POST", &self.key, path, body).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (202, &json!({})), "{path}");
        self.delivers().await;
    }
}

async fn a_workflow_sends_what_meets_its_conditions(app: &App) {
    let receiver = Receiver::start().await;
    let made = app
        .post(WORKFLOWS, workflow(json!([of_types(&[CREATED, CLOSED])]), json!([action(&receiver.url)])))
        .await
        .created();
    let name = id(&made);
    assert!(name.starts_with("wf_") && name.len() == 29, "{name}");
    let own = format!("{URL}/workflows/{name}");
    assert_eq!(made, json!({"id": name, "_links": {"self": {"href": own}}}));
    let read = app.read_workflow(&name).await;
    let (condition, act) = (id(&read["conditions"][0]), id(&read["actions"][0]));
    assert!(condition.starts_with("wfc_") && act.starts_with("wfa_"), "{read}");
    assert_eq!(
        read,
        json!({
            "id": name,
            "name": "Identities",
            "active": true,
            "conditions": [{
                "id": condition, "type": "event", "events": {"identity_verification": [CREATED, CLOSED]},
            }],
            "actions": [{
                "id": act,
                "type": "webhook",
                "url": receiver.url,
                "headers": {"Authorization": "Beare***************"},
                "signature": {"method": "HMACSHA256", "key": "8V8x0***************"},
                "format": "workflows",
            }],
            "_links": {"self": {"href": own}},
        })
    );
    let summary =
        json!({"id": name, "name": "Identities", "active": true, "_links": {"self": {"href": own}}});
    assert_eq!(app.get(WORKFLOWS).await.ok(), json!({"data": [summary]}));

    let verification = app.verification().await;
    app.post_nothing(&format!("{IDV}/{}/anonymize", id(&verification))).await.ok();
    app.delivers().await;
    let received = receiver.received();
    assert_eq!(App::sorted(&receiver), [CLOSED, CREATED], "and not that it was anonymized");
    for message in &received {
        assert_eq!(message.headers["cko-signature"], hex_hmac(KEY, message.body.as_bytes()));
        assert_eq!(message.headers["authorization"], "Bearer 0123456789abcdef");
        assert_eq!(message.json()["data"]["identity_verification_id"], verification["id"]);
    }

    // One that is not active is sent nothing, and one that is made active again what comes from then on.
    let off = app.patch(&at(&name), json!({"active": false})).await.ok();
    assert_eq!((&off["active"], &off["name"]), (&json!(false), &json!("Identities")));
    app.verification().await;
    let on = app.patch(&at(&name), json!({"name": "People", "active": true})).await.ok();
    assert_eq!((&on["active"], &on["name"]), (&json!(true), &json!("People")));
    app.verification().await;
    app.delivers().await;
    assert_eq!(App::sorted(&receiver), [CLOSED, CREATED, CREATED]);
    App::gone(&app.delete(&at(&name)).await);
    app.delete(&at(&name)).await.refused(404, "resource_not_found");
    app.get(&at(&name)).await.refused(404, "resource_not_found");
    app.verification().await;
    app.delivers().await;
    assert_eq!(receiver.received().len(), 3);
    assert_eq!(app.get(WORKFLOWS).await.ok(), json!({"data": []}));
}

async fn actions_and_conditions_come_and_go(app: &App) {
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    let name = app.makes(json!({"name": "Empty"})).await;
    let read = app.read_workflow(&name).await;
    assert_eq!(
        (&read["active"], &read["conditions"], &read["actions"]),
        (&json!(true), &json!([]), &json!([]))
    );
    let actions = format!("{}/actions", at(&name));
    let conditions = format!("{}/conditions", at(&name));
    let made = app.post(&actions, action(&first.url)).await.created();
    let act = id(&made);
    assert_eq!(made["_links"]["self"]["href"], format!("{URL}/workflows/{name}"));

    // Without a condition everything is sent.
    let verification = app.verification().await;
    app.delivers().await;
    assert_eq!(first.types(), [CREATED]);
    // One that an event has to meet beside the others.
    let made = app.post(&conditions, of_types(&[CREATED, CLOSED])).await.created();
    let condition = id(&made);
    let entity = app.post(&conditions, json!({"type": "entity", "entities": ["ent_1"]})).await.created();
    let channel = json!({"type": "processing_channel", "processing_channels": ["pc_1"]});
    app.post(&conditions, channel).await.created();
    let narrower = id(&app.post(&conditions, of_types(&[CLOSED, ANONYMIZED])).await.created());
    let words: Vec<Value> = app.read_workflow(&name).await["conditions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|condition| condition["type"].clone())
        .collect();
    assert_eq!(words, ["event", "entity", "processing_channel", "event"]);
    app.post_nothing(&format!("{IDV}/{}/anonymize", id(&verification))).await.ok();
    app.delivers().await;
    assert_eq!(first.types(), [CREATED, CLOSED], "the one that both let pass");
    // Conditions that let nothing pass.
    let replaced = app.put(&format!("{conditions}/{narrower}"), of_types(&[ANONYMIZED])).await.ok();
    assert_eq!(
        replaced,
        json!({"id": narrower, "type": "event", "events": {"identity_verification": [ANONYMIZED]}})
    );
    app.verification().await;
    app.delivers().await;
    assert_eq!(first.received().len(), 2);
    App::gone(&app.delete(&format!("{conditions}/{narrower}")).await);
    app.delete(&format!("{conditions}/{narrower}")).await.refused(404, "resource_not_found");
    app.put(&format!("{conditions}/{narrower}"), of_types(&[CLOSED]))
        .await
        .refused(404, "resource_not_found");
    App::gone(&app.delete(&format!("{conditions}/{}", id(&entity))).await);

    // Another address; what is sent as it is shown stays what it is.
    let shown = app.read_workflow(&name).await["actions"][0].clone();
    let mut moved = shown.clone();
    moved["url"] = json!(second.url);
    let answer = app.put(&format!("{actions}/{act}"), moved.clone()).await.ok();
    assert_eq!(answer, moved);
    app.verification().await;
    app.delivers().await;
    let told = second.received().remove(0);
    assert_eq!(told.headers["cko-signature"], hex_hmac(KEY, told.body.as_bytes()));
    assert_eq!(told.headers["authorization"], "Bearer 0123456789abcdef");
    // Another key, and no headers any more.
    let another = "another-key-of-ours";
    let bare = json!({
        "type": "webhook", "url": second.url, "signature": {"method": "HMACSHA256", "key": another},
    });
    let answer = app.put(&format!("{actions}/{act}"), bare).await.ok();
    assert_eq!(
        (&answer["headers"], &answer["signature"]["key"]),
        (&json!({}), &json!("anoth***************"))
    );
    app.verification().await;
    app.delivers().await;
    let told = second.received().remove(1);
    assert_eq!(told.headers["cko-signature"], hex_hmac(another, told.body.as_bytes()));
    assert!(!told.headers.contains_key("authorization"));

    // What the console shows as a webhook is changed here alone.
    let webhook = format!("/console/webhooks/{}", act.trim_start_matches("wfa_"));
    for (method, body) in [("PATCH", Some(json!({"name": "Other"}))), ("DELETE", None)] {
        let refused = app.ask(method, &app.key, &webhook, body).await;
        assert_eq!(refused.status, 409, "{method} {}", refused.body);
    }
    App::gone(&app.delete(&format!("{actions}/{act}")).await);
    app.delete(&format!("{actions}/{act}")).await.refused(404, "resource_not_found");
    app.put(&format!("{actions}/{act}"), action(&first.url)).await.refused(404, "resource_not_found");
    // A condition still holds for an action that comes after it.
    app.put(&format!("{conditions}/{condition}"), of_types(&[CLOSED])).await.ok();
    app.post(&actions, action(&first.url)).await.created();
    app.verification().await;
    app.delivers().await;
    assert_eq!((first.received().len(), second.received().len()), (2, 2));
}

async fn what_became_of_an_event_is_told(app: &App) {
    let receiver = Receiver::start().await;
    receiver.answers("500 Oops");
    let name = app.makes(workflow(json!([of_types(&[CREATED])]), json!([action(&receiver.url)]))).await;
    let act = id(&app.read_workflow(&name).await["actions"][0]);
    let verification = app.verification().await;
    let subject = format!("/workflows/events/subject/{}", id(&verification));
    let listed = app.get(&subject).await.ok();
    let event = id(&listed["data"][0]);
    let at_event = format!("/workflows/events/{event}");
    assert_eq!(
        listed,
        json!({"data": [{
            "id": event,
            "type": CREATED,
            "timestamp": verification["created_on"],
            "_links": {"self": {"href": format!("{URL}{at_event}")}},
        }]})
    );
    let read = app.get(&at_event).await.ok();
    let invocations = format!("{at_event}/actions/{act}");
    assert_eq!(
        read,
        json!({
            "id": event,
            "source": "identity_verification",
            "type": CREATED,
            "version": "1.2.0",
            "timestamp": verification["created_on"],
            "data": app.events(&id(&verification)).await[0]["data"],
            "action_invocations": [{
                "workflow_id": name,
                "workflow_action_id": act,
                "status": "pending",
                "_links": {"self": {"href": format!("{URL}{invocations}")}},
            }],
            "_links": {"self": {"href": format!("{URL}{at_event}")}},
        })
    );
    let waiting = app.get(&invocations).await.ok();
    assert_eq!((&waiting["status"], &waiting["action_invocations"]), (&json!("pending"), &json!([])));
    app.delivers().await;
    receiver.answers("204 No Content");
    app.clock.advance(3_600_000);
    app.delivers().await;
    let told = app.get(&invocations).await.ok();
    assert_eq!(
        (&told["workflow_id"], &told["event_id"], &told["workflow_action_id"], &told["action_type"]),
        (&json!(name), &json!(event), &json!(act), &json!("webhook"))
    );
    assert_eq!(told["status"], "successful");
    let attempts = told["action_invocations"].as_array().unwrap();
    let of = |attempt: &Value| {
        let member = |name: &str| attempt[name].clone();
        (
            member("retry"),
            member("succeeded"),
            member("final"),
            attempt["result_details"]["status_code"].clone(),
        )
    };
    assert_eq!(
        attempts.iter().map(of).collect::<Vec<_>>(),
        [
            (json!(0), json!(false), json!(false), json!(500)),
            (json!(1), json!(true), json!(true), json!(204)),
        ]
    );
    let details = &attempts[0]["result_details"];
    assert_eq!(
        (&details["url"], &details["headers"]),
        (&json!(receiver.url), &json!({"Authorization": "Beare***************"}))
    );
    assert!(details["response_received_timestamp"].is_string() && attempts[0]["timestamp"].is_string());
    let ids: Vec<&str> = attempts.iter().map(|one| one["invocation_id"].as_str().unwrap()).collect();
    assert!(ids[0].starts_with("ivc_") && ids[0].len() == 30 && ids[0] != ids[1], "{ids:?}");
    assert_eq!(app.get(&at_event).await.ok()["action_invocations"][0]["status"], "successful");

    // What nobody knows.
    for unknown in [
        "/workflows/events/evt_01kt1gw6g0fmj99z5sfwzpmy4a",
        "/workflows/events/evt_none",
        "/workflows/events/subject/idv_01kt1gw6g0fmj99z5sfwzpmy4a",
        "/workflows/events/subject/pay_1",
        &format!("{at_event}/actions/wfa_01kt1gw6g0fmj99z5sfwzpmy4a"),
        &format!("/workflows/events/evt_01kt1gw6g0fmj99z5sfwzpmy4a/actions/{act}"),
    ] {
        assert_eq!(app.get(unknown).await.refused(404, "resource_not_found"), ["not_found"], "{unknown}");
    }
}

async fn events_go_through_once_more(app: &App) {
    let verification = app.verification().await;
    let other = app.verification().await;
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    // Both are younger than the events.
    let one = app.makes(workflow(json!([of_types(&[CREATED])]), json!([action(&first.url)]))).await;
    let two = app.makes(workflow(json!([]), json!([action(&second.url)]))).await;
    let subject = format!("/workflows/events/subject/{}", id(&verification));
    let event = id(&app.get(&subject).await.ok()["data"][0]);
    let counts = || (first.received().len(), second.received().len());
    app.reflows(&format!("/workflows/events/{event}/reflow"), None).await;
    assert_eq!(counts(), (1, 1));
    assert_eq!(first.received()[0].json()["id"], json!(event), "under the id it had");
    app.reflows(&format!("/workflows/events/{event}/workflow/{two}/reflow"), Some(json!({}))).await;
    assert_eq!(counts(), (1, 2));
    app.reflows(&format!("{subject}/reflow"), None).await;
    assert_eq!(counts(), (2, 3));
    app.reflows(&format!("{subject}/workflow/{one}/reflow"), None).await;
    assert_eq!(counts(), (3, 3));
    let many = "/workflows/events/reflow";
    app.reflows(many, Some(json!({"events": [event]}))).await;
    assert_eq!(counts(), (4, 4));
    let subjects = json!([id(&verification), id(&other)]);
    app.reflows(many, Some(json!({"subjects": subjects, "workflows": [two]}))).await;
    assert_eq!(counts(), (4, 6));

    // Nothing at all where something is missing.
    let unknown = "evt_01kt1gw6g0fmj99z5sfwzpmy4a";
    for body in [
        json!({"events": [event, unknown]}),
        json!({"events": [event], "workflows": ["wf_01kt1gw6g0fmj99z5sfwzpmy4a"]}),
        json!({"subjects": ["idv_01kt1gw6g0fmj99z5sfwzpmy4a"]}),
    ] {
        app.post(many, body).await.refused(404, "resource_not_found");
    }
    for path in [
        format!("/workflows/events/{unknown}/reflow"),
        format!("/workflows/events/{event}/workflow/wf_none/reflow"),
        "/workflows/events/subject/idv_none/reflow".to_owned(),
        "/workflows/events/subject/idv_01kt1gw6g0fmj99z5sfwzpmy4a/workflow/wf_none/reflow".to_owned(),
    ] {
        app.post_nothing(&path).await.refused(404, "resource_not_found");
    }
    assert_eq!(app.post(many, json!({})).await.invalid(), ["events__required"]);
    app.patch(&at(&one), json!({"active": false})).await.ok();
    let refused = app.post_nothing(&format!("/workflows/events/{event}/workflow/{one}/reflow")).await;
    assert_eq!(refused.refused(409, "conflict"), ["workflow_off"]);
    app.delivers().await;
    assert_eq!(counts(), (4, 6));
}

async fn made_up_events_reach_every_action(app: &App) {
    let (first, second, bystander) =
        (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    let two = json!([action(&first.url), action(&second.url)]);
    let name = app.makes(workflow(json!([of_types(&[CLOSED])]), two)).await;
    app.makes(workflow(json!([]), json!([action(&bystander.url)]))).await;
    let test = format!("{}/test", at(&name));
    let types = [CREATED, "face_authentication_checks_completed", "webhook_test", CREATED];
    App::gone(&app.post(&test, json!({"event_types": types})).await);
    app.delivers().await;
    for receiver in [&first, &second] {
        assert_eq!(App::sorted(receiver), ["face_authentication_checks_completed", CREATED, "webhook_test"]);
        assert!(receiver.received().iter().all(|message| message.json()["data"]["test"] == json!(true)));
    }
    assert_eq!(bystander.received().len(), 0);
    // Made up for one workflow, sent again to nobody else.
    let message = first.received().into_iter().find(|message| message.json()["type"] == json!(CREATED));
    let event = id(&message.unwrap().json());
    app.reflows(&format!("/workflows/events/{event}/reflow"), None).await;
    assert_eq!((first.received().len(), second.received().len(), bystander.received().len()), (4, 4, 0));

    for (body, code) in [
        (json!({}), "event_types__required"),
        (json!({"event_types": []}), "event_types__too_short"),
        (json!({"event_types": ["payment_approved"]}), "event_types__0__invalid"),
        (json!({"event_types": ["identity_verification_audit_completed"]}), "event_types__0__invalid"),
        (json!({"event_types": vec![CREATED; 21]}), "event_types__too_long"),
    ] {
        assert_eq!(app.post(&test, body.clone()).await.invalid(), [code], "{body}");
    }
    app.patch(&at(&name), json!({"active": false})).await.ok();
    let refused = app.post(&test, json!({"event_types": [CREATED]})).await;
    assert_eq!(refused.refused(409, "conflict"), ["workflow_off"]);
    let unknown = "/workflows/wf_01kt1gw6g0fmj99z5sfwzpmy4a/test";
    app.post(unknown, json!({"event_types": [CREATED]})).await.refused(404, "resource_not_found");
}

async fn a_workflow_is_its_organizations_alone(app: &App) {
    let name =
        app.makes(workflow(json!([of_types(&[CREATED])]), json!([action("https://example.com/")]))).await;
    let read = app.read_workflow(&name).await;
    let (condition, act) = (id(&read["conditions"][0]), id(&read["actions"][0]));
    let verification = app.verification().await;
    let subject = format!("/workflows/events/subject/{}", id(&verification));
    let event = id(&app.get(&subject).await.ok()["data"][0]);
    let stranger = app.stranger().await;
    let (workflow, at_event) = (at(&name), format!("/workflows/events/{event}"));
    let of_type = of_types(&[CREATED]);
    let (new, test) = (action("https://example.com/"), json!({"event_types": [CREATED]}));
    let asked = [
        ("GET", workflow.clone(), None),
        ("PATCH", workflow.clone(), Some(json!({"name": "Mine"}))),
        ("DELETE", workflow.clone(), None),
        ("POST", format!("{workflow}/actions"), Some(new.clone())),
        ("PUT", format!("{workflow}/actions/{act}"), Some(new)),
        ("DELETE", format!("{workflow}/actions/{act}"), None),
        ("POST", format!("{workflow}/conditions"), Some(of_type.clone())),
        ("PUT", format!("{workflow}/conditions/{condition}"), Some(of_type)),
        ("DELETE", format!("{workflow}/conditions/{condition}"), None),
        ("POST", format!("{workflow}/test"), Some(test)),
        ("GET", at_event.clone(), None),
        ("GET", format!("{at_event}/actions/{act}"), None),
        ("GET", subject.clone(), None),
        ("POST", format!("{at_event}/reflow"), None),
        ("POST", format!("{at_event}/workflow/{name}/reflow"), None),
        ("POST", format!("{subject}/reflow"), None),
        ("POST", format!("{subject}/workflow/{name}/reflow"), None),
        ("POST", "/workflows/events/reflow".to_owned(), Some(json!({"events": [event]}))),
    ];
    let reader = app.new_key("verifications:read verifications:write").await;
    for (method, path, body) in asked {
        let refused = app.ask(method, &stranger, &path, body.clone()).await;
        assert_eq!(refused.refused(404, "resource_not_found"), ["not_found"], "{method} {path}");
        let refused = app.ask(method, &reader, &path, body).await;
        assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"], "{method} {path}");
    }
    assert_eq!(app.ask("GET", &stranger, WORKFLOWS, None).await.ok(), json!({"data": []}));
    assert_eq!(app.read_workflow(&name).await, read);
    // A key for workflows alone is enough for all of it, and everything is found under the older prefix too.
    let flow = app.new_key("webhooks").await;
    assert_eq!(app.ask("GET", &flow, &format!("/v2{workflow}"), None).await.ok(), read);
    assert_eq!(id(&app.ask("GET", &flow, &format!("/v2{at_event}"), None).await.ok()), event);
    assert_eq!(bare(&event).to_string().len(), 26);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let app = App::start("sqlite").await;
    let url = "https://example.com/hooks";
    let with = |member: &str, value: Value| {
        let mut body = workflow(json!([]), json!([]));
        body[member] = value;
        body
    };
    let of_action = |member: &str, value: Value| {
        let mut body = action(url);
        body[member] = value;
        with("actions", json!([body]))
    };
    let of_condition = |condition: Value| with("conditions", json!([condition]));
    let long = "x".repeat(201);
    for (body, codes) in [
        (json!({}), vec!["name__required"]),
        (with("name", json!("")), vec!["name__too_short"]),
        (with("name", json!(long)), vec!["name__too_long"]),
        (with("active", json!("yes")), vec!["active__invalid_type"]),
        (with("conditions", json!(vec![of_types(&[CREATED]); 21])), vec!["conditions__too_long"]),
        (with("actions", json!(vec![action(url); 21])), vec!["actions__too_long"]),
        (of_action("type", json!("email")), vec!["actions__0__type__invalid"]),
        (of_action("url", json!("ftp://example.com")), vec!["actions__0__url__invalid"]),
        (of_action("url", json!("http://169.254.169.254/")), vec!["actions__0__url__invalid"]),
        (of_action("headers", json!({"Host": "a"})), vec!["actions__0__headers__Host__invalid_format"]),
        (of_action("headers", json!({"webhook-id": "a"})), vec!["actions__0__headers__invalid"]),
        (
            of_action("signature", json!({"method": "HMACSHA256"})),
            vec!["actions__0__signature__key__required"],
        ),
        (
            of_action("signature", json!({"method": "MD5", "key": KEY})),
            vec!["actions__0__signature__method__invalid"],
        ),
        (
            of_action("signature", json!({"method": "HMACSHA256", "key": "short"})),
            vec!["actions__0__signature__key__too_short"],
        ),
        (of_action("format", json!("xml")), vec!["actions__0__format__invalid"]),
        (of_condition(json!({})), vec!["conditions__0__type__required"]),
        (of_condition(json!({"type": "weather"})), vec!["conditions__0__type__invalid"]),
        (of_condition(json!({"type": "event"})), vec!["conditions__0__events__required"]),
        (of_condition(of_types(&[])), vec!["conditions__0__events__required"]),
        (
            of_condition(of_types(&["identity_verification_lost"])),
            vec!["conditions__0__events__identity_verification__invalid"],
        ),
        (of_condition(json!({"type": "entity"})), vec!["conditions__0__entities__required"]),
        (
            of_condition(json!({"type": "processing_channel", "processing_channels": []})),
            vec!["conditions__0__processing_channels__required"],
        ),
    ] {
        let told = app.post(WORKFLOWS, body.clone()).await.invalid();
        assert_eq!(told, codes, "{body}");
    }
    assert_eq!(app.get(WORKFLOWS).await.ok(), json!({"data": []}), "nothing was made of half of it");
    // The vendor's other types may be named: they never happen here.
    let never = of_types(&["identity_verification_audit_completed"]);
    app.post(WORKFLOWS, of_condition(never)).await.created();
    let name = app.makes(workflow(json!([]), json!([]))).await;
    for (path, body, code) in [
        ("actions", json!({"type": "webhook"}), "url__required"),
        ("actions", json!({"url": url}), "type__required"),
        ("conditions", json!({"type": "event", "events": {"a": ["b"]}}), "events__a__invalid"),
    ] {
        let told = app.post(&format!("{}/{path}", at(&name)), body).await.invalid();
        assert_eq!(told, [code], "{path}");
    }
    assert_eq!(app.patch(&at(&name), json!({"name": ""})).await.invalid(), ["name__too_short"]);
}

#[tokio::test]
async fn there_are_so_many_at_most() {
    let app = App::start("sqlite").await;
    let mut last = String::new();
    for _ in 0..100 {
        last = app.makes(json!({"name": "One of many"})).await;
    }
    let refused = app.post(WORKFLOWS, json!({"name": "One more"})).await;
    assert_eq!(refused.refused(409, "conflict"), ["too_many_workflows"]);
    assert_eq!(app.get(WORKFLOWS).await.ok()["data"].as_array().unwrap().len(), 100);
    let conditions = format!("{}/conditions", at(&last));
    for _ in 0..20 {
        app.post(&conditions, of_types(&[CREATED])).await.created();
    }
    let refused = app.post(&conditions, of_types(&[CREATED])).await;
    assert_eq!(refused.refused(409, "conflict"), ["too_many_conditions"]);
    let actions = format!("{}/actions", at(&last));
    for _ in 0..100 {
        app.post(&actions, action("https://example.com/")).await.created();
    }
    let refused = app.post(&actions, action("https://example.com/")).await;
    assert_eq!(refused.refused(409, "conflict"), ["too_many_webhooks"]);
}

#[tokio::test]
async fn the_types_of_events_are_listed_by_what_they_come_from() {
    let app = App::start("sqlite").await;
    let answer = app.get("/workflows/event-types").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    let all = answer.body.as_array().unwrap();
    let sources: Vec<&str> = all.iter().map(|source| source["id"].as_str().unwrap()).collect();
    assert_eq!(
        sources,
        [
            "identity_verification",
            "face_authentication",
            "id_document_verification",
            "address_document_verification",
            "aml_verification",
            "webhook",
        ]
    );
    let mut listed = 0;
    for source in all {
        for event in source["events"].as_array().unwrap() {
            listed += 1;
            let word = event["id"].as_str().unwrap();
            assert!(word.starts_with(source["id"].as_str().unwrap()), "{word}");
            assert!(!event["display_name"].as_str().unwrap().is_empty() && event["description"].is_string());
        }
    }
    assert_eq!(listed, bonafide_checkout::DIALECT.webhooks.unwrap().words().len());
    let created = json!({
        "id": CREATED, "display_name": "Identity verification created", "description": "It was created.",
    });
    assert!(all[0]["events"].as_array().unwrap().contains(&created));
}
