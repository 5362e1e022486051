//! What third parties are let see of approved verifications.

pub(crate) mod list;
pub(crate) mod renew;
pub(crate) mod revoke;

use bonafide_core::{
    id::ShareId,
    share::{ShareMail, ShareState, Withheld},
    step::StepKind,
};
use bonafide_engine::{Error, shares::Listed};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

fn share_id(text: &str) -> Result<ShareId> {
    Ok(text.parse().map_err(|_| Error::NotFound("share"))?)
}

/// What one third party may see.
#[derive(Serialize, ToSchema)]
pub(crate) struct Share {
    id: String,
    /// `waiting` until a link is made; `closed` when the verification is not approved now, or was erased.
    state: ShareState,
    /// Who it is; absent after the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    third_party: Option<SharedWith>,
    /// The e-mail to them, with their link; absent after the person was erased. `not_sent`: this server sent none when it was
    /// granted, or you made a link since; pass that on yourself. `failed`: see `mail_problem`, and pass a new link on.
    #[serde(skip_serializing_if = "Option::is_none")]
    mail: Option<ShareMail>,
    /// Why the e-mail did not arrive: a stable word, such as `address_refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_problem: Option<String>,
    /// The verification that is shown: another one where an earlier approval is passed on.
    source: String,
    /// How often something was looked at; the audit log says when.
    #[schema(minimum = 0)]
    views: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    viewed_at: Option<String>,
    created_at: String,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
}

/// A third party.
#[derive(Serialize, ToSchema)]
pub(crate) struct SharedWith {
    name: String,
    email: String,
    /// What they see; everything, but no pictures, when empty.
    steps: Vec<StepKind>,
}

impl Share {
    fn of(listed: Listed) -> Self {
        Self {
            id: listed.id.to_string(),
            state: listed.state,
            third_party: listed.third_party.map(|party| SharedWith {
                name: party.name,
                email: party.email,
                steps: party.steps,
            }),
            mail: listed.mail,
            mail_problem: listed.mail_problem,
            source: listed.source.to_string(),
            views: listed.views,
            viewed_at: listed.viewed_at.map(|at| at.to_string()),
            created_at: listed.created_at.to_string(),
            expires_at: listed.expires_at.to_string(),
            revoked_at: listed.revoked_at.map(|at| at.to_string()),
        }
    }
}

/// Everything that was granted, or why nothing was.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShareList {
    /// In the order in which the third parties were named.
    data: Vec<Share>,
    /// Why the third parties that were named are shown nothing: the person was not asked (`no_consent_step`), for instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<Withheld>,
}
