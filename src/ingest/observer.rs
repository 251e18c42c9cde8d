//! An observer of a reading, for those who want to know more of an article than the store keeps.

use std::fmt;

use crate::model::article::Accepted;

type Tell = dyn Fn(&str, &Accepted) + Send + Sync;

/// A function that a reading calls with the path and the article of each file or row that it accepts, on
/// the threads that read.
pub struct Observer(Box<Tell>);

impl Observer {
    /// An observer that calls `tell`.
    pub fn new(tell: impl Fn(&str, &Accepted) + Send + Sync + 'static) -> Observer {
        Observer(Box::new(tell))
    }

    pub(super) fn tell(&self, path: &str, accepted: &Accepted) {
        (self.0)(path, accepted);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
