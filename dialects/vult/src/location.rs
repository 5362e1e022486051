//! Where something was captured, as sessions of either kind print it.

use bonafide_core::evidence::EvidenceKind;
use bonafide_engine::location;
use bonafide_http::Result;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{self, LocationCaptureTypeE};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReadLocation {
    pub(crate) session_id: String,
    /// Which capture; nothing is captured as `unknown`.
    location_capture_type_e: LocationCaptureTypeE,
}

impl ReadLocation {
    /// The evidence that was captured.
    pub(crate) fn kind(&self) -> Result<EvidenceKind> {
        let none = || bonafide_engine::Error::conflict("not_captured", "nothing is captured as `unknown`");
        words::captured(self.location_capture_type_e).ok_or_else(|| none().into())
    }
}

/// Where a picture was captured. What is not known is absent: the `ip_…` places of private addresses, for instance.
/// Places by address: IP Geolocation by DB-IP (<https://db-ip.com>); by position: the nearest town of GeoNames.
#[derive(Serialize, ToSchema)]
pub(crate) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "135.220.40.60")]
    ip_address: Option<String>,
    /// Degrees, WGS 84, of the city or the middle of the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_longitude: Option<f64>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CA")]
    ip_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_city: Option<String>,
    /// Latitude and longitude in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "45.5,-73.6")]
    device_location: Option<String>,
    /// Degrees, WGS 84, as the device gave them.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_longitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_country_name: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_country_code: Option<String>,
    /// A state or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_admin_area: Option<String>,
    /// A county or department.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_sub_admin_area: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_locality: Option<String>,
}

impl From<location::Location> for Location {
    fn from(known: location::Location) -> Self {
        let location::Location { address, ip, position, device } = known;
        let (ip, device) = (ip.as_ref(), device.as_ref());
        Self {
            ip_address: address.map(|a| a.to_string()),
            ip_latitude: ip.and_then(|p| p.latitude),
            ip_longitude: ip.and_then(|p| p.longitude),
            ip_country: ip.map(|p| p.country.code.to_owned()),
            ip_region: ip.and_then(|p| p.region.clone()),
            ip_city: ip.and_then(|p| p.city.clone()),
            device_location: position.map(|p| format!("{},{}", p.latitude, p.longitude)),
            device_latitude: position.map(|p| p.latitude),
            device_longitude: position.map(|p| p.longitude),
            device_country_name: device.map(|p| p.country.name.to_owned()),
            device_country_code: device.map(|p| p.country.code.to_owned()),
            device_admin_area: device.and_then(|p| p.admin_area.clone()),
            device_sub_admin_area: device.and_then(|p| p.sub_admin_area.clone()),
            device_locality: device.and_then(|p| p.locality.clone()),
        }
    }
}
