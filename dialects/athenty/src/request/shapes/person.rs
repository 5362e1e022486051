//! Who the person is, and where they were.

use bonafide_core::document::{DocumentReading, FieldName};
use bonafide_engine::location;
use serde::Serialize;
use utoipa::ToSchema;

/// Who the person is by their document: of every field the value that counts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_suffix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_place: Option<String>,
    /// `male`, `female` or `non_binary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<String>,
    /// ISO 3166-1 alpha-3, or the code of ICAO 9303.
    #[serde(skip_serializing_if = "Option::is_none")]
    nationality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
}

impl Identity {
    pub(crate) fn of(reading: &DocumentReading) -> Self {
        let field = |name| reading.get(name).map(|field| field.value.clone());
        let names = [FieldName::FirstName, FieldName::MiddleName, FieldName::LastName, FieldName::NameSuffix];
        let parts: Vec<String> = names.into_iter().filter_map(field).collect();
        let joined = Some(parts.join(" ")).filter(|name| !name.is_empty());
        Self {
            full_name: field(FieldName::FullName).or(joined),
            first_name: field(FieldName::FirstName),
            middle_name: field(FieldName::MiddleName),
            last_name: field(FieldName::LastName),
            name_suffix: field(FieldName::NameSuffix),
            birth_name: field(FieldName::BirthName),
            birth_date: field(FieldName::BirthDate),
            birth_place: field(FieldName::BirthPlace),
            gender: field(FieldName::Gender),
            nationality: field(FieldName::Nationality),
            street: field(FieldName::Street).or_else(|| field(FieldName::Address)),
            city: field(FieldName::City),
            region: field(FieldName::State),
            postal_code: field(FieldName::PostalCode),
        }
    }
}

/// Where the face, or the document where there is no face, was captured. Places by address: IP Geolocation by DB-IP
/// (<https://db-ip.com>); by position: the nearest town of GeoNames.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Location {
    /// Degrees, WGS 84, as the device gave them.
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<Place>,
    /// Whether what is known of the places goes together; absent where that could not be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    consistent: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct Place {
    /// ISO 3166-1 alpha-2.
    country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
}

impl Location {
    /// Absent where nothing is known.
    pub(crate) fn of(known: location::Location, consistent: Option<bool>) -> Option<Self> {
        let location::Location { address, ip, position, device } = known;
        address.is_some().then_some(()).or(position.map(drop))?;
        Some(Self {
            latitude: position.map(|p| p.latitude),
            longitude: position.map(|p| p.longitude),
            device: device.map(|place| Place {
                country: place.country.code.to_owned(),
                region: place.admin_area,
                city: place.locality,
            }),
            ip_address: address.map(|address| address.to_string()),
            ip: ip.map(|place| Place {
                country: place.country.code.to_owned(),
                region: place.region,
                city: place.city,
            }),
            consistent,
        })
    }
}
