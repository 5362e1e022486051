//! The countries whose addresses are read, and what on a page speaks for one of them.

use bonafide_core::text::plain;

use super::layout::says;

macro_rules! countries { ($($(#[$doc:meta])* $variant:ident = $code:literal, $names:literal;)*) => {
    /// A country whose addresses are read.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub(super) enum Country { $($variant),* }

    impl Country {
        pub(super) const ALL: [Self; [$($code),*].len()] = [$(Self::$variant),*];

        /// ISO 3166-1 alpha-2.
        pub(super) const fn code(self) -> &'static str {
            match self { $(Self::$variant => $code),* }
        }

        /// Its names in addresses, in normal form, divided by strokes.
        const fn names(self) -> &'static str {
            match self { $(Self::$variant => $names),* }
        }
    }
} }
countries! {
    At = "AT", "AUSTRIA|OSTERREICH|AUTRICHE";
    Au = "AU", "AUSTRALIA";
    Be = "BE", "BELGIUM|BELGIQUE|BELGIE|BELGIEN";
    Ca = "CA", "CANADA";
    Ch = "CH", "SWITZERLAND|SCHWEIZ|SUISSE|SVIZZERA";
    De = "DE", "GERMANY|DEUTSCHLAND|ALLEMAGNE";
    Dk = "DK", "DENMARK|DANMARK";
    Es = "ES", "SPAIN|ESPANA";
    Fi = "FI", "FINLAND|SUOMI";
    Fr = "FR", "FRANCE";
    Gb = "GB", "UNITED KINGDOM|UK|GREAT BRITAIN|ENGLAND|SCOTLAND|WALES|NORTHERN IRELAND";
    Ie = "IE", "IRELAND|EIRE";
    It = "IT", "ITALY|ITALIA";
    Lu = "LU", "LUXEMBOURG|LUXEMBURG";
    Nl = "NL", "NETHERLANDS|THE NETHERLANDS|NEDERLAND";
    No = "NO", "NORWAY|NORGE";
    Pl = "PL", "POLAND|POLSKA";
    Pt = "PT", "PORTUGAL";
    Se = "SE", "SWEDEN|SVERIGE";
    Us = "US", "USA|UNITED STATES|UNITED STATES OF AMERICA|U S A";
}

impl Country {
    /// The country that a line names, and nothing else.
    pub(super) fn named(line: &str) -> Option<Self> {
        let plain = plain(line);
        Self::ALL.into_iter().find(|c| c.names().split('|').any(|name| name == plain))
    }

    fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }
}

/// Words that are used in some of the countries only: in normal form, with who uses them and how much that says.
static WORDS: &[(&str, &[(Country, f32)])] = {
    use Country::{At, Au, Be, Ca, Ch, De, Dk, Es, Fi, Fr, Gb, Ie, It, Lu, Nl, No, Pl, Pt, Se, Us};
    &[
        // registers and taxes
        ("SIRET", &[(Fr, 3.0)]),
        ("SIREN", &[(Fr, 3.0)]),
        ("RCS", &[(Fr, 2.0), (Lu, 1.5)]),
        ("TVA", &[(Fr, 1.0), (Be, 1.0), (Lu, 1.0), (Ch, 0.5)]),
        ("IMPOTS", &[(Fr, 1.5), (Be, 0.5), (Ch, 0.5)]),
        ("HRB", &[(De, 3.0)]),
        ("AMTSGERICHT", &[(De, 3.0)]),
        ("FINANZAMT", &[(De, 2.0), (At, 2.0)]),
        ("UST", &[(De, 1.5), (At, 1.5)]),
        ("MWST", &[(De, 1.0), (Ch, 2.0), (At, 0.5)]),
        ("STEUERAMT", &[(Ch, 2.0)]),
        ("KANTON", &[(Ch, 3.0)]),
        ("FIRMENBUCH", &[(At, 3.0)]),
        ("CHE", &[(Ch, 3.0)]),
        ("CHF", &[(Ch, 3.0)]),
        ("FR", &[(Ch, 0.3)]),
        ("CIF", &[(Es, 2.0)]),
        ("NIF", &[(Es, 1.0), (Pt, 1.5)]),
        ("IVA", &[(Es, 1.0), (It, 1.0), (Pt, 1.0)]),
        ("REGISTRO MERCANTIL", &[(Es, 3.0)]),
        ("PARTITA IVA", &[(It, 3.0)]),
        ("P IVA", &[(It, 2.0)]),
        ("CODICE FISCALE", &[(It, 3.0)]),
        ("BTW", &[(Nl, 1.5), (Be, 1.0)]),
        ("KVK", &[(Nl, 3.0)]),
        ("RPR", &[(Be, 2.0)]),
        ("RPM", &[(Be, 2.0)]),
        ("BCE", &[(Be, 2.0)]),
        ("NIP", &[(Pl, 3.0)]),
        ("REGON", &[(Pl, 3.0)]),
        ("PLN", &[(Pl, 3.0)]),
        ("VAT", &[(Gb, 1.0), (Ie, 1.0)]),
        ("REGISTERED IN ENGLAND", &[(Gb, 3.0)]),
        ("COUNCIL TAX", &[(Gb, 3.0)]),
        ("SORT CODE", &[(Gb, 3.0)]),
        ("NATIONAL INSURANCE", &[(Gb, 3.0)]),
        ("HST", &[(Ca, 3.0)]),
        ("GST", &[(Ca, 2.0), (Au, 2.0)]),
        ("TVQ", &[(Ca, 3.0)]),
        ("CHEQUING", &[(Ca, 3.0)]),
        ("ABN", &[(Au, 3.0)]),
        ("CHECKING", &[(Us, 2.0)]),
        ("SEK", &[(Se, 3.0)]),
        ("MOMS", &[(Se, 1.0), (Dk, 1.0)]),
        ("CVR", &[(Dk, 3.0)]),
        ("DKK", &[(Dk, 3.0)]),
        ("NOK", &[(No, 3.0)]),
        ("MVA", &[(No, 3.0)]),
        ("ALV", &[(Fi, 2.0)]),
        // languages
        ("FACTURE", &[(Fr, 1.0), (Be, 0.7), (Ch, 0.4), (Ca, 0.3), (Lu, 0.4)]),
        ("VOTRE", &[(Fr, 1.0), (Be, 0.7), (Ch, 0.4), (Ca, 0.3), (Lu, 0.4)]),
        ("COMPTE", &[(Fr, 1.0), (Be, 0.7), (Ch, 0.4), (Ca, 0.3), (Lu, 0.4)]),
        ("DATE D EMISSION", &[(Fr, 0.5)]),
        ("RUE", &[(Fr, 0.5), (Be, 0.5), (Ch, 0.3), (Lu, 0.5)]),
        ("RECHNUNG", &[(De, 1.0), (At, 0.7), (Ch, 0.7), (Lu, 0.2)]),
        ("DATUM", &[(De, 0.5), (At, 0.4), (Ch, 0.4), (Nl, 0.5)]),
        ("KONTO", &[(De, 0.7), (At, 0.6), (Ch, 0.6)]),
        ("FRAU", &[(De, 0.5), (At, 0.5), (Ch, 0.5)]),
        ("FACTURA", &[(Es, 1.5), (Pt, 0.3)]),
        ("FECHA", &[(Es, 1.5)]),
        ("CALLE", &[(Es, 1.5)]),
        ("TITULAR", &[(Es, 1.0), (Pt, 1.0)]),
        ("CUENTA", &[(Es, 1.5)]),
        ("FATTURA", &[(It, 1.5)]),
        ("BOLLETTA", &[(It, 1.5)]),
        ("SCADENZA", &[(It, 1.5)]),
        ("VIA", &[(It, 0.7)]),
        ("FATURA", &[(Pt, 1.5)]),
        ("RUA", &[(Pt, 1.5)]),
        ("FACTUUR", &[(Nl, 1.5), (Be, 0.8)]),
        ("FACTUURDATUM", &[(Nl, 1.5), (Be, 0.8)]),
        ("KLANTNUMMER", &[(Nl, 1.0), (Be, 0.7)]),
        ("KLANTENSERVICE", &[(Nl, 1.0), (Be, 0.5)]),
        ("GEMEENTE", &[(Nl, 1.5), (Be, 1.0)]),
        ("FAKTURA", &[(Pl, 1.5), (Se, 0.7), (Dk, 0.4), (No, 0.7)]),
        ("DATA WYSTAWIENIA", &[(Pl, 2.0)]),
        ("URZAD", &[(Pl, 2.0)]),
        ("LASKU", &[(Fi, 2.0)]),
        ("YOUR", &[(Gb, 0.5), (Us, 0.5), (Ie, 0.4), (Ca, 0.4), (Au, 0.4)]),
        ("ACCOUNT", &[(Gb, 0.5), (Us, 0.5), (Ie, 0.4), (Ca, 0.4), (Au, 0.4)]),
    ]
};

/// How much a page speaks for each country.
#[derive(Debug, Clone, Default)]
pub(super) struct Cues(Vec<(Country, f32)>);

impl Cues {
    /// Of the lines of a document, as they are written.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut cues = Self::default();
        for text in texts {
            let plain = plain(text);
            for (words, says_what) in WORDS {
                if says(&plain, words) {
                    says_what.iter().for_each(|(country, weight)| cues.add(*country, *weight));
                }
            }
            for (mark, country) in
                [("£", Country::Gb), ("zł", Country::Pl), ("+33", Country::Fr), ("+49", Country::De)]
            {
                if text.contains(mark) {
                    cues.add(country, 2.0);
                }
            }
            let lower = text.to_lowercase();
            for country in Country::ALL {
                let domain = match country {
                    Country::Gb => ".co.uk".to_owned(),
                    other => format!(".{}", other.code().to_lowercase()),
                };
                let ends = |at: usize| {
                    lower
                        .get(at + domain.len()..)
                        .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
                };
                if (lower.contains("www") || lower.contains('@'))
                    && lower.match_indices(&domain).any(|(at, _)| ends(at))
                {
                    cues.add(country, 2.5);
                }
            }
            cues.account(&plain);
        }
        cues
    }

    /// An international account number (ISO 13616) begins with its country.
    fn account(&mut self, plain: &str) {
        let Some((_, rest)) =
            plain.split_once("IBAN").or_else(|| plain.split_once(' ').filter(|_| plain.len() > 20))
        else {
            return;
        };
        let code = rest.trim_start();
        let digits = code.get(2..4).is_some_and(|d| d.bytes().all(|c| c.is_ascii_digit()));
        if let Some(country) = code.get(..2).filter(|_| digits && code.len() >= 15).and_then(Country::of_code)
        {
            self.add(country, 2.5);
        }
    }

    fn add(&mut self, country: Country, weight: f32) {
        match self.0.iter_mut().find(|(c, _)| *c == country) {
            Some((_, sum)) => *sum += weight,
            None => self.0.push((country, weight)),
        }
    }

    /// How much is said for a country.
    pub(super) fn weight(&self, country: Country) -> f32 {
        self.0.iter().find(|(c, _)| *c == country).map_or(0.0, |(_, weight)| *weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(texts: &[&str]) -> Option<Country> {
        let cues = Cues::of(texts.iter().copied());
        Country::ALL
            .into_iter()
            .filter(|c| cues.weight(*c) > 0.0)
            .max_by(|a, b| cues.weight(*a).total_cmp(&cues.weight(*b)))
    }

    #[test]
    fn what_a_page_prints_tells_its_country() {
        assert_eq!(
            first(&["Facture d'électricité", "TVA FR 32 512847339", "RCS B 512 847 339"]),
            Some(Country::Fr)
        );
        assert_eq!(first(&["Facture d'électricité", "RPM Bruxelles", "www.ardenne.be"]), Some(Country::Be));
        assert_eq!(first(&["Stromrechnung", "Amtsgericht HRB 48812"]), Some(Country::De));
        assert_eq!(first(&["Rechnung", "CHE-118.827.744 MWST", "CHF 12.50"]), Some(Country::Ch));
        assert_eq!(first(&["IBAN ES91 2100 0418 4502 0005 1332"]), Some(Country::Es));
        assert_eq!(first(&["12.50"]), None);
        assert_eq!(Country::named("United Kingdom"), Some(Country::Gb));
        assert_eq!(Country::named("in the United Kingdom"), None);
    }
}
