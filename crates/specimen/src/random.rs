//! A small seeded generator: pictures have to come out the same on every run.

/// SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number in `low..high`.
    pub(crate) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * unit(self.next())
    }

    /// A whole number in `low..=high`.
    pub(crate) fn whole(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low).unwrap_or(0).saturating_add(1);
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// True in this share of the draws.
    pub(crate) fn chance(&mut self, share: f32) -> bool {
        unit(self.next()) < share
    }

    /// One of them; the default of an empty list.
    pub(crate) fn pick<T: Copy + Default>(&mut self, list: &[T]) -> T {
        let last = i64::try_from(list.len()).unwrap_or(1) - 1;
        list.get(self.whole(0, last.max(0)) as usize).copied().unwrap_or_default()
    }

    /// Close to a normal distribution with deviation 1: the sum of four uniform numbers.
    pub(crate) fn normal(&mut self) -> f32 {
        let sum: f32 = (0..4).map(|_| unit(self.next())).sum();
        (sum - 2.0) * 3f32.sqrt()
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn unit(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1u64 << 24) as f32
}

/// Smooth noise in 0..1 over the plane, one lattice cell per unit.
pub(crate) fn value_noise(x: f32, y: f32, seed: u64) -> f32 {
    let (x0, y0) = (x.floor(), y.floor());
    let at = |dx: f32, dy: f32| {
        let (i, j) = ((x0 + dx) as i64 as u64, (y0 + dy) as i64 as u64);
        unit(mix(seed ^ i.wrapping_mul(0x8da6_b343) ^ j.wrapping_mul(0xd816_3841).rotate_left(32)))
    };
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (ease(x - x0), ease(y - y0));
    let top = at(0.0, 0.0) * (1.0 - u) + at(1.0, 0.0) * u;
    let bottom = at(0.0, 1.0) * (1.0 - u) + at(1.0, 1.0) * u;
    top * (1.0 - v) + bottom * v
}

/// Several octaves of [`value_noise`], in 0..1.
pub(crate) fn fractal_noise(x: f32, y: f32, octaves: u32, seed: u64) -> f32 {
    let (mut sum, mut weight, mut scale) = (0.0, 0.0, 1.0f32);
    for octave in 0..octaves {
        sum += value_noise(x * scale, y * scale, seed.wrapping_add(u64::from(octave))) / scale;
        weight += 1.0 / scale;
        scale *= 2.0;
    }
    sum / weight
}
