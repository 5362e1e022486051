//! What the README tells a newcomer to type works as it stands.

use std::{net::TcpListener, path::Path, process::Command};

use crate::support::BINARY;

#[test]
fn the_quick_start_of_the_readme_works_as_it_stands() {
    let readme = include_str!("../../../../README.md");
    let (_, block) = readme.split_once("```sh\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    // On a port that is free here; all else as it is written.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let script = format!("set -euo pipefail\ntrap 'kill $!' EXIT\n{}", block.replace("8080", &port));
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(BINARY).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .env("PATH", path)
        .env("BONAFIDE_DATA_DIR", folder.path().join("data"))
        .env("BONAFIDE_LISTEN", format!("127.0.0.1:{port}"))
        .env("BONAFIDE_URL", format!("http://127.0.0.1:{port}"))
        .output()
        .unwrap();
    let (printed, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}\n{log}");
    assert!(
        printed.contains("verified: true") && printed.contains("<h1>Bonafide: API reference</h1>"),
        "{printed}"
    );
}
