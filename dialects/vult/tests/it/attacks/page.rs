//! `docs/attacks.md`, made of the tables that the tests go through.

use std::{fmt::Write as _, fs, path::Path};

use super::{
    ATTEMPTS, VARIATIONS,
    row::{Attempt, Ends, Faces, Variation},
};

fn page() -> String {
    let count =
        |ends| ATTEMPTS.iter().flat_map(|(_, rows)| rows.iter()).filter(|row| row.ends == ends).count();
    let attempts: usize = ATTEMPTS.iter().map(|(_, rows)| rows.len()).sum();
    let honest: usize = VARIATIONS.iter().map(|(_, rows)| rows.len()).sum();
    let approved = |row: &&Variation| row.ends == Ends::Approved;
    let approved = VARIATIONS.iter().flat_map(|(_, rows)| rows.iter()).filter(approved).count();
    let mut out = format!(
        "# Attacks

<!-- Made of dialects/vult/tests/it/attacks by UPDATE_DOCS=1 cargo test -p bonafide-vult --test it attacks::page; edit there. -->

What people try, and what comes of it. Every row is gone through over HTTP by a test, against a server of its own: documents
are drawn and photographed by the test kit (`crates/specimen`), faces are real. Rows marked ¹ need volunteers of
`faces_london` and run where the test data is; the others run everywhere with the sample person.

Of {attempts} attempts none is approved: {} end declined, {} before a human, {} in a request for better pictures, {} in a
refused request. Of {honest} honest people {approved} are approved ({:.1} %).

Attacks on cameras are simulated and cruder than what people do with good equipment: a row says that this attempt is refused,
and gives no error rate of ISO/IEC 30107-3. The liveness network alone lets most simulated prints and screens of studio
photographs pass (28 of 32 of the sample people, seeds 11 to 14 of the example `attack`). Those whose edges are in the picture go
before a human for these edges; the rows about those that fill the picture ask for movements, and so should whoever has something
to lose.

```sh
cargo test -p bonafide-vult --test it attacks -- --include-ignored --nocapture
```

## Attempts
",
        count(Ends::Declined),
        count(Ends::Review),
        count(Ends::Again),
        count(Ends::Refused),
        100.0 * approved as f64 / honest as f64,
    );
    for (heading, rows) in ATTEMPTS {
        let _ = write!(
            out,
            "\n### {heading}\n\n| attempt | how it is made | policy | ends | because |\n|---|---|---|---|---|\n"
        );
        rows.iter().for_each(|row| attempt(&mut out, row));
    }
    out += "\n## Honest people\n";
    for (heading, rows) in VARIATIONS {
        let _ = write!(out, "\n### {heading}\n\n| who | policy | ends |\n|---|---|---|\n");
        rows.iter().for_each(|row| variation(&mut out, row));
    }
    out
}

fn attempt(out: &mut String, row: &Attempt) {
    let because: Vec<String> = row.because.iter().map(|code| format!("`{code}`")).collect();
    let Attempt { attempt, made, under, ends, faces, .. } = row;
    let _ =
        writeln!(out, "| {attempt}{} | {made} | {under} | {ends} | {} |", mark(*faces), because.join(", "));
}

fn variation(out: &mut String, row: &Variation) {
    let _ = writeln!(out, "| {}{} | {} | {} |", row.variation, mark(row.faces), row.under, row.ends);
}

fn mark(faces: Faces) -> &'static str {
    if faces == Faces::Volunteers { "¹" } else { "" }
}

/// To renew it: `UPDATE_DOCS=1 cargo test -p bonafide-vult --test it attacks::page`.
#[test]
fn the_page_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/attacks.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page(),
        "docs/attacks.md is not what the tests go through; see the comment of this test"
    );
}
