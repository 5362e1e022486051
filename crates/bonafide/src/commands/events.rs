//! `bonafide events`: what happened, and telling it again.

use serde_json::{Value, json};

use super::{
    CommandResult,
    remote::{Remote, text},
};
use crate::{config::block_on, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// The latest events, newest first
    List {
        /// Only of this type, for instance verification.approved
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<String>,
        /// Only of this verification, applicant or webhook
        #[arg(long, value_name = "ID")]
        subject: Option<String>,
        /// At or after this time, for instance 2026-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Before this time
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// How many, at most 200
        #[arg(long, default_value_t = 50)]
        limit: u32,
        #[command(flatten)]
        remote: Remote,
    },
    /// One event, with its messages
    Show {
        id: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Send events again to every webhook that wants them
    Replay {
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        match args.action {
            Action::List { kind, subject, from, until, limit, remote } => {
                let given = [("type", kind), ("subject", subject), ("from", from), ("until", until)];
                let mut query: Vec<(&str, String)> =
                    given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
                query.extend([("limit", limit.to_string()), ("order", "newest".to_owned())]);
                let page = remote.connect()?.get("/console/events", &query).await?;
                if remote.json {
                    return Ok(output::json(&page)?);
                }
                rows(&page["data"]);
            }
            Action::Show { id, remote } => {
                let event = remote.connect()?.get(&format!("/console/events/{id}"), &[]).await?;
                output::json(&event)?;
            }
            Action::Replay { ids, remote } => {
                let server = remote.connect()?;
                let mut done = vec![];
                for id in ids {
                    let answer = server.post(&format!("/console/events/{id}/resend"), json!({})).await?;
                    if !remote.json {
                        anstream::println!("{id}: {} on the way", messages(&answer));
                    }
                    done.push(json!({"id": id, "messages": answer["messages"]}));
                }
                if remote.json {
                    output::json(&done)?;
                }
            }
        }
        Ok(())
    })
}

fn messages(answer: &Value) -> String {
    match answer["messages"].as_u64().unwrap_or_default() {
        1 => "1 message".to_owned(),
        n => format!("{n} messages"),
    }
}

fn rows(events: &Value) {
    let all = events.as_array().cloned().unwrap_or_default();
    if all.is_empty() {
        anstream::println!("Nothing has happened yet.");
        return;
    }
    let mut table = output::table(["time", "type", "event", "subject", "no."]);
    for e in &all {
        table.add_row(["occurred_at", "type", "id", "subject", "sequence"].map(|field| text(e, field)));
    }
    output::print(&table);
}
