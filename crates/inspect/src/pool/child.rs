//! A child as the server sees it.

use std::{io, process::Stdio, time::Duration};

use tokio::process::{Child as Process, ChildStdin, ChildStdout, Command};

use super::Setup;
use crate::{
    jobs::Lane,
    wire::{self, Frame, MOST_ASKED, Said, Start},
    worker::{COMMAND, Confined, MEMORY},
};

/// What of the environment a child gets: where libraries are looked for. Everything else may hold a secret.
const KEPT: [&str; 2] = ["LD_LIBRARY_PATH", "SystemRoot"];

/// Killed when it is dropped.
pub(super) struct Child {
    process: Process,
    input: ChildStdin,
    output: ChildStdout,
}

impl Child {
    /// Starts one and waits until it is ready.
    pub(super) async fn start(setup: &Setup, lane: Lane) -> io::Result<(Self, Confined)> {
        let mut command = Command::new(&setup.program);
        // Nothing of a person, and nothing that another user of this machine may not read.
        command.args([COMMAND, MEMORY, &setup.memory_mib.to_string()]);
        command.env_clear().env("ORT_DISABLE_TELEMETRY", "1");
        command.envs(KEPT.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        // A message of a library may repeat what it read.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.kill_on_drop(true);
        #[cfg(unix)]
        {
            command.arg0("bonafide").current_dir("/");
            // Ctrl-C is for the server, which ends its children when their work is done.
            command.process_group(0);
        }
        let mut process = command.spawn()?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("a child without pipes"));
        };
        let mut child = Self { process, input, output };
        let start = Start {
            networks: (lane == Lane::Checks).then(|| setup.networks.clone()),
            readable: if lane == Lane::Checks { setup.readable.clone() } else { vec![] },
            cpu_s: setup.patience(lane).as_secs() + 1,
        };
        wire::send(&mut child.input, &wire::encode(&start, MOST_ASKED)?).await?;
        match wire::receive(&mut child.output).await? {
            Said::Ready(confined) => Ok((child, confined)),
            Said::Done(_) | Said::Panicked(_) => Err(io::Error::other("it did not become ready")),
        }
    }

    pub(super) async fn exchange(&mut self, frame: &Frame) -> io::Result<Said> {
        wire::send(&mut self.input, frame).await?;
        wire::receive(&mut self.output).await
    }

    /// Whether it ended while it had nothing to do.
    pub(super) fn is_gone(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    pub(super) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Ends it, however it stands, and says how it ended.
    pub(super) async fn end(mut self) -> String {
        // One that died by itself is on its way out.
        let died = tokio::time::timeout(Duration::from_millis(200), self.process.wait()).await;
        match died {
            Ok(Ok(status)) => status.to_string(),
            _ => {
                // An error here is that there is nothing left to end.
                drop(self.process.kill().await);
                "it was ended".to_owned()
            }
        }
    }
}
