//! `POST /console/verifications/{id}/biometric-consent/withdraw`

use axum::extract::State;
use bonafide_engine::{Engine, identities};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

use crate::extract::verification_id;

/// Withdraw the consent to the processing of the face
///
/// For a person who tells you so, at any time: before they submit they can do it on their device. Destroys every picture of
/// their face and what it was known again by. Where they are an identity, this holds for the identity, which is known by
/// its documents alone from then on, and for every verification and authentication of theirs.
///
/// What is not over is canceled. What was decided stays as it is, with its findings, and can be approved, declined and
/// reopened for a decision, but the person is asked for nothing more (409 `consent_withdrawn`): create a new verification for
/// which they consent again. Nor is an authentication of that identity begun before it was verified anew. A face on the block list is yours to remove. Repeating it changes nothing. 409 `anonymized`
/// when the person was erased.
#[operation(post, "/console/verifications/{id}/biometric-consent/withdraw", tag = "Verifications",
    id = "biometric_consent_withdraw", scope = "verifications:write", params(("id" = String, Path)))]
pub(crate) async fn withdraw(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<NoContent> {
    identities::withdraw(&engine, &caller, verification_id(&id)?).await?;
    Ok(NoContent)
}
