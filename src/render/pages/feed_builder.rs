//! What `/build` shows: the terms that typed words find, the chosen ones, and the feed that they make.

use std::sync::Arc;

use crate::feed::document::{Address, Channel, Feed};
use crate::model::term::{Term, TermKind};
use crate::render::pages::build_query::{BuildQuery, Condition};
use crate::render::pages::locale::Locale;

/// The content of `/build`.
#[derive(Clone, Debug)]
pub struct FeedBuilder {
    /// What the reader typed and chose, with the terms that `[same]` names.
    pub query: BuildQuery,
    /// The chosen terms that are known, each once.
    pub known: Vec<CountedTerm>,
    /// Chosen terms that are not known, with known ones of a similar name.
    pub unknown: Vec<(Term, Vec<CountedTerm>)>,
    /// Terms to choose from.
    pub suggestions: SuggestedTerms,
    /// The channels of declared feeds whose titles have the typed words.
    pub titled: Vec<Arc<Channel>>,
    /// What the known terms select.
    pub result: BuildResult,
}

/// A term that articles have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedTerm {
    /// The term.
    pub term: Term,
    /// As readers see it: a tag with `#`, a language by its own name.
    pub label: String,
    /// Released articles with it.
    pub articles: usize,
    /// The automatic feed of a suggested term, if lists have it.
    pub feed: Option<Address>,
}

impl CountedTerm {
    /// A term with the spelling of an article.
    pub fn new(term: Term, name: &str, articles: usize) -> CountedTerm {
        CountedTerm {
            label: label(&term, name),
            term,
            articles,
            feed: None,
        }
    }
}

/// A term as readers see it.
pub(super) fn label(term: &Term, name: &str) -> String {
    match term.kind {
        TermKind::Tag => format!("#{name}"),
        TermKind::Lang => match Locale::from_tag(term.key()) {
            Some(locale) => locale.name().to_owned(),
            None => name.to_owned(),
        },
        TermKind::Section | TermKind::Author => name.to_owned(),
    }
}

/// The names of a language by which readers may look for it.
pub fn names_of_language(key: &str) -> &'static [&'static str] {
    match Locale::from_tag(key) {
        Some(Locale::Ru) => &["русский", "орысша", "russian"],
        Some(Locale::Kk) => &["қазақша", "казахский", "kazakh"],
        Some(Locale::En) => &["english", "английский", "ағылшынша"],
        None => &[],
    }
}

/// Terms to choose from.
#[derive(Clone, Debug)]
pub struct SuggestedTerms {
    /// Why these.
    pub reason: SuggestionReason,
    /// By kind.
    pub terms: Vec<CountedTerm>,
}

/// Why terms are suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestionReason {
    /// The reader typed nothing: they have the most articles.
    Largest,
    /// The typed words find them.
    Found,
    /// The typed words find nothing, and these are similar.
    Similar,
}

/// What the chosen terms select.
#[derive(Clone, Debug)]
pub enum BuildResult {
    /// No known term is chosen.
    Nothing,
    /// The search takes too long.
    TooCostly,
    /// A feed.
    Feed(Box<BuiltFeed>),
}

/// The feed of the chosen terms.
#[derive(Clone, Debug)]
pub struct BuiltFeed {
    /// Its newest entries: those of the selection, or of the feed with the same articles.
    pub feed: Feed,
    /// Whether it is a declared or automatic feed.
    pub is_ready: bool,
    /// The articles of the last time.
    pub recent: RecentArticles,
    /// The terms without one of which there would be articles.
    pub obstacles: Vec<(Condition, Term)>,
}

/// How many articles a feed got in its last seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecentArticles {
    /// The articles.
    pub articles: usize,
    /// The seconds; never 0.
    pub seconds: u32,
}
