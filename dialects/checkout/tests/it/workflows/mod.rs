//! Workflows: conditions and actions, what is sent because of them, and what became of it.

mod events;
mod rules;

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

on_both!(a_workflow_sends_what_meets_its_conditions, actions_and_conditions_come_and_go,);

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
