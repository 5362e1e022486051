//! Screening as a control: everybody whose verification stands is screened against every version of the lists, once; what
//! waited for the lists alone is decided anew; lists that cannot be relied on clear nobody.

use std::collections::BTreeMap;

use bonafide_core::{
    audit::AuditAction,
    decision::{Decision, Facts, decide},
    event::EventType,
    finding::{Check, Code, Finding, Outcome},
    id::{AssessmentId, VerificationId},
    policy::{Policy, ScreeningRule},
    time::Timestamp,
    verification::Status,
    weights::Weights,
};
use bonafide_engine::{
    Caller, events, health,
    jobs::run_pending,
    screening::{self, Dismissing},
    verifications,
};
use bonafide_screening::{lists::Files, snapshot::Store};
use bonafide_store::{Db, assessments, findings, history};
use bonafide_testkit::people::{self, Person};
use serde_json::json;

use crate::{races::tamper, support::App};

bonafide_testkit::on_both! {
    everybody_is_screened_when_the_first_list_arrives_and_once_for_each_change,
    who_waited_for_the_lists_alone_is_decided_anew,
    lists_that_are_stale_clear_nobody_until_they_are_confirmed,
    health_says_what_is_wrong_with_the_lists,
    who_cannot_be_read_keeps_nobody_from_being_screened,
    who_is_decided_about_after_everybody_was_looked_through_is_screened_too,
}

const DAY_MS: i64 = 86_400_000;

impl App {
    pub fn lists(&self) -> Store {
        Store::new(self.folder.path().join("lists"))
    }

    /// Takes a list in, and lets time pass until it is seen.
    pub fn take_in(&self, rows: &str) {
        let text = format!("id,type,name,birth_date\n{rows}\n");
        let files: Files = [("house.csv".to_owned(), text.into_bytes())].into();
        self.lists().import("house", None, &files, self.engine.now().0, true).unwrap();
        self.clock.advance(20_000);
    }

    async fn stands(&self, person: &Person) -> VerificationId {
        let mut tx = self.db.begin().await.unwrap();
        let (ring, entropy) = (&*self.key_ring, &*self.entropy);
        let organization = self.caller.organization;
        let id = people::insert(&mut tx, ring, entropy, organization, self.engine.now(), person).await;
        tx.commit().await.unwrap();
        self.clock.advance(1);
        id
    }

    async fn sanctions(&self, id: VerificationId) -> Option<Finding> {
        let mut tx = self.db.read().await.unwrap();
        let all = findings::list(&mut tx, self.caller.organization, id).await.unwrap();
        all.into_iter().find(|f| f.check == Check::Sanctions)
    }

    async fn status(&self, id: VerificationId) -> Status {
        verifications::read(&self.engine, &self.caller, id).await.unwrap().status
    }

    /// How often each verification is in the log of screenings.
    async fn logged(&self) -> BTreeMap<VerificationId, usize> {
        let (mut counts, mut last) = (BTreeMap::new(), None);
        loop {
            let page = screening::page(&self.engine, self.caller.organization, Timestamp(0), last.as_ref())
                .await
                .unwrap();
            for logged in &page {
                let screening::Purpose::Verification(id) = logged.purpose else { continue };
                *counts.entry(id).or_default() += 1;
            }
            match page.into_iter().next_back() {
                Some(end) => last = Some(end),
                None => return counts,
            }
        }
    }

    /// Verifications that an event of this type tells of, in order.
    async fn told(&self, event_type: EventType) -> Vec<VerificationId> {
        let filter =
            events::Filter { event_type: Some(event_type), limit: 1_000, ..events::Filter::default() };
        let page = events::list(&self.engine, &self.caller, &filter).await.unwrap();
        page.into_iter().map(|e| VerificationId::from_uuid(e.subject)).collect()
    }

    async fn people(&self) -> screening::Progress {
        screening::progress(&self.engine, &self.caller).await.unwrap().unwrap().1
    }
}

async fn everybody_is_screened_when_the_first_list_arrives_and_once_for_each_change(app: &App) {
    // More than a page, and one of each kind.
    let mut clear = vec![];
    for n in 0..230 {
        let (first, last) =
            if n == 7 { ("Gudrun", "Okonkwo".to_owned()) } else { ("Bertil", format!("Svensson{n}")) };
        clear.push(app.stands(&Person::approved(first, &last, "1962-05-17")).await);
    }
    let listed = app.stands(&Person::approved("Anna", "Eriksson", "1974-08-12")).await;
    let declined = Person { status: Status::Declined, ..Person::approved("Anna", "Eriksson", "1974-08-12") };
    let declined = app.stands(&declined).await;
    let nameless = app.stands(&Person::approved("", "", "1974-08-12")).await;
    let expired = Person { status: Status::Expired, ..Person::approved("Anna", "Eriksson", "1974-08-12") };
    let expired = app.stands(&expired).await;
    run_pending(&app.engine).await.unwrap();
    assert!(app.logged().await.is_empty(), "there is no list");
    assert!(screening::progress(&app.engine, &app.caller).await.unwrap().is_none());

    app.take_in("1,person,Anna Eriksson,1974-08-12");
    assert_eq!((app.people().await.total, app.people().await.done), (233, 0));
    run_pending(&app.engine).await.unwrap();
    let done = app.people().await;
    assert_eq!((done.total, done.done, done.nameless, done.failed, done.stale), (233, 233, 1, 0, 0));
    let logged = app.logged().await;
    assert!(clear.iter().chain([&listed, &declined]).all(|id| logged.get(id) == Some(&1)), "{logged:?}");
    assert_eq!((logged.get(&nameless), logged.get(&expired)), (None, None));
    assert_eq!(app.sanctions(clear[0]).await.unwrap().outcome, Outcome::Clear);
    assert_eq!(app.sanctions(listed).await.unwrap().outcome, Outcome::Fail);
    let mut told = app.told(EventType::ScreeningChanged).await;
    told.sort();
    let mut expected = vec![listed, declined];
    expected.sort();
    assert_eq!(told, expected, "who is clear is no news");
    assert_eq!(app.status(listed).await, Status::Approved, "a decision is not changed in silence");

    // Nothing changed: nobody is screened again, also by a process that has just started.
    app.clock.advance(700_000);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.logged().await, logged);

    app.take_in("1,person,Anna Eriksson,1974-08-12\n2,person,Gudrun Okonkwo,1962-05-17");
    run_pending(&app.engine).await.unwrap();
    assert!(app.logged().await.values().all(|n| *n == 2));
    let told = app.told(EventType::ScreeningChanged).await;
    assert_eq!(told.len(), 3, "those whose hits are the same are no news: {told:?}");
    assert!(told.contains(&clear[7]));
    // Another organization sees none of it.
    let stranger = app.stranger().await;
    assert_eq!(stranger.people().await.total, 0);
}

/// Somebody of whom everything was found well but what the lists said, and who waits for a human because of that.
async fn waiting(app: &App, sanctions: Finding) -> VerificationId {
    let policy = Policy {
        required: vec![Check::FaceMatch, Check::Sanctions],
        minimum_age: None,
        screening: ScreeningRule { required: true, ..ScreeningRule::default() },
        ..Policy::default()
    };
    let person = Person {
        status: Status::ReviewRequired,
        policy: policy.clone(),
        ..Person::approved("Anna", "Eriksson", "1974-08-12")
    };
    let id = app.stands(&person).await;
    let found = vec![
        Finding::scored(Check::FaceMatch, 0.9, 0.5, Outcome::Fail),
        Finding::scored(Check::SuspiciousWords, 1.0, 0.5, Outcome::Fail),
        Finding::scored(Check::NameCrosscheck, 1.0, 0.5, Outcome::Fail),
        sanctions,
    ];
    let (weights, now) = (Weights::default(), app.engine.now());
    let facts = Facts { document_type: Default::default(), findings: &found, attempt: 1 };
    let judged = decide(&policy, &weights, &facts);
    assert_eq!(judged.decision, Decision::Review);
    let mut tx = app.db.begin().await.unwrap();
    let organization = app.caller.organization;
    findings::insert(&mut tx, organization, id, &found, now, &*app.entropy).await.unwrap();
    let row = assessments::Assessment {
        id: AssessmentId::new(now, &*app.entropy),
        organization,
        verification: id,
        weights: None,
        outcome: judged.decision.into(),
        score: judged.score,
        detail: json!({"assessment": judged, "findings": found, "weights": weights, "policy": policy, "attempt": 1,
            "document_type": facts.document_type}),
        created_at: now,
    };
    assessments::insert(&mut tx, organization, &row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn who_waited_for_the_lists_alone_is_decided_anew(app: &App) {
    let none = || Finding::not_assessed(Check::Sanctions, Code::NoLists, "no list");
    let waits = waiting(app, none()).await;
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status(waits).await, Status::ReviewRequired, "without a list nobody is approved");

    // A list comes, and with it a hit: a human goes on being asked.
    app.take_in("7,person,Anna Eriksson,1974-08-12");
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status(waits).await, Status::ReviewRequired);
    assert_eq!(app.sanctions(waits).await.unwrap().outcome, Outcome::Fail);
    // They say that it is somebody else: nothing is waited for any more.
    let until = app.engine.now().plus_secs(3600);
    let what = Dismissing { list: "house", entry: "7", reason: "born elsewhere", until };
    let reviewer = Caller { scopes: "reviews".to_owned(), ..app.caller.clone() };
    assert_eq!(screening::dismiss(&app.engine, &reviewer, waits, &what).await.unwrap(), 0);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status(waits).await, Status::Approved);
    assert_eq!(app.told(EventType::VerificationApproved).await, [waits], "with an event of its own");
    let mut tx = app.db.read().await.unwrap();
    let all = assessments::list(&mut tx, app.caller.organization, waits).await.unwrap();
    drop(tx);
    assert_eq!(all.len(), 2, "the decision before is kept");
    // Its time is over: the hit counts again, is told, and changes no decision.
    app.clock.advance(3_700_000);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.sanctions(waits).await.unwrap().outcome, Outcome::Fail);
    assert_eq!(app.status(waits).await, Status::Approved);

    // Somebody else waits for the lists and for something else: they go on waiting.
    let other = waiting(app, none()).await;
    let mut tx = app.db.begin().await.unwrap();
    let unsure = Finding::new(Check::FaceMatch, Outcome::Consider);
    let (organization, now) = (app.caller.organization, app.engine.now());
    findings::supersede_check(&mut tx, organization, other, Check::FaceMatch, now).await.unwrap();
    findings::insert(&mut tx, organization, other, &[unsure], now, &*app.entropy).await.unwrap();
    tx.commit().await.unwrap();
    // And a third was looked at by a human, who asked for it to wait.
    let reviewed = waiting(app, none()).await;
    let mut tx = app.db.begin().await.unwrap();
    let word = AuditAction::VerificationReviewed.in_history();
    history::append(&mut tx, organization, reviewed, now, word, &json!({})).await.unwrap();
    tx.commit().await.unwrap();
    app.take_in("8,person,Somebody Else,1950");
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.sanctions(other).await.unwrap().outcome, Outcome::Clear);
    assert_eq!(app.status(other).await, Status::ReviewRequired);
    assert_eq!(app.status(reviewed).await, Status::ReviewRequired);
}

async fn lists_that_are_stale_clear_nobody_until_they_are_confirmed(app: &App) {
    app.take_in("8,person,Somebody Else,1950");
    app.clock.advance(40 * DAY_MS);
    let rule = ScreeningRule { max_list_age_days: Some(90), ..ScreeningRule::default() };
    let lenient = Policy { screening: rule, ..Policy::default() };
    let person = Person::approved("Anna", "Eriksson", "1974-08-12");
    let lenient = app.stands(&Person { policy: lenient, ..person.clone() }).await;
    let strict = app.stands(&person).await;
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.sanctions(lenient).await.unwrap().outcome, Outcome::Clear, "its policy allows 90 days");
    let finding = app.sanctions(strict).await.unwrap();
    assert_eq!((finding.outcome, &finding.reasons[0].code), (Outcome::NotAssessed, &Code::ListsStale));
    assert!(finding.reasons[0].detail.contains("40 days ago"), "{finding:?}");
    assert_eq!((app.people().await.done, app.people().await.stale), (2, 1));
    let before = app.logged().await;
    app.clock.advance(700_000);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.logged().await, before, "nothing new can be said of anybody");

    app.lists().confirm("house", app.engine.now().0).unwrap();
    app.clock.advance(20_000);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.sanctions(strict).await.unwrap().outcome, Outcome::Clear);
    assert_eq!(app.people().await.stale, 0);
    let after = app.logged().await;
    assert_eq!((after[&lenient], after[&strict]), (1, 2), "only who could not be cleared is screened again");
    assert!(app.told(EventType::ScreeningChanged).await.is_empty());
}

async fn health_says_what_is_wrong_with_the_lists(app: &App) {
    let lists = async || {
        let parts = health::check(&app.engine).await;
        assert!(health::is_ready(&parts), "requests are served, and people decide");
        let part = &parts["lists"];
        assert_eq!(part.ok, part.state == "ok");
        (part.state, part.detail.clone())
    };
    let (state, detail) = lists().await;
    assert_eq!(state, "missing");
    assert!(detail.contains("nobody is screened"), "{detail}");
    app.clock.advance(20_000);
    app.take_in("8,person,Somebody Else,1950");
    assert_eq!(lists().await, ("ok", "ok".to_owned()));
    app.lists()
        .failed("house", app.engine.now().0, "no answer from https://lists.example/?token=hush")
        .unwrap();
    app.clock.advance(20_000);
    let (state, detail) = lists().await;
    assert_eq!(state, "not_updated");
    assert!(detail.contains("house") && !detail.contains("hush"), "{detail}");
    app.clock.advance(31 * DAY_MS);
    let (state, detail) = lists().await;
    assert_eq!(state, "stale");
    assert!(detail.contains("house was last confirmed 31 days ago"), "{detail}");
    let version = app.lists().versions().unwrap().remove(0).1;
    std::fs::write(app.folder.path().join(format!("lists/house/{version}.jsonl")), "{}\n").unwrap();
    app.clock.advance(20_000);
    let (state, detail) = lists().await;
    assert_eq!(state, "damaged");
    let folder = app.folder.path().display().to_string();
    assert!(detail.contains("the list house is damaged") && !detail.contains(&folder), "{detail}");
    // A verification goes on, and a human is asked where its policy says so.
    let stands = app.stands(&Person::approved("Anna", "Eriksson", "1974-08-12")).await;
    run_pending(&app.engine).await.unwrap();
    assert!(app.sanctions(stands).await.is_none(), "nobody is screened against half of the lists");
}

async fn who_cannot_be_read_keeps_nobody_from_being_screened(app: &App) {
    let mut all = vec![];
    for name in
        ["Bertil Svensson", "Gudrun Okonkwo", "Luc Dubois", "Hana Tanaka", "Paolo Moretti", "Ewa Kowalczyk"]
    {
        let (first, last) = name.split_once(' ').unwrap();
        all.push(app.stands(&Person::approved(first, last, "1962-05-17")).await);
    }
    app.take_in("1,person,Somebody Else,1950");
    run_pending(&app.engine).await.unwrap();
    assert_eq!((app.people().await.done, app.people().await.failed), (6, 0));
    let whose = |n: usize| format!("verification = {}", literal(&app.db, all[n]));
    // Of one what was found is damaged, of another what is sealed, of a third how they were judged.
    tamper(&app.db, &format!("UPDATE findings SET finding = '{{}}' WHERE {}", whose(0))).await;
    let sealed = "SET sealed = (SELECT sealed FROM applicants ORDER BY id LIMIT 1) WHERE";
    tamper(&app.db, &format!("UPDATE verifications {sealed} {}", whose(1).replace("verification", "id")))
        .await;
    let policy = "SET policy = '[]' WHERE";
    tamper(&app.db, &format!("UPDATE verifications {policy} {}", whose(2).replace("verification", "id")))
        .await;

    app.take_in("1,person,Ewa Kowalczyk,1962-05-17");
    run_pending(&app.engine).await.unwrap();
    let people = app.people().await;
    assert_eq!((people.total, people.done), (6, 6), "the others did not wait: {people:?}");
    assert!((2..=3).contains(&people.failed), "and they are counted: {people:?}");
    for id in &all[3..5] {
        assert_eq!(app.sanctions(*id).await.unwrap().outcome, Outcome::Clear);
    }
    assert_eq!(app.sanctions(all[5]).await.unwrap().outcome, Outcome::Fail);
    assert!(health::dead(&app.engine).await.unwrap().iter().all(|(_, jobs)| *jobs == 0));
    // Nothing is done twice because of them.
    let logged = app.logged().await;
    app.clock.advance(700_000);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.logged().await, logged);
    // Nor are those forgotten who can be read again: the next change finds them.
    assert!(logged[&all[4]] == 2 && logged[&all[5]] == 2, "{logged:?}");
}

/// An id in the text of a statement.
fn literal(db: &Db, id: VerificationId) -> String {
    match db {
        Db::Postgres(_) => format!("'{}'", id.uuid()),
        Db::Sqlite { .. } => format!("X'{}'", id.uuid().simple()),
    }
}

async fn who_is_decided_about_after_everybody_was_looked_through_is_screened_too(app: &App) {
    app.take_in("1,person,Somebody Else,1950");
    run_pending(&app.engine).await.unwrap();
    let id = app.captured(&[]).await;
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status(id).await, Status::ReviewRequired);
    assert_eq!((app.people().await.total, app.people().await.done), (1, 0), "the search was over before");
    // At once, and not when everybody is looked through the next time.
    run_pending(&app.engine).await.unwrap();
    assert_eq!((app.people().await.total, app.people().await.done), (1, 1));
}
