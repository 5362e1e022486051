//! `bonafide webhooks`: where events are sent, and what became of them.

use serde_json::{Map, Value, json};

use super::{
    CommandResult,
    events::messages,
    printable,
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
    /// All webhooks and how they do
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Register one; its secret is printed once
    Create(Create),
    /// One webhook; always as JSON
    Show {
        /// The webhook; `bonafide webhooks list` shows them
        id: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Switch one on; what waited is sent
    On {
        /// The webhook; `bonafide webhooks list` shows them
        id: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Switch one off; what waits goes on waiting
    Off {
        /// The webhook; `bonafide webhooks list` shows them
        id: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// A new secret; for a while the standard's signature is made with both, a vendor's own with the new one alone
    Rotate {
        /// The webhook; `bonafide webhooks list` shows them
        id: String,
        /// How long both are used, in hours (at most 720)
        #[arg(long, default_value_t = 24, value_name = "HOURS", value_parser = clap::value_parser!(i64).range(0..=720))]
        overlap: i64,
        #[command(flatten)]
        remote: Remote,
    },
    /// Send one message that nothing happened for
    Test {
        /// The webhook; `bonafide webhooks list` shows them
        id: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Its messages, newest first
    Deliveries {
        /// The webhook; `bonafide webhooks list` shows them
        id: String,
        /// Only those that are
        #[arg(long, value_parser = ["pending", "delivered", "dead"])]
        status: Option<String>,
        /// How many, at most 200
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=200))]
        limit: u16,
        /// How many to leave out, newest first
        #[arg(long, default_value_t = 0, value_name = "N")]
        skip: u32,
        #[command(flatten)]
        remote: Remote,
    },
    /// The attempts to deliver one message, with what was answered
    Attempts {
        /// The webhook; `bonafide webhooks list` shows them
        id: String,
        /// The event, with or without evt_; `bonafide webhooks deliveries` shows them
        event: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Send events again that did not arrive
    Replay {
        /// The webhook; `bonafide webhooks list` shows them
        id: String,
        /// Events at or after this time, for instance 2026-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Events before this time
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// Also those that arrived
        #[arg(long)]
        delivered_too: bool,
        #[command(flatten)]
        remote: Remote,
    },
    /// Delete one
    Delete {
        /// The webhook; `bonafide webhooks list` shows them
        id: String,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(clap::Args)]
struct Create {
    /// The API whose words its messages are in: athenty, checkout, checkout-native, verifyhq or vult
    #[arg(long, default_value = "vult")]
    api: String,
    /// What it is for, in your words
    #[arg(long, default_value = "webhook")]
    name: String,
    /// Only these events; may be given several times
    #[arg(long = "event", value_name = "EVENT")]
    events: Vec<String>,
    /// Only the events of this key or OAuth client
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Sign with this secret of yours instead of a new one
    #[arg(long, env = "BONAFIDE_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET")]
    secret: Option<String>,
    /// Sent along, as `Name: value`; may be given several times
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// With a test key, done wrong on purpose: late, doubled, out_of_order, wrong_signature
    #[arg(long, value_name = "WORD")]
    chaos: Vec<String>,
    /// Where the messages go
    address: String,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(go(args.action))
}

fn path(id: &str, more: &str) -> String {
    format!("/console/webhooks/{id}{more}")
}

async fn go(action: Action) -> CommandResult {
    match action {
        Action::List { remote } => {
            let (server, mut all, mut skip) = (remote.connect()?, vec![], "0".to_owned());
            loop {
                let page = server.get("/console/webhooks", &[("skip", skip)]).await?;
                all.extend(page["data"].as_array().cloned().unwrap_or_default());
                match page["next"].as_str() {
                    Some(next) => skip = next.to_owned(),
                    None => break,
                }
            }
            if remote.json { output::json(&json!({"data": all}))? } else { list(&json!(all)) }
        }
        Action::Create(new) => create(new).await?,
        Action::Show { id, remote } => output::json(&remote.connect()?.get(&path(&id, ""), &[]).await?)?,
        Action::On { id, remote } => switch(&id, true, &remote).await?,
        Action::Off { id, remote } => switch(&id, false, &remote).await?,
        Action::Rotate { id, overlap, remote } => {
            let body = json!({"overlap_s": overlap.saturating_mul(3600)});
            let done = remote.connect()?.post(&path(&id, "/rotate"), body).await?;
            shown(&remote, &done)?;
        }
        Action::Test { id, remote } => {
            let done = remote.connect()?.post(&path(&id, "/test"), json!({})).await?;
            if remote.json {
                output::json(&done)?;
            } else {
                output::line!(
                    "{0} is on its way; see `bonafide webhooks attempts {id} {0}`.",
                    text(&done, "event")
                );
            }
        }
        Action::Deliveries { id, status, limit, skip, remote } => {
            let mut query = vec![("limit", limit.to_string()), ("skip", skip.to_string())];
            query.extend(status.map(|status| ("status", status)));
            let page = remote.connect()?.get(&path(&id, "/deliveries"), &query).await?;
            let fields = ["created_at", "type", "event", "status", "attempts", "next_attempt_at"];
            table(
                &remote,
                &page,
                ["created", "type", "event", "status", "attempts", "next attempt"],
                fields,
            )?;
            if let (false, Some(next)) = (remote.json, page["next"].as_str()) {
                output::line!("\nThere may be more: go on with --skip {next}.");
            }
        }
        Action::Attempts { id, event, remote } => {
            let page = remote.connect()?.get(&path(&id, &format!("/deliveries/{event}")), &[]).await?;
            let fields = ["number", "at", "ms", "status", "failure", "response"];
            table(&remote, &page, ["no.", "at", "ms", "answer", "failure", "response"], fields)?;
        }
        Action::Replay { id, from, until, delivered_too, remote } => {
            replay(&id, from, until, delivered_too, &remote).await?;
        }
        Action::Delete { id, remote } => {
            remote.connect()?.delete(&path(&id, "")).await?;
            if remote.json {
                output::json(&json!({"id": id, "deleted": true}))?
            } else {
                output::line!("Deleted {id}.")
            }
        }
    }
    Ok(())
}

async fn create(new: Create) -> CommandResult {
    let mut headers = Map::new();
    for header in &new.headers {
        // Not repeated: it may be a secret.
        let (name, value) = header.split_once(':').ok_or("--header: write it as `Name: value`")?;
        headers.insert(name.trim().to_owned(), json!(value.trim()));
    }
    let mut body = json!({"api": new.api, "name": new.name, "url": new.address, "events": new.events,
        "headers": headers, "chaos": new.chaos});
    for (name, value) in [("client", new.client), ("secret", new.secret)] {
        if let Some(value) = value {
            body[name] = value.into();
        }
    }
    let done = new.remote.connect()?.post("/console/webhooks", body).await?;
    shown(&new.remote, &done)
}

fn shown(remote: &Remote, done: &Value) -> CommandResult {
    if remote.json {
        return Ok(output::json(done)?);
    }
    if done["id"].is_string() {
        output::line!("id      {}", text(done, "id"));
    }
    output::line!("secret  {}\n", text(done, "secret"));
    output::line!("The secret is not shown again. Keep it where your other secrets are.");
    Ok(())
}

async fn switch(id: &str, on: bool, remote: &Remote) -> CommandResult {
    let done = remote.connect()?.patch(&path(id, ""), json!({"active": on})).await?;
    if remote.json {
        output::json(&done)?;
    } else {
        output::line!("{id} is switched {}.", if on { "on" } else { "off" });
    }
    Ok(())
}

async fn replay(
    id: &str,
    from: Option<String>,
    until: Option<String>,
    delivered_too: bool,
    remote: &Remote,
) -> CommandResult {
    let server = remote.connect()?;
    let mut sent = 0;
    let mut body = json!({"delivered_too": delivered_too});
    for (name, value) in [("from", from), ("until", until)] {
        if let Some(value) = value {
            body[name] = value.into();
        }
    }
    loop {
        let done = server.post(&path(id, "/replay"), body.clone()).await?;
        sent += done["messages"].as_u64().unwrap_or_default();
        if done["next"].is_null() {
            break;
        }
        body["after"] = done["next"].clone();
    }
    let done = json!({"messages": sent});
    if remote.json {
        output::json(&done)?;
    } else {
        output::line!("{} on the way.", messages(&done));
    }
    Ok(())
}

fn list(all: &Value) {
    let all = all.as_array().cloned().unwrap_or_default();
    if all.is_empty() {
        output::line!("There are none yet; `create` registers one.");
        return;
    }
    let mut table =
        output::table(["id", "api", "name", "url", "state", "pending", "delivered", "dead", "last"]);
    for w in &all {
        let state = match (w["active"].as_bool(), w["disabled_reason"].as_str()) {
            (Some(false), _) => "off".to_owned(),
            (_, Some(reason)) => format!("switched off: {reason}"),
            _ if w["failing_since"].is_string() => "failing".to_owned(),
            _ => "on".to_owned(),
        };
        let count = |status: &str| w["deliveries"][status].as_u64().unwrap_or_default().to_string();
        let last = format!("{} {}", text(w, "last_status"), text(w, "last_attempt_at")).trim().to_owned();
        let [id, api, name, url] = ["id", "api", "name", "url"].map(|field| printable(&text(w, field)));
        table.add_row([id, api, name, url, state, count("pending"), count("delivered"), count("dead"), last]);
    }
    output::print(&table);
}

fn table(remote: &Remote, page: &Value, head: [&str; 6], fields: [&str; 6]) -> CommandResult {
    if remote.json {
        return Ok(output::json(page)?);
    }
    let all = page["data"].as_array().cloned().unwrap_or_default();
    if all.is_empty() {
        output::line!("There are none.");
        return Ok(());
    }
    let mut table = output::table(head);
    for row in &all {
        table.add_row(fields.map(|field| printable(&text(row, field)).chars().take(80).collect::<String>()));
    }
    output::print(&table);
    Ok(())
}
