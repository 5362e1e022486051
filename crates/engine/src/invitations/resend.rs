//! Asks a person once more as they were asked before, with a link of its own.

use bonafide_core::id::VerificationId;
use bonafide_invite::Channel;

use super::invite::{Link, invite};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    private::{Invite, Private},
    record::Record,
};

/// Sends the last message again, or the first one to the e-mail address that the verification was created with.
///
/// # Errors
/// A conflict `no_address` when nobody knows where to; else as [`invite`].
pub async fn resend(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Link> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().read().await?;
    let record = Record::load(engine, &mut tx, caller.organization, id).await?;
    drop(tx);
    let Some(again) = message(record.private) else {
        let message = "it is not known where the person is reached; invite them with an address";
        return Err(Error::conflict("no_address", message));
    };
    invite(engine, caller, id, again).await
}

fn message(private: Private) -> Option<Invite> {
    if let Some(before) = private.invitation.filter(|before| before.channel.is_some()) {
        return Some(before);
    }
    let to = private.subject.email?;
    Some(Invite {
        channel: Some(Channel::Email),
        to,
        person: private.subject.name,
        language: None,
        number: 0,
        remind: true,
        bounced: false,
    })
}
