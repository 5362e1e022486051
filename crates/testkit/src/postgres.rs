//! A throwaway PostgreSQL server per test process, from the programs the distribution installed.
//!
//! A test that needs it and finds no programs fails: skipping half of the contract in silence would be
//! worse than a red test.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// A running server, reachable only through a socket in its own folder.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    /// Stops the server and removes the folder when this process ends, however it ends: that closes its
    /// standard input. (Statics are never dropped, so a destructor would not do.)
    _caretaker: Child,
}

impl Cluster {
    /// Everything the server writes is below this folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The user that owns the server when the tests run as root: PostgreSQL refuses to be root.
const USER: &str = "postgres";

/// Stops and cleans up once the pipe from the test process closes.
const CARETAKER: &str = r#"read -r _; "$@" >/dev/null 2>&1; rm -rf "$FOLDER""#;

/// The server of this process; the first call starts it.
///
/// # Panics
/// When the programs of the PostgreSQL server are missing or do not start.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(start)
}

/// A fresh, empty database; returns its URL.
///
/// # Panics
/// As [`cluster`].
pub fn database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let cluster = cluster();
    let socket = cluster.folder.display();
    check(
        Command::new(cluster.programs.join("createdb"))
            .args(["-U", USER, "-h"])
            .arg(&cluster.folder)
            .arg(&name),
    );
    format!("postgres://{USER}@localhost/{name}?host={socket}")
}

/// One of the programs beside the server's, for instance `pg_dump`.
///
/// # Panics
/// As [`cluster`].
pub fn program(name: &str) -> PathBuf {
    cluster().programs.join(name)
}

fn start() -> Cluster {
    let programs = programs().unwrap_or_else(|| {
        panic!("the programs of the PostgreSQL server (initdb, pg_ctl, createdb) are missing: run ./setup")
    });
    let as_root = is_root();
    let folder =
        tempfile::Builder::new().prefix("bonafide-postgres-").tempdir().expect("a folder for PostgreSQL");
    // From here on the caretaker removes it.
    let folder = folder.keep();
    if as_root {
        check(Command::new("chown").arg(USER).arg(&folder));
    }
    let data = folder.join("data");
    let pg_ctl = programs.join("pg_ctl");
    let stop = command(&pg_ctl, as_root);
    let caretaker = caretaker(&stop, &data, &folder);

    check(
        command(&programs.join("initdb"), as_root)
            .args(["-A", "trust", "-U", USER, "-N", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
            .arg(&data),
    );
    // Durability off: the data dies with the tests. No TCP port, so nothing can collide.
    let options = format!(
        "-k {} -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
         -c max_connections=300 -c shared_buffers=32MB",
        folder.display()
    );
    check(
        command(&pg_ctl, as_root)
            .args(["-w", "-t", "120", "-o", &options, "-l"])
            .arg(folder.join("log"))
            .arg("-D")
            .arg(&data)
            .arg("start"),
    );
    Cluster { programs, folder, _caretaker: caretaker }
}

/// A process of its own group, so that an interrupt from the terminal does not end it before its work.
fn caretaker(pg_ctl: &Command, data: &Path, folder: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", CARETAKER, "caretaker"]).arg(pg_ctl.get_program()).args(pg_ctl.get_args());
    command.args(["-m", "immediate", "-D"]).arg(data).arg("stop").env("FOLDER", folder).current_dir("/");
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("start the caretaker of PostgreSQL")
}

/// The program, as a user that PostgreSQL accepts.
fn command(program: &Path, as_root: bool) -> Command {
    let mut command = if as_root {
        let mut setpriv = Command::new("setpriv");
        setpriv.args(["--reuid", USER, "--regid", USER, "--clear-groups", "--"]).arg(program);
        setpriv
    } else {
        Command::new(program)
    };
    // Another user may not be able to enter the folder the tests run in.
    command.current_dir("/");
    command
}

/// Runs it to its end. Its output goes to a file, not a pipe: the server inherits it and would hold a pipe open.
fn check(command: &mut Command) {
    let output = tempfile::tempfile().expect("a file for the output");
    let copy = || Stdio::from(output.try_clone().expect("another handle of the output"));
    let status = command.stdin(Stdio::null()).stdout(copy()).stderr(copy()).status();
    if !matches!(&status, Ok(status) if status.success()) {
        let mut text = String::new();
        let mut output = output;
        let _ = std::io::Seek::rewind(&mut output);
        let _ = std::io::Read::read_to_string(&mut output, &mut text);
        panic!("{:?} failed ({status:?}): {text}", command.get_program());
    }
}

/// Root is who owns the files it creates, and its id is 0.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    let file = tempfile::tempfile().and_then(|file| file.metadata());
    file.is_ok_and(|metadata| metadata.uid() == 0)
}

/// The newest installed server: where Debian and Red Hat put it, otherwise on the path.
fn programs() -> Option<PathBuf> {
    let version = |folder: &PathBuf| {
        let digits = |c: &std::path::Component<'_>| {
            let text: String = c.as_os_str().to_string_lossy().chars().filter(char::is_ascii_digit).collect();
            text.parse::<u32>().ok()
        };
        folder.components().rev().find_map(|c| digits(&c)).unwrap_or(0)
    };
    let mut folders: Vec<PathBuf> = ["/usr/lib/postgresql", "/usr"]
        .iter()
        .filter_map(|parent| std::fs::read_dir(parent).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.starts_with("/usr/lib") || path.to_string_lossy().contains("/pgsql-"))
        .map(|path| path.join("bin"))
        .collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    folders
        .into_iter()
        .find(|folder| ["initdb", "pg_ctl", "createdb"].iter().all(|program| folder.join(program).exists()))
}
