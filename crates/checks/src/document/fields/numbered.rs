//! The numbered fields of driving licences: ISO/IEC 18013-1 annex A, Directive 2006/126/EC and the AAMVA card
//! design standard share these numbers, apart from 5, which is the licence's number in Europe and the
//! document discriminator in North America, and 4d, which is a personal number in Europe.

use bonafide_core::document::{
    DocumentType,
    FieldName::{self, *},
};

use super::{page::Page, words::is_category};

fn numbered(label: &str) -> Option<FieldName> {
    Some(match label {
        "1" => LastName,
        "2" => FirstName,
        "3" => BirthDate,
        "4A" => IssuedAt,
        "4B" => ExpiresAt,
        "4C" => IssuingAuthority,
        "4D" => DocumentNumber,
        "5" => RefNumber,
        "8" => Street,
        "9" => Class,
        "9A" => Mentions,
        "12" => Restrictions,
        "15" => Gender,
        "16" => Height,
        "17" => Weight,
        "18" => EyeColor,
        "19" => HairColor,
        _ => return None,
    })
}

/// One number and where its text begins.
struct Numbered {
    field: FieldName,
    item: usize,
    from: usize,
    /// The text of the field ends here: the next number in the line, or its end.
    to: usize,
}

impl Page<'_> {
    /// Numbers at the beginning of a line, within it (`4a. 19.01.2013 4c. DVLA`) or alone to the left of it.
    pub(super) fn numbered(&mut self, kind: DocumentType) {
        let licence = kind == DocumentType::DriverLicense;
        let mut seen: Vec<Numbered> = vec![];
        for i in 0..self.items.len() {
            self.numbers_in(i, licence, &mut seen);
        }
        // Several numbers in their order make a licence of the common layout; one alone is chance.
        let kinds: std::collections::BTreeSet<FieldName> = seen.iter().map(|s| s.field).collect();
        if kinds.len() < 3 && !licence {
            return;
        }
        let american = matches!(self.country, Some("USA" | "CAN"));
        let four_d = seen.iter().any(|s| s.field == DocumentNumber);
        for Numbered { field, item, from, to } in seen {
            let Some(line) = self.items.get(item) else { continue };
            let doubtful = self.is_value(line);
            let labelled = !doubtful
                && line.labels.iter().any(|l| l.field.is_some() && line.folded.char_at(l.from) >= from);
            if labelled || field == Street {
                continue;
            }
            let text: String = line.line.text.chars().take(to).skip(from).collect();
            let target = match field {
                // Some licences print the number, not a date, beside 4b.
                ExpiresAt if self.value(ExpiresAt, &text).is_none() => DocumentNumber,
                RefNumber if !american && (!four_d || self.country.is_some()) => DocumentNumber,
                DocumentNumber if !american && self.country.is_some() => PersonalNumber,
                field => field,
            };
            if self.found.contains_key(&target) {
                continue;
            }
            if let Some(value) = self.value_with(target, &text, doubtful)
                && !self.is_taken(item, from + value.from, from + value.to)
            {
                self.set(target, value.text, item, from + value.from, from + value.to, 0.9 * value.form);
            }
            // 3 is date and place of birth.
            if field == BirthDate {
                self.place_after_date(item, from, to);
            }
        }
    }

    fn place_after_date(&mut self, item: usize, from: usize, to: usize) {
        let Some(line) = self.items.get(item) else { return };
        let text: String = line.line.text.chars().take(to).skip(from).collect();
        let Some(date) = super::dates::dates(&text, self.order, self.today).into_iter().next() else {
            return;
        };
        let rest: String = text.chars().skip(date.to).collect();
        if let Some(value) = self.value(BirthPlace, &rest).filter(|_| !self.found.contains_key(&BirthPlace)) {
            let start = from + date.to;
            self.set(BirthPlace, value.text, item, start + value.from, start + value.to, 0.85);
        }
    }

    fn numbers_in(&self, i: usize, licence: bool, seen: &mut Vec<Numbered>) {
        let Some(item) = self.items.get(i) else { return };
        let words: Vec<&str> = item.normal.split(' ').filter(|w| !w.is_empty()).collect();
        let end = item.line.text.chars().count();
        let start = seen.len();
        for (n, word) in words.iter().enumerate() {
            let Some(field) = numbered(word) else { continue };
            let at = item.char_of_word(n);
            let after = item.line.text.chars().nth(at + word.len());
            // Within a line only what cannot be a part of a value: 4a, 4b, ... or a number with a full stop.
            let sure = word.starts_with('4') || (n == 0 && (after == Some('.') || licence));
            let lone = words.len() == 1;
            if n > 0 && !word.starts_with('4') || n == 0 && !lone && !sure && word.len() < 2 {
                continue;
            }
            if lone {
                let right = self.items.iter().enumerate().filter(|(_, other)| {
                    let gap = other.place.left - item.place.right;
                    (other.place.middle - item.place.middle).abs() < 0.7 * other.place.height
                        && gap > -2.0
                        && gap < 5.0 * other.place.height
                });
                if let Some((j, other)) = right.min_by(|a, b| a.1.place.left.total_cmp(&b.1.place.left)) {
                    seen.push(Numbered { field, item: j, from: 0, to: other.line.text.chars().count() });
                }
            } else if n + 1 < words.len() {
                if let Some(last) = seen.get_mut(start..).and_then(<[Numbered]>::last_mut) {
                    last.to = at;
                }
                seen.push(Numbered { field, item: i, from: item.char_of_word(n + 1), to: end });
            }
        }
    }

    /// The table on the back of a licence: a category with the day it was obtained and the day it ends.
    pub(super) fn permits(&mut self) {
        let (mut first, mut last) = (None, None);
        for (i, item) in self.items.iter().enumerate() {
            let mut text = item.line.text.clone();
            let head = item.normal.split(' ').next().unwrap_or("");
            if !is_category(head) {
                continue;
            }
            // The columns are often found as lines of their own.
            let beside = self.items.iter().filter(|o| {
                (o.place.middle - item.place.middle).abs() < 0.5 * item.place.height
                    && o.place.left > item.place.right
            });
            let mut beside: Vec<_> = beside.collect();
            beside.sort_by(|a, b| a.place.left.total_cmp(&b.place.left));
            for other in beside {
                text.push_str("  ");
                text.push_str(&other.line.text);
            }
            let dates = super::dates::dates(&text, self.order, self.today);
            if let [from, until] = dates[..]
                && from.date < until.date
            {
                first = first.into_iter().chain([(from.date, i)]).min();
                last = last.into_iter().chain([(until.date, i)]).max();
            }
        }
        for (field, date) in [(PermitObtainedAt, first), (PermitExpiresAt, last)] {
            let Some((date, item)) = date else { continue };
            if let Some(line) = self.items.get(item).map(|i| i.line) {
                self.set_at(field, date.to_string(), line.confidence * 0.85, line.quad);
            }
        }
    }
}
