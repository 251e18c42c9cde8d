//! Why an article is, or is not, in a feed: the rules that admit or refuse it, its position in the
//! window, and when it enters or leaves.
//!
//! Only the operator sees this, so it explains embargoed and expired articles too. The index computes
//! the window; nothing here repeats its rules.

mod evaluate;
mod text;

use std::path::Path;

use serde::{Serialize, Serializer};

pub use self::evaluate::{evaluate, evaluate_excluded};
use crate::config::Settings;
use crate::model::problem::Problem;
use crate::model::term::TermKind;
use crate::model::time::{Timestamp, Zone};

/// Why an article is, or is not, in a feed: as text for people, serialized for programs.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The feed's path without extension; of a selection with its query.
    pub feed: String,
    /// The article that is explained.
    #[serde(flatten)]
    pub article: ExplainedArticle,
    /// The result of the feed's rules.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// The zone of the dates in the text.
    #[serde(skip)]
    pub zone: Zone,
}

/// The article that is explained.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainedArticle {
    /// Its key; `None` if the file never was an article.
    #[serde(rename = "article")]
    pub key: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// When it was or will be published.
    #[serde(serialize_with = "optional_instant")]
    pub published: Option<Timestamp>,
    /// The noun for its source: a file or a row.
    #[serde(skip)]
    pub noun: &'static str,
    /// The path of the file or the id of the row.
    pub file: String,
    /// Why its current content is no article.
    pub problem: Option<Problem>,
}

impl ExplainedArticle {
    /// Shows the path of the file as one that starts at the folder `to`, if it starts at `from`.
    pub fn show_below(&mut self, from: &Path, to: &Path) {
        let files = self.problem.iter_mut().map(|problem| &mut problem.file);
        for file in files.chain([&mut self.file]) {
            if let Ok(below) = Path::new(&*file).strip_prefix(from) {
                *file = to.join(below).display().to_string();
            }
        }
    }
}

/// The result of a feed's rules for an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Evaluation {
    /// Whether it is in the feed.
    pub included: bool,
    /// Why it is not; empty if it is.
    pub reasons: Vec<Reason>,
    /// The feed's rules about terms; empty if it takes every article.
    pub rules: Vec<RuleResult>,
    /// Its position among the articles that match, from 1 for the newest; `None` if it does not
    /// match or is not released.
    pub place: Option<usize>,
    /// How many entries the feed has.
    pub entries: Option<usize>,
    /// When it enters without another change.
    #[serde(serialize_with = "optional_instant")]
    pub enters: Option<Timestamp>,
    /// When it leaves even without newer articles.
    #[serde(serialize_with = "optional_instant")]
    pub leaves: Option<Timestamp>,
    /// The newer articles that push it out.
    #[serde(rename = "crowded_out")]
    pub eviction: Option<Eviction>,
    /// The settings of the feed.
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
        /// The rule.
        by: RuleKind,
    },
    /// Its file says `feed = false`.
    OutOfFeeds,
    /// Its file says `draft = true`.
    Draft,
    /// Its `expires` has passed.
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
    /// The feed's `delay` has not passed.
    #[serde(rename = "held-back")]
    Delayed {
        /// When that ends.
        #[serde(serialize_with = "instant")]
        until: Timestamp,
    },
    /// It is older than the feed's `oldest`.
    TooOld {
        /// Since when.
        #[serde(serialize_with = "instant")]
        since: Timestamp,
    },
    /// Too many articles of the feed are newer.
    #[serde(rename = "crowded-out")]
    OverLimit {
        /// How many.
        newer: usize,
    },
}

/// A rule about terms, and whether it admits the article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleResult {
    /// The rule.
    pub rule: RuleKind,
    /// Whether the article passes.
    pub admits: bool,
    /// The terms it names.
    pub terms: Vec<RuleTerm>,
}

/// A kind of rule: the terms that an article must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleKind {
    /// The term of an automatic feed.
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
    /// In the notation of feeds.toml: `#мажилис`, `section:Парламент`.
    pub term: String,
    /// The article's spelling; `None` if it does not have the term.
    pub carried: Option<TermMatch>,
}

/// The term of an article that matches the term of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TermMatch {
    /// `tag`, `section`, `author` or `lang` of the article.
    #[serde(serialize_with = "kind")]
    pub kind: TermKind,
    /// Its own spelling.
    pub written: String,
    /// Whether they match because of `[same]`.
    pub same: bool,
}

/// The newer articles that push an entry out of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Eviction {
    /// How many are needed.
    pub newer: usize,
    /// One of them must have this date or a later one; `None` if the newest entry has it already.
    #[serde(serialize_with = "optional_instant")]
    pub one_from: Option<Timestamp>,
    /// How many are enough whatever their dates.
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
