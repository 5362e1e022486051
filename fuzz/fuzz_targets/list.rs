//! A file as a list to screen against, in every form.
#![no_main]

use bonafide_screening::lists::{Files, Format, parse, recognize};
use libfuzzer_sys::fuzz_target;

const FORMATS: [Format; 11] = [
    Format::OfacCsv,
    Format::OfacXml,
    Format::OfacAdvancedXml,
    Format::UnXml,
    Format::EuXml,
    Format::EuCsv,
    Format::UkCsv,
    Format::UkTables,
    Format::CanadaXml,
    Format::Csv,
    Format::JsonLines,
];

fuzz_target!(|bytes: &[u8]| {
    let one = Files::from([("sdn.csv".to_owned(), bytes.to_vec())]);
    let _ = recognize(&one);
    // Several files in one: parts are separated by a byte that no list contains.
    let parts: Vec<&[u8]> = bytes.splitn(3, |b| *b == 0).collect();
    let names = ["subjects.csv", "subject_names.csv", "subject_dobs.csv"];
    let three: Files = names.iter().zip(&parts).map(|(n, b)| ((*n).to_owned(), b.to_vec())).collect();
    for format in FORMATS {
        for files in [&one, &three] {
            if let Ok(list) = parse(format, files) {
                assert!(list.entries.iter().all(|e| !e.names.is_empty()), "an entry without a name");
            }
        }
    }
});
