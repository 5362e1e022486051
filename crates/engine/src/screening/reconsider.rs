//! A verification that waits for a human because of the lists alone, and waits for nothing any more: its last hit was
//! dismissed, or the lists came that were missing. It is decided anew, with an assessment and events of its own.

use bonafide_core::{
    audit::AuditAction,
    decision::{Assessment, Decision},
    finding::{Check, Code},
    id::{OrganizationId, VerificationId},
    review::Verdict,
    verification::{Action, Status},
};
use bonafide_store::{Tx, assessments, history};

use crate::{
    base::{engine::Engine, error::Result, record::Record, stored::Stored},
    checks::decide::{judge, keep},
    verifications::transition::apply,
};

/// Decides anew where the lists were what a human was asked about, and no human has said anything yet. What was approved
/// or declined is never changed here.
pub(crate) async fn reconsider(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<()> {
    let Some(mut record) = Record::hold_if_there(engine, tx, organization, id).await? else { return Ok(()) };
    if record.status() != Status::ReviewRequired {
        return Ok(());
    }
    let before = assessments::latest(tx, organization, id).await?;
    let before = before.and_then(|a| serde_json::from_value::<Stored>(a.detail).ok());
    if !before.is_some_and(|b| asks_about_lists(&b.assessment)) {
        return Ok(());
    }
    let reviewed = AuditAction::VerificationReviewed.in_history();
    if history::list(tx, organization, id).await?.iter().any(|line| line.event == reviewed) {
        return Ok(());
    }
    let judged = judge(tx, &record).await?;
    let action = match judged.assessment.decision {
        // One reviewer's word on a hit is not the word of two on an approval.
        Decision::Approve if needs_another_word(engine, &record) => return Ok(()),
        Decision::Approve => Action::Approve,
        Decision::Decline => Action::Decline,
        // It goes on waiting; what changed was told as a change of its hits.
        Decision::Review | Decision::Retry | Decision::GiveUp => return Ok(()),
    };
    let detail = keep(engine, tx, &mut record, judged).await?;
    apply(engine, tx, &mut record, action, "engine", detail).await
}

/// Whether approvals need the word of two, and this one would come of what somebody said of a hit.
fn needs_another_word(engine: &Engine, record: &Record) -> bool {
    let dismissed = record.private.screened.as_ref().is_some_and(|s| s.counting().count() < s.hits.len());
    dismissed && engine.settings.four_eyes.asks_for(Verdict::Approve)
}

/// Whether a human was asked, and the lists were among the reasons.
fn asks_about_lists(assessment: &Assessment) -> bool {
    let lists = |code: &Code| match code {
        Code::Failed(check) | Code::Unsure(check) | Code::NotAssessed(check) => *check == Check::Sanctions,
        _ => false,
    };
    assessment.decision == Decision::Review && assessment.reasons.iter().any(|r| lists(&r.code))
}
