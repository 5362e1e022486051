//! By what a verification is found: the beginnings of its person's names, e-mail address and document number, its own id, and
//! each pair of its metadata.
//!
//! They are kept as keyed hashes under the organization's own key, one for each beginning of each word, and go with the
//! person. Verifications of each kind are listed apart and have terms of their own. Case, accents and punctuation inside a word do not matter; there are no wildcards.
//!
//! A hash cannot be told what it should be by other rules. So each verification has the number of the rules that it was kept
//! by, and [`tidy`] goes through those of older rules.

use std::collections::BTreeSet;

use bonafide_core::{
    document::FieldName, id::OrganizationId, problem::Rule, text::searched, verification::Kind,
};
use bonafide_store::{
    Error as StoreError, Tx,
    crypto::{self, SubjectKey},
    organization_keys, organizations,
    search_terms::{self, Found, Kept, Term},
    verifications,
};
use serde_json::{Map, Value};
use unicode_normalization::char::canonical_combining_class;

use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
    own_key::own_key,
    private::Private,
    record::Record,
};

/// Of longer words only so many characters are compared.
const LONGEST: usize = 64;
/// Further words of a search are not compared.
const MOST_WORDS: usize = 32;
/// Most pairs of metadata that a list is asked for.
const MOST_PAIRS: usize = 64;
/// Further words of one person are not kept: nobody has so many names.
const MOST_KEPT: usize = 64;

/// Raise it with every change of what a verification is found by: what is kept is kept anew then.
pub(super) const RULES: i64 = 1;
/// Of how many verifications the terms are put together in one transaction.
const AT_ONCE: usize = 500;
/// Days that are over for so long change little.
const QUIET_MS: i64 = 2 * 86_400_000;

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
    Ok(organization_keys::load_or_create(tx, organization, ring, engine.now(), entropy).await?)
}

/// From now on the verification is found by what it holds: call it when it was created, and when a name or an address was
/// read or changed.
pub(crate) async fn index(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<()> {
    let (row, kind) = (&record.row, record.kind());
    let key = prepare(engine, tx, row.organization).await?;
    let found = Found { verification: row.id, applicant: row.applicant, created_at: row.created_at };
    let beginnings = beginnings(&record.private).into_iter().chain([joined(&row.id.to_string())]);
    let words = beginnings.map(|beginning| term(&key, kind, &beginning));
    let pairs = record.private.metadata.as_object().into_iter().flatten();
    let terms: Result<Vec<Term>> = words.chain(pairs.map(|pair| term_of_pair(&key, kind, pair))).collect();
    search_terms::keep(tx, row.organization, found, Kept { terms: terms?, rules: RULES }).await?;
    Ok(())
}

/// Keeps anew what was kept by older rules, puts the rows of frequent terms together, and writes down the days that lists are
/// put in order by, until it is over.
pub(crate) async fn tidy(engine: &Engine, over: &(dyn Fn() -> bool + Sync)) -> Result<()> {
    let mut tx = engine.db().read().await?;
    let all = organizations::list(&mut tx).await?;
    drop(tx);
    for organization in all {
        renew(engine, organization.id, over).await?;
        while !over() {
            let mut tx = engine.db().begin().await?;
            let more = search_terms::fold(&mut tx, organization.id, AT_ONCE).await?;
            tx.commit().await?;
            if !more {
                break;
            }
        }
        let (quiet, mut after) = (engine.now().plus_ms(-QUIET_MS), None);
        while !over() {
            let mut tx = engine.db().begin().await?;
            let more = verifications::fold(&mut tx, organization.id, quiet, after).await?;
            tx.commit().await?;
            if more.is_none() {
                break;
            }
            after = more;
        }
    }
    Ok(())
}

/// Each is tried once: those that cannot be read now are left for the next time, those that never will be are found as before.
async fn renew(
    engine: &Engine,
    organization: OrganizationId,
    over: &(dyn Fn() -> bool + Sync),
) -> Result<()> {
    let (mut after, mut damaged, mut locked) = (None, 0, 0);
    while !over() {
        let mut tx = engine.db().read().await?;
        let old = search_terms::of_older_rules(&mut tx, organization, RULES, after, AT_ONCE).await?;
        drop(tx);
        let Some((last, _)) = old.last() else { break };
        after = Some(*last);
        let mut tx = engine.db().begin().await?;
        prepare(engine, &mut tx, organization).await?;
        tx.commit().await?;
        for (id, applicant) in old {
            if over() {
                break;
            }
            let mut tx = engine.db().begin().await?;
            // Before it is read: what somebody learns of the person meanwhile is kept after this.
            if !search_terms::hold(&mut tx, organization, applicant).await? {
                search_terms::forget(&mut tx, organization, applicant).await?;
                tx.commit().await?;
                continue;
            }
            match Record::find(engine, &mut tx, organization, id).await {
                Ok(Some(record)) => index(engine, &mut tx, &record).await?,
                // Gone since.
                Ok(None) => {}
                Err(Error::Store(StoreError::Unsealable(_) | StoreError::Form { .. })) => damaged += 1,
                // Another server may have wrapped it under a key that this one does not know yet.
                Err(Error::Store(StoreError::WrongKeyRing(_))) => {
                    locked += 1;
                    continue;
                }
                Err(error) => return Err(error),
            }
            search_terms::leave(&mut tx, organization, id, RULES).await?;
            tx.commit().await?;
        }
    }
    if damaged + locked > 0 {
        tracing::error!(damaged, locked, "what some verifications are found by was not kept anew");
    }
    Ok(())
}

/// The key that what a list is looked for by is hashed under; `None` where nothing is looked for.
pub(crate) async fn key_to_look(
    engine: &Engine,
    caller: &Caller,
    search_term: Option<&str>,
    metadata: &Map<String, Value>,
) -> Result<Option<SubjectKey>> {
    if search_term.is_none() && metadata.is_empty() {
        return Ok(None);
    }
    if metadata.len() > MOST_PAIRS {
        let message = format!("must have at most {MOST_PAIRS} names");
        return Err(Error::invalid("metadata", Rule::Length, message));
    }
    own_key(engine, caller.organization).await.map(Some)
}

/// The terms of everybody who is found by each word of a text; `None` where there is no word in it, which finds nobody.
pub(super) fn terms(key: &SubjectKey, kind: Kind, searched: &str) -> Result<Option<Vec<Term>>> {
    let terms: Result<Vec<Term>> = words(searched).iter().map(|word| term(key, kind, word)).collect();
    Ok(Some(terms?).filter(|terms| !terms.is_empty()))
}

/// The words of a search, each as the beginning that it stands for.
pub(crate) fn words(searched: &str) -> BTreeSet<String> {
    searched.split_whitespace().filter_map(asked_for).take(MOST_WORDS).collect()
}

pub(super) fn term(key: &SubjectKey, kind: Kind, beginning: &str) -> Result<Term> {
    let mark = match kind {
        Kind::IdentityVerification => crypto::mark(key, &["search", beginning]),
        other => crypto::mark(key, &["search", other.as_str(), beginning]),
    };
    Ok(search_terms::term(&mark?))
}

/// The term of everybody in whose metadata a name has this very value.
pub(super) fn term_of_pair(key: &SubjectKey, kind: Kind, (name, value): (&String, &Value)) -> Result<Term> {
    let mark = crypto::mark(key, &["metadata", kind.as_str(), name, &value.to_string()])?;
    Ok(search_terms::term(&mark))
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
pub(crate) fn beginnings(private: &Private) -> BTreeSet<String> {
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
    let numbers = private.reading.iter().filter_map(|reading| reading.fields.get(&FieldName::DocumentNumber));
    for number in numbers.flatten() {
        all.extend(lengths(&joined(&number.value)));
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
    let word = searched(word);
    // Signs that belong to the letter before them end no word.
    let apart = word.split(|c: char| !c.is_alphanumeric() && canonical_combining_class(c) == 0);
    let mut all: Vec<String> = apart.map(letters).filter(|part| !part.is_empty()).collect();
    all.push(letters(&word));
    all
}

/// The letters and digits of a word as it is searched for.
pub(crate) fn joined(word: &str) -> String {
    letters(&searched(word))
}

fn letters(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The same with the punctuation of an e-mail address.
fn address(word: &str) -> String {
    searched(word).chars().filter(|c| c.is_alphanumeric() || c.is_ascii_punctuation()).collect()
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
    fn a_letter_is_found_however_it_is_written() {
        let person = person("ΣΊΣΥΦΟΣ Андрей علی\u{200c}رضا क्षितिज", "");
        for found in [
            "σίσυφος",
            "σίσυφοσ",
            "Σι\u{301}συφ",
            "андреи\u{306}",
            "علی",
            "رضا",
            "عليرضا".trim_start(),
            "क्षिति",
        ] {
            // The Arabic and the Persian Yeh are two letters.
            assert_eq!(finds(found, &person), found != "عليرضا", "{found}");
        }
        assert!(finds("علیرضا", &person));
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

    #[test]
    fn a_document_s_number_is_found_however_it_is_spaced() {
        let mut reading = DocumentReading::default();
        let (value, source) = ("AB-12 345".to_owned(), Source::Mrz);
        reading.add(
            FieldName::DocumentNumber,
            Field { value, source, side: Side::Front, confidence: 1.0, region: None },
        );
        let private = Private { reading: Some(reading), ..person("", "") };
        assert!(finds("ab12", &private) && finds("AB-12345", &private) && !finds("345", &private));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_kept_by_older_rules_is_kept_anew() {
        use bonafide_store::Db;

        use super::super::{
            create,
            requests::{Listing, requests},
        };
        use crate::{testing::House, verifications::NewVerification};

        let house = House::new().await;
        let (engine, caller) = (&house.engine, &house.caller);
        let mut ids = vec![];
        for name in ["Zoë Ångström", "Anna Smith"] {
            let subject = person(name, "").subject;
            let new = NewVerification { subject, ..NewVerification::default() };
            ids.push(create(engine, caller, new).await.unwrap());
        }
        let mut tx = engine.db().begin().await.unwrap();
        for id in &ids {
            let record = Record::load(engine, &mut tx, caller.organization, *id).await.unwrap();
            let row = &record.row;
            let found = Found { verification: row.id, applicant: row.applicant, created_at: row.created_at };
            let kept = Kept { terms: vec![7], rules: RULES - 1 };
            search_terms::keep(&mut tx, row.organization, found, kept).await.unwrap();
        }
        tx.commit().await.unwrap();
        let of = async |text: &str| {
            let listing = Listing { search: Some(text.to_owned()), take: 20, ..Listing::default() };
            requests(engine, caller, &listing).await.unwrap().total
        };
        assert_eq!((of("angstrom").await, of("anna").await), (0, 0));
        // One that cannot be opened keeps no other waiting.
        let Db::Sqlite { write, .. } = engine.db() else { unreachable!() };
        sqlx::query("UPDATE verifications SET sealed = X'00' WHERE id = ?")
            .bind(ids[1].uuid())
            .execute(write)
            .await
            .unwrap();
        tidy(engine, &|| false).await.unwrap();
        assert_eq!((of("angstrom").await, of("anna").await), (1, 0));
        let mut tx = engine.db().read().await.unwrap();
        let old = search_terms::of_older_rules(&mut tx, caller.organization, RULES, None, 10).await.unwrap();
        assert!(old.is_empty(), "each is gone through once");
    }
}
