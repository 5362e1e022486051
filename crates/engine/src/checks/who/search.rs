//! The earlier submissions, and the people, that a submission has something in common with.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use bonafide_checks::{
    document::{
        fingerprint::Fingerprint,
        holder::{Comparison, Holder},
    },
    face::{
        compare::{Calibrations, DEFAULT_ONBOARDING_DISTANCE},
        embed::Embedding,
        known,
    },
};
use bonafide_core::{
    document::{DocumentReading, DocumentType, FieldName, Side},
    finding::{Check, Outcome},
    id::{ApplicantId, VerificationId},
    time::Timestamp,
    verification::Status,
};
use bonafide_store::{
    Tx, findings, marks,
    verifications::{self as rows, Page, Verification},
};

use super::{
    super::job::Case,
    marks::{HOLDER, NUMBER, NUMBER_UNMATCHED, Own},
};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        features::{Known, Template},
        record::{self, Record},
    },
    identities::person,
};

/// The least similarity of two faces that are taken for one where a document leads to the comparison.
pub(super) const SAME_FACE: f64 = 1.0 - DEFAULT_ONBOARDING_DISTANCE;

/// Most earlier submissions of each kind that are looked at, the newest first.
const MOST: usize = 64;
/// Most of those with the same holder that are told apart from the others without opening them.
const MOST_OF_HOLDER: i64 = 2_000;

/// What the search found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) encounters: Vec<Encounter>,
    /// Faces that were compared, and those that could not be.
    pub(super) compared: usize,
    pub(super) incomparable: usize,
    /// The highest similarity to a face that is no hit.
    pub(super) highest_stranger: f64,
    /// The identities that stand beside this person's own, by the word of somebody who looked.
    pub(super) linked: HashSet<ApplicantId>,
}

/// One earlier submission, or a person whose submissions were erased.
pub(super) struct Encounter {
    pub(super) applicant: ApplicantId,
    pub(super) verification: Option<VerificationId>,
    pub(super) identity: Option<ApplicantId>,
    pub(super) at: Timestamp,
    /// As it stands now; none of an identity.
    pub(super) status: Option<Status>,
    /// Similarity of the faces, where they could be compared.
    pub(super) face: Option<f64>,
    /// The document has the same number, country and type.
    pub(super) number: bool,
    /// Whether the selfie was that of the document then.
    pub(super) matched: bool,
    pub(super) picture: bool,
    pub(super) holder: Comparison,
}

/// What leads to an encounter.
#[derive(Default, Clone, Copy)]
struct Clue {
    is_identity: bool,
    face: Option<f64>,
    number: bool,
    /// Absent where an older program did not keep it.
    matched: Option<bool>,
    picture: bool,
    /// The same name and birth date.
    named: bool,
}

type Clues = BTreeMap<ApplicantId, Clue>;

pub(super) async fn search(engine: &Engine, tx: &mut Tx, case: &Case, own: &Own) -> Result<Found> {
    let mut clues = Clues::new();
    by_number(engine, tx, case, own, &mut clues).await?;
    for sighting in &case.record.private.sightings {
        clues.entry(sighting.applicant).or_default().picture = true;
    }
    let mut found = by_face(engine, tx, case, own, &mut clues).await?;
    if let Some(named) = &own.named {
        let organization = case.organization;
        let all = marks::seen(tx, organization, HOLDER, named, Timestamp(0), MOST_OF_HOLDER).await?;
        for (n, seen) in all.into_iter().enumerate() {
            if n < MOST || clues.contains_key(&seen.applicant) {
                clues.entry(seen.applicant).or_default().named = true;
            }
        }
    }
    clues.remove(&case.record.row.applicant);
    let (identities, sessions): (Vec<_>, Vec<_>) = clues.into_iter().partition(|(_, clue)| clue.is_identity);
    sessions_of(engine, tx, case, own, sessions, &mut found).await?;
    identities_of(engine, tx, case, own, identities, &mut found).await?;
    found.linked = linked(engine, tx, case, &found).await?;
    Ok(found)
}

async fn by_number(engine: &Engine, tx: &mut Tx, case: &Case, own: &Own, clues: &mut Clues) -> Result<()> {
    let organization = case.organization;
    for hash in &own.numbers {
        for (kind, matched) in [(NUMBER_UNMATCHED, false), (NUMBER, true)] {
            for seen in marks::seen(tx, organization, kind, hash, Timestamp(0), MOST as i64).await? {
                let clue = clues.entry(seen.applicant).or_default();
                (clue.number, clue.matched) = (true, Some(matched));
            }
        }
    }
    let Some(number) = own.sure_number else { return Ok(()) };
    let gallery = engine.gallery();
    let look = move |found: &mut Vec<ApplicantId>, applicant, print: &Fingerprint| {
        found.extend((print.number() == Some(&number)).then_some(applicant));
    };
    for applicant in gallery.documents(Side::Front).search(tx, organization, None, look).await?.found {
        clues.entry(applicant).or_default().number = true;
    }
    let look = move |found: &mut Vec<ApplicantId>, id, known: &Known| {
        found.extend(known.documents.contains(&number).then_some(id));
    };
    for id in gallery.identities().search(tx, organization, None, look).await?.found {
        let clue = clues.entry(id).or_default();
        (clue.number, clue.matched, clue.is_identity) = (true, Some(true), true);
    }
    Ok(())
}

/// Looks through all faces. Those of submissions that other clues led to are compared whatever comes of it.
async fn by_face(engine: &Engine, tx: &mut Tx, case: &Case, own: &Own, clues: &mut Clues) -> Result<Found> {
    let mut found = Found::default();
    let Some(face) = &own.face else { return Ok(found) };
    let (organization, itself) = (case.organization, case.record.row.applicant);
    let compare = Arc::new(Compare {
        face: face.clone(),
        calibrations: engine.inspector.installed().await?.calibrations.clone(),
        clues: clues.keys().copied().collect(),
    });
    let gallery = engine.gallery();
    let with = compare.clone();
    let look = move |faces: &mut Faces, id, template: &Template| with.look(faces, id, &template.embedding);
    let of_sessions = gallery.faces().search(tx, organization, Some(itself), look).await?;
    let look = move |faces: &mut Faces, id, known: &Known| {
        if let Some(embedding) = &known.embedding {
            compare.look(faces, id, embedding);
        }
    };
    let of_identities = gallery.identities().search(tx, organization, None, look).await?;
    for (is_identity, looked) in [(false, of_sessions), (true, of_identities)] {
        let Faces { alike, compared, incomparable, highest_stranger } = looked.found;
        found.compared += compared;
        found.incomparable += incomparable + looked.unreadable;
        found.highest_stranger = found.highest_stranger.max(highest_stranger);
        for (id, similarity) in alike {
            let clue = clues.entry(id).or_default();
            clue.is_identity |= is_identity;
            clue.face = Some(clue.face.map_or(similarity, |before| before.max(similarity)));
        }
    }
    Ok(found)
}

/// What faces are compared with.
struct Compare {
    face: Embedding,
    calibrations: Calibrations,
    /// Whose similarity is told however low it is.
    clues: HashSet<ApplicantId>,
}

#[derive(Default)]
struct Faces {
    alike: Vec<(ApplicantId, f64)>,
    compared: usize,
    incomparable: usize,
    highest_stranger: f64,
}

impl Compare {
    fn look(&self, faces: &mut Faces, id: ApplicantId, other: &Embedding) {
        let Some(similarity) = self.calibrations.similarity(&self.face, other) else {
            faces.incomparable += 1;
            return;
        };
        faces.compared += 1;
        let is_stranger = similarity < known::threshold();
        if is_stranger {
            faces.highest_stranger = faces.highest_stranger.max(similarity);
        }
        if !is_stranger || self.clues.contains(&id) {
            faces.alike.push((id, similarity));
        }
    }
}

async fn sessions_of(
    engine: &Engine,
    tx: &mut Tx,
    case: &Case,
    own: &Own,
    sessions: Vec<(ApplicantId, Clue)>,
    found: &mut Found,
) -> Result<()> {
    // Ids sort by time. Who has the same name and birth date needs not be opened.
    let (mut named, mut others): (Vec<_>, Vec<_>) = sessions.into_iter().rev().partition(|(_, c)| c.named);
    named.truncate(MOST);
    others.truncate(MOST);
    let clues: Clues = named.into_iter().chain(others).collect();
    let applicants: Vec<ApplicantId> = clues.keys().copied().collect();
    if applicants.is_empty() {
        return Ok(());
    }
    let filter = rows::Filter { applicants: &applicants, ..rows::Filter::default() };
    let page = Page { after: None, skip: 0, limit: 4 * MOST as i64 };
    for row in rows::list(tx, case.organization, &filter, page).await? {
        let Some(clue) = clues.get(&row.applicant).copied() else { continue };
        if row.id == case.record.row.id {
            continue;
        }
        found.encounters.extend(session_of(engine, tx, own, row, clue).await?);
    }
    Ok(())
}

async fn session_of(
    engine: &Engine,
    tx: &mut Tx,
    own: &Own,
    row: Verification,
    clue: Clue,
) -> Result<Option<Encounter>> {
    let (applicant, verification, at) = (row.applicant, row.id, row.created_at);
    let (identity, status, of_type) = (row.identity, record::status(&row), record::document_type(&row));
    let organization = row.organization;
    let mut number = clue.number && same_type(own.document_type, of_type);
    let holder = if clue.named {
        Comparison { name: Some(1.0), birth_date: Some(true), renamed: false }
    } else {
        let record = match Record::open(engine, tx, row).await {
            Err(Error::Conflict { code: "anonymized", .. } | Error::NotFound(_)) => return Ok(None),
            other => other?,
        };
        let reading = record.private.reading.unwrap_or_default();
        number &= same_state(own, &reading);
        own.holder.compare(&Holder::of(&reading))
    };
    let matched = match clue.matched {
        Some(matched) => matched,
        None if number => {
            let findings = findings::list(tx, organization, verification).await?;
            let not_that_face = |f: &bonafide_core::finding::Finding| {
                f.check == Check::FaceMatch && f.outcome != Outcome::Clear
            };
            !findings.iter().any(not_that_face)
        }
        None => false,
    };
    Ok(Some(Encounter {
        applicant,
        verification: Some(verification),
        identity,
        at,
        status: Some(status),
        face: clue.face,
        number,
        matched,
        picture: clue.picture,
        holder,
    }))
}

/// People whose submissions were erased: what their identity knows. The others were met by their submissions.
async fn identities_of(
    engine: &Engine,
    tx: &mut Tx,
    case: &Case,
    own: &Own,
    identities: Vec<(ApplicantId, Clue)>,
    found: &mut Found,
) -> Result<()> {
    let met: HashSet<ApplicantId> = found.encounters.iter().filter_map(|e| e.identity).collect();
    for (id, clue) in identities.into_iter().rev().filter(|(id, _)| !met.contains(id)).take(MOST) {
        let opened = match person::open(engine, tx, case.organization, id).await {
            Err(Error::Conflict { code: "anonymized", .. } | Error::NotFound(_)) => continue,
            other => other?,
        };
        let documents = &opened.person.documents;
        let compared = documents.iter().map(|d| own.holder.compare(&Holder::of(&d.reading)));
        let better = |a: &Comparison, b: &Comparison| {
            let value = |c: &Comparison| (c.same() == Some(true), c.name.unwrap_or(0.0));
            value(a).partial_cmp(&value(b)).unwrap_or(std::cmp::Ordering::Equal)
        };
        let of_type = |d: &person::Document| same_type(own.document_type, d.reading.document_type);
        found.encounters.push(Encounter {
            applicant: id,
            verification: None,
            identity: Some(id),
            at: opened.row.identity_since.unwrap_or(opened.row.created_at),
            status: None,
            face: clue.face,
            number: clue.number && documents.iter().any(of_type),
            matched: true,
            picture: clue.picture,
            holder: compared.max_by(better).unwrap_or_default(),
        });
    }
    Ok(())
}

/// Those that the identities of this person are linked with: somebody looked and approved both.
async fn linked(engine: &Engine, tx: &mut Tx, case: &Case, found: &Found) -> Result<HashSet<ApplicantId>> {
    let mine = found.encounters.iter().filter(|e| e.is_same_person() && e.is_approved());
    let mine: HashSet<ApplicantId> = mine.filter_map(|e| e.identity).collect();
    let mut linked = HashSet::new();
    for id in mine {
        match person::open(engine, tx, case.organization, id).await {
            Ok(opened) => linked.extend(opened.person.links.iter().map(|link| link.identity)),
            Err(Error::Conflict { code: "anonymized", .. } | Error::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(linked)
}

impl Encounter {
    /// Whether it is this person, by face, name and birth date.
    pub(super) fn is_same_person(&self) -> bool {
        self.holder.same() == Some(true) && self.face.is_some_and(|s| s >= SAME_FACE)
    }

    pub(super) fn is_approved(&self) -> bool {
        self.status.is_none_or(|status| status == Status::Approved)
    }
}

/// A passport and a card of one state may have the same number.
fn same_type(a: DocumentType, b: DocumentType) -> bool {
    a == b || a == DocumentType::Unknown || b == DocumentType::Unknown
}

/// So may the licences of two of its states.
fn same_state(own: &Own, reading: &DocumentReading) -> bool {
    let state = reading.get(FieldName::IssuingState).map(|f| f.value.as_str());
    own.state.as_deref().zip(state).is_none_or(|(a, b)| a.eq_ignore_ascii_case(b))
}
