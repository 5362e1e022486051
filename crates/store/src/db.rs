//! One SQL text, two databases: the enum holds the live connection, `on!` writes the match arm twice.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    Connection, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    migrate::MigrateError,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{Context, Error, Result, migrations::MIGRATIONS};

const APPEND_ONLY_SQLITE: &str = include_str!("../../../migrations/sqlite/append_only.sql");
const APPEND_ONLY_POSTGRES: &str = include_str!("../../../migrations/postgres/append_only.sql");
const LISTING_SQLITE: &str = include_str!("../../../migrations/sqlite/listing.sql");
const LISTING_POSTGRES: &str = include_str!("../../../migrations/postgres/listing.sql");

/// How long a caller waits for a connection. SQLite has one writer, so this also bounds the wait for it.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
const POSTGRES_CONNECTIONS: u32 = 16;
const SQLITE_READERS: u32 = 4;

/// The database. Cheap to clone: every clone shares the same connections.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file, used by one process: a single writing connection and a few reading ones.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
        /// Locked as long as any clone lives or until [`Db::close`].
        lock: Arc<File>,
    },
    Postgres(PgPool),
}

/// A unit of work. Rolled back when dropped without [`Tx::commit`].
#[derive(Debug)]
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one query on whichever connection the transaction holds.
macro_rules! on {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx {
            $crate::Tx::Sqlite(t) => {
                let $connection = &mut **t;
                $body
            }
            $crate::Tx::Postgres(t) => {
                let $connection = &mut **t;
                $body
            }
        }
    };
}
pub(crate) use on;

impl Db {
    /// Opens the database and brings its schema up to date.
    ///
    /// `address` is a `postgres://` URL or the path of an SQLite file (with or without `sqlite:`), which is
    /// created when it does not exist.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process has the SQLite file open.
    pub async fn open(address: &str) -> Result<Self> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Self::open_postgres(address).await;
        }
        Self::open_sqlite(&sqlite_path(address).ok_or(Error::Address)?).await
    }

    /// Copies an SQLite database as it is at one moment, also while another process uses it. The copy holds nothing
    /// that was deleted.
    pub async fn copy_sqlite(from: &Path, to: &Path) -> Result<()> {
        // Read-only cannot be asked for: where nobody uses the file, reading it makes its write-ahead log.
        let options = SqliteConnectOptions::new().filename(from).busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let pool = pool.to("open the database file for reading")?;
        let copied = sqlx::query("VACUUM INTO ?").bind(to.display().to_string()).execute(&pool).await;
        pool.close().await;
        copied.to("copy the database")?;
        let synced = File::open(to).and_then(|file| file.sync_all());
        synced.map_err(|source| Error::Io { action: "save", path: to.to_owned(), source })
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect(url)
            .await
            .to("connect to the database (PostgreSQL)")?;
        MIGRATIONS.run(&pool).await.map_err(Error::Migration)?;
        sqlx::raw_sql(APPEND_ONLY_POSTGRES).execute(&pool).await.to("make the audit log append-only")?;
        sqlx::raw_sql(LISTING_POSTGRES).execute(&pool).await.to("keep count of the verifications")?;
        Ok(Self::Postgres(pool))
    }

    async fn open_sqlite(path: &Path) -> Result<Self> {
        let lock = Arc::new(lock(path)?);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // With WAL, NORMAL can lose the last commits in a power cut. A consent or a decision must not be lost.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // Deleted and overwritten values are zeroed in the file: a destroyed key must not linger.
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(5));
        let write = sqlite_pool(1).connect_with(options.clone()).await.to("open the database file")?;
        MIGRATIONS.run(&write).await.map_err(Error::Migration)?;
        sqlx::raw_sql(APPEND_ONLY_SQLITE).execute(&write).await.to("make the audit log append-only")?;
        sqlx::raw_sql(LISTING_SQLITE).execute(&write).await.to("keep count of the verifications")?;
        let read = sqlite_pool(SQLITE_READERS)
            .connect_with(options.read_only(true))
            .await
            .to("open the database file for reading")?;
        Ok(Self::Sqlite { read, write, lock })
    }

    /// Opens a database that may be in use by another process, to look at it: nothing can be written, the schema neither.
    ///
    /// # Errors
    /// [`Error::NotThere`] without the SQLite file; [`Error::Outdated`] and [`Error::Migration`] when its schema is not this program's.
    pub async fn open_read_only(address: &str) -> Result<Self> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Self::look_at_postgres(address).await;
        }
        let path = sqlite_path(address).ok_or(Error::Address)?;
        if !path.exists() {
            return Err(Error::NotThere(path));
        }
        let lock = lock_file(&path)?.1;
        // Not opened as read-only: where nobody uses the file, reading it makes its write-ahead log.
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .busy_timeout(Duration::from_secs(5))
            .pragma("query_only", "ON");
        let pool = |most| sqlite_pool(most).connect_with(options.clone());
        let read = pool(SQLITE_READERS).await.to("open the database file for reading")?;
        let write = pool(1).await.to("open the database file for reading")?;
        is_up_to_date(sqlx::query_as(APPLIED).fetch_all(&read).await)?;
        Ok(Self::Sqlite { read, write, lock: Arc::new(lock) })
    }

    async fn look_at_postgres(url: &str) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::raw_sql("SET default_transaction_read_only = on")
                        .execute(connection)
                        .await
                        .map(drop)
                })
            })
            .connect(url)
            .await
            .to("connect to the database (PostgreSQL)")?;
        // Without the table nothing was ever brought up to date.
        let begun: Vec<(bool,)> = sqlx::query_as("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_all(&pool)
            .await
            .to("read the version of the schema")?;
        if begun.iter().any(|(begun,)| !begun) {
            return Err(Error::Outdated);
        }
        is_up_to_date(sqlx::query_as(APPLIED).fetch_all(&pool).await)?;
        Ok(Self::Postgres(pool))
    }

    /// A unit of work that may write. On SQLite it is the only one at a time: never await the network, a
    /// model or a blob while holding it.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            // A deferred transaction that turns into a writing one fails at once when another one writes.
            Self::Sqlite { write, .. } => {
                Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await.to("begin a transaction")?)
            }
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await.to("begin a transaction")?),
        })
    }

    /// A read-only view of one moment. A write in it fails.
    pub async fn read(&self) -> Result<Tx> {
        const POSTGRES: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await.to("begin reading")?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin_with(POSTGRES).await.to("begin reading")?),
        })
    }

    /// Removes what was deleted or overwritten from the database's own files: call it after keys were
    /// destroyed. Backups and, on PostgreSQL, the write-ahead log and its archive keep what they hold.
    ///
    /// # Errors
    /// [`Error::Busy`] when somebody reads for longer than the busy timeout: call it again later.
    pub async fn scrub(&self) -> Result<()> {
        match self {
            Self::Sqlite { write, .. } => {
                let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
                    .fetch_one(write)
                    .await
                    .to("scrub the database")?;
                if busy == 0 { Ok(()) } else { Err(Error::Busy) }
            }
            Self::Postgres(pool) => sqlx::raw_sql(
                "VACUUM subject_keys, applicants, verifications, evidence, features, screenings, aml_screenings, dismissals,
                 marks, block_list, steps, clients, searchable, search_terms, search_days, identity_terms",
            )
            .execute(pool)
            .await
            .map(drop)
            .to("scrub the database"),
        }
    }

    /// Closes every connection and gives the SQLite file free for another process.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write, lock } => {
                read.close().await;
                write.close().await;
                // Closing the file unlocks it too; until then nobody can be harmed by a lock that stays.
                let _ = lock.unlock();
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

const APPLIED: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";

/// Whether the migrations that were applied are this program's.
fn is_up_to_date(applied: sqlx::Result<Vec<(i64,)>>) -> Result<()> {
    let applied = applied.to("read the version of the schema")?;
    if let Some((newer,)) = applied.iter().find(|(version,)| !MIGRATIONS.version_exists(*version)) {
        return Err(Error::Migration(MigrateError::VersionMissing(*newer)));
    }
    if applied.len() < MIGRATIONS.iter().count() {
        return Err(Error::Outdated);
    }
    Ok(())
}

/// Connections that no failure stays with. When a disk is full SQLite may end a transaction by itself; then sqlx, whose rollback
/// fails, takes it for open and refuses the next one for ever. Such a connection is replaced.
fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
}

/// The file that an address without `postgres://` names.
pub fn sqlite_path(address: &str) -> Option<PathBuf> {
    let path = address.trim_start_matches("sqlite:").trim_start_matches("//");
    // Of a memory database each connection would get one of its own.
    let is_file = !path.is_empty() && !path.contains("://") && !path.starts_with(':');
    is_file.then(|| PathBuf::from(path))
}

/// Takes the lock on the file beside the database that says which process may use it. The lock dies with
/// the process, so there is nothing to clean up after a crash.
fn lock(database: &Path) -> Result<File> {
    let (path, file) = lock_file(database)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(database.to_owned())),
        Err(TryLockError::Error(source)) => Err(Error::Io { action: "lock", path, source }),
    }
}

fn lock_file(database: &Path) -> Result<(PathBuf, File)> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    match File::options().create(true).truncate(false).write(true).open(&path) {
        Ok(file) => Ok((path, file)),
        Err(source) => Err(Error::Io { action: "lock", path, source }),
    }
}

impl Tx {
    /// Makes everything done in this transaction lasting and visible.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(t) => t.commit().await,
            Self::Postgres(t) => t.commit().await,
        }
        .to("commit")
    }

    /// Undoes everything done in this transaction. Dropping it does the same, a moment later.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(t) => t.rollback().await,
            Self::Postgres(t) => t.rollback().await,
        }
        .to("roll back")
    }
}
