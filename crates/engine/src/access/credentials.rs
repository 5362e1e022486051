//! Keys and OAuth clients: shown once, kept as a hash, with two secrets while one takes the other's place.

use bonafide_core::{
    id::{CredentialId, OrganizationId},
    problem::Rule,
    time::Timestamp,
};
use bonafide_store::{
    Tx, audit,
    credentials::{self as rows, Credential, Kind, Secret},
    organizations::{self, Organization},
    secrets::PlainSecret,
};
use serde_json::json;

use crate::{Caller, Engine, Error, Result, Scope};

/// How long two secrets may be good side by side, in seconds.
pub const LONGEST_OVERLAP_S: i64 = 30 * 24 * 3600;
/// Most requests a minute that a credential may be given.
pub const MOST_PER_MINUTE: i64 = 100_000;
/// Longest name, in characters.
const LONGEST_NAME: usize = 200;

/// What the public ids of keys and of clients begin with.
const KEY: &str = "key";
const CLIENT: &str = "cli";

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

/// Makes a credential of the caller's organization. Nobody gives away more than they have.
pub async fn create(engine: &Engine, caller: &Caller, wanted: Wanted) -> Result<NewCredential> {
    may_give(caller, &wanted.scopes)?;
    let wanted = within(engine, caller, wanted).await?;
    let mut tx = engine.db.begin().await?;
    let new = insert(engine, &mut tx, caller.organization, caller.sandbox, wanted, &caller.actor()).await?;
    tx.commit().await?;
    Ok(new)
}

/// The credentials of the caller's organization, oldest first.
pub async fn list(engine: &Engine, caller: &Caller) -> Result<Vec<Listed>> {
    if !caller.may(Scope::Keys) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db.read().await?;
    listed(engine, &mut tx, caller.organization, caller.sandbox).await
}

/// A second secret for a credential of the caller's organization; those before it end after `overlap_s` seconds.
pub async fn rotate(
    engine: &Engine,
    caller: &Caller,
    public_id: &str,
    overlap_s: i64,
) -> Result<NewCredential> {
    let mut tx = engine.db.begin().await?;
    let found = of_organization(&mut tx, caller.organization, public_id).await?;
    may_give(caller, &found.scopes)?;
    let new = add_secret(engine, &mut tx, found, caller.sandbox, overlap_s, &caller.actor()).await?;
    tx.commit().await?;
    Ok(new)
}

/// Ends a credential of the caller's organization; it and its tokens stop working at once.
pub async fn revoke(engine: &Engine, caller: &Caller, public_id: &str) -> Result<()> {
    if !caller.may(Scope::Keys) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db.begin().await?;
    let found = of_organization(&mut tx, caller.organization, public_id).await?;
    end(engine, &mut tx, &found, &caller.actor()).await?;
    tx.commit().await?;
    Ok(())
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
    let mut tx = engine.db.read().await?;
    let giver = rows::get(&mut tx, caller.organization, caller.credential).await?;
    let giver = giver.ok_or(Error::NotFound("credential"))?;
    let most = giver.per_minute.unwrap_or(MOST_PER_MINUTE);
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

async fn of_organization(tx: &mut Tx, organization: OrganizationId, public_id: &str) -> Result<Credential> {
    let found = known(tx, public_id).await?;
    if found.organization == organization { Ok(found) } else { Err(Error::NotFound("credential")) }
}

async fn known(tx: &mut Tx, public_id: &str) -> Result<Credential> {
    // No database has to look at what nobody was ever given.
    let id = public_id.split_once('_').filter(|(kind, _)| [KEY, CLIENT].contains(kind));
    let is_id = id.is_some_and(|(_, id)| id.parse::<CredentialId>().is_ok());
    let found = if is_id { rows::by_public_id(tx, public_id).await? } else { None };
    found.ok_or(Error::NotFound("credential"))
}

/// For the operator: makes a credential for the installation's organization, or for its sandbox (the first one made;
/// created if there is none).
pub async fn create_credential(engine: &Engine, wanted: Wanted, sandbox: bool) -> Result<NewCredential> {
    let (now, entropy) = (engine.now(), &*engine.entropy);
    let mut tx = engine.db.begin().await?;
    let organization = match organizations::list(&mut tx).await?.iter().find(|o| o.sandbox == sandbox) {
        Some(first) => first.id,
        None => {
            let new = Organization {
                id: OrganizationId::new(now, entropy),
                name: if sandbox { "sandbox" } else { "default" }.to_owned(),
                created_at: now,
                sandbox,
                clock_ahead_ms: 0,
            };
            organizations::insert(&mut tx, &new).await?;
            new.id
        }
    };
    let new = insert(engine, &mut tx, organization, sandbox, wanted, "operator").await?;
    tx.commit().await?;
    Ok(new)
}

/// For the operator: makes an organization with one OAuth client.
pub async fn create_organization(engine: &Engine, name: &str, sandbox: bool) -> Result<NewCredential> {
    let now = engine.now();
    let organization = Organization {
        id: OrganizationId::new(now, &*engine.entropy),
        name: name.to_owned(),
        created_at: now,
        sandbox,
        clock_ahead_ms: 0,
    };
    let mut tx = engine.db.begin().await?;
    organizations::insert(&mut tx, &organization).await?;
    let wanted = Wanted::new(Kind::OauthClient, name);
    let new = insert(engine, &mut tx, organization.id, sandbox, wanted, "operator").await?;
    tx.commit().await?;
    Ok(new)
}

/// For the operator: all organizations, oldest first.
pub async fn organizations(engine: &Engine) -> Result<Vec<OrganizationId>> {
    let mut tx = engine.db.read().await?;
    Ok(organizations::list(&mut tx).await?.into_iter().map(|o| o.id).collect())
}

/// For the operator: all credentials of all organizations.
pub async fn list_credentials(engine: &Engine) -> Result<Vec<Listed>> {
    let mut tx = engine.db.read().await?;
    let mut all = vec![];
    for organization in organizations::list(&mut tx).await? {
        all.extend(listed(engine, &mut tx, organization.id, organization.sandbox).await?);
    }
    Ok(all)
}

/// For the operator: [`rotate`].
pub async fn rotate_credential(engine: &Engine, public_id: &str, overlap_s: i64) -> Result<NewCredential> {
    let mut tx = engine.db.begin().await?;
    let found = known(&mut tx, public_id).await?;
    let organization = organizations::get(&mut tx, found.organization).await?;
    let sandbox = organization.is_some_and(|o| o.sandbox);
    let new = add_secret(engine, &mut tx, found, sandbox, overlap_s, "operator").await?;
    tx.commit().await?;
    Ok(new)
}

/// For the operator: [`revoke`].
pub async fn revoke_credential(engine: &Engine, public_id: &str) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let found = known(&mut tx, public_id).await?;
    end(engine, &mut tx, &found, "operator").await?;
    tx.commit().await?;
    Ok(())
}

async fn listed(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    sandbox: bool,
) -> Result<Vec<Listed>> {
    let mut all = vec![];
    for credential in rows::list(tx, organization).await? {
        let secrets = rows::secrets(tx, organization, credential.id, engine.now()).await?;
        let secrets = secrets.into_iter().map(|s| (s.hint, s.expires_at)).collect();
        all.push(Listed { credential, sandbox, secrets });
    }
    Ok(all)
}

async fn insert(
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
    let credential = Credential {
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
    note(engine, tx, &credential, actor, "credential.created", &detail).await?;
    Ok(NewCredential { credential, secret })
}

fn check(wanted: &Wanted, now: Timestamp) -> Result<()> {
    if wanted.name.chars().count() > LONGEST_NAME {
        return Err(Error::invalid("name", Rule::Length, "must have at most 200 characters"));
    }
    let words = || wanted.scopes.split(' ').filter(|word| !word.is_empty());
    if words().count() == 0 || words().any(|word| Scope::of_word(word).is_empty()) {
        let known = Scope::ALL.map(Scope::as_str).join(", ");
        let message = format!("must be words out of {}, {known}", Scope::EVERYTHING);
        return Err(Error::invalid("scopes", Rule::Enum, message));
    }
    if wanted.per_minute.is_some_and(|n| !(1..=MOST_PER_MINUTE).contains(&n)) {
        return Err(Error::invalid("per_minute", Rule::Range, "must be from 1 to 100000"));
    }
    if wanted.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::invalid("expires_at", Rule::Range, "must lie ahead"));
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

async fn add_secret(
    engine: &Engine,
    tx: &mut Tx,
    found: Credential,
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
    note(engine, tx, &found, actor, "credential.rotated", &detail).await?;
    Ok(NewCredential { credential: found, secret })
}

async fn end(engine: &Engine, tx: &mut Tx, found: &Credential, actor: &str) -> Result<()> {
    rows::revoke(tx, found.organization, found.id, engine.now()).await?;
    note(engine, tx, found, actor, "credential.revoked", &json!({})).await
}

async fn note(
    engine: &Engine,
    tx: &mut Tx,
    credential: &Credential,
    actor: &str,
    action: &str,
    detail: &serde_json::Value,
) -> Result<()> {
    let object = format!("credential:{}", credential.id);
    let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail };
    audit::append(tx, credential.organization, entry).await?;
    Ok(())
}
