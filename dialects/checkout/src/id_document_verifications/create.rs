//! `POST /id-document-verifications`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    verifications::{self, NewVerification, Subject},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{IdDocumentVerification, KIND};
use crate::{
    NAME,
    extract::applicant,
    identity_verifications::of_applicant,
    journeys,
    shapes::declared::{Kept, NewDeclaredData, NewHolder},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateIdDocumentVerification {
    #[schema(max_length = 255, example = "aplt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    applicant_id: String,
    /// One of your policies. What it asks of a face is not asked.
    #[schema(max_length = 255, example = "usj_00000000000000000000000000")]
    user_journey_id: String,
    /// Nothing is compared when absent.
    declared_data: Option<NewHolder>,
    /// Where the events of this verification are sent, in the native format, beside the webhooks that are registered.
    #[schema(format = "uri", max_length = 2048)]
    webhook_url: Option<String>,
}

/// Create an ID document verification
///
/// Of an applicant whose document you have pictures of. It waits for an attempt that brings them: see `POST
/// /id-document-verifications/{id_document_verification_id}/attempts`.
#[operation(
    post,
    "/id-document-verifications",
    tag = "ID document verifications",
    id = "createIdDocumentVerification",
    scope = "verifications:write"
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<CreateIdDocumentVerification>,
) -> Result<Created<IdDocumentVerification>> {
    let declared = asked.declared_data.map(NewDeclaredData::from);
    if let Some(declared) = &declared {
        let mut problems = vec![];
        declared.check(engine.now(), &mut problems);
        if !problems.is_empty() {
            return Err(problems.into());
        }
    }
    let client = applicant(&engine, &caller, &asked.applicant_id).await?;
    let policy = journeys::policy(&engine, &caller, Some(&asked.user_journey_id)).await?;
    let name = declared.as_ref().map(|declared| declared.name().to_owned());
    let new = NewVerification {
        dialect: NAME,
        policy,
        subject: Subject { name, ..Subject::default() },
        declared_identity: declared.map(|declared| declared.declared(Kept::default())),
        webhook_url: asked.webhook_url,
        ..NewVerification::default()
    };
    let new = of_applicant(&engine, &caller, client, KIND, new).await?;
    let made = verifications::create_with_pictures(&engine, &caller, KIND, new).await;
    let id = made.map_err(journeys::named)?;
    Ok(Created(IdDocumentVerification::read(&engine, &caller, id).await?))
}
