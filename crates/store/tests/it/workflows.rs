//! Workflows and their endpoints, and the key that messages are signed with.

use bonafide_core::{
    delivery::Origin,
    id::{OrganizationId, WorkflowId},
};
use bonafide_store::{
    Error, Tx, Words,
    crypto::{Object, open, seal},
    organization_keys, signing_keys, subject_keys,
    webhook_endpoints::{self as endpoints, NO_EVENTS, WebhookEndpoint},
    workflows::{self as rows, Workflow},
};
use serde_json::json;

use crate::stage::Stage;

async fn workflow(stage: &Stage, tx: &mut Tx, organization: OrganizationId) -> Workflow {
    stage.clock.advance(1000);
    let workflow = Workflow {
        id: stage.id(),
        organization,
        name: "Identities".into(),
        active: true,
        conditions: json!([{"type": "event", "events": {"a": ["b"]}}]),
        created_at: stage.now(),
    };
    rows::insert(tx, organization, &workflow).await.unwrap();
    workflow
}

fn endpoint(stage: &Stage, organization: OrganizationId, workflow: Option<WorkflowId>) -> WebhookEndpoint {
    WebhookEndpoint {
        id: stage.id(),
        organization,
        dialect: "checkout".into(),
        client: String::new(),
        name: "a".into(),
        url: "https://example.com/".into(),
        event_types: NO_EVENTS.into(),
        origin: Origin::Registered.into(),
        active: true,
        chaos: Words::default(),
        sealed: None,
        created_at: stage.now(),
        failing_since: None,
        disabled_at: None,
        disabled_reason: None,
        workflow,
    }
}

pub(crate) async fn workflows_come_and_go(stage: Stage) {
    let (organization, other) = (stage.organization().await, stage.organization().await);
    let mut tx = stage.begin().await;
    let mut first = workflow(&stage, &mut tx, organization).await;
    let second = workflow(&stage, &mut tx, organization).await;
    assert_eq!(rows::get(&mut tx, organization, first.id).await.unwrap().as_ref(), Some(&first));
    assert_eq!(rows::list(&mut tx, organization).await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(rows::count(&mut tx, organization).await.unwrap(), 2);
    // Nobody else's.
    assert_eq!(rows::get(&mut tx, other, first.id).await.unwrap(), None);
    assert_eq!(
        (rows::list(&mut tx, other).await.unwrap(), rows::count(&mut tx, other).await.unwrap()),
        (vec![], 0)
    );
    assert!(matches!(rows::delete(&mut tx, other, first.id).await, Err(Error::NotFound(_))));
    assert!(matches!(rows::update(&mut tx, other, &first).await, Err(Error::NotFound(_))));
    (first.name, first.active, first.conditions) = ("Other".into(), false, json!([]));
    rows::update(&mut tx, organization, &first).await.unwrap();
    assert_eq!(rows::get(&mut tx, organization, first.id).await.unwrap(), Some(first.clone()));
    rows::delete(&mut tx, organization, first.id).await.unwrap();
    assert!(matches!(rows::delete(&mut tx, organization, first.id).await, Err(Error::NotFound(_))));
    assert_eq!(rows::list(&mut tx, organization).await.unwrap(), [second]);
    tx.commit().await.unwrap();
}

pub(crate) async fn an_endpoint_may_belong_to_a_workflow(stage: Stage) {
    let organization = stage.organization().await;
    let mut tx = stage.begin().await;
    let workflow = workflow(&stage, &mut tx, organization).await;
    let alone = endpoint(&stage, organization, None);
    let mut action = endpoint(&stage, organization, Some(workflow.id));
    for one in [&alone, &action] {
        endpoints::insert(&mut tx, organization, one).await.unwrap();
    }
    let of = endpoints::Filter { workflow: Some(workflow.id), ..endpoints::Filter::default() };
    assert_eq!(endpoints::list(&mut tx, organization, &of, 0, 10).await.unwrap(), [action.clone()]);
    assert_eq!(endpoints::count(&mut tx, organization, &of).await.unwrap(), 1);
    assert_eq!(endpoints::count(&mut tx, organization, &endpoints::Filter::default()).await.unwrap(), 2);
    assert!(!action.wants("a") && !action.wants(""), "no event has this name");
    action.dialect = "checkout-native".into();
    endpoints::update(&mut tx, organization, &action).await.unwrap();
    assert_eq!(endpoints::get(&mut tx, organization, action.id).await.unwrap(), Some(action));
    tx.commit().await.unwrap();
}

pub(crate) async fn an_organization_has_one_signing_key(stage: Stage) {
    let (organization, other) = (stage.organization().await, stage.organization().await);
    let mut tx = stage.begin().await;
    // As every start of a server does.
    subject_keys::check_key_ring(&mut tx, &stage.ring, stage.now(), &stage.entropy).await.unwrap();
    let own =
        organization_keys::load_or_create(&mut tx, organization, &stage.ring, stage.now(), &stage.entropy)
            .await
            .unwrap();
    assert_eq!(signing_keys::get(&mut tx, organization).await.unwrap(), None);
    let new = |secret: &[u8]| {
        let id = stage.id();
        let sealed = seal(&own, Object::SigningKey(id), secret, &stage.entropy).unwrap();
        signing_keys::SigningKey { id, sealed, public_key: "PEM".into(), created_at: stage.now() }
    };
    let (first, second) = (new(b"first"), new(b"second"));
    signing_keys::insert(&mut tx, organization, &first).await.unwrap();
    // Whoever comes second finds that of the first.
    signing_keys::insert(&mut tx, organization, &second).await.unwrap();
    let kept = signing_keys::get(&mut tx, organization).await.unwrap().unwrap();
    assert_eq!(kept, first);
    assert_eq!(open(&own, Object::SigningKey(kept.id), &kept.sealed).unwrap().as_slice(), b"first");
    assert!(open(&own, Object::SigningKey(second.id), &kept.sealed).is_err(), "sealed for its own place");
    assert_eq!(signing_keys::get(&mut tx, other).await.unwrap(), None);
    tx.commit().await.unwrap();
}
