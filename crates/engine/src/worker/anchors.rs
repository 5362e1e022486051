//! The ends of the audit log's chains are written to a file outside the database, so that what is cut off there is missed here.

use std::time::Duration;

use bonafide_core::problem::with_causes;
use bonafide_store::audit::{self, Anchors};
use tokio::sync::watch;

use crate::{
    base::{engine::Engine, error::Result},
    reads::take_notes,
};

/// After one that failed, where the next is not earlier anyhow.
const AGAIN: Duration = Duration::from_secs(60);

/// Writes them at the start, then every so often until `stop` is told, and once more then.
pub async fn run(engine: Engine, mut stop: watch::Receiver<bool>) {
    let Some(path) = engine.settings.audit_anchors.clone() else {
        let _ = stop.wait_for(|stop| *stop).await;
        return;
    };
    let anchors = Anchors::in_file(&path);
    let every = Duration::from_secs(engine.settings.audit_anchor_every_s);
    loop {
        // Before they are read: whoever is stopped meanwhile writes once more.
        let is_last = *stop.borrow();
        let pause = match once(&engine, &anchors).await {
            Ok(written) => {
                tracing::debug!(written, "the audit log's ends were written to the file of anchors");
                every
            }
            Err(error) => {
                tracing::error!(
                    error = with_causes(&error),
                    "cannot write the ends of the audit log: what is cut off until it works will not be noticed"
                );
                metrics::counter!("bonafide_audit_anchors_failed_total").increment(1);
                every.min(AGAIN)
            }
        };
        if is_last {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

/// Adds those to the file that are new, after what commands left is written down. How many.
async fn once(engine: &Engine, anchors: &Anchors) -> Result<usize> {
    if let Err(error) = take_notes(engine).await {
        tracing::error!(error = with_causes(&error), "cannot write down what commands did");
    }
    let mut tx = engine.db().read().await?;
    let heads = audit::heads(&mut tx).await?;
    drop(tx);
    let (engine, anchors, now) = (engine.clone(), anchors.clone(), engine.now());
    Ok(tokio::task::spawn_blocking(move || anchors.write(engine.key_ring(), &heads, now)).await??)
}
