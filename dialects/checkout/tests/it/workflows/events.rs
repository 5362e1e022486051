//! What became of events, and the same once more.

use super::*;

on_both!(what_became_of_an_event_is_told, events_go_through_once_more, made_up_events_reach_every_action,);

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
