//! Text in, fields and check digits out. Nothing is repaired here.

use bonafide_core::document::{DocumentType, FieldName};
use jiff::civil::Date;

use super::{
    check,
    dates::{birth_date, expiry_date, is_impossible},
    issuers::country,
    layout::{Check, CheckKind, Format, Span},
    national::{self, Rule, rule},
};

/// One check digit of a zone, and whether it is the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckResult {
    pub kind: CheckKind,
    pub holds: bool,
}

/// A machine readable zone: lines of the right number and length, over the alphabet A–Z, 0–9, `<`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mrz {
    format: Format,
    lines: Vec<String>,
}

/// Why some lines are not a machine readable zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnMrz {
    #[error("the number or length of the lines is not that of any format")]
    Shape,
    #[error("a character is outside the alphabet A-Z, 0-9, <")]
    Alphabet,
}

/// Takes lines that are already of exact length; their format follows from length and first letters.
pub fn parse<S: AsRef<str>>(lines: &[S]) -> Result<Mrz, NotAnMrz> {
    let mut lines: Vec<String> = lines.iter().map(|l| l.as_ref().trim().to_owned()).collect();
    // The Swiss licence has the number of its blank above the zone.
    if let [short, second, _] = lines.as_slice()
        && short.len() == 9
        && second.starts_with("FACHE")
    {
        lines.remove(0);
    }
    if lines.iter().any(|l| l.bytes().any(|c| check::value(c).is_none())) {
        return Err(NotAnMrz::Alphabet);
    }
    let format = Format::ALL
        .into_iter()
        .find(|f| f.lines() == lines.len() && lines.iter().all(|l| l.len() == f.width()) && f.suits(&lines))
        .ok_or(NotAnMrz::Shape)?;
    Ok(Mrz { format, lines })
}

impl Mrz {
    pub(crate) fn unchecked(format: Format, lines: &[&str]) -> Self {
        Self { format, lines: lines.iter().map(|l| (*l).to_owned()).collect() }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    fn raw(&self, span: Span) -> &str {
        self.lines.get(span.0).and_then(|l| l.get(span.1..span.2)).unwrap_or("")
    }

    fn rule(&self) -> &'static Rule {
        rule(self.format, &self.lines)
    }

    /// Every check digit of the format that says something, in the order of the zone.
    pub fn checks(&self) -> Vec<CheckResult> {
        let unjudged = self.rule().unjudged;
        let checks = self.format.layout().checks.iter().filter(|c| Some(c.kind) != unjudged);
        checks.map(|c| CheckResult { kind: c.kind, holds: holds(self.format, &self.lines, c) }).collect()
    }

    /// Whether all check digits hold.
    pub fn valid(&self) -> bool {
        self.checks().iter().all(|c| c.holds)
    }

    /// The two letters of the document code, fillers gone.
    pub fn code(&self) -> &str {
        self.raw(Span(0, 0, 2)).trim_end_matches('<')
    }

    /// The issuer, ISO 3166-1 alpha-3 or ICAO 9303.
    pub fn issuer(&self) -> Option<String> {
        self.rule().issuer.map(str::to_owned).or_else(|| country(self.raw(self.format.layout().issuer)))
    }

    /// The whole document number, with what overflowed into the optional data.
    pub fn number(&self) -> String {
        let mut number = self.raw(self.format.layout().number).replace('<', "");
        if let Some((_, whole)) = self.number_in_optional() {
            return whole.to_owned();
        }
        // The last digit of the series opens the optional data.
        if self.format == Format::RussianInternal {
            number.insert_str(number.len().min(3), self.raw(Span(1, 28, 29)).trim_matches('<'));
            return number;
        }
        if let Some((rest, _)) = number_overflow(self.format, &self.lines) {
            number.push_str(&String::from_utf8_lossy(rest));
        }
        number
    }

    /// Where a field stands: line, and its characters from and to.
    pub fn place(&self, field: FieldName) -> Option<(usize, usize, usize)> {
        let layout = self.format.layout();
        let Span(line, from, to) = match field {
            FieldName::DocumentNumber => self.number_span(),
            FieldName::LastName | FieldName::MiddleName | FieldName::FullName => layout.names,
            FieldName::FirstName if self.format == Format::FrenchId => Span(1, 13, 27),
            FieldName::FirstName => layout.names,
            FieldName::IssuingCountry => layout.issuer,
            FieldName::Nationality => layout.nationality?,
            FieldName::BirthDate => layout.birth,
            FieldName::IssuedAt if self.format == Format::RussianInternal => Span(1, 29, 35),
            FieldName::IssuingAuthority if self.format == Format::RussianInternal => Span(1, 35, 41),
            FieldName::ExpiresAt | FieldName::IssuedAt => layout.expiry?,
            FieldName::Gender => layout.sex,
            FieldName::PersonalNumber => self.personal().map(|p| p.0).or(layout.optional.first().copied())?,
            _ => return None,
        };
        Some((line, from, to))
    }

    /// The person's number where an issuer's rule says that there is one, and where it stands.
    fn personal(&self) -> Option<(Span, &str)> {
        let rule = self.rule();
        rule.personal.iter().find_map(|span| {
            let text = self.raw(*span);
            let number = (rule.personal_form)(text)?;
            let at = span.1 + text.find(number)?;
            Some((Span(span.0, at, at + number.len()), number))
        })
    }

    /// The whole document number where it stands in the optional data, and its place there.
    fn number_in_optional(&self) -> Option<(Span, &str)> {
        let length = self.rule().number_in_optional?;
        let layout = self.format.layout();
        let Span(line, from, _) = *layout.optional.first()?;
        let whole = self.raw(Span(line, from, from + length));
        let digits = whole.bytes().all(|b| b.is_ascii_digit());
        (digits && whole.len() == length && whole.ends_with(self.raw(layout.number)))
            .then_some((Span(line, from, from + length), whole))
    }

    /// The document number up to the end of its overflow, where that follows it in the line.
    fn number_span(&self) -> Span {
        let layout = self.format.layout();
        if let Some((span, _)) = self.number_in_optional() {
            return span;
        }
        let Span(line, from, to) = layout.number;
        let optional = layout.optional.first().filter(|o| o.0 == line && o.1 == to + 1);
        match (number_overflow(self.format, &self.lines), optional) {
            (Some((rest, _)), Some(optional)) => Span(line, from, optional.1 + rest.len()),
            _ => layout.number,
        }
    }

    /// Surname and given names, words separated by single spaces. Either may be empty or cut short:
    /// see [`Self::names_truncated`].
    pub fn names(&self) -> (String, String) {
        let field = self.raw(self.format.layout().names);
        let latin;
        let field = match self.format {
            Format::FrenchId => return (words(field), words(self.raw(Span(1, 13, 27)))),
            Format::RussianInternal => {
                latin = national::from_russian(field);
                &latin
            }
            _ => field,
        };
        match field.split_once("<<") {
            Some((last, given)) => (words(last), words(given)),
            None => (words(field), String::new()),
        }
    }

    /// Whether the names fill their field, so that letters may be missing.
    pub fn names_truncated(&self) -> bool {
        let field = self.raw(self.format.layout().names);
        !field.is_empty() && !field.ends_with('<')
    }

    /// What the zone says that this document or its holder does not have: the other name of a person with one, an end of
    /// a document without time limit.
    pub fn absent(&self) -> Vec<FieldName> {
        let rule = self.rule();
        let expiry = self.format.layout().expiry.map(|span| self.raw(span));
        let mut absent = vec![];
        if rule.issue_date
            || self.format == Format::RussianInternal
            || expiry.is_some_and(|e| rule.unlimited.contains(&e))
        {
            absent.push(FieldName::ExpiresAt);
        }
        let (last, given) = self.names();
        match (last.is_empty(), given.is_empty()) {
            _ if self.format.is_licence() || self.format == Format::FrenchId || self.names_truncated() => {}
            // Both in one field that does not tell them apart.
            (false, true) if rule.one_name_field => {
                absent.extend([FieldName::LastName, FieldName::FirstName])
            }
            (true, false) => absent.push(FieldName::LastName),
            (false, true) => absent.push(FieldName::FirstName),
            _ => {}
        }
        absent
    }

    /// Dates that can be no day although their check digits hold.
    pub fn impossible_dates(&self) -> Vec<FieldName> {
        let layout = self.format.layout();
        let holds = |kind| self.checks().iter().any(|c| c.kind == kind && c.holds);
        let dates = [
            (FieldName::BirthDate, CheckKind::BirthDate, Some(layout.birth)),
            (FieldName::ExpiresAt, CheckKind::ExpiryDate, layout.expiry),
        ];
        dates
            .into_iter()
            .filter(|(_, kind, span)| span.is_some_and(|s| is_impossible(self.raw(s))) && holds(*kind))
            .map(|(name, ..)| name)
            .collect()
    }

    /// `male`, `female`, `non_binary` (X), or nothing where it is not stated.
    pub fn gender(&self) -> Option<&'static str> {
        match self.raw(self.format.layout().sex) {
            "H" if self.rule().spanish_sex => Some("male"),
            "M" if self.rule().spanish_sex => Some("female"),
            "M" => Some("male"),
            "F" => Some("female"),
            "X" => Some("non_binary"),
            _ => None,
        }
    }

    pub fn birth_date(&self, today: Date) -> Option<Date> {
        birth_date(self.raw(self.format.layout().birth), today)
    }

    /// `None` also where the document has no time limit: see [`Self::absent`].
    pub fn expiry_date(&self, today: Date) -> Option<Date> {
        if self.absent().contains(&FieldName::ExpiresAt) {
            return None;
        }
        expiry_date(self.raw(self.format.layout().expiry?), today)
    }

    /// The day of issue, where an issuer's zone holds it.
    fn issue_date(&self, today: Date) -> Option<Date> {
        let span = match self.format {
            Format::RussianInternal => Span(1, 29, 35),
            _ if self.rule().issue_date => self.format.layout().expiry?,
            _ => return None,
        };
        // As a birth, it is past.
        birth_date(self.raw(span), today)
    }

    /// What the document code says the document is.
    pub fn document_type(&self) -> DocumentType {
        let code = self.code();
        match (self.format, code.as_bytes().first()) {
            (Format::MrvA | Format::MrvB, _) => DocumentType::Visa,
            (Format::Td3 | Format::RussianInternal, Some(b'P')) => DocumentType::Passport,
            (Format::FrenchLicence | Format::DutchLicence | Format::SwissLicence, _) => {
                DocumentType::DriverLicense
            }
            (_, Some(b'P')) => DocumentType::PassportCard,
            (Format::Td1, Some(b'D')) => DocumentType::DriverLicense,
            _ => match code {
                "IP" => DocumentType::PassportCard,
                // C1 and C2: permanent resident card of the United States; the others: common in Europe.
                "C1" | "C2" | "AR" | "CR" | "IR" | "RP" | "TS" => DocumentType::ResidencePermit,
                _ => DocumentType::IdentificationCard,
            },
        }
    }

    /// The fields in the product's terms, each with whether a check digit vouches for it. Given names
    /// are one value: the zone does not tell first from middle names.
    pub fn fields(&self, today: Date) -> Vec<(FieldName, String, bool)> {
        let layout = self.format.layout();
        let checks = self.checks();
        let sure = |kind| checks.iter().any(|c| c.kind == kind && c.holds);
        let composite = sure(CheckKind::Composite);
        let rule = self.rule();
        let (last, given) = self.names();
        let number = match self.format {
            Format::DutchLicence => composite,
            _ => sure(CheckKind::DocumentNumber) && (self.number_in_optional().is_none() || composite),
        };
        let mut all = vec![(FieldName::DocumentNumber, self.number(), number)];
        match given.split_once(' ') {
            _ if rule.one_name_field => {
                all.push((FieldName::FullName, format!("{last} {given}").trim().to_owned(), false))
            }
            // A patronymic follows one given name.
            Some((first, patronymic)) if self.format == Format::RussianInternal => all.extend([
                (FieldName::LastName, last, false),
                (FieldName::FirstName, first.to_owned(), false),
                (FieldName::MiddleName, patronymic.to_owned(), false),
            ]),
            _ => all.extend([(FieldName::LastName, last, false), (FieldName::FirstName, given, false)]),
        }
        let mut add = |name, value: Option<String>, sure| {
            all.extend(value.filter(|v| !v.is_empty()).map(|v| (name, v, sure)));
        };
        add(FieldName::IssuingCountry, self.issuer(), false);
        let nationality = layout.nationality.filter(|_| !rule.no_nationality);
        add(FieldName::Nationality, nationality.and_then(|s| country(self.raw(s))), false);
        add(FieldName::BirthDate, self.birth_date(today).map(|d| d.to_string()), sure(CheckKind::BirthDate));
        add(
            FieldName::ExpiresAt,
            self.expiry_date(today).map(|d| d.to_string()),
            sure(CheckKind::ExpiryDate),
        );
        let issued = self.issue_date(today).map(|d| d.to_string());
        add(
            FieldName::IssuedAt,
            issued,
            sure(CheckKind::ExpiryDate) || (composite && sure(CheckKind::OptionalData)),
        );
        add(FieldName::Gender, self.gender().map(str::to_owned), false);
        if self.format == Format::RussianInternal {
            let office = self.raw(Span(1, 35, 41)).replace('<', "");
            add(FieldName::IssuingAuthority, Some(office), sure(CheckKind::OptionalData) && composite);
        }
        add(FieldName::PersonalNumber, self.personal().map(|(_, n)| n.to_owned()), composite);
        if self.format == Format::Td3 {
            // A filler inside stands for a hyphen or a space of the printed number (9303-3, 4.6).
            let optional = layout.optional.first().map(|s| words(self.raw(*s)));
            add(FieldName::PersonalNumber, optional, sure(CheckKind::OptionalData) && composite);
        }
        all.retain(|(_, value, _)| !value.is_empty());
        all
    }
}

fn bytes<L: AsRef<[u8]>>(lines: &[L], span: Span) -> &[u8] {
    lines.get(span.0).and_then(|l| l.as_ref().get(span.1..span.2)).unwrap_or_default()
}

/// The part of a document number that did not fit its nine places, and its check digit: it stands at the
/// beginning of the optional data, its check digit last, and the place of the check digit holds a filler
/// (9303-5 note j, 9303-6 note j). Whether the digit is right is asked elsewhere: the number is long either way.
fn number_overflow<L: AsRef<[u8]>>(format: Format, lines: &[L]) -> Option<(&[u8], u8)> {
    if !matches!(format, Format::Td1 | Format::Td2) {
        return None;
    }
    let layout = format.layout();
    let Span(line, _, end) = layout.number;
    let full = bytes(lines, layout.number).last().is_some_and(|c| *c != b'<');
    if !full || bytes(lines, Span(line, end, end + 1)) != b"<" {
        return None;
    }
    let rest = bytes(lines, *layout.optional.first()?).split(|c| *c == b'<').next()?;
    let (digit, number) = rest.split_last()?;
    (!number.is_empty() && digit.is_ascii_digit()).then_some((number, *digit))
}

/// Whether one check digit of a zone is right.
pub(crate) fn holds<L: AsRef<[u8]>>(format: Format, lines: &[L], spec: &Check) -> bool {
    if rule(format, lines).unjudged == Some(spec.kind) {
        return true;
    }
    if spec.kind == CheckKind::DocumentNumber
        && let Some((rest, digit)) = number_overflow(format, lines)
    {
        // ICAO 9303 computes the digit over the number alone. Genuine cards, Belgium's of before 2020 among them,
        // computed it with the filler between the two parts in its place in the order of weights.
        let first = bytes(lines, format.layout().number);
        let over = |between: &[u8]| check::digit([first, between, rest].concat());
        return [over(b""), over(b"<")].contains(&Some(digit));
    }
    let covered = || spec.parts.iter().flat_map(|s| bytes(lines, *s)).copied();
    match bytes(lines, Span(spec.line, spec.at, spec.at + 1)) {
        // A passport without optional data may leave the digit out (9303-4, note on positions 29 to 42).
        b"<" if spec.kind == CheckKind::OptionalData => covered().all(|c| c == b'<'),
        [given] => check::digit(covered()) == Some(*given),
        _ => false,
    }
}

fn words(field: &str) -> String {
    field.split('<').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn today() -> Date {
        jiff::civil::date(2026, 11, 21)
    }

    #[test]
    fn passport_of_the_standard() {
        let mrz = parse(&[
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ])
        .unwrap();
        assert_eq!(mrz.format(), Format::Td3);
        assert!(mrz.valid());
        let fields = mrz.fields(today());
        let get = |n| fields.iter().find(|f| f.0 == n).map(|f| f.1.as_str());
        assert_eq!(get(FieldName::LastName), Some("ERIKSSON"));
        assert_eq!(get(FieldName::FirstName), Some("ANNA MARIA"));
        assert_eq!(get(FieldName::BirthDate), Some("1974-08-12"));
        assert_eq!(get(FieldName::ExpiresAt), Some("2012-04-15"));
        assert_eq!(get(FieldName::PersonalNumber), Some("ZE184226B"));
        assert_eq!(get(FieldName::Gender), Some("female"));
        assert_eq!(mrz.document_type(), DocumentType::Passport);
    }

    #[test]
    fn long_document_number() {
        let mrz = parse(&[
            "I<UTOD23145890<7349<<<<<<<<<<<",
            "3407127M9507122UTO<<<<<<<<<<<2",
            "STEVENSON<<PETER<JOHN<<<<<<<<<",
        ])
        .unwrap();
        assert!(mrz.valid());
        assert_eq!(mrz.number(), "D23145890734");
        assert_eq!(mrz.place(FieldName::DocumentNumber), Some((0, 5, 18)));
    }

    #[test]
    fn both_check_digits_of_a_long_number_hold() {
        let number = |first: &str, second: &str| {
            let mrz = parse(&[first, second, "PEETERMANS<<LOTTE<MARIE<<<<<<<"]).unwrap();
            let holds = mrz.checks().iter().find(|c| c.kind == CheckKind::DocumentNumber).unwrap().holds;
            (mrz.number(), holds)
        };
        // Belgian cards: with the filler among the weights (before 2020), and without it as the standard says.
        let old = number("IDBEL000590243<7026<<<<<<<<<<<", "9002155F3409143BEL900215123454");
        assert_eq!(old, ("000590243702".into(), true));
        let new = number("IDBEL600012347<6135<<<<<<<<<<<", "9002155F3409143BEL900215123452");
        assert_eq!(new, ("600012347613".into(), true));
        // A digit that fits neither is wrong, and the number is no shorter for it.
        let wrong = number("IDBEL600012347<6136<<<<<<<<<<<", "9002155F3409143BEL900215123455");
        assert_eq!(wrong, ("600012347613".into(), false));
        // Letters where the check digit should be: optional data, and no check digit.
        let none = number("IDBEL600012347<ABC<<<<<<<<<<<<", "9002155F3409143BEL900215123455");
        assert_eq!(none, ("600012347".into(), false));
    }

    /// The larger cards (TD2) have the same rule, in their second line.
    #[test]
    fn both_check_digits_of_a_long_number_hold_on_larger_cards() {
        let first = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<";
        let with = |digit: char| {
            let mrz = parse(&[first, &format!("600012347<UTO7408122F1204159613{digit}<<<0")]).unwrap();
            assert_eq!(mrz.number(), "600012347613");
            mrz.checks().iter().any(|c| c.kind == CheckKind::DocumentNumber && c.holds)
        };
        let holding: String = ('0'..='9').filter(|d| with(*d)).collect();
        assert_eq!(holding.len(), 2, "{holding}");
        assert!(holding.contains('5'));
    }

    #[test]
    fn old_french_card() {
        let mrz =
            parse(&["IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "9409923102854CORINNE<<<<<<<6512068F4"]).unwrap();
        assert_eq!(mrz.format(), Format::FrenchId);
        assert!(mrz.valid());
        assert_eq!(mrz.names(), ("BERTHIER".into(), "CORINNE".into()));
        assert_eq!(mrz.number(), "940992310285");
    }

    #[test]
    fn a_filler_inside_a_number_is_not_part_of_it() {
        let mrz = parse(&[
            "P<LVAOZOLKALNA<<LIENE<MARA<<<<<<<<<<<<<<<<<<",
            "LV90008223LVA8612010F2501121111111<11410<<70",
        ])
        .unwrap();
        let fields = mrz.fields(today());
        let personal = fields.iter().find(|f| f.0 == FieldName::PersonalNumber).map(|f| f.1.as_str());
        assert_eq!(personal, Some("111111 11410"));
    }

    #[test]
    fn reads_specimens_as_they_were_written() {
        for person in (0..200).map(bonafide_specimen::Specimen::random) {
            let zones = [
                bonafide_specimen::td1(&person).to_vec(),
                bonafide_specimen::td2(&person).to_vec(),
                bonafide_specimen::td3(&person).to_vec(),
            ];
            for lines in zones {
                let mrz = parse(&lines).unwrap();
                assert!(mrz.valid(), "{lines:?}");
                let layout = mrz.format().layout();
                assert_eq!(mrz.number().trim_end_matches('<'), person.document_number, "{lines:?}");
                assert_eq!(mrz.raw(layout.birth), person.birth_date.strftime("%y%m%d").to_string());
                assert_eq!(mrz.raw(layout.issuer), "UTO");
                let (last, given) = mrz.names();
                let printed = |name: &str| bonafide_specimen::transliterate(name).replace('<', " ");
                assert!(!last.is_empty() && printed(&person.surname).starts_with(&last), "{lines:?}");
                assert!(printed(&person.given_names).starts_with(&given), "{lines:?}");
            }
        }
    }

    fn fields_of(lines: &[&str]) -> (Mrz, BTreeMap<FieldName, String>) {
        let mrz = parse(lines).unwrap();
        let fields = mrz.fields(today()).into_iter().map(|(name, value, _)| (name, value)).collect();
        (mrz, fields)
    }

    /// Published layout of the Kenyan card (cheminfo/mrz, a fork's KENYA_ID_CARD): the second date is that of issue.
    #[test]
    fn a_kenyan_card_bears_its_date_of_issue() {
        // The second has a composite digit as real cards do: by no rule.
        for last in ["7", "3"] {
            let (mrz, fields) = fields_of(&[
                "IDKYA2345678900<<3222<<<<<3222",
                &format!("8509060F1402058<B031234567M<<{last}"),
                "MARTA<ELIN<LINDQVIST<<<<<<<<<<",
            ]);
            assert!(mrz.valid());
            let expected = [
                (FieldName::DocumentNumber, "234567890"),
                (FieldName::IssuedAt, "2014-02-05"),
                (FieldName::IssuingCountry, "KEN"),
                (FieldName::BirthDate, "1985-09-06"),
                (FieldName::Gender, "female"),
                (FieldName::PersonalNumber, "31234567"),
                (FieldName::FullName, "MARTA ELIN LINDQVIST"),
            ];
            assert_eq!(fields, BTreeMap::from(expected.map(|(name, value)| (name, value.to_owned()))));
            assert!(mrz.absent().contains(&FieldName::ExpiresAt));
            assert_eq!(mrz.place(FieldName::PersonalNumber), Some((1, 18, 26)));
        }
    }

    #[test]
    fn no_time_limit_is_told_from_a_date() {
        let card = |first, second| fields_of(&[first, second, "LINDQVIST<<MARTA<ELIN<<<<<<<<<"]);
        // Viet Nam and Peru write a day that has passed.
        for (first, second) in [
            ("IDVNM1580123453001158012345<<4", "5809068F9912315VNM<<<<<<<<<<<8"),
            ("I<PER01234567<6<<<<<<<<<<<<<<<", "5809068F0001018PER<<<<<<<<<<<6"),
        ] {
            let (mrz, fields) = card(first, second);
            assert!(mrz.valid() && mrz.absent() == [FieldName::ExpiresAt]);
            assert_eq!(fields.get(&FieldName::ExpiresAt), None);
        }
        // Elsewhere the same day is one.
        let (mrz, fields) = card("I<UTO01234567<6<<<<<<<<<<<<<<<", "5809068F0001018UTO<<<<<<<<<<<6");
        assert_eq!(fields.get(&FieldName::ExpiresAt).map(String::as_str), Some("2000-01-01"));
        assert_eq!(mrz.absent(), []);
        let (_, fields) = card("IDVNM0930123453001093012345<<4", "8509060F3009060VNM<<<<<<<<<<<0");
        assert_eq!(fields.get(&FieldName::ExpiresAt).map(String::as_str), Some("2030-09-06"));
    }

    #[test]
    fn the_twelve_digits_of_a_vietnamese_card() {
        let (mrz, fields) = fields_of(&[
            "IDVNM0930123453001093012345<<4",
            "8509060F3009060VNM<<<<<<<<<<<0",
            "LINDQVIST<<MARTA<ELIN<<<<<<<<<",
        ]);
        assert_eq!(fields[&FieldName::DocumentNumber], "001093012345");
        assert_eq!(mrz.place(FieldName::DocumentNumber), Some((0, 15, 27)));
    }

    #[test]
    fn a_mexican_m_is_a_woman() {
        let name = "LINDQVIST<EJEMPLO<<MARTA<ELIN<";
        let sex = |first, second| parse(&[first, second, name]).unwrap().gender();
        assert_eq!(sex("IDMEX1234567897<<0747116375842", "8509060M3312315MEX<02<<12345<0"), Some("female"));
        assert_eq!(sex("IDMEX2234567816<<0747116375849", "8509060H3312315MEX<01<<12345<0"), Some("male"));
        assert_eq!(sex("I<UTO2234567816<<0747116375849", "8509060M3312315UTO<01<<12345<0"), Some("male"));
    }

    #[test]
    fn a_russian_internal_passport() {
        let (mrz, fields) = fields_of(&[
            "PNRUSLINDKVISTOVA<<8NA<SERGEEVNA<<<<<<<<<<<<",
            "3911234564RUS8509060F<<<<<<<4151218910003<50",
        ]);
        assert_eq!(mrz.format(), Format::RussianInternal);
        assert!(mrz.valid());
        let expected = [
            (FieldName::DocumentNumber, "3914123456"),
            (FieldName::IssuedAt, "2015-12-18"),
            (FieldName::IssuingCountry, "RUS"),
            (FieldName::FirstName, "YANA"),
            (FieldName::MiddleName, "SERGEEVNA"),
            (FieldName::LastName, "LINDKVISTOVA"),
            (FieldName::BirthDate, "1985-09-06"),
            (FieldName::Gender, "female"),
            (FieldName::Nationality, "RUS"),
            (FieldName::IssuingAuthority, "910003"),
        ];
        assert_eq!(fields, BTreeMap::from(expected.map(|(name, value)| (name, value.to_owned()))));
        assert_eq!(mrz.absent(), [FieldName::ExpiresAt]);
    }

    #[test]
    fn driving_licences() {
        // Prado's French specimen; both digits hold.
        let (mrz, fields) = fields_of(&["D1FRA13AA000026181231MARTIN<<9"]);
        assert!(mrz.valid() && mrz.checks().len() == 2);
        let expected = [
            (FieldName::DocumentNumber, "13AA00002"),
            (FieldName::ExpiresAt, "2018-12-31"),
            (FieldName::IssuingCountry, "FRA"),
            (FieldName::LastName, "MARTIN"),
        ];
        assert_eq!(fields, BTreeMap::from(expected.map(|(name, value)| (name, value.to_owned()))));
        assert_eq!(mrz.document_type(), DocumentType::DriverLicense);
        assert!(parse(&["D1FRA13AA123459331231LINDQV<<7"]).unwrap().valid());
        assert!(!parse(&["D1FRA13AA123459331231LINDQV<<8"]).unwrap().valid());
        let (mrz, fields) = fields_of(&["D1NLD15094962111123VW87Z78NB84"]);
        assert!(mrz.valid());
        assert_eq!(fields[&FieldName::DocumentNumber], "5094962111");
        assert_eq!(fields.len(), 2, "{fields:?}");
        for lines in [
            &["AAA001D<<", "FACHE123456789097<<850906<<<<<", "LINDQVIST<<MARTA<ELIN<<<<<<<<<"][..],
            &["FACHE123456789097<<850906<<<<<", "LINDQVIST<<MARTA<ELIN<<<<<<<<<"][..],
        ] {
            let (mrz, fields) = fields_of(lines);
            assert!(mrz.checks().is_empty());
            let expected = [
                (FieldName::DocumentNumber, "123456789"),
                (FieldName::IssuingCountry, "CHE"),
                (FieldName::FirstName, "MARTA ELIN"),
                (FieldName::LastName, "LINDQVIST"),
                (FieldName::BirthDate, "1985-09-06"),
            ];
            assert_eq!(fields, BTreeMap::from(expected.map(|(name, value)| (name, value.to_owned()))));
        }
    }

    #[test]
    fn personal_numbers_in_the_optional_data() {
        for (first, second, number) in [
            ("IDBEL600012347<6135<<<<<<<<<<<", "9002155F3409143BEL900215123452", "90021512345"),
            ("IDESPAAA1000014<00000023T<<<<<", "7212018F1101236ESP<<<<<<<<<<<8", "00000023T"),
        ] {
            let (mrz, fields) = fields_of(&[first, second, "PEETERMANS<<LOTTE<MARIE<<<<<<<"]);
            assert_eq!(fields.get(&FieldName::PersonalNumber).map(String::as_str), Some(number));
            let (line, from, to) = mrz.place(FieldName::PersonalNumber).unwrap();
            assert_eq!(mrz.lines()[line].get(from..to), Some(number));
        }
    }

    #[test]
    fn people_with_one_name() {
        let (mrz, fields) = fields_of(&[
            "P<IND<<ANANYA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
            "K2570285<3IND5601240F3202285<<<<<<<<<<<<<<<0",
        ]);
        assert!(mrz.valid() && mrz.absent() == [FieldName::LastName]);
        assert_eq!(fields[&FieldName::FirstName], "ANANYA");
        let (mrz, fields) = fields_of(&[
            "P<PAKZARMINA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
            "DD51243520PAK8501019F34021334006747435<<<<46",
        ]);
        assert!(mrz.valid() && mrz.absent() == [FieldName::FirstName]);
        assert_eq!(fields[&FieldName::LastName], "ZARMINA");
    }

    #[test]
    fn dates_that_cannot_be() {
        let zone = |second: &str| parse(&["P<UTOHOLLOWAY<<ANGELA<ZOE<<<<<<<<<<<<<<<<<<<", second]).unwrap();
        let birth = zone("9250701231UTO8809416F3411160<<<<<<<<<<<<<<06");
        assert!(birth.valid());
        assert_eq!(birth.impossible_dates(), [FieldName::BirthDate]);
        let expiry = zone("9250701231UTO8809117F3407460<<<<<<<<<<<<<<00");
        assert_eq!(expiry.impossible_dates(), [FieldName::ExpiresAt]);
        // A misread digit is no forgery; a day that is not known is none either.
        assert_eq!(zone("9250701231UTO8809417F3411160<<<<<<<<<<<<<<06").impossible_dates(), []);
        let unknown = |birth: &str| {
            let digit = char::from(check::digit(birth.bytes()).unwrap());
            zone(&format!("9250701231UTO{birth}{digit}F3411160<<<<<<<<<<<<<<06")).impossible_dates()
        };
        for birth in ["880000", "88<<<<", "880900", "000229"] {
            assert_eq!(unknown(birth), [], "{birth}");
        }
        assert_eq!(unknown("881301"), [FieldName::BirthDate]);
    }

    #[test]
    fn refuses_what_is_not_a_zone() {
        assert_eq!(parse::<&str>(&[]), Err(NotAnMrz::Shape));
        assert_eq!(parse(&["P<UTO", "L89"]), Err(NotAnMrz::Shape));
        assert_eq!(parse(&["é"]), Err(NotAnMrz::Alphabet));
    }

    /// All vectors of the shared test data: check digits and fields.
    #[test]
    #[ignore = "needs real data: mrz/text_vectors.jsonl"]
    fn agrees_with_the_text_vectors() {
        let path = bonafide_testkit::data::test_data("mrz/text_vectors.jsonl");
        let text = std::fs::read_to_string(path).unwrap();
        let (mut checks, mut n) = (0, 0);
        for line in text.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let lines: Vec<&str> =
                row["mrz"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
            let mrz = parse(&lines).unwrap();
            n += 1;
            for (key, expected) in row["check"].as_object().unwrap() {
                let kind = match key.as_str() {
                    "doc" => CheckKind::DocumentNumber,
                    "dob" => CheckKind::BirthDate,
                    "exp" => CheckKind::ExpiryDate,
                    "opt" => CheckKind::OptionalData,
                    "comp" => CheckKind::Composite,
                    // Says that the number overflows into the optional data, not that a digit holds.
                    "longdoc" => {
                        assert_eq!(
                            number_overflow(mrz.format, &mrz.lines).is_some(),
                            expected.as_bool().unwrap(),
                            "{lines:?}"
                        );
                        continue;
                    }
                    other => panic!("unknown check {other}"),
                };
                let got = mrz.checks().into_iter().find(|c| c.kind == kind).map(|c| c.holds);
                assert_eq!(got, expected.as_bool(), "{key} of {lines:?}");
                checks += 1;
            }
            let fields = row["fields"].as_object().unwrap();
            let is = |key: &str, value: &str| {
                if let Some(expected) = fields.get(key).and_then(|v| v.as_str()) {
                    assert_eq!(value, expected, "{key} of {lines:?}");
                }
            };
            let layout = mrz.format().layout();
            let (last, given) = mrz.names();
            is("surname", &last);
            is("given", &given);
            is("number", mrz.raw(layout.number));
            is("dob", mrz.raw(layout.birth));
            is("sex", mrz.raw(layout.sex));
            is("issuer", mrz.raw(layout.issuer));
            is("code", mrz.raw(Span(0, 0, 2)));
        }
        assert!(n >= 79 && checks >= 300, "{n} vectors, {checks} check digits");
    }
}
