//! The definitions of all feeds, their paths, and the feeds that a change affects.
//!
//! Declared feeds come from feeds.toml, automatic ones from the terms of the index, selections from
//! URLs. All become a [`FeedDefinition`], and later code does not distinguish them. `names.rs` says what the
//! name of a term with a slug leads to.

mod names;
pub mod same_names;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::same_names::same_names;
use crate::config::{ALL, AutoFeeds, Config, DeclaredFeed, Settings};
use crate::feed::automatic_path::{AUTOMATIC, automatic_path, split_automatic};
use crate::feed::compose::SiteRules;
use crate::feed::document::{Address, Channel, Person};
use crate::index::{AffectedFeeds, Index, Query, TermNo};
use crate::model::format::Format;
use crate::model::selection::Selection;
use crate::model::term::{Term, TermKind};
use crate::model::translations::{Translations, in_language};
use crate::model::url_encoding::encode_path;
use crate::text::Text;

/// The path of selections, without extension.
pub const SELECT: &str = "select";

/// Where a feed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedKind {
    /// Every article.
    All,
    /// A `[[feed]]`.
    Declared,
    /// `[auto.sections]`.
    Section,
    /// `[auto.tags]`.
    Tag,
    /// `[auto.authors]`.
    Author,
    /// `/select`.
    Select,
}

impl FeedKind {
    /// Whether it is the feed of a term.
    pub fn is_automatic(self) -> bool {
        match self {
            FeedKind::Section | FeedKind::Tag | FeedKind::Author => true,
            FeedKind::All | FeedKind::Declared | FeedKind::Select => false,
        }
    }

    /// The kind of the automatic feeds of these terms.
    pub fn of_terms(kind: TermKind) -> FeedKind {
        match kind {
            TermKind::Section => FeedKind::Section,
            TermKind::Author => FeedKind::Author,
            TermKind::Tag | TermKind::Lang => FeedKind::Tag,
        }
    }
}

/// The number of a feed that is no selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedNo {
    /// A declared feed, by its place in feeds.toml.
    Declared(usize),
    /// The automatic feed of a term.
    Automatic(TermNo),
}

/// Everything about a feed that does not depend on its articles.
#[derive(Clone, Debug)]
pub struct FeedDefinition {
    /// Path without extension; of a selection with its query.
    pub path: Arc<str>,
    /// Where the feed comes from.
    pub kind: FeedKind,
    /// Which articles it holds.
    pub query: Query,
    /// Its window, its content and its caching.
    pub settings: Arc<Settings>,
    /// Its metadata.
    pub channel: Arc<Channel>,
}

/// All feeds of a configuration.
#[derive(Debug)]
pub struct FeedDefinitions {
    site_rules: Arc<SiteRules>,
    site_title: String,
    /// What the publication is about, by language.
    site_descriptions: BTreeMap<String, String>,
    /// The channel that others are made from, without address, link, id, title and settings.
    site_channel: Channel,
    declared: Vec<FeedDefinition>,
    by_path: HashMap<Arc<str>, usize>,
    /// The declared feeds that an article with this term may match.
    triggers: HashMap<TermNo, Vec<usize>>,
    /// The declared feeds that an article may match whatever its terms are.
    without_trigger: Vec<usize>,
    auto: HashMap<TermKind, Auto>,
    /// The names of a term in other languages, by what `[same]` says.
    same_names: HashMap<TermNo, BTreeMap<String, String>>,
    defaults: Arc<Settings>,
}

#[derive(Debug)]
struct Auto {
    title: String,
    link: Option<String>,
    except: HashSet<TermNo>,
    query: Query,
    settings: Arc<Settings>,
    min_articles: usize,
}

impl FeedDefinitions {
    /// The feeds of `config` over the terms of `index`. The terms that only the configuration names
    /// are added to the index.
    pub fn new(config: &Config, index: &mut Index) -> FeedDefinitions {
        index.set_named(&config.named_terms);
        let site_rules = Arc::new(SiteRules::new(config));
        let auto = AUTOMATIC
            .into_iter()
            .filter_map(|kind| Some((kind, Auto::new(config.auto(kind)?, index))));
        let mut definitions = FeedDefinitions {
            site_channel: site_channel(config),
            site_title: config.site.title.clone(),
            site_descriptions: config.site.translations.descriptions.clone(),
            declared: Vec::new(),
            by_path: HashMap::new(),
            triggers: HashMap::new(),
            without_trigger: Vec::new(),
            auto: auto.collect(),
            same_names: same_names(config, index),
            defaults: Arc::new(config.defaults.clone()),
            site_rules,
        };
        for feed in &config.feeds {
            definitions.declare(feed, index);
        }
        definitions
    }

    /// The rules of every entry.
    pub fn site_rules(&self) -> &Arc<SiteRules> {
        &self.site_rules
    }

    /// The numbers of all feeds except selections: there are too many to have all definitions in memory.
    pub fn all(&self, index: &Index) -> Vec<FeedNo> {
        let declared = (0..self.declared.len()).map(FeedNo::Declared);
        let automatic = index
            .known_terms()
            .filter(|&term| self.has_feed(index, term));
        declared.chain(automatic.map(FeedNo::Automatic)).collect()
    }

    /// The feed with a number.
    pub fn definition(&self, index: &Index, number: FeedNo) -> FeedDefinition {
        match number {
            FeedNo::Declared(place) => self.declared[place].clone(),
            FeedNo::Automatic(term) => self.automatic(index, term),
        }
    }

    /// The formats of each declared feed, by its name, and of each kind of feeds, by its folder.
    pub fn served(&self) -> impl Iterator<Item = (&str, &[Format])> {
        let declared = self.declared.iter();
        let declared = declared.map(|feed| (&*feed.path, &feed.settings));
        let auto = self.auto.iter();
        let auto = auto.map(|(kind, auto)| (kind.folder(), &auto.settings));
        let selections = [(SELECT, &self.defaults)];
        let all = declared.chain(auto).chain(selections);
        all.map(|(name, settings)| (name, &settings.formats[..]))
    }

    /// The feeds, selections aside, that a change may affect.
    pub fn affected(&self, index: &Index, changed: &AffectedFeeds) -> Vec<FeedNo> {
        let articles = match changed {
            AffectedFeeds::All => return self.all(index),
            AffectedFeeds::Matching(articles) => articles,
        };
        let mut declared: HashSet<usize> = HashSet::new();
        let mut automatic: HashSet<TermNo> = HashSet::new();
        for terms in articles {
            let triggered = terms
                .iter()
                .filter_map(|&term| self.triggers.get(&index.base(term)))
                .flatten();
            let candidates = triggered.chain(&self.without_trigger).copied();
            let matches = |&feed: &usize| {
                let query = index.resolve(&self.declared[feed].query);
                query.matches(terms)
            };
            declared.extend(candidates.filter(matches));
            automatic.extend(terms.iter().map(|&term| index.base(term)));
        }
        let automatic = automatic
            .into_iter()
            .filter(|&term| self.has_feed(index, term));
        let declared = declared.into_iter().map(FeedNo::Declared);
        declared.chain(automatic.map(FeedNo::Automatic)).collect()
    }

    /// The number of the feed at a path, selections aside.
    pub fn find(&self, index: &Index, path: &str) -> Option<FeedNo> {
        if let Some(place) = self.place(path) {
            return Some(FeedNo::Declared(place));
        }
        let (_, term) = find_automatic_term(index, path)?;
        self.has_feed(index, term)
            .then_some(FeedNo::Automatic(term))
    }

    /// Which articles the feed at a path holds, selections aside.
    pub fn query(&self, index: &Index, path: &str) -> Option<Query> {
        if let Some(place) = self.place(path) {
            return Some(self.declared[place].query.clone());
        }
        let (kind, term) = find_automatic_term(index, path)?;
        Some(self.auto.get(&kind)?.query.with(term))
    }

    /// The place of a declared feed in feeds.toml, `all` before the others.
    pub fn place(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The feed of a canonical selection.
    ///
    /// # Errors
    /// The first term that is not known.
    pub fn select(&self, index: &Index, selection: &Selection) -> Result<FeedDefinition, Term> {
        let unknown = |term: &&Term| {
            !index
                .find_term(term)
                .is_some_and(|term| index.is_known(term) || index.is_used(term))
        };
        let query = match (selection.terms().find(unknown), index.query(selection)) {
            (None, Some(query)) => query,
            (unknown, _) => {
                return Err(unknown
                    .or(selection.terms().next())
                    .expect("a selection has a term")
                    .clone());
            }
        };
        let canonical = selection.to_string();
        let address = Address {
            stem: format!("{}{SELECT}", self.site_rules.base()),
            query: Some(selection.to_query()),
        };
        let base = self.channel(address, &self.defaults);
        let language = selection.language().unwrap_or(&self.site_channel.language);
        Ok(FeedDefinition {
            kind: FeedKind::Select,
            query,
            channel: Arc::new(Channel {
                id: self.site_rules.id(&format!("/{SELECT}?{canonical}")),
                title: Text::new(&format!("{} — {}", describe(selection), self.site_title)),
                description: self.site_description(language),
                language: language.to_owned(),
                hubs: Arc::default(),
                ..base
            }),
            settings: self.defaults.clone(),
            path: format!("{SELECT}?{canonical}").into(),
        })
    }

    /// Whether lists have a feed: its settings say so, and it has enough articles.
    pub fn is_listed(&self, kind: FeedKind, settings: &Settings, articles: usize) -> bool {
        settings.listed
            && match kind {
                FeedKind::All | FeedKind::Declared => true,
                FeedKind::Select => false,
                FeedKind::Section | FeedKind::Tag | FeedKind::Author => {
                    let mut auto = self.auto.iter();
                    let auto = auto.find(|(terms, _)| FeedKind::of_terms(**terms) == kind);
                    auto.is_some_and(|(_, auto)| articles >= auto.min_articles)
                }
            }
    }

    fn declare(&mut self, feed: &DeclaredFeed, index: &mut Index) {
        let number = self.declared.len();
        let query = index.register(&feed.selection);
        match query.triggers() {
            [] => self.without_trigger.push(number),
            triggers => triggers
                .iter()
                .for_each(|&term| self.triggers.entry(term).or_default().push(number)),
        }
        let base = self.channel(self.address(&feed.name), &feed.settings);
        let text = |own: &Option<String>| own.as_deref().map(Text::new);
        let author = feed.author.as_deref().map(|name| Person {
            name: Text::new(name),
            ..Person::default()
        });
        let language = feed.language.clone().unwrap_or(base.language.clone());
        let description = text(&feed.description);
        let channel = Channel {
            id: self.site_rules.id(&format!("/{}", feed.name)),
            title: Text::new(&feed.title),
            description: description.unwrap_or_else(|| self.site_description(&language)),
            translations: feed.translations.clone(),
            link: feed.link.clone().unwrap_or(base.link),
            language,
            author: author.unwrap_or(base.author),
            logo: feed.image.clone().or(base.logo),
            ..base
        };
        let path: Arc<str> = feed.name.as_str().into();
        self.by_path.insert(path.clone(), number);
        self.declared.push(FeedDefinition {
            kind: if feed.name == ALL {
                FeedKind::All
            } else {
                FeedKind::Declared
            },
            path,
            query,
            settings: Arc::new(feed.settings.clone()),
            channel: Arc::new(channel),
        });
    }

    /// Whether a term has an automatic feed: it is known, it is not only the name of other terms, its kind
    /// has them, and `except` names neither it nor its name.
    fn has_feed(&self, index: &Index, term: TermNo) -> bool {
        let auto = self.auto.get(&index.term(term).kind);
        let is_excepted =
            |auto: &Auto| auto.except.contains(&term) || auto.excepts_name(index, term);
        index.is_known(term) && !index.is_name(term) && auto.is_some_and(|auto| !is_excepted(auto))
    }

    /// The automatic feed of a term whose kind has them.
    fn automatic(&self, index: &Index, term: TermNo) -> FeedDefinition {
        let kind = index.term(term).kind;
        let auto = &self.auto[&kind];
        let key = index.term(term).key();
        let name = index.name(term);
        let path = automatic_path(index.term(term));
        let title = |name: &str| {
            let title = auto.title.replace("{name}", name);
            title.replace("{site}", &self.site_title)
        };
        let names = self.same_names.get(&term).into_iter().flatten();
        let titles = names.map(|(language, name)| (language.clone(), title(name)));
        let base = self.channel(self.address(&path), &auto.settings);
        let channel = Channel {
            id: self.site_rules.id(&format!("/{path}")),
            title: Text::new(&title(name)),
            translations: Translations {
                titles: titles.collect(),
                ..Translations::default()
            },
            link: auto.link.as_ref().map_or(base.link, |link| {
                link.replace("{name}", &encode_path(name))
                    .replace("{key}", &encode_path(key))
            }),
            ..base
        };
        FeedDefinition {
            path: path.into(),
            kind: FeedKind::of_terms(kind),
            query: auto.query.with(term),
            settings: auto.settings.clone(),
            channel: Arc::new(channel),
        }
    }

    /// What the publication is about in the language of a feed, if it says that, else in its own.
    fn site_description(&self, language: &str) -> Text {
        match in_language(&self.site_descriptions, language) {
            Some(description) => Text::new(description),
            None => self.site_channel.description.clone(),
        }
    }

    /// The site's channel
    fn channel(&self, address: Address, settings: &Settings) -> Channel {
        Channel {
            link: address.page(),
            address,
            cache_seconds: settings.cache,
            formats: settings.formats.clone(),
            ..self.site_channel.clone()
        }
    }

    fn address(&self, path: &str) -> Address {
        Address {
            stem: format!("{}{}", self.site_rules.base(), encode_path(path)),
            query: None,
        }
    }
}

impl Auto {
    fn new(config: &AutoFeeds, index: &mut Index) -> Auto {
        let excepted = Selection {
            any: config.except.clone(),
            ..Selection::default()
        };
        Auto {
            title: config.title.clone(),
            link: config.link.clone(),
            except: index
                .register(&excepted)
                .triggers()
                .iter()
                .copied()
                .collect(),
            query: index.register(&config.selection),
            settings: Arc::new(config.settings.clone()),
            min_articles: config.min_articles as usize,
        }
    }
}

fn find_automatic_term(index: &Index, path: &str) -> Option<(TermKind, TermNo)> {
    let (kind, key) = split_automatic(path)?;
    Some((kind, index.find_term(&Term::new(kind, key)?)?))
}

fn site_channel(config: &Config) -> Channel {
    let site = &config.site;
    let author = site.author.as_ref().unwrap_or(&site.title);
    Channel {
        description: Text::new(site.description.as_ref().unwrap_or(&site.title)),
        language: site.language.clone(),
        author: Person {
            name: Text::new(author),
            email: site.email.clone(),
            ..Person::default()
        },
        copyright: site.copyright.as_deref().map(Text::new),
        icon: site.icon.clone(),
        logo: site.logo.clone(),
        hubs: config.websub.hubs.as_slice().into(),
        ..Channel::default()
    }
}

/// A selection as a title: `a / b + c − d`. It consists of keys, because an article outside the
/// selection may change how a term is spelled.
fn describe(selection: &Selection) -> String {
    let names = |terms| -> Vec<&str> { BTreeSet::iter(terms).map(describe_term).collect() };
    let any = names(&selection.any).join(" / ");
    let wanted = Some(&*any)
        .filter(|any| !any.is_empty())
        .into_iter()
        .chain(names(&selection.all));
    let mut title = wanted.collect::<Vec<_>>().join(" + ");
    for name in names(&selection.none) {
        title.push_str(" − ");
        title.push_str(name);
    }
    title
}

/// The key of a term, or the own name of a language.
fn describe_term(term: &Term) -> &str {
    match (term.kind, term.key()) {
        (TermKind::Lang, "ru") => "русский",
        (TermKind::Lang, "kk") => "қазақша",
        (TermKind::Lang, "en") => "English",
        (TermKind::Lang | TermKind::Tag | TermKind::Section | TermKind::Author, key) => key,
    }
}

#[cfg(test)]
mod tests;
