//! A line chart as SVG.

use std::fmt::Write;

use super::axes::{Curve, Rate, Sample};

const WIDTH: f32 = 640.0;
const HEIGHT: f32 = 320.0;
/// Left, top, right, bottom of the area with the curves.
const AREA: [f32; 4] = [56.0, 36.0, 624.0, 260.0];

type Series = (&'static str, &'static str, fn(&Sample) -> Rate);

const SERIES: [Series; 3] = [
    ("MRZ, data lines exact", "#1f5fa8", |s| s.mrz_data),
    ("MRZ, all lines exact", "#7fb2e5", |s| s.mrz_all),
    ("PDF417 decoded", "#c2571a", |s| s.pdf417),
];

/// The curve with the 95 % interval of each point, easy values on the left.
pub(crate) fn svg(curve: &Curve) -> String {
    let [left, top, right, bottom] = AREA;
    let mut out = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>
"##
    );
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{text}");
    };
    let (first, last) = match (curve.samples.first(), curve.samples.last()) {
        (Some(first), Some(last)) if first.value != last.value => (first.value, last.value),
        _ => (0.0, 1.0),
    };
    let x = |value: f32| left + (right - left) * (value - first) / (last - first);
    let y = |share: f64| bottom - (bottom - top) * share as f32;
    for percent in [0, 25, 50, 75, 95, 100] {
        let at = y(f64::from(percent) / 100.0);
        let (colour, dash) = if percent == 95 { ("#2a8a4a", "5 3") } else { ("#ddd", "none") };
        line(format_args!(
            r#"<line x1="{left}" x2="{right}" y1="{at:.1}" y2="{at:.1}" stroke="{colour}" stroke-dasharray="{dash}"/>"#
        ));
        // 100 and 95 would overlap.
        let shift = if percent == 95 { 8.0 } else { 4.0 };
        line(format_args!(
            r##"<text x="{:.1}" y="{:.1}" text-anchor="end" fill="#444">{percent} %</text>"##,
            left - 6.0,
            at + shift
        ));
    }
    for sample in &curve.samples {
        line(format_args!(
            r##"<text x="{:.1}" y="{:.1}" text-anchor="middle" fill="#444">{}</text>"##,
            x(sample.value),
            bottom + 18.0,
            sample.value
        ));
    }
    line(format_args!(
        r##"<text x="{:.1}" y="{:.1}" text-anchor="middle" fill="#222">{}</text>"##,
        (left + right) / 2.0,
        bottom + 38.0,
        curve.axis.title()
    ));
    for (i, (name, colour, rate)) in SERIES.into_iter().enumerate() {
        // A little apart, so that equal curves and their intervals stay visible.
        let nudge = i as f32 * 3.0 - 3.0;
        let path: Vec<String> = curve
            .samples
            .iter()
            .map(|s| format!("{:.1},{:.1}", x(s.value) + nudge, y(rate(s).share)))
            .collect();
        line(format_args!(
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
            path.join(" ")
        ));
        for sample in &curve.samples {
            let (at, Rate { share, ci95: [low, high], .. }) = (x(sample.value) + nudge, rate(sample));
            line(format_args!(
                r#"<line x1="{at:.1}" x2="{at:.1}" y1="{:.1}" y2="{:.1}" stroke="{colour}" stroke-opacity=".4"/>"#,
                y(low),
                y(high)
            ));
            line(format_args!(r#"<circle cx="{at:.1}" cy="{:.1}" r="3" fill="{colour}"/>"#, y(share)));
        }
        let at = left + 190.0 * i as f32;
        line(format_args!(r#"<rect x="{at:.1}" y="12" width="14" height="4" fill="{colour}"/>"#));
        line(format_args!(r##"<text x="{:.1}" y="18" fill="#222">{name}</text>"##, at + 20.0));
    }
    out.push_str("</svg>\n");
    out
}
