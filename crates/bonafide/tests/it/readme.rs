//! What the README tells a newcomer to type works as it stands.

use std::{net::TcpListener, path::Path, process::Command};

use crate::support::BINARY;

#[test]
fn what_the_readme_says_works_as_it_stands() {
    let readme = include_str!("../../../../README.md");
    let blocks: Vec<&str> =
        readme.split("```sh\n").skip(1).map(|block| block.split_once("```").unwrap().0).collect();
    assert_eq!(blocks.len(), 3, "the quick start, and one for each API with keys");
    // On a port that is free here; all else as it is written, in one shell.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let blocks = blocks.concat().replace("8080", &port);
    let script = format!("set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n{blocks}");
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(BINARY).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("timeout")
        .args(["600", "bash", "-c", &script])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .env("PATH", path)
        .env("BONAFIDE_DATA_DIR", folder.path().join("data"))
        .env("BONAFIDE_LISTEN", format!("127.0.0.1:{port}"))
        .env("BONAFIDE_URL", format!("http://127.0.0.1:{port}"))
        .output()
        .unwrap();
    let (printed, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}\n{log}");
    let expected = [
        "verified: true",
        "<h1>Bonafide: API reference</h1>",
        r#""status": "approved""#,
        r#""status": "VERIFIED""#,
    ];
    for expected in expected {
        assert!(printed.contains(expected), "{expected} is not in:\n{printed}");
    }
}
