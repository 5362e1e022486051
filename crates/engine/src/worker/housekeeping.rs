//! What is removed when its time is over, without anybody asking.

use std::time::Duration;

use bonafide_core::problem::with_causes;
use bonafide_store::access_tokens;

use crate::{
    base::{engine::Engine, error::Result},
    checks::who,
    idempotency,
    webhooks::history::sweep,
};

/// Tidies now and then until `stop` is told.
pub async fn run(engine: Engine, mut stop: tokio::sync::watch::Receiver<bool>) {
    const EVERY: Duration = Duration::from_secs(600);
    while !*stop.borrow() {
        if let Err(error) = once(&engine).await {
            tracing::error!(error = with_causes(&error), "cannot remove what is over");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Removes what is over: answers that were kept for repeated requests, access tokens, what became of
/// messages, what devices and addresses are counted by.
pub async fn once(engine: &Engine) -> Result<()> {
    idempotency::purge(engine).await?;
    sweep::sweep(engine).await?;
    who::purge(engine).await?;
    let mut tx = engine.db().begin().await?;
    access_tokens::purge(&mut tx, engine.now()).await?;
    tx.commit().await?;
    Ok(())
}
