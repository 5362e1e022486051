//! After a verification, nothing on the disk shows the person: every file under the data directory is
//! searched for canaries, and so is the log.

use std::path::{Path, PathBuf};

use crate::support::{Client, Installation, PLACE, sample};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn requirement_09_no_file_shows_the_person() {
    let installation = Installation::new(None);
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    let canary = "Canary Quetzalcoatl";
    let metadata = json!({"metadata": {"name": canary}, "webhook_url": "https://example.org/quetzalcoatl"});
    let (_, created) = client.post("/idv/session/create", metadata).await.unwrap();
    let session = created["session_id"].as_str().unwrap();
    let read = client.carry_on(session).await.unwrap();
    assert_eq!((&read["verified"], &read["metadata"]["name"]), (&json!(true), &json!(canary)));
    let (_, document) = client.post("/idv/document/read", json!({"session_id": session})).await.unwrap();

    // What is shown once: a webhook's secret, also in the answer that is kept for a repeated request.
    let hook = json!({"name": "canary", "url": "https://example.com/"});
    let (_, made) = client.post_as("7a9c-canary", "/webhook/create", hook.clone()).await.unwrap();
    let (_, again) = client.post_as("7a9c-canary", "/webhook/create", hook).await.unwrap();
    assert_eq!(made, again);
    let secret = made["secret"].as_str().unwrap();

    let mut canaries: Vec<(String, Vec<u8>)> = vec![];
    let hidden = ["7a9c-canary", secret, secret.trim_start_matches("whsec_"), &installation.api_key];
    canaries.extend(hidden.map(|text| (text.to_owned(), text.as_bytes().to_vec())));
    let (latitude, longitude) = (PLACE.0.to_string(), PLACE.1.to_string());
    for text in [canary, "quetzalcoatl", &latitude, &longitude, &installation.client_secret] {
        canaries.push((text.to_owned(), text.as_bytes().to_vec()));
    }
    for field in ["first_name", "last_name", "document_number", "birth_date"] {
        let value = document[field].as_str().unwrap_or_else(|| panic!("{field} in {document:#}"));
        canaries.push((field.to_owned(), value.as_bytes().to_vec()));
    }
    // What JPEG and PNG files start with, and what the sample pictures hold.
    canaries.push(("JPEG".to_owned(), b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec()));
    canaries.push(("PNG".to_owned(), b"\x89PNG\r\n\x1a\n".to_vec()));
    let picture = std::fs::read(sample("passport.jpg")).unwrap();
    canaries.push(("picture".to_owned(), picture[picture.len() / 2..][..32].to_vec()));

    // Shorter ones would be met by chance, in what is sealed or in a duration.
    for (name, bytes) in &canaries {
        assert!(bytes.len() >= 6, "{name} is too short to be searched for");
    }
    let pictures = 3;

    // While the server runs, with its write-ahead log, and after it was killed.
    let seen = search(&installation.data(), &canaries);
    assert!(seen.is_empty(), "{seen:?}");
    let log = server.kill();
    let seen = search(&installation.data(), &canaries);
    assert!(seen.is_empty(), "{seen:?}");
    for (name, bytes) in &canaries[..canaries.len() - pictures] {
        assert!(!contains(log.as_bytes(), bytes), "{name} in the log");
    }
    assert!(log.contains("job done"), "the log was looked at");

    // The search itself finds what is there.
    let planted = installation.data().join("planted");
    std::fs::write(&planted, format!("x{canary}x").to_uppercase()).unwrap();
    assert!(!search(&installation.data(), &canaries).is_empty());
}

#[test]
fn the_key_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let installation = Installation::new(None);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&installation.data().join("keys")), 0o600);
    assert_eq!(mode(&installation.data()), 0o700);
}

/// Which canary is in which file; letters in either case.
fn search(folder: &Path, canaries: &[(String, Vec<u8>)]) -> Vec<(String, PathBuf)> {
    let mut seen = vec![];
    let mut folders = vec![folder.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            files += 1;
            let bytes = std::fs::read(entry.path()).unwrap();
            let found = canaries.iter().filter(|(_, canary)| contains(&bytes, canary));
            seen.extend(found.map(|(name, _)| (name.clone(), entry.path())));
        }
    }
    assert!(files >= 5, "database, keys and pictures are there");
    seen
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle))
}
