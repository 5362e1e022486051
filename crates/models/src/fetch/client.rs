//! The ordinary registry clients, so that a machine's configured mirror, proxy and certificates count.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::manifest::{Registry, Source};

/// Wheels are only unpacked: the Python they are asked for is a name, not one that must be installed.
const PYTHON: &str = "3.11";

/// Downloads an archive into a folder; its path. The content is not verified here.
pub(super) fn download(source: &Source, into: &Path) -> Result<PathBuf, String> {
    match source.registry {
        Registry::Pypi => pip(source, into),
        Registry::Npm => npm(source, into),
    }?;
    let archive = into.join(&source.archive);
    if archive.is_file() {
        Ok(archive)
    } else {
        Err(format!("the client did not deliver {}", source.archive))
    }
}

fn pip(source: &Source, into: &Path) -> Result<(), String> {
    // Distributions install pip as a module, as a program, or both.
    let spellings: [(&str, &[&str]); 3] = [("python3", &["-m", "pip"]), ("pip3", &[]), ("pip", &[])];
    let mut found = None;
    for (program, before) in spellings {
        let answers = Command::new(program).args(before).arg("--version").stdin(Stdio::null()).output();
        if answers.is_ok_and(|output| output.status.success()) {
            found = Some((program, before));
            break;
        }
    }
    let (program, before) = found.ok_or_else(|| missing("pip (Debian: python3-pip)", source))?;
    let mut command = Command::new(program);
    command.args(before).args(["download", "--quiet", "--disable-pip-version-check", "--no-input"]);
    command.args(["--no-deps", "--only-binary=:all:", "--python-version", PYTHON]);
    command.args(wheel_tags(&source.archive)?);
    command.arg("--dest").arg(into).arg(format!("{}=={}", source.package, source.version));
    finish(command, source, "pip")
}

fn npm(source: &Source, into: &Path) -> Result<(), String> {
    let mut command = Command::new("npm");
    command.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(into);
    command.arg(format!("{}@{}", source.package, source.version));
    finish(command, source, "npm")
}

/// The options that make pip choose a wheel by its name: `name-version-python-abi-platform.whl`.
fn wheel_tags(wheel: &str) -> Result<Vec<String>, String> {
    let mut tags = wheel.strip_suffix(".whl").into_iter().flat_map(|name| name.rsplit('-'));
    let (Some(platforms), Some(abi), Some(python)) = (tags.next(), tags.next(), tags.next()) else {
        return Err(format!("{wheel} is not the name of a wheel"));
    };
    let implementation: String = python.chars().take_while(char::is_ascii_alphabetic).collect();
    let mut options = vec!["--implementation".to_owned(), implementation, "--abi".to_owned(), abi.to_owned()];
    for platform in platforms.split('.') {
        options.extend(["--platform".to_owned(), platform.to_owned()]);
    }
    Ok(options)
}

fn finish(mut command: Command, source: &Source, client: &str) -> Result<(), String> {
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(missing(client, source)),
        Err(error) => return Err(format!("{client} could not be started: {error}")),
    };
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(4)..).unwrap_or_default().join("\n");
    Err(format!("{client} could not download {} {}:\n{last}", source.package, source.version))
}

fn missing(client: &str, source: &Source) -> String {
    format!("{client} is needed to download {}: install it, or get that archive elsewhere", source.archive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheels_name_says_what_to_ask_for() {
        assert_eq!(
            wheel_tags("rapidocr-3.9.2-py3-none-any.whl").unwrap(),
            ["--implementation", "py", "--abi", "none", "--platform", "any"]
        );
        assert_eq!(
            wheel_tags("m-0.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl").unwrap(),
            [
                "--implementation",
                "cp",
                "--abi",
                "cp311",
                "--platform",
                "manylinux_2_17_x86_64",
                "--platform",
                "manylinux2014_x86_64"
            ]
        );
        assert!(wheel_tags("package-1.0.tar.gz").is_err());
        assert!(wheel_tags("short.whl").is_err());
    }
}
