//! The commands that need no server, as programs see them.

use std::process::{Command, Output};

use crate::support::{BINARY, Installation, sample};
use serde_json::Value;

fn bonafide(args: &[&str]) -> Output {
    Command::new(BINARY).args(args).output().unwrap()
}

fn json(args: &[&str]) -> Value {
    let output = bonafide(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn path(name: &str) -> String {
    sample(name).display().to_string()
}

#[test]
fn verify_tells_the_person_from_somebody_else() {
    let (passport, selfie, other) = (path("passport.jpg"), path("selfie.jpg"), path("other.jpg"));
    let same =
        json(&["verify", "--front", &passport, "--selfie", &selfie, "--json", "--today", "2026-06-01"]);
    assert_eq!(same["decision"], "approved", "{same:#}");
    assert!(same["score"].as_f64().is_some_and(|s| (0.75..=1.0).contains(&s)));
    assert_eq!(
        (&same["document"]["type"], &same["document"]["country"]),
        (&"passport".into(), &"UTO".into())
    );
    let name = &same["document"]["fields"]["last_name"];
    assert_eq!(name["source"], "mrz");
    assert!(name["value"].as_str().is_some() && name["confidence"].as_f64().is_some());
    for finding in same["findings"].as_array().unwrap() {
        for key in ["check", "outcome", "score", "threshold", "reasons"] {
            assert!(finding.get(key).is_some(), "{key} in {finding}");
        }
    }
    assert!(same["ms"].as_u64().is_some_and(|ms| ms > 0));

    let different =
        json(&["verify", "--front", &passport, "--selfie", &other, "--json", "--today", "2026-06-01"]);
    assert_eq!(different["decision"], "declined");
    let late =
        json(&["verify", "--front", &passport, "--selfie", &selfie, "--json", "--today", "2035-06-01"]);
    assert_eq!(late["decision"], "declined");
    assert!(late["reasons"].to_string().contains("document_expired"), "{}", late["reasons"]);
}

#[test]
fn match_prints_its_stable_shape() {
    let same = json(&["match", &path("passport.jpg"), &path("selfie.jpg"), "--json"]);
    assert_eq!(same["match"], true, "{same}");
    assert!(same["similarity"].as_f64() > same["threshold"].as_f64());
    let different = json(&["match", &path("passport.jpg"), &path("other.jpg"), "--json"]);
    assert_eq!(different["match"], false);
}

#[test]
fn read_and_liveness_print_json() {
    let read = json(&["read", &path("passport.jpg"), "--json"]);
    assert_eq!(read["mrz_valid"], true);
    let live = json(&["liveness", &path("selfie.jpg"), "--json"]);
    assert_eq!(live["findings"][0]["check"], "passive_liveness");
}

/// ONNX Runtime would leave a device id in the home folder, and report to its maker.
#[test]
fn no_telemetry_of_a_library_runs() {
    let home = tempfile::tempdir().unwrap();
    let models = std::env::var_os("BONAFIDE_MODELS_DIR").map(std::path::PathBuf::from);
    let data = std::env::var_os("XDG_DATA_HOME").map(std::path::PathBuf::from);
    let data = data.unwrap_or_else(|| std::env::home_dir().unwrap().join(".local/share"));
    let output = Command::new(BINARY)
        .args(["liveness", &path("selfie.jpg"), "--json"])
        .env("HOME", home.path())
        .env("BONAFIDE_MODELS_DIR", models.unwrap_or_else(|| data.join("bonafide/models")))
        .env_remove("XDG_CACHE_HOME")
        .env_remove("ORT_DISABLE_TELEMETRY")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let left: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn for_people_the_output_has_no_colour_codes_when_piped() {
    let output = bonafide(&["verify", "--front", &path("passport.jpg"), "--selfie", &path("selfie.jpg")]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Decision:") && text.contains("face_match") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_file_that_is_no_picture_is_one_sentence() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let name = file.path().display().to_string();
    for args in [vec!["read", &name], vec!["match", &name, &name], vec!["read", "/does/not/exist"]] {
        let output = bonafide(&args);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && error.starts_with("error: ") && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn routes_name_files() {
    let routes = json(&["routes", "--json"]);
    let routes = routes.as_array().unwrap();
    // Of Vult 58, of our own API 46, for the person's device 26, of Checkout 23, of VerifyHQ 19, of Athenty 11.
    assert_eq!(routes.len(), 231);
    let create = routes.iter().find(|r| r["path"] == "/idv/session/create").unwrap();
    assert_eq!(create["file"], "dialects/vult/src/idv/session/create.rs");
}

#[test]
fn requirement_03_secrets_are_shown_once_and_revoked() {
    let installation = Installation::new(None);
    let run = |args: &[&str]| -> Value {
        let output = installation.command().args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let key = run(&["keys", "create", "--name", "till", "--json"]);
    assert_eq!(
        key.as_object().map(|o| o.keys().cloned().collect()),
        Some(vec!["id".to_owned(), "key".to_owned()])
    );
    let id = key["id"].as_str().unwrap();
    let listed = || {
        let list = run(&["keys", "list", "--json"]);
        let one = list.as_array().unwrap().iter().find(|k| k["id"] == id).cloned().unwrap();
        assert!(!list.to_string().contains(key["key"].as_str().unwrap()));
        one
    };
    assert_eq!(listed()["name"], "till");
    let rotated = run(&["keys", "rotate", id, "--overlap", "1", "--json"]);
    assert!(rotated["id"] == id && rotated["key"] != key["key"]);
    let secrets = listed()["secrets"].clone();
    assert_eq!(secrets.as_array().unwrap().len(), 2, "for an hour");
    assert!(secrets[0]["expires_at"].is_null() && secrets[1]["expires_at"].is_string(), "{secrets}");
    let table = installation.command().args(["keys", "list"]).output().unwrap();
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains(&format!("(until {})", secrets[1]["expires_at"].as_str().unwrap())), "{table}");
    assert!(listed().get("expires_at").is_some_and(Value::is_null), "the key itself has no end");
    run(&["keys", "revoke", id, "--json"]);
    assert!(listed()["revoked_at"].is_string());
    let clients = run(&["oauth-clients", "list", "--json"]);
    assert_eq!(clients[0]["id"], installation.client_id.as_str());
}

#[test]
fn keys_and_clients_are_not_taken_for_each_other() {
    let installation = Installation::new(None);
    let refused = |args: &[&str]| {
        let output = installation.command().args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?} prints nothing as if it were done");
        String::from_utf8(output.stderr).unwrap()
    };
    let listed = |command: &str| -> Value {
        let output = installation.command().args([command, "list", "--json"]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (keys, clients) = (listed("keys"), listed("oauth-clients"));
    let (key, client) = (keys[0]["id"].as_str().unwrap(), clients[0]["id"].as_str().unwrap());
    for action in ["rotate", "revoke"] {
        let told = refused(&["oauth-clients", action, key]);
        assert!(told.contains(&format!("`bonafide keys {action} {key}`")), "{told}");
        let told = refused(&["keys", action, client]);
        assert!(told.contains(&format!("`bonafide oauth-clients {action} {client}`")), "{told}");
        let told = refused(&["keys", action, &installation.api_key]);
        assert!(told.contains("keys list") && !told.contains(&installation.api_key), "{told}");
    }
    assert_eq!((listed("keys"), listed("oauth-clients")), (keys, clients), "nothing was changed");
}

#[test]
fn an_organization_has_the_plan_it_was_given() {
    let installation = Installation::new(None);
    let run = |args: &[&str]| installation.command().args(args).output().unwrap();
    let listed = || -> Value {
        let output = run(&["organizations", "list", "--json"]);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let first = listed()[0].clone();
    assert_eq!((&first["plan"], &first["sandbox"]), (&"active".into(), &false.into()));
    let id = first["id"].as_str().unwrap();
    for plan in ["inactive", "without_api", "active"] {
        assert!(run(&["organizations", "plan", id, plan]).status.success());
        assert_eq!(listed()[0]["plan"], plan);
    }
    assert!(run(&["organizations", "plan", &format!("org_{id}"), "inactive", "--json"]).status.success());
    let table = String::from_utf8(run(&["organizations", "list"]).stdout).unwrap();
    assert!(table.contains("inactive"), "{table}");
    assert_eq!(run(&["organizations", "plan", id, "gold"]).status.code(), Some(2));
    assert_eq!(run(&["organizations", "plan", "x", "active"]).status.code(), Some(2));
    let unknown = run(&["organizations", "plan", "00000000000000000000000000", "active"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("organizations list"));
}

#[test]
fn help_is_a_command_and_a_wrong_number_is_bad_usage() {
    for (args, told) in [(vec!["help"], "oauth-clients"), (vec!["help", "keys"], "rotate")] {
        let help = bonafide(&args);
        let text = String::from_utf8(help.stdout).unwrap();
        assert!(help.status.success() && text.contains(told), "{args:?}: {text}");
    }
    assert_eq!(bonafide(&["keys", "rotate", "key_x", "--overlap", "721"]).status.code(), Some(2));
}

/// Settings that do not work, every secret among them: what is said of them and logged holds none.
#[test]
fn doctor_and_the_log_keep_secrets() {
    let folder = tempfile::tempdir().unwrap();
    for database in ["mysql://me:hush-1@127.0.0.1/none", "postgres://me:hush-1@127.0.0.1:port/none"] {
        let settings = format!(
            r#"
            database = "{database}"
            [registry]
            url = "ftp://hush-2@registry.example/?key=hush-3"
            headers = {{ authorization = "Bearer hush-4" }}
            issuers = ["USA"]
            request = {{ number = "{{document_number}}" }}
            answer = {{ document_number = "/number" }}
            [invitations.smtp]
            server = "mail.example.org"
            username = "mailer"
            password = "hush-5"
            from = "identity@example.org"
            [invitations.sms]
            url = "ftp://gateway.example/?key=hush-6"
            headers = {{ authorization = "Bearer hush-7" }}
            body = {{ to = "{{to}}", text = "{{text}}" }}
            "#
        );
        std::fs::write(folder.path().join("bonafide.toml"), settings).unwrap();
        let run = |args: &[&str]| {
            let mut command = Command::new(BINARY);
            command.args(args).arg("--data-dir").arg(folder.path());
            command.env("BONAFIDE_MODELS_DIR", folder.path()).env("RUST_LOG", "trace");
            let output = command.output().unwrap();
            assert!(!output.status.success(), "{args:?}");
            String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
        };
        let told = run(&["doctor", "--json"]);
        assert!(told.contains("must be https") && told.contains("database"), "{told}");
        let all = told + &run(&["doctor"]) + &run(&["serve", "--listen", "127.0.0.1:0"]);
        assert!(!all.contains("hush"), "{all}");
    }
}

/// A language of the operator's from before there were codes works on, and the operator hears of it.
#[test]
fn doctor_says_which_language_has_no_words_for_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let language = folder.path().join("words/nl");
    std::fs::create_dir_all(&language).unwrap();
    for message in ["invitation", "reminder"] {
        for part in ["subject.txt", "txt", "html", "sms.txt"] {
            std::fs::write(language.join(format!("{message}.{part}")), "{{ link }}").unwrap();
        }
    }
    let settings = format!("[invitations]\ntemplates = {:?}\n", folder.path().join("words"));
    std::fs::write(folder.path().join("bonafide.toml"), settings).unwrap();
    let lines = || {
        let mut command = Command::new(BINARY);
        command.args(["doctor", "--json", "--data-dir"]).arg(folder.path());
        let output = command.env("BONAFIDE_MODELS_DIR", folder.path()).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let lines = report["checks"].as_array().unwrap().clone();
        lines.into_iter().filter(|line| line["what"] == "invitations").collect::<Vec<_>>()
    };
    let told = lines();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().all(|line| line["ok"] == true), "{told:?}");
    let remark = told[1]["detail"].as_str().unwrap();
    assert!(remark.starts_with("the language nl has no words for a one-time code"), "{remark}");
    // Some of them are a mistake.
    std::fs::write(language.join("code.txt"), "{{ code }}").unwrap();
    let told = lines();
    let [line] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(line["ok"], false);
    assert!(line["detail"].as_str().unwrap().contains("add the file nl/code.subject.txt"), "{line}");
}

#[test]
fn doctor_says_what_is_missing() {
    let empty = tempfile::tempdir().unwrap();
    let output = Command::new(BINARY)
        .args(["doctor", "--json", "--data-dir"])
        .arg(empty.path().join("data"))
        .env("BONAFIDE_MODELS_DIR", empty.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], false);
    let text = report.to_string();
    assert!(text.contains("face_embedding") && text.contains("models fetch"), "{text}");
}

/// As with `| head`: the reader goes before all is said.
#[test]
fn whoever_reads_no_further_ends_the_command_quietly() {
    let passport = path("passport.jpg");
    for args in [
        &["routes"][..],
        &["routes", "--json"],
        &["config", "example"],
        &["lists", "formats"],
        &["read", &passport],
        &["read", &passport, "--json"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(BINARY).args(args).stdout(writer).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), told.as_ref()), (Some(141), ""), "{args:?}");
    }
}
