//! Judges the frames of the liveness capture, and whether they were handed in before.

use std::time::Instant;

use bonafide_checks::liveness::replay::{self, Known};
use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Code, Finding, Outcome, Reason},
    id::LivenessSessionId,
};
use bonafide_store::{features, jobs::Job, liveness_sessions};

use super::{finish, is_current, load_current, read_document::unreadable, record_findings};
use crate::{
    Engine, Error, Result,
    assess::{self, Capture, CaptureFrame},
    evidence::{liveness::asked, open_pictures},
    gallery::Captures,
    record::Record,
};

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let Some((record, weights)) = load_current(engine, job).await? else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let frames = open_pictures(engine, &record, &[EvidenceKind::LivenessFrame]).await?;
    let session = frames.first().and_then(|f| f.frame).map(|f| f.session);
    let challenge = match session {
        Some(session) => {
            let mut tx = engine.db.read().await?;
            let row = liveness_sessions::get(&mut tx, job.organization, session).await?;
            row.as_ref().and_then(asked)
        }
        None => None,
    };
    let models = engine.models.clone();
    let capture = tokio::task::spawn_blocking(move || {
        let decoded: Result<Vec<CaptureFrame>, _> = frames
            .into_iter()
            .map(|f| {
                let picture = bonafide_checks::image::decode(&f.bytes)?;
                let (step, at_ms) = f.frame.map_or((None, None), |f| (f.step, f.at_ms));
                Ok(CaptureFrame { picture, step, at_ms })
            })
            .collect();
        let frames = decoded.map_err(unreadable)?;
        Ok::<_, Error>(assess::capture(&models, &weights, challenge.as_ref(), frames))
    })
    .await??;
    let start = Instant::now();
    let known = match session {
        Some(session) => remember_and_search(engine, job, &record, session, &capture).await?,
        None => None,
    };
    let mut active = capture.active;
    if let Some(known) = known {
        replayed(&mut active, known);
        active.ms += start.elapsed().as_millis() as u64;
    }
    let findings = [capture.passive, active];

    let mut tx = engine.db.begin().await?;
    let record = Record::load(engine, &mut tx, job.organization, record.row.id).await?;
    if is_current(&record, job) {
        record_findings(engine, &mut tx, &record, &findings, job).await?;
    }
    finish(engine, tx, job).await?;
    engine.work.notify_waiters();
    Ok(())
}

/// Whether the capture was handed in before, under whatever name. Kept before the search and in a transaction of
/// its own: of two that arrive at once the later one sees the earlier, and only the later is one too many.
async fn remember_and_search(
    engine: &Engine,
    job: &Job,
    record: &Record,
    session: LivenessSessionId,
    capture: &Capture,
) -> Result<Option<Known>> {
    let shelf = engine.gallery().captures();
    let (organization, verification) = (job.organization, record.row.id);
    let mut tx = engine.db.begin().await?;
    if is_current(&Record::load(engine, &mut tx, organization, verification).await?, job) {
        let applicant = record.row.applicant;
        let mine = features::open_of(&mut tx, organization, shelf.kind(), applicant, &record.key).await?;
        let mut sessions: Vec<_> = mine
            .iter()
            .filter_map(|bytes| Captures::from_bytes(bytes))
            .filter(|c| c.verification == Some(verification))
            .flat_map(|c| c.sessions)
            .filter(|(earlier, _)| *earlier != session)
            .collect();
        sessions.push((session, capture.kept.clone()));
        let captures = Captures { verification: Some(verification), sessions };
        shelf.keep(engine, &mut tx, record, &captures.to_bytes()).await?;
    }
    tx.commit().await?;
    let mut tx = engine.db.read().await?;
    let mut known = None;
    let look = |_, captures: &Captures| {
        // Ids sort by time.
        let mut earlier = captures.sessions.iter().filter(|(id, _)| *id < session);
        known = known.or_else(|| {
            earlier.find_map(|(_, kept)| replay::known(&capture.kept.hashes, &capture.traces, kept))
        });
    };
    shelf.search(engine, &mut tx, organization, None, look).await?;
    Ok(known)
}

/// A replay is refused where movements were asked for. Where the frames alone are judged it is only told: a
/// picture that a person uses twice is no crime there, and one pixel makes another picture of it.
fn replayed(active: &mut Finding, known: Known) {
    let detail = match known {
        Known::SamePixels => "a picture of this capture was handed in before",
        Known::SameMotion => "this capture shows the same moments as an earlier one",
    };
    let reason = Reason::new(Code::Replayed, detail);
    let asked = !active.reasons.iter().any(|r| r.code == Code::NotAsked);
    if asked {
        active.outcome = Outcome::Fail;
        active.score = Some(0.0);
        active.threshold.get_or_insert(1.0);
        active
            .reasons
            .retain(|r| !matches!(r.code, Code::MovementNotShown | Code::FaceNotTurned | Code::Skipped));
    }
    active.reasons.insert(0, reason);
}

#[cfg(test)]
mod tests {
    use bonafide_core::finding::Check;

    use super::*;

    #[test]
    fn a_replay_fails_what_was_asked_and_is_only_told_where_nothing_was() {
        let mut clear = Finding::scored(Check::ActiveLiveness, 1.0, 1.0, Outcome::Fail);
        replayed(&mut clear, Known::SameMotion);
        assert_eq!((clear.outcome, clear.reasons[0].code.clone()), (Outcome::Fail, Code::Replayed));
        let mut passive = Finding::not_assessed(Check::ActiveLiveness, Code::NotAsked, "none");
        replayed(&mut passive, Known::SamePixels);
        assert_eq!((passive.outcome, passive.reasons.len()), (Outcome::NotAssessed, 2));
    }
}
