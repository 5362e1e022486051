//! What the person said in the steps: against the document, for what a human has to weigh, and against the lists.

use bonafide_core::{
    finding::{Check, Code, Finding, Outcome},
    step::{self, StepData, StepKind, StepState},
    verification::Purpose,
};
use bonafide_invite::Channel;
use bonafide_store::Tx;

use super::job::{Case, CheckJob};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::JobKind,
        record::Record,
        screened::Screened,
    },
    sandbox::clock::today,
    screening::{
        related,
        screen::lists_of_now,
        trouble::{Trouble, max_age_days},
    },
    shares::source::source,
    steps::step::{Opened, open_all},
};

pub(crate) struct CheckSteps {
    findings: Vec<Finding>,
    related: Option<Screened>,
}

impl CheckJob for CheckSteps {
    const KIND: JobKind = JobKind::CheckSteps;
    const CHECKS: &'static [Check] = &[Check::Declaration];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let record = &case.record;
        let mut tx = engine.db().read().await?;
        let steps = open_all(&mut tx, record).await?;
        let earlier = earlier(engine, &mut tx, record).await?;
        drop(tx);
        let unconfirmed = steps.iter().any(|step| step.kind == StepKind::Contact && !is_confirmed(step));
        let said: Vec<StepData> = steps.into_iter().filter_map(|step| step.said.data).collect();
        let today = today(engine, case.organization).await?;
        let mut declared = match &earlier {
            None => step::declaration(&said, record.private.reading.as_ref()),
            Some(Earlier::None) => {
                let message = "no approved verification of the person stands that could be passed on";
                Finding::not_assessed(Check::Declaration, Code::NothingToCompareWith, message)
            }
            // Who says nothing but yes declares nothing that could differ.
            Some(Earlier::Stands(_)) if said.iter().all(is_text) => {
                Finding::new(Check::Declaration, Outcome::Clear)
            }
            Some(Earlier::Stands(earlier)) => {
                let own = record.private.reading.as_ref();
                step::declaration(&said, own.or(earlier.private.reading.as_ref()))
            }
        };
        if let Some(identity) = &record.private.declared_identity {
            let reading = record.private.reading.as_ref();
            declared = step::of_identity(declared, &identity.name, identity.birth_date, reading);
        }
        if unconfirmed {
            declared = step::unconfirmed(declared);
        }
        let mut findings = vec![declared];
        findings.extend(step::risk(&said, today, &record.private.step_config));
        let names = step::names(&said);
        let mut related = None;
        if !names.is_empty() {
            let (listed, screened) = match lists_of_now(engine).await {
                Err(Error::Lists(error)) => (related::of(Trouble::damaged(&error).finding()), None),
                other => {
                    let lists = other?;
                    let (now, tolerance) = (engine.now(), case.weights.sanctions_tolerance);
                    let max_age = max_age_days(engine, record.policy()?.screening);
                    let trouble = Trouble::of(&lists, &engine.settings.lists, now, max_age);
                    let search = move || related::screen(&lists, trouble.as_ref(), &names, tolerance, now);
                    tokio::task::spawn_blocking(search).await?
                }
            };
            findings.push(listed);
            related = screened;
        }
        Ok(Self { findings, related })
    }

    async fn record(self, engine: &Engine, tx: &mut Tx, record: &mut Record) -> Result<Vec<Finding>> {
        record.private.related = self.related;
        record.save(engine, tx).await?;
        Ok(self.findings)
    }
}

/// Of one that passes an earlier verification on: that one.
enum Earlier {
    Stands(Box<Record>),
    None,
}

async fn earlier(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<Option<Earlier>> {
    if record.row.purpose != Purpose::Share {
        return Ok(None);
    }
    let found = match source(engine, tx, &record.row).await? {
        Some(id) => Record::find(engine, tx, record.row.organization, id).await?,
        None => None,
    };
    Ok(Some(found.map_or(Earlier::None, |record| Earlier::Stands(Box::new(record)))))
}

/// Whether it is an answer to a text. Who does not agree ends the verification at once.
fn is_text(data: &StepData) -> bool {
    matches!(data, StepData::Consent(_) | StepData::Attestation(_))
}

/// Whether every address that the person gave was confirmed by a code that was sent there.
fn is_confirmed(step: &Opened) -> bool {
    let Some(StepData::Contact(contact)) = &step.said.data else { return false };
    let confirmed = |channel, to: Option<&str>| to.is_none_or(|to| step.said.is_confirmed(channel, to));
    step.row.state == StepState::Submitted
        && confirmed(Channel::Email, contact.email.as_deref())
        && confirmed(Channel::Sms, contact.phone.as_deref())
}
