//! Doing once more what PostgreSQL ended so that another transaction could go on. One lock order makes that rare; nobody is
//! refused for what is left of it.

use std::time::Duration;

use bonafide_core::id::Entropy;

use crate::Error;

/// How often something is done at most.
const TRIES: u32 = 5;
/// Most of the first pause; each further one may take twice as long.
const FIRST_PAUSE_MS: u64 = 20;

/// An error that may say so.
pub trait Contended {
    /// Whether a transaction was ended in favour of another: nothing was changed, and the same may come about now.
    fn is_contended(&self) -> bool;
}

impl Contended for Error {
    fn is_contended(&self) -> bool {
        match self {
            // deadlock_detected, serialization_failure; SQLite has no codes of five characters.
            Self::Database { source, .. } => {
                let code = source.as_database_error().and_then(|e| e.code());
                code.is_some_and(|code| matches!(&*code, "40P01" | "40001"))
            }
            _ => false,
        }
    }
}

/// Does `whole`, which is a transaction from its beginning to its commit, until nobody gets in its way: a few times, with
/// random pauses. Whatever else it does it may do several times.
///
/// # Errors
/// Those of `whole`.
pub async fn again<T, E: Contended, F>(entropy: &dyn Entropy, mut whole: impl FnMut() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut most = FIRST_PAUSE_MS;
    for _ in 1..TRIES {
        match whole().await {
            Err(error) if error.is_contended() => {}
            done => return done,
        }
        let mut random = [0; 8];
        entropy.fill(&mut random);
        tokio::time::sleep(Duration::from_millis(u64::from_be_bytes(random) % most + 1)).await;
        most *= 2;
    }
    whole().await
}
