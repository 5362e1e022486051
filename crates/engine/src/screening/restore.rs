//! What reviewers said of hits, read back and taken back.

use bonafide_core::{audit::AuditAction, event::EventType, id::VerificationId, time::Timestamp};
use bonafide_store::{
    Tx,
    crypto::{self, Object},
    dismissals as rows,
};
use serde_json::json;

use super::dismiss::{count_again, emit_hits, key_of, same_person};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    record::Record,
    screened::Dismissed,
};

/// What a reviewer said of a hit, and holds.
#[derive(Debug, Clone)]
pub struct Dismissal {
    pub list: String,
    pub entry: String,
    pub reason: String,
    /// As in the audit log.
    pub by: String,
    pub at: Timestamp,
    pub until: Timestamp,
}

/// What holds for the person of a verification, each entry once.
pub(crate) async fn standing(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<Vec<Dismissal>> {
    let mut all: Vec<Dismissal> = vec![];
    for (row, dismissed) in held(engine, tx, record).await? {
        let Dismissed { list, entry, reason, .. } = dismissed;
        if !all.iter().any(|d| d.list == list && d.entry == entry) {
            let (at, until) = (row.created_at, row.expires_at);
            all.push(Dismissal { list, entry, reason, by: row.actor, at, until });
        }
    }
    Ok(all)
}

/// Takes a dismissal back: the hit counts again for this verification, and for the identity that it was said of. How many
/// hits count now.
///
/// # Errors
/// [`Error::NotFound`] where nobody dismissed a hit on this entry.
pub async fn restore(
    engine: &Engine,
    caller: &Caller,
    verification: VerificationId,
    list: &str,
    entry: &str,
) -> Result<usize> {
    if !caller.may(Scope::Review) {
        return Err(Error::Forbidden);
    }
    let (now, organization) = (engine.now(), caller.organization);
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, organization, verification).await?;
    let screened = record.private.screened.clone().ok_or(Error::NotFound("hit"))?;
    let mut ended = 0usize;
    for (row, dismissed) in held(engine, &mut tx, &record).await? {
        if dismissed.list == list && dismissed.entry == entry {
            rows::end(&mut tx, organization, row.id, now).await?;
            ended += 1;
        }
    }
    if ended == 0 {
        return Err(Error::NotFound("dismissed hit"));
    }
    let hits = count_again(engine, &mut tx, &mut record, screened).await?;
    let (action, actor) = (AuditAction::VerificationScreeningRestored, caller.actor());
    record.note(engine, &mut tx, action, &actor, &json!({"hits": hits})).await?;
    emit_hits(engine, &mut tx, &record, EventType::ScreeningReviewed, hits).await?;
    tx.commit().await?;
    Ok(hits)
}

/// The dismissals that hold for the person of a verification, also as an identity.
async fn held(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<Vec<(rows::Dismissal, Dismissed)>> {
    let organization = record.row.organization;
    let mut keys = vec![record.key.clone()];
    let known = match record.row.identity {
        Some(identity) => Some(identity),
        None => same_person(engine, tx, organization, record.private.reading.as_ref()).await?,
    };
    if let Some(identity) = known {
        keys.extend(key_of(engine, tx, organization, identity).await?);
    }
    let mut all = vec![];
    for key in &keys {
        for row in rows::active(tx, organization, key.applicant(), engine.now()).await? {
            let dismissed = crypto::open_json(key, Object::Dismissal(row.id), &row.sealed)?;
            all.push((row, dismissed));
        }
    }
    Ok(all)
}
