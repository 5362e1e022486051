//! A picture as light at any point, and the geometry it is sampled with.

use image::GrayImage;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vector {
    pub(super) x: f32,
    pub(super) y: f32,
}

pub(super) const fn vector(x: f32, y: f32) -> Vector {
    Vector { x, y }
}

impl Vector {
    pub(super) fn plus(self, other: Self, times: f32) -> Self {
        vector(self.x + other.x * times, self.y + other.y * times)
    }
    pub(super) fn to(self, other: Self) -> Self {
        other.plus(self, -1.0)
    }
    pub(super) fn length(self) -> f32 {
        self.x.hypot(self.y)
    }
    pub(super) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }
    /// The vector with length 1, or none when it has no direction.
    pub(super) fn unit(self) -> Option<Self> {
        let length = self.length();
        (length > 1e-3 && length.is_finite()).then(|| vector(self.x / length, self.y / length))
    }
    pub(super) fn turned(self, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        vector(self.x * cos - self.y * sin, self.x * sin + self.y * cos)
    }
    pub(super) fn swapped(self) -> Self {
        vector(self.y, self.x)
    }
    pub(super) fn between(self, other: Self, share: f32) -> Self {
        self.plus(self.to(other), share)
    }
}

/// Luma, row by row.
pub(super) struct Field {
    pub(super) width: usize,
    pub(super) height: usize,
    pixels: Vec<u8>,
}

impl Field {
    pub(super) fn new(picture: &GrayImage) -> Self {
        Self {
            width: picture.width() as usize,
            height: picture.height() as usize,
            pixels: picture.as_raw().clone(),
        }
    }

    /// Rows as columns.
    pub(super) fn transposed(&self) -> Self {
        let mut pixels = vec![0; self.pixels.len()];
        for (y, row) in self.pixels.chunks_exact(self.width.max(1)).enumerate() {
            for (slot, value) in pixels.iter_mut().skip(y).step_by(self.height.max(1)).zip(row) {
                *slot = *value;
            }
        }
        Self { width: self.height, height: self.width, pixels }
    }

    fn pixel(&self, x: usize, y: usize) -> f32 {
        let (x, y) = (x.min(self.width.saturating_sub(1)), y.min(self.height.saturating_sub(1)));
        self.pixels.get(y * self.width + x).map_or(255.0, |v| f32::from(*v))
    }

    /// Luma at a point, by linear interpolation; pixel centres have whole coordinates. White outside.
    pub(super) fn at(&self, p: Vector) -> f32 {
        if !(-0.5..self.width as f32).contains(&p.x) || !(-0.5..self.height as f32).contains(&p.y) {
            return 255.0;
        }
        let (x, y) = (p.x.max(0.0), p.y.max(0.0));
        let (x0, y0) = (x as usize, y as usize);
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let above = self.pixel(x0, y0) * (1.0 - fx) + self.pixel(x0 + 1, y0) * fx;
        let below = self.pixel(x0, y0 + 1) * (1.0 - fx) + self.pixel(x0 + 1, y0 + 1) * fx;
        above * (1.0 - fy) + below * fy
    }

    /// For each pixel the mean of the square window around it.
    pub(super) fn local_mean(&self, radius: usize) -> Vec<u8> {
        let (width, height) = (self.width, self.height);
        let mut mean = vec![0; self.pixels.len()];
        let row = |y: usize| self.pixels.get(y * width..(y + 1) * width).unwrap_or_default();
        // Sums of columns over the window's rows, moved down row by row.
        let mut sums = vec![0u32; width];
        for y in 0..radius.min(height) {
            sums.iter_mut().zip(row(y)).for_each(|(s, v)| *s += u32::from(*v));
        }
        for (y, out) in mean.chunks_exact_mut(width.max(1)).enumerate() {
            if y + radius < height {
                sums.iter_mut().zip(row(y + radius)).for_each(|(s, v)| *s += u32::from(*v));
            }
            if let Some(gone) = y.checked_sub(radius + 1) {
                sums.iter_mut().zip(row(gone)).for_each(|(s, v)| *s -= u32::from(*v));
            }
            let rows = (y + radius).min(height - 1) + 1 - y.saturating_sub(radius);
            let mut sum: u32 = sums.iter().take(radius).sum();
            let mut columns = radius.min(width);
            // A multiplication where there would be a division for each pixel.
            let share = |columns: usize| 1.0 / (rows * columns).max(1) as f32;
            let mut factor = share(columns);
            for (x, slot) in out.iter_mut().enumerate() {
                let before = columns;
                if let Some(new) = sums.get(x + radius) {
                    sum += new;
                    columns += 1;
                }
                if let Some(gone) = x.checked_sub(radius + 1).and_then(|g| sums.get(g)) {
                    sum -= gone;
                    columns -= 1;
                }
                if columns != before {
                    factor = share(columns);
                }
                *slot = (sum as f32 * factor) as u8;
            }
        }
        mean
    }

    /// Where the row crosses its threshold, to a fraction of a pixel, and whether dark begins there.
    pub(super) fn edges(&self, y: usize, threshold: &[u8], edges: &mut Vec<(f32, bool)>) {
        edges.clear();
        let range = y * self.width..(y + 1) * self.width;
        let (Some(row), Some(limits)) = (self.pixels.get(range.clone()), threshold.get(range)) else {
            return;
        };
        // Paper is not flat: what is only just darker than its surroundings is light.
        let level = |v: u8, limit: u8| f32::from(v) - (f32::from(limit) - 4.0);
        let mut last = 1.0;
        for (x, (v, limit)) in row.iter().zip(limits).enumerate() {
            let value = level(*v, *limit);
            let dark = value < 0.0;
            if x == 0 {
                if dark {
                    edges.push((-0.5, true));
                }
            } else if dark != (last < 0.0) {
                edges.push((x as f32 - value / (value - last), dark));
            }
            last = value;
        }
        if last < 0.0 {
            edges.push((self.width as f32 - 0.5, false));
        }
    }
}
