//! Findings from pictures: pure functions on the CPU, the same for the server's jobs and for the command
//! line.

use std::time::Instant;

use bonafide_checks::{
    address_document::{self, Certificates, Sheet},
    document,
    face::{
        attributes,
        compare::{self, FaceMatch},
        detect, embed, source, subject,
    },
    image::{Picture, manipulation::Traces},
    liveness::{active, passive, replay},
    models::{Models, Task},
};
use bonafide_core::{
    acceptance::{self, Presented},
    document::{DocumentReading, DocumentType, FieldName, Side},
    finding::{Check, Code, Finding, Outcome},
    liveness::Challenge,
    policy::Policy,
    residence::{self, Expected},
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
    let agreement = weights.agreement_tolerance(declared);
    let start = Instant::now();
    let read = document::read::read(models, front, back, declared, today, agreement);
    let mut findings = read.findings;
    findings.push(policy.required_fields(&read.reading));
    let presented = Presented { reading: &read.reading, back: back.is_some(), today };
    // Of a page that nothing looked at nobody knows whether it has a back.
    let looked_at = findings.iter().any(|f| {
        f.check == Check::IsIdentityDocument
            && f.side == Some(Side::Front)
            && f.outcome != Outcome::NotAssessed
    });
    let accepted = acceptance::findings(policy, &presented).into_iter();
    findings.extend(accepted.filter(|f| looked_at || f.side != Some(Side::Back)));
    timed(&mut findings, start);
    Document { reading: read.reading, portrait: read.portrait, findings }
}

/// Reads a document that shows where somebody lives, and holds it against the policy and what was declared.
pub fn address_document(
    models: &Models,
    certificates: &Certificates,
    policy: &Policy,
    sheets: &[Sheet<'_>],
    expected: &Expected,
    today: jiff::civil::Date,
) -> Document {
    let start = Instant::now();
    let read = address_document::read(models, certificates, sheets, today);
    let mut findings = read.findings;
    let is_clear = |f: &Finding| f.check == Check::DocumentReadable && f.outcome == Outcome::Clear;
    let readable = findings.iter().any(is_clear);
    findings.extend(residence::findings(policy, &read.reading, expected, readable, today));
    timed(&mut findings, start);
    Document { reading: read.reading, portrait: None, findings }
}

/// Whether one side's picture was edited or is a picture of a picture. `traces` are those of the file as it
/// was submitted.
pub fn manipulation(
    reading: &DocumentReading,
    side: Side,
    picture: &Picture,
    traces: Option<Traces>,
) -> Finding {
    let Some(traces) = traces else {
        let detail = "the file as it was submitted was not examined";
        return Finding::not_assessed(Check::ImageManipulation, Code::NotExamined, detail).on(side);
    };
    let start = Instant::now();
    // Backs may be printed in one colour.
    let traces = match side {
        Side::Front => traces.with_document(&picture.rgb, reading.corners.as_ref(), &reading.printed()),
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
            let max_distance = weights.portrait_match_tolerance;
            let mut matched = compare::match_faces(models, portrait, selfie, max_distance);
            timed(&mut matched.findings, start);
            matched
        }
        None => FaceMatch {
            findings: vec![Finding::not_assessed(
                Check::FaceMatch,
                Code::NoPortrait,
                "no portrait was found on the document to compare the selfie with",
            )],
            ..FaceMatch::default()
        },
    }
}

/// Most frames of a capture that are held against the portrait.
const HELD_AGAINST: usize = 3;

/// Whether the selfie and the frames of its capture are photographs of their own, and not of the document.
/// `matched` is the comparison of the selfie with the portrait, where there was one.
pub fn source(
    models: &Models,
    portraits: &[&Picture],
    frames: &[&Picture],
    matched: Option<&FaceMatch>,
) -> Finding {
    let start = Instant::now();
    let score = matched.and_then(|m| Some(embed::Score { cosine: m.cosine?, basis: m.basis? }));
    let mut finding = source::judge(models, portraits, &some_of(frames), score);
    timed(std::slice::from_mut(&mut finding), start);
    finding
}

/// The same of somebody who is known by an earlier template: `face` is the selfie's, to compare with the portraits.
pub fn source_of_known(
    models: &Models,
    portraits: &[&Picture],
    frames: &[&Picture],
    face: Option<&embed::Embedding>,
) -> Finding {
    let start = Instant::now();
    let scores = face.map(|face| portraits.iter().map(|p| source::score(models, p, face)).collect());
    let scores: Result<Vec<_>, _> = scores.unwrap_or_else(|| Ok(vec![]));
    let mut finding = match scores {
        Ok(scores) => {
            let highest = scores.into_iter().flatten().max_by(|a, b| a.cosine.total_cmp(&b.cosine));
            source::judge(models, portraits, &some_of(frames), highest)
        }
        Err(error) => source::could_not_run(&error),
    };
    timed(std::slice::from_mut(&mut finding), start);
    finding
}

/// The first frame, which is the selfie, and some of the others, evenly spread.
fn some_of<'f>(frames: &[&'f Picture]) -> Vec<&'f Picture> {
    let last = frames.len().saturating_sub(1);
    let most = frames.len().min(HELD_AGAINST);
    (0..most).filter_map(|i| frames.get(i * last / (most - 1).max(1)).copied()).collect()
}

/// Age and gender that the networks estimate, against the document's. Where the organization gave them no weight, only
/// whether a child's face came with an adult's document.
pub fn estimates(
    models: &Models,
    weights: &Weights,
    reading: Option<&DocumentReading>,
    selfie: &Picture,
    today: jiff::civil::Date,
) -> Vec<Finding> {
    let weighed = weights.age_weight > 0.0 || weights.gender_weight > 0.0;
    let start = Instant::now();
    let face = detect::detect(models, selfie).map(|faces| {
        let (width, height) = selfie.rgb.dimensions();
        match subject::one_face(&faces, width, height) {
            subject::Subject::One(face) => Some(face),
            _ => None,
        }
    });
    let face = face.ok().flatten();
    let field = |name| reading.and_then(|r| r.get(name)).map(|f| f.value.as_str());
    let missing =
        |check| Finding::not_assessed(check, Code::NotComparable, "face or document give nothing to compare");
    let born = field(FieldName::BirthDate).and_then(|d| d.parse::<jiff::civil::Date>().ok());
    let age = born.and_then(|born| Some(f64::from(today.since(born).ok()?.get_days()) / 365.25));
    let mut findings = if weighed {
        let estimate = face.and_then(|face| attributes::estimate(models, selfie, &face).ok().flatten());
        let gender = field(FieldName::Gender).zip(estimate);
        vec![
            age.zip(estimate).map_or_else(
                || missing(Check::AgeEstimate),
                |(age, estimate)| weighed_age(&estimate, age, weights.age_tolerance),
            ),
            gender.map_or_else(
                || missing(Check::GenderEstimate),
                |(g, e)| attributes::gender_finding(&e, g, weights.gender_probability_tolerance),
            ),
        ]
    } else {
        let estimate = face.and_then(|face| attributes::age(models, selfie, &face).ok().flatten());
        vec![age.zip(estimate).map_or_else(
            || missing(Check::AgeEstimate),
            |(age, estimate)| attributes::child_finding(estimate, age),
        )]
    };
    for (finding, task) in findings.iter_mut().zip([Task::Age, Task::Gender]) {
        finding.models.extend(models.get(task).ok().map(|m| m.reference()));
    }
    timed(&mut findings, start);
    findings
}

/// An estimate that has a weight, with what is said of a child's face beside it.
fn weighed_age(estimate: &attributes::Estimate, age: f64, tolerance: f64) -> Finding {
    let mut finding = attributes::age_finding(estimate, age, tolerance);
    let child = attributes::child_finding(estimate.age, age);
    if child.outcome == Outcome::Consider {
        finding.outcome = Outcome::Consider;
        finding.reasons.extend(child.reasons);
    }
    finding
}

/// Whether a live person was in front of the camera, by the frames alone.
pub fn liveness(models: &Models, weights: &Weights, frames: &[Picture]) -> Vec<Finding> {
    let start = Instant::now();
    let mut passive = passive::assess(models, frames, weights.passive_liveness_tolerance);
    timed(std::slice::from_mut(&mut passive), start);
    let active = not_asked();
    vec![passive, active]
}

/// A frame of a liveness capture and where it belongs.
pub struct CaptureFrame {
    pub picture: Picture,
    /// Index of the movement it answers; none for the straight look before the first.
    pub step: Option<usize>,
    /// When it was taken, in milliseconds after the movements were asked for, if the device said so.
    pub at_ms: Option<i64>,
}

/// What a liveness capture gave.
pub struct Capture {
    pub passive: Finding,
    pub active: Finding,
    /// What it is known again by.
    pub kept: replay::Capture,
    pub traces: Vec<replay::Trace>,
}

/// Judges a liveness capture: the frames alone and, when movements were asked for, the movements.
pub fn capture(
    models: &Models,
    weights: &Weights,
    challenge: Option<&Challenge>,
    frames: Vec<CaptureFrame>,
) -> Capture {
    let start = Instant::now();
    let pictures: Vec<&Picture> = frames.iter().map(|f| &f.picture).collect();
    let mut passive = passive::assess(models, &pictures, weights.passive_liveness_tolerance);
    timed(std::slice::from_mut(&mut passive), start);

    let start = Instant::now();
    let looks: Result<Vec<active::Look>, _> =
        pictures.iter().map(|picture| active::look(models, picture)).collect();
    let hashes = pictures.iter().map(|picture| replay::hash(picture)).collect();
    let mut kept = replay::Capture { hashes, signatures: vec![] };
    let mut traces = vec![];
    let mut active = match looks {
        Err(error) => match challenge {
            Some(_) => active::could_not_look(&error),
            None => not_asked(),
        },
        Ok(looks) => {
            for (picture, look) in pictures.iter().zip(&looks) {
                if let active::Look::Seen(seen) = look {
                    traces.extend(replay::trace(picture, seen));
                }
            }
            kept.signatures = traces.iter().map(|t| t.signature().clone()).collect();
            let calibrations = compare::Calibrations::of(models);
            let same = active::one_face_throughout(&looks, &|a, b| calibrations.similarity(a, b));
            // Somebody alive in the other frames does not vouch for the face of the first, which is the selfie.
            if !same && passive.outcome != Outcome::NotAssessed {
                passive.outcome = Outcome::Fail;
                passive = passive
                    .because(Code::FaceChanged, "the frames do not all show the face of the first one");
            }
            match challenge {
                Some(challenge) => movements(models, weights, challenge, &passive, &frames, looks),
                None => not_asked(),
            }
        }
    };
    timed(std::slice::from_mut(&mut active), start);
    Capture { passive, active, kept, traces }
}

fn not_asked() -> Finding {
    Finding::not_assessed(
        Check::ActiveLiveness,
        Code::NotAsked,
        "no movements were asked for in this capture",
    )
}

fn movements(
    models: &Models,
    weights: &Weights,
    challenge: &Challenge,
    passive: &Finding,
    frames: &[CaptureFrame],
    looks: Vec<active::Look>,
) -> Finding {
    // At 1 the movements are never skipped, however sure the network is.
    let enough = weights.active_liveness_skip_tolerance;
    let sure = passive.score.filter(|s| passive.outcome == Outcome::Clear && enough < 1.0 && *s >= enough);
    if let Some(score) = sure {
        return Finding::scored(Check::ActiveLiveness, score, enough, Outcome::Fail)
            .because(Code::Skipped, "the frames alone were convincing enough to skip the movements");
    }
    let frames: Vec<active::Frame> = frames
        .iter()
        .zip(looks)
        .map(|(frame, look)| active::Frame { look, step: frame.step, at_ms: frame.at_ms })
        .collect();
    let limits = active::Limits {
        direction_tolerance: weights.direction_tolerance,
        expression_tolerance: weights.expression_tolerance,
        max_ms: i64::from(challenge.seconds) * 1000,
    };
    let calibrations = compare::Calibrations::of(models);
    let similarity = |a: &_, b: &_| calibrations.similarity(a, b);
    active::named(models, active::judge(&challenge.steps, &frames, &limits, &similarity))
}

/// `checks` reads no clock, so a finding carries the time of the run of checks that gave it.
fn timed(findings: &mut [Finding], start: Instant) {
    let ms = start.elapsed().as_millis() as u64;
    findings.iter_mut().for_each(|f| f.ms = ms);
}
