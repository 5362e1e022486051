//! The report of a verification as a PDF file: tagged, PDF/A-2a and PDF/UA-1. One pure function; the same report makes the
//! same bytes.
//!
//! Architecture invariant: nothing but the template, the fonts and the report is within reach while pages are made, and
//! text of people comes in as values, which are shown and never read as markup.
//!
//! The fonts have Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian and Georgian letters. A character that none of them has is
//! shown as □, and the report says so.

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod words;
mod world;

use std::collections::BTreeSet;

use bonafide_core::report::{LARGEST_PICTURE, LONGEST_SIDE, MOST_PICTURES, Report, Undrawn};
use jiff::tz::TimeZone;
use typst::{
    comemo,
    foundations::{Datetime, Smart},
    layout::{Frame, FrameItem},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::{text::Texts, world::Sheet};

/// How often pages are made anew because a character was found to have no letter: each time there are more of those.
const ROUNDS: usize = 4;

/// Draws the report.
///
/// # Errors
/// [`Undrawn::Picture`] for pictures that are more or larger than a report takes, [`Undrawn::Failed`] for those that are none.
pub fn render(report: &Report) -> Result<Vec<u8>, Undrawn> {
    let fits = |side: u32| (1..=LONGEST_SIDE).contains(&side);
    let too_large = report
        .pictures
        .iter()
        .any(|picture| !fits(picture.width) || !fits(picture.height) || picture.jpeg.len() > LARGEST_PICTURE);
    if too_large || report.pictures.len() > MOST_PICTURES {
        return Err(Undrawn::Picture);
    }
    let drawn = draw(report).map(|(_, file)| file);
    // What was made on the way is personal: nothing of it stays in memory for another report.
    comemo::evict(0);
    drawn
}

fn draw(report: &Report) -> Result<(PagedDocument, Vec<u8>), Undrawn> {
    let options = options(report)?;
    let mut missing = BTreeSet::new();
    for _ in 0..ROUNDS {
        let document = pages(report, Texts::new(&missing))?;
        let before = missing.len();
        for page in document.pages() {
            without_glyph(&page.frame, &mut missing);
        }
        if missing.len() == before {
            // What is complained of may quote what a person wrote, so it is not passed on.
            let Ok(file) = typst_pdf::pdf(&document, &options) else { break };
            return Ok((document, file));
        }
    }
    // Something that cannot be written as the standards ask, and was not foreseen: the letters from A to Z can.
    let document = pages(report, Texts::ascii())?;
    let file = typst_pdf::pdf(&document, &options).map_err(|_| Undrawn::Failed("writing the file"))?;
    Ok((document, file))
}

fn pages(report: &Report, mut texts: Texts<'_>) -> Result<PagedDocument, Undrawn> {
    let sheet = Sheet::new(values::values(report, &mut texts));
    typst::compile(&sheet).output.map_err(|_| Undrawn::Failed("making the pages"))
}

/// The characters of the pages that no font has a letter for. The base of a letter with marks stays: its marks are to blame.
fn without_glyph(frame: &Frame, missing: &mut BTreeSet<char>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => without_glyph(&group.frame, missing),
            FrameItem::Text(text) => {
                for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
                    let letters = text.text.get(glyph.range()).unwrap_or_default();
                    missing.extend(letters.chars().filter(|c| !c.is_ascii()));
                }
            }
            _ => {}
        }
    }
}

fn options(report: &Report) -> Result<PdfOptions, Undrawn> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|_| Undrawn::Failed("choosing the standards"))?;
    let at = jiff::Timestamp::from_millisecond(report.as_of.0).unwrap_or_default().to_zoned(TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    let moment = Datetime::from_ymd_hms(
        i32::from(at.year()),
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    );
    Ok(PdfOptions {
        ident: Smart::Custom(format!("bonafide report {} {}", report.verification, report.as_of)),
        creator: Smart::Custom(Some("Bonafide".to_owned())),
        timestamp: moment.map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    })
}
