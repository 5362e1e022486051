//! Asking a person to come: by e-mail, by text message, or by a link that the caller passes on.

use bonafide_core::{
    audit::AuditAction,
    id::{JobId, VerificationId},
    problem::Rule,
};
use bonafide_invite::{Channel, check};
use bonafide_store::capture_tokens;
use serde_json::json;

use super::message::{enqueue, waits};
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        jobs::JobKind,
        private::Invite,
        record::Record,
    },
    capture::link::{draw_link, where_to},
};

/// Most invitations of one verification.
const MAX: u32 = 10;

/// Where the person goes.
#[derive(Debug, Clone)]
pub struct Link {
    pub link: String,
    /// Of the message that is on its way, if one is: what the message carries and [`bounced`](super::bounced()) takes.
    pub id: Option<JobId>,
}

/// Asks a person to come to a verification that still waits for them. One-time links of earlier invitations open nothing any
/// more.
pub async fn invite(engine: &Engine, caller: &Caller, id: VerificationId, mut new: Invite) -> Result<Link> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    where_to(engine)?;
    if let Some(channel) = new.channel {
        if !engine.inviter.channels().contains(&channel) {
            let message = format!("this server sends no {}; see the settings [invitations]", word(channel));
            return Err(Error::conflict("channel_not_set_up", message));
        }
        new.to = check(channel, &new.to).map_err(|p| Error::invalid("to", Rule::Format, p.to_string()))?;
    }
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    if !waits(&record) {
        return Err(Error::conflict(
            "not_waiting",
            "this verification does not wait for the person any more",
        ));
    }
    let before = record.private.invitation.as_ref().map_or(0, |i| i.number);
    if before >= MAX {
        let message = format!("a person is invited at most {MAX} times to one verification");
        return Err(Error::conflict("too_many_invitations", message));
    }
    (new.number, new.bounced) = (before + 1, false);
    let (sending, number) = (new.channel.is_some(), new.number);
    record.private.invitation = Some(new);
    record.save(engine, &mut tx).await?;
    capture_tokens::end(&mut tx, caller.organization, id, true, engine.now()).await?;
    let link = draw_link(engine, &mut tx, &record.row).await?;
    let detail = json!({"number": number, "sent": sending});
    record.note(engine, &mut tx, AuditAction::VerificationInvited, &caller.actor(), &detail).await?;
    let id = match sending {
        true => Some(enqueue(engine, &mut tx, &record, JobKind::Invite, engine.now()).await?),
        false => None,
    };
    tx.commit().await?;
    engine.bells().work.notify_waiters();
    Ok(Link { link, id })
}

const fn word(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "e-mails",
        Channel::Sms => "text messages",
    }
}
