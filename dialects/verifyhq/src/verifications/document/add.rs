//! `POST /verifications/document`

use axum::extract::State;
use bonafide_core::{
    country::country,
    problem::{Problem, Rule},
};
use bonafide_engine::{
    Engine,
    evidence::{self, Picture, WholeDocument},
    verifications,
};
use bonafide_http::{Caller, Created, Form, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::DocumentVerification;
use crate::{
    extract::{from_server, picture, required_picture, user_id},
    verifications::{hand_in, identity::active},
    words::{DocumentKind, Tier},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents the form; its parts are read one by one")]
pub(crate) struct NewDocument {
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]{1,64}$")]
    user_id: String,
    document_type: DocumentKind,
    /// ISO 3166-1 alpha-2, for instance `US`. What counts is what the document says itself.
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$")]
    document_country: String,
    /// Up to 10 MB. JPEG, PNG or WebP, by what it holds and not by its name; HEIC is refused (422): export it as JPEG.
    #[schema(format = Binary, min_length = 1)]
    front_image: String,
    /// Of a card.
    #[schema(format = Binary, min_length = 1)]
    back_image: Option<String>,
}

/// Hand over a document
///
/// It goes to the verification that the user has not finished; where there is none, one of the tier `BASIC` is started for
/// it. A newer document takes the place of an earlier one, with both its sides. Once everything is there that the tier asks
/// for, the checks begin by themselves; read the document later, or have a webhook told.
///
/// By sending it you vouch that the person has agreed to being verified; that is recorded as the consent, with your key.
#[operation(post, "/verifications/document", tag = "Document Verification", id = "document_verification_create",
    scope = "verifications:write", cost = 5,
    request_body(content = NewDocument, content_type = "multipart/form-data"))]
pub(crate) async fn add(
    State(engine): State<Engine>,
    caller: Caller,
    mut form: Form,
) -> Result<Created<DocumentVerification>> {
    let mut problems = vec![];
    form.only(&["userId", "documentType", "documentCountry", "frontImage", "backImage"], &mut problems);
    let user = form.required("userId", &mut problems);
    let kind = form.required("documentType", &mut problems);
    let issuer = form.required("documentCountry", &mut problems);
    let front = required_picture(&mut form, "frontImage", &mut problems)?;
    let back = picture(&mut form, "backImage", &mut problems)?;
    let known = DocumentKind::parse(&kind);
    if known.is_none() && !kind.is_empty() {
        let all = DocumentKind::ALL.map(|(_, word)| word).join(", ");
        problems.push(Problem::new("documentType", Rule::Enum, format!("must be one of {all}")));
    }
    if !issuer.is_empty() && country(&issuer).is_none_or(|found| found.code != issuer) {
        let message = "must be a country as ISO 3166-1 alpha-2 has it, two capital letters";
        problems.push(Problem::new("documentCountry", Rule::Format, message));
    }
    let (true, Some(kind)) = (problems.is_empty(), known) else { return Err(problems.into()) };
    user_id(&user)?;

    let caller = from_server(&caller);
    let id = active(&engine, &caller, Tier::Basic, user).await?;
    verifications::consent(&engine, &caller, id, true).await?;
    let document = WholeDocument {
        document_type: kind.core(),
        country: issuer,
        front: Picture { field: "frontImage".to_owned(), bytes: front },
        back: back.map(|bytes| Picture { field: "backImage".to_owned(), bytes }),
    };
    let added = evidence::accept_whole_document(&engine, &caller, id, document).await?;
    let document = evidence::document(&engine, &caller, added).await?;
    let answer = DocumentVerification::of(&engine, &document).just_taken();
    hand_in(&engine, &caller, id).await?;
    Ok(Created(answer))
}

impl DocumentVerification {
    /// The vendor answers `PENDING` to what was just handed over.
    fn just_taken(self) -> Self {
        Self { status: crate::words::DocumentStatus::Pending, extracted_data: None, confidence: None, ..self }
    }
}
