//! The check digit of ICAO 9303 part 3, section 4.9.

/// The value of a character: digits as themselves, A = 10 … Z = 35, the filler 0; `None` outside the alphabet.
pub(crate) fn value(c: u8) -> Option<u32> {
    match c {
        b'0'..=b'9' => Some(u32::from(c - b'0')),
        b'A'..=b'Z' => Some(u32::from(c - b'A') + 10),
        b'<' => Some(0),
        _ => None,
    }
}

/// The check digit (as a character) of some text: weights 7, 3, 1 in turn, modulo 10. `None` when a
/// character is outside the MRZ alphabet.
pub fn digit(text: impl IntoIterator<Item = u8>) -> Option<u8> {
    let mut sum = 0;
    for (c, weight) in text.into_iter().zip([7, 3, 1].into_iter().cycle()) {
        sum = (sum + value(c)? * weight) % 10;
    }
    Some(b'0' + sum as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_standard() {
        // ICAO 9303-3, 4.9, and the specimen of part 4.
        assert_eq!(digit(*b"520727"), Some(b'3'));
        assert_eq!(digit(*b"AB2134<<<"), Some(b'5'));
        assert_eq!(digit(*b"L898902C3"), Some(b'6'));
        assert_eq!(digit(*b"ZE184226B<<<<<"), Some(b'1'));
        assert_eq!(digit(*b"a"), None);
    }
}
