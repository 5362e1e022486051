//! `bonafide verifications`: what waits for a human, all that is known of it, and what a reviewer decides.

mod show;

use serde_json::{Value, json};

use super::{
    CommandResult, printable,
    remote::{Api, Remote, text},
};
use crate::{config::block_on, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Verifications, newest first, and how many are in each state
    List(List),
    /// All that is known of one: fields, findings, points, hits, decisions, and what would flip it
    Show {
        /// The verification; `bonafide verifications list` shows them
        id: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Approve or decline one that waits for a human, or ask the person again
    Review(Review),
    /// End one that is not over yet
    Cancel(Other),
    /// Take a decision back, or give the person more time
    Reopen(Other),
    /// Say that a hit of a list is somebody else
    Dismiss {
        /// The verification; `bonafide verifications list` shows them
        id: String,
        /// The hit as `show` names it: list and entry, for instance ofac_sdn:12345
        hit: String,
        /// Why it is somebody else; kept sealed with the person
        #[arg(long)]
        reason: String,
        /// When the hit counts again, for instance 2027-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        until: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Take a dismissal back: the hit counts again
    Restore {
        /// The verification; `bonafide verifications list` shows them
        id: String,
        /// The hit as `show` names it: list and entry, for instance ofac_sdn:12345
        hit: String,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(clap::Args)]
struct List {
    /// Only in this state, for instance review_required; may be given several times
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
    /// Only identity_verification or face_authentication
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only those created through this API: athenty, checkout, verifyhq or vult
    #[arg(long)]
    api: Option<String>,
    /// Only those whose decision was no approval for this reason, for instance face_mismatch
    #[arg(long, value_name = "CODE")]
    reason: Option<String>,
    /// Only those of this user of yours
    #[arg(long, value_name = "ID")]
    user_id: Option<String>,
    /// Only those of this identity
    #[arg(long, value_name = "ID")]
    identity: Option<String>,
    /// Created at or after this time, for instance 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Created before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// The page after this one: `next` in JSON
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
    /// How many, at most 200
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
    #[command(flatten)]
    remote: Remote,
}

#[derive(clap::Args)]
struct Review {
    /// The verification; `bonafide verifications list` shows them
    id: String,
    /// What you decide
    #[arg(value_parser = ["approve", "decline", "ask_again"])]
    verdict: String,
    /// Why, for instance evidence_in_order, not_the_holder or picture_unclear; a word that does not go with the verdict is
    /// answered with those that do
    #[arg(long, value_name = "REASON")]
    reason: String,
    /// For colleagues; kept sealed with the person. Required for the reason other
    #[arg(long)]
    note: Option<String>,
    /// With ask_again: what the person is to capture again; may be given several times
    #[arg(long = "capture", value_parser = ["document_front", "document_back", "liveness"], value_name = "CAPTURE")]
    captures: Vec<String>,
    /// The decision that you saw, as `show` names it; when another was made since, nothing is done [default: the one that
    /// counts now]
    #[arg(long, value_name = "ID")]
    seen: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

#[derive(clap::Args)]
struct Other {
    /// The verification; `bonafide verifications list` shows them
    id: String,
    /// Why, for instance withdrawn or new_information; a word that does not fit is answered with those that do
    #[arg(long, value_name = "REASON")]
    reason: String,
    /// For colleagues; kept sealed with the person. Required for the reason other
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        match args.action {
            Action::List(asked) => list(asked).await,
            Action::Show { id, remote } => {
                let whole = remote.connect()?.get(&path(&id, ""), &[]).await?;
                if remote.json {
                    return Ok(output::json(&whole)?);
                }
                show::whole(&whole);
                Ok(())
            }
            Action::Review(review) => decide(review).await,
            Action::Cancel(other) => say(&other, "cancel").await,
            Action::Reopen(other) => say(&other, "reopen").await,
            Action::Dismiss { id, hit, reason, until, remote } => {
                let body = json!({"reason": reason, "until": until});
                on_hit(&remote, &id, &hit, "dismiss", body).await
            }
            Action::Restore { id, hit, remote } => on_hit(&remote, &id, &hit, "restore", json!({})).await,
        }
    })
}

fn path(id: &str, more: &str) -> String {
    format!("/console/verifications/{}{more}", segment(id))
}

/// One part of a path: what a URL would take for something else is written as it has to be.
pub(super) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

async fn list(asked: List) -> CommandResult {
    let List { status, kind, api, reason, user_id, identity, from, until, after, limit, remote } = asked;
    let status = (!status.is_empty()).then(|| status.join(","));
    let given = [
        ("status", status),
        ("kind", kind),
        ("api", api),
        ("reason", reason),
        ("user_id", user_id),
        ("identity", identity),
        ("from", from),
        ("until", until),
        ("after", after),
    ];
    let mut query: Vec<(&str, String)> =
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let narrowed = !query.is_empty();
    query.push(("limit", limit.to_string()));
    let page = remote.connect()?.get("/console/verifications", &query).await?;
    if remote.json {
        return Ok(output::json(&page)?);
    }
    let all = page["data"].as_array().cloned().unwrap_or_default();
    if all.is_empty() {
        let told = if narrowed { "No verification is like that." } else { "There are none yet." };
        output::line!("{told}");
    } else {
        let mut table = output::table(["created", "id", "status", "score", "user", "api", "why"]);
        for v in &all {
            let score = v["score"].as_f64().map_or_else(String::new, |score| format!("{score:.3}"));
            let why: Vec<&str> =
                v["reasons"].as_array().into_iter().flatten().filter_map(Value::as_str).take(3).collect();
            let [created, id, status, user, api] =
                ["created_at", "id", "status", "user_id", "api"].map(|field| printable(&text(v, field)));
            table.add_row([created, id, status, score, user, api, why.join(", ")]);
        }
        output::print(&table);
    }
    if let Some(counts) = page["counts"].as_object().filter(|counts| !counts.is_empty()) {
        let told: Vec<String> = counts.iter().map(|(status, n)| format!("{n} {status}")).collect();
        output::line!("\n{}", told.join(", "));
    }
    if let Some(next) = page["next"].as_str() {
        output::line!("\nThere may be more: go on with --after {next}.");
    }
    Ok(())
}

async fn decide(review: Review) -> CommandResult {
    let Review { id, verdict, reason, note, captures, seen, remote } = review;
    let server = remote.connect()?;
    let seen = match seen {
        Some(seen) => seen,
        None => last_decision(&server, &id).await?,
    };
    let mut body = json!({"verdict": verdict, "reason": reason, "seen": seen});
    if let Some(note) = note {
        body["note"] = note.into();
    }
    if !captures.is_empty() {
        body["captures"] = captures.into();
    }
    let done = server.post(&path(&id, "/review"), body).await?;
    told(&remote, &id, &verdict, &done)
}

async fn last_decision(server: &Api, id: &str) -> Result<String, Box<dyn std::error::Error>> {
    let whole = server.get(&path(id, ""), &[]).await?;
    let none = "nothing was decided about it yet: there is nothing to review before the person has submitted";
    Ok(whole["decision"].as_str().ok_or(none)?.to_owned())
}

async fn say(other: &Other, what: &str) -> CommandResult {
    let mut body = json!({"reason": other.reason});
    if let Some(note) = &other.note {
        body["note"] = note.as_str().into();
    }
    let done = other.remote.connect()?.post(&path(&other.id, &format!("/{what}")), body).await?;
    told(&other.remote, &other.id, what, &done)
}

fn told(remote: &Remote, id: &str, verdict: &str, done: &Value) -> CommandResult {
    if remote.json {
        return Ok(output::json(done)?);
    }
    let status = text(done, "status");
    if done["decided"] == true {
        output::line!("{id} is {status}.");
    } else {
        output::line!(
            "Proposed to {verdict} {id}, which is still {status}: somebody with another key has to say the same."
        );
    }
    Ok(())
}

async fn on_hit(remote: &Remote, id: &str, hit: &str, what: &str, body: Value) -> CommandResult {
    if !hit.contains(':') {
        return Err(
            "a hit is named by its list and entry, for instance ofac_sdn:12345; `show` names them".into()
        );
    }
    let path = path(id, &format!("/hits/{}/{what}", segment(hit)));
    let done = remote.connect()?.post(&path, body).await?;
    if remote.json {
        return Ok(output::json(&done)?);
    }
    match done["hits"].as_u64().unwrap_or_default() {
        0 => output::line!("No hit of {id} counts now."),
        1 => output::line!("1 hit of {id} counts now."),
        n => output::line!("{n} hits of {id} count now."),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_part_of_a_path_stays_one() {
        assert_eq!(super::segment("ofac_sdn:1 2/3?x"), "ofac_sdn%3A1%202%2F3%3Fx");
        assert_eq!(super::segment("01kt1gw6g0fmj99z5sfwzpmy4a"), "01kt1gw6g0fmj99z5sfwzpmy4a");
    }
}
