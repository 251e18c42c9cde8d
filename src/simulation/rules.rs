//! The configurations of a simulation, and which articles a feed has by them: a filter over all articles,
//! a sort, and the rule of the window.

use std::fmt::Write as _;
use std::sync::Arc;

use super::article::Article;
use super::world::TAGS;

/// A `[[feed]]`; `all` is one of them.
#[derive(Clone, Debug, Default)]
struct Feed {
    name: &'static str,
    any: &'static [&'static str],
    all: &'static [&'static str],
    none: &'static [&'static str],
    items: Option<usize>,
    keep: i64,
    delay: i64,
    oldest: Option<i64>,
}

/// A feeds.toml.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    title: &'static str,
    feeds: Vec<Feed>,
    /// A term, and the one that it counts as.
    same: Option<(&'static str, &'static str)>,
    has_tag_feeds: bool,
}

/// The entries of feeds that do not say it.
const ITEMS: usize = 12;

/// The number of configurations.
pub(super) const RULES: u64 = 4;

impl Rules {
    pub(super) fn number(number: u64) -> Rules {
        let feed = |name| Feed {
            name,
            ..Feed::default()
        };
        let mut feeds = vec![
            Feed {
                any: &["tag:a", "tag:b"],
                none: &["tag:d"],
                ..feed("some")
            },
            Feed {
                any: &["section:x", "section:z"],
                none: &["section:y"],
                ..feed("named")
            },
            Feed {
                delay: 300,
                ..feed("late")
            },
            Feed {
                oldest: Some(3_600),
                all: &["section:x"],
                ..feed("fresh")
            },
        ];
        if number != 1 {
            feeds.push(Feed {
                items: Some(2),
                keep: if number == 2 { 3_600 } else { 0 },
                ..feed("few")
            });
        }
        Rules {
            title: if number == 1 {
                "Иначе"
            } else {
                "Дала"
            },
            feeds,
            same: (number == 1).then_some(("tag:c", "tag:b")),
            has_tag_feeds: number != 3,
        }
    }

    /// The text of feeds.toml.
    pub(super) fn toml(&self) -> String {
        let mut text = format!(
            "[site]\ntitle = '{}'\nurl = 'https://dala.example/'\nid-authority = 'dala.example'\n\
             id-year = 2026\ntime-zone = 'UTC'\nlanguage = 'ru'\n[source.directory]\n\
             [defaults]\nitems = {ITEMS}\nkeep = '0s'\n[auto.sections]\n",
            self.title
        );
        if self.has_tag_feeds {
            text.push_str("[auto.tags]\n");
        }
        if let Some((from, to)) = self.same {
            let _ = writeln!(text, "[same]\n'{to}' = ['{from}']");
        }
        for feed in &self.feeds {
            let Feed {
                name,
                any,
                all,
                none,
                items,
                keep,
                delay,
                oldest,
            } = feed;
            let _ = write!(
                text,
                "[[feed]]\nname = '{name}'\ntitle = '{name}'\nany = {any:?}\nall = {all:?}\n\
                 none = {none:?}\nkeep = '{keep}s'\ndelay = '{delay}s'\nitems = {}\n",
                items.unwrap_or(ITEMS)
            );
            if let Some(oldest) = oldest {
                let _ = writeln!(text, "oldest = '{oldest}s'");
            }
        }
        text
    }

    /// The terms that are known without an article.
    pub(super) fn named(&self) -> impl Iterator<Item = &'static str> {
        let feeds = self.feeds.iter();
        let terms = feeds.flat_map(|feed| [feed.any, feed.all, feed.none].into_iter().flatten());
        let same = self.same.into_iter().flat_map(|(from, to)| [from, to]);
        terms.copied().chain(same)
    }

    fn canonical<'a>(&self, term: &'a str) -> &'a str {
        match self.same {
            Some((from, to)) if from == term => to,
            _ => term,
        }
    }

    /// The terms of an article.
    pub(super) fn terms(&self, article: &Article) -> Vec<String> {
        let tags = article.tags.iter().map(|tag| format!("tag:{tag}"));
        let sections = article.sections.iter();
        let sections = sections.map(|section| section_term(section.slug.unwrap_or(section.name)));
        let terms = tags.chain(sections);
        terms.map(|term| self.canonical(&term).to_owned()).collect()
    }

    /// What a term means: the articles that have it. If it is the slug of none that is released, those of
    /// its name too.
    fn meaning(&self, term: &str, articles: &[(String, Arc<Article>)], at: i64) -> Meaning {
        let released = articles
            .iter()
            .filter(|(_, article)| article.is_released(at));
        let mut slugs = released
            .flat_map(|(_, article)| &article.sections)
            .filter_map(|section| section.slug);
        Meaning {
            term: self.canonical(term).to_owned(),
            has_names: !slugs.any(|slug| section_term(slug) == term),
        }
    }

    /// Whether a term means an article.
    fn has(&self, article: &Article, meaning: &Meaning) -> bool {
        let names = names(article).any(|name| name == meaning.term);
        meaning.has_names && names || self.terms(article).contains(&meaning.term)
    }

    /// Whether a term means a released article.
    pub(super) fn is_used(&self, term: &str, articles: &[(String, Arc<Article>)], at: i64) -> bool {
        let meaning = self.meaning(term, articles, at);
        let mut articles = articles.iter();
        articles.any(|(_, article)| article.is_released(at) && self.has(article, &meaning))
    }

    /// The paths that must be there whatever the articles are.
    pub(super) fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.feeds.iter().map(|feed| feed.name).chain(["all"])
    }

    /// The path of the automatic feed of a term.
    pub(super) fn auto_path(&self, term: &str) -> Option<String> {
        match term.split_once(':')? {
            ("tag", key) if self.has_tag_feeds => Some(format!("tags/{key}")),
            ("section", key) => Some(format!("sections/{key}")),
            _ => None,
        }
    }

    /// The markers of a feed's entries at an instant, the newest first; `None` if there is no such feed.
    pub(super) fn entries(
        &self,
        path: &str,
        articles: &[(String, Arc<Article>)],
        at: i64,
    ) -> Option<Vec<String>> {
        let mut feed = Feed::default();
        let (mut any, mut all, mut none) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(query) = path.strip_prefix("select?") {
            for part in query.split('&') {
                let (name, terms) = part.split_once('=')?;
                let terms = terms.split(',').map(qualified);
                match name {
                    "any" => any.extend(terms),
                    "all" => all.extend(terms),
                    _ => none.extend(terms),
                }
            }
        } else if let Some(tag) = path.strip_prefix("tags/") {
            all.push(format!("tag:{tag}"));
        } else if let Some(section) = path.strip_prefix("sections/") {
            all.push(format!("section:{section}"));
        } else if path != "all" {
            feed = self.feeds.iter().find(|feed| feed.name == path)?.clone();
            let owned = |terms: &[&str]| terms.iter().map(|&term| term.to_owned()).collect();
            (any, all, none) = (owned(feed.any), owned(feed.all), owned(feed.none));
        }
        let meanings = |terms: &[String]| -> Vec<Meaning> {
            let terms = terms.iter();
            terms.map(|term| self.meaning(term, articles, at)).collect()
        };
        let (any, all, none) = (meanings(&any), meanings(&all), meanings(&none));
        let matches = |article: &Article| {
            let has = |meaning: &Meaning| self.has(article, meaning);
            (any.is_empty() || any.iter().any(has)) && all.iter().all(has) && !none.iter().any(has)
        };
        let mut found: Vec<_> = articles.iter().collect();
        found.retain(|(_, article)| {
            article.is_released(at) && article.published + feed.delay <= at && matches(article)
        });
        found.sort_by_key(|(key, article)| std::cmp::Reverse((article.published, key.clone())));
        let newest = found.first().map_or(0, |(_, article)| article.published);
        let items = feed.items.unwrap_or(ITEMS);
        let entries = found.iter().enumerate().filter(|(newer, (_, article))| {
            let is_kept = article.published > newest - feed.keep && *newer < 4 * items;
            let is_young = feed
                .oldest
                .is_none_or(|oldest| article.published + oldest > at);
            (*newer < items || is_kept) && is_young
        });
        let mut markers: Vec<String> = Vec::new();
        for (_, (_, article)) in entries {
            // A copy of a file says the same.
            if !markers.contains(&article.marker) {
                markers.push(article.marker.clone());
            }
        }
        Some(markers)
    }
}

/// What a term means at an instant.
struct Meaning {
    term: String,
    has_names: bool,
}

fn section_term(written: &str) -> String {
    format!("section:{}", written.to_lowercase())
}

/// The terms that the names of sections with a slug are the keys of.
fn names(article: &Article) -> impl Iterator<Item = String> {
    let with_slug = article
        .sections
        .iter()
        .filter(|section| section.slug.is_some());
    with_slug.map(|section| section_term(section.name))
}

/// A term of a selection, with its kind.
pub(super) fn qualified(term: &str) -> String {
    match term.contains(':') {
        true => term.to_owned(),
        false => format!("tag:{term}"),
    }
}

/// A selection of a reader.
pub(super) fn selection(number: u64, own_tag: &str) -> String {
    let [a, b, c, d] = TAGS;
    match number {
        0 => format!("select?any={a}"),
        1 => format!("select?any={a},{b}"),
        2 => format!("select?all={a}&none={d}"),
        3 => format!("select?any={c},{d}&all=section:x"),
        4 => format!("select?none={b}"),
        5 => "select?all=section:z".to_owned(),
        6 => "select?any=section:x,section:x2,section:y".to_owned(),
        7 => format!("select?any={a},{c}&none=section:x,section:y"),
        _ => format!("select?any={own_tag}"),
    }
}
