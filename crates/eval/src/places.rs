//! `bonafide eval places DIR`: internet addresses and positions, on `DIR/ip_country.tsv` (`ip`, `country`) and
//! `DIR/reverse_geocode.tsv` (`lat`, `lon`, `country`, `admin1`, `locality`).
//!
//! Countries are ISO 3166-1 alpha-2. Names are compared by letters and digits alone, ignoring case and accents.

use std::time::{Duration, Instant};

use super::{Report, manifest};

pub(super) fn run(dir: &std::path::Path) -> Result<Report, Box<dyn std::error::Error>> {
    let places = bonafide_models::places(None);
    if let Some((_, why)) = places.unavailable().into_iter().next() {
        return Err(why.into());
    }
    let addresses = manifest(&dir.join("ip_country.tsv"))?;
    let positions = manifest(&dir.join("reverse_geocode.tsv"))?;
    let mut times: Vec<Duration> = vec![];
    let mut failures = vec![];

    let (mut known, mut right, mut cities) = (0, 0, 0);
    for row in &addresses {
        let of = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let address = of("ip").parse().map_err(|_| format!("{} is not an address", of("ip")))?;
        let start = Instant::now();
        let place = places.ip(address);
        times.push(start.elapsed());
        let country = place.as_ref().map_or("", |p| p.country.code);
        known += usize::from(place.is_some());
        cities += usize::from(place.as_ref().is_some_and(|p| p.city.is_some()));
        right += usize::from(country == of("country"));
        if country != of("country") {
            failures.push((of("ip").to_owned(), format!("expected {}, found {country:?}", of("country"))));
        }
    }

    let (mut countries, mut areas, mut named, mut localities) = (0, 0, 0, 0);
    for row in &positions {
        let of = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let degrees = |name: &str| of(name).parse::<f64>().map_err(|_| format!("{name} is not a number"));
        let (latitude, longitude) = (degrees("lat")?, degrees("lon")?);
        let start = Instant::now();
        let place = places.near(latitude, longitude);
        times.push(start.elapsed());
        let country = place.as_ref().map_or("", |p| p.country.code);
        let area = place.as_ref().and_then(|p| p.admin_area.as_deref()).unwrap_or_default();
        let locality = place.as_ref().and_then(|p| p.locality.as_deref()).unwrap_or_default();
        countries += usize::from(country == of("country"));
        localities += usize::from(plain(locality) == plain(of("locality")));
        if !of("admin1").is_empty() {
            named += 1;
            areas += usize::from(plain(area) == plain(of("admin1")));
        }
        if country != of("country") || plain(locality) != plain(of("locality")) {
            let expected = format!("expected {} {}", of("country"), of("locality"));
            failures
                .push((format!("{latitude},{longitude}"), format!("{expected}, found {country} {locality}")));
        }
    }

    let mut report = Report::new("places", addresses.len() + positions.len(), times);
    report.metric("ip known", known, addresses.len());
    report.metric("ip country", right, addresses.len());
    report.metric("ip with a city", cities, addresses.len());
    report.metric("position country", countries, positions.len());
    report.metric("position area", areas, named);
    report.metric("position locality", localities, positions.len());
    for (item, why) in failures {
        report.failure(item, why);
    }
    Ok(report)
}

fn plain(name: &str) -> String {
    let ascii = any_ascii::any_ascii(name);
    ascii.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
