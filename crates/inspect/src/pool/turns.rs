//! Whose turn it is: places are shared out between those who wait, one each in a circle, so that whoever sends a hundred
//! pictures at once waits for their own and not everybody else for all of them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

#[derive(Clone)]
pub(crate) struct Turns(Arc<Mutex<State>>);

struct State {
    free: usize,
    /// In the order of their next turn; each group has somebody in it.
    waiting: VecDeque<(u128, VecDeque<oneshot::Sender<()>>)>,
}

/// The right to a place; given back when it is dropped.
pub(crate) struct Turn(Turns);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl Turns {
    pub(crate) fn new(places: usize) -> Self {
        Self(Arc::new(Mutex::new(State { free: places.max(1), waiting: VecDeque::new() })))
    }

    /// Waits for a place on behalf of somebody.
    pub(crate) async fn take(&self, whose: u128) -> Turn {
        let mut waiting = Waiting { turns: self.clone(), given: None };
        {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Turn(self.clone());
            }
            let (give, given) = oneshot::channel();
            waiting.given = Some(given);
            match state.waiting.iter_mut().find(|(who, _)| *who == whose) {
                Some((_, group)) => group.push_back(give),
                None => state.waiting.push_back((whose, VecDeque::from([give]))),
            }
        }
        if let Some(given) = &mut waiting.given {
            // The other end is dropped by nobody who has not given it.
            drop(given.await);
        }
        waiting.given = None;
        Turn(self.clone())
    }

    fn give_back(&self) {
        let mut state = self.state();
        while let Some((who, mut group)) = state.waiting.pop_front() {
            let next = group.pop_front();
            if !group.is_empty() {
                state.waiting.push_back((who, group));
            }
            // Whoever does not wait any more is passed over.
            if next.is_some_and(|next| next.send(()).is_ok()) {
                return;
            }
        }
        state.free += 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes on what was given to somebody who went away in that moment.
struct Waiting {
    turns: Turns,
    given: Option<oneshot::Receiver<()>>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(mut given) = self.given.take() {
            given.close();
            if given.try_recv().is_ok() {
                self.turns.give_back();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::pin, task::Poll};

    use super::*;

    /// Looks once.
    fn poll<F: Future>(future: &mut std::pin::Pin<&mut F>) -> Option<F::Output> {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    #[test]
    fn requirement_21_one_picture_does_not_wait_for_a_hundred_of_somebody_else() {
        let turns = Turns::new(1);
        let first = poll(&mut pin!(turns.take(1))).unwrap();
        let mut crowd: Vec<_> = (0..100).map(|_| Box::pin(turns.take(1))).collect();
        assert!(crowd.iter_mut().all(|f| poll(&mut f.as_mut()).is_none()));
        let mut single = pin!(turns.take(2));
        assert!(poll(&mut single).is_none());
        // The next turn is the crowd's, which waited before; then the other's.
        drop(first);
        let of_crowd = crowd.iter_mut().find_map(|f| poll(&mut f.as_mut())).unwrap();
        assert!(poll(&mut single).is_none());
        drop(of_crowd);
        let of_single = poll(&mut single).unwrap();
        drop(of_single);
        // In their order, none lost.
        for (n, next) in crowd.iter_mut().enumerate().skip(1) {
            assert!(poll(&mut next.as_mut()).is_some(), "{n}");
        }
        assert!(poll(&mut pin!(turns.take(3))).is_some());
    }

    #[test]
    fn who_goes_away_keeps_no_place() {
        let turns = Turns::new(1);
        let first = poll(&mut pin!(turns.take(1))).unwrap();
        let mut gone = Box::pin(turns.take(1));
        let mut given_and_gone = Box::pin(turns.take(1));
        let mut stays = pin!(turns.take(1));
        assert!(poll(&mut gone.as_mut()).is_none());
        assert!(poll(&mut given_and_gone.as_mut()).is_none());
        assert!(poll(&mut stays).is_none());
        drop(gone);
        drop(first);
        drop(given_and_gone);
        assert!(poll(&mut stays).is_some());
    }
}
