use bonafide_core::{
    decision::Decision,
    document::{DocumentType, Side},
    evidence::EvidenceKind,
    finding::{Check, Code, Finding, Outcome},
    id::{AssessmentId, PolicyId, WeightsId},
    policy::DataSource,
    time::Timestamp,
    verification::Status,
};
use bonafide_store::{
    Error, Word, applicants,
    assessments::{self, Assessment},
    evidence, findings, history, identity_terms, policies,
    requirements::{self, Scope},
    search_terms::Kept,
    subject_keys,
    verifications::{self, Filter, Page, Verification},
    weights::{self, Whom},
};
use serde_json::json;

use crate::stage::Stage;

const ALL: Page = Page { after: None, skip: 0, limit: 100 };

pub(crate) async fn a_verification_comes_back_as_it_was_written(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.begin().await;
    let weights_id: WeightsId = stage.id();
    weights::insert(
        &mut tx,
        t.organization,
        weights_id,
        Whom::default(),
        &json!({"gender_weight": 0.0}),
        stage.now(),
    )
    .await
    .unwrap();
    let mut row = Verification {
        consent_given: Some(true),
        consent_at: Some(Timestamp(1)),
        consent_text_version: Some("2026-01".into()),
        document_type: Some(DocumentType::Passport.into()),
        weights: Some(weights_id),
        verified: Some(false),
        score: Some(0.1 + 0.2),
        completed_at: Some(Timestamp(i64::MAX)),
        expires_at: None,
        ..stage.verification(t.organization, t.applicant, &t.key)
    };
    verifications::insert(&mut tx, t.organization, &row).await.unwrap();
    assert_eq!(verifications::get(&mut tx, t.organization, row.id).await.unwrap().as_ref(), Some(&row));

    row.status = Status::Pending.into();
    row.verified = None;
    row.policy = json!({"document": false});
    row.updated_at = Timestamp(2);
    verifications::update(&mut tx, t.organization, &mut row).await.unwrap();
    assert_eq!(row.version, 2);
    tx.commit().await.unwrap();
    let mut tx = stage.read().await;
    assert_eq!(verifications::get(&mut tx, t.organization, row.id).await.unwrap(), Some(row));
}

pub(crate) async fn of_two_writers_the_second_is_told(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.begin().await;
    let mut first = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
    let mut second = first.clone();
    first.status = Status::Approved.into();
    second.status = Status::Declined.into();
    verifications::update(&mut tx, t.organization, &mut first).await.unwrap();
    let refused = verifications::update(&mut tx, t.organization, &mut second).await;
    assert!(matches!(refused, Err(Error::Conflict("verification"))), "{refused:?}");
    let stored = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
    assert_eq!((stored.status.as_str(), stored.version), ("approved", 2));
}

pub(crate) async fn a_hundred_writers_at_once_and_one_wins(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.read().await;
    let row = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
    drop(tx);
    let writers: Vec<_> = (0..100)
        .map(|i| {
            let (db, mut row) = (stage.db.clone(), row.clone());
            // A word of a newer program is written and read as it is.
            row.status = Word::Unknown(format!("approved by {i}"));
            tokio::spawn(async move {
                let mut tx = db.begin().await.unwrap();
                match verifications::update(&mut tx, row.organization, &mut row).await {
                    Ok(()) => tx.commit().await.map(|()| Some(row.status)).unwrap(),
                    Err(Error::Conflict(_)) => None,
                    Err(e) => panic!("{e:?}"),
                }
            })
        })
        .collect();
    let mut winners = vec![];
    for writer in writers {
        winners.extend(writer.await.unwrap());
    }
    let mut tx = stage.read().await;
    let stored = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
    assert_eq!(winners, [stored.status]);
}

pub(crate) async fn lists_are_filtered_counted_and_paged(stage: Stage) {
    let organization = stage.organization().await;
    let (anna, anna_key) = stage.applicant(organization, "Anna").await;
    let (ben, ben_key) = stage.applicant(organization, "Ben").await;
    let start = stage.now();
    let mut ids = vec![];
    let mut tx = stage.begin().await;
    for i in 0..10 {
        // Pairs at the same millisecond: the id decides.
        stage.clock.set(start.plus_ms(i / 2));
        let (who, key) = if i % 3 == 0 { (anna, &anna_key) } else { (ben, &ben_key) };
        let row = Verification {
            status: if i % 2 == 0 { Status::Approved } else { Status::Declined }.into(),
            verified: Some(i % 2 == 0),
            ..stage.verification(organization, who, key)
        };
        verifications::insert(&mut tx, organization, &row).await.unwrap();
        ids.push((row.created_at, row.id));
    }
    tx.commit().await.unwrap();
    ids.sort();
    ids.reverse();

    let mut tx = stage.read().await;
    // By cursor, by number, and all at once: the same order.
    let mut seen = vec![];
    let mut after = None;
    loop {
        let page = Page { after, skip: 0, limit: 3 };
        let rows = verifications::list(&mut tx, organization, &Filter::default(), page).await.unwrap();
        let Some(last) = rows.last() else { break };
        after = Some((last.created_at, last.id));
        seen.extend(rows.iter().map(|r| (r.created_at, r.id)));
    }
    assert_eq!(seen, ids);
    let page = Page { after: None, skip: 4, limit: 3 };
    let rows = verifications::list(&mut tx, organization, &Filter::default(), page).await.unwrap();
    assert_eq!(rows.iter().map(|r| (r.created_at, r.id)).collect::<Vec<_>>(), ids[4..7]);

    let filters = [
        (Filter { statuses: &[Status::Approved], ..Filter::default() }, 5),
        (Filter { statuses: &[Status::Approved, Status::Declined], ..Filter::default() }, 10),
        (Filter { statuses: &[Status::Expired], ..Filter::default() }, 0),
        (Filter { applicants: &[anna], ..Filter::default() }, 4),
        (Filter { applicants: &[anna, ben], statuses: &[Status::Declined], ..Filter::default() }, 5),
        (Filter { credentials: &[stage.id()], ..Filter::default() }, 0),
        (Filter { verified: Some(true), ..Filter::default() }, 5),
        (Filter { from: Some(start.plus_ms(1)), until: Some(start.plus_ms(3)), ..Filter::default() }, 4),
    ];
    for (filter, expected) in filters {
        let rows = verifications::list(&mut tx, organization, &filter, ALL).await.unwrap();
        assert_eq!(rows.len(), expected, "{filter:?}");
        let counted = verifications::count(&mut tx, organization, &filter).await.unwrap();
        assert_eq!(counted.iter().map(|(_, n)| n).sum::<i64>(), expected as i64, "{filter:?}");
    }
    let counted = verifications::count(&mut tx, organization, &Filter::default()).await.unwrap();
    assert_eq!(counted, [(Status::Approved.into(), 5), (Status::Declined.into(), 5)]);
}

pub(crate) async fn newer_evidence_takes_the_place_of_older(stage: Stage) {
    let t = stage.tenant().await;
    let front = stage.picture(&t, EvidenceKind::DocumentFront, b"first try").await;
    let selfie = stage.picture(&t, EvidenceKind::Selfie, b"face").await;
    let again = stage.picture(&t, EvidenceKind::DocumentFront, b"second").await;
    let mut tx = stage.begin().await;
    for e in [&selfie, &front] {
        evidence::insert(&mut tx, t.organization, e).await.unwrap();
    }
    let kinds = |list: Vec<evidence::Evidence>| list.into_iter().map(|e| e.id).collect::<Vec<_>>();
    let list = evidence::list(&mut tx, t.organization, t.verification).await.unwrap();
    assert_eq!(kinds(list), [front.id, selfie.id]);
    let retired = evidence::supersede(
        &mut tx,
        t.organization,
        t.verification,
        EvidenceKind::DocumentFront,
        stage.now(),
    );
    assert_eq!(retired.await.unwrap(), 1);
    evidence::insert(&mut tx, t.organization, &again).await.unwrap();
    let list = evidence::list(&mut tx, t.organization, t.verification).await.unwrap();
    assert_eq!(kinds(list), [again.id, selfie.id]);
    let old = evidence::get(&mut tx, t.organization, front.id).await.unwrap().unwrap();
    assert_eq!(old, evidence::Evidence { superseded_at: Some(stage.now()), ..front });
    assert_eq!(evidence::usage(&mut tx, t.organization, t.verification).await.unwrap(), (3, 9 + 4 + 6));
    assert_eq!(evidence::usage(&mut tx, t.organization, stage.id()).await.unwrap(), (0, 0));
}

pub(crate) async fn findings_come_in_the_order_of_the_checks(stage: Stage) {
    let t = stage.tenant().await;
    let face =
        Finding::scored(Check::FaceMatch, 0.91, 0.5, Outcome::Fail).because(Code::FaceMismatch, "similarity");
    let back = Finding::new(Check::ImageQuality, Outcome::Clear).on(Side::Back);
    let front =
        Finding::not_assessed(Check::ImageQuality, Code::TooSmall, "the picture is small").on(Side::Front);
    let mut tx = stage.begin().await;
    for run in [vec![face.clone()], vec![back.clone(), front.clone()]] {
        findings::insert(&mut tx, t.organization, t.verification, &run, stage.now(), &stage.entropy)
            .await
            .unwrap();
    }
    let list = findings::list(&mut tx, t.organization, t.verification).await.unwrap();
    assert_eq!(list, [front, back, face.clone()]);
    assert_eq!(findings::supersede(&mut tx, t.organization, t.verification, stage.now()).await.unwrap(), 3);
    assert_eq!(findings::list(&mut tx, t.organization, t.verification).await.unwrap(), []);
}

pub(crate) async fn the_latest_assessment_counts(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.begin().await;
    assert_eq!(assessments::latest(&mut tx, t.organization, t.verification).await.unwrap(), None);
    // All at the same millisecond.
    for (outcome, score) in
        [(Decision::Retry, None), (Decision::Review, Some(0.5)), (Decision::Approve, Some(0.93))]
    {
        let id: AssessmentId = stage.id();
        let row = Assessment {
            id,
            organization: t.organization,
            verification: t.verification,
            weights: None,
            outcome: outcome.into(),
            score,
            detail: json!({"signals": [{"check": "face_match", "signal": 1.0}]}),
            created_at: stage.now(),
        };
        assessments::insert(&mut tx, t.organization, &row).await.unwrap();
        let latest = assessments::latest(&mut tx, t.organization, t.verification).await.unwrap();
        assert_eq!(latest, Some(row));
    }
}

pub(crate) async fn the_newest_weights_apply_and_the_older_stay(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.begin().await;
    assert_eq!(weights::current(&mut tx, t.organization, Whom::default()).await.unwrap(), None);
    let mut ids: Vec<WeightsId> = vec![];
    let whom = |client, user_id| Whom { client, user_id };
    let made = [
        ("", "", 1.0, 1),
        ("", "", 2.0, 2),
        ("", "u-1", 3.0, 1),
        ("c-1", "", 4.0, 3),
        ("c-1", "u-1", 5.0, 2),
    ];
    for (client, user, knob, version) in made {
        let id = stage.id();
        let knobs = json!({"age_weight": knob});
        let to = whom(client, user);
        let got = weights::insert(&mut tx, t.organization, id, to, &knobs, stage.now()).await.unwrap();
        assert_eq!(got, version);
        ids.push(id);
    }
    // A user's own before a client's, and those before everybody's.
    for (client, user, n) in [
        ("", "", 1),
        ("", "u-1", 2),
        ("", "u-2", 1),
        ("c-1", "", 3),
        ("c-1", "u-2", 3),
        ("c-1", "u-1", 4),
        ("c-2", "u-1", 2),
        ("c-2", "", 1),
    ] {
        let current = weights::current(&mut tx, t.organization, whom(client, user)).await.unwrap().unwrap();
        assert_eq!(current.id, ids[n], "{client} {user}");
    }
    let old = weights::get(&mut tx, t.organization, ids[0]).await.unwrap().unwrap();
    assert_eq!((old.knobs, old.version), (json!({"age_weight": 1.0}), 1));
}

pub(crate) async fn the_newest_policy_of_a_name_applies(stage: Stage) {
    let t = stage.tenant().await;
    let other = stage.organization().await;
    let mut tx = stage.begin().await;
    let whom = |client, user_id| Whom { client, user_id };
    assert_eq!(policies::current(&mut tx, t.organization, "default", whom("", "")).await.unwrap(), None);
    let made = [
        ("default", "", "", 1),
        ("default", "", "", 2),
        ("default", "", "u-1", 1),
        ("default", "c-1", "", 1),
        ("wealthy", "", "", 1),
    ];
    let mut ids: Vec<PolicyId> = vec![];
    for (n, (name, client, user, version)) in made.into_iter().enumerate() {
        let (id, policy) = (stage.id(), json!({"n": n}));
        let (to, now) = (whom(client, user), stage.now());
        let got = policies::insert(&mut tx, t.organization, id, name, to, &policy, now).await.unwrap();
        assert_eq!(got, version);
        ids.push(id);
        stage.clock.advance(1);
    }
    for (name, client, user, n) in [
        ("default", "", "", Some(1)),
        ("default", "", "u-1", Some(2)),
        ("default", "c-1", "u-2", Some(3)),
        ("default", "c-1", "u-1", Some(2)),
        ("wealthy", "c-1", "u-1", Some(4)),
        ("other", "", "", None),
    ] {
        let current = policies::current(&mut tx, t.organization, name, whom(client, user)).await.unwrap();
        assert_eq!(current.map(|p| p.id), n.map(|n: usize| ids[n]), "{name} {client} {user}");
    }
    let old = policies::get(&mut tx, t.organization, ids[0]).await.unwrap().unwrap();
    assert_eq!((old.policy, old.version, old.name.as_str()), (json!({"n": 0}), 1, "default"));
    let page = policies::list(&mut tx, t.organization, None, 1, 2).await.unwrap();
    assert_eq!(page.iter().map(|p| p.id).collect::<Vec<_>>(), [ids[3], ids[2]], "newest first");
    let named = policies::list(&mut tx, t.organization, Some("wealthy"), 0, 9).await.unwrap();
    assert_eq!(named.iter().map(|p| p.id).collect::<Vec<_>>(), [ids[4]]);
    assert_eq!(policies::get(&mut tx, other, ids[0]).await.unwrap(), None);
    assert_eq!(policies::current(&mut tx, other, "default", whom("", "")).await.unwrap(), None);
    assert_eq!(policies::list(&mut tx, other, None, 0, 9).await.unwrap(), []);
}

pub(crate) async fn requirements_fall_back_to_the_organization(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.begin().await;
    let rows = [
        ("", DocumentType::Passport, DataSource::Mrz, 1),
        ("", DocumentType::Passport, DataSource::Ocr, 2),
        ("", DocumentType::Passport, DataSource::Mrz, 3),
        ("u-1", DocumentType::Passport, DataSource::Mrz, 4),
        ("u-1", DocumentType::DriverLicense, DataSource::Barcode, 5),
    ];
    for (user_id, document_type, data_source, n) in rows {
        let scope = Scope { whom: Whom { client: "", user_id }, document_type, data_source };
        requirements::insert(&mut tx, t.organization, scope, &json!({"n": n}), stage.now()).await.unwrap();
    }
    for (user, expected) in [("u-1", vec![5, 4, 2]), ("", vec![3, 2]), ("u-2", vec![3, 2])] {
        let current = requirements::current(&mut tx, t.organization, Whom { client: "c-1", user_id: user })
            .await
            .unwrap();
        let numbers: Vec<_> = current.iter().map(|r| r.switches["n"].as_i64().unwrap()).collect();
        assert_eq!(numbers, expected, "{user}");
    }
}

pub(crate) async fn history_counts_its_lines(stage: Stage) {
    let t = stage.tenant().await;
    let writers: Vec<_> = (0..12)
        .map(|i| {
            let (db, now) = (stage.db.clone(), stage.now());
            tokio::spawn(async move {
                let mut tx = db.begin().await.unwrap();
                let detail = json!({ "i": i });
                history::append(&mut tx, t.organization, t.verification, now, "noted", &detail)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut tx = stage.begin().await;
    let lines = history::list(&mut tx, t.organization, t.verification).await.unwrap();
    assert_eq!(lines.iter().map(|l| l.seq).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    assert_eq!(lines.iter().map(|l| l.detail["i"].as_i64().unwrap()).sum::<i64>(), 66);
    // A line is no change of the verification: whoever read it before may still write.
    let mut row = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
    assert_eq!(row.version, 1);
    verifications::update(&mut tx, t.organization, &mut row).await.unwrap();
    let stranger =
        history::append(&mut tx, t.organization, stage.id(), stage.now(), "noted", &json!({})).await;
    assert!(matches!(stranger, Err(Error::NotFound("verification"))), "{stranger:?}");
}

pub(crate) async fn a_read_transaction_cannot_write(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.read().await;
    let mut row = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
    let refused = verifications::update(&mut tx, t.organization, &mut row).await;
    assert!(matches!(refused, Err(Error::Database { action: "update the verification", .. })), "{refused:?}");
}

pub(crate) async fn what_is_not_committed_did_not_happen(stage: Stage) {
    let t = stage.tenant().await;
    for explicit in [true, false] {
        let mut tx = stage.begin().await;
        let mut row = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
        row.status = Status::Approved.into();
        verifications::update(&mut tx, t.organization, &mut row).await.unwrap();
        if explicit {
            tx.rollback().await.unwrap()
        } else {
            drop(tx)
        }
        let mut tx = stage.begin().await;
        let row = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
        assert_eq!((row.status.as_str(), row.version), ("created", 1));
    }
}

pub(crate) async fn a_deleted_verification_is_nowhere(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.begin().await;
    let mut row = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
    verifications::delete(&mut tx, t.organization, t.verification, stage.now()).await.unwrap();
    assert_eq!(verifications::get(&mut tx, t.organization, t.verification).await.unwrap(), None);
    let all = verifications::list(&mut tx, t.organization, &Filter::default(), ALL).await.unwrap();
    assert_eq!(all, []);
    assert_eq!(verifications::count(&mut tx, t.organization, &Filter::default()).await.unwrap(), []);
    assert!(verifications::update(&mut tx, t.organization, &mut row).await.is_err());
    assert!(verifications::delete(&mut tx, t.organization, t.verification, stage.now()).await.is_err());
}

pub(crate) async fn identities_are_listed_by_whom_they_were_verified_for(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.begin().await;
    let none = applicants::Filter::default();
    assert_eq!(applicants::identities(&mut tx, t.organization, &none, 0, 9).await.unwrap(), (vec![], 0));
    applicants::become_identity(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap();
    let mut row = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
    row.identity = Some(t.applicant);
    verifications::update(&mut tx, t.organization, &mut row).await.unwrap();
    let (mine, other) = ([row.user_id.clone()], ["somebody-else".to_owned()]);
    let (yes, no, nobody) = ([t.applicant], [stage.id()], [stage.id()]);
    let found = [
        (none.clone(), 1),
        (applicants::Filter { ids: &yes, ..none.clone() }, 1),
        (applicants::Filter { ids: &no, ..none.clone() }, 0),
        (applicants::Filter { user_ids: &mine, ..none.clone() }, 1),
        (applicants::Filter { user_ids: &other, ..none.clone() }, 0),
        (applicants::Filter { credentials: &nobody, ..none.clone() }, 0),
        (applicants::Filter { until: Some(stage.now()), ..none.clone() }, 0),
        (applicants::Filter { from: Some(stage.now()), ..none.clone() }, 1),
    ];
    for (n, (filter, expected)) in found.into_iter().enumerate() {
        let (rows, count) = applicants::identities(&mut tx, t.organization, &filter, 0, 9).await.unwrap();
        assert_eq!((rows.len() as i64, count), (expected, expected), "filter {n}");
    }
    let theirs = Filter { identities: &[t.applicant], ..Filter::default() };
    assert_eq!(verifications::list(&mut tx, t.organization, &theirs, ALL).await.unwrap().len(), 1);
    applicants::anonymize(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap();
    assert_eq!(applicants::identities(&mut tx, t.organization, &none, 0, 9).await.unwrap(), (vec![], 0));
}

pub(crate) async fn identities_are_found_by_all_of_their_terms(stage: Stage) {
    let t = stage.tenant().await;
    let stranger = stage.tenant().await;
    let mut tx = stage.begin().await;
    // Term 1 has every one, term 2 each second, term 3 each third, and so on.
    let terms_of =
        |n: usize| (1..=5).filter(|k| n.is_multiple_of(*k)).map(|k| k as i64).collect::<Vec<i64>>();
    let mut made = vec![];
    for n in 0..60 {
        let id = stage.id();
        stage.clock.advance(i64::from(n % 3 == 0) * 1000);
        applicants::insert(&mut tx, t.organization, id, stage.now()).await.unwrap();
        let kept = || Kept { terms: terms_of(n), rules: 1 };
        identity_terms::keep(&mut tx, t.organization, id, kept()).await.unwrap();
        let early = [1];
        let filter = applicants::Filter { terms: &early, ..applicants::Filter::default() };
        let (_, before) = applicants::identities(&mut tx, t.organization, &filter, 0, 9).await.unwrap();
        assert_eq!(before as usize, n, "who is no identity is found by nothing");
        applicants::become_identity(&mut tx, t.organization, id, stage.now()).await.unwrap();
        let old = identity_terms::of_older_rules(&mut tx, t.organization, 1, None, 9).await.unwrap();
        assert_eq!(old, [id], "it is found by nothing yet");
        // Twice is once.
        identity_terms::keep(&mut tx, t.organization, id, Kept { terms: vec![1, 99], rules: 0 })
            .await
            .unwrap();
        identity_terms::keep(&mut tx, t.organization, id, kept()).await.unwrap();
        made.push((stage.now(), id, n));
    }
    made.sort_unstable_by(|a, b| b.cmp(a));
    let middle = made[30].0;
    for terms in [vec![1], vec![2], vec![1, 2], vec![5, 3, 1], vec![4, 99], vec![99], vec![1, 2, 3, 4, 5]] {
        for (from, until) in [(None, None), (Some(middle), None), (None, Some(middle))] {
            let is_in = |at| from.is_none_or(|from| at >= from) && until.is_none_or(|until| at < until);
            let expected: Vec<_> = made
                .iter()
                .filter(|(at, _, n)| is_in(*at) && terms.iter().all(|term| terms_of(*n).contains(term)))
                .map(|(_, id, _)| *id)
                .collect();
            let filter = applicants::Filter { terms: &terms, from, until, ..applicants::Filter::default() };
            for (skip, take) in [(0, 100), (0, 7), (7, 7), (13, 2), (200, 5)] {
                let found =
                    applicants::identities(&mut tx, t.organization, &filter, skip, take).await.unwrap();
                let page: Vec<_> = expected.iter().skip(skip as usize).take(take as usize).copied().collect();
                let ids: Vec<_> = found.0.iter().map(|row| row.id).collect();
                assert_eq!((ids, found.1), (page, expected.len() as i64), "{terms:?} {skip} {take}");
            }
            let theirs = applicants::identities(&mut tx, stranger.organization, &filter, 0, 9).await.unwrap();
            assert_eq!(theirs, (vec![], 0), "another organization's");
        }
    }
    // A forgotten person is found by nothing, and nothing is kept of them anew.
    let (_, gone, _) = made[0];
    let (ring, entropy) = (&stage.ring, &stage.entropy);
    subject_keys::create(&mut tx, t.organization, gone, ring, stage.now(), entropy).await.unwrap();
    applicants::anonymize(&mut tx, t.organization, gone, stage.now()).await.unwrap();
    identity_terms::keep(&mut tx, t.organization, gone, Kept { terms: vec![1], rules: 1 }).await.unwrap();
    let one = [1];
    let filter = applicants::Filter { terms: &one, ..applicants::Filter::default() };
    let (rows, total) = applicants::identities(&mut tx, t.organization, &filter, 0, 100).await.unwrap();
    assert!(total == 59 && rows.iter().all(|row| row.id != gone));
    assert!(identity_terms::of_older_rules(&mut tx, t.organization, 1, None, 9).await.unwrap().is_empty());
    assert_eq!(
        identity_terms::of_older_rules(&mut tx, t.organization, 2, None, 100).await.unwrap().len(),
        59
    );
}
