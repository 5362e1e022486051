//! What an organization keeps a record of.

use crate::words::words;

words! {
    /// What a record is of.
    #[derive(Default)]
    pub enum MemberType {
        #[default]
        Individual = "individual",
        Business = "business",
    }
}
