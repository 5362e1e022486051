//! What a reviewer's word does to a verification, beside its state.

use bonafide_core::{
    evidence::EvidenceKind,
    id::ApplicantId,
    recapture::Capture,
    review::{Grounds, Verdict},
    verification::Action,
};
use bonafide_store::{Tx, evidence};
use serde_json::json;

use crate::{
    base::{caller::Caller, engine::Engine, error::Result, private::AskedAgain, record::Record},
    identities::revoke::revoke,
    verifications::{expire::renew, transition::apply_because},
};

/// What a reviewer says.
#[derive(Debug, Clone)]
pub struct Saying<'a> {
    pub verdict: Verdict,
    pub grounds: Grounds,
    /// Kept sealed with the person.
    pub note: Option<&'a str>,
    /// What the person is to capture again.
    pub captures: &'a [Capture],
    /// The last decision that the reviewer saw.
    pub seen: Option<&'a str>,
}

/// Changes the state and what goes with it. An identity that nothing stands behind any more is returned: it is to be
/// forgotten in memory after the commit.
pub(super) async fn carry_out(
    engine: &Engine,
    tx: &mut Tx,
    record: &mut Record,
    caller: &Caller,
    action: Action,
    said: &Saying<'_>,
) -> Result<Option<ApplicantId>> {
    let actor = caller.actor();
    let mut gone = None;
    match (said.verdict, action) {
        (Verdict::AskAgain, _) => {
            for capture in said.captures {
                for kind in kinds(*capture) {
                    let (organization, id) = (record.row.organization, record.row.id);
                    evidence::supersede(tx, organization, id, *kind, engine.now()).await?;
                }
            }
            let captures = said.captures.to_vec();
            record.private.asked_again = Some(AskedAgain { captures, grounds: said.grounds });
            try_again(engine, tx, record).await?;
        }
        (Verdict::Reopen, Action::Reopen) => try_again(engine, tx, record).await?,
        (Verdict::Decline, _) => gone = revoke(engine, tx, record, &actor).await?,
        (Verdict::Approve | Verdict::Cancel | Verdict::Reopen, _) => {}
    }
    let detail = json!({"reviewed": said.verdict, "reason": said.grounds});
    let why = Some(said.grounds.as_str());
    apply_because(engine, tx, record, action, (&actor, detail), &[], why).await?;
    Ok(gone)
}

/// The person has as many attempts and as much time as at first.
async fn try_again(engine: &Engine, tx: &mut Tx, record: &mut Record) -> Result<()> {
    record.private.failed_before = record.private.attempt;
    renew(engine, tx, record).await
}

/// What goes with a capture: the device is told that it is not there any more.
fn kinds(capture: Capture) -> &'static [EvidenceKind] {
    match capture {
        Capture::DocumentFront => &[EvidenceKind::DocumentFront, EvidenceKind::Portrait],
        Capture::DocumentBack => &[EvidenceKind::DocumentBack],
        Capture::Liveness => &[EvidenceKind::Selfie, EvidenceKind::LivenessFrame],
    }
}
