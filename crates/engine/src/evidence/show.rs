//! A picture of a verification as a reviewer looks at it, whole or a part of it. Each look is in the audit log.

use bonafide_core::{
    audit::AuditAction,
    document::{FieldName, Quad, Side, Source},
    evidence::EvidenceKind,
    id::{EvidenceId, OrganizationId, VerificationId},
    problem::Rule,
};
use bonafide_inspect::{
    Failed,
    jobs::{Crop, Damaged, File},
};
use bonafide_store::{audit, evidence as rows};
use serde_json::{Value, json};

use super::pictures::unreadable;
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    reads,
};

/// What is shown around a region, as a share of its longer side.
const MARGIN: f32 = 0.12;

/// Which part of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    Whole,
    /// Where a field was read from; of the best source that says where, unless one is named.
    Field(FieldName, Option<Source>),
    /// The portrait on the document.
    Portrait,
    /// Left, top, width and height in pixels of the upright picture.
    Region([f32; 4]),
}

/// A picture, or a part of it with a little around it, as JPEG.
///
/// # Errors
/// [`Error::NotFound`] for a picture of another verification, and for a field that was not read from this one.
pub async fn show(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    picture: EvidenceId,
    part: Part,
) -> Result<Vec<u8>> {
    if !caller.may(Scope::Read) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().read().await?;
    let record = Record::load(engine, &mut tx, caller.organization, id).await?;
    let row = rows::get(&mut tx, caller.organization, picture).await?;
    let row = row.filter(|row| row.verification == id).ok_or(Error::NotFound("picture"))?;
    drop(tx);
    let region = region(&record, &row, part)?;
    let bytes = engine.blobs().get(&record.key, row.id, &row.blob_key).await?.to_vec();
    let jpeg = match region {
        None => bytes,
        Some(region) => cut(engine.inspect(caller.organization, Crop { file: File(bytes), region }).await)?,
    };
    let detail = json!({"picture": picture, "part": words(part)});
    note(engine, caller.organization, &caller.actor(), id, detail).await?;
    Ok(jpeg)
}

/// What was cut out. A picture that kills whoever looks at it is as good as damaged.
fn cut(looked_at: Result<Result<File, Damaged>, Failed>) -> Result<Vec<u8>> {
    match looked_at {
        Ok(cut) => Ok(cut.map_err(unreadable)?.0),
        Err(Failed::Died(_)) => Err(unreadable(Damaged)),
        Err(Failed::TimedOut(_)) => Err(Error::Overloaded { retry_after_s: 5 }),
        Err(unavailable) => Err(unavailable.into()),
    }
}

/// Left, top, right and bottom in pixels; none for the whole picture.
fn region(record: &Record, row: &rows::Evidence, part: Part) -> Result<Option<[f32; 4]>> {
    let side = match row.kind.known() {
        Some(EvidenceKind::DocumentFront) => Some(Side::Front),
        Some(EvidenceKind::DocumentBack) => Some(Side::Back),
        _ => None,
    };
    // What was read was read from the picture that counts.
    let reading = record.private.reading.as_ref().filter(|_| row.superseded_at.is_none() && side.is_some());
    let quad = match part {
        Part::Whole => return Ok(None),
        Part::Region([left, top, width, height]) => {
            let (w, h) = (row.width as f32, row.height as f32);
            let inside = left >= 0.0 && top >= 0.0 && width >= 1.0 && height >= 1.0;
            if !inside || left + width > w || top + height > h {
                let message = format!("must lie within the picture, which has {w} × {h} pixels");
                return Err(Error::invalid("region", Rule::Range, message));
            }
            return Ok(Some([left, top, left + width, top + height]));
        }
        Part::Portrait if side == Some(Side::Front) => reading.and_then(|r| r.portrait),
        Part::Portrait => None,
        Part::Field(name, source) => reading.and_then(|r| r.fields.get(&name)).and_then(|fields| {
            let here = fields.iter().filter(|f| Some(f.side) == side);
            here.filter(|f| source.is_none_or(|s| s == f.source)).find_map(|f| f.region)
        }),
    };
    let Some(Quad(corners)) = quad else { return Err(Error::NotFound("region of the picture")) };
    let ends = |axis: usize| {
        let all = corners.map(|corner| corner[axis]);
        (all.into_iter().fold(f32::MAX, f32::min), all.into_iter().fold(f32::MIN, f32::max))
    };
    let ((left, right), (top, bottom)) = (ends(0), ends(1));
    let margin = MARGIN * (right - left).max(bottom - top).max(1.0);
    Ok(Some([left - margin, top - margin, right + margin, bottom + margin]))
}

fn words(part: Part) -> Value {
    match part {
        Part::Whole => json!("whole"),
        Part::Field(name, _) => json!(name),
        Part::Portrait => json!("portrait"),
        Part::Region(_) => json!("region"),
    }
}

/// In the audit log alone: the history is what happened to the verification.
pub(super) async fn note(
    engine: &Engine,
    organization: OrganizationId,
    actor: &str,
    id: VerificationId,
    detail: Value,
) -> Result<()> {
    let (object, detail) = (format!("verification:{id}"), reads::told(detail));
    let action = AuditAction::VerificationPictureRead;
    let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail: &detail };
    let mut tx = engine.db().begin().await?;
    audit::append(&mut tx, organization, engine.key_ring(), entry).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_picture_that_nobody_could_look_at_is_no_fault_of_the_server() {
        assert_eq!(cut(Ok(Ok(File(vec![1])))).unwrap(), [1]);
        for damaged in [Ok(Err(Damaged)), Err(Failed::Died("signal 9".to_owned()))] {
            let told = cut(damaged).unwrap_err();
            assert!(matches!(told, Error::Conflict { code: "evidence_damaged", .. }), "{told:?}");
        }
        for later in [Failed::TimedOut(Duration::from_secs(15)), Failed::Unavailable("none".to_owned())] {
            let told = cut(Err(later)).unwrap_err();
            assert!(matches!(told, Error::Overloaded { retry_after_s: 5 }), "{told:?}");
        }
    }
}
