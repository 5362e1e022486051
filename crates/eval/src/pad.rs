//! `bonafide eval pad DIR`: passive liveness on the rows of `DIR/manifest.tsv`: columns `file` (a picture, a video
//! or a folder of frames), `label` (`live` or `attack`), `attack` (its kind), `subject`; more are ignored.
//!
//! - `bpcer`: live frames that were refused; `bpcer SUBJECT`: the same of one person, where there are few.
//! - `apcer KIND`: frames of attacks that were accepted. Frames that cannot be judged count as neither.
//! - `not_assessed live`, `not_assessed attack`: frames that cannot be judged.
//!
//! Words after ISO/IEC 30107-3, which counts per attack instrument; with the few here the intervals say more than
//! the rates. The time is that of one frame, with finding the face.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Instant,
};

use bonafide_checks::liveness::passive::{self, Frame};
use bonafide_core::weights::Weights;

use super::{Report, clips};

/// Most frames of one row.
const MAX: usize = 200;
/// Most subjects that are reported one by one.
const FEW: usize = 12;

#[derive(Default)]
struct Count {
    wrong: usize,
    judged: usize,
    unjudged: usize,
}

pub(super) fn run(dir: &Path) -> Result<Report, Box<dyn std::error::Error>> {
    let models = crate::models();
    let threshold = Weights::default().passive_liveness_tolerance;
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let (mut live, mut attacks): (BTreeMap<String, Count>, BTreeMap<String, Count>) = Default::default();
    let (mut times, mut failures) = (vec![], vec![]);
    let bar = crate::progress(rows.len() as u64);
    for row in &rows {
        bar.inc(1);
        let column = |name: &str| row.get(name).map(|v| v.trim()).unwrap_or_default();
        let (file, label) = (column("file"), column("label"));
        let path = dir.join(file);
        let frames = match clips::frames(&path, MAX) {
            Ok(frames) => frames,
            Err(why) => {
                failures.push((file.to_owned(), why.to_string()));
                continue;
            }
        };
        let count = match label {
            "live" => {
                live.entry(Some(column("subject")).filter(|s| !s.is_empty()).unwrap_or(file).to_owned())
            }
            "attack" => attacks.entry(column("attack").to_owned()),
            _ => continue,
        }
        .or_default();
        for (i, frame) in frames.pictures().enumerate() {
            let start = Instant::now();
            let judged = passive::assess_frame(&models, &frame)?;
            times.push(start.elapsed());
            let name = if frames.len() > 1 { format!("{file} frame {i}") } else { file.to_owned() };
            match judged {
                Frame::CannotTell(why) => {
                    count.unjudged += 1;
                    let codes: BTreeSet<String> = why.iter().map(|r| r.code.to_string()).collect();
                    if frames.len() == 1 {
                        failures.push((name, format!("not assessed: {codes:?}")));
                    }
                }
                Frame::Judged(passive::Judged { score, network, cues }) => {
                    count.judged += 1;
                    if (score >= threshold) != (label == "live") {
                        count.wrong += 1;
                        failures.push((
                            name,
                            format!("{label}, scored {score:.3}, network {network:.3}, {} cues", cues.len()),
                        ));
                    }
                }
            }
        }
    }
    let total =
        |counts: &BTreeMap<String, Count>, of: fn(&Count) -> usize| counts.values().map(of).sum::<usize>();
    let mut report = Report::new("pad", times.len(), times);
    report.metric("bpcer", total(&live, |c| c.wrong), total(&live, |c| c.judged));
    if live.len() <= FEW {
        for (subject, c) in &live {
            report.metric(format!("bpcer {subject}"), c.wrong, c.judged);
        }
    }
    for (kind, c) in &attacks {
        report.metric(format!("apcer {kind}"), c.wrong, c.judged);
    }
    for (name, counts) in [("not_assessed live", &live), ("not_assessed attack", &attacks)] {
        let unjudged = total(counts, |c| c.unjudged);
        report.metric(name, unjudged, unjudged + total(counts, |c| c.judged));
    }
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}
