//! What `taspa check` tells of the articles that it accepts: what readers will miss in them, what was
//! guessed, and which keys had no effect. None of it is a problem by itself, apart from what a template left
//! in a text.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::mem;

use super::article_problems::ArticleProblems;
use crate::index::natural;
use crate::model::article::{Accepted, Visibility};
use crate::model::count::{counted, many};
use crate::model::problem::{Problem, Severity};
use crate::model::time::Timestamp;

/// The files that a line names without `--verbose`.
const FILES_MAX: usize = 3;

/// The keys that are told apart.
const KEYS_MAX: usize = 1000;

/// The keys that are named without `--verbose`.
const KEYS_NAMED_MAX: usize = 20;

/// What is told of the accepted articles.
pub(super) struct ArticleReport {
    /// Whether all files are named.
    lists_all: bool,
    as_of: Timestamp,
    site_language: String,
    articles: usize,
    hidden: usize,
    future: usize,
    expired: usize,
    without_text: Files,
    without_picture: Files,
    /// By the language that was guessed, which is not the site's.
    guessed: BTreeMap<String, Files>,
    unknown_keys: BTreeMap<Box<str>, Files>,
    /// What a template left in their texts.
    leftovers: ArticleProblems,
}

/// The files that have something in common.
#[derive(Default)]
struct Files {
    count: usize,
    /// The first of them and some more, in no order.
    first: Vec<String>,
}

impl ArticleReport {
    pub(super) fn new(lists_all: bool, site_language: &str, as_of: Timestamp) -> ArticleReport {
        ArticleReport {
            lists_all,
            as_of,
            site_language: site_language.to_owned(),
            articles: 0,
            hidden: 0,
            future: 0,
            expired: 0,
            without_text: Files::default(),
            without_picture: Files::default(),
            guessed: BTreeMap::new(),
            unknown_keys: BTreeMap::new(),
            leftovers: match lists_all {
                true => ArticleProblems::all(),
                false => ArticleProblems::first_of_each_reason(),
            },
        }
    }

    /// Adds the article of `file`. Of one that no reader will see only its keys count.
    pub(super) fn add(&mut self, file: &str, accepted: &Accepted) {
        let files_max = self.files_max();
        self.articles += 1;
        for key in &accepted.unknown_keys {
            if self.unknown_keys.len() < KEYS_MAX || self.unknown_keys.contains_key(key) {
                let files = self.unknown_keys.entry(key.clone()).or_default();
                files.add(file, files_max);
            }
        }
        let article = &accepted.article;
        if accepted.visibility == Visibility::Draft {
            self.hidden += 1;
            return;
        }
        if accepted
            .expires
            .is_some_and(|expires| expires <= self.as_of)
        {
            self.expired += 1;
            return;
        }
        self.future += usize::from(article.published > self.as_of);
        if article.body.is_empty() {
            self.without_text.add(file, files_max);
        }
        if article.image.is_none() && !article.body.as_str().contains("<img") {
            self.without_picture.add(file, files_max);
        }
        if accepted.language_is_guessed && article.language != self.site_language {
            let files = self.guessed.entry(article.language.clone()).or_default();
            files.add(file, files_max);
        }
        let texts = [
            ("title", article.title.as_str()),
            ("lead", article.lead.as_str()),
            ("text", article.body.as_str()),
        ];
        // A lead may have it from code, where it is meant to be read.
        let is_of_code = |place: &str, left: &str| {
            let begin = left.get(..2).unwrap_or(left);
            place == "lead" && article.body.as_str().contains(begin)
        };
        let left = texts
            .into_iter()
            .filter_map(|(place, text)| Some((place, template_text(text)?)))
            .find(|(place, left)| !is_of_code(place, left));
        if let Some((place, left)) = left {
            self.leftovers.add(Problem {
                severity: Severity::Warning,
                file: file.to_owned(),
                line: None,
                column: None,
                message: format!("the {place} has the text of a template: `{left}`"),
                hint: Some(
                    "taspa runs no templates: write there what readers should see".to_owned(),
                ),
                excerpt: None,
            });
        }
    }

    fn files_max(&self) -> usize {
        match self.lists_all {
            true => usize::MAX,
            false => FILES_MAX,
        }
    }

    /// Hands out the problems that were found.
    pub(super) fn take_leftovers(&mut self) -> ArticleProblems {
        mem::replace(&mut self.leftovers, ArticleProblems::all())
    }

    /// The lines of the report, fewer where there is less to tell.
    pub(super) fn lines(&self) -> Vec<String> {
        let files_max = self.files_max();
        let mut lines = Vec::new();
        let unseen = [
            (self.hidden, "hidden"),
            (self.future, "dated in the future"),
            (self.expired, "expired"),
        ];
        let unseen = unseen.into_iter().filter(|(count, _)| *count > 0);
        let unseen: Vec<String> = unseen
            .map(|(count, why)| format!("{count} {why}"))
            .collect();
        if !unseen.is_empty() {
            lines.push(format!("not in feeds: {}", unseen.join(", ")));
        }
        for (files, what) in [
            (&self.without_text, "text"),
            (&self.without_picture, "picture"),
        ] {
            if files.count > 0 {
                let (count, of) = (files.count, self.articles);
                lines.push(format!(
                    "without {what}: {count} of {of}: {}",
                    files.named(files_max)
                ));
            }
        }
        for (language, files) in &self.guessed {
            lines.push(format!(
                "language guessed: {} in `{language}`, not `{}`: {}",
                many(files.count, "article"),
                self.site_language,
                files.named(files_max)
            ));
        }
        let mut keys: Vec<_> = self.unknown_keys.iter().collect();
        keys.sort_by_key(|(_, files)| Reverse(files.count));
        let named = match self.lists_all {
            true => keys.len(),
            false => keys.len().min(KEYS_NAMED_MAX),
        };
        for (key, files) in &keys[..named] {
            let articles = many(files.count, "article");
            lines.push(format!(
                "key without effect: `{key}` in {articles}: {}",
                files.named(files_max)
            ));
        }
        if named < keys.len() {
            let keys = counted(keys.len() - named, "more key has", "more keys have");
            lines.push(format!("{keys} no effect; with `--verbose` all are named"));
        }
        lines
    }
}

impl Files {
    fn add(&mut self, file: &str, at_most: usize) {
        self.count += 1;
        self.first.push(file.to_owned());
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

fn in_order(mut files: Vec<String>, at_most: usize) -> Vec<String> {
    files.sort_by(|a, b| natural(a.as_bytes(), b.as_bytes()));
    files.truncate(at_most);
    files
}

/// What a template would have replaced, as text and as HTML write it.
const TEMPLATE_MARKS: [&str; 6] = ["{{", "{%", "%}", "<%", "&lt;%", "{#"];

/// What ends it.
const CLOSING_MARKS: [&str; 5] = ["}}", "%}", "%>", "%&gt;", "#}"];

/// Elements whose text shows code, where such marks are meant.
const CODE: [(&str, &str); 3] = [
    ("<pre", "</pre>"),
    ("<code", "</code>"),
    ("<samp", "</samp>"),
];

/// The most characters of it that are shown.
const EXCERPT_CHARS: usize = 40;

/// The first text of a template in a text or in HTML.
fn template_text(text: &str) -> Option<String> {
    let mut code_end = 0;
    for (at, _) in text.match_indices(['{', '%', '<', '&']) {
        let rest = &text[at..];
        if at < code_end {
            continue;
        }
        if let Some((_, close)) = CODE.iter().find(|(open, _)| rest.starts_with(open)) {
            code_end = at + rest.find(close)?;
        } else if TEMPLATE_MARKS.iter().any(|mark| rest.starts_with(mark)) {
            let closed = CLOSING_MARKS
                .iter()
                .filter_map(|mark| Some(rest.find(mark)? + mark.len()));
            let end = closed.min().unwrap_or(rest.len());
            let shown: String = rest[..end].chars().take(EXCERPT_CHARS).collect();
            return Some(
                shown
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace('`', "'"),
            );
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::cpu_time;

    #[test]
    fn text_of_templates_is_found_outside_of_code() {
        for (text, expected) in [
            ("Итоги недели", None),
            ("Итоги {{ page.week }} {{ a }}", Some("{{ page.week }}")),
            (
                "{{< figure src=\"a.jpg\" >}} Дальше",
                Some("{{< figure src=\"a.jpg\" >}}"),
            ),
            (
                "<p>См. {% include 'a.html' %}</p>",
                Some("{% include 'a.html' %}"),
            ),
            ("<p>&lt;%= @title %&gt;</p>", Some("<%= @title %>")),
            ("<p>Шаблон <code>{{ a }}</code></p>", None),
            (
                "<pre><code>{% if %}</code></pre><p>{{ b }}</p>",
                Some("{{ b }}"),
            ),
            ("<pre>{{ a", None),
            ("50 % {в год}", None),
        ] {
            assert_eq!(template_text(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn hostile_text_is_searched_once() {
        let code = "<code>{{</code>".repeat(20_000);
        let took = cpu_time(|| assert_eq!(template_text(&code), None));
        assert!(took.as_millis() < 250, "{took:?}");
    }
}
