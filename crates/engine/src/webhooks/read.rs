//! Endpoints read back.

use bonafide_core::{
    delivery::Origin,
    id::{OrganizationId, WebhookEndpointId},
};
use bonafide_store::{
    Tx,
    webhook_endpoints::{self as rows, WebhookEndpoint},
};

use super::{
    endpoint::{Endpoint, load, may},
    sealed::{existing_key, open_headers},
};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// Most endpoints of one answer.
pub const MAX_LISTED: i64 = 200;

/// A page of the caller's organization's endpoints: first those it registered, then those that stand for addresses given
/// per verification, each newest first.
pub async fn list(engine: &Engine, caller: &Caller, skip: i64, limit: i64) -> Result<Vec<Endpoint>> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let (all, skip, limit) = (rows::Filter::default(), skip.max(0), limit.clamp(1, MAX_LISTED));
    let page = rows::list(&mut tx, caller.organization, &all, skip, limit).await?;
    seen(engine, &mut tx, caller.organization, page).await
}

/// Which of the endpoints that were registered through an API to list. `None` leaves nothing out.
#[derive(Debug, Clone, Default)]
pub struct Registrations<'a> {
    pub dialect: &'a str,
    /// Those for this client's events alone.
    pub client: Option<&'a str>,
    /// Part of a name or an address; case does not matter.
    pub search_term: Option<&'a str>,
    pub skip: u32,
    pub take: u32,
}

/// A page of the endpoints that were registered through an API, newest first, and how many match in all.
pub async fn registered(
    engine: &Engine,
    caller: &Caller,
    of: &Registrations<'_>,
) -> Result<(Vec<Endpoint>, usize)> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let filter = rows::Filter {
        origin: Some(Origin::Registered),
        dialect: Some(of.dialect),
        client: of.client,
        workflow: None,
    };
    let mut found = rows::list(&mut tx, caller.organization, &filter, 0, i64::MAX).await?;
    // In any alphabet, which not every database does; they are few.
    if let Some(term) = of.search_term.map(|term| term.trim().to_lowercase()) {
        found.retain(|e| e.name.to_lowercase().contains(&term) || e.url.to_lowercase().contains(&term));
    }
    let total = found.len();
    let page = found.into_iter().skip(of.skip as usize).take(of.take as usize).collect();
    Ok((seen(engine, &mut tx, caller.organization, page).await?, total))
}

/// One endpoint.
pub async fn read(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<Endpoint> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let row = load(&mut tx, caller, id).await?;
    let mut seen = seen(engine, &mut tx, caller.organization, vec![row]).await?;
    seen.pop().ok_or(Error::NotFound("webhook"))
}

async fn seen(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    rows: Vec<WebhookEndpoint>,
) -> Result<Vec<Endpoint>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut traffic = rows::traffic(tx, organization, &ids).await?;
    let key = match rows.iter().any(|row| row.sealed.is_some()) {
        true => Some(existing_key(engine, tx, organization).await?),
        false => None,
    };
    let see = |row: WebhookEndpoint| {
        let headers = open_headers(key.as_ref(), &row)?.into_keys().collect();
        let traffic = traffic.remove(&row.id).unwrap_or_default();
        Ok(Endpoint::new(row, headers, traffic))
    };
    rows.into_iter().map(see).collect()
}
