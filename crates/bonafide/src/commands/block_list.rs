//! `bonafide block-list`: whom the organization does not want to see again.

use serde_json::{Value, json};

use super::{
    CommandResult, printable,
    remote::{Remote, text},
    verifications::segment,
};
use crate::{config::block_on, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// The entries, newest first
    List {
        /// Only these
        #[arg(long, value_parser = ["face", "number", "name"])]
        kind: Option<String>,
        /// How many, at most 200
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=200))]
        limit: u16,
        /// How many to leave out, newest first
        #[arg(long, default_value_t = 0, value_name = "N")]
        skip: u32,
        #[command(flatten)]
        remote: Remote,
    },
    /// Add the face, number or name of a verification, or a number or name that you know
    Add(Box<Add>),
    /// Remove an entry; takes a key with the scope policy
    Remove {
        /// The entry; `bonafide block-list list` shows them
        id: String,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(clap::Args)]
struct Add {
    /// What to block
    #[arg(value_parser = ["face", "number", "name"])]
    kind: String,
    /// The verification it is taken from; `bonafide verifications list` shows them
    #[arg(long, value_name = "ID")]
    verification: Option<String>,
    /// The identity that a face is taken from
    #[arg(long, value_name = "ID", conflicts_with = "verification")]
    identity: Option<String>,
    /// A document number
    #[arg(long, requires = "country")]
    number: Option<String>,
    /// The country that issued it, for instance FRA
    #[arg(long)]
    country: Option<String>,
    /// A name, in any order
    #[arg(long)]
    name: Option<String>,
    /// The birth date to it, for instance 1980-12-31; without one everybody of that name is told
    #[arg(long, value_name = "DAY")]
    birth_date: Option<String>,
    /// Why, for colleagues
    #[arg(long)]
    reason: String,
    /// Keep the entry when the person it was taken from is anonymized
    #[arg(long)]
    lasting: bool,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        match args.action {
            Action::List { kind, limit, skip, remote } => {
                let mut query = vec![("limit", limit.to_string()), ("skip", skip.to_string())];
                query.extend(kind.map(|kind| ("kind", kind)));
                let page = remote.connect()?.get("/console/block-list", &query).await?;
                list(&remote, &page)
            }
            Action::Add(new) => add(*new).await,
            Action::Remove { id, remote } => {
                remote.connect()?.delete(&format!("/console/block-list/{}", segment(&id))).await?;
                if remote.json {
                    return Ok(output::json(&json!({"id": id, "removed": true}))?);
                }
                output::line!("Removed {id}.");
                Ok(())
            }
        }
    })
}

fn list(remote: &Remote, page: &Value) -> CommandResult {
    if remote.json {
        return Ok(output::json(page)?);
    }
    let all = page["data"].as_array().cloned().unwrap_or_default();
    if all.is_empty() {
        output::line!("There are none; `bonafide block-list add` adds one.");
        return Ok(());
    }
    let mut table = output::table(["added", "id", "kind", "what", "stays", "reason"]);
    for entry in &all {
        let stays = if entry["lasting"] == true { "yes" } else { "with the person" };
        let [added, id, kind, reason] =
            ["added_at", "id", "kind", "reason"].map(|field| printable(&text(entry, field)));
        table.add_row([added, id, kind, what(entry), stays.to_owned(), reason]);
    }
    output::print(&table);
    if let Some(next) = page["next"].as_str() {
        output::line!("\nThere are more: go on with --skip {next}.");
    }
    Ok(())
}

/// What an entry is of, as far as it is kept.
fn what(entry: &Value) -> String {
    let of = |field: &str| printable(&text(entry, field));
    match entry["kind"].as_str() {
        Some("number") => format!("{} …{}", of("country"), of("ends_with")).trim().to_owned(),
        Some("name") => format!("{} {}", of("name"), of("birth_date")).trim().to_owned(),
        _ => of("verification"),
    }
}

async fn add(new: Add) -> CommandResult {
    let Add { kind, verification, identity, number, country, name, birth_date, reason, lasting, remote } =
        new;
    let mut body = json!({"kind": kind, "reason": reason});
    let given = [
        ("verification", verification),
        ("identity", identity),
        ("number", number),
        ("country", country),
        ("name", name),
        ("birth_date", birth_date),
    ];
    for (field, value) in given {
        if let Some(value) = value {
            body[field] = value.into();
        }
    }
    if lasting {
        body["lasting"] = true.into();
    }
    let done = remote.connect()?.post("/console/block-list", body).await?;
    if remote.json {
        return Ok(output::json(&done)?);
    }
    output::line!("{} {} is on the block list as {}.", text(&done, "kind"), what(&done), text(&done, "id"));
    Ok(())
}
