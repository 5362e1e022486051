//! What a seal says against what the page shows.

use bonafide_core::{
    compare,
    document::{DocumentReading, FieldName},
    holder::SAME_NAME,
    residence::{self, SAME_ADDRESS},
    text::{plain, similarity},
};
use jiff::civil::Date;

use super::says::{Place, Said};
use crate::address_document::{TextLine, people};

/// Issuers date a bill for the day when it goes out, and make its seal some days before.
const DAYS: i32 = 7;
/// A document is sealed when it is made: one that is dated this many days later is no longer what was sealed.
const DAYS_AFTER_SIGNATURE: i32 = 31;
/// How alike two words of an issuer's name are that are taken for one misread.
const ALIKE: f64 = 0.8;

/// What may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    Name,
    Address,
    Issued,
    Issuer,
}

impl Difference {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Issued => "issued_at",
            Self::Issuer => "issuing_authority",
        }
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Name => "the seal names somebody else than the page",
            Self::Address => "the seal bears another address than the page",
            Self::Issued => "the seal bears another date of issue than the page, or was made long before it",
            Self::Issuer => "who signed the seal is not named on the page",
        }
    }
}

/// What was read from the pages, before any seal spoke.
pub(super) struct Page<'a> {
    names: Vec<String>,
    address: Option<String>,
    issued: Option<Date>,
    lines: &'a [TextLine],
}

impl<'a> Page<'a> {
    pub(super) fn of(reading: &DocumentReading, lines: &'a [TextLine]) -> Self {
        let names = reading.fields.get(&FieldName::FullName).into_iter().flatten();
        Self {
            names: names.map(|field| field.value.clone()).collect(),
            address: residence::in_one_line(reading),
            issued: reading.get(FieldName::IssuedAt).and_then(|field| field.value.parse().ok()),
            lines,
        }
    }

    /// Each part that both say, and whether they say the same.
    pub(super) fn against(&self, said: &Said, organization: Option<&str>) -> Vec<(Difference, bool)> {
        let parts = [
            (Difference::Name, self.names(said)),
            (Difference::Address, self.address(said)),
            (Difference::Issued, self.issued(said)),
            (Difference::Issuer, organization.and_then(|organization| self.issuer(organization))),
        ];
        parts.into_iter().filter_map(|(part, agrees)| Some((part, agrees?))).collect()
    }

    fn names(&self, said: &Said) -> Option<bool> {
        let sealed: Vec<&String> = said.people.iter().chain(&said.addressed).collect();
        let both = !sealed.is_empty() && !self.names.is_empty();
        let same = |a: &String, b: &String| compare::name(a, b).score >= SAME_NAME;
        both.then(|| sealed.iter().any(|sealed| self.names.iter().any(|shown| same(sealed, shown))))
    }

    fn address(&self, said: &Said) -> Option<bool> {
        let shown = self.address.as_ref()?;
        let places: Vec<&Place> = said.place.iter().chain(&said.sent_to).collect();
        let same = |place: &&Place| compare::address(&place.in_one_line(), shown).score >= SAME_ADDRESS;
        (!places.is_empty()).then(|| places.iter().any(same))
    }

    fn issued(&self, said: &Said) -> Option<bool> {
        let shown = self.issued?;
        // Days only: the difference of two dates has no larger unit unless it is asked for.
        let since = |day: Date| shown.since(day).map_or(i32::MAX, |span| span.get_days());
        match said.issued {
            Some(issued) => Some(since(issued).abs() <= DAYS),
            // That it was made about then, or later, says nothing of the date.
            None => (since(said.signed_on?) > DAYS_AFTER_SIGNATURE).then_some(false),
        }
    }

    /// Whether the page names whom a certificate is of: by the words of the name or by their initials, as companies call
    /// themselves.
    fn issuer(&self, organization: &str) -> Option<bool> {
        let normal = plain(organization);
        let words: Vec<&str> = normal.split(' ').filter(|word| !word.is_empty()).collect();
        let telling: Vec<&str> =
            words.iter().copied().filter(|word| word.len() > 3 && !people::is_company(word)).collect();
        let telling = if telling.is_empty() { words.clone() } else { telling };
        let initials = |least: usize| {
            let words = words.iter().filter(|word| word.len() >= least);
            words.filter_map(|word| word.chars().next()).collect::<String>()
        };
        let shown: Vec<String> = self
            .lines
            .iter()
            .flat_map(|line| plain(&line.text).split(' ').map(str::to_owned).collect::<Vec<_>>())
            .collect();
        if telling.is_empty() || shown.is_empty() {
            return None;
        }
        let is_shown =
            |word: &&str| shown.iter().any(|there| there == word || similarity(there, word) >= ALIKE);
        // With and without the small words: EDF, SNCF.
        let abbreviated =
            [initials(1), initials(3)].iter().any(|name| name.len() > 2 && shown.contains(name));
        Some(abbreviated || telling.iter().all(is_shown))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::address_document::layout::line;

    fn place(street: &str, zip: &str, city: &str) -> Place {
        let some = |text: &str| Some(text.to_owned());
        Place { street: some(street), zip: some(zip), city: some(city), ..Place::default() }
    }

    #[test]
    fn print_and_seal_say_the_same_in_their_own_ways() {
        let lines =
            [line("Lumenor Energie SA", 20.0, 20.0), line("EDF", 20.0, 60.0), line("Facture", 20.0, 90.0)];
        let page = Page {
            names: vec!["Hélène Béraud".into(), "Étienne Béraud".into()],
            address: Some("12 bis boulevard Saint-Michel, Appartement 12, 75005, PARIS".into()),
            issued: Some(date(2026, 10, 13)),
            lines: &lines,
        };
        let said = Said {
            people: vec!["BERAUD HELENE".into()],
            place: Some(place("12 BIS BD ST MICHEL", "75005", "PARIS")),
            issued: Some(date(2026, 10, 10)),
            ..Said::default()
        };
        let all = |said: &Said, organization| page.against(said, organization);
        use Difference::{Address, Issued, Issuer, Name};
        let lumenor = Some("Lumenor Énergie SA");
        assert_eq!(all(&said, lumenor), [(Name, true), (Address, true), (Issued, true), (Issuer, true)]);
        assert_eq!(all(&Said::default(), Some("Electricité de France")), [(Issuer, true)]);
        assert_eq!(all(&Said::default(), Some("Électricité de Strasbourg")), [(Issuer, false)]);
        assert_eq!(all(&Said::default(), None), []);
        // Sent to somebody else than lives there: the page may show either.
        let sent = Said {
            people: vec!["SPECIMEN NATACHA".into()],
            addressed: vec!["ETIENNE BERAUD".into()],
            place: Some(place("1 RUE A", "69003", "LYON")),
            sent_to: Some(place("12 BIS BD ST MICHEL", "75005", "PARIS")),
            ..Said::default()
        };
        assert_eq!(all(&sent, None), [(Name, true), (Address, true)]);
        let other = Said {
            people: vec!["SPECIMEN NATACHA".into()],
            place: Some(place("14 BIS BD ST MICHEL", "75005", "PARIS")),
            issued: Some(date(2026, 5, 13)),
            ..Said::default()
        };
        assert_eq!(all(&other, None), [(Name, false), (Address, false), (Issued, false)]);
        // Without a date of its own it was made when the document was.
        for (signed_on, expected) in [
            (date(2026, 10, 13), &[][..]),
            (date(2026, 9, 12), &[]),
            (date(2026, 9, 11), &[(Issued, false)]),
            (date(2021, 10, 13), &[(Issued, false)]),
            (date(2030, 1, 1), &[]),
        ] {
            let undated = Said { signed_on: Some(signed_on), ..Said::default() };
            assert_eq!(all(&undated, None), expected, "{signed_on}");
            let dated = Said { issued: Some(date(2026, 10, 10)), ..undated };
            assert_eq!(all(&dated, None), [(Issued, true)], "{signed_on}");
        }
        let empty = Page { names: vec![], address: None, issued: None, lines: &[] };
        assert_eq!(empty.against(&other, lumenor), []);
    }
}
