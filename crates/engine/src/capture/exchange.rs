//! A one-time link exchanged for a capture token.

use bonafide_core::{
    id::VerificationId,
    time::Timestamp,
    verification::{Action, Status},
};
use bonafide_store::{
    attempts, capture_tokens as rows,
    secrets::{PlainSecret, SecretHash},
};
use serde_json::json;

use super::token::{draw, is_open, verification};
use crate::{
    attempts::{
        expire::is_unopened,
        follow::{Opener, opened},
    },
    base::{
        engine::Engine,
        error::{Error, Result},
        record::{Record, status},
    },
    verifications::transition::apply,
};

/// A token at the one moment it is known.
pub struct Exchanged {
    pub token: PlainSecret,
    /// When the verification ends.
    pub expires_at: Option<Timestamp>,
    pub verification: VerificationId,
}

/// What every link is told that opens nothing, so that nobody learns which ones ever did.
const OVER: &str = "this link was used before or is no link; ask whoever sent it for a new one";

/// Gives the token of a link, once; the token that the verification had before ends. The verification counts as opened.
///
/// # Errors
/// [`Error::Gone`] for a link that is unknown or used, or whose verification takes nothing more.
pub async fn exchange(engine: &Engine, code: &str, by: Opener) -> Result<Exchanged> {
    let presented = SecretHash::of(code);
    // Reads first: strangers who guess hold nobody up.
    let mut tx = engine.db().read().await?;
    let found = rows::find(&mut tx, presented).await?.filter(|link| link.link && link.ended_at.is_none());
    let link = found.ok_or(Error::Gone(OVER))?;
    drop(tx);
    let mut tx = engine.db().begin().await?;
    let row = verification(&mut tx, &link).await?.ok_or(Error::Gone(OVER))?;
    is_open(&row, engine.now())?;
    let attempt = attempts::latest(&mut tx, link.organization, row.id).await?;
    if attempt.is_some_and(|attempt| is_unopened(&attempt, engine.now())) {
        return Err(Error::Gone(OVER));
    }
    if !rows::redeem(&mut tx, link.organization, presented, engine.now()).await? {
        return Err(Error::Gone(OVER));
    }
    let token = draw(engine, &mut tx, &row, false).await?;
    let (id, expires_at) = (row.id, row.expires_at);
    let is_new = status(&row) == Status::Created;
    let mut record = Record::open(engine, &mut tx, row).await?;
    opened(engine, &mut tx, &record, by).await?;
    if is_new {
        apply(engine, &mut tx, &mut record, Action::Open, "person", json!({})).await?;
    }
    tx.commit().await?;
    Ok(Exchanged { token, expires_at, verification: id })
}
