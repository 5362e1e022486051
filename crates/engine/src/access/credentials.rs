//! Keys and OAuth clients of the caller's own organization.

use bonafide_core::{id::OrganizationId, problem::Rule};
use bonafide_store::{Tx, credentials as rows};

pub use super::credential::{LONGEST_OVERLAP_S, MAX_PER_MINUTE};
use super::credential::{
    Listed, NewCredential, Wanted, add_secret, check_scopes, end, insert, known, listed,
};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// Makes a credential of the caller's organization. Nobody gives away more than they have.
pub async fn create(engine: &Engine, caller: &Caller, wanted: Wanted) -> Result<NewCredential> {
    if caller.may(Scope::Keys) {
        check_scopes(&wanted.scopes)?;
    }
    may_give(caller, &wanted.scopes)?;
    let wanted = within(engine, caller, wanted).await?;
    let mut tx = engine.db().begin().await?;
    let new = insert(engine, &mut tx, caller.organization, caller.sandbox, wanted, &caller.actor()).await?;
    tx.commit().await?;
    Ok(new)
}

/// The credentials of the caller's organization, oldest first.
pub async fn list(engine: &Engine, caller: &Caller) -> Result<Vec<Listed>> {
    if !caller.may(Scope::Keys) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().read().await?;
    listed(engine, &mut tx, caller.organization, caller.sandbox).await
}

/// A second secret for a credential of the caller's organization; those before it end after `overlap_s` seconds.
pub async fn rotate(
    engine: &Engine,
    caller: &Caller,
    public_id: &str,
    overlap_s: i64,
) -> Result<NewCredential> {
    let mut tx = engine.db().begin().await?;
    let found = of_organization(&mut tx, caller.organization, public_id).await?;
    may_give(caller, &found.scopes)?;
    reaches_no_further(&mut tx, caller, &found).await?;
    let new = add_secret(engine, &mut tx, found, caller.sandbox, overlap_s, &caller.actor()).await?;
    tx.commit().await?;
    Ok(new)
}

/// Ends a credential of the caller's organization; it and its tokens stop working at once.
pub async fn revoke(engine: &Engine, caller: &Caller, public_id: &str) -> Result<()> {
    if !caller.may(Scope::Keys) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().begin().await?;
    let found = of_organization(&mut tx, caller.organization, public_id).await?;
    end(engine, &mut tx, &found, &caller.actor()).await?;
    tx.commit().await?;
    Ok(())
}

/// A new secret of somebody else's key is that key: its limit and its end must be within those of whoever asks.
async fn reaches_no_further(tx: &mut Tx, caller: &Caller, found: &rows::Credential) -> Result<()> {
    if found.id == caller.credential {
        return Ok(());
    }
    let giver = rows::get(tx, caller.organization, caller.credential).await?;
    let giver = giver.ok_or(Error::NotFound("credential"))?;
    let within =
        |mine: Option<i64>, its: Option<i64>| mine.is_none_or(|most| its.is_some_and(|its| its <= most));
    let ends = |credential: &rows::Credential| credential.expires_at.map(|at| at.0);
    if within(giver.per_minute, found.per_minute) && within(ends(&giver), ends(found)) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

fn may_give(caller: &Caller, scopes: &str) -> Result<()> {
    if caller.may(Scope::Keys) && Scope::covers(&caller.scopes, scopes) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// What is wanted, if its giver has as much, and where nothing is said what its giver has: nobody asks more often, or for
/// longer, through a key of their own making.
async fn within(engine: &Engine, caller: &Caller, wanted: Wanted) -> Result<Wanted> {
    let mut tx = engine.db().read().await?;
    let giver = rows::get(&mut tx, caller.organization, caller.credential).await?;
    let giver = giver.ok_or(Error::NotFound("credential"))?;
    let most = giver.per_minute.unwrap_or(MAX_PER_MINUTE);
    if wanted.per_minute.is_some_and(|n| n > most) {
        let message = format!("must be at most {most}, the limit of the key that asks");
        return Err(Error::invalid("per_minute", Rule::Range, message));
    }
    if let (Some(end), Some(at)) = (giver.expires_at, wanted.expires_at)
        && at > end
    {
        let message = format!("must be at most {end}, when the key that asks ends");
        return Err(Error::invalid("expires_at", Rule::Range, message));
    }
    let (per_minute, expires_at) =
        (wanted.per_minute.or(giver.per_minute), wanted.expires_at.or(giver.expires_at));
    Ok(Wanted { per_minute, expires_at, ..wanted })
}

async fn of_organization(
    tx: &mut Tx,
    organization: OrganizationId,
    public_id: &str,
) -> Result<rows::Credential> {
    let found = known(tx, public_id).await?;
    if found.organization == organization { Ok(found) } else { Err(Error::NotFound("credential")) }
}
