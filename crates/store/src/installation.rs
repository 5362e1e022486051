//! What there is once in a database: which installation it is, and whether it takes writes.

use bonafide_core::time::Timestamp;
use uuid::Uuid;

use crate::{Context, Result, Tx, on};

/// Which installation this is: `new` from the first question on.
pub async fn id(tx: &mut Tx, new: Uuid) -> Result<Uuid> {
    let (id,): (Uuid,) = on!(tx, |c| sqlx::query_as(
        "INSERT INTO installation (number, id, tried_at) VALUES (1, $1, 0)
         ON CONFLICT (number) DO UPDATE SET id = COALESCE(installation.id, excluded.id) RETURNING id"
    )
    .bind(new)
    .fetch_one(c)
    .await)
    .to("read which installation this is")?;
    Ok(id)
}

/// Writes something, so that a commit shows whether the database takes it.
pub async fn try_writing(tx: &mut Tx, now: Timestamp) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO installation (number, tried_at) VALUES (1, $1)
         ON CONFLICT (number) DO UPDATE SET tried_at = excluded.tried_at"
    )
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("write to the database")
}
