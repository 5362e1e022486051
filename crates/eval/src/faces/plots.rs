//! Receiver operating characteristic and detection error trade-off (ISO/IEC 19795-1) as SVG.

use std::path::Path;

use bonafide_chart::{Axis, Chart, Point, Scale, Series, Tick};

use super::scores::curve;
use crate::Metric;

const COLOURS: [&str; 3] = ["#1f5fa8", "#c2571a", "#2a8a4a"];
const MATCH_RATES: [(f64, &str); 6] =
    [(1e-5, "1e-5"), (1e-4, "1e-4"), (1e-3, "0.1 %"), (1e-2, "1 %"), (1e-1, "10 %"), (0.5, "50 %")];
const MISS_RATES: [(f64, &str); 6] =
    [(1e-3, "0.1 %"), (5e-3, "0.5 %"), (1e-2, "1 %"), (5e-2, "5 %"), (1e-1, "10 %"), (0.5, "50 %")];

/// A name, the scores of same pairs, those of different ones.
pub(super) type Measured = (&'static str, Vec<f64>, Vec<f64>);

/// Writes `roc.svg` and `det.svg`.
pub(super) fn write(folder: &Path, measured: &[Measured]) -> Result<(), super::Error> {
    let put = |name: &str, svg: String| {
        let file = folder.join(name);
        std::fs::write(&file, svg).map_err(|e| format!("cannot write {}: {e}", file.display()))
    };
    std::fs::create_dir_all(folder).map_err(|e| format!("cannot write {}: {e}", folder.display()))?;
    put("roc.svg", roc(measured).svg())?;
    put("det.svg", det(measured).svg())?;
    Ok(())
}

fn axis(title: &str, ends: [f64; 2], scale: Scale, ticks: &[(f64, &str)]) -> Axis {
    let ticks = ticks.iter().filter(|(at, _)| *at >= ends[0] && *at <= ends[1]);
    let ticks = ticks.map(|(at, label)| Tick::new(*at, *label)).collect();
    Axis { title: title.into(), ends, scale, ticks, grid: true }
}

fn roc(measured: &[Measured]) -> Chart {
    let shares = [(0.9, "90 %"), (0.95, "95 %"), (0.98, "98 %"), (0.99, "99 %"), (1.0, "100 %")];
    Chart {
        x: axis("false match rate", [1e-5, 0.5], Scale::Log, &MATCH_RATES),
        y: axis("same people who match", [0.9, 1.0], Scale::Linear, &shares),
        series: lines(measured, |rejected| 1.0 - rejected),
    }
}

fn det(measured: &[Measured]) -> Chart {
    Chart {
        x: axis("false match rate", [1e-5, 0.5], Scale::Probit, &MATCH_RATES),
        y: axis("false non-match rate", [1e-3, 0.5], Scale::Probit, &MISS_RATES),
        series: lines(measured, |rejected| rejected),
    }
}

/// One curve each over the rates that so many strangers can tell; the interval is drawn at whole decades.
fn lines(measured: &[Measured], share: fn(f64) -> f64) -> Vec<Series> {
    let line = |((name, genuine, impostor), colour): (&Measured, &&'static str)| {
        let rates: Vec<f64> = (0..=50).map(|i| 10f64.powf(-f64::from(i) / 10.0)).collect();
        let told: Vec<f64> =
            rates.into_iter().filter(|r| *r <= 0.5 && r * impostor.len() as f64 >= 1.0).collect();
        let points = curve(genuine, impostor, &told).into_iter().map(|(rate, rejected)| {
            let metric = Metric::rate(rejected, genuine.len());
            let decade = rate.log10();
            let whole = (decade - decade.round()).abs() < 1e-6;
            Point { x: rate, y: share(metric.value), interval: whole.then(|| metric.ci95.map(share)) }
        });
        Series { name: (*name).into(), colour, points: points.collect(), dots: false, nudge: 0.0 }
    };
    measured.iter().zip(&COLOURS).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_end_where_strangers_are_too_few() {
        let genuine: Vec<f64> = (0..100).map(|i| 0.5 + f64::from(i) / 250.0).collect();
        let impostor: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1800.0).collect();
        let lines = lines(&[("one", genuine, impostor)], |r| r);
        let points = &lines[0].points;
        assert!(points.windows(2).all(|w| w[1].x < w[0].x && w[1].y >= w[0].y));
        assert!((points.last().unwrap().x - 1e-3).abs() < 1e-9);
        assert_eq!(points.iter().filter(|p| p.interval.is_some()).count(), 3);
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("a", vec![0.9; 10], vec![0.1; 2000])]).unwrap();
        assert!(std::fs::read_to_string(folder.path().join("det.svg")).unwrap().contains("<polyline"));
    }
}
