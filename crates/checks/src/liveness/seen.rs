//! What is measured of a frame.

use crate::face::{
    attributes::Pose,
    embed::Embedding,
    mesh::{Eye, Mesh},
};

/// What one frame shows.
#[derive(Debug, Clone)]
pub struct Seen {
    pub mesh: Mesh,
    pub eyes: Option<[Eye; 2]>,
    pub pose: Pose,
    pub embedding: Embedding,
    /// [`super::replay::hash`] of the frame.
    pub pixels: [u8; 32],
}
