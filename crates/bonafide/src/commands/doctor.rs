//! `bonafide doctor`: what is missing or wrong, and what to do about it.

use std::sync::Arc;

use anstyle::AnsiColor;
use bonafide_checks::models::Models;
use bonafide_engine::health;
use bonafide_invite::Inviter;
use bonafide_registry::Provider;
use serde::Serialize;

use super::CommandResult;
use crate::{
    config::{Config, Flags, block_on},
    output,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    flags: Flags,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    what: String,
    ok: bool,
    /// What was seen, and what to do when it is not well.
    detail: String,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let mut lines = vec![];
    let mut say =
        |what: &str, ok: bool, detail: String| lines.push(Line { what: what.to_owned(), ok, detail });

    let models = bonafide_models::load(&bonafide_models::Options::default());
    match models.runtime() {
        Some(runtime) => say("model runtime", true, runtime.as_str().to_owned()),
        None => say("model runtime", false, "none: run ./setup".to_owned()),
    }
    let missing = models.unavailable();
    for m in &missing {
        say(
            &format!("model {}", m.task.as_str()),
            false,
            format!("{}; its checks are not assessed: run `bonafide models fetch`", m.why),
        );
    }
    if missing.is_empty() {
        say("models", true, "all installed, every hash as in the manifest".to_owned());
    }

    match Config::load(&args.flags, serde_json::json!({})) {
        Err(error) => say("settings", false, error.to_string()),
        Ok(config) => {
            say("settings", true, format!("data in {}", config.data_dir.display()));
            let missing = bonafide_models::places(config.ip_database.as_deref()).unavailable();
            for (part, why) in &missing {
                say(&format!("places {}", part.as_str()), false, why.clone());
            }
            if missing.is_empty() {
                say("places", true, bonafide_models::attributions().join("; "));
            }
            match config.registry.clone().map(Provider::new).transpose() {
                Ok(Some(_)) => say("registry", true, "configured; it is not asked here".to_owned()),
                Ok(None) => say("registry", true, "none: documents are compared with none".to_owned()),
                Err(error) => say("registry", false, error.to_string()),
            }
            match Inviter::new(config.invitations.clone()) {
                Ok(inviter) => {
                    let channels: Vec<&str> = inviter.channels().iter().map(|c| c.as_str()).collect();
                    let by = if channels.is_empty() { "no channel".to_owned() } else { channels.join(", ") };
                    say("invitations", true, format!("{by} set up; nobody is written to here"));
                    for remark in inviter.remarks() {
                        say("invitations", true, remark.clone());
                    }
                }
                Err(error) => say("invitations", false, error.to_string()),
            }
            if config.data_dir.exists() {
                let opened = block_on(async {
                    let engine = config.open(Arc::new(Models::default())).await?;
                    let parts = health::check(&engine).await;
                    engine.close().await;
                    Ok(parts)
                });
                match opened {
                    Ok(parts) => {
                        for (name, part) in parts.iter().filter(|(name, _)| **name != "models") {
                            say(name, part.ok, part.detail.clone());
                        }
                        say("key ring", true, "opens the keys of this database".to_owned());
                    }
                    Err(error) => say("data", false, bonafide_core::problem::with_causes(&*error)),
                }
            } else {
                say("data", true, "nothing there yet; the first start creates it".to_owned());
            }
        }
    }

    let well = lines.iter().all(|l| l.ok);
    if args.json {
        output::json(&serde_json::json!({"ok": well, "checks": lines}))?;
    } else {
        for line in &lines {
            let mark = if line.ok {
                output::coloured("ok   ", AnsiColor::Green)
            } else {
                output::coloured("wrong", AnsiColor::Red)
            };
            anstream::println!("{mark}  {:<28} {}", line.what, line.detail);
        }
    }
    if well { Ok(()) } else { Err("something is wrong; see above".into()) }
}
