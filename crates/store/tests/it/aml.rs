//! Clients compared with the lists.

use bonafide_core::{
    aml::AmlStatus,
    client::MemberType,
    id::{AmlId, ClientId},
    time::Timestamp,
};
use bonafide_store::{
    Error,
    aml_verifications::{self as rows, Aml, Filter},
    applicants, clients,
    crypto::{Object, SubjectKey, seal_json},
    screened::Lists,
};
use serde_json::json;

use crate::stage::{Stage, Tenant};

/// One of a client that is made for it, a second after the last one.
async fn aml(stage: &Stage, t: &Tenant) -> Aml {
    with_key(stage, t).await.0
}

/// The same, with the key of the client.
pub(crate) async fn with_key(stage: &Stage, t: &Tenant) -> (Aml, SubjectKey) {
    stage.clock.advance(1000);
    let (applicant, key) = stage.applicant(t.organization, "unused").await;
    let (client, now) = (ClientId::from_uuid(applicant.uuid()), stage.now());
    let record = clients::Client {
        id: client,
        organization: t.organization,
        member_type: MemberType::Individual.into(),
        active: true,
        request_count: 0,
        sealed: seal_json(&key, Object::Client(client), &json!({"name_last": "Jane"}), &stage.entropy)
            .unwrap(),
        metadata: None,
        created_at: now,
        updated_at: now,
    };
    let id: AmlId = stage.id();
    let aml = Aml {
        id,
        organization: t.organization,
        client,
        credential: Some(stage.id()),
        user_id: "u-1".into(),
        configuration: "standard".into(),
        monitored: true,
        status: AmlStatus::Created.into(),
        hits: None,
        lists: String::new(),
        stale: false,
        screened_at: None,
        decided_at: None,
        sealed: seal_json(&key, Object::Aml(id), &json!({"names": ["Jane"]}), &stage.entropy).unwrap(),
        version: 1,
        created_at: now,
        updated_at: now,
        anonymized_at: None,
    };
    let mut tx = stage.begin().await;
    clients::insert(&mut tx, t.organization, &record).await.unwrap();
    rows::insert(&mut tx, t.organization, &aml).await.unwrap();
    tx.commit().await.unwrap();
    (aml, key)
}

pub(crate) async fn comes_back_and_is_changed_once(stage: Stage) {
    let t = stage.tenant().await;
    let mut one = aml(&stage, &t).await;
    let mut tx = stage.begin().await;
    assert_eq!(rows::get(&mut tx, t.organization, one.id).await.unwrap().as_ref(), Some(&one));
    (one.status, one.hits, one.lists) = (AmlStatus::ReviewRequired.into(), Some(3), "v1".into());
    (one.stale, one.screened_at, one.decided_at) = (true, Some(stage.now()), Some(stage.now()));
    one.updated_at = stage.now().plus_ms(7);
    rows::update(&mut tx, t.organization, &one).await.unwrap();
    // Whoever read it before is told.
    let late = rows::update(&mut tx, t.organization, &one).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    one.version = 2;
    assert_eq!(rows::get(&mut tx, t.organization, one.id).await.unwrap(), Some(one));
}

pub(crate) async fn are_listed_newest_first(stage: Stage) {
    let t = stage.tenant().await;
    let (a, b, c) = (aml(&stage, &t).await, aml(&stage, &t).await, aml(&stage, &t).await);
    let mut tx = stage.begin().await;
    let approved = Aml { status: AmlStatus::Approved.into(), ..b.clone() };
    rows::update(&mut tx, t.organization, &approved).await.unwrap();
    let mut ids = async |filter: Filter, skip, limit| {
        let page = rows::list(&mut tx, t.organization, &filter, skip, limit).await.unwrap();
        let total = rows::count(&mut tx, t.organization, &filter).await.unwrap();
        (page.into_iter().map(|aml| aml.id).collect::<Vec<_>>(), total)
    };
    let all = Filter::default();
    assert_eq!(ids(all, 0, 10).await, (vec![c.id, b.id, a.id], 3));
    assert_eq!(ids(all, 1, 1).await, (vec![b.id], 3));
    assert_eq!(ids(Filter { status: Some(AmlStatus::Approved), ..all }, 0, 10).await, (vec![b.id], 1));
    assert_eq!(ids(Filter { client: Some(a.client), ..all }, 0, 10).await, (vec![a.id], 1));
}

/// Status, whether it is monitored, hits, the lists it was compared with, whether those were stale, when, and whether it is
/// left.
type Case = (AmlStatus, bool, Option<i64>, &'static str, bool, Option<Timestamp>, bool);

pub(crate) async fn are_left_until_they_were_compared(stage: Stage) {
    let t = stage.tenant().await;
    let confirmed_at = stage.now().plus_secs(60);
    let lists = Lists { version: "v2", confirmed_at };
    let before = Some(stage.now());
    let cases: [Case; 9] = [
        (AmlStatus::Approved, true, Some(0), "v1", false, before, true),
        (AmlStatus::ReviewRequired, true, Some(1), "v1", false, before, true),
        (AmlStatus::Approved, true, Some(0), "v2", false, before, false),
        (AmlStatus::Approved, true, Some(0), "v2", true, before, true),
        (AmlStatus::Approved, true, Some(0), "v2", true, Some(confirmed_at), false),
        (AmlStatus::Approved, false, Some(0), "v1", false, before, false),
        // Not monitored, and nobody could say anything yet.
        (AmlStatus::ReviewRequired, false, None, "", false, before, true),
        (AmlStatus::Declined, true, Some(1), "v1", false, before, false),
        (AmlStatus::Created, true, None, "", false, None, false),
    ];
    let mut expected = vec![];
    for (status, monitored, hits, version, stale, screened_at, is_left) in cases {
        let made = aml(&stage, &t).await;
        let mut tx = stage.begin().await;
        // Whether it is monitored is said once, when it is made.
        let id: AmlId = stage.id();
        let row = Aml {
            id,
            monitored,
            status: status.into(),
            hits,
            lists: version.into(),
            stale,
            screened_at,
            ..made
        };
        rows::insert(&mut tx, t.organization, &row).await.unwrap();
        tx.commit().await.unwrap();
        if is_left {
            expected.push(id);
        }
    }
    let mut tx = stage.begin().await;
    assert_eq!(rows::left(&mut tx, t.organization, lists, 100).await.unwrap(), expected);
    assert_eq!(rows::left(&mut tx, t.organization, lists, 2).await.unwrap(), expected[..2]);
    // A client with another name is compared again, whichever lists it was compared with.
    let row = rows::get(&mut tx, t.organization, expected[0]).await.unwrap().unwrap();
    let done = Aml { lists: "v2".into(), ..row.clone() };
    rows::update(&mut tx, t.organization, &done).await.unwrap();
    assert_eq!(rows::left(&mut tx, t.organization, lists, 100).await.unwrap(), expected[1..]);
    assert!(rows::renamed(&mut tx, t.organization, row.client).await.unwrap());
    assert_eq!(rows::left(&mut tx, t.organization, lists, 100).await.unwrap(), expected);
}

pub(crate) async fn go_with_the_client(stage: Stage) {
    let t = stage.tenant().await;
    let (one, other) = (aml(&stage, &t).await, aml(&stage, &t).await);
    let mut tx = stage.begin().await;
    assert_eq!(rows::forget(&mut tx, t.organization, one.client, stage.now()).await.unwrap(), 1);
    assert_eq!(rows::forget(&mut tx, t.organization, one.client, stage.now()).await.unwrap(), 0, "again");
    applicants::anonymize(&mut tx, t.organization, clients::subject(other.client), stage.now())
        .await
        .unwrap();
    for aml in [&one, &other] {
        let row = rows::get(&mut tx, t.organization, aml.id).await.unwrap().unwrap();
        assert_eq!((row.anonymized_at, row.version), (Some(stage.now()), 2));
        assert_eq!((row.user_id.as_str(), row.configuration.as_str()), ("u-1", "standard"));
    }
    let lists = Lists { version: "v2", confirmed_at: stage.now() };
    assert_eq!(rows::left(&mut tx, t.organization, lists, 100).await.unwrap(), []);
    assert!(!rows::renamed(&mut tx, t.organization, one.client).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(stage.bytes("SELECT sealed FROM aml_verifications").await, [Vec::<u8>::new(), Vec::new()]);
}

pub(crate) async fn are_nobodys_in_another_tenant(stage: Stage) {
    let (t, other) = (stage.tenant().await, stage.tenant().await);
    let one = aml(&stage, &t).await;
    let me = other.organization;
    let mut tx = stage.begin().await;
    assert_eq!(rows::get(&mut tx, me, one.id).await.unwrap(), None);
    assert!(matches!(rows::update(&mut tx, me, &one).await, Err(Error::Conflict(_))));
    assert_eq!(rows::list(&mut tx, me, &Filter::default(), 0, 10).await.unwrap(), []);
    assert_eq!(rows::count(&mut tx, me, &Filter::default()).await.unwrap(), 0);
    let lists = Lists { version: "v2", confirmed_at: stage.now() };
    assert_eq!(rows::left(&mut tx, me, lists, 10).await.unwrap(), []);
    assert_eq!(rows::forget(&mut tx, me, one.client, stage.now()).await.unwrap(), 0);
    assert!(!rows::renamed(&mut tx, me, one.client).await.unwrap());
    // Nor can one be made of somebody else's client.
    assert!(rows::insert(&mut tx, me, &one).await.is_err());
}
