//! One reading from both sides and all sources.

use bonafide_core::document::{DocumentReading, DocumentType, Field, FieldName, Side, Source};
use jiff::civil::Date;

use super::{fields, seen::Seen};
use crate::models::RunError;

/// Collects the values of every source; `declared` is taken for the type of a document whose type does not
/// show.
pub(super) fn merge(
    sides: &[(Seen, Option<RunError>)],
    declared: DocumentType,
    today: Date,
) -> DocumentReading {
    let mut reading = DocumentReading::default();
    for (seen, _) in sides {
        let side = seen.side;
        for (name, field) in &seen.fields {
            reading.add(*name, field.clone());
        }
        if let Some(found) = &seen.mrz {
            let valid = found.mrz.valid();
            // The better of two zones counts: some cards bear one on each side.
            if reading.mrz_valid != Some(true) {
                for (name, value, vouched) in found.mrz.fields(today) {
                    let confidence = if vouched && valid { 1.0 } else { found.confidence.min(0.99) };
                    let region = found.region(name);
                    reading.add(name, Field { value, source: Source::Mrz, side, confidence, region });
                }
                reading.issuer = found.mrz.issuer().or(reading.issuer.take());
                reading.mrz = Some(found.mrz.lines().to_vec());
                reading.mrz_valid = Some(valid);
            }
        }
        if let Some((text, licence, quad)) = &seen.barcode {
            for (name, value) in licence.fields() {
                let field =
                    Field { value, source: Source::Barcode, side, confidence: 1.0, region: Some(*quad) };
                reading.add(name, field);
            }
            reading.barcode.get_or_insert_with(|| text.clone());
        }
        if let Some(text) = &seen.other_symbol {
            reading.barcode.get_or_insert_with(|| text.clone());
        }
        if side == Side::Front {
            reading.corners = seen.corners;
        }
        if reading.document_type == DocumentType::Unknown {
            reading.document_type = seen.class.document_type;
        }
    }
    if reading.document_type == DocumentType::Unknown {
        reading.document_type = declared;
    }
    // What the words did not show the zone may have: such a document prints no address.
    if !fields::has_address(reading.document_type) {
        for part in fields::ADDRESS_PARTS {
            reading.fields.remove(&part);
        }
    }
    if reading.issuer.is_none() {
        reading.issuer = reading.get(FieldName::IssuingCountry).map(|f| f.value.clone());
    }
    reading
}
