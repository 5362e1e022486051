//! Reads a document that shows where somebody lives, and says whether its pictures were edited.

use bonafide_checks::{
    address_document::{Certificates, Embedded, Sheet},
    models::Models,
    pdf::Line,
};
use bonafide_core::{
    document::{DocumentReading, Side},
    finding::Finding,
    policy::Policy,
    residence::Expected,
};
use serde::{Deserialize, Serialize};

use super::{Damaged, Job, Lane, Page};
use crate::assess;

#[derive(Serialize, Deserialize)]
pub struct ReadAddress {
    /// The first two say what there is to know.
    pub pages: Vec<Page>,
    /// Whose seals are believed.
    pub certificates: Certificates,
    pub policy: Policy,
    pub expected: Expected,
    pub today: jiff::civil::Date,
}

impl Job for ReadAddress {
    type Answer = Result<(DocumentReading, Vec<Finding>), Damaged>;
    const LANE: Lane = Lane::Checks;

    fn perform(self, models: &Models) -> Self::Answer {
        let Self { pages, certificates, policy, expected, today } = self;
        let open = |page: &Page| Ok((page.file.open()?, page.text.iter().map(embedded).collect()));
        let opened: Vec<(_, Vec<Embedded>)> =
            pages.iter().take(Side::ALL.len()).map(open).collect::<Result<_, Damaged>>()?;
        let sheet = |(side, (picture, embedded))| Sheet { picture, side, embedded };
        let sheets: Vec<Sheet<'_>> =
            Side::ALL.into_iter().zip(opened.iter().map(|(p, e)| (p, e.as_slice()))).map(sheet).collect();
        let mut read = assess::address_document(models, &certificates, &policy, &sheets, &expected, today);
        for (sheet, page) in sheets.iter().zip(pages) {
            read.findings.push(assess::manipulation(&read.reading, sheet.side, sheet.picture, page.traces));
        }
        Ok((read.reading, read.findings))
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
