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

impl Validators {
    /// A date without a document, for rows that are kept beside those of feeds.
    pub fn of_date(last_modified: Timestamp) -> Validators {
        Validators {
            digest: 0,
            last_modified,
        }
    }
}
