//! Keys and OAuth clients: made by the operator, shown once, kept as a hash.

use bonafide_core::id::{CredentialId, OrganizationId};
use bonafide_store::{
    audit,
    credentials::{self as rows, Credential, Kind},
    organizations::{self, Organization},
    secrets::PlainSecret,
};
use serde_json::json;

use crate::{Engine, Result, Scope};

/// A credential at the one moment its secret is known.
pub struct NewCredential {
    pub credential: Credential,
    pub secret: PlainSecret,
}

/// Makes a credential for the installation's organization, or for its sandbox (the first one made; created if there
/// is none).
pub async fn create_credential(
    engine: &Engine,
    kind: Kind,
    name: &str,
    sandbox: bool,
) -> Result<NewCredential> {
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
    let new = new_credential(engine, organization, kind, name);
    rows::insert(&mut tx, &new.credential).await?;
    let object = format!("credential:{}", new.credential.id);
    let entry = audit::Entry {
        at: now,
        actor: "operator",
        action: "credential.created",
        object: &object,
        detail: &json!({"kind": match kind { Kind::ApiKey => "api_key", Kind::OauthClient => "oauth_client" }}),
    };
    audit::append(&mut tx, organization, entry).await?;
    tx.commit().await?;
    Ok(new)
}

/// Makes an organization with one OAuth client.
pub async fn create_organization(engine: &Engine, name: &str, sandbox: bool) -> Result<NewCredential> {
    let now = engine.now();
    let organization = Organization {
        id: OrganizationId::new(now, &*engine.entropy),
        name: name.to_owned(),
        created_at: now,
        sandbox,
        clock_ahead_ms: 0,
    };
    let new = new_credential(engine, organization.id, Kind::OauthClient, name);
    let mut tx = engine.db.begin().await?;
    organizations::insert(&mut tx, &organization).await?;
    rows::insert(&mut tx, &new.credential).await?;
    tx.commit().await?;
    Ok(new)
}

fn new_credential(engine: &Engine, organization: OrganizationId, kind: Kind, name: &str) -> NewCredential {
    let (now, entropy) = (engine.now(), &*engine.entropy);
    let id = CredentialId::new(now, entropy);
    let (prefix, public) = match kind {
        Kind::ApiKey => ("bfk", "key"),
        Kind::OauthClient => ("bfs", "cli"),
    };
    let secret = PlainSecret::new(prefix, entropy);
    let credential = Credential {
        id,
        organization,
        kind,
        name: name.to_owned(),
        public_id: format!("{public}_{id}"),
        secret_sha256: secret.hash(),
        scopes: Scope::Verifications.as_str().to_owned(),
        created_at: now,
        expires_at: None,
        revoked_at: None,
    };
    NewCredential { credential, secret }
}

/// All organizations, oldest first: for the operator.
pub async fn organizations(engine: &Engine) -> Result<Vec<OrganizationId>> {
    let mut tx = engine.db.read().await?;
    Ok(organizations::list(&mut tx).await?.into_iter().map(|o| o.id).collect())
}

/// All credentials of all organizations, for the operator.
pub async fn list_credentials(engine: &Engine) -> Result<Vec<Credential>> {
    let mut tx = engine.db.read().await?;
    let mut all = vec![];
    for organization in organizations::list(&mut tx).await? {
        all.extend(rows::list(&mut tx, organization.id).await?);
    }
    Ok(all)
}

/// Revokes a credential by its public id; its tokens stop working at once.
pub async fn revoke_credential(engine: &Engine, public_id: &str) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let found = rows::by_public_id(&mut tx, public_id).await?;
    let found = found.ok_or(crate::Error::NotFound("credential"))?;
    rows::revoke(&mut tx, found.organization, found.id, engine.now()).await?;
    let object = format!("credential:{}", found.id);
    let entry = audit::Entry {
        at: engine.now(),
        actor: "operator",
        action: "credential.revoked",
        object: &object,
        detail: &json!({}),
    };
    audit::append(&mut tx, found.organization, entry).await?;
    tx.commit().await?;
    Ok(())
}
