//! The nearest town to a position.

use std::ops::Range;

use rstar::{RTree, primitives::GeomWithData};
use serde::Serialize;

use crate::{Country, country};

/// Mean radius of the earth (IUGG).
const EARTH_KM: f64 = 6371.0088;

/// Where a device is, by the nearest town of a thousand people or more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DevicePlace {
    pub country: Country,
    /// The country's first division: a state, a province. Absent, as the next two, farther than
    /// [`DevicePlace::VICINITY_KM`] from the town.
    pub admin_area: Option<String>,
    /// The second: a county, a department.
    pub sub_admin_area: Option<String>,
    /// The town.
    pub locality: Option<String>,
    /// To the town.
    pub distance_km: f64,
}

impl DevicePlace {
    /// Farther from a town than this, the town tells no more than the country.
    pub const VICINITY_KM: f64 = 50.0;
    /// Farther from every town than this, not even the country.
    pub const FARTHEST_KM: f64 = 200.0;
}

/// A point on the unit sphere: straight-line distances order as those on the ground, without special cases at the
/// poles and the date line.
type Point = [f32; 3];

/// The bytes of one town's line.
type Town = GeomWithData<Point, Range<u32>>;

pub(crate) struct Names {
    text: String,
    towns: RTree<Town>,
}

impl Names {
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, String> {
        let text = String::from_utf8(bytes).map_err(|_| "the place names are not text".to_owned())?;
        if u32::try_from(text.len()).is_err() {
            return Err("the place names are too many".to_owned());
        }
        let mut towns = vec![];
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.len();
            if let Some(Line { latitude, longitude, .. }) = Line::parse(line) {
                towns.push(Town::new(point(latitude, longitude), start as u32..end as u32));
            }
            start = end;
        }
        if towns.is_empty() {
            return Err("the place names hold no place".to_owned());
        }
        Ok(Self { towns: RTree::bulk_load(towns), text })
    }

    pub(crate) fn near(&self, latitude: f64, longitude: f64) -> Option<DevicePlace> {
        on_earth(latitude, longitude)?;
        let town = self.towns.nearest_neighbor(&point(latitude, longitude))?;
        let line = self.line(town)?;
        let distance_km = distance_km((latitude, longitude), (line.latitude, line.longitude));
        if distance_km > DevicePlace::FARTHEST_KM {
            return None;
        }
        let text = |text: &str| {
            (distance_km <= DevicePlace::VICINITY_KM && !text.is_empty()).then(|| text.to_owned())
        };
        Some(DevicePlace {
            country: country(line.country)?,
            admin_area: text(line.area),
            sub_admin_area: text(line.sub_area),
            locality: text(line.name),
            distance_km,
        })
    }

    pub(crate) fn is_country_within(
        &self,
        latitude: f64,
        longitude: f64,
        country: &str,
        km: f64,
    ) -> Option<bool> {
        on_earth(latitude, longitude)?;
        // The straight line through the earth that goes with so many kilometres on the ground.
        let chord = 2.0 * (km / EARTH_KM / 2.0).min(std::f64::consts::FRAC_PI_2).sin();
        let mut near = self.towns.locate_within_distance(point(latitude, longitude), (chord * chord) as f32);
        Some(near.any(|town| self.line(town).is_some_and(|line| line.country.eq_ignore_ascii_case(country))))
    }

    fn line(&self, town: &Town) -> Option<Line<'_>> {
        Line::parse(self.text.get(town.data.start as usize..town.data.end as usize)?)
    }
}

struct Line<'a> {
    latitude: f64,
    longitude: f64,
    country: &'a str,
    area: &'a str,
    sub_area: &'a str,
    name: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut parts = line.trim_end_matches(['\r', '\n']).split('\t');
        let (latitude, longitude) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        on_earth(latitude, longitude)?;
        Some(Self {
            latitude,
            longitude,
            country: parts.next()?,
            area: parts.next()?,
            sub_area: parts.next()?,
            name: parts.next()?,
        })
    }
}

fn on_earth(latitude: f64, longitude: f64) -> Option<()> {
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some(())
}

fn point(latitude: f64, longitude: f64) -> Point {
    let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
    let (x, y, z) = (latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin());
    [x as f32, y as f32, z as f32]
}

/// The way between two positions over the ground, in kilometres: latitude and longitude, WGS 84 degrees
/// (haversine, so half a percent off at most).
pub fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half = |x: f64, y: f64| ((y - x).to_radians() / 2.0).sin().powi(2);
    let h = half(a.0, b.0) + a.0.to_radians().cos() * b.0.to_radians().cos() * half(a.1, b.1);
    2.0 * EARTH_KM * h.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOWNS: &str = "\
45.50884\t-73.58781\tCA\tQuebec\tMontréal\tMontréal\n\
45.45286\t-73.64918\tCA\tQuebec\tMontréal\tCôte-Saint-Luc\n\
44.69949\t-73.45291\tUS\tNew York\tClinton\tPlattsburgh\n\
-16.50000\t179.95000\tFJ\tNorthern\t\tDateline\n\
not a line\n\
91\t0\tXX\t\t\tNowhere";

    fn names() -> Names {
        Names::open(TOWNS.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn the_nearest_town_is_found_with_its_areas() {
        let place = names().near(45.51, -73.57).unwrap();
        assert_eq!(place.country.code, "CA");
        assert_eq!(place.admin_area.as_deref(), Some("Quebec"));
        assert_eq!(
            (place.sub_admin_area.as_deref(), place.locality.as_deref()),
            (Some("Montréal"), Some("Montréal"))
        );
        assert!((1.0..2.0).contains(&place.distance_km), "{}", place.distance_km);
    }

    #[test]
    fn the_date_line_is_no_border() {
        let place = names().near(-16.5, -179.95).unwrap();
        assert_eq!((place.country.code, place.sub_admin_area), ("FJ", None));
        assert!(place.distance_km < 12.0);
    }

    #[test]
    fn far_from_towns_less_is_known() {
        let far = names().near(44.0, -75.0).unwrap();
        assert_eq!((far.country.code, far.locality, far.admin_area), ("US", None, None));
        assert_eq!(names().near(0.0, 0.0), None);
        assert_eq!(names().near(f64::NAN, 0.0), None);
        assert_eq!(names().near(45.0, 200.0), None);
    }

    #[test]
    fn a_country_is_near_by_its_towns() {
        let names = names();
        assert_eq!(names.is_country_within(45.0, -73.5, "us", 50.0), Some(true));
        assert_eq!(names.is_country_within(45.51, -73.57, "US", 50.0), Some(false));
        assert_eq!(names.is_country_within(45.51, -73.57, "US", 100.0), Some(true));
        assert_eq!(names.is_country_within(91.0, 0.0, "US", 100.0), None);
    }

    #[test]
    fn distances_are_those_on_the_ground() {
        // Paris to New York, by the great circle.
        let km = distance_km((48.8566, 2.3522), (40.7128, -74.006));
        assert!((km - 5837.0).abs() < 10.0, "{km}");
        assert_eq!(distance_km((10.0, 20.0), (10.0, 20.0)), 0.0);
        assert!((distance_km((0.0, 179.9), (0.0, -179.9)) - 22.2).abs() < 0.1);
    }
}
