//! How commands print: tables for people, JSON for programs.

use std::{
    fmt::{Arguments, Display},
    io::{ErrorKind, Write as _},
};

use anstyle::{AnsiColor, Style};
use bonafide_core::{
    decision::{Assessment, Decision},
    document::{DocumentReading, Source},
    finding::{Finding, Outcome},
};
use comfy_table::{Table, presets};
use serde::Serialize;

/// Status of a program whose output nobody reads any more: what a shell shows of one that SIGPIPE ended (128 + 13).
pub(crate) const READER_GONE: u8 = 141;

/// Prints a line on standard output. Whoever closed the other end (`| head`) has seen enough, and the command ends there.
macro_rules! line {
    ($($text:tt)+) => {
        $crate::output::say(format_args!($($text)+))
    };
}
pub(crate) use line;

pub(crate) fn say(text: Arguments<'_>) {
    match writeln!(anstream::stdout(), "{text}") {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(READER_GONE.into()),
        Err(error) => {
            anstream::eprintln!("error: cannot write the output: {error}");
            std::process::exit(1);
        }
    }
}

/// Whether a command failed because nobody reads its output any more.
pub(crate) fn is_reader_gone(error: &(dyn std::error::Error + 'static)) -> bool {
    let csv = || match error.downcast_ref::<csv::Error>()?.kind() {
        csv::ErrorKind::Io(error) => Some(error.kind()),
        _ => None,
    };
    error.downcast_ref::<std::io::Error>().map(std::io::Error::kind).or_else(csv)
        == Some(ErrorKind::BrokenPipe)
}

pub(crate) fn json(value: &impl Serialize) -> Result<(), serde_json::Error> {
    line!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// How far long work is; nothing where standard error is no terminal.
pub(crate) fn progress(steps: u64) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(steps);
    if let Ok(style) = indicatif::ProgressStyle::with_template("[{bar:24}] {pos}/{len} {elapsed} {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// A table without frames.
pub(crate) fn table<const N: usize>(head: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head);
    table
}

pub(crate) fn print(table: &Table) {
    line!("{}", table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
}

/// The word an enum has on the wire.
pub(crate) fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Coloured on a terminal only: `anstream` strips the codes elsewhere.
pub(crate) fn coloured(text: impl Display, colour: AnsiColor) -> String {
    let style = Style::new().fg_color(Some(colour.into()));
    format!("{style}{text}{style:#}")
}

pub(crate) fn outcome_colour(outcome: Outcome) -> AnsiColor {
    match outcome {
        Outcome::Clear => AnsiColor::Green,
        Outcome::Consider => AnsiColor::Yellow,
        Outcome::Fail => AnsiColor::Red,
        Outcome::NotAssessed => AnsiColor::BrightBlack,
    }
}

pub(crate) fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "approved",
        Decision::Decline => "declined",
        Decision::Retry => "retry_required",
        Decision::Review => "review_required",
        Decision::GiveUp => "inconclusive",
    }
}

pub(crate) fn reading(reading: &DocumentReading) {
    let issuer = reading.issuer.as_deref().unwrap_or("unknown issuer");
    line!("Document: {} ({issuer})\n", word(reading.document_type));
    let mut table = table(["field", "value", "source", "confidence"]);
    for (name, fields) in &reading.fields {
        for field in fields {
            table.add_row([
                word(name),
                field.value.clone(),
                format!("{} ({})", word(field.source), word(field.side)),
                format!("{:.2}", field.confidence),
            ]);
        }
    }
    print(&table);
    let known = reading.fields.values().flatten().any(|f| f.source == Source::Barcode);
    if let Some(text) = reading.barcode.as_ref().filter(|_| !known) {
        line!("\nA barcode of no known kind is there, of {} characters", text.chars().count());
    }
}

pub(crate) fn findings(findings: &[Finding]) {
    let number = |n: Option<f64>| n.map_or_else(|| "–".to_owned(), |n| format!("{n:.3}"));
    line!("\nFindings\n");
    // Colour goes in after the table is set: its codes would count as width.
    let mut table = table(["check", "side", "outcome", "score", "needs", "why"]);
    for f in findings {
        let why: Vec<&str> = f.reasons.iter().map(|r| r.detail.as_str()).collect();
        table.add_row([
            word(f.check),
            f.side.map(word).unwrap_or_default(),
            word(f.outcome),
            number(f.score),
            number(f.threshold),
            why.join("; "),
        ]);
    }
    let mut lines = table.to_string().lines().map(|l| l.trim_end().to_owned()).collect::<Vec<_>>();
    for (line, f) in lines.iter_mut().skip(1).zip(findings) {
        let outcome = word(f.outcome);
        *line = line.replacen(&outcome, &coloured(&outcome, outcome_colour(f.outcome)), 1);
    }
    line!("{}", lines.join("\n"));
}

pub(crate) fn assessment(judged: &Assessment) {
    let colour = match judged.decision {
        Decision::Approve => AnsiColor::Green,
        Decision::Decline => AnsiColor::Red,
        Decision::Retry | Decision::Review | Decision::GiveUp => AnsiColor::Yellow,
    };
    let score = judged.score.map_or_else(|| "no score".to_owned(), |s| format!("score {s:.3}"));
    let decision = coloured(decision_word(judged.decision), colour);
    line!("\nDecision: {decision} ({score}, needs {:.3})", judged.threshold);
    for reason in &judged.reasons {
        line!("  - {}: {}", reason.code, reason.detail);
    }
}

/// A cell of a table for people: a spreadsheet runs what begins like a formula, so that gets an apostrophe before it.
pub(crate) fn unformula(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn formulas_are_text() {
        for formula in ["=cmd()", "+1", "-1", "@x", "\t=1", "\r=1"] {
            assert_eq!(super::unformula(formula), format!("'{formula}"));
        }
        assert_eq!(super::unformula("Ana"), "Ana");
    }
}
