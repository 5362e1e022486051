//! `bonafide lists status`: whether the lists can be relied on, and how far everybody is screened against them.

use bonafide_core::time::{Clock, Timestamp};
use bonafide_engine::{screening, world::SystemClock};
use bonafide_screening::{
    snapshot::{Error, Snapshot, Store},
    standing::Stale,
};
use serde_json::{Value, json};

use crate::{
    commands::{CommandResult, keys, remote::Remote},
    config::{Config, Flags, block_on},
    output,
};

/// One list, as it is printed.
struct Line {
    list: String,
    /// `ok`, `stale`, `damaged`, `not_updated` or `missing`.
    state: &'static str,
    detail: String,
    about: Option<Snapshot>,
}

pub(super) fn run(flags: &Flags, url: Option<String>, key: Option<String>, as_json: bool) -> CommandResult {
    let config = Config::load(flags, json!({}))?;
    let now = SystemClock.now();
    let lines = lines(&config, now)?;
    let people = match url.filter(|_| key.is_some()) {
        Some(url) => asked(url, key)?,
        None => counted(flags, &config),
    };
    let bad = lines.iter().filter(|l| l.state != "ok").count();
    if as_json {
        let lists: Vec<Value> = lines.iter().map(|l| row(l, now)).collect();
        let nothing = lines.is_empty();
        output::json(&json!({"ok": bad == 0 && !nothing, "lists": lists, "people": people}))?;
    } else {
        print(&lines, now, &people);
    }
    match bad {
        _ if lines.is_empty() => Err("no list is there, so nobody is screened".into()),
        0 => Ok(()),
        n => Err(format!("{n} of {} lists cannot be relied on", lines.len()).into()),
    }
}

/// What cannot be relied on of the lists that are here or should be; `None` where there are none.
pub(in crate::commands) fn unreliable(
    config: &Config,
) -> Result<Option<Vec<String>>, Box<dyn std::error::Error>> {
    let lines = lines(config, SystemClock.now())?;
    let bad = lines.iter().filter(|l| l.state != "ok");
    let bad = bad.map(|l| format!("{} is {}: {}", l.list, l.state, l.detail)).collect();
    Ok((!lines.is_empty()).then_some(bad))
}

/// Each list that is here, and in a few words its format and its age.
pub(in crate::commands) fn ages(
    config: &Config,
) -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
    let now = SystemClock.now();
    let of = |line: Line| {
        let about = line.about?;
        let days = match about.standing.age_days(now.0) {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        };
        let published = about.published.map(|date| format!(", published {date}")).unwrap_or_default();
        Some((line.list, format!("{}, confirmed {days} ago{published}", about.format.as_str())))
    };
    Ok(lines(config, now)?.into_iter().filter_map(of).collect())
}

fn lines(config: &Config, now: Timestamp) -> Result<Vec<Line>, Error> {
    let store = Store::new(config.lists_dir());
    let mut lines: Vec<Line> = vec![];
    for (list, read) in store.each()? {
        lines.push(line(list, read.map(|(snapshot, _)| snapshot), now, config.list_max_age_days));
    }
    for list in config.lists.keys() {
        if !lines.iter().any(|l| l.list == *list) {
            let tried =
                store.standing(list).and_then(|s| s.failed).map(|f| format!("; the last update: {}", f.why));
            let detail = format!("named by the settings and not there{}", tried.unwrap_or_default());
            lines.push(Line { list: list.clone(), state: "missing", detail, about: None });
        }
    }
    Ok(lines)
}

fn line(list: String, read: Result<Snapshot, Error>, now: Timestamp, max_age_days: i64) -> Line {
    let about = match read {
        Ok(about) => about,
        Err(error) => {
            return Line { list, state: "damaged", detail: error.to_string(), about: None };
        }
    };
    let (state, detail) = match about.standing.stale(about.published.as_deref(), now.0, max_age_days) {
        Some(Stale::Unconfirmed(days)) => ("stale", format!("last confirmed {days} days ago")),
        Some(Stale::Published(days)) => ("stale", format!("published {days} days ago")),
        None => match &about.standing.failed {
            Some(failed) => ("not_updated", failed.why.clone()),
            None => ("ok", String::new()),
        },
    };
    Line { list, state, detail, about: Some(about) }
}

fn row(line: &Line, now: Timestamp) -> Value {
    let mut row = line.about.as_ref().and_then(|s| serde_json::to_value(s).ok()).unwrap_or_else(|| json!({}));
    row["list"] = json!(line.list);
    row["state"] = json!(line.state);
    row["detail"] = json!(line.detail);
    if let Some(s) = &line.about {
        row["sha256"] = json!(s.sha256);
        row["confirmed_at"] = json!(Timestamp(s.standing.confirmed_at).to_string());
        row["age_days"] = json!(s.standing.age_days(now.0));
    }
    row
}

fn print(lines: &[Line], now: Timestamp, people: &Value) {
    if lines.is_empty() {
        output::line!("No list is searched; `bonafide lists import NAME FILE…` takes one in.");
        return;
    }
    let mut table =
        output::table(["list", "state", "format", "published", "days old", "entries", "names", "sha256"]);
    for l in lines {
        let cells = l.about.as_ref().map(|s| {
            let age = s.standing.age_days(now.0).to_string();
            let published = s.published.clone().unwrap_or_default();
            [
                s.format.as_str().to_owned(),
                published,
                age,
                s.entries.to_string(),
                s.names.to_string(),
                s.sha256.clone(),
            ]
        });
        let mut row = vec![l.list.clone(), l.state.to_owned()];
        row.extend(cells.unwrap_or_default());
        table.add_row(row);
    }
    output::print(&table);
    for l in lines.iter().filter(|l| !l.detail.is_empty()) {
        output::line!("  - {}: {}", l.list, l.detail);
    }
    match people.get("total").and_then(Value::as_i64) {
        Some(total) => output::line!(
            "{} of {total} standing people are screened against these versions ({} against lists that are too old, {} \
             without a name, {} that cannot be read).",
            people["done"],
            people["stale"],
            people["nameless"],
            people["failed"]
        ),
        None => {
            output::line!("How far everybody is screened: {}", people["unknown"].as_str().unwrap_or_default())
        }
    }
}

/// Of all organizations, out of the database.
fn counted(flags: &Flags, config: &Config) -> Value {
    if config.sqlite_file().ok().flatten().is_some_and(|file| !file.exists()) {
        return json!({"unknown": "there is no database yet"});
    }
    let counted = block_on(async {
        let engine = keys::look(flags).await?;
        let all = screening::progress_by_organization(&engine).await;
        engine.close().await;
        Ok(all?)
    });
    match counted {
        Ok(all) => {
            let sum = |of: fn(&screening::Progress) -> i64| all.iter().map(|(_, p)| of(p)).sum::<i64>();
            json!({"total": sum(|p| p.total), "done": sum(|p| p.done), "stale": sum(|p| p.stale),
                "nameless": sum(|p| p.nameless), "failed": sum(|p| p.failed)})
        }
        Err(error) => {
            let why = bonafide_core::problem::with_causes(&*error);
            json!({"unknown": format!("{why}; --url and --key ask the server that runs")})
        }
    }
}

/// Of the organization of a key, at a running server.
fn asked(url: String, key: Option<String>) -> Result<Value, Box<dyn std::error::Error>> {
    let api = Remote::new(url, key).connect()?;
    let answer = block_on(async { Ok(api.get("/console/screening", &[]).await?) })?;
    Ok(answer["people"].clone())
}
