//! Finds what `/build` shows. It costs one selection, and where that is empty at most half as much
//! again, to find the terms that make it so.

use std::sync::Arc;

use super::{ReadHandle, SelectError};
use crate::config::{DeclaredFeed, Settings};
use crate::feed::automatic_path::automatic_path;
use crate::feed::document::Channel;
use crate::feed::name_search::NameSearch;
use crate::feed::snapshot::FeedVersion;
use crate::feed::term_search::{Found, TermSearch};
use crate::index::{Index, Query, SELECTION_STEPS_MAX};
use crate::model::article::Article;
use crate::model::selection::Selection;
use crate::model::term::{Term, TermKind};
use crate::publish::published_state::PublishedState;
use crate::render::pages::build_query::{BuildQuery, Condition};
use crate::render::pages::feed_builder::{
    BuildResult, BuiltFeed, CountedTerm, FeedBuilder, RecentArticles, SuggestionReason,
    Suggestions, names_of_language,
};
use crate::store::{ArticleReader, StoreError};
use crate::text::Html;

/// Terms of one kind that are suggested.
const SUGGESTED_MAX: usize = 6;

/// Terms of a similar name, of all kinds.
const SIMILAR_MAX: usize = 5;

/// Unknown terms for which similar ones are looked for, each of which takes milliseconds.
const COMPARED_MAX: usize = 3;

/// Languages that are compared with the typed words.
const LANGUAGES_MAX: usize = 50;

/// Declared feeds that the typed words find.
const TITLED_MAX: usize = 5;

/// Articles that are shown.
const ARTICLES_MAX: usize = 10;

/// The time over which articles are counted.
const RECENT_SECONDS: u32 = 30 * 86_400;

/// The shortest time over which articles are counted, if the feed has no older ones.
const RECENT_SECONDS_MIN: i64 = 3600;

impl ReadHandle {
    /// What `/build` shows.
    pub(super) fn feed_builder(
        &self,
        published: &PublishedState,
        mut query: BuildQuery,
    ) -> Result<FeedBuilder, StoreError> {
        let index = &published.index.index;
        let search = published.term_search();
        query.selection = query.selection.map(|term| index.canonical(term).clone());
        let mut chosen: Vec<&Term> = query.selection.terms().collect();
        chosen.sort_unstable();
        chosen.dedup();
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for term in chosen {
            match known_term(index, term) {
                Some(counted) => known.push(counted),
                None if unknown.len() < COMPARED_MAX => {
                    unknown.push((term.clone(), similar(&search, term)));
                }
                None => {}
            }
        }
        let is_known = |term: &Term| known.iter().any(|known| known.term == *term);
        let mut selection = query.selection.clone();
        for terms in [&mut selection.any, &mut selection.all, &mut selection.none] {
            terms.retain(is_known);
        }
        Ok(FeedBuilder {
            suggestions: published.with_feeds(suggestions(&search, &query)),
            titled: published.titled(&query.words),
            result: self.build_result(published, &selection)?,
            state: published.changes.number(),
            query,
            known,
            unknown,
        })
    }

    fn build_result(
        &self,
        published: &PublishedState,
        selection: &Selection,
    ) -> Result<BuildResult, StoreError> {
        if selection.terms().next().is_none() {
            return Ok(BuildResult::Nothing);
        }
        let ready = published.feed_with_selection(selection);
        let is_ready = ready.is_some();
        let version = match ready {
            Some(version) => version,
            None => match self.select(published, selection) {
                Ok(version) => version,
                Err(SelectError::TooCostly(_)) => return Ok(BuildResult::TooCostly),
                // Selections may be made from a state that is a moment older than the term.
                Err(SelectError::Unknown(_)) => return Ok(BuildResult::Nothing),
            },
        };
        let mut reader = self.store().article_reader()?;
        let newest = version.entries.iter().take(ARTICLES_MAX);
        let articles: Result<Vec<Article>, StoreError> = newest
            .map(|&record| {
                let mut article = reader.article(record)?;
                article.body = Html::default();
                Ok(article)
            })
            .collect();
        let obstacles = match version.entries.is_empty() {
            true => obstacles(&published.index.index, selection, &version.settings),
            false => Vec::new(),
        };
        Ok(BuildResult::Feed(Box::new(BuiltFeed {
            feed: version.compose(&articles?),
            is_ready,
            recent: recent_articles(&mut reader, &version)?,
            obstacles,
            digest: version.digest,
        })))
    }
}

impl PublishedState {
    /// The listed declared or automatic feed that holds the articles of a selection.
    fn feed_with_selection(&self, selection: &Selection) -> Option<Arc<FeedVersion>> {
        let (config, index) = (&self.index.config, &self.index.index);
        let simplified = |selection: &Selection| {
            let canonical = selection.map(|term| index.canonical(term).clone());
            canonical.simplified()
        };
        let wanted = selection.simplified();
        let declared = config.feeds.iter().filter(|feed| feed.settings.listed);
        let mut declared = declared.filter(|feed| simplified(&feed.selection) == wanted);
        if let Some(feed) = declared.next() {
            return self.snapshot.feeds.get(&*feed.name).cloned();
        }
        let mut automatic = wanted.all.iter().filter(|term| {
            let auto = config.auto(term.kind).filter(|auto| auto.settings.listed);
            let whole = auto.map(|auto| Selection::of((*term).clone()).and(&auto.selection));
            whole.is_some_and(|whole| simplified(&whole) == wanted)
        });
        let version = automatic.find_map(|term| self.find_feed(&automatic_path(term)))?;
        Some(version.into_owned())
    }

    /// Suggested terms with the addresses of their feeds.
    fn with_feeds(&self, mut suggestions: Suggestions) -> Suggestions {
        for counted in &mut suggestions.terms {
            let version = self.find_feed(&automatic_path(&counted.term));
            let feed = version.map(|version| self.index.counted(&version));
            let listed = feed.filter(|feed| feed.listed);
            counted.feed = listed.map(|feed| feed.version.channel.address.clone());
        }
        suggestions
    }

    /// The channels of the listed declared feeds that the typed words find by their titles in any language.
    fn titled(&self, words: &str) -> Vec<Arc<Channel>> {
        let declared = self.index.config.feeds.iter();
        let declared: Vec<&DeclaredFeed> = declared.filter(|feed| feed.settings.listed).collect();
        let titles = declared.iter().map(|feed| {
            let translated = feed.translations.titles.values().map(String::as_str);
            let titles: Vec<&str> = translated.chain([&*feed.title]).collect();
            titles.join(" ")
        });
        let titles: Vec<String> = titles.collect();
        let titles = NameSearch::new(titles.iter().map(|title| (&**title, None)));
        let found = titles.find(words, |_| true, TITLED_MAX).into_iter();
        let versions = found.filter_map(|number| self.snapshot.feeds.get(&*declared[number].name));
        versions.map(|version| version.channel.clone()).collect()
    }
}

/// A known term with its name; `None` if no article has or had it and feeds.toml does not name it.
fn known_term(index: &Index, term: &Term) -> Option<CountedTerm> {
    let number = index.find_term(term)?;
    let is_known = index.is_known(number) || index.is_used(number);
    is_known.then(|| {
        let articles = index.count(&Query::default().with(number));
        CountedTerm::new(term.clone(), index.name(number), articles)
    })
}

/// The terms to choose from.
fn suggestions(search: &TermSearch, query: &BuildQuery) -> Suggestions {
    let words = &query.words;
    if words.is_empty() {
        let kinds = [TermKind::Section, TermKind::Tag];
        let terms = kinds.map(|kind| counted(search.largest(&[kind], SUGGESTED_MAX)));
        let terms = terms.into_iter().flatten().chain(languages(search, ""));
        return Suggestions {
            reason: SuggestionReason::Largest,
            terms: terms.collect(),
        };
    }
    let kinds = [TermKind::Section, TermKind::Tag, TermKind::Author];
    let terms = kinds.map(|kind| counted(search.find(words, &[kind], SUGGESTED_MAX)));
    let terms = terms.into_iter().flatten().chain(languages(search, words));
    let found: Vec<CountedTerm> = terms.collect();
    match found.is_empty() {
        false => Suggestions {
            reason: SuggestionReason::Found,
            terms: found,
        },
        true => Suggestions {
            reason: SuggestionReason::Similar,
            terms: counted(search.nearest(words, &kinds, SIMILAR_MAX)),
        },
    }
}

/// The languages of articles that the words find by one of their names; all of several if there are no
/// words.
fn languages(search: &TermSearch, words: &str) -> Vec<CountedTerm> {
    let languages = counted(search.largest(&[TermKind::Lang], LANGUAGES_MAX));
    if words.is_empty() {
        let has_choice = languages.len() > 1;
        return languages
            .into_iter()
            .filter(|_| has_choice)
            .take(SUGGESTED_MAX)
            .collect();
    }
    let keys = languages.iter().map(|language| language.term.key());
    let names = keys.map(|key| format!("{key} {}", names_of_language(key).join(" ")));
    let names: Vec<String> = names.collect();
    let names = NameSearch::new(names.iter().map(|name| (&**name, None)));
    let found = names.find(words, |_| true, SUGGESTED_MAX).into_iter();
    found.map(|number| languages[number].clone()).collect()
}

fn similar(search: &TermSearch, term: &Term) -> Vec<CountedTerm> {
    counted(search.nearest(term.key(), &[term.kind], SIMILAR_MAX))
}

fn counted(found: Vec<Found<'_>>) -> Vec<CountedTerm> {
    let counted = |found: Found<'_>| CountedTerm::new(found.term, found.label, found.articles);
    found.into_iter().map(counted).collect()
}

/// The terms without one of which the selection, which is empty, has articles. All searches together take
/// at most half of the steps that a selection may.
fn obstacles(index: &Index, selection: &Selection, settings: &Settings) -> Vec<(Condition, Term)> {
    let query = BuildQuery {
        selection: selection.clone(),
        ..BuildQuery::default()
    };
    let candidates = Condition::ALL.into_iter().flat_map(|condition| {
        let terms = condition.terms(selection).iter();
        terms.map(move |term| (condition, term.clone()))
    });
    let candidates: Vec<(Condition, Term)> = candidates.collect();
    let steps_max = SELECTION_STEPS_MAX / 2 / candidates.len().max(1);
    let newest = Settings {
        items: 1,
        keep: 0,
        ..settings.clone()
    };
    let has_articles = |(condition, term): &(Condition, Term)| {
        let rest = query.without(*condition, term).selection;
        // Without any term, every article is selected.
        let is_narrower = rest.terms().next().is_some();
        let window = index.query(&rest).filter(|_| is_narrower);
        let window = window.map(|query| index.window_within(&query, &newest, steps_max));
        window.is_some_and(|window| window.is_ok_and(|window| !window.entries.is_empty()))
    };
    candidates.into_iter().filter(has_articles).collect()
}

/// How many articles a version got lately. Its entries are the newest first, so a few of them tell.
fn recent_articles(
    reader: &mut ArticleReader,
    version: &FeedVersion,
) -> Result<RecentArticles, StoreError> {
    let mut age = |place: usize| {
        let article = reader.article(version.entries[place])?;
        Ok::<_, StoreError>(version.as_of.0 - article.published.0)
    };
    let (mut recent, mut end) = (0, version.entries.len());
    while recent < end {
        let middle = recent + (end - recent) / 2;
        match age(middle)? < i64::from(RECENT_SECONDS) {
            true => recent = middle + 1,
            false => end = middle,
        }
    }
    // A feed that ends within that time may have lost older articles.
    let is_cut = recent == version.entries.len() && recent >= version.settings.items.into();
    let seconds = match is_cut {
        true => u32::try_from(age(recent - 1)?.max(RECENT_SECONDS_MIN)).unwrap_or(RECENT_SECONDS),
        false => RECENT_SECONDS,
    };
    Ok(RecentArticles {
        articles: recent,
        seconds,
    })
}
