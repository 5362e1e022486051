//! Where an internet address and a position on earth are, by files that were fetched beforehand: nothing is asked
//! over a network, so no person's address or position leaves this machine.
//!
//! An answer that the files do not hold is absent. Nothing here panics on a damaged file: it answers nothing.

mod ip;
mod near;

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Serialize};

pub use bonafide_core::country::{Country, country};
pub use ip::IpPlace;
pub use near::{DevicePlace, distance_km};

/// A file of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// IPv4 addresses and their places, a MaxMind DB. If it holds IPv6 addresses too, [`Part::Ipv6`] is not asked for.
    Ipv4,
    /// IPv6 addresses and their places, a MaxMind DB.
    Ipv6,
    /// Towns, one a line: latitude, longitude, country (ISO 3166-1 alpha-2), first and second administrative area,
    /// name; separated by tabs.
    Names,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Ipv4, Self::Ipv6, Self::Names];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Names => "names",
        }
    }
}

/// Brings the bytes of a part, or says why it cannot and what to do.
type Load = dyn Fn(Part) -> Result<Vec<u8>, String> + Send + Sync;

/// All places. Each part is loaded when it is first needed, which takes a fraction of a second, and kept: about
/// 65 MB for IPv4, 70 MB for IPv6, 20 MB for names. Cheap to clone.
#[derive(Clone)]
pub struct Places(Arc<Parts>);

struct Parts {
    load: Box<Load>,
    ipv4: OnceLock<Result<ip::Addresses, String>>,
    ipv6: OnceLock<Result<ip::Addresses, String>>,
    names: OnceLock<Result<near::Names, String>>,
}

impl Places {
    pub fn new(load: impl Fn(Part) -> Result<Vec<u8>, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Parts {
            load: Box::new(load),
            ipv4: OnceLock::new(),
            ipv6: OnceLock::new(),
            names: OnceLock::new(),
        }))
    }

    /// Knows no place.
    pub fn none() -> Self {
        Self::new(|_| Err("no places were asked for".to_owned()))
    }

    /// Where an address is used, by its network. Nothing for private, loopback and other addresses that are not
    /// routed. May read a file: not for an async task.
    pub fn ip(&self, address: IpAddr) -> Option<IpPlace> {
        let address = address.to_canonical();
        if !bonafide_core::address::is_public(address) {
            return None;
        }
        match address {
            IpAddr::V4(_) => self.ipv4().ok()?.find(address),
            IpAddr::V6(_) => self.ipv6().ok()?.find(address),
        }
    }

    /// The nearest town to a position, WGS 84 degrees. Nothing where no town is within
    /// [`DevicePlace::FARTHEST_KM`]: out at sea the nearest town says little. May read a file: not for an async task.
    pub fn near(&self, latitude: f64, longitude: f64) -> Option<DevicePlace> {
        self.names().ok()?.near(latitude, longitude)
    }

    /// Whether a town of this country (ISO 3166-1 alpha-2) is within so many kilometres; `None` where that cannot be
    /// told. May read a file: not for an async task.
    pub fn is_country_within(&self, latitude: f64, longitude: f64, country: &str, km: f64) -> Option<bool> {
        self.names().ok()?.is_country_within(latitude, longitude, country, km)
    }

    /// Loads everything now, and says which parts are not usable and why.
    pub fn unavailable(&self) -> Vec<(Part, String)> {
        let why = |part| match part {
            Part::Ipv4 => self.ipv4().err(),
            Part::Ipv6 => self.ipv6().err(),
            Part::Names => self.names().err(),
        };
        Part::ALL.into_iter().filter_map(|part| Some((part, why(part)?.to_owned()))).collect()
    }

    fn ipv4(&self) -> Result<&ip::Addresses, &str> {
        let load = || (self.0.load)(Part::Ipv4).and_then(ip::Addresses::open);
        self.0.ipv4.get_or_init(load).as_ref().map_err(String::as_str)
    }

    fn ipv6(&self) -> Result<&ip::Addresses, &str> {
        if let Ok(both) = self.ipv4()
            && both.holds_ipv6()
        {
            return Ok(both);
        }
        let load = || (self.0.load)(Part::Ipv6).and_then(ip::Addresses::open);
        self.0.ipv6.get_or_init(load).as_ref().map_err(String::as_str)
    }

    fn names(&self) -> Result<&near::Names, &str> {
        let load = || (self.0.load)(Part::Names).and_then(near::Names::open);
        self.0.names.get_or_init(load).as_ref().map_err(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_files_nothing_is_known_and_the_reason_is_told() {
        let places = Places::new(|part| Err(format!("{} is missing", part.as_str())));
        assert_eq!(places.ip("8.8.8.8".parse().unwrap()), None);
        assert_eq!(places.near(45.5, -73.6), None);
        assert_eq!(places.is_country_within(45.5, -73.6, "CA", 50.0), None);
        let why: Vec<String> = places.unavailable().into_iter().map(|(_, why)| why).collect();
        assert_eq!(why, ["ipv4 is missing", "ipv6 is missing", "names is missing"]);
    }

    const ADDRESSES: [&str; 6] =
        ["1.1.1.1", "81.2.69.142", "255.255.255.255", "2a02:cf40::1", "2001:220::1", "::1.2.3.4"];

    /// Places of a file with London and a network of IPv6.
    fn have_london(file: Vec<u8>) {
        let places = Places::new(move |part| match part {
            Part::Ipv4 => Ok(file.clone()),
            _ => Err("none".to_owned()),
        });
        let unusable = places.ipv4().err();
        assert_eq!(unusable, None);
        let place = places.ip("81.2.69.142".parse().unwrap()).unwrap();
        assert_eq!((place.country.code, place.city.as_deref()), ("GB", Some("London")));
        // One file for both.
        assert!(places.ip("2a02:cf40::1".parse().unwrap()).is_some());
        assert_eq!(places.ip("2a02:ffff::1".parse().unwrap()), None);
    }

    fn never_panics(file: &[u8]) {
        let file = file.to_vec();
        let places = Places::new(move |_| Ok(file.clone()));
        for address in ADDRESSES {
            places.ip(address.parse().unwrap());
        }
    }

    #[test]
    fn an_address_of_an_invented_file_has_a_place() {
        have_london(bonafide_testkit::places::london());
    }

    /// The publisher's own records: an invented one has invented types.
    #[test]
    #[ignore = "needs real data: geo/maxmind_test"]
    fn an_address_of_a_real_file_has_a_place() {
        let file = bonafide_testkit::data::test_data("geo/maxmind_test/GeoIP2-City-Test.mmdb");
        have_london(std::fs::read(file).unwrap());
    }

    #[test]
    fn a_damaged_file_never_panics() {
        let whole = bonafide_testkit::places::london();
        for at in 0..whole.len() {
            let mut file = whole.clone();
            for value in [0, 0x55, 0xff] {
                file[at] = value;
                never_panics(&file);
            }
            never_panics(&whole[..at]);
        }
    }

    #[test]
    #[ignore = "needs real data: geo/maxmind_test"]
    fn broken_files_never_panic() {
        for file in std::fs::read_dir(bonafide_testkit::data::test_data("geo/maxmind_test")).unwrap() {
            never_panics(&std::fs::read(file.unwrap().path()).unwrap());
        }
    }

    #[test]
    fn damaged_files_are_told_and_answer_nothing() {
        let places = Places::new(|_| Ok(b"\xff\x00 not what it should be".to_vec()));
        assert_eq!(places.unavailable().len(), 3);
        assert_eq!(places.ip("8.8.8.8".parse().unwrap()), None);
    }
}
