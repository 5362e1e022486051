//! Reads a document that shows where somebody lives, and holds it against what was declared of the person.

use bonafide_core::{
    document::DocumentReading,
    evidence::EvidenceKind,
    finding::{Check, Finding},
    residence::Expected,
};
use bonafide_inspect::jobs;
use bonafide_store::Tx;

use super::job::{Case, CheckJob, gone};
use crate::{
    base::{engine::Engine, error::Result, jobs::JobKind, record::Record},
    evidence::pictures::{Opened, open_pictures, unreadable},
    sandbox::clock::today,
    verifications::search,
};

pub(crate) struct ReadAddress {
    reading: DocumentReading,
    findings: Vec<Finding>,
}

impl CheckJob for ReadAddress {
    const KIND: JobKind = JobKind::ReadAddress;
    const CHECKS: &'static [Check] = &[Check::DocumentReadable];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let record = &case.record;
        let opened = open_pictures(engine, record, &[EvidenceKind::AddressDocument]).await?;
        if opened.is_empty() {
            return Err(gone());
        }
        let job = jobs::ReadAddress {
            pages: opened.into_iter().map(Opened::into_page).collect(),
            certificates: (*engine.seals).clone(),
            policy: record.policy()?,
            expected: expected(record),
            today: today(engine, case.organization).await?,
        };
        let read = engine.inspect(case.organization, job).await?;
        let (reading, findings) = read.map_err(unreadable)?;
        Ok(Self { reading, findings })
    }

    async fn record(self, engine: &Engine, tx: &mut Tx, record: &mut Record) -> Result<Vec<Finding>> {
        record.row.document_type = Some(self.reading.document_type.into());
        record.private.reading = Some(self.reading);
        record.save(engine, tx).await?;
        search::index(engine, tx, record).await?;
        Ok(self.findings)
    }
}

/// Who should live there: as declared for this verification, else by the name that the caller has for the person.
fn expected(record: &Record) -> Expected {
    let private = &record.private;
    let declared = private.declared_identity.as_ref();
    Expected {
        name: declared.map(|declared| declared.name.clone()).or_else(|| private.subject.name.clone()),
        address: declared.and_then(|declared| declared.address.clone()),
    }
}
