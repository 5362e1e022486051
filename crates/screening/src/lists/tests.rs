use super::*;

fn data(names: &[&str]) -> Option<Files> {
    let root = bonafide_testkit::data::test_data("sanctions")?;
    let file = |name: &&str| {
        let path = root.join(name);
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).expect("test data"))
    };
    Some(names.iter().map(file).collect())
}

fn counts(format: Format, files: &Files) -> (usize, usize, usize) {
    assert_eq!(recognize(files), Some(format));
    let entries = parse(format, files).unwrap().entries;
    let names = entries.iter().map(|e| e.names.len()).sum();
    let births = entries.iter().filter(|e| !e.births.is_empty()).count();
    (entries.len(), names, births)
}

#[test]
fn real_lists_are_read_to_the_last_row() {
    let Some(sdn) = data(&["ofac_2022-01/sdn.csv", "ofac_2022-01/alt.csv", "ofac_2022-01/add.csv"]) else {
        return;
    };
    let (entries, names, births) = counts(Format::OfacCsv, &sdn);
    assert_eq!(entries, 9044);
    assert!(names > 9044 + 12_000 && births > 4000, "{names} {births}");
    let cons =
        data(&["ofac_cons/cons_prim.csv", "ofac_cons/cons_alt.csv", "ofac_cons/cons_add.csv"]).unwrap();
    assert_eq!(counts(Format::OfacCsv, &cons).0, 442);
    let un = data(&["un_consolidated_2020.xml"]).unwrap();
    let (entries, names, births) = counts(Format::UnXml, &un);
    assert_eq!(entries, 1093);
    assert!(names > 3500 && births > 600, "{names} {births}");
    assert_eq!(parse(Format::UnXml, &un).unwrap().published.as_deref(), Some("2018-10-29"));
    let uk =
        data(&["uk_2026-05/subjects.csv", "uk_2026-05/subject_names.csv", "uk_2026-05/subject_dobs.csv"])
            .unwrap();
    let (entries, names, births) = counts(Format::UkTables, &uk);
    assert_eq!(entries, 6046);
    assert!(names > 12_000 && births > 1000, "{names} {births}");
    let csl = data(&["us_csl_sample.csv"]).unwrap();
    assert_eq!(recognize(&csl), Some(Format::Csv));
}

#[test]
fn half_a_list_is_refused_with_the_line() {
    let Some(un) = data(&["un_consolidated_2020.xml"]) else { return };
    let (name, whole) = un.first_key_value().unwrap();
    for share in [10, 50, 90, 99] {
        let cut = Files::from([(name.clone(), whole[..whole.len() * share / 100].to_vec())]);
        let refused = parse(Format::UnXml, &cut).unwrap_err();
        assert!(refused.line > 1, "{refused}");
    }
    let sdn = data(&["ofac_2022-01/sdn.csv", "ofac_2022-01/alt.csv"]).unwrap();
    // Cut in the middle of a row, and at its end: then the alternate names have no entry any more.
    let primary = &sdn["sdn.csv"];
    let row = primary[..900_000].iter().rposition(|b| *b == b'\n').unwrap() + 1;
    for end in [row + 25, row] {
        let mut cut = sdn.clone();
        cut.insert("sdn.csv".into(), primary[..end].to_vec());
        let refused = parse(Format::OfacCsv, &cut).unwrap_err();
        assert!(refused.line > 1, "{refused}");
    }
}

#[test]
fn moved_columns_are_refused() {
    let files = |text: &str| Files::from([("sdn.csv".to_owned(), text.as_bytes().to_vec())]);
    let good = "36,\"DOE, John\",individual,CUBA,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB 10 Dec 1948; Gender Male.\"\n";
    let parsed = parse(Format::OfacCsv, &files(good)).unwrap();
    assert_eq!(parsed.entries[0].births[0].day, Some(10));
    let moved = format!("{good}individual,37,\"DOE, Jane\",CUBA,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n");
    assert_eq!(parse(Format::OfacCsv, &files(&moved)).unwrap_err().line, 2);
    let missing = format!("{good}37,\"DOE, Jane\",individual\n");
    assert_eq!(parse(Format::OfacCsv, &files(&missing)).unwrap_err().line, 2);
    let header = Files::from([("house.csv".to_owned(), b"nom,id\nDoe,1\n".to_vec())]);
    assert!(parse(Format::Csv, &header).unwrap_err().why.contains("name"));
}

#[test]
fn lists_of_ones_own() {
    let csv = Files::from([(
        "house.csv".to_owned(),
        b"id,type,name,aliases,birth_date,country\n7,person,Ana Eriksson,A. Eriksson; Annie E,1974-08-12,UTO\n".to_vec(),
    )]);
    assert_eq!(recognize(&csv), Some(Format::Csv));
    let entry = parse(Format::Csv, &csv).unwrap().entries.remove(0);
    assert_eq!((entry.id.as_str(), entry.names.len(), entry.births.len()), ("7", 3, 1));
    let ftm = br#"{"id":"x1","schema":"Person","properties":{"name":["Ana Eriksson"],"weakAlias":["Annie"],"birthDate":["1974"]}}
{"id":"x2","schema":"Address","properties":{"full":["Somewhere 1"]}}"#;
    let json = Files::from([("entities.json".to_owned(), ftm.to_vec())]);
    assert_eq!(recognize(&json), Some(Format::JsonLines));
    assert_eq!(parse(Format::JsonLines, &json).unwrap().entries.len(), 1);
    let cut = Files::from([("entities.json".to_owned(), ftm[..150].to_vec())]);
    assert_eq!(parse(Format::JsonLines, &cut).unwrap_err().line, 2);
}

#[test]
fn xml_of_the_treasury_the_union_and_canada() {
    let sdn = r#"<sdnList><publshInformation><Publish_Date>10/01/2026</Publish_Date></publshInformation><sdnEntry><uid>9</uid>
<firstName>Jo&#233;l</firstName><lastName>DOE &amp; SONS</lastName><sdnType>Individual</sdnType><programList><program>SDGT</program></programList>
<akaList><aka><category>weak</category><lastName>JD</lastName></aka></akaList>
<dateOfBirthList><dateOfBirthItem><dateOfBirth>circa 1960</dateOfBirth></dateOfBirthItem></dateOfBirthList></sdnEntry></sdnList>"#;
    let files = |name: &str, text: &str| Files::from([(name.to_owned(), text.as_bytes().to_vec())]);
    let parsed = parse(Format::OfacXml, &files("sdn.xml", sdn)).unwrap();
    assert_eq!(recognize(&files("sdn.xml", sdn)), Some(Format::OfacXml));
    assert_eq!(parsed.entries[0].names[0].text, "Joél DOE & SONS");
    assert_eq!(parsed.published.as_deref(), Some("10/01/2026"));
    let eu = r#"<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-01-02T00:00:00"><sanctionEntity euReferenceNumber="EU.1.2" logicalId="3">
<subjectType code="person" classificationCode="P"/><nameAlias wholeName="Ana Eriksson" gender="F" strong="true"/><nameAlias wholeName="Annie" strong="false"/>
<birthdate birthdate="1974-08-12"/><citizenship countryDescription="UTOPIA"/></sanctionEntity></export>"#;
    assert_eq!(recognize(&files("eu.xml", eu)), Some(Format::EuXml));
    let entry = parse(Format::EuXml, &files("eu.xml", eu)).unwrap().entries.remove(0);
    assert_eq!((entry.names.len(), entry.countries.as_slice()), (2, ["UTOPIA".to_owned()].as_slice()));
    let canada = r#"<data-set><record><Country>Utopia</Country><LastName>Eriksson</LastName><GivenName>Ana</GivenName><Aliases>Annie, A. E.</Aliases>
<DateOfBirthOrShipBuildDate>1974</DateOfBirthOrShipBuildDate><Schedule>1</Schedule><Item>2</Item></record></data-set>"#;
    assert_eq!(recognize(&files("sema.xml", canada)), Some(Format::CanadaXml));
    let entry = parse(Format::CanadaXml, &files("sema.xml", canada)).unwrap().entries.remove(0);
    assert_eq!((entry.id.as_str(), entry.names.len()), ("Utopia-1-2", 3));
}

proptest::proptest! {
    /// Nothing that comes in makes a reader panic.
    #[test]
    fn no_bytes_harm(bytes: Vec<u8>, text in "[<>/a-zA-Z0-9,\";\n =&#]{0,400}") {
        for content in [bytes, text.into_bytes()] {
            for format in [Format::OfacCsv, Format::OfacXml, Format::UnXml, Format::EuXml, Format::UkCsv, Format::UkTables,
                           Format::CanadaXml, Format::Csv, Format::JsonLines] {
                let one = Files::from([("sdn.csv".to_owned(), content.clone())]);
                let _ = parse(format, &one);
                let three = ["subjects.csv", "subject_names.csv", "subject_dobs.csv"].map(|n| (n.to_owned(), content.clone()));
                let _ = parse(format, &Files::from(three));
                let _ = recognize(&one);
            }
        }
    }
}
