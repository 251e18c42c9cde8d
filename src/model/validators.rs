//! What conditional requests for a feed are answered by.

use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// What a feed's last answer was validated by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The digest that its tags are made of.
    pub digest: u128,
    /// Its `Last-Modified`.
    pub last_modified: Timestamp,
}
