//! What a registry answers for.

use serde::{Deserialize, Serialize};

/// One yes or no of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    DocumentNumber,
    DocumentExpiration,
    DocumentIssue,
    /// Licence, permit or identification card.
    DocumentCategory,
    BirthDate,
    Sex,
    EyeColor,
    Height,
    Weight,
    FirstName,
    MiddleName,
    LastName,
    SuffixName,
    Street,
    City,
    State,
    PostalCode,
}

impl Flag {
    pub const ALL: [Self; 17] = [
        Self::DocumentNumber,
        Self::DocumentExpiration,
        Self::DocumentIssue,
        Self::DocumentCategory,
        Self::BirthDate,
        Self::Sex,
        Self::EyeColor,
        Self::Height,
        Self::Weight,
        Self::FirstName,
        Self::MiddleName,
        Self::LastName,
        Self::SuffixName,
        Self::Street,
        Self::City,
        Self::State,
        Self::PostalCode,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DocumentNumber => "document_number",
            Self::DocumentExpiration => "document_expiration",
            Self::DocumentIssue => "document_issue",
            Self::DocumentCategory => "document_category",
            Self::BirthDate => "birth_date",
            Self::Sex => "sex",
            Self::EyeColor => "eye_color",
            Self::Height => "height",
            Self::Weight => "weight",
            Self::FirstName => "first_name",
            Self::MiddleName => "middle_name",
            Self::LastName => "last_name",
            Self::SuffixName => "suffix_name",
            Self::Street => "street",
            Self::City => "city",
            Self::State => "state",
            Self::PostalCode => "postal_code",
        }
    }

    /// The field of the document, as templates name it, that the registry compares for this answer.
    pub const fn field(self) -> &'static str {
        match self {
            Self::DocumentNumber => "document_number",
            Self::DocumentExpiration => "expires_at",
            Self::DocumentIssue => "issued_at",
            Self::DocumentCategory => "document_type",
            Self::BirthDate => "birth_date",
            Self::Sex => "gender",
            Self::EyeColor => "eye_color",
            Self::Height => "height",
            Self::Weight => "weight",
            Self::FirstName => "first_name",
            Self::MiddleName => "middle_name",
            Self::LastName => "last_name",
            Self::SuffixName => "name_suffix",
            Self::Street => "street",
            Self::City => "city",
            Self::State => "state",
            Self::PostalCode => "postal_code",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_ones_that_are_written() {
        for flag in Flag::ALL {
            assert_eq!(serde_json::to_value(flag).unwrap(), flag.as_str());
        }
    }
}
