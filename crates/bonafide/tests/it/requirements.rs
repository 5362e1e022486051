//! The page `docs/requirements.md`: what a security review asks of the product, and the tests that prove it. A test says which
//! requirement it proves by its name, `requirement_01_…`, wherever it is; this file finds them.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

const PAGE: &str = "docs/requirements.md";

/// One requirement.
struct Asked {
    what: &'static str,
    /// What of it no test proves yet, and what that waits for.
    open: &'static [&'static str],
}

const fn asked(what: &'static str, open: &'static [&'static str]) -> Asked {
    Asked { what, open }
}

/// In the order of their numbers, from 1.
const ALL: [Asked; 25] = [
    asked(
        "No object or file of another tenant can be told from one that does not exist.",
        &[
            "A third of the operations are asked about nothing that their owner would get (the SDK's, conditions of workflows, shares, invitations, crops), and that the time an answer takes tells nothing is not measured.",
        ],
    ),
    asked(
        "A caller gets what their scopes say: on every route, by every kind of credential.",
        &["The roles of people who log in, and what is masked for each, wait for the console's pages (#22)."],
    ),
    asked(
        "API keys are shown once, stored as hashes, scoped, replaced with an overlap and revoked at once.",
        &[],
    ),
    asked(
        "A link to capture opens one session, once, ends with it, and is in no query string and no log.",
        &["What the page passes on as a referrer waits for the page (#21)."],
    ),
    asked(
        "People who operate the product log in with two factors, and are locked out and logged out.",
        &["Nobody logs in yet: all of it waits for the console's pages (#22)."],
    ),
    asked(
        "There are no default credentials.",
        &["That the first person to log in has to be made waits for the console's pages (#22)."],
    ),
    asked(
        "An upload is judged by its header before anything is decoded, encoded anew without metadata, and counted.",
        &[],
    ),
    asked(
        "Pictures are decoded and looked at in processes that can do nothing else; one that dies costs nobody else anything.",
        &[],
    ),
    asked("Personal data is encrypted under a key of the person, bound to the record and the tenant.", &[]),
    asked(
        "The keys that wrap those keys are replaced while people are verified, and a wrong or missing one stops the start.",
        &[
            "A key service or hardware module in the place of the key file waits for operations on many machines (#24).",
        ],
    ),
    asked(
        "Who is erased is gone from database, files, indexes, logs of writes and memory.",
        &[
            "What ONNX Runtime, which is C++, frees in the processes that look at pictures is overwritten by the next picture alone: numbers that a network was given, no picture and no word.",
        ],
    ),
    asked(
        "Everything is kept for a time that is set, unless held, and its deletion is recorded.",
        &["Periods per kind of data, holds and the record of deletions wait for records (#23)."],
    ),
    asked(
        "Nothing is captured before consent; a no is an outcome; who takes it back has their face destroyed.",
        &[],
    ),
    asked(
        "What was done and what was looked at is in a log that only grows, and that shows when it was changed.",
        &[],
    ),
    asked("Nothing fails open: what could not be checked or written down is not approved.", &[]),
    asked(
        "Where two have to agree, one and the same cannot, and what changed meanwhile makes the first word void.",
        &[],
    ),
    asked("A state changes along the arrows alone, once, together with what is told of it.", &[]),
    asked("A request that is sent again with its key is answered the same and does nothing twice.", &[]),
    asked(
        "Messages to webhooks are signed, tried for days, kept when they fail and sent again; no redirect is followed.",
        &[],
    ),
    asked("No address that a caller typed in leads inside, whatever its name resolves to when.", &[]),
    asked(
        "Requests are limited by key, organization, address and attempt, and nobody takes another's turn.",
        &[],
    ),
    asked(
        "A capture answers a challenge that was drawn for it, once; what was captured before is recognised.",
        &["Signals of a camera that is none wait for the page that captures (#21)."],
    ),
    asked(
        "Answers carry headers that keep browsers from harm, and text of people is markup and formula nowhere.",
        &["Cookies and forged requests wait for pages that have them (#22)."],
    ),
    asked(
        "A decision is made again from what was stored, to the last bit, and thresholds are tied to measured error rates.",
        &[],
    ),
    asked(
        "A backup is read back by a test, and what goes into a release is known and checked.",
        &[
            "That a person is told of a proofing, how they object, and a log of incidents wait for records (#23).",
        ],
    ),
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file with Rust in it, by its path from the top.
fn sources() -> Vec<(String, String)> {
    let (top, mut all) = (repository(), vec![]);
    let mut folders = vec![top.join("crates"), top.join("dialects")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(&top).unwrap().display().to_string();
                all.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

/// Whether a function is run as a test: by its attribute, or because the list that makes tests of functions names it.
fn is_run(text: &str, name: &str, all: &[(String, String)]) -> bool {
    let Some(at) = text.find(&format!("fn {name}(")) else { return false };
    let before = text[..at].rsplit("\n}").next().unwrap_or_default();
    if before.contains("#[test]") || before.contains("#[tokio::test") {
        return true;
    }
    // A list, in this file or in the one that says on which databases all of a crate's are run: nothing is called there.
    let listed = |text: &str| {
        text.match_indices(name)
            .any(|(at, _)| text[at + name.len()..].starts_with([',', ')', '\n', ' ', '}']))
    };
    listed(text) || all.iter().any(|(path, text)| path.ends_with("tests/it/main.rs") && listed(text))
}

/// The tests of each requirement, with their files.
fn proofs() -> BTreeMap<usize, Vec<(String, String)>> {
    let all = sources();
    let mut found: BTreeMap<usize, Vec<(String, String)>> = BTreeMap::new();
    for (path, text) in all.iter().filter(|(path, _)| !path.ends_with("it/requirements.rs")) {
        for part in text.split("fn requirement_").skip(1) {
            let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let digits = name.get(..2).filter(|_| name.get(2..3) == Some("_"));
            let Some(number) = digits.and_then(|digits| digits.parse().ok()) else { continue };
            let name = format!("requirement_{name}");
            assert!(is_run(text, &name, &all), "{path}: nothing runs {name}");
            found.entry(number).or_default().push((path.clone(), name));
        }
    }
    found
}

fn page() -> String {
    let proofs = proofs();
    let beyond = proofs.keys().find(|number| !(1..=ALL.len()).contains(*number));
    assert_eq!(beyond, None, "there are {} requirements", ALL.len());
    let mut page = "# Security requirements\n\n\
        <!-- Made by UPDATE_DOCS=1 cargo test -p bonafide --test it requirements; edit crates/bonafide/tests/it/requirements.rs. -->\n\n\
        What a security review asks of a product like this one, and the tests that prove it. The number is in each test's name: `cargo\n\
        test --workspace requirement_08` runs those of one requirement, and `./test` all of them. What no test proves yet is said.\n"
        .to_owned();
    for (number, Asked { what, open }) in (1..).zip(&ALL) {
        let tests = proofs.get(&number).map_or(&[][..], Vec::as_slice);
        assert!(
            !tests.is_empty() || !open.is_empty(),
            "nothing proves requirement {number}, and nothing says why"
        );
        writeln!(page, "\n## {number}\n\n{what}\n").unwrap();
        for (path, name) in tests {
            writeln!(page, "- `{name}` in [{path}](../{path})").unwrap();
        }
        for open in *open {
            writeln!(page, "- **Not proved yet.** {open}").unwrap();
        }
    }
    page
}

/// To renew it: `UPDATE_DOCS=1 cargo test -p bonafide --test it requirements`.
#[test]
fn the_page_names_the_tests_that_there_are() {
    let (file, page) = (repository().join(PAGE), page());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let committed = fs::read_to_string(file).unwrap_or_default();
    assert!(committed == page, "{PAGE} is not current: see the comment of this test");
}

#[test]
fn what_nothing_runs_proves_nothing() {
    let run = |text: &str| is_run(text, "requirement_01_a", &[]);
    assert!(run("#[test]\nfn requirement_01_a() {\n}\n"));
    assert!(run("#[tokio::test(flavor = \"multi_thread\")]\nasync fn requirement_01_a() {\n}\n"));
    assert!(run("on_both!(\n    requirement_01_a,\n);\nasync fn requirement_01_a(app: &App) {\n}\n"));
    assert!(run("on_both!(other, requirement_01_a);\nasync fn requirement_01_a(app: &App) {\n}\n"));
    assert!(!run("#[test]\nfn other() {\n}\n\nfn requirement_01_a() {\n}\n"));
    assert!(!run("fn other() {\n    requirement_01_a();\n}\n\nfn requirement_01_a() {\n}\n"));
}
