//! A circuit breaker: a provider that keeps failing is left alone for a while, so that people do not wait for it.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

pub(crate) struct Breaker {
    /// Failures in a row that open the circuit.
    limit: u32,
    /// How long it stays open. Then one request may try (half-open).
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// Somebody tries; if they never report, the next may try after `until`.
    Trying {
        until: Instant,
    },
}

impl Breaker {
    pub(crate) fn new(limit: u32, pause: Duration) -> Self {
        Self { limit: limit.max(1), pause, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// Whether a request may be made now. Whoever may has to report how it went.
    pub(crate) fn may_ask(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Closed { .. } => true,
            State::Open { until } | State::Trying { until } if now < until => false,
            State::Open { .. } | State::Trying { .. } => {
                *state = State::Trying { until: now + self.pause };
                true
            }
        }
    }

    pub(crate) fn report(&self, answered: bool, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = match *state {
            _ if answered => State::Closed { failures: 0 },
            State::Closed { failures } if failures + 1 < self.limit => {
                State::Closed { failures: failures + 1 }
            }
            _ => State::Open { until: now + self.pause },
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_failures_in_a_row_and_lets_one_try_after_a_pause() {
        let (start, pause) = (Instant::now(), Duration::from_secs(30));
        let breaker = Breaker::new(3, pause);
        breaker.report(false, start);
        breaker.report(false, start);
        breaker.report(true, start);
        for _ in 0..3 {
            assert!(breaker.may_ask(start), "an answer in between starts the count anew");
            breaker.report(false, start);
        }
        assert!(!breaker.may_ask(start + pause / 2));
        assert!(breaker.may_ask(start + pause), "half-open");
        assert!(!breaker.may_ask(start + pause), "one at a time");
        breaker.report(false, start + pause);
        assert!(!breaker.may_ask(start + pause * 3 / 2), "open again at once");
        assert!(breaker.may_ask(start + pause * 2));
        breaker.report(true, start + pause * 2);
        assert!(breaker.may_ask(start + pause * 2) && breaker.may_ask(start + pause * 2));
    }
}
