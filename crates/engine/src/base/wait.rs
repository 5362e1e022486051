//! Waiting for what another task or another process brings about.

use std::{slice, time::Duration};

use tokio::{
    sync::{Notify, watch},
    time::{Instant, timeout_at},
};

use super::error::{Error, Result};

/// A bell may ring before what it is about is committed: look again this soon after it rang.
const SOON: [Duration; 3] =
    [Duration::from_millis(10), Duration::from_millis(50), Duration::from_millis(250)];

/// How long a server may take to start again, in seconds.
const RETRY_AFTER_S: u32 = 5;

/// How long to wait for a bell before looking without it: other processes do not ring.
pub(crate) struct Pace {
    soon: slice::Iter<'static, Duration>,
    every: Duration,
}

impl Pace {
    /// `every`: look at least this often.
    pub(crate) fn new(every: Duration) -> Self {
        Self { soon: SOON.iter(), every }
    }

    pub(crate) fn pause(&self) -> Duration {
        *self.soon.as_slice().first().unwrap_or(&self.every)
    }

    /// The bell rang.
    pub(crate) fn rang(&mut self) {
        self.soon = SOON.iter();
    }

    /// The pause went by without it.
    pub(crate) fn quiet(&mut self) {
        self.soon.next();
    }
}

/// Looks until there is something to see, and gives up after `patience`; it looks once in any case.
///
/// # Errors
/// [`Error::Stopping`] as soon as this process is to end: `stopped`.
pub(crate) async fn until<T, Looking>(
    bell: &Notify,
    mut stopped: watch::Receiver<bool>,
    patience: Duration,
    mut look: impl FnMut() -> Looking,
) -> Result<Option<T>>
where
    Looking: Future<Output = Result<Option<T>>>,
{
    const LOOK_EVERY: Duration = Duration::from_millis(500);
    let end = Instant::now() + patience;
    let mut pace = Pace::new(LOOK_EVERY);
    loop {
        let rung = bell.notified();
        tokio::pin!(rung);
        // Before looking: what happens meanwhile is not missed.
        rung.as_mut().enable();
        let seen = look().await?;
        if seen.is_some() || Instant::now() >= end {
            return Ok(seen);
        }
        tokio::select! {
            rung = timeout_at(end.min(Instant::now() + pace.pause()), rung) => match rung {
                Ok(()) => pace.rang(),
                Err(_) => pace.quiet(),
            },
            _ = stopped.wait_for(|stop| *stop) => return Err(Error::Stopping { retry_after_s: RETRY_AFTER_S }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn who_was_rung_for_looks_again_soon() {
        let every = Duration::from_secs(60);
        let mut pace = Pace::new(every);
        for _ in 0..2 {
            for soon in SOON {
                assert_eq!(pace.pause(), soon);
                pace.quiet();
            }
            assert_eq!(pace.pause(), every);
            pace.quiet();
            assert_eq!(pace.pause(), every);
            pace.rang();
        }
    }

    #[tokio::test]
    async fn what_was_committed_after_the_bell_is_seen() {
        let (bell, looks) = (Notify::new(), AtomicU32::new(0));
        // Nothing at the first look and none at the bell's; there at the one after it.
        let look = || async { Ok((looks.fetch_add(1, Ordering::Relaxed) == 2).then_some("seen")) };
        let (_stop, stopped) = watch::channel(false);
        let (seen, ()) = tokio::join!(until(&bell, stopped, Duration::from_secs(60), look), async {
            tokio::task::yield_now().await;
            bell.notify_waiters();
        });
        assert_eq!(seen.unwrap(), Some("seen"));
    }

    #[tokio::test]
    async fn looks_without_the_bell_and_gives_up() {
        let (bell, looks) = (Notify::new(), AtomicU32::new(0));
        let look = || async { Ok((looks.fetch_add(1, Ordering::Relaxed) == 2).then_some("seen")) };
        let (_stop, stopped) = watch::channel(false);
        let seen = until(&bell, stopped.clone(), Duration::from_secs(60), look).await;
        assert_eq!(seen.unwrap(), Some("seen"));
        let (start, patience) = (Instant::now(), Duration::from_millis(50));
        let none = until(&bell, stopped.clone(), patience, || async { Ok(None::<()>) }).await;
        assert_eq!(none.unwrap(), None);
        assert!(start.elapsed() >= patience);
        let none = until(&bell, stopped, Duration::ZERO, || async { Ok(None::<()>) }).await;
        assert_eq!(none.unwrap(), None);
    }

    #[tokio::test]
    async fn who_waits_is_told_when_the_process_is_to_end() {
        let (bell, (stop, stopped)) = (Notify::new(), watch::channel(false));
        let look = || async { Ok(None::<()>) };
        let patience = Duration::from_secs(3600);
        let (told, ()) = tokio::join!(until(&bell, stopped.clone(), patience, look), async {
            tokio::task::yield_now().await;
            stop.send_replace(true);
        });
        assert!(matches!(told, Err(Error::Stopping { .. })), "{told:?}");
        // Also who comes then; what there is to see is seen all the same.
        assert!(matches!(until(&bell, stopped.clone(), patience, look).await, Err(Error::Stopping { .. })));
        let seen = until(&bell, stopped, patience, || async { Ok(Some("seen")) }).await;
        assert_eq!(seen.unwrap(), Some("seen"));
    }
}
