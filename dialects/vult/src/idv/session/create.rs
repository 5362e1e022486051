//! `POST /idv/session/create`

use axum::extract::State;
use bonafide_core::{id::VerificationId, policy::Exhausted};
use bonafide_engine::{
    Engine, capture,
    verifications::{self, NewVerification},
};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    NAME,
    extract::user_id,
    settings::KnownSettings,
    words::{LivenessModeE, to_liveness_mode},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewSession {
    /// Your own data, returned with the session.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// What the policy asks when absent; a session may ask for more and not for less.
    liveness_mode: Option<LivenessModeE>,
    /// Is notified when the session changes; http or https.
    #[schema(
        max_length = 2048,
        pattern = r"^https?://[A-Za-z0-9.-]+(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}))?(/[A-Za-z0-9._~/?&=%+:@,;-]*)?$"
    )]
    webhook_url: Option<String>,
    #[schema(value_type = Option<KnownSettings>)]
    settings: Option<Map<String, Value>>,
}

impl NewSession {
    fn verified(self) -> Result<NewVerification> {
        new_verification(self.metadata, self.liveness_mode, self.webhook_url, self.settings)
    }
}

/// What a verification and an authentication are created with.
pub(crate) fn new_verification(
    metadata: Option<Map<String, Value>>,
    liveness_mode: Option<LivenessModeE>,
    webhook_url: Option<String>,
    settings: Option<Map<String, Value>>,
) -> Result<NewVerification> {
    let text = |name: &str| settings.as_ref().and_then(|s| Some(s.get(name)?.as_str()?.to_owned()));
    let (user, policy) = (text("user_id"), text("policy"));
    Ok(NewVerification {
        dialect: NAME,
        policy,
        liveness_mode: to_liveness_mode(liveness_mode),
        exhausted: Exhausted::Block,
        user_id: user_id("settings.user_id", user.as_deref())?,
        metadata: metadata.map_or(Value::Null, Value::Object),
        settings: settings.map_or(Value::Null, Value::Object),
        webhook_url,
        ..NewVerification::default()
    })
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Created {
    session_id: String,
    /// Not in the vendor's document: what the person's device may call the SDK operations with, as `Authorization: Bearer`, for
    /// this session and nothing else; shown this once. A link that the person opens ends it. Your access token opens the same
    /// operations, and all others: keep it on your server.
    capture_token: String,
}

impl Created {
    /// The session, with a new token for its device.
    pub(crate) async fn of(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Self> {
        let capture_token = capture::issue(engine, caller, id).await?.to_string();
        Ok(Self { session_id: id.to_string(), capture_token })
    }
}

/// session create
///
/// Opens a verification session. Next: the person's consent.
#[operation(
    post,
    "/idv/session/create",
    tag = "IDV",
    id = "idv_session_create",
    scope = "verifications:write"
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<NewSession>,
) -> Result<Json<Created>> {
    let id = verifications::create(&engine, &caller, new.verified()?).await?;
    Ok(Json(Created::of(&engine, &caller, id).await?))
}
