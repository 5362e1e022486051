//! `bonafide listen`: what happens, sent on to a program on this machine as webhooks are, without a public address.

use std::time::Duration;

use bonafide_core::id::Entropy;
use bonafide_courier::{Courier, Options, Parcel, sign};
use bonafide_engine::world::{OsEntropy, SystemClock};
use bonafide_store::secrets::PlainSecret;
use serde_json::Value;

use super::{
    CommandResult,
    remote::{Api, Remote, text},
};
use crate::{config::block_on, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where messages are sent on to, for instance http://127.0.0.1:3000/hooks; only printed when absent
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,
    /// The API whose words and signature they are in: athenty, checkout, verifyhq or vult
    #[arg(long, default_value = "vult")]
    api: String,
    /// Only these events, by their names in that API; may be given several times
    #[arg(long = "event", value_name = "EVENT")]
    events: Vec<String>,
    /// Sign with this secret instead of a new one, which is printed on standard error
    #[arg(long, env = "BONAFIDE_LISTEN_SECRET", hide_env_values = true, value_name = "SECRET")]
    secret: Option<String>,
    /// Begin after this position instead of now; 0 for everything
    #[arg(long, value_name = "POSITION")]
    after: Option<i64>,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        tokio::select! {
            done = listen(&args) => done,
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    })
}

/// Between one try and the next when the server asks for no other.
const PAUSE: Duration = Duration::from_secs(2);
/// Longest pause, whatever the server asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

struct Listener<'a> {
    args: &'a Args,
    secret: PlainSecret,
    vendor_header: Option<String>,
    courier: Courier,
}

async fn listen(args: &Args) -> CommandResult {
    let api = args.remote.connect()?;
    let secret = secret(args)?;
    if let Some(url) = &args.forward_to {
        forwardable(url)?;
    }
    let listener = Listener {
        vendor_header: vendor_header(&api, args).await?,
        secret,
        // The person at the keyboard named the address.
        courier: Courier::new(Options {
            allow: vec!["0.0.0.0/0".parse()?, "::/0".parse()?],
            ..Options::default()
        })?,
        args,
    };
    // On standard error: standard output may be JSON, and without the drawn secret nobody can verify.
    if args.forward_to.is_some() && args.secret.is_none() {
        anstream::eprintln!("signing with {}", listener.secret);
    }
    let mut after = args.after.map(|n| n.to_string());
    loop {
        // "Now" is settled by an answer at once, so that nothing is missed when a longer request breaks off.
        let wait = if after.is_some() { 25 } else { 0 };
        let begin = after.clone().unwrap_or_else(|| "latest".to_owned());
        let query = [("after", begin), ("wait", wait.to_string()), ("api", args.api.clone())];
        match api.get("/console/events", &query).await {
            Ok(page) => {
                for event in page["data"].as_array().into_iter().flatten() {
                    listener.pass_on(event).await?;
                }
                after = Some(text(&page, "next"));
            }
            Err(refused) if refused.is_about_the_key() => return Err(refused.into()),
            Err(refused) => {
                let pause = refused.retry_after.unwrap_or(PAUSE).clamp(PAUSE, LONGEST_PAUSE);
                anstream::eprintln!("{refused}; trying again in {} s", pause.as_secs());
                tokio::time::sleep(pause).await;
            }
        }
    }
}

/// The secret that was given, or a new one.
fn secret(args: &Args) -> Result<PlainSecret, Box<dyn std::error::Error>> {
    let Some(given) = &args.secret else {
        return Ok(PlainSecret::webhook(&OsEntropy as &dyn Entropy));
    };
    // Tried now rather than with the first event.
    sign::standard("probe", 0, b"", &[given]).map_err(|error| format!("--secret: {error}"))?;
    Ok(PlainSecret::chosen(given.clone()))
}

/// `localhost:3000` is a URL too, of the scheme `localhost`.
fn forwardable(url: &str) -> CommandResult {
    match reqwest::Url::parse(url) {
        Ok(parsed) if ["http", "https"].contains(&parsed.scheme()) => Ok(()),
        _ => Err(format!("--forward-to {url}: write it like http://127.0.0.1:3000/hooks").into()),
    }
}

/// The vendor's own header for signatures; also tells an API or an event that is not known.
async fn vendor_header(api: &Api, args: &Args) -> Result<Option<String>, Box<dyn std::error::Error>> {
    let types = api.get("/console/event-types", &[]).await?;
    let all = types["data"].as_array().cloned().unwrap_or_default();
    let Some(ours) = all.iter().find(|t| t["api"] == args.api.as_str()) else {
        let known: Vec<_> = all.iter().map(|t| text(t, "api")).collect();
        return Err(format!("--api must be one of {}", known.join(", ")).into());
    };
    let known: Vec<String> = ours["events"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|e| e.as_str().map(str::to_owned))
        .collect();
    if let Some(unknown) = args.events.iter().find(|e| !known.contains(e)) {
        return Err(format!("{} has no event {unknown}; it has {}", args.api, known.join(", ")).into());
    }
    Ok(ours["signature_header"].as_str().map(str::to_owned))
}

impl Listener<'_> {
    async fn pass_on(&self, event: &Value) -> CommandResult {
        let message = &event["message"];
        let name = text(message, "type");
        let wanted = self.args.events.is_empty() || self.args.events.contains(&name);
        if !message.is_object() || !wanted {
            return Ok(());
        }
        let (id, body) = (text(event, "id"), message["body"].to_string());
        let outcome = match &self.args.forward_to {
            Some(url) => self.send(url, &id, &body).await?,
            None => String::new(),
        };
        if self.args.remote.json {
            // One line each: a program reads them as they come.
            let line = serde_json::json!({"id": id, "type": name, "position": event["position"],
                "body": message["body"], "outcome": outcome});
            output::line!("{line}");
        } else {
            output::line!("{}  {name:<32}  {id}  {outcome}", text(event, "occurred_at"));
        }
        Ok(())
    }

    /// One attempt, signed as the server signs; what came of it in a few words.
    async fn send(&self, url: &str, id: &str, body: &str) -> Result<String, Box<dyn std::error::Error>> {
        let seconds = bonafide_core::time::Clock::now(&SystemClock).0.div_euclid(1000);
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("webhook-id".to_owned(), id.to_owned()),
            ("webhook-timestamp".to_owned(), seconds.to_string()),
            (
                "webhook-signature".to_owned(),
                sign::standard(id, seconds, body.as_bytes(), &[self.secret.expose()])?,
            ),
        ];
        if let Some(name) = &self.vendor_header {
            headers.push((name.clone(), sign::hex_hmac(self.secret.expose(), body.as_bytes())));
        }
        let parcel = Parcel { url, headers: &headers, body: body.to_owned().into(), patience: None };
        let receipt = self.courier.post(&parcel).await;
        Ok(match (receipt.status, receipt.failure) {
            (Some(status), _) => format!("{status} in {} ms", receipt.ms),
            (None, Some(failure)) => failure.to_string(),
            (None, None) => "no answer".to_owned(),
        })
    }
}
