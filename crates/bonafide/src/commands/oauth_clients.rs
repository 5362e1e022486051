//! `bonafide oauth-clients`: clients of the token endpoint. A secret is shown once, when it is made.

use bonafide_engine::access;
use bonafide_store::credentials::Kind;
use serde_json::json;

use super::{CommandResult, keys};
use crate::{
    config::{Flags, block_on},
    output,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make a client; its secret is printed once
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
    /// List the clients
    List {
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
    /// Revoke a client; its tokens stop working at once
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
                let engine = keys::open(&flags).await?;
                let new = access::create_credential(&engine, Kind::OauthClient, &name, sandbox).await?;
                engine.db.close().await;
                let (id, secret) = (&new.credential.public_id, new.secret.to_string());
                if json {
                    output::json(&json!({"client_id": id, "client_secret": secret}))?;
                } else {
                    anstream::println!("client_id      {id}\nclient_secret  {secret}\n");
                    anstream::println!(
                        "The secret is not shown again. Keep it where your other secrets are."
                    );
                }
            }
            Action::List { flags, json } => keys::list(&flags, Kind::OauthClient, json).await?,
            Action::Revoke { id, flags, json } => keys::revoke(&flags, &id, json).await?,
        }
        Ok(())
    })
}
