//! What a person hands over.

use serde::{Deserialize, Serialize};

use crate::document::Side;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    DocumentFront,
    DocumentBack,
    Selfie,
    /// A frame of a liveness capture, in the order it was taken.
    LivenessFrame,
    /// The portrait cut from the document: made by us, from `DocumentFront`.
    Portrait,
}

impl EvidenceKind {
    pub const ALL: [Self; 5] =
        [Self::DocumentFront, Self::DocumentBack, Self::Selfie, Self::LivenessFrame, Self::Portrait];

    /// The stored form; also the `kind` bound into the ciphertext.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DocumentFront => "document_front",
            Self::DocumentBack => "document_back",
            Self::Selfie => "selfie",
            Self::LivenessFrame => "liveness_frame",
            Self::Portrait => "portrait",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }

    pub const fn document(side: Side) -> Self {
        match side {
            Side::Front => Self::DocumentFront,
            Side::Back => Self::DocumentBack,
        }
    }
}

/// Where the device said it was when the evidence was taken: WGS 84 degrees. Personal data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub latitude: f64,
    pub longitude: f64,
}

impl Position {
    pub fn is_on_earth(self) -> bool {
        (-90.0..=90.0).contains(&self.latitude) && (-180.0..=180.0).contains(&self.longitude)
    }
}
