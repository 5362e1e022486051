//! One side of a document while its fields are looked for.

use std::collections::BTreeMap;

use bonafide_core::document::{DocumentType, Field, FieldName, Quad, Side, Source};
use jiff::civil::Date;

use super::{
    dates::{self, Order},
    folded::Folded,
    items::Item,
    labels, places, values,
};

/// Whether documents of a kind print where the holder lives in parts: street, city, postal code.
pub(crate) fn has_address(kind: DocumentType) -> bool {
    !matches!(kind, DocumentType::Passport | DocumentType::PassportCard | DocumentType::Visa)
}

/// The parts of an address.
pub(crate) const ADDRESS_PARTS: [FieldName; 4] =
    [FieldName::Street, FieldName::City, FieldName::State, FieldName::PostalCode];

/// One side of a document while it is being read.
pub(super) struct Page<'a> {
    pub(super) items: Vec<Item<'a>>,
    pub(super) found: BTreeMap<FieldName, Field>,
    /// Text that is a value already: line, and its characters from and to.
    pub(super) taken: Vec<(usize, usize, usize)>,
    pub(super) side: Side,
    pub(super) order: Order,
    pub(super) today: Date,
    /// ISO 3166-1 alpha-3 of the issuer, where words tell it.
    pub(super) country: Option<&'static str>,
}

/// A value with the characters of the text it was read from.
pub(super) struct Value {
    pub(super) text: String,
    pub(super) from: usize,
    pub(super) to: usize,
    /// How well it has the form of its field, 0..1.
    pub(super) form: f64,
}

impl Page<'_> {
    /// The value of a field in a piece of text, when it has the field's form and no label is in it.
    pub(super) fn value(&self, field: FieldName, text: &str) -> Option<Value> {
        self.value_with(field, text, false)
    }

    /// The same of a text in which a word that is a label elsewhere may be a part of the value.
    pub(super) fn value_with(&self, field: FieldName, text: &str, with_label: bool) -> Option<Value> {
        use FieldName as F;
        if matches!(
            field,
            F::BirthDate | F::ExpiresAt | F::IssuedAt | F::PermitObtainedAt | F::PermitExpiresAt
        ) {
            return self.date(field, text);
        }
        let mark = |c: &char| {
            c.is_whitespace()
                || matches!(c, 'º' | '°' | ':' | '.' | ',' | ';' | '/' | '|' | '-' | '·' | '*' | '•')
        };
        let from = text.chars().take_while(mark).count();
        let to = text.chars().count().saturating_sub(text.chars().rev().take_while(mark).count());
        let text: String = text.chars().take(to).skip(from).collect();
        let text = text.as_str();
        let dated = || !dates::dates(text, self.order, self.today).is_empty();
        let unlabelled = |n: &String| with_label || labels::labels(&Folded::of(n)).is_empty();
        // What is set in capitals or with capitals is a name; the rest is likely a caption.
        let capital = text.starts_with(char::is_uppercase)
            && text.split_whitespace().all(|w| !w.starts_with(char::is_lowercase) || w.len() <= 3);
        let shouted = !text.chars().any(char::is_lowercase);
        let proper = if shouted {
            1.0
        } else if capital {
            0.9
        } else {
            0.45
        };
        let (value, form) = match field {
            F::DocumentNumber | F::RefNumber if dated() => return None,
            F::DocumentNumber => {
                let value = values::number(text)?;
                let digits = value.bytes().filter(u8::is_ascii_digit).count();
                let form = if 2 * digits >= value.len() { 1.0 } else { 0.85 };
                (value, if text.chars().any(char::is_lowercase) { form * 0.7 } else { form })
            }
            F::PersonalNumber | F::TaxNumber => {
                (values::personal_number(text)?, if dated() { 0.6 } else { 1.0 })
            }
            F::RefNumber => (values::reference(text)?, 1.0),
            F::FullName => (values::full_name(text).filter(unlabelled)?, proper),
            F::LastName | F::FirstName | F::MiddleName | F::BirthName | F::MarriedName => {
                (values::name(text).filter(unlabelled)?, proper)
            }
            F::NameSuffix => (values::suffix(text)?.to_owned(), 1.0),
            F::BirthPlace
            | F::IssuingAuthority
            | F::IssuePlace
            | F::PermitType
            | F::PermitRemarks
            | F::DocumentSubtype => {
                (values::free(text).filter(unlabelled)?, if dated() { 0.6 } else { proper })
            }
            F::Nationality if places::nation(text).is_some() => (places::nation(text)?.to_owned(), 1.0),
            F::Nationality => {
                let name = values::nationality(text).filter(unlabelled)?;
                match places::nation(&name) {
                    Some(code) => (code.to_owned(), 1.0),
                    None => (name, 0.5 * proper),
                }
            }
            F::IssuingCountry => {
                let name = values::free(text)?;
                (places::nation(&name).map(str::to_owned)?, 1.0)
            }
            F::Gender => (
                values::gender(text, self.country)?.to_owned(),
                if text.chars().count() <= 8 { 1.0 } else { 0.8 },
            ),
            F::Height => (values::height(text)?, 1.0),
            F::Weight => (values::weight(text)?, 1.0),
            F::EyeColor | F::HairColor => (values::colour(text)?.to_owned(), 1.0),
            F::Class | F::Restrictions | F::Mentions => {
                (values::codes(text)?, if shouted { 1.0 } else { 0.6 })
            }
            F::PostalCode => (places::postal_code(text)?, 1.0),
            F::City | F::State => (values::free(text).filter(unlabelled)?.to_uppercase(), proper),
            F::Address | F::Street | F::AddressExtra | F::AddressCountry | F::IssuingState => return None,
            // Taken above.
            F::BirthDate | F::ExpiresAt | F::IssuedAt | F::PermitObtainedAt | F::PermitExpiresAt => {
                return None;
            }
        };
        Some(Value { text: value, from, to, form })
    }

    /// The first date in a text that can be the field's.
    pub(super) fn date(&self, field: FieldName, text: &str) -> Option<Value> {
        let today = self.today;
        let all = dates::dates(text, self.order, today);
        // Of "from - until" the second is the expiry.
        let mut fitting = all.iter().filter_map(|d| {
            let mut date = d.date;
            if field == FieldName::BirthDate && d.short_year && date > today {
                date = date.checked_sub(jiff::Span::new().years(100)).ok()?;
            }
            let fits = match field {
                // A document that is not valid yet says so where its issue is labelled, with one date.
                FieldName::IssuedAt => date <= today || all.len() == 1 && date.year() <= today.year() + 2,
                FieldName::BirthDate | FieldName::PermitObtainedAt => date <= today,
                _ => date.year() >= 1980,
            };
            fits.then_some((date, d))
        });
        let pick = if matches!(field, FieldName::ExpiresAt | FieldName::PermitExpiresAt) && all.len() == 2 {
            fitting.max_by_key(|d| d.0)
        } else {
            fitting.next()
        };
        let (date, found) = pick?;
        let form = match (found.short_year, found.ambiguous) {
            (false, false) => 1.0,
            (false, true) => 0.97,
            (true, _) => 0.93,
        };
        Some(Value { text: date.to_string(), from: found.from, to: found.to, form })
    }

    /// Whether some of these characters of a line are a value already.
    pub(super) fn is_taken(&self, item: usize, from: usize, to: usize) -> bool {
        self.taken.iter().any(|(i, a, b)| *i == item && from < *b && *a < to)
    }

    /// Keeps a value, read from characters `from` to `to` of a line, unless a better one is known.
    pub(super) fn set(
        &mut self,
        field: FieldName,
        value: String,
        item: usize,
        from: usize,
        to: usize,
        trust: f64,
    ) {
        let Some(line) = self.items.get(item).map(|i| i.line) else { return };
        let region = line.part(from, to);
        self.set_at(field, value, line.confidence * trust, region);
        self.taken.push((item, from, to));
    }

    pub(super) fn set_at(&mut self, field: FieldName, value: String, confidence: f64, region: Quad) {
        let confidence = confidence.clamp(0.0, 0.99);
        let new = Field { value, source: Source::Visual, side: self.side, confidence, region: Some(region) };
        if self.found.get(&field).is_none_or(|old| old.confidence < confidence) {
            self.found.insert(field, new);
        }
    }
}
