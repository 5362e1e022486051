//! `POST /console/verifications/{id}/invitations`

use axum::extract::State;
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{
    Engine,
    invitations::{self, Channel, Invite, Link},
};
use bonafide_http::{Caller, Created, Json, Path, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::verification_id;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvitation {
    channel: InvitationChannel,
    /// An e-mail address or a phone number; left out for `link`.
    #[schema(max_length = 254)]
    to: Option<String>,
    /// What the person is called.
    #[schema(max_length = 200)]
    person: Option<String>,
    /// BCP 47, for instance `pt-BR`; English when absent.
    #[schema(max_length = 35, pattern = "^[A-Za-z0-9-]+$")]
    language: Option<String>,
    /// Whether they are reminded a day before the end; true when absent.
    remind: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvitationChannel {
    Email,
    Sms,
    /// Nothing is sent: pass the link on yourself.
    Link,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Invited {
    /// Where the person goes.
    link: String,
    /// Whether a message is on its way. What becomes of it is told as an event.
    sending: bool,
    /// Of that message: its header `X-Invitation-Id`, the part of its `Message-ID` before the `@`, and what a gateway for
    /// text messages gets as `{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// Invite a person
///
/// To a verification that waits for them.
#[operation(post, "/console/verifications/{id}/invitations", tag = "Invitations", id = "invitation_create",
    scope = "verifications:write", params(("id" = String, Path)))]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<NewInvitation>,
) -> Result<Created<Invited>> {
    let channel = match asked.channel {
        InvitationChannel::Email => Some(Channel::Email),
        InvitationChannel::Sms => Some(Channel::Sms),
        InvitationChannel::Link => None,
    };
    if channel.is_some() && asked.to.is_none() {
        return Err(vec![Problem::new("to", Rule::Required, "is required for this channel")].into());
    }
    let new = Invite {
        channel,
        to: asked.to.unwrap_or_default(),
        person: asked.person,
        language: asked.language,
        number: 0,
        remind: asked.remind.unwrap_or(true),
        bounced: false,
    };
    Ok(Created(invitations::invite(&engine, &caller, verification_id(&id)?, new).await?.into()))
}

impl From<Link> for Invited {
    fn from(done: Link) -> Self {
        let id = done.id.map(|id| id.to_string());
        Self { link: done.link, sending: id.is_some(), id }
    }
}
