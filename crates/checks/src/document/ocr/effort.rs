//! How much work reading is worth.

use crate::models::{Model, Models, Task, Unavailable};

/// Which of the two sizes of network to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// The small one, or the other where only that is installed.
    Quick,
    Full,
}

impl Effort {
    pub(super) fn model(self, models: &Models, quick: Task, full: Task) -> Result<&Model, Unavailable> {
        match self {
            Self::Quick => models.get(quick).or_else(|_| models.get(full)),
            Self::Full => models.get(full).or_else(|_| models.get(quick)),
        }
    }
}
