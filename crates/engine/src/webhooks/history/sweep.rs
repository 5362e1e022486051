//! Clearing away what became of messages.

use bonafide_store::deliveries as rows;

use crate::base::{engine::Engine, error::Result};

/// Clears old messages away: what was answered first, later the messages themselves. Events stay.
pub(crate) async fn sweep(engine: &Engine) -> Result<()> {
    const ANSWERS_KEPT_S: i64 = 30 * 24 * 3600;
    /// Rows of one transaction.
    const AT_ONCE: i64 = 500;
    let now = engine.now();
    let answers = now.plus_secs(-ANSWERS_KEPT_S);
    let messages = now.plus_secs(-engine.settings.webhook_history_days.saturating_mul(24 * 3600));
    loop {
        let mut tx = engine.db().begin().await?;
        let forgotten = rows::forget_answers(&mut tx, answers, AT_ONCE).await?;
        let deleted = rows::delete_finished(&mut tx, messages, AT_ONCE).await?;
        tx.commit().await?;
        if forgotten == 0 && deleted == 0 {
            return Ok(());
        }
    }
}
