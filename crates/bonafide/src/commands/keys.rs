//! `bonafide keys`: API keys. A key is shown once, when it is made.

use std::sync::Arc;

use bonafide_checks::models::Models;
use bonafide_engine::{Engine, access};
use bonafide_store::credentials::{Credential, Kind};
use serde_json::json;

use super::CommandResult;
use crate::{
    config::{Config, Flags, block_on},
    output,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make a key; its secret is printed once
    Create {
        /// What it is for, in your words
        #[arg(long, default_value = "")]
        name: String,
        /// For tests: data of its own, outcomes that can be steered, a clock that can be set forward
        #[arg(long)]
        sandbox: bool,
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
    /// List the keys
    List {
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key; it stops working at once
    Revoke {
        id: String,
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        match args.action {
            Action::Create { name, sandbox, flags, json } => {
                let engine = open(&flags).await?;
                let new = access::create_credential(&engine, Kind::ApiKey, &name, sandbox).await?;
                engine.db.close().await;
                if json {
                    output::json(&json!({"id": new.credential.public_id, "key": new.secret.to_string()}))?;
                } else {
                    anstream::println!("id   {}\nkey  {}\n", new.credential.public_id, new.secret);
                    anstream::println!("The key is not shown again. Keep it where your other secrets are.");
                }
            }
            Action::List { flags, json } => list(&flags, Kind::ApiKey, json).await?,
            Action::Revoke { id, flags, json } => revoke(&flags, &id, json).await?,
        }
        Ok(())
    })
}

/// Opens the installation without models: credentials need none.
pub(super) async fn open(flags: &Flags) -> Result<Engine, Box<dyn std::error::Error>> {
    Config::load(flags, json!({}))?.open(Arc::new(Models::default())).await
}

pub(super) async fn list(flags: &Flags, kind: Kind, json: bool) -> CommandResult {
    let engine = open(flags).await?;
    let all = access::list_credentials(&engine).await?;
    engine.db.close().await;
    let all: Vec<&Credential> = all.iter().filter(|c| c.kind == kind).collect();
    if json {
        let rows: Vec<_> = all
            .iter()
            .map(|c| {
                json!({"id": c.public_id, "name": c.name, "created_at": c.created_at.to_string(),
                       "revoked_at": c.revoked_at.map(|t| t.to_string())})
            })
            .collect();
        output::json(&rows)?;
        return Ok(());
    }
    if all.is_empty() {
        anstream::println!("There are none yet; `create` makes one.");
        return Ok(());
    }
    let mut table = output::table(["id", "name", "created", "revoked"]);
    for c in all {
        let revoked = c.revoked_at.map(|t| t.to_string()).unwrap_or_default();
        table.add_row([c.public_id.clone(), c.name.clone(), c.created_at.to_string(), revoked]);
    }
    output::print(&table);
    Ok(())
}

pub(super) async fn revoke(flags: &Flags, id: &str, json: bool) -> CommandResult {
    let engine = open(flags).await?;
    access::revoke_credential(&engine, id).await?;
    engine.db.close().await;
    if json {
        output::json(&json!({"id": id, "revoked": true}))?;
    } else {
        anstream::println!("Revoked {id}.");
    }
    Ok(())
}
