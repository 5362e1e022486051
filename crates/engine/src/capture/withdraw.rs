//! A person takes their consent to the processing of their face back.

use bonafide_core::id::VerificationId;

use super::open::expect_open;
use crate::{
    applicants::face,
    base::{caller::Caller, engine::Engine, error::Result, record::Record},
};

/// Destroys the pictures of the face and what was made of them, and cancels the verification. What the person gave beside
/// it stays until the verification is erased.
///
/// # Errors
/// [`crate::Error::Gone`] when the verification takes nothing more: what was decided is for whoever asked the person
/// ([`crate::identities::withdraw`]).
pub async fn withdraw(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<()> {
    expect_open(engine, caller).await?;
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    face::destroy(engine, &mut tx, &mut record, &caller.actor()).await?;
    tx.commit().await?;
    face::is_gone(engine, &record).await;
    Ok(())
}
