//! The day that a document was issued, among the other days that are printed on it.

use jiff::civil::Date;

use super::{
    country::Country,
    layout::{Page, Row, says},
};
use crate::document::fields::dates::{self, Found, Order};
use bonafide_core::text::plain;

/// Labels of the day of issue, in normal form.
static ISSUED: &[&str] = &[
    "DATE OF ISSUE",
    "ISSUE DATE",
    "DATE ISSUED",
    "ISSUED ON",
    "ISSUED",
    "BILL DATE",
    "BILLING DATE",
    "INVOICE DATE",
    "STATEMENT DATE",
    "DATE OF BILL",
    "LETTER DATE",
    "DATE DE FACTURE",
    "DATE DE LA FACTURE",
    "DATE D EMISSION",
    "DATE D ETABLISSEMENT",
    "EMIS LE",
    "EMISE LE",
    "ETABLI LE",
    "FACTURE DU",
    "DATE D EDITION",
    "RECHNUNGSDATUM",
    "AUSSTELLUNGSDATUM",
    "AUSGESTELLT AM",
    "ERSTELLT AM",
    "FECHA DE EMISION",
    "FECHA FACTURA",
    "FECHA DE FACTURA",
    "FECHA DE EXPEDICION",
    "EMITIDA EL",
    "DATA EMISSIONE",
    "DATA DI EMISSIONE",
    "DATA FATTURA",
    "EMESSA IL",
    "FACTUURDATUM",
    "DAGTEKENING",
    "DATA WYSTAWIENIA",
    "DATA FAKTURY",
    "WYSTAWIONO DNIA",
    "WYSTAWIONO",
    "DATA DE EMISSAO",
    "FAKTURADATUM",
];
/// The word for a day alone.
static DAY: &[&str] = &["DATE", "DATUM", "FECHA", "DATA", "LE", "DNIA", "DEN", "DATED", "IL", "A"];
/// Labels of other days.
static OTHER: &[&str] = &[
    "DUE",
    "PAY BY",
    "PAYABLE",
    "BEFORE",
    "UNTIL",
    "NEXT",
    "FROM",
    "TO",
    "PERIOD",
    "BETWEEN",
    "SINCE",
    "BORN",
    "BIRTH",
    "READING",
    "EXPIRES",
    "VALID",
    "EFFECTIVE",
    "START",
    "END",
    "SERVICE FROM",
    "A REGLER",
    "A PAYER",
    "AVANT LE",
    "ECHEANCE",
    "PRELEVEMENT",
    "PROCHAIN",
    "PROCHAINE",
    "PERIODE",
    "DU",
    "AU",
    "NE LE",
    "NEE LE",
    "DEPUIS",
    "RELEVE LE",
    "VALABLE",
    "FALLIG",
    "FALLIG AM",
    "ZAHLBAR",
    "BIS",
    "VON",
    "ZEITRAUM",
    "ABRECHNUNGSZEITRAUM",
    "ABRECHNUNGSPERIODE",
    "GEBOREN",
    "SEIT",
    "ABLESUNG",
    "GULTIG",
    "VENCIMIENTO",
    "PERIODO",
    "DESDE",
    "HASTA",
    "NACIDO",
    "LECTURA",
    "PROXIMA",
    "SCADENZA",
    "NATO",
    "NATA",
    "ENTRO IL",
    "DAL",
    "AL",
    "LETTURA",
    "PROSSIMA",
    "TE BETALEN",
    "VERVALDATUM",
    "VOOR",
    "VAN",
    "TOT",
    "T M",
    "GEBOREN OP",
    "SINDS",
    "METERSTAND",
    "VOLGENDE",
    "TERMIN",
    "TERMIN PLATNOSCI",
    "OKRES",
    "OKRES ROZLICZENIOWY",
    "OD",
    "DO",
    "URODZONY",
    "NASTEPNY",
    "ODCZYT",
    "VENCIMENTO",
    "FORFALL",
    "FORFALLODATUM",
];

/// What was found.
pub(super) struct Issued {
    pub(super) date: Date,
    pub(super) row: Row,
    pub(super) confidence: f64,
}

/// The day of issue on a page; of several, the one whose label says so, else the latest that has no label of another day.
pub(super) fn issued(page: &Page, country: Option<Country>, today: Date) -> Option<Issued> {
    // Where the page does not show which number is the day, its country's custom tells.
    let custom = if country == Some(Country::Us) { Order::MonthFirst } else { Order::DayFirst };
    let order = dates::order_of(page.rows.iter().map(|r| r.text.as_str())).unwrap_or(custom);
    let mut best: Option<(f32, Date, &Row)> = None;
    for row in &page.rows {
        let text = written(&row.text, country);
        let all = dates::dates(&text, order, today);
        for found in &all {
            if found.date > today || found.date.year() < 1950 {
                continue;
            }
            let score = score(page, row, &text, found, all.len());
            let better =
                best.is_none_or(|(least, date, _)| score > least || score == least && found.date > date);
            if score > -1.0 && better {
                best = Some((score, found.date, row));
            }
        }
    }
    best.map(|(score, date, row)| {
        let labelled = if score >= 3.0 {
            1.0
        } else if score >= 1.0 {
            0.8
        } else {
            0.55
        };
        Issued { date, row: row.clone(), confidence: row.confidence * labelled }
    })
}

/// `1er mars` is the first; the Polish November is October in Croatian, so that the months leave it out.
fn written(text: &str, country: Option<Country>) -> String {
    let text = text.replace("1er ", "1 ").replace("1º ", "1 ").replace("1° ", "1 ");
    if country == Some(Country::Pl) { text.replace("listopada", "november") } else { text }
}

fn score(page: &Page, row: &Row, text: &str, found: &Found, in_row: usize) -> f32 {
    // Two days in one line are the ends of a period.
    let mut score = if in_row > 1 { -1.5 } else { 0.0 };
    let before: String = text.chars().take(found.from).collect();
    let mut own = plain(&before);
    let short = |label: &str| label.split(' ').count() <= 6;
    let labels = |label: &str| {
        let issued = ISSUED.iter().any(|w| says(label, w));
        let other = OTHER.iter().any(|w| says_or_is(label, w));
        let day = DAY.iter().any(|w| says_or_is(label, w));
        match (issued, other, day) {
            (true, false, _) => 3.0,
            (true, true, _) => 2.0,
            (false, true, _) => -2.5,
            (false, false, true) => 1.2,
            _ => 0.0,
        }
    };
    if own.is_empty() {
        let left = page.left_of(row).filter(|l| short(&l.plain) && row.left - l.right < 14.0 * row.height());
        let above = page.above(row).filter(|l| short(&l.plain));
        let from_left = left.map_or(0.0, |l| labels(&l.plain));
        let from_above = above.map_or(0.0, |l| labels(&l.plain));
        // A label beside the day is its own, one above it only where none stands beside it.
        score += if left.is_some() && from_left != 0.0 { from_left } else { from_above };
    } else {
        // "Paris, le 3 mars": a town and a day.
        if own.len() > 60 {
            own = own.split_off(own.char_indices().rev().nth(40).map_or(0, |(at, _)| at));
        }
        let said = labels(&own);
        score += said;
        if said == 0.0 && before.trim_end().ends_with(',') {
            score += 1.0;
        }
    }
    // Letters are dated at their head.
    if page.depth(row) < 0.45 {
        score += 0.3;
    }
    score
}

/// The short words of labels are looked for whole only.
fn says_or_is(label: &str, words: &str) -> bool {
    if words.len() <= 3 { label.split(' ').any(|w| w == words) } else { says(label, words) }
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::Side;
    use jiff::civil::date;

    use super::*;
    use crate::address_document::layout::line;

    fn of(rows: &[(&str, f32, f32)]) -> Option<String> {
        let lines: Vec<_> = rows.iter().map(|(text, x, y)| line(text, *x, *y)).collect();
        issued(&Page::of(&lines, Side::Front), None, date(2026, 11, 30)).map(|i| i.date.to_string())
    }

    #[test]
    fn the_label_tells_which_day_it_is() {
        let pairs = [
            ("Date de facture", 20.0, 100.0),
            ("13/10/2026", 300.0, 100.0),
            ("À régler avant le", 20.0, 130.0),
            ("03/11/2026", 300.0, 130.0),
            ("Période du 08/08/2026 au 08/10/2026", 20.0, 400.0),
            ("Client depuis le 01/02/2019", 20.0, 460.0),
        ];
        assert_eq!(of(&pairs).as_deref(), Some("2026-10-13"));
        let boxes = [
            ("Rechnungsdatum", 20.0, 100.0),
            ("Fällig am", 320.0, 100.0),
            ("02.10.2026", 20.0, 124.0),
            ("23.10.2026", 320.0, 124.0),
        ];
        assert_eq!(of(&boxes).as_deref(), Some("2026-10-02"));
        assert_eq!(
            of(&[("Milano, 1° ottobre 2026", 20.0, 100.0), ("Scadenza 4/11/2026", 20.0, 160.0)]).as_deref(),
            Some("2026-10-01")
        );
        assert_eq!(of(&[("Bill date: October 2, 2026", 20.0, 100.0)]).as_deref(), Some("2026-10-02"));
    }

    #[test]
    fn the_polish_november_is_one() {
        let lines = [line("Data wystawienia 11 listopada 2026 r.", 20.0, 100.0)];
        let found = issued(&Page::of(&lines, Side::Front), Some(Country::Pl), date(2026, 11, 30));
        assert_eq!(found.map(|i| i.date), Some(date(2026, 11, 11)));
    }

    #[test]
    fn a_day_to_come_or_of_something_else_is_not_it() {
        assert_eq!(of(&[("Date of issue 12/12/2026", 20.0, 100.0)]), None);
        assert_eq!(of(&[("Payment due by 3 November 2026", 20.0, 100.0)]), None);
        assert_eq!(of(&[("no day at all", 20.0, 100.0)]), None);
    }
}
