//! What the person said in the steps: against the document, for what a human has to weigh, and against the lists.

use bonafide_core::{
    finding::{Check, Code, Finding},
    step::{self, StepData, StepKind, StepState},
    verification::Purpose,
};
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
        screen::lists_of_now,
        related,
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
        let passes_on = record.row.purpose == Purpose::Share;
        let nothing = passes_on && source(engine, &mut tx, &record.row).await?.is_none();
        drop(tx);
        let unconfirmed = steps.iter().any(|step| step.kind == StepKind::Contact && !is_confirmed(step));
        let said: Vec<StepData> = steps.into_iter().filter_map(|step| step.said.data).collect();
        let today = today(engine, case.organization).await?;
        let mut declared = step::declaration(&said, record.private.reading.as_ref());
        if unconfirmed {
            declared = step::unconfirmed(declared);
        }
        if nothing {
            let message = "no approved verification of the person stands that could be passed on";
            declared = Finding::not_assessed(Check::Declaration, Code::NothingToCompareWith, message);
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
                    let max_age = max_age_days(engine, record.policy().screening);
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

/// Whether every address that the person gave was confirmed by a code that was sent there.
fn is_confirmed(step: &Opened) -> bool {
    let Some(StepData::Contact(contact)) = &step.said.data else { return false };
    let confirmed = |to: &str| step.said.codes.iter().any(|code| code.confirmed && code.to.eq_ignore_ascii_case(to));
    step.row.state == StepState::Submitted
        && contact.email.as_deref().is_none_or(|email| confirmed(email))
        && contact.phone.as_deref().is_none_or(|phone| confirmed(phone))
}
