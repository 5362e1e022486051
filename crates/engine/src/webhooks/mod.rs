//! Where events are sent: endpoints and what messages to them are signed with.

pub mod chaos;
mod check;
pub mod deliver;
pub mod history;
mod sealed;

use std::collections::BTreeMap;

use bonafide_core::{
    event::{Happened, Snapshot},
    id::{EventId, OrganizationId, WebhookEndpointId},
    problem::Rule,
    time::Timestamp,
};
use bonafide_store::{
    Tx, audit, credentials,
    crypto::{self, Object},
    deliveries,
    secrets::PlainSecret,
    webhook_endpoints::{self as rows, PER_VERIFICATION, Traffic, WebhookEndpoint},
};
use serde_json::json;

pub use bonafide_store::webhook_endpoints::REGISTERED;

use self::{
    check::check,
    sealed::{add_secret, existing_key, headers, open_headers, own_key, secrets},
};
use crate::{
    Caller, Engine, Error, Result, Scope,
    events::{Only, tell},
};

/// Most endpoints that one organization registers, and most hosts of addresses given per verification.
const MOST: usize = 100;
const MOST_HOSTS: usize = 1000;
/// Most endpoints of one answer.
pub const MOST_LISTED: i64 = 200;
/// How long two secrets may be good side by side, in seconds.
pub const LONGEST_OVERLAP_S: i64 = 30 * 24 * 3600;

/// An endpoint to register.
#[derive(Debug, Default)]
pub struct NewEndpoint {
    /// The API whose words its messages are in.
    pub dialect: String,
    /// The client whose events it gets; absent for all of the organization's.
    pub client_id: Option<String>,
    pub name: String,
    pub url: String,
    /// The events it gets, in the words of its API; all when empty.
    pub words: Vec<String>,
    /// Sent along with every message.
    pub headers: BTreeMap<String, String>,
    /// Chosen by the organization; drawn when absent.
    pub secret: Option<String>,
    /// Out of [`chaos::WORDS`], in a sandbox.
    pub chaos: Vec<String>,
}

/// What changes about an endpoint; `None` leaves it as it is.
#[derive(Debug, Default, Clone)]
pub struct Changes {
    pub name: Option<String>,
    pub url: Option<String>,
    pub words: Option<Vec<String>>,
    pub headers: Option<BTreeMap<String, String>>,
    pub chaos: Option<Vec<String>>,
    /// Switching on also forgets that the server had given up on it.
    pub active: Option<bool>,
}

/// An endpoint, and the one time its secret is known.
pub struct Registered {
    pub id: WebhookEndpointId,
    pub secret: PlainSecret,
}

/// An endpoint as its owner sees it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub row: WebhookEndpoint,
    /// The names of the headers sent along; their values may be secrets.
    pub headers: Vec<String>,
    /// When the last attempt was made there, and the status that was answered.
    pub last: Option<(Timestamp, Option<i64>)>,
    /// Messages by status.
    pub counts: BTreeMap<String, i64>,
}

/// Registers an endpoint.
pub async fn create(engine: &Engine, caller: &Caller, new: NewEndpoint) -> Result<Registered> {
    may(caller)?;
    let Some(dialect) = engine.dialect(&new.dialect) else {
        let known: Vec<_> = engine.dialects.iter().map(|d| d.name()).collect();
        return Err(Error::invalid("api", Rule::Enum, format!("must be one of {}", known.join(", "))));
    };
    let everything = Changes {
        name: Some(new.name.clone()),
        url: Some(new.url.clone()),
        words: Some(new.words.clone()),
        headers: Some(new.headers.clone()),
        chaos: Some(new.chaos.clone()),
        active: None,
    };
    check(engine, caller, Some(dialect), &everything, new.secret.as_deref())?;
    let (now, organization) = (engine.now(), caller.organization);
    let id = WebhookEndpointId::new(now, &*engine.entropy);
    let mut tx = engine.db.begin().await?;
    note(engine, &mut tx, organization, &caller.actor(), id, "webhook.created").await?;
    if let Some(client) = &new.client_id
        && !credentials::list(&mut tx, organization).await?.iter().any(|c| c.public_id == *client)
    {
        return Err(Error::NotFound("client"));
    }
    let before = rows::list(&mut tx, organization).await?;
    if before.iter().filter(|e| e.origin == REGISTERED).count() >= MOST {
        let message = format!("an organization has at most {MOST} webhooks; delete one first");
        return Err(Error::conflict("too_many_webhooks", message));
    }
    let key = own_key(engine, &mut tx, organization).await?;
    let endpoint = WebhookEndpoint {
        id,
        organization,
        dialect: new.dialect,
        client: new.client_id.unwrap_or_default(),
        name: new.name,
        url: new.url,
        words: new.words.join(" "),
        origin: REGISTERED.to_owned(),
        active: true,
        chaos: new.chaos.join(" "),
        sealed: Some(crypto::seal_json(&key, Object::Webhook(id), &new.headers, &*engine.entropy)?),
        created_at: now,
        failing_since: None,
        disabled_at: None,
        disabled_reason: None,
    };
    let secret = new.secret.map_or_else(|| PlainSecret::webhook(&*engine.entropy), PlainSecret::chosen);
    rows::insert(&mut tx, organization, &endpoint).await?;
    add_secret(engine, &mut tx, &key, &endpoint, &secret, 0).await?;
    if dialect.greets() {
        greet(engine, &mut tx, organization, id).await?;
    }
    tx.commit().await?;
    Ok(Registered { id, secret })
}

/// The endpoint that stands for the addresses of one host that verifications are created with; made at the first.
pub(crate) async fn per_verification(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    dialect: &str,
    url: &str,
) -> Result<WebhookEndpointId> {
    let host = origin(url);
    if let Some(known) = rows::of_host(tx, organization, dialect, host).await? {
        return Ok(known);
    }
    let all = rows::list(tx, organization).await?;
    if all.iter().filter(|e| e.origin == PER_VERIFICATION).count() >= MOST_HOSTS {
        let message = format!(
            "verifications of an organization name at most {MOST_HOSTS} hosts in their addresses; delete the webhooks \
             of some, or register one webhook for all"
        );
        return Err(Error::conflict("too_many_webhook_hosts", message));
    }
    let key = own_key(engine, tx, organization).await?;
    let id = WebhookEndpointId::new(engine.now(), &*engine.entropy);
    let endpoint = WebhookEndpoint {
        id,
        organization,
        dialect: dialect.to_owned(),
        client: String::new(),
        name: "addresses given per verification".to_owned(),
        url: host.to_owned(),
        words: String::new(),
        origin: PER_VERIFICATION.to_owned(),
        active: true,
        chaos: String::new(),
        sealed: None,
        created_at: engine.now(),
        failing_since: None,
        disabled_at: None,
        disabled_reason: None,
    };
    if !rows::insert(tx, organization, &endpoint).await? {
        let theirs = rows::of_host(tx, organization, dialect, host).await?;
        return theirs.ok_or(Error::Busy { retry_after_s: 1 });
    }
    add_secret(engine, tx, &key, &endpoint, &PlainSecret::webhook(&*engine.entropy), 0).await?;
    Ok(id)
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

/// A page of the caller's organization's endpoints: first those it registered, then those that stand for addresses given
/// per verification, each newest first.
pub async fn list(engine: &Engine, caller: &Caller, skip: i64, limit: i64) -> Result<Vec<Endpoint>> {
    may(caller)?;
    let mut tx = engine.db.read().await?;
    let all = rows::list(&mut tx, caller.organization).await?.into_iter();
    let (skip, limit) = (skip.max(0) as usize, limit.clamp(1, MOST_LISTED) as usize);
    seen(engine, &mut tx, caller.organization, all.skip(skip).take(limit).collect()).await
}

/// The endpoints that were registered through an API, newest first.
pub async fn registered(engine: &Engine, caller: &Caller, dialect: &str) -> Result<Vec<WebhookEndpoint>> {
    may(caller)?;
    let mut tx = engine.db.read().await?;
    let mut all = rows::list(&mut tx, caller.organization).await?;
    all.retain(|e| e.origin == REGISTERED && e.dialect == dialect);
    Ok(all)
}

/// One endpoint.
pub async fn read(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<Endpoint> {
    may(caller)?;
    let mut tx = engine.db.read().await?;
    let row = load(&mut tx, caller, id).await?;
    let mut seen = seen(engine, &mut tx, caller.organization, vec![row]).await?;
    seen.pop().ok_or(Error::NotFound("webhook"))
}

/// Changes an endpoint. What changes is checked; all of it when it is switched on, for the rules may have changed too.
pub async fn update(engine: &Engine, caller: &Caller, id: WebhookEndpointId, changes: Changes) -> Result<()> {
    may(caller)?;
    let organization = caller.organization;
    let mut tx = engine.db.begin().await?;
    note(engine, &mut tx, organization, &caller.actor(), id, "webhook.changed").await?;
    let mut row = load(&mut tx, caller, id).await?;
    if row.origin == PER_VERIFICATION && changes.url.as_ref().is_some_and(|url| *url != row.url) {
        let message = "stands for addresses given per verification; register a webhook for another";
        return Err(Error::invalid("url", Rule::Other, message));
    }
    let mut checked = changes.clone();
    if changes.active == Some(true) {
        checked.name.get_or_insert_with(|| row.name.clone());
        checked.url.get_or_insert_with(|| row.url.clone());
        checked.words.get_or_insert_with(|| words(&row.words));
        checked.chaos.get_or_insert_with(|| words(&row.chaos));
        if checked.headers.is_none() {
            checked.headers = Some(headers(engine, &mut tx, &row).await?);
        }
    }
    check(engine, caller, engine.dialect(&row.dialect), &checked, None)?;
    if let Some(headers) = &changes.headers {
        let key = own_key(engine, &mut tx, organization).await?;
        row.sealed = Some(crypto::seal_json(&key, Object::Webhook(id), headers, &*engine.entropy)?);
    }
    row.name = changes.name.unwrap_or(row.name);
    row.url = changes.url.unwrap_or(row.url);
    row.words = changes.words.map_or(row.words, |words| words.join(" "));
    row.chaos = changes.chaos.map_or(row.chaos, |words| words.join(" "));
    row.active = changes.active.unwrap_or(row.active);
    rows::update(&mut tx, organization, &row).await?;
    if changes.active == Some(true) {
        rows::set_health(&mut tx, organization, id, &rows::Health::default()).await?;
        deliveries::hasten(&mut tx, organization, id, engine.now()).await?;
    }
    tx.commit().await?;
    engine.post.notify_waiters();
    Ok(())
}

/// A new secret; messages are signed with the one before it as well, for `overlap_s` seconds.
pub async fn rotate(
    engine: &Engine,
    caller: &Caller,
    id: WebhookEndpointId,
    overlap_s: i64,
) -> Result<PlainSecret> {
    may(caller)?;
    if !(0..=LONGEST_OVERLAP_S).contains(&overlap_s) {
        return Err(Error::invalid("overlap_s", Rule::Range, "must be from 0 to 2592000 (30 days)"));
    }
    let mut tx = engine.db.begin().await?;
    note(engine, &mut tx, caller.organization, &caller.actor(), id, "webhook.rotated").await?;
    let row = load(&mut tx, caller, id).await?;
    let key = own_key(engine, &mut tx, caller.organization).await?;
    let secret = PlainSecret::webhook(&*engine.entropy);
    add_secret(engine, &mut tx, &key, &row, &secret, overlap_s).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Takes an endpoint out of use.
pub async fn delete(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db.begin().await?;
    note(engine, &mut tx, caller.organization, &caller.actor(), id, "webhook.deleted").await?;
    rows::delete(&mut tx, caller.organization, id, engine.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Sends one message that nothing happened for, to see whether messages arrive.
pub async fn test(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<EventId> {
    may(caller)?;
    let mut tx = engine.db.begin().await?;
    let row = load(&mut tx, caller, id).await?;
    if row.origin == PER_VERIFICATION {
        let message = "each verification gives its own address; create one with yours and see it told";
        return Err(Error::conflict("no_address", message));
    }
    if !row.is_open() {
        return Err(Error::conflict("webhook_off", "the webhook is switched off; switch it on first"));
    }
    let event = greet(engine, &mut tx, caller.organization, id).await?;
    tx.commit().await?;
    Ok(event)
}

async fn greet(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookEndpointId,
) -> Result<EventId> {
    let snapshot = Snapshot { test: true, ..Snapshot::default() };
    let whom = Only::Endpoint(id);
    tell(engine, tx, organization, Happened::EndpointTested, id.uuid(), &snapshot, whom).await
}

/// What can be told of an address without asking for its name.
pub(crate) fn check_url(engine: &Engine, field: &str, url: &str) -> Result<()> {
    engine.courier.check_url(url).map_err(|failure| Error::invalid(field, Rule::Other, failure.to_string()))
}

fn may(caller: &Caller) -> Result<()> {
    if caller.may(Scope::Webhooks) { Ok(()) } else { Err(Error::Forbidden) }
}

fn words(joined: &str) -> Vec<String> {
    joined.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

async fn load(tx: &mut Tx, caller: &Caller, id: WebhookEndpointId) -> Result<WebhookEndpoint> {
    rows::get(tx, caller.organization, id).await?.ok_or(Error::NotFound("webhook"))
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
        let Traffic { last, counts } = traffic.remove(&row.id).unwrap_or_default();
        Ok(Endpoint { row, headers, last, counts })
    };
    rows.into_iter().map(see).collect()
}

pub(crate) async fn note(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    actor: &str,
    id: WebhookEndpointId,
    action: &str,
) -> Result<()> {
    let object = format!("webhook:{id}");
    let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail: &json!({}) };
    audit::append(tx, organization, entry).await?;
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An endpoint of an API that wants everything.
    pub(crate) fn endpoint(dialect: &str) -> WebhookEndpoint {
        WebhookEndpoint {
            id: WebhookEndpointId::from_uuid(uuid::Uuid::nil()),
            organization: OrganizationId::from_uuid(uuid::Uuid::nil()),
            dialect: dialect.into(),
            client: String::new(),
            name: "a".into(),
            url: "https://example.com/".into(),
            words: String::new(),
            origin: REGISTERED.into(),
            active: true,
            chaos: String::new(),
            sealed: None,
            created_at: Timestamp(0),
            failing_since: None,
            disabled_at: None,
            disabled_reason: None,
        }
    }

    #[test]
    fn addresses_of_one_host_belong_together() {
        assert_eq!(origin("https://example.com/a?b=c"), "https://example.com");
        assert_eq!(origin("https://example.com"), "https://example.com");
        assert_eq!(origin("http://example.com:8080?x"), "http://example.com:8080");
    }
}
