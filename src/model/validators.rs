//! The values that a feed's conditional requests are compared with.

use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// The validators of a feed's last published version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The digest that its ETags are made of.
    pub digest: u128,
    /// Its `Last-Modified`, which never goes back.
    pub last_modified: Timestamp,
}
