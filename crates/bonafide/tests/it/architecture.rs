//! What ARCHITECTURE.md says of the files is so: those it names are there, the engine's layers import downwards only, and
//! in no crate that is listed here do files import each other in a circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A path in backticks is one from the root, from `crates`, or from what its section is about.
#[test]
fn every_file_that_is_named_is_there() {
    const PLACES: [&str; 4] = ["", "crates", "dialects/vult/src", "crates/checks/src/document"];
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut named = 0;
    for quoted in text.split('`').skip(1).step_by(2) {
        let path = quoted.trim_start_matches("…/");
        let is_path =
            path.contains('/') && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-.".contains(&b));
        let is_file = [".rs", ".py", ".toml", ".json", ".md"].iter().any(|end| path.ends_with(end));
        let is_folder = ["crates/", "dialects/", "clients/"].iter().any(|start| path.starts_with(start));
        if is_path && (is_file || is_folder) {
            named += 1;
            let there = PLACES.iter().any(|place| root().join(place).join(path).exists());
            assert!(there, "ARCHITECTURE.md names {quoted}, which is not there");
        }
    }
    assert!(named > 40, "only {named} paths were understood");
}

#[test]
fn the_engine_imports_downwards_only() {
    let modules = Modules::read(&root().join("crates/engine/src"));
    let layer = |module: &str| match module.split("::").next() {
        Some("base") => 0,
        Some("worker") => 2,
        _ => 1,
    };
    for (from, to) in modules.edges().into_iter().filter(|(from, _)| !from.is_empty()) {
        assert!(layer(&from) >= layer(&to), "{from} imports {to}, which is of a layer above");
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for (name, least) in [("engine", 80), ("checks", 40), ("store", 20)] {
        let modules = Modules::read(&root().join("crates").join(name).join("src"));
        let mut edges = modules.edges();
        assert!(edges.len() > least, "{name}: only {} imports were understood", edges.len());
        // What nobody is left to import, and what is left importing nothing, is in no circle.
        loop {
            let importing: BTreeSet<String> = edges.iter().map(|(from, _)| from.clone()).collect();
            let imported: BTreeSet<String> = edges.iter().map(|(_, to)| to.clone()).collect();
            let before = edges.len();
            edges.retain(|(from, to)| imported.contains(from) && importing.contains(to));
            if edges.len() == before {
                break;
            }
        }
        assert!(edges.is_empty(), "circles in {name}: {edges:#?}");
    }
}

/// A document has one object of each name: of two the later would silently stand for both.
#[test]
fn no_two_objects_of_an_api_have_one_name() {
    let mut named = 0;
    for dialect in fs::read_dir(root().join("dialects")).unwrap() {
        let mut places: BTreeMap<String, PathBuf> = BTreeMap::new();
        let mut folders = vec![dialect.unwrap().path().join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                for name in objects(&fs::read_to_string(&path).unwrap()) {
                    named += 1;
                    let other = places.insert(name.clone(), path.clone());
                    assert!(
                        other.is_none(),
                        "{name} is in {} and in {}",
                        path.display(),
                        other.unwrap().display()
                    );
                }
            }
        }
    }
    assert!(named > 200, "only {named} objects were found");
}

/// Pictures come in base64, many megabytes of it: no handler decodes it on the threads that answer requests.
#[test]
fn base64_of_callers_is_decoded_beside_the_requests() {
    let mut decoding = vec![];
    let mut folders = vec![root().join("dialects")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(root()).unwrap().display().to_string();
            let text = fs::read_to_string(&path).unwrap_or_default();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            if inside.contains("/src/") && text.contains(".decode(") && text.contains("base64::") {
                assert!(decodes_in_functions_alone(text), "{inside} decodes where requests are answered");
                decoding.push((path, text.to_owned()));
            }
        }
    }
    assert!(decoding.len() >= 3, "{decoding:?}");
    for (path, text) in &decoding {
        // Whoever decodes is called beside: there, or by each that imports it.
        let module = path.file_stem().unwrap().to_str().unwrap();
        let dialect = path.ancestors().find(|folder| folder.ends_with("src")).unwrap();
        let importing: Vec<String> = match text.contains("beside(") {
            true => vec![text.clone()],
            false => sources(dialect).into_iter().filter(|t| t.contains(&format!("{module}::of_"))).collect(),
        };
        assert!(!importing.is_empty(), "{}", path.display());
        for text in importing {
            assert!(
                text.contains("beside("),
                "what decodes by {} does so where requests are answered",
                path.display()
            );
        }
    }
    assert!(!decodes_in_functions_alone("async fn a() {\n    STANDARD.decode(b);\n}\n"));
    assert!(decodes_in_functions_alone(
        "async fn a() {\n    b();\n}\n\nfn b() {\n    STANDARD.decode(b);\n}\n"
    ));
}

/// Whether each place that decodes is in a function that nobody waits in.
fn decodes_in_functions_alone(text: &str) -> bool {
    text.match_indices(".decode(").all(|(at, _)| {
        let head = text[..at].lines().rev().find(|line| line.contains("fn ") && line.contains('('));
        head.is_some_and(|head| !head.contains("async "))
    })
}

/// The text of every file under a folder.
fn sources(folder: &Path) -> Vec<String> {
    let (mut all, mut folders) = (vec![], vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push(fs::read_to_string(path).unwrap_or_default());
            }
        }
    }
    all
}

/// What a file derives a schema of.
fn objects(text: &str) -> Vec<String> {
    let (mut found, mut derived) = (vec![], false);
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[derive(") {
            derived = line.contains("ToSchema");
        }
        let item = line
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub(super) ")
            .trim_start_matches("pub ");
        let name = item.strip_prefix("struct ").or_else(|| item.strip_prefix("enum "));
        if let Some(name) = name {
            if derived {
                found.push(name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned());
            }
            derived = false;
        }
    }
    found
}

/// The modules of a crate, by their path from its root, which is empty.
struct Modules(BTreeMap<String, Module>);

#[derive(Default)]
struct Module {
    /// What it defines.
    items: BTreeSet<String>,
    /// What it knows under a name without defining it, and may pass on.
    imports: BTreeMap<String, Vec<String>>,
    /// The paths it imports or names, from the crate's root.
    paths: Vec<Vec<String>>,
}

impl Modules {
    fn read(src: &Path) -> Self {
        let mut texts = BTreeMap::new();
        let mut folders = vec![src.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == "rs") {
                    let inside = path.strip_prefix(src).unwrap().with_extension("");
                    let mut at: Vec<String> =
                        inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
                    if ["mod", "lib"].contains(&at.last().unwrap().as_str()) {
                        at.pop();
                    }
                    // A crate's binaries and tests are no modules of its library.
                    if at.first().is_none_or(|first| first != "bin" && first != "main") {
                        texts.insert(at, tokens(&fs::read_to_string(&path).unwrap()));
                    }
                }
            }
        }
        let known: BTreeSet<Vec<String>> = texts.keys().cloned().collect();
        let module =
            |(at, tokens): (Vec<String>, Vec<String>)| (at.join("::"), Module::of(&at, &tokens, &known));
        Self(texts.into_iter().map(module).collect())
    }

    /// The module that defines what a path names; follows what others only pass on.
    fn definer(&self, path: &[String]) -> Option<String> {
        for n in (0..=path.len()).rev() {
            let name = path[..n].join("::");
            let Some(module) = self.0.get(&name) else { continue };
            let Some(next) = path.get(n) else { return Some(name) };
            return match module.imports.get(next) {
                Some(from) if !module.items.contains(next) && from != path => {
                    self.definer(&[from.as_slice(), &path[n + 1..]].concat())
                }
                _ => Some(name),
            };
        }
        None
    }

    /// Which module imports which.
    fn edges(&self) -> Vec<(String, String)> {
        let mut edges = BTreeSet::new();
        for (from, module) in &self.0 {
            let to = module.paths.iter().filter_map(|path| self.definer(path));
            edges.extend(to.filter(|to| to != from).map(|to| (from.clone(), to)));
        }
        edges.into_iter().collect()
    }
}

impl Module {
    fn of(at: &[String], tokens: &[String], known: &BTreeSet<Vec<String>>) -> Self {
        const DEFINES: [&str; 9] =
            ["fn", "struct", "enum", "trait", "type", "const", "static", "mod", "macro_rules"];
        let mut module = Self::default();
        let mut i = 0;
        while i < tokens.len() {
            let token = tokens[i].as_str();
            if token == "use" {
                let mut paths = vec![];
                i = tree(tokens, i + 1, &[], &mut paths);
                for (path, name) in paths {
                    let Some(path) = from_root(at, &path, known) else { continue };
                    module.imports.insert(name, path.clone());
                    module.paths.push(path);
                }
            } else if ["crate", "super"].contains(&token) && tokens.get(i + 1).is_some_and(|t| t == "::") {
                let mut path = vec![token.to_owned()];
                while tokens.get(i + 1).is_some_and(|t| t == "::") && is_word(&tokens[i + 2]) {
                    path.push(tokens[i + 2].clone());
                    i += 2;
                }
                module.paths.extend(from_root(at, &path, known));
            } else if DEFINES.contains(&token) {
                let name = tokens[i + 1..].iter().find(|t| is_word(t));
                module.items.extend(name.cloned());
            }
            i += 1;
        }
        module
    }
}

/// Reads one branch of what is imported, from a position on; each leaf with the name it gets. Where it ends.
fn tree(tokens: &[String], mut i: usize, before: &[String], out: &mut Vec<(Vec<String>, String)>) -> usize {
    let mut path = before.to_vec();
    loop {
        match tokens[i].as_str() {
            "{" => {
                i += 1;
                while tokens[i] != "}" {
                    i = tree(tokens, i, &path, out);
                    if tokens[i] == "," {
                        i += 1;
                    }
                }
                return i + 1;
            }
            "::" => i += 1,
            "*" | "self" if !path.is_empty() => i += 1,
            "as" => {
                let name = tokens[i + 1].clone();
                out.push((path, name));
                return i + 2;
            }
            word if is_word(word) => {
                path.push(word.to_owned());
                i += 1;
            }
            _ => {
                let name = path.last().cloned().unwrap_or_default();
                out.push((path, name));
                return i;
            }
        }
    }
}

/// A path as it is written in a module, from the crate's root; `None` for another crate's.
fn from_root(at: &[String], path: &[String], known: &BTreeSet<Vec<String>>) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([at, rest].concat()),
        "super" => {
            let (_, above) = at.split_last()?;
            match rest.first().is_some_and(|next| next == "super") {
                true => from_root(above, rest, known),
                false => Some([above, rest].concat()),
            }
        }
        child => {
            let child = [at, &[child.to_owned()]].concat();
            known.contains(&child).then(|| [child.as_slice(), rest].concat())
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words and marks, without comments and without the tests at the end of the file.
fn tokens(text: &str) -> Vec<String> {
    let code: String = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap()
        .lines()
        .map(|line| line.split("//").next().unwrap().to_owned() + "\n")
        .collect();
    let mut tokens: Vec<String> = vec![];
    let mut rest = code.as_str();
    while let Some(c) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = match word {
            0 if rest.starts_with("::") => 2,
            0 => c.len_utf8(),
            n => n,
        };
        let (token, after) = rest.split_at(length);
        if !token.trim().is_empty() {
            tokens.push(token.to_owned());
        }
        rest = after;
    }
    tokens
}
