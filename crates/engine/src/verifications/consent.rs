//! The person's answer to "may we". Nothing is captured before it, and a no is an outcome.

use bonafide_core::{
    id::VerificationId,
    verification::{Action, Status},
};
use bonafide_store::again;
use serde_json::json;

use super::transition::apply;
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
    record::Record,
};

/// The version of the text that was agreed to; the text itself is the integrator's page or ours.
const TEXT_VERSION: &str = "1";

/// Records the answer. Saying yes again changes nothing; a yes cannot become a no here, nor a no a yes.
pub async fn consent(engine: &Engine, caller: &Caller, id: VerificationId, given: bool) -> Result<()> {
    consent_in(engine, caller, id, given, None).await
}

/// The same, and the language in which the person was asked: the one that they are spoken to in from now on.
pub async fn consent_in(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    given: bool,
    language: Option<String>,
) -> Result<()> {
    again(&*engine.entropy, || answer(engine, caller, id, given, language.clone())).await
}

async fn answer(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    given: bool,
    language: Option<String>,
) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    match record.row.consent_given {
        Some(before) if before == given && record.status() != Status::Expired => return Ok(()),
        Some(_) => {
            return Err(Error::conflict(
                "consent_already_given",
                "the person has already answered; create a new session to ask again",
            ));
        }
        None => {}
    }
    record.row.consent_given = Some(given);
    record.row.consent_at = Some(engine.now());
    record.row.consent_text_version = Some(TEXT_VERSION.to_owned());
    let action = if given { Action::Consent } else { Action::RefuseConsent };
    let mut detail = json!({"consented": given, "text_version": TEXT_VERSION});
    if let Some(language) = language {
        detail["language"] = language.as_str().into();
        record.private.chosen_language = Some(language);
    }
    apply(engine, &mut tx, &mut record, action, &caller.actor(), detail).await?;
    tx.commit().await?;
    Ok(())
}
