//! Why an article is, or is not, in a feed: every rule that admits or refuses it, its place in the
//! window, and when it will enter or leave.
//!
//! For the operator alone: embargoed and expired articles are explained like any other. The rule of
//! the window is asked, not repeated.

mod evaluate;
mod text;

use serde::{Serialize, Serializer};

pub use self::evaluate::evaluate;
use crate::config::Settings;
use crate::model::problem::Problem;
use crate::model::term::TermKind;
use crate::model::time::{Timestamp, Zone};

/// Why an article is, or is not, in a feed. Prints itself for people, serializes for programs.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The feed's path without extension; of a selection with its query.
    pub feed: String,
    /// The article.
    #[serde(flatten)]
    pub article: ExplainedArticle,
    /// What the feed's rules make of it.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// The zone that people read dates in.
    #[serde(skip)]
    pub zone: Zone,
}

/// The article that is explained.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainedArticle {
    /// Its key; `None` of a file that never gave an article.
    #[serde(rename = "article")]
    pub key: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// When it was or will be published.
    #[serde(serialize_with = "optional_instant")]
    pub published: Option<Timestamp>,
    /// What it comes from: a file or a row.
    #[serde(skip)]
    pub noun: &'static str,
    /// Which one, as the operator would name it.
    pub file: String,
    /// Why that as it is now gives no article.
    pub problem: Option<Problem>,
}

/// What a feed's rules make of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Evaluation {
    /// Whether it is in the feed.
    pub included: bool,
    /// Why it is not; empty where it is.
    pub reasons: Vec<Reason>,
    /// The feed's rules about terms; empty where it holds every article.
    pub rules: Vec<RuleResult>,
    /// Its place among the articles that match, the newest being 1; `None` where it does not match
    /// or is not released.
    pub place: Option<usize>,
    /// How many entries the feed has.
    pub entries: Option<usize>,
    /// When it enters by itself.
    #[serde(serialize_with = "optional_instant")]
    pub enters: Option<Timestamp>,
    /// When it leaves by itself, however few newer articles come.
    #[serde(serialize_with = "optional_instant")]
    pub leaves: Option<Timestamp>,
    /// When newer articles will have crowded it out.
    #[serde(rename = "crowded_out")]
    pub eviction: Option<Eviction>,
    /// The window that the feed was given.
    #[serde(skip)]
    pub settings: Settings,
}

/// Why an article is not in a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Reason {
    /// Its file cannot be read as an article.
    #[serde(rename = "quarantined")]
    Unreadable,
    /// A rule about terms refuses it.
    Refused {
        /// Which one.
        by: RuleKind,
    },
    /// Its file says `feed = false`.
    OutOfFeeds,
    /// Its file says `draft = true`.
    Draft,
    /// It is past its own end.
    Expired {
        /// Since when.
        #[serde(serialize_with = "instant")]
        since: Timestamp,
    },
    /// It is dated in the future.
    Embargoed {
        /// Its date.
        #[serde(serialize_with = "instant")]
        until: Timestamp,
    },
    /// The feed's `delay` keeps it back.
    #[serde(rename = "held-back")]
    Delayed {
        /// When that ends.
        #[serde(serialize_with = "instant")]
        until: Timestamp,
    },
    /// It is past the feed's `oldest`.
    TooOld {
        /// Since when.
        #[serde(serialize_with = "instant")]
        since: Timestamp,
    },
    /// Too many articles of the feed are newer.
    #[serde(rename = "crowded-out")]
    OverLimit {
        /// How many are.
        newer: usize,
    },
}

/// A rule about terms, and whether it admits the article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleResult {
    /// What the rule asks.
    pub rule: RuleKind,
    /// Whether the article satisfies it.
    pub admits: bool,
    /// The terms it names.
    pub terms: Vec<RuleTerm>,
}

/// What a rule asks of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleKind {
    /// The term that an automatic feed is made for.
    Own,
    /// At least one of these terms.
    Any,
    /// Every one of these terms.
    All,
    /// None of these terms.
    None,
}

/// A term that a rule names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleTerm {
    /// As feeds.toml would write it: `#мажилис`, `section:Парламент`.
    pub term: String,
    /// How the article writes it; `None` where it does not carry it.
    pub carried: Option<TermMatch>,
}

/// How an article carries a term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TermMatch {
    /// `tag`, `section`, `author` or `lang` of the article.
    #[serde(serialize_with = "kind")]
    pub kind: TermKind,
    /// Its own spelling.
    pub written: String,
    /// Whether `[same]` makes that count as the term.
    pub same: bool,
}

/// When newer articles will have crowded an entry out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Eviction {
    /// So many have to come,
    pub newer: usize,
    /// one of them dated then or later; `None` where the newest is already.
    #[serde(serialize_with = "optional_instant")]
    pub one_from: Option<Timestamp>,
    /// However they are dated, so many are enough.
    pub newer_at_most: usize,
}

fn instant<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn optional_instant<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}

fn kind<S: Serializer>(kind: &TermKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.prefix())
}

#[cfg(test)]
mod tests;
