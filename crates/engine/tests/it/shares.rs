//! What third parties see of what was approved.

use bonafide_core::{
    audit::AuditAction,
    document::Side,
    evidence::{EvidenceKind, Position},
    finding::{Check, Outcome},
    id::{EvidenceId, VerificationId},
    review::{Grounds, Verdict},
    share::{ShareState, Withheld},
    step::{StepData, StepKind, config::AnswerConfig},
    verification::{Purpose, Status},
};
use bonafide_engine::{
    Caller, Error, access, capture,
    evidence::{self, Picture},
    jobs, reviews,
    shares::{self, Profile, Renewed},
    steps,
    verifications::{self, NewVerification, ThirdParty},
};
use bonafide_store::audit;
use bonafide_testkit::{data::sample, on_both};
use serde_json::{Value, json};

use crate::support::App;

on_both!(
    each_third_party_sees_what_was_named_for_them,
    pictures_are_for_those_who_were_named_for_them,
    nothing_is_shared_without_the_step_consent,
    a_link_ends_with_its_time_or_when_it_is_revoked,
    a_newer_link_ends_the_one_before,
    what_is_not_approved_any_more_is_not_shown,
    two_approvals_grant_once,
    they_go_with_the_person,
    other_tenants_find_nothing,
    every_look_is_written_down,
    an_earlier_approval_is_passed_on,
    nothing_is_passed_on_that_does_not_stand,
    the_person_is_told_who_sees_what,
);

pub const WORDS: [StepKind; 3] = [StepKind::Person, StepKind::Attestation, StepKind::Consent];
const DAY_MS: i64 = 24 * 3600 * 1000;

pub fn party(name: &str, steps: &[StepKind]) -> ThirdParty {
    ThirdParty { name: name.into(), email: format!("{name}@example.com"), steps: steps.to_vec() }
}

fn said(kind: &str, data: Value) -> StepData {
    serde_json::from_value(json!({"kind": kind, "data": data})).unwrap()
}

fn answer(kind: StepKind) -> Option<StepData> {
    Some(match kind {
        StepKind::Person => {
            let person =
                json!({"first_name": "Anna Maria", "last_name": "Eriksson", "birth_date": "1974-08-12"});
            said("person", person)
        }
        StepKind::Consent | StepKind::Attestation => {
            let signature = json!({"typed": "Anna Maria Eriksson"});
            let version = AnswerConfig::default().version().to_owned();
            let yes =
                json!({"text_version": version, "language": "en", "agreed": true, "signature": signature});
            said(kind.as_str(), yes)
        }
        _ => return None,
    })
}

/// The device of somebody who agreed to being verified.
pub async fn begun(app: &App, new: NewVerification) -> (VerificationId, Caller) {
    let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
    let token = capture::issue(&app.engine, &app.caller, id).await.unwrap();
    let device = access::authenticate(&app.engine, token.expose()).await.unwrap().unwrap();
    verifications::consent(&app.engine, &device, id, true).await.unwrap();
    (id, device)
}

/// One that the person is done with, and that was checked.
async fn handed_in(app: &App, new: NewVerification) -> VerificationId {
    let asked = new.steps.clone();
    let (id, device) = begun(app, new).await;
    finished(app, id, &device, &asked).await;
    id
}

/// The person gives everything, and it is checked.
pub async fn finished(app: &App, id: VerificationId, device: &Caller, asked: &[StepKind]) {
    for data in asked.iter().filter_map(|kind| answer(*kind)) {
        steps::give(&app.engine, device, id, data).await.unwrap();
    }
    let position = Position { latitude: 45.5, longitude: -73.6 };
    let picture = |name| Picture { field: "image".into(), bytes: std::fs::read(sample(name)).unwrap() };
    if asked.contains(&StepKind::Document) {
        let front = picture("passport.jpg");
        evidence::accept_document(&app.engine, device, id, Side::Front, front, position).await.unwrap();
    }
    if asked.contains(&StepKind::BiometricFace) {
        evidence::start_liveness(&app.engine, device, id, position).await.unwrap();
        let frames = vec![picture("selfie.jpg").into()];
        evidence::accept_liveness(&app.engine, device, id, frames, position).await.unwrap();
    }
    verifications::submit(&app.engine, device, id, None).await.unwrap();
    jobs::run_pending(&app.engine).await.unwrap();
}

pub async fn review(app: &App, id: VerificationId, verdict: Verdict, grounds: Grounds) {
    let reviewer = Caller { scopes: "verifications reviews".into(), ..app.caller.clone() };
    let whole = verifications::whole(&app.engine, &reviewer, id).await.unwrap();
    let seen = whole.decision.as_deref();
    let said = reviews::Saying { verdict, grounds, note: None, captures: &[], seen };
    reviews::review(&app.engine, &reviewer, id, &said).await.unwrap();
}

/// One that a human approved: what people say is nothing that a machine approves.
pub async fn approved(app: &App, steps: &[StepKind], third_parties: Vec<ThirdParty>) -> VerificationId {
    let new = NewVerification { steps: steps.to_vec(), third_parties, ..NewVerification::default() };
    let id = handed_in(app, new).await;
    review(app, id, Verdict::Approve, Grounds::EvidenceInOrder).await;
    id
}

pub async fn listed(app: &App, id: VerificationId) -> shares::Shares {
    shares::list(&app.engine, &app.caller, id).await.unwrap()
}

/// A new link to the n-th share.
pub async fn link(app: &App, id: VerificationId, n: usize) -> Renewed {
    let share = listed(app, id).await.all[n].id;
    shares::renew(&app.engine, &app.caller, id, share).await.unwrap()
}

pub async fn look(app: &App, code: &str) -> Result<Profile, Error> {
    let opened = shares::open(&app.engine, code).await?;
    shares::view(&app.engine, &opened).await
}

async fn look_at(app: &App, code: &str, picture: EvidenceId) -> Result<Vec<u8>, Error> {
    let opened = shares::open(&app.engine, code).await?;
    shares::picture(&app.engine, &opened, picture).await
}

#[track_caller]
pub fn is_gone<T: std::fmt::Debug>(seen: &Result<T, Error>) {
    assert!(matches!(seen, Err(Error::Gone(_))), "{seen:?}");
}

fn kinds(profile: &Profile) -> Vec<StepKind> {
    profile.steps.iter().map(|step| step.kind).collect()
}

/// The details of what the audit log says was done, oldest first.
pub async fn done(app: &App, action: AuditAction) -> Vec<Value> {
    let mut tx = app.db.read().await.unwrap();
    let log = audit::list(&mut tx, app.caller.organization, 0, 1000).await.unwrap();
    let lines = log.into_iter().filter(|line| line.action == action.as_str());
    lines.map(|line| serde_json::from_str(&line.detail).unwrap()).collect()
}

async fn each_third_party_sees_what_was_named_for_them(app: &App) {
    let parties = vec![party("notary", &[StepKind::Person]), party("bank", &[])];
    let id = approved(app, &WORDS, parties).await;
    let all = listed(app, id).await;
    let states: Vec<_> =
        all.all.iter().map(|s| (s.state, s.third_party.as_ref().unwrap().name.as_str())).collect();
    assert_eq!(states, [(ShareState::Waiting, "notary"), (ShareState::Waiting, "bank")]);
    assert_eq!((all.withheld, done(app, AuditAction::ShareCreated).await.len()), (None, 2));

    let (notary, bank) = (link(app, id, 0).await, link(app, id, 1).await);
    let code = notary.code.expose();
    // A prefix and at least 128 bits, in the fragment.
    assert!(code.starts_with("shr_") && code.len() >= 4 + 64);
    assert_eq!(notary.link.as_deref(), Some(format!("https://id.example.com/shared#{code}").as_str()));
    let seen = look(app, code).await.unwrap();
    assert_eq!((seen.organization.as_str(), seen.third_party.as_str()), ("first", "notary"));
    assert_eq!(kinds(&seen), [StepKind::Person]);
    let Some(StepData::Person(person)) = &seen.steps[0].data else { panic!("no person") };
    assert_eq!(person.last_name, "Eriksson");
    let seen = look(app, bank.code.expose()).await.unwrap();
    assert_eq!(kinds(&seen), WORDS);
    // What was signed was signed for who asked.
    let Some(StepData::Consent(consent)) = &seen.steps[2].data else { panic!("no consent") };
    assert!(consent.agreed && consent.signature.is_none());
    assert_eq!(listed(app, id).await.all[0].state, ShareState::Active);
    // Nobody is let in by what is not a code.
    for none in ["", "shr_", "shr_0000", &format!("{code}0"), notary.id.to_string().as_str()] {
        is_gone(&look(app, none).await);
    }
}

async fn pictures_are_for_those_who_were_named_for_them(app: &App) {
    let app = &app.sandbox().await;
    let settings =
        json!({"sandbox": {"document": "clear", "face": "clear", "liveness": "clear", "screening": "clear"}});
    let all = vec![StepKind::Document, StepKind::BiometricFace, StepKind::Consent];
    let parties = vec![
        party("everything", &[]),
        party("document", &[StepKind::Document]),
        party("face", &[StepKind::BiometricFace]),
    ];
    let new = NewVerification { steps: all, third_parties: parties, settings, ..NewVerification::default() };
    let id = handed_in(app, new).await;
    if verifications::read(&app.engine, &app.caller, id).await.unwrap().status != Status::Approved {
        review(app, id, Verdict::Approve, Grounds::EvidenceInOrder).await;
    }
    let (everything, document, face) =
        (link(app, id, 0).await, link(app, id, 1).await, link(app, id, 2).await);
    let pictures = async |link: &Renewed| {
        let seen = look(app, link.code.expose()).await.unwrap();
        seen.steps.into_iter().flat_map(|step| step.pictures).collect::<Vec<_>>()
    };
    assert_eq!(pictures(&everything).await, []);
    let (fronts, selfies) = (pictures(&document).await, pictures(&face).await);
    assert_eq!(fronts.iter().map(|p| p.1).collect::<Vec<_>>(), [EvidenceKind::DocumentFront]);
    assert_eq!(selfies.iter().map(|p| p.1).collect::<Vec<_>>(), [EvidenceKind::Selfie]);
    let seen = look_at(app, document.code.expose(), fronts[0].0).await.unwrap();
    assert!(seen.starts_with(&[0xff, 0xd8]), "a JPEG");
    // Not what others may look at, nor what nobody may.
    for (link, picture) in [(&document, selfies[0].0), (&face, fronts[0].0), (&everything, fronts[0].0)] {
        let seen = look_at(app, link.code.expose(), picture).await.map(|bytes| bytes.len());
        assert!(matches!(seen, Err(Error::NotFound("picture"))), "{seen:?}");
    }
    let looks = done(app, AuditAction::ShareViewed).await;
    assert_eq!(looks.iter().filter(|line| line["picture"] == json!(fronts[0].0)).count(), 1);
    // Four looks at what is shown, and one at a picture; those that were refused are none.
    assert_eq!(looks.len(), 4);
}

async fn nothing_is_shared_without_the_step_consent(app: &App) {
    let parties = vec![party("notary", &[StepKind::Person])];
    let id = approved(app, &[StepKind::Person], parties.clone()).await;
    let all = listed(app, id).await;
    assert_eq!((all.all.len(), all.withheld), (0, Some(Withheld::NoConsentStep)));
    assert_eq!(done(app, AuditAction::ShareWithheld).await, [json!({"because": "no_consent_step"})]);
    // Nor where a human approves before the person agreed.
    let new = NewVerification { steps: WORDS.to_vec(), third_parties: parties, ..NewVerification::default() };
    let (id, _) = begun(app, new).await;
    assert_eq!(listed(app, id).await.withheld, Some(Withheld::NotApproved));
    let reviewer = Caller { scopes: "verifications reviews".into(), ..app.caller.clone() };
    let said = reviews::Saying {
        verdict: Verdict::Approve,
        grounds: Grounds::ConfirmedOtherwise,
        note: None,
        captures: &[],
        seen: None,
    };
    reviews::review_unfinished(&app.engine, &reviewer, id, &said).await.unwrap();
    let all = listed(app, id).await;
    assert_eq!((all.all.len(), all.withheld), (0, Some(Withheld::NotAgreed)));
    assert_eq!(done(app, AuditAction::ShareWithheld).await[1], json!({"because": "not_agreed"}));
    // Where nobody was named there is nothing to tell.
    let id = approved(app, &WORDS, vec![]).await;
    let all = listed(app, id).await;
    assert_eq!((all.all.len(), all.withheld), (0, None));
}

async fn a_link_ends_with_its_time_or_when_it_is_revoked(app: &App) {
    let id = approved(app, &WORDS, vec![party("a", &[]), party("b", &[])]).await;
    let (a, b) = (link(app, id, 0).await, link(app, id, 1).await);
    shares::revoke(&app.engine, &app.caller, id, b.id).await.unwrap();
    shares::revoke(&app.engine, &app.caller, id, b.id).await.unwrap();
    assert_eq!(done(app, AuditAction::ShareRevoked).await, [json!({"share": b.id})]);
    is_gone(&look(app, b.code.expose()).await);
    let again = shares::renew(&app.engine, &app.caller, id, b.id).await.map(|made| made.id);
    assert!(matches!(again, Err(Error::Conflict { code: "revoked", .. })), "{again:?}");
    app.clock.advance(30 * DAY_MS - 1);
    look(app, a.code.expose()).await.unwrap();
    app.clock.advance(1);
    is_gone(&look(app, a.code.expose()).await);
    let states: Vec<_> = listed(app, id).await.all.iter().map(|s| s.state).collect();
    assert_eq!(states, [ShareState::Expired, ShareState::Revoked]);
    // A new one is good for as long as the first.
    let renewed = link(app, id, 0).await;
    assert_eq!(renewed.expires_at.0, a.expires_at.0 + 30 * DAY_MS);
    look(app, renewed.code.expose()).await.unwrap();
}

async fn a_newer_link_ends_the_one_before(app: &App) {
    let id = approved(app, &WORDS, vec![party("a", &[])]).await;
    let (first, second) = (link(app, id, 0).await, link(app, id, 0).await);
    is_gone(&look(app, first.code.expose()).await);
    look(app, second.code.expose()).await.unwrap();
    assert_eq!(done(app, AuditAction::ShareRenewed).await.len(), 2);
    // One that was opened before the newer one was made shows nothing either.
    let opened = shares::open(&app.engine, second.code.expose()).await.unwrap();
    link(app, id, 0).await;
    is_gone(&shares::view(&app.engine, &opened).await);
}

async fn what_is_not_approved_any_more_is_not_shown(app: &App) {
    let id = approved(app, &WORDS, vec![party("a", &[])]).await;
    let made = link(app, id, 0).await;
    review(app, id, Verdict::Reopen, Grounds::DecidedByMistake).await;
    is_gone(&look(app, made.code.expose()).await);
    let again = shares::renew(&app.engine, &app.caller, id, made.id).await.map(|made| made.id);
    assert!(matches!(again, Err(Error::Conflict { code: "not_shared", .. })), "{again:?}");
    review(app, id, Verdict::Decline, Grounds::NotTheHolder).await;
    is_gone(&look(app, made.code.expose()).await);
    assert_eq!(listed(app, id).await.all[0].state, ShareState::Closed);
    assert_eq!(done(app, AuditAction::ShareViewed).await.len(), 0);
}

async fn two_approvals_grant_once(app: &App) {
    let id = approved(app, &WORDS, vec![party("a", &[]), party("b", &[])]).await;
    let (a, b) = (link(app, id, 0).await, link(app, id, 1).await);
    shares::revoke(&app.engine, &app.caller, id, b.id).await.unwrap();
    review(app, id, Verdict::Reopen, Grounds::NewInformation).await;
    review(app, id, Verdict::Approve, Grounds::EvidenceInOrder).await;
    let all = listed(app, id).await.all;
    let ids: Vec<_> = all.iter().map(|s| s.id).collect();
    assert_eq!(ids, [a.id, b.id]);
    assert_eq!(done(app, AuditAction::ShareCreated).await.len(), 2);
    look(app, a.code.expose()).await.unwrap();
    is_gone(&look(app, b.code.expose()).await);
}

async fn they_go_with_the_person(app: &App) {
    let id = approved(app, &WORDS, vec![party("notary", &[])]).await;
    let made = link(app, id, 0).await;
    app.anonymize(id).await;
    is_gone(&look(app, made.code.expose()).await);
    let all = listed(app, id).await;
    assert_eq!((all.all.len(), all.withheld), (1, None));
    assert_eq!((all.all[0].state, &all.all[0].third_party), (ShareState::Closed, &None));
    // Deleted.
    let id = approved(app, &WORDS, vec![party("notary", &[])]).await;
    let made = link(app, id, 0).await;
    verifications::delete(&app.engine, &app.caller, id).await.unwrap();
    is_gone(&look(app, made.code.expose()).await);
    let gone = shares::list(&app.engine, &app.caller, id).await.map(|s| s.all.len());
    assert!(matches!(gone, Err(Error::NotFound(_))), "{gone:?}");
    // What was written down of it names nobody.
    let mut tx = app.db.read().await.unwrap();
    let log = audit::list(&mut tx, app.caller.organization, 0, 1000).await.unwrap();
    assert!(!log.iter().any(|line| line.detail.contains("notary")));
}

async fn other_tenants_find_nothing(app: &App) {
    let id = approved(app, &WORDS, vec![party("a", &[])]).await;
    let other = approved(app, &WORDS, vec![party("a", &[])]).await;
    let share = listed(app, id).await.all[0].id;
    let stranger = app.stranger().await;
    let (engine, caller) = (&stranger.engine, &stranger.caller);
    for refused in [
        shares::list(engine, caller, id).await.map(drop),
        shares::renew(engine, caller, id, share).await.map(drop),
        shares::revoke(engine, caller, id, share).await,
        shares::offers(engine, caller, id).await.map(drop),
        // Nor is it found under another verification.
        shares::renew(engine, &app.caller, other, share).await.map(drop),
        shares::revoke(engine, &app.caller, other, share).await,
    ] {
        assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    }
    assert_eq!(listed(app, id).await.all[0].state, ShareState::Waiting);
    let reader = Caller { scopes: "verifications:read".into(), ..app.caller.clone() };
    for refused in [
        shares::renew(engine, &reader, id, share).await.map(drop),
        shares::revoke(engine, &reader, id, share).await,
    ] {
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    }
    let token = capture_caller(app).await;
    assert!(matches!(shares::list(engine, &token, id).await.map(drop), Err(Error::Forbidden)));
}

/// Somebody's device.
async fn capture_caller(app: &App) -> Caller {
    begun(app, NewVerification::default()).await.1
}

async fn every_look_is_written_down(app: &App) {
    let id = approved(app, &WORDS, vec![party("a", &[])]).await;
    let made = link(app, id, 0).await;
    for n in 1..=3 {
        app.clock.advance(1000);
        look(app, made.code.expose()).await.unwrap();
        let share = &listed(app, id).await.all[0];
        assert_eq!((share.views, share.viewed_at), (n, Some(app.engine.now())));
    }
    let looks = done(app, AuditAction::ShareViewed).await;
    let expected = |n: i64| json!({"share": made.id, "source": id, "views": n});
    assert_eq!(looks, [expected(1), expected(2), expected(3)]);
}

async fn an_earlier_approval_is_passed_on(app: &App) {
    let user = "user-7";
    let new = |purpose, steps: &[StepKind], third_parties| NewVerification {
        purpose,
        user_id: user.into(),
        steps: steps.to_vec(),
        third_parties,
        ..NewVerification::default()
    };
    let earlier = handed_in(app, new(Purpose::Kyc, &WORDS, vec![])).await;
    review(app, earlier, Verdict::Approve, Grounds::EvidenceInOrder).await;
    let parties = vec![party("bank", &[StepKind::Person]), party("notary", &[])];
    let id = handed_in(app, new(Purpose::Share, &[StepKind::Consent], parties)).await;
    let view = verifications::read(&app.engine, &app.caller, id).await.unwrap();
    assert_eq!((view.status, view.verified), (Status::Approved, Some(true)), "{:?}", view.findings);
    assert_eq!(view.finding(Check::Declaration, None).unwrap().outcome, Outcome::Clear);
    let (bank, notary) = (link(app, id, 0).await, link(app, id, 1).await);
    let seen = look(app, bank.code.expose()).await.unwrap();
    assert_eq!(kinds(&seen), [StepKind::Person]);
    assert!(seen.steps[0].data.is_some());
    assert_eq!(kinds(&look(app, notary.code.expose()).await.unwrap()), WORDS);
    assert!(listed(app, id).await.all.iter().all(|share| share.source == earlier));
    // It ends with what it shows.
    app.anonymize(earlier).await;
    is_gone(&look(app, bank.code.expose()).await);
    assert_eq!(listed(app, id).await.all[0].state, ShareState::Closed);
}

async fn nothing_is_passed_on_that_does_not_stand(app: &App) {
    let share = |user: &str, steps: &[StepKind]| NewVerification {
        purpose: Purpose::Share,
        user_id: user.into(),
        steps: steps.to_vec(),
        third_parties: vec![party("bank", &[])],
        ..NewVerification::default()
    };
    // Nobody passes on anything without being asked.
    let refused = verifications::create(&app.engine, &app.caller, share("a", &[StepKind::Person])).await;
    let Err(Error::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems[0].field, "steps");
    // Nothing was approved; or of somebody else; or it was erased; or it was a share itself.
    let of = |user: &str| NewVerification {
        user_id: user.into(),
        steps: WORDS.to_vec(),
        ..NewVerification::default()
    };
    handed_in(app, of("waits")).await;
    let erased = handed_in(app, of("erased")).await;
    review(app, erased, Verdict::Approve, Grounds::EvidenceInOrder).await;
    app.anonymize(erased).await;
    for user in ["", "waits", "erased", "nobody"] {
        let id = handed_in(app, share(user, &[StepKind::Consent])).await;
        let view = verifications::read(&app.engine, &app.caller, id).await.unwrap();
        assert_eq!(view.status, Status::ReviewRequired, "{user}: {:?}", view.findings);
        assert_eq!(view.finding(Check::Declaration, None).unwrap().outcome, Outcome::NotAssessed);
        // A human's yes makes nothing of it.
        review(app, id, Verdict::Approve, Grounds::EvidenceInOrder).await;
        let all = listed(app, id).await;
        assert_eq!((all.all.len(), all.withheld), (0, Some(Withheld::NothingToShare)));
    }
}

async fn the_person_is_told_who_sees_what(app: &App) {
    let all = [StepKind::Document, StepKind::Person, StepKind::Consent];
    let parties = vec![party("bank", &[]), party("notary", &[StepKind::Consent, StepKind::Document])];
    let new = |steps: &[StepKind]| NewVerification {
        steps: steps.to_vec(),
        third_parties: parties.clone(),
        ..NewVerification::default()
    };
    let (id, device) = begun(app, new(&all)).await;
    let offers = shares::offers(&app.engine, &device, id).await.unwrap();
    let told: Vec<_> =
        offers.iter().map(|o| (o.third_party.name.as_str(), o.steps.clone(), o.pictures.clone())).collect();
    assert_eq!(
        told,
        [
            ("bank", all.to_vec(), vec![]),
            ("notary", vec![StepKind::Document, StepKind::Consent], vec![StepKind::Document]),
        ]
    );
    // Who is not asked lets nobody see anything.
    let (id, device) = begun(app, new(&[StepKind::Person])).await;
    assert!(shares::offers(&app.engine, &device, id).await.unwrap().is_empty());
}
