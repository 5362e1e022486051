//! `bonafide eval SUITE DIR`: starts the program `bonafide-eval`, which lies beside this one where checks are measured.

use std::{
    env::consts::EXE_SUFFIX,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use super::CommandResult;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to measure and the folder of the data; `--help` lists all
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let program = beside(&std::env::current_exe()?)?;
    let status = Command::new(&program)
        .args(args.arguments)
        .status()
        .map_err(|e| format!("cannot start {}: {e}", program.display()))?;
    if status.success() {
        return Ok(());
    }
    // It said why.
    std::process::exit(status.code().unwrap_or(1))
}

fn beside(this: &Path) -> Result<PathBuf, String> {
    let program = this.with_file_name(format!("bonafide-eval{EXE_SUFFIX}"));
    if program.is_file() {
        return Ok(program);
    }
    Err(format!(
        "measuring is a program of its own, and {} is not there: build it with `cargo build --release -p bonafide-eval`",
        program.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_the_way_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let this = folder.path().join("bonafide");
        let why = beside(&this).unwrap_err();
        assert!(why.contains("cargo build --release -p bonafide-eval"), "{why}");
        let program = folder.path().join(format!("bonafide-eval{EXE_SUFFIX}"));
        std::fs::write(&program, "").unwrap();
        assert_eq!(beside(&this), Ok(program));
    }
}
