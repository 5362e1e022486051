//! Bodies under way: how large one may be, how slowly it may come, and how many bytes of all of them there may be at once.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderMap, header},
};
use bonafide_core::{
    id::OrganizationId,
    problem::{Problem, Rule},
};
use bonafide_engine::Error;
use hyper::body::Frame;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, timeout},
};

use crate::{Denied, Refusal, layers::MAX_BODY};

/// Bodies up to this size have a place of their own, so that large ones do not keep them waiting.
const SMALL: usize = 256 << 10;
/// Bytes of small bodies at once, and of large ones: what is made of a body while it is read takes about three times as much.
const ALL_SMALL: usize = 64 << 20;
const ALL_LARGE: usize = 192 << 20;
/// Bytes that a permit stands for.
const UNIT: usize = 1 << 10;
/// What is taken for a body of which nobody says how large it is, before it comes; more is taken as it comes.
const FIRST: usize = 1 << 20;
/// How long a body waits for its place.
const WAIT: Duration = Duration::from_secs(2);
/// When whoever found none may ask again, in seconds.
const AGAIN_S: u32 = 2;
/// How long a body may take however small it is, and for each of its bytes beyond that: a slow telephone line. What is beyond
/// a small one takes more room from others, and has to come faster.
const GRACE: Duration = Duration::from_secs(30);
const SLOWEST_PER_S: usize = 8 << 10;
const SLOWEST_LARGE_PER_S: usize = 64 << 10;

/// What is free for bodies. One organization never takes more than half of it.
pub(crate) struct Room {
    small: Lane,
    large: Lane,
}

struct Lane {
    all: Arc<Semaphore>,
    half: usize,
    by_organization: Mutex<HashMap<OrganizationId, Arc<Semaphore>>>,
}

impl Lane {
    fn new(bytes: usize) -> Self {
        let units = bytes / UNIT;
        let all = Arc::new(Semaphore::new(units));
        Self { all, half: units / 2, by_organization: Mutex::default() }
    }

    async fn take(&self, whose: OrganizationId, bytes: usize) -> Option<Place> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).ok()?;
        let of_organization = {
            let mut all = self.by_organization.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(whose).or_insert_with(|| Arc::new(Semaphore::new(self.half))).clone()
        };
        let both = async {
            let share = of_organization.acquire_many_owned(units).await.ok()?;
            let all = self.all.clone().acquire_many_owned(units).await.ok()?;
            Some(Place([share, all]))
        };
        timeout(WAIT, both).await.ok()?
    }
}

/// The permits of one body.
struct Place([OwnedSemaphorePermit; 2]);

impl Place {
    /// Takes more where more came than was taken for. Nobody waits here: two that wait for each other would wait for ever.
    fn cover(&mut self, came: usize) -> bool {
        let needed = came.div_ceil(UNIT);
        self.0.iter_mut().all(|permit| {
            if needed <= permit.num_permits() {
                return true;
            }
            let more = (needed - permit.num_permits()).max(FIRST / UNIT);
            let more =
                permit.semaphore().clone().try_acquire_many_owned(u32::try_from(more).unwrap_or(u32::MAX));
            more.map(|more| permit.merge(more)).is_ok()
        })
    }

    /// Gives back what was taken for bytes that did not come.
    fn shrink(&mut self, came: usize) {
        let needed = came.div_ceil(UNIT);
        for permit in &mut self.0 {
            let more = permit.num_permits().saturating_sub(needed);
            drop(permit.split(more));
        }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self { small: Lane::new(ALL_SMALL), large: Lane::new(ALL_LARGE) }
    }
}

/// What is known of a request's body while it is read and until it is answered.
#[derive(Clone, Default)]
pub(crate) struct UnderWay(Arc<State>);

#[derive(Default)]
struct State {
    place: Mutex<Option<Place>>,
    /// Why it was not read to its end.
    broken: OnceLock<Broken>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Broken {
    #[error("the body is too large")]
    TooLarge,
    #[error("the body came too slowly")]
    TooSlow,
    #[error("there is no room for the body")]
    NoRoom,
}

impl UnderWay {
    /// What the body's place says to it; true where it needs none.
    fn place(&self, of: impl FnOnce(&mut Place) -> bool) -> bool {
        self.0.place.lock().unwrap_or_else(PoisonError::into_inner).as_mut().is_none_or(of)
    }

    /// Why a body could not be read, where it was for its size or its slowness.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        Some(match self.0.broken.get()? {
            Broken::TooLarge => Denied::BodyTooLarge.into(),
            Broken::TooSlow => did_not_arrive("came too slowly").into(),
            Broken::NoRoom => Error::Overloaded { retry_after_s: AGAIN_S }.into(),
        })
    }
}

fn did_not_arrive(message: &str) -> Problem {
    Problem::new("", Rule::NotJson, message)
}

/// How much of a body the headers announce; `None` where they do not say.
fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// How long a body may have taken when so much of it came.
fn may_take(came: usize) -> Duration {
    let seconds = came.min(SMALL) / SLOWEST_PER_S + came.saturating_sub(SMALL) / SLOWEST_LARGE_PER_S;
    GRACE + Duration::from_secs(seconds as u64)
}

/// Whether a request brings more than a small body, as far as it says.
pub(crate) fn is_large(request: &Request, most: usize) -> bool {
    let announced = announced(request.headers());
    most > SMALL && !request.body().is_end_stream() && announced.is_none_or(|bytes| bytes > SMALL)
}

/// Counts a body that is refused before it is read.
pub(crate) fn count_refused() {
    metrics::counter!("bonafide_bodies_refused_total").increment(1);
}

/// Bounds a body that nobody has vouched for.
pub(crate) fn bound(request: Request, most: usize) -> Request {
    with(request, most, UnderWay::default())
}

/// Bounds a caller's body and waits until there is room for it.
///
/// # Errors
/// [`Denied::BodyTooLarge`] for one that announces more than the operation takes, and [`Error::Overloaded`] where there is no
/// room.
pub(crate) async fn admit(
    room: &Room,
    request: Request,
    most: usize,
    whose: OrganizationId,
) -> Result<(Request, UnderWay), Denied> {
    let under_way = UnderWay::default();
    let announced = announced(request.headers());
    let refused = if announced.is_some_and(|bytes| bytes > most) {
        Some(Denied::BodyTooLarge)
    } else if request.body().is_end_stream() {
        None
    } else {
        let lane = if most > SMALL { &room.large } else { &room.small };
        let place = lane.take(whose, announced.unwrap_or(most.min(FIRST))).await;
        let full = place.is_none().then_some(Denied::Engine(Error::Overloaded { retry_after_s: AGAIN_S }));
        *under_way.0.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
        full
    };
    match refused {
        None => Ok((with(request, most, under_way.clone()), under_way)),
        Some(denied) => {
            count_refused();
            Err(denied)
        }
    }
}

fn with(request: Request, most: usize, under_way: UnderWay) -> Request {
    let (mut parts, inner) = request.into_parts();
    if inner.is_end_stream() {
        return Request::from_parts(parts, inner);
    }
    let end = Instant::now() + GRACE;
    let body = Bounded {
        inner,
        most,
        came: 0,
        begun: Instant::now(),
        late: Box::pin(tokio::time::sleep_until(end)),
        under_way: under_way.clone(),
    };
    parts.extensions.insert(under_way);
    Request::from_parts(parts, Body::new(body))
}

/// A body that breaks off when it is too large or too slow.
struct Bounded {
    inner: Body,
    most: usize,
    came: usize,
    begun: Instant,
    late: Pin<Box<Sleep>>,
    under_way: UnderWay,
}

impl Bounded {
    fn break_off(&self, why: Broken) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let _ = self.under_way.0.broken.set(why);
        Poll::Ready(Some(Err(axum::Error::new(why))))
    }
}

impl HttpBody for Bounded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(next) => next,
            Poll::Pending => {
                ready!(self.late.as_mut().poll(context));
                return self.break_off(Broken::TooSlow);
            }
        };
        match &next {
            Some(Ok(frame)) => {
                let more = frame.data_ref().map_or(0, Bytes::len);
                self.came = self.came.saturating_add(more);
                if self.came > self.most {
                    return self.break_off(Broken::TooLarge);
                }
                if !self.under_way.place(|place| place.cover(self.came)) {
                    return self.break_off(Broken::NoRoom);
                }
                let end = self.begun + may_take(self.came);
                self.late.as_mut().reset(end);
            }
            None => {
                self.under_way.place(|place| {
                    place.shrink(self.came);
                    true
                });
            }
            Some(Err(_)) => {}
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.inner.size_hint()
    }
}

pub(crate) async fn frame(body: &mut Body) -> Option<Result<Frame<Bytes>, axum::Error>> {
    std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

/// The whole of a body.
///
/// # Errors
/// The refusal of one that is too large, came too slowly or broke off.
pub(crate) async fn read(mut body: Body, under_way: Option<&UnderWay>) -> Result<Bytes, Refusal> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or_default();
    let mut bytes = Vec::with_capacity(announced.min(MAX_BODY));
    while let Some(next) = frame(&mut body).await {
        let Ok(frame) = next else {
            let why = under_way.and_then(UnderWay::refusal);
            return Err(why.unwrap_or_else(|| did_not_arrive("did not arrive whole").into()));
        };
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > MAX_BODY {
            return Err(Denied::BodyTooLarge.into());
        }
    }
    Ok(bytes.into())
}

/// Bodies beyond this size are read on the pool for work that takes its time.
pub(crate) const AT_ONCE: usize = 64 << 10;

/// Does what takes as long as there are many bytes, beside the requests where there are.
pub async fn beside<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if bytes <= AT_ONCE {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(crashed) => match crashed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The server is stopping, and nobody is answered any more.
            Err(_) => std::future::pending().await,
        },
    }
}

/// The same with a body, which keeps its place until it is done: whoever hangs up does not end it.
pub(crate) async fn read_beside<T: Send + 'static>(
    bytes: usize,
    under_way: Option<&UnderWay>,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let place = under_way.cloned();
    beside(bytes, move || {
        let done = work();
        drop(place);
        done
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing more comes of it.
    struct Silent;

    impl HttpBody for Silent {
        type Data = Bytes;
        type Error = axum::Error;
        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            Poll::Pending
        }
    }

    /// On the one thread that answers requests nobody would hear of what this work waits for.
    #[tokio::test]
    async fn what_takes_long_is_done_beside_the_requests() {
        let (told, heard) = std::sync::mpsc::channel();
        let long = tokio::spawn(beside(AT_ONCE + 1, move || heard.recv_timeout(Duration::from_secs(60))));
        tokio::task::yield_now().await;
        told.send(()).unwrap();
        assert_eq!(long.await.unwrap(), Ok(()));
        // What is small is done where it is.
        let here = std::thread::current().id();
        assert_eq!(beside(AT_ONCE, || std::thread::current().id()).await, here);
        assert_ne!(beside(AT_ONCE + 1, || std::thread::current().id()).await, here);
    }

    #[tokio::test]
    async fn a_body_that_comes_too_slowly_is_not_waited_for() {
        let under_way = UnderWay::default();
        let body = Bounded {
            inner: Body::new(Silent),
            most: 10,
            came: 0,
            begun: Instant::now(),
            late: Box::pin(tokio::time::sleep(Duration::from_millis(1))),
            under_way: under_way.clone(),
        };
        let refused = read(Body::new(body), Some(&under_way)).await.unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.message.as_str()), (400, "came too slowly"));
    }

    #[test]
    fn what_is_large_has_to_come_faster() {
        for (came, seconds) in [(0, 30), (8 << 10, 31), (256 << 10, 62), (320 << 10, 63), (64 << 20, 1_082)] {
            assert_eq!(may_take(came).as_secs(), seconds, "{came}");
        }
    }

    #[tokio::test]
    async fn what_a_body_took_and_did_not_need_is_given_back() {
        let room = Room::default();
        let free = || room.small.all.available_permits();
        let all = free();
        let whose = OrganizationId::from_uuid(Default::default());
        let request = Request::new(Body::from(vec![b' '; 5_000]));
        let (request, under_way) = admit(&room, request, SMALL, whose).await.unwrap();
        assert_eq!(free(), all - SMALL / UNIT, "nobody said how large it is");
        assert_eq!(read(request.into_body(), Some(&under_way)).await.unwrap().len(), 5_000);
        assert_eq!(free(), all - 5, "as long as it is answered");
        drop(under_way);
        assert_eq!(free(), all);
        let (_, nothing) = admit(&room, Request::new(Body::empty()), SMALL, whose).await.unwrap();
        assert_eq!(free(), all);
        drop(nothing);
    }
}
