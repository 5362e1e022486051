//! How much may be asked for: buckets of requests that fill evenly over a minute, one per credential, one for all of an
//! organization, and one per address for credentials that are wrong. Kept in this process: several processes each grant
//! the whole limit.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bonafide_core::{
    id::{CredentialId, EvidenceId, OrganizationId, ShareId, VerificationId},
    time::{Clock as CoreClock, Timestamp},
};
use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::{NoOpMiddleware, StateInformationMiddleware},
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, keyed::DefaultKeyedStateStore},
};

/// Wrong credentials a minute from one address.
const WRONG_PER_MINUTE: u32 = 60;
/// Addresses that are remembered before those that have recovered are forgotten.
const MAX_ADDRESSES: usize = 10_000;
/// Buckets that are kept before those that are full again are forgotten.
const MAX_BUCKETS: usize = 10_000;
/// How long a bucket takes to be full again, however empty it was.
const FULL_AFTER: Duration = Duration::from_secs(60);
/// Good credentials that are remembered before the older half of them is forgotten.
const MAX_KNOWN: usize = 100_000;

type Bucket = RateLimiter<NotKeyed, InMemoryState, Time, StateInformationMiddleware>;

/// Whose bucket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    Credential(CredentialId),
    /// A person's device in their verification.
    Session(VerificationId),
    /// A client who exchanges their secret for tokens.
    Exchange(CredentialId),
    /// Whoever has the link to what was shared.
    Share(ShareId),
    /// Whoever has the link to a picture.
    Picture(EvidenceId),
    /// Whoever has the link to a report.
    Report(VerificationId),
    /// All of its callers whose bucket has this size.
    Organization(OrganizationId, u32),
}

/// The buckets of this process.
pub(crate) struct Limits {
    time: Time,
    buckets: Mutex<HashMap<Holder, Kept>>,
    wrong: RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, Time, NoOpMiddleware<Nanos>>,
    /// Until when addresses wait from which too many were wrong.
    shut: Mutex<HashMap<IpAddr, Nanos>>,
    known: Known,
    /// Requests that are open now, by whose and which.
    open: Mutex<HashMap<(Holder, String), u32>>,
}

/// A bucket of this many requests a minute, and when it was used last.
struct Kept {
    per_minute: u32,
    used: Nanos,
    bucket: Arc<Bucket>,
}

/// The credentials that were good when they were last seen, under a hash that is keyed anew in each process. Whether they
/// still are is for the database to say.
#[derive(Default)]
struct Known {
    keyed: RandomState,
    /// Those of now, and those of before.
    seen: Mutex<[HashSet<u64>; 2]>,
}

impl Known {
    fn with<T>(&self, credential: &str, of: impl FnOnce(&mut [HashSet<u64>; 2], u64) -> T) -> T {
        let hash = self.keyed.hash_one(credential);
        of(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner), hash)
    }
}

/// An open request, until it is dropped.
pub(crate) struct Open {
    limits: Arc<Limits>,
    what: (Holder, String),
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.limits.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = open.get_mut(&self.what) {
            *n -= 1;
            if *n == 0 {
                open.remove(&self.what);
            }
        }
    }
}

/// Our clock as the library reads it. Where ours is set back, this one stands still for that moment and goes on: buckets
/// filled in a future that never came would stay shut until it does.
#[derive(Clone)]
struct Time {
    clock: Arc<dyn CoreClock>,
    /// When it was read last, and how much time had passed by then, in milliseconds.
    read: Arc<Mutex<(Timestamp, u64)>>,
}

impl Time {
    fn new(clock: Arc<dyn CoreClock>) -> Self {
        let read = Arc::new(Mutex::new((clock.now(), 0)));
        Self { clock, read }
    }
}

impl Clock for Time {
    type Instant = Nanos;
    fn now(&self) -> Nanos {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let passed = u64::try_from(now.0 - read.0.0).unwrap_or_default();
        *read = (now, read.1 + passed);
        Duration::from_millis(read.1).into()
    }
}

/// What a caller is told about their limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Requests a minute.
    pub per_minute: u32,
    /// Those left now.
    pub remaining: u32,
    /// Seconds until the bucket is full again; when nothing was granted, until there is enough for this request.
    pub reset_s: u32,
}

impl Limits {
    pub(crate) fn new(clock: Arc<dyn CoreClock>) -> Self {
        let time = Time::new(clock);
        let quota = Quota::per_minute(NonZeroU32::new(WRONG_PER_MINUTE).unwrap_or(NonZeroU32::MIN));
        let wrong = RateLimiter::new(quota, DefaultKeyedStateStore::default(), time.clone());
        let (buckets, shut, known, open) = Default::default();
        Self { time, buckets, wrong, shut, known, open }
    }

    /// Takes `cost` requests out of a bucket.
    ///
    /// # Errors
    /// When there are not enough; nothing was taken.
    pub(crate) fn take(&self, holder: Holder, per_minute: u32, cost: u32) -> Result<Allowance, Allowance> {
        let most = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let bucket = {
            let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.time.now();
            if buckets.len() >= MAX_BUCKETS && !buckets.contains_key(&holder) {
                buckets.retain(|_, kept| now.saturating_sub(kept.used) < Nanos::from(FULL_AFTER));
            }
            let new = || Kept { per_minute: most.get(), used: now, bucket: Arc::new(self.bucket(most)) };
            let kept = buckets.entry(holder).or_insert_with(new);
            if kept.per_minute != most.get() {
                *kept = new();
            }
            kept.used = now;
            kept.bucket.clone()
        };
        // Whoever may ask twice a minute may still hand a picture in.
        let cost = NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN).min(most);
        let allowance =
            |remaining: u32, reset_s: u32| Allowance { per_minute: most.get(), remaining, reset_s };
        let seconds =
            |wait: Duration| u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1);
        match bucket.check_n(cost) {
            Ok(Ok(state)) => {
                let remaining = state.remaining_burst_capacity();
                let full = (most.get() - remaining.min(most.get())) as f64 * 60.0 / f64::from(most.get());
                Ok(allowance(remaining, full.ceil() as u32))
            }
            Ok(Err(not_until)) => Err(allowance(0, seconds(not_until.wait_time_from(self.time.now())))),
            Err(_) => Err(allowance(0, 60)),
        }
    }

    fn bucket(&self, per_minute: NonZeroU32) -> Bucket {
        RateLimiter::direct_with_clock(Quota::per_minute(per_minute), self.time.clone()).with_middleware()
    }

    /// Counts a wrong credential from this address; of IPv6 from its network, in which whoever has one address has all.
    ///
    /// # Errors
    /// Seconds to wait, when there were too many from this address.
    pub(crate) fn wrong(&self, from: IpAddr) -> Result<(), u32> {
        if self.wrong.len() > MAX_ADDRESSES {
            self.wrong.retain_recent();
        }
        let network = network(from);
        let counted = self.wrong.check_key(&network).map_err(|until| {
            u32::try_from(until.wait_time_from(self.time.now()).as_millis().div_ceil(1000))
                .unwrap_or(60)
                .max(1)
        });
        if let Err(seconds) = counted {
            let mut shut = self.shut.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.time.now();
            if shut.len() > MAX_ADDRESSES {
                shut.retain(|_, until| *until > now);
            }
            shut.insert(network, now + governor::nanos::Nanos::from(Duration::from_secs(seconds.into())));
        }
        counted
    }

    /// Whether an address waits because too many credentials from it were wrong.
    ///
    /// # Errors
    /// Seconds to wait.
    pub(crate) fn too_often(&self, from: IpAddr) -> Result<(), u32> {
        let shut = self.shut.lock().unwrap_or_else(PoisonError::into_inner);
        let until = shut.get(&network(from)).copied().unwrap_or_default();
        let left = until.saturating_sub(self.time.now());
        match left.as_u64().div_ceil(1_000_000_000) {
            0 => Ok(()),
            seconds => Err(u32::try_from(seconds).unwrap_or(60)),
        }
    }

    /// Whether a credential was good when it was last seen.
    pub(crate) fn is_known(&self, credential: &str) -> bool {
        self.known.with(credential, |seen, hash| seen.iter().any(|seen| seen.contains(&hash)))
    }

    pub(crate) fn know(&self, credential: &str) {
        self.known.with(credential, |[now, before], hash| {
            if now.len() >= MAX_KNOWN / 2 {
                *before = std::mem::take(now);
            }
            now.insert(hash);
        });
    }

    pub(crate) fn forget(&self, credential: &str) {
        self.known.with(credential, |seen, hash| {
            for seen in seen {
                seen.remove(&hash);
            }
        });
    }

    /// Opens a request that is not answered at once; `None` where its caller has as many open as there may be.
    pub(crate) fn open(self: &Arc<Self>, holder: Holder, what: &str, most: u32) -> Option<Open> {
        let what = (holder, what.to_owned());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let n = open.entry(what.clone()).or_default();
        if *n >= most {
            return None;
        }
        *n += 1;
        drop(open);
        Some(Open { limits: self.clone(), what })
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bonafide_testkit::world::FixedClock;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn id(n: u128) -> Holder {
        Holder::Credential(CredentialId::from_uuid(Uuid::from_u128(n)))
    }

    #[test]
    fn a_bucket_empties_and_fills_evenly() {
        let clock = Arc::new(FixedClock::default());
        let limits = Limits::new(clock.clone());
        for left in (0..60).rev() {
            assert_eq!(limits.take(id(1), 60, 1).map(|a| a.remaining), Ok(left));
        }
        let refused = limits.take(id(1), 60, 1).unwrap_err();
        assert_eq!(refused, Allowance { per_minute: 60, remaining: 0, reset_s: 1 });
        assert!(limits.take(id(2), 60, 1).is_ok(), "another caller's bucket");
        clock.advance(1_000);
        assert!(limits.take(id(1), 60, 1).is_ok());
        assert_eq!(limits.take(id(1), 60, 5).unwrap_err().reset_s, 5);
        clock.advance(60_000);
        assert_eq!(limits.take(id(1), 60, 10).map(|a| a.remaining), Ok(50));
        assert!(limits.take(id(3), 2, 10).is_ok(), "a small limit still lets a picture in");
    }

    #[test]
    fn buckets_that_are_full_again_are_forgotten() {
        let clock = Arc::new(FixedClock::default());
        let limits = Limits::new(clock.clone());
        let kept = || limits.buckets.lock().unwrap().len();
        for n in 0..MAX_BUCKETS as u128 {
            limits.take(id(n), 1, 1).unwrap();
        }
        clock.advance(59_999);
        assert!(limits.take(id(0), 1, 1).is_err(), "it is not full again");
        limits.take(id(u128::MAX), 1, 1).unwrap();
        assert_eq!(kept(), MAX_BUCKETS + 1, "each was used within the minute");
        clock.advance(1);
        limits.take(id(u128::MAX - 1), 1, 1).unwrap();
        assert_eq!(kept(), 3, "those that were used since, and the new one");
    }

    #[test]
    fn wrong_credentials_are_counted_by_address() {
        let limits = Limits::new(Arc::new(FixedClock::default()));
        let (a, b) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..WRONG_PER_MINUTE {
            assert_eq!(limits.wrong(a), Ok(()));
        }
        assert_eq!((limits.wrong(a), limits.wrong(b)), (Err(1), Ok(())));
        for host in 0..WRONG_PER_MINUTE {
            assert_eq!(limits.wrong(format!("2001:db8::{host:x}").parse().unwrap()), Ok(()));
        }
        let (same, next) = ("2001:db8::ffff:1".parse().unwrap(), "2001:db8:0:1::1".parse().unwrap());
        assert_eq!((limits.wrong(same), limits.wrong(next)), (Err(1), Ok(())));
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let clock = Arc::new(FixedClock::at(Timestamp(1_000_000_000)));
        let limits = Limits::new(clock.clone());
        for _ in 0..60 {
            limits.take(id(1), 60, 1).unwrap();
        }
        clock.advance(-7_200_000);
        assert_eq!(limits.take(id(1), 60, 1).unwrap_err().reset_s, 1, "no time has passed");
        clock.advance(1_000);
        assert!(limits.take(id(1), 60, 1).is_ok());
    }

    proptest! {
        /// Whatever the pattern, nobody gets more than the bucket plus what flowed into it.
        #[test]
        fn nobody_gets_more_than_the_limit(
            steps in proptest::collection::vec((0i64..20, 1u32..6), 1..200),
            per_minute in 1u32..120,
        ) {
            let clock = Arc::new(FixedClock::default());
            let limits = Limits::new(clock.clone());
            let (mut granted, mut seconds) = (0u64, 0i64);
            for (pause, cost) in steps {
                clock.advance(pause * 1000);
                seconds += pause;
                match limits.take(id(1), per_minute, cost) {
                    Ok(_) => granted += u64::from(cost.min(per_minute)),
                    Err(refused) => {
                        clock.advance(i64::from(refused.reset_s) * 1000);
                        seconds += i64::from(refused.reset_s);
                        prop_assert!(limits.take(id(1), per_minute, cost).is_ok(), "after the time that was told");
                        granted += u64::from(cost.min(per_minute));
                    }
                }
            }
            let most = f64::from(per_minute) * (1.0 + seconds as f64 / 60.0);
            prop_assert!(granted as f64 <= most + 1.0, "{granted} of {most}");
        }
    }
}
