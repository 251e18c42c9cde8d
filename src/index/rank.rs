//! The rank of one article among those that match a feed. Only explanations need it; publishing does
//! not.

use super::matching::Matching;
use super::steps::Steps;
use super::window_rule::{Membership, WindowRule};
use super::{ArticleNo, Index, Query};
use crate::config::Settings;
use crate::model::time::Timestamp;

/// The rank of an article among those that match a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    /// The number of newer matching articles that `delay` does not hide.
    pub newer: usize,
    /// The number of entries of the feed.
    pub entries: usize,
    /// The publication of the newest matching article that `delay` does not hide; of this article if
    /// there is none.
    pub newest: Timestamp,
    /// Whether the article is in the window.
    pub membership: Membership,
}

impl Index {
    /// The rank of an article at the instant `at`, which may be in the future; `None` if the article
    /// does not match or is not released then. Takes time linear in the matching articles.
    pub fn rank(
        &self,
        query: &Query,
        settings: &Settings,
        article: ArticleNo,
        at: Timestamp,
    ) -> Option<Rank> {
        let query = &*self.resolve(query);
        let mut steps = Steps::unlimited();
        let released = Matching::new(self, &self.released, query, &mut steps);
        let scheduled = self.scheduled.all().backwards();
        let due = scheduled.take_while(|&article| self.slot(article).published <= at);
        let due = due.filter(|&article| query.matches(&self.terms_of(article)));
        let mut matching: Vec<ArticleNo> = released.chain(due).collect();
        matching.retain(|&article| self.slot(article).expires().is_none_or(|end| end > at));
        matching.sort_unstable_by(|&a, &b| self.order(b, a));
        let mut rule = WindowRule::new(settings, at);
        let mut found = None;
        let mut entries = 0;
        for candidate in matching {
            let newer = rule.visible;
            let membership = rule.admit(self.slot(candidate).published);
            entries += usize::from(matches!(membership, Membership::Included { .. }));
            if candidate == article {
                found = Some((newer, membership));
            }
        }
        found.map(|(newer, membership)| Rank {
            newer,
            entries,
            newest: rule.newest.unwrap_or(self.slot(article).published),
            membership,
        })
    }
}
