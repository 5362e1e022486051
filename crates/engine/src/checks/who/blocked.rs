//! [`Check::BlockList`]: is the face, the number or the name one that the organization does not want to see again?

use bonafide_checks::{
    document::holder::{Holder, SAME_NAME},
    face::known,
};
use bonafide_core::finding::{Check, Code, Finding, Outcome};
use bonafide_store::{Tx, block_list as rows};

use super::{super::job::Case, marks::Own};
use crate::{
    base::{engine::Engine, error::Result, features::Template},
    block_list::{Kind, names},
};

pub(super) async fn check(engine: &Engine, tx: &mut Tx, case: &Case, own: &Own) -> Result<Finding> {
    let organization = case.organization;
    let entries = rows::count(tx, organization, None).await?;
    let mut finding = Finding::new(Check::BlockList, Outcome::Clear);
    let hit = |finding: Finding, outcome: Outcome, code: Code, detail: String| {
        // The gravest counts.
        let outcome = if finding.outcome == Outcome::Fail { Outcome::Fail } else { outcome };
        Finding { outcome, ..finding.because(code, detail) }
    };
    let faces = faces(engine, tx, case, own).await?;
    finding.score = Some(1.0 - faces.highest);
    finding.threshold = Some(1.0 - known::threshold());
    if faces.hits > 0 {
        let detail = format!(
            "this is a face of the block list (similarity {:.2}, one person from {:.2})",
            faces.highest,
            known::threshold()
        );
        finding = hit(finding, Outcome::Fail, Code::FaceBlocked, detail);
    }
    for number in &own.numbers {
        if rows::find(tx, organization, Kind::Number.as_str(), number).await?.is_some() {
            let detail = "the document's number is on the block list".to_owned();
            finding = hit(finding, Outcome::Fail, Code::NumberBlocked, detail);
            finding.score = Some(0.0);
            break;
        }
    }
    if let Some((agreement, sure)) = named(tx, case, own).await? {
        // A name alone is many people's.
        let (outcome, with) = if sure {
            (Outcome::Fail, "and the birth date is that of the entry")
        } else {
            (Outcome::Consider, "and there is no birth date to compare")
        };
        let detail = format!("the name is like one of the block list (agreement {agreement:.2}), {with}");
        finding = hit(finding, outcome, Code::NameBlocked, detail);
        finding.score = Some(0.0);
    }
    let finding =
        finding.because(Code::ComparedWith, format!("compared with {entries} entries of the block list"));
    if finding.outcome != Outcome::Clear {
        return Ok(finding);
    }
    // What could not be compared cannot be cleared.
    let unknown = |code, detail: String| Finding {
        score: None,
        threshold: None,
        outcome: Outcome::NotAssessed,
        ..finding.clone().because(code, detail)
    };
    if own.face.is_none() && faces.entries > 0 {
        return Ok(unknown(Code::NoTemplate, "the selfie gave no face template to search with".to_owned()));
    }
    if faces.incomparable > 0 {
        let detail =
            format!("{} blocked faces were measured by other networks or cannot be read", faces.incomparable);
        return Ok(unknown(Code::NotCompared, detail));
    }
    Ok(finding)
}

#[derive(Default)]
struct Faces {
    entries: usize,
    hits: usize,
    incomparable: usize,
    highest: f64,
}

/// A blocked person is blocked under their own name too, so nobody's face is left out.
async fn faces(engine: &Engine, tx: &mut Tx, case: &Case, own: &Own) -> Result<Faces> {
    let calibrations = engine.inspector.installed().await?.calibrations.clone();
    let face = own.face.clone();
    let look = move |faces: &mut Faces, _, blocked: &Template| {
        let Some(face) = &face else { return };
        match calibrations.similarity(face, &blocked.embedding) {
            Some(similarity) => {
                faces.highest = faces.highest.max(similarity);
                faces.hits += usize::from(similarity >= known::threshold());
            }
            None => faces.incomparable += 1,
        }
    };
    let looked = engine.gallery().blocked().search(tx, case.organization, None, look).await?;
    let (faces, unreadable) = (looked.found, looked.unreadable);
    Ok(Faces { entries: looked.shown + unreadable, incomparable: faces.incomparable + unreadable, ..faces })
}

/// The best agreement with a blocked name, and whether the birth date agrees too; an entry with another one is nobody's.
async fn named(tx: &mut Tx, case: &Case, own: &Own) -> Result<Option<(f64, bool)>> {
    if own.holder.name.is_none() {
        return Ok(None);
    }
    let mut best: Option<(f64, bool)> = None;
    for entry in names(tx, case.organization, &own.key).await? {
        let blocked = Holder { name: entry.name, birth_date: entry.birth_date, ..Holder::default() };
        let compared = own.holder.compare(&blocked);
        let Some(agreement) = compared.name.filter(|a| *a >= SAME_NAME) else { continue };
        if compared.birth_date == Some(false) {
            continue;
        }
        let found = (agreement, compared.birth_date == Some(true));
        best = best.into_iter().chain([found]).max_by(|a, b| a.1.cmp(&b.1).then(a.0.total_cmp(&b.0)));
    }
    Ok(best)
}
