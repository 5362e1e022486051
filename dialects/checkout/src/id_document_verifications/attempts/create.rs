//! `POST /id-document-verifications/{id_document_verification_id}/attempts`

use axum::extract::State;
use bonafide_core::{
    evidence::EvidenceKind,
    problem::{Problem, Rule},
};
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
    super::{IDDV, KIND},
    of,
};
use crate::{
    id_document_verifications::path,
    shapes::{
        declared::check_country,
        files::{self, Body},
        handed_in::DocumentAttempt,
    },
    words::{DocumentKind, declared_type},
};

const FRONT: &str = "document_front";
const BACK: &str = "document_back";
const TYPE: &str = "document_type";
const COUNTRY: &str = "document_issuing_country";
const SUBDIVISION: &str = "document_issuing_country_subdivision";

/// A document in JSON.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewDocumentAttempt {
    /// JPEG, PNG or PDF of at most 10 MiB, in base64 or as a data URI. Of a PDF its first two pages count: both sides on one page,
    /// or one on each.
    #[schema(min_length = 1, max_length = 13_981_116)]
    document_front: String,
    /// The same of the back of a card.
    #[schema(min_length = 1, max_length = 13_981_116)]
    document_back: Option<String>,
    document_type: Option<DocumentKind>,
    /// ISO 3166-1 alpha-2. What counts is what the document says itself.
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "US")]
    document_issuing_country: Option<String>,
    /// ISO 3166-2, with or without the country. What counts is what the document says itself.
    #[schema(min_length = 1, max_length = 6, pattern = "^[A-Z0-9-]{1,6}$", example = "CA")]
    #[expect(dead_code, reason = "what counts is what the document says itself")]
    document_issuing_country_subdivision: Option<String>,
}

/// The same in a form.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the form; its parts are read one by one")]
pub(crate) struct NewDocumentForm {
    /// JPEG, PNG or PDF of at most 10 MiB. Of a PDF its first two pages count: both sides on one page, or one on each.
    #[schema(format = Binary, min_length = 1)]
    document_front: String,
    /// The same of the back of a card.
    #[schema(format = Binary, min_length = 1)]
    document_back: Option<String>,
    document_type: Option<DocumentKind>,
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "US")]
    document_issuing_country: Option<String>,
    #[schema(min_length = 1, max_length = 6, pattern = "^[A-Z0-9-]{1,6}$", example = "CA")]
    document_issuing_country_subdivision: Option<String>,
}

/// What was sent, however.
struct Sent {
    front: Vec<u8>,
    back: Option<Vec<u8>>,
    document_type: Option<DocumentKind>,
}

/// Create an attempt
///
/// Brings the pictures, and the checks begin at once. By sending them you vouch that the holder has agreed to it. 409 unless the
/// verification is `created` or `retry_required`; 422 for a file that is no picture or PDF, or is protected by a password.
#[operation(
    post,
    "/id-document-verifications/{id_document_verification_id}/attempts",
    tag = "ID document verifications",
    id = "createIdDocumentVerificationAttempt",
    scope = "verifications:write",
    cost = 5,
    params(("id_document_verification_id" = String, Path, max_length = 255, pattern = r"^iddv_\w+$")),
    request_body(content((NewDocumentAttempt = "application/json"), (NewDocumentForm = "multipart/form-data"))),
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<NewDocumentAttempt>,
) -> Result<Created<DocumentAttempt>> {
    let id = IDDV.read(&id)?;
    let Sent { front, back, document_type } = match body {
        Body::Json(json) => beside(json.bytes(), move || json.read()).await?,
        Body::Form(form) => beside(files::bytes(&form), move || of_form(form)).await?,
    };
    verifications::expect(&engine, &caller, KIND, id).await?;
    let file =
        |kind, field: &str, bytes| Brought { kind, picture: Picture { field: field.to_owned(), bytes } };
    let mut brought = vec![file(EvidenceKind::DocumentFront, FRONT, front)];
    brought.extend(back.map(|back| file(EvidenceKind::DocumentBack, BACK, back)));
    let declared = document_type.and_then(declared_type);
    let made = attempts::create_with_pictures(&engine, &caller, id, brought, declared).await?;
    Ok(Created(DocumentAttempt::of(of(id, &path(id)), &engine, &made)))
}

impl NewDocumentAttempt {
    fn bytes(&self) -> usize {
        self.document_front.len() + self.document_back.as_ref().map_or(0, String::len)
    }

    fn read(self) -> Result<Sent, Refusal> {
        let mut problems = vec![];
        check_country(COUNTRY, self.document_issuing_country.as_deref(), &mut problems);
        let front = files::of_text(FRONT, &self.document_front, &mut problems);
        let back = self.document_back.map(|text| files::of_text(BACK, &text, &mut problems));
        let sent = Sent { front, back, document_type: self.document_type };
        if problems.is_empty() { Ok(sent) } else { Err(problems.into()) }
    }
}

fn of_form(mut form: Form) -> Result<Sent, Refusal> {
    let mut problems = vec![];
    form.only(&[FRONT, BACK, TYPE, COUNTRY, SUBDIVISION], &mut problems);
    let front = files::required(&mut form, FRONT, &mut problems);
    let back = files::of_form(&mut form, BACK, &mut problems);
    let word = form.text.get(TYPE).map(|word| (word, DocumentKind::parse(word)));
    if let Some((_, None)) = word {
        problems.push(Problem::new(TYPE, Rule::Enum, "must be one of the types of documents, as published"));
    }
    check_country(COUNTRY, form.text.get(COUNTRY).map(String::as_str), &mut problems);
    let is_part = |text: &String| {
        (1..=6).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
    };
    if form.text.get(SUBDIVISION).is_some_and(|text| !is_part(text)) {
        problems.push(Problem::new(SUBDIVISION, Rule::Pattern, "must match ^[A-Z0-9-]{1,6}$"));
    }
    let sent = Sent { front, back, document_type: word.and_then(|(_, kind)| kind) };
    if problems.is_empty() { Ok(sent) } else { Err(problems.into()) }
}
