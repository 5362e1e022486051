//! Whom the organization does not want to see again: faces, document numbers, names.

pub(crate) mod add;
pub(crate) mod list;
pub(crate) mod remove;

use bonafide_core::id::BlockedId;
use bonafide_engine::{
    Error,
    block_list::{self, Kind},
};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

bonafide_http::vocabulary!(
    pub(crate) BlockedKind: "What an entry of the block list is of.",
    Kind::ALL.map(|word| word.as_str())
);

/// An entry of the block list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Blocked {
    id: String,
    #[schema(value_type = BlockedKind)]
    kind: &'static str,
    /// Where it was taken from; absent of what was typed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<String>,
    /// Whether it stays when the person it was taken from is anonymized. What was typed in stays.
    lasting: bool,
    /// The country that issued a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    /// The end of a number; the whole of it is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_with: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    reason: String,
    /// As in the audit log.
    added_by: String,
    added_at: String,
}

impl Blocked {
    fn of(entry: block_list::Blocked) -> Self {
        Self {
            id: entry.id.to_string(),
            kind: entry.kind.as_str(),
            verification: entry.verification.map(|id| id.to_string()),
            lasting: entry.person.is_none(),
            country: entry.country,
            ends_with: entry.ends_with,
            name: entry.name,
            birth_date: entry.birth_date,
            reason: entry.reason,
            added_by: entry.added_by,
            added_at: entry.added_at.to_string(),
        }
    }
}

fn blocked_id(text: &str) -> Result<BlockedId> {
    Ok(text.parse().map_err(|_| Error::NotFound("entry"))?)
}
