//! The overview: every feed of a snapshot with its number of articles, in the order of the catalogue.
//!
//! Counting takes time, so an overview is built on the first request after a publication.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::feed::definitions::FeedKind;
use crate::feed::letter::{self, Letter};
use crate::feed::snapshot::FeedVersion;
use crate::model::term::TermKind;

/// A feed and the number of articles that match it, in its window or not.
#[derive(Clone, Debug)]
pub struct FeedSummary {
    /// The feed.
    pub version: Arc<FeedVersion>,
    /// Its name in alphabetical lists: that of its term, else its title.
    pub name: Arc<str>,
    /// Released articles that match it.
    pub articles: usize,
    /// Whether it has enough of them to be listed, and its settings let it.
    pub listed: bool,
    /// Its place in feeds.toml, of a declared feed.
    pub place: usize,
}

/// Every feed but selections and those of dead terms.
#[derive(Debug)]
pub struct Overview {
    number: u64,
    feeds: Vec<FeedSummary>,
    /// Computed at the first request for a list of the kind.
    sections: OnceLock<BTreeMap<Letter, Vec<usize>>>,
    tags: OnceLock<BTreeMap<Letter, Vec<usize>>>,
    authors: OnceLock<BTreeMap<Letter, Vec<usize>>>,
}

impl Overview {
    /// An overview of these feeds. `number` is unique in this process.
    pub fn new(number: u64, mut feeds: Vec<FeedSummary>) -> Overview {
        feeds.sort_by(|a, b| place(a).cmp(&place(b)));
        Overview {
            number,
            feeds,
            sections: OnceLock::new(),
            tags: OnceLock::new(),
            authors: OnceLock::new(),
        }
    }

    /// The number that no other overview of this process has.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Every feed: `all`, the declared ones as feeds.toml has them, then sections, tags and authors,
    /// each with the largest first.
    pub fn feeds(&self) -> &[FeedSummary] {
        &self.feeds
    }

    /// Every listed feed, in the same order.
    pub fn listed(&self) -> Vec<&FeedSummary> {
        self.feeds.iter().filter(|feed| feed.listed).collect()
    }

    /// The feeds of the catalogue: `all`, declared feeds and sections.
    pub fn catalogue(&self) -> Vec<&FeedSummary> {
        let kinds = [FeedKind::All, FeedKind::Declared, FeedKind::Section];
        let shown = |feed: &&FeedSummary| feed.listed && kinds.contains(&feed.version.kind);
        self.feeds.iter().filter(shown).collect()
    }

    /// The automatic feeds of a kind of terms.
    pub fn of_terms(&self, kind: TermKind) -> Vec<&FeedSummary> {
        let kind = FeedKind::of_terms(kind);
        let shown = |feed: &&FeedSummary| feed.listed && feed.version.kind == kind;
        self.feeds.iter().filter(shown).collect()
    }

    /// The letters that the feeds of a kind of terms stand under, in their order.
    pub fn letters(&self, kind: TermKind) -> Vec<Letter> {
        self.by_letter(kind).keys().copied().collect()
    }

    /// The automatic feeds of a kind of terms under a letter, in alphabetical order.
    pub fn under_letter(&self, kind: TermKind, letter: Letter) -> Vec<&FeedSummary> {
        let numbers = self.by_letter(kind).get(&letter).into_iter().flatten();
        numbers.map(|&number| &self.feeds[number]).collect()
    }

    /// The numbers of the listed feeds of a kind of terms under each letter, in alphabetical order.
    fn by_letter(&self, kind: TermKind) -> &BTreeMap<Letter, Vec<usize>> {
        let by_letter = match kind {
            TermKind::Section => &self.sections,
            TermKind::Tag | TermKind::Lang => &self.tags,
            TermKind::Author => &self.authors,
        };
        by_letter.get_or_init(|| {
            let kind = FeedKind::of_terms(kind);
            let feeds = self.feeds.iter().enumerate();
            let shown = feeds.filter(|(_, feed)| feed.listed && feed.version.kind == kind);
            let mut feeds: Vec<(usize, &FeedSummary)> = shown.collect();
            letter::sort_by_name(&mut feeds, |(_, feed)| &feed.name);
            let mut by_letter: BTreeMap<Letter, Vec<usize>> = BTreeMap::new();
            for (number, feed) in feeds {
                let letter = Letter::of(&feed.name);
                by_letter.entry(letter).or_default().push(number);
            }
            by_letter
        })
    }
}

fn place(feed: &FeedSummary) -> (FeedKind, usize, Reverse<usize>, &str) {
    let FeedSummary {
        version,
        articles,
        place,
        ..
    } = feed;
    let by_size = match version.kind {
        FeedKind::All | FeedKind::Declared => 0,
        FeedKind::Section | FeedKind::Tag | FeedKind::Author | FeedKind::Select => *articles,
    };
    (version.kind, *place, Reverse(by_size), &version.path)
}
