//! What an identity document is and what was read from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    #[derive(Default)]
    pub enum DocumentType {
        #[default]
        Unknown = "unknown",
        DriverLicense = "driver_license",
        IdentificationCard = "identification_card",
        Passport = "passport",
        PassportCard = "passport_card",
        ResidencePermit = "residence_permit",
        Visa = "visa",
        Other = "other",
    }
}

words! {
    /// What a document is that shows where somebody lives.
    pub enum AddressDocumentType {
        UtilityBill = "utility_bill",
        /// A bank's letter or statement.
        BankLetter = "bank_letter",
        TaxNotice = "tax_notice",
        /// A letter or certificate of an authority.
        GovernmentLetter = "government_letter",
    }
}

words! {
    pub enum Side {
        Front = "front",
        Back = "back",
    }
}

words! {
    /// Where a value was read. The order is the order of trust: a check digit or an error-correcting code
    /// beats letters read from a picture.
    pub enum Source {
        /// The visual inspection zone, by optical character recognition.
        Visual = "visual",
        /// The machine readable zone of ICAO 9303.
        Mrz = "mrz",
        /// A PDF417 barcode with AAMVA elements, or a 2D-Doc whose signature was verified.
        Barcode = "barcode",
        /// A public registry that was asked.
        Registry = "registry",
        /// The person or the caller said so.
        Declared = "declared",
    }
}

words! {
    /// The fields of a document, in the field's standard terms. Dates are ISO 8601 days; country codes are
    /// ISO 3166-1 alpha-3 (or the ICAO 9303 code where ISO has none); gender is `male`, `female` or
    /// `non_binary`; height is `<n> in` or `<n> cm`, weight `<n> lb` or `<n> kg`; colours are words.
    pub enum FieldName {
        DocumentNumber = "document_number",
        /// Document discriminator or reference number: a second number of the same document.
        RefNumber = "ref_number",
        IssuedAt = "issued_at",
        ExpiresAt = "expires_at",
        IssuingCountry = "issuing_country",
        IssuingState = "issuing_state",
        FirstName = "first_name",
        MiddleName = "middle_name",
        LastName = "last_name",
        NameSuffix = "name_suffix",
        BirthDate = "birth_date",
        BirthPlace = "birth_place",
        Gender = "gender",
        Nationality = "nationality",
        PersonalNumber = "personal_number",
        Street = "street",
        City = "city",
        State = "state",
        PostalCode = "postal_code",
        /// What stands in an address beside the street: a flat, a building, somebody else's door.
        AddressExtra = "address_extra",
        /// Where the address is, ISO 3166-1 alpha-2.
        AddressCountry = "address_country",
        Height = "height",
        Weight = "weight",
        EyeColor = "eye_color",
        HairColor = "hair_color",
        Class = "class",
        Restrictions = "restrictions",
        /// Endorsements ("mentions" in French-speaking provinces).
        Mentions = "mentions",
        /// All names in one, where a document does not tell them apart.
        FullName = "full_name",
        /// Surname at birth.
        BirthName = "birth_name",
        /// Name by marriage or in use ("nom d'usage").
        MarriedName = "married_name",
        /// Number of the person for the tax office.
        TaxNumber = "tax_number",
        /// The address in one line as printed.
        Address = "address",
        IssuingAuthority = "issuing_authority",
        IssuePlace = "issue_place",
        /// What kind of its type, as printed: "subtype" of a travel document, kind of a card.
        DocumentSubtype = "document_subtype",
        /// What a residence permit or visa allows, as printed.
        PermitType = "permit_type",
        PermitRemarks = "permit_remarks",
        /// The first day on which a category of a driving licence was obtained, or a permit.
        PermitObtainedAt = "permit_obtained_at",
        /// The last day a category of a driving licence is valid, or a permit.
        PermitExpiresAt = "permit_expires_at",
    }
}

/// A quadrilateral in pixels of the picture as it was decoded and turned upright by its EXIF
/// orientation: top left, top right, bottom right, bottom left of the thing, x then y.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quad(pub [[f32; 2]; 4]);

/// One value with its provenance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub value: String,
    pub source: Source,
    pub side: Side,
    /// 0..1. 1 only where a check digit or an error-correcting code vouches for every character.
    pub confidence: f64,
    /// The pixels it was read from, where that is known.
    pub region: Option<Quad>,
}

/// Everything read from the sides of one document: every value every source gave, and the pick.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DocumentReading {
    pub document_type: DocumentType,
    /// The issuer's code, ISO 3166-1 alpha-3 or ICAO 9303.
    pub issuer: Option<String>,
    /// All values, by field, best first: [`Self::get`] is the first.
    pub fields: BTreeMap<FieldName, Vec<Field>>,
    /// The lines of the machine readable zone as read, after repair.
    pub mrz: Option<Vec<String>>,
    /// Whether the MRZ's check digits hold; `None` when there was no MRZ.
    pub mrz_valid: Option<bool>,
    /// What a zone whose check digits hold says that the document or its holder does not have: a person's other name, an end
    /// of the document's validity. Not the same as what was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<FieldName>,
    /// The decoded barcode text, where one was found.
    pub barcode: Option<String>,
    /// The corners of the document in the front picture, and the portrait's box on it.
    pub corners: Option<Quad>,
    pub portrait: Option<Quad>,
}

impl DocumentReading {
    /// The value to report for a field.
    pub fn get(&self, name: FieldName) -> Option<&Field> {
        self.fields.get(&name)?.first()
    }

    /// Whether the document says that it does not have this.
    pub fn is_absent(&self, name: FieldName) -> bool {
        self.absent.contains(&name) && self.get(name).is_none()
    }

    /// The value one source gave for a field.
    pub fn from_source(&self, name: FieldName, source: Source) -> Option<&Field> {
        self.fields.get(&name)?.iter().find(|f| f.source == source)
    }

    /// The values that count of a field that may have several, such as names: those of the source that is believed most.
    pub fn believed(&self, name: FieldName) -> impl Iterator<Item = &Field> {
        let all = self.fields.get(&name).into_iter().flatten();
        let best = self.get(name).map(|field| field.source);
        all.filter(move |field| Some(field.source) == best)
    }

    /// Whether a person's names or the document's number hold this text; case does not matter.
    pub fn is_found_by(&self, term: &str) -> bool {
        let searched =
            [FieldName::FirstName, FieldName::MiddleName, FieldName::LastName, FieldName::DocumentNumber];
        let values: Vec<&str> =
            searched.iter().filter_map(|n| self.get(*n)).map(|f| f.value.as_str()).collect();
        values.join(" ").to_lowercase().contains(&term.trim().to_lowercase())
    }

    /// The places of the portrait and of the print that was read on the front: all of them lie on the document, however it
    /// lies. Empty without a portrait, and where little was read.
    pub fn printed(&self) -> Vec<Quad> {
        let of_front = |f: &&Field| f.side == Side::Front && f.source == Source::Visual;
        let places = self.fields.values().flatten().filter(of_front).filter_map(|f| f.region);
        let places: Vec<Quad> = self.portrait.into_iter().chain(places).collect();
        if self.portrait.is_none() || places.len() < 4 { vec![] } else { places }
    }

    /// Adds a value and keeps the list in order: barcode and MRZ before visual, then by confidence.
    pub fn add(&mut self, name: FieldName, field: Field) {
        if field.value.trim().is_empty() {
            return;
        }
        let list = self.fields.entry(name).or_default();
        list.push(field);
        list.sort_by(|a, b| b.source.cmp(&a.source).then(b.confidence.total_cmp(&a.confidence)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(value: &str, source: Source, confidence: f64) -> Field {
        Field { value: value.into(), source, side: Side::Front, confidence, region: None }
    }

    #[test]
    fn the_printed_places_are_those_of_the_front() {
        let at = |x: f32| Some(Quad([[x, 0.0], [x + 10.0, 0.0], [x + 10.0, 5.0], [x, 5.0]]));
        let mut reading = DocumentReading { portrait: at(0.0), ..DocumentReading::default() };
        for (name, x) in
            [(FieldName::LastName, 1.0), (FieldName::FirstName, 2.0), (FieldName::BirthDate, 3.0)]
        {
            assert!(reading.printed().is_empty());
            reading.add(name, Field { region: at(x), ..field("A", Source::Visual, 0.9) });
            reading.add(name, Field { region: at(9.0), ..field("A", Source::Mrz, 0.9) });
        }
        assert_eq!(reading.printed().len(), 4);
        assert!(DocumentReading { portrait: None, ..reading }.printed().is_empty());
    }

    #[test]
    fn the_best_source_is_reported() {
        let mut reading = DocumentReading::default();
        reading.add(FieldName::LastName, field("ERIKSS0N", Source::Visual, 0.99));
        reading.add(FieldName::LastName, field("ERIKSSON", Source::Mrz, 0.9));
        reading.add(FieldName::LastName, field(" ", Source::Barcode, 1.0));
        assert_eq!(reading.get(FieldName::LastName).map(|f| f.value.as_str()), Some("ERIKSSON"));
        assert_eq!(
            reading.from_source(FieldName::LastName, Source::Visual).map(|f| f.value.as_str()),
            Some("ERIKSS0N")
        );
        assert!(reading.get(FieldName::City).is_none());
        assert_eq!(reading.believed(FieldName::City).count(), 0);
        reading.add(FieldName::LastName, field("BERG", Source::Mrz, 0.8));
        let believed: Vec<&str> = reading.believed(FieldName::LastName).map(|f| f.value.as_str()).collect();
        assert_eq!(believed, ["ERIKSSON", "BERG"]);
    }
}
