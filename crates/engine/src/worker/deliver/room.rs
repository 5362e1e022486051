//! How many messages may be under way, so that receivers who take their time keep nobody else waiting.
//!
//! Nobody takes more than is left over for the others: an organization has at most as many messages under way as there
//! are places free, an endpoint at most an eighth of what its organization has free for it. So there is always a place for
//! one more organization, and for one more of its endpoints.

use std::collections::HashMap;

use bonafide_core::id::{OrganizationId, WebhookEndpointId};

/// Messages under way to one endpoint, and to one whose last attempt failed.
pub(super) const OF_ENDPOINT: usize = 16;
const OF_FAILING: usize = 1;
/// Of one organization, and altogether: each holds a connection.
const OF_ORGANIZATION: usize = 128;
const ALL: usize = 512;

pub(super) type Key = (OrganizationId, WebhookEndpointId);

/// What is under way.
#[derive(Default)]
pub(super) struct Room {
    endpoints: HashMap<Key, usize>,
    organizations: HashMap<OrganizationId, usize>,
    all: usize,
}

impl Room {
    pub(super) fn of(under_way: impl Iterator<Item = Key>) -> Self {
        let mut room = Self::default();
        under_way.for_each(|key| room.add(key, 1));
        room
    }

    /// Takes up to `wanted` more places for messages to an endpoint, and says how many.
    pub(super) fn take(&mut self, key: Key, failing: bool, wanted: usize) -> usize {
        let has = self.endpoints.get(&key).copied().unwrap_or_default();
        let organization_has = self.organizations.get(&key.0).copied().unwrap_or_default();
        let free = ALL.saturating_sub(self.all).min(OF_ORGANIZATION).saturating_sub(organization_has);
        let most = if failing { OF_FAILING } else { ((free + has) / 8).clamp(1, OF_ENDPOINT) };
        let taken = most.saturating_sub(has).min(free).min(wanted);
        self.add(key, taken);
        taken
    }

    fn add(&mut self, key: Key, messages: usize) {
        *self.endpoints.entry(key).or_default() += messages;
        *self.organizations.entry(key.0).or_default() += messages;
        self.all += messages;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn key(organization: u128, endpoint: u128) -> Key {
        let (organization, endpoint) = (Uuid::from_u128(organization), Uuid::from_u128(endpoint));
        (OrganizationId::from_uuid(organization), WebhookEndpointId::from_uuid(endpoint))
    }

    /// Everything that an organization of this many endpoints gets when it asks for all it can.
    fn all_of(room: &mut Room, organization: u128, endpoints: u128) -> usize {
        let mut all = 0;
        loop {
            let more: usize = (0..endpoints).map(|e| room.take(key(organization, e), false, 1000)).sum();
            all += more;
            if more == 0 {
                return all;
            }
        }
    }

    #[test]
    fn there_is_always_a_place_for_one_more() {
        let mut room = Room::default();
        let mut taken = vec![];
        for organization in 0..8 {
            taken.push(all_of(&mut room, organization, 1000));
        }
        assert_eq!(taken, [128, 128, 128, 64, 32, 16, 8, 4]);
        // Within an organization: ten that take all they get leave something for each of the others.
        let mut room = Room::default();
        let slow: usize = (0..10).map(|e| room.take(key(1, e), false, 1000)).sum();
        assert!(slow <= 100, "{slow}");
        assert!((10..32).all(|e| room.take(key(1, e), false, 1000) >= 1));
    }

    #[test]
    fn nobody_gets_more_than_their_own_share() {
        let mut room = Room::default();
        assert_eq!(room.take(key(1, 1), false, 3), 3);
        assert_eq!(room.take(key(1, 1), false, 1000), 13, "what it has counts");
        assert_eq!(room.take(key(1, 2), true, 1000), 1, "one whose last attempt failed");
        assert_eq!(room.take(key(1, 2), true, 1000), 0);
        let under_way = [key(1, 1); 16];
        assert_eq!(Room::of(under_way.iter().copied()).take(key(1, 1), false, 1000), 0);
    }
}
