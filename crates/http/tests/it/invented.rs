//! An API that nobody has, with two operations and one event. All that a dialect has to write is here.

use axum::{extract::State, response::IntoResponse};
use bonafide_core::{event::*, verification::Kind};
use bonafide_engine::{Engine, Error, verifications::*};
use bonafide_http::{Caller, Created, Dialect, Json, Operations, Path, Result};
use bonafide_http::{error_schema, operation, routes};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(info(title = "Shop", version = "1"))]
struct Api;

pub static DIALECT: Dialect = Dialect {
    prefixes: &["/shop"],
    key_header: Some("x-shop-key"),
    operations: Some(Operations {
        document: Api::openapi,
        scheme: "shop_key",
        error: error_schema::<String>,
        folder: "crates/http/tests/it",
        routes: routes![open, read],
    }),
    webhooks: Some(&Webhooks),
    ..Dialect::new("shop", |refusal, _| (refusal.status, Json(refusal.code)).into_response())
};

#[derive(Serialize, Deserialize, ToSchema)]
struct Order {
    #[schema(max_length = 20)]
    user: String,
}

/// Open an order
#[operation(post, "/shop/orders", id = "order_open", scope = "verifications:write", cost = 5)]
async fn open(State(e): State<Engine>, caller: Caller, Json(new): Json<Order>) -> Result<Created<String>> {
    let new = NewVerification { dialect: "shop", user_id: new.user, ..NewVerification::default() };
    Ok(Created(create(&e, &caller, new).await?.to_string()))
}

/// Read an order
#[operation(get, "/shop/orders/{id}", id = "order_read", scope = "verifications:read")]
async fn read(State(e): State<Engine>, caller: Caller, Path(id): Path<String>) -> Result<Json<Order>> {
    let id = id.parse().map_err(|_| Error::NotFound("order"))?;
    Ok(Json(Order { user: bonafide_engine::verifications::read(&e, &caller, id).await?.user_id }))
}

struct Webhooks;
impl WebhookDialect for Webhooks {
    fn name(&self) -> &'static str {
        "shop"
    }
    fn word(&self, happened: Happened, _: Kind) -> Option<&'static str> {
        (happened == Happened::VerificationCreated).then_some("order.opened")
    }
    fn body(&self, message: &Message<'_>) -> serde_json::Value {
        serde_json::json!({ "event": message.word, "order": message.event.subject })
    }
}
