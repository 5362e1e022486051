//! One organization's server on a folder of its own, which dies and starts again, and the dice that say what happens to it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use bonafide_core::{
    id::{Entropy, VerificationId},
    review::Verdict,
};
use bonafide_engine::{Caller, Error, deliver, evidence, jobs, webhooks};
use bonafide_store::keyring::MemoryKeyRing;
use bonafide_testkit::{
    engine::{NOON, Setup, Started, organization},
    receiver::Receiver,
    world::{FixedClock, SeededEntropy},
};
use tokio::sync::OnceCell;

use super::{
    deeds::{At, CANARY, Deed, Plan},
    facts::{Fact, Seen},
    faults::{self, Faults},
    invariants::{self, Invariant},
};
use crate::support::{API, Invented};

const DAY_MS: i64 = 86_400_000;

/// The same numbers for the same seed.
pub struct Dice(SeededEntropy);

impl Dice {
    pub fn below(&self, n: u32) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) % n
    }

    pub fn one_of<T: Copy>(&self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize]
    }
}

/// A database with a sandbox and its webhook in it, made once and copied for every run.
pub struct Template {
    folder: Arc<tempfile::TempDir>,
    caller: Caller,
    key_ring: Arc<MemoryKeyRing>,
    _receiver: Receiver,
}

impl Template {
    async fn new() -> Self {
        let receiver = Receiver::start().await;
        let setup = Setup { dialects: vec![&Invented], ..Setup::default() };
        let Started { engine, key_ring, folder, .. } = setup.start("sqlite").await;
        let caller = organization(&engine, "first", true).await;
        let caller = Caller { scopes: "verifications reviews policy keys".to_owned(), ..caller };
        let (dialect, name, url) = (API.to_owned(), "all of them".to_owned(), receiver.url.clone());
        let new = webhooks::NewEndpoint { dialect, name, url, ..webhooks::NewEndpoint::default() };
        webhooks::create(&engine, &caller, new).await.unwrap();
        engine.close().await;
        Self { folder, caller, key_ring, _receiver: receiver }
    }

    pub async fn get() -> &'static Self {
        static ONLY: OnceCell<Template> = OnceCell::const_new();
        ONLY.get_or_init(Self::new).await
    }
}

/// How a deed is disturbed.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// A statement breaks off, so many looks into the deed.
    Statement(u32),
    Commit(u32),
    /// The disk is full, for this deed and some after it.
    Full(u32),
    /// The process dies, and a new one takes over what it had claimed at once, or waits for its leases.
    Dies {
        after: u32,
        recovers: bool,
    },
    /// Whoever does what is due dies of it, each time.
    DiesEachTime,
    /// Something else is done between two of its transactions.
    Beside(u32, Deed),
}

pub struct World {
    template: &'static Template,
    dice: Dice,
    faults: Arc<Faults>,
    started: Option<Started>,
    requests: Vec<(Plan, Option<VerificationId>)>,
    sessions: Vec<VerificationId>,
    facts: Vec<Fact>,
    /// Deeds for which the disk stays full.
    full_for: u32,
    /// What was done, for whoever reads why it broke.
    pub log: Vec<String>,
    /// Looks after each deed, and not after those that were disturbed alone.
    closely: bool,
}

impl World {
    pub async fn new(template: &'static Template, seed: u64, closely: bool) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = folder.path().join("bonafide.db");
        std::fs::copy(template.folder.path().join("bonafide.db"), &database).unwrap();
        // Other numbers than those that the template was made with, and than the dice.
        let entropy = Arc::new(SeededEntropy::new(seed.wrapping_add(1 << 32)));
        let (clock, faults) = (Arc::new(FixedClock::at(NOON)), Arc::new(Faults::default()));
        clock.advance(60_000);
        let mut world = Self {
            template,
            dice: Dice(SeededEntropy::new(seed.wrapping_add(2 << 32))),
            faults,
            started: None,
            requests: vec![],
            sessions: vec![],
            facts: vec![],
            full_for: 0,
            log: vec![],
            closely,
        };
        world.start(folder, clock, entropy).await;
        world
    }

    async fn start(
        &mut self,
        folder: Arc<tempfile::TempDir>,
        clock: Arc<FixedClock>,
        entropy: Arc<SeededEntropy>,
    ) {
        let database = folder.path().join("bonafide.db");
        let db = faults::open(&database, &self.faults).await;
        let setup = Setup { dialects: vec![&Invented], ..Setup::default() };
        let (key_ring, address) = (self.template.key_ring.clone(), database.display().to_string());
        self.started = Some(setup.on(db, folder, clock, entropy, key_ring, address).await);
    }

    /// Another process, after this one died.
    async fn restart(&mut self, recovers: bool) {
        let Some(Started { engine, clock, entropy, folder, .. }) = self.started.take() else { return };
        engine.close().await;
        drop(engine);
        self.faults.heal();
        self.start(folder, clock, entropy).await;
        if recovers {
            let engine = &self.started().engine;
            jobs::recover(engine).await.unwrap();
            deliver::recover(engine).await.unwrap();
        }
    }

    fn started(&self) -> &Started {
        self.started.as_ref().unwrap()
    }

    fn at(&self) -> At {
        let Started { engine, clock, folder, .. } = self.started();
        let (engine, clock, lists) = (engine.clone(), clock.clone(), folder.path().join("lists"));
        At { engine, clock, lists, caller: self.template.caller.clone() }
    }

    fn folder(&self) -> PathBuf {
        self.started().folder.path().to_owned()
    }

    /// One deed, disturbed or not, and a look at what came of it.
    pub async fn step(&mut self) -> Result<(), String> {
        self.started().clock.advance(1 + i64::from(self.dice.below(3_000)));
        let deed = self.draw();
        let trouble = self.trouble();
        self.log.push(match &trouble {
            Some(trouble) => format!("{deed:?}, disturbed: {trouble:?}"),
            None => format!("{deed:?}"),
        });
        let disturbed = trouble.is_some() || self.full_for > 0;
        self.perform(deed, trouble).await?;
        if self.full_for > 0 {
            self.full_for -= 1;
        }
        if disturbed || self.closely { self.check(&invariants::ALWAYS).await } else { Ok(()) }
    }

    async fn perform(&mut self, deed: Deed, trouble: Option<Trouble>) -> Result<(), String> {
        let at = self.at();
        let (mut facts, mut facts_of_other) = (vec![], vec![]);
        if self.full_for > 0 {
            self.faults.fill();
        }
        let done = match trouble {
            None => deed.perform(&at, &mut facts).await,
            Some(Trouble::Statement(looks)) => {
                self.faults.break_statement(looks);
                deed.perform(&at, &mut facts).await
            }
            Some(Trouble::Commit(after)) => {
                self.faults.fail_commit(after);
                deed.perform(&at, &mut facts).await
            }
            Some(Trouble::Full(deeds)) => {
                self.full_for = deeds;
                self.faults.fill();
                deed.perform(&at, &mut facts).await
            }
            Some(Trouble::Dies { after, .. }) => {
                self.faults.die(after);
                deed.perform(&at, &mut facts).await
            }
            Some(Trouble::DiesEachTime) => {
                drop(at);
                return self.die_each_time().await;
            }
            Some(Trouble::Beside(after, other)) => {
                self.faults.hold(after);
                let first = deed.perform(&at, &mut facts);
                tokio::pin!(first);
                tokio::select! {
                    biased;
                    () = self.faults.held() => {
                        let second = other.perform(&at, &mut facts_of_other).await;
                        self.faults.release();
                        let first = first.await;
                        self.explain(second, self.full_for > 0)?;
                        first
                    }
                    done = &mut first => done,
                }
            }
        };
        drop(at);
        let struck = self.faults.heal();
        self.keep(facts);
        self.keep(facts_of_other);
        match trouble {
            // The caller of a process that died is told nothing.
            Some(Trouble::Dies { recovers, .. }) => {
                self.restart(recovers).await;
                Ok(())
            }
            _ => self.explain(done, struck),
        }
    }

    /// What fails of ours fails for a reason.
    fn explain(&mut self, done: Result<(), Error>, struck: bool) -> Result<(), String> {
        let Err(error) = done else { return Ok(()) };
        let said = bonafide_core::problem::with_causes(&error).to_string();
        self.log.push(format!("    refused: {said}"));
        let theirs = matches!(
            error,
            Error::NotFound(_)
                | Error::Invalid(_)
                | Error::Incomplete(_)
                | Error::Conflict { .. }
                | Error::Gone(_)
                | Error::Forbidden
                | Error::Weakens(_)
                | Error::Busy { .. }
        );
        if theirs || struck { Ok(()) } else { Err(format!("nothing was disturbed, and: {said}")) }
    }

    fn keep(&mut self, facts: Vec<Fact>) {
        for fact in &facts {
            match fact {
                Fact::Created(id) if !self.sessions.contains(id) => self.sessions.push(*id),
                Fact::Answered(key, id) => {
                    if let Some(request) = self.requests.get_mut(*key) {
                        request.1 = Some(*id);
                    }
                }
                _ => {}
            }
        }
        self.facts.extend(facts);
    }

    /// A picture that kills whoever looks at it, so to say: the job is claimed, and no process lives to its end.
    async fn die_each_time(&mut self) -> Result<(), String> {
        for _ in 0..5 {
            self.faults.die(1);
            let at = self.at();
            let done = jobs::run_pending(&at.engine).await.map(drop);
            drop(at);
            self.explain(done, true)?;
            self.restart(false).await;
            self.started().clock.advance(61_000);
        }
        Ok(())
    }

    fn session(&self) -> Option<VerificationId> {
        // Most of what happens is about those that came last.
        let n = self.sessions.len() as u32;
        let recent = n.min(3);
        (n > 0).then(|| match self.dice.below(3) {
            0 => self.sessions[self.dice.below(n) as usize],
            _ => self.sessions[(n - 1 - self.dice.below(recent)) as usize],
        })
    }

    fn draw(&mut self) -> Deed {
        let Some(id) = self.session().filter(|_| self.dice.below(8) > 0) else { return self.create() };
        let minutes = |n| i64::from(n) * 60_000;
        match self.dice.below(64) {
            0..=23 => Deed::Advance(id),
            24..=33 => Deed::Work,
            34 => Deed::Consent(id, self.dice.below(2) == 0),
            35 | 36 => Deed::Front(id),
            37 | 38 => Deed::Submit(id),
            39..=44 => Deed::Review(id, self.dice.one_of(&Verdict::ALL)),
            45 => Deed::Authenticate(id),
            46 => Deed::Restart(id),
            47 => Deed::Withdraw(id),
            48..=50 => Deed::Anonymize(id),
            51 => Deed::Delete(id),
            52 => Deed::Forget(id),
            53 => Deed::Deliver,
            54 => Deed::Tidy,
            55 => Deed::List(1 + self.dice.below(3)),
            56 | 57 => Deed::Wait(minutes(1 + self.dice.below(3))),
            58 => Deed::Wait(minutes(61)),
            59 => Deed::Wait(DAY_MS + 1),
            60 => Deed::Wait(8 * DAY_MS),
            _ => self.create(),
        }
    }

    /// A new request, or one that was sent before.
    fn create(&mut self) -> Deed {
        let again = !self.requests.is_empty() && self.dice.below(4) == 0;
        let key =
            if again { self.dice.below(self.requests.len() as u32) as usize } else { self.requests.len() };
        if !again {
            self.requests.push((Plan::draw(&self.dice), None));
        }
        let (plan, answered) = self.requests[key];
        // An answer is kept for a day.
        let answered = if self.started().clock.advance(0).0 - NOON.0 < DAY_MS { answered } else { None };
        Deed::Create { key, plan, answered }
    }

    fn trouble(&mut self) -> Option<Trouble> {
        Some(match self.dice.below(20) {
            0 => Trouble::Statement(self.dice.below(120)),
            1 | 2 => Trouble::Commit(self.dice.below(6)),
            3 => Trouble::Full(1 + self.dice.below(3)),
            4 | 5 => Trouble::Dies { after: self.dice.below(8), recovers: self.dice.below(2) == 0 },
            6 if self.dice.below(6) == 0 => Trouble::DiesEachTime,
            7..=10 => Trouble::Beside(self.dice.below(6), self.other()),
            _ => return None,
        })
    }

    /// What comes in between.
    fn other(&mut self) -> Deed {
        let Some(id) = self.session() else { return Deed::Work };
        match self.dice.below(10) {
            0 | 1 => Deed::Anonymize(id),
            2 => Deed::Delete(id),
            3 => Deed::Forget(id),
            4 => Deed::Withdraw(id),
            5 => Deed::WorkLate,
            6 => Deed::Advance(id),
            7 => Deed::Submit(id),
            8 => Deed::Review(id, self.dice.one_of(&Verdict::ALL)),
            _ => Deed::List(1 + self.dice.below(3)),
        }
    }

    async fn check(&self, all: &[Invariant]) -> Result<(), String> {
        let Started { db, clock, .. } = self.started();
        let seen = Seen::look(db, &self.folder(), clock.advance(0).0, &self.facts).await;
        all.iter().try_for_each(|(name, holds)| holds(&seen).map_err(|why| format!("{name}: {why}")))
    }

    /// All that is due is done, and then everybody's time is over.
    pub async fn end(&mut self) -> Result<(), String> {
        self.full_for = 0;
        self.restart(true).await;
        self.do_what_is_due().await?;
        self.check(&invariants::ALWAYS).await?;
        self.check(&invariants::SETTLED).await?;
        for _ in 0..2 {
            self.started().clock.advance(8 * DAY_MS);
            self.do_what_is_due().await?;
        }
        self.sweep().await?;
        self.check(&invariants::ALWAYS).await?;
        self.check(&invariants::SETTLED).await?;
        self.check(&invariants::ENDED).await?;
        let clear = nothing_in_the_clear(&self.folder());
        self.started().engine.close().await;
        clear
    }

    async fn do_what_is_due(&self) -> Result<(), String> {
        let at = self.at();
        for _ in 0..4 {
            // Longer than a lease, and than what failed waits before it is tried again.
            at.clock.advance(3_700_000);
            for deed in [Deed::Work, Deed::Deliver] {
                deed.perform(&at, &mut vec![]).await.map_err(|error| format!("{deed:?}: {error}"))?;
            }
        }
        Ok(())
    }

    /// Everything was written long ago, by its times. Whose pictures these are is known by the folders of those that count.
    async fn sweep(&self) -> Result<(), String> {
        let at = self.at();
        Deed::Tidy.perform(&at, &mut vec![]).await.map_err(|error| error.to_string())?;
        let root = self.folder().join("blobs");
        let long_ago =
            std::time::UNIX_EPOCH + std::time::Duration::from_millis((NOON.0 - DAY_MS).unsigned_abs());
        let mut folders = vec![];
        for folder in
            std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_dir())
        {
            for file in std::fs::read_dir(&folder).unwrap() {
                let file = std::fs::File::options().write(true).open(file.unwrap().path());
                file.unwrap().set_modified(long_ago).unwrap();
            }
            folders.push(u32::from_str_radix(&folder.file_name().unwrap().to_string_lossy(), 16).unwrap());
        }
        for folder in folders.iter().chain(&folders) {
            evidence::sweep(&at.engine, *folder).await.map_err(|error| error.to_string())?;
        }
        if root.join(".installation").exists() {
            return Ok(());
        }
        // None that counts tells whose the others are: they are left alone.
        folders
            .iter()
            .try_for_each(|folder| std::fs::remove_dir_all(root.join(format!("{folder:02x}"))))
            .map_err(|e| e.to_string())
    }
}

fn nothing_in_the_clear(folder: &Path) -> Result<(), String> {
    for file in ["bonafide.db", "bonafide.db-wal"] {
        let Ok(bytes) = std::fs::read(folder.join(file)) else { continue };
        if String::from_utf8_lossy(&bytes).contains(CANARY) {
            return Err(format!("what people said is readable in {file}"));
        }
    }
    Ok(())
}
