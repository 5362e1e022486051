//! The codes of issuing states and organisations, and of nationality: ISO 3166-1 alpha-3 and the additions of ICAO 9303
//! part 3, section 5; and countries by either code of ISO 3166-1.

use std::sync::LazyLock;

use serde::Serialize;

/// A country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// ISO 3166-1 alpha-3.
    pub alpha3: &'static str,
    /// In English.
    pub name: &'static str,
}

static ALL: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let lines = include_str!("countries.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut parts = line.splitn(3, '|');
            Some(Country { code: parts.next()?, alpha3: parts.next()?, name: parts.next()? })
        })
        .collect()
});

/// The country with this ISO 3166-1 code, alpha-2 or alpha-3.
pub fn country(code: &str) -> Option<Country> {
    ALL.iter().find(|c| c.code.eq_ignore_ascii_case(code) || c.alpha3.eq_ignore_ascii_case(code)).copied()
}

/// The code that documents have for a country or a nationality, given as ISO 3166-1 alpha-2 or alpha-3 or as a code of ICAO
/// 9303: one for each state, so that two of them can be compared.
pub fn of_documents(code: &str) -> Option<&'static str> {
    let code = code.trim().to_ascii_uppercase();
    let code = match code.as_str() {
        "D" => "DEU",
        "GBD" | "GBN" | "GBO" | "GBP" | "GBS" => "GBR",
        "XK" | "XKX" => "RKS",
        other => country(other).map_or(other, |c| c.alpha3),
    };
    CODES.iter().find(|known| **known == code).copied()
}

/// ISO 3166-1 alpha-3, and what ICAO 9303-3 adds: Germany's D, the British variants, the United Nations,
/// organisations, stateless persons and refugees, the Order of Malta, the specimen state Utopia.
static CODES: &[&str] = &[
    "ABW", "AFG", "AGO", "AIA", "ALA", "ALB", "AND", "ARE", "ARG", "ARM", "ASM", "ATA", "ATF", "ATG", "AUS",
    "AUT", "AZE", "BDI", "BEL", "BEN", "BES", "BFA", "BGD", "BGR", "BHR", "BHS", "BIH", "BLM", "BLR", "BLZ",
    "BMU", "BOL", "BRA", "BRB", "BRN", "BTN", "BVT", "BWA", "CAF", "CAN", "CCK", "CHE", "CHL", "CHN", "CIV",
    "CMR", "COD", "COG", "COK", "COL", "COM", "CPV", "CRI", "CUB", "CUW", "CXR", "CYM", "CYP", "CZE", "DEU",
    "DJI", "DMA", "DNK", "DOM", "DZA", "ECU", "EGY", "ERI", "ESH", "ESP", "EST", "ETH", "FIN", "FJI", "FLK",
    "FRA", "FRO", "FSM", "GAB", "GBR", "GEO", "GGY", "GHA", "GIB", "GIN", "GLP", "GMB", "GNB", "GNQ", "GRC",
    "GRD", "GRL", "GTM", "GUF", "GUM", "GUY", "HKG", "HMD", "HND", "HRV", "HTI", "HUN", "IDN", "IMN", "IND",
    "IOT", "IRL", "IRN", "IRQ", "ISL", "ISR", "ITA", "JAM", "JEY", "JOR", "JPN", "KAZ", "KEN", "KGZ", "KHM",
    "KIR", "KNA", "KOR", "KWT", "LAO", "LBN", "LBR", "LBY", "LCA", "LIE", "LKA", "LSO", "LTU", "LUX", "LVA",
    "MAC", "MAF", "MAR", "MCO", "MDA", "MDG", "MDV", "MEX", "MHL", "MKD", "MLI", "MLT", "MMR", "MNE", "MNG",
    "MNP", "MOZ", "MRT", "MSR", "MTQ", "MUS", "MWI", "MYS", "MYT", "NAM", "NCL", "NER", "NFK", "NGA", "NIC",
    "NIU", "NLD", "NOR", "NPL", "NRU", "NZL", "OMN", "PAK", "PAN", "PCN", "PER", "PHL", "PLW", "PNG", "POL",
    "PRI", "PRK", "PRT", "PRY", "PSE", "PYF", "QAT", "REU", "ROU", "RUS", "RWA", "SAU", "SDN", "SEN", "SGP",
    "SGS", "SHN", "SJM", "SLB", "SLE", "SLV", "SMR", "SOM", "SPM", "SRB", "SSD", "STP", "SUR", "SVK", "SVN",
    "SWE", "SWZ", "SXM", "SYC", "SYR", "TCA", "TCD", "TGO", "THA", "TJK", "TKL", "TKM", "TLS", "TON", "TTO",
    "TUN", "TUR", "TUV", "TWN", "TZA", "UGA", "UKR", "UMI", "URY", "USA", "UZB", "VAT", "VCT", "VEN", "VGB",
    "VIR", "VNM", "VUT", "WLF", "WSM", "YEM", "ZAF", "ZMB", "ZWE", // ICAO 9303-3
    "D", "EUE", "GBD", "GBN", "GBO", "GBP", "GBS", "NTZ", "RKS", "UNA", "UNK", "UNO", "UTO", "XAA", "XBA",
    "XCC", "XCE", "XCO", "XCT", "XDC", "XEC", "XES", "XIM", "XMP", "XOM", "XPO", "XXA", "XXB", "XXC", "XXX",
];

/// What ICAO 9303 has for people without a nationality. Nobody issues documents under these.
static PEOPLE: &[&str] = &["XXA", "XXB", "XXC", "XXX"];

/// The state of the specimens of ICAO 9303, which is none.
pub const SPECIMEN: &str = "UTO";

/// Whether a code (without filler) names a state, organisation or status.
pub fn is_known(code: &str) -> bool {
    CODES.contains(&code)
}

/// Whether somebody issues documents under a code.
pub fn is_issuer(code: &str) -> bool {
    is_known(code) && !PEOPLE.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert!(["UNO", "XOM", "D", "FRA", "RKS", SPECIMEN].iter().all(|c| is_known(c) && is_issuer(c)));
        assert!(["FRB", "XYZ", "", "fra", "FR"].iter().all(|c| !is_known(c) && !is_issuer(c)));
        assert!(PEOPLE.iter().all(|c| is_known(c) && !is_issuer(c)));
    }

    #[test]
    fn countries_are_found_by_either_code() {
        assert_eq!(country("ca").map(|c| c.name), Some("Canada"));
        assert_eq!(country("CAN"), country("CA"));
        assert_eq!(country("ZZ"), None);
        assert_eq!(country(""), None);
        assert!(ALL.len() >= 249);
        assert!(ALL.iter().all(|c| c.code.len() == 2 && c.alpha3.len() == 3 && !c.name.is_empty()));
    }

    #[test]
    fn every_country_has_one_code_in_documents() {
        assert!(
            ALL.iter().all(|c| of_documents(c.code).is_some_and(|code| of_documents(c.alpha3) == Some(code)))
        );
        for (given, expected) in [
            ("DE", Some("DEU")),
            ("D", Some("DEU")),
            ("gbr", Some("GBR")),
            ("GBN", Some("GBR")),
            ("XK", Some("RKS")),
            ("XXA", Some("XXA")),
            ("ZZ", None),
            ("", None),
        ] {
            assert_eq!(of_documents(given), expected, "{given}");
        }
    }
}
