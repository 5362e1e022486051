//! AML verifications: is the applicant on a list of sanctions, and from now on?

pub(crate) mod create;
pub(crate) mod read;

use bonafide_core::aml::AmlStatus;
use bonafide_engine::{Engine, aml::Aml};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    answer::{Link, time},
    extract::{APPLICANT, Resource},
};

pub(crate) const AML: Resource = Resource::new("amlv_", "AML verification");

bonafide_http::vocabulary!(
    pub(crate) AmlState: "How an AML verification stands. With `review_required` somebody has to look: there are hits, or \
        nobody can say that there are none.",
    AmlStatus::ALL.map(AmlStatus::as_str)
);

/// An applicant compared with the lists.
#[derive(Serialize, ToSchema)]
pub(crate) struct AmlVerification {
    #[schema(example = "amlv_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    #[schema(format = DateTime, example = "2025-07-21T17:32:28.000000Z")]
    created_on: String,
    #[schema(format = DateTime, example = "2025-07-21T17:40:32.000000Z")]
    modified_on: String,
    #[schema(value_type = AmlState)]
    status: AmlStatus,
    applicant_id: String,
    search_parameters: SearchParameters,
    /// Whether the applicant is compared again when a list changes.
    monitored: bool,
    #[serde(rename = "_links")]
    links: AmlLinks,
}

/// What is searched.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SearchParameters {
    /// Your word for the configuration of the search. It is given back and changes nothing: every list of this server is
    /// searched, with the tolerance that your weights say.
    #[schema(min_length = 1, max_length = 255, example = "standard")]
    configuration_identifier: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AmlLinks {
    #[serde(rename = "self")]
    this: Link,
    applicant: Link,
}

impl AmlVerification {
    fn of(engine: &Engine, aml: Aml) -> Self {
        let (id, applicant_id) = (AML.show(aml.id), APPLICANT.show(aml.client));
        Self {
            created_on: time(aml.created_at),
            modified_on: time(aml.updated_at),
            status: aml.status,
            search_parameters: SearchParameters { configuration_identifier: aml.configuration },
            monitored: aml.monitored,
            links: AmlLinks {
                this: Link::to(engine, &format!("/aml-verifications/{id}")),
                applicant: Link::to(engine, &format!("/applicants/{applicant_id}")),
            },
            id,
            applicant_id,
        }
    }
}
