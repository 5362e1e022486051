//! Where the person was when the evidence was captured: by the device's own word and by the address of the request.

use std::net::IpAddr;

use bonafide_core::{
    address::is_public,
    evidence::{EvidenceKind, Position},
    finding::{Check, Code, Finding, Outcome, Reason},
    id::VerificationId,
    time::Timestamp,
};
use bonafide_places::{DevicePlace, IpPlace, Places, distance_km};
use bonafide_store::{
    crypto::{self, Object},
    evidence as rows,
};

use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    evidence::accept::{Origin, Private},
};

/// The captures that say where they were made.
const CAPTURES: [EvidenceKind; 3] =
    [EvidenceKind::DocumentFront, EvidenceKind::DocumentBack, EvidenceKind::Selfie];

/// Positions of one verification may lie this far apart: devices err, and people move on.
const APART_KM: f64 = 200.0;
/// Farther apart, nobody gets from one to the other faster than an airliner flies.
const FASTEST_KM_PER_H: f64 = 1000.0;
/// This far from a border an address of the neighbour says nothing: networks do not end there.
const BORDER_KM: f64 = 50.0;

/// Where one capture was made, as far as that is known. Personal data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Location {
    /// Of the request that brought the picture.
    pub address: Option<IpAddr>,
    pub ip: Option<IpPlace>,
    /// As the device said.
    pub position: Option<Position>,
    pub device: Option<DevicePlace>,
}

impl Location {
    /// Looks both up. May read files: not for an async task.
    pub fn of(places: &Places, position: Option<Position>, address: Option<IpAddr>) -> Self {
        Self {
            address,
            ip: address.and_then(|address| places.ip(address)),
            position,
            device: position.and_then(|p| places.near(p.latitude, p.longitude)),
        }
    }
}

/// Where the current picture of this kind was captured.
///
/// # Errors
/// A conflict `not_captured` when there is no such picture.
pub async fn location(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    kind: EvidenceKind,
) -> Result<Location> {
    let mut tx = engine.db().read().await?;
    let record = Record::load(engine, &mut tx, caller.organization, id).await?;
    drop(tx);
    let captures = captures(engine, &record).await?;
    let Some(Capture { origin, .. }) = captures.into_iter().find(|c| c.kind == kind) else {
        return Err(Error::conflict(
            "not_captured",
            "this picture has not been captured yet, so its location is not known",
        ));
    };
    let places = engine.places.clone();
    let look = move || Location::of(&places, origin.position, origin.address);
    Ok(tokio::task::spawn_blocking(look).await?)
}

/// [`Check::Location`] of the current captures.
pub(crate) async fn check(engine: &Engine, record: &Record) -> Result<Finding> {
    let captures = captures(engine, record).await?;
    let places = engine.places.clone();
    let judging = move || {
        let start = std::time::Instant::now();
        let mut finding = judge(&places, &captures);
        finding.ms = start.elapsed().as_millis() as u64;
        finding
    };
    Ok(tokio::task::spawn_blocking(judging).await?)
}

/// Where the current captures of a verification came from.
pub(crate) async fn origins(engine: &Engine, record: &Record) -> Result<Vec<Origin>> {
    Ok(captures(engine, record).await?.into_iter().map(|c| c.origin).collect())
}

struct Capture {
    kind: EvidenceKind,
    at: Timestamp,
    origin: Origin,
}

async fn captures(engine: &Engine, record: &Record) -> Result<Vec<Capture>> {
    let mut tx = engine.db().read().await?;
    let mut captures = vec![];
    for row in rows::list(&mut tx, record.row.organization, record.row.id).await? {
        let Some(kind) = row.kind.known().filter(|k| CAPTURES.contains(k)) else { continue };
        let private: Private = crypto::open_json(&record.key, Object::Evidence(row.id), &row.sealed)?;
        captures.push(Capture { kind, at: row.created_at, origin: private.origin });
    }
    Ok(captures)
}

/// Consider, never fail: a roaming telephone, a company's network and a privacy relay all come out in another
/// country, so this is told and decides nothing unless the organization requires the check.
fn judge(places: &Places, captures: &[Capture]) -> Finding {
    let mut reasons: Vec<Reason> = vec![];
    if apart(captures) {
        reasons.push(Reason::new(
            Code::PositionsApart,
            format!("the captures were made more than {APART_KM} km apart, faster than anybody travels"),
        ));
    }
    let mut agreements = vec![];
    for Capture { origin, .. } in captures {
        agreements.extend(country_agrees(places, origin));
    }
    if agreements.contains(&false) {
        reasons.push(Reason::new(
            Code::IpCountryDiffers,
            "the internet address is used in another country than where the device says it is",
        ));
    }
    if !reasons.is_empty() {
        return Finding { reasons, ..Finding::new(Check::Location, Outcome::Consider) };
    }
    if !agreements.is_empty() {
        return Finding::new(Check::Location, Outcome::Clear);
    }
    let public = |c: &Capture| c.origin.address.is_some_and(is_public);
    let (code, detail) = if !captures.iter().any(public) {
        (Code::NoPublicAddress, "the captures came from no public internet address")
    } else {
        (Code::PlaceUnknown, "no place is known for the internet address or for the device's position")
    };
    Finding::not_assessed(Check::Location, code, detail)
}

/// Whether the address is used in the country where the device is, or near its border; `None` where one of them
/// is not known.
fn country_agrees(places: &Places, origin: &Origin) -> Option<bool> {
    let position = origin.position?;
    let (latitude, longitude) = (position.latitude, position.longitude);
    let ip = places.ip(origin.address?)?.country.code;
    let device = places.near(latitude, longitude)?.country.code;
    if ip == device {
        return Some(true);
    }
    places.is_country_within(latitude, longitude, ip, BORDER_KM)
}

fn apart(captures: &[Capture]) -> bool {
    let placed: Vec<(Timestamp, Position)> =
        captures.iter().filter_map(|c| Some((c.at, c.origin.position?))).collect();
    placed.iter().enumerate().any(|(i, (at, a))| {
        placed.iter().skip(i + 1).any(|(later, b)| {
            let km = distance_km((a.latitude, a.longitude), (b.latitude, b.longitude));
            let hours = at.0.abs_diff(later.0) as f64 / 3_600_000.0;
            km > APART_KM && km > FASTEST_KM_PER_H * hours
        })
    })
}

#[cfg(test)]
mod tests {
    use bonafide_places::Part;

    use super::*;

    const MONTREAL: (f64, f64) = (45.5, -73.6);
    const PARIS: (f64, f64) = (48.85, 2.35);

    /// Two towns, and no addresses.
    fn towns() -> Places {
        Places::new(|part| match part {
            Part::Names => {
                Ok(b"45.5\t-73.6\tCA\tQuebec\t\tMontr\xc3\xa9al\n48.85\t2.35\tFR\t\t\tParis\n".to_vec())
            }
            _ => Err("none".to_owned()),
        })
    }

    fn capture(minutes: i64, at: (f64, f64), address: Option<&str>) -> Capture {
        Capture {
            kind: EvidenceKind::Selfie,
            at: Timestamp(minutes * 60_000),
            origin: Origin {
                position: Some(Position { latitude: at.0, longitude: at.1 }),
                address: address.map(|a| a.parse().unwrap()),
                ..Origin::default()
            },
        }
    }

    fn judged(captures: &[Capture]) -> (Outcome, Vec<Code>) {
        let finding = judge(&towns(), captures);
        (finding.outcome, finding.reasons.into_iter().map(|r| r.code).collect())
    }

    #[test]
    fn nobody_flies_between_two_captures_within_minutes() {
        let (outcome, reasons) = judged(&[capture(0, MONTREAL, None), capture(5, PARIS, None)]);
        assert_eq!((outcome, reasons), (Outcome::Consider, vec![Code::PositionsApart]));
        // A session may stay open for days, and people travel.
        let (outcome, _) = judged(&[capture(0, MONTREAL, None), capture(24 * 60, PARIS, None)]);
        assert_eq!(outcome, Outcome::NotAssessed);
    }

    #[test]
    fn what_cannot_be_told_is_not_assessed() {
        assert_eq!(judged(&[]), (Outcome::NotAssessed, vec![Code::NoPublicAddress]));
        let local = capture(0, MONTREAL, Some("127.0.0.1"));
        assert_eq!(judged(&[local]), (Outcome::NotAssessed, vec![Code::NoPublicAddress]));
        let unknown = capture(0, MONTREAL, Some("8.8.8.8"));
        assert_eq!(judged(&[unknown]), (Outcome::NotAssessed, vec![Code::PlaceUnknown]));
    }
}
