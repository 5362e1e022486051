//! `bonafide eval ages DIR`: which ages the network estimates of adults, on the pictures in `DIR/lfw`; with
//! `DIR/labels.tsv` (columns `file`, `age`) for every age as well.
//!
//! - `taken_for_a_child`: faces of adults estimated below the limit at which a child's face is told; `below 16`,
//!   `below 18`: estimated below these years.

use std::{collections::BTreeMap, path::Path, time::Instant};

use bonafide_checks::face::{attributes, detect, subject};

use super::Report;

type Error = Box<dyn std::error::Error>;

const BELOW: [(&str, f64); 3] =
    [("taken_for_a_child", attributes::CHILD), ("below 16", 16.0), ("below 18", 18.0)];

pub(super) fn run(dir: &Path) -> Result<Report, Error> {
    let models = crate::models();
    let labels = dir.join("labels.tsv");
    let rows = if labels.exists() { super::manifest(&labels)? } else { vec![] };
    let ages: BTreeMap<&str, &str> =
        rows.iter().filter_map(|r| Some((r.get("file")?.as_str(), r.get("age")?.as_str()))).collect();
    let folder = dir.join("lfw");
    let names = crate::source::names(&folder)?;
    let bar = crate::progress(names.len() as u64);
    let (mut times, mut failures) = (vec![], vec![]);
    let mut estimates: Vec<(&str, f64)> = vec![];
    for name in &names {
        bar.inc(1);
        let picture = crate::load(&folder.join(name))?;
        let start = Instant::now();
        let faces = detect::detect(&models, &picture)?;
        let (width, height) = picture.rgb.dimensions();
        let Some(face) = subject::prominent(&faces, width, height) else { continue };
        let Some(age) = attributes::age(&models, &picture, &face)? else { continue };
        times.push(start.elapsed());
        if f64::from(age) < attributes::CHILD {
            failures.push((name.clone(), format!("estimated at {age:.1} years")));
        }
        estimates.push((ages.get(name.as_str()).copied().unwrap_or_default(), f64::from(age)));
    }
    bar.finish_and_clear();
    let mut report = Report::new("ages", estimates.len(), times);
    for (metric, limit) in BELOW {
        report.metric(metric, estimates.iter().filter(|e| e.1 < limit).count(), estimates.len());
        let mut groups: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (group, age) in estimates.iter().filter(|e| !e.0.is_empty()) {
            let (below, n) = groups.entry(*group).or_default();
            *n += 1;
            *below += usize::from(*age < limit);
        }
        for (group, (below, n)) in groups {
            report.group(&format!("age={group}"), metric, below, n);
        }
    }
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}
