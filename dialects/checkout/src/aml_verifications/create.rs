//! `POST /aml-verifications`

use axum::extract::State;
use bonafide_engine::{
    Engine, Error,
    aml::{self, NewAml},
    clients,
};
use bonafide_http::{Caller, Created, Json, Refusal, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AmlVerification, SearchParameters};
use crate::{extract::applicant, scenarios};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateAmlVerification {
    /// Whose name is searched.
    #[schema(max_length = 255, example = "aplt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    applicant_id: String,
    search_parameters: SearchParameters,
    /// Whether the applicant is compared again when a list changes, and when their name does; false when absent.
    monitored: Option<bool>,
}

/// Create an AML verification
///
/// Compares the applicant's name with the lists of this server. It is approved where there is no hit, and waits for somebody
/// who looks (`review_required`) where there is one, where there are no lists, and where they are too old. A monitored one
/// waits again when a list brings a hit that was not there before. 422 for an applicant without a name. In a sandbox an
/// applicant's scenario says what comes of it: no hit where it ends in an approval, one hit where it ends in a decline.
#[operation(
    post,
    "/aml-verifications",
    tag = "AML verifications",
    id = "createAmlVerification",
    scope = "verifications:write"
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<CreateAmlVerification>,
) -> Result<Created<AmlVerification>> {
    let client = applicant(&engine, &caller, &asked.applicant_id).await?;
    let details = clients::read(&engine, &caller, client).await?.content.details;
    let new = NewAml {
        client,
        configuration: asked.search_parameters.configuration_identifier,
        monitored: asked.monitored.unwrap_or_default(),
        steered: scenarios::hits(&caller, &details.external_id.unwrap_or_default()),
    };
    let made = aml::create(&engine, &caller, new).await.map_err(named)?;
    Ok(Created(AmlVerification::of(&engine, made)))
}

/// A refusal by the engine, with the field as this API names it.
fn named(error: Error) -> Refusal {
    match error {
        Error::Invalid(mut problems) => {
            for problem in problems.iter_mut().filter(|problem| problem.field == "client") {
                problem.field = "applicant_id".to_owned();
            }
            Error::Invalid(problems).into()
        }
        other => other.into(),
    }
}
