use bonafide_core::{audit::AuditAction, id::OrganizationId, time::Timestamp};
use bonafide_store::{
    again,
    audit::{self, Anchor, Anchors, Breach, Entry, Fault, Line, Verdict},
    keyring::{FileKeyRing, KeyRing, MemoryKeyRing},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::stage::Stage;

async fn write(stage: &Stage, organization: OrganizationId, lines: i64) {
    write_under(stage, &stage.ring, organization, lines).await;
}

async fn write_under(stage: &Stage, ring: &dyn KeyRing, organization: OrganizationId, lines: i64) {
    for i in 0..lines {
        let mut tx = stage.begin().await;
        let detail = json!({ "i": i, "score": 0.1, "words": "é \u{1F600}" });
        let entry = Entry {
            at: stage.clock.advance(1),
            actor: "credential:1",
            action: AuditAction::VerificationChecked,
            object: "verification:2",
            detail: &detail,
        };
        audit::append(&mut tx, organization, ring, entry).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn verdict(stage: &Stage, organization: OrganizationId) -> Verdict {
    verdict_of(stage, &stage.ring, organization, &[]).await
}

async fn verdict_of(
    stage: &Stage,
    ring: &dyn KeyRing,
    organization: OrganizationId,
    anchors: &[Anchor],
) -> Verdict {
    audit::verify(&stage.db, organization, ring, anchors, &|_| {}).await.unwrap()
}

fn intact(lines: i64) -> Verdict {
    Verdict::Intact { lines, unkeyed: 0, anchors: 0, unproved: 0 }
}

fn broken(seq: i64, because: Breach) -> Verdict {
    Verdict::Broken { seq, because }
}

async fn lines(stage: &Stage, organization: OrganizationId) -> Vec<Line> {
    audit::list(&mut stage.read().await, organization, 0, 1000).await.unwrap()
}

pub(crate) async fn an_untouched_log_is_intact(stage: Stage) {
    let (a, b) = (stage.organization().await, stage.organization().await);
    assert_eq!(verdict(&stage, a).await, intact(0));
    write(&stage, a, 5).await;
    write(&stage, b, 2).await;
    assert_eq!(verdict(&stage, a).await, intact(5));
    assert_eq!(verdict(&stage, b).await, intact(2));
    let mut tx = stage.read().await;
    let page = audit::list(&mut tx, a, 3, 10).await.unwrap();
    assert_eq!(page.iter().map(|e| e.seq).collect::<Vec<_>>(), [4, 5]);
    let chains = audit::chains(&mut tx).await.unwrap();
    assert!(chains.contains(&(a, 5)) && chains.contains(&(b, 2)), "{chains:?}");
    assert_eq!(audit::key_ids(&mut tx, a).await.unwrap(), [stage.ring.current()]);
    // The newest lines are in batches of their own.
    write(&stage, b, 1100).await;
    assert_eq!(verdict(&stage, b).await, intact(1102));
}

pub(crate) async fn appends_at_once_make_one_chain(stage: Stage) {
    let organization = stage.organization().await;
    let at = stage.now();
    let ring = std::sync::Arc::new(MemoryKeyRing::new(&stage.entropy));
    let writers: Vec<_> = (0..40)
        .map(|i| {
            let (db, ring) = (stage.db.clone(), ring.clone());
            tokio::spawn(async move {
                let mut tx = db.begin().await.unwrap();
                let detail = json!({ "i": i });
                let entry = Entry {
                    at,
                    actor: "a",
                    action: AuditAction::WeightsChanged,
                    object: "c",
                    detail: &detail,
                };
                audit::append(&mut tx, organization, &*ring, entry).await.unwrap();
                // Every fourth one changes its mind: no gap may stay.
                if i % 4 == 0 { tx.rollback().await.unwrap() } else { tx.commit().await.unwrap() }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(verdict_of(&stage, &*ring, organization, &[]).await, intact(30));
}

pub(crate) async fn the_database_refuses_changes(stage: Stage) {
    let organization = stage.organization().await;
    write(&stage, organization, 2).await;
    for sql in ["UPDATE audit_log SET actor = 'somebody else'", "DELETE FROM audit_log"] {
        let refused = stage.tamper(sql).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    assert_eq!(verdict(&stage, organization).await, intact(2));
}

pub(crate) async fn requirement_14_the_verifier_names_the_line_that_was_changed(stage: Stage) {
    stage.lift_append_only().await;
    // Each on a chain of its own.
    let deeds = [
        ("UPDATE audit_log SET actor = 'nobody' WHERE seq = 3", 3, Breach::Changed),
        ("UPDATE audit_log SET detail = replace(detail, '0.1', '0.9') WHERE seq = 2", 2, Breach::Changed),
        ("UPDATE audit_log SET at = at + 1 WHERE seq = 5", 5, Breach::Changed),
        ("DELETE FROM audit_log WHERE seq = 4", 4, Breach::Missing),
        ("DELETE FROM audit_log WHERE seq = 1", 1, Breach::Missing),
        // The last ones cut off.
        ("DELETE FROM audit_log WHERE seq >= 4", 4, Breach::Missing),
        // Two lines trade places.
        (
            "UPDATE audit_log SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3);
          UPDATE audit_log SET seq = -seq WHERE seq < 0",
            2,
            Breach::Changed,
        ),
        // Without its key a line is one of those that are older than keys.
        ("UPDATE audit_log SET key_id = NULL WHERE seq = 4", 4, Breach::Unkeyed),
        ("UPDATE audit_log SET key_id = NULL", 1, Breach::Changed),
        ("UPDATE audit_log SET key_id = 'other' WHERE seq = 2", 2, Breach::NoKey("other".to_owned())),
        // The end of the chain points somewhere else, or is gone.
        (
            "UPDATE audit_heads SET hash = previous_hash FROM audit_log
             WHERE audit_log.organization = audit_heads.organization AND audit_log.seq = 3",
            5,
            Breach::Unlinked,
        ),
        ("DELETE FROM audit_heads", 5, Breach::Unlinked),
        // Nobody moved the end who added it.
        (
            "INSERT INTO audit_log SELECT organization, 6, at, actor, action, object, detail, hash, hash, key_id
             FROM audit_log WHERE seq = 5",
            6,
            Breach::Unlinked,
        ),
    ];
    for (sql, seq, because) in deeds {
        let organization = stage.organization().await;
        write(&stage, organization, 5).await;
        assert_eq!(verdict(&stage, organization).await, intact(5));
        stage.tamper(sql).await.unwrap();
        assert_eq!(verdict(&stage, organization).await, broken(seq, because), "{sql}");
        stage.tamper("DELETE FROM audit_log; DELETE FROM audit_heads").await.unwrap();
    }
}

/// Every bit of a line is held by its hash.
pub(crate) async fn requirement_14_a_flipped_bit_is_found(stage: Stage) {
    stage.lift_append_only().await;
    let organization = stage.organization().await;
    write(&stage, organization, 3).await;
    let line = lines(&stage, organization).await.remove(1);
    let flipped = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let flip = |bit: usize| {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        };
        (0..bytes.len() * 8).step_by(37).map(flip).collect()
    };
    let (hash, previous) = (flipped(&line.hash), flipped(&line.previous_hash));
    for (column, all) in [("hash", hash), ("previous_hash", previous)] {
        for bytes in all {
            let literal = stage.literal(&bytes);
            stage.tamper_with(format!("UPDATE audit_log SET {column} = {literal} WHERE seq = 2")).await;
            assert_eq!(verdict(&stage, organization).await, broken(2, Breach::Changed), "{column}");
        }
        let before = if column == "hash" { &line.hash } else { &line.previous_hash };
        let literal = stage.literal(before);
        stage.tamper_with(format!("UPDATE audit_log SET {column} = {literal} WHERE seq = 2")).await;
        assert_eq!(verdict(&stage, organization).await, intact(3));
    }
}

pub(crate) async fn a_chain_is_one_organization_s_and_one_ring_s(stage: Stage) {
    let (a, b) = (stage.organization().await, stage.organization().await);
    write(&stage, a, 3).await;
    write(&stage, b, 3).await;
    // Another ring, and one that calls another key the same.
    let other = MemoryKeyRing::new(&stage.entropy);
    let name = stage.ring.current().to_owned();
    assert_eq!(verdict_of(&stage, &other, a, &[]).await, broken(1, Breach::NoKey(name.clone())));
    let path = stage.folder.path().join("forged");
    std::fs::write(&path, format!("{name} {}\n", "7".repeat(64))).unwrap();
    close(&path);
    let forged = FileKeyRing::open(&path).unwrap();
    assert_eq!(verdict_of(&stage, &forged, a, &[]).await, broken(1, Breach::Changed));
    // The two change places.
    stage.lift_append_only().await;
    let (one, two, aside) = (stage.id_literal(a), stage.id_literal(b), stage.organization().await);
    let aside = stage.id_literal(aside);
    for table in ["audit_log", "audit_heads"] {
        for (from, to) in [(&one, &aside), (&two, &one), (&aside, &two)] {
            stage
                .tamper_with(format!("UPDATE {table} SET organization = {to} WHERE organization = {from}"))
                .await;
        }
    }
    assert_eq!(verdict(&stage, a).await, broken(1, Breach::Changed));
    assert_eq!(verdict(&stage, b).await, broken(1, Breach::Changed));
}

/// Who knows the format and has the database writes everything anew, without the key.
pub(crate) async fn a_recomputed_hash_does_not_help(stage: Stage) {
    let organization = stage.organization().await;
    write(&stage, organization, 3).await;
    let key = audit::key(&stage.ring, stage.ring.current(), organization).unwrap();
    for line in lines(&stage, organization).await {
        assert_eq!(keyed(&key, organization, &line), line.hash, "the documented format is the format");
    }
    stage.lift_append_only().await;
    let mut forged = lines(&stage, organization).await.remove(1);
    forged.actor = "nobody".into();
    for hash in [keyed(&[7; 32], organization, &forged), unkeyed(organization, &forged)] {
        stage.rewrite(organization, forged.seq, &forged.actor, &hash).await;
        assert_eq!(verdict(&stage, organization).await, broken(2, Breach::Changed));
    }
    // With the key it is the next line that does not follow.
    stage.rewrite(organization, forged.seq, &forged.actor, &keyed(&key, organization, &forged)).await;
    assert_eq!(verdict(&stage, organization).await, broken(3, Breach::Unlinked));
}

/// What was written before lines had a key.
async fn write_old(stage: &Stage, organization: OrganizationId, count: i64) -> Vec<u8> {
    let mut previous_hash = vec![];
    let id = stage.id_literal(organization);
    for seq in 1..=count {
        let mut line = Line {
            seq,
            at: Timestamp(seq),
            actor: "worker".into(),
            action: "verification.checked".into(),
            object: "verification:2".into(),
            detail: "{}".into(),
            key_id: None,
            previous_hash,
            hash: vec![],
        };
        line.hash = unkeyed(organization, &line);
        let (before, hash) = (stage.literal(&line.previous_hash), stage.literal(&line.hash));
        stage
            .tamper_with(format!(
                "INSERT INTO audit_log (organization, seq, at, actor, action, object, detail, previous_hash, hash)
                 VALUES ({id}, {seq}, {seq}, 'worker', 'verification.checked', 'verification:2', '{{}}', {before}, {hash})"
            ))
            .await;
        previous_hash = line.hash;
    }
    let hash = stage.literal(&previous_hash);
    stage
        .tamper_with(format!(
            "INSERT INTO audit_heads (organization, seq, hash) VALUES ({id}, {count}, {hash})"
        ))
        .await;
    previous_hash
}

async fn rekey(stage: &Stage) -> usize {
    let mut tx = stage.begin().await;
    let ended = audit::rekey(&mut tx, &stage.ring, stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    ended
}

pub(crate) async fn lines_without_a_key_are_held_by_the_first_that_has_one(stage: Stage) {
    let (old, new) = (stage.organization().await, stage.organization().await);
    write_old(&stage, old, 4).await;
    write(&stage, new, 1).await;
    assert_eq!(verdict(&stage, old).await, broken(4, Breach::Unkeyed));
    assert_eq!((rekey(&stage).await, rekey(&stage).await), (1, 0));
    write(&stage, old, 2).await;
    assert_eq!(verdict(&stage, old).await, Verdict::Intact { lines: 7, unkeyed: 4, anchors: 0, unproved: 0 });
    assert_eq!(verdict(&stage, new).await, intact(1));
    let change = lines(&stage, old).await.remove(4);
    assert_eq!((change.action.as_str(), change.detail.as_str()), ("audit.keyed", "{\"lines\":4}"));

    // The old ones are written anew, each with a fitting hash: the change does not follow them.
    stage.lift_append_only().await;
    let id = stage.id_literal(old);
    let mut previous_hash = vec![];
    for mut line in lines(&stage, old).await.into_iter().take(4) {
        line.actor = "nobody".into();
        line.previous_hash = previous_hash;
        line.hash = unkeyed(old, &line);
        let (before, hash) = (stage.literal(&line.previous_hash), stage.literal(&line.hash));
        stage
            .tamper_with(format!(
                "UPDATE audit_log SET actor = 'nobody', previous_hash = {before}, hash = {hash}
                 WHERE organization = {id} AND seq = {}",
                line.seq
            ))
            .await;
        previous_hash = line.hash;
    }
    assert_eq!(verdict(&stage, old).await, broken(5, Breach::Unlinked));
}

pub(crate) async fn a_retired_key_still_verifies(stage: Stage) {
    let organization = stage.organization().await;
    let path = stage.folder.path().join("keys");
    let mut ring = FileKeyRing::open_or_create(&path, &stage.entropy).unwrap();
    write_under(&stage, &ring, organization, 2).await;
    let first = ring.current().to_owned();
    ring.rotate(&stage.entropy).unwrap();
    write_under(&stage, &ring, organization, 2).await;
    assert_eq!(verdict_of(&stage, &ring, organization, &[]).await, intact(4));
    let wrapped = {
        let old = std::fs::read_to_string(&path).unwrap();
        old.lines().find(|line| line.starts_with(&first)).unwrap().to_owned()
    };
    ring.retire(std::slice::from_ref(&first)).unwrap();
    ring.rotate(&stage.entropy).unwrap();
    // As the next process reads it: no key that opens anything, and what the log needs.
    let ring = FileKeyRing::open(&path).unwrap();
    assert!(!ring.names().contains(&first.as_str()));
    let text = std::fs::read_to_string(&path).unwrap();
    let secret = wrapped.split(' ').next_back().unwrap();
    assert!(!text.contains(secret) && text.contains(&format!("audit:{first} ")), "the key itself is gone");
    assert_eq!(verdict_of(&stage, &ring, organization, &[]).await, intact(4));
    assert_eq!(ring.names().len(), 2);
}

async fn heads(stage: &Stage) -> Vec<audit::Head> {
    audit::heads(&mut stage.read().await).await.unwrap()
}

pub(crate) async fn requirement_14_what_is_cut_off_is_missed_by_an_anchor(stage: Stage) {
    let (a, b) = (stage.organization().await, stage.organization().await);
    let file = Anchors::in_file(&stage.folder.path().join("anchors"));
    assert_eq!(file.read(&stage.ring).unwrap(), None);
    write(&stage, a, 3).await;
    write(&stage, b, 1).await;
    let now = stage.now();
    assert_eq!(file.write(&stage.ring, &heads(&stage).await, now).unwrap(), 2);
    // Nothing is new.
    assert_eq!(file.write(&stage.ring, &heads(&stage).await, now).unwrap(), 0);
    write(&stage, a, 4).await;
    let later = stage.now();
    assert_eq!(file.write(&stage.ring, &heads(&stage).await, later).unwrap(), 1);
    write(&stage, a, 1).await;
    let (anchors, fault) = file.read(&stage.ring).unwrap().unwrap();
    assert_eq!((anchors.len(), fault), (3, None));
    let of = async |organization| verdict_of(&stage, &stage.ring, organization, &anchors).await;
    assert_eq!(of(a).await, Verdict::Intact { lines: 8, unkeyed: 0, anchors: 2, unproved: 0 });
    assert_eq!(of(b).await, Verdict::Intact { lines: 1, unkeyed: 0, anchors: 1, unproved: 0 });

    // Cut off with the end set back: without anchors nobody notices.
    stage.lift_append_only().await;
    let id = stage.id_literal(a);
    let cut = |to: i64| {
        format!(
            "DELETE FROM audit_log WHERE organization = {id} AND seq > {to};
             UPDATE audit_heads SET seq = {to}, hash = (SELECT hash FROM audit_log
                 WHERE audit_log.organization = {id} AND audit_log.seq = {to}) WHERE organization = {id}"
        )
    };
    stage.tamper_with(cut(5)).await;
    assert_eq!(verdict(&stage, a).await, intact(5));
    let missed = Breach::CutOff { at: later, lines: 7 };
    assert_eq!(of(a).await, broken(6, missed.clone()));
    assert!(missed.to_string().contains("it had 7 lines"), "{missed}");
    // Others are written in their place, by somebody who has the key even.
    write(&stage, a, 4).await;
    assert_eq!(verdict(&stage, a).await, intact(9));
    assert_eq!(of(a).await, broken(7, Breach::Replaced { at: later }));
    // Nothing at all is left.
    stage
        .tamper_with(format!(
            "DELETE FROM audit_log WHERE organization = {id}; DELETE FROM audit_heads WHERE organization = {id}"
        ))
        .await;
    assert_eq!(verdict(&stage, a).await, intact(0));
    assert_eq!(of(a).await, broken(1, Breach::CutOff { at: later, lines: 7 }));
}

pub(crate) async fn a_file_of_anchors_holds_its_own_lines(stage: Stage) {
    let organization = stage.organization().await;
    let path = stage.folder.path().join("anchors");
    let file = Anchors::in_file(&path);
    for _ in 0..4 {
        write(&stage, organization, 1).await;
        file.write(&stage.ring, &heads(&stage).await, stage.now()).unwrap();
    }
    let good = std::fs::read_to_string(&path).unwrap();
    let read = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let (anchors, fault) = file.read(&stage.ring).unwrap().unwrap();
        (anchors.len(), fault)
    };
    assert_eq!(read(&good), (4, None));
    let all: Vec<&str> = good.lines().collect();
    let without = |gone: usize| {
        let mut left = all.clone();
        left.remove(gone);
        left.join("\n") + "\n"
    };
    assert_eq!(read(&without(0)), (0, Some(Fault::Missing(1))));
    assert_eq!(read(&without(2)), (2, Some(Fault::Missing(3))));
    assert_eq!(read(&good.replacen("\"lines\":2", "\"lines\":1", 1)), (1, Some(Fault::Changed(2))));
    let other = MemoryKeyRing::new(&stage.entropy);
    std::fs::write(&path, &good).unwrap();
    assert_eq!(file.read(&other).unwrap().unwrap(), (vec![], Some(Fault::NoKey(1))));
    // A crash in the middle of one: the next goes on behind it, and nothing is amiss.
    let torn = format!("{good}{{\"at\":17");
    assert_eq!(read(&torn), (4, None));
    write(&stage, organization, 1).await;
    assert_eq!(file.write(&stage.ring, &heads(&stage).await, stage.now()).unwrap(), 1);
    let (anchors, fault) = file.read(&stage.ring).unwrap().unwrap();
    assert_eq!((anchors.len(), fault), (5, None));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with(&torn));
    // Another process adds to it, and both go on.
    let other = Anchors::in_file(&path);
    for file in [&other, &file, &other] {
        write(&stage, organization, 1).await;
        assert_eq!(file.write(&stage.ring, &heads(&stage).await, stage.now()).unwrap(), 1);
        assert_eq!(file.write(&stage.ring, &heads(&stage).await, stage.now()).unwrap(), 0);
    }
    let (anchors, fault) = file.read(&stage.ring).unwrap().unwrap();
    assert_eq!((anchors.len(), fault), (8, None));
    // Moved away, by whoever keeps copies, and put back: a new one begins, and the old one goes on.
    let old = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(file.write(&stage.ring, &heads(&stage).await, stage.now()).unwrap(), 1);
    let (anchors, fault) = file.read(&stage.ring).unwrap().unwrap();
    assert_eq!((anchors.len(), fault), (1, None));
    std::fs::write(&path, old).unwrap();
    write(&stage, organization, 1).await;
    assert_eq!(file.write(&stage.ring, &heads(&stage).await, stage.now()).unwrap(), 1);
    let (anchors, fault) = file.read(&stage.ring).unwrap().unwrap();
    assert_eq!((anchors.len(), fault), (9, None));
}

/// Two transactions take two rows in opposite orders: PostgreSQL ends one of them, and that is done again.
pub(crate) async fn who_was_ended_for_another_is_done_again(stage: Stage) {
    let (a, b) = (stage.organization().await, stage.organization().await);
    let both_have_one = tokio::sync::Barrier::new(2);
    let both_have_one = &both_have_one;
    let run = async |first: OrganizationId, second: OrganizationId| {
        let tries = std::sync::atomic::AtomicU32::new(0);
        let done: bonafide_store::Result<()> = again(&stage.entropy, || async {
            let is_first = tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
            let mut tx = stage.db.begin().await?;
            for (n, organization) in [first, second].into_iter().enumerate() {
                let action = AuditAction::WeightsChanged;
                let entry = Entry { at: stage.now(), actor: "a", action, object: "c", detail: &json!({}) };
                audit::append(&mut tx, organization, &stage.ring, entry).await?;
                // SQLite has one writer: nobody meets anybody.
                if n == 0 && is_first && matches!(stage.db, bonafide_store::Db::Postgres(_)) {
                    both_have_one.wait().await;
                }
            }
            tx.commit().await
        })
        .await;
        done.unwrap();
        tries.into_inner()
    };
    let (one, two) = tokio::join!(run(a, b), run(b, a));
    let met = u32::from(matches!(stage.db, bonafide_store::Db::Postgres(_)));
    assert_eq!(one + two, 2 + met, "one of them was done again");
    assert_eq!((verdict(&stage, a).await, verdict(&stage, b).await), (intact(2), intact(2)));
}

#[cfg(unix)]
fn close(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// What a line without a key is hashed over, as an outside verifier would put it together from the module's description.
fn framed(organization: OrganizationId, line: &Line) -> Vec<u8> {
    let mut bytes = vec![];
    let key = line.key_id.as_ref().map(|key| key.as_bytes());
    let (id, seq, at) = (organization.uuid(), line.seq.to_be_bytes(), line.at.0.to_be_bytes());
    let parts = [
        line.previous_hash.as_slice(),
        id.as_bytes(),
        &seq,
        &at,
        line.actor.as_bytes(),
        line.action.as_bytes(),
        line.object.as_bytes(),
        line.detail.as_bytes(),
    ];
    for part in parts.into_iter().chain(key) {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part);
    }
    bytes
}

fn unkeyed(organization: OrganizationId, line: &Line) -> Vec<u8> {
    Sha256::digest(framed(organization, line)).to_vec()
}

fn keyed(key: &[u8; 32], organization: OrganizationId, line: &Line) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(&framed(organization, line));
    mac.finalize().into_bytes().to_vec()
}
