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

/// Nothing is required; an empty body makes an applicant too.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct CreateApplicant {
    /// What your own systems call the applicant, an opaque id. In a sandbox it chooses what comes of the verifications.
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
    let mut details = Details { external_id: new.external_applicant_id, ..Details::default() };
    new.fields.apply(&mut details);
    let content = Content { details, ..Content::default() };
    Ok(Created(Applicant::of(&engine, clients::create(&engine, &caller, content).await?)))
}
