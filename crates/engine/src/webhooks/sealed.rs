//! What is sealed of an endpoint under its organization's own key: the headers it wants and what its messages are signed
//! with.

use std::collections::BTreeMap;

use bonafide_core::id::{ApplicantId, OrganizationId, WebhookSecretId};
use bonafide_store::{
    Tx,
    crypto::{self, Object, SubjectKey},
    organization_keys,
    secrets::PlainSecret,
    subject_keys,
    webhook_endpoints::{self as rows, WebhookEndpoint, WebhookSecret},
};

use crate::base::{engine::Engine, error::Result};

/// The headers that an endpoint wants.
pub(crate) async fn headers(
    engine: &Engine,
    tx: &mut Tx,
    row: &WebhookEndpoint,
) -> Result<BTreeMap<String, String>> {
    let key = match row.sealed {
        Some(_) => Some(existing_key(engine, tx, row.organization).await?),
        None => None,
    };
    open_headers(key.as_ref(), row)
}

pub(crate) fn open_headers(
    key: Option<&SubjectKey>,
    row: &WebhookEndpoint,
) -> Result<BTreeMap<String, String>> {
    match (key, &row.sealed) {
        (Some(key), Some(sealed)) => Ok(crypto::open_json(key, Object::Webhook(row.id), sealed)?),
        _ => Ok(BTreeMap::new()),
    }
}

/// What messages to an endpoint are signed with now, newest first.
pub(crate) async fn secrets(engine: &Engine, tx: &mut Tx, row: &WebhookEndpoint) -> Result<Vec<PlainSecret>> {
    let sealed = rows::secrets(tx, row.organization, row.id, engine.now()).await?;
    if sealed.is_empty() {
        return Ok(vec![]);
    }
    let key = existing_key(engine, tx, row.organization).await?;
    let open = |s: &WebhookSecret| {
        let text: String = crypto::open_json(&key, Object::WebhookSecret(s.id), &s.sealed)?;
        Ok(PlainSecret::chosen(text))
    };
    sealed.iter().map(open).collect()
}

pub(crate) async fn existing_key(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<SubjectKey> {
    let itself = ApplicantId::from_uuid(organization.uuid());
    Ok(subject_keys::load(tx, organization, itself, engine.key_ring()).await?)
}

pub(crate) async fn own_key(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<SubjectKey> {
    let (ring, entropy) = (engine.key_ring(), &*engine.entropy);
    Ok(organization_keys::load_or_create(tx, organization, ring, engine.now(), entropy).await?)
}

pub(crate) async fn add_secret(
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
