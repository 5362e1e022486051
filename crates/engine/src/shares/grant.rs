//! Whether a person agreed that third parties are shown something.

use bonafide_core::{
    id::VerificationId,
    share::Withheld,
    step::{StepData, StepKind, StepState},
    verification::Status,
};
use bonafide_store::Tx;

use super::source::source;
use crate::{
    base::{engine::Engine, error::Result, record::Record},
    steps::step::open_all,
};

/// The verification that may be shown, or why none may. Nothing is without the person's yes in the step `consent`.
pub(super) async fn granted(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
) -> Result<std::result::Result<VerificationId, Withheld>> {
    if record.status() != Status::Approved {
        return Ok(Err(Withheld::NotApproved));
    }
    let steps = open_all(tx, record).await?;
    let Some(consent) = steps.into_iter().find(|step| step.kind == StepKind::Consent) else {
        return Ok(Err(Withheld::NoConsentStep));
    };
    let agreed = matches!(&consent.said.data, Some(StepData::Consent(answer)) if answer.agreed);
    if !agreed || consent.row.state != StepState::Submitted {
        return Ok(Err(Withheld::NotAgreed));
    }
    Ok(source(engine, tx, &record.row).await?.ok_or(Withheld::NothingToShare))
}
