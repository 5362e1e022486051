//! Which of several faces is the person the picture is of.

use super::Face;

/// In a selfie another face is taken for a bystander when its box is at most this share of the subject's
/// area (half its width and height: about twice as far from the camera). A larger one makes it unclear
/// whose selfie it is.
pub const BYSTANDER_AREA: f32 = 0.25;

/// What a selfie shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Subject {
    /// One person, perhaps with small faces in the background.
    One(Face),
    /// No face was found.
    None,
    /// More than one person stands in front of the camera.
    Several,
}

/// The person in a selfie of this size: the most [`prominent`] face, if no other comes near its size.
pub fn one_face(faces: &[Face], width: u32, height: u32) -> Subject {
    let Some(subject) = prominent(faces, width, height) else { return Subject::None };
    let seen = |f: &Face| f.area() * f.share_inside(width, height);
    let others = faces.iter().filter(|f| **f != subject);
    if others.into_iter().any(|f| seen(f) > BYSTANDER_AREA * seen(&subject)) {
        return Subject::Several;
    }
    Subject::One(subject)
}

/// The face a photographer meant: large, in the middle and sure. Of each face the visible area × the
/// detector's score × how near it is to the middle (1 in the middle, 0 in a corner) is compared.
pub fn prominent(faces: &[Face], width: u32, height: u32) -> Option<Face> {
    let (w, h) = (width as f32, height as f32);
    let weight = |f: &Face| {
        let [x, y] = f.centre();
        let off = (x - w / 2.0).hypot(y - h / 2.0) / (w / 2.0).hypot(h / 2.0).max(1.0);
        f.area() * f.share_inside(width, height) * f.score * (1.0 - off).max(0.0)
    };
    faces.iter().max_by(|a, b| weight(a).total_cmp(&weight(b))).copied()
}

/// The largest face, wherever it is: on a document the main portrait, beside smaller ghost images.
pub fn largest(faces: &[Face]) -> Option<Face> {
    faces.iter().max_by(|a, b| a.area().total_cmp(&b.area())).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(bbox: [f32; 4]) -> Face {
        Face { bbox, landmarks: [[0.0; 2]; 5], score: 0.9 }
    }

    #[test]
    fn a_small_face_behind_is_a_bystander_and_a_large_one_is_not() {
        let me = face([200.0, 150.0, 200.0, 250.0]);
        let behind = face([20.0, 20.0, 80.0, 100.0]);
        let beside = face([420.0, 150.0, 180.0, 220.0]);
        assert_eq!(one_face(&[behind, me], 640, 480), Subject::One(me));
        assert_eq!(one_face(&[beside, me], 640, 480), Subject::Several);
        assert_eq!(one_face(&[], 640, 480), Subject::None);
    }

    #[test]
    fn the_middle_wins_over_a_slightly_larger_face_at_the_edge() {
        let middle = face([45.0, 40.0, 56.0, 70.0]);
        let edge = face([92.0, 15.0, 58.0, 97.0]);
        assert_eq!(prominent(&[edge, middle], 150, 150), Some(middle));
        assert_eq!(largest(&[edge, middle]), Some(edge));
    }

    #[test]
    fn odd_boxes_do_not_panic() {
        let bad = [face([f32::NAN; 4]), face([0.0; 4]), face([-50.0, -50.0, 10.0, 10.0])];
        one_face(&bad, 0, 0);
        one_face(&bad, 100, 100);
        assert!(largest(&bad).is_some());
    }
}
