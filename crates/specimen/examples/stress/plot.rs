//! A curve of a stress run as a line chart.

use bonafide_chart::{Axis, Chart, Point, Scale, Series, Tick};

use super::axes::{Curve, Rate, Sample};

type Line = (&'static str, &'static str, fn(&Sample) -> Rate);

const LINES: [Line; 3] = [
    ("MRZ, data lines exact", "#1f5fa8", |s| s.mrz_data),
    ("MRZ, all lines exact", "#7fb2e5", |s| s.mrz_all),
    ("PDF417 decoded", "#c2571a", |s| s.pdf417),
];

/// The curve with the 95 % interval of each point, easy values on the left.
pub(crate) fn svg(curve: &Curve) -> String {
    let ends = match (curve.samples.first(), curve.samples.last()) {
        (Some(first), Some(last)) if first.value != last.value => [first.value.into(), last.value.into()],
        _ => [0.0, 1.0],
    };
    let x = Axis {
        title: curve.axis.title().into(),
        ends,
        scale: Scale::Linear,
        ticks: curve.samples.iter().map(|s| Tick::new(s.value.into(), s.value.to_string())).collect(),
        grid: false,
    };
    let percent = |p: i32| Tick { strong: p == 95, ..Tick::new(f64::from(p) / 100.0, format!("{p} %")) };
    let y = Axis {
        title: String::new(),
        ends: [0.0, 1.0],
        scale: Scale::Linear,
        ticks: [0, 25, 50, 75, 95, 100].map(percent).to_vec(),
        grid: true,
    };
    let series = LINES.into_iter().enumerate().map(|(i, (name, colour, rate))| {
        let point = |s: &Sample| {
            let Rate { share, ci95, .. } = rate(s);
            Point { x: s.value.into(), y: share, interval: Some(ci95) }
        };
        Series {
            name: name.into(),
            colour,
            points: curve.samples.iter().map(point).collect(),
            dots: true,
            nudge: i as f64 * 3.0 - 3.0,
        }
    });
    Chart { x, y, series: series.collect() }.svg()
}
