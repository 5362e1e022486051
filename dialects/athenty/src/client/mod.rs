//! The people and businesses that an organization keeps a record of.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod update;

use bonafide_core::client::MemberType;
use bonafide_engine::clients;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A client. What is not known is left out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Client {
    #[schema(example = "clt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    #[schema(example = "org_01kt1gw6g0fmj99z5sfwzpmy4a")]
    org_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_first: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_last: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    member_type: MemberType,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CA")]
    country: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object, required = false)]
    metadata: Map<String, Value>,
    active: bool,
    /// How many requests were created for this client.
    request_count: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

impl Client {
    fn of(client: clients::Client) -> Self {
        let clients::Client { id, organization, content, request_count, created_at, .. } = client;
        let clients::Content { member_type, active, details, metadata } = content;
        Self {
            id: format!("clt_{id}"),
            org_id: format!("org_{organization}"),
            name_first: details.name_first,
            name_last: details.name_last,
            business_name: details.business_name,
            email: details.email,
            phone: details.phone,
            external_id: details.external_id,
            member_type,
            address_line1: details.address_line1,
            address_line2: details.address_line2,
            city: details.city,
            region: details.region,
            postal_code: details.postal_code,
            country: details.country,
            metadata,
            active,
            request_count,
            created_at: created_at.to_string(),
        }
    }
}
