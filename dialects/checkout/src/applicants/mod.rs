//! The people whose identity is verified.

pub(crate) mod anonymize;
pub(crate) mod create;
pub(crate) mod read;
pub(crate) mod update;

use bonafide_engine::{
    Engine,
    clients::{Client, Details},
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{
    answer::{Link, SelfLink, time},
    extract::APPLICANT,
};

/// An applicant. What is not known, or was removed, is left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct Applicant {
    #[schema(example = "aplt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    #[schema(format = DateTime)]
    created_on: String,
    #[schema(format = DateTime)]
    modified_on: String,
    /// What your own systems call the applicant. It stays when personal data is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_applicant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_applicant_name: Option<String>,
    #[serde(rename = "_links")]
    links: SelfLink,
}

impl Applicant {
    fn of(engine: &Engine, client: Client) -> Self {
        let Client { content, created_at, updated_at, .. } = client;
        let id = APPLICANT.show(client.id);
        let Details { name_first, name_last, email, external_id, .. } = content.details;
        let names: Vec<String> = [name_first, name_last].into_iter().flatten().collect();
        Self {
            created_on: time(created_at),
            modified_on: time(updated_at),
            external_applicant_id: external_id,
            email,
            // Records that were made through another API have two names.
            external_applicant_name: Some(names.join(" ")).filter(|name| !name.is_empty()),
            links: SelfLink { this: Link::to(engine, &format!("/applicants/{id}")) },
            id,
        }
    }
}

/// A member that may be there and null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// What may be said of an applicant at any time. Null is as good as nothing.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct ApplicantFields {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = IdnEmail, max_length = 254, example = "hannah.bret@example.com")]
    email: Option<Option<String>>,
    /// Removed with the rest of the personal data.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 2, max_length = 255, example = "Hannah Bret")]
    external_applicant_name: Option<Option<String>>,
}

impl ApplicantFields {
    /// Sets what is there; null clears.
    fn apply(self, to: &mut Details) {
        if let Some(email) = self.email {
            to.email = email;
        }
        if let Some(name) = self.external_applicant_name {
            (to.name_first, to.name_last) = (None, name);
        }
    }
}
