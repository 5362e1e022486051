//! One-time codes that show that an e-mail address or a phone number is the person's.

use bonafide_core::{
    id::{JobId, VerificationId},
    problem::Rule,
    step::StepKind,
    time::Timestamp,
};
use bonafide_invite::{Channel, CodeMessage, check};
use bonafide_store::{
    crypto::{self, SubjectKey},
    organizations,
};

use super::{
    give::begun,
    step::{Code, asked_for},
};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    evidence::gate::may_capture,
};

/// How long a code is good, in seconds.
const BY_SMS_S: i64 = 10 * 60;
const BY_EMAIL_S: i64 = 24 * 3600;
/// Wrong guesses after which a code is good for nothing.
const MAX_WRONG: u32 = 5;
/// Codes of one verification over one channel.
const MAX_CODES: u32 = 10;
/// The least time between two to one address, in seconds.
const PAUSE_S: i64 = 30;
const DIGITS: usize = 6;

/// A code that is on its way.
#[derive(Debug, Clone)]
pub struct Sent {
    pub expires_at: Timestamp,
    /// The address with its middle left out.
    pub hint: String,
}

/// Sends a code; the one before it over this channel is good for nothing any more.
///
/// # Errors
/// [`Error::Conflict`] where the server sends nothing over this channel, the message could not be handed over, or too many
/// were sent.
pub async fn send_code(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    channel: Channel,
    to: &str,
) -> Result<Sent> {
    if !engine.inviter.channels().contains(&channel) {
        let message =
            format!("this server sends nothing by {}; see the settings [invitations]", word(channel));
        return Err(Error::conflict("channel_not_set_up", message));
    }
    let to = check(channel, to).map_err(|p| Error::invalid("to", Rule::Format, p.to_string()))?;
    let now = engine.now();
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    let mut step = asked_for(&mut tx, &record, StepKind::Contact).await?;
    let before = step.said.codes.iter().find(|code| code.channel == channel);
    let number = before.map_or(0, |code| code.number) + 1;
    if number > MAX_CODES {
        let message = format!("at most {MAX_CODES} codes are sent over one channel in one verification");
        return Err(Error::conflict("too_many_codes", message));
    }
    // Who mistyped their address need not wait for the right one.
    if before.is_some_and(|code| code.to == to && code.sent_at.plus_secs(PAUSE_S) > now) {
        let message = format!("a code was sent a moment ago; ask for another one after {PAUSE_S} s");
        return Err(Error::conflict("code_just_sent", message));
    }
    let code = draw(engine);
    let expires_at = now.plus_secs(if channel == Channel::Sms { BY_SMS_S } else { BY_EMAIL_S });
    let hash = hash(&record.key, channel, &to, &code)?;
    step.said.codes.retain(|code| code.channel != channel);
    let sent =
        Code { channel, to: to.clone(), hash, sent_at: now, expires_at, wrong: 0, number, confirmed: false };
    step.said.codes.push(sent);
    begun(&mut step);
    step.save(engine, &mut tx, &record).await?;
    // Of two devices that ask at once one is told so.
    record.save(engine, &mut tx).await?;
    let organization = organizations::get(&mut tx, caller.organization).await?;
    tx.commit().await?;
    let host = engine.settings.public_url.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next());
    let message = CodeMessage {
        channel,
        to: &to,
        language: record.private.language().unwrap_or("en"),
        organization: organization.as_ref().map_or("", |o| o.name.as_str()),
        person: record.private.subject.name.as_deref(),
        code: &code,
        expires_at,
        host,
        id: JobId::new(now, &*engine.entropy),
    };
    if let Err(not_sent) = engine.inviter.send_code(&message, now).await {
        tracing::warn!(verification = %id, code = not_sent.code, "a one-time code was not sent");
        let message = "the code could not be sent; check the address, or try again in a moment";
        return Err(Error::conflict("code_not_sent", message));
    }
    Ok(Sent { expires_at, hint: hint(&to) })
}

/// Confirms an address by the code that was sent there.
///
/// # Errors
/// [`Error::Invalid`] for a wrong code, [`Error::Conflict`] where none is open.
pub async fn confirm_code(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    channel: Channel,
    code: &str,
) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    let mut step = asked_for(&mut tx, &record, StepKind::Contact).await?;
    let none = || Error::conflict("no_open_code", "no code is open for this channel; ask for a new one");
    let sent = step.said.codes.iter_mut().find(|code| code.channel == channel).ok_or_else(none)?;
    if sent.confirmed {
        return Ok(());
    }
    if sent.expires_at <= now || sent.wrong >= MAX_WRONG {
        return Err(none());
    }
    let right = hash(&record.key, channel, &sent.to, code.trim())? == sent.hash;
    if right {
        sent.confirmed = true;
    } else {
        sent.wrong += 1;
    }
    begun(&mut step);
    step.save(engine, &mut tx, &record).await?;
    record.save(engine, &mut tx).await?;
    tx.commit().await?;
    match right {
        true => Ok(()),
        false => Err(Error::invalid("code", Rule::Other, "is not the code that was sent")),
    }
}

/// Six digits, each as likely as the others.
fn draw(engine: &Engine) -> String {
    // The largest multiple of ten that fits: what is above it would favour some digits.
    const FAIR: u8 = 250;
    let mut code = String::with_capacity(DIGITS);
    while code.len() < DIGITS {
        let mut byte = [0];
        engine.entropy.fill(&mut byte);
        if byte[0] < FAIR {
            code.push(char::from(b'0' + byte[0] % 10));
        }
    }
    code
}

fn hash(key: &SubjectKey, channel: Channel, to: &str, code: &str) -> Result<String> {
    let mark = crypto::mark(key, &["contact code", channel.as_str(), to, code])?;
    Ok(mark.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `j…@example.com`, `…89`: enough for the person to know which one.
fn hint(to: &str) -> String {
    match to.split_once('@') {
        Some((name, host)) => format!("{}…@{host}", name.chars().take(1).collect::<String>()),
        None => format!("…{}", to.chars().skip(to.chars().count().saturating_sub(2)).collect::<String>()),
    }
}

const fn word(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "e-mail",
        Channel::Sms => "text message",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_shows_no_whole_address() {
        assert_eq!(hint("jane.smith@example.com"), "j…@example.com");
        assert_eq!(hint("+15145550189"), "…89");
    }
}
