//! Where the person is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::judge::Judge;
use crate::{evidence::Position, problem::Rule};

/// Where the device says that it is: WGS 84.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LocationStep)]
pub struct LocationData {
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: f64,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: f64,
    /// How far off it may be, in metres.
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub accuracy_m: Option<f64>,
    /// When the device took it; now where absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub taken_at: Option<jiff::Timestamp>,
}

impl LocationData {
    pub const fn position(&self) -> Position {
        Position { latitude: self.latitude, longitude: self.longitude }
    }

    pub(super) fn judge(&self, judge: &mut Judge<'_>) {
        if !(-90.0..=90.0).contains(&self.latitude) {
            judge.wrong("latitude", Rule::Range, "must be between -90 and 90");
        }
        if !(-180.0..=180.0).contains(&self.longitude) {
            judge.wrong("longitude", Rule::Range, "must be between -180 and 180");
        }
        if self.accuracy_m.is_some_and(|metres| !(metres.is_finite() && metres >= 0.0)) {
            judge.wrong("accuracy_m", Rule::Range, "must be at least 0");
        }
        if let Some(most) = judge.config.location.max_accuracy_m {
            match self.accuracy_m {
                None => judge.required("accuracy_m", false),
                Some(metres) if metres > f64::from(most) => {
                    let message = format!("must be at most {most}: go where the sky is free and try again");
                    judge.wrong("accuracy_m", Rule::Range, message);
                }
                Some(_) => {}
            }
        }
        if let Some(at) = self.taken_at {
            let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
            // A device's clock and day may be some hours off.
            let days = judge.today.since(day).map_or(i32::MAX, |apart| apart.get_days());
            if !(-1..=1).contains(&days) {
                judge.wrong("taken_at", Rule::Range, "must be of today: take the position again");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::{StepConfig, StepData, config::LocationConfig};

    fn wrong(location: LocationData, most: Option<u32>) -> Vec<String> {
        let location_config = LocationConfig { max_accuracy_m: most };
        let config = StepConfig { location: location_config, ..StepConfig::default() };
        let problems = StepData::Location(location).problems(date(2026, 11, 30), &config);
        problems.into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn a_place_on_earth_of_today_and_as_sure_as_asked() {
        let here =
            || LocationData { latitude: 45.5, longitude: -73.6, accuracy_m: Some(30.0), taken_at: None };
        let none: [&str; 0] = [];
        assert_eq!(wrong(here(), None), none);
        assert_eq!(wrong(here(), Some(50)), none);
        assert_eq!(wrong(here(), Some(20)), ["accuracy_m"]);
        assert_eq!(wrong(LocationData { accuracy_m: None, ..here() }, Some(20)), ["accuracy_m"]);
        assert_eq!(wrong(LocationData { accuracy_m: Some(-1.0), ..here() }, None), ["accuracy_m"]);
        assert_eq!(wrong(LocationData { latitude: 91.0, ..here() }, None), ["latitude"]);
        assert_eq!(wrong(LocationData { longitude: f64::NAN, ..here() }, None), ["longitude"]);
        for (at, right) in [
            ("2026-11-30T10:00:00Z", true),
            ("2026-12-01T01:00:00Z", true),
            ("2026-11-28T01:00:00Z", false),
            ("2027-11-30T10:00:00Z", false),
        ] {
            let location = LocationData { taken_at: Some(at.parse().unwrap()), ..here() };
            assert_eq!(wrong(location, None).is_empty(), right, "{at}");
        }
    }
}
