//! `bonafide audit`: whether the log of who did what is as it was written, and all of it there; and the log itself.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, BufRead as _, BufReader, Write},
    path::{Path, PathBuf},
};

use bonafide_core::{id::OrganizationId, time::Timestamp};
use bonafide_store::{
    Db,
    audit::{self, Anchor, Anchors, Exported, Fault, Line, Verdict},
    crypto::Key,
    keyring::FileKeyRing,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CommandResult, Incomplete};
use crate::{
    config::{Config, Flags, block_on},
    output,
};

/// Lines that are read at once.
const PAGE: i64 = 1000;
/// Lines from which on it is shown how far it is.
const LONG: i64 = 20_000;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Recompute every chain, and look for the heads that were written to the file of anchors. Beside a running server too.
    /// Exit status 4: a chain or the file is not as it was written; 3: the chains are, and there is no file of anchors
    Verify {
        #[command(flatten)]
        common: Common,
        /// A file of anchors, for instance a copy that you keep elsewhere [default: that of the settings]
        #[arg(long, value_name = "FILE")]
        anchors: Option<PathBuf>,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Go through lines that were exported, away from the installation and its key ring. Without secrets: that none is missing, that
    /// they are in order, and that they are those the anchors name. With them: that each is as it was written. Exit status 4: they
    /// are not; 3: what was looked at is, and something was not there to look at
    Check {
        /// What `export` printed
        lines: PathBuf,
        /// What `keys` printed
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
        /// A copy of the file of anchors
        #[arg(long, value_name = "FILE")]
        anchors: Option<PathBuf>,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Print the lines as they were hashed, each an object of JSON. Nobody's personal data is in them
    Export(Common),
    /// Print what lines are verified with, for each organization and each key of the key ring that lines name. Whoever has one can
    /// verify the lines of that organization, and write some; it opens nothing
    Keys(Common),
}

#[derive(clap::Args)]
struct Common {
    /// Only this organization, by id [default: all]
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
    #[command(flatten)]
    flags: Flags,
}

/// What `verify` ends with that found something: the exit status 4.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Tampered(String);

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        match args.action {
            Action::Check { lines, keys, anchors, json } => {
                check(&lines, keys.as_deref(), anchors.as_deref(), json)
            }
            Action::Verify { common, anchors, json } => verify(&common, anchors.as_deref(), json).await,
            Action::Export(common) => export(&common).await,
            Action::Keys(common) => keys(&common).await,
        }
    })
}

/// The chains that are meant, with their lengths.
async fn chains(
    common: &Common,
    db: &Db,
) -> Result<BTreeMap<OrganizationId, i64>, Box<dyn std::error::Error>> {
    let mut chains: BTreeMap<_, _> = audit::chains(&mut db.read().await?).await?.into_iter().collect();
    if let Some(wanted) = common.organization {
        chains.retain(|id, _| *id == wanted);
        if chains.is_empty() {
            return Err(
                "this organization has no lines; `bonafide organizations list` shows those that there are"
                    .into(),
            );
        }
    }
    Ok(chains)
}

async fn verify(common: &Common, anchors: Option<&Path>, json: bool) -> CommandResult {
    let config = Config::load(&common.flags, json!({}))?;
    let (db, ring) = config.look_at_vault().await?;
    let file = Anchors::in_file(anchors.unwrap_or(&config.audit_anchors()));
    // Before the chains, which only grow: what was anchored meanwhile is not missed.
    let read = file.read(&ring)?;
    let (heads, fault) = read.clone().unwrap_or_default();
    let mut lengths = match chains(common, &db).await {
        Ok(lengths) => lengths,
        // Of what is gone altogether there are anchors.
        Err(_) if common.organization.is_some_and(|id| heads.iter().any(|a| a.organization == id)) => {
            BTreeMap::new()
        }
        Err(error) => return Err(error),
    };
    for anchor in heads.iter().filter(|a| common.organization.is_none_or(|id| id == a.organization)) {
        lengths.entry(anchor.organization).or_default();
    }
    let verdicts = verdicts(&db, &ring, &heads, &lengths).await;
    db.close().await;
    let verdicts = verdicts?;
    if json {
        output::json(&report(&verdicts, Some(&file), read.as_ref()))?;
    } else {
        tell(&verdicts, Some(&file), &heads);
    }
    let broken = verdicts.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Broken { .. })).count();
    if broken > 0 {
        return Err(Tampered(format!(
            "{broken} of {} chains are not as they were written: leave the database, the file of anchors and your backups as \
             they are, and compare the lines from there on with a backup (docs/operations.md, The audit log)",
            verdicts.len()
        ))
        .into());
    }
    match (fault, read) {
        (Some(fault), _) => Err(Tampered(format!(
            "{}: {fault}; the chains hold every head before it. Compare the file with a copy, and look for who can write to it",
            file.path().display()
        ))
        .into()),
        (None, None) if !verdicts.is_empty() => Err(Incomplete(format!(
            "the chains are as they were written, but there is no file of anchors {}: what was cut off at their ends is not \
             noticed. A running server writes it; name a copy with --anchors",
            file.path().display()
        ))
        .into()),
        _ => Ok(()),
    }
}

type Verdicts = Vec<(OrganizationId, Verdict)>;

async fn verdicts(
    db: &Db,
    ring: &FileKeyRing,
    heads: &[Anchor],
    lengths: &BTreeMap<OrganizationId, i64>,
) -> bonafide_store::Result<Verdicts> {
    let all: i64 = lengths.values().sum();
    let bar = match all >= LONG {
        true => output::progress(all.unsigned_abs()),
        false => indicatif::ProgressBar::hidden(),
    };
    let (mut verdicts, mut before) = (vec![], 0u64);
    for (id, length) in lengths {
        let told = |line: i64| bar.set_position(before + line.unsigned_abs());
        verdicts.push((*id, audit::verify(db, *id, ring, heads, &told).await?));
        before += length.unsigned_abs();
    }
    bar.finish_and_clear();
    Ok(verdicts)
}

fn report(verdicts: &Verdicts, file: Option<&Anchors>, read: Option<&(Vec<Anchor>, Option<Fault>)>) -> Value {
    let chain = |(id, verdict): &(OrganizationId, Verdict)| match verdict {
        Verdict::Intact { lines, unkeyed, anchors, unproved } => json!({
            "organization": id, "intact": true, "lines": lines, "unkeyed": unkeyed, "anchors": anchors,
            "unproved": unproved,
        }),
        Verdict::Broken { seq, because } => {
            json!({"organization": id, "intact": false, "line": seq, "because": because.to_string()})
        }
    };
    let chains: Vec<Value> = verdicts.iter().map(chain).collect();
    let fault = read.and_then(|(_, fault)| fault.as_ref());
    let anchors = json!({
        "file": file.map(|file| file.path().display().to_string()),
        "found": read.is_some(),
        "heads": read.map_or(0, |(heads, _)| heads.len()),
        "because": fault.map(ToString::to_string),
    });
    let intact = fault.is_none() && chains.iter().all(|chain| chain["intact"] == true);
    json!({"intact": intact, "chains": chains, "anchors": anchors})
}

fn tell(verdicts: &Verdicts, file: Option<&Anchors>, heads: &[Anchor]) {
    let mut table = output::table(["organization", "lines", "anchors", ""]);
    for (id, verdict) in verdicts {
        table.add_row(match verdict {
            Verdict::Intact { lines, unkeyed, anchors, unproved } => {
                let said = match (unproved, unkeyed) {
                    (0, 0) => "as it was written".to_owned(),
                    (0, _) => format!("as it was written; the first {unkeyed} lines are older than keys"),
                    _ => format!("in order and none missing; what {unproved} lines say is not proved"),
                };
                [id.to_string(), lines.to_string(), anchors.to_string(), said]
            }
            Verdict::Broken { seq, because } => {
                [id.to_string(), String::new(), String::new(), format!("line {seq}: {because}")]
            }
        });
    }
    output::print(&table);
    if let (Some(file), Some(last)) = (file, heads.last()) {
        output::line!("\n{} heads in {}, the last of {}.", heads.len(), file.path().display(), last.at);
    }
}

async fn export(common: &Common) -> CommandResult {
    let config = Config::load(&common.flags, json!({}))?;
    let (db, _) = config.look_at_vault().await?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for organization in chains(common, &db).await?.into_keys() {
        let mut last = 0;
        loop {
            let mut tx = db.read().await?;
            let lines = audit::list(&mut tx, organization, last, PAGE).await?;
            drop(tx);
            let Some(end) = lines.last() else { break };
            last = end.seq;
            for line in &lines {
                serde_json::to_writer(&mut out, &shown(organization, line))?;
                out.write_all(b"\n")?;
            }
        }
    }
    out.flush()?;
    db.close().await;
    Ok(())
}

/// A line, with every part of it as it was hashed.
#[derive(Serialize, Deserialize)]
struct Shown {
    organization: OrganizationId,
    #[serde(with = "digits")]
    organization_bytes: Vec<u8>,
    seq: i64,
    at: Timestamp,
    actor: String,
    action: String,
    object: String,
    detail: String,
    key: Option<String>,
    #[serde(with = "digits")]
    previous_hash: Vec<u8>,
    #[serde(with = "digits")]
    hash: Vec<u8>,
}

fn shown(organization: OrganizationId, line: &Line) -> Shown {
    let line = line.clone();
    Shown {
        organization,
        organization_bytes: organization.uuid().as_bytes().to_vec(),
        seq: line.seq,
        at: line.at,
        actor: line.actor,
        action: line.action,
        object: line.object,
        detail: line.detail,
        key: line.key_id,
        previous_hash: line.previous_hash,
        hash: line.hash,
    }
}

/// Bytes as hexadecimal digits.
mod digits {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What the lines of an organization that name this key are verified with.
#[derive(Serialize, Deserialize)]
struct Secret {
    organization: OrganizationId,
    key: String,
    #[serde(with = "digits")]
    secret: Vec<u8>,
}

/// The objects of a file, one a line.
fn read<T: for<'de> Deserialize<'de>>(
    path: &Path,
    each: &mut dyn FnMut(T) -> CommandResult,
) -> CommandResult {
    let file = File::open(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        if !line.is_empty() {
            let one = serde_json::from_str(&line)
                .map_err(|e| format!("line {} of {} is none: {e}", index + 1, path.display()))?;
            each(one)?;
        }
    }
    Ok(())
}

fn check(lines: &Path, keys: Option<&Path>, anchors: Option<&Path>, json: bool) -> CommandResult {
    let mut secrets: HashMap<(OrganizationId, String), Key> = HashMap::new();
    if let Some(path) = keys {
        read(path, &mut |one: Secret| {
            let secret = one.secret.try_into().map_err(|_| "a secret has 32 bytes")?;
            secrets.insert((one.organization, one.key), Key::new(secret));
            Ok(())
        })?;
    }
    let file = anchors.map(Anchors::in_file);
    let found = match &file {
        Some(file) => Some(file.read_unproved()?.ok_or("there is no such file of anchors")?),
        None => None,
    };
    let (heads, fault) = found.clone().unwrap_or_default();
    let mut chains: BTreeMap<OrganizationId, Exported<'_>> = BTreeMap::new();
    let chain = |id| Exported::new(id, &secrets, &heads);
    read(lines, &mut |line: Shown| {
        let id = line.organization;
        if id.uuid().as_bytes() != &*line.organization_bytes {
            return Err(Tampered(format!("line {} of {id} names two organizations", line.seq)).into());
        }
        chains.entry(id).or_insert_with(|| chain(id)).add(Line {
            seq: line.seq,
            at: line.at,
            actor: line.actor,
            action: line.action,
            object: line.object,
            detail: line.detail,
            key_id: line.key,
            previous_hash: line.previous_hash,
            hash: line.hash,
        })?;
        Ok(())
    })?;
    // An export of one organization says nothing of others that the anchors name.
    let verdicts: Verdicts = chains.into_iter().map(|(id, chain)| (id, chain.end())).collect();
    if json {
        output::json(&report(&verdicts, file.as_ref(), found.as_ref()))?;
    } else {
        tell(&verdicts, file.as_ref(), &heads);
    }
    let broken = verdicts.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Broken { .. })).count();
    if broken > 0 {
        return Err(
            Tampered(format!("{broken} of {} chains are not as they were written", verdicts.len())).into()
        );
    }
    if let Some(fault) = fault {
        return Err(Tampered(format!("{fault}; the chains hold every head before it")).into());
    }
    let unproved: i64 = verdicts
        .iter()
        .map(|(_, verdict)| if let Verdict::Intact { unproved, .. } = verdict { *unproved } else { 0 })
        .sum();
    let mut missing = vec![];
    if verdicts.is_empty() {
        missing.push("there is no line".to_owned());
    }
    if unproved > 0 {
        missing.push(format!(
            "what {unproved} lines say is proved by their secrets alone: name with --keys what `bonafide audit keys` printed"
        ));
    }
    if found.is_none() {
        missing.push(
            "what was cut off at the ends is not noticed: name a copy of the file of anchors with --anchors"
                .to_owned(),
        );
    }
    match missing.is_empty() {
        true => Ok(()),
        false => {
            Err(Incomplete(format!("what was looked at is as it was written, but {}", missing.join("; ")))
                .into())
        }
    }
}

async fn keys(common: &Common) -> CommandResult {
    let config = Config::load(&common.flags, json!({}))?;
    let (db, ring) = config.look_at_vault().await?;
    let mut out = io::stdout().lock();
    for organization in chains(common, &db).await?.into_keys() {
        let mut tx = db.read().await?;
        for name in audit::key_ids(&mut tx, organization).await? {
            let key = audit::key(&ring, &name, organization)?;
            serde_json::to_writer(&mut out, &Secret { organization, key: name, secret: key.to_vec() })?;
            out.write_all(b"\n")?;
        }
    }
    db.close().await;
    Ok(())
}
