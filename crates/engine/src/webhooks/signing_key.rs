//! The organization's own key, which receivers know the public half of: made when it is first needed.

use bonafide_core::{
    id::{OrganizationId, SigningKeyId},
    time::Timestamp,
};
use bonafide_courier::key::Key;
use bonafide_store::{
    Tx,
    crypto::{self, Object},
    signing_keys as rows,
};

use super::{
    endpoint::may,
    sealed::{existing_key, own_key},
};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// A key and what it is called.
pub(crate) struct SigningKey {
    pub(crate) id: SigningKeyId,
    key: Key,
}

/// What receivers need of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// What signatures call it.
    pub name: String,
    /// In PEM.
    pub pem: String,
    pub created_at: Timestamp,
}

impl SigningKey {
    /// A new one under this id.
    pub(crate) fn draw(id: SigningKeyId, engine: &Engine) -> Self {
        Self { id, key: Key::draw(|bytes| engine.entropy.fill(bytes)) }
    }

    /// When, by which key, and the signature of both time and body.
    pub(crate) fn signature(&self, at: Timestamp, sandbox: bool, body: &str) -> Option<String> {
        let time = format!("{}.{:03}", at.0.div_euclid(1000), at.0.rem_euclid(1000));
        let signature = self.key.sign(&time, body.as_bytes()).ok()?;
        Some(format!("{time}:{}:{signature}", name(self.id, sandbox)))
    }
}

/// What signatures call a key: its id, what it is used for, and the version of the scheme.
fn name(id: SigningKeyId, sandbox: bool) -> String {
    format!("{id}-{}-v1", if sandbox { "test" } else { "live" })
}

/// The organization's public key, for receivers to check signatures with.
pub async fn public_key(engine: &Engine, caller: &Caller) -> Result<PublicKey> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let known = rows::get(&mut tx, caller.organization).await?;
    drop(tx);
    let row = match known {
        Some(row) => row,
        None => {
            let mut tx = engine.db().begin().await?;
            let row = ensure(engine, &mut tx, caller.organization).await?;
            tx.commit().await?;
            row
        }
    };
    Ok(PublicKey { name: name(row.id, caller.sandbox), pem: row.public_key, created_at: row.created_at })
}

/// Makes it, where there is none yet.
pub(crate) async fn ensure(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<rows::SigningKey> {
    if let Some(known) = rows::get(tx, organization).await? {
        return Ok(known);
    }
    let own = own_key(engine, tx, organization).await?;
    let new = SigningKey::draw(SigningKeyId::new(engine.now(), &*engine.entropy), engine);
    let object = Object::SigningKey(new.id);
    let row = rows::SigningKey {
        id: new.id,
        sealed: crypto::seal(&own, object, &new.key.to_bytes(), &*engine.entropy)?,
        public_key: new.key.public_pem().map_err(|_| Error::Busy { retry_after_s: 1 })?,
        created_at: engine.now(),
    };
    rows::insert(tx, organization, &row).await?;
    rows::get(tx, organization).await?.ok_or(Error::Busy { retry_after_s: 1 })
}

/// With its private half; `None` before it was made, or where that is no key.
pub(crate) async fn load(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Option<SigningKey>> {
    let Some(row) = rows::get(tx, organization).await? else { return Ok(None) };
    let own = existing_key(engine, tx, organization).await?;
    let bytes = crypto::open(&own, Object::SigningKey(row.id), &row.sealed)?;
    Ok(Key::from_bytes(&bytes).ok().map(|key| SigningKey { id: row.id, key }))
}
