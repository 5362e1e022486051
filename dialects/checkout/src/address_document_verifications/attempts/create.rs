//! `POST /address-document-verifications/{address_document_verification_id}/attempts`

use axum::extract::State;
use bonafide_core::evidence::EvidenceKind;
use bonafide_engine::{
    Engine,
    attempts::{self, Brought},
    evidence::Picture,
    verifications,
};
use bonafide_http::{Caller, Created, Form, Path, Refusal, Result, beside, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    super::{ADV, KIND, path},
    of,
};
use crate::shapes::{
    files::{self, Body},
    handed_in::DocumentAttempt,
};

const DOCUMENT: &str = "document";

/// A bill or letter in JSON.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewAddressDocumentAttempt {
    /// JPEG, PNG or PDF of at most 10 MiB, in base64 or as a data URI. Of a PDF its first two pages are read.
    #[schema(min_length = 1, max_length = 13_981_116)]
    document: String,
}

/// The same in a form.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the form; its part is read by itself")]
pub(crate) struct NewAddressDocumentForm {
    /// JPEG, PNG or PDF of at most 10 MiB. Of a PDF its first two pages are read.
    #[schema(format = Binary, min_length = 1)]
    document: String,
}

/// Create an attempt
///
/// Brings the document, and the checks begin at once. By sending it you vouch that the applicant has agreed to it. 409 unless the
/// verification is `created` or `retry_required`; 422 for a file that is no picture or PDF, or is protected by a password.
#[operation(
    post,
    "/address-document-verifications/{address_document_verification_id}/attempts",
    tag = "Address document verifications",
    id = "createAddressDocumentVerificationAttempt",
    scope = "verifications:write",
    cost = 5,
    params(("address_document_verification_id" = String, Path, max_length = 255, pattern = r"^adv_\w+$")),
    request_body(content(
        (NewAddressDocumentAttempt = "application/json"),
        (NewAddressDocumentForm = "multipart/form-data"),
    )),
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<NewAddressDocumentAttempt>,
) -> Result<Created<DocumentAttempt>> {
    let id = ADV.read(&id)?;
    let bytes = match body {
        Body::Json(json) => beside(json.document.len(), move || json.read()).await?,
        Body::Form(form) => beside(files::bytes(&form), move || of_form(form)).await?,
    };
    verifications::expect(&engine, &caller, KIND, id).await?;
    let picture = Picture { field: DOCUMENT.to_owned(), bytes };
    let brought = vec![Brought { kind: EvidenceKind::AddressDocument, picture }];
    let made = attempts::create_with_pictures(&engine, &caller, id, brought, None).await?;
    Ok(Created(DocumentAttempt::of(of(id, &path(id)), &engine, &made)))
}

impl NewAddressDocumentAttempt {
    fn read(self) -> Result<Vec<u8>, Refusal> {
        let mut problems = vec![];
        let bytes = files::of_text(DOCUMENT, &self.document, &mut problems);
        if problems.is_empty() { Ok(bytes) } else { Err(problems.into()) }
    }
}

fn of_form(mut form: Form) -> Result<Vec<u8>, Refusal> {
    let mut problems = vec![];
    form.only(&[DOCUMENT], &mut problems);
    let bytes = files::required(&mut form, DOCUMENT, &mut problems);
    if problems.is_empty() { Ok(bytes) } else { Err(problems.into()) }
}
