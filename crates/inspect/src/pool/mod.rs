//! The children: so many in each lane, started when they are first needed and kept, since their networks stay loaded.

mod child;
mod turns;

use std::{
    io,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use self::child::Child;
pub(crate) use self::turns::Turns;
use crate::{
    inspector::Failed,
    jobs::{Answer, Lane},
    wire::{Frame, Said},
    worker::Confined,
};

/// How long a child may take to become ready: it reads the library that runs networks.
const BECOMES_READY: Duration = Duration::from_secs(30);
/// After so many deaths in a row, without a job done in between, the next start waits: twice as long each time.
const DEATHS_AT_ONCE: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What children are started with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The program that has the mode `worker`; [`this_program`](Self::this_program) but for tests.
    pub program: PathBuf,
    /// Of each lane.
    pub children: usize,
    /// Where the networks are, for the function that [`worker::run`](crate::worker::run) is given.
    pub networks: String,
    /// The files and folders of networks, which a child has to read.
    pub readable: Vec<PathBuf>,
    /// What a child may take of addresses, in MiB.
    pub memory_mib: u64,
    /// How long a job may take: decoding, and checks.
    pub picture_timeout: Duration,
    pub check_timeout: Duration,
}

impl Setup {
    /// This program, also after its file was replaced by that of another version.
    ///
    /// # Errors
    /// Where the operating system does not say.
    pub fn this_program() -> io::Result<PathBuf> {
        if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { std::env::current_exe() }
    }

    pub(crate) fn patience(&self, lane: Lane) -> Duration {
        match lane {
            Lane::Pictures => self.picture_timeout,
            Lane::Checks => self.check_timeout,
        }
    }
}

pub(crate) struct Pool {
    setup: Setup,
    idle: [Mutex<Vec<Child>>; 2],
    /// Deaths since a job was last done.
    deaths: AtomicU32,
    /// Whether the last child that was started became ready.
    startable: AtomicBool,
    closed: AtomicBool,
    /// What holds the children, since the first was started.
    confined: Mutex<Option<Confined>>,
}

impl Pool {
    pub(crate) fn new(setup: Setup) -> Self {
        Self {
            setup,
            idle: Default::default(),
            deaths: AtomicU32::new(0),
            startable: AtomicBool::new(true),
            closed: AtomicBool::new(false),
            confined: Mutex::default(),
        }
    }

    /// Whether children can be started, as far as is known.
    pub(crate) fn is_startable(&self) -> bool {
        self.startable.load(Ordering::Relaxed)
    }

    /// Has a job done; what ends or takes too long is tried once more in a fresh process.
    pub(crate) async fn exchange(
        &self,
        lane: Lane,
        name: &'static str,
        frame: &Frame,
    ) -> Result<Answer, Failed> {
        let mut child = match self.take(lane) {
            Some(child) => child,
            None => self.start(lane).await?,
        };
        let mut again = false;
        loop {
            let failed = match self.once(lane, child, frame).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            self.deaths.fetch_add(1, Ordering::Relaxed);
            let why = if matches!(failed, Failed::TimedOut(_)) { "timed_out" } else { "died" };
            metrics::counter!("bonafide_children_lost_total", "job" => name, "why" => why).increment(1);
            tracing::warn!(job = name, why = %failed, again = !again, "a process that looked at a picture was lost");
            if again || self.closed.load(Ordering::Relaxed) {
                return Err(failed);
            }
            again = true;
            child = self.start(lane).await?;
        }
    }

    async fn once(&self, lane: Lane, mut child: Child, frame: &Frame) -> Result<Answer, Failed> {
        let patience = self.setup.patience(lane);
        match tokio::time::timeout(patience, child.exchange(frame)).await {
            Ok(Ok(Said::Done(answer))) => {
                self.deaths.store(0, Ordering::Relaxed);
                self.put_back(lane, child);
                Ok(answer)
            }
            Ok(Ok(Said::Panicked(place))) => {
                child.end().await;
                // It goes into the log, and a child that was taken over may say anything.
                let place: String = place.chars().filter(char::is_ascii_graphic).take(120).collect();
                Err(Failed::Died(format!("a check ended at {place}")))
            }
            Ok(Ok(Said::Ready(_))) => {
                child.end().await;
                Err(Failed::Died("it said what it was not asked".to_owned()))
            }
            Ok(Err(error)) => {
                let how = child.end().await;
                Err(Failed::Died(if error.kind() == io::ErrorKind::Other { error.to_string() } else { how }))
            }
            Err(_) => {
                child.end().await;
                Err(Failed::TimedOut(patience))
            }
        }
    }

    async fn start(&self, lane: Lane) -> Result<Child, Failed> {
        let pause = self.deaths.load(Ordering::Relaxed).checked_sub(DEATHS_AT_ONCE);
        if let Some(more) = pause {
            tokio::time::sleep(FIRST_PAUSE.saturating_mul(1 << more.min(10)).min(LONGEST_PAUSE)).await;
        }
        if self.closed.load(Ordering::Relaxed) {
            return Err(Failed::Unavailable("the server is stopping".to_owned()));
        }
        let started = tokio::time::timeout(BECOMES_READY, Child::start(&self.setup, lane)).await;
        let started = started.unwrap_or_else(|_| Err(io::Error::other("it does not become ready")));
        self.startable.store(started.is_ok(), Ordering::Relaxed);
        match started {
            Ok((child, confined)) => {
                metrics::counter!("bonafide_children_started_total").increment(1);
                tracing::debug!(child = child.id(), ?confined, "a process to look at pictures was started");
                self.tell(confined);
                Ok(child)
            }
            Err(error) => {
                self.deaths.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%error, "cannot start a process to look at pictures");
                Err(Failed::Unavailable(error.to_string()))
            }
        }
    }

    /// Said once: it is the same for all.
    fn tell(&self, confined: Confined) {
        let known = self.confined.lock().unwrap_or_else(PoisonError::into_inner).replace(confined);
        let lacking = confined.lacking();
        if !lacking.is_empty() && known != Some(confined) {
            tracing::warn!(
                lacking = lacking.join(", "),
                "processes that look at pictures are not confined in full: this system does not offer it"
            );
        }
    }

    pub(crate) fn confined(&self) -> Option<Confined> {
        *self.confined.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that was used last: the others lie still where little goes on.
    fn take(&self, lane: Lane) -> Option<Child> {
        let mut idle = self.idle(lane);
        while let Some(mut child) = idle.pop() {
            if !child.is_gone() {
                return Some(child);
            }
        }
        None
    }

    fn put_back(&self, lane: Lane, child: Child) {
        if !self.closed.load(Ordering::Relaxed) {
            self.idle(lane).push(child);
        }
    }

    /// Ends them all; what is under way ends with its child.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        for lane in [Lane::Pictures, Lane::Checks] {
            self.idle(lane).clear();
        }
    }

    fn idle(&self, lane: Lane) -> MutexGuard<'_, Vec<Child>> {
        let [pictures, checks] = &self.idle;
        let idle = match lane {
            Lane::Pictures => pictures,
            Lane::Checks => checks,
        };
        idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
