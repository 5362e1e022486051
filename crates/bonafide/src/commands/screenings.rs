//! `bonafide screenings`: the log of what was searched in the lists, and what a reviewer says of it.

use std::io::{self, Write};

use bonafide_core::{
    id::{OrganizationId, VerificationId},
    time::Timestamp,
};
use bonafide_engine::{
    Engine,
    access::{self, OrganizationInfo},
    reads,
    screening::{Dismissing, Logged, Purpose, dismiss_as_operator, page},
};
use serde_json::{Value, json};

use super::{
    CommandResult, keys,
    remote::{beside, is_in_use},
};
use crate::{
    config::{Flags, block_on},
    output::{self, unformula},
};

type Failure = Box<dyn std::error::Error>;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Print the log: when, who was asked for, in which lists, what was hit and why, of verifications and of clients who are
    /// compared with the lists beside them. Holds personal data
    Export {
        #[arg(long, default_value = "csv")]
        format: Form,
        /// Only since this day or time: 2026-09-01, or 2026-09-01T08:00:00Z
        #[arg(long)]
        since: Option<String>,
        /// Only this organization, by id or name [default: all]
        #[arg(long)]
        organization: Option<String>,
        #[command(flatten)]
        flags: Flags,
    },
    /// Say that a hit is somebody else: it does not count for this person until the time given or until its entry changes
    Dismiss {
        /// The verification
        verification: String,
        /// The list, as the log names it
        list: String,
        /// The number of the entry, as the log gives it
        entry: String,
        /// Why it is somebody else; kept sealed with the person
        #[arg(long)]
        reason: String,
        /// When the hit counts again: a day, or a time
        #[arg(long)]
        until: String,
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Csv,
    Json,
}

fn time(text: &str) -> Result<Timestamp, Failure> {
    let time = Timestamp::parse(text).or_else(|| Timestamp::start_of_day(text));
    time.ok_or_else(|| "a time is a day (2026-09-01) or 2026-09-01T08:00:00Z".into())
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        match args.action {
            Action::Export { format, since, organization, flags } => {
                let since = since.as_deref().map_or(Ok(Timestamp(0)), time)?;
                // To write down who took it; a server that has the database to itself does that.
                let looking = keys::look(&flags).await?;
                let engine = match keys::open(&flags).await {
                    Err(error) if is_in_use(&error) => looking,
                    other => {
                        looking.close().await;
                        other?
                    }
                };
                let done = export(&engine, format, since, organization.as_deref()).await;
                engine.close().await;
                done
            }
            Action::Dismiss { verification, list, entry, reason, until, flags, json } => {
                let id: VerificationId =
                    verification.parse().map_err(|_| "this is no id of a verification")?;
                let what = Dismissing { list: &list, entry: &entry, reason: &reason, until: time(&until)? };
                let left = match keys::open(&flags).await {
                    Ok(engine) => {
                        let left = dismiss_as_operator(&engine, id, &what).await;
                        engine.close().await;
                        left.map_err(told)?
                    }
                    Err(error) => {
                        let path = format!("/console/verifications/{id}/hits/{list}:{entry}/dismiss");
                        let body = json!({"reason": reason, "until": what.until.to_string()});
                        let answer = beside(&flags, error)?.post(&path, body).await?;
                        usize::try_from(answer["hits"].as_u64().unwrap_or_default())?
                    }
                };
                if json {
                    output::json(&json!({"verification": verification, "hits": left}))?;
                } else {
                    let then = match left {
                        0 => " If nothing else was waited for, the server decides anew.",
                        _ => "",
                    };
                    output::line!("Dismissed until {}; {left} hits still count.{then}", what.until);
                }
                Ok(())
            }
        }
    })
}

/// The sentence of an error, with the fields that are wrong.
fn told(error: bonafide_engine::Error) -> Failure {
    match error {
        bonafide_engine::Error::Invalid(problems) => {
            let all: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.field, p.message)).collect();
            all.join("; ").into()
        }
        other => other.into(),
    }
}

async fn export(engine: &Engine, form: Form, since: Timestamp, wanted: Option<&str>) -> CommandResult {
    let mut organizations = access::organizations(engine).await?;
    if let Some(wanted) = wanted {
        let id: Option<OrganizationId> = wanted.parse().ok();
        organizations.retain(|o| Some(o.id) == id || o.name == wanted);
        if organizations.is_empty() {
            return Err("there is no such organization".into());
        }
    }
    for organization in &organizations {
        let what = json!({"what": "screenings", "since": since.to_string()});
        reads::exported(engine, organization.id, what).await?;
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    match form {
        Form::Csv => out.write_all(&table([HEAD])?)?,
        Form::Json => out.write_all(b"[")?,
    }
    let mut first = true;
    for organization in &organizations {
        let mut last: Option<Logged> = None;
        loop {
            let found = page(engine, organization.id, since, last.as_ref()).await?;
            for logged in &found {
                if form == Form::Csv {
                    out.write_all(&table(rows(organization, logged))?)?;
                } else {
                    out.write_all(if first { b"\n" } else { b",\n" })?;
                    serde_json::to_writer(&mut out, &object(organization, logged))?;
                }
                first = false;
            }
            match found.into_iter().next_back() {
                Some(end) => last = Some(end),
                None => break,
            }
        }
    }
    if form == Form::Json {
        out.write_all(b"\n]\n")?;
    }
    out.flush()?;
    Ok(())
}

/// Rows as CSV.
fn table<R: AsRef<[u8]>>(rows: impl IntoIterator<Item: IntoIterator<Item = R>>) -> Result<Vec<u8>, Failure> {
    let mut lines = csv::Writer::from_writer(vec![]);
    for row in rows {
        lines.write_record(row)?;
    }
    lines.into_inner().map_err(|e| e.to_string().into())
}

const HEAD: [&str; 16] = [
    "time",
    "organization",
    "verification",
    "names",
    "birth_date",
    "countries",
    "threshold",
    "lists",
    "result",
    "list",
    "entry",
    "listed_name",
    "score",
    "dismissed",
    "explanation",
    // Last, for programs that know the columns before it by their places.
    "purpose",
];

/// The word for what somebody was searched for, and its id.
fn purpose(logged: &Logged) -> (&'static str, String) {
    match logged.purpose {
        Purpose::Verification(id) => ("verification", id.to_string()),
        Purpose::Aml(id) => ("aml_verification", id.to_string()),
    }
}

fn result(logged: &Logged) -> &'static str {
    match (logged.screened.hits.is_empty(), logged.screened.counting().next()) {
        (true, _) if logged.screened.trouble.is_some() => "not_assessed",
        (true, _) => "clear",
        (false, None) => "dismissed",
        (false, Some(_)) => "hits",
    }
}

fn object(organization: &OrganizationInfo, logged: &Logged) -> Value {
    let s = &logged.screened;
    let lists: Vec<Value> = s.lists.iter().map(|(n, h)| json!({"list": n, "sha256": h})).collect();
    let (purpose, id) = purpose(logged);
    json!({"time": logged.at.to_string(), "organization": organization.id, "verification": id, "purpose": purpose,
        "query": {"names": s.names, "birth_date": s.birth_date, "countries": s.countries}, "threshold": s.threshold,
        "lists": lists, "result": result(logged), "hits": s.hits})
}

/// A row for each hit, or one that says that there was none. Cells are made harmless for spreadsheets.
fn rows(organization: &OrganizationInfo, logged: &Logged) -> Vec<Vec<String>> {
    let s = &logged.screened;
    let lists: Vec<String> = s.lists.iter().map(|(name, sha256)| format!("{name} {sha256}")).collect();
    let (purpose, id) = purpose(logged);
    let asked = [
        logged.at.to_string(),
        organization.id.to_string(),
        id,
        s.names.join(" | "),
        s.birth_date.clone().unwrap_or_default(),
        s.countries.join(" | "),
        s.threshold.to_string(),
        lists.join(" | "),
        result(logged).to_owned(),
    ];
    let text = |hit: &Value, key: &str| hit[key].as_str().unwrap_or_default().to_owned();
    let of_hit = |hit: &Value| {
        let score = hit["score"].as_f64().map(|s| format!("{s:.4}")).unwrap_or_default();
        let dismissed = (hit["dismissed"] == true).to_string();
        [text(hit, "list"), text(hit, "id"), text(hit, "name"), score, dismissed, explanation(hit)]
    };
    let mut hits: Vec<[String; 6]> = s.hits.iter().map(of_hit).collect();
    if hits.is_empty() {
        hits.push(Default::default());
    }
    let last = purpose.to_owned();
    let row =
        |hit: [String; 6]| asked.iter().chain(&hit).chain([&last]).map(|cell| unformula(cell)).collect();
    hits.into_iter().map(row).collect()
}

/// `anna ~ ana: typo (0.75); eriksson ~ eriksson: same (1.00); birth_date agrees`.
fn explanation(hit: &Value) -> String {
    let all = |key: &str| hit[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let pair = |p: Value| {
        let (query, listed) = (text(&p, "query"), text(&p, "listed"));
        match p["because"].as_str() {
            Some(why) => {
                format!("{query} ~ {listed}: {why} ({:.2})", p["similarity"].as_f64().unwrap_or_default())
            }
            None if query.is_empty() => format!("{listed}: only on the list"),
            None => format!("{query}: only in the query"),
        }
    };
    let fact = |f: Value| {
        let agrees = f["agrees"].as_bool()?;
        Some(format!("{} {}", text(&f, "what"), if agrees { "agrees" } else { "differs" }))
    };
    let parts = all("pairs").into_iter().map(pair).chain(all("facts").into_iter().filter_map(fact));
    parts.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use bonafide_engine::screening::Screened;

    use super::*;

    #[test]
    fn requirement_23_rows_explain_each_hit_and_run_nothing() {
        let organization = OrganizationInfo {
            id: OrganizationId::from_uuid(Default::default()),
            name: "Acme".into(),
            sandbox: false,
            plan: "active".into(),
        };
        let hit = json!({"list": "house", "id": "=7", "name": "+ERIKSSON", "score": 0.875, "dismissed": true,
            "pairs": [{"query": "anna", "listed": "ana", "similarity": 0.75, "because": "typo"},
                {"query": "", "listed": "maria", "similarity": 0.0, "because": null}],
            "facts": [{"what": "birth_date", "agrees": true}, {"what": "country", "agrees": null}]});
        let screened = Screened {
            at: Timestamp(0),
            names: vec!["=HYPERLINK(1)".into()],
            birth_date: Some("1974-08-12".into()),
            countries: vec!["UTO".into()],
            threshold: 0.8,
            lists: vec![("house".into(), "ab".into())],
            hits: vec![hit],
            trouble: None,
        };
        let id: VerificationId = bonafide_core::id::Id::from_uuid(Default::default());
        let mut logged = Logged {
            id: bonafide_core::id::Id::from_uuid(Default::default()),
            purpose: Purpose::Verification(id),
            at: Timestamp(0),
            screened,
        };
        let row = rows(&organization, &logged).remove(0);
        assert_eq!(row.len(), HEAD.len());
        assert_eq!(
            (row[3].as_str(), row[10].as_str(), row[11].as_str()),
            ("'=HYPERLINK(1)", "'=7", "'+ERIKSSON")
        );
        assert_eq!(row[14], "anna ~ ana: typo (0.75); maria: only on the list; birth_date agrees");
        assert_eq!((row[8].as_str(), row[13].as_str()), ("dismissed", "true"));
        logged.screened.hits.clear();
        let rows = rows(&organization, &logged);
        assert_eq!((rows.len(), rows[0].len(), rows[0][8].as_str()), (1, HEAD.len(), "clear"));
        assert_eq!(
            (HEAD[15], rows[0][15].as_str(), rows[0][2].clone()),
            ("purpose", "verification", id.to_string())
        );
        logged.purpose = Purpose::Aml(bonafide_core::id::Id::from_uuid(Default::default()));
        assert_eq!(super::rows(&organization, &logged)[0][15], "aml_verification");
        assert_eq!(object(&organization, &logged)["purpose"], "aml_verification");
    }
}
