//! Keys and OAuth clients: shown once, kept as a hash, with two secrets while one takes the other's place.

use bonafide_core::{
    audit::AuditAction,
    id::{CredentialId, OrganizationId},
    problem::Rule,
    time::Timestamp,
};
pub use bonafide_store::credentials::Kind;
use bonafide_store::{
    Tx, audit,
    credentials::{self as rows, Secret},
    secrets::PlainSecret,
};
use serde_json::json;

use crate::base::{
    caller::Scope,
    engine::Engine,
    error::{Error, Result},
};

/// How long two secrets may be good side by side, in seconds.
pub const LONGEST_OVERLAP_S: i64 = 30 * 24 * 3600;
/// Most requests a minute that a credential may be given.
pub const MAX_PER_MINUTE: i64 = 100_000;
/// Longest name, in characters.
const LONGEST_NAME: usize = 200;

/// What the public ids of keys and of clients begin with.
const KEY: &str = "key";
const CLIENT: &str = "cli";

/// A credential, without its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Credential {
    pub id: CredentialId,
    pub(crate) organization: OrganizationId,
    pub kind: Kind,
    /// In its owner's words.
    pub name: String,
    /// What it is called in requests and lists.
    pub public_id: String,
    /// Space-separated words of [`Scope`].
    pub scopes: String,
    /// Requests a minute; the server's own limit when absent.
    pub per_minute: Option<i64>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
}

impl From<rows::Credential> for Credential {
    fn from(row: rows::Credential) -> Self {
        Self {
            id: row.id,
            organization: row.organization,
            kind: row.kind,
            name: row.name,
            public_id: row.public_id,
            scopes: row.scopes,
            per_minute: row.per_minute,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// A credential at the one moment its secret is known.
pub struct NewCredential {
    pub credential: Credential,
    pub secret: PlainSecret,
}

/// What a credential is made with.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub kind: Kind,
    /// In its owner's words.
    pub name: String,
    /// Space-separated words of [`Scope`].
    pub scopes: String,
    /// Requests a minute; the server's own limit when absent.
    pub per_minute: Option<i64>,
    pub expires_at: Option<Timestamp>,
}

impl Wanted {
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        let scopes = Scope::EVERYTHING.to_owned();
        Self { kind, name: name.into(), scopes, per_minute: None, expires_at: None }
    }
}

/// What a credential is known by: never the secret.
#[derive(Debug, Clone)]
pub struct Listed {
    pub credential: Credential,
    /// It speaks for a sandbox.
    pub sandbox: bool,
    /// The beginning of each secret that is good now, newest first, and when it ends.
    pub secrets: Vec<(String, Option<Timestamp>)>,
}

pub(super) async fn known(tx: &mut Tx, public_id: &str) -> Result<rows::Credential> {
    // No database has to look at what nobody was ever given.
    let id = public_id.split_once('_').filter(|(kind, _)| [KEY, CLIENT].contains(kind));
    let is_id = id.is_some_and(|(_, id)| id.parse::<CredentialId>().is_ok());
    let found = if is_id { rows::by_public_id(tx, public_id).await? } else { None };
    found.ok_or(Error::NotFound("credential"))
}

pub(super) async fn listed(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    sandbox: bool,
) -> Result<Vec<Listed>> {
    let mut all = vec![];
    for credential in rows::list(tx, organization).await? {
        let secrets = rows::secrets(tx, organization, credential.id, engine.now()).await?;
        let secrets = secrets.into_iter().map(|s| (s.hint, s.expires_at)).collect();
        all.push(Listed { credential: credential.into(), sandbox, secrets });
    }
    Ok(all)
}

pub(super) async fn insert(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    sandbox: bool,
    wanted: Wanted,
    actor: &str,
) -> Result<NewCredential> {
    let now = engine.now();
    check(&wanted, now)?;
    let id = CredentialId::new(now, &*engine.entropy);
    let public = match wanted.kind {
        Kind::ApiKey => KEY,
        Kind::OauthClient => CLIENT,
    };
    let credential = rows::Credential {
        id,
        organization,
        kind: wanted.kind,
        name: wanted.name,
        public_id: format!("{public}_{id}"),
        scopes: wanted.scopes,
        per_minute: wanted.per_minute,
        created_at: now,
        expires_at: wanted.expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    let (secret, row) = draw(engine, credential.kind, sandbox);
    rows::insert(tx, &credential, &row).await?;
    let kind = match credential.kind {
        Kind::ApiKey => "api_key",
        Kind::OauthClient => "oauth_client",
    };
    let detail = json!({"kind": kind, "scopes": credential.scopes});
    note(engine, tx, &credential, actor, AuditAction::CredentialCreated, &detail).await?;
    Ok(NewCredential { credential: credential.into(), secret })
}

fn check(wanted: &Wanted, now: Timestamp) -> Result<()> {
    if wanted.name.chars().count() > LONGEST_NAME {
        return Err(Error::invalid("name", Rule::Length, "must have at most 200 characters"));
    }
    check_scopes(&wanted.scopes)?;
    if wanted.per_minute.is_some_and(|n| !(1..=MAX_PER_MINUTE).contains(&n)) {
        return Err(Error::invalid("per_minute", Rule::Range, "must be from 1 to 100000"));
    }
    if wanted.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::invalid("expires_at", Rule::Range, "must lie ahead"));
    }
    Ok(())
}

/// Words that are none are refused by their place: what somebody sent is not repeated.
pub(super) fn check_scopes(scopes: &str) -> Result<()> {
    let words = || scopes.split(' ').filter(|word| !word.is_empty());
    let unknown = |word: &str| Scope::of_word(word).is_empty();
    if words().count() == 0 || words().any(unknown) {
        let known = Scope::ALL.map(Scope::as_str).join(", ");
        let message = match words().position(unknown) {
            Some(n) => format!("must be words out of {}, {known}; word {} is none", Scope::EVERYTHING, n + 1),
            None => format!("must be words out of {}, {known}", Scope::EVERYTHING),
        };
        return Err(Error::invalid("scopes", Rule::Enum, message));
    }
    Ok(())
}

fn draw(engine: &Engine, kind: Kind, sandbox: bool) -> (PlainSecret, Secret) {
    let (secret, hint) = match kind {
        Kind::ApiKey => {
            let secret = PlainSecret::api_key(sandbox, &*engine.entropy);
            let hint = secret.hint();
            (secret, hint)
        }
        Kind::OauthClient => (PlainSecret::new("bfs", &*engine.entropy), String::new()),
    };
    let row = Secret { secret_sha256: secret.hash(), hint, created_at: engine.now(), expires_at: None };
    (secret, row)
}

pub(super) async fn add_secret(
    engine: &Engine,
    tx: &mut Tx,
    found: rows::Credential,
    sandbox: bool,
    overlap_s: i64,
    actor: &str,
) -> Result<NewCredential> {
    if !(0..=LONGEST_OVERLAP_S).contains(&overlap_s) {
        return Err(Error::invalid("overlap_s", Rule::Range, "must be from 0 to 2592000 (30 days)"));
    }
    if !found.is_usable(engine.now()) {
        let message = "this credential was revoked or has expired; create a new one";
        return Err(Error::conflict("credential_ended", message));
    }
    let (secret, row) = draw(engine, found.kind, sandbox);
    let until = engine.now().plus_secs(overlap_s);
    rows::add_secret(tx, found.organization, found.id, &row, until).await?;
    let detail = json!({"overlap_s": overlap_s});
    note(engine, tx, &found, actor, AuditAction::CredentialRotated, &detail).await?;
    Ok(NewCredential { credential: found.into(), secret })
}

pub(super) async fn end(engine: &Engine, tx: &mut Tx, found: &rows::Credential, actor: &str) -> Result<()> {
    rows::revoke(tx, found.organization, found.id, engine.now()).await?;
    note(engine, tx, found, actor, AuditAction::CredentialRevoked, &json!({})).await
}

async fn note(
    engine: &Engine,
    tx: &mut Tx,
    credential: &rows::Credential,
    actor: &str,
    action: AuditAction,
    detail: &serde_json::Value,
) -> Result<()> {
    let object = format!("credential:{}", credential.id);
    let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail };
    audit::append(tx, credential.organization, engine.key_ring(), entry).await?;
    Ok(())
}
