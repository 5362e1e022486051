//! Lists against the same lists put together here, row by row.

use std::collections::{BTreeMap, HashMap};

use bonafide_core::{
    audit::AuditAction,
    id::{ClientId, Entropy, MatterId, OrganizationId, VerificationId},
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};
use bonafide_store::{
    Db, Tx, applicants, audit,
    search_terms::{self, Found, Kept, Term},
    verifications::{self, Filter, Order, Page, Verification, count_found, part, wrong_counts},
};

use crate::stage::{Stage, Tenant};

const ALL: Page = Page { after: None, skip: 0, limit: i64::MAX };
const HOUR_MS: i64 = 3_600_000;
const GROUPS: &[&[Status]] =
    &[&[Status::Created, Status::Pending], &[Status::Approved], &[Status::Declined, Status::Refused]];
/// One of them is in no group.
const STATUSES: [Status; 6] = [
    Status::Created,
    Status::Pending,
    Status::Approved,
    Status::Declined,
    Status::Refused,
    Status::ReviewRequired,
];

/// Choices that are the same in every run.
struct Dice<'a>(&'a Stage);

impl Dice<'_> {
    fn below(&self, n: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.entropy.fill(&mut bytes);
        (u64::from_be_bytes(bytes) % n as u64) as usize
    }

    fn one<T: Copy>(&self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn some<T: Copy>(&self, of: &[T]) -> Vec<T> {
        of.iter().filter(|_| self.below(3) == 0).copied().collect()
    }
}

/// What there is, and what each verification is found by.
struct World {
    organization: OrganizationId,
    rows: Vec<Verification>,
    terms: HashMap<VerificationId, Vec<Term>>,
}

impl World {
    async fn of(stage: &Stage, organization: OrganizationId) -> Self {
        let mut tx = stage.read().await;
        let rows = verifications::list(&mut tx, organization, &Filter::default(), ALL).await.unwrap();
        Self { organization, rows, terms: HashMap::new() }
    }

    fn expected(&self, filter: &Filter<'_>, terms: &[Term], order: Order<'_>) -> Expected {
        let is_in = |list: &[String], word: &str| list.is_empty() || list.iter().any(|w| w == word);
        let statuses: Vec<String> = filter.statuses.iter().map(ToString::to_string).collect();
        let purposes: Vec<String> = filter.purposes.iter().map(ToString::to_string).collect();
        let found = |id: &VerificationId| {
            let kept = self.terms.get(id).map(Vec::as_slice).unwrap_or_default();
            terms.iter().all(|term| kept.contains(term))
        };
        let mut rows: Vec<&Verification> = self
            .rows
            .iter()
            .filter(|r| {
                filter.kind.is_none_or(|kind| r.kind == kind)
                    && is_in(&statuses, r.status.as_str())
                    && is_in(&purposes, r.purpose.as_str())
                    && is_in(filter.user_ids, &r.user_id)
                    && (filter.client.is_none() || r.client == filter.client)
                    && (filter.matter.is_none() || r.matter == filter.matter)
                    && filter.from.is_none_or(|from| r.created_at >= from)
                    && filter.until.is_none_or(|until| r.created_at < until)
                    && found(&r.id)
            })
            .collect();
        let group = |r: &Verification| match order {
            Order::Status(groups) => {
                let place = groups.iter().position(|g| g.iter().any(|s| r.status == *s));
                place.unwrap_or(groups.len())
            }
            _ => 0,
        };
        let at = |r: &Verification| if matches!(order, Order::Updated) { r.updated_at } else { r.created_at };
        rows.sort_by(|a, b| group(a).cmp(&group(b)).then(at(b).cmp(&at(a))).then(b.id.cmp(&a.id)));
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for row in &rows {
            *counts.entry(row.status.as_str().to_owned()).or_default() += 1;
        }
        Expected { ids: rows.into_iter().map(|r| r.id).collect(), counts }
    }

    /// The part and the number are those of the whole list.
    async fn check(
        &self,
        stage: &Stage,
        (filter, terms, order): (&Filter<'_>, &[Term], Order<'_>),
        whole: &Expected,
        skip: usize,
        limit: usize,
    ) {
        let mut tx = stage.read().await;
        let (from, most) = (skip as i64, limit as i64);
        let got = part(&mut tx, self.organization, filter, terms, order, from, most).await.unwrap();
        let ids: Vec<VerificationId> = got.rows.iter().map(|r| r.id).collect();
        let expected: Vec<VerificationId> = whole.ids.iter().skip(skip).take(limit).copied().collect();
        let what = format!("{filter:?} {terms:?} {order:?} {skip} {limit}");
        assert_eq!((got.total, ids), (whole.ids.len() as i64, expected), "{what}");
        let counted = match terms {
            [] => vec![verifications::count(&mut tx, self.organization, filter).await.unwrap(), got.counts],
            terms => vec![count_found(&mut tx, self.organization, filter, terms).await.unwrap()],
        };
        for counted in counted {
            let counted: BTreeMap<String, i64> =
                counted.into_iter().map(|(status, n)| (status.as_str().to_owned(), n)).collect();
            assert_eq!(counted, whole.counts, "{what}");
        }
    }
}

/// A whole list.
struct Expected {
    ids: Vec<VerificationId>,
    counts: BTreeMap<String, i64>,
}

async fn insert(stage: &Stage, t: &Tenant, change: impl FnOnce(&mut Verification)) -> Verification {
    let mut row = stage.verification(t.organization, t.applicant, &t.key);
    change(&mut row);
    let mut tx = stage.begin().await;
    verifications::insert(&mut tx, t.organization, &row).await.unwrap();
    tx.commit().await.unwrap();
    row
}

pub(crate) async fn parts_are_those_of_the_whole_list(stage: Stage) {
    let t = stage.tenant().await;
    let dice = Dice(&stage);
    let (clients, matters): (Vec<ClientId>, Vec<MatterId>) =
        ((0..3).map(|_| stage.id()).collect(), (0..3).map(|_| stage.id()).collect());
    let users: Vec<String> = ["", "anna", "ben"].map(str::to_owned).to_vec();
    let noon = stage.now();
    let mut terms = HashMap::new();
    for _ in 0..300 {
        // Some at the same millisecond: the id decides.
        let created = noon.plus_ms(dice.below(40 * 24) as i64 * HOUR_MS);
        let row = insert(&stage, &t, |row| {
            row.status = dice.one(&STATUSES).into();
            row.purpose = dice.one(&Purpose::ALL).into();
            row.kind =
                if dice.below(9) == 0 { Kind::FaceAuthentication } else { Kind::IdentityVerification }.into();
            row.client = dice.some(&clients).first().copied();
            row.matter = dice.some(&matters).first().copied();
            row.user_id = users[dice.below(3)].clone();
            (row.created_at, row.updated_at) = (created, created.plus_ms(dice.below(90) as i64 * HOUR_MS));
        });
        let row = row.await;
        if row.kind == Kind::IdentityVerification {
            let found = Found { verification: row.id, applicant: t.applicant, created_at: row.created_at };
            let mine = dice.some(&[11, 22, 33]);
            let mut tx = stage.begin().await;
            keep(&mut tx, t.organization, found, &mine).await;
            tx.commit().await.unwrap();
            terms.insert(row.id, mine);
        }
    }
    let world = World { terms, ..World::of(&stage, t.organization).await };
    assert_eq!(world.rows.len(), 301);
    for _ in 0..400 {
        let (statuses, purposes, words) =
            (dice.some(&STATUSES), dice.some(&Purpose::ALL), dice.some(&[11, 22, 33]));
        let rarely = |n| dice.below(n) == 0;
        let time = || noon.plus_ms(dice.below(45 * 24 * 60) as i64 * 60_000);
        let user: Vec<String> = users.iter().filter(|_| rarely(5)).cloned().collect();
        let filter = Filter {
            kind: Some(if rarely(9) { Kind::FaceAuthentication } else { Kind::IdentityVerification }),
            statuses: &statuses,
            purposes: &purposes,
            client: rarely(3).then(|| dice.one(&clients)),
            matter: rarely(3).then(|| dice.one(&matters)),
            user_ids: &user,
            from: rarely(2).then(time),
            until: rarely(2).then(time),
            ..Filter::default()
        };
        // Authentications are found by none.
        let searched = rarely(2) && filter.kind == Some(Kind::IdentityVerification);
        let words: &[Term] = if searched { &words } else { &[] };
        let order = dice.one(&[Order::Created, Order::Updated, Order::Status(GROUPS)]);
        let skip = dice.one(&[0, 1, 5, 50, 140, 250]);
        let whole = world.expected(&filter, words, order);
        world.check(&stage, (&filter, words, order), &whole, skip, dice.one(&[1, 7, 20, 100])).await;
        // Some of the terms stand in rows of their own, and more and more of them together; and so do the days.
        if rarely(20) {
            let mut tx = stage.begin().await;
            search_terms::fold(&mut tx, t.organization, 20).await.unwrap();
            verifications::fold(&mut tx, t.organization, time(), None).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
    assert!(stage.bytes("SELECT members FROM search_days").await.len() > 3);
    assert!(stage.bytes("SELECT members FROM listed_days WHERE mark <> 0").await.len() > 9);
    // Of every kind, which the console lists: the counts alone.
    let mut tx = stage.read().await;
    let counted = verifications::count(&mut tx, t.organization, &Filter::default()).await.unwrap();
    assert_eq!(counted.iter().map(|(_, n)| n).sum::<i64>(), 301);
}

pub(crate) async fn parts_of_a_long_list_are_found_by_its_days(stage: Stage) {
    // So many are no longer sorted in memory.
    const MANY: i64 = 45_000;
    let t = stage.tenant().await;
    let (id, json) = match &stage.db {
        Db::Sqlite { .. } => ("randomblob(16)", "v.policy"),
        Db::Postgres(_) => ("gen_random_uuid()", "v.policy"),
    };
    // 100 days, some of them with thousands and some with none; half were changed much later.
    // In parts: a count that is written thousands of times in one statement is slow in PostgreSQL.
    const AT_ONCE: i64 = 1_000;
    for done in (0..MANY).step_by(AT_ONCE as usize) {
        let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT CAST({done} + 1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {done} + {AT_ONCE})
         INSERT INTO verifications (id, organization, applicant, dialect, kind, user_id, status, version, liveness_mode,
             policy, sealed, created_at, updated_at, purpose)
         SELECT {id}, v.organization, v.applicant, v.dialect, v.kind, v.user_id,
             CASE WHEN i % 17 = 0 THEN 'declined' WHEN i % 3 = 0 THEN 'created' ELSE 'approved' END,
             2, v.liveness_mode, {json}, v.sealed,
             v.created_at + ((i * 7919) % 100 / 3 * (i % 4)) * 86400000 + (i * 104729) % 86400000,
             v.created_at + ((i * 7919) % 100 / 3 * (i % 4)) * 86400000 + (i * 104729) % 86400000
                 + (i % 2) * ((i * 31) % 90) * 86400000,
             CASE WHEN i % 5 = 0 THEN 'kyc' ELSE 'idv' END
         FROM n, verifications v WHERE v.version = 1"
    );
        stage.tamper_with(sql).await;
    }
    // More have a word than are looked up one by one, and fewer another one.
    for sql in [
        "INSERT INTO search_terms SELECT organization, 7, created_at, id FROM verifications WHERE created_at % 3 <> 0",
        "INSERT INTO search_terms SELECT organization, 8, created_at, id FROM verifications WHERE created_at % 5 = 0",
    ] {
        stage.tamper(sql).await.unwrap();
    }
    let mut tx = stage.read().await;
    assert_eq!(wrong_counts(&mut tx).await.unwrap(), 0);
    drop(tx);
    let mut world = World::of(&stage, t.organization).await;
    assert_eq!(world.rows.len() as i64, MANY + 1);
    write_days_down(&stage, t.organization, world.rows[200].created_at).await;
    let has = |row: &Verification| {
        let at = row.created_at.0;
        [(7, at % 3 != 0), (8, at % 5 == 0)]
            .into_iter()
            .filter(|(_, has)| *has)
            .map(|(term, _)| term)
            .collect()
    };
    world.terms = world.rows.iter().map(|row| (row.id, has(row))).collect();
    let (newest, oldest) = (world.rows[0].created_at, world.rows[world.rows.len() - 1].created_at);
    let inside = |part: i64| Timestamp(oldest.0 + (newest.0 - oldest.0) / 100 * part);
    let every = Filter { kind: Some(Kind::IdentityVerification), ..Filter::default() };
    let approved = Filter { statuses: &[Status::Approved], ..every.clone() };
    let created = Filter { statuses: &[Status::Created, Status::Declined], ..every.clone() };
    let filters = [
        every.clone(),
        approved.clone(),
        Filter { purposes: &[Purpose::Idv], ..every.clone() },
        Filter { purposes: &[Purpose::Idv, Purpose::Share], ..approved.clone() },
        Filter { from: Some(inside(3)), ..every.clone() },
        Filter { until: Some(inside(97)), ..every.clone() },
        Filter { from: Some(inside(1)), until: Some(inside(90)), ..every.clone() },
        Filter { from: Some(inside(1)), until: Some(inside(99)), ..approved.clone() },
        created,
    ];
    let searched: [&[Term]; 4] = [&[7], &[8], &[7, 8], &[7, 9]];
    let all = filters.iter().map(|filter| (filter, &[][..]));
    let found = [0, 1, 3, 7].into_iter().flat_map(|n| searched.map(|terms| (&filters[n], terms)));
    for (filter, terms) in all.chain(found) {
        for order in [Order::Created, Order::Updated, Order::Status(GROUPS)] {
            let whole = world.expected(filter, terms, order);
            let total = whole.ids.len();
            let (end, middle) = (total.saturating_sub(20), total / 2 + 1);
            for skip in [0, 180, total / 3, middle, end, total.saturating_sub(1), total, total + 5] {
                world.check(&stage, (filter, terms, order), &whole, skip, 20).await;
            }
        }
    }
}

/// Writes down what is known of all days before a time.
async fn write_days_down(stage: &Stage, organization: OrganizationId, before: Timestamp) {
    let mut after = None;
    loop {
        let mut tx = stage.begin().await;
        after = verifications::fold(&mut tx, organization, before, after).await.unwrap();
        tx.commit().await.unwrap();
        if after.is_none() {
            return;
        }
    }
}

pub(crate) async fn days_follow_every_change(stage: Stage) {
    let (t, dice, end) = (stage.tenant().await, Dice(&stage), stage.now().plus_ms(365 * 24 * HOUR_MS));
    let mut terms = HashMap::new();
    for n in 0..60 {
        let row =
            insert(&stage, &t, |row| row.created_at = row.created_at.plus_ms(n % 7 * 24 * HOUR_MS)).await;
        let found = Found { verification: row.id, applicant: t.applicant, created_at: row.created_at };
        let mut tx = stage.begin().await;
        keep(&mut tx, t.organization, found, &[11]).await;
        tx.commit().await.unwrap();
        terms.insert(row.id, vec![11]);
    }
    let every = Filter { kind: Some(Kind::IdentityVerification), ..Filter::default() };
    for n in 0..60 {
        write_days_down(&stage, t.organization, end).await;
        let mut tx = stage.begin().await;
        let rows = verifications::list(&mut tx, t.organization, &Filter::default(), ALL).await.unwrap();
        let mut row = rows[dice.below(rows.len())].clone();
        if n % 2 == 0 {
            row.status = dice.one(&STATUSES).into();
        } else {
            row.updated_at = row.updated_at.plus_ms(HOUR_MS);
        }
        verifications::update(&mut tx, t.organization, &mut row).await.unwrap();
        if n % 10 == 9 {
            search_terms::forget(&mut tx, t.organization, t.applicant).await.unwrap();
            tx.rollback().await.unwrap();
        } else {
            tx.commit().await.unwrap();
        }
        if n == 20 {
            stage
                .tamper("UPDATE verifications SET purpose = 'share' WHERE status = 'approved'")
                .await
                .unwrap();
        }
        let world = World { terms: terms.clone(), ..World::of(&stage, t.organization).await };
        for (filter, order) in [
            (every.clone(), Order::Updated),
            (every.clone(), Order::Status(GROUPS)),
            (Filter { statuses: &[Status::Approved], ..every.clone() }, Order::Created),
            (Filter { purposes: &[Purpose::Share], ..every.clone() }, Order::Updated),
        ] {
            let whole = world.expected(&filter, &[11], order);
            world.check(&stage, (&filter, &[11], order), &whole, 0, 100).await;
        }
    }
}

pub(crate) async fn days_are_written_down_while_many_write(stage: Stage) {
    let (t, end) = (stage.tenant().await, stage.now().plus_ms(365 * 24 * HOUR_MS));
    let mut rows = vec![];
    for n in 0..24 {
        let row =
            insert(&stage, &t, |row| row.created_at = row.created_at.plus_ms(n % 3 * 24 * HOUR_MS)).await;
        let found = Found { verification: row.id, applicant: t.applicant, created_at: row.created_at };
        let mut tx = stage.begin().await;
        keep(&mut tx, t.organization, found, &[11]).await;
        tx.commit().await.unwrap();
        rows.push(row);
    }
    let write = async |rows: &[Verification]| {
        for round in 1..=10 {
            for row in rows {
                let mut row = row.clone();
                row.version += round - 1;
                row.status = STATUSES[(round as usize + rows.len()) % STATUSES.len()].into();
                row.updated_at = row.updated_at.plus_ms(round * HOUR_MS);
                let mut tx = stage.begin().await;
                verifications::update(&mut tx, t.organization, &mut row).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
    };
    let (some, others) = rows.split_at(11);
    let fold = async || {
        for _ in 0..30 {
            write_days_down(&stage, t.organization, end).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(write(some), write(others), fold());
    write_days_down(&stage, t.organization, end).await;
    let terms = rows.iter().map(|row| (row.id, vec![11])).collect();
    let world = World { terms, ..World::of(&stage, t.organization).await };
    let every = Filter { kind: Some(Kind::IdentityVerification), ..Filter::default() };
    for order in [Order::Updated, Order::Status(GROUPS)] {
        let whole = world.expected(&every, &[11], order);
        assert_eq!(whole.ids.len(), 24);
        world.check(&stage, (&every, &[11], order), &whole, 0, 100).await;
    }
}

pub(crate) async fn counts_follow_every_change(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let dice = Dice(&stage);
    for _ in 0..300 {
        let t = dice.one(&[&a, &b]);
        stage.clock.advance(dice.below(20) as i64 * HOUR_MS);
        let mut tx = stage.begin().await;
        let rows = verifications::list(&mut tx, t.organization, &Filter::default(), ALL).await.unwrap();
        let row = (!rows.is_empty()).then(|| rows[dice.below(rows.len())].clone());
        match (dice.below(8), row) {
            (0..=2, _) | (_, None) => {
                let mut new = stage.verification(t.organization, t.applicant, &t.key);
                new.status = dice.one(&STATUSES).into();
                new.purpose = dice.one(&Purpose::ALL).into();
                verifications::insert(&mut tx, t.organization, &new).await.unwrap();
            }
            (3..=5, Some(mut row)) => {
                row.status = dice.one(&STATUSES).into();
                row.updated_at = stage.now();
                verifications::update(&mut tx, t.organization, &mut row).await.unwrap();
            }
            (6, Some(row)) => {
                verifications::delete(&mut tx, t.organization, row.id, stage.now()).await.unwrap();
            }
            // Who is forgotten stays in the list.
            (_, Some(row)) => {
                applicants::anonymize(&mut tx, t.organization, row.applicant, stage.now()).await.unwrap();
            }
        }
        if dice.below(5) == 0 { tx.rollback().await.unwrap() } else { tx.commit().await.unwrap() }
    }
    let agree = async |least: usize| {
        let mut tx = stage.read().await;
        assert_eq!(wrong_counts(&mut tx).await.unwrap(), 0);
        for t in [&a, &b] {
            let rows = verifications::list(&mut tx, t.organization, &Filter::default(), ALL).await.unwrap();
            let counted = verifications::count(&mut tx, t.organization, &Filter::default()).await.unwrap();
            assert_eq!(counted.iter().map(|(_, n)| n).sum::<i64>(), rows.len() as i64);
            assert!(rows.len() >= least);
        }
    };
    agree(10).await;
    // Past the product: rows that come back, change hands of a kind, or go altogether.
    for sql in [
        "UPDATE verifications SET deleted_at = NULL",
        "UPDATE verifications SET purpose = 'share', created_at = created_at + 90000000 WHERE status = 'approved'",
        "UPDATE verifications SET deleted_at = 1 WHERE status = 'created'",
        "DELETE FROM verifications WHERE status = 'refused'",
        "DELETE FROM verifications WHERE status = 'created'",
    ] {
        stage.tamper(sql).await.unwrap();
        agree(1).await;
    }
    // And the comparison finds what is wrong.
    stage.tamper("UPDATE verification_counts SET n = n + 1 WHERE unit = 'all'").await.unwrap();
    let mut tx = stage.read().await;
    assert!(wrong_counts(&mut tx).await.unwrap() > 0);
}

pub(crate) async fn counts_hold_while_many_write(stage: Stage) {
    let t = stage.tenant().await;
    // As of every organization that has a key: the head of its log is what writers queue at.
    let mut tx = stage.begin().await;
    let (actor, action, detail) = ("test", AuditAction::CredentialCreated, serde_json::json!({}));
    let entry = audit::Entry { at: stage.now(), actor, action, object: "credential", detail: &detail };
    audit::append(&mut tx, t.organization, &stage.ring, entry).await.unwrap();
    tx.commit().await.unwrap();
    let writers: Vec<_> = (0..20)
        .map(|i| {
            let (db, row) = (stage.db.clone(), stage.verification(t.organization, t.applicant, &t.key));
            tokio::spawn(async move {
                let mut tx = db.begin().await.unwrap();
                verifications::insert(&mut tx, row.organization, &row).await.unwrap();
                tx.commit().await.unwrap();
                let mut row = row;
                for status in [Status::Pending, STATUSES[i % STATUSES.len()]] {
                    let mut tx = db.begin().await.unwrap();
                    row.status = status.into();
                    verifications::update(&mut tx, row.organization, &mut row).await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut tx = stage.read().await;
    assert_eq!(wrong_counts(&mut tx).await.unwrap(), 0);
}

/// Somebody else of a tenant, without a verification.
async fn person(stage: &Stage, organization: OrganizationId) -> Tenant {
    let (applicant, key) = stage.applicant(organization, "Anna").await;
    Tenant { organization, applicant, key, verification: stage.id() }
}

async fn keep(tx: &mut Tx, organization: OrganizationId, found: Found, terms: &[Term]) {
    let kept = Kept { terms: terms.to_vec(), rules: 1 };
    search_terms::keep(tx, organization, found, kept).await.unwrap();
}

async fn found(stage: &Stage, organization: OrganizationId, terms: &[Term]) -> (i64, usize) {
    let mut tx = stage.read().await;
    let filter = Filter { kind: Some(Kind::IdentityVerification), ..Filter::default() };
    let found = part(&mut tx, organization, &filter, terms, Order::Created, 0, 20).await.unwrap();
    (found.total, found.rows.len())
}

/// One value of each row that is searched; a row whose person is not known any more has none, and cannot be read.
const ROWS: &str = "SELECT s.terms FROM search_terms t LEFT JOIN searchable s
    ON s.organization = t.organization AND s.verification = t.verification";

pub(crate) async fn what_a_person_is_found_by_goes_with_them(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let kept_as = async |t: &Tenant, terms: &[Term]| {
        let mut tx = stage.begin().await;
        let row = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
        let found = Found { verification: row.id, applicant: row.applicant, created_at: row.created_at };
        keep(&mut tx, t.organization, found, terms).await;
        tx.commit().await.unwrap();
    };
    let of = async |t: &Tenant, terms: &[Term]| found(&stage, t.organization, terms).await;
    let rows = async || stage.bytes(ROWS).await.len();
    kept_as(&a, &[5, -7, 5]).await;
    kept_as(&b, &[5]).await;
    assert_eq!((of(&a, &[5]).await, of(&a, &[-7, 5]).await, of(&a, &[6]).await), ((1, 1), (1, 1), (0, 0)));
    assert_eq!(rows().await, 3);
    // Kept anew: what is no longer said is gone.
    kept_as(&a, &[6, -7]).await;
    assert_eq!((of(&a, &[5]).await, of(&a, &[6, -7]).await, of(&b, &[5]).await), ((0, 0), (1, 1), (1, 1)));
    assert_eq!(of(&b, &[6]).await, (0, 0), "nobody's in another tenant");

    let mut tx = stage.begin().await;
    applicants::anonymize(&mut tx, a.organization, a.applicant, stage.now()).await.unwrap();
    verifications::delete(&mut tx, b.organization, b.verification, stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((of(&a, &[6]).await, of(&b, &[5]).await), ((0, 0), (0, 0)));
    assert_eq!(rows().await, 0);
    assert!(stage.bytes("SELECT terms FROM searchable").await.is_empty());
    // Whoever had read of the person before keeps nothing afterwards.
    kept_as(&a, &[6]).await;
    assert_eq!((of(&a, &[6]).await, rows().await), ((0, 0), 0));
    assert!(stage.bytes("SELECT terms FROM searchable").await.is_empty());
}

pub(crate) async fn what_stands_together_is_found_and_goes_with_its_people(stage: Stage) {
    const SEVERAL: usize = 24;
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let other = person(&stage, a.organization).await;
    let mut rows = vec![];
    for n in 0..SEVERAL {
        // Two days of it, and some of the same millisecond.
        let t = if n % 3 == 0 { &other } else { &a };
        let created = stage.now().plus_ms((n / 2) as i64 * 2 * HOUR_MS);
        rows.push(insert(&stage, t, |row| row.created_at = created).await);
    }
    let mut tx = stage.begin().await;
    let found_as = |row: &Verification| Found {
        verification: row.id,
        applicant: row.applicant,
        created_at: row.created_at,
    };
    for (n, row) in rows.iter().enumerate() {
        keep(&mut tx, row.organization, found_as(row), &[1, 100 + n as Term]).await;
    }
    tx.commit().await.unwrap();
    let fold = async |many: usize| {
        let mut tx = stage.begin().await;
        let folded = search_terms::fold(&mut tx, a.organization, many).await.unwrap();
        tx.commit().await.unwrap();
        folded
    };
    let together = async || stage.bytes("SELECT members FROM search_days").await.concat().len() / 20;
    let apart = async || stage.bytes(ROWS).await.len();
    let of = async |terms: &[Term]| found(&stage, a.organization, terms).await;
    assert!(!fold(SEVERAL + 1).await, "there are not so many");
    assert_eq!((together().await, apart().await), (0, 2 * SEVERAL));
    assert!(fold(SEVERAL).await);
    assert!(!fold(1).await, "nothing is left to look at");
    assert_eq!((together().await, apart().await), (SEVERAL, SEVERAL), "the frequent one, and no other");
    assert_eq!((of(&[1]).await, of(&[1, 105]).await), ((24, 20), (1, 1)));
    assert_eq!(found(&stage, b.organization, &[1]).await, (0, 0), "nobody's in another tenant");

    // Kept anew: one is not found by it any more, another by one more.
    let mut tx = stage.begin().await;
    keep(&mut tx, a.organization, found_as(&rows[4]), &[104]).await;
    keep(&mut tx, a.organization, found_as(&rows[5]), &[1, 2, 105]).await;
    tx.commit().await.unwrap();
    assert_eq!((of(&[1]).await.0, of(&[2]).await.0, of(&[1, 104]).await.0), (23, 1, 0));
    assert!(fold(1).await && !fold(1).await, "the one with another term is looked at again");
    assert_eq!((of(&[1]).await.0, of(&[1, 2]).await.0), (23, 1), "and nobody stands twice");

    let mut tx = stage.begin().await;
    verifications::delete(&mut tx, a.organization, rows[7].id, stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(of(&[1]).await.0, 22);
    for (t, left) in [(&other, 14), (&a, 0)] {
        let mut tx = stage.begin().await;
        applicants::anonymize(&mut tx, a.organization, t.applicant, stage.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(of(&[1]).await.0, left);
    }
    assert_eq!((together().await, apart().await), (0, 0));
    assert!(stage.bytes("SELECT members FROM search_days").await.is_empty());
}

pub(crate) async fn terms_are_put_together_while_people_are_forgotten(stage: Stage) {
    let t = stage.tenant().await;
    let mut people = vec![];
    for n in 0..40 {
        let person = person(&stage, t.organization).await;
        let created = stage.now().plus_ms(n * HOUR_MS);
        let row = insert(&stage, &person, |row| row.created_at = created).await;
        let found = Found { verification: row.id, applicant: person.applicant, created_at: created };
        let mut tx = stage.begin().await;
        keep(&mut tx, t.organization, found, &[1, 2, 3]).await;
        tx.commit().await.unwrap();
        people.push(person);
    }
    let (db, organization, now) = (stage.db.clone(), t.organization, stage.now());
    let folding: Vec<_> = (0..2)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut more = true;
                while more {
                    let mut tx = db.begin().await.unwrap();
                    more = search_terms::fold(&mut tx, organization, 4).await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    let forgetting: Vec<_> = people
        .iter()
        .step_by(2)
        .map(|person| {
            let (db, applicant) = (db.clone(), person.applicant);
            tokio::spawn(async move {
                let mut tx = db.begin().await.unwrap();
                applicants::anonymize(&mut tx, organization, applicant, now).await.unwrap();
                tx.commit().await.unwrap();
            })
        })
        .collect();
    for task in folding.into_iter().chain(forgetting) {
        task.await.unwrap();
    }
    for term in [1, 2, 3] {
        assert_eq!(found(&stage, organization, &[term]).await, (20, 20));
    }
}
