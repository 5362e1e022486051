//! A workflow's actions: the endpoints that its events are sent to.

use std::collections::BTreeMap;

use bonafide_core::{
    audit::AuditAction,
    id::{WebhookEndpointId, WorkflowId},
};
use bonafide_store::{Tx, secrets::PlainSecret};

use super::workflow::{Action, conditions, endpoint_of, event_types, load, masked, note, see_action};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    webhooks::{
        Changes, NewEndpoint,
        create::{self, Belonging},
        delete,
        endpoint::{self, may},
        sealed, update,
    },
};

/// An action as its owner wants it.
#[derive(Debug)]
pub struct NewAction {
    /// The API whose format its messages have.
    pub dialect: String,
    pub url: String,
    pub headers: BTreeMap<String, String>,
    /// What its messages are signed with; drawn when absent, or what it was.
    pub key: Option<String>,
}

/// Adds an action to a workflow.
pub async fn add(
    engine: &Engine,
    caller: &Caller,
    workflow: WorkflowId,
    new: NewAction,
) -> Result<WebhookEndpointId> {
    may(caller)?;
    let mut tx = engine.db().begin().await?;
    note(engine, &mut tx, caller, workflow, AuditAction::WorkflowChanged).await?;
    let row = load(&mut tx, caller, workflow).await?;
    let of = Belonging { workflow, active: row.active, event_types: event_types(&conditions(&row)?) };
    let id = insert(engine, &mut tx, caller, &row.name, &of, new, None).await?;
    tx.commit().await?;
    Ok(id)
}

/// `field`: what a refusal calls the action in what was asked.
pub(super) async fn insert(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    name: &str,
    of: &Belonging,
    new: NewAction,
    field: Option<&str>,
) -> Result<WebhookEndpointId> {
    let new = NewEndpoint {
        dialect: new.dialect,
        name: name.to_owned(),
        url: new.url,
        headers: new.headers,
        secret: new.key,
        ..NewEndpoint::default()
    };
    let made = create::add(engine, tx, caller, new, Some(of)).await;
    Ok(made.map_err(|error| named(error, field))?.id)
}

/// Makes an action what is asked for. A header or a key that is given as it is shown stays what it is.
pub async fn change(
    engine: &Engine,
    caller: &Caller,
    workflow: WorkflowId,
    action: WebhookEndpointId,
    new: NewAction,
) -> Result<Action> {
    may(caller)?;
    let organization = caller.organization;
    let mut tx = engine.db().begin().await?;
    endpoint::note(engine, &mut tx, organization, &caller.actor(), action, AuditAction::WebhookChanged)
        .await?;
    load(&mut tx, caller, workflow).await?;
    let mut row = endpoint_of(&mut tx, organization, workflow, action).await?;
    let before = sealed::headers(engine, &mut tx, &row).await?;
    let as_shown = |name: &String, value: String| match before.get(name) {
        Some(known) if masked(known) == value => known.clone(),
        _ => value,
    };
    let headers = new.headers.into_iter().map(|(name, value)| (name.clone(), as_shown(&name, value)));
    let changes = Changes { url: Some(new.url), headers: Some(headers.collect()), ..Changes::default() };
    let known = sealed::secrets(engine, &mut tx, &row).await?;
    let known = known.first().map(PlainSecret::expose).unwrap_or_default();
    let key = new.key.filter(|key| key != known && *key != masked(known));
    row.dialect = new.dialect;
    let changed = update::change(engine, &mut tx, caller, row, changes, key).await;
    changed.map_err(|error| named(error, None))?;
    let row = endpoint_of(&mut tx, organization, workflow, action).await?;
    let seen = see_action(engine, &mut tx, row).await?;
    tx.commit().await?;
    engine.bells().post.notify_waiters();
    Ok(seen)
}

/// Removes an action. What waited to be sent there is not sent any more.
pub async fn remove(
    engine: &Engine,
    caller: &Caller,
    workflow: WorkflowId,
    action: WebhookEndpointId,
) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db().begin().await?;
    load(&mut tx, caller, workflow).await?;
    endpoint_of(&mut tx, caller.organization, workflow, action).await?;
    delete::remove(engine, &mut tx, caller, action).await?;
    tx.commit().await?;
    Ok(())
}

/// A refusal of an endpoint, with its fields as an action has them.
fn named(error: Error, field: Option<&str>) -> Error {
    let Error::Invalid(mut problems) = error else { return error };
    for problem in &mut problems {
        let own = match problem.field.as_str() {
            // That of the workflow.
            "name" => continue,
            "secret" => "signature.key",
            other => other,
        };
        problem.field = field.map_or_else(|| own.to_owned(), |field| format!("{field}.{own}"));
    }
    Error::Invalid(problems)
}
