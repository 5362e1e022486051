use bonafide_core::{
    document::{FieldName, Side, Source},
    evidence::EvidenceKind,
    report::{Agreement, Fact, LONGEST_SIDE, Line, Read, Report, Undrawn},
    verification::Status,
};
use typst::layout::{Frame, FrameItem};

use super::{
    comemo, draw, render,
    sample::{approved, declined},
};

/// The text of each page, as its pieces come.
fn text(report: &Report) -> Vec<String> {
    let (document, _) = draw(report).expect("pages");
    comemo::evict(0);
    document
        .pages()
        .iter()
        .map(|page| {
            let mut text = String::new();
            collect(&page.frame, &mut text);
            text
        })
        .collect()
}

fn collect(frame: &Frame, text: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect(&group.frame, text),
            FrameItem::Text(piece) => {
                text.push_str(&piece.text);
                text.push(' ');
            }
            _ => {}
        }
    }
}

/// Without spaces: where lines break does not matter.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200B}').collect()
}

fn says(pages: &[String], wanted: &str) -> bool {
    squeezed(&pages.concat()).contains(&squeezed(wanted))
}

fn holds(file: &[u8], wanted: &str) -> bool {
    file.windows(wanted.len()).any(|part| part == wanted.as_bytes())
}

/// A report of somebody who is called this.
fn named(names: &[&str]) -> Report {
    let fact = |name: &&str| Fact {
        name: FieldName::LastName,
        declared: Some((*name).to_owned()),
        read: vec![Read { value: (*name).to_owned(), source: Source::Visual, side: Side::Front }],
        agreement: Agreement::Agree,
    };
    Report {
        pictures: vec![],
        organization: names.concat(),
        facts: names.iter().map(fact).collect(),
        ..declined()
    }
}

#[test]
fn a_reader_finds_the_decision_and_its_reasons_first() {
    let pages = text(&declined());
    let first = squeezed(&pages[0]);
    let places = [
        "Declined",
        "Decidedbythechecks",
        "Whyitwasdeclined",
        "Facematchfailed",
        "Theverification",
        "Declaredandread",
    ]
    .map(|wanted| first.find(wanted).unwrap_or_else(|| panic!("{wanted} is not on the first page: {first}")));
    assert!(places.is_sorted(), "{places:?}");
    for wanted in [
        "Example Bank plc",
        "Verification 01k97fqt08dn6a687jcqnxd1b6",
        "customer-4711",
        "ANNA MARIA ERIKSSON, born 1974-08-12",
        "Passport, issued by UTO",
        "2026-06-01 12:02:32 UTC",
        "L898902C3 (machine readable zone, front)",
        "L898902C8 (printed, front)",
        "Differs",
        "12 High Street, Zenith, 10115, UT",
        "Score 0.58; 0.75 or more was needed.",
        "Similarity 0.31; from 0.50 on they are taken for one person's.",
        "The selfie and the portrait on the document show different people.",
        "Front of the document, given on 2026-06-01 12:01:30 UTC",
        "Selfie",
        "Not assessed",
        "Page 1 of",
        "Evidence given",
    ] {
        assert!(says(&pages, wanted), "{wanted}: {pages:#?}");
    }
    assert!(!says(&pages, "Remarks") && !says(&pages, "Sandbox"));
}

#[test]
fn a_reviewers_word_comes_before_what_the_checks_had_found() {
    let first = squeezed(&text(&approved()).concat());
    let places = [
        "Approved",
        "Decidedbythereviewerreviewers-key",
        "Confirmedotherwise",
        "Whatthecheckshadfound",
        "Facematchfailed",
    ]
    .map(|wanted| first.find(wanted).unwrap_or_else(|| panic!("{wanted}: {first}")));
    assert!(places.is_sorted(), "{places:?}");
    assert!(first.contains("Calledheratthebank"));
}

#[test]
fn the_file_is_tagged_and_says_what_it_is() {
    let report = declined();
    let file = render(&report).expect("a file");
    assert!(file.starts_with(b"%PDF-1.7") && holds(&file, "%%EOF"));
    for wanted in [
        "/StructTreeRoot",
        "/Marked true",
        "/DisplayDocTitle true",
        "/Lang(en)",
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "Report of verification 01k97fqt08dn6a687jcqnxd1b6",
        "2026-06-01T12:02:32",
    ] {
        assert!(holds(&file, wanted), "{wanted}");
    }
    // One state of a verification makes one file.
    assert_eq!(render(&report).expect("a file"), file);
    assert_ne!(render(&approved()).expect("a file"), file);
}

#[test]
fn requirement_23_text_of_people_is_shown_and_never_read_as_markup() {
    let names = [
        "#panic(\"x\") #sys.version",
        "*bold* _thin_ `raw` $x^2$",
        "<label> @reference \\ // gone /* gone */",
        "= Heading - item + item / term: text",
        "]}#{[ \"quoted\" 'single' --- ...",
        "#image(\"/etc/passwd\") #read(\"report.typ\")",
        "https://example.com/ ~ \\u{41}",
    ];
    let pages = text(&named(&names));
    for name in names {
        assert!(says(&pages, name), "{name}: {pages:#?}");
    }
    assert!(render(&named(&names)).is_ok());
}

#[test]
fn scripts_that_the_fonts_have_are_drawn() {
    for name in [
        "Łukasz Żółć-Đặng",
        "Ελένη",
        "Наталія Їжак",
        "שרה כהן",
        "محمد الأحمد",
        "Հայկ Երևանցի",
        "ნინო",
        "Ñandú Åse",
    ] {
        let report = named(&[name]);
        let pages = text(&report);
        assert!(says(&pages, name), "{name}: {pages:#?}");
        assert!(!pages.concat().contains('□'), "{name}");
        assert!(render(&report).is_ok(), "{name}");
    }
}

#[test]
fn what_no_font_has_is_seen_to_be_missing() {
    for name in ["王小明", "さくら", "สมชาย", "कमला", "김철수", "👩‍🚀", "a\u{202E}b", "\u{E000}", "\u{10FFFF}"]
    {
        let report = named(&[name]);
        let pages = text(&report);
        assert!(says(&pages, "□"), "{name}: {pages:#?}");
        assert!(says(&pages, "□ stands for a character that this report has no letter for."), "{name}");
        assert!(render(&report).is_ok(), "{name}");
    }
}

#[test]
fn any_character_can_be_drawn() {
    // Every character of the first planes would take minutes: one of thirteen, and all of the first two thousand.
    let all = (0..0x2_0000u32).filter(|c| *c < 0x800 || c % 13 == 0).filter_map(char::from_u32);
    let all: Vec<char> = all.collect();
    let names: Vec<String> = all.chunks(400).map(|chunk| chunk.iter().collect()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(render(&named(&names)).is_ok());
}

#[test]
fn what_is_not_known_is_left_out_or_said_to_be() {
    let bare = Report {
        user_id: None,
        sandbox: true,
        status: Status::Approved,
        handed_in_at: None,
        completed_at: None,
        decision: None,
        document: None,
        facts: vec![],
        pictures: vec![],
        damaged: vec![EvidenceKind::Selfie],
        findings: vec![],
        history: vec![],
        ..declined()
    };
    let pages = text(&bare);
    for wanted in [
        "Approved",
        "Who decided is not recorded.",
        "Sandbox: nothing in this report is about a real person.",
        "Nothing was declared, and nothing was read from a document.",
        "No picture of a face is kept.",
        "No picture of a document is kept.",
        "The faces were not compared.",
        "No check was made.",
        "Selfie: the stored picture cannot be decoded, so it is not shown.",
    ] {
        assert!(says(&pages, wanted), "{wanted}: {pages:#?}");
    }
    assert!(!says(&pages, "Handed in") && !says(&pages, "born"));
    assert!(render(&bare).is_ok());
}

#[test]
fn much_goes_on_over_pages_and_what_is_left_out_is_told() {
    let long = "X".repeat(3_000);
    let mut report = named(&[&long, "A"]);
    let line = report.history[0].clone();
    report.history = (0..600).map(|n| Line { event: format!("event_{n}"), ..line.clone() }).collect();
    let pages = text(&report);
    assert!(pages.len() > 8, "{}", pages.len());
    assert!(says(&pages, "Event 499") && !says(&pages, "Event 500"));
    assert!(says(&pages, "The first 500 of 600 lines of what happened are shown."));
    assert!(says(&pages, "A text that ends with … is longer"));
    let last = format!("Page {0} of {0}", pages.len());
    assert!(says(&pages[pages.len() - 1..], &last));
    assert!(render(&report).is_ok());
}

#[test]
fn pictures_that_are_too_large_or_none_are_refused() {
    let with = |change: fn(&mut Report)| {
        let mut report = declined();
        change(&mut report);
        render(&report)
    };
    assert_eq!(with(|r| r.pictures[0].width = LONGEST_SIDE + 1), Err(Undrawn::Picture));
    assert_eq!(with(|r| r.pictures[0].height = 0), Err(Undrawn::Picture));
    assert_eq!(with(|r| r.pictures[0].jpeg = vec![0; 3 << 20]), Err(Undrawn::Picture));
    assert_eq!(with(|r| r.pictures = vec![r.pictures[0].clone(); 9]), Err(Undrawn::Picture));
    assert!(matches!(with(|r| r.pictures[0].jpeg = vec![0; 100]), Err(Undrawn::Failed(_))));
}

/// Writes the pages where `REPORT_FOLDER` says, to look at them.
#[test]
fn the_pages_can_be_looked_at() {
    let Some(folder) = std::env::var_os("REPORT_FOLDER").map(std::path::PathBuf::from) else { return };
    let scripts = named(&[
        "Ελένη",
        "Наталія Їжак",
        "שרה כהן",
        "محمد الأحمد",
        "Հայկ Երևանցի",
        "ნინო",
        "王小明",
        "สมชาย",
        "कमला",
    ]);
    for (name, report) in [("declined", declined()), ("approved", approved()), ("scripts", scripts)] {
        std::fs::write(folder.join(format!("{name}.pdf")), render(&report).expect("a file"))
            .expect("a folder");
    }
}
