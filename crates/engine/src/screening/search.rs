//! Many standing people compared with the lists at once: opened in one reading transaction, searched on all processors,
//! kept in one writing transaction.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use bonafide_core::{
    audit::AuditAction,
    event::EventType,
    finding::{Check, Finding, Outcome},
    id::{OrganizationId, VerificationId, WeightsId},
    policy::{Preset, ScreeningRule},
    time::Timestamp,
    verification::Status,
    weights::Weights,
};
use bonafide_store::{
    Error as StoreError, Tx, dismissals, findings,
    screened::{self, Done},
    verifications,
};
use serde_json::{Value, json};

use super::{
    dismiss::{active, emit_hits},
    log::{done, keep},
    plan::rescreen_at,
    screen::screen,
    trouble::{Trouble, max_age_days},
};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        lists::Lists,
        record::Record,
        screened::{Dismissed, Screened},
    },
    tuning::weights::weights_of,
};

/// The lists that a page of people is compared with.
#[derive(Clone)]
pub(crate) struct Against {
    pub(crate) lists: Arc<Lists>,
    pub(crate) version: String,
    pub(super) confirmed_at: Timestamp,
}

impl Against {
    pub(crate) fn new(lists: Arc<Lists>) -> Self {
        let (version, confirmed_at) = (lists.version(), lists.confirmed_at());
        Self { lists, version, confirmed_at }
    }

    pub(crate) fn stored(&self) -> screened::Lists<'_> {
        screened::Lists { version: &self.version, confirmed_at: self.confirmed_at }
    }
}

/// Somebody to be compared.
pub(super) struct Person {
    record: Record,
    dismissed: Vec<Dismissed>,
    tolerance: f64,
    rule: ScreeningRule,
}

impl Person {
    /// Whether another search or another look at what was dismissed would tell something new.
    pub(super) fn is_due(&self, against: &Against) -> bool {
        let Some(before) = &self.record.private.screened else { return true };
        let mut now_aside = before.clone();
        now_aside.set_aside(&self.dismissed);
        before.lists != against.lists.pinned() || before.entries() != now_aside.entries()
    }
}

/// Those who can be compared, and what is noted of the others.
#[derive(Default)]
pub(super) struct Opened {
    pub(super) people: Vec<Person>,
    others: Vec<(VerificationId, Done)>,
}

/// Opens what is stored of some people of one organization. Of whom nothing can be read nobody else has to wait: they are noted.
pub(super) async fn open(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    ids: &[VerificationId],
) -> Result<Opened> {
    let any_dismissed = dismissals::any(tx, organization, engine.now()).await?;
    let mut weights: HashMap<Option<WeightsId>, Weights> = HashMap::new();
    let mut opened = Opened::default();
    for id in ids.iter().copied() {
        match open_one(engine, tx, organization, id, any_dismissed, &mut weights).await {
            Ok(Ok(person)) => opened.people.push(*person),
            Ok(Err(done)) => opened.others.push((id, done)),
            // Forgotten since the page was read.
            Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => {}
            Err(error) if is_of_one(&error) => opened.others.push((id, failed(id))),
            Err(other) => return Err(other),
        }
    }
    Ok(opened)
}

/// Whether the fault is in what is stored of one person or client, and will be there the next time.
pub(crate) fn is_of_one(error: &Error) -> bool {
    match error {
        Error::Store(StoreError::Unsealable(_) | StoreError::Form { .. } | StoreError::WrongKeyRing(_)) => {
            true
        }
        Error::Store(error) => error.is_unreadable_row(),
        Error::Task(task) => task.is_panic(),
        _ => false,
    }
}

/// Tells of somebody who is not screened.
pub(super) fn failed(id: VerificationId) -> Done {
    metrics::counter!("bonafide_screening_failed_total", "of" => "person").increment(1);
    tracing::error!(verification = %id, "what is stored of a person cannot be read; they are not screened");
    Done::Failed
}

/// Somebody who can be compared, or what is noted of them.
async fn open_one(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: VerificationId,
    any_dismissed: bool,
    weights: &mut HashMap<Option<WeightsId>, Weights>,
) -> Result<Result<Box<Person>, Done>> {
    let record = Record::load(engine, tx, organization, id).await?;
    let version = record.row.weights;
    // Its findings are what the settings of the sandbox say.
    let steered = record.private.settings.get("sandbox").and_then(|s| s.get("screening")).is_some();
    if steered || record.private.reading.is_none() {
        return Ok(Err(if steered { Done::Screened } else { Done::Nameless }));
    }
    let dismissed = match any_dismissed {
        true => active(engine, tx, &record, record.private.reading.as_ref()).await?,
        false => vec![],
    };
    let tolerance = match weights.get(&version) {
        Some(weights) => weights.sanctions_tolerance,
        None => {
            let read = weights_of(tx, &record).await?;
            let tolerance = read.sanctions_tolerance;
            weights.insert(version, read);
            tolerance
        }
    };
    // Of a policy that is not understood the strictest is asked.
    let rule = record.policy().unwrap_or_else(|_| Preset::Strict.policy()).screening;
    Ok(Ok(Box::new(Person { record, dismissed, tolerance, rule })))
}

/// What a search gave.
pub(super) struct Found {
    people: Vec<(Person, Option<Screened>, u64)>,
    others: Vec<(VerificationId, Done)>,
}

/// Compares people with the lists, on every processor. Somebody on whom that fails is noted.
pub(super) async fn search(engine: &Engine, against: &Against, opened: Opened) -> Result<Found> {
    let (now, lists, expected) = (engine.now(), against.lists.clone(), engine.settings.lists.clone());
    let engine = engine.clone();
    let Opened { people, mut others } = opened;
    let all = move || {
        let compare = |person: &Person| {
            let max_age = max_age_days(&engine, person.rule);
            let trouble = Trouble::of(&lists, &expected, now, max_age);
            let reading = person.record.private.reading.clone().unwrap_or_default();
            let (finding, screened) =
                screen(&lists, trouble.as_ref(), &reading, &person.dismissed, person.tolerance, now);
            (screened, finding.ms)
        };
        let one = |person: Person| {
            // What it looks at is not used again where it ended in the middle.
            let compared = catch_unwind(AssertUnwindSafe(|| compare(&person)));
            match compared {
                Ok((screened, ms)) => Ok((person, screened, ms)),
                Err(_) => Err(person.record.row.id),
            }
        };
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let share = people.len().div_ceil(processors).max(1);
        let mut shares: Vec<Vec<Person>> = vec![];
        for (n, person) in people.into_iter().enumerate() {
            if n % share == 0 {
                shares.push(Vec::with_capacity(share));
            }
            if let Some(last) = shares.last_mut() {
                last.push(person);
            }
        }
        std::thread::scope(|scope| {
            let one = &one;
            let run =
                |share: Vec<Person>| scope.spawn(move || share.into_iter().map(one).collect::<Vec<_>>());
            let running: Vec<_> = shares.into_iter().map(run).collect();
            let joined = running.into_iter().map(|thread| thread.join());
            joined.collect::<Result<Vec<_>, _>>().map(|all| all.into_iter().flatten().collect::<Vec<_>>())
        })
    };
    let compared: Result<Vec<_>, Box<dyn std::any::Any + Send>> = tokio::task::spawn_blocking(all).await?;
    let compared = compared
        .map_err(|_| Error::conflict("search_failed", "a search of the lists stopped in the middle"))?;
    let mut people = vec![];
    for one in compared {
        match one {
            Ok(found) => people.push(found),
            Err(id) => others.push((id, failed(id))),
        }
    }
    Ok(Found { people, others })
}

/// Keeps what was found. How many people are left to do because somebody else wrote their verification meanwhile.
///
/// The verifications are held before the organization's two chains, as by everybody else: so none waits for the other.
pub(super) async fn keep_all(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    against: &Against,
    found: Found,
) -> Result<usize> {
    let (now, mut left, mut changed) = (engine.now(), 0, vec![]);
    let ids: Vec<VerificationId> = found.people.iter().map(|(person, ..)| person.record.row.id).collect();
    verifications::hold_all(tx, organization, &ids).await?;
    for (id, done) in found.others {
        screened::mark(tx, organization, id, against.stored(), done, now).await?;
    }
    for (person, screened, ms) in found.people {
        let Person { mut record, .. } = person;
        let id = record.row.id;
        let Some(screened) = screened else {
            screened::mark(tx, organization, id, against.stored(), Done::Nameless, now).await?;
            continue;
        };
        let before = record.private.screened.take();
        let (finding, entries) = (Finding { ms, ..screened.finding() }, screened.entries());
        let (hits, noted) = (screened.counting().count(), done(&screened));
        record.private.screened = Some(screened);
        match record.save(engine, tx).await {
            Err(Error::Conflict { code: "changed_meanwhile", .. }) => {
                left += 1;
                continue;
            }
            other => other?,
        }
        screened::renew(tx, organization, id, against.stored(), noted, now).await?;
        keep(engine, tx, &record).await?;
        let all = findings::list(tx, organization, id).await?;
        let stood = all.iter().find(|f| f.check == Check::Sanctions);
        if !stood.is_some_and(|stood| says_the_same(stood, &finding)) {
            findings::supersede_check(tx, organization, id, Check::Sanctions, now).await?;
            findings::insert(tx, organization, id, &[finding], now, &*engine.entropy).await?;
            if record.status() == Status::ReviewRequired {
                rescreen_at(engine, tx, organization, id, now).await?;
            }
        }
        if before.map(|b| b.entries()).unwrap_or_default() != entries {
            changed.push((record, hits));
        }
    }
    let detail = |hits: usize| -> Value { json!({"hits": hits}) };
    for (record, hits) in &changed {
        let action = AuditAction::VerificationScreeningChanged;
        record.note(engine, tx, action, "worker", &detail(*hits)).await?;
    }
    for (record, hits) in &changed {
        emit_hits(engine, tx, record, EventType::ScreeningChanged, *hits).await?;
    }
    Ok(left)
}

/// Whether two findings say the same of the person, whichever version of the lists they are of.
fn says_the_same(a: &Finding, b: &Finding) -> bool {
    let codes = |f: &Finding| f.reasons.iter().map(|r| r.code.clone()).collect::<Vec<_>>();
    let score = |f: &Finding| f.score.filter(|_| f.outcome != Outcome::NotAssessed);
    (a.outcome, score(a), codes(a)) == (b.outcome, score(b), codes(b))
}
