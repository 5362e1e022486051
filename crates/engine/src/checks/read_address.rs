//! Reads a document that shows where somebody lives, and holds it against what was declared of the person.

use bonafide_checks::{
    address_document::{Embedded, Sheet},
    image::{Picture, decode},
    pdf::Line,
};
use bonafide_core::{
    document::{DocumentReading, Side},
    evidence::EvidenceKind,
    finding::{Check, Finding},
    residence::Expected,
};
use bonafide_store::Tx;

use super::job::{Case, CheckJob, gone, unreadable};
use crate::{
    assess,
    base::{engine::Engine, error::Result, jobs::JobKind, record::Record},
    evidence::pictures::{Opened, open_pictures},
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
        let today = today(engine, case.organization).await?;
        let (policy, expected) = (record.policy(), expected(record));
        let models = engine.models.clone();
        let reading = move || {
            let pages = opened.iter().take(Side::ALL.len()).map(Page::of).collect::<Result<Vec<Page>>>()?;
            if pages.is_empty() {
                return Err(gone());
            }
            let sheets: Vec<Sheet<'_>> =
                Side::ALL.into_iter().zip(&pages).map(|(side, page)| page.on(side)).collect();
            let mut read = assess::address_document(&models, &policy, &sheets, &expected, today);
            for (sheet, opened) in sheets.iter().zip(&opened) {
                let traces = opened.traces.clone();
                read.findings.push(assess::manipulation(&read.reading, sheet.side, sheet.picture, traces));
            }
            Ok(Self { reading: read.reading, findings: read.findings })
        };
        tokio::task::spawn_blocking(reading).await?
    }

    async fn record(self, engine: &Engine, tx: &mut Tx, record: &mut Record) -> Result<Vec<Finding>> {
        record.row.document_type = Some(self.reading.document_type.into());
        record.private.reading = Some(self.reading);
        record.save(engine, tx).await?;
        search::index(engine, tx, record).await?;
        Ok(self.findings)
    }
}

/// The first two pages say what there is to know.
struct Page {
    picture: Picture,
    text: Vec<Embedded>,
}

impl Page {
    fn of(opened: &Opened) -> Result<Self> {
        let picture = decode(&opened.bytes).map_err(unreadable)?;
        Ok(Self { picture, text: opened.text.iter().map(embedded).collect() })
    }

    fn on(&self, side: Side) -> Sheet<'_> {
        Sheet { picture: &self.picture, side, embedded: &self.text }
    }
}

/// A line of a PDF's own text, with the upright rectangle around it.
fn embedded(line: &Line) -> Embedded {
    let bounds =
        line.region.0.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[l, t, r, b], [x, y]| {
            [l.min(*x), t.min(*y), r.max(*x), b.max(*y)]
        });
    (line.text.clone(), bounds)
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
