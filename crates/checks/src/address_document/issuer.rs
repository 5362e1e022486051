//! Who issued a document.

use bonafide_core::text::plain;

use super::{
    layout::{Page, Row},
    people,
};

/// What was found.
pub(super) struct Issuer {
    pub(super) name: String,
    pub(super) row: Row,
    pub(super) confidence: f64,
}

/// Words of headings, which are in large print as the issuer's name is.
static HEADINGS: &[&str] = &[
    "BILL",
    "INVOICE",
    "STATEMENT",
    "NOTICE",
    "YOUR",
    "LETTER",
    "FACTURE",
    "RELEVE",
    "AVIS",
    "ATTESTATION",
    "NOTIFICATION",
    "CERTIFICAT",
    "RECHNUNG",
    "KONTOAUSZUG",
    "BESCHEID",
    "BESTATIGUNG",
    "ABRECHNUNG",
    "FACTURA",
    "EXTRACTO",
    "CERTIFICADO",
    "LIQUIDACION",
    "RESOLUCION",
    "FATTURA",
    "BOLLETTA",
    "ESTRATTO",
    "ATTESTAZIONE",
    "CERTIFICATO",
    "COMUNICAZIONE",
    "AVVISO",
    "FACTUUR",
    "REKENING",
    "AFSCHRIFT",
    "AANSLAG",
    "UITTREKSEL",
    "BESCHIKKING",
    "BEVESTIGING",
    "FAKTURA",
    "WYCIAG",
    "DECYZJA",
    "ZASWIADCZENIE",
    "ZAWIADOMIENIE",
    "TOTAL",
    "PAGE",
    "EXTRAIT",
    "AVERTISSEMENT",
    "VERFUGUNG",
    "VERANLAGUNG",
    "CONFIRMATION",
    "SUMMARY",
    "AWARD",
    "REGISTRATION",
    "STROMRECHNUNG",
    "WASSERRECHNUNG",
    "STEUERRECHNUNG",
    "IMPUESTO",
];

/// The issuer of a page: large print at its head that is no heading, with what else names it: a company's legal form, its name
/// before its own address or in its footer, its domain. `people` are those that it is addressed to.
pub(super) fn issuer(page: &Page, addressed: &[String]) -> Option<Issuer> {
    let domain = page.rows.iter().find_map(|row| domain(&row.text));
    let mut best: Option<(f32, &Row, String)> = None;
    for row in &page.rows {
        let name = leading(&row.text);
        let Some(score) = score(page, row, &name, addressed, domain.as_deref()) else { continue };
        if best.as_ref().is_none_or(|(least, ..)| score > *least) {
            best = Some((score, row, name));
        }
    }
    let (score, row, name) = best.filter(|(score, ..)| *score >= 1.5)?;
    let sure = f64::from((score / 5.0).clamp(0.4, 1.0));
    Some(Issuer { name, row: row.clone(), confidence: row.confidence * sure })
}

/// What stands before the first mark that divides a line: a company's name stands so before its address.
fn leading(text: &str) -> String {
    let end = [" · ", " - ", " | ", "|", "·", ", "].iter().filter_map(|mark| text.find(mark)).min();
    text.get(..end.unwrap_or(text.len()))
        .unwrap_or(text)
        .trim()
        .trim_end_matches([',', ';', '·'])
        .replace("S.r.I.", "S.r.l.")
}

fn score(page: &Page, row: &Row, name: &str, addressed: &[String], domain: Option<&str>) -> Option<f32> {
    let plain = plain(name);
    let letters = plain.bytes().filter(u8::is_ascii_uppercase).count();
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    let marks = name.contains(['@', ':', '€', '£', '$', '%', '?']) || name.to_lowercase().contains("www");
    if letters < 4
        || digits > 2
        || name.chars().count() > 70
        || marks
        || !people::names(name).is_empty() && people::is_titled(name)
    {
        return None;
    }
    let squeezed = plain.replace(' ', "");
    if addressed.iter().any(|who| self::plain(who).replace(' ', "") == squeezed) {
        return None;
    }
    let large = (row.height() / page.usual - 1.0).clamp(0.0, 1.6);
    let depth = page.depth(row);
    let mut score = 2.0 * large
        + if depth < 0.14 {
            1.5
        } else if depth < 0.3 {
            0.5
        } else {
            0.0
        };
    if people::is_company(name) {
        score += 1.2;
    }
    if HEADINGS.iter().any(|w| plain.split(' ').any(|word| word == *w)) {
        score -= 2.5;
    }
    // Named once more: in the footer, before its address.
    let again = page.rows.iter().filter(|other| {
        let same = std::ptr::eq(*other, row);
        !same && other.plain.replace(' ', "").contains(&squeezed)
    });
    score += 0.8 * again.take(2).count() as f32;
    if let Some(domain) = domain {
        let alike = squeezed.to_lowercase();
        let common = domain.chars().zip(alike.chars()).take_while(|(a, b)| a == b).count();
        score += if common >= 5 { 1.5 } else { 0.0 };
    }
    Some(score)
}

/// The name in an address of the web or of mail: letters and digits alone.
fn domain(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let (_, rest) = lower.split_once("www.").or_else(|| lower.split_once('@'))?;
    let name: String = rest
        .chars()
        .take_while(|c| *c != '.' && *c != '/' && *c != ' ')
        .filter(char::is_ascii_alphanumeric)
        .collect();
    (name.len() >= 4).then_some(name)
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::{Quad, Side};

    use super::*;
    use crate::address_document::{layout::line, text::TextLine};

    fn large(text: &str, x: f32, y: f32) -> TextLine {
        let TextLine { quad: Quad([[l, t], [r, _], ..]), .. } = line(text, x, y);
        let quad = Quad([[l, t], [r * 1.5, t], [r * 1.5, t + 36.0], [l, t + 36.0]]);
        TextLine { quad, ..line(text, x, y) }
    }

    #[test]
    fn large_print_at_the_head_that_is_no_heading() {
        let lines = [
            large("Brightfell Energy Ltd", 20.0, 20.0),
            line("Mr Thomas Marsh", 20.0, 200.0),
            line("17 Mill Lane", 20.0, 226.0),
            line("LEEDS", 20.0, 252.0),
            large("Your electricity bill", 20.0, 400.0),
            line("Questions? Call 0330 818 2244 or visit www.brightfellenergy.co.uk", 20.0, 900.0),
            line("Brightfell Energy Ltd. Registered in England No. 04417712", 20.0, 940.0),
        ];
        let page = Page::of(&lines, Side::Front);
        let found = issuer(&page, &["Thomas Marsh".into()]).unwrap();
        assert_eq!(found.name, "Brightfell Energy Ltd");
        assert!(issuer(&Page::of(&[line("12.50", 20.0, 20.0)], Side::Front), &[]).is_none());
    }

    #[test]
    fn the_line_above_a_window_names_it_before_its_address() {
        assert_eq!(
            leading("Stadtwerke Lindental GmbH · Am Mühlbach 240, 04109 Leipzig"),
            "Stadtwerke Lindental GmbH"
        );
        assert_eq!(leading("Energia Serena S.p.A."), "Energia Serena S.p.A.");
        assert_eq!(domain("www.nordlicht-energie.de"), Some("nordlichtenergie".into()));
    }
}
