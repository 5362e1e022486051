//! What the encounters say.

use bonafide_checks::{
    document::{conflict, holder::SAME_NAME},
    face::known,
};
use bonafide_core::{
    finding::{Check, Code, Finding},
    verification::Status,
};

use super::{
    marks::Own,
    search::{Encounter, Found, SAME_FACE},
};
use crate::base::sighting::{MAX_SIGHTINGS, Sighting};

pub(super) struct Judged {
    pub(super) known_face: Finding,
    pub(super) conflict: Finding,
    /// The gravest first, then the newest.
    pub(super) sightings: Vec<Sighting>,
}

pub(super) fn judge(own: &Own, found: &Found) -> Judged {
    let mut faces = known::Search {
        compared: found.compared,
        incomparable: found.incomparable,
        highest: found.highest_stranger,
        ..known::Search::default()
    };
    let mut numbers = conflict::Search::default();
    // Somebody who was approved with this face under this name is not harmed by what others tried and was refused.
    let established = found.encounters.iter().any(|e| e.is_same_person() && e.is_approved());
    let mut sightings: Vec<Sighting> = vec![];
    for encounter in &found.encounters {
        let declined = encounter.status == Some(Status::Declined);
        let linked = encounter.identity.is_some_and(|id| found.linked.contains(&id));
        let settled = established && declined || linked;
        let mut contradictions = of_face(encounter, settled, &mut faces);
        contradictions.extend(of_number(encounter, settled, &mut numbers));
        sightings.push(sighting(encounter, contradictions, settled));
    }
    sightings.sort_by_key(|s| (s.contradictions.is_empty() || s.settled, std::cmp::Reverse(s.at)));
    sightings.truncate(MAX_SIGHTINGS);
    let known_face = if own.face.is_some() {
        known::finding(&faces)
    } else {
        let detail = "the selfie gave no face template to search with";
        Finding::not_assessed(Check::KnownFace, Code::NoTemplate, detail)
    };
    let conflict = if own.numbers.is_empty() {
        let detail = "no document number was read";
        Finding::not_assessed(Check::IdentityConflict, Code::NothingToCompareWith, detail)
    } else {
        conflict::finding(&numbers, SAME_FACE)
    };
    Judged { known_face, conflict, sightings }
}

/// The face came before: under which name?
fn of_face(encounter: &Encounter, settled: bool, search: &mut known::Search) -> Vec<Code> {
    let Some(similarity) = encounter.face.filter(|s| *s >= known::threshold()) else { return vec![] };
    match encounter.holder.same() {
        Some(true) => search.same_holder += 1,
        None => search.unknown_holder += 1,
        Some(false) if encounter.holder.renamed => search.renamed += 1,
        Some(false) => {
            if settled {
                search.settled += 1;
            } else {
                search.other_holder += 1;
                search.highest = search.highest.max(similarity);
            }
            return vec![Code::FaceOfAnotherHolder];
        }
    }
    vec![]
}

/// The number came before: with whom?
fn of_number(encounter: &Encounter, settled: bool, search: &mut conflict::Search) -> Vec<Code> {
    if !encounter.number {
        return vec![];
    }
    search.earlier += 1;
    let holder = &encounter.holder;
    let other_name = holder.name.is_some_and(|agreement| agreement < SAME_NAME);
    let other_birth_date = holder.birth_date == Some(false);
    // A selfie that was not that of its document says nothing about whose document it is.
    let face = encounter.face.filter(|_| encounter.matched);
    let other_face = face.is_some_and(|similarity| similarity < SAME_FACE);
    let mut contradictions = vec![];
    if other_name || other_birth_date {
        contradictions.push(Code::NumberOfAnotherName);
    }
    if other_face {
        contradictions.push(Code::NumberOfAnotherFace);
    }
    if settled && !contradictions.is_empty() {
        search.settled += 1;
        return contradictions;
    }
    let lower = |before: Option<f64>, now: Option<f64>| match (before, now) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    search.name = lower(search.name, holder.name);
    search.face = lower(search.face, face);
    search.incomparable += usize::from(encounter.face.is_none());
    search.other_name += usize::from(other_name);
    search.other_birth_date += usize::from(other_birth_date);
    search.other_face += usize::from(other_face);
    search.same += usize::from(contradictions.is_empty() && holder.same() == Some(true));
    contradictions
}

fn sighting(encounter: &Encounter, contradictions: Vec<Code>, settled: bool) -> Sighting {
    // From there on a face that no document led to is a hit.
    let least = if encounter.number { SAME_FACE } else { known::threshold() };
    Sighting {
        verification: encounter.verification,
        applicant: encounter.applicant,
        identity: encounter.identity,
        at: encounter.at,
        face: encounter.face,
        same_face: encounter.face.is_some_and(|similarity| similarity >= least),
        same_number: encounter.number,
        name: encounter.holder.name,
        birth_date: encounter.holder.birth_date,
        same_picture: encounter.picture,
        settled: settled && !contradictions.is_empty(),
        contradictions,
    }
}
