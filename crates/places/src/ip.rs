//! Internet addresses and their places, in the MaxMind DB format.

use std::{collections::HashMap, fmt, net::IpAddr};

use maxminddb::Reader;
use serde::{Deserialize, Deserializer, Serialize, de::Visitor};

use crate::{Country, country};

/// Where an address is used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IpPlace {
    /// WGS 84 degrees, of the city or the middle of the region or country.
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub country: Country,
    /// The country's first division: a state, a province.
    pub region: Option<String>,
    pub city: Option<String>,
}

pub(crate) struct Addresses(Reader<Vec<u8>>);

impl Addresses {
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, String> {
        Reader::from_source(bytes).map(Self).map_err(|error| format!("not a usable MaxMind DB: {error}"))
    }

    pub(crate) fn holds_ipv6(&self) -> bool {
        self.0.metadata().ip_version == 6
    }

    pub(crate) fn find(&self, address: IpAddr) -> Option<IpPlace> {
        let record: Record<'_> = self.0.lookup(address).ok()?.decode().ok()??;
        record.place()
    }
}

/// A record, in either shape in use: flat (`country_code`, `state1`, `city`), or the nested one of GeoIP2.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    country_code: Option<&'a str>,
    state1: Option<&'a str>,
    latitude: Option<Degrees>,
    longitude: Option<Degrees>,
    city: Option<Name<'a>>,
    country: Option<Named<'a>>,
    subdivisions: Option<Vec<Named<'a>>>,
    location: Option<Location>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Name<'a> {
    #[serde(borrow)]
    Flat(&'a str),
    Nested(Named<'a>),
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    iso_code: Option<&'a str>,
    names: Option<HashMap<&'a str, &'a str>>,
}

#[derive(Deserialize)]
struct Location {
    latitude: Option<Degrees>,
    longitude: Option<Degrees>,
}

/// A number of single or double precision: the publishers differ.
#[derive(Clone, Copy)]
struct Degrees(f64);

impl<'de> Deserialize<'de> for Degrees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Degrees;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_f32<E>(self, value: f32) -> Result<Degrees, E> {
                Ok(Degrees(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Degrees, E> {
                Ok(Degrees(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Degrees, E> {
                Ok(Degrees(value as f64))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Degrees, E> {
                Ok(Degrees(value as f64))
            }
        }
        deserializer.deserialize_any(Number)
    }
}

impl Named<'_> {
    fn english(&self) -> Option<&str> {
        self.names.as_ref()?.get("en").copied()
    }
}

impl Record<'_> {
    fn place(&self) -> Option<IpPlace> {
        let code = self.country_code.or_else(|| self.country.as_ref()?.iso_code)?;
        let region = self.state1.or_else(|| self.subdivisions.as_ref()?.first()?.english());
        let city = match &self.city {
            Some(Name::Flat(name)) => Some(*name),
            Some(Name::Nested(named)) => named.english(),
            None => None,
        };
        let nested = self.location.as_ref();
        let latitude = self.latitude.or_else(|| nested?.latitude).filter(|d| d.0.abs() <= 90.0);
        let longitude = self.longitude.or_else(|| nested?.longitude).filter(|d| d.0.abs() <= 180.0);
        let point = latitude.zip(longitude);
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Some(IpPlace {
            latitude: point.map(|(latitude, _)| metres(latitude.0)),
            longitude: point.map(|(_, longitude)| metres(longitude.0)),
            country: country(code)?,
            region: region.and_then(text),
            city: city.and_then(text),
        })
    }
}

/// Degrees to five decimals, about a metre: single-precision numbers have no more.
fn metres(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(json: &str) -> Option<IpPlace> {
        serde_json::from_str::<Record<'_>>(json).unwrap().place()
    }

    #[test]
    fn both_shapes_of_records_are_read() {
        let flat = decode(
            r#"{"city":"Montreal","country_code":"CA","latitude":45.50883865,"longitude":-73.58780670,
                "postcode":"","state1":"Quebec","state2":"","timezone":""}"#,
        );
        let nested = decode(
            r#"{"city":{"names":{"en":"Montreal","fr":"Montréal"}},"country":{"iso_code":"CA","names":{"en":"Canada"}},
                "location":{"latitude":45.50884,"longitude":-73.58781},"subdivisions":[{"iso_code":"QC","names":{"en":"Quebec"}}]}"#,
        );
        assert_eq!(flat, nested);
        let place = flat.unwrap();
        assert_eq!((place.country.name, place.latitude), ("Canada", Some(45.50884)));
    }

    #[test]
    fn what_is_empty_unknown_or_off_the_earth_is_absent() {
        let bare =
            decode(r#"{"city":"","country_code":"DE","state1":" ","latitude":91,"longitude":0}"#).unwrap();
        assert_eq!((bare.city, bare.region, bare.latitude, bare.longitude), (None, None, None, None));
        assert_eq!(decode(r#"{"country_code":"ZZ"}"#), None);
        assert_eq!(decode("{}"), None);
    }
}
