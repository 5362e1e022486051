//! Tries what a child must not be able to do. `bonafide doctor` asks for it.

use std::{
    io,
    net::{SocketAddr, TcpStream, UdpSocket},
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use bonafide_checks::models::Models;
use serde::{Deserialize, Serialize};

use super::{Job, Lane};

#[derive(Serialize, Deserialize)]
pub struct BreakOut {
    /// One that the server may read and a child may not.
    pub file: PathBuf,
    /// Where somebody may listen.
    pub address: SocketAddr,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    pub read: Attempt,
    pub write: Attempt,
    pub connect: Attempt,
    pub send: Attempt,
    pub start: Attempt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attempt {
    /// The operating system did not let it.
    Stopped,
    /// It did, or failed for another reason, so that nothing is known to stop it.
    NotStopped,
}

impl Broken {
    /// What nothing stops.
    pub fn not_stopped(&self) -> Vec<&'static str> {
        let all = [
            ("reading files", self.read),
            ("writing files", self.write),
            ("connecting to a network", self.connect),
            ("sending to a network", self.send),
            ("starting programs", self.start),
        ];
        all.into_iter().filter(|(_, tried)| *tried == Attempt::NotStopped).map(|(what, _)| what).collect()
    }
}

impl Attempt {
    fn of<T>(tried: io::Result<T>) -> Self {
        match tried.map_err(|error| error.kind()) {
            Err(io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => Self::Stopped,
            _ => Self::NotStopped,
        }
    }
}

impl Job for BreakOut {
    type Answer = Broken;
    const LANE: Lane = Lane::Pictures;

    fn perform(self, _: &Models) -> Self::Answer {
        let nothing = || std::env::temp_dir().join(format!("bonafide-{}", std::process::id()));
        let write = std::fs::File::create_new(nothing());
        if write.is_ok() {
            // Nothing is left behind where nothing stops it.
            drop(std::fs::remove_file(nothing()));
        }
        let start =
            Command::new("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Broken {
            read: Attempt::of(std::fs::File::open(&self.file)),
            write: Attempt::of(write),
            connect: Attempt::of(TcpStream::connect_timeout(&self.address, Duration::from_secs(1))),
            send: Attempt::of(UdpSocket::bind(("127.0.0.1", 0))),
            start: Attempt::of(start.and_then(|mut child| child.wait())),
        }
    }
}
