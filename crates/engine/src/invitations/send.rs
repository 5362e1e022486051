//! Sending invitations and reminders.

use bonafide_core::{audit::AuditAction, event::EventType, id::VerificationId, time::Timestamp};
use bonafide_invite::{Invitation, Kind};
use bonafide_store::{Tx, jobs::Job, organizations};
use serde_json::json;

use super::message::{bounce, current, enqueue};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::{JobKind, Work, finish, finish_empty},
        record::Record,
    },
    capture::link::draw_link,
    events::emit::emit_for,
};

pub(crate) const INVITE_WORK: Work = Work {
    kind: JobKind::Invite,
    run: |engine, job| Box::pin(run(engine, job, Kind::Invitation)),
    give_up: |engine, tx, job| Box::pin(give_up(engine, tx, job)),
};
pub(crate) const REMIND_WORK: Work = Work {
    kind: JobKind::Remind,
    run: |engine, job| Box::pin(run(engine, job, Kind::Reminder)),
    give_up: |engine, tx, job| Box::pin(give_up(engine, tx, job)),
};

/// How long before the end a person is reminded: a day, or the last quarter of a shorter time, in seconds.
const REMIND_BEFORE_S: i64 = 24 * 3600;

/// When to remind a person who was asked now. Not at all where that is soon: six hours, or a quarter of a shorter time
/// between the reminder and the end.
fn remind_at(record: &Record, now: Timestamp) -> Option<Timestamp> {
    let end = record.row.expires_at?;
    let before = ((end.0 - record.row.created_at.0) / 4).min(REMIND_BEFORE_S * 1000);
    let at = end.plus_ms(-before);
    (at.0 - now.0 >= before / 4).then_some(at)
}

/// Sends the invitation or the reminder of a job, and tells what came of it.
async fn run(engine: &Engine, job: &Job, kind: Kind) -> Result<()> {
    let reminder = kind == Kind::Reminder;
    let id = VerificationId::from_uuid(job.subject);
    let mut tx = engine.db().read().await?;
    let Some(record) = current(engine, &mut tx, job).await? else { return finish_empty(engine, job).await };
    let name = organizations::get(&mut tx, job.organization).await?.map(|o| o.name).unwrap_or_default();
    drop(tx);
    let Some(invite) = record.private.invitation.clone() else { return finish_empty(engine, job).await };
    let (Some(channel), Some(expires_at)) = (invite.channel, record.row.expires_at) else {
        return finish_empty(engine, job).await;
    };
    let mut tx = engine.db().begin().await?;
    let link = draw_link(engine, &mut tx, &record.row).await?;
    tx.commit().await?;
    let message = Invitation {
        channel,
        to: &invite.to,
        kind,
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
    let mut tx = engine.db().begin().await?;
    if let Some(record) = current(engine, &mut tx, job).await? {
        match sent {
            Err(not_sent) => {
                tracing::warn!(verification = %id, code = not_sent.code, "an invitation did not arrive");
                bounce(engine, &mut tx, record, "worker", not_sent.code).await?;
            }
            Ok(_) => {
                let (event_type, done) = match reminder {
                    true => (EventType::InvitationReminded, AuditAction::VerificationInvitationReminded),
                    false => (EventType::InvitationSent, AuditAction::VerificationInvitationSent),
                };
                let detail = json!({"number": invite.number, "channel": channel});
                record.note(engine, &mut tx, done, "worker", &detail).await?;
                emit_for(engine, &mut tx, &record, event_type).await?;
                if let Some(at) = remind_at(&record, engine.now()).filter(|_| !reminder && invite.remind) {
                    enqueue(engine, &mut tx, &record, JobKind::Remind, at).await?;
                }
            }
        }
    }
    finish(engine, tx, job).await
}

/// After the last attempt ended without a word of the mail server or gateway. The message may have gone out.
async fn give_up(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    match current(engine, tx, job).await? {
        Some(record) => bounce(engine, tx, record, "worker", "sending_failed").await,
        None => Ok(()),
    }
}
