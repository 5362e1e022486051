//! What goes wrong with messages in the world, done on purpose in a sandbox, so that a receiver is tested against it.
//! Everything follows from the event's id: the same message misbehaves the same way each time.

use bonafide_core::id::EventId;

/// The words of [`Chaos`](bonafide_core::delivery::Chaos) that an endpoint may have.
pub const WORDS: [&str; 4] = ["late", "doubled", "out_of_order", "wrong_signature"];

const LATE_MS: i64 = 30_000;
const SHUFFLE_MS: i64 = 5_000;

fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|w| w == word)
}

/// The part of the id that is random.
fn dice(event: EventId) -> u128 {
    event.uuid().as_u128() & 0xffff_ffff
}

/// How much later than it should a message is sent: up to half a minute when late, up to five seconds when the order
/// is to be shuffled.
pub(crate) fn delay_ms(words: &str, event: EventId) -> i64 {
    let up_to = |ms: i64| (dice(event) % ms as u128) as i64;
    let late = if has(words, "late") { LATE_MS / 2 + up_to(LATE_MS / 2) } else { 0 };
    let shuffled = if has(words, "out_of_order") { up_to(SHUFFLE_MS) } else { 0 };
    late + shuffled
}

/// Whether the message is sent twice.
pub(crate) fn doubled(words: &str) -> bool {
    has(words, "doubled")
}

/// Whether it is sent with a wrong signature first: every second one. The receiver has to refuse it; the right one
/// follows at once.
pub(crate) fn forged(words: &str, event: EventId) -> bool {
    has(words, "wrong_signature") && dice(event).is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn happens_to_those_who_asked_for_it() {
        let event = |n| EventId::from_uuid(Uuid::from_u128(n));
        assert_eq!(delay_ms("", event(77)), 0);
        assert!((LATE_MS / 2..LATE_MS).contains(&delay_ms("late", event(123_456))));
        assert_ne!(delay_ms("out_of_order", event(1)), delay_ms("out_of_order", event(2)));
        assert!(doubled("late doubled") && !doubled("late"));
        assert!(forged("wrong_signature", event(2)) && !forged("wrong_signature", event(3)));
        assert!(!forged("doubled", event(2)));
    }
}
