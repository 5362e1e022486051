//! What a JPEG's quantisation table says about the program that wrote it.

use bonafide_core::reason::Code;

use super::{cue::Cue, file::File};

/// The luma table of ITU-T T.81 annex K, row by row. libjpeg and everything built on it scale this one.
pub(super) const STANDARD: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17,
    22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78,
    87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// The annex K table at libjpeg's quality 1..=100.
pub(super) fn standard(quality: u16) -> [u16; 64] {
    let quality = u32::from(quality.clamp(1, 100));
    let scale = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    STANDARD.map(|step| ((u32::from(step) * scale + 50) / 100).clamp(1, 255) as u16)
}

/// The quality whose standard table is nearest, and whether it is that table.
pub(super) fn quality(table: &[u16; 64]) -> (u16, bool) {
    let distance =
        |q: u16| -> u32 { standard(q).iter().zip(table).map(|(a, b)| u32::from(a.abs_diff(*b))).sum() };
    let best = (1..=100).min_by_key(|q| distance(*q)).unwrap_or(75);
    (best, distance(best) == 0)
}

/// Low quality hides edits: below this, the other cues of compression see little.
const LOW: u16 = 50;

/// A very low quality. Own tables of a program are no cue: phones have them as well as editors.
pub(super) fn tables(file: &File<'_>) -> Option<Cue> {
    let jpeg = file.jpeg.as_ref()?;
    let (quality, standard) = quality(&jpeg.luma);
    (quality < LOW).then(|| {
        let tables = if standard { "standard tables" } else { "tables of its own" };
        Cue::new(
            Code::StronglyCompressed,
            0.1,
            format!("the JPEG quality is about {quality} ({tables}): compression may hide edits"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualities_are_told() {
        for q in [10, 50, 75, 92, 99] {
            assert_eq!(quality(&standard(q)), (q, true));
        }
        let mut own = standard(80);
        own[63] += 9;
        assert_eq!(quality(&own), (80, false));
    }
}
