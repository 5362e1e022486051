//! `bonafide keyring`: the keys that wrap every person's data key. A new one, everything under it, and the old ones gone.

use bonafide_store::subject_keys;
use serde_json::json;

use super::CommandResult;
use crate::{
    config::{Config, Flags, block_on},
    output,
};

/// Data keys that are wrapped anew in one transaction.
const AT_ONCE: i64 = 500;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// The keys, and how many people's data keys each of them wraps
    List(Common),
    /// Add a key, which wraps from now on. Restart every server, and copy the key file, before you go on
    Rotate(Common),
    /// Wrap every data key under the newest key
    Rewrap(Common),
    /// Take the keys that wrap nothing any more out of the key file, for good: what older copies of the database hold under
    /// them is noise then
    Retire(Common),
}

#[derive(clap::Args)]
struct Common {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        match args.action {
            Action::List(common) => list(&common).await,
            Action::Rotate(common) => rotate(&common).await,
            Action::Rewrap(common) => rewrap(&common).await,
            Action::Retire(common) => retire(&common).await,
        }
    })
}

fn config(common: &Common) -> Result<Config, Box<dyn std::error::Error>> {
    Config::load(&common.flags, json!({}))
}

async fn list(common: &Common) -> CommandResult {
    let (db, ring) = config(common)?.vault().await?;
    let mut tx = db.read().await?;
    let wrapped = subject_keys::by_key(&mut tx).await?;
    drop(tx);
    db.close().await;
    let count = |name: &str| wrapped.iter().find(|(id, _)| id == name).map_or(0, |(_, count)| *count);
    let names = ring.names();
    let current = names.last().copied();
    let keys: Vec<_> = names
        .iter()
        .map(|name| json!({"key": name, "wraps": count(name), "current": Some(*name) == current}))
        .collect();
    if common.json {
        return Ok(output::json(&keys)?);
    }
    let mut table = output::table(["key", "wraps", "current"]);
    for name in &names {
        let current = if Some(*name) == current { "yes" } else { "" };
        table.add_row([(*name).to_owned(), count(name).to_string(), current.to_owned()]);
    }
    output::print(&table);
    Ok(())
}

async fn rotate(common: &Common) -> CommandResult {
    let (db, mut ring) = config(common)?.vault().await?;
    let rotated = ring.rotate(&bonafide_engine::world::OsEntropy);
    db.close().await;
    rotated?;
    let name = ring.names().last().copied().unwrap_or_default();
    if common.json {
        return Ok(output::json(&json!({"key": name}))?);
    }
    output::line!(
        "The key {name} wraps from the next start on. Copy the key file, restart every server, and then"
    );
    output::line!("wrap what is there anew: bonafide keyring rewrap.");
    Ok(())
}

async fn rewrap(common: &Common) -> CommandResult {
    let (db, ring) = config(common)?.vault().await?;
    let wrapped = async {
        let mut all = 0;
        loop {
            let mut tx = db.begin().await?;
            let some =
                subject_keys::rewrap(&mut tx, &ring, AT_ONCE, &bonafide_engine::world::OsEntropy).await?;
            tx.commit().await?;
            all += some;
            if some == 0 {
                // What was wrapped before lies in the database's pages yet.
                db.scrub().await?;
                return Ok::<_, bonafide_store::Error>(all);
            }
        }
    };
    let wrapped = wrapped.await;
    db.close().await;
    let wrapped = wrapped?;
    if common.json {
        return Ok(output::json(&json!({"wrapped": wrapped}))?);
    }
    output::line!(
        "{wrapped} data keys were wrapped anew. `bonafide keyring retire` takes the older keys away."
    );
    Ok(())
}

async fn retire(common: &Common) -> CommandResult {
    let (db, mut ring) = config(common)?.vault().await?;
    let mut old: Vec<String> = ring.names().into_iter().map(str::to_owned).collect();
    old.pop();
    let forgotten = async {
        let mut tx = db.begin().await?;
        for name in &old {
            subject_keys::retire(&mut tx, name).await?;
        }
        tx.commit().await
    };
    let forgotten = forgotten.await;
    db.close().await;
    match forgotten {
        Err(bonafide_store::Error::Conflict(_)) => {
            return Err("an older key still wraps data keys: run `bonafide keyring rewrap` first".into());
        }
        other => other?,
    }
    // The database first: a key that is in the file and unknown to it harms nobody.
    ring.retire(&old)?;
    if common.json {
        return Ok(output::json(&json!({"retired": old}))?);
    }
    output::line!("{} keys were taken out of the key file. Destroy their copies too.", old.len());
    Ok(())
}
