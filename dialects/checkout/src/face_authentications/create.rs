//! `POST /face-authentications`

use axum::extract::State;
use bonafide_core::{
    problem::{Problem, Rule},
    verification::Kind,
};
use bonafide_engine::{
    Engine,
    verifications::{self, NewVerification},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::FaceAuthentication;
use crate::{NAME, extract::applicant, identity_verifications::of_applicant, journeys};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateFaceAuthentication {
    /// Who was approved before, in an identity verification that was not anonymized since.
    #[schema(max_length = 255, example = "aplt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    applicant_id: String,
    /// One of your policies.
    #[schema(max_length = 255, example = "usj_00000000000000000000000000")]
    user_journey_id: String,
    /// Where the events of this authentication are sent, in the native format, beside the webhooks that are registered.
    #[schema(format = "uri", max_length = 2048)]
    webhook_url: Option<String>,
}

/// Create a face authentication
///
/// Compares the face of whoever comes with the one that the applicant was approved with. It waits for an attempt: see `POST
/// /face-authentications/{face_authentication_id}/attempts`. 422 for an applicant who was not approved, or was anonymized since.
#[operation(
    post,
    "/face-authentications",
    tag = "Face authentications",
    id = "createFaceAuthentication",
    scope = "verifications:write"
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<CreateFaceAuthentication>,
) -> Result<Created<FaceAuthentication>> {
    let client = applicant(&engine, &caller, &asked.applicant_id).await?;
    let policy = journeys::policy(&engine, &caller, Some(&asked.user_journey_id)).await?;
    let Some(identity) = verifications::known(&engine, &caller, client).await? else {
        let message = "was not approved in an identity verification that is still known";
        return Err(Problem::new("applicant_id", Rule::Other, message).into());
    };
    let new = NewVerification {
        dialect: NAME,
        policy,
        webhook_url: asked.webhook_url,
        ..NewVerification::default()
    };
    let new = of_applicant(&engine, &caller, client, Kind::FaceAuthentication, new).await?;
    let id = verifications::authenticate(&engine, &caller, identity, new).await.map_err(journeys::named)?;
    Ok(Created(FaceAuthentication::read(&engine, &caller, id).await?))
}
