//! Reading a whole document: both sides, every source, and the findings that follow.

use std::borrow::Cow;

use bonafide_core::{
    document::{DocumentReading, DocumentType, FieldName, Quad, Side},
    finding::Finding,
};
use image::RgbImage;
use jiff::civil::Date;

use super::{
    aamva, alone,
    barcode::{self, Symbol},
    classify::{Cues, classify},
    consistency, fields, findings, locate, merge,
    mrz::{self, Found},
    ocr::{self, Effort, Line},
    portrait,
    seen::{Barcode, Seen},
    validity,
};
use crate::{
    face,
    image::{
        Picture,
        quality::{self, Quality},
        warp,
    },
    models::{Models, RunError},
};

/// The result of reading a document.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub reading: DocumentReading,
    /// The holder's portrait, cut out for the face match.
    pub portrait: Option<Picture>,
    pub findings: Vec<Finding>,
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
    let mut all = vec![];
    let mut sides = vec![];
    for (side, picture) in [(Side::Front, Some(front)), (Side::Back, back)] {
        let Some(picture) = picture else { continue };
        let (seen, problem) = look(models, picture, side, today);
        all.extend(findings::side_findings(&seen, problem.as_ref(), declared));
        all.push(quality::assess(&seen.quality, Some(side), quality::Kind::Document));
        sides.push((seen, problem));
    }
    let fields = sides.iter().flat_map(|(seen, _)| &seen.fields);
    let printed: Vec<(FieldName, String)> =
        fields.map(|(name, field)| (*name, field.value.clone())).collect();
    let printed: Vec<(FieldName, &str)> =
        printed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for zone in sides.iter_mut().filter_map(|(seen, _)| seen.mrz.as_mut()) {
        zone.as_printed(&printed, today);
    }
    let mut reading = merge::merge(&sides, declared, today);
    let portrait = sides.iter().find_map(|(s, _)| s.portrait.as_ref());
    reading.portrait = portrait.map(|p| p.region);
    let problem = sides.iter().find_map(|(_, p)| p.as_ref());
    all.push(findings::readable(&reading, problem, &all, sides.iter().any(|(s, _)| s.incomplete_symbol)));
    all.push(findings::check_digits(&sides, problem));
    all.extend(validity::validity(&reading, today));
    all.push(findings::portrait_found(portrait, problem));
    all.extend(consistency::crosschecks(&reading, agreement));
    Outcome { portrait: portrait.map(|p| p.picture.clone()), reading, findings: all }
}

/// Reads everything on one side. What needs a missing network stays empty, and the problem is returned.
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
    let (lines, zone, corners, boxes) = View::of(models, &upright.rgb, holder.map(|f| f.bbox))
        .and_then(|view| Ok((view.lines(models, &upright.rgb)?, view.zone, view.corners, view.whole)))
        .unwrap_or_else(|e| {
            keep(e);
            (vec![], None, None, vec![])
        });
    let second = mrz::is_another(models, &upright.rgb, &boxes, zone.as_ref());
    let somebody = alone::somebody_else(models, upright, &faces, holder, corners.as_ref());
    let alone = match (second, somebody) {
        (Ok(true), _) | (_, Ok(true)) => Some(false),
        (Ok(false), Ok(false)) => Some(true),
        (Err(e), _) | (_, Err(e)) => {
            keep(e);
            None
        }
    };
    // A side with the holder's portrait or a valid zone seldom has a barcode as well.
    let unlikely = holder.is_some() || zone.as_ref().is_some_and(|z| z.mrz.valid());
    let look = if unlikely { barcode::glance_pdf417 } else { barcode::read_pdf417 };
    let symbols = look(upright);
    let barcode = symbols.iter().find_map(|symbol| {
        let licence = aamva::parse(&symbol.text).ok()?;
        let Symbol { letters, quad, .. } = *symbol;
        Some(Barcode { text: symbol.text.clone(), licence, letters, quad })
    });
    let incomplete_symbol = symbols.iter().any(|symbol| symbol.incomplete);
    let other_symbol = match symbols.into_iter().next() {
        Some(symbol) => Some(symbol.text),
        None if unlikely => None,
        None => barcode::read_qr(upright).map(|symbol| symbol.text),
    };
    let area = corners.as_ref().map_or(width as f32 * height as f32, |q| {
        let (w, h) = warp::extent(q);
        w * h
    });
    let cues = Cues {
        face_share: holder.map(|f| f.area() / area.max(1.0)),
        mrz: zone.as_ref().map(|f| (f.confidence, f.mrz.document_type())),
        mrz_of_card: zone.as_ref().is_some_and(|f| f.mrz.lines().len() == 3),
        barcode: barcode.as_ref().map(|b| b.licence.document_type),
        words: fields::words(&lines, today),
        lines: lines.len(),
        aspect: corners.as_ref().map(|q| {
            let (w, h) = warp::extent(q);
            w.max(h) / w.min(h).max(1.0)
        }),
    };
    let text: Vec<Quad> = lines.iter().map(|l| l.quad).collect();
    let mut seen = Seen {
        side,
        quality: Quality {
            px_per_mm: scale(zone.as_ref(), corners.as_ref()),
            ..quality::measure_document(&upright.rgb, corners, &text)
        },
        fields: fields::extract(&lines, side, today),
        class: classify(&cues),
        portrait: holder.and_then(|f| portrait::cut(upright, f)),
        lines,
        mrz: zone,
        barcode,
        other_symbol,
        incomplete_symbol,
        corners,
        alone,
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

/// The picture to read: as it came, or the document in it straightened and enlarged.
struct View {
    corners: Option<Quad>,
    /// The straightened document and the map from it to the picture.
    flat: Option<(RgbImage, warp::Homography)>,
    /// Boxes of text, in the straightened document where there is one.
    boxes: Vec<Quad>,
    /// The zone, in pixels of the picture.
    zone: Option<Found>,
    /// Boxes of text in the picture as it came.
    whole: Vec<Quad>,
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
            return Ok(Self { corners, flat: Some((flat, map)), boxes: near, zone, whole: boxes });
        }
        let zone = mrz::find(models, picture, &boxes)?;
        Ok(Self { corners, flat: None, whole: boxes.clone(), boxes, zone })
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
            if zone.iter().any(|q| warp::is_inside(q, middle)) {
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

/// Pixels of the picture that show one millimetre of the document: by the pitch of the machine readable zone
/// (ten characters an inch, ICAO 9303-3), else by the longer side of a card (ISO/IEC 7810 ID-1).
fn scale(zone: Option<&Found>, corners: Option<&Quad>) -> Option<f64> {
    let by_zone = zone.and_then(|z| {
        let width = z.mrz.format().width() as f32 * 2.54;
        z.quads.iter().map(|q| warp::extent(q).0 / width).reduce(f32::max)
    });
    let by_card = || {
        let (w, h) = warp::extent(corners?);
        // Other documents have other sizes, and nothing here says which.
        ((w.max(h) / w.min(h).max(1.0) - 1.586).abs() < 0.12).then(|| w.max(h) / 85.6)
    };
    by_zone.or_else(by_card).map(f64::from).filter(|s| s.is_finite() && *s > 0.0)
}

#[cfg(test)]
mod tests {
    use bonafide_core::finding::{Check, Outcome as Verdict};
    use jiff::civil::date;

    use super::*;

    #[test]
    fn without_models_nothing_is_assessed_and_nothing_fails() {
        let picture = Picture { rgb: image::RgbImage::new(320, 200) };
        let models = Models::default();
        let out = read(&models, &picture, Some(&picture), DocumentType::Passport, date(2026, 11, 21), 0.85);
        assert!(out.portrait.is_none());
        assert_eq!(out.reading.document_type, DocumentType::Passport);
        // Sharpness and light need no network: this picture is black.
        let (quality, rest): (Vec<_>, Vec<_>) =
            out.findings.iter().partition(|f| f.check == Check::ImageQuality);
        assert!(quality.iter().all(|f| f.outcome == Verdict::Consider) && quality.len() == 2);
        assert_eq!(rest.len(), 15);
        assert!(rest.iter().all(|f| f.outcome == Verdict::NotAssessed), "{rest:#?}");
        assert_eq!(rest.iter().filter(|f| f.side == Some(Side::Back)).count(), 3);
    }
}
