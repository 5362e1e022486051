//! The bar patterns of codewords, and what repairs codewords that were misread: Reed-Solomon over the
//! prime field of 929 elements, with the positions of unreadable codewords as erasures.

use std::sync::LazyLock;

use rxing::pdf417::pdf_417_common::{CODEWORD_TABLE, SYMBOL_TABLE};

/// Codewords, and the order of the field.
pub(super) const CODEWORDS: usize = 929;
/// Modules of a codeword.
pub(super) const MODULES: usize = 17;

/// How much of a module's light its neighbours get, in the templates. Photos are never sharp, and sharp
/// pictures still match a slightly blurred template best.
const BLUR: f32 = 0.12;

type Template = [f32; MODULES];

pub(super) struct Patterns {
    /// For each of the three clusters: codeword by 17-bit pattern, bars as ones, most significant first.
    exact: [Vec<(u32, u16)>; 3],
    /// For each cluster and codeword: darkness of each module, with mean 0 and length 1.
    templates: [Vec<Template>; 3],
}

/// A codeword read by likeness.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match {
    pub(super) codeword: u16,
    /// Correlation with the best template, up to 1, and how much less the second best has.
    pub(super) score: f32,
    pub(super) margin: f32,
}

pub(super) static PATTERNS: LazyLock<Patterns> = LazyLock::new(Patterns::new);

impl Patterns {
    fn new() -> Self {
        let mut exact: [Vec<(u32, u16)>; 3] = Default::default();
        let mut templates = std::array::from_fn(|_| vec![[0.0; MODULES]; CODEWORDS]);
        for (&pattern, &number) in SYMBOL_TABLE.iter().zip(&CODEWORD_TABLE) {
            let codeword = (number.saturating_sub(1) % CODEWORDS as u32) as u16;
            let cluster = cluster(pattern);
            if let (Some(list), Some(set)) = (exact.get_mut(cluster), templates.get_mut(cluster)) {
                list.push((pattern, codeword));
                if let Some(slot) = set.get_mut(usize::from(codeword)) {
                    *slot = template(pattern);
                }
            }
        }
        exact.iter_mut().for_each(|list| list.sort_unstable());
        Self { exact, templates }
    }

    /// The codeword of a pattern that was read without doubt.
    pub(super) fn exact(&self, cluster: usize, pattern: u32) -> Option<u16> {
        let list = self.exact.get(cluster)?;
        let at = list.binary_search_by_key(&pattern, |(p, _)| *p).ok()?;
        list.get(at).map(|(_, codeword)| *codeword)
    }

    /// The codeword whose template the modules are most like; `modules` as from [`normalised`].
    pub(super) fn nearest(&self, cluster: usize, modules: &Template) -> Match {
        let mut best = Match { codeword: 0, score: -1.0, margin: 0.0 };
        let mut second = -1.0f32;
        for (codeword, template) in (0u16..).zip(self.templates.get(cluster).into_iter().flatten()) {
            let score: f32 = template.iter().zip(modules).map(|(a, b)| a * b).sum();
            if score > best.score {
                second = best.score;
                best = Match { codeword, score, margin: 0.0 };
            } else if score > second {
                second = score;
            }
        }
        best.margin = best.score - second;
        best
    }
}

/// Cluster 0, 3 or 6 as 0, 1 or 2, from the widths of the four bars.
fn cluster(pattern: u32) -> usize {
    let mut widths = [0i32; 8];
    let mut at = 0;
    let mut last = 1;
    for bit in (0..MODULES as u32).rev() {
        let value = pattern >> bit & 1;
        if value != last {
            at += 1;
            last = value;
        }
        if let Some(width) = widths.get_mut(at) {
            *width += 1;
        }
    }
    let [a, _, b, _, c, _, d, _] = widths;
    usize::try_from((a - b + c - d).rem_euclid(9) / 3).unwrap_or(0)
}

fn template(pattern: u32) -> Template {
    // A codeword begins with a bar and ends with a space, and so do its neighbours.
    let dark = |i: i32| match i {
        -1 => 0.0,
        17 => 1.0,
        _ => (pattern >> (16 - i) & 1) as f32,
    };
    normalised(std::array::from_fn(|i| {
        let i = i as i32;
        dark(i) * (1.0 - 2.0 * BLUR) + (dark(i - 1) + dark(i + 1)) * BLUR
    }))
}

/// The values with mean 0 and length 1.
pub(super) fn normalised(mut modules: Template) -> Template {
    let mean = modules.iter().sum::<f32>() / MODULES as f32;
    modules.iter_mut().for_each(|m| *m -= mean);
    let length = modules.iter().map(|m| m * m).sum::<f32>().sqrt();
    if length > 1e-3 {
        modules.iter_mut().for_each(|m| *m /= length);
    }
    modules
}

const P: u32 = CODEWORDS as u32;

fn power(base: u32, mut exponent: u32) -> u32 {
    let (mut base, mut result) = (base % P, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % P;
        }
        base = base * base % P;
        exponent >>= 1;
    }
    result
}

fn inverse(value: u32) -> u32 {
    power(value, P - 2)
}

/// The value of a polynomial, lowest coefficient first.
fn evaluate(polynomial: &[u32], x: u32) -> u32 {
    polynomial.iter().rev().fold(0, |sum, c| (sum * x + c) % P)
}

fn multiply(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut product = vec![0; (a.len() + b.len()).saturating_sub(1)];
    for (i, x) in a.iter().enumerate() {
        for (slot, y) in product.iter_mut().skip(i).zip(b) {
            *slot = (*slot + x * y) % P;
        }
    }
    product
}

/// Repairs `codewords`, whose last `check` are check codewords, given the indices of those that could not be
/// read. Returns how many were changed; `None` when there are too many errors to tell what was meant.
pub(super) fn repair(codewords: &mut [u32], check: usize, erasures: &[usize]) -> Option<usize> {
    let n = codewords.len();
    if check >= n || n >= CODEWORDS || erasures.len() > check || erasures.iter().any(|e| *e >= n) {
        return None;
    }
    // The generator's roots are 3, 3², …; the first codeword has the highest power of x.
    let syndromes = |words: &[u32]| -> Vec<u32> {
        (1..=check as u32)
            .map(|i| power(3, i))
            .map(|x| words.iter().fold(0, |s, c| (s * x + c) % P))
            .collect()
    };
    let s = syndromes(codewords);
    if s.iter().all(|v| *v == 0) {
        return Some(0);
    }
    // Berlekamp-Massey, begun with the locator of the erasures.
    let mut locator = vec![1];
    for e in erasures {
        locator = multiply(&locator, &[1, P - power(3, (n - 1 - e) as u32)]);
    }
    let (mut previous, mut length) = (locator.clone(), erasures.len());
    let (mut shift, mut last) = (1usize, 1);
    for r in erasures.len()..check {
        let discrepancy = locator.iter().enumerate().fold(0, |d, (i, c)| match r.checked_sub(i) {
            Some(at) => (d + c * s.get(at).copied().unwrap_or(0)) % P,
            None => d,
        });
        if discrepancy == 0 {
            shift += 1;
            continue;
        }
        let factor = discrepancy * inverse(last) % P;
        let mut next = locator.clone();
        next.resize(next.len().max(previous.len() + shift), 0);
        for (slot, c) in next.iter_mut().skip(shift).zip(&previous) {
            *slot = (*slot + (P - factor) * c) % P;
        }
        if 2 * length <= r + erasures.len() {
            length = r + 1 + erasures.len() - length;
            previous = std::mem::replace(&mut locator, next);
            (last, shift) = (discrepancy, 1);
        } else {
            locator = next;
            shift += 1;
        }
    }
    while locator.last() == Some(&0) {
        locator.pop();
    }
    let errors = locator.len().saturating_sub(1);
    if errors == 0 || 2 * errors > check + erasures.len() {
        return None;
    }
    // Chien search and Forney's formula.
    let mut evaluator = multiply(&s, &locator);
    evaluator.truncate(check);
    let derivative: Vec<u32> = (1u32..).zip(locator.iter().skip(1)).map(|(i, c)| i * c % P).collect();
    let mut found = 0;
    for (index, word) in codewords.iter_mut().enumerate() {
        let x = inverse(power(3, (n - 1 - index) as u32));
        if evaluate(&locator, x) != 0 {
            continue;
        }
        let slope = evaluate(&derivative, x);
        if slope == 0 {
            return None;
        }
        // The magnitude is -Ω(x)/Λ'(x), and it is taken off.
        *word = (*word + evaluate(&evaluator, x) * inverse(slope)) % P;
        found += 1;
    }
    (found == errors && syndromes(codewords).iter().all(|v| *v == 0)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codewords with valid check codewords: the remainder of division by the generator.
    fn protected(data: &[u32], check: usize) -> Vec<u32> {
        let mut generator = vec![1];
        for i in 1..=check as u32 {
            generator = multiply(&generator, &[P - power(3, i), 1]);
        }
        let mut rest: Vec<u32> = data.iter().copied().chain(std::iter::repeat_n(0, check)).collect();
        for i in 0..data.len() {
            let factor = rest[i];
            for (j, c) in generator.iter().rev().enumerate() {
                rest[i + j] = (rest[i + j] + (P - factor) * c) % P;
            }
        }
        data.iter().copied().chain(rest[data.len()..].iter().map(|r| (P - r) % P)).collect()
    }

    #[test]
    fn repairs_up_to_its_capacity_and_not_beyond() {
        let data: Vec<u32> = (0..40).map(|i| i * 37 % P).collect();
        let whole = protected(&data, 16);
        assert_eq!(repair(&mut whole.clone(), 16, &[]), Some(0));
        for (errors, erasures) in [(8, 0), (1, 0), (0, 16), (4, 8), (0, 1), (7, 2)] {
            let mut words = whole.clone();
            for i in 0..errors {
                words[i * 5] = (words[i * 5] + 100 + i as u32) % P;
            }
            let lost: Vec<usize> = (0..erasures).map(|i| i * 3 + 1).filter(|i| i % 5 != 0).collect();
            for i in &lost {
                words[*i] = 0;
            }
            assert!(repair(&mut words, 16, &lost).is_some(), "{errors} errors, {erasures} erasures");
            assert_eq!(words, whole, "{errors} errors, {erasures} erasures");
        }
        let mut words = whole.clone();
        for i in 0..14 {
            words[i * 3] = (words[i * 3] + 11 * (i as u32 + 1)) % P;
        }
        assert!(repair(&mut words, 16, &[]).is_none_or(|_| words != whole));
    }

    #[test]
    fn every_pattern_is_in_its_cluster_and_nearest_to_itself() {
        for cluster in 0..3 {
            assert_eq!(PATTERNS.exact[cluster].len(), CODEWORDS);
            for &(pattern, codeword) in PATTERNS.exact[cluster].iter().step_by(31) {
                assert_eq!(PATTERNS.exact(cluster, pattern), Some(codeword));
                let nearest = PATTERNS.nearest(cluster, &template(pattern));
                assert_eq!(nearest.codeword, codeword);
                assert!(nearest.score > 0.99 && nearest.margin > 0.0);
            }
        }
        assert_eq!(PATTERNS.exact(0, 0), None);
    }
}
