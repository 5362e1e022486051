//! What the outputs of YuNet mean: boxes and five points on three grids.

use std::collections::BTreeMap;

use super::found::Face;
use crate::models::Tensor;

/// Side of the network's square input in pixels.
pub(super) const SIDE: u32 = 640;
const STRIDES: [usize; 3] = [8, 16, 32];
/// Two boxes that overlap more than this (intersection over union) are one face.
const NMS_IOU: f32 = 0.3;

/// The faces in network coordinates that score at least `min_score`, best first.
pub(super) fn decode(out: &BTreeMap<String, Tensor>, min_score: f32) -> Result<Vec<Face>, String> {
    let mut faces = vec![];
    for stride in STRIDES {
        let n = SIDE as usize / stride;
        let grid = |kind: &str, per_cell: usize| {
            let name = format!("{kind}_{stride}");
            match out.get(&name) {
                Some(t) if t.data.len() == n * n * per_cell => Ok(t.data.as_slice()),
                Some(t) => Err(format!("output {name} has {} values", t.data.len())),
                None => Err(format!("output {name} is missing")),
            }
        };
        let (cls, obj) = (grid("cls", 1)?, grid("obj", 1)?);
        let (boxes, points) = (grid("bbox", 4)?, grid("kps", 10)?);
        let s = stride as f32;
        let cells = cls.iter().zip(obj).zip(boxes.as_chunks::<4>().0).zip(points.as_chunks::<10>().0);
        for (i, (((c, o), b), p)) in cells.enumerate() {
            let score = (c.clamp(0.0, 1.0) * o.clamp(0.0, 1.0)).sqrt();
            if score.is_nan() || score < min_score {
                continue;
            }
            let (col, row) = ((i % n) as f32, (i / n) as f32);
            let (w, h) = (b[2].exp() * s, b[3].exp() * s);
            let bbox = [(col + b[0]) * s - w / 2.0, (row + b[1]) * s - h / 2.0, w, h];
            let at = |k: usize| [(col + p[2 * k]) * s, (row + p[2 * k + 1]) * s];
            let landmarks = [at(0), at(1), at(2), at(3), at(4)];
            if bbox.iter().chain(landmarks.as_flattened()).all(|v| v.is_finite()) {
                faces.push(Face { bbox, landmarks, score });
            }
        }
    }
    Ok(suppress(faces))
}

/// Non-maximum suppression: of boxes over one face the best stays.
pub(super) fn suppress(mut faces: Vec<Face>) -> Vec<Face> {
    faces.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Face> = vec![];
    for face in faces {
        if kept.iter().all(|k| overlap(k, &face) < NMS_IOU) {
            kept.push(face);
        }
    }
    kept
}

/// Intersection over union of the boxes, 0..1.
fn overlap(a: &Face, b: &Face) -> f32 {
    let side = |k: usize| {
        let end = (a.bbox[k] + a.bbox[k + 2]).min(b.bbox[k] + b.bbox[k + 2]);
        (end - a.bbox[k].max(b.bbox[k])).max(0.0)
    };
    let both = side(0) * side(1);
    let either = a.area() + b.area() - both;
    if either > 0.0 { both / either } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> BTreeMap<String, Tensor> {
        let mut out = BTreeMap::new();
        for stride in STRIDES {
            let n = SIDE as usize / stride;
            for (kind, per_cell) in [("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)] {
                let t = Tensor { shape: vec![1, n * n, per_cell], data: vec![0.0; n * n * per_cell] };
                out.insert(format!("{kind}_{stride}"), t);
            }
        }
        out
    }

    fn put(out: &mut BTreeMap<String, Tensor>, kind: &str, stride: usize, cell: usize, values: &[f32]) {
        let t = out.get_mut(&format!("{kind}_{stride}")).unwrap();
        t.data[cell * values.len()..][..values.len()].copy_from_slice(values);
    }

    #[test]
    fn a_cell_becomes_a_box_and_points() {
        let mut out = empty();
        // Column 3, row 2 of the 16-pixel grid (40 cells wide).
        let cell = 2 * 40 + 3;
        put(&mut out, "cls", 16, cell, &[0.81]);
        put(&mut out, "obj", 16, cell, &[1.0]);
        put(&mut out, "bbox", 16, cell, &[0.5, 0.25, 2f32.ln(), 4f32.ln()]);
        put(&mut out, "kps", 16, cell, &[0.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.0, 1.0, 1.0, 1.0]);
        let faces = decode(&out, 0.6).unwrap();
        assert_eq!(faces.len(), 1);
        let f = faces[0];
        assert!((f.score - 0.9).abs() < 1e-6);
        for (got, want) in f.bbox.iter().zip([40.0, 4.0, 32.0, 64.0]) {
            assert!((got - want).abs() < 1e-3, "{:?}", f.bbox);
        }
        assert_eq!(f.landmarks, [[48.0, 32.0], [64.0, 32.0], [56.0, 40.0], [48.0, 48.0], [64.0, 48.0]]);
    }

    #[test]
    fn below_the_threshold_or_not_a_number_is_no_face() {
        let mut out = empty();
        put(&mut out, "cls", 8, 0, &[0.59 * 0.59]);
        put(&mut out, "obj", 8, 0, &[1.0]);
        put(&mut out, "cls", 8, 900, &[f32::NAN]);
        put(&mut out, "obj", 8, 900, &[1.0]);
        put(&mut out, "cls", 8, 1800, &[1.0]);
        put(&mut out, "obj", 8, 1800, &[1.0]);
        put(&mut out, "bbox", 8, 1800, &[0.0, 0.0, 1e9, 0.0]);
        assert_eq!(decode(&out, 0.6).unwrap(), vec![]);
    }

    #[test]
    fn neighbours_over_one_face_become_one() {
        let mut out = empty();
        for (cell, p) in [(10, 0.9), (11, 0.95), (250, 0.8)] {
            put(&mut out, "cls", 32, cell, &[p]);
            put(&mut out, "obj", 32, cell, &[p]);
            put(&mut out, "bbox", 32, cell, &[0.0, 0.0, 4f32.ln(), 4f32.ln()]);
        }
        let faces = decode(&out, 0.6).unwrap();
        assert_eq!(faces.iter().map(|f| f.score).collect::<Vec<_>>(), [0.95, 0.8]);
    }

    #[test]
    fn another_network_is_an_error_and_not_a_panic() {
        let mut out = empty();
        out.get_mut("kps_32").unwrap().data.pop();
        assert!(decode(&out, 0.6).unwrap_err().contains("kps_32"));
        assert!(decode(&BTreeMap::new(), 0.6).is_err());
    }
}
