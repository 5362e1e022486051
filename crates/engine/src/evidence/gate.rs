//! When evidence is taken.

use bonafide_core::{
    step::StepKind,
    verification::{Kind, Status},
};
use bonafide_store::Tx;

use crate::{
    base::{
        error::{Error, Result},
        record::Record,
    },
    steps::asks::listed,
};

/// The consent gate, and the end of capturing: nothing is taken before a yes or after the submission.
pub(crate) fn may_capture(record: &Record) -> Result<()> {
    let unasked = || {
        let message = "the person's consent has to be added first; nothing else is possible before it";
        Err(Error::conflict("consent_required", message))
    };
    // Whoever is known, or sends pictures of others, was asked elsewhere.
    let asked = record.kind() == Kind::IdentityVerification;
    match record.status() {
        // However it came to this state.
        status if status.accepts_evidence() && asked && record.row.consent_given != Some(true) => unasked(),
        status if status.accepts_evidence() => Ok(()),
        Status::Created | Status::Pending => unasked(),
        Status::Refused => {
            Err(Error::conflict("consent_refused", "the person did not consent; the session is finished"))
        }
        Status::Processing => {
            Err(Error::conflict("processing", "the session was submitted and is being checked"))
        }
        Status::Inconclusive => Err(Error::conflict(
            "temporarily_blocked",
            "too many tries failed; the person may try again after a pause",
        )),
        Status::Expired => Err(Error::conflict("expired", "the session has expired; create a new one")),
        _ => Err(Error::conflict("already_finished", "the session is finished and takes no more evidence")),
    }
}

/// Refuses pictures of a step that the verification does not ask for.
pub(crate) async fn must_ask(tx: &mut Tx, record: &Record, step: StepKind) -> Result<()> {
    if listed(tx, &record.row).await?.contains(&step) {
        return Ok(());
    }
    let message = format!("this verification does not ask for the step {step}");
    Err(Error::conflict("step_not_asked_for", message))
}
