//! What is removed when its time is over, without anybody asking.

use std::time::Duration;

use bonafide_core::problem::with_causes;
use bonafide_store::{access_tokens, jobs as rows};

use crate::{
    base::{engine::Engine, error::Result},
    checks::who,
    evidence, idempotency, identities, reads,
    verifications::search,
    webhooks::history::sweep,
};

/// How long a job that was done stays, and one that was given up, for whoever looks why: in milliseconds.
const DONE_FOR_MS: i64 = 7 * 86_400_000;
const DEAD_FOR_MS: i64 = 90 * 86_400_000;
/// Jobs that are removed in one transaction.
const AT_ONCE: i64 = 1_000;
/// Folders of pictures that are looked through each time: all of them in half a day.
const FOLDERS_AT_ONCE: u32 = 4;

/// Tidies now and then until `stop` is told.
pub async fn run(engine: Engine, mut stop: tokio::sync::watch::Receiver<bool>) {
    const EVERY: Duration = Duration::from_secs(600);
    let mut folder = 0;
    while !*stop.borrow() {
        if let Err(error) = once(&engine).await {
            tracing::error!(error = with_causes(&error), "cannot remove what is over");
        }
        if let Err(error) = reads::take_notes(&engine).await {
            tracing::error!(error = with_causes(&error), "cannot write down what commands did");
        }
        if let Err(error) = search::tidy(&engine, &|| *stop.borrow()).await {
            tracing::error!(error = with_causes(&error), "cannot put in order what people are found by");
        }
        if let Err(error) = identities::search::tidy(&engine, &|| *stop.borrow()).await {
            tracing::error!(error = with_causes(&error), "cannot put in order what identities are found by");
        }
        for _ in 0..FOLDERS_AT_ONCE {
            if let Err(error) = evidence::sweep(&engine, folder).await {
                tracing::error!(error = with_causes(&error), "cannot remove pictures that nobody knows");
            }
            folder = (folder + 1) % evidence::FOLDERS;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Removes what is over: answers that were kept for repeated requests, access tokens, what became of
/// messages, what devices and addresses are counted by, jobs.
pub async fn once(engine: &Engine) -> Result<()> {
    idempotency::purge(engine).await?;
    sweep::sweep(engine).await?;
    who::purge(engine).await?;
    let mut tx = engine.db().begin().await?;
    access_tokens::purge(&mut tx, engine.now()).await?;
    tx.commit().await?;
    jobs(engine).await
}

async fn jobs(engine: &Engine) -> Result<()> {
    let (done, dead) = (engine.now().plus_ms(-DONE_FOR_MS), engine.now().plus_ms(-DEAD_FOR_MS));
    loop {
        let mut tx = engine.db().begin().await?;
        let removed = rows::purge(&mut tx, done, dead, AT_ONCE).await?;
        tx.commit().await?;
        if removed == 0 {
            return Ok(());
        }
    }
}
