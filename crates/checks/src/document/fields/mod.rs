//! The visual inspection zone: values found by the labels beside or above them, whatever the layout.
//!
//! For each label in a line the value is looked for in this order: the rest of the line, the nearest line
//! to the right, the nearest line below. A value must have the form of its field. What has no label is
//! placed by form and position: dates by their order in time, names above the birth date, the address by
//! its postal code.

pub(crate) mod dates;
mod labels;
mod places;
mod values;

use std::collections::BTreeMap;

use bonafide_core::document::{DocumentType, Field, FieldName, Quad, Side, Source};
use jiff::civil::Date;

use self::dates::Order;
use super::{ocr::Line, text::plain};
use crate::image::warp::extent;

pub use places::Address;

/// What the words on a document say it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    pub document_type: DocumentType,
    /// ISO 3166-1 alpha-3.
    pub country: Option<&'static str>,
    pub state: Option<&'static str>,
    /// Number of labels of known fields.
    pub labels: usize,
    /// Number of dates.
    pub dates: usize,
}

/// Words that name a kind of document, in normal form.
static KINDS: &[(DocumentType, &[&str])] = &[
    (
        DocumentType::DriverLicense,
        &[
            "DRIVER LICENSE",
            "DRIVER LICENCE",
            "DRIVERS LICENSE",
            "DRIVERS LICENCE",
            "DRIVING LICENCE",
            "PERMIS DE CONDUIRE",
            "FUHRERSCHEIN",
            "PERMISO DE CONDUCCION",
            "PERMISO DE CONDUCIR",
            "LICENCIA DE CONDUCIR",
            "PATENTE DI GUIDA",
            "CARTA DE CONDUCAO",
            "RIJBEWIJS",
            "OPERATOR LICENSE",
        ],
    ),
    (DocumentType::PassportCard, &["PASSPORT CARD"]),
    (DocumentType::Visa, &["VISA", "VISUM"]),
    (
        DocumentType::ResidencePermit,
        &[
            "RESIDENCE PERMIT",
            "PERMANENT RESIDENT",
            "TITRE DE SEJOUR",
            "AUFENTHALTSTITEL",
            "PERMISO DE RESIDENCIA",
            "PERMESSO DI SOGGIORNO",
            "TITULO DE RESIDENCIA",
            "VERBLIJFSTITEL",
            "EMPLOYMENT AUTHORIZATION",
        ],
    ),
    (
        DocumentType::Passport,
        &[
            "PASSPORT",
            "PASSEPORT",
            "REISEPASS",
            "PASAPORTE",
            "PASSAPORTO",
            "PASSAPORTE",
            "PASPOORT",
            "PAS",
            "PASZPORT",
        ],
    ),
    (
        DocumentType::IdentificationCard,
        &[
            "IDENTIFICATION CARD",
            "IDENTITY CARD",
            "CARTE NATIONALE D IDENTITE",
            "CARTE NATIONALE DIDENTITE",
            "CARTE D IDENTITE",
            "CARTE DIDENTITE",
            "PERSONALAUSWEIS",
            "IDENTITATSKARTE",
            "DOCUMENTO NACIONAL DE IDENTIDAD",
            "CARTA D IDENTITA",
            "CARTA DIDENTITA",
            "CARTAO DE CIDADAO",
            "IDENTITEITSKAART",
            "CEDULA",
            "ID CARD",
            "CARTE DE IDENTITATE",
            "OSOBNA ISKAZNICA",
            "OSEBNA IZKAZNICA",
        ],
    ),
];

/// A line with what reading needs of it.
struct Item<'a> {
    line: &'a Line,
    normal: String,
    labels: Vec<labels::Label>,
    /// Left end, vertical middle, right end, height, in the frame of the text.
    left: f32,
    right: f32,
    middle: f32,
    height: f32,
}

/// Kind, issuer and label counts from the words of some lines.
pub fn words(lines: &[Line], today: Date) -> Words {
    let mut out = Words::default();
    for line in lines {
        let normal = plain(&line.text);
        // The zone at the foot is no place for words.
        if line.text.contains("<<") {
            continue;
        }
        if out.document_type == DocumentType::Unknown {
            let named = |names: &&(DocumentType, &[&str])| names.1.iter().any(|n| has_words(&normal, n));
            out.document_type = KINDS.iter().find(named).map_or(DocumentType::Unknown, |k| k.0);
        }
        if let (None, Some((state, country))) = (out.state, places::state(&normal)) {
            out.state = Some(state);
            out.country.get_or_insert(country);
        }
        out.country = out.country.or_else(|| places::country(&normal));
        out.labels += labels::labels(&normal).iter().filter(|l| l.field.is_some()).count();
        out.dates += dates::dates(&line.text, Order::DayFirst, today).len();
    }
    // A state's name also stands in addresses; it issues only what AAMVA describes.
    if !matches!(out.document_type, DocumentType::DriverLicense | DocumentType::IdentificationCard) {
        out.state = None;
    }
    out
}

fn has_words(normal: &str, words: &str) -> bool {
    format!(" {normal} ").contains(&format!(" {words} "))
}

/// The fields of the visual zone of one side.
pub fn extract(lines: &[Line], side: Side, today: Date) -> BTreeMap<FieldName, Field> {
    let words = words(lines, today);
    let order = if words.country == Some("USA") { Order::MonthFirst } else { Order::DayFirst };
    let mut page = Page { items: items(lines), found: BTreeMap::new(), side, order, today };
    page.labelled();
    page.numbered();
    page.unlabelled_dates();
    page.unlabelled_names(&words);
    page.address();
    if let Some(country) = words.country {
        page.found.entry(FieldName::IssuingCountry).or_insert_with(|| implied(country, side));
    }
    if let Some(state) = words.state {
        page.found.entry(FieldName::IssuingState).or_insert_with(|| implied(state, side));
    }
    page.found
}

fn implied(value: &str, side: Side) -> Field {
    Field { value: value.into(), source: Source::Visual, side, confidence: 0.6, region: None }
}

fn items(lines: &[Line]) -> Vec<Item<'_>> {
    // Positions along the mean direction of the text, so that a tilted card reads like a straight one.
    let (mut dx, mut dy) = (0.0, 0.0);
    for line in lines {
        let [a, b, ..] = line.quad.0;
        (dx, dy) = (dx + b[0] - a[0], dy + b[1] - a[1]);
    }
    let norm = f32::hypot(dx, dy).max(1e-6);
    let (ux, uy) = if dx == 0.0 && dy == 0.0 { (1.0, 0.0) } else { (dx / norm, dy / norm) };
    let along = |p: [f32; 2]| p[0] * ux + p[1] * uy;
    let across = |p: [f32; 2]| p[1] * ux - p[0] * uy;
    let mut items: Vec<Item<'_>> = lines
        .iter()
        .filter(|l| !l.text.contains("<<"))
        .map(|line| {
            let [a, b, c, d] = line.quad.0;
            let normal = plain(&line.text);
            Item {
                labels: labels::labels(&normal),
                normal,
                line,
                left: along(a).min(along(d)),
                right: along(b).max(along(c)),
                middle: (across(a) + across(b) + across(c) + across(d)) / 4.0,
                height: extent(&line.quad).1.max(1.0),
            }
        })
        .collect();
    items.sort_by(|a, b| a.middle.total_cmp(&b.middle));
    items
}

struct Page<'a> {
    items: Vec<Item<'a>>,
    found: BTreeMap<FieldName, Field>,
    side: Side,
    order: Order,
    today: Date,
}

impl<'a> Page<'a> {
    /// The value of a field in a piece of text, when it has the field's form.
    fn value(&self, field: FieldName, text: &str) -> Option<String> {
        use FieldName as F;
        let text =
            text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '.' | ',' | ';' | '/' | '|'));
        match field {
            F::BirthDate | F::ExpiresAt | F::IssuedAt => {
                dates::dates(text, self.order, self.today).first().map(|d| d.date.to_string())
            }
            F::DocumentNumber if !dates::dates(text, self.order, self.today).is_empty() => None,
            F::DocumentNumber | F::PersonalNumber => values::number(text),
            F::RefNumber => values::reference(text),
            F::LastName | F::FirstName | F::MiddleName | F::BirthPlace => {
                values::name(text).filter(|n| labels::labels(&plain(n)).is_empty())
            }
            F::Nationality => values::name(text),
            F::IssuingCountry => values::name(text).filter(|n| super::mrz::is_issuer(n)),
            F::Gender => values::gender(text).map(str::to_owned),
            F::Height => values::height(text),
            F::Weight => values::weight(text),
            F::EyeColor | F::HairColor => values::colour(text).map(str::to_owned),
            F::Class | F::Restrictions | F::Mentions => values::codes(text),
            _ => None,
        }
    }

    fn set(&mut self, field: FieldName, value: String, line: &Line, region: Quad, trust: f64) {
        let confidence = (line.confidence * trust).clamp(0.0, 0.99);
        let new = Field { value, source: Source::Visual, side: self.side, confidence, region: Some(region) };
        let old = self.found.get(&field);
        if old.is_none_or(|o| o.confidence < confidence) {
            self.found.insert(field, new);
        }
    }

    fn labelled(&mut self) {
        for i in 0..self.items.len() {
            for n in 0..self.items[i].labels.len() {
                let Some(field) = self.items[i].labels[n].field else { continue };
                if field == FieldName::Street {
                    continue;
                }
                self.rest_of_line(i, n, field);
                if !self.found.contains_key(&field) {
                    self.neighbour(i, field);
                }
            }
        }
    }

    /// The value that follows a label in its own line, up to the next label.
    fn rest_of_line(&mut self, i: usize, n: usize, field: FieldName) {
        let item = &self.items[i];
        let label = item.labels[n];
        let next = item.labels.get(n + 1).map(|l| l.from);
        let (from, to) =
            (char_of_word(item.line, label.from + label.words), next.map(|w| char_of_word(item.line, w)));
        let chars: Vec<char> = item.line.text.chars().collect();
        let to = to.unwrap_or(chars.len()).min(chars.len());
        let text: String = chars.get(from..to).unwrap_or_default().iter().collect();
        // "(A-M-J)" and "(cm)" explain the label.
        let (skipped, text) = match text.split_once(')') {
            Some((a, b)) if a.trim_start().starts_with('(') || a.len() < 3 => {
                (a.chars().count() + 1, b.to_owned())
            }
            _ => (0, text),
        };
        let Some(value) = self.value(field, &text) else { return };
        let lead = text.chars().take_while(|c| !c.is_alphanumeric()).count();
        let line = item.line;
        let region = line.part(from + skipped + lead, to);
        self.set(field, value, line, region, 1.0);
    }

    /// The value to the right of a label's line, or below it.
    fn neighbour(&mut self, i: usize, field: FieldName) {
        let label = &self.items[i];
        let close = |item: &Item<'_>| {
            let (dy, gap) = (item.middle - label.middle, item.left - label.right);
            let height = label.height.max(item.height);
            if dy.abs() < 0.5 * height && gap > -0.5 * height && gap < 8.0 * height {
                return Some(gap.max(0.0));
            }
            let over = item.right.min(label.right + 4.0 * height) - item.left.max(label.left - 1.5 * height);
            let aligned =
                (item.left - label.left).abs() < 3.0 * height || over > 0.5 * (label.right - label.left);
            (dy > 0.3 * height && dy < 2.6 * height && over > 0.0 && aligned)
                .then_some(dy + (item.left - label.left).abs() * 0.3)
        };
        let mut options: Vec<(f32, usize)> = (0..self.items.len())
            .filter(|j| *j != i && self.items[*j].labels.first().is_none_or(|l| l.from > 0))
            .filter_map(|j| Some((close(&self.items[j])?, j)))
            .collect();
        options.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, j) in options.into_iter().take(3) {
            let line = self.items[j].line;
            if let Some(value) = self.value(field, &line.text) {
                self.set(field, value, line, line.quad, 0.95);
                return;
            }
        }
    }

    /// The numbered labels of driving licences, at the beginning of a line or alone to the left of it.
    fn numbered(&mut self) {
        let looks_like_licence = self.items.iter().any(|item| {
            KINDS.first().is_some_and(|(_, names)| names.iter().any(|n| has_words(&item.normal, n)))
        });
        let mut seen: Vec<(FieldName, usize, usize)> = vec![];
        for (i, item) in self.items.iter().enumerate() {
            let mut words = item.normal.split(' ');
            let first = words.next().unwrap_or("");
            let Some(field) = labels::numbered(first) else { continue };
            if words.next().is_none() {
                let right = self.items.iter().enumerate().filter(|(_, other)| {
                    let gap = other.left - item.right;
                    (other.middle - item.middle).abs() < 0.7 * other.height
                        && gap > -2.0
                        && gap < 5.0 * other.height
                });
                let nearest = right.min_by(|a, b| a.1.left.total_cmp(&b.1.left));
                seen.extend(nearest.map(|(j, _)| (field, j, 0)));
            } else if first.len() > 1
                || item.line.text.trim_start().get(1..2) == Some(".")
                || looks_like_licence
            {
                seen.push((field, i, char_of_word(item.line, 1)));
            }
        }
        // Several numbers in their order make a licence of the common layout; one alone is chance.
        let kinds: std::collections::BTreeSet<FieldName> = seen.iter().map(|s| s.0).collect();
        if kinds.len() < 3 && !looks_like_licence {
            return;
        }
        let four_d = seen.iter().any(|(f, ..)| *f == FieldName::DocumentNumber);
        for (field, i, from) in seen {
            let line = self.items[i].line;
            let text: String = line.text.chars().skip(from).collect();
            let mut target = field;
            // Some licences print the number, not a date, beside 4b; in Europe 5 is the licence's number.
            if field == FieldName::ExpiresAt && self.value(field, &text).is_none()
                || field == FieldName::RefNumber && !four_d && self.items[i].labels.is_empty()
            {
                target = FieldName::DocumentNumber;
            }
            if target == FieldName::Street || self.found.contains_key(&target) {
                continue;
            }
            let labelled = self.items[i].labels.iter().any(|l| l.field.is_some());
            if !labelled && let Some(value) = self.value(target, &text) {
                let region = line.part(from, line.chars.len());
                self.set(target, value, line, region, 0.9);
            }
        }
    }

    /// Dates without labels, by their order in time: birth before issue before expiry.
    fn unlabelled_dates(&mut self) {
        let mut all: Vec<(Date, usize)> = vec![];
        for (i, item) in self.items.iter().enumerate() {
            all.extend(
                dates::dates(&item.line.text, self.order, self.today).into_iter().map(|d| (d.date, i)),
            );
        }
        all.sort();
        all.dedup_by_key(|d| d.0);
        let today = self.today;
        let mut fill = |field, date: Option<&(Date, usize)>, fits: &dyn Fn(Date) -> bool| {
            if let Some((date, i)) = date.filter(|d| fits(d.0))
                && !self.found.contains_key(&field)
                && !self.found.values().any(|f| f.value == date.to_string())
            {
                let line = self.items[*i].line;
                self.set(field, date.to_string(), line, line.quad, 0.7);
            }
        };
        fill(FieldName::BirthDate, all.first(), &|d| d.year() <= today.year() - 10);
        fill(FieldName::ExpiresAt, all.last(), &|d| d.year() >= today.year() - 10 && all.len() > 1);
        if all.len() == 3 {
            fill(FieldName::IssuedAt, all.get(1), &|d| d <= today);
        }
    }

    /// Names without labels: on a licence, the two lines of capitals above the birth date.
    fn unlabelled_names(&mut self, words: &Words) {
        let (last, first) = (FieldName::LastName, FieldName::FirstName);
        if words.document_type != DocumentType::DriverLicense
            || (self.found.contains_key(&last) && self.found.contains_key(&first))
        {
            return;
        }
        let region = |f: FieldName| self.found.get(&f).and_then(|v| v.region);
        let Some(birth) = region(FieldName::BirthDate) else { return };
        let Some(item) = self.items.iter().min_by(|a, b| {
            let away = |i: &Item<'_>| (i.line.quad.0[0][1] - birth.0[0][1]).abs();
            away(a).total_cmp(&away(b))
        }) else {
            return;
        };
        let (left, middle, height) = (item.left, item.middle, item.height);
        let names: Vec<(usize, String)> = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, i)| i.middle < middle && middle - i.middle < 6.0 * height)
            .filter(|(_, i)| (i.left - left).abs() < 3.0 * height && i.labels.is_empty())
            .filter(|(_, i)| KINDS.iter().all(|(_, names)| names.iter().all(|n| !has_words(&i.normal, n))))
            .filter(|(_, i)| i.line.text.chars().all(|c| !c.is_lowercase()))
            .filter_map(|(n, i)| Some((n, values::name(&i.line.text)?)))
            .collect();
        // Where one of the two is known, the other is its neighbour.
        let known = |f| self.found.get(&f).and_then(|v| names.iter().position(|n| n.1 == v.value));
        let (above, below) = match (known(last), known(first)) {
            (None, Some(at)) => (at.checked_sub(1), Some(at)),
            (Some(at), None) => (Some(at), Some(at + 1)),
            _ if self.found.contains_key(&last) || self.found.contains_key(&first) => (None, None),
            _ => (names.len().checked_sub(2), names.len().checked_sub(1)),
        };
        for (field, at) in [(last, above), (first, below)] {
            let Some((i, name)) =
                at.and_then(|at| names.get(at)).filter(|_| !self.found.contains_key(&field))
            else {
                continue;
            };
            let line = self.items[*i].line;
            self.set(field, name.clone(), line, line.quad, 0.7);
        }
    }

    /// The address: lines under an address label or the number 8, or a street by its own looks, down to
    /// the postal code.
    fn address(&mut self) {
        let starts = self.items.iter().enumerate().filter_map(|(i, item)| {
            let label = item.labels.iter().find(|l| l.field == Some(FieldName::Street));
            if let Some(label) = label {
                let rest = char_of_word(item.line, label.from + label.words);
                let text: String = item.line.text.chars().skip(rest).collect();
                return Some((0, i, if plain(&text).is_empty() { None } else { Some(rest) }));
            }
            let eight = item.normal.starts_with("8 ") && item.normal.split(' ').count() > 2;
            if eight && places::is_street(item.normal.get(2..)?) {
                return Some((1, i, Some(char_of_word(item.line, 1))));
            }
            places::is_street(&item.line.text).then_some((2, i, Some(0)))
        });
        let Some((_, start, from)) = starts.min_by_key(|s| s.0) else { return };
        let first = &self.items[start];
        let mut lines: Vec<(usize, String)> = vec![];
        if let Some(from) = from {
            lines.push((start, first.line.text.chars().skip(from).collect()));
        }
        let (mut at, height) = (first.middle, first.height);
        for (i, item) in self.items.iter().enumerate().skip(start + 1) {
            let below = item.middle - at;
            if below < 0.3 * height {
                continue;
            }
            let done = lines.len() > 1 && lines.last().is_some_and(|l| places::postal_code(&l.1).is_some());
            if below > 2.2 * height || lines.len() >= 4 || done {
                break;
            }
            let aligned = item.left - first.left > -2.0 * height
                && item.left < first.right
                && (item.left - first.left) < 4.0 * height;
            let dated = !dates::dates(&item.line.text, self.order, self.today).is_empty();
            if aligned && item.labels.iter().all(|l| l.from > 0) && !dated {
                lines.push((i, item.line.text.clone()));
                at = item.middle;
            }
        }
        let texts: Vec<String> = lines.iter().map(|l| l.1.clone()).collect();
        let Address { street, city, state, postal_code } = places::address(&texts);
        // A line of address is only believed when something else of an address follows it.
        if city.is_none() && postal_code.is_none() {
            return;
        }
        for (field, value) in [
            (FieldName::Street, street),
            (FieldName::City, city),
            (FieldName::State, state),
            (FieldName::PostalCode, postal_code),
        ] {
            let Some(value) = value else { continue };
            let key = plain(&value);
            let within = lines.iter().find(|l| plain(&l.1).contains(&key)).or(lines.first()).map(|l| l.0);
            let Some(item) = within.and_then(|i| self.items.get(i)) else { continue };
            let line = item.line;
            self.set(field, value, line, line.quad, 0.9);
        }
    }
}

/// Where the n-th word of a line's normal form begins in its text, in characters.
fn char_of_word(line: &Line, n: usize) -> usize {
    let chars: Vec<char> = line.text.chars().collect();
    let mut word = 0;
    let mut inside = false;
    for (i, c) in chars.iter().enumerate() {
        let part = !plain(&c.to_string()).is_empty();
        if part && !inside {
            if word == n {
                return i;
            }
            word += 1;
        }
        inside = part || (inside && matches!(c, '\'' | '’' | '`'));
    }
    chars.len()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::document::ocr::Char;

    /// A line of print at a place, 20 pixels high, 10 pixels a character.
    fn line(x: f32, y: f32, text: &str) -> Line {
        let n = text.chars().count();
        let w = n as f32 * 10.0;
        let chars = text
            .chars()
            .enumerate()
            .map(|(i, c)| Char { c, confidence: 0.98, at: (i as f32 + 0.5) / n as f32 })
            .collect();
        let quad = Quad([[x, y], [x + w, y], [x + w, y + 20.0], [x, y + 20.0]]);
        Line { quad, text: text.into(), confidence: 0.98, chars }
    }

    fn values(lines: &[Line]) -> BTreeMap<FieldName, String> {
        extract(lines, Side::Front, date(2026, 11, 21)).into_iter().map(|(n, f)| (n, f.value)).collect()
    }

    #[test]
    fn a_licence_with_labels_in_the_line() {
        let got = values(&[
            line(20.0, 10.0, "Québec"),
            line(280.0, 10.0, "Permis de conduire"),
            line(280.0, 40.0, "L1234-1234561-12"),
            line(250.0, 44.0, "4d"),
            line(260.0, 95.0, "2"),
            line(280.0, 70.0, "DOE"),
            line(280.0, 95.0, "JOHN LEE"),
            line(280.0, 120.0, "Date de naissance (A-M-J) : 1986-10-16"),
            line(280.0, 145.0, "123 ANYWHERE STREET"),
            line(280.0, 170.0, "ANYTOWN"),
            line(280.0, 195.0, "H3A 1S8"),
            line(520.0, 205.0, "Sexe : M"),
            line(280.0, 225.0, "Classe(s) : 5"),
            line(520.0, 230.0, "Taille (cm) : 182"),
            line(520.0, 252.0, "Yeux : BRO"),
            line(280.0, 275.0, "N° de référence : P D B T 8 A 1 Q C"),
            line(280.0, 300.0, "Valide le : 2017-12-15 4b Expire le : 2025-10-16"),
        ]);
        for (name, value) in [
            (FieldName::DocumentNumber, "L1234-1234561-12"),
            (FieldName::LastName, "DOE"),
            (FieldName::FirstName, "JOHN LEE"),
            (FieldName::BirthDate, "1986-10-16"),
            (FieldName::Street, "123 ANYWHERE STREET"),
            (FieldName::City, "ANYTOWN"),
            (FieldName::PostalCode, "H3A 1S8"),
            (FieldName::Gender, "male"),
            (FieldName::Class, "5"),
            (FieldName::Height, "182 cm"),
            (FieldName::EyeColor, "brown"),
            (FieldName::RefNumber, "PDBT8A1QC"),
            (FieldName::IssuedAt, "2017-12-15"),
            (FieldName::ExpiresAt, "2025-10-16"),
            (FieldName::IssuingState, "QC"),
            (FieldName::IssuingCountry, "CAN"),
        ] {
            assert_eq!(got.get(&name).map(String::as_str), Some(value), "{name:?}");
        }
    }

    #[test]
    fn a_passport_with_labels_above() {
        let got = values(&[
            line(20.0, 10.0, "PASSPORT"),
            line(400.0, 40.0, "Passport No./Passeport N°"),
            line(400.0, 62.0, "L898902C3"),
            line(100.0, 40.0, "Surname/Nom"),
            line(100.0, 62.0, "ERIKSSON"),
            line(100.0, 90.0, "Given names/Prénoms"),
            line(100.0, 112.0, "ANNA MARIA"),
            line(100.0, 140.0, "Date of birth/Date de naissance"),
            line(100.0, 162.0, "12 AUG/AOÛT 74"),
            line(500.0, 140.0, "Sex/Sexe"),
            line(500.0, 162.0, "F"),
            line(100.0, 190.0, "Date of expiry/Date d'expiration"),
            line(100.0, 212.0, "15 APR/AVR 2012"),
        ]);
        for (name, value) in [
            (FieldName::DocumentNumber, "L898902C3"),
            (FieldName::LastName, "ERIKSSON"),
            (FieldName::FirstName, "ANNA MARIA"),
            (FieldName::BirthDate, "1974-08-12"),
            (FieldName::ExpiresAt, "2012-04-15"),
            (FieldName::Gender, "female"),
        ] {
            assert_eq!(got.get(&name).map(String::as_str), Some(value), "{name:?}");
        }
    }

    #[test]
    fn numbered_fields_of_a_european_licence() {
        let got = values(&[
            line(300.0, 10.0, "DRIVING LICENCE"),
            line(300.0, 40.0, "1. MORGAN"),
            line(300.0, 65.0, "2. SARAH MEREDYTH"),
            line(300.0, 90.0, "3. 11.03.1976 UNITED KINGDOM"),
            line(300.0, 115.0, "4a. 19.01.2013 4c. DVLA"),
            line(300.0, 140.0, "4b. 18.01.2033"),
            line(300.0, 165.0, "5. MORGA753116SM9IJ 35"),
        ]);
        assert_eq!(got.get(&FieldName::LastName).map(String::as_str), Some("MORGAN"));
        assert_eq!(got.get(&FieldName::FirstName).map(String::as_str), Some("SARAH MEREDYTH"));
        assert_eq!(got.get(&FieldName::BirthDate).map(String::as_str), Some("1976-03-11"));
        assert_eq!(got.get(&FieldName::ExpiresAt).map(String::as_str), Some("2033-01-18"));
        assert_eq!(got.get(&FieldName::DocumentNumber).map(String::as_str), Some("MORGA753116SM9IJ35"));
    }

    #[test]
    fn nothing_from_nothing() {
        assert!(values(&[]).is_empty());
        assert!(values(&[line(0.0, 0.0, ""), line(0.0, 0.0, "日本")]).is_empty());
    }
}
