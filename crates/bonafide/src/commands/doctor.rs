//! `bonafide doctor`: what is missing or wrong, and what to do about it.

use std::{sync::Arc, time::Duration};

use anstyle::AnsiColor;
use bonafide_engine::health;
use bonafide_inspect::{Inspector, jobs::BreakOut};
use bonafide_invite::Inviter;
use bonafide_registry::Provider;
use serde::Serialize;

use super::{CommandResult, lists};
use crate::{
    config::{Config, Flags, block_on},
    output, seals,
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

/// Whether a process that looks at pictures can do nothing else, by the word of one that tried.
fn confined(config: &Config) -> (bool, String) {
    let tried = block_on(async {
        let file = std::env::current_exe()?;
        // Nobody listens there: a refusal of the other side would show that it was asked.
        let address = ([127, 0, 0, 1], 9).into();
        let inspector = config.inspector()?;
        let broken = inspector.ask(0, BreakOut { file, address }).await?;
        inspector.close();
        Ok(broken.not_stopped())
    });
    match tried {
        Ok(open) if open.is_empty() => {
            (true, "they can neither open files, nor use a network, nor start programs".to_owned())
        }
        // Not wrong: it is a second wall, which this system does not offer.
        Ok(open) => (true, format!("nothing stops them from {}", open.join(", "))),
        Err(error) => (false, bonafide_core::problem::with_causes(&*error)),
    }
}

/// What the server with these settings says of itself, where there is one on this machine.
fn server(config: &Config) -> (bool, String) {
    let url = config.here();
    let asked = block_on(async {
        #[expect(clippy::disallowed_methods, reason = "talks to the server of these settings")]
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        let Ok(answer) = client.get(format!("{url}/ready")).send().await else { return Ok(None) };
        Ok(Some(answer.status()))
    });
    match asked {
        Ok(None) => (true, format!("none answers at {url}")),
        Ok(Some(status)) if status.is_success() => (true, format!("serves at {url}")),
        Ok(Some(status)) => (false, format!("{url}/ready answers {status}: its log says why")),
        Err(error) => (false, bonafide_core::problem::with_causes(&*error)),
    }
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
            let (held, detail) = confined(&config);
            say("processes for pictures", held, detail);
            match seals::certificates(config.two_d_doc_certificates.as_deref()) {
                Ok(none) if none.is_empty() => {
                    say("seals", true, "no certificates: 2D-Doc is read and not verified".to_owned());
                }
                Ok(some) => say("seals", true, format!("2D-Doc is verified by {} certificates", some.len())),
                Err(error) => say("seals", false, error.to_string()),
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
            if config.sqlite_file().is_ok_and(|file| file.is_none_or(|file| file.exists())) {
                // A server may have it: nothing is written here.
                let opened = block_on(async {
                    let engine = config.open_read_only(Inspector::here(Arc::default())).await?;
                    let parts = health::look(&engine).await;
                    engine.close().await;
                    Ok(parts)
                });
                match opened {
                    Ok(parts) => {
                        for (name, part) in &parts {
                            say(name, part.ok, part.detail.clone());
                        }
                        say("key ring", true, "opens the keys of this database".to_owned());
                    }
                    Err(error) => {
                        let store = error.downcast_ref::<bonafide_store::Error>();
                        let outdated = store.is_some_and(|e| matches!(e, bonafide_store::Error::Outdated));
                        say("data", outdated, bonafide_core::problem::with_causes(&*error));
                    }
                }
            } else {
                say("data", true, "nothing there yet; the first start creates it".to_owned());
                match lists::unreliable(&config) {
                    Ok(None) => {}
                    Ok(Some(bad)) if bad.is_empty() => say("lists", true, "all can be relied on".to_owned()),
                    Ok(Some(bad)) => say("lists", false, bad.join("; ")),
                    Err(error) => say("lists", false, error.to_string()),
                }
            }
            // What cannot be read was told above.
            for (list, age) in lists::ages(&config).unwrap_or_default() {
                say(&format!("list {list}"), true, age);
            }
            let (well, detail) = server(&config);
            say("server", well, detail);
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
            output::line!("{mark}  {:<28} {}", line.what, line.detail);
        }
    }
    if well { Ok(()) } else { Err("something is wrong; see above".into()) }
}
