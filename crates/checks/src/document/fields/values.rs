//! Single values: heights, colours, sexes, numbers, names, as documents print them.

use super::super::text::plain;

/// `male`, `female` or `non_binary`, from a letter or a word in a language of Latin script. `country` tells
/// what `M` and `H` mean: in Mexico a man is *hombre* and a woman *mujer*.
pub(super) fn gender(text: &str, country: Option<&str>) -> Option<&'static str> {
    if text.chars().count() > 24 {
        return None;
    }
    let normal = plain(text);
    let words: Vec<&str> = normal.split(' ').filter(|w| !w.is_empty()).collect();
    if country == Some("MEX") {
        match words.first() {
            Some(&"H") => return Some("male"),
            Some(&"M") => return Some("female"),
            _ => {}
        }
    }
    // A single letter is a sex where nothing but letters of that kind stands beside it.
    if words.len() > 3 || words.iter().any(|w| w.len() == 1) && words.iter().any(|w| w.len() > 3) {
        return None;
    }
    // Beside a letter of the country's own language stands that of ICAO 9303.
    let icao = words.iter().find_map(|w| match *w {
        "M" => Some("male"),
        "F" => Some("female"),
        "X" => Some("non_binary"),
        _ => None,
    });
    let local = || {
        words.iter().find_map(|word| match *word {
            "MALE" | "MASCULIN" | "MASCULINO" | "MASCHILE" | "MANNLICH" | "MAN" | "MANN" | "MEES"
            | "MIES" | "MUSKI" | "MUZ" | "MUZSKE" | "FERFI" | "ERKEK" | "LAKI" | "LELAKI" | "NAM"
            | "LALAKI" | "HOMBRE" | "VYRAS" | "MEZCZYZNA" | "KK" | "MUZ M" | "E" | "H" => Some("male"),
            "FEMALE" | "FEMININ" | "FEMENINO" | "FEMININO" | "FEMMINILE" | "WEIBLICH" | "W" | "V"
            | "VROUW" | "KVINNE" | "KVINDE" | "KVINNA" | "NAINEN" | "NAINE" | "SIEVIETE" | "MOTERIS"
            | "KOBIETA" | "K" | "ZENSKI" | "ZENA" | "ZENSKE" | "Z" | "NO" | "KADIN" | "PEREMPUAN"
            | "WANITA" | "NU" | "BABAE" | "MUJER" | "KVK" | "S" => Some("female"),
            _ => None,
        })
    };
    icao.or_else(local)
}

/// `<n> cm` or `<n> in`.
pub(super) fn height(text: &str) -> Option<String> {
    let numbers: Vec<u32> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|n| !n.is_empty() && n.len() <= 3)
        .filter_map(|n| n.parse().ok())
        .collect();
    let inches = |feet: u32, rest: u32| {
        ((3..=8).contains(&feet) && rest < 12).then(|| format!("{} in", feet * 12 + rest))
    };
    match numbers[..] {
        // 1,82 m
        [1 | 2, rest, ..] if (12..100).contains(&rest) && text.contains([',', '.', 'm']) => {
            Some(format!("{} cm", numbers[0] * 100 + rest))
        }
        [feet, rest, ..] if feet < 9 => inches(feet, rest),
        [cm, ..] if (90..=250).contains(&cm) => Some(format!("{cm} cm")),
        // 510 and 6 as licences without marks print them
        [packed] if (300..=811).contains(&packed) => inches(packed / 100, packed % 100),
        _ => None,
    }
}

/// `<n> lb` or `<n> kg`.
pub(super) fn weight(text: &str) -> Option<String> {
    let number: u32 =
        text.split(|c: char| !c.is_ascii_digit()).find(|n| (2..=3).contains(&n.len()))?.parse().ok()?;
    let metric = text.to_lowercase().contains("kg");
    (20..=700).contains(&number).then(|| format!("{number} {}", if metric { "kg" } else { "lb" }))
}

/// Colours by the codes of AAMVA (DL/ID card design standard, annex D) and by their names.
pub(super) fn colour(text: &str) -> Option<&'static str> {
    let normal = plain(text);
    normal.split(' ').find_map(|word| {
        Some(match word {
            "BLK" | "BLACK" | "NOIR" | "NOIRS" | "SCHWARZ" | "NEGRO" => "black",
            "BLU" | "BLUE" | "BLEU" | "BLEUS" | "BLAU" | "AZUL" | "AZULES" => "blue",
            "BRO" | "BRN" | "BROWN" | "BRUN" | "BRUNS" | "BRAUN" | "MARRON" | "CASTANO" | "CASTANHO" => {
                "brown"
            }
            "DIC" | "DICHROMATIC" => "dichromatic",
            "GRY" | "GRAY" | "GREY" | "GRIS" | "GRAU" => "gray",
            "GRN" | "GREEN" | "VERT" | "VERTS" | "GRUN" | "VERDE" | "VERDES" => "green",
            "HAZ" | "HAZEL" | "NOISETTE" => "hazel",
            "MAR" | "MAROON" => "maroon",
            "PNK" | "PINK" => "pink",
            "BAL" | "BALD" => "bald",
            "BLN" | "BLOND" | "BLONDE" => "blond",
            "RED" | "AUBURN" | "ROUX" | "ROT" | "ROJO" => "red",
            "SDY" | "SANDY" => "sandy",
            "WHI" | "WHITE" | "BLANC" | "WEISS" => "white",
            _ => return None,
        })
    })
}

/// A document number: at least five letters and digits, a third or more of them digits, spaces dropped.
pub(super) fn number(text: &str) -> Option<String> {
    // "SERIA HD NR 198025"
    let words = text.split_whitespace().filter(|w| {
        !matches!(
            plain(w).as_str(),
            "SERIA" | "SERIE" | "SERIES" | "NR" | "NO" | "N" | "NUM" | "NUMBER" | "I"
        )
    });
    let text = words.collect::<Vec<_>>().join(" ");
    let kept: String = text
        .trim_matches(|c: char| !c.is_ascii_alphanumeric())
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect::<String>()
        .to_ascii_uppercase();
    let alphanumeric = kept.bytes().filter(u8::is_ascii_alphanumeric).count();
    let digits = kept.bytes().filter(u8::is_ascii_digit).count();
    let plausible = (5..=25).contains(&alphanumeric) && digits * 3 >= alphanumeric;
    plausible.then_some(kept)
}

/// A second number, which may be mostly letters.
pub(super) fn reference(text: &str) -> Option<String> {
    let kept: String =
        text.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_uppercase();
    let digits = kept.bytes().filter(u8::is_ascii_digit).count();
    ((5..=30).contains(&kept.len()) && digits >= 1).then_some(kept)
}

/// A name: letters, spaces, hyphens, apostrophes; commas end the surname on some licences and are dropped.
pub(super) fn name(text: &str) -> Option<String> {
    let kept: Vec<&str> = text
        .split_whitespace()
        .map(|w| w.trim_matches(|c: char| !c.is_alphabetic()))
        .filter(|w| !w.is_empty())
        .collect();
    let joined = kept.join(" ");
    let letters = joined.chars().filter(|c| c.is_alphabetic()).count();
    let strange =
        joined.chars().any(|c| c.is_ascii_digit() || matches!(c, ':' | '<' | '/' | '(' | ')' | '=' | '|'));
    // Letters of other scripts name the same person again; they are not compared with anything here.
    let latin = !plain(&joined).is_empty();
    ((2..=60).contains(&letters) && !strange && latin).then_some(joined)
}

/// All names, with the comma after the surname where there is one.
pub(super) fn full_name(text: &str) -> Option<String> {
    let parts: Vec<String> = text.split(',').map(name).collect::<Option<_>>()?;
    (parts.len() <= 2).then(|| parts.join(", "))
}

/// Words as printed: places, authorities, remarks.
pub(super) fn free(text: &str) -> Option<String> {
    let kept = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = kept.trim_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '(');
    let letters = kept.chars().filter(|c| c.is_alphabetic()).count();
    ((2..=100).contains(&letters) && !plain(kept).is_empty() && !kept.contains("<<")).then(|| kept.to_owned())
}

/// The parts of a nationality as printed: of several languages the first that names a country.
pub(super) fn nationality(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['/', '·', '•', '|', '-', '(', ')']).map(str::trim).collect();
    let known = parts.iter().find(|p| super::places::nation(p).is_some());
    let words = known.or(parts.first()).and_then(|p| name(p)).or_else(|| name(text))?;
    (known.is_some() || words.chars().count() >= 4).then_some(words)
}

/// `JR`, `SR`, `III` and the like.
pub(super) fn suffix(text: &str) -> Option<&'static str> {
    let normal = plain(text);
    ["JR", "SR", "II", "III", "IV", "V", "VI"].into_iter().find(|s| *s == normal)
}

/// A number of a person: six digits or more, few letters.
pub(super) fn personal_number(text: &str) -> Option<String> {
    let kept: String =
        text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.' | '+')).collect();
    let kept = kept.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_uppercase();
    let digits = kept.bytes().filter(u8::is_ascii_digit).count();
    let letters = kept.bytes().filter(u8::is_ascii_uppercase).count();
    // A Mexican CURP and an Italian tax code have more letters than most: up to ten of eighteen.
    ((4..=20).contains(&digits) && letters <= digits.max(10) && digits + letters >= 5).then_some(kept)
}

/// Short codes such as classes and restrictions.
pub(super) fn codes(text: &str) -> Option<String> {
    let kept: String = text.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '*').to_owned();
    (!kept.is_empty() && kept.len() <= 24).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_and_weights() {
        for (text, value) in [
            ("182", "182 cm"),
            ("182 cm", "182 cm"),
            ("5'-10\"", "70 in"),
            ("5-10", "70 in"),
            ("1,82 m", "182 cm"),
            ("6'02\"", "74 in"),
            ("510", "70 in"),
            ("160cm", "160 cm"),
        ] {
            assert_eq!(height(text).as_deref(), Some(value), "{text}");
        }
        assert_eq!(height("tall"), None);
        assert_eq!(weight("170 lb").as_deref(), Some("170 lb"));
        assert_eq!(weight("80 kg").as_deref(), Some("80 kg"));
    }

    #[test]
    fn words_and_numbers() {
        assert_eq!(colour("BRO"), Some("brown"));
        assert_eq!(gender("F", None), Some("female"));
        assert_eq!(gender("KVK/F", None), Some("female"));
        assert_eq!(gender("S/F", None), Some("female"));
        assert_eq!(gender("E / M", None), Some("male"));
        assert_eq!(gender("M", Some("MEX")), Some("female"));
        assert_eq!(gender("Laki-Laki", None), Some("male"));
        assert_eq!(gender("K", None), Some("female"));
        assert_eq!(personal_number("EEGG800101HDFXXX09").as_deref(), Some("EEGG800101HDFXXX09"));
        assert_eq!(personal_number("BERLIN"), None);
        assert_eq!(free("  Mun. Hunedoara ").as_deref(), Some("Mun. Hunedoara"));
        assert_eq!(number("L1234-1234561-12").as_deref(), Some("L1234-1234561-12"));
        assert_eq!(number("SPECIMEN"), None);
        assert_eq!(reference("P D B T 8 A 1 Q C").as_deref(), Some("PDBT8A1QC"));
        assert_eq!(name("DOE,").as_deref(), Some("DOE"));
        assert_eq!(name("1986"), None);
    }
}
