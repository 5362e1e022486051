//! A reviewer says that a hit is somebody else. It is remembered for the person and the entry as it is now: an entry
//! that its publisher changes, or the end of the time that was given, brings the hit back.

use bonafide_checks::document::fingerprint;
use bonafide_core::{
    audit::AuditAction,
    document::DocumentReading,
    event::{EventType, Snapshot},
    finding::Check,
    id::{ApplicantId, DismissalId, OrganizationId, VerificationId},
    problem::Rule,
    time::Timestamp,
};
use bonafide_store::{
    Error as StoreError, Tx,
    crypto::{self, Object, SubjectKey},
    dismissals, findings, organizations, subject_keys,
};
use serde_json::json;

use super::plan::rescreen_at;
use crate::{
    backtest::replay::organization_of,
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        features::Known,
        record::Record,
        screened::{Dismissed, Screened},
    },
    events::emit::emit_for_with,
};

/// Longest reason, in characters.
const MAX_REASON: usize = 2000;

/// What a reviewer says.
#[derive(Debug, Clone)]
pub struct Dismissing<'a> {
    pub list: &'a str,
    /// The publisher's number of the entry.
    pub entry: &'a str,
    pub reason: &'a str,
    /// When the hit counts again.
    pub until: Timestamp,
}

/// Dismisses a hit of a verification's last screening; how many hits still count.
///
/// # Errors
/// [`Error::NotFound`] without such a hit, [`Error::Invalid`] for a reason or time that is none.
pub async fn dismiss(
    engine: &Engine,
    caller: &Caller,
    verification: VerificationId,
    what: &Dismissing<'_>,
) -> Result<usize> {
    if !caller.may(Scope::Review) {
        return Err(Error::Forbidden);
    }
    set_aside(engine, caller.organization, &caller.actor(), verification, what).await
}

/// The same on the command line of the installation, whose operator may see every organization.
///
/// # Errors
/// As [`dismiss`].
pub async fn dismiss_as_operator(
    engine: &Engine,
    verification: VerificationId,
    what: &Dismissing<'_>,
) -> Result<usize> {
    let owner = organization_of(engine, verification).await?;
    set_aside(engine, owner, "operator", verification, what).await
}

async fn set_aside(
    engine: &Engine,
    organization: OrganizationId,
    actor: &str,
    verification: VerificationId,
    what: &Dismissing<'_>,
) -> Result<usize> {
    let (now, reason) = (engine.now(), what.reason.trim());
    if !(1..=MAX_REASON).contains(&reason.chars().count()) {
        return Err(Error::invalid("reason", Rule::Length, "a reason of 1 to 2000 characters is needed"));
    }
    if what.until <= now {
        return Err(Error::invalid("until", Rule::Range, "the time must lie ahead"));
    }
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, organization, verification).await?;
    let screened = record.private.screened.clone().ok_or(Error::NotFound("hit"))?;
    let hit = screened.hit(what.list, what.entry).ok_or(Error::NotFound("hit"))?;
    let Some(entry_sha256) = hit["entry_sha256"].as_str().map(str::to_owned) else {
        let message = "this was screened by an older version; the next change of a list screens it again";
        return Err(Error::conflict("screened_before", message));
    };
    let dismissed = Dismissed {
        list: what.list.to_owned(),
        entry: what.entry.to_owned(),
        entry_sha256,
        reason: reason.to_owned(),
    };
    let said = Said { dismissed, verification, actor: actor.to_owned(), until: what.until };
    keep(engine, &mut tx, organization, &record.key, &said).await?;
    if let Some(identity) = record.row.identity {
        // Nobody forgets the identity before this is kept.
        organizations::hold(&mut tx, organization).await?;
        if let Some(key) = key_of(engine, &mut tx, organization, identity).await? {
            keep(engine, &mut tx, organization, &key, &said).await?;
        }
    }
    let hits = count_again(engine, &mut tx, &mut record, screened).await?;
    let detail = json!({"hits": hits, "until": what.until.to_string()});
    record.note(engine, &mut tx, AuditAction::VerificationScreeningDismissed, actor, &detail).await?;
    emit_hits(engine, &mut tx, &record, EventType::ScreeningReviewed, hits).await?;
    rescreen_at(engine, &mut tx, organization, verification, what.until).await?;
    // Whoever waits for nothing else is decided about anew.
    rescreen_at(engine, &mut tx, organization, verification, now).await?;
    tx.commit().await?;
    engine.bells().work.notify_waiters();
    Ok(hits)
}

/// Judges the hits of a verification anew, without those that are dismissed now. How many count.
pub(super) async fn count_again(
    engine: &Engine,
    tx: &mut Tx,
    record: &mut Record,
    mut screened: Screened,
) -> Result<usize> {
    let (organization, id, now) = (record.row.organization, record.row.id, engine.now());
    screened.set_aside(&active(engine, tx, record, record.private.reading.as_ref()).await?);
    let (finding, hits) = (screened.finding(), screened.counting().count());
    record.private.screened = Some(screened);
    record.save(engine, tx).await?;
    findings::supersede_check(tx, organization, id, Check::Sanctions, now).await?;
    findings::insert(tx, organization, id, &[finding], now, &*engine.entropy).await?;
    Ok(hits)
}

/// A dismissal on its way to a row.
struct Said {
    dismissed: Dismissed,
    verification: VerificationId,
    actor: String,
    until: Timestamp,
}

/// Keeps a dismissal under the key of the person it is about.
async fn keep(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    key: &SubjectKey,
    said: &Said,
) -> Result<()> {
    let id = DismissalId::new(engine.now(), &*engine.entropy);
    let row = dismissals::Dismissal {
        id,
        applicant: key.applicant(),
        verification: said.verification,
        actor: said.actor.clone(),
        sealed: crypto::seal_json(key, Object::Dismissal(id), &said.dismissed, &*engine.entropy)?,
        created_at: engine.now(),
        expires_at: said.until,
    };
    dismissals::insert(tx, organization, &row).await?;
    Ok(())
}

/// What does not count for the person of a verification now: what was said about this verification, and about the
/// identity with the same document and the same holder.
pub(crate) async fn active(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    reading: Option<&DocumentReading>,
) -> Result<Vec<Dismissed>> {
    let organization = record.row.organization;
    let mut all = of(engine, tx, organization, &record.key).await?;
    let known = match record.row.identity {
        Some(identity) => Some(identity),
        None => same_person(engine, tx, organization, reading).await?,
    };
    let key = match known {
        Some(identity) => key_of(engine, tx, organization, identity).await?,
        None => None,
    };
    if let Some(key) = key {
        for dismissed in of(engine, tx, organization, &key).await? {
            if !all.contains(&dismissed) {
                all.push(dismissed);
            }
        }
    }
    Ok(all)
}

/// None of an identity that was forgotten.
pub(super) async fn key_of(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    identity: ApplicantId,
) -> Result<Option<SubjectKey>> {
    match subject_keys::load(tx, organization, identity, engine.key_ring()).await {
        Err(StoreError::KeyDestroyed | StoreError::NotFound(_)) => Ok(None),
        other => Ok(Some(other?)),
    }
}

async fn of(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    key: &SubjectKey,
) -> Result<Vec<Dismissed>> {
    let rows = dismissals::active(tx, organization, key.applicant(), engine.now()).await?;
    rows.iter().map(|row| Ok(crypto::open_json(key, Object::Dismissal(row.id), &row.sealed)?)).collect()
}

/// The identity with this document and this holder. Both, because here no face was compared: somebody else's document
/// must not bring their dismissals along.
pub(super) async fn same_person(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    reading: Option<&DocumentReading>,
) -> Result<Option<ApplicantId>> {
    let digests = reading.and_then(|r| Some((fingerprint::number(r)?, fingerprint::holder(r)?)));
    let Some((number, holder)) = digests else { return Ok(None) };
    let look = move |found: &mut Option<ApplicantId>, id: ApplicantId, known: &Known| {
        if known.documents.contains(&number) && known.holder == Some(holder) {
            *found = Some(found.map_or(id, |before| before.min(id)));
        }
    };
    Ok(engine.gallery().identities().search(tx, organization, None, look).await?.found)
}

/// What was said about a verification holds for the identity that its person turned out to be.
pub(crate) async fn pass_on(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    identity: &SubjectKey,
) -> Result<()> {
    let organization = record.row.organization;
    let known = of(engine, tx, organization, identity).await?;
    for row in dismissals::active(tx, organization, record.row.applicant, engine.now()).await? {
        let dismissed = crypto::open_json(&record.key, Object::Dismissal(row.id), &row.sealed)?;
        if !known.contains(&dismissed) {
            let said =
                Said { dismissed, verification: row.verification, actor: row.actor, until: row.expires_at };
            keep(engine, tx, organization, identity, &said).await?;
        }
    }
    Ok(())
}

/// The event that the hits of a person are others than before.
pub(crate) async fn emit_hits(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    event_type: EventType,
    hits: usize,
) -> Result<()> {
    let snapshot = Snapshot { hits: Some(hits as u64), ..Snapshot::default() };
    emit_for_with(engine, tx, record, event_type, snapshot).await?;
    Ok(())
}
