//! Values without labels, by form and position.

use bonafide_core::document::{DocumentType, FieldName, Quad};
use jiff::civil::Date;

use super::{
    dates::dates,
    items::Item,
    page::{Page, has_address},
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
        // A birth lies years before an issue and an expiry: with one date, or dates close together, nobody
        // can tell which is which.
        let (first, last) = (all.first(), all.last());
        let apart = first.zip(last).is_some_and(|(a, b)| b.0.year() - a.0.year() >= 12) && count <= 5;
        fill(FieldName::BirthDate, first, apart && first.is_some_and(|d| d.0.year() <= today.year() - 10));
        fill(FieldName::ExpiresAt, last, apart && last.is_some_and(|d| d.0.year() >= today.year() - 25));
        let middle = all.get(1).filter(|_| count == 3);
        fill(FieldName::IssuedAt, middle, apart && middle.is_some_and(|d| d.0 <= today));
    }

    /// A sex that stands alone, when only one does: `F`, `N/F`.
    pub(super) fn unlabelled_sex(&mut self) {
        if self.found.contains_key(&FieldName::Gender) {
            return;
        }
        let alone = |text: &str| {
            let normal = plain(text);
            let words: Vec<&str> = normal.split(' ').collect();
            let last = matches!(words.last(), Some(&("M" | "F" | "X")));
            let paired =
                words.len() == 2 && words.first().is_some_and(|w| w.len() <= 3) && text.contains('/');
            (last && (words.len() == 1 || paired)).then_some(paired)
        };
        let mut seen: Vec<(bool, usize)> = vec![];
        for (i, item) in self.items.iter().enumerate() {
            let sure = item.line.confidence >= 0.85 && !self.is_taken(i, 0, usize::MAX);
            seen.extend(alone(&item.line.text).filter(|_| sure).map(|paired| (paired, i)));
        }
        // `N/F` says more than a letter by itself.
        if seen.iter().any(|s| s.0) {
            seen.retain(|s| s.0);
        }
        if let [(_, i)] = seen[..]
            && let Some(value) = self.items.get(i).and_then(|t| self.value(FieldName::Gender, &t.line.text))
        {
            self.set(FieldName::Gender, value.text, i, value.from, value.to, 0.7);
        }
    }

    /// What a people is called, by itself in a line.
    pub(super) fn unlabelled_nationality(&mut self) {
        if self.found.contains_key(&FieldName::Nationality) {
            return;
        }
        let one = self.items.iter().enumerate().find_map(|(i, item)| {
            let parts = item.line.text.split(['/', '·', '•']).map(str::trim);
            let code = parts.filter(|p| p.chars().count() > 3).find_map(places::people)?;
            (!self.is_taken(i, 0, usize::MAX)).then_some((i, code))
        });
        if let Some((i, code)) = one {
            self.set(FieldName::Nationality, code.to_owned(), i, 0, usize::MAX, 0.75);
        }
    }

    /// The number of a passport, which stands above the names on the right.
    pub(super) fn unlabelled_number(&mut self, document: DocumentType) {
        if document != DocumentType::Passport || self.found.contains_key(&FieldName::DocumentNumber) {
            return;
        }
        let form = |text: &str| {
            let kept: String = text.chars().filter(|c| !matches!(c, ' ' | '.')).collect();
            let letters = kept.chars().take_while(char::is_ascii_uppercase).count();
            let digits = kept.chars().skip(letters).take_while(char::is_ascii_digit).count();
            let rest = kept.chars().count() - letters - digits;
            (letters <= 3 && (6..=9).contains(&digits) && rest == 0).then_some(kept)
        };
        let one = self.items.iter().enumerate().find_map(|(i, item)| {
            let free = item.line.confidence >= 0.9 && !self.is_taken(i, 0, usize::MAX);
            form(&item.line.text).filter(|_| free && item.labels.is_empty()).map(|n| (i, n))
        });
        let Some((i, number)) = one else { return };
        // The personal number stands below the names.
        let names = self.found.get(&FieldName::LastName).and_then(|f| f.region);
        let top = |q: &Quad| q.0[0][1];
        let above = self
            .items
            .get(i)
            .zip(names)
            .is_none_or(|(item, q)| top(&item.line.quad) <= top(&q) + item.place.height);
        if above {
            self.set(FieldName::DocumentNumber, number, i, 0, usize::MAX, 0.7);
        }
    }

    /// Names without labels: the two lines of capitals above the birth date, or on a passport above the
    /// nationality.
    pub(super) fn unlabelled_names(&mut self, document: DocumentType) {
        let (last, first) = (FieldName::LastName, FieldName::FirstName);
        let passport = document == DocumentType::Passport;
        let has = |f: FieldName| self.found.contains_key(&f);
        let licence = document == DocumentType::DriverLicense
            || document == DocumentType::IdentificationCard && matches!(self.country, Some("USA" | "CAN"));
        if !(passport || licence) || has(last) && has(first) || has(FieldName::FullName) {
            return;
        }
        let region = |f: FieldName| self.found.get(&f).and_then(|v| v.region);
        let anchors: &[FieldName] = if passport {
            &[FieldName::BirthDate, FieldName::Nationality, FieldName::IssuedAt, FieldName::ExpiresAt]
        } else {
            &[FieldName::BirthDate]
        };
        let names = anchors
            .iter()
            .filter_map(|f| region(*f))
            .map(|anchor| self.names_above(anchor, passport))
            .find(|names| !names.is_empty())
            .unwrap_or_default();
        // Where one of the two is known, the other is its neighbour.
        let known = |f| self.found.get(&f).and_then(|v| names.iter().position(|n| n.1 == v.value));
        let (above, below) = match (known(last), known(first)) {
            (None, Some(at)) => (at.checked_sub(1), Some(at)),
            (Some(at), None) => (Some(at), Some(at + 1)),
            _ if has(last) || has(first) => (None, None),
            // A passport's begin with the surname; what stands under them may be a name at birth.
            _ if passport => (Some(0), Some(1)),
            _ => (names.len().checked_sub(2), names.len().checked_sub(1)),
        };
        for (field, at) in [(last, above), (first, below)] {
            let name = at.and_then(|at| names.get(at)).filter(|_| !self.found.contains_key(&field));
            if let Some((i, name)) = name {
                self.set(field, name.clone(), *i, 0, usize::MAX, 0.7);
            }
        }
    }

    /// Lines that may be names, above a place and aligned with it, from top to bottom.
    fn names_above(&self, anchor: Quad, passport: bool) -> Vec<(usize, String)> {
        let [x, y] = anchor.0[0];
        let away = |i: &Item<'_>| {
            let [a, b, ..] = i.line.quad.0;
            (a[1] - y).abs() + (a[0] - x).max(0.0) + (x - b[0]).max(0.0)
        };
        let Some(place) = self.items.iter().min_by(|a, b| away(a).total_cmp(&away(b))).map(|i| i.place)
        else {
            return vec![];
        };
        let reach = if passport { 9.0 } else { 6.0 } * place.height;
        let close = |i: &Item<'_>| {
            i.place.middle < place.middle
                && place.middle - i.place.middle < reach
                && (i.place.left - place.left).abs() < 3.0 * place.height
        };
        // Some issuers set given names in small letters; a caption is misread more often than a name.
        let looks = |i: &Item<'_>| {
            let small = i.line.text.chars().any(char::is_lowercase);
            i.labels.is_empty()
                && i.line.confidence >= 0.85
                && kind(&i.normal) == DocumentType::Unknown
                && (passport || !small)
                && i.normal.len() >= 3
                && !i.line.text.contains(|c: char| c.is_ascii_digit())
                && places::nation(&i.line.text).is_none()
                && i.normal.split(' ').all(|w| places::nation(w).is_none())
        };
        let candidates = self.items.iter().enumerate().filter(|(_, i)| close(i) && looks(i));
        candidates
            .filter_map(|(n, i)| Some((n, values::name(&i.line.text)?)))
            .filter(|(_, name)| name.starts_with(char::is_uppercase))
            .collect()
    }

    /// The address: lines under an address label or the number 8, or a street by its own looks, down to
    /// the postal code.
    pub(super) fn address(&mut self, document: DocumentType) {
        let titled = |i: &Item<'_>| kind(&i.normal) != DocumentType::Unknown;
        let starts = self.items.iter().enumerate().filter(|(_, i)| !titled(i)).filter_map(|(i, item)| {
            let label = item.labels.iter().rfind(|l| l.field == Some(FieldName::Street));
            if let Some(label) = label {
                let rest = item.folded.char_after(label.to);
                let text = item.text_from(rest);
                return Some((0, i, (!plain(&text).is_empty()).then_some(rest), true));
            }
            let eight = item.normal.starts_with("8 ") && item.normal.split(' ').count() > 2;
            if eight && places::is_street(item.normal.get(2..)?) {
                return Some((1, i, Some(item.char_of_word(1)), false));
            }
            (has_address(document) && places::is_street(&item.line.text)).then_some((2, i, Some(0), false))
        });
        let Some((_, start, from, labelled)) = starts.min_by_key(|s| s.0) else { return };
        let Some(first) = self.items.get(start) else { return };
        let mut lines: Vec<(usize, String)> = vec![];
        if let Some(from) = from {
            lines.push((start, first.text_from(from)));
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
        let bare = |t: &String| t.trim_start_matches([' ', ':', '.', '/', ',']).to_owned();
        let texts: Vec<String> = lines.iter().map(|l| bare(&l.1)).collect();
        let whole = texts
            .iter()
            .map(|t| t.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '.' | '/')));
        let whole = whole.filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
        let Address { street, city, state, postal_code } = places::address(&texts);
        // A line of address is only believed when something else of an address follows it.
        let complete = city.is_some() || postal_code.is_some();
        let letters = whole.chars().filter(|c| c.is_alphabetic()).count();
        if !complete && !labelled || letters < 3 {
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
            // Some passports say where the holder lives, in one line.
            let Some(value) = value.filter(|_| field == FieldName::Address || has_address(document)) else {
                continue;
            };
            let key = plain(&value);
            let within = lines.iter().find(|l| plain(&l.1).contains(&key)).or(lines.first()).map(|l| l.0);
            if let Some(line) = within.and_then(|i| self.items.get(i)).map(|i| i.line) {
                self.set_at(field, value, line.confidence * 0.9, line.quad);
            }
        }
    }
}
