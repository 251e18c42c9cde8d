//! The place of one article in a feed, in the window or not: what an explanation needs to know and
//! publishing does not.

use super::window_rule::{Membership, WindowRule};
use super::{ArticleNo, Index, Query};
use crate::config::Settings;
use crate::model::time::Timestamp;

/// Where an article stands among those that match a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    /// Articles that match, are newer, and are not held back.
    pub newer: usize,
    /// Entries of the feed.
    pub entries: usize,
    /// The date of the newest of them, or of this article where it is held back.
    pub newest: Timestamp,
    /// What the rule says of it.
    pub membership: Membership,
}

impl Index {
    /// Where an article stands among those that match at the instant `at`, by the same rule as the
    /// window; `None` of one that does not match or is not released then. Looks at every article of
    /// the feed: it is for explanations.
    pub fn rank(
        &self,
        query: &Query,
        settings: &Settings,
        article: ArticleNo,
        at: Timestamp,
    ) -> Option<Rank> {
        let is_due = |&&(release, _): &&(Timestamp, ArticleNo)| release <= at;
        let due = self.releases.iter().take_while(is_due);
        let due = due.map(|&(_, article)| article);
        let due = due.filter(|&article| query.matches(&self.terms_of(article)));
        let mut matching: Vec<ArticleNo> = self.newest_first(query).chain(due).collect();
        matching.retain(|&article| self.slot(article).expires().is_none_or(|end| end > at));
        matching.sort_unstable_by(|&a, &b| self.order(b, a));
        let mut rule = WindowRule::new(settings, at);
        let mut rank = None;
        let mut entries = 0;
        for candidate in matching {
            let newer = rule.visible;
            let membership = rule.judge(self.slot(candidate).published);
            entries += usize::from(matches!(membership, Membership::Included { .. }));
            if candidate == article {
                rank = Some((newer, membership));
            }
        }
        rank.map(|(newer, membership)| Rank {
            newer,
            entries,
            newest: rule.newest.unwrap_or(self.slot(article).published),
            membership,
        })
    }
}
