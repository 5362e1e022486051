//! Holds what was read from a document against the registry of its issuer. A job of its own, beside the comparison of
//! faces: a registry may take seconds.

use bonafide_core::{
    finding::{Check, Finding},
    policy::DataSource,
};
use bonafide_store::{Tx, findings};

use super::job::{Case, CheckJob};
use crate::{
    base::{engine::Engine, error::Result, jobs::JobKind, record::Record},
    registry,
    sandbox::clock,
};

pub(crate) struct AskRegistry(Vec<Finding>);

impl CheckJob for AskRegistry {
    const KIND: JobKind = JobKind::AskRegistry;
    const CHECKS: &'static [Check] = &[Check::Registry];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let (reading, policy) = (case.record.private.reading.as_ref(), case.record.policy()?);
        let tolerance = case.weights.registry_tolerance;
        let mut tx = engine.db().read().await?;
        let sandbox = clock::is_sandbox(&mut tx, case.organization).await?;
        drop(tx);
        // Whom a test is about is nobody's business.
        let provider = engine.registry.as_ref().filter(|_| !sandbox);
        let mut found = vec![registry::check(provider, reading, tolerance).await];
        // What is required of the registry could not be judged when the document was read.
        if let (Some(reading), Some(answer)) = (reading, found.first())
            && policy.requirements.iter().any(|r| r.source == DataSource::Dmv)
        {
            found.push(policy.required_fields(&registry::confirmed(reading, answer)));
        }
        Ok(Self(found))
    }

    async fn record(self, engine: &Engine, tx: &mut Tx, record: &mut Record) -> Result<Vec<Finding>> {
        if self.0.iter().any(|f| f.check == Check::RequiredFields) {
            let (organization, id) = (record.row.organization, record.row.id);
            findings::supersede_check(tx, organization, id, Check::RequiredFields, engine.now()).await?;
        }
        Ok(self.0)
    }
}
