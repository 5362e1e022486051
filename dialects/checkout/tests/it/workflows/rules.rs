//! What is refused, and whose a workflow is.

use super::*;

on_both!(a_workflow_is_its_organizations_alone);

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
