//! The lists and the screening of tables, as an operator meets them on the command line.

use std::{fs, path::PathBuf, process::Command};

use serde_json::Value;

use crate::support::BINARY;

struct Desk(tempfile::TempDir);

impl Desk {
    /// A desk with a list of two.
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let house =
            "id,type,name,birth_date\n1,person,Ana Eriksson,1974-08-12\n2,person,Gudrun Okonkwo,1962\n";
        let (status, _, error) = desk.run(&["lists", "import", "house", &desk.file("house.csv", house)]);
        assert_eq!(status, 0, "{error}");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name).display().to_string()
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(BINARY);
        command.args(args).env("BONAFIDE_DATA_DIR", self.path("data")).env_remove("BONAFIDE_URL");
        let done = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
    }

    fn json(&self, args: &[&str]) -> (i32, Value) {
        let (status, out, error) = self.run(args);
        (status, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out} {error}")))
    }
}

/// The cells of a table by the names of its columns.
fn rows(path: &std::path::Path) -> Vec<std::collections::HashMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().collect::<Result<_, _>>().unwrap()
}

#[test]
fn every_row_of_a_table_has_a_row_in_the_result() {
    let desk = Desk::new();
    let table = "customer,name,birth_date,country,type,gender\n\
        1,Ana Eriksson,1974-08-12,Sweden,person,f\n\
        2,Bertil Svensson,1950,,,\n\
        3,,1950,,,\n\
        4,Ana Eriksson,31.13.1974,,,\n\
        5,Ana Eriksson,,Atlantis,,\n\
        6,Ana Eriksson,,,persn,\n\
        7,Ana Eriksson\n";
    let (table, out) = (desk.file("people.csv", table), desk.path("hits.csv"));
    let result = out.display().to_string();
    let screen = ["screen", "--file", &table, "--out", &result];
    let (status, told) = desk.json(&[&screen[..], &["--json"]].concat());
    assert_eq!(status, 3, "something was not screened: {told}");
    let numbers =
        ["rows", "screened", "hit", "clear", "not_screened", "done_before"].map(|k| told[k].as_u64());
    assert_eq!(numbers, [7, 2, 1, 1, 5, 0].map(Some), "{told}");
    assert_eq!(told["columns_not_used"], serde_json::json!(["customer"]));
    let problems: Vec<_> = told["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["line"].as_u64(), p["column"].as_str()))
        .collect();
    let expected = [(4, "name"), (5, "birth_date"), (6, "country"), (7, "type"), (8, "row")];
    assert_eq!(problems, expected.map(|(line, column)| (Some(line), Some(column))));
    let first = rows(&out);
    let outcomes: Vec<(&str, &str)> =
        first.iter().map(|r| (r["line"].as_str(), r["outcome"].as_str())).collect();
    let all = [
        ("2", "hit"),
        ("3", "clear"),
        ("4", "not_screened"),
        ("5", "not_screened"),
        ("6", "not_screened"),
        ("7", "not_screened"),
        ("8", "not_screened"),
    ];
    assert_eq!(outcomes, all);
    assert_eq!(
        (first[0]["listed_name"].as_str(), first[0]["birth_date"].as_str()),
        ("Ana Eriksson", "agrees")
    );
    assert!(first[4]["why"].contains("country"), "{first:?}");

    // The same again: nothing is done twice, and what was not screened is still said.
    let text = fs::read_to_string(&out).unwrap();
    let (status, told) = desk.json(&[&screen[..], &["--json"]].concat());
    assert_eq!((status, told["done_before"].as_u64(), told["not_screened"].as_u64()), (3, Some(7), Some(5)));
    assert_eq!(fs::read_to_string(&out).unwrap(), text);

    // Killed after the second row, and meanwhile somebody was added at the top.
    let kept: String = text.split_inclusive('\n').take(3).collect();
    fs::write(&out, kept).unwrap();
    let more = fs::read_to_string(&table).unwrap().replacen("1,Ana", "0,Gudrun Okonkwo,,,,\n1,Ana", 1);
    fs::write(&table, more).unwrap();
    let (_, told) = desk.json(&[&screen[..], &["--json"]].concat());
    assert_eq!(
        (told["done_before"].as_u64(), told["hit"].as_u64(), told["rows"].as_u64()),
        (Some(2), Some(2), Some(8))
    );
    let lines: Vec<String> = rows(&out).iter().map(|r| r["line"].clone()).collect();
    assert_eq!(lines, ["3", "4", "2", "5", "6", "7", "8", "9"]);

    // A result of another table or of other lists is none of this one.
    let other = desk.file("other.csv", "name\nGudrun Okonkwo\n");
    let (status, _, error) = desk.run(&["screen", "--file", &other, "--out", &result]);
    assert!(status == 1 && error.contains("does not have") && error.contains("--replace"), "{error}");
    let house = "id,type,name\n1,person,Ana Eriksson\n2,person,Gudrun Okonkwo\n3,person,Bertil Svensson\n";
    let house = desk.file("house.csv", house);
    assert_eq!(desk.run(&["lists", "import", "house", &house, "--accept-shrink"]).0, 0);
    let (status, _, error) = desk.run(&screen);
    assert!(status == 1 && error.contains("other lists"), "{error}");
    let (_, told) = desk.json(&[&screen[..], &["--replace", "--json"]].concat());
    assert_eq!((told["done_before"].as_u64(), told["hit"].as_u64()), (Some(0), Some(3)), "{told}");
}

#[test]
fn what_is_no_table_of_names_or_no_name_is_refused() {
    let desk = Desk::new();
    for (text, why) in [
        ("customer,email\n1,ana@example.org\n", "no column \"name\""),
        ("name;birth_date\nAna Eriksson;1974\n", "no column \"name\""),
        ("name\n", "no rows"),
        ("name,birthdate\nAna Eriksson,1974\n", "birth_date"),
        ("name,full name\nAna,Eriksson\n", "say the same"),
    ] {
        let file = desk.file("people.csv", text);
        let (status, out, error) = desk.run(&["screen", "--file", &file]);
        assert!(status == 1 && error.contains(why) && out.is_empty(), "{text}: {status} {error}");
    }
    for (args, why) in [
        (&[" "][..], "name"),
        (&["..."], "name"),
        (&["Ana Eriksson", "--country", "Atlantis"], "country"),
        (&["Ana Eriksson", "--birth-date", "1974-13-01"], "birth_date"),
        (&["Ana Eriksson", "--limit", "0"], "--limit"),
    ] {
        let (status, _, error) = desk.run(&[&["screen"], args].concat());
        assert!(status == 1 && error.contains(why), "{args:?}: {status} {error}");
    }
    assert_eq!(desk.run(&["screen", "Ana Eriksson", "--type", "persn"]).0, 2);
    let (status, told) = desk.json(&["screen", "Ana Eriksson", "--country", "Sweden", "--json"]);
    assert_eq!((status, told["hits"][0]["id"].as_str()), (0, Some("1")));
    // Everything was screened: well, whether with hits or without.
    let file = desk.file("people.csv", "name\nAna Eriksson\nBertil Svensson\n");
    let (status, out, error) = desk.run(&["screen", "--file", &file]);
    assert_eq!((status, out.lines().count()), (0, 3), "{error}");
}

#[test]
fn a_list_that_lost_its_aliases_is_refused_and_the_age_of_one_is_told() {
    let desk = Desk::new();
    let table = |aliases: bool| {
        let mut text = String::from("id,type,name,aliases,birth_date\n");
        for n in 0..100 {
            let alias = if aliases { format!("Somebody Else{n}") } else { String::new() };
            text += &format!("{n},person,Person Number{n},{alias},1962\n");
        }
        text
    };
    let whole = desk.file("whole.csv", &table(true));
    let (status, out, _) = desk.run(&["lists", "import", "own", &whole]);
    assert!(status == 0 && out.contains("100 entries with 200 names"), "{out}");
    let half = desk.file("half.csv", &table(false));
    let (status, _, error) = desk.run(&["lists", "import", "own", &half]);
    assert!(
        status == 1 && error.contains("100 of 200 names") && error.contains("--accept-shrink"),
        "{error}"
    );
    let (_, status) = desk.json(&["lists", "status", "--json"]);
    let names = |status: &Value| status["lists"][1]["names"].as_u64();
    assert_eq!((names(&status), status["lists"][1]["list"].as_str()), (Some(200), Some("own")), "{status}");
    let (status, told) = desk.json(&["lists", "import", "own", &half, "--accept-shrink", "--json"]);
    assert_eq!((status, told["diff"]["names_removed"].as_u64()), (0, Some(100)), "{told}");
    let (code, status) = desk.json(&["lists", "status", "--json"]);
    assert_eq!((code, names(&status), status["ok"].as_bool()), (0, Some(100), Some(true)));
    assert_eq!(
        (status["lists"][1]["state"].as_str(), status["lists"][1]["age_days"].as_i64()),
        (Some("ok"), Some(0))
    );

    let (_, out) = desk.json(&["doctor", "--json"]);
    let own = out["checks"].as_array().unwrap().iter().find(|c| c["what"] == "list own").unwrap();
    assert_eq!(own["detail"], "csv, confirmed 0 days ago", "{out}");

    // Confirmed long ago.
    let standing = desk.path("data/lists/own/standing.json");
    assert!(fs::read_to_string(&standing).unwrap().contains("confirmed_at"));
    let version = status["lists"][1]["sha256"].as_str().unwrap();
    let file = desk.path(&format!("data/lists/own/{version}.jsonl"));
    let text = fs::read_to_string(&file).unwrap();
    let imported = status["lists"][1]["imported_at"].to_string();
    fs::write(&file, text.replace(&imported, "1600000000000")).unwrap();
    fs::write(&standing, r#"{"confirmed_at":1600000000000}"#).unwrap();
    let (code, status) = desk.json(&["lists", "status", "--json"]);
    assert_eq!(
        (code, status["ok"].as_bool(), status["lists"][1]["state"].as_str()),
        (1, Some(false), Some("stale"))
    );
    let (_, _, error) = desk.run(&["screen", "Person Number7"]);
    assert!(error.contains("own was last confirmed"), "{error}");
    // Damaged.
    fs::write(&file, "{}\n").unwrap();
    let (code, status) = desk.json(&["lists", "status", "--json"]);
    assert_eq!((code, status["lists"][1]["state"].as_str()), (1, Some("damaged")), "{status}");
    let (code, out) = desk.json(&["doctor", "--json"]);
    let lists = out["checks"].as_array().unwrap().iter().find(|c| c["what"] == "lists");
    assert!(code == 1 && lists.is_some_and(|l| l["detail"].to_string().contains("damaged")), "{out}");
    // A list of the settings that never came.
    fs::write(desk.path("data/bonafide.toml"), "[lists]\nun = \"http://127.0.0.1:9/un.xml\"\n").unwrap();
    let (code, _, error) = desk.run(&["lists", "update"]);
    assert!(code == 1 && error.contains("could not be updated"), "{error}");
    let (_, status) = desk.json(&["lists", "status", "--json"]);
    let un = status["lists"].as_array().unwrap().iter().find(|l| l["list"] == "un").unwrap().clone();
    assert!(un["state"] == "missing" && un["detail"].as_str().unwrap().contains("the last update"), "{un}");
}
