//! The address that a document was sent to or is about, among the addresses on it.

use bonafide_core::document::{Quad, Side};

use super::{
    country::Cues,
    layout::{Page, Row, around},
    people,
    postal::{self, Address, Found},
};

/// Who lives where.
#[derive(Debug, Clone)]
pub(super) struct Recipient {
    pub(super) address: Address,
    pub(super) names: Vec<String>,
    pub(super) names_region: Option<Quad>,
    pub(super) street_region: Quad,
    /// Of the whole address.
    pub(super) region: Quad,
    pub(super) confidence: f64,
}

/// Labels of the person's own address, in normal form.
static THEIRS: &[&str] = &[
    "SERVICE ADDRESS",
    "SUPPLY ADDRESS",
    "CUSTOMER ADDRESS",
    "BILLING ADDRESS",
    "ACCOUNT HOLDER",
    "PROPERTY ADDRESS",
    "LIEU DE CONSOMMATION",
    "ADRESSE DE FOURNITURE",
    "ADRESSE DU LOGEMENT",
    "ADRESSE DE FACTURATION",
    "VERBRAUCHSSTELLE",
    "LIEFERADRESSE",
    "OBJEKTADRESSE",
    "LIEFERSTELLE",
    "DIRECCION DE SUMINISTRO",
    "DIRECCION DE FACTURACION",
    "INDIRIZZO DI FORNITURA",
    "LEVERINGSADRES",
    "ADRES PUNKTU POBORU",
    "ADRES DOSTAWY",
    "ADRES KORESPONDENCYJNY",
];
/// Labels of the issuer's address.
static ISSUERS: &[&str] = &[
    "REGISTERED OFFICE",
    "HEAD OFFICE",
    "REMIT TO",
    "SEND PAYMENT TO",
    "MAKE CHECKS",
    "UNDELIVERED",
    "RETURN ADDRESS",
    "SIEGE SOCIAL",
    "SIEGE",
    "SEDE LEGALE",
    "SEDE SOCIAL",
    "DOMICILIO SOCIAL",
    "GESCHAFTSSITZ",
    "SITZ",
    "HAUPTSITZ",
    "SIEDZIBA",
    "ZETEL",
    "REGISTERED",
    "REGISTRO",
    "PARTITA IVA",
    "AMTSGERICHT",
    "HRB",
    "RCS",
    "KVK",
    "NIP",
    "RPM",
    "CIF",
];
/// Labels of a name that stands apart from an address.
static NAMED: &[&str] = &[
    "ACCOUNT HOLDER",
    "CUSTOMER NAME",
    "NAME",
    "TITULAIRE",
    "TITULAIRE DU CONTRAT",
    "CLIENT",
    "KONTOINHABER",
    "VERTRAGSPARTNER",
    "KUNDE",
    "TITULAR",
    "TITULAR DEL CONTRATO",
    "INTESTATARIO",
    "CONTRACTHOUDER",
    "KLANT",
    "REKENINGHOUDER",
    "NABYWCA",
    "KLIENT",
    "ODBIORCA",
    "CUSTOMER",
];

/// The recipient, and the side that names them.
pub(super) fn find(pages: &[Page], cues: &Cues) -> Option<(Side, Recipient)> {
    let mut best: Option<(f32, Side, Recipient)> = None;
    for page in pages {
        for (score, recipient) in candidates(page, cues) {
            if score > 0.0 && best.as_ref().is_none_or(|(least, ..)| score > *least) {
                best = Some((score, page.side, recipient));
            }
        }
    }
    let (_, side, mut recipient) = best?;
    if recipient.names.is_empty()
        && let Some((names, row)) = pages.iter().find_map(named)
    {
        recipient.names = names;
        recipient.names_region = Some(row.region);
    }
    Some((side, recipient))
}

/// Every address of a page with how much speaks for it.
fn candidates(page: &Page, cues: &Cues) -> Vec<(f32, Recipient)> {
    let mut out = vec![];
    for block in page.blocks() {
        let texts: Vec<&str> = block.iter().map(|r| r.text.as_str()).collect();
        let Some(mut found) = postal::parse(&texts, cues) else { continue };
        let rows: Vec<&Row> =
            block.iter().copied().skip(found.from).take(found.to + 1 - found.from).collect();
        let mut names: Vec<&Row> =
            block.iter().copied().skip(found.from).take(found.street_line - found.from).collect();
        let street = block.get(found.street_line).copied();
        // A short line between the names and the street may not have been found.
        if found.names.is_empty()
            && !found.company
            && let Some(above) = rows.first().and_then(|first| named_above(page, first))
        {
            found.names = people::names(&above.text);
            found.titled = people::is_titled(&above.text);
            names = vec![above];
        }
        let mut score = score(page, &found, &rows) - issuers_own(page, &found);
        // Contacts in the block, above or below the address.
        let contact =
            |r: &&&Row| r.text.contains('@') || r.text.to_lowercase().contains("www") || is_phone(&r.text);
        if block.iter().any(|r| contact(&r)) {
            score -= 2.0;
        }
        out.extend(recipient(found, &rows, &names, street).map(|r| (score, r)));
    }
    for row in &page.rows {
        // A label that stands in the same line is no part of the address.
        let text = row.text.rsplit_once(':').map_or(row.text.as_str(), |(_, text)| text).trim();
        let Some(found) = postal::parse_line(text, cues) else { continue };
        let label =
            page.left_of(row).or_else(|| page.above(row)).map(|r| r.plain.clone()).unwrap_or_default();
        let mut score = score(page, &found, &[row]) - 1.0 - issuers_own(page, &found);
        let said = format!("{} {label}", row.plain);
        if THEIRS.iter().any(|w| super::layout::says(&said, w)) {
            score += 2.5;
        }
        let names = if found.names.is_empty() { vec![] } else { vec![row] };
        out.extend(recipient(found, &[row], &names, Some(row)).map(|r| (score, r)));
    }
    out
}

fn recipient(found: Found, rows: &[&Row], names: &[&Row], street: Option<&Row>) -> Option<Recipient> {
    let region = around(rows.iter().map(|r| &r.region));
    let confidence = rows.iter().map(|r| r.confidence).fold(1.0, f64::min);
    let names_region =
        (!names.is_empty() && !found.names.is_empty()).then(|| around(names.iter().map(|r| &r.region)));
    let street_region = street.map(|r| r.region)?;
    Some(Recipient {
        address: found.address,
        names: found.names,
        names_region,
        street_region,
        region,
        confidence,
    })
}

/// What speaks for an address being the recipient's: people above the street, with titles; no company, its place on the page.
fn score(page: &Page, found: &Found, rows: &[&Row]) -> f32 {
    let mut score = 1.0;
    if !found.names.is_empty() {
        score += 3.0;
    }
    if found.titled {
        score += 1.0;
    }
    if found.company {
        score -= 4.0;
    }
    let Some(first) = rows.first() else { return score };
    let depth = page.depth(first);
    if depth > 0.85 {
        score -= 2.0;
    } else if (0.08..0.45).contains(&depth) {
        score += 0.5;
    }
    if rows.iter().any(|row| ISSUERS.iter().any(|w| row.says(w))) {
        score -= 3.0;
    }
    // What is printed smaller than the rest is the issuer's.
    let height = rows.iter().map(|r| r.height()).fold(f32::MAX, f32::min);
    if height < 0.8 * page.usual {
        score -= 0.7;
    }
    score
}

/// The nearest line above another one, with its edge, that names somebody.
fn named_above<'a>(page: &'a Page, first: &Row) -> Option<&'a Row> {
    let near = |r: &&Row| {
        let gap = first.top - r.bottom;
        (0.0..2.2 * first.height()).contains(&gap) && (r.left - first.left).abs() < 0.8 * first.height()
    };
    let named = page.rows.iter().filter(near).filter(|r| !people::names(&r.text).is_empty());
    named.max_by(|a, b| a.bottom.total_cmp(&b.bottom))
}

/// What speaks against an address that stands beside a company's name elsewhere on the page, as in its footer.
fn issuers_own(page: &Page, found: &Found) -> f32 {
    let squeezed = |text: &str| bonafide_core::text::plain(text).replace(' ', "");
    let street = squeezed(&found.address.street);
    let own = |row: &Row| row.plain.replace(' ', "").contains(&street) && people::is_company(&row.text);
    if found.names.is_empty() && page.rows.iter().any(own) { 4.0 } else { 0.0 }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let other = text.chars().filter(|c| c.is_alphabetic()).count();
    digits >= 9 && (other < 18 || text.contains('+'))
}

/// People named beside a label of names.
fn named(page: &Page) -> Option<(Vec<String>, &Row)> {
    page.rows.iter().find_map(|row| {
        let (label, text) = match row.text.split_once(':') {
            Some((label, text)) => (bonafide_core::text::plain(label), text),
            None => (page.left_of(row).or_else(|| page.above(row))?.plain.clone(), row.text.as_str()),
        };
        let names: Vec<String> = text.split(',').flat_map(people::names).collect();
        (NAMED.contains(&label.as_str()) && !names.is_empty()).then_some((names, row))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address_document::{layout::line, text::TextLine};

    fn of(lines: &[TextLine]) -> Option<Recipient> {
        let cues = Cues::of(lines.iter().map(|l| l.text.as_str()));
        find(&[Page::of(lines, Side::Front)], &cues).map(|(_, r)| r)
    }

    #[test]
    fn people_before_companies_wherever_they_stand() {
        let both = [
            line("Stadtwerke Lindental GmbH", 700.0, 20.0),
            line("Am Mühlbach 240", 700.0, 46.0),
            line("04109 Leipzig", 700.0, 72.0),
            line("Stadtwerke Lindental GmbH · Am Mühlbach 240, 04109 Leipzig", 20.0, 160.0),
            line("Herrn Jürgen Seidel", 20.0, 200.0),
            line("Rosenweg 8", 20.0, 226.0),
            line("50667 Köln", 20.0, 252.0),
            line("Stromrechnung HRB 48812", 20.0, 900.0),
        ];
        let found = of(&both).unwrap();
        assert_eq!(
            (found.names.as_slice(), found.address.city.as_str()),
            (&["Jürgen Seidel".to_owned()][..], "Köln")
        );
        assert_eq!(of(&both[..4]).map(|r| r.address.city), None, "a company's alone is nobody's");
    }

    #[test]
    fn an_address_and_a_name_beside_their_labels() {
        let apart = [
            line("Account holder:", 20.0, 100.0),
            line("Jacob Larsen", 300.0, 100.0),
            line("Service address:", 20.0, 140.0),
            line("9 Oak Avenue, Portland, OR 97205", 300.0, 140.0),
            line("Usage 715 kWh", 20.0, 400.0),
        ];
        let found = of(&apart).unwrap();
        assert_eq!(
            (found.names.as_slice(), found.address.zip.as_str()),
            (&["Jacob Larsen".to_owned()][..], "97205")
        );
    }
}
