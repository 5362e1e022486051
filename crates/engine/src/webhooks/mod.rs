//! Where events are sent: endpoints and what messages to them are signed with.

pub mod chaos;
pub mod deliver;
pub mod history;

use std::collections::BTreeMap;

use bonafide_core::{
    event::{Happened, Snapshot},
    id::{EventId, OrganizationId, WebhookEndpointId, WebhookSecretId},
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_store::{
    Tx, audit, credentials,
    crypto::{self, Object, SubjectKey},
    deliveries,
    secrets::PlainSecret,
    subject_keys,
    webhook_endpoints::{self as rows, PER_VERIFICATION, WebhookEndpoint, WebhookSecret},
};
use serde_json::json;

pub use bonafide_store::webhook_endpoints::REGISTERED;

use crate::{
    Caller, Engine, Error, Result, Scope,
    events::{Only, tell},
};

/// Most endpoints of one organization.
const MOST: usize = 100;
/// Most headers of one endpoint, and most characters of one.
const MOST_HEADERS: usize = 20;
const LONGEST_HEADER: usize = 2048;
/// How long two secrets may be good side by side, in seconds.
pub const LONGEST_OVERLAP_S: i64 = 30 * 24 * 3600;
/// Headers that say what only the sender knows.
const OURS: [&str; 10] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "user-agent",
    "te",
    "upgrade",
    "trailer",
    "expect",
];

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
#[derive(Debug, Default)]
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
    check(engine, caller, &new)?;
    let (now, organization) = (engine.now(), caller.organization);
    let mut tx = engine.db.begin().await?;
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
    let id = WebhookEndpointId::new(now, &*engine.entropy);
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
    note(engine, &mut tx, organization, &caller.actor(), id, "webhook.created").await?;
    if engine.dialect(&endpoint.dialect).is_some_and(|dialect| dialect.greets()) {
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
    let all = rows::list(tx, organization).await?;
    let same = |e: &&WebhookEndpoint| e.origin == PER_VERIFICATION && e.dialect == dialect && e.url == host;
    if let Some(known) = all.iter().find(same) {
        return Ok(known.id);
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
    rows::insert(tx, organization, &endpoint).await?;
    add_secret(engine, tx, &key, &endpoint, &PlainSecret::webhook(&*engine.entropy), 0).await?;
    Ok(id)
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

/// The endpoints of the caller's organization, newest first; of one API when one is named.
pub async fn list(engine: &Engine, caller: &Caller, dialect: Option<&str>) -> Result<Vec<Endpoint>> {
    may(caller)?;
    let mut tx = engine.db.read().await?;
    let mut all = vec![];
    for row in rows::list(&mut tx, caller.organization).await? {
        if dialect.is_none_or(|d| d == row.dialect) {
            all.push(seen(engine, &mut tx, row).await?);
        }
    }
    Ok(all)
}

/// One endpoint.
pub async fn read(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<Endpoint> {
    may(caller)?;
    let mut tx = engine.db.read().await?;
    let row = load(&mut tx, caller, id).await?;
    seen(engine, &mut tx, row).await
}

/// Changes an endpoint.
pub async fn update(engine: &Engine, caller: &Caller, id: WebhookEndpointId, changes: Changes) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db.begin().await?;
    let mut row = load(&mut tx, caller, id).await?;
    let merged = NewEndpoint {
        dialect: row.dialect.clone(),
        name: changes.name.unwrap_or_else(|| row.name.clone()),
        url: changes.url.unwrap_or_else(|| row.url.clone()),
        words: changes.words.unwrap_or_else(|| words(&row.words)),
        chaos: changes.chaos.unwrap_or_else(|| words(&row.chaos)),
        headers: changes.headers.clone().unwrap_or_default(),
        ..NewEndpoint::default()
    };
    check(engine, caller, &merged)?;
    if let Some(headers) = &changes.headers {
        let key = own_key(engine, &mut tx, caller.organization).await?;
        row.sealed = Some(crypto::seal_json(&key, Object::Webhook(id), headers, &*engine.entropy)?);
    }
    if let Some(active) = changes.active {
        row.active = active;
    }
    row.name = merged.name;
    row.url = merged.url;
    row.words = merged.words.join(" ");
    row.chaos = merged.chaos.join(" ");
    rows::update(&mut tx, caller.organization, &row).await?;
    if changes.active == Some(true) {
        rows::set_health(&mut tx, caller.organization, id, &rows::Health::default()).await?;
    }
    note(engine, &mut tx, caller.organization, &caller.actor(), id, "webhook.changed").await?;
    tx.commit().await?;
    engine.post.notify_waiters();
    Ok(())
}

/// A new secret; messages are signed with those before it as well, for `overlap_s` seconds.
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
    let row = load(&mut tx, caller, id).await?;
    let key = own_key(engine, &mut tx, caller.organization).await?;
    let secret = PlainSecret::webhook(&*engine.entropy);
    add_secret(engine, &mut tx, &key, &row, &secret, overlap_s).await?;
    note(engine, &mut tx, caller.organization, &caller.actor(), id, "webhook.rotated").await?;
    tx.commit().await?;
    Ok(secret)
}

/// Takes an endpoint out of use.
pub async fn delete(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db.begin().await?;
    rows::delete(&mut tx, caller.organization, id, engine.now()).await?;
    note(engine, &mut tx, caller.organization, &caller.actor(), id, "webhook.deleted").await?;
    tx.commit().await?;
    Ok(())
}

/// Sends one message that nothing happened for, to see whether messages arrive.
pub async fn test(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<EventId> {
    may(caller)?;
    let mut tx = engine.db.begin().await?;
    let row = load(&mut tx, caller, id).await?;
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

async fn seen(engine: &Engine, tx: &mut Tx, row: WebhookEndpoint) -> Result<Endpoint> {
    let headers = headers(engine, tx, &row).await?.into_keys().collect();
    let last = deliveries::last_attempt(tx, row.organization, row.id).await?;
    let counts = deliveries::counts(tx, row.organization, row.id).await?;
    Ok(Endpoint { headers, last, counts: counts.into_iter().collect(), row })
}

/// The headers that an endpoint wants.
pub(crate) async fn headers(
    engine: &Engine,
    tx: &mut Tx,
    row: &WebhookEndpoint,
) -> Result<BTreeMap<String, String>> {
    let Some(sealed) = &row.sealed else { return Ok(BTreeMap::new()) };
    let itself = own_applicant(row.organization);
    let key = subject_keys::load(tx, row.organization, itself, &*engine.key_ring).await?;
    Ok(crypto::open_json(&key, Object::Webhook(row.id), sealed)?)
}

/// What messages to an endpoint are signed with now, newest first.
pub(crate) async fn secrets(engine: &Engine, tx: &mut Tx, row: &WebhookEndpoint) -> Result<Vec<PlainSecret>> {
    let sealed = rows::secrets(tx, row.organization, row.id, engine.now()).await?;
    if sealed.is_empty() {
        return Ok(vec![]);
    }
    let itself = own_applicant(row.organization);
    let key = subject_keys::load(tx, row.organization, itself, &*engine.key_ring).await?;
    let open = |s: &WebhookSecret| {
        let text: String = crypto::open_json(&key, Object::WebhookSecret(s.id), &s.sealed)?;
        Ok(PlainSecret::chosen(text))
    };
    sealed.iter().map(open).collect()
}

fn own_applicant(organization: OrganizationId) -> bonafide_core::id::ApplicantId {
    bonafide_core::id::ApplicantId::from_uuid(organization.uuid())
}

async fn own_key(engine: &Engine, tx: &mut Tx, organization: OrganizationId) -> Result<SubjectKey> {
    let (ring, entropy) = (&*engine.key_ring, &*engine.entropy);
    Ok(subject_keys::of_organization(tx, organization, ring, engine.now(), entropy).await?)
}

async fn add_secret(
    engine: &Engine,
    tx: &mut Tx,
    key: &SubjectKey,
    row: &WebhookEndpoint,
    secret: &PlainSecret,
    overlap_s: i64,
) -> Result<()> {
    let now = engine.now();
    let id = WebhookSecretId::new(now, &*engine.entropy);
    let sealed = crypto::seal_json(key, Object::WebhookSecret(id), &secret.expose(), &*engine.entropy)?;
    let new = WebhookSecret { id, sealed, created_at: now, expires_at: None };
    rows::add_secret(tx, row.organization, row.id, &new, now.plus_secs(overlap_s)).await?;
    Ok(())
}

fn check(engine: &Engine, caller: &Caller, new: &NewEndpoint) -> Result<()> {
    let mut problems = vec![];
    let Some(dialect) = engine.dialect(&new.dialect) else {
        let known: Vec<_> = engine.dialects.iter().map(|d| d.name()).collect();
        let message = format!("must be one of {}", known.join(", "));
        return Err(Error::invalid("dialect", Rule::Enum, message));
    };
    if !(1..=200).contains(&new.name.chars().count()) {
        problems.push(Problem::new("name", Rule::Length, "must have 1 to 200 characters"));
    }
    if let Err(failure) = engine.courier.check_url(&new.url) {
        problems.push(Problem::new("url", Rule::Other, failure.to_string()));
    }
    let known = dialect.words();
    for (i, word) in new.words.iter().enumerate() {
        if !known.contains(&word.as_str()) {
            let message = format!("must be one of {}", known.join(", "));
            problems.push(Problem::new(format!("events.{i}"), Rule::Enum, message));
        }
    }
    if new.headers.len() > MOST_HEADERS {
        let message = format!("must have at most {MOST_HEADERS} headers");
        problems.push(Problem::new("headers", Rule::Length, message));
    }
    for (name, value) in &new.headers {
        let lower = name.to_ascii_lowercase();
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let printable = |c: char| c == ' ' || c.is_ascii_graphic();
        let field = format!("headers.{}", name.chars().take(64).collect::<String>());
        if name.is_empty() || !name.chars().all(token) || name.len() > LONGEST_HEADER {
            problems.push(Problem::new(field, Rule::Format, "is no name of a header"));
        } else if OURS.contains(&lower.as_str())
            || lower.starts_with("webhook-")
            || dialect.signature_header().is_some_and(|ours| ours.eq_ignore_ascii_case(name))
        {
            problems.push(Problem::new(field, Rule::Other, "is set by the server"));
        } else if value.len() > LONGEST_HEADER || !value.chars().all(printable) {
            let message = "must be printable ASCII of at most 2048 characters";
            problems.push(Problem::new(field, Rule::Format, message));
        }
    }
    if new.secret.as_ref().is_some_and(|s| !(16..=256).contains(&s.len()) || s.contains(char::is_whitespace))
    {
        problems.push(Problem::new("secret", Rule::Length, "must have 16 to 256 characters and no space"));
    }
    for (i, word) in new.chaos.iter().enumerate() {
        if !chaos::WORDS.contains(&word.as_str()) {
            let message = format!("must be one of {}", chaos::WORDS.join(", "));
            problems.push(Problem::new(format!("chaos.{i}"), Rule::Enum, message));
        } else if !caller.sandbox {
            problems.push(Problem::new("chaos", Rule::Other, "is for test keys alone"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
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
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_host_belong_together() {
        assert_eq!(origin("https://example.com/a?b=c"), "https://example.com");
        assert_eq!(origin("https://example.com"), "https://example.com");
        assert_eq!(origin("http://example.com:8080?x"), "http://example.com:8080");
    }
}
