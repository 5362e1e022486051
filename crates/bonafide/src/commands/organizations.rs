//! `bonafide organizations`: the tenants of this installation, and what each has subscribed to.

use bonafide_core::{id::OrganizationId, plan::Plan};
use bonafide_engine::access::{self, OrganizationInfo};
use serde_json::json;

use super::{CommandResult, keys::open, printable};
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
    /// List them, oldest first
    List {
        #[command(flatten)]
        flags: Flags,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Set what one has subscribed to: the Athenty API refuses it with 402 when it is inactive, and with 403 without the API
    Plan {
        /// `list` shows it
        #[arg(value_parser = id)]
        id: OrganizationId,
        /// active, inactive or without_api
        #[arg(value_parser = plan)]
        plan: Plan,
        #[command(flatten)]
        flags: Flags,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
}

fn id(text: &str) -> Result<OrganizationId, &'static str> {
    let bare = text.strip_prefix("org_").unwrap_or(text);
    OrganizationId::read(bare).map_err(|_| "this is no id; `bonafide organizations list` shows them all")
}

fn plan(word: &str) -> Result<Plan, String> {
    let known = || format!("write one of {}", Plan::ALL.map(Plan::as_str).join(", "));
    Plan::parse(word).ok_or_else(known)
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        match args.action {
            Action::List { flags, json } => {
                let engine = open(&flags).await?;
                let all = access::organizations(&engine).await;
                engine.close().await;
                shown(&all?, json)
            }
            Action::Plan { id, plan, flags, json } => {
                let engine = open(&flags).await?;
                let done = access::set_plan(&engine, id, plan).await;
                engine.close().await;
                match done {
                    Err(bonafide_engine::Error::NotFound(_)) => {
                        return Err(
                            "no organization has this id; `bonafide organizations list` shows them all"
                                .into(),
                        );
                    }
                    other => other?,
                }
                if json {
                    return Ok(output::json(&json!({"id": id, "plan": plan}))?);
                }
                output::line!("{id} is {plan} now.");
                Ok(())
            }
        }
    })
}

fn shown(all: &[OrganizationInfo], json: bool) -> CommandResult {
    if json {
        let row =
            |o: &OrganizationInfo| json!({"id": o.id, "name": o.name, "sandbox": o.sandbox, "plan": o.plan});
        return Ok(output::json(&all.iter().map(row).collect::<Vec<_>>())?);
    }
    if all.is_empty() {
        output::line!("There are none yet; `bonafide keys create` makes one with its first key.");
        return Ok(());
    }
    let mut table = output::table(["id", "name", "data", "plan"]);
    for o in all {
        let data = if o.sandbox { "sandbox" } else { "live" };
        table.add_row([o.id.to_string(), printable(&o.name), data.to_owned(), o.plan.clone()]);
    }
    output::print(&table);
    Ok(())
}
