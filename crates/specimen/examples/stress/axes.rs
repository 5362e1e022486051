//! What is varied, and how accuracy goes with it.

use bonafide_specimen::distort::Shot;
use serde::Serialize;

use super::read::Tally;

/// One thing that spoils pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Axis {
    Tilt,
    Blur,
    Jpeg,
    Height,
    Noise,
    Glare,
    Shadow,
    Motion,
    Roll,
}

impl Axis {
    pub(crate) const ALL: [Self; 9] = [
        Self::Tilt,
        Self::Blur,
        Self::Jpeg,
        Self::Height,
        Self::Noise,
        Self::Glare,
        Self::Shadow,
        Self::Motion,
        Self::Roll,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tilt => "tilt",
            Self::Blur => "blur",
            Self::Jpeg => "jpeg",
            Self::Height => "height",
            Self::Noise => "noise",
            Self::Glare => "glare",
            Self::Shadow => "shadow",
            Self::Motion => "motion",
            Self::Roll => "roll",
        }
    }

    /// What the numbers are.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Tilt => "tilt of the camera, degrees",
            Self::Blur => "Gaussian blur, sigma in px",
            Self::Jpeg => "JPEG quality",
            Self::Height => "height of a character of the MRZ, px (a PDF417 module is 1/8 of it)",
            Self::Noise => "noise, standard deviation in 8-bit levels",
            Self::Glare => "reflection on the zone, share of white",
            Self::Shadow => "shadow over half the page, share of light taken",
            Self::Motion => "motion blur, px",
            Self::Roll => "turn in the picture, degrees",
        }
    }

    /// From easy to hard. Each holds the value of a good picture.
    fn values(self) -> &'static [f32] {
        match self {
            Self::Tilt => &[0.0, 5.0, 15.0, 25.0, 30.0, 35.0, 40.0, 50.0],
            Self::Blur => &[0.0, 0.6, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0],
            Self::Jpeg => &[95.0, 90.0, 60.0, 40.0, 30.0, 20.0, 10.0, 5.0],
            Self::Height => &[32.0, 20.0, 16.0, 12.0, 10.0, 8.0, 6.0],
            Self::Noise => &[0.0, 2.0, 10.0, 20.0, 30.0, 40.0],
            Self::Glare => &[0.0, 0.3, 0.5, 0.7, 0.85, 1.0],
            Self::Shadow => &[0.0, 0.5, 0.8, 0.9],
            Self::Motion => &[0.0, 3.0, 6.0, 9.0, 12.0],
            Self::Roll => &[0.0, 2.0, 15.0, 30.0, 45.0, 90.0, 180.0],
        }
    }

    fn set(self, shot: &mut Shot, value: f32) {
        match self {
            Self::Tilt => shot.tilt = value,
            Self::Blur => shot.blur = value,
            Self::Jpeg => shot.quality = value as u8,
            Self::Height => shot.character_height = value,
            Self::Noise => shot.noise = value,
            Self::Glare => shot.glare = value,
            Self::Shadow => shot.shadow = value,
            Self::Motion => shot.motion = value,
            Self::Roll => shot.roll = value,
        }
    }
}

/// One way of taking the pictures.
pub(crate) struct Point {
    axis: Axis,
    value: f32,
    pub(crate) shot: Shot,
}

impl Point {
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.axis.name(), self.value)
    }
}

/// Every way of taking pictures that the axes need; the good picture, which all have in common, once.
pub(crate) fn points(axes: &[Axis]) -> Vec<Point> {
    let mut points: Vec<Point> = vec![];
    for &axis in axes {
        for &value in axis.values() {
            let mut shot = Shot::default();
            axis.set(&mut shot, value);
            if !points.iter().any(|p| p.shot == shot) {
                points.push(Point { axis, value, shot });
            }
        }
    }
    points
}

/// Right ones of all, with the 95 % Wilson interval.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Rate {
    pub(crate) right: usize,
    pub(crate) of: usize,
    pub(crate) share: f64,
    pub(crate) ci95: [f64; 2],
}

impl Rate {
    fn new(right: usize, of: usize) -> Self {
        let (n, z) = (of.max(1) as f64, 1.959_964);
        let share = right as f64 / n;
        let (centre, scale) = (share + z * z / (2.0 * n), 1.0 + z * z / n);
        let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
        let ci95 = [((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0)];
        Self { right, of, share, ci95 }
    }
}

#[derive(Serialize)]
pub(crate) struct Sample {
    pub(crate) value: f32,
    /// All data lines of the zone exact.
    pub(crate) mrz_data: Rate,
    /// All lines exact.
    pub(crate) mrz_all: Rate,
    pub(crate) pdf417: Rate,
    /// Median time of a zone in milliseconds.
    pub(crate) mrz_ms: f64,
}

/// Accuracy along one axis, from easy to hard.
pub(crate) struct Curve {
    pub(crate) axis: Axis,
    pub(crate) samples: Vec<Sample>,
}

impl Curve {
    pub(crate) fn of(axis: Axis, points: &[Point], tallies: &[Tally]) -> Self {
        let sample = |&value: &f32| {
            let mut shot = Shot::default();
            axis.set(&mut shot, value);
            let (_, tally) = points.iter().zip(tallies).find(|(point, _)| point.shot == shot)?;
            let mut times = tally.times.clone();
            times.sort();
            let median = times.get(times.len() / 2).map_or(0.0, |t| (t.as_secs_f64() * 1e4).round() / 10.0);
            Some(Sample {
                value,
                mrz_data: Rate::new(tally.data, tally.zones),
                mrz_all: Rate::new(tally.all, tally.zones),
                pdf417: Rate::new(tally.decoded, tally.barcodes),
                mrz_ms: median,
            })
        };
        Self { axis, samples: axis.values().iter().filter_map(sample).collect() }
    }

    /// The hardest value up to which, from the easy side, every share is at least `least`.
    fn holds_to(&self, least: f64, rate: impl Fn(&Sample) -> Rate) -> String {
        let good = self.samples.iter().take_while(|s| rate(s).share >= least).last();
        match good {
            None => "never".into(),
            Some(last) if self.samples.last().is_some_and(|s| s.value == last.value) => {
                format!("{}, all tried", last.value)
            }
            Some(last) => last.value.to_string(),
        }
    }
}

/// The whole run as JSON.
pub(crate) fn report(seed: u64, count: u64, curves: &[Curve]) -> serde_json::Value {
    let axes: Vec<_> = curves
        .iter()
        .map(|c| serde_json::json!({ "axis": c.axis.name(), "title": c.axis.title(), "points": c.samples }))
        .collect();
    serde_json::json!({ "synthetic": true, "seed": seed, "count": count, "axes": axes })
}

/// For people: each curve's shares, then where each breaks, ready for a page of documentation.
pub(crate) fn print(curves: &[Curve]) {
    for curve in curves {
        println!("{}", curve.axis.title());
        println!("  {:>8} {:>10} {:>10} {:>10} {:>8}", "", "MRZ data", "MRZ all", "PDF417", "ms");
        for s in &curve.samples {
            let [data, all, code] =
                [s.mrz_data, s.mrz_all, s.pdf417].map(|r| format!("{}/{}", r.right, r.of));
            println!("  {:>8} {data:>10} {all:>10} {code:>10} {:>8.0}", s.value, s.mrz_ms);
        }
    }
    println!("\nHolds up to, counted from the easy side (synthetic)\n\n{}", markdown(curves));
}

/// Where each curve breaks, as a table for a page of documentation.
pub(crate) fn markdown(curves: &[Curve]) -> String {
    let head =
        "| varied | MRZ data lines ≥ 95 % | ≥ 50 % | PDF417 ≥ 95 % | ≥ 50 % |\n|---|---|---|---|---|\n";
    let row = |c: &Curve| {
        let zone = |least| c.holds_to(least, |s| s.mrz_data);
        let code = |least| c.holds_to(least, |s| s.pdf417);
        let title = c.axis.title();
        format!("| {title} | {} | {} | {} | {} |\n", zone(0.95), zone(0.5), code(0.95), code(0.5))
    };
    head.to_owned() + &curves.iter().map(row).collect::<String>()
}

/// A page with the table between the lines `<!-- stress -->` and `<!-- /stress -->`; `None` without them.
pub(crate) fn renewed(page: &str, curves: &[Curve], seed: u64, count: u64) -> Option<String> {
    const FROM: &str = "<!-- stress -->\n";
    let (before, rest) = page.split_once(FROM)?;
    let (_, after) = rest.split_once("<!-- /stress -->")?;
    let table = markdown(curves);
    Some(format!("{before}{FROM}{table}\n{count} documents a point, seed {seed}.\n<!-- /stress -->{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_axis_passes_through_the_good_picture() {
        for axis in Axis::ALL {
            let all = points(&[axis]);
            assert!(all.iter().any(|p| p.shot == Shot::default()), "{}", axis.name());
            assert_eq!(all.len(), axis.values().len());
        }
        let shared: usize = Axis::ALL.iter().map(|a| a.values().len() - 1).sum();
        assert_eq!(points(&Axis::ALL).len(), shared + 1);
    }

    #[test]
    fn a_curve_says_where_it_breaks() {
        let points = points(&[Axis::Blur]);
        let tally =
            |i: usize| Tally { zones: 20, data: 20usize.saturating_sub(i * i / 4), ..Tally::default() };
        let tallies: Vec<Tally> = (0..points.len()).map(tally).collect();
        let curve = Curve::of(Axis::Blur, &points, &tallies);
        assert_eq!(curve.holds_to(0.95, |s| s.mrz_data), "1");
        assert_eq!(curve.holds_to(0.5, |s| s.mrz_data), "3");
        assert_eq!(curve.holds_to(0.95, |s| s.pdf417), "never");
        let page = "a\n<!-- stress -->\nold\n<!-- /stress -->\nb\n";
        let page = renewed(page, &[Curve::of(Axis::Blur, &points, &tallies)], 7, 20).unwrap();
        assert!(page.starts_with("a\n") && page.ends_with("-->\nb\n") && !page.contains("old"), "{page}");
        assert!(page.contains("| Gaussian blur, sigma in px | 1 | 3 | never | never |"), "{page}");
        assert!(renewed("a", &[], 7, 20).is_none());
        assert_eq!(curve.holds_to(0.0, |s| s.pdf417), "4, all tried");
    }
}
