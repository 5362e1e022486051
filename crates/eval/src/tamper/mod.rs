//! `bonafide eval tamper DIR`: traces of editing, on the pictures of `DIR/manifest.tsv` (columns `file`,
//! `label` genuine or manipulated; without a label a picture counts as genuine).
//!
//! - `detected`, `false_alarms`: manipulated and genuine pictures that the product would show to a person.
//! - `auc`: area under the curve of the score, with the interval of Hanley and McNeil.
//! - `synthetic_…`: edits that a seeded routine made in the genuine pictures, each saved before at quality
//!   80 and after at 93, and `synthetic_none`, the same without an edit. They are made by us: they show
//!   that a cue works, not how often a forger is caught.
//!
//! The failures say which cues spoke. The time is that of one examination, decoding not included.

mod edits;

use std::{path::Path, time::Instant};

use bonafide_checks::image::{self, Picture, manipulation};
use bonafide_core::{document::Side, finding::Outcome};

use super::{Metric, Report};

struct Judged {
    file: String,
    genuine: bool,
    score: f64,
    alarm: bool,
    why: String,
}

pub(super) fn run(dir: &Path) -> Result<Report, Box<dyn std::error::Error>> {
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let (mut judged, mut pictures, mut times, mut unread) = (vec![], vec![], vec![], vec![]);
    for row in &rows {
        let Some(file) = row.get("file") else { continue };
        let genuine = match row.get("label").map(String::as_str) {
            Some("manipulated") => false,
            None | Some("genuine") => true,
            Some(_) => continue,
        };
        let bytes = std::fs::read(dir.join(file)).map_err(|e| format!("cannot read {file}: {e}"))?;
        let picture = match image::decode(&bytes) {
            Ok(picture) => picture,
            Err(refused) => {
                unread.push((file.clone(), refused.to_string()));
                continue;
            }
        };
        let start = Instant::now();
        let one = judge(file, genuine, &bytes, &picture);
        times.push(start.elapsed());
        judged.push(one);
        if genuine {
            pictures.push(picture);
        }
    }
    let mut report = Report::new("tamper", judged.len(), times);
    let alarms = |genuine: bool| judged.iter().filter(|j| j.genuine == genuine && j.alarm).count();
    let of =
        |genuine: bool| judged.iter().filter(|j| j.genuine == genuine).map(|j| j.score).collect::<Vec<f64>>();
    let (genuine, manipulated) = (of(true), of(false));
    report.metric("false_alarms", alarms(true), genuine.len());
    if !manipulated.is_empty() {
        report.metric("detected", alarms(false), manipulated.len());
        report.put("auc", area(&genuine, &manipulated));
    }
    for edit in edits::ALL {
        let made: Vec<bool> = (0..pictures.len())
            .filter_map(|i| {
                let bytes = edits::make(edit, &pictures, i)?;
                let picture = image::decode(&bytes).ok()?;
                Some(judge("", true, &bytes, &picture).alarm)
            })
            .collect();
        report.metric(edit.metric(), made.iter().filter(|a| **a).count(), made.len());
    }
    for j in judged.into_iter().filter(|j| j.alarm == j.genuine) {
        let what = if j.genuine { "false alarm" } else { "not seen" };
        report.failure(j.file, format!("{what}, score {:.2}: {}", j.score, j.why));
    }
    unread.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}

fn judge(file: &str, genuine: bool, bytes: &[u8], picture: &Picture) -> Judged {
    let traces = manipulation::examine(bytes, picture).with_document(&picture.rgb, None, &[]);
    let finding = traces.finding(Side::Front);
    let why: Vec<String> = finding.reasons.iter().map(|r| format!("{} ({})", r.code, r.detail)).collect();
    Judged {
        file: file.to_owned(),
        genuine,
        score: finding.score.unwrap_or(1.0),
        alarm: finding.outcome == Outcome::Consider,
        why: why.join("; "),
    }
}

/// How often a manipulated picture scores below a genuine one; ties count half. The interval is that of
/// Hanley and McNeil (1982); `k` is the number of manipulated pictures.
fn area(genuine: &[f64], manipulated: &[f64]) -> Metric {
    let (n, m) = (genuine.len() as f64, manipulated.len() as f64);
    let pairs = genuine.iter().flat_map(|g| manipulated.iter().map(move |m| g.total_cmp(m)));
    let wins: f64 = pairs
        .map(|order| match order {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
        .sum();
    let a = wins / (n * m).max(1.0);
    let (q1, q2) = (a / (2.0 - a), 2.0 * a * a / (1.0 + a));
    let variance = (a * (1.0 - a) + (m - 1.0) * (q1 - a * a) + (n - 1.0) * (q2 - a * a)) / (n * m).max(1.0);
    let half = 1.96 * variance.max(0.0).sqrt();
    Metric {
        value: a,
        ci95: [(a - half).max(0.0), (a + half).min(1.0)],
        k: manipulated.len(),
        n: genuine.len() + manipulated.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_of_known_orders() {
        assert_eq!(area(&[1.0, 0.9], &[0.2, 0.1]).value, 1.0);
        assert_eq!(area(&[0.1], &[0.9]).value, 0.0);
        let even = area(&[0.5; 10], &[0.5; 10]);
        assert!((even.value - 0.5).abs() < 1e-9 && even.ci95[0] < 0.3 && even.ci95[1] > 0.7);
    }
}
