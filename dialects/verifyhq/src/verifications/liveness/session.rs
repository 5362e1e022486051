//! `POST /verifications/liveness/session`

use axum::extract::State;
use bonafide_engine::{Engine, evidence::by_challenge, verifications};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Challenge, token};
use crate::{extract::from_server, verifications::identity::active, words::Tier};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewLivenessSession {
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]{1,64}$", example = "user_123")]
    user_id: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LivenessSession {
    /// Names the session; every request brings your key as well.
    #[schema(example = "ses_01kt1gw6g0fmj99z5sfwzpmy4a")]
    session_token: String,
    #[schema(format = DateTime)]
    expires_at: String,
    /// In the order they have to be photographed in.
    challenges: Vec<Challenge>,
    instructions: &'static str,
}

const INSTRUCTIONS: &str = "Good light, the whole face in the picture, nobody else in it. One photo of each challenge, in \
    their order, and a reference selfie that looks straight into the camera, before, between or after them. Photos must not \
    be mirrored: left and right are the person's own.";

/// Open a liveness session
///
/// For the verification that the user has not finished; where there is none, one of the tier `STANDARD` is started. A
/// session is good for ten minutes, and an earlier open one ends. 409 where the user's verification is of the tier `BASIC`,
/// which asks for no face. Where your policy asks for movements there are three challenges, otherwise two.
///
/// By opening it you vouch that the person has agreed to being verified; that is recorded as the consent, with your key.
#[operation(
    post,
    "/verifications/liveness/session",
    tag = "Liveness",
    id = "liveness_session_create",
    scope = "verifications:write"
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<NewLivenessSession>,
) -> Result<Created<LivenessSession>> {
    let caller = from_server(&caller);
    let id = active(&engine, &caller, Tier::Standard, new.user_id).await?;
    verifications::consent(&engine, &caller, id, true).await?;
    let session = by_challenge::ask(&engine, &caller, id).await?;
    let capture = by_challenge::capture(&engine, &caller, session).await?;
    Ok(Created(LivenessSession {
        session_token: token(session),
        expires_at: capture.expires_at.to_string(),
        challenges: Challenge::all(&capture),
        instructions: INSTRUCTIONS,
    }))
}
