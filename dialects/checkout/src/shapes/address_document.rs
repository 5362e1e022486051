//! What was read from a document that shows where somebody lives.

use bonafide_core::document::{AddressDocumentType, DocumentReading, FieldName};
use serde::Serialize;
use utoipa::ToSchema;

/// A bill or a letter. What was not read is left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddressDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    document_type: Option<AddressDocumentType>,
    /// Who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Northwick Water plc")]
    issuer: Option<String>,
    /// Whom it is addressed to, without titles.
    full_names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    issue_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address: Option<ReadAddress>,
}

/// An address in the parts that its country writes.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReadAddress {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "17 Mill Lane")]
    address_line1: Option<String>,
    /// A flat, a building, somebody else's door.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Flat 4")]
    address_line2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "LEEDS")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "LS6 2AB")]
    zip: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "GB")]
    country: Option<String>,
}

impl AddressDocument {
    /// None of a page of which nothing was read.
    pub(crate) fn of(reading: &DocumentReading) -> Option<Self> {
        if reading.fields.is_empty() {
            return None;
        }
        let text = |name| reading.get(name).map(|field| field.value.clone());
        let address = ReadAddress {
            address_line1: text(FieldName::Street),
            address_line2: text(FieldName::AddressExtra),
            city: text(FieldName::City),
            state: text(FieldName::State),
            zip: text(FieldName::PostalCode),
            country: text(FieldName::AddressCountry),
        };
        Some(Self {
            document_type: text(FieldName::DocumentSubtype).as_deref().and_then(AddressDocumentType::parse),
            issuer: text(FieldName::IssuingAuthority),
            full_names: reading.believed(FieldName::FullName).map(|field| field.value.clone()).collect(),
            issue_date: text(FieldName::IssuedAt),
            address: (address.zip.is_some() || address.address_line1.is_some()).then_some(address),
        })
    }
}
