//! Asking which addresses a name has.

use std::{
    io,
    net::{IpAddr, ToSocketAddrs as _},
    pin::Pin,
    sync::Arc,
};

use tokio::{sync::Semaphore, task::spawn_blocking};

/// Look-ups that go on at the same time. The system's block a thread, and cannot be called off when nobody waits any
/// more: slow name servers must not eat up the threads that the rest of the server works with.
const MOST_LOOKUPS: usize = 64;

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
        Self { running: Arc::new(Semaphore::new(MOST_LOOKUPS)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> Addresses {
        let host = host.to_owned();
        let running = self.running.clone();
        Box::pin(async move {
            let permit = running.acquire_owned().await.map_err(io::Error::other)?;
            let look_up = move || {
                // Given back when the look-up ends, not when its caller leaves.
                let _permit = permit;
                Ok((host.as_str(), 0).to_socket_addrs()?.map(|found| found.ip()).collect())
            };
            spawn_blocking(look_up).await?
        })
    }
}
