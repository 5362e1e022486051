//! Values without labels, by form and position.

use bonafide_core::document::{DocumentType, FieldName};
use jiff::civil::Date;

use super::{
    Page,
    dates::dates,
    places::{self, Address},
    values,
    words::kind,
};
use crate::document::text::plain;

impl Page<'_> {
    /// Dates without labels, by their order in time: birth before issue before expiry.
    pub(super) fn unlabelled_dates(&mut self) {
        let mut all: Vec<(Date, usize, usize, usize)> = vec![];
        for (i, item) in self.items.iter().enumerate() {
            let found = dates(&item.line.text, self.order, self.today);
            all.extend(found.into_iter().map(|d| (d.date, i, d.from, d.to)));
        }
        all.sort();
        all.dedup_by_key(|d| d.0);
        let (today, count) = (self.today, all.len());
        let mut fill = |field, date: Option<&(Date, usize, usize, usize)>, fits: bool| {
            let Some((date, i, from, to)) = date.copied().filter(|_| fits) else { return };
            let used = self.found.values().any(|f| f.value == date.to_string());
            if !used && !self.found.contains_key(&field) {
                self.set(field, date.to_string(), i, from, to, 0.7);
            }
        };
        let (first, last) = (all.first(), all.last());
        fill(FieldName::BirthDate, first, first.is_some_and(|d| d.0.year() <= today.year() - 10));
        fill(FieldName::ExpiresAt, last, count > 1 && last.is_some_and(|d| d.0.year() >= today.year() - 10));
        let middle = all.get(1).filter(|_| count == 3);
        fill(FieldName::IssuedAt, middle, middle.is_some_and(|d| d.0 <= today));
    }

    /// Names without labels: on a licence, the two lines of capitals above the birth date.
    pub(super) fn unlabelled_names(&mut self, document: DocumentType) {
        let (last, first) = (FieldName::LastName, FieldName::FirstName);
        if document != DocumentType::DriverLicense
            || (self.found.contains_key(&last) && self.found.contains_key(&first))
        {
            return;
        }
        let Some(birth) = self.found.get(&FieldName::BirthDate).and_then(|v| v.region) else { return };
        let Some(place) = self
            .items
            .iter()
            .min_by(|a, b| {
                let away = |i: &super::Item<'_>| (i.line.quad.0[0][1] - birth.0[0][1]).abs();
                away(a).total_cmp(&away(b))
            })
            .map(|i| i.place)
        else {
            return;
        };
        let names: Vec<(usize, String)> = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, i)| {
                i.place.middle < place.middle && place.middle - i.place.middle < 6.0 * place.height
            })
            .filter(|(_, i)| (i.place.left - place.left).abs() < 3.0 * place.height && i.labels.is_empty())
            .filter(|(_, i)| kind(&i.normal) == DocumentType::Unknown)
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
            let name = at.and_then(|at| names.get(at)).filter(|_| !self.found.contains_key(&field));
            if let Some((i, name)) = name {
                self.set(field, name.clone(), *i, 0, usize::MAX, 0.7);
            }
        }
    }

    /// The address: lines under an address label or the number 8, or a street by its own looks, down to
    /// the postal code.
    pub(super) fn address(&mut self) {
        let starts = self.items.iter().enumerate().filter_map(|(i, item)| {
            let label = item.labels.iter().rfind(|l| l.field == Some(FieldName::Street));
            if let Some(label) = label {
                let rest = item.folded.char_after(label.to);
                let text = item.from_char(rest);
                return Some((0, i, (!plain(&text).is_empty()).then_some(rest), true));
            }
            let eight = item.normal.starts_with("8 ") && item.normal.split(' ').count() > 2;
            if eight && places::is_street(item.normal.get(2..)?) {
                return Some((1, i, Some(item.char_of_word(1)), false));
            }
            places::is_street(&item.line.text).then_some((2, i, Some(0), false))
        });
        let Some((_, start, from, labelled)) = starts.min_by_key(|s| s.0) else { return };
        let Some(first) = self.items.get(start) else { return };
        let mut lines: Vec<(usize, String)> = vec![];
        if let Some(from) = from {
            lines.push((start, first.from_char(from)));
        }
        let (mut at, height) = (first.place.middle, first.place.height);
        for (i, item) in self.items.iter().enumerate().skip(start + 1) {
            let below = item.place.middle - at;
            if below < 0.3 * height {
                continue;
            }
            let done = lines.len() > 1 && lines.last().is_some_and(|l| places::postal_code(&l.1).is_some());
            if below > 2.4 * height || lines.len() >= 4 || done {
                break;
            }
            let aside = item.place.left - first.place.left;
            let aligned =
                aside > -2.0 * height && item.place.left < first.place.right && aside < 4.0 * height;
            let dated = !dates(&item.line.text, self.order, self.today).is_empty();
            if aligned && item.is_label() {
                break;
            }
            if aligned && !dated && !self.is_taken(i, 0, usize::MAX) {
                lines.push((i, item.line.text.clone()));
                at = item.place.middle;
            }
        }
        let texts: Vec<String> = lines.iter().map(|l| l.1.clone()).collect();
        let whole =
            texts.iter().map(|t| t.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':')));
        let whole = whole.filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
        let Address { street, city, state, postal_code } = places::address(&texts);
        // A line of address is only believed when something else of an address follows it.
        let complete = city.is_some() || postal_code.is_some();
        if !complete && !labelled || whole.chars().count() < 4 {
            return;
        }
        let parts = [
            (FieldName::Address, Some(whole)),
            (FieldName::Street, street),
            (FieldName::City, city),
            (FieldName::State, state),
            (FieldName::PostalCode, postal_code),
        ];
        for (field, value) in parts {
            let Some(value) = value else { continue };
            let key = plain(&value);
            let within = lines.iter().find(|l| plain(&l.1).contains(&key)).or(lines.first()).map(|l| l.0);
            if let Some(line) = within.and_then(|i| self.items.get(i)).map(|i| i.line) {
                self.set_at(field, value, line.confidence * 0.9, line.quad);
            }
        }
    }
}
