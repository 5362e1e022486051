//! Whom a letter is addressed to.

use bonafide_core::text::plain;

/// Titles before a name, in normal form.
static TITLES: &[&str] = &[
    "MR",
    "MRS",
    "MS",
    "MISS",
    "MX",
    "DR",
    "PROF",
    "SIR",
    "M",
    "MME",
    "MLLE",
    "MONSIEUR",
    "MADAME",
    "MADEMOISELLE",
    "HERR",
    "HERRN",
    "FRAU",
    "FAMILIE",
    "D",
    "DA",
    "DNA",
    "DON",
    "DONA",
    "SR",
    "SRA",
    "SRTA",
    "SIG",
    "SIGRA",
    "SIG RA",
    "SIGNOR",
    "SIGNORA",
    "SPETT",
    "GENT",
    "EGR",
    "DHR",
    "MEVR",
    "MW",
    "MEVROUW",
    "DE HEER",
    "PAN",
    "PANI",
    "PANSTWO",
    "SZ P",
    "DOTT",
    "TIT",
    "ATTN",
    "A L ATTENTION DE",
    "MENEER",
    "HR",
    "FR",
];

/// Words that join two names.
static AND: &[&str] = &["AND", "ET", "UND", "Y", "E", "EN", "I", "OU", "OR", "ODER"];

/// Words that companies and offices have in their names, and people have not.
static COMPANIES: &[&str] = &[
    "LTD",
    "LIMITED",
    "PLC",
    "LLC",
    "INC",
    "CORP",
    "CO",
    "COMPANY",
    "LLP",
    "GMBH",
    "AG",
    "KG",
    "EG",
    "SE",
    "OHG",
    "UG",
    "SA",
    "SAS",
    "SARL",
    "SCRL",
    "SRL",
    "SPA",
    "SL",
    "SLU",
    "BV",
    "NV",
    "VZW",
    "ASBL",
    "SP Z O O",
    "S A",
    "S P A",
    "S R L",
    "B V",
    "N V",
    "S L",
    "N A",
    "BANK",
    "BANQUE",
    "BANCO",
    "BANCA",
    "CAJA",
    "CREDIT",
    "CREDITO",
    "ENERGY",
    "ENERGIE",
    "ENERGIA",
    "WATER",
    "EAUX",
    "AGUAS",
    "WASSERWERK",
    "STADTWERKE",
    "TELECOM",
    "BROADBAND",
    "INTERNET",
    "SERVICE",
    "SERVICES",
    "SERVIZIO",
    "KUNDENSERVICE",
    "KLANTENSERVICE",
    "DEPARTMENT",
    "MINISTRY",
    "COUNCIL",
    "OFFICE",
    "AGENCY",
    "AGENCIA",
    "AGENZIA",
    "DIRECTION",
    "CENTRE",
    "CENTER",
    "FINANZAMT",
    "STEUERAMT",
    "URZAD",
    "GEMEENTE",
    "GEMEINDE",
    "COMMUNE",
    "COMUNE",
    "MAIRIE",
    "AYUNTAMIENTO",
    "CAISSE",
    "KASSE",
    "SOCIETY",
    "ASSOCIATION",
    "INSTITUTO",
    "ISTITUTO",
    "ADMINISTRATION",
    "REVENUE",
    "TAX",
    "CUSTOMER",
    "BILLING",
    "PAYMENTS",
    "DEPT",
    "PO BOX",
    "POSTFACH",
    "BP",
    "CS",
    "SPOLKA",
    "ZAKLAD",
    "OFICINA",
    "UFFICIO",
    "UNION",
    "GROUP",
    "GROUPE",
    "GRUPPE",
    "HOLDING",
    "DISTRICT",
    "COUNTY",
    "COLLECTOR",
    "TRIBUTI",
    "IMPOTS",
    "BELASTINGEN",
    "RIJKSBELASTINGEN",
    "FINANCES",
    "PUBLIQUES",
    "CITY",
    "TOWN",
    "VILLE",
    "STADT",
];

/// Words of labels and headings, which no name begins with.
static HEADINGS: &[&str] = &[
    "DATE",
    "DATUM",
    "DATA",
    "FECHA",
    "TOTAL",
    "PAGE",
    "SEITE",
    "PAGINA",
    "INVOICE",
    "FACTURE",
    "RECHNUNG",
    "FACTURA",
    "FATTURA",
    "FACTUUR",
    "FAKTURA",
    "BILL",
    "YOUR",
    "VOTRE",
    "IHRE",
    "SU",
    "UW",
    "ACCOUNT",
    "COMPTE",
    "KONTO",
    "CUENTA",
    "CONTO",
    "STATEMENT",
    "CLIENT",
    "KUNDE",
    "CLIENTE",
    "KLANT",
    "KLIENT",
    "NUMBER",
    "NUMERO",
    "NUMMER",
    "NUMER",
    "DEAR",
    "CHER",
    "CHERE",
    "SEHR",
    "ESTIMADO",
    "ESTIMADA",
    "GENTILE",
    "GEACHTE",
    "AMOUNT",
    "MONTANT",
    "BETRAG",
    "IMPORTE",
    "IMPORTO",
    "TITULAIRE",
    "TITULAR",
    "INTESTATARIO",
    "NABYWCA",
    "VERTRAGSPARTNER",
    "CONTRACTHOUDER",
    "ADDRESS",
    "ADRESSE",
    "INDIRIZZO",
    "DIRECCION",
    "ADRES",
    "PERIOD",
    "PERIODE",
    "PERIODO",
    "OKRES",
    "NOTICE",
    "AVIS",
    "PLEASE",
    "CONTACT",
    "WWW",
    "OBJET",
];

/// Whether a line names a company or an office.
pub(super) fn is_company(line: &str) -> bool {
    let plain = plain(line);
    let padded = format!(" {plain} ");
    COMPANIES.iter().any(|w| padded.contains(&format!(" {w} ")))
}

/// The people that a line of an address names, without their titles; empty for a line that names nobody.
pub(super) fn names(line: &str) -> Vec<String> {
    if line.chars().any(|c| c.is_ascii_digit() || matches!(c, ':' | '@' | '/' | '€' | '£' | '$'))
        || is_company(line)
    {
        return vec![];
    }
    // Titles of both may stand first: "M. et Mme Jean Béraud".
    let mut parts: Vec<Vec<&str>> = vec![vec![]];
    for word in line.split([' ', ',']).flat_map(split_joint).filter(|w| !w.is_empty()) {
        if (word == "&"
            || AND.contains(&plain(word).as_str()) && word.len() > 1
            || matches!(word, "y" | "e" | "i"))
            && !parts.last().is_some_and(Vec::is_empty)
        {
            parts.push(vec![]);
        } else if let Some(part) = parts.last_mut() {
            part.push(word);
        }
    }
    let titled = parts.iter().any(|words| words.first().is_some_and(|w| is_title(w)));
    let mut people: Vec<Vec<&str>> =
        parts.into_iter().map(|words| untitled(&words)).filter(|w| !w.is_empty()).collect();
    // "Anna and John Smith" share the name that stands last.
    let family = people.last().filter(|words| words.len() > 1).and_then(|words| words.last().copied());
    for words in &mut people {
        if let (1, Some(family)) = (words.len(), family) {
            words.push(family);
        }
    }
    let all = people.iter().all(|words| is_name(words, titled));
    if all { people.iter().map(|words| words.join(" ")).collect() } else { vec![] }
}

/// Whether a line begins with a title, which only people have.
pub(super) fn is_titled(line: &str) -> bool {
    line.split([' ', ',']).next().is_some_and(is_title)
}

/// `Mr&Mrs`, `A.&B.`: read without the spaces around the sign.
fn split_joint(word: &str) -> Vec<&str> {
    match word.split_once('&') {
        Some((a, b)) if !a.is_empty() || !b.is_empty() => vec![a, "&", b],
        _ => vec![word],
    }
}

fn is_title(word: &str) -> bool {
    let letters = plain(word).replace(' ', "");
    let abbreviated =
        word.ends_with('.') || letters.len() > 2 || matches!(letters.as_str(), "MR" | "MS" | "DR");
    (abbreviated || letters == "M") && TITLES.iter().any(|t| t.replace(' ', "") == letters)
}

fn untitled<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut rest = words;
    while let [first, others @ ..] = rest {
        if !is_title(first) {
            // "Mrs.Anna": read without the space.
            if let Some((title, name)) = first.split_once('.')
                && name.chars().count() > 1
                && TITLES.contains(&plain(title).as_str())
            {
                return std::iter::once(name).chain(others.iter().copied()).collect();
            }
            break;
        }
        rest = others;
    }
    rest.to_vec()
}

fn is_name(words: &[&str], titled: bool) -> bool {
    let first = words.first().map(|w| plain(w)).unwrap_or_default();
    let letters = |w: &&str| {
        let c = w.chars().next().unwrap_or(' ');
        let mut all = w.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.' | '`'));
        // Particles are small: van der, de, d'.
        all &= c.is_uppercase() || w.chars().count() <= 4 || w.starts_with("d'");
        all
    };
    let long = words.iter().map(|w| w.chars().filter(|c| c.is_alphabetic()).count()).sum::<usize>();
    let count = if titled { 1..=6 } else { 2..=6 };
    count.contains(&words.len())
        && (4..=60).contains(&long)
        && words.iter().all(letters)
        && words.last().and_then(|w| w.chars().next()).is_some_and(char::is_uppercase)
        && !HEADINGS.contains(&first.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_without_their_titles() {
        for (line, expected) in [
            ("Mme Claire Fontanel", &["Claire Fontanel"][..]),
            ("M. Étienne Guérin-Duval et Mme Claire Béraud", &["Étienne Guérin-Duval", "Claire Béraud"]),
            ("Mr & Mrs Thomas Marsh", &["Thomas Marsh"]),
            ("Anna and John Smith", &["Anna Smith", "John Smith"]),
            ("Herrn Jürgen Seidel und Frau Sabine Seidel", &["Jürgen Seidel", "Sabine Seidel"]),
            ("D. Iñigo Ortega Peña y Dña. Lucía Ortega Peña", &["Iñigo Ortega Peña", "Lucía Ortega Peña"]),
            ("Sig.ra Giulia D'Amico", &["Giulia D'Amico"]),
            ("Dhr. Willem van der Linden", &["Willem van der Linden"]),
            ("Pani Małgorzata Jabłońska-Mróz", &["Małgorzata Jabłońska-Mróz"]),
            ("JACOB MCKENNA", &["JACOB MCKENNA"]),
            ("Madame Élise Wauters", &["Élise Wauters"]),
        ] {
            assert_eq!(names(line), expected, "{line}");
        }
    }

    #[test]
    fn companies_streets_and_headings_are_nobody() {
        for line in [
            "Northwick Water plc",
            "12 High Street",
            "Date de facture",
            "Service clients",
            "Finanzamt Lindental",
            "Energia Serena S.p.A.",
            "www.example.com",
            "Lindenstraße",
            "",
            "Your electricity bill",
        ] {
            assert_eq!(names(line), Vec::<String>::new(), "{line}");
        }
        assert!(is_company("Hansekontor Bank AG") && !is_company("Anna Bankole"));
        assert!(is_titled("Mrs Anna Smith") && !is_titled("Anna Smith"));
    }
}
