//! Changing an endpoint.

use bonafide_core::{audit::AuditAction, delivery::Origin, id::WebhookEndpointId, problem::Rule};
use bonafide_store::{
    Words,
    crypto::{self, Object},
    deliveries, webhook_endpoints as rows,
};

use super::{
    check::check,
    endpoint::{Changes, load, may, note, words},
    sealed::{headers, own_key},
};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// Changes an endpoint. What changes is checked; all of it when it is switched on, for the rules may have changed too.
pub async fn update(engine: &Engine, caller: &Caller, id: WebhookEndpointId, changes: Changes) -> Result<()> {
    may(caller)?;
    let organization = caller.organization;
    let mut tx = engine.db().begin().await?;
    note(engine, &mut tx, organization, &caller.actor(), id, AuditAction::WebhookChanged).await?;
    let mut row = load(&mut tx, caller, id).await?;
    if row.origin == Origin::PerVerification && changes.url.as_ref().is_some_and(|url| *url != row.url) {
        let message = "stands for addresses given per verification; register a webhook for another";
        return Err(Error::invalid("url", Rule::Other, message));
    }
    let mut checked = changes.clone();
    if changes.active == Some(true) {
        checked.name.get_or_insert_with(|| row.name.clone());
        checked.url.get_or_insert_with(|| row.url.clone());
        checked.event_types.get_or_insert_with(|| words(&row.event_types));
        checked.chaos.get_or_insert_with(|| row.chaos.to_strings());
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
    row.event_types = changes.event_types.map_or(row.event_types, |types| types.join(" "));
    row.chaos = changes.chaos.map_or(row.chaos, |words| Words::of(&words));
    row.active = changes.active.unwrap_or(row.active);
    rows::update(&mut tx, organization, &row).await?;
    if changes.active == Some(true) {
        rows::set_health(&mut tx, organization, id, &rows::Health::default()).await?;
        deliveries::hasten(&mut tx, organization, id, engine.now()).await?;
    }
    tx.commit().await?;
    engine.bells().post.notify_waiters();
    Ok(())
}
