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
    List(List),
    /// One event, with its messages; always as JSON
    Show {
        /// The event, with or without evt_
        id: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Send events again to every webhook that wants them
    Replay {
        /// The events, with or without evt_
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(clap::Args)]
struct List {
    /// Only of this type, for instance verification.approved
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only of this verification, applicant, client or webhook
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// At or after this time, for instance 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only those before this position: how the list goes on, as `next` in JSON
    #[arg(long, value_name = "POSITION")]
    before: Option<i64>,
    /// How many, at most 200
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        match args.action {
            Action::List(asked) => list(asked).await,
            Action::Show { id, remote } => {
                let event = remote.connect()?.get(&format!("/console/events/{id}"), &[]).await?;
                Ok(output::json(&event)?)
            }
            Action::Replay { ids, remote } => replay(&ids, &remote).await,
        }
    })
}

async fn list(asked: List) -> CommandResult {
    let List { kind, subject, from, until, before, limit, remote } = asked;
    let before = before.map(|position| position.to_string());
    // With the newest first, what comes after a position lies before it in time.
    let given = [("type", kind), ("subject", subject), ("from", from), ("until", until), ("after", before)];
    let mut query: Vec<(&str, String)> =
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let narrowed = !query.is_empty();
    query.extend([("limit", limit.to_string()), ("order", "newest".to_owned())]);
    let page = remote.connect()?.get("/console/events", &query).await?;
    if remote.json {
        return Ok(output::json(&page)?);
    }
    let all = page["data"].as_array().cloned().unwrap_or_default();
    if all.is_empty() {
        output::line!("{}", if narrowed { "No event is like that." } else { "Nothing has happened yet." });
        return Ok(());
    }
    let mut table = output::table(["time", "type", "event", "subject", "no."]);
    for e in &all {
        table.add_row(["occurred_at", "type", "id", "subject", "sequence"].map(|field| text(e, field)));
    }
    output::print(&table);
    if all.len() >= usize::from(limit) {
        output::line!("\nThere may be more: go on with --before {}.", text(&page, "next"));
    }
    Ok(())
}

async fn replay(ids: &[String], remote: &Remote) -> CommandResult {
    let server = remote.connect()?;
    let (mut done, mut ended) = (vec![], Ok(()));
    for id in ids {
        match server.post(&format!("/console/events/{id}/resend"), json!({})).await {
            Ok(answer) => {
                if !remote.json {
                    output::line!("{id}: {} on the way", messages(&answer));
                }
                done.push(json!({"id": id, "messages": answer["messages"]}));
            }
            Err(refused) => {
                ended = Err(format!("{id}: {refused}").into());
                break;
            }
        }
    }
    // Also when one was refused: those before it are on the way.
    if remote.json {
        output::json(&done)?;
    }
    ended
}

/// How many messages an answer speaks of, in words.
pub(super) fn messages(answer: &Value) -> String {
    match answer["messages"].as_u64().unwrap_or_default() {
        1 => "1 message".to_owned(),
        n => format!("{n} messages"),
    }
}
