//! AML verifications as whoever reviews them sees them.

pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod review;

use bonafide_core::aml::AmlStatus;
use bonafide_engine::aml::{self, Aml};
use serde::Serialize;
use utoipa::ToSchema;

use crate::verifications::shapes::Screening;

bonafide_http::vocabulary!(
    pub(crate) AmlState: "How an AML verification stands.",
    AmlStatus::ALL.map(AmlStatus::as_str)
);
bonafide_http::vocabulary!(
    pub(crate) AmlReason: "Why it is decided so.",
    aml::GROUNDS.map(bonafide_core::review::Grounds::as_str)
);

/// How a client stands that is compared with the lists; says nothing of who they are.
#[derive(Serialize, ToSchema)]
pub(crate) struct AmlItem {
    id: String,
    /// The record of the client.
    client: String,
    #[schema(value_type = AmlState)]
    status: AmlStatus,
    /// Whether the client is compared again when a list changes.
    monitored: bool,
    /// The caller's word for the configuration of the search.
    configuration: String,
    /// How many hits count; absent where nobody can say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    hits: Option<u64>,
    /// Counts the changes: a review is of the one that was read.
    #[schema(minimum = 1)]
    version: i64,
    /// Whether the personal data of the client was erased.
    anonymized: bool,
    created_at: String,
    updated_at: String,
    /// When the lists were last searched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    screened_at: Option<String>,
}

/// A client compared with the lists, and what humans said of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AmlVerification {
    #[serde(flatten)]
    item: AmlItem,
    /// The last search; absent before, without lists, and where the client was anonymized.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    screening: Option<Screening>,
    /// What was decided by humans, oldest first.
    reviews: Vec<AmlReviewed>,
    /// The word of one reviewer that waits for another's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    proposal: Option<AmlProposal>,
}

/// What a human decided.
#[derive(Serialize, ToSchema)]
pub(crate) struct AmlReviewed {
    /// `approve` or `decline`.
    verdict: &'static str,
    #[schema(value_type = AmlReason)]
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<String>,
    /// As in the audit log.
    by: String,
    at: String,
}

/// What a human proposed.
#[derive(Serialize, ToSchema)]
pub(crate) struct AmlProposal {
    /// `approve` or `decline`.
    verdict: &'static str,
    #[schema(value_type = AmlReason)]
    reason: &'static str,
    /// Whose word it is; another credential has to say the same.
    credential: String,
    at: String,
}

impl From<&Aml> for AmlItem {
    fn from(aml: &Aml) -> Self {
        Self {
            id: aml.id.to_string(),
            client: aml.client.to_string(),
            status: aml.status,
            monitored: aml.monitored,
            configuration: aml.configuration.clone(),
            hits: aml.hits,
            version: aml.version,
            anonymized: aml.anonymized,
            created_at: aml.created_at.to_string(),
            updated_at: aml.updated_at.to_string(),
            screened_at: aml.screened_at.map(|at| at.to_string()),
        }
    }
}

impl From<Aml> for AmlVerification {
    fn from(aml: Aml) -> Self {
        let item = AmlItem::from(&aml);
        let reviews = aml.reviews.into_iter().map(|said| AmlReviewed {
            verdict: said.verdict.as_str(),
            reason: said.reason.as_str(),
            note: said.note,
            by: said.by,
            at: said.at.to_string(),
        });
        Self {
            item,
            screening: aml.screened.map(|screened| Screening::of(&screened, &[])),
            reviews: reviews.collect(),
            proposal: aml.proposal.map(|said| AmlProposal {
                verdict: said.verdict.as_str(),
                reason: said.reason.as_str(),
                credential: said.credential.to_string(),
                at: said.at.to_string(),
            }),
        }
    }
}
