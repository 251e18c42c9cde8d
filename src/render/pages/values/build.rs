//! The values of `build.html`.

use serde::Serialize;

use super::list::FeedValue;
use super::pace::pace;
use super::selection_sentence::describe;
use super::teaser::TeaserValue;
use super::{AlternateValue, Frame, Href, PageValue, feed_page, page, without_site};
use crate::feed::document::Channel;
use crate::model::selection::{Selection, TERMS_MAX};
use crate::model::term::{Term, TermKind};
use crate::render::pages::build_query::{BUILD, BuildQuery, Condition};
use crate::render::pages::feed_builder::{
    BuildResult, BuiltFeed, CountedTerm, FeedBuilder, SuggestedTerms, SuggestionReason, label,
};
use crate::render::pages::words::{BuildWords, Words};
use crate::text::TYPED_CHARACTERS_MAX;

/// The values of `build.html`.
#[derive(Debug, Serialize)]
pub(in crate::render::pages) struct BuildPage<'a> {
    page: PageValue,
    form: FormValue,
    suggestions: SuggestionsValue,
    /// Links to the declared feeds with the typed words in their titles.
    titled: Vec<LinkValue>,
    /// The conditions that have terms.
    chosen: Vec<ConditionValue>,
    /// What the reader should know of the choice: terms that do not fit, or that no more do.
    notes: Vec<String>,
    /// The sentence that says which articles the chosen terms select.
    sentence: Option<String>,
    /// Whether the search takes too long.
    too_costly: bool,
    /// The feed of the chosen terms.
    result: Option<ResultValue<'a>>,
}

/// The form: its fields besides the buttons.
#[derive(Debug, Serialize)]
struct FormValue {
    action: Option<Href>,
    /// The fields that repeat the chosen terms.
    hidden: Vec<HiddenValue>,
    /// The typed words.
    words: String,
    words_max: usize,
    /// Whether the reader has chosen nothing, so that typing comes first.
    is_first: bool,
}

#[derive(Debug, Serialize)]
struct HiddenValue {
    name: &'static str,
    value: String,
}

/// Terms to choose from.
#[derive(Debug, Serialize)]
struct SuggestionsValue {
    /// Why they are shown, in the page's language.
    title: &'static str,
    groups: Vec<SuggestionGroup>,
}

/// Suggested terms of one kind.
#[derive(Debug, Serialize)]
struct SuggestionGroup {
    /// `section`, `tag`, `author` or `lang`.
    kind: &'static str,
    title: &'static str,
    terms: Vec<SuggestionValue>,
}

#[derive(Debug, Serialize)]
struct SuggestionValue {
    /// A tag has `#`.
    name: String,
    /// The page of its own feed, if lists have that.
    url: Option<Href>,
    /// The number of articles, with the noun.
    count: String,
    /// The conditions that it is in already, in the page's language.
    chosen: Option<String>,
    /// Buttons that add it; none if it is chosen already or no more terms fit.
    buttons: Vec<ButtonValue>,
}

/// A button of the form.
#[derive(Debug, Serialize)]
struct ButtonValue {
    name: &'static str,
    value: String,
    text: &'static str,
    /// Its name for screen readers.
    label: String,
}

/// A link that changes the choice, or leads to a feed.
#[derive(Debug, Serialize)]
struct LinkValue {
    url: Option<Href>,
    text: String,
    /// Its name for screen readers, if the text says too little.
    label: Option<String>,
}

/// The chosen terms of one condition.
#[derive(Debug, Serialize)]
struct ConditionValue {
    /// `any`, `all` or `none`.
    kind: &'static str,
    title: &'static str,
    terms: Vec<ChosenValue>,
}

/// A chosen term.
#[derive(Debug, Serialize)]
struct ChosenValue {
    name: String,
    /// The number of articles, with the noun; none of a term that no article ever had.
    count: Option<String>,
    remove: LinkValue,
    /// Moves it to another condition.
    moves: Vec<LinkValue>,
    /// Known terms of a similar name, which take its place.
    similar: Vec<LinkValue>,
}

/// The feed of the chosen terms.
#[derive(Debug, Serialize)]
struct ResultValue<'a> {
    feed: FeedValue<'a>,
    /// Whether it is a declared or automatic feed.
    is_ready: bool,
    /// How often articles come, as text; none without articles.
    pace: Option<String>,
    articles: Vec<TeaserValue<'a>>,
    /// Whether no article matches although each term may have some.
    is_contradictory: bool,
    /// Links that remove a term without which there are articles.
    obstacles: Vec<LinkValue>,
}

impl<'a> BuildPage<'a> {
    pub(in crate::render::pages) fn new(frame: &Frame<'a>, builder: &'a FeedBuilder) -> Self {
        let links = Links {
            frame,
            builder,
            words: &Words::of(frame.locale).build,
        };
        let words = links.words;
        let query = &builder.query;
        let known = known_selection(builder);
        let has_known = known.terms().next().is_some();
        let sentence = has_known.then(|| describe(frame.locale, &known, |term| links.label(term)));
        let result = match &builder.result {
            BuildResult::Feed(built) => Some(links.result(built, &known)),
            BuildResult::Nothing | BuildResult::TooCostly => None,
        };
        let alternates = match &builder.result {
            BuildResult::Feed(built) => AlternateValue::each(frame, &built.feed.channel),
            BuildResult::Nothing | BuildResult::TooCostly => Vec::new(),
        };
        let titled = builder.titled.iter();
        BuildPage {
            page: PageValue {
                description: Some(words.intro.to_owned()),
                alternates,
                // Screen readers say the title of the page that a press leads to.
                ..PageValue::new(frame, sentence.as_deref().unwrap_or(words.title))
            },
            form: FormValue::new(frame, query),
            suggestions: links.suggestions(&builder.suggestions),
            titled: titled.map(|channel| links.feed(channel)).collect(),
            chosen: links.chosen(),
            notes: links.notes(),
            sentence: has_known.then(|| describe(frame.locale, &known, |term| links.label(term))),
            too_costly: matches!(builder.result, BuildResult::TooCostly),
            result,
        }
    }
}

impl FormValue {
    fn new(frame: &Frame<'_>, query: &BuildQuery) -> FormValue {
        let hidden = Condition::ALL.map(|condition| HiddenValue {
            name: condition.name(),
            value: query.parameter(condition),
        });
        FormValue {
            action: Href::new(&format!("{}{BUILD}", frame.root)),
            hidden: Vec::from_iter(hidden.into_iter().filter(|hidden| !hidden.value.is_empty())),
            words: query.words.clone(),
            words_max: TYPED_CHARACTERS_MAX,
            is_first: query.selection.terms().next().is_none(),
        }
    }
}

/// The chosen terms that are known.
fn known_selection(builder: &FeedBuilder) -> Selection {
    let mut selection = builder.query.selection.clone();
    selection.retain(|term| builder.known.iter().any(|known| known.term == *term));
    selection
}

/// What the values are made of.
#[derive(Clone, Copy)]
struct Links<'f, 'a> {
    frame: &'f Frame<'a>,
    builder: &'a FeedBuilder,
    words: &'static BuildWords,
}

impl<'a> Links<'_, 'a> {
    fn known(&self, term: &Term) -> Option<&'a CountedTerm> {
        self.builder.known.iter().find(|known| known.term == *term)
    }

    /// A chosen term as readers see it.
    fn label(&self, term: &Term) -> String {
        match self.known(term) {
            Some(known) => self.name(known),
            None => label(term, term.key()),
        }
    }

    /// A term in the page's language.
    fn name(&self, counted: &CountedTerm) -> String {
        match self.frame.names.name(&counted.term) {
            Some(name) => label(&counted.term, name),
            None => counted.label.clone(),
        }
    }

    fn count(&self, articles: usize) -> String {
        let noun = &Words::of(self.frame.locale).count_articles;
        self.frame.locale.count(articles, noun)
    }

    fn condition_text(&self, condition: Condition) -> &'static str {
        match condition {
            Condition::Any => self.words.any,
            Condition::All => self.words.all,
            Condition::None => self.words.none,
        }
    }

    fn about_term(&self, pattern: &str, label: &str, condition: Condition) -> String {
        pattern
            .replace("{condition}", self.condition_text(condition))
            .replace("{term}", label)
    }

    fn query(&self, query: &BuildQuery) -> Option<Href> {
        page(self.frame, &query.path())
    }

    fn feed(&self, channel: &Channel) -> LinkValue {
        LinkValue {
            url: feed_page(self.frame, &channel.address),
            text: without_site(self.frame, channel.title.as_str()).to_owned(),
            label: None,
        }
    }

    fn suggestions(&self, suggestions: &SuggestedTerms) -> SuggestionsValue {
        let words = Words::of(self.frame.locale);
        let kinds = [
            (TermKind::Section, words.sections),
            (TermKind::Tag, words.tags),
            (TermKind::Author, words.authors),
            (TermKind::Lang, self.words.languages),
        ];
        let groups = kinds.into_iter().map(|(kind, title)| {
            let terms = suggestions.terms.iter();
            let terms = terms.filter(|counted| counted.term.kind == kind);
            SuggestionGroup {
                kind: kind.prefix(),
                title,
                terms: terms.map(|counted| self.suggestion(counted)).collect(),
            }
        });
        SuggestionsValue {
            title: match suggestions.reason {
                SuggestionReason::Largest => self.words.largest,
                SuggestionReason::Found => self.words.found,
                SuggestionReason::Similar if suggestions.terms.is_empty() => self.words.not_found,
                SuggestionReason::Similar => self.words.similar,
            },
            groups: groups.filter(|group| !group.terms.is_empty()).collect(),
        }
    }

    fn suggestion(&self, counted: &CountedTerm) -> SuggestionValue {
        let CountedTerm {
            term,
            articles,
            feed,
            ..
        } = counted;
        let name = self.name(counted);
        let query = &self.builder.query;
        let chosen = Condition::ALL.into_iter();
        let chosen = chosen.filter(|condition| condition.terms(&query.selection).contains(term));
        let chosen: Vec<&str> = chosen
            .map(|condition| self.condition_text(condition))
            .collect();
        let buttons = Condition::ALL.map(|condition| ButtonValue {
            name: condition.name(),
            value: term.to_string(),
            text: self.condition_text(condition),
            label: self.about_term(self.words.add, &name, condition),
        });
        let can_add = chosen.is_empty() && !query.is_full();
        SuggestionValue {
            name,
            url: feed.as_ref().and_then(|feed| feed_page(self.frame, feed)),
            count: self.count(*articles),
            chosen: (!chosen.is_empty()).then(|| chosen.join(", ")),
            buttons: Vec::from_iter(buttons.into_iter().filter(|_| can_add)),
        }
    }

    fn chosen(&self) -> Vec<ConditionValue> {
        let conditions = Condition::ALL.into_iter().map(|condition| {
            let terms = condition.terms(&self.builder.query.selection).iter();
            ConditionValue {
                kind: condition.name(),
                title: self.condition_text(condition),
                terms: terms
                    .map(|term| self.chosen_term(condition, term))
                    .collect(),
            }
        });
        conditions
            .filter(|condition| !condition.terms.is_empty())
            .collect()
    }

    fn chosen_term(&self, condition: Condition, term: &Term) -> ChosenValue {
        let query = &self.builder.query;
        let name = self.label(term);
        let others = Condition::ALL
            .into_iter()
            .filter(|other| *other != condition);
        let moves = others.map(|other| LinkValue {
            url: self.query(&query.moved(condition, other, term)),
            text: self.condition_text(other).to_owned(),
            label: Some(self.about_term(self.words.move_to, &name, other)),
        });
        let unknown = self
            .builder
            .unknown
            .iter()
            .find(|(unknown, _)| unknown == term);
        let similar = unknown.into_iter().flat_map(|(_, similar)| similar);
        let similar = similar.map(|similar| LinkValue {
            url: self.query(&query.replaced(condition, term, condition, &similar.term)),
            text: self.name(similar),
            label: None,
        });
        ChosenValue {
            count: self.known(term).map(|known| self.count(known.articles)),
            remove: LinkValue {
                text: self.words.remove.to_owned(),
                ..self.removal(condition, term)
            },
            moves: moves.collect(),
            similar: similar.collect(),
            name,
        }
    }

    /// A link that removes a term, with the term in its text.
    fn removal(&self, condition: Condition, term: &Term) -> LinkValue {
        let text = format!("{}: {}", self.words.remove, self.label(term));
        LinkValue {
            url: self.query(&self.builder.query.without(condition, term)),
            label: Some(text.clone()),
            text,
        }
    }

    fn notes(&self) -> Vec<String> {
        let query = &self.builder.query;
        let max = TERMS_MAX.to_string();
        let surplus: Vec<String> = query.surplus.iter().map(|term| self.label(term)).collect();
        let mut notes = Vec::new();
        if !surplus.is_empty() {
            let note = self.words.surplus.replace("{max}", &max);
            notes.push(note.replace("{terms}", &surplus.join(", ")));
        } else if query.is_full() {
            notes.push(self.words.full.replace("{max}", &max));
        }
        notes
    }

    fn result(&self, built: &'a BuiltFeed, known: &Selection) -> ResultValue<'a> {
        let BuiltFeed { feed, recent, .. } = built;
        let obstacles = built.obstacles.iter();
        ResultValue {
            feed: FeedValue::new(self.frame, &feed.channel, feed.entries.len(), feed.updated),
            is_ready: built.is_ready,
            pace: (!feed.entries.is_empty()).then(|| pace(self.frame.locale, *recent)),
            articles: TeaserValue::each(self.frame, feed),
            is_contradictory: feed.entries.is_empty() && known.terms().nth(1).is_some(),
            obstacles: obstacles
                .map(|(condition, term)| LinkValue {
                    label: None,
                    ..self.removal(*condition, term)
                })
                .collect(),
        }
    }
}
