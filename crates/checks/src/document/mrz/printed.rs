//! The zone held against the print of the same document.

use bonafide_core::document::FieldName;
use jiff::civil::Date;

use super::{Found, Mrz, Repair};
use crate::document::text::plain;

/// Fields that a check digit vouches for and that are printed on the document as well.
const PRINTED_TOO: [FieldName; 4] =
    [FieldName::DocumentNumber, FieldName::BirthDate, FieldName::ExpiresAt, FieldName::PersonalNumber];

impl Found {
    /// Puts back what the rules of the zone changed in a field, where the print of the document bears what was seen: two
    /// places that agree outweigh a check digit, which then does not hold. Not so for letters and digits that both are
    /// easily taken for.
    pub(crate) fn as_printed(&mut self, printed: &[(FieldName, &str)], today: Date) {
        for name in PRINTED_TOO {
            let Some((line, from, to)) = self.mrz.place(name) else { continue };
            let of_field =
                |r: &Repair| r.line == line && (from..to).contains(&r.at) && !look_alike(r.from, r.to);
            if !self.repairs.iter().any(of_field) {
                continue;
            }
            let mut lines: Vec<Vec<char>> = self.mrz.lines().iter().map(|l| l.chars().collect()).collect();
            for repair in self.repairs.iter().filter(|r| of_field(r)) {
                if let Some(c) = lines.get_mut(repair.line).and_then(|l| l.get_mut(repair.at)) {
                    *c = repair.from;
                }
            }
            let lines: Vec<String> = lines.into_iter().map(String::from_iter).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let Some(seen) = Mrz::of_format(self.mrz.format(), &lines) else { continue };
            let bare = |text: &str| plain(text).replace(' ', "");
            let fields = seen.fields(today);
            let Some((_, value, _)) = fields.iter().find(|f| f.0 == name) else { continue };
            if printed.iter().any(|(of, text)| *of == name && bare(text) == bare(value)) {
                self.repairs.retain(|r| !of_field(r));
                (self.mrz, self.agreed) = (seen, true);
            }
        }
    }
}

/// Whether two characters are told apart by their place alone in most prints.
fn look_alike(a: char, b: char) -> bool {
    ["0OQD", "1IL"].iter().any(|same| same.contains(a) && same.contains(b))
}

#[cfg(test)]
mod tests {
    use super::{super::Format, *};

    /// A passport whose number was changed in print and zone: a `5` taken for an `S` makes its check digit hold.
    fn repaired() -> Found {
        let lines =
            ["P<UTOHYTHLODAY<<RAPHAEL<JOHN<<<<<<<<<<<<<<<<", "U71791S2K1UTO7802085M34110341516070309<<<<40"];
        let mrz = Mrz::of_format(Format::Td3, &lines).unwrap();
        let repairs = vec![Repair { line: 1, at: 6, from: '5', to: 'S' }];
        Found { mrz, quads: vec![], repairs, confidence: 0.96, agreed: false }
    }

    #[test]
    fn print_and_zone_that_agree_outweigh_a_check_digit() {
        let today = jiff::civil::date(2026, 11, 30);
        let mut found = repaired();
        found.as_printed(&[(FieldName::DocumentNumber, "U7179152K")], today);
        assert_eq!((found.mrz.number(), found.agreed), ("U7179152K".to_owned(), true));
        assert!(!found.mrz.valid() && found.repairs.is_empty());
        let mut found = repaired();
        found.repairs[0].from = 'O';
        found.repairs[0].to = '0';
        found.as_printed(&[(FieldName::DocumentNumber, "U7179152K")], today);
        assert_eq!(found.repairs.len(), 1, "both are read alike in either place");
        for elsewhere in ["U71791S2K", "U717915", ""] {
            let mut found = repaired();
            found.as_printed(&[(FieldName::DocumentNumber, elsewhere)], today);
            assert_eq!((found.mrz.number(), found.repairs.len()), ("U71791S2K".to_owned(), 1));
        }
    }
}
