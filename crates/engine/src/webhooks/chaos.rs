//! What goes wrong with messages in the world, done on purpose in a sandbox, so that a receiver is tested against it.
//! Everything follows from the event's id: the same message misbehaves the same way each time.

use bonafide_core::{delivery::Chaos, id::EventId};
use bonafide_store::Words;

const LATE_MS: i64 = 30_000;
const SHUFFLE_MS: i64 = 5_000;

/// The part of the id that is random.
fn dice(event: EventId) -> u128 {
    event.uuid().as_u128() & 0xffff_ffff
}

/// How much later than it should a message is sent: up to half a minute when late, up to five seconds when the order
/// is to be shuffled.
pub(crate) fn delay_ms(words: &Words<Chaos>, event: EventId) -> i64 {
    let up_to = |ms: i64| (dice(event) % ms as u128) as i64;
    let late = if words.has(Chaos::Late) { LATE_MS / 2 + up_to(LATE_MS / 2) } else { 0 };
    let shuffled = if words.has(Chaos::OutOfOrder) { up_to(SHUFFLE_MS) } else { 0 };
    late + shuffled
}

/// Whether the message is sent twice.
pub(crate) fn doubled(words: &Words<Chaos>) -> bool {
    words.has(Chaos::Doubled)
}

/// Whether it is sent with a wrong signature first: every second one. The receiver has to refuse it; the right one
/// follows at once.
pub(crate) fn forged(words: &Words<Chaos>, event: EventId) -> bool {
    words.has(Chaos::WrongSignature) && dice(event).is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn happens_to_those_who_asked_for_it() {
        let event = |n| EventId::from_uuid(Uuid::from_u128(n));
        let words = |all: &[Chaos]| Words(all.iter().map(|word| (*word).into()).collect());
        let (shuffled, wrong) = (words(&[Chaos::OutOfOrder]), words(&[Chaos::WrongSignature]));
        assert_eq!(delay_ms(&words(&[]), event(77)), 0);
        assert!((LATE_MS / 2..LATE_MS).contains(&delay_ms(&words(&[Chaos::Late]), event(123_456))));
        assert_ne!(delay_ms(&shuffled, event(1)), delay_ms(&shuffled, event(2)));
        assert!(doubled(&words(&[Chaos::Late, Chaos::Doubled])) && !doubled(&words(&[Chaos::Late])));
        assert!(forged(&wrong, event(2)) && !forged(&wrong, event(3)));
        assert!(!forged(&words(&[Chaos::Doubled]), event(2)));
    }
}
