//! Every decision about a verification: those of the machine, which are never changed, and those of humans beside them.

use bonafide_core::{
    decision::Assessment,
    document::DocumentType,
    finding::Finding,
    id::{ApplicantId, AssessmentId, CredentialId, ReviewId, WeightsId},
    policy::Policy,
    recapture::Capture,
    time::Timestamp,
    weights::Weights,
};
use bonafide_store::{
    Tx, assessments,
    crypto::{self, Object, SubjectKey},
    reviews as rows,
    verifications::Verification,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::{error::Result, stored::Stored};

/// One decision.
#[derive(Debug, Clone)]
pub enum Decided {
    Machine(Box<Judged>),
    Human(Box<Reviewed>),
}

/// What the machine decided, and by what.
#[derive(Debug, Clone)]
pub struct Judged {
    pub id: AssessmentId,
    pub at: Timestamp,
    /// `approve`, `decline`, `retry`, `review` or `give_up`.
    pub outcome: String,
    pub score: Option<f64>,
    pub weights_id: Option<WeightsId>,
    /// Absent where it was made by a program whose form this one does not know.
    pub basis: Option<Basis>,
}

/// Everything that the decision was made of.
#[derive(Debug, Clone)]
pub struct Basis {
    pub assessment: Assessment,
    pub findings: Vec<Finding>,
    pub policy: Policy,
    pub weights: Weights,
    pub attempt: u32,
    pub document_type: DocumentType,
}

/// What a human decided, or proposed to.
#[derive(Debug, Clone)]
pub struct Reviewed {
    pub id: ReviewId,
    pub at: Timestamp,
    pub applicant: ApplicantId,
    pub verdict: String,
    pub grounds: String,
    /// Whether it took effect.
    pub decided: bool,
    /// How the verification stood after it.
    pub status: String,
    /// The proposal that it agrees with.
    pub confirms: Option<ReviewId>,
    pub credential: CredentialId,
    /// What was written with it; absent where nothing was, and after the person was forgotten.
    pub note: Option<String>,
    pub captures: Vec<Capture>,
    pub(crate) seen: Option<Uuid>,
}

/// What is sealed of a review.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Private {
    #[serde(default)]
    pub(crate) note: Option<String>,
    #[serde(default)]
    pub(crate) captures: Vec<Capture>,
}

impl Decided {
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Machine(judged) => judged.at,
            Self::Human(reviewed) => reviewed.at,
        }
    }

    /// Names it.
    pub fn id(&self) -> String {
        match self {
            Self::Machine(judged) => judged.id.to_string(),
            Self::Human(reviewed) => reviewed.id.to_string(),
        }
    }

    pub(crate) fn uuid(&self) -> Uuid {
        match self {
            Self::Machine(judged) => judged.id.uuid(),
            Self::Human(reviewed) => reviewed.id.uuid(),
        }
    }

    /// A proposal changes nothing yet.
    fn counts(&self) -> bool {
        match self {
            Self::Machine(_) => true,
            Self::Human(reviewed) => reviewed.decided,
        }
    }
}

/// The decision that counts now.
pub fn last(all: &[Decided]) -> Option<&Decided> {
    all.iter().rfind(|decided| decided.counts())
}

/// The proposal that waits for somebody else's word: nothing was decided since, and nothing else was proposed.
pub fn open_proposal(all: &[Decided]) -> Option<&Reviewed> {
    let Some(Decided::Human(newest)) = all.last() else { return None };
    let seen = last(all).map(Decided::uuid);
    (!newest.decided && newest.seen == seen).then_some(newest)
}

/// Every decision about a verification, oldest first. Without the key, notes stay closed.
pub(crate) async fn decisions(
    tx: &mut Tx,
    row: &Verification,
    key: Option<&SubjectKey>,
) -> Result<Vec<Decided>> {
    let mut assessments = assessments::list(tx, row.organization, row.id).await?.into_iter();
    let (mut all, mut made) = (vec![], 0);
    let machine = |assessment| Decided::Machine(Box::new(judged(assessment)));
    for review in rows::list(tx, row.organization, row.id).await? {
        while made < review.assessments {
            all.extend(assessments.next().map(machine));
            made += 1;
        }
        all.push(Decided::Human(Box::new(reviewed(review, key)?)));
    }
    all.extend(assessments.map(machine));
    Ok(all)
}

fn judged(row: assessments::Assessment) -> Judged {
    let stored = serde_json::from_value::<Stored>(row.detail).ok();
    Judged {
        id: row.id,
        at: row.created_at,
        outcome: row.outcome.as_str().to_owned(),
        score: row.score,
        weights_id: row.weights,
        basis: stored.map(|stored| Basis {
            assessment: stored.assessment,
            findings: stored.findings,
            policy: stored.policy,
            weights: stored.weights,
            attempt: stored.attempt,
            document_type: stored.document_type,
        }),
    }
}

fn reviewed(row: rows::Review, key: Option<&SubjectKey>) -> Result<Reviewed> {
    let private: Private = match key {
        Some(key) => crypto::open_json(key, Object::Review(row.id), &row.sealed)?,
        None => Private::default(),
    };
    Ok(Reviewed {
        id: row.id,
        at: row.created_at,
        applicant: row.applicant,
        verdict: row.verdict.as_str().to_owned(),
        grounds: row.grounds.as_str().to_owned(),
        decided: row.decided,
        status: row.status.as_str().to_owned(),
        confirms: row.confirms,
        credential: row.credential,
        note: private.note,
        captures: private.captures,
        seen: row.seen,
    })
}
