//! Lists that are missing, too old or damaged: nobody can be said to be on none of them.

use std::{fmt, path::Path};

use bonafide_core::{
    finding::{Check, Code, Finding, Reason},
    policy::ScreeningRule,
    time::Timestamp,
};
use bonafide_screening::{
    snapshot::{Error as Unreadable, Snapshot},
    standing::Stale,
};

use crate::base::{engine::Engine, lists::Lists};

/// What is wrong with the lists of this installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// There are none.
    NoLists,
    /// These are named by the settings and are not there.
    Missing(Vec<String>),
    /// These are too old.
    Stale(Vec<(String, Stale)>),
    /// One cannot be read; in words that name no folder.
    Damaged(String),
}

impl Trouble {
    pub(crate) fn damaged(error: &Unreadable) -> Self {
        let list = |path: &Path| {
            let name = path.parent().and_then(Path::file_name).unwrap_or_default();
            name.to_string_lossy().into_owned()
        };
        Self::Damaged(match error {
            Unreadable::Damaged { path, why } => format!("the list {} is damaged: {why}", list(path)),
            Unreadable::Io { path, source, .. } => {
                format!("the list {} cannot be read: {}", list(path), source.kind())
            }
            _ => "the lists cannot be read".to_owned(),
        })
    }

    /// What is wrong with these lists for somebody who allows them this age.
    pub(crate) fn of(lists: &Lists, expected: &[String], now: Timestamp, max_age_days: i64) -> Option<Self> {
        if lists.snapshots.is_empty() {
            return Some(Self::NoLists);
        }
        let is_there = |name: &&String| lists.snapshots.iter().any(|s| s.list == **name);
        let missing: Vec<String> = expected.iter().filter(|name| !is_there(name)).cloned().collect();
        if !missing.is_empty() {
            return Some(Self::Missing(missing));
        }
        let stale = |s: &Snapshot| {
            let stale = s.standing.stale(s.published.as_deref(), now.0, max_age_days)?;
            Some((s.list.clone(), stale))
        };
        let stale: Vec<_> = lists.snapshots.iter().filter_map(stale).collect();
        (!stale.is_empty()).then_some(Self::Stale(stale))
    }

    /// `missing`, `stale` or `damaged`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoLists | Self::Missing(_) => "missing",
            Self::Stale(_) => "stale",
            Self::Damaged(_) => "damaged",
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::NoLists | Self::Missing(_) => Code::NoLists,
            Self::Stale(_) => Code::ListsStale,
            Self::Damaged(_) => Code::ListsDamaged,
        }
    }

    pub(crate) fn reason(&self) -> Reason {
        Reason::new(self.code(), self.to_string())
    }

    pub(crate) fn finding(&self) -> Finding {
        Finding::not_assessed(Check::Sanctions, self.code(), self.to_string())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLists => {
                f.write_str("no list is there, so nobody is screened; `bonafide lists import` or `lists update` takes one in")
            }
            Self::Missing(names) => match names.as_slice() {
                [name] => write!(f, "the list {name} of the settings is not there; `bonafide lists update` brings it"),
                _ => {
                    let names = names.join(", ");
                    write!(f, "the lists {names} of the settings are not there; `bonafide lists update` brings them")
                }
            },
            Self::Stale(lists) => {
                let told = lists.iter().map(|(list, stale)| match stale {
                    Stale::Unconfirmed(days) => format!("{list} was last confirmed {days} days ago"),
                    Stale::Published(days) => format!("{list} was published {days} days ago"),
                });
                let told: Vec<String> = told.collect();
                write!(f, "too old: {}; `bonafide lists update` brings the newest", told.join(", "))
            }
            Self::Damaged(why) => write!(f, "{why}; import it again"),
        }
    }
}

/// Days that a list may be old under this rule, or where it does not say, under the settings.
pub(crate) fn max_age_days(engine: &Engine, rule: ScreeningRule) -> i64 {
    rule.max_list_age_days.map_or(engine.settings.list_max_age_days, i64::from)
}

#[cfg(test)]
mod tests {
    use bonafide_screening::{lists::Format, standing::Standing};

    use super::*;

    const DAY: i64 = 86_400_000;

    fn lists(confirmed_days: i64, published: Option<&str>) -> Lists {
        let snapshot = Snapshot {
            list: "house".into(),
            format: Format::Csv,
            sha256: "ab".into(),
            published: published.map(str::to_owned),
            imported_at: 0,
            entries: 1,
            names: 1,
            files: Default::default(),
            warnings: vec![],
            standing: Standing { confirmed_at: confirmed_days * DAY, failed: None },
        };
        Lists { snapshots: vec![snapshot], ..Lists::default() }
    }

    #[test]
    fn each_trouble_is_named_in_plain_words() {
        let now = Timestamp(20_605 * DAY);
        let told = |lists: &Lists, expected: &[String]| {
            Trouble::of(lists, expected, now, 30).map(|t| (t.word(), t.reason().code, t.to_string()))
        };
        assert_eq!(told(&lists(20_600, Some("2026-05-30")), &[]), None);
        let (word, code, text) = told(&Lists::default(), &[]).unwrap();
        assert_eq!((word, code), ("missing", Code::NoLists));
        assert!(text.contains("nobody is screened"), "{text}");
        let (word, code, text) = told(&lists(20_600, None), &["un".to_owned()]).unwrap();
        assert_eq!((word, code), ("missing", Code::NoLists));
        assert!(text.contains("the list un of the settings is not there"), "{text}");
        let (word, code, text) = told(&lists(20_500, None), &[]).unwrap();
        assert_eq!((word, code), ("stale", Code::ListsStale));
        assert!(text.contains("house was last confirmed 105 days ago"), "{text}");
        let (_, code, text) = told(&lists(20_605, Some("30 Sep 2018")), &["house".to_owned()]).unwrap();
        assert_eq!(code, Code::ListsStale);
        assert!(text.contains("house was published 2801 days ago"), "{text}");
        let damaged = Trouble::damaged(&Unreadable::Damaged {
            path: "/srv/secret/lists/house/ab.jsonl".into(),
            why: "its hash is another",
        });
        let (word, text) = (damaged.word(), damaged.to_string());
        assert_eq!((word, damaged.reason().code), ("damaged", Code::ListsDamaged));
        assert!(text.contains("the list house is damaged") && !text.contains("secret"), "{text}");
    }
}
