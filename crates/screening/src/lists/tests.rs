use super::*;
use crate::{
    entry::{Birth, Gender, Quality},
    names::Kind,
};

#[test]
fn a_format_has_the_word_that_is_stored() {
    for word in [
        "ofac_csv",
        "ofac_xml",
        "ofac_advanced_xml",
        "un_xml",
        "eu_xml",
        "eu_csv",
        "uk_sanctions_csv",
        "uk_sanctions_xml",
        "uk_csv",
        "uk_tables",
        "canada_xml",
        "csv",
        "json_lines",
    ] {
        let stored: Format = serde_json::from_str(&format!("\"{word}\"")).unwrap();
        assert_eq!(stored.as_str(), word);
    }
}

/// Lists as they were published.
fn data(names: &[&str]) -> Files {
    let root = bonafide_testkit::data::test_data("sanctions");
    let file = |name: &&str| {
        let path = root.join(name);
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).expect("test data"))
    };
    names.iter().map(file).collect()
}

/// An invented list in the form of the Security Council, two thirds of it people with a birth date.
fn invented_un(entries: usize) -> Files {
    let entry = |i: usize| match i % 3 {
        0 => format!("<ENTITY><DATAID>{i}</DATAID><FIRST_NAME>HOUSE {i}</FIRST_NAME></ENTITY>\n"),
        _ => format!(
            "<INDIVIDUAL><DATAID>{i}</DATAID><FIRST_NAME>ANNA</FIRST_NAME><SECOND_NAME>ERIKSSON {i}</SECOND_NAME>\
             <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>ANNIE {i}</ALIAS_NAME></INDIVIDUAL_ALIAS>\
             <INDIVIDUAL_DATE_OF_BIRTH><YEAR>{}</YEAR></INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>\n",
            1950 + i % 50
        ),
    };
    let all: String = (0..entries).map(entry).collect();
    let head = "<?xml version=\"1.0\"?>\n<CONSOLIDATED_LIST dateGenerated=\"2026-10-29T18:00:00\">\n";
    Files::from([("un.xml".to_owned(), format!("{head}{all}</CONSOLIDATED_LIST>\n").into_bytes())])
}

/// Invented files in the form of the Treasury: every entry has one more name.
fn invented_sdn(entries: usize) -> Files {
    let primary = (1..=entries).map(|i| {
        format!(
            "{i},\"ERIKSSON {i}, Anna\",individual,UTOPIA,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB 10 Dec 1948.\"\n"
        )
    });
    let alt = (1..=entries).map(|i| format!("{i},{i},\"aka\",\"ANNIE {i}\",-0- \n"));
    let (primary, alt): (String, String) = (primary.collect(), alt.collect());
    Files::from([("sdn.csv".to_owned(), primary.into_bytes()), ("alt.csv".to_owned(), alt.into_bytes())])
}

fn counts(format: Format, files: &Files) -> (usize, usize, usize) {
    assert_eq!(recognize(files), Some(format));
    let entries = parse(format, files).unwrap().entries;
    let names = entries.iter().map(|e| e.names.len()).sum();
    let births = entries.iter().filter(|e| !e.births.is_empty()).count();
    (entries.len(), names, births)
}

/// Forms of the Security Council's list of 2020.
#[test]
fn a_date_in_a_note_is_read_and_what_is_none_is_not() {
    let birth = |said: &str| {
        let entry = format!(
            "<CONSOLIDATED_LIST dateGenerated=\"2026-10-29T18:00:00\"><INDIVIDUAL><DATAID>1</DATAID>\
             <FIRST_NAME>ANNA</FIRST_NAME><INDIVIDUAL_DATE_OF_BIRTH>{said}</INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>\
             </CONSOLIDATED_LIST>"
        );
        let files = Files::from([("un.xml".to_owned(), entry.into_bytes())]);
        parse(Format::UnXml, &files).unwrap().entries[0].births.clone()
    };
    let of = |from, to, month, day| vec![Birth { from, to, month, day }];
    for (said, expected) in [
        ("<NOTE>Nov. 1973</NOTE>", of(1973, 1973, Some(11), None)),
        ("<NOTE>August 1961</NOTE>", of(1961, 1961, Some(8), None)),
        ("<NOTE>Sep.</NOTE><YEAR>1958</YEAR>", of(1958, 1958, Some(9), None)),
        ("<NOTE>Between Aug. and Sep. 1977</NOTE>", of(1977, 1977, None, None)),
        ("<NOTE>Approximately</NOTE><YEAR>1958</YEAR>", of(1957, 1959, None, None)),
        (
            "<NOTE>Approximately</NOTE><FROM_YEAR>1955</FROM_YEAR><TO_YEAR>1958</TO_YEAR>",
            of(1955, 1958, None, None),
        ),
        ("<NOTE>from false passport</NOTE><DATE>1979-03-03</DATE>", of(1979, 1979, Some(3), Some(3))),
        ("<NOTE>marriage certificate</NOTE><YEAR>1979</YEAR>", of(1979, 1979, None, None)),
        ("<NOTE>24/06/1402 (Hijri Calendar)</NOTE>", vec![]),
        ("<NOTE>30-35 years old</NOTE>", vec![]),
        ("<TYPE_OF_DATE></TYPE_OF_DATE>", vec![]),
    ] {
        assert_eq!(birth(said), expected, "{said}");
    }
}

#[test]
fn invented_lists_are_read_to_the_last_row() {
    assert_eq!(counts(Format::UnXml, &invented_un(900)), (900, 1500, 600));
    assert_eq!(counts(Format::OfacCsv, &invented_sdn(900)), (900, 1800, 900));
}

#[test]
#[ignore = "needs real data: sanctions"]
fn real_lists_are_read_to_the_last_row() {
    let sdn = data(&["ofac_2022-01/sdn.csv", "ofac_2022-01/alt.csv", "ofac_2022-01/add.csv"]);
    let (entries, names, births) = counts(Format::OfacCsv, &sdn);
    assert_eq!(entries, 9044);
    assert!(names > 9044 + 12_000 && births > 4000, "{names} {births}");
    let cons = data(&["ofac_cons/cons_prim.csv", "ofac_cons/cons_alt.csv", "ofac_cons/cons_add.csv"]);
    assert_eq!(counts(Format::OfacCsv, &cons).0, 442);
    let un = data(&["un_consolidated_2020.xml"]);
    let (entries, names, births) = counts(Format::UnXml, &un);
    assert_eq!(entries, 1093);
    assert!(names > 3500 && births > 600, "{names} {births}");
    assert_eq!(parse(Format::UnXml, &un).unwrap().published.as_deref(), Some("2018-10-29"));
    let uk =
        data(&["uk_2026-05/subjects.csv", "uk_2026-05/subject_names.csv", "uk_2026-05/subject_dobs.csv"]);
    let (entries, names, births) = counts(Format::UkTables, &uk);
    assert_eq!(entries, 6046);
    assert!(names > 12_000 && births > 1000, "{names} {births}");
    let csl = data(&["us_csl_sample.csv"]);
    assert_eq!(recognize(&csl), Some(Format::Csv));
}

#[test]
fn half_a_list_is_refused_with_the_line() {
    half_is_refused(&invented_un(900), &invented_sdn(20_000));
}

#[test]
#[ignore = "needs real data: sanctions"]
fn half_a_real_list_is_refused_with_the_line() {
    half_is_refused(
        &data(&["un_consolidated_2020.xml"]),
        &data(&["ofac_2022-01/sdn.csv", "ofac_2022-01/alt.csv"]),
    );
}

fn half_is_refused(un: &Files, sdn: &Files) {
    let (name, whole) = un.first_key_value().unwrap();
    for share in [10, 50, 90, 99] {
        let cut = Files::from([(name.clone(), whole[..whole.len() * share / 100].to_vec())]);
        let refused = parse(Format::UnXml, &cut).unwrap_err();
        assert!(refused.line > 1, "{refused}");
    }
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

/// One file as a list.
fn file(name: &str, text: &str) -> Files {
    Files::from([(name.to_owned(), text.as_bytes().to_vec())])
}

const ADVANCED: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="https://example.org/ADVANCED_XML"><DateOfIssue CalendarTypeID="1"><Year>2026</Year><Month>9</Month><Day>3</Day></DateOfIssue>
<ReferenceValueSets>
<PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType><PartyType ID="4">Transport</PartyType></PartyTypeValues>
<PartySubTypeValues><PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType><PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType></PartySubTypeValues>
<NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType></NamePartTypeValues>
<ScriptValues><Script ID="215">Latin</Script><Script ID="220">Cyrillic</Script></ScriptValues>
<FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType><FeatureType ID="10">Nationality Country</FeatureType><FeatureType ID="224">Gender</FeatureType></FeatureTypeValues>
<DetailReferenceValues><DetailReference ID="91527">Female</DetailReference></DetailReferenceValues>
<CountryValues><Country ID="11" ISO2="UT">Utopia</Country></CountryValues>
<SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType></SanctionsTypeValues>
</ReferenceValueSets>
<Locations><Location ID="50"><LocationCountry CountryID="11"/></Location></Locations>
<IDRegDocuments><IDRegDocument ID="9" IDRegDocTypeID="1571" IdentityID="70"><IDRegistrationNo>L898902C3</IDRegistrationNo></IDRegDocument></IDRegDocuments>
<DistinctParties>
<DistinctParty FixedRef="7"><Profile ID="7" PartySubTypeID="4"><Identity ID="70" Primary="true" False="false">
<Alias AliasTypeID="1400" Primary="false" LowQuality="true"><DocumentedName><DocumentedNamePart><NamePartValue ScriptID="215">Annie</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<Alias AliasTypeID="1403" Primary="true" LowQuality="false">
<DocumentedName><DocumentedNamePart><NamePartValue NamePartGroupID="1" ScriptID="220">Эрикссон</NamePartValue></DocumentedNamePart></DocumentedName>
<DocumentedName><DocumentedNamePart><NamePartValue NamePartGroupID="1" ScriptID="215">ERIKSSON</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue NamePartGroupID="2" ScriptID="215">Anna Maria</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<NamePartGroups><MasterNamePartGroup><NamePartGroup ID="1" NamePartTypeID="1520"/></MasterNamePartGroup><MasterNamePartGroup><NamePartGroup ID="2" NamePartTypeID="1521"/></MasterNamePartGroup></NamePartGroups></Identity>
<Feature ID="1" FeatureTypeID="8"><FeatureVersion ID="1"><DatePeriod CalendarTypeID="1"><Start Approximate="false"><From><Year>1974</Year><Month>8</Month><Day>12</Day></From><To><Year>1974</Year><Month>8</Month><Day>12</Day></To></Start><End Approximate="false"><From><Year>1974</Year><Month>8</Month><Day>12</Day></From><To><Year>1974</Year><Month>8</Month><Day>12</Day></To></End></DatePeriod></FeatureVersion></Feature>
<Feature ID="2" FeatureTypeID="10"><FeatureVersion ID="2"><VersionLocation LocationID="50"/></FeatureVersion></Feature>
<Feature ID="3" FeatureTypeID="224"><FeatureVersion ID="3"><VersionDetail DetailTypeID="1431" DetailReferenceID="91527"/></FeatureVersion></Feature>
</Profile></DistinctParty>
<DistinctParty FixedRef="8"><Profile ID="8" PartySubTypeID="1"><Identity ID="80" Primary="true"><Alias Primary="true"><DocumentedName><DocumentedNamePart><NamePartValue ScriptID="215">SEA QUEEN</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity></Profile></DistinctParty>
</DistinctParties>
<SanctionsEntries><SanctionsEntry ID="1" ProfileID="7" ListID="1550"><SanctionsMeasure ID="1" SanctionsTypeID="1"><Comment>SDGT</Comment></SanctionsMeasure></SanctionsEntry>
<SanctionsEntry ID="2" ProfileID="8" ListID="1550"/></SanctionsEntries></Sanctions>"#;

#[test]
fn the_advanced_form_of_the_treasury() {
    let files = file("sdn_advanced.xml", ADVANCED);
    assert_eq!(recognize(&files), Some(Format::OfacAdvancedXml));
    let parsed = parse(Format::OfacAdvancedXml, &files).unwrap();
    assert_eq!((parsed.published.as_deref(), parsed.warnings.len()), (Some("2026-09-03"), 0));
    let [person, ship] = parsed.entries.as_slice() else { panic!("two entries") };
    let names: Vec<_> = person.names.iter().map(|n| (n.text.as_str(), n.quality)).collect();
    assert_eq!(
        names,
        [("Anna Maria ERIKSSON", Quality::Main), ("Annie", Quality::Weak), ("Эрикссон", Quality::Alias)]
    );
    assert_eq!(
        (person.id.as_str(), person.births[0].day, person.gender),
        ("7", Some(12), Some(Gender::Female))
    );
    assert_eq!(
        (&person.countries[0], &person.numbers[0], &person.programs[0]),
        (&"UTOPIA".into(), &"L898902C3".into(), &"SDGT".into())
    );
    assert_eq!((ship.kind, ship.names[0].text.as_str()), (Kind::Vessel, "SEA QUEEN"));
}

#[test]
fn pieces_of_the_advanced_form_are_refused() {
    let refused = |text: &str| parse(Format::OfacAdvancedXml, &file("a.xml", text)).unwrap_err();
    for share in [10, 40, 60, 80, 99] {
        assert!(
            refused(ADVANCED.get(..ADVANCED.floor_char_boundary(ADVANCED.len() * share / 100)).unwrap()).line
                > 1
        );
    }
    let without = |from: &str, to: &str| {
        let (start, end) = (ADVANCED.find(from).unwrap(), ADVANCED.find(to).unwrap());
        format!("{}{}", &ADVANCED[..start], &ADVANCED[end..])
    };
    // The tables after the parties that need them, a party that is sanctioned and not there, no sanctions at all.
    let early = refused(&without("<ReferenceValueSets>", "<Locations>"));
    assert!(early.line > 3 && early.why.contains("reference tables"), "{early}");
    let missing = refused(&without("<DistinctParty FixedRef=\"8\"", "</DistinctParties>"));
    assert!(missing.line > 20 && missing.why.contains("parties are missing"), "{missing}");
    assert!(refused(&without("<SanctionsEntries>", "</Sanctions>")).why.contains("sanctions"));
}

#[test]
fn the_union_s_tables_of_both_versions() {
    let newer = "\u{feff}fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_SubjectType;Entity_Regulation_Programme;NameAlias_LastName;NameAlias_FirstName;NameAlias_MiddleName;NameAlias_WholeName;NameAlias_Gender;Address_CountryDescription;BirthDate_BirthDate;BirthDate_Year;BirthDate_Circa;Identification_Number;Citizenship_CountryDescription
02/09/2026;13;EU.27.28;P;TERR;Eriksson;Anna;;Anna Eriksson;F;;;;;;
02/09/2026;13;EU.27.28;P;TERR;;;;\"Annie; the \"\"Great\"\"\";F;;;;;;
02/09/2026;13;EU.27.28;P;TERR;;;;;;;1974-08-12;1974;false;;
02/09/2026;13;EU.27.28;P;TERR;;;;;;;;;;L898902C3;UTOPIA
02/09/2026;42;EU.11.3;E;SYR;TRADING;ALPHA;;;;UTOPIA;;;;;
";
    assert_eq!(recognize(&file("eu.csv", newer)), Some(Format::EuCsv));
    let parsed = parse(Format::EuCsv, &file("eu.csv", newer)).unwrap();
    assert_eq!(parsed.published.as_deref(), Some("02/09/2026"));
    let [person, firm] = parsed.entries.as_slice() else { panic!("two entries") };
    assert_eq!((person.id.as_str(), person.names.len(), person.births.len()), ("EU.27.28", 2, 1));
    assert_eq!(
        (person.names[1].text.as_str(), person.gender),
        ("Annie; the \"Great\"", Some(Gender::Female))
    );
    assert_eq!((person.numbers.len(), person.countries.len(), person.programs.len()), (1, 1, 1));
    assert_eq!((firm.kind, firm.names[0].text.as_str()), (Kind::Organization, "ALPHA TRADING"));
    let older = "Date_file;Entity_logical_id;Subject_type;Programme;Naal_logical_id;Entity_logical_id;Naal_wholename;Naal_gender;Birt_date;Iden_number;Citi_country;EU_ref_num
02/09/2026;13;P;TERR;5;13;Anna Eriksson;F;;;;EU.27.28
02/09/2026;13;P;TERR;;;;;1974-08-12;L898902C3 (passport);UTO;EU.27.28
";
    assert_eq!(recognize(&file("eu.csv", older)), Some(Format::EuCsv));
    let person = parse(Format::EuCsv, &file("eu.csv", older)).unwrap().entries.remove(0);
    assert_eq!(
        (person.id.as_str(), person.numbers[0].as_str(), person.births.len()),
        ("EU.27.28", "L898902C3", 1)
    );
    // Cut in a row, columns moved, names gone.
    let refused = |text: &str| parse(Format::EuCsv, &file("eu.csv", text)).unwrap_err();
    assert_eq!(refused(&newer[..newer.len() - 6]).line, 6);
    assert_eq!(refused(&older.replace("13;P;TERR;;", "P;13;TERR;;")).line, 3);
    assert!(refused(&newer.replace("Entity_SubjectType", "Type")).why.contains("entity_subjecttype"));
    assert!(refused(&newer.replace("TRADING;ALPHA", ";")).line == 6);
}

/// One file of a list.
fn one(name: &str, text: &str) -> Files {
    Files::from([(name.to_owned(), text.as_bytes().to_vec())])
}

fn names(entry: &Entry) -> Vec<(&str, Quality)> {
    entry.names.iter().map(|n| (n.text.as_str(), n.quality)).collect()
}

/// The UK Sanctions List in the form of 28 January 2026, after the one of the Treasury had ended.
#[test]
fn the_uk_sanctions_list_as_a_table() {
    let text = "\
Report Date: 13-Feb-2026
Last Updated,Unique ID,OFSI Group ID,Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Name type,Alias strength,Name non-latin script,\
Regime Name,Designation Type,Sanctions Imposed,Other Information,Address Country,D.O.B,Nationality(/ies),Passport number,Gender,IMO number
12/01/2026,UTO0001,91001,DRAGUNOVSKI,PETR,,,,,Primary Name Variation,,,The Utopia Regulations,Individual,,,,dd/mm/1963,Cyprus,,Male,
12/01/2026,UTO0001,91001,DRAGUNOVSKY,PYOTR,ILYICH,,,,,,Драгуновский Пётр,The Utopia Regulations,Individual,Asset freeze|Travel Ban,,,14/03/1962,Russia,755512345,Male,
12/01/2026,UTO0001,91001,Petya,,,,,,ALias,Low quality a.k.a,,The Utopia Regulations,Individual,,,,15/08/19yy,,,,
04/02/2026,UTO0002,91001,\"NORTHERN HERON TRADING, LLC\",,,,,,Primary name,,,The Utopia Regulations,Entity,,\"Listed for support,
second line\",United Arab Emirates,,,,,
04/02/2026,UTO0003,,SEA LANTERN,,,,,,Primary Name,,,The Utopia Regulations,Ship,,,,,,,,IMO9000001
";
    let file = one("UK-Sanctions-List.csv", text);
    assert_eq!(recognize(&file), Some(Format::UkSanctionsCsv));
    let Parsed { entries, published, .. } = parse(Format::UkSanctionsCsv, &file).unwrap();
    assert_eq!(published.as_deref(), Some("2026-02-13"));
    let [person, house, ship] = entries.as_slice() else { panic!("{entries:?}") };
    let named = [
        ("PYOTR ILYICH DRAGUNOVSKY", Quality::Main),
        ("PETR DRAGUNOVSKI", Quality::Alias),
        ("Драгуновский Пётр", Quality::Alias),
        ("Petya", Quality::Weak),
    ];
    assert_eq!(names(person), named);
    assert_eq!(person.births, ["1963", "14/03/1962"].map(|b| Birth::parse(b).unwrap()));
    assert_eq!(
        (person.gender, person.numbers.as_slice()),
        (Some(Gender::Male), &["755512345".to_owned()][..])
    );
    assert_eq!(person.programs, ["The Utopia Regulations", "Asset freeze", "Travel Ban"]);
    assert_eq!((house.id.as_str(), house.kind), ("UTO0002", Kind::Organization));
    assert_eq!(names(house), [("NORTHERN HERON TRADING, LLC", Quality::Main)]);
    assert_eq!((ship.kind, ship.numbers.as_slice()), (Kind::Vessel, &["9000001".to_owned()][..]));

    let refused = |text: &str| parse(Format::UkSanctionsCsv, &one("uk.csv", text)).unwrap_err();
    assert_eq!(refused(&text[..text.len() - 20]).line, 8);
    assert!(refused(&text.replace("Alias strength", "Strength")).why.contains("alias strength"));
    assert_eq!(refused(&text.replace(",Ship,", ",,Ship")).line, 8);
}

#[test]
fn the_uk_sanctions_list_as_xml() {
    let text = "<?xml version=\"1.0\"?>
<Designations>
  <DateGenerated>10/06/2026</DateGenerated>
  <Designation>
    <UniqueID>UTO0001</UniqueID>
    <Names>
      <Name><Name1>Marta</Name1><Name6>LINDKVISTOVA</Name6><NameType>Primary Name Variation</NameType></Name>
      <Name><Name1>Marta</Name1><Name2>Elina</Name2><Name6>LINDQVISTOVA</Name6><NameType>Primary name</NameType></Name>
      <Name><Name6>Martusha</Name6><NameType>ALias</NameType><AliasStrength>Low quality a.k.a</AliasStrength></Name>
    </Names>
    <NonLatinNames><NonLatinName><NameNonLatinScript>Марта Линдквистова</NameNonLatinScript></NonLatinName></NonLatinNames>
    <RegimeName>The Utopia Regulations</RegimeName>
    <IndividualEntityShip>Individual</IndividualEntityShip>
    <SanctionsImposed>Asset freeze|Travel Ban</SanctionsImposed>
    <IndividualDetails><Individual>
      <DOBs><DOB>dd/mm/1965</DOB><DOB>dd/05/1965</DOB></DOBs>
      <Nationalities><Nationality>Russia</Nationality></Nationalities>
      <PassportDetails><Passport><PassportNumber>L0000001</PassportNumber></Passport></PassportDetails>
      <Genders><Gender>Female</Gender></Genders>
    </Individual></IndividualDetails>
  </Designation>
  <Designation>
    <UniqueID>UTO0003</UniqueID>
    <Names><Name><Name6>EXAMPLE STAR</Name6><NameType/></Name></Names>
    <IndividualEntityShip>Ship</IndividualEntityShip>
    <ShipDetails><Ship><IMONumbers><IMONumber>9999999</IMONumber></IMONumbers></Ship></ShipDetails>
  </Designation>
</Designations>
";
    let file = one("UK-Sanctions-List.xml", text);
    assert_eq!(recognize(&file), Some(Format::UkSanctionsXml));
    let Parsed { entries, published, .. } = parse(Format::UkSanctionsXml, &file).unwrap();
    assert_eq!(published.as_deref(), Some("2026-06-10"));
    let [person, ship] = entries.as_slice() else { panic!("{entries:?}") };
    let named = [
        ("Marta Elina LINDQVISTOVA", Quality::Main),
        ("Marta LINDKVISTOVA", Quality::Alias),
        ("Martusha", Quality::Weak),
        ("Марта Линдквистова", Quality::Alias),
    ];
    assert_eq!(names(person), named);
    assert_eq!(person.births.len(), 2);
    assert_eq!((person.numbers[0].as_str(), person.countries[0].as_str()), ("L0000001", "RUSSIA"));
    assert_eq!((ship.kind, ship.numbers[0].as_str()), (Kind::Vessel, "9999999"));
    let refused = |text: &str| parse(Format::UkSanctionsXml, &one("uk.xml", text)).unwrap_err();
    assert!(refused(text.trim_end().trim_end_matches("</Designations>")).why.contains("cut off"));
    assert_eq!(refused(&text.replace("<UniqueID>UTO0003</UniqueID>", "")).line, 22);
}

/// Canada's list before and after its elements were renamed on 24 August 2026.
#[test]
fn canadas_list_in_one_language_and_in_two() {
    let before = "<data-set>
<record><Country>Utopia</Country><LastName>AL-TURABI</LastName><GivenName>Yasin Harun</GivenName>\
<Aliases>Al-Turabi, Muhammed; Yasin Abu Harun</Aliases><DateOfBirth>1971-05-03</DateOfBirth><Schedule>1</Schedule><Item>1</Item></record>
<record><Country>Utopia</Country><EntityOrShip>Heron House</EntityOrShip>\
<Aliases>Russian: Дом; Heron Trading, LLC; Heron One, Heron Two</Aliases><Schedule>1</Schedule><Item>2</Item></record>
</data-set>";
    let mut after = before.replace("Utopia", "Utopia / Utopie");
    for (english, french) in [
        ("Country", "Pays"),
        ("LastName", "NomDeFamille"),
        ("GivenName", "Prenom"),
        ("EntityOrShip", "EntiteOuNavire"),
        ("Aliases", "Alias"),
        ("DateOfBirth", "DateDeNaissance"),
        ("Schedule", "Annexe"),
        ("Item", "NumeroDarticle"),
    ] {
        after = after.replace(&format!("{english}>"), &format!("{english}-{french}>"));
    }
    let read = |text: &str| {
        let file = one("sema-lmes.xml", text);
        assert_eq!(recognize(&file), Some(Format::CanadaXml));
        parse(Format::CanadaXml, &file).unwrap().entries
    };
    let entries = read(before);
    assert_eq!(entries, read(&after));
    let texts = |entry: &Entry| entry.names.iter().map(|n| n.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&entries[0]), ["Yasin Harun AL-TURABI", "Muhammed Al-Turabi", "Yasin Abu Harun"]);
    assert_eq!(texts(&entries[1]), ["Heron House", "Дом", "Heron Trading LLC", "Heron One", "Heron Two"]);
    assert_eq!((entries[0].id.as_str(), entries[0].births.len()), ("Utopia-1-1", 1));
    let nameless = after.replace("LastName-", "Name-").replace("GivenName-", "Given-");
    assert_eq!(parse(Format::CanadaXml, &one("c.xml", &nameless)).unwrap_err().line, 2);
}

/// The EU's list of version 1.1: what stands in attributes that are seldom set.
#[test]
fn what_the_eu_says_beside_the_date_and_the_name() {
    let entity = |id: u8, inside: &str| {
        format!(
            "<sanctionEntity euReferenceNumber=\"EU.{id}\"><subjectType code=\"person\"/>\
             <nameAlias wholeName=\"Marta Lind\" strong=\"true\"/>{inside}</sanctionEntity>"
        )
    };
    let inside = [
        "<birthdate circa=\"true\" calendarType=\"GREGORIAN\" year=\"1957\"/>",
        "<birthdate circa=\"false\" calendarType=\"GREGORIAN\" monthOfYear=\"8\" year=\"1961\"/>",
        "<birthdate circa=\"false\" calendarType=\"ETHIOPIC\" year=\"1957\"/>",
        "<birthdate circa=\"false\" calendarType=\"GREGORIAN\" yearRangeTo=\"1980\"/>",
        "<nameAlias wholeName=\"Martusha\" strong=\"true\"><remark>Low quality alias</remark></nameAlias>\
         <identification knownFalse=\"true\" number=\"X7654321\"/><identification knownFalse=\"false\" number=\"X1234567\"/>",
    ];
    let all: String = (1..).zip(inside).map(|(id, inside)| entity(id, inside)).collect();
    let text = format!("<export xmlns=\"http://eu.europa.ec/fpi/fsd/export\">{all}</export>");
    let file = one("eu.xml", &text);
    assert_eq!(recognize(&file), Some(Format::EuXml));
    let entries = parse(Format::EuXml, &file).unwrap().entries;
    let births: Vec<_> = entries.iter().map(|e| e.births.first().map(|b| (b.from, b.to, b.month))).collect();
    let expected =
        [Some((1956, 1958, None)), Some((1961, 1961, Some(8))), None, Some((1900, 1980, None)), None];
    assert_eq!(births, expected);
    assert_eq!(names(&entries[4]), [("Marta Lind", Quality::Main), ("Martusha", Quality::Weak)]);
    assert_eq!(entries[4].numbers, ["X1234567"]);
}

/// Remarks of the Treasury that end at 1,000 characters and go on in a file of their own, and numbers of every kind.
#[test]
fn the_treasurys_remarks_to_their_end() {
    let row = |remarks: &str| {
        format!(
            "90001,\"HOLLOWAY, Ivor\",\"individual\",\"CYBER2\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"{remarks}\"\n"
        )
    };
    let files = |comments: &str| {
        let sdn = row("DOB 17 Mar 1984; Phone Number 4412345678; alt. D");
        [("sdn.csv", sdn.as_str()), ("sdn_comments.csv", comments)]
            .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
            .into()
    };
    let comment = "90001,\"OB 17 Mar 1985; Passport L0000009 (Utopia); a.k.a. 'GRIMFOX'.\"\n\u{1a}";
    let entry = parse(Format::OfacCsv, &files(comment)).unwrap().entries.remove(0);
    assert_eq!(entry.births.len(), 2);
    assert_eq!(names(&entry), [("HOLLOWAY, Ivor", Quality::Main), ("GRIMFOX", Quality::Weak)]);
    assert_eq!(entry.numbers, ["L0000009"]);
    let refused = parse(Format::OfacCsv, &files(&comment.replace("90001", "90002"))).unwrap_err();
    assert_eq!((refused.file.as_str(), refused.line), ("sdn_comments.csv", 1));

    let remarks = "C.U.R.P. LIXM850906MDFXXR03 (Mexico); R.F.C. LIXM850906AB1 (Mexico); Cedula No. 10234567 (Colombia); \
                   Tax ID No. 771234567890 (Russia); D.N.I. 12345678 (Argentina); Secondary sanctions risk: section 1245; \
                   Digital Currency Address - XBT 1Example0001.";
    let entry = parse(Format::OfacCsv, &one("sdn.csv", &row(remarks))).unwrap().entries.remove(0);
    let numbers = ["LIXM850906MDFXXR03", "LIXM850906AB1", "10234567", "771234567890", "12345678"];
    assert_eq!(entry.numbers, numbers);
}

/// Tables of everything there is have rows that bear no name; in a list of one's own such a row is a slip.
#[test]
fn rows_of_tables_that_are_nobody() {
    let text = "\"id\",\"schema\",\"name\",\"identifiers\"
\"NK-1\",\"Person\",\"Viktor Hrynko\",\"\"
\"NK-2\",\"CryptoWallet\",\"bc1qexample\",\"\"
\"NK-3\",\"Security\",\"UTOPIA 5.5% 2031\",\"XS0000000001\"
\"NK-4\",\"Vessel\",\"SEA LANTERN\",\"IMO9000001\"
";
    let entries = parse(Format::Csv, &one("targets.simple.csv", text)).unwrap().entries;
    assert_eq!(entries.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["NK-1", "NK-4"]);
    let own = text.replace("schema", "type");
    assert_eq!(parse(Format::Csv, &one("own.csv", &own)).unwrap_err().line, 3);
}

proptest::proptest! {
    /// Nothing that comes in makes a reader panic.
    #[test]
    fn no_bytes_harm(bytes: Vec<u8>, text in "[<>/a-zA-Z0-9,\";\n =&#]{0,400}") {
        for content in [bytes, text.into_bytes()] {
            for format in [Format::OfacCsv, Format::OfacXml, Format::OfacAdvancedXml, Format::UnXml, Format::EuXml,
                           Format::EuCsv, Format::UkSanctionsCsv, Format::UkSanctionsXml, Format::UkCsv, Format::UkTables, Format::CanadaXml, Format::Csv, Format::JsonLines] {
                let one = Files::from([("sdn.csv".to_owned(), content.clone())]);
                let _ = parse(format, &one);
                let three = ["subjects.csv", "subject_names.csv", "subject_dobs.csv"].map(|n| (n.to_owned(), content.clone()));
                let _ = parse(format, &Files::from(three));
                let _ = recognize(&one);
            }
        }
    }
}
