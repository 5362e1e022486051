use bonafide_core::{
    id::{CredentialId, OrganizationId},
    plan::Plan,
};
use bonafide_store::{
    Error,
    access_tokens::{self, AccessToken},
    credentials::{self, Credential, Kind, Secret},
    liveness_sessions::{self, LivenessSession},
    organizations,
    secrets::PlainSecret,
};

use crate::stage::Stage;

fn row(secret: &PlainSecret, stage: &Stage) -> Secret {
    Secret { secret_sha256: secret.hash(), hint: secret.hint(), created_at: stage.now(), expires_at: None }
}

fn credential(stage: &Stage, organization: OrganizationId, public_id: &str) -> (Credential, PlainSecret) {
    let secret = PlainSecret::new("bfs", &stage.entropy);
    let credential = Credential {
        id: stage.id(),
        organization,
        kind: Kind::OauthClient,
        name: "shop".into(),
        public_id: public_id.into(),
        scopes: "idv sdk".into(),
        per_minute: Some(60),
        created_at: stage.now(),
        expires_at: Some(stage.now().plus_secs(1000)),
        revoked_at: None,
        last_used_at: None,
    };
    (credential, secret)
}

pub(crate) async fn a_plan_is_one_tenants(stage: Stage) {
    let (mine, other) = (stage.organization().await, stage.organization().await);
    let mut tx = stage.begin().await;
    assert!(organizations::set_plan(&mut tx, mine, Plan::Inactive).await.unwrap());
    assert!(!organizations::set_plan(&mut tx, stage.id(), Plan::Inactive).await.unwrap(), "no such tenant");
    for (id, plan) in [(mine, Plan::Inactive), (other, Plan::Active)] {
        assert_eq!(organizations::get(&mut tx, id).await.unwrap().unwrap().plan, plan);
    }
}

pub(crate) async fn a_credential_is_found_until_it_is_revoked(stage: Stage) {
    let organization = stage.organization().await;
    let (client, secret) = credential(&stage, organization, "client-1");
    let mut tx = stage.begin().await;
    credentials::insert(&mut tx, &client, &row(&secret, &stage)).await.unwrap();
    assert_eq!(credentials::by_public_id(&mut tx, "client-1").await.unwrap().as_ref(), Some(&client));
    assert_eq!(credentials::by_public_id(&mut tx, "client-2").await.unwrap(), None);
    let who = async |tx: &mut bonafide_store::Tx, kind, hash, at| {
        credentials::authenticate(tx, kind, hash, at).await.unwrap()
    };
    let now = stage.now();
    assert_eq!(who(&mut tx, Kind::OauthClient, secret.hash(), now).await.as_ref(), Some(&client));
    assert_eq!(who(&mut tx, Kind::ApiKey, secret.hash(), now).await, None, "it is no key");
    let other = PlainSecret::new("bfs", &stage.entropy);
    assert_eq!(who(&mut tx, Kind::OauthClient, other.hash(), now).await, None);
    assert_eq!(who(&mut tx, Kind::OauthClient, secret.hash(), now.plus_secs(1000)).await, None, "expired");

    credentials::used(&mut tx, organization, client.id, now.plus_secs(60)).await.unwrap();
    credentials::used(&mut tx, organization, client.id, now).await.unwrap();
    let used = credentials::get(&mut tx, organization, client.id).await.unwrap().unwrap();
    assert_eq!(used.last_used_at, Some(now.plus_secs(60)), "the latest counts");
    assert_eq!(credentials::get(&mut tx, stage.id(), client.id).await.unwrap(), None, "another tenant's");

    for _ in 0..2 {
        credentials::revoke(&mut tx, organization, client.id, stage.now()).await.unwrap();
        stage.clock.advance(5);
    }
    assert_eq!(who(&mut tx, Kind::OauthClient, secret.hash(), now).await, None, "revoked");
    let found = credentials::list(&mut tx, organization).await.unwrap().remove(0);
    assert_eq!(found.revoked_at, Some(client.created_at), "the first revocation is kept");
    assert!(!found.is_usable(client.created_at));
    let unknown: CredentialId = stage.id();
    let refused = credentials::revoke(&mut tx, organization, unknown, stage.now()).await;
    assert!(matches!(refused, Err(Error::NotFound("credential"))), "{refused:?}");
}

pub(crate) async fn two_secrets_are_good_while_one_takes_the_others_place(stage: Stage) {
    let organization = stage.organization().await;
    let (client, first) = credential(&stage, organization, "client-1");
    let mut tx = stage.begin().await;
    credentials::insert(&mut tx, &client, &row(&first, &stage)).await.unwrap();
    stage.clock.advance(10);
    let second = PlainSecret::new("bfs", &stage.entropy);
    let until = stage.now().plus_secs(60);
    credentials::add_secret(&mut tx, organization, client.id, &row(&second, &stage), until).await.unwrap();
    let now = stage.now();
    for (secret, at, good) in [
        (&first, now, true),
        (&second, now, true),
        (&first, until.plus_ms(-1), true),
        (&first, until, false),
        (&second, until, true),
    ] {
        let found = credentials::authenticate(&mut tx, Kind::OauthClient, secret.hash(), at).await.unwrap();
        assert_eq!(found.is_some(), good, "at {at}");
    }
    let listed = credentials::secrets(&mut tx, organization, client.id, now).await.unwrap();
    let ends: Vec<_> = listed.iter().map(|s| s.expires_at).collect();
    assert_eq!(ends, [None, Some(until)], "newest first");
    // A third one: the first is over and removed, the second gets its end.
    stage.clock.advance(100);
    let third = PlainSecret::new("bfs", &stage.entropy);
    let now = stage.now();
    credentials::add_secret(&mut tx, organization, client.id, &row(&third, &stage), now).await.unwrap();
    let good = async |tx: &mut bonafide_store::Tx, secret: &PlainSecret| {
        credentials::authenticate(tx, Kind::OauthClient, secret.hash(), now).await.unwrap().is_some()
    };
    assert!(!good(&mut tx, &first).await && !good(&mut tx, &second).await, "no overlap was asked for");
    assert!(good(&mut tx, &third).await);
    // However often: two are good at a time.
    let mut before = third;
    for _ in 0..3 {
        stage.clock.advance(1);
        let next = PlainSecret::new("bfs", &stage.entropy);
        let until = now.plus_secs(600);
        credentials::add_secret(&mut tx, organization, client.id, &row(&next, &stage), until).await.unwrap();
        let listed = credentials::secrets(&mut tx, organization, client.id, now).await.unwrap();
        let hashes: Vec<_> = listed.iter().map(|s| s.secret_sha256).collect();
        assert_eq!(hashes, [next.hash(), before.hash()]);
        before = next;
    }
}

pub(crate) async fn public_ids_are_unique_over_all_tenants(stage: Stage) {
    let mut tx;
    for (first, organization) in [(true, stage.organization().await), (false, stage.organization().await)] {
        tx = stage.begin().await;
        let (client, secret) = credential(&stage, organization, "same");
        let inserted = credentials::insert(&mut tx, &client, &row(&secret, &stage)).await;
        match (first, inserted) {
            (true, Ok(())) => tx.commit().await.unwrap(),
            (false, Err(e)) if e.is_duplicate() => {}
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) async fn a_token_dies_with_its_credential_or_its_time(stage: Stage) {
    let organization = stage.organization().await;
    let (client, first) = credential(&stage, organization, "client-1");
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
    credentials::insert(&mut tx, &client, &row(&first, &stage)).await.unwrap();
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
