//! Lists of many requests against what they are made of, and how long they take. The test goes through 2,000 of them;
//! `REQUESTS=1000000` fills a database with a million and prints the table of `docs/benchmarks.md`.

use std::{
    collections::HashMap,
    fmt::Write,
    time::{Duration, Instant},
};

use bonafide_core::{
    id::{ApplicantId, ClientId, Entropy, MatterId, VerificationId},
    policy::Policy,
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};
use bonafide_store::{
    Db, applicants,
    crypto::{self, Object, SubjectKey},
    search_terms::Term,
    subject_keys,
    verifications::wrong_counts,
};
use bonafide_testkit::world::SeededEntropy;
use serde_json::json;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{
    requests::{Listing, Sort, requests},
    search,
};
use crate::{
    base::{
        own_key::own_key,
        private::{Private, Subject},
    },
    testing::House,
};

const DAY_MS: i64 = 86_400_000;
const DAYS: i64 = 3 * 365;
/// How often each list is asked for, in its usual order; in others a quarter as often.
const TIMES: usize = 200;

const FIRST: &str = "Jane Maria Mohammed Olivia Liam Noah Emma Amelia Sophie Lucas Léa Hugo Jade Louis Chloé Nathan Mia Leo Zoë \
    Jack Ava Ethan Isla Arjun Priya Wei Li Fatima Omar Yusuf Aisha Ivan Olga Dmitri Anna Katarzyna Piotr Ingrid Lars Björn Sofia \
    Mateo Valentina Santiago Camila Diego Lucía José Ana João Beatriz Pedro Giulia Marco Francesca Luca Matilda Oscar Freya \
    Jan Janek Janine January Jasmin Jason";
const LAST: &str = "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Tremblay Gagnon Roy Côté Bouchard \
    Gauthier Morin Lavoie Fortin Gagné Singh Kumar Sharma Patel Khan Ali Ahmed Hussain Wang Zhang Chen Liu Nguyen Tran Pham \
    Müller Schmidt Schneider Fischer Weber Kowalski Nowak Ivanov Petrov Andersson Johansson Hansen Olsen Rossi Russo Ferrari \
    Silva Santos Oliveira O’Brien Murphy Kelly MacDonald Smithson Smit Taylor-Jones Fernández López Ångström Dubois Lefèvre";
const DOMAINS: [&str; 6] = [
    "mail.example.com",
    "post.example.org",
    "example.net",
    "people.example.ca",
    "box.example.com",
    "example.org",
];
const STATUSES: [(Status, usize); 12] = [
    (Status::Approved, 600),
    (Status::Expired, 120),
    (Status::Declined, 90),
    (Status::Canceled, 40),
    (Status::ReviewRequired, 30),
    (Status::Created, 30),
    (Status::Capturing, 25),
    (Status::Refused, 20),
    (Status::Inconclusive, 15),
    (Status::RetryRequired, 15),
    (Status::Pending, 14),
    (Status::Processing, 1),
];
const PURPOSES: [(Purpose, usize); 3] = [(Purpose::Idv, 70), (Purpose::Kyc, 25), (Purpose::Share, 5)];

/// Choices that are the same in every run.
struct Dice(SeededEntropy);

impl Dice {
    fn below(&self, n: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_be_bytes(bytes) % n.max(1) as u64) as usize
    }

    /// One of these, the first ones more often.
    fn one<'a>(&self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len()) * self.below(of.len()) / of.len()]
    }

    fn weighted<T: Copy>(&self, of: &[(T, usize)]) -> T {
        let mut left = self.below(of.iter().map(|(_, weight)| weight).sum());
        for (value, weight) in of {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        of[0].0
    }

    fn id(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill(&mut bytes);
        Uuid::from_bytes(bytes)
    }
}

struct Row {
    id: VerificationId,
    applicant: ApplicantId,
    status: Status,
    purpose: Purpose,
    client: Option<ClientId>,
    matter: Option<MatterId>,
    user: String,
    name: String,
    email: String,
    created_at: i64,
    updated_at: i64,
}

/// Runs one statement for each of some rows' values.
macro_rules! bulk {
    ($db:expr, $head:expr, $rows:expr, |$b:ident, $row:ident| $bind:expr) => {
        match $db {
            Db::Sqlite { write, .. } => {
                let mut query = QueryBuilder::<sqlx::Sqlite>::new($head);
                query.push_values($rows, |mut $b, $row| $bind);
                query.build().execute(write).await.map(drop).unwrap()
            }
            Db::Postgres(pool) => {
                let mut query = QueryBuilder::<sqlx::Postgres>::new($head);
                query.push_values($rows, |mut $b, $row| $bind);
                query.build().execute(pool).await.map(drop).unwrap()
            }
        }
    };
}

async fn run(db: &Db, sql: &'static str) {
    match db {
        Db::Sqlite { write, .. } => sqlx::raw_sql(sql).execute(write).await.map(drop).unwrap(),
        Db::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop).unwrap(),
    }
}

/// An organization with so many requests, and what they are made of, oldest first.
async fn filled(house: &House, many: usize) -> Vec<Row> {
    let (engine, organization) = (&house.engine, house.caller.organization);
    let (db, dice, entropy) = (engine.db(), Dice(SeededEntropy::new(11)), SeededEntropy::new(12));
    let own = own_key(engine, organization).await.unwrap();
    let clients: Vec<ClientId> = (0..many.div_ceil(50)).map(|_| ClientId::from_uuid(dice.id())).collect();
    let matters: Vec<MatterId> =
        (0..many.div_ceil(2000).max(5)).map(|_| MatterId::from_uuid(dice.id())).collect();
    let (first, last): (Vec<&str>, Vec<&str>) =
        (FIRST.split_whitespace().collect(), LAST.split_whitespace().collect());
    let policy = serde_json::to_value(Policy::default()).unwrap();
    let now = engine.now().0;

    let mut people: Vec<SubjectKey> = vec![];
    let mut tx = db.begin().await.unwrap();
    for _ in 0..many.div_ceil(10) {
        let id = ApplicantId::new(engine.now(), &entropy);
        applicants::insert(&mut tx, organization, id, engine.now()).await.unwrap();
        let made =
            subject_keys::create(&mut tx, organization, id, engine.key_ring(), engine.now(), &entropy).await;
        people.push(made.unwrap());
    }
    tx.commit().await.unwrap();
    let is_file = matches!(db, Db::Sqlite { .. });
    run(
        db,
        if is_file {
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -500000"
        } else {
            "SET synchronous_commit = off"
        },
    )
    .await;
    run(db, "CREATE TABLE bulk_terms (created_at BIGINT NOT NULL, verification UUID NOT NULL, terms TEXT NOT NULL)").await;

    let mut known: HashMap<String, Term> = HashMap::new();
    let mut rows: Vec<Row> = Vec::with_capacity(many);
    for chunk in 0..many.div_ceil(1000) {
        let (mut of_chunk, mut sealed, mut words, mut packed) = (vec![], vec![], vec![], vec![]);
        for i in chunk * 1000..many.min(chunk * 1000 + 1000) {
            let key = &people[dice.below(people.len())];
            let span = DAYS * DAY_MS;
            let created_at =
                now - span + (span as i128 * i as i128 / many as i128) as i64 + dice.below(50) as i64;
            let (given, family) = (dice.one(&first), dice.one(&last));
            let email = format!("{given}.{family}{}@{}", dice.below(400), dice.one(&DOMAINS)).to_lowercase();
            let row = Row {
                id: VerificationId::new(Timestamp(created_at), &entropy),
                applicant: key.applicant(),
                status: dice.weighted(&STATUSES),
                purpose: dice.weighted(&PURPOSES),
                client: (dice.below(10) < 6).then(|| clients[dice.below(clients.len())]),
                matter: (dice.below(10) < 3).then(|| matters[dice.below(matters.len())]),
                user: if dice.below(2) == 0 {
                    String::new()
                } else {
                    format!("user-{}", dice.below(many.div_ceil(20)))
                },
                name: format!("{given} {family}"),
                email,
                created_at,
                updated_at: (created_at + dice.below(30) as i64 * dice.below(DAY_MS as usize) as i64)
                    .min(now),
            };
            let private = Private {
                subject: Subject {
                    name: Some(row.name.clone()),
                    email: Some(row.email.clone()),
                    phone: None,
                },
                // As large as a reading of a document.
                metadata: json!({ "note": "x".repeat(1500) }),
                ..Private::default()
            };
            let mut terms: Vec<Term> = vec![];
            for word in search::beginnings(&private) {
                if let Some(term) = known.get(&word) {
                    terms.push(*term);
                } else {
                    let term = search::term(&own, Kind::IdentityVerification, &word).unwrap();
                    terms.push(term);
                    if word.len() < 8 {
                        known.insert(word, term);
                    }
                }
            }
            terms.sort_unstable();
            sealed.push(crypto::seal_json(key, Object::Verification(row.id), &private, &entropy).unwrap());
            words.push(serde_json::to_string(&terms).unwrap());
            packed.push(terms.iter().flat_map(|term| term.to_be_bytes()).collect::<Vec<u8>>());
            of_chunk.push(row);
        }
        bulk!(
            db,
            "INSERT INTO verifications (id, organization, applicant, dialect, kind, purpose, client, matter, user_id, status,
             version, liveness_mode, policy, sealed, created_at, updated_at) ",
            of_chunk.iter().zip(&sealed),
            |b, pair| {
                let (row, sealed) = pair;
                b.push_bind(row.id.uuid()).push_bind(organization.uuid()).push_bind(row.applicant.uuid());
                b.push_bind("athenty").push_bind("identity_verification").push_bind(row.purpose.as_str());
                b.push_bind(row.client.map(|id| id.uuid())).push_bind(row.matter.map(|id| id.uuid()));
                b.push_bind(row.user.as_str()).push_bind(row.status.as_str()).push_bind(1i64).push_bind("passive");
                b.push_bind(sqlx::types::Json(&policy)).push_bind(sealed.as_bytes());
                b.push_bind(row.created_at).push_bind(row.updated_at);
            }
        );
        bulk!(
            db,
            "INSERT INTO searchable (organization, verification, applicant, created_at, terms, rules) ",
            of_chunk.iter().zip(&packed),
            |b, pair| {
                let (row, packed) = pair;
                b.push_bind(organization.uuid()).push_bind(row.id.uuid()).push_bind(row.applicant.uuid());
                b.push_bind(row.created_at).push_bind(packed.as_slice()).push_bind(search::RULES);
            }
        );
        bulk!(
            db,
            "INSERT INTO bulk_terms (created_at, verification, terms) ",
            of_chunk.iter().zip(&words),
            |b, pair| {
                b.push_bind(pair.0.created_at).push_bind(pair.0.id.uuid()).push_bind(pair.1.as_str());
            }
        );
        rows.extend(of_chunk);
    }
    // In the order of the table, or it would be written many times over.
    run(
        db,
        if is_file {
            "INSERT INTO search_terms (organization, term, created_at, verification)
             SELECT o.organization, t.value, b.created_at, b.verification
             FROM bulk_terms b, json_each(b.terms) t, (SELECT organization FROM verifications LIMIT 1) o ORDER BY 2, 3, 4"
        } else {
            "INSERT INTO search_terms (organization, term, created_at, verification)
             SELECT o.organization, CAST(t.value AS BIGINT), b.created_at, b.verification
             FROM bulk_terms b, jsonb_array_elements_text(CAST(b.terms AS JSONB)) t (value),
                 (SELECT organization FROM verifications LIMIT 1) o ORDER BY 2, 3, 4"
        },
    )
    .await;
    run(db, "DROP TABLE bulk_terms").await;
    let begun = Instant::now();
    // All of many, and of few as many as make a full transaction.
    search::tidy(engine, &|| false).await.unwrap();
    eprintln!("terms together in {:.0} s", begun.elapsed().as_secs_f64());
    if !is_file {
        run(db, "VACUUM ANALYZE").await;
    }
    let mut tx = db.read().await.unwrap();
    assert_eq!(wrong_counts(&mut tx).await.unwrap(), 0);
    rows
}

/// Whether a request is in a list.
fn is_in(row: &Row, listing: &Listing, people: &mut HashMap<VerificationId, Vec<String>>) -> bool {
    let plain = (listing.statuses.is_empty() || listing.statuses.contains(&row.status))
        && (listing.purposes.is_empty() || listing.purposes.contains(&row.purpose))
        && listing.user_id.as_ref().is_none_or(|user| *user == row.user)
        && (listing.client.is_none() || row.client == listing.client)
        && (listing.matter.is_none() || row.matter == listing.matter)
        && listing.from.is_none_or(|from| row.created_at >= from.0)
        && listing.until.is_none_or(|until| row.created_at < until.0);
    let Some(searched) = listing.search.as_ref().filter(|_| plain) else { return plain };
    let kept = people.entry(row.id).or_insert_with(|| {
        let subject = Subject { name: Some(row.name.clone()), email: Some(row.email.clone()), phone: None };
        search::beginnings(&Private { subject, ..Private::default() }).into_iter().collect()
    });
    searched.split_whitespace().filter_map(search::asked_for).all(|word| kept.contains(&word))
}

/// A kind of list: its name, and the one that is asked for the n-th time.
type Case = (&'static str, Box<dyn Fn(usize) -> Listing>);

fn cases(rows: &[Row]) -> Vec<Case> {
    use Status::{
        Approved, Capturing, Created, Inconclusive, Pending, Processing, RetryRequired, ReviewRequired,
    };
    let plain = Listing { take: 20, ..Listing::default() };
    let (oldest, newest) = (rows[0].created_at, rows[rows.len() - 1].created_at);
    let sampled = |n: usize| n * 7919 % rows.len();
    let clients: Vec<ClientId> = (0..rows.len()).filter_map(|n| rows[sampled(n)].client).take(200).collect();
    let matters: Vec<MatterId> = (0..rows.len()).filter_map(|n| rows[sampled(n)].matter).take(200).collect();
    let users: Vec<String> = (0..rows.len())
        .map(|n| rows[sampled(n)].user.clone())
        .filter(|user| !user.is_empty())
        .take(200)
        .collect();
    let names: Vec<String> = (0..200).map(|n| rows[sampled(n)].name.clone()).collect();
    let emails: Vec<String> = (0..200).map(|n| rows[sampled(n)].email.clone()).collect();
    let begin = |word: &str, length: usize| word.chars().take(length).collect::<String>();
    let words = |length: usize| -> Vec<String> {
        let of =
            |name: &String| name.split_whitespace().map(|w| begin(w, length)).collect::<Vec<_>>().join(" ");
        names.iter().map(of).collect()
    };
    let first = |length: usize| -> Vec<String> { names.iter().map(|name| begin(name, length)).collect() };
    let fixed = |listing: Listing| Box::new(move |_| listing.clone()) as Box<dyn Fn(usize) -> Listing>;
    let statuses = |statuses: &[Status]| Listing { statuses: statuses.to_vec(), ..plain.clone() };
    let purposes = |purpose: Purpose| Listing { purposes: vec![purpose], ..plain.clone() };
    let searched = |texts: Vec<String>, plain: &Listing| {
        let plain = plain.clone();
        Box::new(move |n: usize| Listing { search: Some(texts[n % texts.len()].clone()), ..plain.clone() })
            as Box<dyn Fn(usize) -> Listing>
    };
    // Neither begins nor ends with a day.
    let spans = |days: i64, plain: &Listing| {
        let plain = plain.clone();
        Box::new(move |n: usize| {
            let room = (newest - oldest - days * DAY_MS).max(1);
            let from = oldest + (n as i64 * 7919 * 3_600_000 + 1234) % room;
            let until = Timestamp(from + days * DAY_MS + 777);
            Listing { from: Some(Timestamp(from)), until: Some(until), ..plain.clone() }
        }) as Box<dyn Fn(usize) -> Listing>
    };
    let of_client =
        |n: usize, plain: &Listing| Listing { client: Some(clients[n % clients.len()]), ..plain.clone() };
    let by_client: Vec<Listing> = (0..200).map(|n| of_client(n, &plain)).collect();
    let approved_of_client: Vec<Listing> = (0..200).map(|n| of_client(n, &statuses(&[Approved]))).collect();
    let by_matter: Vec<Listing> =
        (0..200).map(|n| Listing { matter: Some(matters[n % matters.len()]), ..plain.clone() }).collect();
    let by_user: Vec<Listing> = (0..200)
        .map(|n| Listing { user_id: Some(users[n % users.len()].clone()), ..plain.clone() })
        .collect();
    let turn = |all: Vec<Listing>| {
        Box::new(move |n: usize| all[n % all.len()].clone()) as Box<dyn Fn(usize) -> Listing>
    };
    vec![
        ("all", fixed(plain.clone())),
        ("type idv", fixed(purposes(Purpose::Idv))),
        ("type share", fixed(purposes(Purpose::Share))),
        ("status approved", fixed(statuses(&[Approved]))),
        ("status submitted", fixed(statuses(&[Processing]))),
        ("status pending_review", fixed(statuses(&[ReviewRequired, Inconclusive]))),
        ("status initiated,in_progress", fixed(statuses(&[Created, Pending, Capturing, RetryRequired]))),
        ("type kyc, status approved", fixed(Listing { statuses: vec![Approved], ..purposes(Purpose::Kyc) })),
        ("user", turn(by_user)),
        ("client", turn(by_client)),
        ("client, status approved", turn(approved_of_client)),
        ("matter", turn(by_matter)),
        ("a day", spans(1, &plain)),
        ("a month", spans(30, &plain)),
        ("a year", spans(365, &plain)),
        ("a year, status approved", spans(365, &statuses(&[Approved]))),
        ("a month, status pending_review", spans(30, &statuses(&[ReviewRequired, Inconclusive]))),
        ("search: e-mail", searched(emails.clone(), &plain)),
        ("search: `jane.smith1@ex`", searched(emails.iter().map(|e| begin(e, 14)).collect(), &plain)),
        ("search: `jane smith`", searched(names.clone(), &plain)),
        ("search: `jan smi`", searched(words(3), &plain)),
        ("search: `ja sm`", searched(words(2), &plain)),
        ("search: `jan`", searched(first(3), &plain)),
        ("search: `ja`", searched(first(2), &plain)),
        ("search: `j`", searched(first(1), &plain)),
        ("search: `jan smi`, status approved", searched(words(3), &statuses(&[Approved]))),
        (
            "search: `jan`, status pending_review",
            searched(first(3), &statuses(&[ReviewRequired, Inconclusive])),
        ),
    ]
}

/// The page after so many pages.
fn page(listing: &Listing, number: u64) -> Listing {
    Listing { skip: (number - 1) * u64::from(listing.take), ..listing.clone() }
}

fn last(listing: &Listing, total: u64) -> Listing {
    page(listing, total.div_ceil(listing.take.into()).max(1))
}

const SORTS: [(Sort, &str); 3] =
    [(Sort::CreatedAt, "created_at"), (Sort::UpdatedAt, "updated_at"), (Sort::Status, "status")];

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_are_listed_as_they_are() {
    let many = std::env::var("REQUESTS").ok().and_then(|n| n.parse().ok()).unwrap_or(2000);
    let house = House::with(std::env::var("REQUESTS_DATABASE").ok()).await;
    let begun = Instant::now();
    let rows = filled(&house, many).await;
    eprintln!("{many} requests in {:.0} s", begun.elapsed().as_secs_f64());
    let (engine, caller) = (&house.engine, &house.caller);
    let (mut seen, mut people) = (0, HashMap::new());
    for (name, listing) in cases(&rows) {
        for (sort, _) in SORTS {
            let listing = Listing { sort, ..listing(0) };
            let expected = rows.iter().filter(|row| is_in(row, &listing, &mut people));
            let mut expected: Vec<&Row> = expected.collect();
            expected.sort_by_key(|row| {
                let by = if sort == Sort::UpdatedAt { row.updated_at } else { row.created_at };
                (std::cmp::Reverse(by), std::cmp::Reverse(row.id))
            });
            if sort == Sort::Status {
                let place = |row: &&Row| super::requests::STATES.iter().position(|s| s.contains(&row.status));
                expected.sort_by_key(place);
            }
            for listing in [page(&listing, 1), page(&listing, 10), last(&listing, expected.len() as u64)] {
                let part = requests(engine, caller, &listing).await.unwrap();
                let wanted: Vec<_> = expected.iter().skip(listing.skip as usize).take(20).collect();
                let ids: Vec<VerificationId> = part.page.iter().map(|request| request.id).collect();
                assert_eq!(part.total, expected.len() as u64, "{name}: {listing:?}");
                assert_eq!(ids, wanted.iter().map(|row| row.id).collect::<Vec<_>>(), "{name}: {listing:?}");
                for (request, row) in part.page.iter().zip(wanted) {
                    let subject = request.subject.clone().unwrap();
                    assert_eq!((subject.name.as_ref(), request.status), (Some(&row.name), row.status));
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 1000, "{seen}");
    if many >= 100_000 {
        let table = timed(&house, &rows).await;
        eprintln!("{table}");
        if let Ok(path) = std::env::var("REQUESTS_TABLE") {
            std::fs::write(path, table).unwrap();
        }
    }
}

async fn timed(house: &House, rows: &[Row]) -> String {
    let (engine, caller) = (&house.engine, &house.caller);
    let mut table =
        "| list | order | matches | page 1 | page 10 | last page |\n|---|---|---|---|---|---|\n".to_owned();
    for (name, listing) in cases(rows) {
        for (sort, word) in SORTS {
            let times = if sort == Sort::CreatedAt { TIMES } else { TIMES / 4 };
            let (mut spent, mut matches) = ([vec![], vec![], vec![]], 0);
            for n in 0..times {
                let listing = Listing { sort, ..listing(n) };
                let total = requests(engine, caller, &listing).await.unwrap().total;
                matches += total;
                let pages = [page(&listing, 1), page(&listing, 10), last(&listing, total)];
                for (listing, spent) in pages.iter().zip(&mut spent) {
                    let begun = Instant::now();
                    requests(engine, caller, listing).await.unwrap();
                    spent.push(begun.elapsed());
                }
            }
            write!(table, "| {name} | {word} | {} |", matches / times as u64).unwrap();
            for spent in &mut spent {
                spent.sort_unstable();
                let at = |part: usize| {
                    spent.get(spent.len() * part / 100).map_or(0.0, |d: &Duration| d.as_secs_f64() * 1e3)
                };
                write!(table, " {:.1} / {:.1} |", at(50), at(95)).unwrap();
            }
            table.push('\n');
            eprintln!("{}", table.lines().last().unwrap_or_default());
        }
    }
    table
}
