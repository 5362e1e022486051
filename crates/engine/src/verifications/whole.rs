//! All that is known of one verification, for whoever has to judge it.

use bonafide_core::{
    decision::Facts,
    evidence::EvidenceKind,
    flip::{Flip, flip},
    id::{ApplicantId, CredentialId, EvidenceId, ReviewId, VerificationId},
    policy::Policy,
    time::Timestamp,
};
use bonafide_store::{
    crypto::{self, Object},
    evidence as evidence_rows, verifications as rows,
};

use super::{
    sightings::{Seen, sightings},
    view::{View, client_names, view},
};
use crate::{
    applicants::erase::FACES,
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        record::Record,
        screened::Screened,
    },
    evidence::accept,
    reviews::{Decided, decisions, last, open_proposal},
    screening::restore::{Dismissal, standing},
};

/// A verification with everything that its decision was made of.
#[derive(Debug)]
pub struct Whole {
    pub view: View,
    /// The API it was created through.
    pub dialect: String,
    pub applicant: ApplicantId,
    pub expires_at: Option<Timestamp>,
    /// What is asked of the person.
    pub policy: Policy,
    /// Every picture that was ever given, in the order they came in.
    pub pictures: Vec<Shown>,
    /// Oldest first.
    pub decisions: Vec<Decided>,
    /// The id of the one that counts now.
    pub decision: Option<String>,
    /// The review that waits for somebody else's word.
    pub proposal: Option<ReviewId>,
    /// What would make the machine's last decision another one.
    pub flip: Option<Flip>,
    /// The last search of the lists; its hits are in it.
    pub screened: Option<Screened>,
    /// What was said of hits, and holds.
    pub dismissals: Vec<Dismissal>,
    /// The earlier submissions that have something in common with the last one: what contradicts it first.
    pub sightings: Vec<Seen>,
    /// The public names of the organization's credentials.
    pub names: Vec<(CredentialId, String)>,
}

/// A picture, without its pixels.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    pub id: EvidenceId,
    pub kind: EvidenceKind,
    pub at: Timestamp,
    pub width: i64,
    pub height: i64,
    pub bytes: i64,
    /// Whether no newer one took its place.
    pub current: bool,
    /// Of a frame: the movement it answers; none for the straight look.
    pub step: Option<usize>,
}

/// All that is known of a verification. What is personal is absent after it was erased.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn whole(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Whole> {
    let organization = caller.organization;
    let mut tx = engine.db().read().await?;
    let row = rows::get(&mut tx, organization, id).await?.ok_or(Error::NotFound("verification"))?;
    let names = client_names(&mut tx, caller).await?;
    let record = match Record::open(engine, &mut tx, row.clone()).await {
        Ok(record) => Some(record),
        Err(Error::Conflict { code: "anonymized", .. }) => None,
        Err(other) => return Err(other),
    };
    let mut pictures = vec![];
    for row in evidence_rows::list_all(&mut tx, organization, id).await? {
        let Some(kind) = row.kind.known() else { continue };
        if FACES.contains(&kind) && record.as_ref().is_some_and(|r| r.private.face_withdrawn_at.is_some()) {
            continue;
        }
        let private: accept::Private = match &record {
            Some(record) => crypto::open_json(&record.key, Object::Evidence(row.id), &row.sealed)?,
            // The files are gone with the person.
            None => continue,
        };
        pictures.push(Shown {
            id: row.id,
            kind,
            at: row.created_at,
            width: row.width,
            height: row.height,
            bytes: row.bytes,
            current: row.superseded_at.is_none(),
            step: private.frame.and_then(|f| f.step),
        });
    }
    let all = decisions(&mut tx, &row, record.as_ref().map(|r| &r.key)).await?;
    let decision = last(&all).map(Decided::id);
    let proposal = open_proposal(&all).map(|p| p.id);
    let dismissals = match &record {
        Some(record) => standing(engine, &mut tx, record).await?,
        None => vec![],
    };
    let screened = record.as_ref().and_then(|r| r.private.screened.clone());
    drop(record);
    let (dialect, applicant, expires_at) = (row.dialect.clone(), row.applicant, row.expires_at);
    let policy = serde_json::from_value(row.policy.clone()).unwrap_or_default();
    let view = view(engine, &mut tx, row, &names, true).await?;
    drop(tx);
    let sightings = match view.private {
        Some(_) => sightings(engine, caller, id).await?,
        None => vec![],
    };
    let flip = flip_of(&all).await?;
    Ok(Whole {
        view,
        dialect,
        applicant,
        expires_at,
        policy,
        pictures,
        decision,
        proposal,
        flip,
        decisions: all,
        screened,
        dismissals,
        sightings,
        names,
    })
}

/// Of the machine's last decision. It is asked for some thousand times, so not among what answers requests.
async fn flip_of(all: &[Decided]) -> Result<Option<Flip>> {
    let newest = all.iter().rev().find_map(|decided| match decided {
        Decided::Machine(judged) => judged.basis.clone(),
        Decided::Human(_) => None,
    });
    let Some(basis) = newest else { return Ok(None) };
    let flipped = tokio::task::spawn_blocking(move || {
        let facts =
            Facts { document_type: basis.document_type, findings: &basis.findings, attempt: basis.attempt };
        flip(&basis.policy, &basis.weights, &facts)
    });
    Ok(Some(flipped.await?))
}
