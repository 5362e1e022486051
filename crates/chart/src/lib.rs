//! Line charts as SVG, for what evaluations measure.

use std::fmt::{self, Write};

const WIDTH: f64 = 640.0;
/// Left, top, right, bottom of the area with the curves.
const AREA: [f64; 4] = [64.0, 36.0, 624.0, 260.0];
/// Height of the legend's further lines.
const LINE: f64 = 18.0;

/// A chart with any number of curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<Series>,
}

/// One axis. Values outside its ends are drawn at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub title: String,
    /// Value at the left or bottom, and at the right or top; may fall.
    pub ends: [f64; 2],
    pub scale: Scale,
    pub ticks: Vec<Tick>,
    /// Whether ticks are drawn as lines across the area.
    pub grid: bool,
}

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Linear,
    /// Equal steps are equal factors; for values above zero.
    Log,
    /// Equal steps are equal quantiles of the normal distribution (ISO/IEC 19795-1's DET axes); for shares.
    Probit,
}

/// A value that is written at an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    pub at: f64,
    pub label: String,
    /// A line that matters, such as a goal.
    pub strong: bool,
}

impl Tick {
    /// An ordinary tick.
    pub fn new(at: f64, label: impl Into<String>) -> Self {
        Self { at, label: label.into(), strong: false }
    }
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    /// An SVG colour.
    pub colour: &'static str,
    pub points: Vec<Point>,
    /// Whether each point has a dot.
    pub dots: bool,
    /// Pixels to the right, so that equal curves stay visible.
    pub nudge: f64,
}

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    /// The interval that is drawn over it, of `y`.
    pub interval: Option<[f64; 2]>,
}

impl Axis {
    /// 0 at the near end, 1 at the far one.
    fn share(&self, value: f64) -> f64 {
        let place = |v: f64| match self.scale {
            Scale::Linear => v,
            Scale::Log => v.max(f64::MIN_POSITIVE).ln(),
            Scale::Probit => probit(v),
        };
        let [from, to] = self.ends.map(place);
        let share = (place(value) - from) / (to - from);
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }
}

impl Chart {
    /// The chart as an SVG document.
    pub fn svg(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        let [left, top, right, bottom] = AREA;
        let further = self.legend().last().map_or(0.0, |(_, y)| y - 12.0);
        let (top, bottom) = (top + further, bottom + further);
        let height = bottom + 60.0;
        let x = |value: f64| left + (right - left) * self.x.share(value);
        let y = |value: f64| bottom - (bottom - top) * self.y.share(value);
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">"#
        )?;
        writeln!(out, r##"<rect width="{WIDTH}" height="{height}" fill="#fff"/>"##)?;
        for tick in &self.y.ticks {
            let at = y(tick.at);
            if self.y.grid {
                rule(out, [left, right], [at, at], tick.strong)?;
            }
            // A strong line is often close to another.
            let shift = if tick.strong { 8.0 } else { 4.0 };
            text(out, [left - 6.0, at + shift], "end", "#444", &tick.label)?;
        }
        for tick in &self.x.ticks {
            let at = x(tick.at);
            if self.x.grid {
                rule(out, [at, at], [top, bottom], tick.strong)?;
            }
            text(out, [at, bottom + 18.0], "middle", "#444", &tick.label)?;
        }
        text(out, [(left + right) / 2.0, bottom + 38.0], "middle", "#222", &self.x.title)?;
        if !self.y.title.is_empty() {
            text(out, [left, bottom + 54.0], "start", "#222", &format!("upwards: {}", self.y.title))?;
        }
        for series in &self.series {
            let colour = series.colour;
            let path: Vec<String> =
                series.points.iter().map(|p| format!("{:.1},{:.1}", x(p.x) + series.nudge, y(p.y))).collect();
            writeln!(
                out,
                r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
                path.join(" ")
            )?;
            for point in &series.points {
                let at = x(point.x) + series.nudge;
                if let Some([low, high]) = point.interval {
                    writeln!(
                        out,
                        r#"<line x1="{at:.1}" x2="{at:.1}" y1="{:.1}" y2="{:.1}" stroke="{colour}" stroke-opacity=".4"/>"#,
                        y(low),
                        y(high)
                    )?;
                }
                if series.dots {
                    writeln!(out, r#"<circle cx="{at:.1}" cy="{:.1}" r="3" fill="{colour}"/>"#, y(point.y))?;
                }
            }
        }
        for (series, (at, line)) in self.series.iter().zip(self.legend()) {
            writeln!(
                out,
                r#"<rect x="{at:.1}" y="{line}" width="14" height="4" fill="{}"/>"#,
                series.colour
            )?;
            text(out, [at + 20.0, line + 6.0], "start", "#222", &series.name)?;
        }
        writeln!(out, "</svg>")
    }

    /// Where each series' mark in the legend stands; three to a line.
    fn legend(&self) -> Vec<(f64, f64)> {
        (0..self.series.len())
            .map(|i| (AREA[0] + 190.0 * (i % 3) as f64, 12.0 + LINE * (i / 3) as f64))
            .collect()
    }
}

fn rule(out: &mut String, x: [f64; 2], y: [f64; 2], strong: bool) -> fmt::Result {
    let (colour, dash) = if strong { ("#2a8a4a", "5 3") } else { ("#ddd", "none") };
    writeln!(
        out,
        r#"<line x1="{:.1}" x2="{:.1}" y1="{:.1}" y2="{:.1}" stroke="{colour}" stroke-dasharray="{dash}"/>"#,
        x[0], x[1], y[0], y[1]
    )
}

fn text(out: &mut String, [x, y]: [f64; 2], anchor: &str, colour: &str, words: &str) -> fmt::Result {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    writeln!(out, r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="{colour}">{words}</text>"#)
}

/// The quantile of the standard normal distribution, by halving an interval; shares of 0 and 1 lie 8 standard
/// deviations out.
fn probit(share: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..50 {
        let middle = (low + high) / 2.0;
        if normal(middle) < share { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// Cumulative normal distribution (Abramowitz and Stegun 26.2.17, error below 7.5e-8).
fn normal(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let poly = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_53]
        .into_iter()
        .fold(0.0, |sum, c| (sum + c) * t);
    let tail = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * poly;
    if z < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale, ends: [f64; 2]) -> Axis {
        Axis { title: "x < y & z".into(), ends, scale, ticks: vec![Tick::new(ends[0], "a")], grid: true }
    }

    #[test]
    fn quantiles_of_the_normal_distribution() {
        for (share, z) in [(0.5, 0.0), (0.975, 1.959_964), (0.01, -2.326_348), (0.001, -3.090_232)] {
            assert!((probit(share) - z).abs() < 1e-4, "{share}");
        }
        assert!(probit(0.0) < -5.0 && probit(1.0) > 5.0 && probit(f64::NAN).is_finite());
    }

    #[test]
    fn places_along_an_axis() {
        assert_eq!(axis(Scale::Linear, [10.0, 0.0]).share(2.5), 0.75);
        assert!((axis(Scale::Log, [1e-4, 1.0]).share(1e-2) - 0.5).abs() < 1e-9);
        assert!((axis(Scale::Probit, [0.1, 0.9]).share(0.5) - 0.5).abs() < 1e-6);
        for value in [f64::NAN, f64::INFINITY, -1e9] {
            assert!((0.0..=1.0).contains(&axis(Scale::Log, [1e-4, 1.0]).share(value)));
        }
        assert_eq!(axis(Scale::Linear, [1.0, 1.0]).share(1.0), 0.0);
    }

    #[test]
    fn a_chart_has_its_curves_and_escapes_its_words() {
        let point = |x: f64| Point { x, y: x, interval: Some([0.0, 1.0]) };
        let series = Series {
            name: "one".into(),
            colour: "#123456",
            points: vec![point(0.0), point(1.0)],
            dots: true,
            nudge: 0.0,
        };
        let chart = Chart {
            x: axis(Scale::Linear, [0.0, 1.0]),
            y: axis(Scale::Linear, [0.0, 1.0]),
            series: vec![series; 4],
        };
        let svg = chart.svg();
        assert_eq!(svg.matches("<polyline").count(), 4);
        assert_eq!(svg.matches("<circle").count(), 8);
        assert!(svg.contains("x &lt; y &amp; z") && svg.ends_with("</svg>\n"));
    }
}
