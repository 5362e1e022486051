//! Organizations and their credentials, as the operator of the installation sees them.

use bonafide_core::{audit::AuditAction, id::OrganizationId, plan::Plan};
use bonafide_store::{
    audit,
    organizations::{self, Organization},
};
use serde_json::json;

use super::credential::{
    Credential, Kind, Listed, NewCredential, Wanted, add_secret, end, insert, known, listed,
};
use crate::base::{
    caller::Scope,
    engine::Engine,
    error::{Error, Result},
};

/// For the operator: makes a credential for the installation's organization, or for its sandbox (the first one made;
/// created if there is none).
pub async fn create_credential(engine: &Engine, wanted: Wanted, sandbox: bool) -> Result<NewCredential> {
    let (now, entropy) = (engine.now(), &*engine.entropy);
    let mut tx = engine.db().begin().await?;
    let organization = match organizations::list(&mut tx).await?.iter().find(|o| o.sandbox == sandbox) {
        Some(first) => first.id,
        None => {
            let new = Organization {
                id: OrganizationId::new(now, entropy),
                name: if sandbox { "sandbox" } else { "default" }.to_owned(),
                created_at: now,
                sandbox,
                clock_ahead_ms: 0,
                plan: Plan::Active.into(),
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
        plan: Plan::Active.into(),
    };
    let mut tx = engine.db().begin().await?;
    organizations::insert(&mut tx, &organization).await?;
    let wanted = Wanted::new(Kind::OauthClient, name);
    let new = insert(engine, &mut tx, organization.id, sandbox, wanted, "operator").await?;
    tx.commit().await?;
    Ok(new)
}

/// An organization, as the operator knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct OrganizationInfo {
    pub id: OrganizationId,
    pub name: String,
    pub sandbox: bool,
    /// The word of a [`Plan`].
    pub plan: String,
}

/// For the operator: all organizations, oldest first.
pub async fn organizations(engine: &Engine) -> Result<Vec<OrganizationInfo>> {
    let mut tx = engine.db().read().await?;
    let all = organizations::list(&mut tx).await?.into_iter();
    let info = |o: Organization| OrganizationInfo {
        id: o.id,
        plan: o.plan.as_str().to_owned(),
        name: o.name,
        sandbox: o.sandbox,
    };
    Ok(all.map(info).collect())
}

/// For the operator: sets what an organization has subscribed to. The next request is judged by it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn set_plan(engine: &Engine, id: OrganizationId, plan: Plan) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    if !organizations::set_plan(&mut tx, id, plan).await? {
        return Err(Error::NotFound("organization"));
    }
    let detail = json!({ "plan": plan });
    let entry = audit::Entry {
        at: engine.now(),
        actor: "operator",
        action: AuditAction::PlanChanged,
        object: &format!("organization:{id}"),
        detail: &detail,
    };
    audit::append(&mut tx, id, engine.key_ring(), entry).await?;
    tx.commit().await?;
    Ok(())
}

/// For the operator: all credentials of all organizations.
pub async fn list_credentials(engine: &Engine) -> Result<Vec<Listed>> {
    let mut tx = engine.db().read().await?;
    let mut all = vec![];
    for organization in organizations::list(&mut tx).await? {
        all.extend(listed(engine, &mut tx, organization.id, organization.sandbox).await?);
    }
    Ok(all)
}

/// For the operator: credentials that may be used and have words among their scopes that this program does not know, each
/// with these words. They grant nothing; who gave them meant something.
pub async fn unknown_scopes(engine: &Engine) -> Result<Vec<(String, Vec<String>)>> {
    let good = |c: &Credential| c.revoked_at.is_none() && c.expires_at.is_none_or(|at| at > engine.now());
    let all = list_credentials(engine).await?.into_iter().map(|listed| listed.credential).filter(good);
    let unknown = |c: Credential| {
        let words: Vec<String> = Scope::unknown(&c.scopes).into_iter().map(str::to_owned).collect();
        (!words.is_empty()).then_some((c.public_id, words))
    };
    Ok(all.filter_map(unknown).collect())
}

/// For the operator: [`rotate`](super::credentials::rotate).
pub async fn rotate_credential(engine: &Engine, public_id: &str, overlap_s: i64) -> Result<NewCredential> {
    let mut tx = engine.db().begin().await?;
    let found = known(&mut tx, public_id).await?;
    let organization = organizations::get(&mut tx, found.organization).await?;
    let sandbox = organization.is_some_and(|o| o.sandbox);
    let new = add_secret(engine, &mut tx, found, sandbox, overlap_s, "operator").await?;
    tx.commit().await?;
    Ok(new)
}

/// For the operator: [`revoke`](super::credentials::revoke).
pub async fn revoke_credential(engine: &Engine, public_id: &str) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let found = known(&mut tx, public_id).await?;
    end(engine, &mut tx, &found, "operator").await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::authenticate, testing::House};

    #[tokio::test]
    async fn a_scope_that_nobody_knows_grants_nothing_and_is_told() {
        let house = House::new().await;
        let engine = &house.engine;
        let key = |name: &str| Wanted {
            scopes: "verifications:read".to_owned(),
            ..Wanted::new(Kind::ApiKey, name)
        };
        let odd = create_credential(engine, key("odd"), false).await.unwrap();
        let ended = create_credential(engine, key("ended"), false).await.unwrap();
        assert!(unknown_scopes(engine).await.unwrap().is_empty());
        let bonafide_store::Db::Sqlite { write, .. } = engine.db() else { unreachable!() };
        let spoil = "UPDATE credentials SET scopes = 'capture everything settings'";
        sqlx::query(spoil).execute(write).await.unwrap();
        revoke_credential(engine, &ended.credential.public_id).await.unwrap();
        let told = unknown_scopes(engine).await.unwrap();
        let words = vec!["capture".to_owned(), "everything".to_owned()];
        assert!(told.contains(&(odd.credential.public_id.clone(), words)), "{told:?}");
        assert!(told.iter().all(|(id, _)| *id != ended.credential.public_id), "it may not be used");
        let caller = authenticate(engine, odd.secret.expose()).await.unwrap().unwrap();
        let granted: Vec<Scope> =
            Scope::ALL.into_iter().chain([Scope::Capture]).filter(|scope| caller.may(*scope)).collect();
        assert_eq!(granted, [Scope::Settings]);
        // Nobody makes another secret for what they do not know.
        let all = crate::base::caller::Caller {
            scopes: "verifications reviews policy keys".to_owned(),
            ..house.caller.clone()
        };
        let refused = crate::access::credentials::rotate(engine, &all, &odd.credential.public_id, 0).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
        let unknown = Wanted { scopes: "verifications:read everything".to_owned(), ..key("new") };
        let Err(Error::Invalid(problems)) = create_credential(engine, unknown, false).await else { panic!() };
        assert!(
            problems[0].field == "scopes" && problems[0].message.contains("word 2 is none"),
            "{problems:?}"
        );
    }
}
