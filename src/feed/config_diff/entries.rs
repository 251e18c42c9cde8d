//! The entries that enter or leave a feed, and why.

use std::collections::HashSet;

use super::side::Side;
use super::{EntryChange, EntryChanges};
use crate::feed::definitions::FeedDefinition;
use crate::feed::explain::{Evaluation, Reason, RuleKind, evaluate_excluded};
use crate::index::{ArticleNo, Query};
use crate::model::selection::Selection;

/// Entries of a feed that are named.
const NAMED_MAX: usize = 3;

/// The entries of a feed of one side.
pub(super) struct FeedEntries<'a> {
    side: &'a Side<'a>,
    feed: &'a FeedDefinition,
    /// The articles, the newest first.
    pub(super) articles: Vec<ArticleNo>,
    /// What is the same for each of them on both sides.
    pub(super) names: Vec<u128>,
}

impl<'a> FeedEntries<'a> {
    pub(super) fn new(side: &'a Side<'a>, feed: &'a FeedDefinition) -> FeedEntries<'a> {
        let articles = side.index.window(&feed.query, &feed.settings).entries;
        FeedEntries {
            names: articles.iter().map(|article| side.name(*article)).collect(),
            articles,
            side,
            feed,
        }
    }

    /// Whether documents show the same of the same articles.
    pub(super) fn shows_same(&self, other: &FeedEntries<'_>) -> bool {
        let shown = |of: &FeedEntries<'_>| -> Vec<_> {
            let index = of.side.index;
            let articles = of.articles.iter();
            let shown = articles.map(|&article| {
                let replacements = index.replacements(article);
                let replacements = replacements.map(|(place, text)| (place, text.to_owned()));
                (
                    index.revision(article),
                    index.updated(article),
                    replacements.collect::<Vec<_>>(),
                )
            });
            shown.collect()
        };
        shown(self) == shown(other)
    }
}

/// The entries of `having` that `lacking`, the same feed of the other side, does not have.
pub(super) fn missing(
    having: &FeedEntries<'_>,
    lacking: &FeedEntries<'_>,
    is_detailed: bool,
) -> EntryChanges {
    let others: HashSet<u128> = lacking.names.iter().copied().collect();
    let mut changes = EntryChanges::default();
    let entries = having.articles.iter().zip(&having.names);
    for (&article, _) in entries.filter(|(_, name)| !others.contains(name)) {
        let in_other = lacking.side.find(having.side, article);
        let evaluation = in_other.map(|article| {
            let Side { index, .. } = lacking.side;
            evaluate_excluded(index, lacking.feed, article, lacking.articles.len())
        });
        let cause = cause(having, lacking, evaluation.as_ref());
        changes.count += 1;
        *changes.causes.entry(cause.to_owned()).or_default() += 1;
        if is_detailed && changes.first.len() < NAMED_MAX {
            let text = (having.side.read)(having.side.index.record(article));
            changes.first.push(EntryChange {
                key: having.side.index.key(article).into_owned(),
                title: text.map(|article| article.title.to_string()),
                cause: cause.to_owned(),
                reason: reason(lacking.side, evaluation.as_ref()),
            });
        }
    }
    changes
}

/// The key that decides that the side `lacking` does not have an article: see [`EntryChange::cause`].
fn cause(
    having: &FeedEntries<'_>,
    lacking: &FeedEntries<'_>,
    evaluation: Option<&Evaluation>,
) -> &'static str {
    let reason = evaluation.and_then(|evaluation| evaluation.reasons.first());
    let (with, without) = (&having.feed.settings, &lacking.feed.settings);
    let [selects, other] = [having, lacking].map(|of| selection(of.side, &of.feed.query));
    let rule = |differs: bool, key: &'static str| match differs {
        true => key,
        false if having.side.config.same != lacking.side.config.same => "same",
        false => "article",
    };
    match reason {
        Some(Reason::Refused { by: RuleKind::Any }) => rule(selects.any != other.any, "any"),
        Some(Reason::Refused {
            by: RuleKind::All | RuleKind::Own,
        }) => rule(selects.all != other.all, "all"),
        Some(Reason::Refused { by: RuleKind::None }) => rule(selects.none != other.none, "none"),
        Some(Reason::Delayed { .. }) if with.delay != without.delay => "delay",
        Some(Reason::TooOld { .. }) if with.oldest != without.oldest => "oldest",
        Some(Reason::OverLimit { .. }) if with.items != without.items => "items",
        Some(Reason::OverLimit { .. }) if with.keep != without.keep => "keep",
        Some(Reason::OverLimit { .. }) => "others",
        _ => "article",
    }
}

/// Why a side does not have an article in a feed.
fn reason(side: &Side<'_>, evaluation: Option<&Evaluation>) -> String {
    let first = |evaluation: &Evaluation| {
        let reason = evaluation.reasons.first()?;
        Some(evaluation.reason(reason, &side.config.site.zone))
    };
    let reason = evaluation.and_then(first);
    reason.unwrap_or_else(|| "it is not read as an article".to_owned())
}

/// The terms of a query.
pub(super) fn selection(side: &Side<'_>, query: &Query) -> Selection {
    let terms = |numbers: &[_]| {
        let terms = numbers
            .iter()
            .map(|number| side.index.term(*number).clone());
        terms.collect()
    };
    Selection {
        any: terms(&query.any),
        all: terms(&query.all),
        none: terms(&query.none),
    }
}
