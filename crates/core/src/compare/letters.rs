//! Distance of words when some characters are misread for each other.

/// Characters that print alike: each group is misread among itself.
static ALIKE: &[&[u8]] = &[
    b"O0QD", b"I1LTJ", b"S5", b"B8", b"Z2", b"G6C", b"UV", b"VY", b"EF", b"HN", b"MN", b"A4", b"7TZ", b"9G",
    b"WV", b"PR", b"3B", b"KX",
];

/// What a replacement within a group costs; any other edit costs 1.
const MISREAD: f64 = 0.3;

fn alike(a: u8, b: u8) -> bool {
    ALIKE.iter().any(|g| g.contains(&a) && g.contains(&b))
}

/// Least cost of edits between two words in normal form, and whether only misreadings were among them.
pub(super) fn distance(a: &str, b: &str) -> (f64, bool) {
    let (a, b): (Vec<u8>, Vec<u8>) = (a.bytes().take(128).collect(), b.bytes().take(128).collect());
    let mut row: Vec<f64> = (0..=b.len()).map(|i| i as f64).collect();
    for (i, x) in a.iter().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i as f64 + 1.0);
        for (j, y) in b.iter().enumerate() {
            let cost = if x == y {
                0.0
            } else if alike(*x, *y) {
                MISREAD
            } else {
                1.0
            };
            let here = (before + cost).min(row[j + 1] + 1.0).min(row[j] + 1.0);
            before = std::mem::replace(&mut row[j + 1], here);
        }
    }
    let total = row.last().copied().unwrap_or(0.0);
    let misread = a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| x == y || alike(*x, *y));
    (total, misread && total > 0.0)
}

/// 1 for equal words, 0 for words with nothing in common.
pub(super) fn similarity(a: &str, b: &str) -> f64 {
    let longer = a.len().max(b.len()).min(128);
    if longer == 0 { 1.0 } else { (1.0 - distance(a, b).0 / longer as f64).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misread_characters_cost_less() {
        assert_eq!(distance("ERIKSSON", "ERIKSSON"), (0.0, false));
        assert_eq!(distance("ERIKSS0N", "ERIKSSON"), (MISREAD, true));
        assert_eq!(distance("ERIKSSAN", "ERIKSSON"), (1.0, false));
        assert!(similarity("ABC", "") < 0.01 && similarity("", "") == 1.0);
    }
}
