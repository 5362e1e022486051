//! The verification that one of the caller's users has not finished: at most one for each user.

use bonafide_core::{
    id::VerificationId,
    verification::{Kind, Status},
};
use bonafide_store::{
    Tx, restarts,
    verifications::{self as rows, Filter, Page},
    weights::Whom,
};

use super::create::{NewVerification, create_in};
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        record,
    },
    tuning::policies::in_force,
};

/// How a verification stands that waits for the person or for the checks.
const ACTIVE: [Status; 5] =
    [Status::Created, Status::Pending, Status::Capturing, Status::Processing, Status::RetryRequired];

/// The verification that a user has not finished, or a new one. Of several who ask at once, in whatever process, all get
/// the same. The policy that `new` names applies where there is one of that name, and otherwise the default one.
///
/// # Errors
/// As [`super::create()`].
pub async fn start(engine: &Engine, caller: &Caller, new: NewVerification) -> Result<VerificationId> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().begin().await?;
    restarts::hold_user(&mut tx, caller.organization, &new.user_id).await?;
    if let Some(id) = active_in(engine, &mut tx, caller, new.dialect, &new.user_id).await? {
        return Ok(id);
    }
    let id = start_in(engine, &mut tx, caller, new).await?;
    tx.commit().await?;
    Ok(id)
}

/// A new one, whatever there is.
pub(super) async fn start_in(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    new: NewVerification,
) -> Result<VerificationId> {
    let policy = match &new.policy {
        Some(name) => {
            let whom = Whom { client: &caller.client_id, user_id: &new.user_id };
            let found = in_force(tx, caller.organization, whom, name).await?.version;
            found.map(|version| version.name).filter(|found| found == name)
        }
        None => None,
    };
    create_in(engine, tx, caller, NewVerification { policy, ..new }).await
}

/// The verification of a user that was made through this API and is not finished.
pub async fn active(
    engine: &Engine,
    caller: &Caller,
    dialect: &str,
    user_id: &str,
) -> Result<Option<VerificationId>> {
    let mut tx = engine.db().read().await?;
    active_in(engine, &mut tx, caller, dialect, user_id).await
}

/// The newest, should there be several: a reviewer may have opened an earlier one again.
pub(super) async fn active_in(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    dialect: &str,
    user_id: &str,
) -> Result<Option<VerificationId>> {
    if user_id.is_empty() {
        return Ok(None);
    }
    let filter = Filter {
        kind: Some(Kind::IdentityVerification),
        dialect: Some(dialect),
        statuses: &ACTIVE,
        user_ids: &[user_id.to_owned()],
        ..Filter::default()
    };
    let page = Page { after: None, skip: 0, limit: 10 };
    let all = rows::list(tx, caller.organization, &filter, page).await?;
    // One whose time is over waits for its timer alone.
    let goes_on = |row: &rows::Verification| {
        record::status(row) == Status::Processing || row.expires_at.is_none_or(|at| at > engine.now())
    };
    Ok(all.into_iter().find(goes_on).map(|row| row.id))
}
