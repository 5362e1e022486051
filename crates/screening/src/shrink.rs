//! What a list loses from one version to the next. A file that lacks its aliases, its birth dates or half of its lines
//! reads like a whole one: only the version before tells.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use serde::Serialize;

use crate::entry::Entry;

/// Entries and names: a new version may have lost this share of the one before.
const MAY_LOSE: f64 = 0.05;
/// What entries say beside their names: publishers tidy that up now and then.
const MAY_LOSE_BESIDE: f64 = 0.2;

/// How one version differs from another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Entries, by the publisher's numbers.
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub changed: Vec<String>,
    /// Names as they are written, those of changed entries too.
    pub names_added: usize,
    pub names_removed: usize,
}

/// How `new` differs from `old`.
pub fn diff(old: &[Entry], new: &[Entry]) -> Diff {
    let by_id = |entries: &'_ [Entry]| -> HashMap<String, Entry> {
        entries.iter().map(|e| (e.id.clone(), e.clone())).collect()
    };
    let (before, after) = (by_id(old), by_id(new));
    let mut diff = Diff::default();
    for (id, entry) in &after {
        match before.get(id) {
            None => diff.added.push(id.clone()),
            Some(other) if other != entry => diff.changed.push(id.clone()),
            Some(_) => {}
        }
    }
    diff.removed.extend(before.keys().filter(|id| !after.contains_key(*id)).cloned());
    [&mut diff.added, &mut diff.removed, &mut diff.changed].into_iter().for_each(|ids| ids.sort());
    (diff.names_added, diff.names_removed) = (names_without(new, old), names_without(old, new));
    diff
}

/// Names of the first list that the second has nowhere.
fn names_without(list: &[Entry], other: &[Entry]) -> usize {
    let known: HashSet<&str> = other.iter().flat_map(|e| &e.names).map(|n| n.text.as_str()).collect();
    list.iter().flat_map(|e| &e.names).filter(|n| !known.contains(n.text.as_str())).count()
}

/// Something of which a new version has far less than the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// `entries`, `names`, `aliases`, `birth dates` and so on.
    pub what: &'static str,
    pub before: usize,
    pub lost: usize,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} {}", self.lost, self.before, self.what)
    }
}

/// How often each thing is there that an entry may say.
fn counts(entries: &[Entry]) -> [(&'static str, usize, f64); 8] {
    let sum = |of: fn(&Entry) -> usize| entries.iter().map(of).sum::<usize>();
    [
        ("entries", entries.len(), MAY_LOSE),
        ("names", sum(|e| e.names.len()), MAY_LOSE),
        ("aliases", sum(|e| e.names.len().saturating_sub(1)), MAY_LOSE_BESIDE),
        ("birth dates", sum(|e| e.births.len()), MAY_LOSE_BESIDE),
        ("countries", sum(|e| e.countries.len()), MAY_LOSE_BESIDE),
        ("genders", sum(|e| usize::from(e.gender.is_some())), MAY_LOSE_BESIDE),
        ("programmes", sum(|e| e.programs.len()), MAY_LOSE_BESIDE),
        ("numbers of documents", sum(|e| e.numbers.len()), MAY_LOSE_BESIDE),
    ]
}

/// What `new` has lost of `old`, as far as it looks like half a list. `same_form`: both were read from files of the same
/// form, so that names which were not taken off are still written alike.
pub fn losses(old: &[Entry], new: &[Entry], same_form: bool) -> Vec<Loss> {
    let mut found = vec![];
    for ((what, before, may_lose), (_, after, _)) in counts(old).into_iter().zip(counts(new)) {
        let lost = match what {
            "names" if same_form => names_without(old, new),
            _ => before.saturating_sub(after),
        };
        // One line less is no shrinking, however short a list is; nothing left of a column is.
        let vanished = before > 0 && after == 0;
        if vanished || lost > 1 && lost as f64 > before as f64 * may_lose {
            found.push(Loss { what, before, lost });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entry::Quality, names::Kind};

    fn people(n: usize) -> Vec<Entry> {
        let person = |i| {
            let mut entry = Entry::new(format!("{i}"), Kind::Person, &format!("Person Number{i}"));
            entry.alias(&format!("Somebody Else{i}"), Quality::Alias);
            entry.birth("1962-05-17");
            entry.country("Utopia");
            entry
        };
        (0..n).map(person).collect()
    }

    fn lost(old: &[Entry], new: &[Entry]) -> Vec<&'static str> {
        losses(old, new, true).into_iter().map(|l| l.what).collect()
    }

    #[test]
    fn a_file_without_a_column_is_half_a_list() {
        let old = people(100);
        let without = |change: fn(&mut Entry)| {
            let mut new = old.clone();
            new.iter_mut().for_each(change);
            lost(&old, &new)
        };
        assert_eq!(without(|e| e.names.truncate(1)), ["names", "aliases"]);
        assert_eq!(without(|e| e.births.clear()), ["birth dates"]);
        assert_eq!(without(|e| e.countries.clear()), ["countries"]);
        assert!(without(|e| e.programs.push("NEW".into())).is_empty(), "more is no loss");
    }

    #[test]
    fn other_people_under_the_same_name_are_another_list() {
        let (old, mut new) = (people(100), people(100));
        for entry in &mut new {
            entry.names[0].text += " of Lilliput";
        }
        assert_eq!(lost(&old, &new), ["names"], "as many as before, and other ones");
        assert!(losses(&old, &new, false).is_empty(), "another form writes names in its own way");
    }

    #[test]
    fn a_few_less_are_no_loss() {
        let old = people(100);
        assert!(lost(&old, &old[..95]).is_empty() && lost(&old, &people(120)).is_empty());
        assert_eq!(lost(&old, &old[..94]), ["entries", "names"]);
        assert!(lost(&old[..3], &old[..2]).is_empty() || lost(&old[..3], &old[..2]) == ["names"]);
    }
}
