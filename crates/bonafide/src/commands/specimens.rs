//! `bonafide specimens`: published pictures of specimen documents, so that they are known when somebody hands
//! one in. The pictures stay where they are; the list keeps what they are known again by.

use std::path::{Path, PathBuf};

use bonafide_checks::{
    document::{fingerprint::Fingerprint, read::read},
    image,
};
use bonafide_core::{
    document::{DocumentType, Side},
    time::Clock,
};
use bonafide_engine::specimens;
use serde_json::json;

use super::{CommandResult, keys::open, pictures};
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
    /// Put pictures on the list: a file, or every picture in a folder
    Import {
        path: PathBuf,
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
    /// Show the list
    List {
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
    /// Take one off the list
    Remove {
        id: String,
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: Args) -> CommandResult {
    match args.action {
        Action::Import { path, flags, json } => import(&path, &flags, json),
        Action::List { flags, json } => block_on(list(&flags, json)),
        Action::Remove { id, flags, json } => block_on(remove(&id, &flags, json)),
    }
}

fn import(path: &Path, flags: &Flags, as_json: bool) -> CommandResult {
    let files = files(path)?;
    let models = pictures::models();
    let today = bonafide_engine::world::SystemClock.now().date();
    let (mut read_files, mut refused) = (vec![], vec![]);
    let bar = output::progress(files.len() as u64);
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
        match image::decode(&bytes) {
            Ok(picture) => {
                let reading = read(&models, &picture, None, DocumentType::Unknown, today, 0.85).reading;
                // A picture of a back is searched among the fronts too: nobody says which side it is.
                read_files.push((name, bytes, Fingerprint::of(&picture, &reading, Side::Front)));
            }
            Err(why) => refused.push((name, why.to_string())),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let (mut added, mut known) = (0, 0);
    block_on(async {
        let engine = open(flags).await?;
        for (name, bytes, print) in &read_files {
            if specimens::add(&engine, name, bytes, print).await? { added += 1 } else { known += 1 }
        }
        engine.close().await;
        Ok(())
    })?;
    if as_json {
        let refused: Vec<_> = refused.iter().map(|(file, why)| json!({"file": file, "why": why})).collect();
        output::json(&json!({"added": added, "known": known, "refused": refused}))?;
    } else {
        output::line!("Added {added}; {known} were on the list already; {} refused.", refused.len());
        for (file, why) in refused {
            output::line!("  - {file}: {why}");
        }
    }
    Ok(())
}

/// A file, or the files of a folder in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    let wrong = |e| format!("cannot read {}: {e}", path.display());
    if !std::fs::metadata(path).map_err(wrong)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = vec![];
    for entry in std::fs::read_dir(path).map_err(wrong)? {
        let entry = entry.map_err(wrong)?.path();
        let ending = entry.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
        if ["jpg", "jpeg", "png", "webp"].contains(&ending.as_str()) {
            files.push(entry);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(format!("{} holds no picture (jpg, png or webp)", path.display()).into());
    }
    Ok(files)
}

async fn list(flags: &Flags, as_json: bool) -> CommandResult {
    let engine = open(flags).await?;
    let all = specimens::list(&engine).await?;
    engine.close().await;
    if as_json {
        let row = |s: &specimens::Specimen| json!({"id": s.id.to_string(), "name": s.name, "created_at": s.created_at.to_string()});
        output::json(&all.iter().map(row).collect::<Vec<_>>())?;
    } else if all.is_empty() {
        output::line!("The list is empty; `import` puts pictures on it.");
    } else {
        let mut table = output::table(["id", "name", "added"]);
        for s in all {
            table.add_row([s.id.to_string(), s.name, s.created_at.to_string()]);
        }
        output::print(&table);
    }
    Ok(())
}

async fn remove(id: &str, flags: &Flags, as_json: bool) -> CommandResult {
    let parsed = id.parse().map_err(|_| "no such specimen; `list` shows the ids")?;
    let engine = open(flags).await?;
    specimens::remove(&engine, parsed).await?;
    engine.close().await;
    if as_json {
        output::json(&json!({"id": id, "removed": true}))?;
    } else {
        output::line!("Removed {id}.");
    }
    Ok(())
}
