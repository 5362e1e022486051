//! PDF files of pictures, as scanners and copiers make them.

use std::io::Write;

/// A picture on a page: a JPEG file, and where it is in points from the lower left corner: left, bottom, width, height.
pub type Placed<'a> = (&'a [u8], [f32; 4]);

/// A file of A4 pages with pictures on them.
pub fn pdf(pages: &[&[Placed<'_>]]) -> Vec<u8> {
    whole(pages, "")
}

/// The same, under a password that is not said.
pub fn protected(pages: &[&[Placed<'_>]]) -> Vec<u8> {
    let (owner, user) = ("A".repeat(64), "B".repeat(64));
    let encrypt = format!(
        "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <{owner}> /U <{user}> >>"
    );
    whole(pages, &encrypt)
}

fn whole(pages: &[&[Placed<'_>]], trailer: &str) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), vec![]];
    let mut kids = String::new();
    for placed in pages {
        let (mut names, mut drawn) = (String::new(), String::new());
        for (n, (jpeg, [left, bottom, width, height])) in placed.iter().enumerate() {
            let (wide, high) = image::load_from_memory(jpeg).map(|i| (i.width(), i.height())).unwrap();
            let head = format!(
                "<< /Type /XObject /Subtype /Image /Width {wide} /Height {high} /ColorSpace /DeviceRGB \
                 /BitsPerComponent 8 /Filter /DCTDecode /Length {} >>\nstream\n",
                jpeg.len()
            );
            objects.push([head.as_bytes(), jpeg, b"\nendstream"].concat());
            names += &format!("/P{n} {} 0 R ", objects.len());
            drawn += &format!("q {width} 0 0 {height} {left} {bottom} cm /P{n} Do Q\n");
        }
        objects.push(format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()).into_bytes());
        let contents = objects.len();
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << {names}>> >> \
                 /Contents {contents} 0 R >>"
            )
            .into_bytes(),
        );
        kids += &format!("{} 0 R ", objects.len());
    }
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()).into_bytes();
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut at = vec![];
    for (n, object) in objects.iter().enumerate() {
        at.push(file.len());
        writeln!(file, "{} 0 obj", n + 1).unwrap();
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let (start, size) = (file.len(), objects.len() + 1);
    writeln!(file, "xref\n0 {size}\n0000000000 65535 f ").unwrap();
    for at in at {
        writeln!(file, "{at:010} 00000 n ").unwrap();
    }
    writeln!(file, "trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF").unwrap();
    file
}
