//! Programs that leave their name in the file.

use bonafide_core::reason::Code;

use super::{cue::Cue, file::File};

/// Names as they stand in EXIF `Software`, XMP `CreatorTool` and history, PNG `Software`; lower case.
/// Camera firmware and operating systems are not editors; programs that only turn pictures are left out.
static EDITORS: [(&str, &str); 31] = [
    ("photoshop", "Adobe Photoshop"),
    ("lightroom", "Adobe Lightroom"),
    ("adobe illustrator", "Adobe Illustrator"),
    ("adobe indesign", "Adobe InDesign"),
    ("adobe express", "Adobe Express"),
    ("adobe fireworks", "Adobe Fireworks"),
    ("imageready", "Adobe ImageReady"),
    ("gimp", "GIMP"),
    ("affinity photo", "Affinity Photo"),
    ("affinity designer", "Affinity Designer"),
    ("pixelmator", "Pixelmator"),
    ("paint.net", "Paint.NET"),
    ("picsart", "PicsArt"),
    ("snapseed", "Snapseed"),
    ("facetune", "Facetune"),
    ("faceapp", "FaceApp"),
    ("canva", "Canva"),
    ("photopea", "Photopea"),
    ("paintshop", "PaintShop"),
    ("paint shop pro", "Paint Shop Pro"),
    ("coreldraw", "CorelDRAW"),
    ("photo-paint", "Corel PHOTO-PAINT"),
    ("meitu", "Meitu"),
    ("photoscape", "PhotoScape"),
    ("acdsee", "ACDSee"),
    ("fotor", "Fotor"),
    ("befunky", "BeFunky"),
    ("krita", "Krita"),
    ("inkscape", "Inkscape"),
    ("polarr", "Polarr"),
    ("acorn version", "Acorn"),
];

/// How the IPTC digital source type says that a picture was made or changed by a trained model.
const GENERATED: [&str; 2] = ["trainedalgorithmicmedia", "compositesynthetic"];

/// A file that names an editor was saved by it. That is no forgery (people crop in editors, issuers publish
/// specimens with them), but a camera's file bears no such name.
const NAMED: f64 = 0.55;
/// Photoshop's resources or "Save for Web" without its name.
const ADOBE_SEGMENTS: f64 = 0.3;

/// Text searched at most, in bytes. Programs name themselves at the beginning.
const MAX_TEXT: usize = 256 << 10;

/// An editor's name in EXIF, XMP, Photoshop segments or text chunks; a declared origin in a trained model.
pub(super) fn software(file: &File<'_>) -> Vec<Cue> {
    let mut cues = vec![];
    let texts = texts(file);
    let named = |word: &str| texts.iter().any(|t| names(t, word));
    let names: Vec<&str> = EDITORS.iter().filter(|(word, _)| named(word)).map(|(_, name)| *name).collect();
    if !names.is_empty() {
        let detail = format!("the file names software that edits pictures: {}", names.join(", "));
        cues.push(Cue::new(Code::EditingSoftware, NAMED, detail));
    } else if file.jpeg.as_ref().is_some_and(|j| j.save_for_web || j.photoshop) {
        let detail = "the file has segments that editing software of Adobe writes, and cameras seldom do";
        cues.push(Cue::new(Code::EditingSoftwareSegments, ADOBE_SEGMENTS, detail));
    }
    if texts.iter().any(|t| GENERATED.iter().any(|g| t.contains(g))) {
        let detail = "the file declares that a trained model made or changed it";
        cues.push(Cue::new(Code::DeclaredGenerated, 0.9, detail));
    }
    cues
}

/// The file's texts in lower case.
fn texts(file: &File<'_>) -> Vec<String> {
    let mut left = MAX_TEXT;
    let mut texts = vec![];
    for block in &file.texts {
        // The name at the head of Photoshop's resources is there whoever wrote them.
        let block = block.strip_prefix(b"Photoshop 3.0").unwrap_or(block);
        let block = block.get(..left).unwrap_or(block);
        left -= block.len();
        texts.push(String::from_utf8_lossy(block).to_ascii_lowercase());
    }
    if let Some(exif) = file.fields() {
        let software = exif.fields().filter(|f| f.tag == exif::Tag::Software);
        texts.extend(software.map(|f| f.display_value().to_string().to_ascii_lowercase()));
    }
    texts
}

/// Whether the word stands in the text as a name. XMP of any program has Adobe's namespaces
/// (`http://ns.adobe.com/photoshop/1.0/`, `photoshop:ColorMode`): those are no names.
fn names(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(char::is_alphanumeric)
            && !after.is_some_and(|c| c.is_alphanumeric() || matches!(c, ':' | '/' | '='))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &[u8]) -> Vec<Code> {
        software(&File { texts: vec![text], ..File::default() }).into_iter().map(|c| c.code).collect()
    }

    #[test]
    fn names_count_and_namespaces_do_not() {
        assert_eq!(
            codes(b"<xmp:CreatorTool>Adobe Photoshop 25.1 (Windows)</xmp:CreatorTool>"),
            [Code::EditingSoftware]
        );
        assert_eq!(codes(b"Software\0GIMP 2.10"), [Code::EditingSoftware]);
        let foreign = b"xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\" photoshop:DateCreated=\"x\"";
        assert_eq!(codes(foreign), Vec::<Code>::new());
        assert_eq!(codes(b"canvas by gimpel"), Vec::<Code>::new());
        let made = b"digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
        assert_eq!(codes(made), [Code::DeclaredGenerated]);
    }
}
