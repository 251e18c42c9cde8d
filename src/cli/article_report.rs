//! What `taspa check` tells of the articles that it accepts: what readers will miss in them, what was
//! guessed, and which keys had no effect. None of it is a problem by itself, apart from what a template left
//! in a text, and what stands in a title as markup.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::mem;

use super::page_hosts::PageHosts;
use super::template_text::template_text;
use super::title_markup::title_markup;
use crate::config::Config;
use crate::index::natural;
use crate::model::article::{Accepted, Article, Visibility};
use crate::model::count::{counted, many};
use crate::model::problem::{Problem, Severity};
use crate::model::time::Timestamp;
use crate::text::excerpt;

/// The files that a line names without `--verbose`.
const FILES_MAX: usize = 3;

/// The keys that are told apart.
const KEYS_MAX: usize = 1000;

/// The keys, and the reasons why articles are hidden, that are named without `--verbose`.
const NAMED_MAX: usize = 20;

/// What is told of the accepted articles.
pub(super) struct ArticleReport {
    /// Whether all files are named.
    lists_all: bool,
    as_of: Timestamp,
    site_language: String,
    /// By file: one that was read twice is one article.
    articles: BTreeMap<Box<str>, Findings>,
    /// Where the pages of articles that feeds have are.
    page_hosts: PageHosts,
    /// Numbers of the keys that nothing knows.
    unknown_keys: BTreeMap<Box<str>, u16>,
}

/// What there is to tell of one article.
#[derive(Default)]
struct Findings {
    /// Why no feed has it now.
    unseen: Option<Unseen>,
    lacks_text: bool,
    lacks_picture: bool,
    /// The language that was guessed, if it is not the site's.
    guessed: Option<Box<str>>,
    /// What a template left in its texts, or markup in its title.
    problem: Option<Box<Problem>>,
    /// The numbers of its keys that nothing knows.
    unknown_keys: Box<[u16]>,
}

/// Why no feed has an article.
enum Unseen {
    /// It is not public; the status that says so, if one does.
    Hidden(Option<Box<str>>),
    OutOfFeeds,
    Future,
    Expired,
}

/// The files that have something in common.
#[derive(Default)]
struct Files<'r> {
    count: usize,
    /// The first of them and some more, in no order.
    first: Vec<&'r str>,
}

impl ArticleReport {
    pub(super) fn new(lists_all: bool, site_language: &str, as_of: Timestamp) -> ArticleReport {
        ArticleReport {
            lists_all,
            as_of,
            site_language: site_language.to_owned(),
            articles: BTreeMap::new(),
            page_hosts: PageHosts::default(),
            unknown_keys: BTreeMap::new(),
        }
    }

    /// Adds the article of `file`. Of one that no reader will see only its keys count.
    pub(super) fn add(&mut self, file: &str, accepted: &Accepted) {
        let unknown_keys = self.numbers(&accepted.unknown_keys);
        let unseen = self.unseen(accepted);
        if unseen.is_none() && accepted.visibility.is_in_search() {
            self.page_hosts.add(&accepted.article);
        }
        let findings = match unseen {
            None | Some(Unseen::Future) => self.of_readers(file, accepted),
            Some(Unseen::Hidden(_) | Unseen::OutOfFeeds | Unseen::Expired) => Findings::default(),
        };
        let findings = Findings {
            unseen,
            unknown_keys,
            ..findings
        };
        self.articles.insert(file.into(), findings);
    }

    /// Takes back the article of `file`, because another file has its key.
    pub(super) fn remove(&mut self, file: &str) {
        self.articles.remove(file);
    }

    fn numbers(&mut self, keys: &[Box<str>]) -> Box<[u16]> {
        let mut numbers = Vec::new();
        for key in keys {
            let next = u16::try_from(self.unknown_keys.len()).unwrap_or(u16::MAX);
            match self.unknown_keys.get(key) {
                Some(number) => numbers.push(*number),
                None if usize::from(next) < KEYS_MAX => {
                    self.unknown_keys.insert(key.clone(), next);
                    numbers.push(next);
                }
                None => {}
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into()
    }

    fn unseen(&self, accepted: &Accepted) -> Option<Unseen> {
        let is_expired = accepted.expires.is_some_and(|at| at <= self.as_of);
        match accepted.visibility {
            Visibility::Draft => Some(Unseen::Hidden(accepted.hiding_status.clone())),
            Visibility::OutOfFeeds => Some(Unseen::OutOfFeeds),
            Visibility::Public | Visibility::OutOfSearch if is_expired => Some(Unseen::Expired),
            Visibility::Public | Visibility::OutOfSearch => {
                (accepted.article.published > self.as_of).then_some(Unseen::Future)
            }
        }
    }

    fn of_readers(&self, file: &str, accepted: &Accepted) -> Findings {
        let article = &accepted.article;
        let is_guessed = accepted.language_is_guessed && article.language != self.site_language;
        Findings {
            lacks_text: article.body.is_empty(),
            lacks_picture: article.image.is_none() && !article.body.as_str().contains("<img"),
            guessed: is_guessed.then(|| article.language.as_str().into()),
            problem: template_problem(file, article)
                .or_else(|| title_problem(file, article))
                .map(Box::new),
            ..Findings::default()
        }
    }

    fn files_max(&self) -> usize {
        match self.lists_all {
            true => usize::MAX,
            false => FILES_MAX,
        }
    }

    fn named_max(&self) -> usize {
        match self.lists_all {
            true => usize::MAX,
            false => NAMED_MAX,
        }
    }

    /// Hands out the problems that were found.
    pub(super) fn take_problems(&mut self) -> impl Iterator<Item = Problem> {
        let articles = self.articles.values_mut();
        articles.filter_map(|article| Some(*article.problem.take()?))
    }

    /// What to put in robots.txt of hosts where this server has none.
    pub(super) fn robots_lines(&self, config: &Config) -> Vec<String> {
        self.page_hosts.lines(config)
    }

    /// The lines of the report, fewer where there is less to tell.
    pub(super) fn lines(&self) -> Vec<String> {
        let lines = [
            self.unseen_line(),
            self.lacking_line("text", |article| article.lacks_text),
            self.lacking_line("picture", |article| article.lacks_picture),
        ];
        let lines = lines.into_iter().flatten();
        lines
            .chain(self.guessed_lines())
            .chain(self.key_lines())
            .collect()
    }

    /// How many articles no feed has, and why.
    fn unseen_line(&self) -> Option<String> {
        let [mut hidden, mut out_of_feeds, mut future, mut expired] = [0; 4];
        let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
        for article in self.articles.values() {
            match &article.unseen {
                None => {}
                Some(Unseen::Hidden(status)) => {
                    hidden += 1;
                    if let Some(status) = status {
                        *statuses.entry(status).or_default() += 1;
                    }
                }
                Some(Unseen::OutOfFeeds) => out_of_feeds += 1,
                Some(Unseen::Future) => future += 1,
                Some(Unseen::Expired) => expired += 1,
            }
        }
        let mut statuses: Vec<_> = statuses.into_iter().collect();
        statuses.sort_by_key(|(_, count)| Reverse(*count));
        let named = statuses.iter().take(self.named_max());
        let by_status: Vec<String> = named
            .map(|(status, count)| format!("{count} by `{status}`"))
            .chain((statuses.len() > self.named_max()).then(|| "…".to_owned()))
            .collect();
        let hidden_by = match by_status.is_empty() {
            true => "hidden".to_owned(),
            false => format!("hidden ({})", by_status.join(", ")),
        };
        let reasons = [
            (hidden, &*hidden_by),
            (out_of_feeds, "kept out by `feed: false`"),
            (future, "dated in the future"),
            (expired, "expired"),
        ];
        let reasons = reasons.iter().filter(|(count, _)| *count > 0);
        let reasons: Vec<String> = reasons
            .map(|(count, why)| format!("{count} {why}"))
            .collect();
        (!reasons.is_empty()).then(|| format!("not in feeds: {}", reasons.join(", ")))
    }

    fn lacking_line(&self, what: &str, lacks: impl Fn(&Findings) -> bool) -> Option<String> {
        let mut files = Files::default();
        let found = self.articles.iter().filter(|(_, article)| lacks(article));
        found.for_each(|(file, _)| files.add(file, self.files_max()));
        let is_seen = |article: &&Findings| matches!(article.unseen, None | Some(Unseen::Future));
        let seen = self.articles.values().filter(is_seen).count();
        let (count, named) = (files.count, files.named(self.files_max()));
        (count > 0).then(|| format!("without {what}: {count} of {seen}: {named}"))
    }

    fn guessed_lines(&self) -> impl Iterator<Item = String> {
        let mut guessed: BTreeMap<&str, Files<'_>> = BTreeMap::new();
        for (file, article) in &self.articles {
            if let Some(language) = &article.guessed {
                guessed
                    .entry(language)
                    .or_default()
                    .add(file, self.files_max());
            }
        }
        guessed.into_iter().map(|(language, files)| {
            format!(
                "language guessed: {} in `{language}`, not `{}`: {}",
                many(files.count, "article"),
                self.site_language,
                files.named(self.files_max())
            )
        })
    }

    fn key_lines(&self) -> Vec<String> {
        let mut files: Vec<Files<'_>> = Vec::new();
        files.resize_with(self.unknown_keys.len(), Files::default);
        for (file, article) in &self.articles {
            for number in &article.unknown_keys {
                files[usize::from(*number)].add(file, self.files_max());
            }
        }
        let keys = self.unknown_keys.iter();
        let keys = keys.map(|(key, number)| (key, &files[usize::from(*number)]));
        let mut keys: Vec<_> = keys.filter(|(_, files)| files.count > 0).collect();
        keys.sort_by_key(|(_, files)| Reverse(files.count));
        let unnamed = keys.len().saturating_sub(self.named_max());
        let named = keys.iter().take(self.named_max()).map(|(key, files)| {
            let articles = many(files.count, "article");
            let named = files.named(self.files_max());
            let key = excerpt(key).replace('`', "'");
            format!("key without effect: `{key}` in {articles}: {named}")
        });
        let more = (unnamed > 0).then(|| {
            let keys = counted(unnamed, "more key has", "more keys have");
            format!("{keys} no effect; with `--verbose` all are named")
        });
        let advice = (!keys.is_empty())
            .then(|| "  [source.directory.fields] says what further keys mean".to_owned());
        named.chain(more).chain(advice).collect()
    }
}

impl<'r> Files<'r> {
    fn add(&mut self, file: &'r str, at_most: usize) {
        self.count += 1;
        self.first.push(file);
        if self.first.len() >= at_most.saturating_mul(2) {
            self.first = in_order(mem::take(&mut self.first), at_most);
        }
    }

    /// The names of the first ones, and whether there are more.
    fn named(&self, at_most: usize) -> String {
        let more = match self.count > at_most {
            true => ", …",
            false => "",
        };
        in_order(self.first.clone(), at_most).join(", ") + more
    }
}

fn in_order(mut files: Vec<&str>, at_most: usize) -> Vec<&str> {
    files.sort_by(|a, b| natural(a.as_bytes(), b.as_bytes()));
    files.truncate(at_most);
    files
}

/// The warning about what a template left in a title, a name, a lead or a text.
fn template_problem(file: &str, article: &Article) -> Option<Problem> {
    let title = [("the title", article.title.as_str())].into_iter();
    let sections = article.sections.iter();
    let sections = sections.map(|section| ("a section", section.name.as_str()));
    let tags = article.tags.iter().map(|tag| ("a tag", tag.name.as_str()));
    let authors = article.authors.iter();
    let authors = authors.map(|author| ("an author", author.name.as_str()));
    let texts = [
        ("the lead", article.lead.as_str()),
        ("the text", article.body.as_str()),
    ];
    // A lead may have it from code, where it is meant to be read.
    let is_of_code = |place: &str, left: &str| {
        let begin = left.get(..2).unwrap_or(left);
        place == "the lead" && article.body.as_str().contains(begin)
    };
    let places = title.chain(sections).chain(tags).chain(authors);
    let mut left = places
        .chain(texts)
        .filter_map(|(place, text)| Some((place, template_text(text)?)));
    let (place, left) = left.find(|(place, left)| !is_of_code(place, left))?;
    let message = format!("{place} has the text of a template: `{left}`");
    let hint = "taspa runs no templates: write there what readers should see";
    Some(warning(file, message, hint))
}

/// The warning about markup that readers see in a title.
fn title_problem(file: &str, article: &Article) -> Option<Problem> {
    let markup = title_markup(article.title.as_str())?;
    let shown = excerpt(markup).replace('`', "'");
    Some(match markup.starts_with('&') {
        true => warning(
            file,
            format!("the title shows the reference `{shown}`"),
            "it was encoded twice: write the character itself, or the reference once",
        ),
        false => warning(
            file,
            format!("the title shows the tag `{shown}`"),
            "give a title with markup as `title_html` in place of `title`",
        ),
    })
}

fn warning(file: &str, message: String, hint: &str) -> Problem {
    Problem {
        severity: Severity::Warning,
        file: file.to_owned(),
        line: None,
        column: None,
        message,
        hint: Some(hint.to_owned()),
        excerpt: None,
    }
}
