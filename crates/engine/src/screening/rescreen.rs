//! Ongoing monitoring: when the first list arrives and whenever a list changes, everybody whose verification stands is
//! screened, also those who never were. What changed for them is emitted. Clients that are monitored beside any verification
//! have jobs of their own: see `aml/monitor.rs`.
//!
//! A page of people a job, in one transaction: the table `screened` says who is left, so whoever takes over after a crash
//! goes on where the last page ended, and nobody is screened twice against the same lists. Somebody whose data make that fail
//! is noted, counted and told to the operator, and the others are screened.

use bonafide_core::{
    id::{OrganizationId, VerificationId},
    problem::with_causes,
};
use bonafide_store::{
    Contended, Tx, aml_verifications,
    jobs::{self as rows, Job},
    organizations, screened, verifications,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    reconsider::reconsider,
    screen::lists_of_now,
    search::{Against, failed, is_of_one, keep_all, open, search},
    trouble::Trouble,
};
use crate::{
    aml::plan::monitor,
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::{self, JobKind, NewJob, Work, finish, finish_empty},
        record,
    },
};

pub(crate) const PAGE_WORK: Work = Work::new(JobKind::Rescreen, |engine, job| Box::pin(run(engine, job)));
pub(crate) const ONE_WORK: Work =
    Work::in_the_end(JobKind::RescreenOne, |engine, job| Box::pin(one(engine, job)));

/// People a job: as many as keep other writers waiting for a moment only.
const PAGE: i64 = 200;
/// Without any change, everybody is looked through this often: somebody may have been decided about while the lists changed.
const SWEEP_MS: i64 = 600_000;
/// How long after a page those are tried again whom somebody else was busy with.
const AGAIN_MS: i64 = 1_000;

/// The lists a page is about.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    lists: String,
}

/// Enqueues the work where a list changed since this process last looked, and now and then; otherwise nothing.
pub(crate) async fn watch(engine: &Engine) -> Result<()> {
    let Some(against) = current(engine).await? else { return Ok(()) };
    let (word, now) = (word(&against), engine.now());
    if !engine.screening.is_news(&word, now, SWEEP_MS) {
        return Ok(());
    }
    // Before anybody is looked for: who is decided about from now on says so again.
    engine.screening.told(word.clone(), now);
    let looked = look_through(engine, &against, &word).await;
    if looked.is_err() {
        engine.screening.untold();
    }
    looked
}

/// Enqueues the work in each organization where somebody is left.
async fn look_through(engine: &Engine, against: &Against, word: &str) -> Result<()> {
    let mut tx = engine.db().read().await?;
    let (mut people, mut clients) = (vec![], vec![]);
    for organization in organizations::list(&mut tx).await? {
        let id = organization.id;
        if !screened::left(&mut tx, id, against.stored(), 1).await?.is_empty() {
            people.push(id);
        }
        if !aml_verifications::left(&mut tx, id, against.stored(), 1).await?.is_empty() {
            clients.push(id);
        }
    }
    drop(tx);
    if people.is_empty() && clients.is_empty() {
        return Ok(());
    }
    let mut tx = engine.db().begin().await?;
    for id in people {
        enqueue(engine, &mut tx, id, word, 0).await?;
    }
    for id in clients {
        monitor(engine, &mut tx, id, word).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The lists of now; `None` without any that can be read.
pub(crate) async fn current(engine: &Engine) -> Result<Option<Against>> {
    match lists_of_now(engine).await {
        Ok(lists) => {
            engine.screening.complains("");
            Ok((!lists.snapshots.is_empty()).then(|| Against::new(lists)))
        }
        Err(Error::Lists(error)) => {
            let damage = Trouble::damaged(&error).to_string();
            if engine.screening.complains(&damage) {
                tracing::error!(damage, "nobody can be screened");
            }
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// What distinguishes one change from the next: other entries, or the same ones confirmed.
fn word(against: &Against) -> String {
    format!("{}:{}", against.version, against.confirmed_at.0)
}

async fn enqueue(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    lists: &str,
    after_ms: i64,
) -> Result<()> {
    // Several processes see the change; one of them enqueues, and there is one page at a time.
    let job = NewJob {
        kind: JobKind::Rescreen,
        subject: organization.uuid(),
        payload: json!(Payload { lists: lists.to_owned() }),
        unique_key: Some(&format!("{}:{lists}", JobKind::Rescreen.as_str())),
        run_at: engine.now().plus_ms(after_ms),
    };
    jobs::enqueue(engine, tx, organization, job).await?;
    Ok(())
}

async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let payload: Option<Payload> = serde_json::from_value(job.payload.clone()).ok();
    let wanted = payload.map(|p| p.lists);
    let mut against = current(engine).await?;
    if against.as_ref().map(word) != wanted {
        // Another process may have seen a newer list than this one.
        engine.screening.look_again();
        against = current(engine).await?;
    }
    let (Some(against), Some(wanted)) = (against, wanted) else { return finish_empty(engine, job).await };
    if word(&against) != wanted {
        // Whoever sees the lists of now first enqueues the work for them.
        return finish_empty(engine, job).await;
    }
    let organization = job.organization;
    let mut tx = engine.db().read().await?;
    let ids = screened::left(&mut tx, organization, against.stored(), PAGE).await?;
    drop(tx);
    let is_whole = ids.len() as i64 == PAGE;
    let page = async {
        let (tx, left) = screen_all(engine, organization, &against, &ids).await?;
        finish_page(engine, tx, job, &wanted, is_whole, left).await
    };
    match page.await {
        // What is stored of one of them may be why, and the others do not wait for that.
        Err(error) if ids.len() > 1 && !error.is_contended() => {
            tracing::warn!(error = with_causes(&error), %organization, "people are screened one by one");
            let left = one_by_one(engine, job, &against, &ids).await?;
            finish_page(engine, engine.db().begin().await?, job, &wanted, is_whole, left).await
        }
        done => done,
    }
}

/// Screens some people: the transaction with what was found, and how many are left because somebody else was busy with them.
async fn screen_all(
    engine: &Engine,
    organization: OrganizationId,
    against: &Against,
    ids: &[VerificationId],
) -> Result<(Tx, usize)> {
    let mut tx = engine.db().read().await?;
    let opened = open(engine, &mut tx, organization, ids).await?;
    drop(tx);
    let found = search(engine, against, opened).await?;
    let mut tx = engine.db().begin().await?;
    let left = keep_all(engine, &mut tx, organization, against, found).await?;
    Ok((tx, left))
}

/// The same in a transaction each. Of whom it fails each time is noted so; where it may go well later the job is tried again,
/// after the others.
async fn one_by_one(engine: &Engine, job: &Job, against: &Against, ids: &[VerificationId]) -> Result<usize> {
    let (organization, mut left, mut first) = (job.organization, 0, None);
    for id in ids {
        let alone = async {
            let (tx, left) = screen_all(engine, organization, against, &[*id]).await?;
            tx.commit().await?;
            Ok(left)
        };
        match alone.await {
            Ok(busy) => left += busy,
            Err(error) if is_of_one(&error) || job.attempts >= job.max_attempts => {
                let mut tx = engine.db().begin().await?;
                let (lists, now) = (against.stored(), engine.now());
                screened::mark(&mut tx, organization, *id, lists, failed(*id), now).await?;
                tx.commit().await?;
            }
            Err(error) => first = first.or(Some(error)),
        }
    }
    first.map_or(Ok(left), Err)
}

/// Ends the job, and enqueues the next one while somebody is left.
async fn finish_page(
    engine: &Engine,
    mut tx: Tx,
    job: &Job,
    lists: &str,
    is_whole: bool,
    left: usize,
) -> Result<()> {
    if !rows::finish(&mut tx, job, engine.now()).await? {
        tx.rollback().await?;
        return Ok(());
    }
    match (is_whole, left) {
        (true, _) => enqueue(engine, &mut tx, job.organization, lists, 0).await?,
        (false, 0) => {}
        (false, _) => enqueue(engine, &mut tx, job.organization, lists, AGAIN_MS).await?,
    }
    tx.commit().await?;
    Ok(())
}
/// One person, when a dismissal begins or ends or a hit comes or goes that a human is asked about: screened where that tells
/// something new, and decided anew where nothing else was waited for.
async fn one(engine: &Engine, job: &Job) -> Result<()> {
    let (organization, id) = (job.organization, VerificationId::from_uuid(job.subject));
    if let Some(against) = current(engine).await? {
        let mut tx = engine.db().read().await?;
        let row = verifications::get(&mut tx, organization, id).await?;
        let row = row.filter(|row| screened::STANDING.contains(&record::status(row)));
        let ids: Vec<VerificationId> = row.into_iter().map(|row| row.id).collect();
        let mut opened = open(engine, &mut tx, organization, &ids).await?;
        drop(tx);
        opened.people.retain(|person| person.is_due(&against));
        if !opened.people.is_empty() {
            let found = search(engine, &against, opened).await?;
            let mut tx = engine.db().begin().await?;
            if keep_all(engine, &mut tx, organization, &against, found).await? > 0 {
                let message = "somebody else changed the verification at the same time";
                return Err(Error::conflict("changed_meanwhile", message));
            }
            tx.commit().await?;
        }
    }
    let mut tx = engine.db().begin().await?;
    reconsider(engine, &mut tx, organization, id).await?;
    finish(engine, tx, job).await
}
