//! `bonafide trigger`: any event of any API, made to happen in a sandbox.

use serde_json::{Value, json};

use super::{
    CommandResult,
    remote::{Remote, text},
};
use crate::{config::block_on, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The event, by its name in an API; all names are listed when absent
    event: Option<String>,
    /// The API, where several have an event of this name
    #[arg(long)]
    api: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        let server = args.remote.connect()?;
        let types = server.get("/console/event-types", &[]).await?;
        let all = types["data"].as_array().cloned().unwrap_or_default();
        let names = |api: &Value| -> Vec<String> {
            let events = api["events"].as_array().into_iter().flatten();
            events.filter_map(|e| e.as_str().map(str::to_owned)).collect()
        };
        let Some(event) = &args.event else {
            if args.remote.json {
                return Ok(output::json(&types["data"])?);
            }
            let mut table = output::table(["api", "event"]);
            for api in &all {
                for name in names(api) {
                    table.add_row([text(api, "api"), name]);
                }
            }
            output::print(&table);
            return Ok(());
        };
        let with: Vec<String> =
            all.iter().filter(|api| names(api).contains(event)).map(|api| text(api, "api")).collect();
        let api = match (&args.api, with.as_slice()) {
            (Some(api), _) => api.clone(),
            (None, [one]) => one.clone(),
            (None, []) => {
                return Err(format!("no API has an event {event}; `bonafide trigger` lists them all").into());
            }
            (None, several) => {
                return Err(format!(
                    "{event} is an event of {}: say which with --api",
                    several.join(" and ")
                )
                .into());
            }
        };
        let done = server.post("/console/events/trigger", json!({"api": api, "event": event})).await?;
        if args.remote.json {
            return Ok(output::json(&done)?);
        }
        let verification = text(&done, "verification");
        let of =
            if verification.is_empty() { String::new() } else { format!(" to verification {verification}") };
        output::line!("{} happened{of}.", text(&done, "type"));
        Ok(())
    })
}
