//! One error type: what was attempted on what, with the cause as its source.

use std::path::PathBuf;

/// The result of every operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation on the store failed. No variant carries personal data or key material.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This organization has no such object.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Somebody else wrote the object first: read it again and decide anew.
    #[error("{0} was changed by someone else")]
    Conflict(&'static str),
    /// The database refused or could not be reached.
    #[error("could not {action}")]
    Database {
        action: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// No database connection became free in time.
    #[error("could not {0}: the database is overloaded")]
    Overloaded(&'static str),
    /// Readers kept the database's write-ahead log in use.
    #[error("what was deleted could not be removed from the database's log yet: it is being read")]
    Busy,
    /// The schema could not be brought up to date.
    #[error("could not migrate the database")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The database address is neither a PostgreSQL URL nor the path of a file.
    #[error("the database address is neither a postgres:// URL nor a file path")]
    Address,
    /// The SQLite file belongs to another running process.
    #[error(
        "another process already uses the database {}: stop it first, or use PostgreSQL to run several",
        .0.display()
    )]
    InUse(PathBuf),
    /// There is no such database file.
    #[error("there is no database {}", .0.display())]
    NotThere(PathBuf),
    /// The schema is that of an older version of this program, and nothing may be written now.
    #[error(
        "the database is of an older version of this program: the next start of the server brings it up to date"
    )]
    Outdated,
    /// The key ring file is not there, and a database that was written under its keys is.
    #[error(
        "the key file {} is missing, and nothing in this database can be read without it: put back your copy of it; nothing \
         was created in its place",
        .0.display()
    )]
    KeyFileMissing(PathBuf),
    /// A file operation failed.
    #[error("could not {action} {}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The key ring file can be read by other users of the machine.
    #[error("the key file {} can be read by others: chmod 600 it", .0.display())]
    KeyFileMode(PathBuf),
    /// The key ring file is not in its format.
    #[error("line {line} of the key file {} is not `<key id> <64 hexadecimal digits>`", path.display())]
    KeyFileFormat { path: PathBuf, line: usize },
    /// The key ring lacks a version that wrapped keys of this database, or its key is a different one.
    #[error("the key ring cannot open keys wrapped under {0:?}: this is not the key ring of this database")]
    WrongKeyRing(String),
    /// The applicant's key was destroyed: what was sealed under it is gone for good.
    #[error("the data key of this applicant was destroyed")]
    KeyDestroyed,
    /// The ciphertext is not what was sealed for this object under this key.
    #[error("the sealed {0} does not open: altered, moved, or sealed under another key")]
    Unsealable(&'static str),
    /// A value could not be turned into the form that is sealed, or back.
    #[error("the sealed {object} does not have the expected form")]
    Form {
        object: &'static str,
        #[source]
        source: serde_json::Error,
    },
    /// The object is larger than the store accepts.
    #[error("{object} of {bytes} bytes is larger than the limit of {limit}")]
    TooLarge { object: &'static str, bytes: u64, limit: u64 },
    /// A blocking task of ours did not run to its end.
    #[error("could not {0}: the task was stopped")]
    Stopped(&'static str),
}

impl Error {
    /// Whether a unique index refused the row: somebody else inserted the same first.
    pub fn is_duplicate(&self) -> bool {
        match self {
            Self::Database { source, .. } => {
                source.as_database_error().is_some_and(|e| e.is_unique_violation())
            }
            _ => false,
        }
    }

    /// Whether the database gave a row that is not as it was written: it is so the next time.
    pub fn is_unreadable_row(&self) -> bool {
        match self {
            Self::Database { source, .. } => {
                matches!(source, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
            }
            _ => false,
        }
    }

    /// Whether the disk is full, cannot be written, or fails: nothing was changed, and it may work again later.
    pub fn is_no_room(&self) -> bool {
        match self {
            Self::Database { source, .. } => match source.as_database_error().and_then(|e| e.code()) {
                // PostgreSQL: disk_full, out of other resources, io_error, read_only_sql_transaction.
                Some(code) if code.len() == 5 => {
                    code.starts_with("53") && code != "53300" || matches!(&*code, "58030" | "25006")
                }
                // SQLite: SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN, with what more they say.
                Some(code) => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 8 | 10 | 13 | 14)),
                None => false,
            },
            Self::Io { source, .. } => {
                use std::io::ErrorKind;
                matches!(
                    source.kind(),
                    ErrorKind::StorageFull
                        | ErrorKind::QuotaExceeded
                        | ErrorKind::ReadOnlyFilesystem
                        | ErrorKind::FileTooLarge
                        | ErrorKind::PermissionDenied
                )
            }
            _ => false,
        }
    }
}

/// Names what was attempted, in the form "insert the applicant".
pub(crate) trait Context<T> {
    fn to(self, action: &'static str) -> Result<T>;
}

impl<T> Context<T> for Result<T, sqlx::Error> {
    fn to(self, action: &'static str) -> Result<T> {
        self.map_err(|source| match source {
            sqlx::Error::PoolTimedOut => Error::Overloaded(action),
            source => Error::Database { action, source },
        })
    }
}
