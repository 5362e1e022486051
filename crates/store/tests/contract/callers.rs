use bonafide_core::id::{CredentialId, OrganizationId};
use bonafide_store::{
    Error,
    access_tokens::{self, AccessToken},
    credentials::{self, Credential, Kind},
    liveness_sessions::{self, LivenessSession},
    secrets::PlainSecret,
};

use crate::stage::Stage;

fn credential(stage: &Stage, organization: OrganizationId, public_id: &str) -> (Credential, PlainSecret) {
    let secret = PlainSecret::new("bfs", &stage.entropy);
    let credential = Credential {
        id: stage.id(),
        organization,
        kind: Kind::OauthClient,
        name: "shop".into(),
        public_id: public_id.into(),
        secret_sha256: secret.hash(),
        scopes: "idv sdk".into(),
        created_at: stage.now(),
        expires_at: Some(stage.now().plus_secs(1000)),
        revoked_at: None,
    };
    (credential, secret)
}

pub(crate) async fn a_credential_is_found_until_it_is_revoked(stage: Stage) {
    let organization = stage.organization().await;
    let (row, secret) = credential(&stage, organization, "client-1");
    let mut tx = stage.begin().await;
    credentials::insert(&mut tx, &row).await.unwrap();
    let found = credentials::by_public_id(&mut tx, "client-1").await.unwrap().unwrap();
    assert_eq!(found, row);
    assert!(found.secret_sha256 == secret.hash() && found.is_usable(stage.now()));
    assert!(!found.is_usable(stage.now().plus_secs(1000)), "expired");
    assert_eq!(credentials::by_public_id(&mut tx, "client-2").await.unwrap(), None);

    for _ in 0..2 {
        credentials::revoke(&mut tx, organization, row.id, stage.now()).await.unwrap();
        stage.clock.advance(5);
    }
    let found = credentials::list(&mut tx, organization).await.unwrap().remove(0);
    assert_eq!(found.revoked_at, Some(row.created_at), "the first revocation is kept");
    assert!(!found.is_usable(row.created_at));
    let unknown: CredentialId = stage.id();
    let refused = credentials::revoke(&mut tx, organization, unknown, stage.now()).await;
    assert!(matches!(refused, Err(Error::NotFound("credential"))), "{refused:?}");
}

pub(crate) async fn public_ids_are_unique_over_all_tenants(stage: Stage) {
    let mut tx;
    for (first, organization) in [(true, stage.organization().await), (false, stage.organization().await)] {
        tx = stage.begin().await;
        let inserted = credentials::insert(&mut tx, &credential(&stage, organization, "same").0).await;
        match (first, inserted) {
            (true, Ok(())) => tx.commit().await.unwrap(),
            (false, Err(e)) if e.is_duplicate() => {}
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) async fn a_token_dies_with_its_credential_or_its_time(stage: Stage) {
    let organization = stage.organization().await;
    let (client, _) = credential(&stage, organization, "client-1");
    let secret = PlainSecret::new("bft", &stage.entropy);
    let token = AccessToken {
        token_sha256: secret.hash(),
        organization,
        credential: client.id,
        scopes: "idv".into(),
        created_at: stage.now(),
        expires_at: stage.now().plus_secs(600),
    };
    let mut tx = stage.begin().await;
    credentials::insert(&mut tx, &client).await.unwrap();
    access_tokens::insert(&mut tx, &token).await.unwrap();
    let other = PlainSecret::new("bft", &stage.entropy);
    let now = stage.now();
    for (hash, at, good) in [
        (secret.hash(), now, true),
        (secret.hash(), now.plus_secs(600).plus_ms(-1), true),
        (secret.hash(), now.plus_secs(600), false),
        (other.hash(), now, false),
    ] {
        let found = access_tokens::authenticate(&mut tx, hash, at).await.unwrap();
        assert_eq!(found, good.then(|| token.clone()), "at {at}");
    }
    credentials::revoke(&mut tx, organization, client.id, now).await.unwrap();
    assert_eq!(access_tokens::authenticate(&mut tx, secret.hash(), now).await.unwrap(), None);
    assert_eq!(access_tokens::purge(&mut tx, now).await.unwrap(), 0);
    assert_eq!(access_tokens::purge(&mut tx, now.plus_secs(600)).await.unwrap(), 1);
}

pub(crate) async fn a_liveness_token_is_good_once(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.begin().await;
    let mut secrets = vec![];
    for _ in 0..3 {
        stage.clock.advance(10);
        let secret = PlainSecret::new("bfl", &stage.entropy);
        let session = LivenessSession {
            id: stage.id(),
            organization: t.organization,
            verification: t.verification,
            token_sha256: secret.hash(),
            created_at: stage.now(),
            expires_at: stage.now().plus_secs(60),
            used_at: None,
            challenge: Some(r#"{"steps":["blink"],"seconds":60}"#.to_owned()),
        };
        liveness_sessions::insert(&mut tx, t.organization, &session).await.unwrap();
        let open =
            liveness_sessions::open(&mut tx, t.organization, t.verification, stage.now()).await.unwrap();
        let get = async |tx: &mut bonafide_store::Tx, organization| {
            liveness_sessions::get(tx, organization, session.id).await.unwrap()
        };
        assert_eq!(get(&mut tx, t.organization).await, open);
        assert_eq!(get(&mut tx, stage.id()).await, None, "another tenant's");
        assert_eq!(open, Some(session));
        secrets.push(secret.hash());
    }
    tx.commit().await.unwrap();
    let newest = secrets[2];
    let redeem = async |token, at| {
        let mut tx = stage.begin().await;
        let got =
            liveness_sessions::redeem(&mut tx, t.organization, t.verification, token, at).await.unwrap();
        tx.commit().await.unwrap();
        got.is_some()
    };
    assert!(!redeem(secrets[0], stage.now()).await, "a newer session replaced it");
    assert!(!redeem(newest, stage.now().plus_secs(60)).await, "expired");
    assert!(redeem(newest, stage.now()).await);
    assert!(!redeem(newest, stage.now()).await, "replayed");
}
