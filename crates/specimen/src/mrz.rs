//! The machine readable zone as ICAO 9303 parts 3 to 5 prescribe it.

use jiff::civil::Date;

use super::Specimen;

/// The check digit of ICAO 9303-3 §4.9: weights 7, 3, 1; digits count as they are, A–Z as 10–35,
/// the filler as 0.
pub fn check_digit(text: &str) -> char {
    let sum: u32 = text
        .chars()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(c, weight)| weight * c.to_digit(36).unwrap_or(0))
        .sum();
    char::from_digit(sum % 10, 10).unwrap_or('0')
}

/// The two lines of 44 characters of a passport (TD3).
pub fn td3(specimen: &Specimen) -> [String; 2] {
    let first = format!("P<{}{}", fit(&specimen.state, 3), names(specimen, 39));
    let number = with_check(fit(&specimen.document_number, 9));
    let birth = with_check(day(specimen.birth_date));
    let expiry = with_check(day(specimen.expires));
    let personal = with_check(fit(&specimen.personal_number, 14));
    let composite = check_digit(&format!("{number}{birth}{expiry}{personal}"));
    let (nationality, sex) = (fit(&specimen.nationality, 3), specimen.sex.mrz());
    [first, format!("{number}{nationality}{birth}{sex}{expiry}{personal}{composite}")]
}

/// The three lines of 30 characters of an identity card (TD1).
pub fn td1(specimen: &Specimen) -> [String; 3] {
    td1_of("I", specimen)
}

/// The same of a card with another document code, such as `AR`.
pub(crate) fn td1_of(code: &str, specimen: &Specimen) -> [String; 3] {
    let (number, overflow) = long_number(&specimen.document_number);
    let personal = fit(&format!("{overflow}{}", transliterate(&specimen.personal_number)), 15);
    let birth = with_check(day(specimen.birth_date));
    let expiry = with_check(day(specimen.expires));
    let filler = "<".repeat(11);
    let composite = check_digit(&format!("{number}{personal}{birth}{expiry}{filler}"));
    let (nationality, sex) = (fit(&specimen.nationality, 3), specimen.sex.mrz());
    [
        format!("{}{}{number}{personal}", pad(code, 2), fit(&specimen.state, 3)),
        format!("{birth}{sex}{expiry}{nationality}{filler}{composite}"),
        names(specimen, 30),
    ]
}

/// The two lines of 36 characters of a larger identity card (TD2). Its optional data has seven places:
/// a longer personal number is left out.
pub fn td2(specimen: &Specimen) -> [String; 2] {
    let (number, overflow) = long_number(&specimen.document_number);
    let birth = with_check(day(specimen.birth_date));
    let expiry = with_check(day(specimen.expires));
    let personal = transliterate(&specimen.personal_number);
    let fits = overflow.len() + personal.len() <= 7;
    let optional = fit(&format!("{overflow}{}", if fits { &personal } else { "" }), 7);
    let composite = check_digit(&format!("{number}{birth}{expiry}{optional}"));
    let (nationality, sex) = (fit(&specimen.nationality, 3), specimen.sex.mrz());
    [
        format!("I<{}{}", fit(&specimen.state, 3), names(specimen, 31)),
        format!("{number}{nationality}{birth}{sex}{expiry}{optional}{composite}"),
    ]
}

fn names(specimen: &Specimen, width: usize) -> String {
    let text = format!("{}<<{}", transliterate(&specimen.surname), transliterate(&specimen.given_names));
    pad(&text, width)
}

/// The ten places of a card's document number and its check digit, and what of a longer number goes before the
/// optional data: its rest, the check digit over the whole number, and a filler (9303-5 note j).
fn long_number(number: &str) -> (String, String) {
    let whole = transliterate(number);
    match whole.split_at_checked(9) {
        Some((first, rest)) if !rest.is_empty() => {
            (format!("{first}<"), format!("{rest}{}<", check_digit(&whole)))
        }
        _ => (with_check(fit(number, 9)), String::new()),
    }
}

fn with_check(text: String) -> String {
    let digit = check_digit(&text);
    format!("{text}{digit}")
}

fn fit(text: &str, width: usize) -> String {
    pad(&transliterate(text), width)
}

fn pad(text: &str, width: usize) -> String {
    text.chars().chain(std::iter::repeat('<')).take(width).collect()
}

fn day(date: Date) -> String {
    format!("{:02}{:02}{:02}", date.year().rem_euclid(100), date.month(), date.day())
}

/// Text in the alphabet of the machine readable zone: national characters by the recommendations of
/// ICAO 9303-3 §6, apostrophes left out, everything else a filler.
pub fn transliterate(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_uppercase) {
        match c {
            'A'..='Z' | '0'..='9' => out.push(c),
            '\'' | '’' | '.' | ',' => {}
            'À' | 'Á' | 'Â' | 'Ã' | 'Ă' | 'Ą' | 'Ā' => out.push('A'),
            'Ä' | 'Æ' => out.push_str("AE"),
            'Å' => out.push_str("AA"),
            'Ç' | 'Ć' | 'Č' => out.push('C'),
            'Ď' | 'Đ' => out.push('D'),
            'È' | 'É' | 'Ê' | 'Ë' | 'Ě' | 'Ę' | 'Ē' => out.push('E'),
            'Ğ' => out.push('G'),
            'Ì' | 'Í' | 'Î' | 'Ï' | 'İ' | 'Ī' => out.push('I'),
            'Ł' | 'Ľ' => out.push('L'),
            'Ñ' | 'Ń' | 'Ň' => out.push('N'),
            'Ö' | 'Ø' | 'Œ' => out.push_str("OE"),
            'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ő' | 'Ō' => out.push('O'),
            'Ř' => out.push('R'),
            'Ś' | 'Š' | 'Ş' | 'Ș' => out.push('S'),
            'ẞ' => out.push_str("SS"),
            'Ť' | 'Ţ' | 'Ț' => out.push('T'),
            'Þ' => out.push_str("TH"),
            'Ü' => out.push_str("UE"),
            'Ù' | 'Ú' | 'Û' | 'Ű' | 'Ů' | 'Ū' => out.push('U'),
            'Ý' => out.push('Y'),
            'Ź' | 'Ż' | 'Ž' => out.push('Z'),
            _ => out.push('<'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{STATE, Sex};

    /// The specimen of ICAO 9303-4 appendix B and 9303-5 appendix B.
    fn eriksson() -> Specimen {
        Specimen {
            surname: "Eriksson".into(),
            given_names: "Anna Maria".into(),
            document_number: "L898902C3".into(),
            personal_number: "ZE184226B".into(),
            state: STATE.into(),
            nationality: STATE.into(),
            birth_date: date(1974, 8, 12),
            birth_place: "Zenith".into(),
            sex: Sex::Female,
            issued: date(2007, 4, 16),
            expires: date(2012, 4, 15),
            authority: "Passport Office".into(),
            portrait: image::RgbImage::new(1, 1),
        }
    }

    #[test]
    fn td3_is_the_published_specimen() {
        assert_eq!(
            td3(&eriksson()),
            ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
        );
    }

    #[test]
    fn td1_is_the_published_specimen() {
        let card =
            Specimen { document_number: "D23145890".into(), personal_number: String::new(), ..eriksson() };
        assert_eq!(
            td1(&card),
            [
                "I<UTOD231458907<<<<<<<<<<<<<<<",
                "7408122F1204159UTO<<<<<<<<<<<6",
                "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
            ]
        );
    }

    #[test]
    fn td2_is_the_published_specimen() {
        let card =
            Specimen { document_number: "D23145890".into(), personal_number: String::new(), ..eriksson() };
        assert_eq!(
            td2(&card),
            ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]
        );
    }

    #[test]
    fn a_long_number_overflows_into_the_optional_data() {
        let card = Specimen { document_number: "600012347613".into(), ..eriksson() };
        assert_eq!(td1(&card)[0], "I<UTO600012347<6135<ZE184226B<");
        let [_, second] = td2(&card);
        assert!(second.starts_with("600012347<UTO") && second[28..].starts_with("6135<<<"), "{second}");
    }

    #[test]
    fn national_characters_follow_icao() {
        assert_eq!(transliterate("Ångström-O'Brien Müß Łódź"), "AANGSTROEM<OBRIEN<MUESS<LODZ");
    }

    #[test]
    fn lines_keep_their_length_whatever_the_name() {
        let mut long = eriksson();
        long.surname = "Ö".repeat(60);
        assert!(td3(&long).iter().all(|line| line.len() == 44));
        assert!(td1(&long).iter().all(|line| line.len() == 30));
    }
}
