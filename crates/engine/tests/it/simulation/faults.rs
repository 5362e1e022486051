//! What goes wrong with the database, at the place that was drawn: a statement that breaks off, a commit that fails, a full
//! disk, a process that dies, and somebody who comes in between.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bonafide_store::Db;
use sqlx::{
    AssertSqlSafe, Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::Notify;

/// Steps of SQLite's machine between two looks at whether a statement breaks off.
const STEPS: i32 = 50;

/// What is to go wrong, shared with the connections that it happens to.
#[derive(Debug, Default)]
pub struct Faults {
    state: Mutex<State>,
    /// Somebody waits at the turnstile.
    reached: Notify,
    /// And may go on.
    open: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Commits that succeed yet. The next one fails.
    commits: Option<u32>,
    /// And every one after it: the process is dead.
    dead: bool,
    /// Looks until a statement breaks off.
    looks: Option<u32>,
    /// The database does not grow.
    full: bool,
    /// Writers that go on before one is held up.
    turns: Option<u32>,
    /// Something did go wrong.
    struck: bool,
}

impl Faults {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After this many commits one fails.
    pub fn fail_commit(&self, after: u32) {
        self.state().commits = Some(after);
    }

    /// After this many commits nothing is written any more.
    pub fn die(&self, after: u32) {
        let mut state = self.state();
        (state.commits, state.dead) = (Some(after), true);
    }

    /// A statement of a writing transaction breaks off.
    pub fn break_statement(&self, looks: u32) {
        self.state().looks = Some(looks);
    }

    pub fn fill(&self) {
        self.state().full = true;
    }

    /// After this many writers the next one waits, before its transaction, until [`Self::release`].
    pub fn hold(&self, after: u32) {
        self.state().turns = Some(after);
    }

    /// Until somebody is held up.
    pub async fn held(&self) {
        self.reached.notified().await;
    }

    pub fn release(&self) {
        self.open.notify_one();
    }

    /// Everything works again. Whether something went wrong meanwhile.
    pub fn heal(&self) -> bool {
        let state = std::mem::take(&mut *self.state());
        state.struck || state.full
    }

    fn may_commit(&self) -> bool {
        let mut state = self.state();
        match state.commits {
            None => true,
            Some(0) => {
                if !state.dead {
                    state.commits = None;
                }
                state.struck = true;
                false
            }
            Some(left) => {
                state.commits = Some(left - 1);
                true
            }
        }
    }

    fn may_go_on(&self) -> bool {
        let mut state = self.state();
        match state.looks {
            None => true,
            Some(0) => {
                (state.looks, state.struck) = (None, true);
                false
            }
            Some(left) => {
                state.looks = Some(left - 1);
                true
            }
        }
    }

    async fn pass(&self) {
        let wait = {
            let mut state = self.state();
            match state.turns {
                None => false,
                Some(0) => {
                    state.turns = None;
                    true
                }
                Some(left) => {
                    state.turns = Some(left - 1);
                    false
                }
            }
        };
        if wait {
            self.reached.notify_one();
            self.open.notified().await;
        }
    }

    /// As large as it is, or as large as it likes.
    async fn size(&self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let most = if self.state().full { 1 } else { 1_000_000_000 };
        let limit = format!("PRAGMA max_page_count = {most}");
        sqlx::query(AssertSqlSafe(limit)).execute(connection).await.map(drop)
    }
}

/// The database with these faults. Two may write, one after the other, so that one can be held up while another goes on. A power
/// cut is not among what goes wrong, so nothing waits for the disk.
pub async fn open(path: &Path, faults: &Arc<Faults>) -> Db {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(true)
        .pragma("secure_delete", "ON")
        .busy_timeout(Duration::from_millis(50));
    let (first, again) = (faults.clone(), faults.clone());
    let write = SqlitePoolOptions::new()
        .max_connections(2)
        .after_connect(move |connection, _| {
            let faults = first.clone();
            Box::pin(async move {
                let (commit, statement) = (faults.clone(), faults.clone());
                let mut handle = connection.lock_handle().await?;
                handle.set_commit_hook(move || commit.may_commit());
                handle.set_progress_handler(STEPS, move || statement.may_go_on());
                drop(handle);
                faults.size(connection).await?;
                faults.pass().await;
                Ok(())
            })
        })
        .before_acquire(move |connection, _| {
            let faults = again.clone();
            Box::pin(async move {
                // As the product's own: see `bonafide_store::Db`.
                if connection.is_in_transaction() {
                    return Ok(false);
                }
                faults.size(connection).await?;
                faults.pass().await;
                Ok(true)
            })
        })
        .connect_with(options.clone())
        .await
        .unwrap();
    let read =
        SqlitePoolOptions::new().max_connections(2).connect_with(options.read_only(true)).await.unwrap();
    let lock =
        std::fs::File::options().create(true).truncate(false).write(true).open(path.with_extension("lock"));
    Db::Sqlite { read, write, lock: Arc::new(lock.unwrap()) }
}
