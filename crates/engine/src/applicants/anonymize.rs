//! Forgetting a person.

use bonafide_core::{
    audit::AuditAction,
    event::EventType,
    id::{ApplicantId, OrganizationId},
    verification::{Action, Kind},
};
use bonafide_store::{
    Tx, again, applicants, audit, history,
    verifications::{self, Filter, Page},
};
use serde_json::json;

use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        jobs::{self, JobKind, NewJob},
        record::Record,
    },
    events::emit::{emit_for, emit_for_applicant},
    verifications::transition::apply,
};

/// Erases everything that says who a person is: their data key and with it every sealed column and picture,
/// what they are known again by, at once and in every index; the files of the pictures a moment later. What is still going on
/// is canceled. States, findings, decisions and the audit log stay: they name nobody. Repeating it changes nothing.
pub async fn anonymize(engine: &Engine, caller: &Caller, applicant: ApplicantId) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let whole = || async {
        let mut tx = engine.db().begin().await?;
        let forgotten = forget(engine, &mut tx, caller, applicant).await?;
        tx.commit().await?;
        Ok::<_, Error>(forgotten)
    };
    if again(&*engine.entropy, whole).await? {
        is_gone(engine, caller.organization, applicant).await;
    }
    Ok(())
}

/// The same, in a transaction that holds nothing yet but, for an identity, the organization. False, and nothing is done, where
/// it was done before. After the commit [`is_gone`] has to be called.
pub(crate) async fn forget(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    applicant: ApplicantId,
) -> Result<bool> {
    let (now, organization, actor) = (engine.now(), caller.organization, caller.actor());
    // Whoever writes one of them at this moment is waited for, and whoever comes later finds nobody.
    verifications::hold_of(tx, organization, applicant).await?;
    let before = applicants::get(tx, organization, applicant).await?.ok_or(Error::NotFound("person"))?;
    if before.anonymized_at.is_some() {
        return Ok(false);
    }
    let filter = Filter { applicants: &[applicant], ..Filter::default() };
    let page = Page { after: None, skip: 0, limit: i64::MAX };
    let mut records = vec![];
    for row in verifications::list(tx, organization, &filter, page).await? {
        let mut record = Record::open(engine, tx, row).await?;
        if !record.status().is_final() {
            apply(engine, tx, &mut record, Action::Cancel, &actor, json!({})).await?;
        }
        history::append(tx, organization, record.row.id, now, "anonymized", &json!({})).await?;
        records.push(record);
    }
    let object = format!("applicant:{applicant}");
    let entry = audit::Entry {
        at: now,
        actor: &actor,
        action: AuditAction::ApplicantAnonymized,
        object: &object,
        detail: &json!({}),
    };
    audit::append(tx, organization, engine.key_ring(), entry).await?;
    for record in &records {
        emit_for(engine, tx, record, EventType::VerificationAnonymized).await?;
    }
    applicants::anonymize(tx, organization, applicant, now).await?;
    // Nobody was told of the applicant of an authentication, and of an identity under its own name.
    if let Some(record) = records.iter().rfind(|record| record.kind() == Kind::IdentityVerification) {
        emit_for(engine, tx, record, EventType::ApplicantAnonymized).await?;
    }
    if before.identity_since.is_some() {
        emit_for_applicant(engine, tx, organization, EventType::IdentityAnonymized, applicant).await?;
    }
    // A job and not a loop here: the files must go even if this process ends now.
    let job = NewJob {
        kind: JobKind::Erase,
        subject: applicant.uuid(),
        payload: json!({}),
        unique_key: None,
        run_at: now,
    };
    jobs::enqueue(engine, tx, organization, job).await?;
    Ok(true)
}

/// What of a person is in the memory of this process goes at once.
pub(crate) async fn is_gone(engine: &Engine, organization: OrganizationId, applicant: ApplicantId) {
    engine.gallery().forget(organization, applicant).await;
    engine.bells().done.notify_waiters();
    engine.bells().work.notify_waiters();
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bonafide_core::{time::Timestamp, verification::Status};
    use bonafide_store::{
        Db,
        marks::{self, Mark},
        search_terms, verifications as rows,
    };
    use bonafide_testkit::postgres;

    use super::*;
    use crate::{
        base::private::Subject,
        testing::{ANNA, House},
        verifications::{
            self as whole, NewVerification,
            requests::{Listing, requests},
            search::tidy,
        },
    };

    /// One on each database.
    async fn houses() -> [House; 2] {
        let url = tokio::task::spawn_blocking(postgres::database).await.unwrap();
        [House::new().await, House::with(Some(url)).await]
    }

    /// Does what comes at the same time as far as it comes.
    async fn meanwhile<T>(task: &tokio::task::JoinHandle<T>) {
        for _ in 0..30 {
            if !task.is_finished() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_keeps_something_of_a_person_is_waited_for() {
        for house in houses().await {
            let case = house.handed_in(ANNA).await;
            let (organization, row) = (house.caller.organization, &case.record.row);
            let mut tx = case.begin(&house.engine).await.unwrap().unwrap();
            let (engine, caller, id) = (house.engine.clone(), house.caller.clone(), row.id);
            let erasing = tokio::spawn(async move { whole::anonymize(&engine, &caller, id).await });
            meanwhile(&erasing).await;
            let mark = Mark {
                kind: "number",
                hash: [7; 32],
                verification: row.id,
                applicant: row.applicant,
                person: [8; 32],
                at: Timestamp(0),
            };
            marks::keep(&mut tx, organization, &mark).await.unwrap();
            tx.commit().await.unwrap();
            erasing.await.unwrap().unwrap();
            let mut tx = house.engine.db().begin().await.unwrap();
            assert_eq!(marks::forget(&mut tx, organization, row.applicant).await.unwrap(), 0);
            drop(tx);
            assert!(case.begin(&house.engine).await.unwrap().is_none(), "and who comes later keeps nothing");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_read_before_is_not_written_back() {
        for house in houses().await {
            let (engine, caller) = (&house.engine, &house.caller);
            let id = house.handed_in(ANNA).await.record.row.id;
            house.end(id, Action::Decline).await;
            let mut tx = engine.db().read().await.unwrap();
            let mut record = Record::load(engine, &mut tx, caller.organization, id).await.unwrap();
            drop(tx);
            whole::anonymize(engine, caller, id).await.unwrap();
            let mut tx = engine.db().begin().await.unwrap();
            let late = record.save(engine, &mut tx).await;
            assert!(matches!(late, Err(Error::Conflict { code: "changed_meanwhile", .. })), "{late:?}");
            drop(tx);
            let view = whole::read(engine, caller, id).await.unwrap();
            assert_eq!(view.status, Status::Declined, "what was decided stays decided");
        }
    }

    /// The ids that something is found by, in whatever form.
    async fn found_by_something(db: &Db) -> Vec<Vec<u8>> {
        macro_rules! all {
            ($pool:expr) => {{
                let rows: Vec<(uuid::Uuid,)> = sqlx::query_as(
                    "SELECT verification FROM search_terms UNION SELECT verification FROM searchable",
                )
                .fetch_all($pool)
                .await
                .unwrap();
                let days: Vec<(Vec<u8>,)> =
                    sqlx::query_as("SELECT members FROM search_days").fetch_all($pool).await.unwrap();
                let members = days.iter().flat_map(|(members,)| members.as_chunks::<20>().0);
                let members = members.map(|member| member[4..].to_vec());
                rows.iter().map(|(id,)| id.as_bytes().to_vec()).chain(members).collect()
            }};
        }
        match db {
            Db::Sqlite { read, .. } => all!(read),
            Db::Postgres(pool) => all!(pool),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_is_found_who_is_forgotten_while_terms_are_put_in_order() {
        const MANY: usize = 24;
        for house in houses().await {
            let (engine, caller) = (&house.engine, &house.caller);
            let mut ids = vec![];
            for _ in 0..MANY {
                let subject = Subject { name: Some("Anna Smith".to_owned()), ..Subject::default() };
                let new = NewVerification { subject, ..NewVerification::default() };
                ids.push(whole::create(engine, caller, new).await.unwrap());
            }
            let (stay, go) = ids.split_at(MANY / 2);
            // Half of them are together already, and all are to be kept anew.
            let mut tx = engine.db().begin().await.unwrap();
            assert!(search_terms::fold(&mut tx, caller.organization, MANY / 2).await.unwrap());
            for id in &ids {
                search_terms::leave(&mut tx, caller.organization, *id, 0).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut tasks = vec![];
            for part in go.chunks(4) {
                let (engine, caller, part) = (engine.clone(), caller.clone(), part.to_vec());
                tasks.push(tokio::spawn(async move {
                    for id in part {
                        whole::anonymize(&engine, &caller, id).await.unwrap();
                    }
                }));
            }
            for _ in 0..2 {
                let (engine, organization) = (engine.clone(), caller.organization);
                tasks.push(tokio::spawn(async move {
                    for _ in 0..3 {
                        tidy(&engine, &|| false).await.unwrap();
                        let mut tx = engine.db().begin().await.unwrap();
                        search_terms::fold(&mut tx, organization, 3).await.unwrap();
                        tx.commit().await.unwrap();
                    }
                }));
            }
            for task in tasks {
                task.await.unwrap();
            }
            let listing = Listing { search: Some("anna smi".to_owned()), take: 50, ..Listing::default() };
            assert_eq!(requests(engine, caller, &listing).await.unwrap().total as usize, stay.len());
            let found = found_by_something(engine.db()).await;
            assert!(stay.iter().all(|id| found.iter().any(|f| f == id.uuid().as_bytes())));
            assert!(!go.iter().any(|id| found.iter().any(|f| f == id.uuid().as_bytes())));
            let mut tx = engine.db().read().await.unwrap();
            assert!(rows::get(&mut tx, caller.organization, go[0]).await.unwrap().is_some());
        }
    }
}
