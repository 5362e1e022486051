//! `bonafide backup`: a copy of what the data directory holds, made beside a running server. The key ring is not in it:
//! who has both can read everything.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use bonafide_store::Db;

use super::CommandResult;
use crate::{
    config::{Config, Flags, block_on, create_private},
    output,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    flags: Flags,
    /// The folder to create; it is there only when all of it is
    folder: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Default, serde::Serialize)]
struct Report {
    /// Of the database; absent with PostgreSQL, which `pg_dump` copies.
    database_bytes: Option<u64>,
    pictures: u64,
    list_files: u64,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let config = Config::load(&args.flags, serde_json::json!({}))?;
    if args.folder.exists() {
        return Err(format!("{} exists already: name a new folder", args.folder.display()).into());
    }
    let mut name = args.folder.file_name().ok_or("name a folder to create")?.to_owned();
    name.push(".part");
    let part = args.folder.with_file_name(name);
    if part.exists() {
        let part = part.display();
        return Err(
            format!("{part} is left of a backup that did not end, or one is under way: remove it").into()
        );
    }
    create_private(&part)?;

    let mut report = Report::default();
    // The database first: a picture is stored before the row that names it, so every picture of this copy is there to
    // be copied after it, but for those of people who are erased meanwhile.
    if let Some(file) = config.sqlite_file()? {
        let copy = part.join("bonafide.db");
        block_on(async { Ok(Db::copy_sqlite(&file, &copy).await?) })?;
        report.database_bytes = Some(fs::metadata(&copy)?.len());
    }
    report.pictures = copy_folder(&config.data_dir.join("blobs"), &part.join("blobs"))?;
    report.list_files = copy_folder(&config.lists_dir(), &part.join("lists"))?;
    fs::rename(&part, &args.folder).map_err(|e| format!("cannot create {}: {e}", args.folder.display()))?;

    if args.json {
        output::json(&report)?;
        return Ok(());
    }
    let Report { database_bytes, pictures, list_files } = report;
    output::line!("{} holds", args.folder.display());
    match database_bytes {
        Some(bytes) => output::line!("  the database, {:.1} MB", bytes as f64 / 1e6),
        None => output::line!("  not the database: pg_dump copies it (before this command, not after)"),
    }
    output::line!("  {pictures} pictures, {list_files} files of lists");
    output::line!(
        "Without the key ring {} it is noise: keep a copy of that in another place.",
        config.key_file().display()
    );
    Ok(())
}

/// Copies files and folders; how many files. What is removed meanwhile is left out, and so is what is being written.
fn copy_folder(from: &Path, to: &Path) -> Result<u64, Box<dyn std::error::Error>> {
    let failed = |path: &Path, error: io::Error| format!("cannot copy {}: {error}", path.display());
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        other => other.map_err(|e| failed(from, e))?,
    };
    create_private(to)?;
    let mut files = 0;
    for entry in entries {
        let entry = entry.map_err(|e| failed(from, e))?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.extension().is_some_and(|e| e == "new")
            || entry.file_name().as_encoded_bytes().starts_with(b".")
        {
            continue;
        }
        let result = match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                files += copy_folder(&path, &copy)?;
                continue;
            }
            Ok(_) => copy_file(&path, &copy),
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => files += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&path, error).into()),
        }
    }
    Ok(files)
}

/// A copy that survives a power cut.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    File::open(to)?.sync_all()
}
