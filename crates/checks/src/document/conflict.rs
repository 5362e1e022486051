//! `identity_conflict`: a document's number is one person's. What the earlier submissions with it say.

use bonafide_core::finding::{Check, Code, Finding, Outcome};

use super::holder::SAME_NAME;

/// What was found among the earlier submissions with the same number, country and type of document.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Search {
    /// How many there were, of other sessions.
    pub earlier: usize,
    /// Those with the same name and birth date and nothing that contradicts.
    pub same: usize,
    pub other_name: usize,
    pub other_birth_date: usize,
    pub other_face: usize,
    /// Those that contradict, and were refused then, or approved beside this person by somebody who looked.
    pub settled: usize,
    /// Those whose face was measured by other networks.
    pub incomparable: usize,
    /// The lowest agreement of names 0..1 that was found.
    pub name: Option<f64>,
    /// The lowest similarity of faces 0..1 that was found.
    pub face: Option<f64>,
}

/// [`Check::IdentityConflict`]. `least` is the similarity from which two faces are one. The same person again is clear; a
/// number with another name, birth date or face asks for a look: one of the two documents, or of the two people, is not
/// what it says, and which one a search cannot tell.
pub fn finding(search: &Search, least: f64) -> Finding {
    let check = Check::IdentityConflict;
    let Search { other_name, other_birth_date, other_face, .. } = *search;
    let named = other_name + other_birth_date;
    let outcome = if named + other_face > 0 { Outcome::Consider } else { Outcome::Clear };
    let mut finding = Finding::new(check, outcome);
    // The comparison that speaks against the person; the faces' where both do.
    (finding.score, finding.threshold) = match (search.face, search.name) {
        (Some(face), _) if other_face > 0 => (Some(face), Some(least)),
        (_, Some(name)) if other_name > 0 => (Some(name), Some(SAME_NAME)),
        _ if other_birth_date > 0 => (Some(0.0), Some(1.0)),
        (Some(face), _) => (Some(face.max(least)), Some(least)),
        (None, Some(name)) => (Some(name.max(SAME_NAME)), Some(SAME_NAME)),
        (None, None) => (Some(1.0), Some(1.0)),
    };
    let part = |finding: &mut Finding, name: &str, count: usize, compared: bool| {
        if compared {
            finding.parts.insert(name.to_owned(), count == 0);
        }
    };
    part(&mut finding, "name", other_name, search.name.is_some());
    part(&mut finding, "birth_date", other_birth_date, search.earlier > 0);
    part(&mut finding, "face", other_face, search.face.is_some());
    if other_face > 0 {
        let face = search.face.unwrap_or_default();
        let detail = format!(
            "this number came with another face ({other_face} times; similarity {face:.2}, one person from {least:.2})"
        );
        finding = finding.because(Code::NumberOfAnotherFace, detail);
    }
    if other_name > 0 {
        let name = search.name.unwrap_or_default();
        let detail = format!(
            "this number came with another name ({other_name} times; agreement {name:.2}, one name from {SAME_NAME:.2})"
        );
        finding = finding.because(Code::NumberOfAnotherName, detail);
    }
    if other_birth_date > 0 {
        let detail = format!("this number came with another birth date ({other_birth_date} times)");
        finding = finding.because(Code::NumberOfAnotherName, detail);
    }
    if search.settled > 0 {
        let detail = format!(
            "this number came with another person ({} times), which was refused or approved by somebody who looked",
            search.settled
        );
        finding = finding.because(Code::ComparedWith, detail);
    }
    if search.same > 0 {
        let detail = format!("this number came with the same person before ({} times)", search.same);
        finding = finding.because(Code::HolderSeenBefore, detail);
    }
    if search.incomparable > 0 {
        let detail = format!("{} faces were measured by other networks", search.incomparable);
        finding = finding.because(Code::NotCompared, detail);
    }
    let detail = format!("{} earlier submissions have this number", search.earlier);
    finding.because(Code::ComparedWith, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(search: Search) -> (Outcome, Code, Option<f64>, Option<f64>) {
        let finding = finding(&search, 0.5);
        assert!(finding.reasons.iter().all(|r| Check::IdentityConflict.may_say(&r.code)));
        (finding.outcome, finding.reasons[0].code.clone(), finding.score, finding.threshold)
    }

    #[test]
    fn a_number_is_one_persons() {
        let again = Search { earlier: 2, same: 2, name: Some(1.0), face: Some(0.9), ..Search::default() };
        assert_eq!(told(again), (Outcome::Clear, Code::HolderSeenBefore, Some(0.9), Some(0.5)));
        assert_eq!(told(Search::default()), (Outcome::Clear, Code::ComparedWith, Some(1.0), Some(1.0)));
        let face = Search { other_face: 1, face: Some(0.1), ..again };
        assert_eq!(told(face), (Outcome::Consider, Code::NumberOfAnotherFace, Some(0.1), Some(0.5)));
        let name = Search { other_name: 1, name: Some(0.2), ..again };
        assert_eq!(told(name), (Outcome::Consider, Code::NumberOfAnotherName, Some(0.2), Some(SAME_NAME)));
        let born = Search { other_birth_date: 1, ..again };
        assert_eq!(told(born), (Outcome::Consider, Code::NumberOfAnotherName, Some(0.0), Some(1.0)));
        let settled = Search { settled: 1, ..again };
        assert_eq!(told(settled).0, Outcome::Clear);
        let parts = finding(&face, 0.5).parts;
        assert_eq!((parts["name"], parts["face"], parts["birth_date"]), (true, false, true));
    }
}
