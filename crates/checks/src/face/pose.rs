//! The direction a face looks in, from its five landmarks alone.

use super::found::Face;

/// Eyes, nose tip and mouth corners of a face that looks into the camera, in millimetres: right, down, towards the
/// camera; the origin is the mean of the five. Proportions of the alignment template at 63 mm between the eyes, the
/// nose 28 mm deep and as low as makes the mean pitch of 498 press photographs zero.
const MODEL: [[f32; 3]; 5] =
    [[-31.5, -37.3, -7.2], [31.5, -37.3, -7.2], [0.0, 3.7, 20.8], [-26.0, 35.4, -3.2], [26.0, 35.4, -3.2]];

/// Angles in degrees. Faces differ in their proportions: expect errors of ten degrees, and use them only for coarse
/// decisions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Turned to a side; positive towards the right of the picture.
    pub yaw: f32,
    /// Nodding; positive downwards.
    pub pitch: f32,
    /// Tilted in the plane of the picture; positive clockwise.
    pub roll: f32,
}

/// The pose that shows the model as these five points, by least squares under a distant camera (weak perspective).
/// `None` when the points span nothing.
pub fn of(face: &Face) -> Option<Pose> {
    let points = face.landmarks.map(|p| p.map(f64::from));
    let mean: [f64; 2] = std::array::from_fn(|k| points.iter().map(|p| p[k]).sum::<f64>() / 5.0);
    // Normal equations: the 3×3 moments of the model, and its moments with the picture.
    let (mut moments, mut mixed) = ([[0.0; 3]; 3], [[0.0; 3]; 2]);
    for (m, p) in MODEL.iter().zip(points) {
        for i in 0..3 {
            let mi = f64::from(m[i]);
            for j in 0..3 {
                moments[i][j] += mi * f64::from(m[j]);
            }
            for k in 0..2 {
                mixed[k][i] += mi * (p[k] - mean[k]);
            }
        }
    }
    let rows = [solve(moments, mixed[0])?, solve(moments, mixed[1])?];
    let roll = rows[1][0].atan2(rows[0][0]);
    let (sin, cos) = roll.sin_cos();
    let level: [[f64; 3]; 2] = [
        std::array::from_fn(|i| cos * rows[0][i] + sin * rows[1][i]),
        std::array::from_fn(|i| cos * rows[1][i] - sin * rows[0][i]),
    ];
    let pose = Pose {
        yaw: level[0][2].atan2(level[0][0]).to_degrees() as f32,
        pitch: level[1][2].atan2(level[1][1]).to_degrees() as f32,
        roll: roll.to_degrees() as f32,
    };
    let scale = rows.iter().flatten().map(|v| v * v).sum::<f64>();
    ([pose.yaw, pose.pitch, pose.roll].iter().all(|v| v.is_finite()) && scale > 1e-12).then_some(pose)
}

/// Cramer's rule.
fn solve(m: [[f64; 3]; 3], v: [f64; 3]) -> Option<[f64; 3]> {
    let det = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = det(m);
    let with = |column: usize| {
        let mut m = m;
        for (row, value) in m.iter_mut().zip(v) {
            row[column] = value;
        }
        det(m) / whole
    };
    let found = [with(0), with(1), with(2)];
    found.iter().all(|v| v.is_finite()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The model turned by these angles, in degrees, seen from afar.
    fn seen(yaw: f32, pitch: f32, roll: f32) -> Face {
        let (sy, cy) = yaw.to_radians().sin_cos();
        let (sp, cp) = pitch.to_radians().sin_cos();
        let (sr, cr) = roll.to_radians().sin_cos();
        let landmarks = MODEL.map(|[x, y, z]| {
            let (x, z) = (cy * x + sy * z, cy * z - sy * x);
            let y = cp * y + sp * z;
            [300.0 + 2.0 * (cr * x - sr * y), 200.0 + 2.0 * (sr * x + cr * y)]
        });
        Face { bbox: [0.0, 0.0, 100.0, 100.0], landmarks, score: 0.9 }
    }

    #[test]
    fn known_angles_come_back() {
        for (yaw, pitch, roll) in
            [(0.0, 0.0, 0.0), (30.0, 0.0, 0.0), (-40.0, 0.0, 15.0), (0.0, 20.0, 0.0), (0.0, -20.0, 170.0)]
        {
            let pose = of(&seen(yaw, pitch, roll)).unwrap();
            for (found, expected) in [(pose.yaw, yaw), (pose.pitch, pitch), (pose.roll, roll)] {
                assert!((found - expected).abs() < 1.0, "{pose:?} {yaw} {pitch} {roll}");
            }
        }
    }

    #[test]
    fn points_that_span_nothing_have_no_pose() {
        for landmarks in [[[5.0; 2]; 5], [[f32::NAN; 2]; 5], [[f32::INFINITY; 2]; 5]] {
            assert_eq!(of(&Face { landmarks, ..seen(0.0, 0.0, 0.0) }), None);
        }
    }
}
