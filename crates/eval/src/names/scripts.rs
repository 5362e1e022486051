//! Names drawn from a table of spellings (`spellings.txt`): listed in their own script and asked for as passports and
//! people write them.

use bonafide_screening::{
    entry::Entry,
    index::{Index, Query, THRESHOLD},
    names::Kind,
};

use super::Report;

/// People of each script.
const EACH: usize = 24;
const TABLE: &str = include_str!("spellings.txt");

/// A name in its own script, by the state's rule, and two other spellings.
type Spelled = [&'static str; 4];

struct Script {
    name: &'static str,
    family_first: bool,
    given: Vec<Spelled>,
    family: Vec<Spelled>,
}

fn table() -> Vec<Script> {
    let mut scripts: Vec<Script> = vec![];
    let mut families = false;
    for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
        if let Some(head) = line.strip_prefix("= ") {
            let (name, order) = head.split_once(' ').unwrap_or((head, ""));
            scripts.push(Script {
                name,
                family_first: order == "family-first",
                given: vec![],
                family: vec![],
            });
            families = false;
        } else if line == "-" {
            families = true;
        } else if let Some(script) = scripts.last_mut() {
            let mut cells = line.split('|');
            let row = [(); 4].map(|()| cells.next().unwrap_or_default());
            if families { &mut script.family } else { &mut script.given }.push(row);
        }
    }
    scripts
}

/// Who is listed of all given and family names: spread over the table, each pair once.
fn drawn(script: &Script) -> Vec<(usize, usize)> {
    let (n, m) = (script.given.len(), script.family.len());
    (0..EACH).map(|i| (i % n, (i * 3 + i / n) % m)).collect()
}

pub(super) fn measure(report: &mut Report, clear: &[Query]) {
    let (mut asked, mut found, mut strange, mut alerts) = (0, 0, 0, 0);
    let scripts = table();
    let mut entries = vec![];
    for script in &scripts {
        for (g, f) in drawn(script) {
            let (Some(given), Some(family)) = (script.given.get(g), script.family.get(f)) else { continue };
            let name = match (script.family_first, script.name) {
                // Without a gap, as Chinese and Koreans write it.
                (true, "Chinese" | "Korean") => format!("{}{}", family[0], given[0]),
                (true, _) => format!("{} {}", family[0], given[0]),
                _ => format!("{} {}", given[0], family[0]),
            };
            entries.push(Entry::new(format!("{}-{g}-{f}", script.name), Kind::Person, &name));
        }
    }
    let listed = entries.len();
    let index = Index::new([("drawn".to_owned(), entries)]);
    let query = |name: String| Query { name, kind: Some(Kind::Person), ..Query::default() };
    for script in &scripts {
        let people = drawn(script);
        let (mut asked_here, mut found_here) = (0, 0);
        for (g, given) in script.given.iter().enumerate() {
            for (f, family) in script.family.iter().enumerate() {
                for spelling in 1..4 {
                    // As passports print it, and as people say it.
                    let name = match spelling {
                        1 => format!("{} {}", family[1], given[1]).to_uppercase(),
                        _ => format!("{} {}", given[spelling], family[spelling]),
                    };
                    let hits = index.search(&query(name.clone()), THRESHOLD, 400);
                    if people.contains(&(g, f)) {
                        let id = format!("{}-{g}-{f}", script.name);
                        let hit = hits.iter().any(|h| h.id == id);
                        (asked_here, found_here) = (asked_here + 1, found_here + usize::from(hit));
                        if !hit {
                            let native = format!("{} {}", given[0], family[0]);
                            report.failure(name, format!("is not found as {native}"));
                        }
                    } else if spelling == 1 {
                        strange += 1;
                        alerts += usize::from(!hits.is_empty());
                        if let Some(hit) = hits.first() {
                            report.failure(
                                name,
                                format!("is a stranger taken for {} ({:.2})", hit.name, hit.score),
                            );
                        }
                    }
                }
            }
        }
        report.group(script.name, "spellings_found", found_here, asked_here);
        (asked, found) = (asked + asked_here, found + found_here);
    }
    let clear_alerts = clear.iter().filter(|q| !index.search(q, THRESHOLD, 1).is_empty()).count();
    report.metric("scripts_listed", listed, listed);
    report.metric("spellings_found", found, asked);
    report.metric("strangers_of_the_same_words", alerts, strange);
    report.metric("strangers", clear_alerts, clear.len());
}
