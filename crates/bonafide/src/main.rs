//! `bonafide`: one binary for serving, checking, measuring and looking after an installation.

#![cfg_attr(not(test), deny(clippy::print_stdout))]

mod commands;
mod config;
mod docs;
mod environment;
mod mount;
mod output;
mod seals;
mod settings;

use std::alloc::System;

use clap::Parser;
use zeroizing_alloc::ZeroAlloc;

/// What is freed is overwritten, so that nothing of a person stays in memory that nobody uses any more. Libraries that are not
/// written in Rust have allocators of their own.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

#[derive(Parser)]
#[command(name = "bonafide", version, about = "Self-hosted identity verification")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Serve the API and run the checks
    Serve(commands::serve::Args),
    /// Verify a person from picture files, without a server
    Verify(commands::verify::Args),
    /// Read a document from picture files
    Read(commands::read::Args),
    /// Compare the faces in two pictures
    Match(commands::r#match::Args),
    /// Judge whether pictures show a live person
    Liveness(commands::liveness::Args),
    /// Look for what is missing or wrong in this installation
    Doctor(commands::doctor::Args),
    /// Whether a server serves, as an exit status
    Ready(commands::ready::Args),
    /// The settings file, with every setting explained
    Config(commands::config::Args),
    /// Copy the database, the pictures and the lists beside a running server
    Backup(commands::backup::Args),
    /// Every route and the file it is written in
    Routes(commands::routes::Args),
    /// Who did what: verify, export
    Audit(commands::audit::Args),
    /// The keys that wrap what is stored: list, rotate, rewrap, retire
    Keyring(commands::keyring::Args),
    /// API keys: create, list, rotate, revoke
    Keys(commands::keys::Args),
    /// OAuth clients: create, list, rotate, revoke
    OauthClients(commands::keys::Args),
    /// The tenants of this installation: list, set the plan
    Organizations(commands::organizations::Args),
    /// Persons' cases: list, show, review, cancel, reopen
    Verifications(commands::verifications::Args),
    /// Faces, numbers and names that are not wanted again: list, add, remove
    BlockList(commands::block_list::Args),
    /// What happened: list, show, replay
    Events(commands::events::Args),
    /// Where events are sent: create, test, rotate, replay, look at attempts
    Webhooks(commands::webhooks::Args),
    /// Send what happens on to a program on this machine
    Listen(commands::listen::Args),
    /// Make any event happen, in a sandbox
    Trigger(commands::trigger::Args),
    /// What a verification must have, and what follows when it has not: list, show, test, set
    Policy(commands::policy::Args),
    /// Installed model weights: list, fetch, verify
    Models(commands::models::Args),
    /// Screen names against the lists
    Screen(commands::screen::Args),
    /// What screenings found: export the log, dismiss a hit that is somebody else
    Screenings(commands::screenings::Args),
    /// The lists that names are screened against: import, update, status, remove
    Lists(commands::lists::Args),
    /// Published specimen documents to be known again: import, list, remove
    Specimens(commands::specimens::Args),
    /// Make the decisions of a session again from what was stored with them
    Replay(commands::replay::Args),
    /// What other weights would have decided about past sessions
    Backtest(commands::backtest::Args),
    /// Measure the checks on a folder of labelled data, with the program bonafide-eval
    #[command(disable_help_flag = true)]
    Eval(commands::eval::Args),
    /// Send one person through a running server's API
    Demo(commands::demo::Args),
    /// A child of the server
    #[command(hide = true)]
    Worker(commands::worker::Args),
}

fn main() -> std::process::ExitCode {
    if let Err(error) = bonafide_models::without_telemetry() {
        anstream::eprintln!("error: cannot start without the telemetry of ONNX Runtime: {error}");
        return std::process::ExitCode::FAILURE;
    }
    let done = match Cli::parse().command {
        Command::Serve(args) => commands::serve::run(args),
        Command::Verify(args) => commands::verify::run(args),
        Command::Read(args) => commands::read::run(args),
        Command::Match(args) => commands::r#match::run(args),
        Command::Liveness(args) => commands::liveness::run(args),
        Command::Doctor(args) => commands::doctor::run(args),
        Command::Ready(args) => commands::ready::run(args),
        Command::Config(args) => commands::config::run(args),
        Command::Backup(args) => commands::backup::run(args),
        Command::Routes(args) => commands::routes::run(args),
        Command::Audit(args) => commands::audit::run(args),
        Command::Keyring(args) => commands::keyring::run(args),
        Command::Keys(args) => commands::keys::run(args),
        Command::OauthClients(args) => commands::keys::run_for_clients(args),
        Command::Organizations(args) => commands::organizations::run(args),
        Command::Verifications(args) => commands::verifications::run(args),
        Command::BlockList(args) => commands::block_list::run(args),
        Command::Events(args) => commands::events::run(args),
        Command::Webhooks(args) => commands::webhooks::run(args),
        Command::Listen(args) => commands::listen::run(args),
        Command::Trigger(args) => commands::trigger::run(args),
        Command::Policy(args) => commands::policy::run(args),
        Command::Models(args) => commands::models::run(args),
        Command::Screen(args) => commands::screen::run(args),
        Command::Screenings(args) => commands::screenings::run(args),
        Command::Lists(args) => commands::lists::run(args),
        Command::Specimens(args) => commands::specimens::run(args),
        Command::Replay(args) => commands::replay::run(args),
        Command::Backtest(args) => commands::backtest::run(args),
        Command::Eval(args) => commands::eval::run(args),
        Command::Demo(args) => commands::demo::run(args),
        Command::Worker(args) => commands::worker::run(args),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) if output::is_reader_gone(&*error) => std::process::ExitCode::from(output::READER_GONE),
        Err(error) => {
            anstream::eprintln!("error: {}", bonafide_core::problem::with_causes(&*error));
            if error.is::<commands::Incomplete>() {
                std::process::ExitCode::from(3)
            } else if error.is::<commands::audit::Tampered>() {
                std::process::ExitCode::from(4)
            } else {
                std::process::ExitCode::FAILURE
            }
        }
    }
}
