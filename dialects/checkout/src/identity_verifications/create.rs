//! `POST /identity-verifications`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Asked, IdentityVerification};
use crate::{
    extract::applicant,
    journeys,
    shapes::declared::{NewDeclaredData, PhoneNumber},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateIdentityVerification {
    #[schema(max_length = 255, example = "aplt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    applicant_id: String,
    declared_data: NewDeclaredData,
    /// One of your policies; your default one when absent.
    #[schema(max_length = 255)]
    user_journey_id: Option<String>,
    /// Where the person goes after an attempt that names no other place.
    #[schema(format = "uri", min_length = 8, max_length = 2048, pattern = "^https?://")]
    redirect_url: Option<String>,
    phone_number: Option<PhoneNumber>,
    /// Where the events of this verification are sent, in the native format, beside the webhooks that are registered.
    #[schema(format = "uri", max_length = 2048)]
    webhook_url: Option<String>,
}

/// Create an identity verification
///
/// Of an applicant. It waits for an attempt: see `POST /identity-verifications/{identity_verification_id}/attempts`.
#[operation(
    post,
    "/identity-verifications",
    tag = "Identity verifications",
    id = "createIdentityVerification",
    scope = "verifications:write"
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<CreateIdentityVerification>,
) -> Result<Created<IdentityVerification>> {
    let CreateIdentityVerification {
        applicant_id,
        declared_data,
        user_journey_id,
        redirect_url,
        phone_number,
        webhook_url,
    } = asked;
    let asked = Asked { declared_data, redirect_url, phone_number, webhook_url };
    asked.check(&engine)?;
    let client = applicant(&engine, &caller, &applicant_id).await?;
    let policy = journeys::policy(&engine, &caller, user_journey_id.as_deref()).await?;
    let new =
        super::of_applicant(&engine, &caller, client, Kind::IdentityVerification, asked.read(policy)).await?;
    let id = verifications::create(&engine, &caller, new).await.map_err(journeys::named)?;
    Ok(Created(IdentityVerification::read(&engine, &caller, id).await?))
}
