//! What third parties are let see.

use bonafide_core::id::ShareId;
use bonafide_store::{
    Error, applicants,
    crypto::{Object, Sealed, open_json, seal_json},
    secrets::PlainSecret,
    shares::{self, Share},
};
use serde_json::{Value, json};

use crate::stage::{Stage, Tenant};

const CANARY: &str = "Notar Kanarienvogel";

fn of(stage: &Stage, t: &Tenant, id: ShareId, name: &str) -> Sealed {
    seal_json(&t.key, Object::Share(id), &json!({ "name": name }), &stage.entropy).unwrap()
}

fn share(stage: &Stage, t: &Tenant, ordinal: i64) -> Share {
    let id: ShareId = stage.id();
    Share {
        id,
        organization: t.organization,
        verification: t.verification,
        applicant: t.applicant,
        source: t.verification,
        ordinal,
        code_sha256: None,
        sealed: of(stage, t, id, CANARY),
        views: 0,
        created_at: stage.now(),
        expires_at: stage.now().plus_secs(60),
        viewed_at: None,
        revoked_at: None,
    }
}

async fn inserted(stage: &Stage, t: &Tenant, ordinal: i64) -> Share {
    let new = share(stage, t, ordinal);
    let mut tx = stage.begin().await;
    assert!(shares::insert(&mut tx, t.organization, &new).await.unwrap());
    tx.commit().await.unwrap();
    new
}

pub(crate) async fn come_once_for_each_third_party(stage: Stage) {
    let t = stage.tenant().await;
    let (second, first) = (inserted(&stage, &t, 1).await, inserted(&stage, &t, 0).await);
    let mut tx = stage.begin().await;
    // Whoever is approved again has what they have.
    assert!(!shares::insert(&mut tx, t.organization, &share(&stage, &t, 0)).await.unwrap());
    let all = shares::list(&mut tx, t.organization, t.verification).await.unwrap();
    assert_eq!(all, [first.clone(), second]);
    assert_eq!(shares::get(&mut tx, t.organization, first.id).await.unwrap().as_ref(), Some(&first));
    let party: Value = open_json(&t.key, Object::Share(first.id), &all[0].sealed).unwrap();
    assert_eq!(party, json!({ "name": CANARY }));
    // Who one is for is not who another is for.
    assert!(open_json::<Value>(&t.key, Object::Share(first.id), &all[1].sealed).is_err());
}

pub(crate) async fn a_newer_link_takes_the_place_of_the_older(stage: Stage) {
    let t = stage.tenant().await;
    let mut one = inserted(&stage, &t, 0).await;
    let (first, second) = (PlainSecret::new("shr", &stage.entropy), PlainSecret::new("shr", &stage.entropy));
    let mut tx = stage.begin().await;
    assert_eq!(shares::find(&mut tx, first.hash()).await.unwrap(), None);
    for code in [&first, &second] {
        stage.clock.advance(1000);
        one.expires_at = stage.now().plus_secs(60);
        one.code_sha256 = Some(code.hash());
        one.sealed = of(&stage, &t, one.id, "Notar");
        shares::renew(&mut tx, t.organization, one.id, code.hash(), &one.sealed, one.expires_at)
            .await
            .unwrap();
        assert_eq!(shares::find(&mut tx, code.hash()).await.unwrap().as_ref(), Some(&one));
    }
    assert_eq!(shares::find(&mut tx, first.hash()).await.unwrap(), None);
    assert!(!shares::reseal(&mut tx, t.organization, one.id, None, &one.sealed).await.unwrap());
    // What is kept with a link is not kept with the one after it.
    let told = of(&stage, &t, one.id, "told");
    assert!(!shares::reseal(&mut tx, t.organization, one.id, Some(first.hash()), &told).await.unwrap());
    assert!(shares::reseal(&mut tx, t.organization, one.id, Some(second.hash()), &told).await.unwrap());
    one.sealed = told;
    assert_eq!(shares::find(&mut tx, second.hash()).await.unwrap().as_ref(), Some(&one));
    // A code is of one share alone.
    tx.commit().await.unwrap();
    let other = inserted(&stage, &t, 1).await;
    let mut tx = stage.begin().await;
    let told = of(&stage, &t, other.id, "told");
    assert!(shares::reseal(&mut tx, t.organization, other.id, None, &told).await.unwrap());
    assert_eq!(shares::get(&mut tx, t.organization, other.id).await.unwrap().unwrap().sealed, told);
    let (id, sealed) = (other.id, &other.sealed);
    let twice = shares::renew(&mut tx, t.organization, id, second.hash(), sealed, one.expires_at).await;
    assert!(twice.unwrap_err().is_duplicate());
}

pub(crate) async fn looks_are_counted_and_what_is_revoked_stays_so(stage: Stage) {
    let t = stage.tenant().await;
    let one = inserted(&stage, &t, 0).await;
    let mut tx = stage.begin().await;
    for n in 1..=3 {
        stage.clock.advance(1000);
        assert_eq!(shares::count_view(&mut tx, t.organization, one.id, stage.now()).await.unwrap(), n);
    }
    let seen = shares::get(&mut tx, t.organization, one.id).await.unwrap().unwrap();
    assert_eq!((seen.views, seen.viewed_at), (3, Some(stage.now())));
    let at = stage.now();
    assert!(shares::revoke(&mut tx, t.organization, one.id, at).await.unwrap());
    stage.clock.advance(1000);
    assert!(!shares::revoke(&mut tx, t.organization, one.id, stage.now()).await.unwrap());
    let seen = shares::get(&mut tx, t.organization, one.id).await.unwrap().unwrap();
    assert_eq!(seen.revoked_at, Some(at));
    let code = PlainSecret::new("shr", &stage.entropy).hash();
    let renewed = shares::renew(&mut tx, t.organization, one.id, code, &one.sealed, stage.now()).await;
    assert!(matches!(renewed, Err(Error::NotFound("share"))), "{renewed:?}");
}

pub(crate) async fn go_with_the_person(stage: Stage) {
    let t = stage.tenant().await;
    let one = inserted(&stage, &t, 0).await;
    let code = PlainSecret::new("shr", &stage.entropy).hash();
    let mut tx = stage.begin().await;
    shares::renew(&mut tx, t.organization, one.id, code, &one.sealed, one.expires_at).await.unwrap();
    applicants::anonymize(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = stage.read().await;
    assert_eq!(shares::find(&mut tx, code).await.unwrap(), None);
    assert_eq!(shares::list(&mut tx, t.organization, t.verification).await.unwrap().len(), 1);
    drop(tx);
    assert_eq!(stage.bytes("SELECT sealed FROM shares").await, [Vec::<u8>::new()]);
}

pub(crate) async fn are_nobodys_in_another_tenant(stage: Stage) {
    let (t, other) = (stage.tenant().await, stage.tenant().await);
    let one = inserted(&stage, &t, 0).await;
    let (me, code) = (other.organization, PlainSecret::new("shr", &stage.entropy).hash());
    let mut tx = stage.begin().await;
    assert_eq!(shares::get(&mut tx, me, one.id).await.unwrap(), None);
    assert_eq!(shares::list(&mut tx, me, t.verification).await.unwrap(), []);
    assert!(!shares::revoke(&mut tx, me, one.id, stage.now()).await.unwrap());
    let renewed = shares::renew(&mut tx, me, one.id, code, &one.sealed, stage.now()).await;
    assert!(matches!(renewed, Err(Error::NotFound(_))), "{renewed:?}");
    assert!(!shares::reseal(&mut tx, me, one.id, Some(code), &one.sealed).await.unwrap());
    assert!(matches!(shares::count_view(&mut tx, me, one.id, stage.now()).await, Err(Error::NotFound(_))));
    assert_eq!(shares::get(&mut tx, t.organization, one.id).await.unwrap(), Some(one));
    // Nor can one be made of somebody else's verification.
    assert!(shares::insert(&mut tx, me, &share(&stage, &t, 1)).await.is_err());
}
