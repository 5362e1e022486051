//! One search of the lists as it is kept, and what it says of the person.

use std::collections::BTreeSet;

use bonafide_core::{
    finding::{Check, Code, Finding, ModelRef, Outcome, Reason},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// An entry that does not count for a person, as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissed {
    pub list: String,
    pub entry: String,
    /// Of the entry's content when it was dismissed.
    pub entry_sha256: String,
    pub reason: String,
}

/// What was searched and what came of it: kept sealed with the verification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Screened {
    pub at: Timestamp,
    pub names: Vec<String>,
    #[serde(default)]
    pub birth_date: Option<String>,
    #[serde(default)]
    pub countries: Vec<String>,
    pub threshold: f64,
    /// Each list by name and hash.
    pub lists: Vec<(String, String)>,
    /// The hits with their explanation; `dismissed` is true on those that do not count.
    pub hits: Vec<Value>,
    /// Why these lists could not say that the person is on none: one was missing, or too old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Reason>,
}

/// One word for some lists together, each by name and hash.
pub(crate) fn version(lists: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for (list, sha256) in lists {
        hash.update(format!("{list} {sha256}\n"));
    }
    hex::encode(hash.finalize())
}

fn text<'h>(hit: &'h Value, key: &str) -> &'h str {
    hit[key].as_str().unwrap_or_default()
}

impl Screened {
    /// The hits that no reviewer dismissed.
    pub fn counting(&self) -> impl Iterator<Item = &Value> {
        self.hits.iter().filter(|hit| hit["dismissed"] != true)
    }

    /// The entries that were hit and count, by list and number.
    pub(crate) fn entries(&self) -> BTreeSet<(String, String)> {
        self.counting().map(|hit| (text(hit, "list").to_owned(), text(hit, "id").to_owned())).collect()
    }

    /// The hit on an entry that counts.
    pub(crate) fn hit(&self, list: &str, entry: &str) -> Option<&Value> {
        self.counting().find(|hit| text(hit, "list") == list && text(hit, "id") == entry)
    }

    /// Sets aside the hits that these dismissals are about, and no others: an entry that changed since counts again.
    pub(crate) fn set_aside(&mut self, dismissed: &[Dismissed]) {
        for hit in &mut self.hits {
            let is = |d: &Dismissed| {
                (d.list.as_str(), d.entry.as_str(), d.entry_sha256.as_str())
                    == (text(hit, "list"), text(hit, "id"), text(hit, "entry_sha256"))
            };
            let aside = dismissed.iter().any(is);
            if let Some(hit) = hit.as_object_mut() {
                hit.insert("dismissed".to_owned(), json!(aside));
            }
        }
    }

    /// What the hits that count say.
    pub(crate) fn finding(&self) -> Finding {
        let score = |hit: &Value| hit["score"].as_f64().unwrap_or(1.0);
        let best = self.counting().map(score).fold(0.0, f64::max);
        let sure = |hit: &Value| {
            let facts = hit["facts"].as_array().map(Vec::as_slice).unwrap_or_default();
            facts.iter().any(|f| f["agrees"] == true && matches!(text(f, "what"), "birth_date" | "number"))
        };
        let hits = self.counting().count();
        let outcome = match () {
            () if self.counting().any(sure) => Outcome::Fail,
            () if hits > 0 => Outcome::Consider,
            () => Outcome::Clear,
        };
        let model =
            |(name, sha256): &(String, String)| ModelRef { name: name.clone(), sha256: sha256.clone() };
        let finding = Finding {
            score: Some(1.0 - best),
            threshold: Some(1.0 - self.threshold),
            models: self.lists.iter().map(model).collect(),
            ..Finding::new(Check::Sanctions, outcome)
        };
        // Neither names nor numbers of entries: they would say who the person may be.
        let like = format!("{hits} entries of the lists bear a like name (best {best:.2})");
        let finding = match outcome {
            Outcome::Fail => finding.because(Code::Listed, format!("{like}, and birth date or number agree")),
            Outcome::Consider => finding.because(Code::PossiblyListed, like),
            _ => finding,
        };
        let finding = match self.hits.len() - hits {
            0 => finding,
            n => finding.because(
                Code::HitsDismissed,
                format!("a reviewer said of {n} more that they are somebody else"),
            ),
        };
        // A hit on an old list is one; that there is none is worth nothing.
        match &self.trouble {
            Some(trouble) if finding.outcome == Outcome::Clear => {
                let mut unsure =
                    Finding::not_assessed(Check::Sanctions, trouble.code.clone(), &trouble.detail);
                unsure.models = finding.models;
                unsure.reasons.extend(finding.reasons);
                unsure
            }
            Some(trouble) => finding.because(trouble.code.clone(), &trouble.detail),
            None => finding,
        }
    }
}
