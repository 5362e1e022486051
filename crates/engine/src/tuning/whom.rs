//! Whom settings are for, and what every change of them does alike.

use bonafide_core::audit::AuditAction;
use bonafide_store::{Tx, audit, credentials, weights::Whom};
use serde_json::Value;

use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// Whom settings are for. Absent: for everybody of the organization.
#[derive(Debug, Clone, Default)]
pub struct For {
    /// One of the organization's clients.
    pub client_id: Option<String>,
    /// The caller's word for one of their users.
    pub user_id: Option<String>,
}

impl For {
    pub(super) fn whom(&self) -> Whom<'_> {
        Whom {
            client: self.client_id.as_deref().unwrap_or_default(),
            user_id: self.user_id.as_deref().unwrap_or_default(),
        }
    }
}

/// A client of another organization, or of none, is refused.
pub(super) async fn known_client(tx: &mut Tx, caller: &Caller, of: &For) -> Result<()> {
    let Some(client) = &of.client_id else { return Ok(()) };
    let all = credentials::list(tx, caller.organization).await?;
    if all.iter().any(|c| c.public_id == *client) {
        return Ok(());
    }
    Err(Error::NotFound("client"))
}

pub(super) fn raced(error: bonafide_store::Error) -> Error {
    if error.is_duplicate() {
        return Error::conflict(
            "changed_meanwhile",
            "somebody else changed this at the same time; try again",
        );
    }
    error.into()
}

pub(super) async fn note(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    action: AuditAction,
    object: &str,
    detail: &Value,
) -> Result<()> {
    let actor = caller.actor();
    let entry = audit::Entry { at: engine.now(), actor: &actor, action, object, detail };
    audit::append(tx, caller.organization, engine.key_ring(), entry).await?;
    Ok(())
}
