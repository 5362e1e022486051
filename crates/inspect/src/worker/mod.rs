//! What a child does: it limits itself before it reads anything, and then answers one request after the other.

mod confine;

use std::{
    io::{self, Write},
    panic::{self, AssertUnwindSafe},
    sync::{Mutex, PoisonError, mpsc},
};

use bonafide_checks::models::Models;

pub use self::confine::Confined;
use crate::{
    jobs::Request,
    wire::{self, Frame, MOST_ASKED, Said, Start},
};

/// The mode of the program, and its one argument: how much memory it may take, in MiB.
pub const COMMAND: &str = "worker";
pub const MEMORY: &str = "--memory-mib";

/// Where the last panic was.
static PLACE: Mutex<String> = Mutex::new(String::new());

/// The life of a child. `load` is given what the server was set up with.
///
/// # Errors
/// When the server cannot be understood, or takes no more answers.
pub fn run(memory_mib: u64, load: impl FnOnce(&str) -> Models) -> io::Result<()> {
    confine::limit(memory_mib);
    // The message of a panic may repeat what was read off a document.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
    let start = wire::read(&mut io::stdin().lock(), MOST_ASKED)?;
    let Start { networks, readable, cpu_s } = wire::decode(&start)?;
    // The library that runs networks is opened before the gates close.
    let models = networks.map(|networks| load(&networks)).unwrap_or_default();
    let confined = confine::confine(&readable);
    let mut output = io::stdout().lock();
    wire::write(&mut output, &Said::Ready(confined))?;
    let requests = listen()?;
    while let Ok(frame) = requests.recv() {
        let request: Request = wire::decode(&frame)?;
        drop(frame);
        confine::allow_time(cpu_s);
        match panic::catch_unwind(AssertUnwindSafe(|| request.perform(&models))) {
            Ok(answer) => wire::write(&mut output, &Said::Done(answer))?,
            Err(_) => {
                let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone();
                return wire::write(&mut output, &Said::Panicked(place));
            }
        }
    }
    output.flush()
}

/// Reads what comes on a thread of its own: when the server is gone, the pipe ends, and so does the child, whatever it is at.
fn listen() -> io::Result<mpsc::Receiver<Frame>> {
    let (hand_over, requests) = mpsc::channel();
    let listener = std::thread::Builder::new().name("listener".to_owned());
    listener.spawn(move || {
        while let Ok(frame) = wire::read(&mut io::stdin().lock(), MOST_ASKED) {
            if hand_over.send(frame).is_err() {
                return;
            }
        }
        // Not an orderly exit, which would wait for what is being computed.
        std::process::abort();
    })?;
    Ok(requests)
}
