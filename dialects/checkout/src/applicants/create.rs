//! `POST /applicants`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    clients::{self, Content, Details},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Applicant, ApplicantFields};
use crate::scenarios;

/// Nothing is required; an empty body makes an applicant too.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct CreateApplicant {
    /// What your own systems call the applicant, an opaque id. In a sandbox `eaplt_` and 26 characters, filled up with zeros,
    /// choose what comes of their verifications: `eaplt_10000…` are approved, `eaplt_62XXX0…` declined with 62XXX. The first
    /// attempt of `eaplt_61XXXI1…` comes out inconclusive with 61XXX and that of `eaplt_61XXXA1…` is aborted with it, when it is
    /// handed in; the next one is approved, and with `62XXX` in the place of `1` declined. 422 for a code that this server
    /// cannot cause, with those that it can.
    #[schema(max_length = 255, example = "ext_osdfdfdb4hryu5cei5vwoabrk5k")]
    external_applicant_id: Option<String>,
    #[serde(flatten)]
    fields: ApplicantFields,
}

/// Create an applicant
#[operation(post, "/applicants", tag = "Applicants", id = "createApplicant", scope = "verifications:write")]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<CreateApplicant>,
) -> Result<Created<Applicant>> {
    scenarios::check(&caller, new.external_applicant_id.as_deref())?;
    let mut details = Details { external_id: new.external_applicant_id, ..Details::default() };
    new.fields.apply(&mut details);
    let content = Content { details, ..Content::default() };
    Ok(Created(Applicant::of(&engine, clients::create(&engine, &caller, content).await?)))
}
