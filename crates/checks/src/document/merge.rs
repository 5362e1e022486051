//! One reading from both sides and all sources.

use bonafide_core::document::{DocumentReading, DocumentType, Field, FieldName, Side, Source};
use jiff::civil::Date;

use super::{
    fields,
    mrz::Format,
    seen::{Barcode, Seen},
};
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
                for (name, mut value, vouched) in found.mrz.fields(today) {
                    // Eight letters of the surname are all that this zone has room for.
                    if name == FieldName::LastName && found.mrz.format() == Format::FrenchLicence {
                        value = completed(value, seen.fields.get(&name));
                    }
                    let confidence = if vouched && valid { 1.0 } else { found.confidence.min(0.99) };
                    let region = found.region(name);
                    reading.add(name, Field { value, source: Source::Mrz, side, confidence, region });
                }
                reading.issuer = found.mrz.issuer().or(reading.issuer.take());
                reading.mrz = Some(found.mrz.lines().to_vec());
                // Some zones have no check digits.
                reading.mrz_valid = (!found.mrz.checks().is_empty()).then_some(valid);
                reading.absent = if valid { found.mrz.absent() } else { vec![] };
            }
        }
        if let Some(Barcode { text, licence, letters, quad }) = &seen.barcode {
            for (name, value) in licence.fields() {
                // Digits and letters of ASCII are the same in every character set.
                let confidence = if value.is_ascii() { 1.0 } else { *letters };
                let field = Field { value, source: Source::Barcode, side, confidence, region: Some(*quad) };
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

/// A name that was cut to fit, as a zone has it, with the rest of it from the print that begins alike.
fn completed(cut: String, printed: Option<&Field>) -> String {
    let Some(whole) = printed.map(|p| bonafide_core::text::plain(&p.value)) else { return cut };
    if whole.len() > cut.len() && whole.starts_with(&cut) { whole } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_cut_is_completed_from_the_print() {
        let of = |cut: &str, printed: &str| {
            let printed = Field {
                value: printed.into(),
                source: Source::Visual,
                side: Side::Front,
                confidence: 0.9,
                region: None,
            };
            completed(cut.to_owned(), Some(&printed))
        };
        assert_eq!(of("LINDQVIS", "Lindqvist"), "LINDQVIST");
        assert_eq!(of("LINDQVIS", "Lindgren"), "LINDQVIS");
        assert_eq!(completed("LINDQVIS".to_owned(), None), "LINDQVIS");
    }
}
