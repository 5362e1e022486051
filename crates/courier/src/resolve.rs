//! Asking which addresses a name has.

use std::{
    io,
    net::{IpAddr, ToSocketAddrs as _},
    pin::Pin,
    sync::Arc,
    thread,
};

use tokio::sync::{Semaphore, oneshot};

/// Look-ups that go on at the same time: several times what one organization may have under way, so that one with slow
/// name servers leaves enough for the others. Each blocks a thread, and cannot be called off when nobody waits any more,
/// so the threads are not those that the rest of the server works with.
const MAX_LOOKUPS: usize = 512;

/// The addresses of a name, once they are known.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Whoever is asked for the addresses of a name. The answers are not trusted: each address is judged.
pub trait Resolve: Send + Sync {
    /// All addresses of `host`, a name in ASCII. Any error reads as a name that cannot be looked up.
    fn resolve(&self, host: &str) -> Addresses;
}

/// Asks the operating system, with its hosts file and name servers.
pub struct SystemResolver {
    running: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(MAX_LOOKUPS)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> Addresses {
        let host = host.to_owned();
        let running = self.running.clone();
        Box::pin(async move {
            let permit = running.acquire_owned().await.map_err(io::Error::other)?;
            let (answer, answered) = oneshot::channel();
            let look_up = move || {
                // Given back when the look-up ends, not when its caller leaves.
                let _permit = permit;
                let found = (host.as_str(), 0).to_socket_addrs();
                let _ = answer.send(found.map(|found| found.map(|address| address.ip()).collect()));
            };
            thread::Builder::new().name("look-up".to_owned()).spawn(look_up)?;
            answered.await.map_err(io::Error::other)?
        })
    }
}
