//! `bonafide backtest`: what other weights would have decided.

use std::path::PathBuf;

use bonafide_core::{decision::Decision, reweigh::NOT_REWEIGHED, time::Timestamp, weights::Weights};
use bonafide_engine::{access, backtest};
use serde_json::{Map, Value, json};

use super::{CommandResult, keys};
use crate::{
    config::{Flags, block_on},
    output,
};

/// Flips that are printed; `--json` has them all.
const SHOWN: usize = 20;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// JSON with the weights and tolerances to try; what it leaves out stays as it is
    #[arg(long)]
    weights: PathBuf,
    /// Only sessions judged since this day (2026-01-31) or time (RFC 3339)
    #[arg(long)]
    since: Option<String>,
    #[command(flatten)]
    flags: Flags,
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let text =
        std::fs::read_to_string(&args.weights).map_err(|e| format!("{}: {e}", args.weights.display()))?;
    let proposed: Map<String, Value> =
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", args.weights.display()))?;
    let since = match &args.since {
        None => Timestamp(0),
        Some(text) => Timestamp::parse(text)
            .or_else(|| Timestamp::start_of_day(text))
            .ok_or_else(|| format!("--since {text}: must be a day or an RFC 3339 time"))?,
    };
    block_on(async {
        let engine = keys::look(&args.flags).await?;
        for access::OrganizationInfo { id: organization, .. } in access::organizations(&engine).await? {
            let current = bonafide_engine::tuning::current(&engine, organization).await?;
            let weights = merge(current, &proposed)?;
            let bar = output::progress(0);
            let start = std::time::Instant::now();
            let report = backtest::backtest(&engine, organization, &weights, since, |total, done| {
                bar.set_length(total);
                bar.set_position(done);
            })
            .await?;
            let seconds = start.elapsed().as_secs_f64();
            bar.finish_and_clear();
            if args.json {
                output::json(&json!({"organization": organization, "seconds": seconds, "report": report}))?;
            } else {
                print(&report, seconds);
            }
        }
        engine.close().await;
        let untold: Vec<&str> =
            NOT_REWEIGHED.into_iter().filter(|name| proposed.contains_key(*name)).collect();
        if !untold.is_empty() && !args.json {
            output::line!("\nNot looked back on, as what they judge is not stored: {}.", untold.join(", "));
        }
        Ok(())
    })
}

/// The weights of now with the proposed ones in their place.
fn merge(current: Weights, proposed: &Map<String, Value>) -> Result<Weights, String> {
    let mut all = serde_json::to_value(current).map_err(|e| e.to_string())?;
    for (name, value) in proposed {
        match (all.get_mut(name), value.is_number()) {
            (Some(knob), true) => *knob = value.clone(),
            (Some(_), false) => return Err(format!("{name} must be a number")),
            (None, _) => return Err(format!("{name} is no weight or tolerance; see docs/scoring.md")),
        }
    }
    serde_json::from_value(all).map_err(|e| e.to_string())
}

fn print(report: &backtest::Backtest, seconds: f64) {
    output::line!("{} sessions judged again in {seconds:.1} s", report.sessions);
    if report.skipped > 0 {
        output::line!("{} were stored by another version of this program and left out", report.skipped);
    }
    if report.sessions == 0 {
        return;
    }
    let share = |n: u64| format!("{n} ({:.1} %)", 100.0 * n as f64 / report.sessions as f64);
    let mut table = output::table(["decision", "as it was", "as it would be"]);
    for decision in
        [Decision::Approve, Decision::Decline, Decision::Review, Decision::Retry, Decision::GiveUp]
    {
        let of =
            |counts: &std::collections::BTreeMap<Decision, u64>| counts.get(&decision).copied().unwrap_or(0);
        let (before, after) = (of(&report.before), of(&report.after));
        table.add_row([output::decision_word(decision).to_owned(), share(before), share(after)]);
    }
    output::print(&table);
    let v = report.verdicts;
    if v.same + v.opposite + v.undecided > 0 {
        output::line!(
            "Decided by a human: {} would now be decided the same way, {} the other way, {} would still need one.",
            v.same,
            v.opposite,
            v.undecided
        );
    }
    output::line!(
        "{} decisions would change{}",
        report.flips.len(),
        if report.flips.is_empty() { "." } else { ":" }
    );
    for flip in report.flips.iter().take(SHOWN) {
        let number = |score: Option<f64>| score.map_or_else(|| "no score".to_owned(), |s| format!("{s:.3}"));
        let reasons: Vec<_> = flip.reasons.iter().map(|r| r.code.word()).collect();
        output::line!(
            "  {}  {} → {}  ({} → {}): {}",
            flip.verification,
            output::decision_word(flip.before),
            output::decision_word(flip.after),
            number(flip.score_before),
            number(flip.score_after),
            reasons.join(", ")
        );
    }
    if report.flips.len() > SHOWN {
        output::line!("  … and {} more; --json has them all", report.flips.len() - SHOWN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_proposed_takes_the_place_of_what_is() {
        let of = |value: Value| merge(Weights::default(), value.as_object().unwrap());
        assert_eq!(of(json!({"age_weight": 3})).unwrap().age_weight, 3.0);
        assert!(of(json!({"age_weight": "3"})).unwrap_err().contains("age_weight"));
        assert!(of(json!({"agewaight": 3})).unwrap_err().contains("agewaight"));
    }
}
