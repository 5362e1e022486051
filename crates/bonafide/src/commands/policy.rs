//! `bonafide policy`: what a verification must have, of a running server.

use std::path::PathBuf;

use bonafide_core::decision::Decision;
use serde_json::{Map, Value, json};

use super::{
    CommandResult, printable,
    remote::{Remote, text},
};
use crate::{config::block_on, output};

/// Changed decisions that are printed; `--json` has up to a hundred.
const SHOWN: usize = 20;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Every version that was set, newest first
    List {
        /// Only of this name
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// The policy in force, or one version; as JSON
    Show {
        /// The name of a policy [default: default]
        name: Option<String>,
        /// A version instead; `bonafide policy list` shows them
        #[arg(long, value_name = "ID", conflicts_with_all = ["name", "client", "user"])]
        id: Option<String>,
        /// For this key or OAuth client
        #[arg(long, value_name = "ID")]
        client: Option<String>,
        /// For this user of yours
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// The policies that the product brings along; with --json what they hold
    Presets {
        #[command(flatten)]
        remote: Remote,
    },
    /// What a policy would have decided about past sessions; nothing is changed
    Test {
        #[command(flatten)]
        proposal: Proposal,
        #[command(flatten)]
        remote: Remote,
    },
    /// Set a policy for verifications from now on, after showing what it would have decided about past ones
    Set {
        #[command(flatten)]
        proposal: Proposal,
        /// Set it although it asks less than the one in force, or would have let somebody through
        #[arg(long)]
        accept_weaker: bool,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(clap::Args)]
struct Proposal {
    /// JSON with what differs from the preset; docs/policy.md explains each member
    file: Option<PathBuf>,
    /// What the members that the file leaves out are taken from: basic, standard, strict or age_only
    #[arg(long, default_value = "standard", value_name = "PRESET")]
    preset: String,
    /// The policy's name; verifications that name none have the default one
    #[arg(long, default_value = "default", value_name = "NAME")]
    name: String,
    /// Only for this key or OAuth client
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Only for this user of yours
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Look back on sessions judged since then, for instance 2026-01-31T12:00:00Z [default: a month ago]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
}

impl Proposal {
    fn body(&self) -> Result<Value, Box<dyn std::error::Error>> {
        let mut body = json!({"name": self.name, "preset": self.preset});
        if let Some(file) = &self.file {
            let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
            let text = std::fs::read_to_string(file).map_err(|e| told(&e))?;
            let change: Map<String, Value> = serde_json::from_str(&text).map_err(|e| told(&e))?;
            body["policy"] = change.into();
        }
        for (name, value) in [("client_id", &self.client), ("user_id", &self.user), ("since", &self.since)] {
            if let Some(value) = value {
                body[name] = value.clone().into();
            }
        }
        Ok(body)
    }
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(go(args.action))
}

async fn go(action: Action) -> CommandResult {
    match action {
        Action::List { name, remote } => list(name, &remote).await,
        Action::Show { name, id, client, user, remote } => {
            let server = remote.connect()?;
            let found = match id {
                Some(id) => server.get(&format!("/console/policies/{id}"), &[]).await?,
                None => {
                    let asked = [("name", name), ("client_id", client), ("user_id", user)];
                    let query: Vec<_> = asked.into_iter().filter_map(|(n, v)| Some((n, v?))).collect();
                    server.get("/console/policies/current", &query).await?
                }
            };
            Ok(output::json(&found)?)
        }
        Action::Presets { remote } => {
            let found = remote.connect()?.get("/console/policies/presets", &[]).await?;
            if remote.json {
                return Ok(output::json(&found)?);
            }
            let mut table = output::table(["preset", "for"]);
            for preset in found["data"].as_array().into_iter().flatten() {
                table.add_row(["name", "about"].map(|field| printable(&text(preset, field))));
            }
            output::print(&table);
            Ok(())
        }
        Action::Test { proposal, remote } => {
            let body = proposal.body()?;
            let report = remote.connect()?.post("/console/policies/backtest", body).await?;
            if remote.json {
                return Ok(output::json(&report)?);
            }
            print(&report);
            Ok(())
        }
        Action::Set { proposal, accept_weaker, remote } => {
            let mut body = proposal.body()?;
            body["accept_weaker"] = accept_weaker.into();
            let done = remote.connect()?.post("/console/policies", body).await?;
            if remote.json {
                return Ok(output::json(&done)?);
            }
            print(&done["backtest"]);
            let set = &done["policy"];
            output::line!(
                "Version {} of policy {} is in force ({}).",
                text(set, "version"),
                printable(&text(set, "name")),
                text(set, "id")
            );
            Ok(())
        }
    }
}

async fn list(name: Option<String>, remote: &Remote) -> CommandResult {
    let (server, mut all, mut skip) = (remote.connect()?, vec![], "0".to_owned());
    loop {
        let mut query = vec![("skip", skip)];
        query.extend(name.clone().map(|name| ("name", name)));
        let page = server.get("/console/policies", &query).await?;
        all.extend(page["data"].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => skip = next.to_owned(),
            None => break,
        }
    }
    if remote.json {
        return Ok(output::json(&json!({"data": all}))?);
    }
    if all.is_empty() {
        output::line!(
            "There are none: the preset `standard` is in force; `bonafide policy set` sets another."
        );
        return Ok(());
    }
    let fields = ["id", "name", "version", "client_id", "user_id", "created_at"];
    let mut table = output::table(["id", "name", "version", "client", "user", "created"]);
    for row in &all {
        table.add_row(fields.map(|field| printable(&text(row, field))));
    }
    output::print(&table);
    Ok(())
}

fn print(report: &Value) {
    let number = |field: &str| report[field].as_u64().unwrap_or_default();
    let weaker: Vec<&str> =
        report["weaker"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !weaker.is_empty() {
        output::line!("Asks less than the policy in force: {}.", weaker.join(", "));
    }
    output::line!("{} sessions since {} judged again.", number("sessions"), text(report, "since"));
    for (field, what) in [
        ("skipped", "were stored by another version of this program and left out"),
        ("unread", "are judged by what was found then: what was read is gone"),
    ] {
        if number(field) > 0 {
            output::line!("{} {what}.", number(field));
        }
    }
    if number("sessions") == 0 {
        return;
    }
    let mut table = output::table(["decision", "as it was", "as it would be"]);
    for decision in Decision::ALL {
        let of = |counts: &str| report[counts][decision.as_str()].as_u64().unwrap_or_default().to_string();
        table.add_row([output::decision_word(decision).to_owned(), of("before"), of("after")]);
    }
    output::print(&table);
    output::line!(
        "{} that were stopped would be let through, {} that were approved would be stopped.",
        number("let_through"),
        number("stopped")
    );
    let changed = report["changed"].as_array().cloned().unwrap_or_default();
    for one in changed.iter().take(SHOWN) {
        let reasons: Vec<&str> =
            one["reasons"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        output::line!(
            "  {}  {} → {}: {}",
            text(one, "id"),
            text(one, "before"),
            text(one, "after"),
            reasons.join(", ")
        );
    }
    if changed.len() > SHOWN {
        output::line!("  … and more; --json has up to a hundred");
    }
}
