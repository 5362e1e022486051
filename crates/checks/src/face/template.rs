//! What is kept of a face, and comparing it.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Shares of the first and the second network in a fused score; they sum to one.
///
/// Scores are z-normalised by the spread of strangers' cosines (0.0886 of SFace, 0.0353 of dlib's descriptor, on
/// 123 371 pairs of Labeled Faces in the Wild) and weighted 0.8 and 0.2, which was best on all ten of its folds. A
/// weighted sum of two cosines is itself a cosine: of the two unit vectors put one behind the other, scaled by the
/// roots of the weights.
const SHARES: [f64; 2] = [0.614, 0.386];

/// Which bytes of a network made a part of a template: the first eight of its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkId([u8; 8]);

impl NetworkId {
    /// From a SHA-256 in hexadecimal; what is not hexadecimal counts as zero.
    pub fn of(sha256: &str) -> Self {
        let mut id = [0; 8];
        for (byte, pair) in id.iter_mut().zip(sha256.as_bytes().chunks(2)) {
            let text = std::str::from_utf8(pair).unwrap_or_default();
            *byte = u8::from_str_radix(text, 16).unwrap_or_default();
        }
        Self(id)
    }
}

/// What a score rests on; each has its own calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The first network alone.
    First,
    /// Both networks.
    Fused,
}

/// How alike two templates are, before calibration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// −1..1. What it means depends on the networks: see [`calibration`](super::calibration).
    pub cosine: f64,
    pub basis: Basis,
}

/// A face template: biometric data. Its parts have length 1, are wiped from memory when dropped, and do not show
/// themselves in `Debug`.
#[derive(Clone, PartialEq)]
pub struct Embedding {
    first: Part,
    second: Option<Part>,
}

#[derive(Clone, PartialEq)]
struct Part {
    network: NetworkId,
    values: Vec<f32>,
}

impl Drop for Part {
    fn drop(&mut self) {
        self.values.zeroize();
    }
}

impl ZeroizeOnDrop for Part {}

/// The largest count of numbers a network may give.
const LONGEST: usize = 4096;

impl Part {
    /// `None` when the numbers have no direction: none, all zero, or one not finite.
    fn new(network: NetworkId, values: &[f32]) -> Option<Self> {
        let norm = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
        if !(norm.is_finite() && norm > 1e-12) || values.len() > LONGEST {
            return None;
        }
        Some(Self { network, values: values.iter().map(|v| (f64::from(*v) / norm) as f32).collect() })
    }

    fn cosine(&self, other: &Self) -> Option<f64> {
        if self.network != other.network || self.values.len() != other.values.len() {
            return None;
        }
        Some(f64::from(dot(&self.values, &other.values)).clamp(-1.0, 1.0))
    }
}

/// The scalar product in eight sums, which the processor adds side by side: a search makes it for every template.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0f32; 8];
    for (x, y) in a.iter().zip(b) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

/// First byte of a stored template.
const VERSION: u8 = 2;

impl Embedding {
    /// A template of one network's numbers; `None` when they have no direction.
    pub fn new(network: NetworkId, values: &[f32]) -> Option<Self> {
        Some(Self { first: Part::new(network, values)?, second: None })
    }

    /// The same with a second network's numbers.
    pub fn with_second(self, network: NetworkId, values: &[f32]) -> Option<Self> {
        Some(Self { second: Some(Part::new(network, values)?), ..self })
    }

    /// The part of the first network alone.
    pub fn first_alone(self) -> Self {
        Self { second: None, ..self }
    }

    /// Compares with both networks where both templates have them, otherwise with the first one alone.
    /// `None` when they were made by different networks and cannot be compared.
    pub fn compare(&self, other: &Self) -> Option<Score> {
        let first = self.first.cosine(&other.first)?;
        let second = self.second.as_ref().zip(other.second.as_ref()).and_then(|(a, b)| a.cosine(b));
        Some(match second {
            Some(second) => {
                let [a, b] = SHARES;
                Score { cosine: a * first + b * second, basis: Basis::Fused }
            }
            None => Score { cosine: first, basis: Basis::First },
        })
    }

    /// The cosine of [`Self::compare`]; −1 when the templates cannot be compared.
    pub fn cosine(&self, other: &Self) -> f64 {
        self.compare(other).map_or(-1.0, |score| score.cosine)
    }

    /// What a template of this one's networks scores on.
    pub fn basis(&self) -> Basis {
        if self.second.is_some() { Basis::Fused } else { Basis::First }
    }

    /// The template as one vector of length 1, for searching many: the dot product of two vectors from templates
    /// of the same networks (see [`Self::networks`]) is the cosine of [`Self::compare`]. Biometric data.
    pub fn vector(&self) -> Vec<f32> {
        match &self.second {
            None => self.first.values.clone(),
            Some(second) => {
                let scaled = |part: &Part, share: f64| {
                    let root = share.sqrt() as f32;
                    part.values.iter().map(|v| v * root).collect::<Vec<_>>()
                };
                let [a, b] = SHARES;
                [scaled(&self.first, a), scaled(second, b)].concat()
            }
        }
    }

    /// The networks that made this template.
    pub fn networks(&self) -> (NetworkId, Option<NetworkId>) {
        (self.first.network, self.second.as_ref().map(|part| part.network))
    }

    /// For storage (encrypted): a version, then per network its id (8 bytes), how many numbers follow (2 bytes),
    /// and the numbers in IEEE 754 single precision; all least significant byte first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for part in std::iter::once(&self.first).chain(&self.second) {
            bytes.extend(part.network.0);
            bytes.extend((part.values.len() as u16).to_le_bytes());
            bytes.extend(part.values.iter().flat_map(|v| v.to_le_bytes()));
        }
        bytes
    }

    /// The reverse of [`Self::to_bytes`]; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[VERSION])?;
        let mut parts = vec![];
        while !rest.is_empty() && parts.len() < 2 {
            let (network, after) = rest.split_first_chunk::<8>()?;
            let (count, after) = after.split_first_chunk::<2>()?;
            let (values, after) = after.split_at_checked(4 * usize::from(u16::from_le_bytes(*count)))?;
            let mut numbers: Vec<f32> =
                values.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
            let part = Part::new(NetworkId(*network), &numbers);
            numbers.zeroize();
            parts.push(part?);
            rest = after;
        }
        let mut parts = parts.into_iter();
        let first = parts.next()?;
        rest.is_empty().then(|| Self { first, second: parts.next() })
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Embedding(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: NetworkId = NetworkId([1; 8]);
    const TWO: NetworkId = NetworkId([2; 8]);

    fn values(seed: usize, count: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 37 + seed * 101) % 97) as f32 - 48.0).collect()
    }

    fn single(seed: usize) -> Embedding {
        Embedding::new(ONE, &values(seed, 128)).unwrap()
    }

    fn both(seed: usize) -> Embedding {
        single(seed).with_second(TWO, &values(seed + 50, 64)).unwrap()
    }

    #[test]
    fn has_length_one_and_survives_storage() {
        for e in [single(1), both(1)] {
            assert!((e.cosine(&e) - 1.0).abs() < 1e-6);
            let back = Embedding::from_bytes(&e.to_bytes()).unwrap();
            assert!((e.cosine(&back) - 1.0).abs() < 1e-6);
            assert_eq!(back.basis(), e.basis());
        }
    }

    #[test]
    fn a_template_without_the_second_part_is_compared_by_the_first() {
        let score = both(1).compare(&single(2)).unwrap();
        assert_eq!(score.basis, Basis::First);
        assert_eq!(score.cosine, single(1).cosine(&single(2)));
        let fused = both(1).compare(&both(2)).unwrap();
        assert_eq!(fused.basis, Basis::Fused);
        assert_ne!(fused.cosine, score.cosine);
    }

    #[test]
    fn templates_of_other_networks_are_not_compared() {
        let other = Embedding::new(TWO, &values(1, 128)).unwrap();
        let longer = Embedding::new(ONE, &values(1, 512)).unwrap();
        for e in [other, longer] {
            assert_eq!(single(1).compare(&e), None);
            assert_eq!(single(1).cosine(&e), -1.0);
        }
    }

    #[test]
    fn the_vector_has_the_same_cosine() {
        for (a, b) in [(single(1), single(2)), (both(1), both(2))] {
            let dot: f32 = a.vector().iter().zip(b.vector()).map(|(x, y)| x * y).sum();
            assert!((f64::from(dot) - a.cosine(&b)).abs() < 1e-5);
        }
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for values in [&[0.0; 128][..], &[f32::NAN; 128], &[]] {
            assert!(Embedding::new(ONE, values).is_none());
        }
        let good = both(1).to_bytes();
        for n in 0..good.len() {
            // Cut exactly behind the first part it is a template of one network.
            let found = Embedding::from_bytes(&good[..n]);
            assert_eq!(found.is_some(), n == 1 + 10 + 512, "{n}");
        }
        let mut longer = good.clone();
        longer.push(0);
        assert!(Embedding::from_bytes(&longer).is_none());
        let mut other = good;
        other[0] = 1;
        assert!(Embedding::from_bytes(&other).is_none());
        assert!(Embedding::from_bytes(&[0; 512]).is_none());
    }

    #[test]
    fn network_ids_are_the_start_of_the_hash() {
        assert_eq!(NetworkId::of("0102030405060708090a").0, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(NetworkId::of("zz").0, [0; 8]);
    }

    #[test]
    fn debug_shows_no_number() {
        assert!(!format!("{:?}", both(1)).contains(|c: char| c.is_ascii_digit()));
    }
}
