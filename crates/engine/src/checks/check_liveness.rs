//! Judges the frames of the liveness capture, and whether they were submitted before.

use std::time::Instant;

use bonafide_checks::liveness::replay::{self, Known};
use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Code, Finding, Outcome, Reason},
    id::LivenessSessionId,
};
use bonafide_inspect::jobs::{File, Frame, JudgeCapture, Judged};
use bonafide_store::{Tx, liveness_sessions};

use super::job::{Case, CheckJob};
use crate::{
    base::{engine::Engine, error::Result, features::Captures, jobs::JobKind, record::Record},
    evidence::{
        liveness::asked,
        pictures::{Opened, open_pictures, unreadable},
    },
};

pub(crate) struct CheckLiveness {
    passive: Finding,
    active: Finding,
}

impl CheckJob for CheckLiveness {
    const KIND: JobKind = JobKind::CheckLiveness;
    const CHECKS: &'static [Check] = &[Check::PassiveLiveness];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let frames = open_pictures(engine, &case.record, &[EvidenceKind::LivenessFrame]).await?;
        let session = frames.first().and_then(|f| f.frame).map(|f| f.session);
        let challenge = match session {
            Some(session) => {
                let mut tx = engine.db().read().await?;
                let row = liveness_sessions::get(&mut tx, case.organization, session).await?;
                row.as_ref().and_then(asked)
            }
            None => None,
        };
        let frame = |opened: Opened| {
            let (step, at_ms) = opened.frame.map_or((None, None), |f| (f.step, f.at_ms));
            Frame { file: File(opened.bytes), step, at_ms }
        };
        let frames = frames.into_iter().map(frame).collect();
        let weights = case.record.policy()?.over(case.weights);
        let judged = engine.inspect(case.organization, JudgeCapture { frames, challenge, weights }).await?;
        let judged = judged.map_err(unreadable)?;
        let start = Instant::now();
        let known = match session {
            Some(session) => remember_and_search(engine, &case, session, &judged).await?,
            None => None,
        };
        let Judged { passive, mut active, .. } = judged;
        if let Some(known) = known {
            replayed(&mut active, known);
            active.ms += start.elapsed().as_millis() as u64;
        }
        Ok(Self { passive, active })
    }

    async fn record(self, _: &Engine, _: &mut Tx, _: &mut Record) -> Result<Vec<Finding>> {
        Ok(vec![self.passive, self.active])
    }
}

/// Whether the capture was submitted before, under whatever name. Kept before the search and in a transaction of
/// its own: of two that arrive at once the later one sees the earlier, and only the later is one too many.
async fn remember_and_search(
    engine: &Engine,
    case: &Case,
    session: LivenessSessionId,
    judged: &Judged,
) -> Result<Option<Known>> {
    let shelf = engine.gallery().captures();
    let (organization, verification) = (case.organization, case.record.row.id);
    if let Some(mut tx) = case.begin(engine).await? {
        let key = &case.record.key;
        let mut sessions: Vec<_> = shelf
            .of(&mut tx, organization, key)
            .await?
            .into_iter()
            .filter(|c| c.verification == Some(verification))
            .flat_map(|c| c.sessions)
            .filter(|(earlier, _)| *earlier != session)
            .collect();
        sessions.push((session, judged.kept.clone()));
        let captures = Captures { verification: Some(verification), sessions };
        shelf.keep(&mut tx, organization, verification, key, &captures.to_bytes()).await?;
        tx.commit().await?;
    }
    let mut tx = engine.db().read().await?;
    let (hashes, traces) = (judged.kept.hashes.clone(), judged.traces.clone());
    let look = move |known: &mut Option<Known>, _, captures: &Captures| {
        // Ids sort by time.
        let mut earlier = captures.sessions.iter().filter(|(id, _)| *id < session);
        *known = known.or_else(|| earlier.find_map(|(_, kept)| replay::known(&hashes, &traces, kept)));
    };
    Ok(shelf.search(&mut tx, organization, None, look).await?.found)
}

/// A replay is refused where movements were asked for. Where the frames alone are judged it is only told: a
/// picture that a person uses twice is no crime there, and one pixel makes another picture of it.
fn replayed(active: &mut Finding, known: Known) {
    let detail = match known {
        Known::SamePixels => "a picture of this capture was submitted before",
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
