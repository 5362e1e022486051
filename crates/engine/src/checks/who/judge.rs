//! What the encounters say.

use bonafide_checks::{
    document::{conflict, holder::SAME_NAME},
    face::known,
};
use bonafide_core::{
    finding::{Check, Code, Finding, reaches},
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
    judge_all(own.face.is_some(), !own.numbers.is_empty(), found)
}

/// `face` and `number` say whether there was one to search with.
fn judge_all(face: bool, number: bool, found: &Found) -> Judged {
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
    let known_face = if face {
        known::finding(&faces)
    } else {
        let detail = "the selfie gave no face template to search with";
        Finding::not_assessed(Check::KnownFace, Code::NoTemplate, detail)
    };
    let conflict = if !number {
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
    let other_name = holder.name.is_some_and(|agreement| !reaches(agreement, SAME_NAME));
    let other_birth_date = holder.birth_date == Some(false);
    // A selfie that was not that of its document says nothing about whose document it is.
    let face = encounter.face.filter(|_| encounter.matched);
    let other_face = face.is_some_and(|similarity| !reaches(similarity, SAME_FACE));
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

#[cfg(test)]
mod tests {
    use bonafide_checks::document::holder::Comparison;
    use bonafide_core::{
        finding::Outcome,
        id::{ApplicantId, VerificationId},
        time::Timestamp,
    };

    use super::*;

    const SAME: Comparison = Comparison { name: Some(1.0), birth_date: Some(true), renamed: false };
    const OTHER: Comparison = Comparison { name: Some(0.2), birth_date: Some(true), renamed: false };
    const MARRIED: Comparison = Comparison { name: Some(0.5), birth_date: Some(true), renamed: true };

    fn met(n: u128, face: f64, number: bool, holder: Comparison) -> Encounter {
        Encounter {
            applicant: ApplicantId::from_uuid(uuid::Uuid::from_u128(n)),
            verification: Some(VerificationId::from_uuid(uuid::Uuid::from_u128(n))),
            identity: Some(ApplicantId::from_uuid(uuid::Uuid::from_u128(100 + n))),
            at: Timestamp(n as i64),
            status: Some(Status::Approved),
            face: Some(face),
            number,
            matched: true,
            picture: false,
            holder,
        }
    }

    /// The outcomes of both checks, and the codes of the sightings.
    fn told(encounters: Vec<Encounter>, linked: &[u128]) -> (Outcome, Outcome, Vec<Vec<Code>>) {
        let linked = linked.iter().map(|n| ApplicantId::from_uuid(uuid::Uuid::from_u128(100 + n))).collect();
        let found = Found { encounters, compared: 9, linked, ..Found::default() };
        let judged = judge_all(true, true, &found);
        let codes = judged.sightings.into_iter().map(|s| s.contradictions).collect();
        (judged.known_face.outcome, judged.conflict.outcome, codes)
    }

    const FACE: Code = Code::FaceOfAnotherHolder;
    const NAME: Code = Code::NumberOfAnotherName;
    const NUMBER: Code = Code::NumberOfAnotherFace;

    #[test]
    fn one_face_is_one_holders_and_one_number_one_faces() {
        use Outcome::{Clear, Consider};
        let none = || vec![vec![]];
        for (encounter, face, number, codes) in [
            (met(1, 0.9, false, SAME), Clear, Clear, none()),
            (met(1, 0.9, true, SAME), Clear, Clear, none()),
            (met(1, 0.9, false, OTHER), Consider, Clear, vec![vec![FACE]]),
            (met(1, 0.9, true, OTHER), Consider, Consider, vec![vec![FACE, NAME]]),
            // Married: another number, as papers are made anew.
            (met(1, 0.9, false, MARRIED), Clear, Clear, none()),
            (met(1, 0.9, true, MARRIED), Clear, Consider, vec![vec![NAME]]),
            // The same papers with another face.
            (met(1, 0.2, true, SAME), Clear, Consider, vec![vec![NUMBER]]),
            // Between the two thresholds: the person for a document, nobody among everybody.
            (met(1, 0.6, true, SAME), Clear, Clear, none()),
            (met(1, 0.6, false, OTHER), Clear, Clear, none()),
        ] {
            let (got_face, got_number, got_codes) = told(vec![encounter], &[]);
            assert_eq!((got_face, got_number, &got_codes), (face, number, &codes));
        }
    }

    #[test]
    fn what_others_tried_and_were_refused_harms_nobody_who_is_established() {
        let tried = || Encounter { status: Some(Status::Declined), ..met(2, 0.2, true, SAME) };
        let (_, outcome, codes) = told(vec![tried()], &[]);
        assert_eq!((outcome, codes), (Outcome::Consider, vec![vec![NUMBER]]));
        let (_, outcome, codes) = told(vec![tried(), met(1, 0.9, true, SAME)], &[]);
        assert_eq!((outcome, codes), (Outcome::Clear, vec![vec![NUMBER], vec![]]), "told, and not counted");
        // Nor does a selfie that was not that of the document.
        let mistaken = Encounter { matched: false, ..tried() };
        assert_eq!(told(vec![mistaken], &[]).1, Outcome::Clear);
    }

    #[test]
    fn twins_whom_somebody_looked_at_are_not_asked_about_again() {
        let twin = || met(2, 0.9, false, OTHER);
        assert_eq!(told(vec![met(1, 0.95, true, SAME), twin()], &[]).0, Outcome::Consider);
        assert_eq!(told(vec![met(1, 0.95, true, SAME), twin()], &[2]).0, Outcome::Clear);
    }
}
