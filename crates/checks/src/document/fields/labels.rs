//! What is printed beside a value to say what it is: English, French, German, Spanish, Italian,
//! Portuguese, Dutch, and the numbers of driving licences.

use bonafide_core::document::FieldName::{self, *};

/// Labels in normal form ([`plain`](crate::document::text::plain)), each for one field.
static LABELS: &[(FieldName, &[&str])] = &[
    (
        LastName,
        &[
            "SURNAME",
            "SURNAMES",
            "LAST NAME",
            "FAMILY NAME",
            "PRIMARY IDENTIFIER",
            "NOM",
            "NOM DE FAMILLE",
            "NAME NOM",
            "NAME SURNAME",
            "FAMILIENNAME",
            "NACHNAME",
            "NAME",
            "NAAM",
            "ACHTERNAAM",
            "GESLACHTSNAAM",
            "APELLIDO",
            "APELLIDOS",
            "PRIMER APELLIDO",
            "COGNOME",
            "APELIDO",
            "APELIDOS",
            "SOBRENOME",
            "LN",
            "SURNAME NOM",
            "NOM SURNAME",
        ],
    ),
    (
        FirstName,
        &[
            "GIVEN NAME",
            "GIVEN NAMES",
            "FIRST NAME",
            "FIRST NAMES",
            "FORENAME",
            "FORENAMES",
            "OTHER NAMES",
            "PRENOM",
            "PRENOMS",
            "PRENOM S",
            "VORNAME",
            "VORNAMEN",
            "NOMBRE",
            "NOMBRES",
            "NOME",
            "NOMI",
            "NOME PROPRIO",
            "NOMES PROPRIOS",
            "VOORNAAM",
            "VOORNAMEN",
            "FN",
            "SECONDARY IDENTIFIER",
        ],
    ),
    (MiddleName, &["MIDDLE NAME", "SECOND NAME"]),
    (
        BirthDate,
        &[
            "DATE OF BIRTH",
            "BIRTH DATE",
            "BIRTHDATE",
            "BORN",
            "DOB",
            "DATE DE NAISSANCE",
            "NE LE",
            "NE E LE",
            "NEE LE",
            "GEBURTSDATUM",
            "GEBURTSTAG",
            "GEBOREN AM",
            "FECHA DE NACIMIENTO",
            "FECHA NACIMIENTO",
            "DATA DI NASCITA",
            "NATO IL",
            "NATA IL",
            "DATA DE NASCIMENTO",
            "DATA NASC",
            "GEBOORTEDATUM",
        ],
    ),
    (
        ExpiresAt,
        &[
            "DATE OF EXPIRY",
            "DATE OF EXPIRATION",
            "EXPIRY DATE",
            "EXPIRATION DATE",
            "EXPIRES",
            "EXPIRY",
            "EXP",
            "EXPIRES ON",
            "VALID UNTIL",
            "VALID THRU",
            "VALID TO",
            "GOOD THRU",
            "DATE D EXPIRATION",
            "DATE DEXPIRATION",
            "EXPIRE LE",
            "EXPIRATION",
            "VALABLE JUSQUAU",
            "VALABLE JUSQU AU",
            "GULTIG BIS",
            "ABLAUFDATUM",
            "FECHA DE CADUCIDAD",
            "FECHA DE VENCIMIENTO",
            "FECHA DE EXPIRACION",
            "VALIDO HASTA",
            "VALIDEZ",
            "VENCE",
            "DATA DI SCADENZA",
            "SCADENZA",
            "DATA DE VALIDADE",
            "VALIDADE",
            "VALIDO ATE",
            "GELDIG TOT",
            "DATUM VAN VERVAL",
            "CARD EXPIRES",
        ],
    ),
    (
        IssuedAt,
        &[
            "DATE OF ISSUE",
            "ISSUE DATE",
            "ISSUED",
            "ISS",
            "ISSUED ON",
            "DATE DE DELIVRANCE",
            "DELIVRE LE",
            "DATE D EMISSION",
            "VALIDE LE",
            "AUSSTELLUNGSDATUM",
            "AUSGESTELLT AM",
            "DATUM DER AUSSTELLUNG",
            "FECHA DE EXPEDICION",
            "FECHA DE EMISION",
            "DATA DI RILASCIO",
            "DATA DI EMISSIONE",
            "DATA DE EMISSAO",
            "DATA DE EXPEDICAO",
            "DATUM VAN AFGIFTE",
            "AFGEGEVEN OP",
            "RESIDENT SINCE",
        ],
    ),
    (
        DocumentNumber,
        &[
            "PASSPORT NO",
            "PASSPORT NUMBER",
            "PASSPORT CARD NO",
            "DOCUMENT NO",
            "DOCUMENT NUMBER",
            "CARD NO",
            "CARD NUMBER",
            "ID NO",
            "ID NUMBER",
            "IDENTITY CARD NO",
            "IDENTITY CARD NUMBER",
            "LICENCE NO",
            "LICENSE NO",
            "LICENCE NUMBER",
            "LICENSE NUMBER",
            "LIC NO",
            "DL",
            "DL NO",
            "DLN",
            "CUSTOMER IDENTIFIER",
            "PASSEPORT NO",
            "PASSEPORT N",
            "NO DU PASSEPORT",
            "N DU PASSEPORT",
            "N DU DOCUMENT",
            "NO DU DOCUMENT",
            "NUMERO DU DOCUMENT",
            "CARTE NATIONALE D IDENTITE N",
            "N DE PERMIS",
            "NO DE PERMIS",
            "PASS NR",
            "REISEPASS NR",
            "PASSNUMMER",
            "AUSWEISNUMMER",
            "AUSWEIS NR",
            "DOKUMENTENNUMMER",
            "PASAPORTE NO",
            "PASAPORTE N",
            "N DE PASAPORTE",
            "NUMERO DE PASAPORTE",
            "NUM SOPORT",
            "IDESP",
            "DNI",
            "NUMERO DE DOCUMENTO",
            "PASSAPORTO N",
            "NUMERO PASSAPORTO",
            "NUMERO CARTA",
            "N DO PASSAPORTE",
            "PASSAPORTE N",
            "NUMERO DO DOCUMENTO",
            "PASPOORTNUMMER",
            "DOCUMENTNUMMER",
            "DOCUMENTNR",
            "VISA NUMBER",
            "CONTROL NUMBER",
        ],
    ),
    (
        RefNumber,
        &[
            "DD",
            "DOCUMENT DISCRIMINATOR",
            "REFERENCE NO",
            "REFERENCE NUMBER",
            "N DE REFERENCE",
            "NO DE REFERENCE",
            "REF NO",
            "DD REF",
        ],
    ),
    (Gender, &["SEX", "GENDER", "SEXE", "GESCHLECHT", "SEXO", "SESSO", "GESLACHT", "SEX SEXE"]),
    (
        Nationality,
        &[
            "NATIONALITY",
            "NATIONALITE",
            "STAATSANGEHORIGKEIT",
            "NACIONALIDAD",
            "CITTADINANZA",
            "NACIONALIDADE",
            "NATIONALITEIT",
            "CITIZENSHIP",
        ],
    ),
    (
        BirthPlace,
        &[
            "PLACE OF BIRTH",
            "LIEU DE NAISSANCE",
            "GEBURTSORT",
            "LUGAR DE NACIMIENTO",
            "LUOGO DI NASCITA",
            "LOCAL DE NASCIMENTO",
            "NATURALIDADE",
            "GEBOORTEPLAATS",
            "COUNTRY OF BIRTH",
        ],
    ),
    (
        PersonalNumber,
        &[
            "PERSONAL NO",
            "PERSONAL NUMBER",
            "PERSONAL ID",
            "PERSONNUMMER",
            "PERSOONSNUMMER",
            "BSN",
            "USCIS",
            "CODICE FISCALE",
            "NIF",
            "CPF",
            "AHV NR",
        ],
    ),
    (
        Height,
        &["HEIGHT", "HGT", "HT", "TAILLE", "GROSSE", "ESTATURA", "ALTURA", "STATURA", "LENGTE", "HAUTEUR"],
    ),
    (Weight, &["WEIGHT", "WGT", "WT", "POIDS", "GEWICHT", "PESO"]),
    (
        EyeColor,
        &[
            "EYES",
            "EYE COLOR",
            "EYE COLOUR",
            "COLOUR OF EYES",
            "COLOR OF EYES",
            "YEUX",
            "COULEUR DES YEUX",
            "AUGENFARBE",
            "OJOS",
            "COLOR DE OJOS",
            "OCCHI",
            "OLHOS",
            "KLEUR OGEN",
        ],
    ),
    (HairColor, &["HAIR", "HAIR COLOR", "CHEVEUX", "HAARFARBE", "PELO", "CAPELLI"]),
    (Class, &["CLASS", "CLASSE", "CLASSE S", "CLASSES", "CLASE", "KLASSE", "CLASSIFICATION", "CATEGORIE"]),
    (Restrictions, &["REST", "RESTR", "RESTRICTIONS", "RESTRICTION", "COND", "CONDITIONS"]),
    (Mentions, &["END", "ENDORSEMENTS", "ENDORSEMENT", "MENTION", "MENTIONS", "MENTION S"]),
    (
        Street,
        &[
            "ADDRESS",
            "ADRESSE",
            "ANSCHRIFT",
            "ADRES",
            "DIRECCION",
            "DOMICILIO",
            "INDIRIZZO",
            "MORADA",
            "ENDERECO",
            "RESIDENZA",
        ],
    ),
    (IssuingCountry, &["CODE OF ISSUING STATE", "ISSUING STATE", "COUNTRY CODE", "CODE DU PAYS"]),
];

/// Words printed beside labels that belong to none of the fields read here; they end a value.
static OTHER: &[&str] = &[
    "AUTHORITY",
    "AUTORITE",
    "BEHORDE",
    "AUTORIDAD",
    "SIGNATURE",
    "UNTERSCHRIFT",
    "FIRMA",
    "TYPE",
    "TYP",
    "TIPO",
    "CODE",
    "HOLDERS SIGNATURE",
    "REMARKS",
    "ANNOTATION",
    "CATEGORY",
    "ISSUING AUTHORITY",
    "DONOR",
    "SOCIAL SECURITY",
    "DOMICILE",
    "DUPS",
];

/// A label found in a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Label {
    pub(super) field: Option<FieldName>,
    /// Words of the normal form before it and in it.
    pub(super) from: usize,
    pub(super) words: usize,
}

/// The labels in a line of text in normal form, in order, the longest at each place. Labels that are also
/// common words or parts of values count only at the beginning of a line.
pub(super) fn labels(normal: &str) -> Vec<Label> {
    let words: Vec<&str> = normal.split(' ').filter(|w| !w.is_empty()).collect();
    let mut found = vec![];
    let mut at = 0;
    while at < words.len() {
        let all = LABELS.iter().flat_map(|(f, names)| names.iter().map(move |n| (Some(*f), *n)));
        let longest = all
            .chain(OTHER.iter().map(|n| (None, *n)))
            .filter(|(_, name)| at == 0 || name.len() > 3)
            .filter_map(|(field, name)| {
                let n = name.split(' ').count();
                let there = words.get(at..at + n)?;
                let mut pairs = there.iter().zip(name.split(' '));
                let same = pairs
                    .next()
                    .is_some_and(|(w, l)| alike(w, l) || (l.len() > 3 && alike(unnumbered(w), l)))
                    && pairs.all(|(w, l)| alike(w, l));
                same.then_some(Label { field, from: at, words: n })
            })
            .max_by_key(|l| l.words);
        at += longest.map_or(1, |l| l.words);
        found.extend(longest);
    }
    found
}

/// A word without the number of a driving licence that is printed close before it: `4BEXPIRE`.
fn unnumbered(word: &str) -> &str {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['A', 'B', 'C', 'D']) {
        Some(label)
            if rest.len() < word.len()
                && LABELS
                    .iter()
                    .all(|(_, names)| !names.iter().any(|n| n.split(' ').next() == Some(rest))) =>
        {
            label
        }
        _ => rest,
    }
}

/// Equal, or a long word with one letter misread.
fn alike(word: &str, label: &str) -> bool {
    word == label
        || (label.len() >= 7
            && word.len().abs_diff(label.len()) <= 1
            && crate::document::text::edits(word, label) <= 1)
}

/// The field of a numbered label of a driving licence: ISO/IEC 18013-1 annex A and the AAMVA card design
/// standard share these numbers, apart from 5, which is the licence number in Europe and the document
/// discriminator in North America.
pub(super) fn numbered(label: &str) -> Option<FieldName> {
    Some(match label {
        "1" => LastName,
        "2" => FirstName,
        "3" => BirthDate,
        "4A" => IssuedAt,
        "4B" => ExpiresAt,
        "4D" => DocumentNumber,
        "5" => RefNumber,
        "8" => Street,
        "9" => Class,
        "9A" => Mentions,
        "12" => Restrictions,
        "15" => Gender,
        "16" => Height,
        "17" => Weight,
        "18" => EyeColor,
        "19" => HairColor,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_label_wins() {
        let found = labels("DATE DE NAISSANCE A M J 1986 10 16");
        assert_eq!(found[0], Label { field: Some(BirthDate), from: 0, words: 3 });
        assert_eq!(labels("GIVEN NAMES PRENOMS")[0].field, Some(FirstName));
        assert_eq!(labels("PLACE OF BIRTH").first().and_then(|l| l.field), Some(BirthPlace));
        assert_eq!(labels("NATIONALlTY".to_uppercase().as_str())[0].field, Some(Nationality));
        assert_eq!(labels("4BEXPIRE LE 2025 10 16")[0].field, Some(ExpiresAt));
        assert_eq!(labels("9CLASSE 5")[0].field, Some(Class));
        assert!(labels("DOE").is_empty());
        assert_eq!(numbered("4D"), Some(DocumentNumber));
    }
}
