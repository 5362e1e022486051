//! Identity verifications: who is this?

pub(crate) mod anonymize;
pub(crate) mod attempts;
pub(crate) mod create;
pub(crate) mod create_and_open;
pub(crate) mod pdf_report;
pub(crate) mod read;

use bonafide_core::{
    finding::Code,
    id::{ClientId, VerificationId},
    problem::Problem,
    verification::Kind,
};
use bonafide_engine::{
    Caller, Engine, clients,
    evidence::signed,
    verifications::{NewVerification, Subject, View},
};
use bonafide_http::{Refusal, Result};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    NAME,
    answer::time,
    extract::Resource,
    journeys,
    response_codes::ResponseCode,
    scenarios,
    shapes::{
        attempt::check_address,
        declared::{DeclaredData, Kept, NewDeclaredData, PhoneNumber},
        document::{Document, Face, Holder, has_pictures},
        links::VerificationLinks,
    },
    standing::Standing,
    words::{IdentityState, VerificationStatus},
};

pub(crate) const IDV: Resource = Resource::new("idv_", "identity verification");

/// A verification of who somebody is. What has no value is left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityVerification {
    #[schema(example = "idv_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    #[schema(format = DateTime, example = "2025-07-21T17:32:28.000000Z")]
    created_on: String,
    #[schema(format = DateTime, example = "2025-07-21T17:40:32.000000Z")]
    modified_on: String,
    applicant_id: String,
    /// The policy that it was made with.
    user_journey_id: String,
    #[schema(value_type = IdentityState)]
    status: VerificationStatus,
    /// Why it stands so.
    response_codes: Vec<ResponseCode>,
    /// Information alone: they change no status.
    risk_labels: Vec<RiskLabel>,
    /// Once it is approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    verified_identity: Option<Holder>,
    declared_data: DeclaredData,
    documents: Vec<Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    face: Option<Face>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    phone_number: Option<PhoneNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    webhook_url: Option<String>,
    #[serde(rename = "_links")]
    links: VerificationLinks,
}

/// `multiple_faces_detected`: more than one face was in a picture of the capture. The vendor publishes two more words without
/// what they mean; this server never says them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RiskLabel {
    MultipleFacesDetected,
    #[expect(dead_code, reason = "published, never said")]
    MccNotConfident,
    #[expect(dead_code, reason = "published, never said")]
    RiskyDocumentFormat,
}

pub(crate) fn risk_labels(view: &View) -> Vec<RiskLabel> {
    let mut reasons = view.findings.iter().flat_map(|finding| &finding.reasons);
    let several = reasons.any(|reason| reason.code == Code::SeveralFaces);
    several.then_some(RiskLabel::MultipleFacesDetected).into_iter().collect()
}

/// The path of one.
pub(crate) fn path(id: VerificationId) -> String {
    format!("/identity-verifications/{}", IDV.show(id))
}

impl IdentityVerification {
    pub(crate) async fn read(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Self> {
        let standing = Standing::read(engine, caller, Kind::IdentityVerification, id).await?;
        Self::of(engine, caller, &standing, None).await
    }

    /// `verification_url`: where the person goes, in the answer that made the attempt.
    pub(crate) async fn of(
        engine: &Engine,
        caller: &Caller,
        standing: &Standing,
        verification_url: Option<String>,
    ) -> Result<Self> {
        let view = &standing.view;
        let (mut documents, mut face) = (vec![], None);
        if has_pictures(view) {
            let signer = signed::signer(engine, caller).await?;
            documents.extend(Document::of(view, &signer)?);
            face = Face::of(view, &signer)?;
        }
        let private = view.private.as_ref();
        let declared = private.and_then(|private| private.declared_identity.as_ref());
        let kept = declared.map(Kept::of).unwrap_or_default();
        let applicant_id = standing.applicant();
        Ok(Self {
            id: IDV.show(view.id),
            created_on: time(view.created_at),
            modified_on: time(standing.modified_at()),
            user_journey_id: journeys::shown(view.policy),
            status: standing.status(),
            response_codes: standing.response_codes(),
            risk_labels: risk_labels(view),
            verified_identity: Holder::verified(view),
            declared_data: declared.map(DeclaredData::of).unwrap_or_default(),
            documents,
            face,
            redirect_url: kept.redirect_url,
            phone_number: kept.contact,
            webhook_url: private.and_then(|private| private.webhook_url.clone()),
            links: VerificationLinks::of(engine, &path(view.id), &applicant_id, verification_url),
            applicant_id,
        })
    }
}

/// What both ways to make one take.
struct Asked {
    declared_data: NewDeclaredData,
    redirect_url: Option<String>,
    phone_number: Option<PhoneNumber>,
    webhook_url: Option<String>,
}

impl Asked {
    /// What a schema cannot say.
    fn check(&self, engine: &Engine) -> Result<(), Refusal> {
        let mut problems: Vec<Problem> = vec![];
        self.declared_data.check(engine.now(), &mut problems);
        check_address("redirect_url", self.redirect_url.as_deref(), &mut problems);
        if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
    }

    /// For the engine: for a client's record, under a policy.
    fn read(self, policy: Option<String>) -> NewVerification {
        let subject = Subject {
            name: Some(self.declared_data.name().to_owned()),
            email: self.declared_data.email().map(str::to_owned),
            phone: self.declared_data.phone(),
        };
        let kept = Kept {
            redirect_url: self.redirect_url,
            contact: self.phone_number.map(PhoneNumber::normal),
            ..Kept::default()
        };
        NewVerification {
            dialect: NAME,
            policy,
            subject,
            declared_identity: Some(self.declared_data.declared(kept)),
            webhook_url: self.webhook_url,
            ..NewVerification::default()
        }
    }
}

/// The same of an applicant, under the name that the caller has for them, which in a sandbox says what comes of it.
pub(crate) async fn of_applicant(
    engine: &Engine,
    caller: &Caller,
    client: ClientId,
    kind: Kind,
    new: NewVerification,
) -> Result<NewVerification> {
    let details = clients::read(engine, caller, client).await?.content.details;
    let user_id = details.external_id.unwrap_or_default();
    let settings = scenarios::settings(caller, kind, &user_id, "applicant_id")?;
    Ok(NewVerification { client: Some(client), user_id, settings, ..new })
}
