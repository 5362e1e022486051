//! Findings from pictures: pure functions on the CPU, the same for the server's jobs and for the command
//! line.

use std::time::Instant;

use bonafide_checks::{
    document,
    face::compare::{self, FaceMatch},
    image::{self, Picture, Refused, manipulation::Traces},
    liveness::passive,
    models::Models,
};
use bonafide_core::{
    document::{DocumentReading, DocumentType, Side},
    finding::{Check, Finding},
    policy::Policy,
    weights::Weights,
};

/// What was read from a document's pictures.
pub struct Document {
    pub reading: DocumentReading,
    /// The holder's portrait, cut out.
    pub portrait: Option<Picture>,
    pub findings: Vec<Finding>,
}

/// Reads the document and holds it against the policy.
pub fn document(
    models: &Models,
    policy: &Policy,
    weights: &Weights,
    front: &Picture,
    back: Option<&Picture>,
    declared: DocumentType,
    today: jiff::civil::Date,
) -> Document {
    let agreement = match declared {
        DocumentType::DriverLicense => weights.driver_license_fuzzy_match_tolerance,
        DocumentType::Passport | DocumentType::Visa => weights.passport_fuzzy_match_tolerance,
        DocumentType::PassportCard => weights.passport_card_fuzzy_match_tolerance,
        _ => weights.state_id_fuzzy_match_tolerance,
    };
    let start = Instant::now();
    let read = document::read::read(models, front, back, declared, today, agreement);
    let mut findings = read.findings;
    findings.push(policy.required_fields(&read.reading));
    timed(&mut findings, start);
    findings.push(Finding::not_assessed(
        Check::Registry,
        "no_provider",
        "no registry provider is configured",
    ));
    Document { reading: read.reading, portrait: read.portrait, findings }
}

/// Whether one side's picture was edited or is a picture of a picture. `traces` are those of the file as it
/// was handed in.
pub fn manipulation(
    reading: &DocumentReading,
    side: Side,
    picture: &Picture,
    traces: Option<Traces>,
) -> Finding {
    let Some(traces) = traces else {
        let detail = "the file as it was handed in was not examined";
        return Finding::not_assessed(Check::ImageManipulation, "not_examined", detail).on(side);
    };
    let start = Instant::now();
    // Backs may be printed in one colour.
    let traces = match side {
        Side::Front => traces.with_document(&picture.rgb, reading.corners.as_ref()),
        Side::Back => traces,
    };
    let mut finding = traces.finding(side);
    timed(std::slice::from_mut(&mut finding), start);
    finding
}

/// Whether the selfie shows the person of the portrait.
pub fn faces(models: &Models, weights: &Weights, portrait: Option<&Picture>, selfie: &Picture) -> FaceMatch {
    let start = Instant::now();
    match portrait {
        Some(portrait) => {
            let max_distance = weights.onboarding_face_encoding_tolerance;
            let mut matched = compare::match_faces(models, portrait, selfie, max_distance);
            timed(&mut matched.findings, start);
            matched
        }
        None => FaceMatch {
            findings: vec![Finding::not_assessed(
                Check::FaceMatch,
                "no_portrait",
                "no portrait was found on the document to compare the selfie with",
            )],
            ..FaceMatch::default()
        },
    }
}

/// Whether a live person was in front of the camera.
pub fn liveness(models: &Models, weights: &Weights, frames: &[Picture]) -> Vec<Finding> {
    let start = Instant::now();
    let mut passive = passive::assess(models, frames, weights.minimum_liveness_tolerance);
    timed(std::slice::from_mut(&mut passive), start);
    let active = Finding::not_assessed(
        Check::ActiveLiveness,
        "not_asked",
        "no movements were asked for in this capture",
    );
    vec![passive, active]
}

/// `checks` reads no clock, so a finding carries the time of the run of checks that gave it.
fn timed(findings: &mut [Finding], start: Instant) {
    let ms = start.elapsed().as_millis() as u64;
    findings.iter_mut().for_each(|f| f.ms = ms);
}

/// Decodes pictures that passed the gate when they came in.
pub fn decode_all(pictures: &[Vec<u8>]) -> Result<Vec<Picture>, Refused> {
    pictures.iter().map(|p| image::decode(p)).collect()
}
