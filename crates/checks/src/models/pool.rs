//! A bounded set of things that one caller uses at a time.

use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lends at most `limit` items at a time; who comes late waits. Items are made when first needed.
pub(super) struct Pool<T> {
    state: Mutex<State<T>>,
    returned: Condvar,
    limit: usize,
}

struct State<T> {
    idle: Vec<T>,
    /// Items that exist, idle or lent.
    made: usize,
}

impl<T> Pool<T> {
    /// A pool that starts with the items given.
    pub(super) fn new(limit: NonZeroUsize, items: Vec<T>) -> Self {
        let state = State { made: items.len(), idle: items };
        Self { state: Mutex::new(state), returned: Condvar::new(), limit: limit.get() }
    }

    /// Calls `with` on an idle item, or on a new one while fewer than the limit exist, or on the next one
    /// given back. The error is the one of `make` or of `with`.
    pub(super) fn lend<R, E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
        with: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E> {
        let idle = self.take();
        // Gives the place back however this ends: early return, or a panic in `make` or `with`.
        let mut loan = Loan { pool: self, item: idle };
        let item = match &mut loan.item {
            Some(item) => item,
            none => none.insert(make()?),
        };
        with(item)
    }

    /// An idle item, or the right to make one.
    fn take(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(item) = state.idle.pop() {
                return Some(item);
            }
            if state.made < self.limit {
                state.made += 1;
                return None;
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A panic elsewhere cannot leave the two fields inconsistent, so a poisoned lock is still good.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Loan<'p, T> {
    pool: &'p Pool<T>,
    item: Option<T>,
}

impl<T> Drop for Loan<'_, T> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        match self.item.take() {
            // A panic may have left the item in any state: make a new one next time.
            Some(item) if !std::thread::panicking() => state.idle.push(item),
            _ => state.made -= 1,
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    fn pool(limit: usize) -> Pool<usize> {
        Pool::new(NonZeroUsize::new(limit).unwrap(), vec![])
    }

    #[test]
    fn lends_no_more_than_the_limit_at_once() {
        let pool = pool(2);
        let (made, busy, most) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    pool.lend(
                        || Ok::<_, ()>(made.fetch_add(1, Ordering::SeqCst)),
                        |_| {
                            most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            std::thread::sleep(Duration::from_millis(5));
                            busy.fetch_sub(1, Ordering::SeqCst);
                            Ok(())
                        },
                    )
                });
            }
        });
        assert_eq!(made.load(Ordering::SeqCst), 2);
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_failure_frees_the_place() {
        let pool = pool(1);
        assert_eq!(pool.lend(|| Err("no"), |_| Ok(())), Err("no"));
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            pool.lend(|| Ok::<_, ()>(1), |_| -> Result<(), ()> { panic!("on purpose") })
        }));
        assert!(panicked.is_err());
        assert_eq!(pool.lend(|| Ok::<_, ()>(7), |item| Ok(*item)), Ok(7));
        assert_eq!(pool.lend(|| Ok::<_, ()>(8), |item| Ok(*item)), Ok(7), "the first is used again");
    }
}
