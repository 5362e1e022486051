//! What is told without a face: numbers, names, the block list, activity.

use bonafide_core::{
    document::DocumentType,
    finding::{Check, Code, Finding, Outcome},
    policy::ActivityLimits,
    time::Timestamp,
    verification::{Action, Status},
};
use bonafide_store::marks as rows;

use super::{
    check,
    marks::{ADDRESS, DEVICE, HOLDER, NUMBER, Own, USER},
};
use crate::{
    Caller, Error,
    block_list::{self, Filter, Kind, New, What},
    testing::{ANNA, Handed, House, organization},
    verifications::{self, sightings},
};

fn of(findings: &[Finding], check: Check) -> (Outcome, Code) {
    let finding = findings.iter().find(|f| f.check == check).unwrap_or_else(|| panic!("no {check}"));
    assert!(finding.reasons.iter().all(|r| check.may_say(&r.code)), "{finding:?}");
    let text = format!("{finding:?}").to_lowercase();
    assert!(!text.contains("eriksson") && !text.contains("p1234567"), "a finding names nobody: {text}");
    (finding.outcome, finding.reasons[0].code.clone())
}

const CLEAR: (Outcome, Code) = (Outcome::Clear, Code::ComparedWith);
const AGAIN: (Outcome, Code) = (Outcome::Clear, Code::HolderSeenBefore);
const OTHER: (Outcome, Code) = (Outcome::Consider, Code::NumberOfAnotherName);

/// What is said of the number of a second submission.
async fn second(second: Handed<'_>) -> (Outcome, Code) {
    let house = House::new().await;
    let (_, first) = house.checked(ANNA).await;
    assert_eq!(of(&first, Check::IdentityConflict), CLEAR);
    of(&house.checked(second).await.1, Check::IdentityConflict)
}

#[tokio::test]
async fn a_number_of_another_name_or_birth_date_is_told_and_people_who_come_back_are_not() {
    assert_eq!(second(ANNA).await, AGAIN);
    assert_eq!(second(Handed { first: "ANNA", last: "Eriksson", ..ANNA }).await, AGAIN);
    assert_eq!(second(Handed { number: "p-1234 567", ..ANNA }).await, AGAIN);
    assert_eq!(second(Handed { first: "BERTA", ..ANNA }).await, OTHER);
    assert_eq!(second(Handed { last: "SVENSSON", ..ANNA }).await, OTHER, "not with the same number");
    assert_eq!(second(Handed { born: "1974-08-13", ..ANNA }).await, OTHER);
    // A renewed passport, a card whose number happens to be the same, somebody else.
    assert_eq!(second(Handed { number: "P7654321", ..ANNA }).await, CLEAR);
    let card = Handed { document_type: DocumentType::IdentificationCard, first: "BO", last: "BERG", ..ANNA };
    assert_eq!(second(card).await, CLEAR);
    let stranger = Handed { number: "P7654321", first: "BO", last: "BERG", born: "1980-01-01", ..ANNA };
    assert_eq!(second(stranger).await, CLEAR);
}

#[tokio::test]
async fn an_organization_does_not_see_anothers_people() {
    let house = House::new().await;
    house.checked(Handed { first: "BERTA", ..ANNA }).await;
    let other = organization(&house.engine, "second", false).await;
    let house = House { caller: other, ..house };
    assert_eq!(of(&house.checked(ANNA).await.1, Check::IdentityConflict), CLEAR);
}

#[tokio::test]
async fn of_two_at_once_at_least_one_sees_the_other() {
    let house = House::new().await;
    let one = house.handed_in(ANNA).await;
    let two = house.handed_in(Handed { first: "BERTA", ..ANNA }).await;
    let (one, two) =
        tokio::join!(check(&house.engine, &one, None, true), check(&house.engine, &two, None, true));
    let told = [one.unwrap(), two.unwrap()].map(|who| of(&who.findings, Check::IdentityConflict));
    assert!(told.contains(&OTHER), "{told:?}");
}

#[tokio::test]
async fn sightings_say_what_was_seen_when_and_go_with_the_person() {
    let house = House::new().await;
    let (engine, caller) = (&house.engine, &house.caller);
    let (first, _) = house.checked(ANNA).await;
    house.clock.advance(60_000);
    let (second, _) = house.checked(Handed { first: "BERTA", ..ANNA }).await;
    house.clock.advance(60_000);
    let (third, _) = house.checked(ANNA).await;
    assert_eq!(sightings(engine, caller, first).await.unwrap(), []);
    let seen = sightings(engine, caller, third).await.unwrap();
    let told: Vec<_> = seen
        .iter()
        .map(|s| {
            let sighting = &s.sighting;
            (sighting.verification, sighting.same_number, sighting.contradictions.clone(), s.status)
        })
        .collect();
    let processing = Some(Status::Processing);
    let contradicts = vec![Code::NumberOfAnotherName];
    assert_eq!(
        told,
        [(Some(second), true, contradicts, processing), (Some(first), true, vec![], processing)]
    );
    assert!(seen[0].sighting.at > seen[1].sighting.at);
    let stranger = organization(engine, "second", false).await;
    assert!(matches!(sightings(engine, &stranger, third).await, Err(Error::NotFound(_))));
    verifications::anonymize(engine, caller, second).await.unwrap();
    let seen = sightings(engine, caller, third).await.unwrap();
    assert_eq!(seen.iter().map(|s| s.sighting.verification).collect::<Vec<_>>(), [Some(first)]);
    // Who was forgotten contradicts nobody.
    assert_eq!(of(&house.checked(ANNA).await.1, Check::IdentityConflict), AGAIN);
}

#[tokio::test]
async fn numbers_and_names_are_blocked_until_they_are_not() {
    let house = House::new().await;
    let (engine, caller) = (&house.engine, &house.caller);
    let add = async |what| {
        let new = New { what, reason: "reported stolen".into(), lasting: false };
        block_list::add(engine, caller, new).await
    };
    let told = async |handed| of(&house.checked(handed).await.1, Check::BlockList);
    assert_eq!(told(ANNA).await, CLEAR);

    let number = What::Number { country: "UTO".into(), number: "p 123-4567".into() };
    let number = add(number).await.unwrap();
    assert_eq!((number.kind, number.ends_with.as_deref(), number.person), (Kind::Number, Some("67"), None));
    assert_eq!(told(ANNA).await, (Outcome::Fail, Code::NumberBlocked));
    let renewed = Handed { number: "P7654321", ..ANNA };
    assert_eq!(told(renewed).await, CLEAR);

    let name = What::Name { name: "Eriksson, Anna".into(), birth_date: Some("1974-08-12".into()) };
    let name = add(name).await.unwrap();
    assert_eq!(told(renewed).await, (Outcome::Fail, Code::NameBlocked));
    assert_eq!(told(Handed { born: "1999-01-01", ..renewed }).await, CLEAR, "somebody else of that name");
    let again = What::Name { name: "ANNA  ERIKSSON".into(), birth_date: Some("1974-08-12".into()) };
    assert_eq!(add(again).await.unwrap().id, name.id, "in any order, once");
    let alone = add(What::Name { name: "Bo Berg".into(), birth_date: None }).await.unwrap();
    let bo = Handed { number: "P0000001", first: "BO", last: "BERG", ..ANNA };
    assert_eq!(told(bo).await, (Outcome::Consider, Code::NameBlocked), "a name alone is many people's");

    let officer = Caller { scopes: "settings policy".into(), ..caller.clone() };
    for id in [number.id, name.id, alone.id] {
        assert!(matches!(block_list::remove(engine, caller, id).await, Err(Error::Forbidden)));
        block_list::remove(engine, &officer, id).await.unwrap();
    }
    assert_eq!((told(ANNA).await, told(bo).await), (CLEAR, CLEAR));
}

#[tokio::test]
async fn what_is_taken_from_a_person_goes_with_them_unless_it_is_to_last() {
    let house = House::new().await;
    let (engine, caller) = (&house.engine, &house.caller);
    let (anna, _) = house.checked(ANNA).await;
    let new = |what, lasting| New { what, reason: "forged".into(), lasting };
    let number = block_list::add(engine, caller, new(What::NumberOf(anna), false)).await.unwrap();
    let name = block_list::add(engine, caller, new(What::NameOf(anna), true)).await.unwrap();
    assert!(number.person.is_some() && name.person.is_none());
    let no_face = block_list::add(engine, caller, new(What::FaceOf(anna), false)).await;
    assert!(matches!(no_face, Err(Error::Conflict { code: "no_face", .. })), "{no_face:?}");
    verifications::anonymize(engine, caller, anna).await.unwrap();
    let (left, total) =
        block_list::list(engine, caller, &Filter { take: 10, ..Filter::default() }).await.unwrap();
    assert_eq!((left.len(), total, left[0].id), (1, 1, name.id));
    assert_eq!(block_list::read(engine, caller, name.id).await.unwrap(), name);
    assert!(matches!(block_list::read(engine, caller, number.id).await, Err(Error::NotFound("entry"))));

    for (what, reason, fields) in [
        (What::Number { country: "utopia".into(), number: "1".into() }, "x", &["country", "number"][..]),
        (What::Number { country: "UTO".into(), number: String::new() }, "x", &["number", "number"]),
        (What::Name { name: "A".into(), birth_date: Some("yesterday".into()) }, "x", &["name", "birth_date"]),
        (What::Name { name: "Bo Berg".into(), birth_date: None }, " ", &["reason"]),
    ] {
        let refused =
            block_list::add(engine, caller, New { what, reason: reason.into(), lasting: true }).await;
        let Err(Error::Invalid(problems)) = refused else { panic!("{refused:?}") };
        assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), fields);
    }
}

#[tokio::test]
async fn more_than_usual_asks_for_a_look_within_the_window() {
    let limits = ActivityLimits {
        window_s: 3600,
        attempts_per_person: Some(2),
        people_per_device: Some(1),
        people_per_address: Some(1),
        fastest_s: Some(10),
    };
    let house = House::new().await;
    let told = async |handed| {
        let (id, findings) = house.checked(Handed { limits, ..handed }).await;
        (id, of(&findings, Check::Activity))
    };
    let many = |code| (Outcome::Consider, code);
    // Who was approved comes back as often as they like.
    for _ in 0..4 {
        let (id, said) = told(ANNA).await;
        assert_eq!(said, CLEAR);
        house.end(id, Action::Approve).await;
    }
    for _ in 0..2 {
        let (id, said) = told(Handed { user: "u-1", ..ANNA }).await;
        house.end(id, Action::Decline).await;
        assert_eq!(said, CLEAR);
    }
    assert_eq!(told(ANNA).await.1, many(Code::ManyAttempts), "the person");
    let other = Handed { number: "P9999999", first: "BO", last: "BERG", ..ANNA };
    assert_eq!(
        told(Handed { number: ANNA.number, ..other }).await.1,
        many(Code::ManyAttempts),
        "the document"
    );
    assert_eq!(told(Handed { user: "u-1", ..other }).await.1, many(Code::ManyAttempts), "the user");
    assert_eq!(told(other).await.1, CLEAR);
    house.clock.advance(3_700_000);
    assert_eq!(told(ANNA).await.1, CLEAR, "the window is over");

    let at = Handed { address: Some("81.2.69.142"), device: Some("one-and-the-same"), ..other };
    assert_eq!((told(at).await.1, told(at).await.1), (CLEAR, CLEAR), "one person is no crowd");
    let second = Handed { first: "CARL", number: "P8888888", ..at };
    assert_eq!(told(Handed { address: None, ..second }).await.1, many(Code::ManyPeopleOnDevice));
    assert_eq!(told(Handed { device: None, ..second }).await.1, many(Code::ManyPeopleAtAddress));
    let inside = Handed { address: Some("10.1.2.3"), device: None, ..second };
    told(Handed { first: "DORA", ..inside }).await;
    assert_eq!(told(inside).await.1, CLEAR, "a proxy's own address is nobody's");
    assert_eq!(told(Handed { seconds: 2, ..other }).await.1, many(Code::FasterThanAPerson));
}

#[tokio::test]
async fn nothing_is_counted_where_nothing_is_asked_or_in_a_sandbox() {
    let house = House::new().await;
    let (_, findings) = house.checked(Handed { seconds: 0, ..ANNA }).await;
    assert!(!findings.iter().any(|f| f.check == Check::Activity));
    let sandbox = organization(&house.engine, "sandbox", true).await;
    let house = House { caller: sandbox, ..house };
    let limits = ActivityLimits { fastest_s: Some(10), ..ActivityLimits::default() };
    let (_, findings) = house.checked(Handed { seconds: 0, limits, ..ANNA }).await;
    assert_eq!(of(&findings, Check::Activity), (Outcome::NotAssessed, Code::NothingToCompareWith));
}

#[tokio::test]
async fn what_is_only_counted_goes_after_its_time() {
    let house = House::new().await;
    let at = Handed { address: Some("81.2.69.142"), device: Some("d"), user: "u", ..ANNA };
    let case = house.handed_in(at).await;
    let own = Own::of(&house.engine, &case, None, true).await.unwrap();
    own.keep(&house.engine, &case).await.unwrap();
    let left = async || {
        let mut tx = house.engine.db().read().await.unwrap();
        let mut left = vec![];
        for (kind, hash) in [
            (ADDRESS, own.addresses[0]),
            (DEVICE, own.devices[0]),
            (USER, own.user.unwrap()),
            (HOLDER, own.named.unwrap()),
            (NUMBER, own.numbers[0]),
        ] {
            let seen = rows::seen(&mut tx, case.organization, kind, &hash, Timestamp(0), 10).await.unwrap();
            left.extend(seen.iter().map(|_| kind));
        }
        left
    };
    super::purge(&house.engine).await.unwrap();
    assert_eq!(left().await, [ADDRESS, DEVICE, USER, HOLDER, NUMBER]);
    house.clock.advance(31 * 24 * 3_600_000);
    super::purge(&house.engine).await.unwrap();
    assert_eq!(left().await, [HOLDER, NUMBER]);
    verifications::anonymize(&house.engine, &house.caller, case.record.row.id).await.unwrap();
    assert_eq!(left().await, [] as [&str; 0]);
}
