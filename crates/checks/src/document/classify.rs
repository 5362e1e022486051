//! Is this an identity document, and which: a weighted sum of things that can be seen and named.

use bonafide_core::document::{DocumentType, Side};

use super::fields::Words;

/// What was seen in one picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cues {
    /// Area of the largest face's box as a share of the document's (or the picture's) area.
    pub face_share: Option<f32>,
    /// Confidence of a machine readable zone, and what it says the document is.
    pub mrz: Option<(f64, DocumentType)>,
    /// The zone is one of three lines (TD1).
    pub mrz_of_card: bool,
    /// A barcode with AAMVA elements, and what it says the document is.
    pub barcode: Option<DocumentType>,
    pub words: Words,
    /// Lines of text.
    pub lines: usize,
    /// Longer side of the located document over the shorter one; `None` when it was not located.
    pub aspect: Option<f32>,
}

/// Evidence in logits: a logistic regression without negative weights on real documents, the same with cues
/// taken away, and other things with print on them (docs/accuracy.md says on what). The weights of a zone and
/// of a barcode were then raised so that either decides alone: both prove themselves by check digits and by
/// error correction, and the second was in no picture.
const START: f64 = -6.0;
const MRZ: f64 = 9.0;
const BARCODE: f64 = 7.0;
const PORTRAIT: f64 = 2.8;
const KIND: f64 = 2.4;
const LABELS: f64 = 3.6;
const DATES: f64 = 1.9;
const ISSUER: f64 = 1.0;
const SHAPE: f64 = 0.5;
const BACK: f64 = 6.8;
/// Least area of a portrait's face as a share of the document's.
const HOLDER: f32 = 0.015;
/// How many of a kind make the full weight.
const MAX_LABELS: usize = 6;
const MAX_DATES: usize = 3;
const MAX_BACK: usize = 4;

/// One cue and what it adds to the score, in logits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    pub cue: &'static str,
    pub logits: f64,
}

/// What is concluded from the cues.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// 0..1: is it an identity document.
    pub score: f64,
    pub document_type: DocumentType,
    /// A zone, a barcode or the document's own name tells the type.
    pub type_sure: bool,
    /// `None` when the cues do not tell.
    pub side: Option<Side>,
    pub contributions: Vec<Contribution>,
}

/// Weighs the cues.
pub fn classify(cues: &Cues) -> Class {
    let mut contributions = vec![];
    let mut add = |cue, logits: f64| {
        if logits > 0.0 {
            contributions.push(Contribution { cue, logits });
        }
    };
    add("mrz", cues.mrz.map_or(0.0, |(confidence, _)| MRZ * confidence.max(0.5)));
    add("barcode", if cues.barcode.is_some() { BARCODE } else { 0.0 });
    // From a ghost image to a portrait that fills half of the page.
    let portrait = cues.face_share.is_some_and(|s| (0.004..0.45).contains(&s)) && cues.lines >= 3;
    let share = |n: usize, most: usize| n.min(most) as f64 / most as f64;
    add("portrait", if portrait { PORTRAIT } else { 0.0 });
    add("kind", if cues.words.document_type == DocumentType::Unknown { 0.0 } else { KIND });
    add("labels", LABELS * share(cues.words.labels, MAX_LABELS));
    add("dates", DATES * share(cues.words.dates, MAX_DATES));
    add("issuer", if cues.words.country.is_some() { ISSUER } else { 0.0 });
    // A card (85.6 × 54.0), a passport's page (125 × 88).
    let shape = cues.aspect.is_some_and(|a| (1.35..1.75).contains(&a));
    add("shape", if shape { SHAPE } else { 0.0 });
    add("back", BACK * share(cues.words.back, MAX_BACK));
    let logits: f64 = START + contributions.iter().map(|c| c.logits).sum::<f64>();
    let known = |t: &DocumentType| *t != DocumentType::Unknown;
    let document_type = [cues.mrz.map(|m| m.1), cues.barcode, Some(cues.words.document_type)]
        .into_iter()
        .flatten()
        .find(known)
        .unwrap_or_default();
    // A zone of three lines (TD1) and a barcode of AAMVA are on backs, and so is the talk of vehicles; fronts
    // bear the portrait. A small face is a ghost image.
    let holder = cues.face_share.is_some_and(|s| s >= HOLDER);
    let side = if holder && portrait && cues.barcode.is_none() && !cues.mrz_of_card {
        Some(Side::Front)
    } else if cues.face_share.is_none()
        && (cues.barcode.is_some() || cues.mrz_of_card || cues.words.back >= MAX_BACK)
    {
        Some(Side::Back)
    } else {
        None
    };
    Class {
        score: 1.0 / (1.0 + (-logits).exp()),
        document_type,
        type_sure: known(&document_type),
        side,
        contributions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_decides_alone_and_a_receipt_does_not() {
        let zone = Cues { mrz: Some((0.9, DocumentType::Passport)), lines: 12, ..Cues::default() };
        let class = classify(&zone);
        assert!(class.score > 0.8 && class.document_type == DocumentType::Passport);
        let words = Words { labels: 2, dates: 3, country: Some("MYS"), ..Words::default() };
        assert!(classify(&Cues { words, lines: 40, ..Cues::default() }).score < 0.2);
    }

    #[test]
    fn a_face_alone_is_a_selfie() {
        let selfie = Cues { face_share: Some(0.2), ..Cues::default() };
        assert!(classify(&selfie).score < 0.1);
        let words =
            Words { document_type: DocumentType::DriverLicense, labels: 5, dates: 3, ..Words::default() };
        let licence = Cues { face_share: Some(0.06), words, lines: 18, ..Cues::default() };
        let class = classify(&licence);
        assert!(class.score > 0.9 && class.side == Some(Side::Front) && class.type_sure);
        let words = Words { back: 4, labels: 1, ..Words::default() };
        let class = classify(&Cues { words, lines: 12, ..Cues::default() });
        assert!(class.score > 0.5 && class.side == Some(Side::Back) && !class.type_sure);
    }
}
