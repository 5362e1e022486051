//! Which permission lets a key do what.

use serde_json::json;

use crate::support::App;

#[tokio::test(flavor = "multi_thread")]
async fn only_its_own_permission_lets_a_key_review() {
    let app = App::start("sqlite").await;
    let client = async |permissions: serde_json::Value| {
        let body = json!({"name": "app", "permissions": permissions});
        let made = app.ask("POST", &app.admin, "/admin/api-clients", Some(body)).await.created();
        made["apiKey"].as_str().unwrap().to_owned()
    };
    let id = app.started("user_1", "BASIC").await;
    let usual =
        app.ask("POST", &app.admin, "/admin/api-clients", Some(json!({"name": "app"}))).await.created();
    assert_eq!(usual["permissions"].as_array().unwrap().len(), 6);
    for key in [usual["apiKey"].as_str().unwrap().to_owned(), client(json!(["identity:write"])).await] {
        app.review(&key, &id, "VERIFIED").await.refused(403);
    }
    let reader = client(json!(["identity:read"])).await;
    app.ask("GET", &reader, &format!("/verifications/identity/{id}"), None).await.ok();
    app.ask("POST", &reader, "/verifications/identity", Some(json!({"userId": "user_2"}))).await.refused(403);
    let reviewer = client(json!(["identity:read", "identity:review"])).await;
    app.review(&reviewer, &id, "VERIFIED").await.ok();
    assert_eq!(app.status(&id).await, "VERIFIED");
    // Nobody gives away what they have not.
    let keys = app.key_for("verifications keys").await;
    let body = json!({"name": "app", "permissions": ["identity:review"]});
    app.ask("POST", &keys, "/admin/api-clients", Some(body)).await.refused(403);
}
