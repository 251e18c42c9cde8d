//! Evaluates the rules of a feed for an article.

use super::{Evaluation, Eviction, Reason, RuleKind, RuleResult, RuleTerm, TermMatch};
use crate::config::Settings;
use crate::feed::definitions::{FeedDefinition, FeedKind};
use crate::index::{ArticleNo, Index, Membership, Rank, TermNo};
use crate::model::article::Visibility;
use crate::model::term::Term;
use crate::model::time::Timestamp;

/// Evaluates the rules of a feed for an article of the index.
pub fn evaluate(index: &Index, feed: &FeedDefinition, article: ArticleNo) -> Evaluation {
    let (as_of, settings) = (index.as_of(), &*feed.settings);
    let rules = rules(index, feed, article);
    let mut reasons: Vec<Reason> = rules
        .iter()
        .filter(|check| !check.admits)
        .map(|check| Reason::Refused { by: check.rule })
        .collect();
    let matches = reasons.is_empty();
    reasons.extend(article_reasons(index, article));
    let place_at = |at| {
        let listed = matches && index.visibility(article).is_in_feeds();
        listed.then(|| index.rank(&feed.query, settings, article, at))?
    };
    let now = place_at(as_of);
    reasons.extend(now.and_then(window_reason));
    let included = now.is_some_and(is_included);
    let visible_from = index.published(article).plus(settings.delay.into());
    let enters =
        Some(visible_from).filter(|&at| at > as_of && place_at(at).is_some_and(is_included));
    Evaluation {
        included,
        reasons,
        rules,
        place: now.map(|rank| rank.newer + 1),
        entries: now.map(|rank| rank.entries),
        enters,
        leaves: leaves(index, settings, article).filter(|_| included || enters.is_some()),
        eviction: now
            .filter(|_| included)
            .map(|rank| eviction(rank, index.published(article), settings)),
        settings: settings.clone(),
    }
}

/// Why an article is not in a feed, of which it is known that it has not this article, and at least `newer`
/// newer ones. Other than [`evaluate`], it does not look for the article's position, which takes time linear
/// in the matching articles.
pub fn evaluate_excluded(
    index: &Index,
    feed: &FeedDefinition,
    article: ArticleNo,
    newer: usize,
) -> Evaluation {
    let (as_of, settings) = (index.as_of(), &*feed.settings);
    let published = index.published(article);
    let rules = rules(index, feed, article);
    let refused = rules.iter().filter(|check| !check.admits);
    let mut reasons: Vec<Reason> = refused
        .map(|check| Reason::Refused { by: check.rule })
        .collect();
    reasons.extend(article_reasons(index, article));
    if reasons.is_empty() {
        let until = published.plus(settings.delay.into());
        let since = settings.oldest.map(|oldest| published.plus(oldest.into()));
        reasons.push(match since.filter(|since| *since <= as_of) {
            _ if until > as_of => Reason::Delayed { until },
            Some(since) => Reason::TooOld { since },
            None => Reason::OverLimit { newer },
        });
    }
    Evaluation {
        reasons,
        rules,
        settings: settings.clone(),
        ..Evaluation::default()
    }
}

/// The reasons that hold in every feed.
fn article_reasons(index: &Index, article: ArticleNo) -> impl Iterator<Item = Reason> {
    let (as_of, until) = (index.as_of(), index.published(article));
    let expires = index.expires(article).filter(|end| *end <= as_of);
    let hidden = match index.visibility(article) {
        Visibility::Public | Visibility::OutOfSearch => None,
        Visibility::OutOfFeeds => Some(Reason::OutOfFeeds),
        Visibility::Draft => Some(Reason::Draft),
    };
    [
        hidden,
        expires.map(|since| Reason::Expired { since }),
        (until > as_of).then_some(Reason::Embargoed { until }),
    ]
    .into_iter()
    .flatten()
}

fn window_reason(rank: Rank) -> Option<Reason> {
    match rank.membership {
        Membership::Included { .. } => None,
        Membership::Delayed { until } => Some(Reason::Delayed { until }),
        Membership::TooOld { since } => Some(Reason::TooOld { since }),
        Membership::OverLimit => Some(Reason::OverLimit { newer: rank.newer }),
    }
}

fn is_included(rank: Rank) -> bool {
    matches!(rank.membership, Membership::Included { .. })
}

fn leaves(index: &Index, settings: &Settings, article: ArticleNo) -> Option<Timestamp> {
    let oldest = settings
        .oldest
        .map(|oldest| index.published(article).plus(oldest.into()));
    [oldest, index.expires(article)].into_iter().flatten().min()
}

fn eviction(rank: Rank, published: Timestamp, settings: &Settings) -> Eviction {
    let items = usize::from(settings.items);
    let keep_until = published.plus(settings.keep.into());
    Eviction {
        newer: items.saturating_sub(rank.newer).max(1),
        one_from: Some(keep_until).filter(|at| rank.newest < *at),
        newer_at_most: 4 * items - rank.newer,
    }
}

/// The feed's rules about terms, each with its result.
fn rules(index: &Index, feed: &FeedDefinition, article: ArticleNo) -> Vec<RuleResult> {
    let (all, own) = match feed.kind {
        FeedKind::All | FeedKind::Declared | FeedKind::Select => {
            (feed.query.all.as_slice(), &[][..])
        }
        // The feed's own term is the last, after those of the configuration.
        FeedKind::Section | FeedKind::Tag | FeedKind::Author => {
            let all = feed.query.all.as_slice();
            all.split_at(all.len().saturating_sub(1))
        }
    };
    [
        (RuleKind::Own, own),
        (RuleKind::Any, feed.query.any.as_slice()),
        (RuleKind::All, all),
        (RuleKind::None, feed.query.none.as_slice()),
    ]
    .into_iter()
    .filter(|(_, terms)| !terms.is_empty())
    .map(|(role, terms)| check(index, article, role, terms))
    .collect()
}

/// The name of a term; its key, if the name is not enough to write it in feeds.toml.
fn spelled(index: &Index, term: TermNo) -> &str {
    let (name, term) = (index.name(term), index.term(term));
    let is_enough = Term::new(term.kind, name).as_ref() == Some(term);
    if is_enough { name } else { term.key() }
}

fn check(index: &Index, article: ArticleNo, rule: RuleKind, terms: &[TermNo]) -> RuleResult {
    let terms: Vec<RuleTerm> = terms
        .iter()
        .map(|&term| RuleTerm {
            term: index.term(term).kind.notation(spelled(index, term)),
            carried: index.spelling(article, term).map(|written| TermMatch {
                kind: written.kind,
                written: written.text.to_owned(),
                same: written.is_alias,
            }),
        })
        .collect();
    let mut carried = terms.iter().map(|term| term.carried.is_some());
    let admits = match rule {
        RuleKind::Own | RuleKind::All => carried.all(|carried| carried),
        RuleKind::Any => carried.any(|carried| carried),
        RuleKind::None => !carried.any(|carried| carried),
    };
    RuleResult {
        rule,
        admits,
        terms,
    }
}
