//! A face and where it is.

/// A face found in a picture. All coordinates are pixels of that picture, the origin its upper left corner;
/// they may lie a little outside it when the face is cut off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// Left, top, width, height of the upright box around the face.
    pub bbox: [f32; 4],
    /// The person's right eye, left eye, nose tip, right and left mouth corner.
    pub landmarks: [[f32; 2]; 5],
    /// How sure the detector is, 0..1.
    pub score: f32,
}

impl Face {
    /// Distance between the eyes in pixels.
    pub fn eye_distance(&self) -> f32 {
        let [a, b, ..] = self.landmarks;
        (a[0] - b[0]).hypot(a[1] - b[1])
    }

    /// Area of the box in square pixels.
    pub fn area(&self) -> f32 {
        self.bbox[2] * self.bbox[3]
    }

    /// Middle of the box.
    pub fn centre(&self) -> [f32; 2] {
        let [x, y, w, h] = self.bbox;
        [x + w / 2.0, y + h / 2.0]
    }

    /// Share of the box that lies inside a picture of this size, 0..1.
    pub fn share_inside(&self, width: u32, height: u32) -> f32 {
        let [x, y, w, h] = self.bbox;
        let side = |at: f32, len: f32, max: u32| ((at + len).min(max as f32) - at.max(0.0)).max(0.0);
        let area = self.area();
        if area > 0.0 { (side(x, w, width) * side(y, h, height) / area).min(1.0) } else { 0.0 }
    }
}
