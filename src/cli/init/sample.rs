//! Some articles of a source, read as `check` reads them: what is refused there does not count here.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use url::Url;

use crate::config::{Config, SourceConfig};
use crate::model::article::{Accepted, Refusal};
use crate::model::problem::Severity;
use crate::model::time::Zone;
use crate::source::{ListingError, Place, ReadOutcome, Scope, Source, SourceError};

/// Places that are listed.
const LISTED_MAX: usize = 100_000;

/// Files of them that are read.
const FILES_READ_MAX: usize = 2_000;

/// Rows that are listed and read: a database may need long for each.
const ROWS_MAX: usize = 500;

/// How long listing takes, and reading: a person waits for `init`.
const TIME_MAX: Duration = Duration::from_secs(10);

/// Different terms, hosts or values that are counted.
const COUNTED_MAX: usize = 5_000;

/// The languages that are told from texts.
pub(super) const LANGUAGES: [&str; 12] = [
    "ru", "kk", "en", "uk", "be", "bg", "sr", "ky", "tt", "uz", "tr", "de",
];

/// The language of a text that is in none of them, as far as its words show.
pub(super) const NO_LANGUAGE: &str = "und";

/// How often each text was seen.
pub(super) type Counts = BTreeMap<String, usize>;

/// What is known of the articles of a source.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    /// Places that were listed, and whether these are all.
    pub(super) listed: usize,
    pub(super) is_whole: bool,
    /// Places that were read.
    pub(super) read: usize,
    /// Articles among them, hidden ones included.
    pub(super) articles: usize,
    /// Hidden ones among these.
    pub(super) hidden: usize,
    /// The path of each file that was read, and whether it is an article or why not.
    pub(super) files: Vec<(String, Result<(), Refusal>)>,
    /// What cannot be listed, with the reason.
    pub(super) unlisted: Vec<String>,
    /// Every path that was listed.
    pub(super) paths: Vec<String>,
    pub(super) formats: Counts,
    pub(super) sections: Counts,
    pub(super) tags: Counts,
    pub(super) languages: Counts,
    /// Hosts of the pages that articles name.
    pub(super) hosts: Counts,
    /// Values of a status that hide articles.
    pub(super) statuses: Counts,
    pub(super) has_authors: bool,
    pub(super) has_several_sections: bool,
    pub(super) first_year: Option<i16>,
}

impl Sample {
    /// Lists the source of a configuration, and reads some of what is there, evenly spread.
    pub(super) fn read(config: &Config) -> Result<Sample, SourceError> {
        let source = Source::new(config)?;
        let (listed_max, read_max) = match &config.source {
            SourceConfig::Directory(_) => (LISTED_MAX, FILES_READ_MAX),
            SourceConfig::Sql(_) | SourceConfig::WordPress(_) => (ROWS_MAX, ROWS_MAX),
        };
        let mut places: Vec<Place> = Vec::new();
        let (mut is_whole, mut unlisted) = (true, Vec::new());
        let began = Instant::now();
        for entry in source.walk(&Scope::Ids) {
            if places.len() == listed_max || began.elapsed() > TIME_MAX {
                is_whole = false;
                break;
            }
            match entry {
                Ok(place) => places.push(place),
                Err(ListingError::Unlisted(entry)) if entry.severity == Severity::Error => {
                    if unlisted.len() < COUNTED_MAX {
                        unlisted.push(format!("{}: {}", name_of(&entry.path), entry.reason));
                    }
                }
                Err(ListingError::Unlisted(_)) => {}
                Err(ListingError::Source(error)) => return Err(error),
            }
        }
        let mut sample = Sample {
            listed: places.len(),
            is_whole,
            unlisted,
            paths: places.iter().map(|place| place.path.clone()).collect(),
            ..Sample::default()
        };
        let step = places.len().div_ceil(read_max).max(1);
        let spread: Vec<Place> = places.into_iter().step_by(step).collect();
        let began = Instant::now();
        for share in spread.chunks(source.limits().share) {
            if began.elapsed() > TIME_MAX {
                break;
            }
            source.read(share, |number, result| {
                sample.add(&share[number].path, result.outcome);
            })?;
        }
        Ok(sample)
    }

    fn add(&mut self, path: &str, outcome: ReadOutcome) {
        self.read += 1;
        let outcome = match outcome {
            ReadOutcome::Accepted(accepted) => {
                self.add_article(path, &accepted);
                Ok(())
            }
            ReadOutcome::Refused(refusal)
            | ReadOutcome::Shared(_, refusal)
            | ReadOutcome::Unreadable(refusal) => Err(refusal),
            ReadOutcome::Unsettled => return,
        };
        self.files.push((path.to_owned(), outcome));
    }

    fn add_article(&mut self, path: &str, accepted: &Accepted) {
        self.articles += 1;
        let article = &accepted.article;
        if let Some((_, extension)) = path.rsplit_once('.') {
            count(&mut self.formats, extension.to_lowercase());
        }
        if let Some(status) = &accepted.hiding_status {
            count(&mut self.statuses, status.to_string());
        }
        if !accepted.visibility.is_in_feeds() {
            self.hidden += 1;
            return;
        }
        for section in &article.sections {
            count(&mut self.sections, section.name.as_str().to_owned());
        }
        for tag in &article.tags {
            count(&mut self.tags, tag.name.as_str().to_owned());
        }
        let language = article.language.split('-').next().unwrap_or_default();
        if language != NO_LANGUAGE {
            count(&mut self.languages, language.to_owned());
        }
        let url = article.url.as_deref().and_then(|url| Url::parse(url).ok());
        if let Some(origin) = url.map(|url| url.origin().ascii_serialization()) {
            count(&mut self.hosts, origin);
        }
        self.has_authors |= !article.authors.is_empty();
        self.has_several_sections |= article.sections.len() > 1;
        let year = Some(Zone::UTC.day(article.published).year);
        let year = year.filter(|year| (1990..=2999).contains(year));
        self.first_year = self.first_year.into_iter().chain(year).min();
    }

    /// Articles that are not hidden.
    pub(super) fn public(&self) -> usize {
        self.articles - self.hidden
    }

    /// Files that were read and are no articles.
    pub(super) fn refused(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, outcome)| {
            let refusal = outcome.as_ref().err()?;
            Some((path.as_str(), refusal.reason.as_str()))
        })
    }

    /// The paths of articles, and of files with front matter that are articles but for a mistake.
    pub(super) fn likely_paths(&self) -> impl Iterator<Item = &str> {
        let likely = self.files.iter().filter(|(path, outcome)| match outcome {
            Ok(()) => true,
            Err(refusal) => !refusal.is_page && !path.to_lowercase().ends_with(".txt"),
        });
        likely.map(|(path, _)| path.as_str())
    }

    /// The paths of articles.
    pub(super) fn article_paths(&self) -> impl Iterator<Item = &str> {
        let articles = self.files.iter().filter(|(_, outcome)| outcome.is_ok());
        articles.map(|(path, _)| path.as_str())
    }
}

/// The path of an entry; that of the source itself is empty.
fn name_of(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

fn count(counts: &mut Counts, text: String) {
    if counts.len() < COUNTED_MAX || counts.contains_key(&text) {
        *counts.entry(text).or_default() += 1;
    }
}

/// The texts that were seen most often, the most frequent first.
pub(super) fn most_frequent(counts: &Counts, number: usize) -> Vec<(&str, usize)> {
    let mut all: Vec<(&str, usize)> = counts.iter().map(|(text, n)| (text.as_str(), *n)).collect();
    all.sort_by_key(|(text, count)| (Reverse(*count), *text));
    all.truncate(number);
    all
}
