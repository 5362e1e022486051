//! The e-mail to a third party, with the link to what they may see.

use bonafide_core::{
    audit::AuditAction,
    id::{JobId, ShareId},
};
use bonafide_invite::{Channel, Invitation, Kind, NotSent};
use bonafide_store::{Tx, jobs::Job, organizations, secrets::SecretHash, shares as rows};
use serde_json::{Value, json};

use super::{
    kept::{Kept, Mail},
    link,
    note::note,
    open::{Standing, standing},
};
use crate::base::{
    engine::Engine,
    error::{Error, Result},
    jobs::{self, JobKind, NewJob, Work, finish},
    record::Record,
};

pub(crate) const WORK: Work = Work {
    kind: JobKind::TellThirdParty,
    run: |engine, job| Box::pin(run(engine, job)),
    give_up: |engine, tx, job| Box::pin(give_up(engine, tx, job)),
};

/// Whether third parties are written to: this server sends mail, and knows where a link leads.
pub(super) fn is_set_up(engine: &Engine) -> bool {
    engine.inviter.channels().contains(&Channel::Email) && !engine.settings.share_url.is_empty()
}

/// Has the third party written to, once.
pub(super) async fn enqueue(engine: &Engine, tx: &mut Tx, record: &Record, share: ShareId) -> Result<JobId> {
    let job = NewJob {
        kind: JobKind::TellThirdParty,
        subject: record.row.id.uuid(),
        payload: json!({ "share": share }),
        unique_key: Some(&format!("tell_third_party:{share}")),
        run_at: engine.now(),
    };
    jobs::enqueue(engine, tx, record.row.organization, job).await
}

/// What a job is about, as long as the third party waits for its message.
struct Waiting {
    standing: Standing,
    /// Of the link that an earlier try carried already.
    code: Option<String>,
}

/// `None` when it is over: sent, revoked, run out, not approved now, or another link was made since.
async fn waiting(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<Option<Waiting>> {
    let id = job.payload.get("share").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let Some(id) = id else { return Ok(None) };
    let found = rows::get(tx, job.organization, id).await?;
    let found = found.filter(|row| row.revoked_at.is_none() && row.expires_at > engine.now());
    let Some(row) = found else { return Ok(None) };
    let Some(standing) = standing(engine, tx, row).await? else { return Ok(None) };
    let Some(Mail::Sending { code }) = standing.kept.mail.clone() else { return Ok(None) };
    let is_its = standing.share.code_sha256 == code.as_deref().map(SecretHash::of);
    Ok(is_its.then_some(Waiting { standing, code }))
}

/// Every try carries the same link, so that it does not matter which of them arrives.
async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let Some(Waiting { standing, code }) = waiting(engine, &mut tx, job).await? else {
        return finish(engine, tx, job).await;
    };
    let code = match code {
        Some(code) => code,
        None => draw(engine, &mut tx, &standing).await?,
    };
    let name = organizations::get(&mut tx, job.organization).await?.map(|o| o.name).unwrap_or_default();
    tx.commit().await?;
    let Some(link) = link::with(engine, &code) else {
        // The setting is gone since.
        let mut tx = engine.db().begin().await?;
        over(engine, &mut tx, job, Err(NotSent::NOT_SET_UP)).await?;
        return finish(engine, tx, job).await;
    };
    let party = &standing.kept.party;
    let message = Invitation {
        channel: Channel::Email,
        to: &party.email,
        kind: Kind::Share,
        language: standing.record.private.language().unwrap_or("en"),
        organization: &name,
        person: Some(&party.name),
        link: &link,
        expires_at: standing.share.expires_at,
        id: job.id,
    };
    let sent = match engine.inviter.send(&message, engine.now()).await {
        Err(not_sent) if !not_sent.permanent && job.attempts < job.max_attempts => {
            return Err(Error::NotSent(not_sent));
        }
        Err(not_sent) => Err(not_sent.code),
        Ok(_) => Ok(()),
    };
    let mut tx = engine.db().begin().await?;
    over(engine, &mut tx, job, sent).await?;
    finish(engine, tx, job).await
}

/// The link that the message will carry, as the one that opens the share.
async fn draw(engine: &Engine, tx: &mut Tx, standing: &Standing) -> Result<String> {
    let (share, record) = (&standing.share, &standing.record);
    let code = link::draw(engine);
    let mail = Some(Mail::Sending { code: Some(code.expose().to_owned()) });
    let sealed = Kept { mail, ..standing.kept.clone() }.seal(engine, &record.key, share.id)?;
    rows::renew(tx, share.organization, share.id, code.hash(), &sealed, share.expires_at).await?;
    Ok(code.expose().to_owned())
}

/// Keeps what came of it, and writes it down.
async fn over(
    engine: &Engine,
    tx: &mut Tx,
    job: &Job,
    sent: std::result::Result<(), &'static str>,
) -> Result<()> {
    let Some(Waiting { standing, code }) = waiting(engine, tx, job).await? else { return Ok(()) };
    let (share, record) = (&standing.share, &standing.record);
    let (mail, action, detail) = match sent {
        Ok(()) => (Mail::Sent, AuditAction::ShareSent, json!({"share": share.id})),
        Err(reason) => {
            tracing::warn!(verification = %record.row.id, code = reason, "a third party was not reached");
            let detail = json!({"share": share.id, "reason": reason});
            (Mail::Failed { reason: reason.to_owned() }, AuditAction::ShareBounced, detail)
        }
    };
    let sealed = Kept { mail: Some(mail), ..standing.kept.clone() }.seal(engine, &record.key, share.id)?;
    let link = code.as_deref().map(SecretHash::of);
    if rows::reseal(tx, share.organization, share.id, link, &sealed).await? {
        note(engine, tx, record, "worker", action, &detail).await?;
    }
    Ok(())
}

/// After the last try ended without a word of the mail server. The message may have gone out.
async fn give_up(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    over(engine, tx, job, Err("sending_failed")).await
}
