//! The result of one check, in the shape every part of the product shares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crate::reason::{Code, Reason};
use crate::{document::Side, words::words};

words! {
    pub enum Check {
        // capture quality
        ImageQuality = "image_quality",
        // document
        IsIdentityDocument = "is_identity_document",
        /// The side that was asked for, of the type that was declared.
        DocumentAsAsked = "document_as_asked",
        DocumentReadable = "document_readable",
        DocumentExpired = "document_expired",
        /// The dates can be true together: birth before issue before expiry, none of them absurd.
        DateConsistency = "date_consistency",
        RequiredFields = "required_fields",
        SuspiciousWords = "suspicious_words",
        ImageManipulation = "image_manipulation",
        OnlineDuplication = "online_duplication",
        /// The policy takes documents of this country, type and age.
        DocumentAccepted = "document_accepted",
        /// The document's number came before, with another name, birth date or face.
        IdentityConflict = "identity_conflict",
        /// The holder is as old as the policy asks.
        MinimumAge = "minimum_age",
        /// The face, the document's number or the holder's name is on the organization's block list.
        BlockList = "block_list",
        PortraitFound = "portrait_found",
        MrzCheckDigits = "mrz_check_digits",
        /// The issuer's signature in the document's own code, and what it vouches for against the page: 2D-Doc.
        DocumentSeal = "document_seal",
        // cross-checks
        DocumentNumberCrosscheck = "document_number_crosscheck",
        NameCrosscheck = "name_crosscheck",
        AddressCrosscheck = "address_crosscheck",
        BirthDateCrosscheck = "birth_date_crosscheck",
        // face
        FaceQuality = "face_quality",
        FaceMatch = "face_match",
        /// The selfie is a photograph of its own, and not the document's picture or a part of it.
        SelfieSource = "selfie_source",
        /// The face is known under another name or birth date.
        KnownFace = "known_face",
        /// The age a network estimates against the document's, where it was given a weight; everywhere, whether a child's
        /// face came with an adult's document.
        AgeEstimate = "age_estimate",
        /// The gender a network estimates against the document's. Only where it was given a weight.
        GenderEstimate = "gender_estimate",
        // liveness
        PassiveLiveness = "passive_liveness",
        ActiveLiveness = "active_liveness",
        // outside sources
        Sanctions = "sanctions",
        Registry = "registry",
        /// Where the device said it was, where its address is used, and where the other captures were made.
        Location = "location",
        /// How often and how fast this person, device and address came lately.
        Activity = "activity",
        // steps
        /// What the person said of themselves against their document; also what they left open.
        Declaration = "declaration",
        /// Whether they said something that a human has to weigh: an office, somebody behind them, means that do not fit.
        DeclaredRisk = "declared_risk",
        /// The names that they gave beside their own, compared with the lists.
        RelatedScreening = "related_screening",
    }
}

words! {
    pub enum Outcome {
        Clear = "clear",
        /// A person should look.
        Consider = "consider",
        Fail = "fail",
        /// The check did not run, or could not tell. Never a reason to approve.
        NotAssessed = "not_assessed",
    }
}

/// The model that gave a score: enough to reproduce it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRef {
    pub name: String,
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub check: Check,
    /// The side of the document it speaks of, for checks that run per side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    pub outcome: Outcome,
    /// 0 (against the person) to 1 (for the person); absent when not assessed.
    pub score: Option<f64>,
    /// What the score was compared with: at or above is clear.
    pub threshold: Option<f64>,
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// What matched and what did not, by name, of checks that compare part by part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelRef>,
    /// How long the check took.
    #[serde(default)]
    pub ms: u64,
}

impl Finding {
    pub fn new(check: Check, outcome: Outcome) -> Self {
        Self {
            check,
            side: None,
            outcome,
            score: None,
            threshold: None,
            reasons: vec![],
            parts: BTreeMap::new(),
            models: vec![],
            ms: 0,
        }
    }

    /// The check could not run or could not tell, and why.
    pub fn not_assessed(check: Check, code: Code, detail: impl Into<String>) -> Self {
        Self::new(check, Outcome::NotAssessed).because(code, detail)
    }

    /// Clear at or above the threshold, otherwise `below`.
    pub fn scored(check: Check, score: f64, threshold: f64, below: Outcome) -> Self {
        let outcome = if score >= threshold { Outcome::Clear } else { below };
        Self { score: Some(score), threshold: Some(threshold), ..Self::new(check, outcome) }
    }

    pub fn on(mut self, side: Side) -> Self {
        self.side = Some(side);
        self
    }

    pub fn because(mut self, code: Code, detail: impl Into<String>) -> Self {
        self.reasons.push(Reason::new(code, detail));
        self
    }

    pub fn by(mut self, model: ModelRef) -> Self {
        self.models.push(model);
        self
    }
}
