//! Changing an endpoint.

use bonafide_core::{audit::AuditAction, delivery::Origin, id::WebhookEndpointId, problem::Rule};
use bonafide_store::{
    Tx, Words,
    crypto::{self, Object},
    deliveries,
    secrets::PlainSecret,
    webhook_endpoints::{self as rows, WebhookEndpoint},
};

use super::{
    check::check,
    endpoint::{Changes, load, may, note, stands_alone, words},
    sealed::{add_secret, headers, own_key},
    signing_key::ensure,
};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// Changes an endpoint. What changes is checked; all of it when it is switched on, for the rules may have changed too.
pub async fn update(engine: &Engine, caller: &Caller, id: WebhookEndpointId, changes: Changes) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db().begin().await?;
    note(engine, &mut tx, caller.organization, &caller.actor(), id, AuditAction::WebhookChanged).await?;
    let row = load(&mut tx, caller, id).await?;
    stands_alone(&row)?;
    change(engine, &mut tx, caller, row, changes, None).await?;
    tx.commit().await?;
    engine.bells().post.notify_waiters();
    Ok(())
}

/// The same in a transaction that has noted it, with another secret where there is one.
pub(crate) async fn change(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    mut row: WebhookEndpoint,
    changes: Changes,
    secret: Option<String>,
) -> Result<()> {
    let (organization, id) = (caller.organization, row.id);
    if row.origin == Origin::PerVerification && changes.url.as_ref().is_some_and(|url| *url != row.url) {
        let message = "stands for addresses given per verification; register a webhook for another";
        return Err(Error::invalid("url", Rule::Other, message));
    }
    let mut checked = changes.clone();
    if changes.active == Some(true) {
        checked.name.get_or_insert_with(|| row.name.clone());
        checked.url.get_or_insert_with(|| row.url.clone());
        if row.workflow.is_none() {
            checked.event_types.get_or_insert_with(|| words(&row.event_types));
        }
        checked.chaos.get_or_insert_with(|| row.chaos.to_strings());
        if checked.headers.is_none() {
            checked.headers = Some(headers(engine, tx, &row).await?);
        }
    }
    check(engine, caller, engine.dialect(&row.dialect), &checked, secret.as_deref())?;
    if changes.headers.is_some() || secret.is_some() {
        let key = own_key(engine, tx, organization).await?;
        if let Some(headers) = &changes.headers {
            row.sealed = Some(crypto::seal_json(&key, Object::Webhook(id), headers, &*engine.entropy)?);
        }
        if let Some(secret) = secret {
            add_secret(engine, tx, &key, &row, &PlainSecret::chosen(secret), 0).await?;
        }
    }
    if engine.dialect(&row.dialect).is_some_and(|dialect| dialect.is_signed_by_key()) {
        ensure(engine, tx, organization).await?;
    }
    row.name = changes.name.unwrap_or(row.name);
    row.url = changes.url.unwrap_or(row.url);
    row.event_types = changes.event_types.map_or(row.event_types, |types| types.join(" "));
    row.chaos = changes.chaos.map_or(row.chaos, |words| Words::of(&words));
    row.active = changes.active.unwrap_or(row.active);
    rows::update(tx, organization, &row).await?;
    if changes.active == Some(true) {
        rows::set_health(tx, organization, id, &rows::Health::default()).await?;
        deliveries::hasten(tx, organization, id, engine.now()).await?;
    }
    Ok(())
}
