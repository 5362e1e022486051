//! `bonafide`: one binary for serving, checking, measuring and looking after an installation.

mod commands;

use clap::Parser;

#[derive(Parser)]
#[command(name = "bonafide", version, about = "Self-hosted identity verification")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Measure the checks on a folder of labelled data
    Eval(commands::eval::Args),
    /// Installed model weights: list, fetch, verify
    Models(commands::models::Args),
}

fn main() -> std::process::ExitCode {
    let done = match Cli::parse().command {
        Command::Eval(args) => commands::eval::run(args),
        Command::Models(args) => commands::models::run(args),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
