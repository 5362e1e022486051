//! The one way to have pictures looked at.

use std::{sync::Arc, time::Duration};

use bonafide_checks::models::Models;
use tokio::sync::OnceCell;

use crate::{
    jobs::{Answer, Installed, Lane, Listed, Networks, Request},
    pool::{Pool, Setup, Turns},
    wire::{self, MOST_ASKED},
    worker::Confined,
};

/// Cheap to clone.
#[derive(Clone)]
pub struct Inspector(Arc<Inner>);

struct Inner {
    hands: Hands,
    turns: [Turns; 2],
    installed: OnceCell<Installed>,
}

enum Hands {
    Processes(Pool),
    Here(Arc<Models>),
}

/// A job was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The process died, twice.
    #[error("the process that looked at it died: {0}")]
    Died(String),
    /// It took longer than this, twice.
    #[error("it was not done within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// It was not tried.
    #[error("no process to look at pictures can be had: {0}")]
    Unavailable(String),
}

impl Inspector {
    /// In children of this process. None is started before it is needed.
    pub fn processes(setup: Setup) -> Self {
        Self::of(setup.children, Hands::Processes(Pool::new(setup)))
    }

    /// In this process, for tests and for commands that look at no pictures.
    pub fn here(models: Arc<Models>) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::of(processors, Hands::Here(models))
    }

    fn of(places: usize, hands: Hands) -> Self {
        let turns = [Turns::new(places), Turns::new(places)];
        Self(Arc::new(Inner { hands, turns, installed: OnceCell::new() }))
    }

    /// Has a job done on behalf of somebody: who has many waits for their own. Once begun it goes on when nobody waits for it any
    /// more, and keeps its place as long.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn ask<J: Listed>(&self, whose: u128, job: J) -> Result<J::Answer, Failed> {
        let [pictures, checks] = &self.0.turns;
        let turns = match J::LANE {
            Lane::Pictures => pictures,
            Lane::Checks => checks,
        };
        let turn = turns.take(whose).await;
        let inner = self.0.clone();
        let working = tokio::spawn(async move {
            let answer = inner.answer::<J>(job.into()).await;
            drop(turn);
            answer
        });
        let answer =
            working.await.map_err(|_| Failed::Unavailable("the server is stopping".to_owned()))??;
        J::take(answer).ok_or_else(|| Failed::Died("it answered something else".to_owned()))
    }

    /// What is known of the networks; loads them in a child at the first call.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn installed(&self) -> Result<&Installed, Failed> {
        self.0.installed.get_or_try_init(|| self.ask(0, Networks)).await
    }

    /// What holds the children, once the first was started.
    pub fn confined(&self) -> Option<Confined> {
        match &self.0.hands {
            Hands::Processes(pool) => pool.confined(),
            Hands::Here(_) => None,
        }
    }

    /// Whether work can be done here, as far as is known.
    pub fn is_well(&self) -> bool {
        match &self.0.hands {
            Hands::Processes(pool) => pool.is_startable(),
            Hands::Here(_) => true,
        }
    }

    /// Ends the children that have nothing to do, and every other one with its job.
    pub fn close(&self) {
        if let Hands::Processes(pool) = &self.0.hands {
            pool.close();
        }
    }
}

impl Inner {
    async fn answer<J: Listed>(&self, request: Request) -> Result<Answer, Failed> {
        match &self.hands {
            Hands::Processes(pool) => {
                let frame = wire::encode(&request, MOST_ASKED);
                // What cannot be asked was not looked at.
                let frame = frame.map_err(|error| Failed::Died(error.to_string()))?;
                drop(request);
                pool.exchange(J::LANE, J::NAME, &frame).await
            }
            Hands::Here(models) => {
                let models = models.clone();
                let done = tokio::task::spawn_blocking(move || request.perform(&models));
                done.await.map_err(|error| Failed::Died(error.to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;
    use crate::jobs::{Admit, File};

    /// An upload whose caller hangs up while it is looked at: as many are looked at at once as before, and not more.
    #[tokio::test]
    async fn who_hangs_up_gives_the_place_back_when_it_is_free_and_not_before() {
        let inspector = Inspector::of(1, Hands::Here(Arc::default()));
        let mut context = Context::from_waker(Waker::noop());
        let mut upload = Box::pin(inspector.ask(1, Admit { file: File(vec![1]), examine: false }));
        assert!(upload.as_mut().poll(&mut context).is_pending());
        drop(upload);
        let [pictures, _] = &inspector.0.turns;
        let mut next = pin!(pictures.take(2));
        assert!(matches!(next.as_mut().poll(&mut context), Poll::Pending), "it is looked at yet");
        drop(tokio::time::timeout(Duration::from_secs(60), next).await.unwrap());
        let seen = inspector.ask(3, Admit { file: File(vec![1]), examine: false }).await.unwrap();
        assert!(seen.is_err(), "no picture");
    }
}
