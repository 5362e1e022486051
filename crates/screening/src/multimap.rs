//! Numbers by hash, eight bytes each: an index has millions of them, and a hash table with a list in each place would
//! be ten times as large and as slow to build.

/// Bits of a hash that name a bucket.
const BUCKET_BITS: u32 = 16;

/// Built once from all pairs, then only read. Two keys of one hash share their numbers, so what comes out is looked at
/// again.
#[derive(Default)]
pub(crate) struct Multimap {
    /// Hash and number, in order.
    pairs: Vec<(u32, u32)>,
    /// Where the pairs of each bucket begin, and the end.
    starts: Vec<u32>,
}

impl Multimap {
    pub(crate) fn new(mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        pairs.shrink_to_fit();
        let mut starts = vec![0u32; (1 << BUCKET_BITS) + 1];
        for (hash, _) in &pairs {
            if let Some(count) = starts.get_mut((hash >> (32 - BUCKET_BITS)) as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { pairs, starts }
    }

    /// The numbers of a hash.
    pub(crate) fn get(&self, hash: u32) -> impl Iterator<Item = u32> + '_ {
        let bucket = (hash >> (32 - BUCKET_BITS)) as usize;
        let at = |i: usize| self.starts.get(i).map_or(0, |s| *s as usize);
        let pairs = self.pairs.get(at(bucket)..at(bucket + 1)).unwrap_or_default();
        pairs.iter().filter(move |(h, _)| *h == hash).map(|(_, number)| *number)
    }
}

/// FNV-1a, folded to 32 bits.
pub(crate) fn hash<'b>(bytes: impl Iterator<Item = &'b u8>) -> u32 {
    let long =
        bytes.fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    (long ^ (long >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back_by_its_hash_alone() {
        let pairs: Vec<(u32, u32)> = (0..5000u32).map(|n| (hash((n / 3).to_le_bytes().iter()), n)).collect();
        let map = Multimap::new(pairs.iter().chain(&pairs).copied().collect());
        for n in 0..5000u32 {
            let found: Vec<u32> = map.get(hash((n / 3).to_le_bytes().iter())).collect();
            assert!(found.contains(&n) && found.len() <= 6, "{n}: {found:?}");
        }
        assert_eq!(map.get(12345).count() + Multimap::default().get(7).count(), 0);
        assert_eq!(map.get(u32::MAX).count(), 0);
    }
}
