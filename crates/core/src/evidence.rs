//! What a person hands over.

use serde::{Deserialize, Serialize};

use crate::{document::Side, words::words};

words! {
    pub enum EvidenceKind {
        DocumentFront = "document_front",
        DocumentBack = "document_back",
        Selfie = "selfie",
        /// A frame of a liveness capture, in the order it was taken.
        LivenessFrame = "liveness_frame",
        /// The portrait cut from the document: made by us, from `DocumentFront`.
        Portrait = "portrait",
        /// That somebody died, of an estate.
        DeathCertificate = "death_certificate",
        /// That the person may act for an estate.
        ProofOfAuthority = "proof_of_authority",
        /// A page of a bill or letter that says where somebody lives, in the order of its pages.
        AddressDocument = "address_document",
    }
}

impl EvidenceKind {
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
