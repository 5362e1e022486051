//! Clients compared with the lists beside any verification: what is approved by itself, what waits for a human, and what a
//! changed list does to those who are monitored.

use bonafide_core::{
    aml::AmlStatus,
    audit::AuditAction,
    event::EventType,
    id::{AmlId, ClientId},
    review::{FourEyes, Grounds, Verdict},
    time::Timestamp,
};
use bonafide_engine::screening::{Logged, Purpose, page};
use bonafide_engine::{
    Caller, Error,
    aml::{self, Aml, Filter, NewAml, Said, Saying},
    clients::{self, Content, Details},
    events,
    jobs::run_pending,
};
use bonafide_store::{audit, jobs};
use bonafide_testkit::{
    engine::{Setup, organization},
    files::containing,
};

use crate::support::App;

bonafide_testkit::on_both! {
    who_is_on_no_list_is_approved_and_who_may_be_waits_for_a_human,
    a_list_that_changes_alerts_of_who_is_monitored,
    requirement_15_without_lists_nobody_is_approved_until_there_are_some,
    lists_that_are_too_old_approve_nobody,
    another_name_is_compared_again,
    what_was_found_goes_with_the_client,
    a_human_decides_on_what_they_saw,
    it_is_its_organizations_alone,
    a_search_that_is_done_twice_is_told_once,
    every_search_is_in_the_log_until_the_client_is_forgotten,
}

const DAY_MS: i64 = 86_400_000;
const LISTED: &str = "1,person,Anna Eriksson,1974-08-12";

impl App {
    async fn client(&self, name: &str) -> ClientId {
        let details = Details {
            name_last: Some(name.to_owned()),
            external_id: Some("u-1".to_owned()),
            ..Details::default()
        };
        let content = Content { details, ..Content::default() };
        clients::create(&self.engine, &self.caller, content).await.unwrap().id
    }

    async fn compared(&self, client: ClientId, monitored: bool) -> AmlId {
        self.clock.advance(1);
        let new = NewAml { client, configuration: "standard".to_owned(), monitored, steered: None };
        let made = aml::create(&self.engine, &self.caller, new).await.unwrap();
        assert_eq!((made.status, made.hits, made.version), (AmlStatus::Created, None, 1));
        run_pending(&self.engine).await.unwrap();
        made.id
    }

    async fn aml(&self, id: AmlId) -> Aml {
        aml::read(&self.engine, &self.caller, id).await.unwrap()
    }

    async fn stand(&self, id: AmlId) -> (AmlStatus, Option<u64>) {
        let aml = self.aml(id).await;
        (aml.status, aml.hits)
    }

    /// What was told of it, without the beginning that all have.
    async fn told_of(&self, id: AmlId) -> Vec<(String, AmlStatus)> {
        let filter = events::Filter { subject: Some(id.uuid()), limit: 200, ..events::Filter::default() };
        let page = events::list(&self.engine, &self.caller, &filter).await.unwrap();
        let told = page.into_iter().map(|event| event.told(false).unwrap());
        told.map(|event| {
            let facts = event.snapshot.aml.unwrap();
            assert_eq!((facts.user_id.as_str(), event.snapshot.verification), ("u-1", None));
            (event.event_type.as_str().trim_start_matches("aml.").to_owned(), facts.status)
        })
        .collect()
    }

    fn reviewer(&self) -> Caller {
        Caller { scopes: "reviews".to_owned(), ..self.caller.clone() }
    }

    async fn says(&self, id: AmlId, verdict: Verdict, grounds: Grounds) -> Result<Said, Error> {
        let seen = self.aml(id).await.version;
        let said = Saying { verdict, grounds, note: None, seen };
        aml::review(&self.engine, &self.reviewer(), id, &said).await
    }

    async fn audited(&self, id: AmlId) -> Vec<AuditAction> {
        let mut tx = self.db.read().await.unwrap();
        let object = format!("aml:{id}");
        let all = audit::list(&mut tx, self.caller.organization, 0, 1_000).await.unwrap();
        all.into_iter()
            .filter(|entry| entry.object == object)
            .filter_map(|entry| AuditAction::parse(&entry.action))
            .collect()
    }
}

fn code(error: &Error) -> &'static str {
    match error {
        Error::Conflict { code, .. } => code,
        _ => panic!("{error:?}"),
    }
}

fn fields(error: Error) -> Vec<String> {
    match error {
        Error::Invalid(problems) => problems.into_iter().map(|problem| problem.field).collect(),
        _ => panic!("{error:?}"),
    }
}

use AmlStatus as S;

fn named(words: &[(&str, AmlStatus)]) -> Vec<(String, AmlStatus)> {
    words.iter().map(|(word, status)| ((*word).to_owned(), *status)).collect()
}

async fn who_is_on_no_list_is_approved_and_who_may_be_waits_for_a_human(app: &App) {
    app.take_in(LISTED);
    let clear = app.compared(app.client("Bertil Svensson").await, false).await;
    let read = app.aml(clear).await;
    assert_eq!((read.status, read.hits, read.anonymized), (S::Approved, Some(0), false));
    assert_eq!((read.configuration.as_str(), read.monitored), ("standard", false));
    let screened = read.screened.unwrap();
    assert_eq!((screened.names, screened.hits.len()), (vec!["Bertil Svensson".to_owned()], 0));
    let onboarded = |status| {
        named(&[
            ("created", S::Created),
            ("onboarding_started", S::ScreeningInProgress),
            ("status_changed", S::ScreeningInProgress),
            ("onboarding_completed", status),
            ("status_changed", status),
        ])
    };
    assert_eq!(app.told_of(clear).await, onboarded(S::Approved));
    assert_eq!(app.audited(clear).await, [AuditAction::AmlCreated, AuditAction::AmlScreened]);

    let hit = app.compared(app.client("Anna Eriksson").await, false).await;
    assert_eq!(app.stand(hit).await, (S::ReviewRequired, Some(1)));
    assert_eq!(app.told_of(hit).await, onboarded(S::ReviewRequired));
    let said = app.says(hit, Verdict::Approve, Grounds::SomebodyElse).await.unwrap();
    assert!(said.decided);
    assert_eq!((said.aml.status, said.aml.hits), (S::Approved, Some(0)));
    assert_eq!(said.aml.screened.unwrap().hits[0]["dismissed"], true, "kept, and not counted");
    let after = app.told_of(hit).await.split_off(5);
    assert_eq!(after, named(&[("onboarding_reviewed", S::Approved), ("status_changed", S::Approved)]));
    assert_eq!(app.audited(hit).await[2..], [AuditAction::AmlReviewed]);

    let listed = app.compared(app.client("Anna Eriksson").await, false).await;
    app.says(listed, Verdict::Decline, Grounds::Listed).await.unwrap();
    assert_eq!(app.stand(listed).await, (S::Declined, Some(1)));
    let after = app.told_of(listed).await.split_off(5);
    assert_eq!(after, named(&[("onboarding_reviewed", S::Declined), ("status_changed", S::Declined)]));

    let page = |status, client, skip, take| Filter { status, client, skip, take };
    let (all, total) = aml::list(&app.engine, &app.caller, &page(None, None, 0, 2)).await.unwrap();
    assert_eq!((all.iter().map(|aml| aml.id).collect::<Vec<_>>(), total), (vec![listed, hit], 3));
    let (all, _) = aml::list(&app.engine, &app.caller, &page(Some(S::Approved), None, 1, 2)).await.unwrap();
    assert_eq!(all.iter().map(|aml| aml.id).collect::<Vec<_>>(), [clear]);
    let of = app.aml(hit).await.client;
    let (all, total) = aml::list(&app.engine, &app.caller, &page(None, Some(of), 0, 9)).await.unwrap();
    assert_eq!((all[0].id, total), (hit, 1));

    // Without a name there is nothing to search for.
    let nameless = clients::create(&app.engine, &app.caller, Content::default()).await.unwrap().id;
    let new = NewAml { client: nameless, configuration: "a".to_owned(), monitored: true, steered: None };
    assert_eq!(fields(aml::create(&app.engine, &app.caller, new).await.unwrap_err()), ["client"]);
}

async fn a_list_that_changes_alerts_of_who_is_monitored(app: &App) {
    app.take_in("7,person,Somebody Else,1950-01-01");
    let monitored = app.compared(app.client("Anna Eriksson").await, true).await;
    let once = app.compared(app.client("Anna Eriksson").await, false).await;
    let declined = app.compared(app.client("Somebody Else").await, true).await;
    app.says(declined, Verdict::Decline, Grounds::Listed).await.unwrap();
    // More than a page.
    let mut many = vec![];
    for n in 0..205 {
        let client = app.client(&format!("Bertil Svensson{n}")).await;
        let new = NewAml { client, configuration: "a".to_owned(), monitored: true, steered: None };
        many.push(aml::create(&app.engine, &app.caller, new).await.unwrap().id);
    }
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.stand(monitored).await, (S::Approved, Some(0)));
    let before = (app.told_of(once).await, app.told_of(declined).await, app.aml(once).await.screened_at);

    app.take_in(&format!("7,person,Somebody Else,1950-01-01\n{LISTED}"));
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.stand(monitored).await, (S::ReviewRequired, Some(1)));
    let alert = named(&[("monitoring_alert", S::ReviewRequired), ("status_changed", S::ReviewRequired)]);
    assert_eq!(app.told_of(monitored).await.split_off(5), alert);
    let after = (app.told_of(once).await, app.told_of(declined).await, app.aml(once).await.screened_at);
    assert_eq!(after, before, "neither who is not monitored nor who was declined");
    let now = app.aml(monitored).await.screened_at;
    for id in many {
        assert_eq!((app.stand(id).await, app.aml(id).await.screened_at), ((S::Approved, Some(0)), now));
        assert_eq!(app.told_of(id).await.len(), 5, "who is on no list is no news");
    }

    app.says(monitored, Verdict::Approve, Grounds::ConfirmedOtherwise).await.unwrap();
    let reviewed = named(&[("monitoring_reviewed", S::Approved), ("status_changed", S::Approved)]);
    assert_eq!(app.told_of(monitored).await.split_off(7), reviewed);
    // The entry stands on the list as before: it was looked at.
    app.take_in(&format!("{LISTED}\n8,person,Nobody,1950-01-01"));
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.stand(monitored).await, (S::Approved, Some(0)));
    assert_eq!(app.told_of(monitored).await.len(), 9);
    // Its publisher changed it, and a second one came.
    app.take_in("1,person,Anna Eriksson,1975-08-12\n9,person,Anna Erikson,");
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.stand(monitored).await, (S::ReviewRequired, Some(2)));
    assert_eq!(app.told_of(monitored).await.split_off(9), alert);
    // Both are gone: nobody has to look any more.
    app.take_in("8,person,Nobody,1950-01-01");
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.stand(monitored).await, (S::Approved, Some(0)));
    assert_eq!(app.told_of(monitored).await.split_off(11), named(&[("status_changed", S::Approved)]));
    // Nothing changes: nobody is compared.
    let before = app.aml(monitored).await.version;
    app.clock.advance(700_000);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.aml(monitored).await.version, before);
}

async fn requirement_15_without_lists_nobody_is_approved_until_there_are_some(app: &App) {
    let clear = app.compared(app.client("Bertil Svensson").await, true).await;
    let once = app.compared(app.client("Bertil Svensson").await, false).await;
    let hit = app.compared(app.client("Anna Eriksson").await, false).await;
    for id in [clear, once, hit] {
        assert_eq!(app.stand(id).await, (S::ReviewRequired, None));
        let refused = app.says(id, Verdict::Approve, Grounds::ConfirmedOtherwise).await.unwrap_err();
        assert_eq!(code(&refused), "not_screened");
    }
    app.take_in(LISTED);
    run_pending(&app.engine).await.unwrap();
    for id in [clear, once] {
        assert_eq!(app.stand(id).await, (S::Approved, Some(0)));
        assert_eq!(app.told_of(id).await.split_off(5), named(&[("status_changed", S::Approved)]));
    }
    assert_eq!(app.stand(hit).await, (S::ReviewRequired, Some(1)));
    assert_eq!(app.told_of(hit).await.split_off(5), named(&[("monitoring_alert", S::ReviewRequired)]));
}

async fn lists_that_are_too_old_approve_nobody(app: &App) {
    app.take_in(LISTED);
    let standing = app.compared(app.client("Bertil Svensson").await, true).await;
    app.clock.advance(60 * DAY_MS);
    let new = app.compared(app.client("Bertil Svensson").await, false).await;
    let hit = app.compared(app.client("Anna Eriksson").await, true).await;
    assert_eq!(app.stand(new).await, (S::ReviewRequired, None));
    assert_eq!(app.stand(hit).await, (S::ReviewRequired, Some(1)), "a hit on an old list is one");
    assert_eq!(app.stand(standing).await, (S::Approved, Some(0)));
    app.clock.advance(1);
    app.lists().confirm("house", app.engine.now().0).unwrap();
    app.clock.advance(20_000);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.stand(new).await, (S::Approved, Some(0)));
    assert_eq!(app.stand(hit).await, (S::ReviewRequired, Some(1)));
}

async fn another_name_is_compared_again(app: &App) {
    app.take_in(LISTED);
    let client = app.client("Bertil Svensson").await;
    let (monitored, once) = (app.compared(client, true).await, app.compared(client, false).await);
    let rename = async |name: Option<&str>| {
        let name = name.map(str::to_owned);
        clients::update(&app.engine, &app.caller, client, |c| c.details.name_last = name).await.unwrap();
        run_pending(&app.engine).await.unwrap();
    };
    rename(Some("Anna Eriksson")).await;
    assert_eq!(app.stand(monitored).await, (S::ReviewRequired, Some(1)));
    assert_eq!(app.aml(monitored).await.screened.unwrap().names, ["Anna Eriksson"]);
    assert_eq!(app.stand(once).await, (S::Approved, Some(0)));
    // Without a name nobody can say anything, and what stands stands.
    rename(None).await;
    assert_eq!(app.stand(monitored).await, (S::ReviewRequired, None));
    rename(Some("Bertil Svensson")).await;
    assert_eq!(app.stand(monitored).await, (S::Approved, Some(0)));
    // What is no name is no reason.
    let before = app.aml(monitored).await.version;
    let change = |c: &mut Content| c.details.city = Some("Toronto".to_owned());
    clients::update(&app.engine, &app.caller, client, change).await.unwrap();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.aml(monitored).await.version, before);
}

async fn what_was_found_goes_with_the_client(app: &App) {
    app.take_in(LISTED);
    let (kept, deleted) = (app.client("Anna Eriksson").await, app.client("Anna Eriksson").await);
    let (first, second) = (app.compared(kept, true).await, app.compared(deleted, true).await);
    // One whose first search has yet to come.
    let new = NewAml { client: kept, configuration: "a".to_owned(), monitored: true, steered: None };
    let waiting = aml::create(&app.engine, &app.caller, new).await.unwrap().id;
    clients::anonymize(&app.engine, &app.caller, kept).await.unwrap();
    clients::delete(&app.engine, &app.caller, deleted).await.unwrap();
    app.take_in("2,person,Nobody,");
    run_pending(&app.engine).await.unwrap();
    for (id, hits) in [(first, Some(1)), (second, Some(1)), (waiting, None)] {
        let aml = app.aml(id).await;
        assert_eq!((aml.status, aml.hits, aml.anonymized), (S::ReviewRequired, hits, true));
        assert!(aml.screened.is_none() && aml.reviews.is_empty());
        for verdict in [Verdict::Approve, Verdict::Decline] {
            let grounds = if verdict == Verdict::Approve { Grounds::SomebodyElse } else { Grounds::Listed };
            assert_eq!(code(&app.says(id, verdict, grounds).await.unwrap_err()), "anonymized");
        }
    }
    assert_eq!(app.told_of(waiting).await.len(), 5);
    // A record whose name was taken away before is emptied too.
    let renamed = app.client("Anna Eriksson").await;
    let found = app.compared(renamed, false).await;
    let nameless = |c: &mut Content| c.details.name_last = None;
    clients::update(&app.engine, &app.caller, renamed, nameless).await.unwrap();
    clients::anonymize(&app.engine, &app.caller, renamed).await.unwrap();
    assert!(app.aml(found).await.anonymized);
    for personal in ["Eriksson", "Toronto"] {
        let files = containing(app.folder.path(), personal.as_bytes());
        // The list itself names whom its publisher lists.
        let ours: Vec<_> = files.iter().filter(|file| !file.to_string_lossy().contains("lists")).collect();
        assert!(ours.is_empty(), "{personal}: {ours:?}");
    }
}

async fn a_human_decides_on_what_they_saw(app: &App) {
    app.take_in(LISTED);
    let id = app.compared(app.client("Anna Eriksson").await, true).await;
    let reviewer = app.reviewer();
    let ask = async |caller: &Caller, said: Saying<'_>| aml::review(&app.engine, caller, id, &said).await;
    let seen = app.aml(id).await.version;
    let said = |verdict, grounds, note| Saying { verdict, grounds, note, seen };
    let approve = said(Verdict::Approve, Grounds::SomebodyElse, None);
    assert!(matches!(ask(&app.caller, approve).await, Err(Error::Forbidden)), "whoever may not review");
    let long = "x".repeat(aml::MAX_NOTE + 1);
    for (wrong, field) in [
        (said(Verdict::Approve, Grounds::Listed, None), "reason"),
        (said(Verdict::Decline, Grounds::SomebodyElse, None), "reason"),
        (said(Verdict::Decline, Grounds::DocumentForged, None), "reason"),
        (said(Verdict::Approve, Grounds::EvidenceInOrder, None), "reason"),
        (said(Verdict::Approve, Grounds::Other, Some("  ")), "note"),
        (said(Verdict::Approve, Grounds::SomebodyElse, Some(&long)), "note"),
        (said(Verdict::Cancel, Grounds::Other, Some("a")), "verdict"),
    ] {
        assert_eq!(fields(ask(&reviewer, wrong).await.unwrap_err())[0], field);
    }
    let old = Saying { seen: seen - 1, ..approve };
    assert_eq!(code(&ask(&reviewer, old).await.unwrap_err()), "decision_changed");
    // A second hit came in since: nobody approves what they did not see.
    app.take_in(&format!("{LISTED}\n2,person,Anna Erikson,"));
    run_pending(&app.engine).await.unwrap();
    assert_eq!(code(&ask(&reviewer, approve).await.unwrap_err()), "decision_changed");
    let seen = app.aml(id).await.version;
    let note = Some("spoke to them");
    let said = Saying { seen, grounds: Grounds::Other, note, ..approve };
    let done = ask(&reviewer, said).await.unwrap().aml;
    let review = &done.reviews[0];
    assert_eq!(
        (review.verdict, review.reason, review.note.as_deref()),
        (Verdict::Approve, Grounds::Other, note)
    );
    assert_eq!(review.by, format!("credential:{}", reviewer.credential));
    assert!(!format!("{review:?}").contains("spoke"));
    let again = Saying { seen: done.version, ..approve };
    assert_eq!(code(&ask(&reviewer, again).await.unwrap_err()), "wrong_state");
    // Of two at once one decides.
    let id = app.compared(app.client("Anna Eriksson").await, true).await;
    let both = tokio::join!(
        app.says(id, Verdict::Decline, Grounds::Listed),
        app.says(id, Verdict::Approve, Grounds::SomebodyElse),
    );
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_of_two_is_asked_for_where_the_operator_wants_it() {
    let mut setup = Setup::default();
    setup.settings.four_eyes = FourEyes::Approve;
    let app = App::of("sqlite", setup).await;
    app.take_in(LISTED);
    let id = app.compared(app.client("Anna Eriksson").await, true).await;
    let first = app.says(id, Verdict::Approve, Grounds::SomebodyElse).await.unwrap();
    assert!(!first.decided);
    assert_eq!(
        (first.aml.status, first.aml.proposal.unwrap().verdict),
        (S::ReviewRequired, Verdict::Approve)
    );
    assert_eq!(app.told_of(id).await.len(), 5, "nothing has changed yet");
    let refused = app.says(id, Verdict::Approve, Grounds::SomebodyElse).await.unwrap_err();
    assert_eq!(code(&refused), "same_reviewer");
    let second = Caller { credential: bonafide_core::id::Id::from_uuid(id.uuid()), ..app.reviewer() };
    let seen = app.aml(id).await.version;
    let said = Saying { verdict: Verdict::Approve, grounds: Grounds::ConfirmedOtherwise, note: None, seen };
    let done = aml::review(&app.engine, &second, id, &said).await.unwrap();
    assert!(done.decided && done.aml.proposal.is_none());
    assert_eq!(done.aml.status, S::Approved);
    assert_eq!(app.audited(id).await[2..], [AuditAction::AmlReviewProposed, AuditAction::AmlReviewed]);
    // A decline is one word, and a proposal ends where a new hit comes.
    let id = app.compared(app.client("Anna Eriksson").await, true).await;
    app.says(id, Verdict::Approve, Grounds::SomebodyElse).await.unwrap();
    app.take_in(&format!("{LISTED}\n2,person,Anna Erikson,"));
    run_pending(&app.engine).await.unwrap();
    assert!(app.aml(id).await.proposal.is_none());
    assert!(app.says(id, Verdict::Decline, Grounds::Listed).await.unwrap().decided);
}

async fn it_is_its_organizations_alone(app: &App) {
    app.take_in(LISTED);
    let client = app.client("Anna Eriksson").await;
    let id = app.compared(client, true).await;
    let stranger = organization(&app.engine, "second", false).await;
    let stranger = Caller { scopes: "verifications reviews".to_owned(), ..stranger };
    let new = NewAml { client, configuration: "a".to_owned(), monitored: true, steered: None };
    assert!(matches!(aml::create(&app.engine, &stranger, new.clone()).await, Err(Error::NotFound(_))));
    assert!(matches!(aml::read(&app.engine, &stranger, id).await, Err(Error::NotFound(_))));
    let (verdict, grounds) = (Verdict::Decline, Grounds::Listed);
    let said = Saying { verdict, grounds, note: None, seen: app.aml(id).await.version };
    assert!(matches!(aml::review(&app.engine, &stranger, id, &said).await, Err(Error::NotFound(_))));
    let all = Filter { take: 10, ..Filter::default() };
    assert_eq!(aml::list(&app.engine, &stranger, &all).await.unwrap().1, 0);
    // Whoever may only read only reads, and whoever may not does not.
    let reader = Caller { scopes: "verifications:read".to_owned(), ..app.caller.clone() };
    assert!(matches!(aml::create(&app.engine, &reader, new).await, Err(Error::Forbidden)));
    assert!(aml::read(&app.engine, &reader, id).await.is_ok());
    let nobody = Caller { scopes: "keys".to_owned(), ..app.caller.clone() };
    assert!(matches!(aml::read(&app.engine, &nobody, id).await, Err(Error::Forbidden)));
    assert!(matches!(aml::list(&app.engine, &nobody, &all).await, Err(Error::Forbidden)));
}

/// A process that was killed after the search and before the end of the job leaves the job for the next one.
async fn a_search_that_is_done_twice_is_told_once(app: &App) {
    app.take_in(LISTED);
    let id = app.compared(app.client("Anna Eriksson").await, true).await;
    let told = app.told_of(id).await;
    let mut tx = app.db.begin().await.unwrap();
    let now = app.engine.now();
    let again = jobs::NewJob {
        id: bonafide_core::id::Id::new(now, &*app.entropy),
        queue: "timers",
        kind: "screen_client",
        subject: id.uuid(),
        payload: &serde_json::json!({}),
        unique_key: None,
        now,
        run_at: now,
        max_attempts: 10,
    };
    jobs::enqueue(&mut tx, app.caller.organization, again).await.unwrap();
    tx.commit().await.unwrap();
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.told_of(id).await, told);
    let alerts = events::Filter {
        event_type: Some(EventType::AmlOnboardingCompleted),
        limit: 10,
        ..events::Filter::default()
    };
    assert_eq!(events::list(&app.engine, &app.caller, &alerts).await.unwrap().len(), 1);
}

/// What an auditor is shown, beside the searches of verifications.
async fn every_search_is_in_the_log_until_the_client_is_forgotten(app: &App) {
    app.take_in(LISTED);
    let (client, other) = (app.client("Anna Eriksson").await, app.client("Bertil Svensson").await);
    let (first, second) = (app.compared(client, true).await, app.compared(other, true).await);
    app.clock.advance(1);
    app.take_in("2,person,Nobody,");
    run_pending(&app.engine).await.unwrap();
    let log = async |after: Option<&Logged>| {
        page(&app.engine, app.caller.organization, Timestamp(0), after).await.unwrap()
    };
    let all = log(None).await;
    let of = |id: AmlId| {
        let mine = all.iter().filter(move |one| one.purpose == Purpose::Aml(id));
        mine.map(|one| (one.screened.names.clone(), one.screened.hits.len())).collect::<Vec<_>>()
    };
    let name = |name: &str| vec![name.to_owned()];
    assert_eq!(of(first), [(name("Anna Eriksson"), 1), (name("Anna Eriksson"), 0)]);
    assert_eq!(of(second), [(name("Bertil Svensson"), 0), (name("Bertil Svensson"), 0)]);
    assert!(all.is_sorted_by_key(|one| one.at) && all.len() == 4, "{all:?}");
    // From one to the next, as the export goes through them; and nobody else's.
    let after = log(all.get(1)).await;
    assert_eq!(after.iter().map(|one| one.id).collect::<Vec<_>>(), [all[2].id, all[3].id]);
    let stranger = organization(&app.engine, "second", false).await;
    let theirs = page(&app.engine, stranger.organization, Timestamp(0), None).await.unwrap();
    assert!(theirs.is_empty(), "{theirs:?}");

    clients::anonymize(&app.engine, &app.caller, client).await.unwrap();
    clients::delete(&app.engine, &app.caller, other).await.unwrap();
    assert!(log(None).await.is_empty());
}
