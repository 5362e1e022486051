use bonafide_core::{audit::AuditAction, id::OrganizationId};
use bonafide_store::audit::{self, Breach, Entry, Stored, Verdict};
use serde_json::json;

use crate::stage::Stage;

async fn write(stage: &Stage, organization: OrganizationId, entries: i64) {
    for i in 0..entries {
        let mut tx = stage.begin().await;
        let detail = json!({ "i": i, "score": 0.1, "words": "é \u{1F600}" });
        let entry = Entry {
            at: stage.clock.advance(1),
            actor: "credential:1",
            action: AuditAction::VerificationChecked,
            object: "verification:2",
            detail: &detail,
        };
        audit::append(&mut tx, organization, entry).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn verdict(stage: &Stage, organization: OrganizationId) -> Verdict {
    let mut tx = stage.read().await;
    audit::verify(&mut tx, organization).await.unwrap()
}

pub(crate) async fn an_untouched_log_is_intact(stage: Stage) {
    let (a, b) = (stage.organization().await, stage.organization().await);
    assert_eq!(verdict(&stage, a).await, Verdict::Intact { entries: 0 });
    write(&stage, a, 5).await;
    write(&stage, b, 2).await;
    assert_eq!(verdict(&stage, a).await, Verdict::Intact { entries: 5 });
    assert_eq!(verdict(&stage, b).await, Verdict::Intact { entries: 2 });
    let mut tx = stage.read().await;
    let page = audit::list(&mut tx, a, 3, 10).await.unwrap();
    assert_eq!(page.iter().map(|e| e.seq).collect::<Vec<_>>(), [4, 5]);
}

pub(crate) async fn appends_at_once_make_one_chain(stage: Stage) {
    let organization = stage.organization().await;
    let at = stage.now();
    let writers: Vec<_> = (0..40)
        .map(|i| {
            let db = stage.db.clone();
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
                audit::append(&mut tx, organization, entry).await.unwrap();
                // Every fourth one changes its mind: no gap may stay.
                if i % 4 == 0 { tx.rollback().await.unwrap() } else { tx.commit().await.unwrap() }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(verdict(&stage, organization).await, Verdict::Intact { entries: 30 });
}

pub(crate) async fn the_database_refuses_changes(stage: Stage) {
    let organization = stage.organization().await;
    write(&stage, organization, 2).await;
    for sql in ["UPDATE audit_log SET actor = 'somebody else'", "DELETE FROM audit_log"] {
        let refused = stage.tamper(sql).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    assert_eq!(verdict(&stage, organization).await, Verdict::Intact { entries: 2 });
}

pub(crate) async fn the_verifier_names_the_entry_that_was_changed(stage: Stage) {
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
        // Two entries trade places.
        (
            "UPDATE audit_log SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3);
          UPDATE audit_log SET seq = -seq WHERE seq < 0",
            2,
            Breach::Changed,
        ),
    ];
    for (sql, seq, because) in deeds {
        let organization = stage.organization().await;
        write(&stage, organization, 5).await;
        assert_eq!(verdict(&stage, organization).await, Verdict::Intact { entries: 5 });
        stage.tamper(sql).await.unwrap();
        assert_eq!(verdict(&stage, organization).await, Verdict::Broken { seq, because }, "{sql}");
    }
    // The end of the chain points somewhere else.
    let organization = stage.organization().await;
    write(&stage, organization, 3).await;
    let sql = "UPDATE audit_heads SET hash = previous_hash FROM audit_log
               WHERE audit_log.organization = audit_heads.organization AND audit_log.seq = 3";
    stage.tamper(sql).await.unwrap();
    let expected = Verdict::Broken { seq: 3, because: Breach::Unlinked };
    assert_eq!(verdict(&stage, organization).await, expected);
}

/// A forger who knows the format gives the changed entry a fitting hash; then the next one no longer follows.
pub(crate) async fn a_recomputed_hash_does_not_help(stage: Stage) {
    let organization = stage.organization().await;
    write(&stage, organization, 3).await;
    let mut tx = stage.read().await;
    let mut entry = audit::list(&mut tx, organization, 1, 1).await.unwrap().remove(0);
    drop(tx);
    assert_eq!(hash(organization, &entry), entry.hash, "the documented format is the format");
    entry.actor = "nobody".into();
    stage.lift_append_only().await;
    stage.rewrite(organization, entry.seq, &entry.actor, &hash(organization, &entry)).await;
    let expected = Verdict::Broken { seq: 3, because: Breach::Unlinked };
    assert_eq!(verdict(&stage, organization).await, expected);
}

/// The hash as an outside verifier would compute it from the module's description.
fn hash(organization: OrganizationId, entry: &Stored) -> Vec<u8> {
    let mut bytes = vec![];
    for part in [
        entry.previous_hash.as_slice(),
        organization.uuid().as_bytes(),
        &entry.seq.to_be_bytes(),
        &entry.at.0.to_be_bytes(),
        entry.actor.as_bytes(),
        entry.action.as_bytes(),
        entry.object.as_bytes(),
        entry.detail.as_bytes(),
    ] {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part);
    }
    sha2::Digest::finalize(sha2::Digest::chain_update(sha2::Sha256::default(), bytes)).to_vec()
}
