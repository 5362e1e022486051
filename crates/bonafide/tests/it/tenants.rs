//! Whoever was not given a key gets nowhere.

use serde_json::{Value, json};

use crate::{
    console::{Api, operations},
    support::Installation,
};

#[tokio::test(flavor = "multi_thread")]
async fn requirement_06_a_fresh_server_lets_nobody_in() {
    let installation = Installation::empty(&Installation::new(None));
    let server = installation.serve_with(&[("BONAFIDE_REQUESTS_PER_MINUTE", "100000")]);
    let api = Api::of(&server);
    let listed = installation.command().args(["keys", "list", "--json"]).output().unwrap();
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed.as_array().map(Vec::len), Some(0), "{listed}");
    for operation in operations(&api).await.iter().filter(|operation| operation.scope.is_some()) {
        for guess in ["", "admin", "bonafide", "changeme", "test"] {
            let (status, _) = api.ask(&operation.method, &operation.at("none"), guess, json!({})).await;
            assert!(
                [401, 429].contains(&status),
                "{} {} with {guess:?}: {status}",
                operation.method,
                operation.path
            );
        }
    }
    for (id, secret) in [("admin", "admin"), ("bonafide", "bonafide"), ("client", "secret"), ("admin", "")] {
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let answer = api.http.post(format!("{}/oauth2/token", api.url)).form(&form).send().await.unwrap();
        assert!([400, 401, 429].contains(&answer.status().as_u16()), "{id}: {}", answer.status());
    }
}
