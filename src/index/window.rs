//! The window of a feed: which of the matching articles it holds now.

use super::matching::Matching;
use super::query::Query;
use super::steps::{Steps, StepsExceeded};
use super::window_rule::{Membership, WindowRule};
use super::{ArticleNo, Index};
use crate::config::Settings;
use crate::model::time::Timestamp;

/// The entries of a feed at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The articles, newest first.
    pub entries: Vec<ArticleNo>,
    /// The next instant at which an entry comes, goes or changes without an update, as long as names mean
    /// what they mean now. [`Index::advance`] says when that changes.
    pub next: Option<Timestamp>,
    /// The latest instant at which an entry was updated or became visible; `None` for an empty window.
    pub content_time: Option<Timestamp>,
}

impl Index {
    /// The number of released articles that match.
    pub fn count(&self, query: &Query) -> usize {
        let query = self.resolve(query);
        Matching::new(self, &self.released, &query, &mut Steps::unlimited()).len()
    }

    /// The window of a feed with this query.
    pub fn window(&self, query: &Query, settings: &Settings) -> Window {
        self.find_window(query, settings, &mut Steps::unlimited())
    }

    /// The window of a feed with this query, if it takes at most `steps_max` steps, such as
    /// [`SELECTION_STEPS_MAX`](super::SELECTION_STEPS_MAX). It is for queries of readers: a clone of the
    /// index answers them without a lock.
    pub fn window_within(
        &self,
        query: &Query,
        settings: &Settings,
        steps_max: usize,
    ) -> Result<Window, StepsExceeded> {
        let mut steps = Steps::new(steps_max);
        let window = self.find_window(query, settings, &mut steps);
        match steps.are_exceeded() {
            true => Err(StepsExceeded),
            false => Ok(window),
        }
    }

    fn find_window(&self, query: &Query, settings: &Settings, steps: &mut Steps) -> Window {
        let mut window = Window {
            entries: Vec::new(),
            next: None,
            content_time: None,
        };
        let query = &*self.resolve(query);
        let mut rule = WindowRule::new(settings, self.as_of);
        for article in Matching::new(self, &self.released, query, steps) {
            let slot = self.slot(article);
            let leaves_at = match rule.admit(slot.published) {
                Membership::Delayed { until } => {
                    window.wake_at(until);
                    continue;
                }
                Membership::Included { leaves_at } => leaves_at,
                // All older articles are out too.
                Membership::OverLimit | Membership::TooOld { .. } => break,
            };
            window.entries.push(article);
            let visible_from = rule.visible_from(slot.published);
            window.content_time = window
                .content_time
                .max(Some(visible_from.max(self.updated(article))));
            for instant in [leaves_at, slot.expires(), Some(slot.updated)]
                .into_iter()
                .flatten()
            {
                if instant > self.as_of {
                    window.wake_at(instant);
                }
            }
        }
        let mut scheduled = Matching::new(self, &self.scheduled, query, steps);
        if let Some(next) = scheduled.next() {
            window.wake_at(rule.visible_from(self.slot(next).published));
        }
        window
    }
}

impl Window {
    fn wake_at(&mut self, instant: Timestamp) {
        self.next = Some(self.next.map_or(instant, |next| next.min(instant)));
    }
}
