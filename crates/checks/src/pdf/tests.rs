use std::fmt::Write;

use super::*;

/// A PDF file of these pages, each the operators that draw it, on A4.
fn pdf(pages: &[&str]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|n| format!("{} 0 R", 4 + 2 * n)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (n, drawn) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> \
             /Contents {} 0 R >>",
            5 + 2 * n
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()));
    }
    whole(&objects, "")
}

fn whole(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut file = "%PDF-1.7\n".to_owned();
    let mut at = vec![];
    for (n, object) in objects.iter().enumerate() {
        at.push(file.len());
        write!(file, "{} 0 obj\n{object}\nendobj\n", n + 1).unwrap();
    }
    let start = file.len();
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
    for at in at {
        writeln!(file, "{at:010} 00000 n ").unwrap();
    }
    let size = objects.len() + 1;
    write!(file, "trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n").unwrap();
    file.into_bytes()
}

const LETTER: &str = "BT /F 12 Tf 72 720 Td (Jane Smith) Tj 0 -16 Td (12 Oak Road) Tj ET \
                      BT /F 12 Tf 400 720 Td (2 March 2026) Tj ET";

#[test]
fn a_page_is_a_picture_with_its_text_where_it_is_seen() {
    let pages = pages(&pdf(&[LETTER]), 3).unwrap();
    let [page] = pages.as_slice() else { panic!("{}", pages.len()) };
    let (width, height) = page.picture.rgb.dimensions();
    assert_eq!((width, height), (2_479, 3_508), "300 dots an inch");
    let lines: Vec<&str> = page.text.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(lines, ["Jane Smith", "2 March 2026", "12 Oak Road"]);
    // The ink of a line is inside its box, and there is none beside it.
    let dark = |[x0, y0, x1, y1]: [f32; 4]| {
        let (xs, ys) = (x0 as u32..x1 as u32, y0 as u32..y1 as u32);
        ys.flat_map(|y| xs.clone().map(move |x| (x, y)))
            .any(|(x, y)| page.picture.rgb.get_pixel(x, y)[0] < 128)
    };
    for line in &page.text {
        let Quad([[left, top], _, [right, bottom], _]) = line.region;
        assert!(dark([left, top, right, bottom]), "{line:?}");
        assert!(!dark([right + 20.0, top, right + 200.0, bottom]), "{line:?}");
    }
}

#[test]
fn no_more_pages_than_asked_for() {
    let many = pdf(&[LETTER; 5]);
    assert_eq!(pages(&many, 2).unwrap().len(), 2);
    assert_eq!(pages(&many, 9).unwrap().len(), 5);
}

#[test]
fn what_is_no_page_is_refused() {
    let refused = |bytes: &[u8]| pages(bytes, 2).map(|pages| pages.len()).unwrap_err();
    assert_eq!(refused(b"GIF89a"), Refused::NotAPdf);
    assert_eq!(refused(b"%PDF-1.7\nnothing more"), Refused::Damaged);
    assert_eq!(refused(&vec![b' '; MAX_BYTES + 1]), Refused::TooManyBytes);
    let narrow = String::from_utf8(pdf(&[LETTER])).unwrap().replace("595 842", "005 842");
    assert_eq!(refused(narrow.as_bytes()), Refused::TooSmall);
}

#[test]
fn a_password_is_named() {
    let objects =
        ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"].map(str::to_owned);
    let (owner, user) = ("A".repeat(64), "B".repeat(64));
    let encrypt = format!(
        "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <{owner}> /U <{user}> >>"
    );
    assert_eq!(pages(&whole(&objects, &encrypt), 2).unwrap_err(), Refused::Encrypted);
}

#[test]
fn a_file_that_unpacks_to_too_much_is_not_unpacked() {
    use std::io::Write as _;
    let mut packed = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..300 {
        packed.write_all(&zeros).unwrap();
    }
    let mut bomb = pdf(&[LETTER]);
    bomb.extend(b"9 0 obj << /Filter /FlateDecode >> stream\n");
    bomb.extend(packed.finish().unwrap());
    assert_eq!(pages(&bomb, 2).unwrap_err(), Refused::TooMuch);
}

#[test]
fn a_page_that_draws_too_much_is_stopped() {
    let drawn = "0 0 m 9 9 l S ".repeat(800_000);
    assert_eq!(pages(&pdf(&[&drawn]), 2).unwrap_err(), Refused::TooMuch);
}

#[test]
fn a_picture_larger_than_one_by_itself_is_refused() {
    let whole = pdf(&[LETTER]);
    let large = String::from_utf8(whole).unwrap().replace("<< /Length", "<< /Width 20000 /Height 9 /Length");
    assert_eq!(pages(large.as_bytes(), 2).unwrap_err(), Refused::TooMuch);
}

#[test]
fn nothing_that_a_file_says_ends_the_program() {
    let file = pdf(&[LETTER, LETTER]);
    for cut in (0..file.len()).step_by(37) {
        // Whatever comes of it: what is left, or a refusal.
        let _: Result<Vec<Page>, Refused> = pages(&file[..cut], 1);
    }
}

#[test]
fn lists_in_lists_end_nothing_but_their_file() {
    use std::io::Write as _;
    let nested = |level: &str, deep: usize| format!("1 0 obj\n{}\nendobj\n", level.repeat(deep));
    for level in ["[", "[ 1 ", "<</A"] {
        let file = |deep| format!("%PDF-1.7\n{}trailer << /Root 1 0 R >>", nested(level, deep));
        assert_eq!(pages(file(1_000).as_bytes(), 1).unwrap_err(), Refused::Damaged, "{level}");
        let _: Result<Vec<Page>, Refused> = pages(&pdf(&[&level.repeat(1_000)]), 1);
        // What is deeper than may be never reaches the reader, packed or not.
        assert_eq!(bounds::unpacked(file(21_000).as_bytes()).unwrap_err(), Refused::TooMuch, "{level}");
        let mut packed = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::fast());
        packed.write_all(level.repeat(21_000).as_bytes()).unwrap();
        let mut file = pdf(&[LETTER]);
        file.extend(b"9 0 obj << /Filter /FlateDecode >> stream\n");
        file.extend(packed.finish().unwrap());
        assert_eq!(bounds::unpacked(&file).unwrap_err(), Refused::TooMuch, "{level}");
    }
}

#[test]
fn what_is_not_measured_has_to_be_short() {
    let with = |filters: &str, long: usize| {
        let whole = String::from_utf8(pdf(&[&"0".repeat(long)])).unwrap();
        whole.replace("<< /Length", &format!("<< /Filter {filters} /Length"))
    };
    for (filters, long) in [("[/ASCIIHexDecode /FlateDecode]", 300_000), ("/LZWDecode", 200_000)] {
        assert_eq!(pages(with(filters, long).as_bytes(), 1).unwrap_err(), Refused::TooMuch, "{filters}");
        assert_eq!(pages(with(filters, 2_000).as_bytes(), 1).unwrap().len(), 1, "{filters}");
    }
    assert_eq!(pages(with("/ASCIIHexDecode", 400_000).as_bytes(), 1).unwrap().len(), 1, "it only shrinks");
}
