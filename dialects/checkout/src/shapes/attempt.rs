//! Attempts: what is asked for, and what is told of them.

use bonafide_core::{
    attempt::AttemptStatus,
    document::DocumentType,
    id::{AttemptId, VerificationId},
    problem::{Problem, Rule},
    verification::Kind,
};
use bonafide_engine::{
    Caller, Engine,
    attempts::{self, NewAttempt},
    verifications::View,
};
use bonafide_http::{Refusal, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    declared::{Kept, PhoneNumber, check_country},
    page::{Envelope, Page},
};
use crate::{
    answer::{Link, time},
    extract::Resource,
    response_codes::{ResponseCode, response_codes},
    standing::Standing,
    words::{self, AttemptState, DocumentKind},
};

/// A new attempt at an identity verification.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct NewIdentityAttempt {
    /// Where the person goes afterwards; that of the verification when absent.
    #[schema(format = "uri", min_length = 8, max_length = 2048, pattern = "^https?://")]
    redirect_url: Option<String>,
    phone_number: Option<PhoneNumber>,
    client_information: Option<ClientInformation>,
}

/// A new attempt at a face authentication.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct NewFaceAttempt {
    /// Where the person goes afterwards.
    #[schema(format = "uri", min_length = 8, max_length = 2048, pattern = "^https?://")]
    redirect_url: Option<String>,
    phone_number: Option<PhoneNumber>,
    client_information: Option<FaceClientInformation>,
}

/// What you know of the person and their document beforehand.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ClientInformation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "FR")]
    pre_selected_residence_country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "FR")]
    pre_selected_document_issuing_country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pre_selected_document_type: Option<DocumentKind>,
    /// BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", example = "en-US")]
    pre_selected_language: Option<String>,
}

/// What you know of the person beforehand.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct FaceClientInformation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "FR")]
    pre_selected_residence_country: Option<String>,
    /// BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", example = "en-US")]
    pre_selected_language: Option<String>,
}

impl NewIdentityAttempt {
    /// For the engine. What it leaves out is taken from the verification.
    pub(crate) fn read(self, kept: &Kept) -> Result<NewAttempt, Refusal> {
        let mut problems = vec![];
        if let Some(known) = &self.client_information {
            check_country(
                "client_information.pre_selected_residence_country",
                known.pre_selected_residence_country.as_deref(),
                &mut problems,
            );
            check_country(
                "client_information.pre_selected_document_issuing_country",
                known.pre_selected_document_issuing_country.as_deref(),
                &mut problems,
            );
        }
        let redirect_url = self.redirect_url.or_else(|| kept.redirect_url.clone());
        new_attempt(redirect_url, self.phone_number, json!(self.client_information), problems)
    }
}

impl NewFaceAttempt {
    /// For the engine.
    pub(crate) fn read(self) -> Result<NewAttempt, Refusal> {
        let mut problems = vec![];
        if let Some(known) = &self.client_information {
            let field = "client_information.pre_selected_residence_country";
            check_country(field, known.pre_selected_residence_country.as_deref(), &mut problems);
        }
        new_attempt(self.redirect_url, self.phone_number, json!(self.client_information), problems)
    }
}

fn new_attempt(
    redirect_url: Option<String>,
    phone_number: Option<PhoneNumber>,
    client_information: Value,
    mut problems: Vec<Problem>,
) -> Result<NewAttempt, Refusal> {
    check_address("redirect_url", redirect_url.as_deref(), &mut problems);
    if !problems.is_empty() {
        return Err(problems.into());
    }
    Ok(NewAttempt {
        redirect_url,
        phone_number: json!(phone_number.map(PhoneNumber::normal)),
        client_information,
    })
}

/// An address without a host leads nowhere.
pub(crate) fn check_address(field: &str, url: Option<&str>, problems: &mut Vec<Problem>) {
    let named = |rest: &str| !rest.is_empty() && !rest.starts_with(['/', '?', '#']);
    let host = |url: &str| url.split("://").nth(1).is_some_and(named);
    if url.is_some_and(|url| !host(url)) {
        problems.push(Problem::new(
            field,
            Rule::Format,
            "must name a host, as https://example.com/done does",
        ));
    }
}

/// One try of the person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Attempt {
    id: String,
    #[schema(format = DateTime, example = "2025-07-21T17:32:28.000000Z")]
    created_on: String,
    #[schema(format = DateTime, example = "2025-07-21T17:40:32.000000Z")]
    modified_on: String,
    #[schema(value_type = AttemptState)]
    status: AttemptStatus,
    /// Why it came to nothing; of one that was completed, its verification says what came of it.
    response_codes: Vec<ResponseCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Option<PhoneNumber>, nullable = false)]
    phone_number: Value,
    #[serde(skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Option<ClientInformation>, nullable = false)]
    client_information: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    applicant_session_information: Option<SessionInformation>,
    #[serde(rename = "_links")]
    links: AttemptLinks,
}

/// Where it was done, once the person opened the link.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionInformation {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "123.123.123.01")]
    ip_address: Option<String>,
    number_of_sessions: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    initial_device: Option<Device>,
    /// Of a face authentication there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    selected_documents: Vec<SelectedDocument>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SelectedDocument {
    /// ISO 3166-1 alpha-2; absent while it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "FR")]
    country: Option<String>,
    document_type: DocumentKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Device {
    Desktop,
    Mobile,
}

impl Device {
    /// As its browser says.
    fn of(user_agent: &str) -> Self {
        let mobile = ["Mobi", "Android", "iPhone", "iPad"];
        if mobile.iter().any(|word| user_agent.contains(word)) { Self::Mobile } else { Self::Desktop }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AttemptLinks {
    #[serde(rename = "self")]
    this: Link,
    /// Where the person goes, until the link is opened or its quarter of an hour is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    verification_url: Option<Link>,
}

/// A page of attempts.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttemptPage {
    data: Vec<Attempt>,
    #[serde(flatten)]
    envelope: Envelope,
}

/// Whose attempts: a verification, its path, and what its attempts' ids begin with.
#[derive(Clone, Copy)]
pub(crate) struct Of<'a> {
    pub(crate) kind: Kind,
    pub(crate) id: VerificationId,
    pub(crate) path: &'a str,
    pub(crate) resource: Resource,
}

impl Of<'_> {
    /// One of its attempts as it was just made.
    pub(crate) fn shown(self, engine: &Engine, attempt: attempts::Attempt) -> Attempt {
        self.of(engine, attempt, None)
    }

    pub(crate) async fn read(self, engine: &Engine, caller: &Caller, id: AttemptId) -> Result<Attempt> {
        let standing = Standing::read(engine, caller, self.kind, self.id).await?;
        let found = attempts::read(engine, caller, self.id, id).await?;
        Ok(self.of(engine, found, Some(&standing)))
    }

    pub(crate) async fn page(self, engine: &Engine, caller: &Caller, page: Page) -> Result<AttemptPage> {
        let standing = Standing::read(engine, caller, self.kind, self.id).await?;
        let (found, total) = attempts::list(engine, caller, self.id, page.skip.into(), page.limit).await?;
        let data = found.into_iter().map(|attempt| self.of(engine, attempt, Some(&standing))).collect();
        let envelope = Envelope::of(engine, &format!("{}/attempts", self.path), page, total);
        Ok(AttemptPage { data, envelope })
    }

    fn of(self, engine: &Engine, attempt: attempts::Attempt, standing: Option<&Standing>) -> Attempt {
        let id = self.resource.show(attempt.id);
        let response_codes = codes_of(self.kind, &attempt);
        // What the person says that their document is, is known of the last attempt.
        let last = standing.filter(|s| s.attempt.as_ref().is_some_and(|last| last.id == attempt.id));
        let selected = last.and_then(|standing| SelectedDocument::of(&standing.view, &attempt.new));
        let session = attempt.session.map(|session| SessionInformation {
            ip_address: session.address,
            number_of_sessions: session.count,
            initial_device: session.user_agent.as_deref().map(Device::of),
            user_agent: session.user_agent,
            selected_documents: selected.into_iter().collect(),
        });
        Attempt {
            created_on: time(attempt.created_at),
            modified_on: time(attempt.updated_at),
            status: attempt.status,
            response_codes,
            redirect_url: attempt.new.redirect_url,
            phone_number: attempt.new.phone_number,
            client_information: attempt.new.client_information,
            applicant_session_information: session,
            links: AttemptLinks {
                this: Link::to(engine, &format!("{}/attempts/{id}", self.path)),
                verification_url: attempt.url.map(Link::at),
            },
            id,
        }
    }
}

/// Why an attempt came to nothing.
pub(crate) fn codes_of(kind: Kind, attempt: &attempts::Attempt) -> Vec<ResponseCode> {
    match (attempt.status, attempt.outcome) {
        (AttemptStatus::Completed, _) | (_, None) => vec![],
        (_, Some(outcome)) => response_codes(kind, outcome, &attempt.reasons),
    }
}

impl SelectedDocument {
    /// What the person says that their document is.
    fn of(view: &View, new: &NewAttempt) -> Option<Self> {
        let declared = view.private.as_ref()?.declared.filter(|word| *word != DocumentType::Unknown)?;
        let known: Option<ClientInformation> = serde_json::from_value(new.client_information.clone()).ok();
        Some(Self {
            country: known.and_then(|known| known.pre_selected_document_issuing_country),
            document_type: words::document_type(declared),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_says_so() {
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15";
        let pixel =
            "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36";
        let computer = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";
        assert_eq!(
            [iphone, pixel, computer].map(Device::of),
            [Device::Mobile, Device::Mobile, Device::Desktop]
        );
    }

    #[test]
    fn where_a_person_goes_has_a_host() {
        let refused = |url: &str| {
            let mut problems = vec![];
            check_address("redirect_url", Some(url), &mut problems);
            !problems.is_empty()
        };
        assert!(["https:///x", "https://?a", "https://"].into_iter().all(refused));
        assert!(!refused("https://example.com/done?order=7") && !refused("http://localhost"));
    }
}
