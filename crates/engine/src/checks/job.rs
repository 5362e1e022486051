//! What every check does alike: load what it is about, compute outside of any transaction, and record what was found
//! together with the end of the job.

use bonafide_core::{
    audit::AuditAction,
    finding::{Check, Code, Finding},
    id::{OrganizationId, VerificationId},
    verification::{Kind, Status},
    weights::Weights,
};
use bonafide_store::{Tx, findings, jobs::Job};
use serde_json::json;

use crate::{
    attempts::follow::looked_at,
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::{JobKind, Work, enqueue_check, finish, finish_empty},
        record::Record,
    },
    sandbox::steer::steer,
    steps::asks::Asks,
    tuning::weights::weights_of,
};

/// A check of one submission; the value is what it found.
pub(crate) trait CheckJob: Sized + Send + 'static {
    const KIND: JobKind;
    /// What is not assessed when it cannot be run to its end.
    const CHECKS: &'static [Check];

    /// Loads and computes, outside of any transaction.
    fn compute(engine: &Engine, case: Case) -> impl Future<Output = Result<Self>> + Send;

    /// Records what is kept beside the findings, in the transaction that ends the job, and hands the findings over.
    fn record(
        self,
        engine: &Engine,
        tx: &mut Tx,
        record: &mut Record,
    ) -> impl Future<Output = Result<Vec<Finding>>> + Send;
}

/// What a check is about.
pub(crate) struct Case {
    pub(crate) organization: OrganizationId,
    pub(crate) record: Record,
    pub(crate) weights: Weights,
    attempt: u64,
}

impl Case {
    /// The submission of a record, for tests of single checks.
    #[cfg(test)]
    pub(crate) fn of(record: Record) -> Self {
        let attempt = record.private.attempt.into();
        Self { organization: record.row.organization, weights: Weights::default(), attempt, record }
    }

    /// `None` when the job is of an earlier submission.
    async fn load(engine: &Engine, job: &Job) -> Result<Option<Self>> {
        let Some(attempt) = attempt(job) else { return Ok(None) };
        let mut tx = engine.db().read().await?;
        let id = VerificationId::from_uuid(job.subject);
        let record = Record::find(engine, &mut tx, job.organization, id).await?;
        let Some(record) = record.filter(|record| is_current(record, attempt)) else { return Ok(None) };
        let weights = weights_of(&mut tx, &record).await?;
        Ok(Some(Self { organization: job.organization, record, weights, attempt }))
    }

    /// A transaction to keep something in that is searched afterwards: of two cases that arrive at once, at least one
    /// sees the other. `None` when another submission has taken this one's place, or its person was forgotten; until the end of the
    /// transaction they are not.
    pub(crate) async fn begin(&self, engine: &Engine) -> Result<Option<Tx>> {
        let mut tx = engine.db().begin().await?;
        let now = Record::hold_if_there(engine, &mut tx, self.organization, self.record.row.id).await?;
        Ok(now.is_some_and(|now| is_current(&now, self.attempt)).then_some(tx))
    }
}

/// What the worker does for a check.
pub(crate) const fn work<C: CheckJob>() -> Work {
    Work {
        kind: C::KIND,
        run: |engine, job| Box::pin(run::<C>(engine, job)),
        give_up: |engine, tx, job| Box::pin(give_up::<C>(engine, tx, job)),
    }
}

async fn run<C: CheckJob>(engine: &Engine, job: &Job) -> Result<()> {
    let Some(case) = Case::load(engine, job).await? else { return finish_empty(engine, job).await };
    let (id, attempt) = (case.record.row.id, case.attempt);
    let found = match C::compute(engine, case).await {
        // It was tried in two processes, and would be as often again.
        Err(Error::NotInspected(failed)) => {
            tracing::error!(job = %job.id, kind = C::KIND.as_str(), why = %failed, "a check was not assessed");
            let mut tx = engine.db().begin().await?;
            give_up::<C>(engine, &mut tx, job).await?;
            finish(engine, tx, job).await?;
            engine.bells().work.notify_waiters();
            return Ok(());
        }
        found => found?,
    };
    let mut tx = engine.db().begin().await?;
    let record = Record::hold_if_there(engine, &mut tx, job.organization, id).await?;
    if let Some(mut record) = record.filter(|record| is_current(record, attempt)) {
        let findings = found.record(engine, &mut tx, &mut record).await?;
        record_findings(engine, &mut tx, &record, findings, C::KIND).await?;
    }
    finish(engine, tx, job).await?;
    engine.bells().work.notify_waiters();
    Ok(())
}

/// A check that could not be run to its end is not assessed, and the verification goes on to a human.
async fn give_up<C: CheckJob>(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    let gone = |check: &Check| {
        Finding::not_assessed(*check, Code::CheckFailed, "the check could not be run to its end")
    };
    if let Some(record) = current(engine, tx, job).await? {
        record_findings(engine, tx, &record, C::CHECKS.iter().map(gone).collect(), C::KIND).await?;
    }
    Ok(())
}

/// The verification of a job, if the job belongs to the submission that is being checked now.
pub(super) async fn current(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<Option<Record>> {
    let record =
        Record::hold_if_there(engine, tx, job.organization, VerificationId::from_uuid(job.subject)).await?;
    Ok(record.zip(attempt(job)).filter(|(record, attempt)| is_current(record, *attempt)).map(|(r, _)| r))
}

fn attempt(job: &Job) -> Option<u64> {
    job.payload.get("attempt").and_then(serde_json::Value::as_u64)
}

fn is_current(record: &Record, attempt: u64) -> bool {
    record.status() == Status::Processing && u64::from(record.private.attempt) == attempt
}

/// Writes findings; whoever completes the set enqueues the decision. The history line comes first: it
/// locks the verification's row, so that of two checks ending at once the later one sees both.
async fn record_findings(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    new: Vec<Finding>,
    job: JobKind,
) -> Result<()> {
    let organization = record.row.organization;
    let surprise = |f: &&Finding| f.reasons.iter().any(|r| !f.check.may_say(&r.code));
    debug_assert!(
        !new.iter().any(|f| surprise(&f)),
        "not in Check::may_say: {:?}",
        new.iter().find(surprise)
    );
    let new = &steer(tx, record, job, new).await?;
    record
        .note(engine, tx, AuditAction::VerificationChecked, "worker", &json!({"job": job.as_str()}))
        .await?;
    findings::insert(tx, organization, record.row.id, new, engine.now(), &*engine.entropy).await?;
    let all = findings::list(tx, organization, record.row.id).await?;
    if record.kind().brings_pictures() {
        looked_at(engine, tx, record, &all).await?;
    }
    let has = |check| all.iter().any(|f| f.check == check);
    let asks = Asks::of(tx, &record.row).await?;
    let document = !asks.document || has(Check::DocumentReadable) && has(Check::Registry);
    // A document is looked for among earlier ones beside the faces, whether there is a face or not.
    let known = has(Check::FaceMatch) || !asks.face && (!asks.document || has(Check::BlockList));
    let face = !asks.face || has(Check::PassiveLiveness);
    // A document that shows where somebody lives was held against what was declared when it was read.
    let declared = record.private.declared_identity.is_some() && record.kind() != Kind::AddressVerification;
    let said = asks.words || declared;
    if said && !has(Check::Declaration) {
        // What was said of the person is compared with what was read.
        if document {
            enqueue_check(engine, tx, record, JobKind::CheckSteps).await?;
        }
    } else if document && known && face {
        enqueue_check(engine, tx, record, JobKind::Decide).await?;
    }
    Ok(())
}

pub(super) fn gone() -> Error {
    Error::NotFound("picture")
}
