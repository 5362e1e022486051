//! `POST /address-document-verifications`

use axum::extract::State;
use bonafide_engine::{
    Engine, clients,
    verifications::{self, NewVerification, Subject},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AddressDocumentVerification, KIND};
use crate::{
    NAME,
    extract::applicant,
    identity_verifications::of_applicant,
    journeys,
    shapes::declared::{Kept, NewDeclaredData, NewResident},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateAddressDocumentVerification {
    #[schema(max_length = 255, example = "aplt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    applicant_id: String,
    /// One of your policies: its countries and its greatest age of a document count. A document may be 92 days old where it says
    /// nothing.
    #[schema(max_length = 255, example = "usj_00000000000000000000000000")]
    user_journey_id: String,
    /// Where the applicant lives, as you know it. Without, the name is compared with the applicant's `external_applicant_name`,
    /// where there is one, and the address with nothing.
    declared_data: Option<NewResident>,
    /// Where the events of this verification are sent, in the native format, beside the webhooks that are registered.
    #[schema(format = "uri", max_length = 2048)]
    webhook_url: Option<String>,
}

/// Create an address document verification
///
/// Of an applicant who gave you a utility bill, a bank's letter, a tax notice or a letter of an authority. It waits for an attempt
/// that brings it: see `POST /address-document-verifications/{address_document_verification_id}/attempts`.
#[operation(
    post,
    "/address-document-verifications",
    tag = "Address document verifications",
    id = "createAddressDocumentVerification",
    scope = "verifications:write"
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<CreateAddressDocumentVerification>,
) -> Result<Created<AddressDocumentVerification>> {
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
    let name = match &declared {
        Some(declared) => Some(declared.name().to_owned()),
        None => {
            let known = clients::read(&engine, &caller, client).await?.content.details;
            let names: Vec<String> = [known.name_first, known.name_last].into_iter().flatten().collect();
            Some(names.join(" ")).filter(|name| !name.is_empty())
        }
    };
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
    Ok(Created(AddressDocumentVerification::read(&engine, &caller, id).await?))
}
