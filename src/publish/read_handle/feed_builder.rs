//! Finds what `/build` shows. It costs one selection, and where that is empty at most half as much
//! again, to find the terms that make it so. To that come searches of all names, one for each kind of
//! terms and one for each unknown term, of which the first few are compared; and articles from the store:
//! the newest, and those that tell how often articles come, whose number grows with the logarithm of the
//! feed's size.

use std::sync::Arc;

use super::{ReadHandle, SelectError};
use crate::config::Settings;
use crate::feed::automatic_path::{AUTOMATIC, automatic_path};
use crate::feed::document::Channel;
use crate::feed::snapshot::FeedVersion;
use crate::feed::term_search::{FoundTerm, TermSearch};
use crate::index::{Index, SELECTION_STEPS_MAX};
use crate::model::article::Article;
use crate::model::selection::Selection;
use crate::model::term::{Term, TermKind};
use crate::publish::published_state::PublishedState;
use crate::render::pages::build_query::{BuildQuery, Condition};
use crate::render::pages::feed_builder::{
    BuildResult, BuiltFeed, CountedTerm, FeedBuilder, RecentArticles, SuggestedTerms,
    SuggestionReason,
};
use crate::store::{ArticleReader, StoreError};
use crate::text::Html;

/// Terms of one kind that are suggested.
const SUGGESTED_MAX: usize = 6;

/// Terms of a similar name, of all kinds.
const SIMILAR_MAX: usize = 5;

/// Unknown terms for which similar ones are looked for, each of which takes milliseconds.
const COMPARED_MAX: usize = 3;

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
        selection.retain(is_known);
        Ok(FeedBuilder {
            suggestions: published.with_feeds(suggestions(&search, &query)),
            titled: published.titled(&query.words),
            result: self.build_result(published, &selection)?,
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
    fn with_feeds(&self, mut suggestions: SuggestedTerms) -> SuggestedTerms {
        for counted in &mut suggestions.terms {
            let version = self.find_feed(&automatic_path(&counted.term));
            let feed = version.map(|version| self.index.counted(&version));
            let listed = feed.filter(|feed| feed.listed);
            counted.feed = listed.map(|feed| feed.version.channel.address.clone());
        }
        suggestions
    }

    /// The channels of the listed declared feeds that the typed words find.
    fn titled(&self, words: &str) -> Vec<Arc<Channel>> {
        if words.is_empty() {
            return Vec::new();
        }
        let found = self.feed_search().find_declared(words, TITLED_MAX);
        let channels = found.iter().map(|feed| feed.version.channel.clone());
        channels.collect()
    }
}

/// A known term with its name; `None` if no article has or had it and feeds.toml does not name it.
fn known_term(index: &Index, term: &Term) -> Option<CountedTerm> {
    let number = index.find_term(term)?;
    let is_known = index.is_known(number) || index.is_used(number);
    is_known.then(|| {
        let articles = index.articles_with(number);
        CountedTerm::new(term.clone(), index.name(number), articles)
    })
}

/// The terms to choose from.
fn suggestions(search: &TermSearch, query: &BuildQuery) -> SuggestedTerms {
    let words = &query.words;
    let is_wanted = |_| true;
    if words.is_empty() {
        let kinds = [TermKind::Section, TermKind::Tag, TermKind::Lang];
        let terms = kinds.map(|kind| counted(search.largest(&[kind], is_wanted, SUGGESTED_MAX)));
        // One language is no choice.
        let is_choice = |kind, terms: &[CountedTerm]| kind != TermKind::Lang || terms.len() > 1;
        let terms = kinds.into_iter().zip(terms);
        let terms = terms.filter(|(kind, terms)| is_choice(*kind, terms));
        return SuggestedTerms {
            reason: SuggestionReason::Largest,
            terms: terms.flat_map(|(_, terms)| terms).collect(),
        };
    }
    let kinds = TermKind::ALL;
    let terms = kinds.map(|kind| counted(search.find(words, &[kind], is_wanted, SUGGESTED_MAX)));
    let found: Vec<CountedTerm> = terms.into_iter().flatten().collect();
    match found.is_empty() {
        false => SuggestedTerms {
            reason: SuggestionReason::Found,
            terms: found,
        },
        true => SuggestedTerms {
            reason: SuggestionReason::Similar,
            terms: counted(search.similar(words, &AUTOMATIC, is_wanted, SIMILAR_MAX)),
        },
    }
}

fn similar(search: &TermSearch, term: &Term) -> Vec<CountedTerm> {
    counted(search.nearest(term.key(), &[term.kind], |_| true, SIMILAR_MAX))
}

fn counted(found: Vec<FoundTerm<'_>>) -> Vec<CountedTerm> {
    let counted = |found: FoundTerm<'_>| CountedTerm::new(found.term, found.name, found.articles);
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
