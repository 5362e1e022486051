//! What an organization keeps a record of.

use bonafide_core::{client::MemberType, id::ClientId};
use bonafide_store::{
    Error, applicants,
    clients::{self, Client, Filter, Sort},
    crypto::{Object, open_json, seal_json},
    subject_keys,
};
use serde_json::json;

use crate::stage::{Stage, Tenant};

/// A record whose sealed data are `{"name": name}`, made a second after the last one.
async fn client(stage: &Stage, t: &Tenant, name: &str) -> Client {
    stage.clock.advance(1000);
    let (applicant, key) = stage.applicant(t.organization, "unused").await;
    let id = ClientId::from_uuid(applicant.uuid());
    let client = Client {
        id,
        organization: t.organization,
        member_type: MemberType::Individual.into(),
        active: true,
        request_count: 0,
        sealed: seal_json(&key, Object::Client(id), &json!({ "name": name }), &stage.entropy).unwrap(),
        metadata: Some(
            seal_json(&key, Object::ClientMetadata(id), &json!({"a": 1}), &stage.entropy).unwrap(),
        ),
        created_at: stage.now(),
        updated_at: stage.now(),
    };
    let mut tx = stage.begin().await;
    clients::insert(&mut tx, t.organization, &client).await.unwrap();
    tx.commit().await.unwrap();
    client
}

async fn listed(
    stage: &Stage,
    t: &Tenant,
    filter: Filter,
    sort: Sort,
    skip: i64,
    limit: i64,
) -> Vec<ClientId> {
    let mut tx = stage.read().await;
    let found = clients::list(&mut tx, t.organization, &filter, sort, skip, limit).await.unwrap();
    let all = clients::list(&mut tx, t.organization, &filter, sort, 0, 1000).await.unwrap().len();
    assert_eq!(clients::count(&mut tx, t.organization, &filter).await.unwrap(), all as u64);
    found.into_iter().map(|c| c.id).collect()
}

pub(crate) async fn come_back_changed_and_counted(stage: Stage) {
    let t = stage.tenant().await;
    let mut one = client(&stage, &t, "Jane").await;
    let mut tx = stage.begin().await;
    assert_eq!(clients::get(&mut tx, t.organization, one.id).await.unwrap().as_ref(), Some(&one));
    assert_eq!(clients::hold(&mut tx, t.organization, one.id).await.unwrap().as_ref(), Some(&one));
    stage.clock.advance(5);
    (one.active, one.metadata, one.member_type) = (false, None, MemberType::Business.into());
    one.updated_at = stage.now();
    clients::update(&mut tx, t.organization, &one).await.unwrap();
    clients::count_request(&mut tx, t.organization, one.id).await.unwrap();
    clients::count_request(&mut tx, t.organization, one.id).await.unwrap();
    one.request_count = 2;
    assert_eq!(clients::get(&mut tx, t.organization, one.id).await.unwrap(), Some(one));
}

pub(crate) async fn are_filtered_sorted_and_paged(stage: Stage) {
    let t = stage.tenant().await;
    let mut all = vec![];
    for name in ["a", "b", "c", "d"] {
        all.push(client(&stage, &t, name).await);
    }
    let mut tx = stage.begin().await;
    let second = Client { active: false, member_type: MemberType::Business.into(), ..all[1].clone() };
    clients::update(&mut tx, t.organization, &second).await.unwrap();
    clients::count_request(&mut tx, t.organization, all[2].id).await.unwrap();
    tx.commit().await.unwrap();
    let ids: Vec<ClientId> = all.iter().map(|c| c.id).collect();
    let everything = Filter::default();
    let newest = [ids[3], ids[2], ids[1], ids[0]];
    assert_eq!(listed(&stage, &t, everything, Sort::CreatedAt, 0, 10).await, newest);
    assert_eq!(listed(&stage, &t, everything, Sort::CreatedAt, 1, 2).await, [ids[2], ids[1]]);
    assert_eq!(listed(&stage, &t, everything, Sort::CreatedAt, 4, 2).await, []);
    let most = [ids[2], ids[3], ids[1], ids[0]];
    assert_eq!(listed(&stage, &t, everything, Sort::RequestCount, 0, 10).await, most);
    let active = Filter { active: Some(true), ..everything };
    assert_eq!(listed(&stage, &t, active, Sort::CreatedAt, 0, 10).await, [ids[3], ids[2], ids[0]]);
    let business = Filter { member_type: Some(MemberType::Business), ..everything };
    assert_eq!(listed(&stage, &t, business, Sort::CreatedAt, 0, 10).await, [ids[1]]);
    let both = Filter { active: Some(true), ..business };
    assert_eq!(listed(&stage, &t, both, Sort::CreatedAt, 0, 10).await, []);
}

pub(crate) async fn are_gone_through_with_their_keys(stage: Stage) {
    let t = stage.tenant().await;
    let mut expected = vec![];
    for name in ["a", "b", "c"] {
        expected.push((client(&stage, &t, name).await.id, json!({ "name": name })));
    }
    let gone = client(&stage, &t, "gone").await;
    let mut tx = stage.begin().await;
    applicants::anonymize(&mut tx, t.organization, clients::subject(gone.id), stage.now()).await.unwrap();
    let (mut found, mut after) = (vec![], None);
    loop {
        let filter = Filter { active: Some(true), ..Filter::default() };
        let some = clients::searched(&mut tx, t.organization, &filter, after, 2, &stage.ring).await.unwrap();
        assert!(some.len() <= 2);
        let Some(last) = some.last() else { break };
        after = Some(last.id);
        found
            .extend(some.iter().map(|c| (c.id, open_json(&c.key, Object::Client(c.id), &c.sealed).unwrap())));
    }
    assert_eq!(found, expected);
}

pub(crate) async fn go_with_their_key(stage: Stage) {
    let t = stage.tenant().await;
    let one = client(&stage, &t, "Jane").await;
    let mut tx = stage.begin().await;
    applicants::anonymize(&mut tx, t.organization, clients::subject(one.id), stage.now()).await.unwrap();
    assert_eq!(clients::get(&mut tx, t.organization, one.id).await.unwrap(), None);
    assert_eq!(clients::hold(&mut tx, t.organization, one.id).await.unwrap(), None);
    let key = subject_keys::load(&mut tx, t.organization, clients::subject(one.id), &stage.ring).await;
    assert!(matches!(key, Err(Error::KeyDestroyed)), "{key:?}");
    let late = clients::update(&mut tx, t.organization, &one).await;
    assert!(matches!(late, Err(Error::NotFound("client"))), "{late:?}");
    let late = clients::count_request(&mut tx, t.organization, one.id).await;
    assert!(matches!(late, Err(Error::NotFound("client"))), "{late:?}");
    tx.commit().await.unwrap();
    assert_eq!(listed(&stage, &t, Filter::default(), Sort::CreatedAt, 0, 10).await, []);
    assert_eq!(stage.bytes("SELECT sealed FROM clients").await, [Vec::<u8>::new()]);
}

pub(crate) async fn are_nobodys_in_another_tenant(stage: Stage) {
    let (t, other) = (stage.tenant().await, stage.tenant().await);
    let one = client(&stage, &t, "Jane").await;
    let me = other.organization;
    let mut tx = stage.begin().await;
    assert_eq!(clients::get(&mut tx, me, one.id).await.unwrap(), None);
    assert_eq!(clients::hold(&mut tx, me, one.id).await.unwrap(), None);
    assert!(matches!(clients::update(&mut tx, me, &one).await, Err(Error::NotFound(_))));
    assert!(matches!(clients::count_request(&mut tx, me, one.id).await, Err(Error::NotFound(_))));
    let all = Filter::default();
    assert_eq!(clients::list(&mut tx, me, &all, Sort::CreatedAt, 0, 10).await.unwrap(), []);
    assert!(clients::searched(&mut tx, me, &all, None, 10, &stage.ring).await.unwrap().is_empty());
    assert_eq!(clients::count(&mut tx, me, &all).await.unwrap(), 0);
    // Nor can a record be made on somebody else's key.
    assert!(clients::insert(&mut tx, me, &one).await.is_err());
}
