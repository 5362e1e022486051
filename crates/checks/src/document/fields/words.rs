//! What the words on a document say it is.

use std::sync::LazyLock;

use bonafide_core::document::{DocumentType, FieldName};
use jiff::civil::Date;

use super::{
    super::{ocr::Line, text::plain},
    dates::{Order, dates},
    folded::Folded,
    labels, places,
};

/// What the words on a document say it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    pub document_type: DocumentType,
    /// ISO 3166-1 alpha-3.
    pub country: Option<&'static str>,
    pub state: Option<&'static str>,
    /// Number of different fields of a person's identity or of a document's validity that labels were found
    /// for. Numbers, addresses, cities and the like are labelled on receipts and letters as well.
    pub labels: usize,
    /// Number of different phrases that the backs of licences and cards bear: classes of vehicles,
    /// restrictions, what to do when the card is found.
    pub back: usize,
    /// Number of dates.
    pub dates: usize,
}

/// Names of documents by kind, as documents bear them, in the languages of Latin script. The first kind in this
/// order that a line names is taken.
static KINDS: [(DocumentType, &str); 6] = [
    (
        DocumentType::DriverLicense,
        "driver license|driver licence|drivers license|drivers licence|driving licence|driving license|operator license|permis de conduire|Führerschein|permiso de conducción|permiso de conducir|licencia de conducir|licencia de conducción|licencia para conducir|patente di guida|carta de condução|carteira nacional de habilitação|rijbewijs|körkort|kørekort|førerkort|ajokortti|ökuskírteini|juhiluba|vadītāja apliecība|vairuotojo pažymėjimas|prawo jazdy|řidičský průkaz|vodičský preukaz|vozniško dovoljenje|vozačka dozvola|vezetői engedély|permis de conducere|liċenzja tas-sewqan|ceadúnas tiomána|leje drejtimi|sürücü belgesi|surat izin mengemudi|lesen memandu|giấy phép lái xe|leseni ya udereva|rybewys|guvohnoma",
    ),
    (DocumentType::PassportCard, "passport card"),
    (
        DocumentType::ResidencePermit,
        "residence permit|residence card|resident card|permanent resident|resident alien|titre de séjour|carte de séjour|carte de résident|Aufenthaltstitel|Aufenthaltskarte|permiso de residencia|tarjeta de residencia|permesso di soggiorno|título de residência|autorização de residência|verblijfstitel|verblijfsvergunning|oppholdstillatelse|oppholdskort|uppehållstillstånd|opholdstilladelse|opholdskort|oleskelulupa|dvalarleyfi|elamisluba|uzturēšanās atļauja|leidimas gyventi|karta pobytu|povolení k pobytu|povolenie na pobyt|dovoljenje za prebivanje|dozvola boravka|tartózkodási engedély|permis de ședere|ikamet izni|employment authorization|carta di soggiorno",
    ),
    (
        DocumentType::Passport,
        "passport|passeport|Reisepass|pasaporte|passaporto|passaporte|paspoort|paszport|cestovní pas|cestovný pas|putovnica|putni list|potni list|útlevél|vegabréf|pașaport|pasaport|paspor|pasport|passaport|pases|pasas|hộ chiếu|pasipoti|travel document|titre de voyage|reiseausweis",
    ),
    (DocumentType::Visa, "visa|visum|wiza|vízum|visto|visado|viisumi|viisum|vīza"),
    (
        DocumentType::IdentificationCard,
        "identification card|identity card|national identity|national ID|ID card|carte nationale d'identité|carte d'identité|Personalausweis|Identitätskarte|documento nacional de identidad|documento de identidad|documento de identificación|carta d'identità|cartão de cidadão|bilhete de identidade|carteira de identidade|registro geral|identiteitskaart|identitetskort|ID-kort|henkilökortti|nafnskírteini|isikutunnistus|ID-kaart|personas apliecība|asmens tapatybės kortelė|dowód osobisty|občanský průkaz|občiansky preukaz|osebna izkaznica|osobna iskaznica|lična karta|személyazonosító igazolvány|személyi igazolvány|carte de identitate|karta tal-identità|letërnjoftim|kimlik kartı|nüfus cüzdanı|kartu tanda penduduk|kad pengenalan|căn cước công dân|căn cước|chứng minh nhân dân|cédula de identidad|cédula de ciudadanía|cédula|credencial para votar|pambansang pagkakakilanlan|philippine identification|kitambulisho cha taifa|identifikasie|voter card|citizen card",
    ),
];

/// The names of [`KINDS`] in normal form.
static NAMES: LazyLock<Vec<(DocumentType, Vec<String>)>> = LazyLock::new(|| {
    KINDS.iter().map(|(kind, names)| (*kind, names.split('|').map(plain).collect())).collect()
});

/// Names of at least this many letters are also found where spaces got lost.
const LONG: usize = 8;

/// Fields whose labels hardly stand on anything but identity documents and forms that ask for one.
const TELLING: [FieldName; 16] = [
    FieldName::BirthDate,
    FieldName::BirthPlace,
    FieldName::Gender,
    FieldName::Nationality,
    FieldName::LastName,
    FieldName::FirstName,
    FieldName::BirthName,
    FieldName::MarriedName,
    FieldName::ExpiresAt,
    FieldName::IssuedAt,
    FieldName::IssuingAuthority,
    FieldName::IssuePlace,
    FieldName::IssuingCountry,
    FieldName::PersonalNumber,
    FieldName::Height,
    FieldName::EyeColor,
];

/// Numbers of the fields of driving licences.
const NUMBERS: [&str; 11] = ["1", "2", "3", "4A", "4B", "4C", "4D", "5", "7", "8", "9"];

/// Phrases of the backs of licences and cards, in normal form.
static BACK: &[&str] = &[
    "VEHICLE",
    "VEHICLES",
    "MOTORCYCLE",
    "MOTORCYCLES",
    "GVWR",
    "GVW",
    "CMV",
    "VEHICULE",
    "VEHICULES",
    "MOTOCYCLETTE",
    "CYCLOMOTEUR",
    "FAHRZEUG",
    "VEHICULO",
    "VEHICULOS",
    "MOTOCICLETA",
    "CLASS",
    "CLASSE",
    "CLASSE S",
    "CLASE",
    "RESTRICTIONS",
    "RESTRICTION",
    "RESTRICCIONES",
    "ENDORSEMENTS",
    "ENDORSEMENT",
    "CORRECTIVE LENSES",
    "LENSES",
    "VERRES CORRECTEURS",
    "ORGAN DONOR",
    "DONOR",
    "DONNEUR",
    "THIS LICENSE",
    "THIS LICENCE",
    "LICENSEE",
    "CHANGE OF ADDRESS",
    "NOUVELLE ADRESSE",
    "CHANGEMENT D ADRESSE",
    "CHANGEMENT DADRESSE",
    "MOTOR VEHICLES",
    "VALIDITE D UN PERMIS",
    "VALIDITE DUN PERMIS",
    "NOT EVIDENCE OF",
    "VOID IF ALTERED",
];

/// Kind, issuer and label counts from the words of some lines.
pub fn words(lines: &[Line], today: Date) -> Words {
    let mut out = Words::default();
    let mut fields: Vec<FieldName> = vec![];
    let mut back: Vec<&str> = vec![];
    let (mut categories, mut numbers): (Vec<String>, Vec<String>) = (vec![], vec![]);
    let (mut named, mut state_country) = (0, None);
    for line in lines {
        // The zone at the foot is no place for words.
        if line.text.contains("<<") {
            continue;
        }
        let normal = plain(&line.text);
        if out.document_type == DocumentType::Unknown {
            out.document_type = kind(&normal);
        }
        if is_category(&normal) {
            categories.push(normal.clone());
        }
        let first = normal.split(' ').next().unwrap_or("");
        if numbers.iter().all(|n| n != first) && NUMBERS.contains(&first) {
            numbers.push(first.to_owned());
        }
        back.extend(BACK.iter().filter(|w| has_words(&normal, w)));
        if let (None, Some((state, country))) = (out.state, places::state(&normal)) {
            out.state = Some(state);
            state_country = Some(country);
        }
        // Countries stand in addresses and places of birth too; the issuer's is the longest, and first.
        for part in line.text.split(['/', '·', '•', '|', '-']).map(plain).chain([normal]) {
            if let Some((country, letters)) = places::country(&part).filter(|c| c.1 > named) {
                (out.country, named) = (Some(country), letters);
            }
        }
        let folded = Folded::of(&line.text);
        let labels = labels::labels(&folded);
        let telling =
            labels.iter().filter(|l| l.to - l.from > 3 || l.to - l.from == 3 && folded.leads(l.from));
        fields.extend(telling.filter_map(|l| l.field).filter(|f| TELLING.contains(f)));
        out.dates += dates(&line.text, Order::DayFirst, today).len();
    }
    fields.sort();
    fields.dedup();
    out.labels = fields.len();
    // The numbers of a driving licence stand for labels; 4a and 4b stand on no list.
    if numbers.iter().any(|n| n.starts_with('4')) && numbers.len() >= 4 {
        out.labels += numbers.len();
    }
    // The table of categories on European licences.
    categories.sort();
    categories.dedup();
    back.extend((categories.len() >= 4).then_some("categories"));
    back.extend((categories.len() >= 8).then_some("all categories"));
    // The card brand of the same name is on many receipts.
    if out.document_type == DocumentType::Visa && out.labels < 3 {
        out.document_type = DocumentType::Unknown;
    }
    back.sort_unstable();
    back.dedup();
    out.back = back.len();
    // A state's name also stands in addresses; it issues only what AAMVA describes.
    if !matches!(out.document_type, DocumentType::DriverLicense | DocumentType::IdentificationCard) {
        out.state = None;
    }
    if out.state.is_some() {
        out.country = state_country;
    }
    out
}

/// Whether a word is a category of Directive 2006/126/EC.
pub(super) fn is_category(word: &str) -> bool {
    let all = [
        "AM", "A1", "A2", "A", "B1", "B", "C1", "C", "D1", "D", "BE", "C1E", "CE", "D1E", "DE", "T", "L", "M",
    ];
    all.contains(&word)
}

/// The kind of document that a line in normal form names.
pub(super) fn kind(normal: &str) -> DocumentType {
    let joined = normal.replace(' ', "");
    let named = |name: &String| {
        let name = name.as_str();
        has_words(normal, name) || (name.len() >= LONG && joined.contains(&name.replace(' ', "")))
    };
    NAMES.iter().find(|(_, names)| names.iter().any(named)).map_or(DocumentType::Unknown, |k| k.0)
}

fn has_words(normal: &str, words: &str) -> bool {
    normal.match_indices(words).any(|(at, _)| {
        let bytes = normal.as_bytes();
        let before = at == 0 || bytes.get(at - 1) == Some(&b' ');
        before && matches!(bytes.get(at + words.len()), None | Some(b' '))
    })
}
