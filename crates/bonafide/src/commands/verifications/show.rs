//! A verification for people who read.

use anstyle::AnsiColor;
use serde_json::Value;

use super::{printable, text};
use crate::output;

/// All of it, the answer to "what now" last.
pub(super) fn whole(v: &Value) {
    head(v);
    fields(&v["document"]);
    findings(v);
    points(v);
    hits(&v["screening"]);
    earlier(v);
    decisions(v);
    flip(&v["would_flip"]);
    next(v);
}

fn items<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn number(value: &Value, field: &str) -> String {
    value[field].as_f64().map_or_else(|| "–".to_owned(), |n| format!("{n:.3}"))
}

fn words(value: &Value, field: &str) -> String {
    items(value, field).iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

fn head(v: &Value) {
    let colour = match v["status"].as_str() {
        Some("approved") => AnsiColor::Green,
        Some("declined") => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    output::line!("{}  {}", text(v, "id"), output::coloured(text(v, "status"), colour));
    for (name, field) in [
        ("kind", "kind"),
        ("api", "api"),
        ("client", "client"),
        ("user", "user_id"),
        ("identity", "identity"),
        ("document", "document_type"),
        ("created", "created_at"),
        ("judged", "judged_at"),
        ("completed", "completed_at"),
        ("attempt", "attempt"),
        ("score", "score"),
    ] {
        let value = printable(&text(v, field));
        if !value.is_empty() {
            output::line!("  {name:<10} {value}");
        }
    }
    if v["anonymized"] == true {
        output::line!("  What says who the person is was erased.");
    }
}

fn fields(document: &Value) {
    let all = items(document, "fields");
    if all.is_empty() {
        return;
    }
    output::line!("\nDocument: {} ({})\n", text(document, "type"), printable(&text(document, "issuer")));
    let mut table = output::table(["field", "value", "source", "confidence", ""]);
    for field in all {
        let from = format!("{} ({})", text(field, "source"), text(field, "side"));
        let best = if field["best"] == true { "counts" } else { "" };
        let confidence = field["confidence"].as_f64().map_or_else(String::new, |c| format!("{c:.2}"));
        table.add_row([
            text(field, "name"),
            printable(&text(field, "value")),
            from,
            confidence,
            best.to_owned(),
        ]);
    }
    output::print(&table);
}

fn findings(v: &Value) {
    let all = items(v, "findings");
    if all.is_empty() {
        return;
    }
    output::line!("\nFindings\n");
    let mut table = output::table(["check", "side", "outcome", "score", "needs", "on failure", "why"]);
    for f in all {
        let why: Vec<String> = items(f, "reasons").iter().map(|r| printable(&text(r, "detail"))).collect();
        table.add_row([
            text(f, "check"),
            text(f, "side"),
            text(f, "outcome"),
            number(f, "score"),
            number(f, "threshold"),
            text(f, "consequence"),
            why.join("; "),
        ]);
    }
    output::print(&table);
}

/// Of the machine's last decision.
fn points(v: &Value) {
    let newest = items(v, "decisions").iter().rev().find(|d| d["by"] == "machine");
    let Some(judged) = newest.map(|d| &d["machine"]["judged"]) else { return };
    let all = items(judged, "signals");
    if all.is_empty() {
        return;
    }
    output::line!("\nPoints: {} of 1, needs {}\n", number(judged, "score"), number(judged, "threshold"));
    let mut table = output::table(["signal", "value", "points", "of"]);
    for s in all {
        let weight = s["weight"].as_f64().unwrap_or_default();
        let points = s["points"].as_f64().unwrap_or_default();
        table.add_row([text(s, "name"), number(s, "value"), format!("{points:.1}"), format!("{weight:.1}")]);
    }
    output::print(&table);
}

fn hits(screening: &Value) {
    if screening.is_null() {
        return;
    }
    let lists: Vec<String> = items(screening, "lists").iter().map(|l| text(l, "name")).collect();
    let all = items(screening, "hits");
    output::line!(
        "\nScreened at {} in {}: {} of {} hits count",
        text(screening, "at"),
        lists.join(", "),
        text(screening, "counting"),
        all.len()
    );
    if all.is_empty() {
        return;
    }
    let mut table = output::table(["hit", "name", "score", "agrees", "differs", "dismissed"]);
    for hit in all {
        let facts = |agrees: bool| {
            let all = items(hit, "facts").iter().filter(|f| f["agrees"] == agrees);
            all.map(|f| text(f, "what")).collect::<Vec<_>>().join(", ")
        };
        let dismissed = match &hit["dismissal"] {
            Value::Null if hit["dismissed"] == true => "yes".to_owned(),
            Value::Null => String::new(),
            said => format!("until {}: {}", text(said, "until"), printable(&text(said, "reason"))),
        };
        table.add_row([
            printable(&text(hit, "id")),
            printable(&text(hit, "name")),
            number(hit, "score"),
            facts(true),
            facts(false),
            dismissed,
        ]);
    }
    output::line!("");
    output::print(&table);
}

fn earlier(v: &Value) {
    let all = items(v, "earlier");
    if all.is_empty() {
        return;
    }
    output::line!("\nThe same face or document before\n");
    let mut table = output::table([
        "at",
        "id",
        "status",
        "face",
        "same number",
        "name",
        "same birth date",
        "contradicts",
    ]);
    for e in all {
        let said = |field: &str| match e[field].as_bool() {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => "–".to_owned(),
        };
        table.add_row([
            text(e, "at"),
            text(e, "id"),
            text(e, "status"),
            number(e, "face"),
            said("same_number"),
            number(e, "name"),
            said("birth_date"),
            words(e, "contradictions"),
        ]);
    }
    output::print(&table);
}

fn decisions(v: &Value) {
    let all = items(v, "decisions");
    if all.is_empty() {
        return;
    }
    output::line!("\nDecisions\n");
    let mut table = output::table(["at", "by", "decision", "why", "note"]);
    for d in all {
        let human = &d["human"];
        let by = if human.is_null() { "machine".to_owned() } else { printable(&text(human, "reviewer")) };
        let outcome = match d["decided"].as_bool() {
            Some(false) => format!("{} (proposed)", text(d, "outcome")),
            _ => text(d, "outcome"),
        };
        let reasons = items(&d["machine"]["judged"], "reasons").iter().map(|r| text(r, "code"));
        let mut codes: Vec<String> = vec![];
        for code in reasons {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        let why = if human.is_null() { codes.join(", ") } else { text(human, "reason") };
        table.add_row([text(d, "at"), by, outcome, why, printable(&text(human, "note"))]);
    }
    output::print(&table);
}

fn flip(would: &Value) {
    if would.is_null() {
        return;
    }
    let change = |c: &Value| {
        let what = if c["tolerance"].is_string() {
            text(c, "tolerance")
        } else {
            format!("the score of {} {}", text(c, "check"), text(c, "side")).trim().to_owned()
        };
        format!("{what} from {} to {}", number(c, "from"), number(c, "to"))
    };
    let (obstacles, score, depends) =
        (items(would, "obstacles"), items(would, "score"), items(would, "depends_on"));
    if !obstacles.is_empty() || !depends.is_empty() || !score.is_empty() {
        output::line!("\nWhat would flip the machine's decision\n");
    }
    for o in obstacles {
        let side = text(o, "side");
        let place = if side.is_empty() { String::new() } else { format!(" ({side})") };
        let outcome = o["outcome"].as_str().unwrap_or("did not run");
        let by = match &o["tolerance"] {
            Value::Null => String::new(),
            c => format!("; clear with {}", change(c)),
        };
        output::line!(
            "  - {}{place}: {outcome}, leads to {}{by} [{}]",
            text(o, "check"),
            text(o, "leads_to"),
            words(o, "reasons")
        );
    }
    if !score.is_empty() {
        output::line!("  By the score, each alone:");
        for c in score.iter().take(5) {
            output::line!("  - {}", change(c));
        }
    }
    if !depends.is_empty() {
        let all: Vec<String> =
            depends.iter().map(|d| format!("{} ({})", text(d, "check"), text(d, "leads_to"))).collect();
        output::line!("  It depends on {}", all.join(", "));
    }
}

fn next(v: &Value) {
    let (id, possible) = (text(v, "id"), words(v, "possible"));
    if let Some(proposal) = v["proposal"].as_str() {
        output::line!("\nA proposal ({proposal}) waits for the word of another key.");
    }
    if possible.is_empty() {
        return;
    }
    output::line!("\nPossible now: {possible}");
    if possible.contains("approve") {
        let seen = text(v, "decision");
        output::line!(
            "  bonafide verifications review {id} approve --reason evidence_in_order --seen {seen}"
        );
    } else if possible.contains("reopen") {
        output::line!("  bonafide verifications reopen {id} --reason new_information");
    }
}
