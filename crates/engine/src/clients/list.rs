//! Records listed and searched.

use std::{cmp::Reverse, collections::BinaryHeap};

use bonafide_core::{client::MemberType, id::ClientId, text::searched};
use bonafide_store::{
    Tx, clients as rows,
    crypto::{self, Object},
};

use super::record::{Client, Details, open};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// How many records are opened at a time.
const BATCH: i64 = 200;

/// What a list is sorted by; of equal ones the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// From A to Z: a business by its name, a person by their last name and then by the first. Who has none comes last.
    Name,
    /// The newest first.
    #[default]
    CreatedAt,
    /// Those with the most verifications first.
    RequestCount,
}

/// Which records to list. `None` leaves nothing out.
#[derive(Debug, Clone, Default)]
pub struct Looking {
    /// Words, each of which has to be in a name, the e-mail address or the external id; case and accents do not count.
    pub search: Option<String>,
    pub member_type: Option<MemberType>,
    pub active: Option<bool>,
    pub sort: Sort,
    pub skip: u64,
    pub take: u32,
}

/// A page of the records, and how many there are in all.
///
/// Names are sealed, so a search, and a list by name, open every record of the organization that the other filters leave:
/// 1.1 s for 10,000 in a build that is not optimised (`ten_thousand_clients` in `dialects/athenty/tests/it/client.rs`). At
/// any time a few hundred records are in memory, and of each match up to the page's end what it is sorted by. A list by time
/// or count opens the page alone.
pub async fn list(engine: &Engine, caller: &Caller, looking: &Looking) -> Result<(Vec<Client>, u64)> {
    if !caller.may(Scope::Read) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let filter = rows::Filter { member_type: looking.member_type, active: looking.active };
    let words = looking.search.as_deref().map(Words::of).unwrap_or_default();
    let sort = match looking.sort {
        Sort::CreatedAt if words.is_empty() => Some(rows::Sort::CreatedAt),
        Sort::RequestCount if words.is_empty() => Some(rows::Sort::RequestCount),
        _ => None,
    };
    let mut tx = engine.db().read().await?;
    let (found, total) = if let Some(sort) = sort {
        let (skip, take) = (i64::try_from(looking.skip).unwrap_or(i64::MAX), i64::from(looking.take));
        let total = rows::count(&mut tx, organization, &filter).await?;
        (rows::list(&mut tx, organization, &filter, sort, skip, take).await?, total)
    } else {
        let (ids, total) = go_through(engine, &mut tx, caller, &filter, looking, &words).await?;
        let mut found = vec![];
        for id in ids {
            found.extend(rows::get(&mut tx, organization, id).await?);
        }
        (found, total)
    };
    let mut page = vec![];
    for row in found {
        page.push(open(engine, &mut tx, row).await?);
    }
    Ok((page, total))
}

/// Where a record stands in a list.
type Place = (Reverse<i64>, (bool, String), Reverse<ClientId>);

fn place(sort: Sort, client: &rows::Searched, details: &Details) -> Place {
    let (number, name) = match sort {
        Sort::Name => (0, name(details)),
        Sort::CreatedAt => (client.created_at.0, String::new()),
        Sort::RequestCount => (client.request_count, String::new()),
    };
    (Reverse(number), (name.is_empty(), name), Reverse(client.id))
}

/// The page's ids in their order, and how many match.
async fn go_through(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    filter: &rows::Filter,
    looking: &Looking,
    words: &Words,
) -> Result<(Vec<ClientId>, u64)> {
    let skip = usize::try_from(looking.skip).unwrap_or(usize::MAX);
    let take = usize::try_from(looking.take).unwrap_or(usize::MAX);
    let most = skip.saturating_add(take);
    // The first ones found so far, the last of them on top.
    let mut first: BinaryHeap<Place> = BinaryHeap::new();
    let (mut total, mut after) = (0, None);
    loop {
        let some = rows::searched(tx, caller.organization, filter, after, BATCH, engine.key_ring()).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.id);
        for client in &some {
            let details: Details = crypto::open_json(&client.key, Object::Client(client.id), &client.sealed)?;
            if !words.are_in(&details) {
                continue;
            }
            total += 1;
            first.push(place(looking.sort, client, &details));
            if first.len() > most {
                first.pop();
            }
        }
    }
    let page = first.into_sorted_vec().into_iter().skip(skip);
    Ok((page.map(|(_, _, Reverse(id))| id).collect(), total))
}

/// What a record is sorted under.
fn name(details: &Details) -> String {
    let Details { name_first, name_last, business_name, .. } = details;
    let of_person = [name_last, name_first].into_iter().flatten().map(String::as_str);
    match business_name {
        Some(name) => searched(name),
        None => searched(&of_person.collect::<Vec<_>>().join(" ")),
    }
}

/// Words that are looked for, folded.
#[derive(Debug, Default)]
struct Words(Vec<String>);

impl Words {
    fn of(search: &str) -> Self {
        let words = search.split_whitespace().map(searched);
        Self(words.filter(|word| !word.is_empty()).collect())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn are_in(&self, details: &Details) -> bool {
        if self.is_empty() {
            return true;
        }
        let Details { name_first, name_last, business_name, email, external_id, .. } = details;
        let all = [name_first, name_last, business_name, email, external_id];
        let text = searched(&all.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n"));
        self.0.iter().all(|word| text.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(first: &str, last: &str) -> Details {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Details { name_first: some(first), name_last: some(last), ..Details::default() }
    }

    #[test]
    fn every_word_has_to_be_somewhere() {
        let zoe = Details {
            email: Some("zoe@example.com".to_owned()),
            external_id: Some("C-17".to_owned()),
            ..person("Zoë", "Ångström")
        };
        for found in ["zoe", "ZOË ång", "angstrom zo'e", "@example", "c-17", "17 zoë", "", "  "] {
            assert!(Words::of(found).are_in(&zoe), "{found}");
        }
        for missed in ["zoe smith", "c-18", "z-", "zoeangstrom", "!"] {
            assert!(!Words::of(missed).are_in(&zoe), "{missed}");
        }
        let yamada = person("太郎", "山田");
        assert!(Words::of("山").are_in(&yamada) && !Words::of("川").are_in(&yamada));
        assert!(!Words::of("a").are_in(&Details::default()));
        let apart = person("Zoe\u{308}", "ΣΊΣΥΦΟΣ");
        for found in ["zoë", "ZOE", "zoe\u{308}", "Σίσυφος", "σίσυφοσ", "Σι\u{301}συφος"]
        {
            assert!(Words::of(found).are_in(&apart), "{found}");
        }
    }

    #[test]
    fn a_business_is_sorted_by_its_name_and_a_person_by_the_last() {
        let business = Details { business_name: Some("Émile & Co".to_owned()), ..person("Zoe", "Zander") };
        let mut all =
            [person("", ""), person("Zoe", "Adams"), business, person("Anna", "adams"), person("", "Ösp")];
        all.sort_by_key(|details| {
            let name = name(details);
            (name.is_empty(), name)
        });
        let order = all.map(|d| d.business_name.or(d.name_first).or(d.name_last).unwrap_or_default());
        assert_eq!(order, ["Anna", "Zoe", "Émile & Co", "Ösp", ""]);
    }
}
