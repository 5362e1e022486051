//! A reviewer says that a hit is somebody else. It is remembered for the person and the entry as it is now: an entry
//! that its publisher changes, or the end of the time that was given, brings the hit back.

use bonafide_core::{
    finding::Check,
    id::{DismissalId, EventId, OrganizationId, VerificationId},
    problem::Rule,
    time::Timestamp,
};
use bonafide_store::{
    Tx,
    crypto::{self, Object},
    dismissals, events, findings, organizations, verifications,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Caller, Engine, Error, Result, Scope, jobs, record::Record};

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

/// An entry that does not count for a person, as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissed {
    pub list: String,
    pub entry: String,
    /// Of the entry's content when it was dismissed.
    pub entry_sha256: String,
    pub reason: String,
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
    if !caller.may(Scope::Verifications) {
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
    let mut tx = engine.db.read().await?;
    let mut owner = None;
    for organization in organizations::list(&mut tx).await? {
        if verifications::get(&mut tx, organization.id, verification).await?.is_some() {
            owner = Some(organization.id);
        }
    }
    drop(tx);
    let owner = owner.ok_or(Error::NotFound("verification"))?;
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
    let mut tx = engine.db.begin().await?;
    let mut record = Record::load(engine, &mut tx, organization, verification).await?;
    let mut screened = record.private.screened.clone().ok_or(Error::NotFound("hit"))?;
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
    let id = DismissalId::new(now, &*engine.entropy);
    let row = dismissals::Dismissal {
        id,
        applicant: record.row.applicant,
        verification,
        actor: actor.to_owned(),
        sealed: crypto::seal_json(&record.key, Object::Dismissal(id), &dismissed, &*engine.entropy)?,
        created_at: now,
        expires_at: what.until,
    };
    dismissals::insert(&mut tx, organization, &row).await?;
    screened.set_aside(&active(engine, &mut tx, &record).await?);
    let (finding, hits) = (screened.finding(), screened.counting().count());
    record.private.screened = Some(screened);
    record.save(engine, &mut tx).await?;
    findings::supersede_check(&mut tx, organization, verification, Check::Sanctions, now).await?;
    findings::insert(&mut tx, organization, verification, &[finding], now, &*engine.entropy).await?;
    let detail = json!({"hits": hits, "until": what.until.to_string()});
    record.note(engine, &mut tx, "screening_dismissed", actor, &detail).await?;
    tell(engine, &mut tx, &record, hits).await?;
    jobs::rescreen_at(engine, &mut tx, organization, verification, what.until).await?;
    tx.commit().await?;
    Ok(hits)
}

/// What does not count for the person of a verification now.
pub(crate) async fn active(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<Vec<Dismissed>> {
    let rows = dismissals::active(tx, record.row.organization, record.row.applicant, engine.now()).await?;
    let open = |row: &dismissals::Dismissal| {
        Ok(crypto::open_json(&record.key, Object::Dismissal(row.id), &row.sealed)?)
    };
    rows.iter().map(open).collect()
}

/// The event that the hits of a person are others than before.
pub(crate) async fn tell(engine: &Engine, tx: &mut Tx, record: &Record, hits: usize) -> Result<()> {
    let event = events::Event {
        id: EventId::new(engine.now(), &*engine.entropy),
        organization: record.row.organization,
        verification: record.row.id,
        kind: "verification.screening_changed".to_owned(),
        payload: json!({"hits": hits}),
        at: engine.now(),
    };
    events::insert(tx, record.row.organization, &event).await?;
    Ok(())
}
