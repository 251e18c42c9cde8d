//! The rule of every window, which publishing and explaining both ask.

use crate::config::Settings;
use crate::model::time::Timestamp;

/// Which of the articles that match a feed holds: one stays while fewer than `items` are newer, or
/// while it is younger than the newest less `keep` and fewer than `4 × items` are newer; never
/// before `delay` nor after `oldest`. It is to be asked of each that matches, newest first.
#[derive(Debug)]
pub(super) struct WindowRule<'a> {
    settings: &'a Settings,
    as_of: Timestamp,
    pub(super) newest: Option<Timestamp>,
    /// How many of those that were asked of are not held back.
    pub(super) visible: usize,
}

/// What the rule of a window says of an article that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It is in.
    Included {
        /// When `oldest` ends that.
        leaves_at: Option<Timestamp>,
    },
    /// `delay` keeps it back.
    Delayed {
        /// When that ends.
        until: Timestamp,
    },
    /// Too many are newer.
    OverLimit,
    /// It is past `oldest`.
    TooOld {
        /// Since when.
        since: Timestamp,
    },
}

impl WindowRule<'_> {
    pub(super) fn new(settings: &Settings, as_of: Timestamp) -> WindowRule<'_> {
        WindowRule {
            settings,
            as_of,
            newest: None,
            visible: 0,
        }
    }

    pub(super) fn visible_from(&self, published: Timestamp) -> Timestamp {
        published.plus(self.settings.delay.into())
    }

    pub(super) fn judge(&mut self, published: Timestamp) -> Membership {
        let until = self.visible_from(published);
        if until > self.as_of {
            return Membership::Delayed { until };
        }
        let newest = *self.newest.get_or_insert(published);
        let newer = self.visible;
        self.visible += 1;
        let leaves_at = self
            .settings
            .oldest
            .map(|oldest| published.plus(oldest.into()));
        if let Some(since) = leaves_at.filter(|at| *at <= self.as_of) {
            return Membership::TooOld { since };
        }
        let items = usize::from(self.settings.items);
        let kept_from = newest.plus(-i64::from(self.settings.keep));
        if newer >= items && (published <= kept_from || newer >= 4 * items) {
            Membership::OverLimit
        } else {
            Membership::Included { leaves_at }
        }
    }
}
