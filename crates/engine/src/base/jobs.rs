//! Work that waits in the table of jobs: its kinds, and how it is put there and ended.

use std::pin::Pin;

use bonafide_core::{
    id::{JobId, OrganizationId},
    time::Timestamp,
};
use bonafide_store::{
    Tx,
    jobs::{self as rows, Job},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{engine::Engine, error::Result, record::Record};

/// Which slots of a process work is done in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Checks on pictures: heavy on the CPU.
    Checks,
    /// What happens at a time.
    Timers,
    /// Messages to people: nearly all of it is waiting for somebody else's server.
    Mail,
}

impl Queue {
    pub const ALL: [Self; 3] = [Self::Checks, Self::Timers, Self::Mail];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Timers => "timers",
            Self::Mail => "mail",
        }
    }
}

/// What there is to do. Each use case registers what it does for its kind in `worker/registry.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobKind {
    ReadDocument,
    /// A document that shows where somebody lives.
    ReadAddress,
    MatchFaces,
    MatchTemplate,
    CheckLiveness,
    AskRegistry,
    /// What the person said in the steps.
    CheckSteps,
    Decide,
    Reopen,
    Expire,
    /// The link of an attempt, when nobody opened it.
    ExpireLink,
    Erase,
    Invite,
    Remind,
    /// The e-mail to a third party that may see what was approved.
    TellThirdParty,
    /// A page of an organization's people.
    Rescreen,
    /// One person, when a dismissal ends.
    RescreenOne,
    /// A client compared with the lists for the first time.
    ScreenClient,
    /// A page of an organization's monitored clients.
    MonitorClients,
}

impl JobKind {
    /// Whether nothing is left of such a job once its person was erased.
    pub(crate) fn is_of_one_person(self) -> bool {
        !matches!(self, Self::Rescreen | Self::MonitorClients | Self::Erase)
    }

    pub(crate) const ALL: [Self; 19] = [
        Self::ReadDocument,
        Self::ReadAddress,
        Self::MatchFaces,
        Self::MatchTemplate,
        Self::CheckLiveness,
        Self::AskRegistry,
        Self::CheckSteps,
        Self::Decide,
        Self::Reopen,
        Self::Expire,
        Self::ExpireLink,
        Self::Erase,
        Self::Invite,
        Self::Remind,
        Self::TellThirdParty,
        Self::Rescreen,
        Self::RescreenOne,
        Self::ScreenClient,
        Self::MonitorClients,
    ];

    /// The stored form. Jobs outlive the program that enqueued them: never change one.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ReadDocument => "read_document",
            Self::ReadAddress => "read_address",
            Self::MatchFaces => "match_faces",
            Self::MatchTemplate => "match_template",
            Self::CheckLiveness => "check_liveness",
            Self::AskRegistry => "ask_registry",
            Self::CheckSteps => "check_steps",
            Self::Decide => "decide",
            Self::Reopen => "reopen",
            Self::Expire => "expire",
            Self::ExpireLink => "expire_link",
            Self::Erase => "erase",
            Self::Invite => "invite",
            Self::Remind => "remind",
            Self::TellThirdParty => "tell_third_party",
            Self::Rescreen => "rescreen",
            Self::RescreenOne => "rescreen_one",
            Self::ScreenClient => "screen_client",
            Self::MonitorClients => "monitor_clients",
        }
    }

    /// `None` for a newer program's.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    pub(crate) const fn queue(self) -> Queue {
        match self {
            Self::ReadDocument
            | Self::ReadAddress
            | Self::MatchFaces
            | Self::MatchTemplate
            | Self::CheckLiveness
            | Self::AskRegistry
            | Self::CheckSteps
            | Self::Decide => Queue::Checks,
            Self::Reopen
            | Self::Expire
            | Self::ExpireLink
            | Self::Erase
            | Self::Rescreen
            | Self::RescreenOne
            | Self::ScreenClient
            | Self::MonitorClients => Queue::Timers,
            Self::Invite | Self::Remind | Self::TellThirdParty => Queue::Mail,
        }
    }

    const fn max_attempts(self) -> i64 {
        match self {
            // A picture that makes a check crash does so each time: give up soon, a human will look.
            Self::ReadDocument
            | Self::ReadAddress
            | Self::MatchFaces
            | Self::MatchTemplate
            | Self::CheckLiveness
            | Self::AskRegistry
            | Self::CheckSteps
            | Self::Decide => 4,
            Self::Reopen | Self::Expire | Self::ExpireLink | Self::Erase => 20,
            Self::Rescreen | Self::RescreenOne | Self::ScreenClient | Self::MonitorClients => 10,
            // Over about six hours, for a mail server that is down.
            Self::Invite | Self::Remind | Self::TellThirdParty => 16,
        }
    }
}

/// A job on its way to the table.
pub(crate) struct NewJob<'a> {
    pub(crate) kind: JobKind,
    /// What it is about: a verification, an applicant or an organization.
    pub(crate) subject: Uuid,
    /// A whole object, no personal data.
    pub(crate) payload: Value,
    /// While a job with the same key is open, no second one is enqueued.
    pub(crate) unique_key: Option<&'a str>,
    pub(crate) run_at: Timestamp,
}

/// Enqueues a job in the transaction that makes it necessary.
pub(crate) async fn enqueue(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    new: NewJob<'_>,
) -> Result<JobId> {
    let now = engine.now();
    let id = JobId::new(now, &*engine.entropy);
    let row = rows::NewJob {
        id,
        queue: new.kind.queue().as_str(),
        kind: new.kind.as_str(),
        subject: new.subject,
        payload: &new.payload,
        unique_key: new.unique_key,
        now,
        run_at: new.run_at,
        max_attempts: new.kind.max_attempts(),
    };
    rows::enqueue(tx, organization, row).await?;
    Ok(id)
}

/// Enqueues a check for the current submission. It queues up by the time of the submission: who came first is done first,
/// and not everybody's first check before anybody's second.
pub(crate) async fn enqueue_check(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    kind: JobKind,
) -> Result<()> {
    let attempt = record.private.attempt;
    let job = NewJob {
        kind,
        subject: record.row.id.uuid(),
        payload: json!({"attempt": attempt}),
        unique_key: Some(&format!("{}:{}:{attempt}", kind.as_str(), record.row.id)),
        run_at: record.private.handed_in_at.unwrap_or(engine.now()),
    };
    enqueue(engine, tx, record.row.organization, job).await?;
    Ok(())
}

/// Ends the job and commits, or rolls the effect back when somebody else has taken the job over.
pub(crate) async fn finish(engine: &Engine, mut tx: Tx, job: &Job) -> Result<()> {
    if rows::finish(&mut tx, job, engine.now()).await? {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(())
}

/// Ends a job that has no effect, or whose effect was committed before.
pub(crate) async fn finish_empty(engine: &Engine, job: &Job) -> Result<()> {
    finish(engine, engine.db().begin().await?, job).await
}

/// What is done for one kind of job.
pub(crate) struct Work {
    pub(crate) kind: JobKind,
    /// Does it, and ends the job in the transaction of its effect.
    pub(crate) run: for<'a> fn(&'a Engine, &'a Job) -> Running<'a>,
    /// Records that it will not be tried again.
    pub(crate) give_up: for<'a> fn(&'a Engine, &'a mut Tx, &'a Job) -> Running<'a>,
}

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

impl Work {
    /// Work of which nothing is recorded when it is given up: what is left is looked for now and then.
    pub(crate) const fn new(kind: JobKind, run: for<'a> fn(&'a Engine, &'a Job) -> Running<'a>) -> Self {
        Self { kind, run, give_up: |_, _, _| Box::pin(async { Ok(()) }) }
    }

    /// Work that nobody else does when it is given up, so that a person would wait for it for ever: it is begun anew later.
    pub(crate) const fn in_the_end(
        kind: JobKind,
        run: for<'a> fn(&'a Engine, &'a Job) -> Running<'a>,
    ) -> Self {
        Self { kind, run, give_up: |engine, tx, job| Box::pin(begin_anew(engine, tx, job)) }
    }
}

/// Enqueues the same work again. The job that was given up stays, and is counted.
async fn begin_anew(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    const PAUSE_S: i64 = 3600;
    let Some(kind) = JobKind::parse(&job.kind) else { return Ok(()) };
    let again = NewJob {
        kind,
        subject: job.subject,
        payload: job.payload.clone(),
        unique_key: None,
        run_at: engine.now().plus_secs(PAUSE_S).max(job.run_at),
    };
    enqueue(engine, tx, job.organization, again).await?;
    Ok(())
}
