//! By what a verification is found: the beginnings of its person's names and e-mail addresses.
//!
//! They are kept as keyed hashes under the organization's own key, one for each beginning of each word, and go with the
//! person. Case, accents and punctuation inside a word do not matter; there are no wildcards.

use std::collections::BTreeSet;

use bonafide_checks::document::text;
use bonafide_core::{document::FieldName, id::OrganizationId, verification::Kind};
use bonafide_store::{
    Tx,
    crypto::{self, SubjectKey},
    organizations,
    search_terms::{self, Found, Term},
};

use crate::base::{engine::Engine, error::Result, private::Private, record::Record};

/// Of longer words only so many characters are compared.
const LONGEST: usize = 64;
/// Further words of a search are not compared.
const MOST_WORDS: usize = 32;
/// Further words of one person are not kept: nobody has so many names.
const MOST_KEPT: usize = 64;

const NAMES: [FieldName; 6] = [
    FieldName::FirstName,
    FieldName::MiddleName,
    FieldName::LastName,
    FieldName::FullName,
    FieldName::BirthName,
    FieldName::MarriedName,
];

/// Makes the key that words are kept under, at its first use. Before anything else of the organization is held: who makes the
/// key holds the organization.
pub(crate) async fn prepare(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<SubjectKey> {
    let (ring, entropy) = (engine.key_ring(), &*engine.entropy);
    Ok(organizations::key(tx, organization, ring, engine.now(), entropy).await?)
}

/// From now on the verification is found by what it holds: call it when it was created, and when a name or an address was
/// read or changed.
pub(crate) async fn index(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<()> {
    if record.kind() != Kind::IdentityVerification {
        return Ok(());
    }
    let row = &record.row;
    let key = prepare(engine, tx, row.organization).await?;
    let found = Found { verification: row.id, applicant: row.applicant, created_at: row.created_at };
    let beginnings = beginnings(&record.private);
    let terms: Result<Vec<Term>> = beginnings.iter().map(|beginning| term(&key, beginning)).collect();
    search_terms::keep(tx, row.organization, found, &terms?).await?;
    Ok(())
}

/// The terms of everybody who is found by each word of a text; `None` where there is no word in it, which finds nobody.
pub(super) fn terms(key: &SubjectKey, searched: &str) -> Result<Option<Vec<Term>>> {
    let words: BTreeSet<String> =
        searched.split_whitespace().filter_map(asked_for).take(MOST_WORDS).collect();
    let terms: Result<Vec<Term>> = words.iter().map(|word| term(key, word)).collect();
    Ok(Some(terms?).filter(|terms| !terms.is_empty()))
}

pub(super) fn term(key: &SubjectKey, beginning: &str) -> Result<Term> {
    Ok(search_terms::term(&crypto::mark(key, &["search", beginning])?))
}

/// A word of a search, as the beginning that it stands for.
pub(super) fn asked_for(word: &str) -> Option<String> {
    let word = match word.strip_prefix('@') {
        // The address itself, as far as it was typed.
        None if word.contains('@') => address(word),
        Some(domain) => joined(domain),
        None => joined(word),
    };
    let word: String = word.chars().take(LONGEST).collect();
    (!word.is_empty()).then_some(word)
}

/// Every beginning of every word.
pub(super) fn beginnings(private: &Private) -> BTreeSet<String> {
    let mut words: BTreeSet<String> = BTreeSet::new();
    let read =
        private.reading.iter().flat_map(|reading| NAMES.iter().filter_map(|name| reading.fields.get(name)));
    let names = private.subject.name.iter().chain(read.flatten().map(|field| &field.value));
    for name in names.flat_map(|name| name.split_whitespace()) {
        words.extend(parts(name));
    }
    let mut all: BTreeSet<String> = BTreeSet::new();
    if let Some(email) = private.subject.email.as_deref().map(str::trim) {
        let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
        words.extend(parts(local));
        words.insert(joined(domain));
        // Who types less of it than the sign searches for the words.
        let whole = address(email);
        let sign = whole.chars().position(|c| c == '@').map_or(usize::MAX, |place| place + 1);
        all.extend(lengths(&whole).filter(|beginning| beginning.chars().count() >= sign));
    }
    for word in words.iter().filter(|word| !word.is_empty()).take(MOST_KEPT) {
        all.extend(lengths(word));
    }
    all
}

/// The beginnings of a word, of each length.
fn lengths(word: &str) -> impl Iterator<Item = String> + '_ {
    (1..=word.chars().count().min(LONGEST)).map(|length| word.chars().take(length).collect())
}

/// A word with punctuation inside is found by each of its parts, and as if there were none.
fn parts(word: &str) -> Vec<String> {
    let apart = word.split(|c: char| !(c.is_alphanumeric() || is_mark(c))).map(joined);
    let mut all: Vec<String> = apart.filter(|part| !part.is_empty()).collect();
    all.push(joined(word));
    all
}

/// Letters and digits alone: lower case, without accents.
fn joined(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(folded).collect()
}

/// The same with the punctuation of an e-mail address.
fn address(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric() || c.is_ascii_punctuation()).flat_map(folded).collect()
}

fn folded(c: char) -> Vec<char> {
    let latin = text::plain(&c.to_string()).to_lowercase();
    if latin.is_empty() { c.to_lowercase().collect() } else { latin.chars().collect() }
}

/// What stands inside a word without ending it: apostrophes, and accents that are characters of their own.
fn is_mark(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | 'ʼ' | '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::{DocumentReading, Field, Side, Source};

    use super::*;
    use crate::base::private::Subject;

    fn person(name: &str, email: &str) -> Private {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Private {
            subject: Subject { name: text(name), email: text(email), phone: None },
            ..Private::default()
        }
    }

    /// Whether a search finds the person: each of its words is one of their beginnings.
    fn finds(searched: &str, person: &Private) -> bool {
        let kept = beginnings(person);
        let words: Vec<String> = searched.split_whitespace().filter_map(asked_for).collect();
        !words.is_empty() && words.iter().all(|word| kept.contains(word))
    }

    #[test]
    fn people_are_found_by_the_beginnings_of_their_words() {
        let jane = person("Jane Smith", "jane@example.com");
        for found in [
            "jan smi",
            "SMITH",
            "smith jane",
            "j",
            "jane@exa",
            "jane@example.com",
            "@example.com",
            "exa",
            "Jane, Smith",
        ] {
            assert!(finds(found, &jane), "{found}");
        }
        for lost in ["ane", "janes", "jan smo", "jane@exb", "com", "%", "*", "@", "jane@example.comx"] {
            assert!(!finds(lost, &jane), "{lost}");
        }
    }

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        let person = person("Zoë O’Brien-Ångström", "Zoe.OBrien+kyc@Mail.Example.org");
        for found in [
            "zoe",
            "ZOË",
            "zoe\u{308}",
            "obrien",
            "o'brien",
            "o'brien-ang",
            "angstrom",
            "Ångs",
            "zoe.obrien",
            "zoeob",
            "kyc",
            "zoe.obrien+kyc@mail",
            "@mail.example",
        ] {
            assert!(finds(found, &person), "{found}");
        }
        assert!(!finds("brien", &person), "an apostrophe does not end a word");
    }

    #[test]
    fn names_of_other_scripts_are_found_as_they_are_written() {
        let person = person("Иван 王伟", "");
        assert!(finds("иван", &person) && finds("王", &person) && !finds("伟", &person));
    }

    #[test]
    fn a_document_s_names_are_found_too_from_every_source() {
        let mut reading = DocumentReading::default();
        for (value, source) in [("MÜLLER", Source::Visual), ("MUELLER", Source::Mrz)] {
            let field =
                Field { value: value.into(), source, side: Side::Front, confidence: 1.0, region: None };
            reading.add(FieldName::LastName, field);
        }
        let private = Private { reading: Some(reading), ..person("", "") };
        assert!(finds("muller", &private) && finds("mueller", &private) && !finds("jane", &private));
    }

    #[test]
    fn what_is_kept_of_one_person_is_bounded() {
        let long = "a".repeat(500);
        let kept = beginnings(&person(&long, &format!("{long}@example.com")));
        assert!(kept.len() <= 3 * LONGEST && kept.iter().all(|word| word.chars().count() <= LONGEST));
        assert!(finds(&long, &person(&long, "")));
        let many: String = (0..500).map(|n| format!("name{n} ")).collect();
        assert!(beginnings(&person(&many, "")).len() <= MOST_KEPT * LONGEST);
        assert!(beginnings(&Private::default()).is_empty());
    }
}
