//! Asking a person to come: by e-mail, by text message, or by a link that the caller passes on.

use bonafide_core::{
    event::{Happened, Snapshot},
    id::{JobId, VerificationId},
    problem::Rule,
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
    jobs::{INVITE, REMIND, TIMERS},
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
}

/// Where the person goes.
#[derive(Debug, Clone)]
pub struct Link {
    pub link: String,
    /// Whether a message is on its way.
    pub sending: bool,
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
    new.number = before + 1;
    let (sending, number) = (new.channel.is_some(), new.number);
    record.private.invitation = Some(new);
    record.save(engine, &mut tx).await?;
    let detail = json!({"number": number, "sent": sending});
    record.note(engine, &mut tx, "invited", &caller.actor(), &detail).await?;
    if sending {
        enqueue(engine, &mut tx, &record, INVITE).await?;
    }
    tx.commit().await?;
    engine.work.notify_waiters();
    Ok(Link { link, sending })
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

async fn enqueue(engine: &Engine, tx: &mut Tx, record: &Record, kind: &str) -> Result<()> {
    let now = engine.now();
    let Some(invite) = &record.private.invitation else { return Ok(()) };
    let run_at = match (kind, record.row.expires_at) {
        (REMIND, Some(end)) => {
            let quarter = (end.0 - record.row.created_at.0) / 4;
            end.plus_ms(-quarter.min(REMIND_BEFORE_S * 1000))
        }
        _ => now,
    };
    let job = NewJob {
        id: JobId::new(now, &*engine.entropy),
        queue: TIMERS,
        kind,
        subject: record.row.id.uuid(),
        payload: &json!({"number": invite.number}),
        unique_key: None,
        now,
        run_at,
        max_attempts: ATTEMPTS,
    };
    rows::enqueue(tx, record.row.organization, job).await?;
    Ok(())
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
        message_id: &format!("{id}:{}", invite.number),
    };
    let (happened, reason) = match engine.inviter.send(&message, engine.now()).await {
        Ok(_) if reminder => (Happened::InvitationReminded, None),
        Ok(_) => (Happened::InvitationSent, None),
        Err(not_sent) if not_sent.permanent || job.attempts >= job.max_attempts => {
            tracing::warn!(verification = %id, code = not_sent.code, "an invitation did not arrive");
            (Happened::InvitationBounced, Some(not_sent.code.to_owned()))
        }
        Err(not_sent) => return Err(Error::NotSent(not_sent)),
    };
    let mut tx = engine.db.begin().await?;
    if let Some(record) = current(engine, &mut tx, job).await? {
        let snapshot = Snapshot { reason: reason.clone(), ..Snapshot::default() };
        let detail = json!({"number": invite.number, "channel": channel, "reason": reason});
        record.note(engine, &mut tx, happened.as_str(), "worker", &detail).await?;
        record.tell_with(engine, &mut tx, happened, snapshot).await?;
        if happened == Happened::InvitationSent && invite.remind {
            enqueue(engine, &mut tx, &record, REMIND).await?;
        }
    }
    crate::jobs::finish(engine, tx, job).await
}

/// The verification, while it waits for the person and no later invitation took this one's place.
async fn current(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<Option<Record>> {
    let id = VerificationId::from_uuid(job.subject);
    let record = match Record::load(engine, tx, job.organization, id).await {
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => return Ok(None),
        other => other?,
    };
    let number = record.private.invitation.as_ref().map(|i| u64::from(i.number));
    let current = number == job.payload.get("number").and_then(serde_json::Value::as_u64);
    Ok((current && waits(&record)).then_some(record))
}

async fn done(engine: &Engine, job: &Job) -> Result<()> {
    crate::jobs::finish(engine, engine.db.begin().await?, job).await
}
