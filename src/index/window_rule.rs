//! The rule of every window. Publishing and explanations share it.

use crate::config::Settings;
use crate::model::time::Timestamp;

/// Decides which matching articles a feed holds. An article is in while fewer than `items` are newer.
/// It is also in while fewer than `4 × items` are newer and it is less than `keep` older than the
/// newest. It is never in before `delay` or after `oldest`.
///
/// [`WindowRule::admit`] is called for each matching article, newest first.
#[derive(Debug)]
pub(super) struct WindowRule<'a> {
    settings: &'a Settings,
    as_of: Timestamp,
    pub(super) newest: Option<Timestamp>,
    /// The number of articles so far that `delay` does not hide.
    pub(super) visible: usize,
}

/// Whether a matching article is in the window of a feed, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// The window has it.
    Included {
        /// The instant at which `oldest` removes it.
        leaves_at: Option<Timestamp>,
    },
    /// `delay` hides it.
    Delayed {
        /// The instant at which it becomes visible.
        until: Timestamp,
    },
    /// Too many articles are newer.
    OverLimit,
    /// It is older than `oldest` allows.
    TooOld {
        /// The instant at which it left.
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

    pub(super) fn admit(&mut self, published: Timestamp) -> Membership {
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
        let keep_after = newest.plus(-i64::from(self.settings.keep));
        if newer >= items && (published <= keep_after || newer >= 4 * items) {
            Membership::OverLimit
        } else {
            Membership::Included { leaves_at }
        }
    }
}
