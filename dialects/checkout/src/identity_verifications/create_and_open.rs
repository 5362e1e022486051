//! `POST /create-and-open-idv`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{
    Engine,
    attempts::{self, NewAttempt},
    clients::{Content, Details},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{Asked, IdentityVerification};
use crate::{
    extract::applicant,
    journeys,
    shapes::declared::{NewDeclaredData, PhoneNumber},
    standing::Standing,
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateAndOpen {
    declared_data: NewDeclaredData,
    /// Where the person goes afterwards.
    #[schema(format = "uri", min_length = 8, max_length = 2048, pattern = "^https?://")]
    redirect_url: String,
    /// A new applicant is made when absent.
    #[schema(max_length = 255)]
    applicant_id: Option<String>,
    /// One of your policies; your default one when absent.
    #[schema(max_length = 255)]
    user_journey_id: Option<String>,
    phone_number: Option<PhoneNumber>,
    /// Where the events of this verification are sent, in the native format, beside the webhooks that are registered.
    #[schema(format = "uri", max_length = 2048)]
    webhook_url: Option<String>,
}

/// Create an identity verification and an attempt
///
/// The person goes to `_links.verification_url`, which is good for a quarter of an hour. Both are made or none.
#[operation(
    post,
    "/create-and-open-idv",
    tag = "Identity verifications",
    id = "createAndOpenIdentityVerification",
    scope = "verifications:write"
)]
pub(crate) async fn create_and_open(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<CreateAndOpen>,
) -> Result<Created<IdentityVerification>> {
    let CreateAndOpen {
        declared_data,
        redirect_url,
        applicant_id,
        user_journey_id,
        phone_number,
        webhook_url,
    } = asked;
    let redirect_url = Some(redirect_url);
    let attempt = NewAttempt {
        redirect_url: redirect_url.clone(),
        phone_number: json!(phone_number.clone().map(PhoneNumber::normal)),
        ..NewAttempt::default()
    };
    let details = Details {
        name_last: Some(declared_data.name().to_owned()),
        email: declared_data.email().map(str::to_owned),
        ..Details::default()
    };
    let person = Content { details, ..Content::default() };
    let asked = Asked { declared_data, redirect_url, phone_number, webhook_url };
    asked.check(&engine)?;
    let policy = journeys::policy(&engine, &caller, user_journey_id.as_deref()).await?;
    let new = asked.read(policy);
    let (client, new) = match &applicant_id {
        Some(id) => {
            let client = applicant(&engine, &caller, id).await?;
            (None, super::of_applicant(&engine, &caller, client, Kind::IdentityVerification, new).await?)
        }
        None => (Some(person), new),
    };
    let made =
        attempts::create_and_open(&engine, &caller, client, new, attempt).await.map_err(journeys::named)?;
    let standing = Standing::read(&engine, &caller, Kind::IdentityVerification, made.verification).await?;
    Ok(Created(IdentityVerification::of(&engine, &caller, &standing, made.url).await?))
}
