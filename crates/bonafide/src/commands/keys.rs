//! `bonafide keys` and `bonafide oauth-clients`: what callers prove themselves with. A secret is shown once, when it is
//! made.

use std::sync::Arc;

use bonafide_core::time::Timestamp;
use bonafide_engine::{
    Engine, Scope,
    access::{self, Kind, Listed, NewCredential, Wanted},
};
use bonafide_inspect::Inspector;
use serde_json::{Value, json};

use super::{CommandResult, printable, remote::beside};
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
    /// Make one; its secret is printed once
    Create(Create),
    /// List them: what they may do, when they end, when they were last used
    List {
        #[command(flatten)]
        flags: Flags,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// A new secret; the one before it goes on working for a while
    Rotate {
        /// What it is known by; `list` shows it. Not the secret
        id: String,
        /// How long the secret before goes on working, in hours (at most 720)
        #[arg(long, default_value_t = 24, value_name = "HOURS", value_parser = clap::value_parser!(i64).range(0..=720))]
        overlap: i64,
        #[command(flatten)]
        flags: Flags,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Revoke one; it stops working at once
    Revoke {
        /// What it is known by; `list` shows it. Not the secret
        id: String,
        #[command(flatten)]
        flags: Flags,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Args)]
struct Create {
    /// What it is for, in your words
    #[arg(long, default_value = "")]
    name: String,
    /// For tests: data of its own, outcomes that can be steered, a clock that can be set forward
    #[arg(long)]
    sandbox: bool,
    /// What it may do: verifications (read, write, settings and webhooks), verifications:read, verifications:write, settings,
    /// policy, reviews, webhooks or keys; may be given several times [default: verifications]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Requests a minute, at most 100000 [default: the server's limit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=access::credentials::MAX_PER_MINUTE))]
    per_minute: Option<i64>,
    /// When it ends, for instance 2027-01-31T12:00:00Z [default: never]
    #[arg(long, value_name = "TIME", value_parser = time)]
    expires_at: Option<Timestamp>,
    #[command(flatten)]
    flags: Flags,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> CommandResult {
    of_kind(args, Kind::ApiKey)
}

/// The same for the clients of the token endpoint.
pub(crate) fn run_for_clients(args: Args) -> CommandResult {
    of_kind(args, Kind::OauthClient)
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse(text).ok_or("write it like 2027-01-31T12:00:00Z")
}

/// What one of this kind is called, and the command that is about them.
fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::ApiKey => ("API key", "keys"),
        Kind::OauthClient => ("OAuth client", "oauth-clients"),
    }
}

fn of_kind(args: Args, kind: Kind) -> CommandResult {
    block_on(async {
        match args.action {
            Action::Create(create) => {
                let scopes = match create.scopes.is_empty() {
                    true => Scope::EVERYTHING.to_owned(),
                    false => create.scopes.join(" "),
                };
                let Create { per_minute, expires_at, .. } = create;
                let engine = match open(&create.flags).await {
                    Ok(engine) => engine,
                    Err(error) => {
                        let api = beside(&create.flags, error)?;
                        if create.sandbox {
                            return Err("a running server makes keys of the organization of BONAFIDE_API_KEY: for those of \
                                        a sandbox give one of its keys, and leave --sandbox out"
                                .into());
                        }
                        let scopes: Vec<&str> = scopes.split(' ').collect();
                        let body = json!({"name": create.name, "kind": kind_word(kind), "scopes": scopes,
                            "per_minute": per_minute, "expires_at": expires_at.map(|at| at.to_string())});
                        return shown_by(
                            &api.post("/console/keys", without_null(body)).await?,
                            kind,
                            create.json,
                        );
                    }
                };
                let wanted = Wanted { scopes, per_minute, expires_at, ..Wanted::new(kind, create.name) };
                let new = access::create_credential(&engine, wanted, create.sandbox).await;
                engine.close().await;
                shown(&new.map_err(told)?, kind, create.json)?;
            }
            Action::List { flags, json } => list(&flags, kind, json).await?,
            Action::Rotate { id, overlap, flags, json } => {
                let engine = match open(&flags).await {
                    Ok(engine) => engine,
                    Err(error) => {
                        let api = beside(&flags, error)?;
                        let body = json!({"overlap_s": overlap.saturating_mul(3600)});
                        let made = api.post(&format!("/console/keys/{id}/rotate"), body).await?;
                        return shown_by(&made, kind, json);
                    }
                };
                let new = rotate(&engine, kind, &id, overlap).await;
                engine.close().await;
                shown(&new?, kind, json)?;
            }
            Action::Revoke { id, flags, json } => {
                match open(&flags).await {
                    Ok(engine) => {
                        let revoked = revoke(&engine, kind, &id).await;
                        engine.close().await;
                        revoked?;
                    }
                    Err(error) => {
                        beside(&flags, error)?.delete(&format!("/console/keys/{id}")).await?;
                    }
                }
                if json {
                    output::json(&json!({"id": id, "revoked": true}))?;
                } else {
                    output::line!("Revoked {id}.");
                }
            }
        }
        Ok(())
    })
}

async fn rotate(
    engine: &Engine,
    kind: Kind,
    id: &str,
    overlap_h: i64,
) -> Result<NewCredential, Box<dyn std::error::Error>> {
    must_be(engine, kind, id, "rotate").await?;
    access::rotate_credential(engine, id, overlap_h.saturating_mul(3600)).await.map_err(told)
}

async fn revoke(engine: &Engine, kind: Kind, id: &str) -> CommandResult {
    must_be(engine, kind, id, "revoke").await?;
    access::revoke_credential(engine, id).await.map_err(told)
}

/// Refuses what is of the other kind: that is another command's. An id that nobody has is not repeated, for it may be a
/// secret that was given in its place.
async fn must_be(engine: &Engine, kind: Kind, id: &str, action: &str) -> CommandResult {
    let all = access::list_credentials(engine).await?;
    let found = all.iter().find(|l| l.credential.public_id == id).map(|l| l.credential.kind);
    match found {
        Some(found) if found == kind => Ok(()),
        Some(other) => {
            let (what, command) = words(other);
            Err(format!("{id} is an {what}: use `bonafide {command} {action} {id}`").into())
        }
        None => {
            let (what, command) = words(kind);
            Err(format!("no {what} has this id; `bonafide {command} list` shows them all").into())
        }
    }
}

/// Opens the installation without models: credentials need none.
pub(super) async fn open(flags: &Flags) -> Result<Engine, Box<dyn std::error::Error>> {
    Config::load(flags, json!({}))?.open(Inspector::here(Arc::default())).await
}

/// Opens it to look: with SQLite also beside a running server.
pub(super) async fn look(flags: &Flags) -> Result<Engine, Box<dyn std::error::Error>> {
    Config::load(flags, json!({}))?.open_read_only(Inspector::here(Arc::default())).await
}

/// A refusal with the fields that it is about.
fn told(error: bonafide_engine::Error) -> Box<dyn std::error::Error> {
    match error {
        bonafide_engine::Error::Invalid(problems) => {
            let all: Vec<_> = problems.iter().map(|p| format!("{} {}", p.field, p.message)).collect();
            all.join("; ").into()
        }
        other => other.into(),
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiKey => "api_key",
        Kind::OauthClient => "oauth_client",
    }
}

/// What is not said is left out.
fn without_null(mut body: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    body
}

fn shown(new: &NewCredential, kind: Kind, json: bool) -> CommandResult {
    shown_as(&new.credential.public_id, &new.secret.to_string(), kind, json)
}

/// The same of one that a running server made.
fn shown_by(made: &Value, kind: Kind, json: bool) -> CommandResult {
    let text = |field: &str| made[field].as_str().unwrap_or_default().to_owned();
    shown_as(&text("id"), &text("key"), kind, json)
}

fn shown_as(id: &str, secret: &str, kind: Kind, json: bool) -> CommandResult {
    let (id_name, secret_name) = match kind {
        Kind::ApiKey => ("id", "key"),
        Kind::OauthClient => ("client_id", "client_secret"),
    };
    if json {
        return Ok(output::json(&json!({id_name: id, secret_name: secret}))?);
    }
    output::line!("{id_name:<13}  {id}\n{secret_name:<13}  {secret}\n");
    output::line!(
        "The {} is not shown again. Keep it where your other secrets are.",
        secret_name.replace('_', " ")
    );
    Ok(())
}

async fn list(flags: &Flags, kind: Kind, json: bool) -> CommandResult {
    let engine = look(flags).await?;
    let all = access::list_credentials(&engine).await;
    engine.close().await;
    let all: Vec<Listed> = all?.into_iter().filter(|l| l.credential.kind == kind).collect();
    if json {
        let rows: Vec<_> = all
            .iter()
            .map(|Listed { credential: c, sandbox, secrets }| {
                let secrets: Vec<_> = secrets
                    .iter()
                    .map(|(hint, until)| json!({"begins": hint, "expires_at": until.map(|t| t.to_string())}))
                    .collect();
                json!({"id": c.public_id, "name": c.name, "sandbox": sandbox, "scopes": c.scopes, "per_minute": c.per_minute,
                       "secrets": secrets, "created_at": c.created_at.to_string(),
                       "expires_at": c.expires_at.map(|t| t.to_string()),
                       "last_used_at": c.last_used_at.map(|t| t.to_string()),
                       "revoked_at": c.revoked_at.map(|t| t.to_string())})
            })
            .collect();
        return Ok(output::json(&rows)?);
    }
    if all.is_empty() {
        output::line!("There are none yet; `bonafide {} create` makes one.", words(kind).1);
        return Ok(());
    }
    let mut table = output::table([
        "id",
        "name",
        "data",
        "scopes",
        "secrets",
        "created",
        "expires",
        "last used",
        "revoked",
    ]);
    for Listed { credential: c, sandbox, secrets } in &all {
        let secrets: Vec<String> = secrets.iter().map(|(hint, until)| secret_words(hint, *until)).collect();
        let time = |at: Option<Timestamp>| at.map(|t| t.to_string()).unwrap_or_default();
        table.add_row([
            c.public_id.clone(),
            printable(&c.name),
            if *sandbox { "sandbox" } else { "live" }.to_owned(),
            c.scopes.clone(),
            secrets.join(", "),
            c.created_at.to_string(),
            time(c.expires_at),
            time(c.last_used_at),
            time(c.revoked_at),
        ]);
    }
    output::print(&table);
    Ok(())
}

/// What a secret begins with, where that may be shown, and when it ends, where it does: another has taken its place.
fn secret_words(hint: &str, until: Option<Timestamp>) -> String {
    match (hint, until) {
        ("", None) => "current".to_owned(),
        ("", Some(until)) => format!("previous (until {until})"),
        (hint, None) => hint.to_owned(),
        (hint, Some(until)) => format!("{hint} (until {until})"),
    }
}
