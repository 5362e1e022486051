//! By what an identity is found: as a verification is (see `verifications/search.rs`), by the beginnings of the names and numbers
//! on its documents, by its id, and by each pair of the metadata of its newest verification.

use std::collections::BTreeSet;

use bonafide_core::id::{ApplicantId, OrganizationId};
use bonafide_store::{
    Error as StoreError, Tx,
    crypto::{self, SubjectKey},
    identity_terms, organizations,
    search_terms::{self, Kept, Term},
};
use serde_json::{Map, Value};

use super::person::{Person, open};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        private::Private,
    },
    verifications::search::{beginnings, joined, prepare, words},
};

/// Raise it with every change of what an identity is found by: what is kept is kept anew then.
const RULES: i64 = 1;
/// How many identities are looked for at once whose terms are to be kept anew.
const AT_ONCE: usize = 500;

/// From now on the identity is found by what is known of it: call it when that changed.
pub(crate) async fn index(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: ApplicantId,
    person: &Person,
) -> Result<()> {
    let key = prepare(engine, tx, organization).await?;
    let mut words: BTreeSet<String> = [joined(&id.to_string())].into();
    for document in &person.documents {
        words.extend(beginnings(&Private { reading: Some(document.reading.clone()), ..Private::default() }));
    }
    let mut terms = words.iter().map(|word| term(&key, word)).collect::<Result<Vec<Term>>>()?;
    for pair in person.metadata.as_object().into_iter().flatten() {
        terms.push(term_of_pair(&key, pair)?);
    }
    identity_terms::keep(tx, organization, id, Kept { terms, rules: RULES }).await?;
    Ok(())
}

/// The terms of everybody who is looked for; `None` where that is nobody.
pub(super) fn terms(
    key: &SubjectKey,
    searched: Option<&str>,
    metadata: &Map<String, Value>,
) -> Result<Option<Vec<Term>>> {
    let mut terms = metadata.iter().map(|pair| term_of_pair(key, pair)).collect::<Result<Vec<Term>>>()?;
    if let Some(searched) = searched {
        let words = words(searched);
        if words.is_empty() {
            return Ok(None);
        }
        for word in &words {
            terms.push(term(key, word)?);
        }
    }
    Ok(Some(terms))
}

fn term(key: &SubjectKey, beginning: &str) -> Result<Term> {
    Ok(search_terms::term(&crypto::mark(key, &["search", "identity", beginning])?))
}

fn term_of_pair(key: &SubjectKey, (name, value): (&String, &Value)) -> Result<Term> {
    Ok(search_terms::term(&crypto::mark(key, &["metadata", "identity", name, &value.to_string()])?))
}

/// Keeps what was kept by older rules anew, or for the first time, until it is over. Each is tried once: those that cannot be read
/// now are left for the next time, those that never will be are found as before.
pub(crate) async fn tidy(engine: &Engine, over: &(dyn Fn() -> bool + Sync)) -> Result<()> {
    let mut tx = engine.db().read().await?;
    let all = organizations::list(&mut tx).await?;
    drop(tx);
    for organization in all.into_iter().map(|organization| organization.id) {
        let mut after = None;
        while !over() {
            let mut tx = engine.db().read().await?;
            let old = identity_terms::of_older_rules(&mut tx, organization, RULES, after, AT_ONCE).await?;
            drop(tx);
            let Some(last) = old.last() else { break };
            after = Some(*last);
            for id in old {
                if over() {
                    return Ok(());
                }
                renew(engine, organization, id).await?;
            }
        }
    }
    Ok(())
}

async fn renew(engine: &Engine, organization: OrganizationId, id: ApplicantId) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    // Before it is read: what is learnt of the person meanwhile is kept after this.
    organizations::hold(&mut tx, organization).await?;
    match open(engine, &mut tx, organization, id).await {
        Ok(opened) => index(engine, &mut tx, organization, id, &opened.person).await?,
        // Forgotten since.
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => return Ok(()),
        Err(Error::Store(StoreError::Unsealable(_) | StoreError::Form { .. })) => {
            tracing::error!(identity = %id, "what an identity is found by was not kept: it cannot be read");
            identity_terms::leave(&mut tx, organization, id, RULES).await?;
        }
        // Another server may have wrapped it under a key that this one does not know yet.
        Err(Error::Store(StoreError::WrongKeyRing(_))) => return Ok(()),
        Err(error) => return Err(error),
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use bonafide_core::verification::Action;
    use serde_json::json;

    use super::*;
    use crate::{
        identities::{Filter, list},
        testing::{ANNA, Handed, House},
    };

    async fn found(house: &House, term: &str) -> i64 {
        let filter = Filter { search_term: Some(term.to_owned()), take: 20, ..Filter::default() };
        let (rows, total) = list(&house.engine, &house.caller, &filter).await.unwrap();
        assert_eq!(rows.len() as i64, total);
        total
    }

    #[tokio::test]
    async fn identities_of_before_are_found_once_they_were_put_in_order() {
        let house = House::new().await;
        for handed in [ANNA, Handed { number: "X99", first: "BERTA", last: "ÅNGSTRÖM", ..ANNA }] {
            let (id, _) = house.checked(handed).await;
            house.end(id, Action::Approve).await;
            house.clock.advance(60_000);
        }
        for (term, expected) in [
            ("anna erik", 1),
            ("ERIKSSON", 1),
            ("angstrom", 1),
            ("x9", 1),
            ("p1234567", 1),
            ("riksson", 0),
            ("anna angstrom", 0),
            ("  ", 0),
        ] {
            assert_eq!(found(&house, term).await, expected, "{term}");
        }
        // As a program kept them that knew no terms of identities.
        let bonafide_store::Db::Sqlite { write, .. } = house.engine.db() else { unreachable!() };
        for before in ["DELETE FROM identity_terms", "UPDATE applicants SET found_by = 0"] {
            sqlx::query(before).execute(write).await.unwrap();
        }
        assert_eq!(found(&house, "anna").await, 0);
        // One that cannot be opened keeps no other waiting.
        let spoil = "UPDATE applicants SET sealed = X'00' WHERE id = (SELECT MIN(id) FROM applicants WHERE identity_since IS NOT NULL)";
        sqlx::query(spoil).execute(write).await.unwrap();
        tidy(&house.engine, &|| false).await.unwrap();
        assert_eq!((found(&house, "angstrom").await, found(&house, "anna").await), (1, 0));
        let mut tx = house.engine.db().read().await.unwrap();
        let left = identity_terms::of_older_rules(&mut tx, house.caller.organization, RULES, None, 9).await;
        assert_eq!(left.unwrap(), [], "each is gone through once");
    }

    #[tokio::test]
    async fn more_metadata_than_is_looked_for_is_refused_by_name() {
        let house = House::new().await;
        let metadata = (0..65).map(|n| (n.to_string(), json!(n))).collect();
        let filter = Filter { metadata, take: 20, ..Filter::default() };
        let refused = list(&house.engine, &house.caller, &filter).await;
        let Err(Error::Invalid(problems)) = refused else { panic!("{refused:?}") };
        assert_eq!(problems[0].field, "metadata");
    }
}
