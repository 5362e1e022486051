//! Asking a person to come: by e-mail, by text message, or by a link that the caller passes on.

use bonafide_core::{
    event::{Happened, Snapshot},
    id::{JobId, VerificationId},
    problem::Rule,
    time::Timestamp,
    verification::Status,
};
pub use bonafide_invite::Channel;
use bonafide_invite::{Invitation, Kind, check};
use bonafide_store::{
    Tx,
    jobs::{self as rows, Job, NewJob},
    organizations,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Caller, Engine, Error, Result, Scope,
    jobs::{self, INVITE, MAIL, REMIND},
    record::Record,
};

/// Most invitations of one verification.
const MOST: u32 = 10;
/// Attempts to send one: over about six hours, for a mail server that is down.
const ATTEMPTS: i64 = 16;
/// How long before the end a person is reminded: a day, or the last quarter of a shorter time, in seconds.
const REMIND_BEFORE_S: i64 = 24 * 3600;

/// Whom to ask and how. Personal data, so it does not print itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invite {
    /// `None` for a link that the caller passes on.
    pub channel: Option<Channel>,
    /// An e-mail address or a phone number; empty for a link.
    #[serde(default)]
    pub to: String,
    /// What the person is called.
    #[serde(default)]
    pub person: Option<String>,
    /// BCP 47; English when absent.
    #[serde(default)]
    pub language: Option<String>,
    /// How many were sent of this verification before this one.
    #[serde(default)]
    pub number: u32,
    /// Whether the person is reminded before the link ends.
    #[serde(default)]
    pub remind: bool,
    /// Whether it did not arrive.
    #[serde(default)]
    pub bounced: bool,
}

/// Where the person goes.
#[derive(Debug, Clone)]
pub struct Link {
    pub link: String,
    /// Of the message that is on its way, if one is: what the message carries and [`bounced`] takes.
    pub id: Option<JobId>,
}

/// Asks a person to come to a verification that still waits for them.
pub async fn invite(engine: &Engine, caller: &Caller, id: VerificationId, mut new: Invite) -> Result<Link> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let link = link(engine, id)?;
    if let Some(channel) = new.channel {
        if !engine.inviter.channels().contains(&channel) {
            let message = format!("this server sends no {}; see the settings [invitations]", word(channel));
            return Err(Error::conflict("channel_not_set_up", message));
        }
        new.to = check(channel, &new.to).map_err(|p| Error::invalid("to", Rule::Format, p.to_string()))?;
    }
    let mut tx = engine.db.begin().await?;
    let mut record = Record::load(engine, &mut tx, caller.organization, id).await?;
    if !waits(&record) {
        return Err(Error::conflict(
            "not_waiting",
            "this verification does not wait for the person any more",
        ));
    }
    let before = record.private.invitation.as_ref().map_or(0, |i| i.number);
    if before >= MOST {
        let message = format!("a person is invited at most {MOST} times to one verification");
        return Err(Error::conflict("too_many_invitations", message));
    }
    (new.number, new.bounced) = (before + 1, false);
    let (sending, number) = (new.channel.is_some(), new.number);
    record.private.invitation = Some(new);
    record.save(engine, &mut tx).await?;
    let detail = json!({"number": number, "sent": sending});
    record.note(engine, &mut tx, "invited", &caller.actor(), &detail).await?;
    let id = match sending {
        true => Some(enqueue(engine, &mut tx, &record, INVITE, engine.now()).await?),
        false => None,
    };
    tx.commit().await?;
    engine.work.notify_waiters();
    Ok(Link { link, id })
}

/// What somebody else knows of a message: it was taken and did not arrive after all. `reason` is a stable word. Of a
/// message that a later one replaced, that was told of before, or whose person has come, it is no news.
pub async fn bounced(engine: &Engine, caller: &Caller, id: JobId, reason: &str) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db.begin().await?;
    let job = rows::get(&mut tx, caller.organization, id).await?;
    let job =
        job.filter(|job| [INVITE, REMIND].contains(&&*job.kind)).ok_or(Error::NotFound("invitation"))?;
    if let Some(record) = current(engine, &mut tx, &job).await? {
        bounce(engine, &mut tx, record, &caller.actor(), reason).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Where the person goes, by the operator's setting.
fn link(engine: &Engine, id: VerificationId) -> Result<String> {
    let pattern = &engine.settings.capture_url;
    if pattern.is_empty() {
        let message = "the setting capture_url is missing: where people go, with {verification} in it";
        return Err(Error::conflict("capture_url_missing", message));
    }
    Ok(pattern.replace("{verification}", &id.to_string()))
}

fn waits(record: &Record) -> bool {
    matches!(record.status(), Status::Created | Status::Pending | Status::Capturing | Status::RetryRequired)
}

const fn word(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "e-mails",
        Channel::Sms => "text messages",
    }
}

/// When to remind a person who was asked now. Not at all where that is soon: six hours, or a quarter of a shorter time
/// between the reminder and the end.
fn remind_at(record: &Record, now: Timestamp) -> Option<Timestamp> {
    let end = record.row.expires_at?;
    let before = ((end.0 - record.row.created_at.0) / 4).min(REMIND_BEFORE_S * 1000);
    let at = end.plus_ms(-before);
    (at.0 - now.0 >= before / 4).then_some(at)
}

async fn enqueue(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    kind: &str,
    run_at: Timestamp,
) -> Result<JobId> {
    let now = engine.now();
    let id = JobId::new(now, &*engine.entropy);
    let job = NewJob {
        id,
        queue: MAIL,
        kind,
        subject: record.row.id.uuid(),
        payload: &json!({"number": record.private.invitation.as_ref().map(|i| i.number)}),
        unique_key: None,
        now,
        run_at,
        max_attempts: ATTEMPTS,
    };
    rows::enqueue(tx, record.row.organization, job).await?;
    Ok(id)
}

/// Sends the invitation or the reminder of a job, and tells what came of it.
pub(crate) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let reminder = job.kind == REMIND;
    let id = VerificationId::from_uuid(job.subject);
    let mut tx = engine.db.read().await?;
    let Some(record) = current(engine, &mut tx, job).await? else { return done(engine, job).await };
    let name = organizations::get(&mut tx, job.organization).await?.map(|o| o.name).unwrap_or_default();
    drop(tx);
    let Some(invite) = record.private.invitation.clone() else { return done(engine, job).await };
    let (Some(channel), Some(expires_at)) = (invite.channel, record.row.expires_at) else {
        return done(engine, job).await;
    };
    let link = link(engine, id)?;
    let message = Invitation {
        channel,
        to: &invite.to,
        kind: if reminder { Kind::Reminder } else { Kind::Invitation },
        language: invite.language.as_deref().unwrap_or("en"),
        organization: &name,
        person: invite.person.as_deref(),
        link: &link,
        expires_at,
        id: job.id,
    };
    let sent = match engine.inviter.send(&message, engine.now()).await {
        Err(not_sent) if !not_sent.permanent && job.attempts < job.max_attempts => {
            return Err(Error::NotSent(not_sent));
        }
        sent => sent,
    };
    let mut tx = engine.db.begin().await?;
    if let Some(record) = current(engine, &mut tx, job).await? {
        match sent {
            Err(not_sent) => {
                tracing::warn!(verification = %id, code = not_sent.code, "an invitation did not arrive");
                bounce(engine, &mut tx, record, "worker", not_sent.code).await?;
            }
            Ok(_) => {
                let happened = if reminder { Happened::InvitationReminded } else { Happened::InvitationSent };
                let detail = json!({"number": invite.number, "channel": channel});
                record.note(engine, &mut tx, happened.as_str(), "worker", &detail).await?;
                record.tell(engine, &mut tx, happened).await?;
                if let Some(at) = remind_at(&record, engine.now()).filter(|_| !reminder && invite.remind) {
                    enqueue(engine, &mut tx, &record, REMIND, at).await?;
                }
            }
        }
    }
    jobs::finish(engine, tx, job).await
}

/// After the last attempt ended without a word of the mail server or gateway. The message may have gone out.
pub(crate) async fn give_up(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    match current(engine, tx, job).await? {
        Some(record) => bounce(engine, tx, record, "worker", "sending_failed").await,
        None => Ok(()),
    }
}

/// Tells that the last invitation did not arrive, and sends nothing more of it.
async fn bounce(engine: &Engine, tx: &mut Tx, mut record: Record, actor: &str, reason: &str) -> Result<()> {
    let Some(invite) = &mut record.private.invitation else { return Ok(()) };
    invite.bounced = true;
    let detail = json!({"number": invite.number, "channel": invite.channel, "reason": reason});
    record.save(engine, tx).await?;
    record.note(engine, tx, Happened::InvitationBounced.as_str(), actor, &detail).await?;
    let snapshot = Snapshot { reason: Some(reason.to_owned()), ..Snapshot::default() };
    record.tell_with(engine, tx, Happened::InvitationBounced, snapshot).await?;
    Ok(())
}

/// The verification, while it waits for the person, and its last invitation is this one and did not bounce.
async fn current(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<Option<Record>> {
    let id = VerificationId::from_uuid(job.subject);
    let number = job.payload.get("number").and_then(serde_json::Value::as_u64);
    let record = jobs::find(engine, tx, job.organization, id).await?;
    Ok(record.filter(|record| {
        let invite = record.private.invitation.as_ref().filter(|i| !i.bounced);
        waits(record) && invite.is_some_and(|i| Some(u64::from(i.number)) == number)
    }))
}

async fn done(engine: &Engine, job: &Job) -> Result<()> {
    jobs::finish(engine, engine.db.begin().await?, job).await
}
