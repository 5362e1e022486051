//! Reading a whole document: both sides, every source, and what to make of it.

use std::{borrow::Cow, collections::BTreeMap};

use bonafide_core::{
    document::{DocumentReading, DocumentType, Field, FieldName, Quad, Side, Source},
    finding::{Check, Finding, Outcome as Verdict},
};
use image::RgbImage;
use jiff::civil::Date;

use super::{
    aamva, barcode,
    classify::{Class, Cues, classify},
    consistency, fields, locate,
    mrz::{self, Found},
    ocr::{self, Effort, Line},
    portrait::{self, Portrait},
};
use crate::{
    face,
    image::{Picture, warp},
    models::{Models, RunError},
};

/// A score at or above this is an identity document.
const IS_DOCUMENT: f64 = 0.5;
/// Share of the three things every document tells (number, surname, birth date) that must be readable.
const READABLE: f64 = 0.6;

/// Words that a genuine document in use does not bear, in normal form. A word that is also a name
/// (`SAMPLE` is one) only asks for a second look.
static SUSPICIOUS: &[&str] = &[
    "SPECIMEN",
    "SPECIMENS",
    "SPECIMENEN",
    "SAMPLE",
    "VOID",
    "NOVELTY",
    "MUSTER",
    "MUSTERMANN",
    "MUSTERFRAU",
    "MUESTRA",
    "ESPECIMEN",
    "FACSIMILE",
    "REPLICA",
    "NOT VALID",
    "NON VALIDE",
    "NOT A GOVERNMENT DOCUMENT",
    "NOT AN OFFICIAL",
    "FOR TRAINING",
    "TEST CARD",
    "TEMPLATE",
    "EXEMPLE",
    "VZOR",
    "WZOR",
    "VOORBEELD",
    "CAMPIONE",
    "MODELO",
    "FAC SIMILE",
    "PROP",
    "CANCELLED",
    "ANNULE",
];

/// What came of reading a document.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub reading: DocumentReading,
    /// The holder's portrait, cut out for the face match.
    pub portrait: Option<Picture>,
    pub findings: Vec<Finding>,
}

/// What was seen on one side.
struct Seen {
    side: Side,
    lines: Vec<Line>,
    mrz: Option<Found>,
    barcode: Option<(String, aamva::Licence, Quad)>,
    /// The text of a symbol that is no licence's.
    other_symbol: Option<String>,
    portrait: Option<Portrait>,
    corners: Option<Quad>,
    class: Class,
    fields: BTreeMap<FieldName, Field>,
}

/// Reads both sides of a document and checks what one document can tell by itself. `agreement` is the
/// least agreement (0..1) between its sources for the cross-checks to pass.
///
/// A missing network makes the checks that need it `not_assessed`; nothing here is an error.
pub fn read(
    models: &Models,
    front: &Picture,
    back: Option<&Picture>,
    declared: DocumentType,
    today: Date,
    agreement: f64,
) -> Outcome {
    let mut findings = vec![];
    let mut sides = vec![];
    for (side, picture) in [(Side::Front, Some(front)), (Side::Back, back)] {
        let Some(picture) = picture else { continue };
        let (seen, problem) = look(models, picture, side, today);
        findings.extend(side_findings(&seen, problem.as_ref()));
        sides.push((seen, problem));
    }
    let mut reading = merge(&sides, declared, today);
    let portrait = sides.iter().find_map(|(s, _)| s.portrait.as_ref());
    reading.portrait = portrait.map(|p| p.region);
    let problem = sides.iter().find_map(|(_, p)| p.as_ref());
    findings.push(readable(&reading, problem));
    findings.push(check_digits(&sides, problem));
    findings.push(expired(&reading, today));
    findings.push(portrait_found(portrait, problem));
    findings.extend(consistency::crosschecks(&reading, agreement));
    Outcome { portrait: portrait.map(|p| p.picture.clone()), reading, findings }
}

/// Everything on one side. What a missing network could have seen is empty, and the problem is told.
fn look(models: &Models, picture: &Picture, side: Side, today: Date) -> (Seen, Option<RunError>) {
    let mut problem = None;
    let mut keep = |error| {
        problem.get_or_insert(error);
    };
    let (width, height) = picture.rgb.dimensions();
    let turns = ocr::upright_turns(models, &picture.rgb).map_or(0, |(turns, _)| turns);
    let turned;
    let upright = if turns == 0 {
        picture
    } else {
        turned = Picture { rgb: warp::quarter_turns(&picture.rgb, turns) };
        &turned
    };
    let faces = face::detect::detect(models, upright).unwrap_or_else(|e| {
        keep(e);
        vec![]
    });
    let holder = portrait::holder(&faces);
    let (lines, zone, corners) = View::of(models, &upright.rgb, holder.map(|f| f.bbox))
        .and_then(|view| Ok((view.lines(models, &upright.rgb)?, view.zone, view.corners)))
        .unwrap_or_else(|e| {
            keep(e);
            (vec![], None, None)
        });
    // Where the holder's portrait or a whole zone is, a symbol is seldom too.
    let unlikely = holder.is_some() || zone.as_ref().is_some_and(|z| z.mrz.valid());
    let look = if unlikely { barcode::glance_pdf417 } else { barcode::read_pdf417 };
    let symbols = look(upright);
    let barcode = symbols.iter().find_map(|symbol| {
        let licence = aamva::parse(&symbol.text).ok()?;
        Some((symbol.text.clone(), licence, symbol.quad))
    });
    let other_symbol = match symbols.into_iter().next() {
        Some(symbol) => Some(symbol.text),
        None if unlikely => None,
        None => barcode::read_matrix(upright).map(|symbol| symbol.text),
    };
    let area = corners.as_ref().map_or(width as f32 * height as f32, |q| {
        let (w, h) = warp::extent(q);
        w * h
    });
    let cues = Cues {
        face_share: holder.map(|f| f.area() / area.max(1.0)),
        mrz: zone.as_ref().map(|f| (f.confidence, f.mrz.document_type())),
        barcode: barcode.as_ref().map(|b| b.1.document_type),
        words: fields::words(&lines, today),
        lines: lines.len(),
        aspect: corners.as_ref().map(|q| {
            let (w, h) = warp::extent(q);
            w.max(h) / w.min(h).max(1.0)
        }),
    };
    let mut seen = Seen {
        side,
        fields: fields::extract(&lines, side, today),
        class: classify(&cues),
        portrait: holder.and_then(|f| portrait::cut(upright, f)),
        lines,
        mrz: zone,
        barcode,
        other_symbol,
        corners,
    };
    seen.turn_back(turns, width, height);
    (seen, problem)
}

/// Looks for the machine readable zone alone, as [`read`] does; its places are those of the picture.
///
/// # Errors
/// When a network is missing or fails.
pub fn machine_readable_zone(models: &Models, picture: &Picture) -> Result<Option<Found>, RunError> {
    let (turns, _) = ocr::upright_turns(models, &picture.rgb)?;
    let upright = match turns {
        0 => Cow::Borrowed(&picture.rgb),
        _ => Cow::Owned(warp::quarter_turns(&picture.rgb, turns)),
    };
    let boxes = ocr::detect(models, &upright, ocr::ZONE_SIDE, Effort::Quick)?;
    let mut zone = mrz::find(models, &upright, &boxes)?;
    if !zone.as_ref().is_some_and(|z| z.agreed || z.mrz.valid()) {
        zone = mrz::better(zone, View::of(models, &upright, None)?.zone);
    }
    let (width, height) = picture.rgb.dimensions();
    for quad in zone.iter_mut().flat_map(|z| z.quads.iter_mut()) {
        *quad = warp::turn_back(quad, turns, width, height);
    }
    Ok(zone)
}

/// The picture that is read: as it is, or the document in it straightened and enlarged.
struct View {
    corners: Option<Quad>,
    /// The straightened document and the map from it to the picture.
    flat: Option<(RgbImage, warp::Homography)>,
    /// Boxes of text, in the straightened document where there is one.
    boxes: Vec<Quad>,
    /// The zone, in pixels of the picture.
    zone: Option<Found>,
}

/// Below this share of the picture, a document is straightened and enlarged before it is read.
const SMALL: f32 = 0.5;

impl View {
    fn of(models: &Models, picture: &RgbImage, face: Option<[f32; 4]>) -> Result<Self, RunError> {
        let boxes = ocr::detect(models, picture, ocr::LONG_SIDE, Effort::Quick)?;
        let corners = locate::corners(picture, &boxes, face);
        let whole = picture.width() as f32 * picture.height() as f32;
        let small = corners.filter(|q| {
            let (w, h) = warp::extent(q);
            w * h < SMALL * whole
        });
        if let Some((flat, map)) = small.and_then(|q| locate::rectify(picture, &q)) {
            let near = ocr::detect(models, &flat, ocr::LONG_SIDE, Effort::Quick)?;
            let mut zone = mrz::find(models, &flat, &near)?;
            zone.iter_mut().flat_map(|z| z.quads.iter_mut()).for_each(|q| *q = map.quad(q));
            // The zone at the edge of a page is lost when the corners are not quite right.
            if zone.is_none() {
                zone = mrz::find(models, picture, &boxes)?;
            }
            return Ok(Self { corners, flat: Some((flat, map)), boxes: near, zone });
        }
        let zone = mrz::find(models, picture, &boxes)?;
        Ok(Self { corners, flat: None, boxes, zone })
    }

    /// The lines of text outside the zone, in pixels of the picture.
    fn lines(&self, models: &Models, picture: &RgbImage) -> Result<Vec<Line>, RunError> {
        let reader = ocr::LineReader::new(models)?;
        let zone = self.zone.iter().flat_map(|z| &z.quads);
        let zone: Vec<&Quad> = zone.collect();
        let mut lines = vec![];
        for quad in &self.boxes {
            let place = self.flat.as_ref().map_or(*quad, |(_, map)| map.quad(quad));
            let middle = place.0.iter().fold([0.0, 0.0], |m, p| [m[0] + p[0] / 4.0, m[1] + p[1] / 4.0]);
            if zone.iter().any(|q| within(middle, q)) {
                continue;
            }
            let view = self.flat.as_ref().map_or(picture, |(flat, _)| flat);
            if let Some(mut line) = reader.read(view, quad)? {
                if let Some((_, map)) = &self.flat {
                    line.quad = map.quad(&line.quad);
                }
                lines.push(line);
            }
        }
        Ok(lines)
    }
}

/// Whether a point lies inside a convex quadrilateral.
fn within(p: [f32; 2], quad: &Quad) -> bool {
    (0..4).all(|i| {
        let (a, b) = (quad.0[i], quad.0[(i + 1) % 4]);
        (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) >= 0.0
    })
}

impl Seen {
    /// Takes all places from the upright picture back to the picture as it came.
    fn turn_back(&mut self, turns: u8, width: u32, height: u32) {
        if turns == 0 {
            return;
        }
        let back = |q: &mut Quad| *q = warp::turn_back(q, turns, width, height);
        self.lines.iter_mut().for_each(|l| back(&mut l.quad));
        self.fields.values_mut().filter_map(|f| f.region.as_mut()).for_each(back);
        self.mrz.iter_mut().flat_map(|m| m.quads.iter_mut()).for_each(back);
        self.barcode.iter_mut().for_each(|b| back(&mut b.2));
        self.portrait.iter_mut().for_each(|p| back(&mut p.region));
        self.corners.iter_mut().for_each(back);
    }
}

fn merge(sides: &[(Seen, Option<RunError>)], declared: DocumentType, today: Date) -> DocumentReading {
    let mut reading = DocumentReading::default();
    for (seen, _) in sides {
        let side = seen.side;
        for (name, field) in &seen.fields {
            reading.add(*name, field.clone());
        }
        if let Some(found) = &seen.mrz {
            let valid = found.mrz.valid();
            // The better of two zones counts: some cards bear one on each side.
            if reading.mrz_valid != Some(true) {
                for (name, value, vouched) in found.mrz.fields(today) {
                    let confidence = if vouched && valid { 1.0 } else { found.confidence.min(0.99) };
                    let region = found.region(name);
                    reading.add(name, Field { value, source: Source::Mrz, side, confidence, region });
                }
                reading.issuer = found.mrz.issuer().or(reading.issuer.take());
                reading.mrz = Some(found.mrz.lines().to_vec());
                reading.mrz_valid = Some(valid);
            }
        }
        if let Some((text, licence, quad)) = &seen.barcode {
            for (name, value) in licence.fields() {
                let field =
                    Field { value, source: Source::Barcode, side, confidence: 1.0, region: Some(*quad) };
                reading.add(name, field);
            }
            reading.barcode.get_or_insert_with(|| text.clone());
        }
        if let Some(text) = &seen.other_symbol {
            reading.barcode.get_or_insert_with(|| text.clone());
        }
        if side == Side::Front {
            reading.corners = seen.corners;
        }
        if reading.document_type == DocumentType::Unknown {
            reading.document_type = seen.class.document_type;
        }
    }
    if reading.document_type == DocumentType::Unknown {
        reading.document_type = declared;
    }
    if reading.issuer.is_none() {
        reading.issuer = reading.get(FieldName::IssuingCountry).map(|f| f.value.clone());
    }
    reading
}

fn side_findings(seen: &Seen, problem: Option<&RunError>) -> Vec<Finding> {
    let mut out = vec![];
    let nothing = seen.lines.is_empty() && seen.mrz.is_none() && seen.barcode.is_none();
    let is_document = if let (Some(problem), true) = (problem, nothing) {
        unavailable(Check::IsIdentityDocument, problem)
    } else {
        // The back of some cards bears nothing that would tell it.
        let below = if seen.side == Side::Front { Verdict::Fail } else { Verdict::Consider };
        let finding = Finding::scored(Check::IsIdentityDocument, seen.class.score, IS_DOCUMENT, below);
        if finding.outcome == Verdict::Clear {
            finding
        } else {
            let cues: Vec<&str> = seen.class.contributions.iter().map(|c| c.cue).collect();
            let seen = if cues.is_empty() { "nothing".to_owned() } else { cues.join(", ") };
            finding.because(
                "no_document",
                format!("the picture does not look like an identity document (found: {seen}); show the whole document"),
            )
        }
    };
    out.push(is_document.on(seen.side));
    let words = if nothing {
        match problem {
            Some(problem) => unavailable(Check::SuspiciousWords, problem),
            None => {
                Finding::not_assessed(Check::SuspiciousWords, "no_text", "no text was found in the picture")
            }
        }
    } else {
        suspicious_words(seen)
    };
    out.push(words.on(seen.side));
    out
}

/// Specimens, samples and novelties say so.
fn suspicious_words(seen: &Seen) -> Finding {
    let zone = seen.mrz.iter().flat_map(|m| m.mrz.lines()).map(|l| l.as_str());
    let mut found: Vec<&str> = vec![];
    for text in seen.lines.iter().map(|l| l.text.as_str()).chain(zone) {
        let normal = format!(" {} ", super::text::plain(text));
        found.extend(SUSPICIOUS.iter().filter(|w| normal.contains(&format!(" {w} "))));
    }
    found.sort_unstable();
    found.dedup();
    let score = if found.is_empty() { 1.0 } else { 0.0 };
    let finding = Finding::scored(Check::SuspiciousWords, score, 0.5, Verdict::Consider);
    if found.is_empty() {
        return finding;
    }
    // The words are from the list above, not personal data.
    finding.because("suspicious_words", format!("the document bears: {}", found.join(", ").to_lowercase()))
}

fn unavailable(check: Check, problem: &RunError) -> Finding {
    let code = match problem {
        RunError::Unavailable(_) => "model_unavailable",
        RunError::Failed { .. } => "model_failed",
    };
    Finding::not_assessed(check, code, problem.to_string())
}

fn readable(reading: &DocumentReading, problem: Option<&RunError>) -> Finding {
    let check = Check::DocumentReadable;
    if let (Some(problem), true) = (problem, reading.fields.is_empty()) {
        return unavailable(check, problem);
    }
    let wanted = [FieldName::DocumentNumber, FieldName::LastName, FieldName::BirthDate];
    let read: f64 = wanted.iter().filter_map(|n| reading.get(*n)).map(|f| f.confidence).sum();
    let finding = Finding::scored(check, read / wanted.len() as f64, READABLE, Verdict::Fail);
    if finding.outcome == Verdict::Clear {
        return finding;
    }
    finding.because(
        "no_text",
        "document number, name or birth date could not be read; use more light, hold still and fill the frame",
    )
}

fn check_digits(sides: &[(Seen, Option<RunError>)], problem: Option<&RunError>) -> Finding {
    let check = Check::MrzCheckDigits;
    let zones = sides.iter().filter_map(|(s, _)| s.mrz.as_ref());
    let Some(found) = zones.max_by_key(|f| f.mrz.checks().iter().filter(|c| c.holds).count()) else {
        return match problem {
            Some(problem) => unavailable(check, problem),
            None => Finding::not_assessed(check, "no_mrz", "no machine readable zone was found"),
        };
    };
    let checks = found.mrz.checks();
    let holding = checks.iter().filter(|c| c.holds).count();
    let score = holding as f64 / checks.len().max(1) as f64;
    let mut finding = Finding::scored(check, score, 1.0, Verdict::Consider);
    let repaired = found.repairs.len();
    if repaired > 0 {
        let detail = format!(
            "{repaired} characters were not read as they are reported: the rules of the zone and its check \
             digits ask for others"
        );
        finding = finding.because("characters_repaired", detail);
    }
    if finding.outcome == Verdict::Clear {
        return finding;
    }
    let wrong = checks.len() - holding;
    let why = if found.agreed {
        "several readings agree, so they are wrong on the document"
    } else {
        "the zone could not be read with certainty; a sharper picture may help"
    };
    finding
        .because("check_digits_wrong", format!("{wrong} of {} check digits do not hold: {why}", checks.len()))
}

fn expired(reading: &DocumentReading, today: Date) -> Finding {
    let check = Check::DocumentExpired;
    let date = reading.get(FieldName::ExpiresAt).and_then(|f| f.value.parse::<Date>().ok());
    match date {
        None => Finding::not_assessed(check, "no_expiry_date", "no expiry date was found on the document"),
        Some(date) if date < today => Finding { score: Some(0.0), ..Finding::new(check, Verdict::Fail) }
            .because("expired", "the document's expiry date has passed"),
        Some(_) => Finding { score: Some(1.0), ..Finding::new(check, Verdict::Clear) },
    }
}

fn portrait_found(portrait: Option<&Portrait>, problem: Option<&RunError>) -> Finding {
    let check = Check::PortraitFound;
    match (portrait, problem) {
        (Some(p), _) => Finding { score: Some(f64::from(p.score)), ..Finding::new(check, Verdict::Clear) },
        (None, Some(problem)) => unavailable(check, problem),
        (None, None) => Finding { score: Some(0.0), ..Finding::new(check, Verdict::Consider) }
            .because("no_portrait", "no portrait was found on the document"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn outcome_of(findings: &[Finding], check: Check) -> Option<Verdict> {
        findings.iter().find(|f| f.check == check).map(|f| f.outcome)
    }

    #[test]
    fn without_models_nothing_is_assessed_and_nothing_fails() {
        let picture = Picture { rgb: image::RgbImage::new(320, 200) };
        let models = Models::default();
        let out = read(&models, &picture, Some(&picture), DocumentType::Passport, date(2026, 11, 21), 0.85);
        assert!(out.portrait.is_none());
        assert_eq!(out.reading.document_type, DocumentType::Passport);
        assert_eq!(out.findings.len(), 12);
        assert!(out.findings.iter().all(|f| f.outcome == Verdict::NotAssessed), "{:#?}", out.findings);
        assert_eq!(out.findings.iter().filter(|f| f.side == Some(Side::Back)).count(), 2);
    }

    #[test]
    fn expiry() {
        let today = date(2026, 11, 21);
        let mut reading = DocumentReading::default();
        assert_eq!(expired(&reading, today).outcome, Verdict::NotAssessed);
        let field = |value: &str, source| Field {
            value: value.into(),
            source,
            side: Side::Front,
            confidence: 1.0,
            region: None,
        };
        reading.add(FieldName::ExpiresAt, field("2026-11-21", Source::Visual));
        assert_eq!(expired(&reading, today).outcome, Verdict::Clear);
        reading.add(FieldName::ExpiresAt, field("2026-11-20", Source::Mrz));
        assert_eq!(expired(&reading, today).outcome, Verdict::Fail);
        assert_eq!(outcome_of(&[expired(&reading, today)], Check::DocumentExpired), Some(Verdict::Fail));
    }
}
