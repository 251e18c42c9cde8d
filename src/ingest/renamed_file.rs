//! Files that were renamed. A renamed file is a new article with a new id, since nothing that only one
//! machine saw may decide an id. Readers would see the article twice, so the operator is told how to keep
//! the id.

use std::collections::{HashSet, VecDeque};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use crate::model::article::Article;
use crate::model::problem::{Problem, Severity};
use crate::model::time::Timestamp;
use crate::source::Source;
use crate::store::{ArticleRow, Store, StoreError};

/// New articles, and articles that are gone, that are remembered for those that follow. More at once are
/// an import or a loss.
pub(super) const RECENT_MAX: usize = 1_000;

/// An article of the same title, date and text as one that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenamedFile {
    /// The path of the file that is gone.
    pub before: String,
    /// The path of the new file.
    pub after: String,
    /// The key of the article that is gone.
    pub key: String,
}

impl RenamedFile {
    fn new(gone: &ArticleTrace, added: &ArticleTrace) -> RenamedFile {
        RenamedFile {
            before: gone.path.to_string(),
            after: added.path.to_string(),
            key: gone.key.to_string(),
        }
    }

    /// The warning about it.
    pub fn problem(&self, source: &Source) -> Problem {
        let RenamedFile { key, .. } = self;
        let (same, hint) = match source {
            Source::Directory(_) => (
                "title, date and text",
                format!(
                    "to keep its id, add the key `id = \"{key}\"` (in newsroom text the line ` id {key}` below \
                     the date), or give the file its former name"
                ),
            ),
            Source::Sql(_) => (
                "title and date",
                format!(
                    "an id must never change: let the query give it the `id` that readers know, `{key}`"
                ),
            ),
            Source::WordPress(_) => (
                "title and date",
                format!(
                    "a guid must never change: restore the guid `{key}` of this post in WordPress"
                ),
            ),
        };
        Problem {
            severity: Severity::Warning,
            file: source.locate(&self.after),
            line: None,
            column: None,
            message: format!(
                "it has the {same} of `{}`, which is gone: readers see the article twice",
                source.locate(&self.before)
            ),
            hint: Some(hint),
            excerpt: None,
        }
    }
}

/// The digest of an article's title, date and text. Of a row that has another id the query may have changed,
/// and with it the text, so `taspa check` leaves that out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TextDigest(u128);

impl TextDigest {
    pub(super) fn of(article: &Article) -> TextDigest {
        TextDigest::with_text(article, article.body.as_str())
    }

    fn of_title(article: &Article) -> TextDigest {
        TextDigest::with_text(article, "")
    }

    fn with_text(article: &Article, text: &str) -> TextDigest {
        let mut digest = Xxh3::new();
        digest.update(&article.published.0.to_le_bytes());
        for text in [article.title.as_str(), "\n", text] {
            digest.update(text.as_bytes());
        }
        TextDigest(digest.digest128())
    }
}

/// What is remembered of an article that is new or gone.
#[derive(Clone, Debug)]
pub(super) struct ArticleTrace {
    pub(super) digest: TextDigest,
    pub(super) path: Box<str>,
    pub(super) key: Box<str>,
}

impl ArticleTrace {
    pub(super) fn new(digest: TextDigest, row: &ArticleRow) -> ArticleTrace {
        ArticleTrace {
            digest,
            path: row.path.clone(),
            key: row.meta.key.clone(),
        }
    }
}

/// The last articles that were new or gone. The two parts of a renaming may come in two readings.
#[derive(Debug, Default)]
pub(super) struct RecentTraces {
    added: VecDeque<ArticleTrace>,
    gone: VecDeque<ArticleTrace>,
}

impl RecentTraces {
    /// Adds a new article; the file that was renamed to it, if one is known.
    pub(super) fn add(&mut self, added: ArticleTrace) -> Option<RenamedFile> {
        let renamed = take(&mut self.gone, &added);
        let found = renamed.map(|gone| RenamedFile::new(&gone, &added));
        if found.is_none() {
            push(&mut self.added, added);
        }
        found
    }

    /// Adds an article that is gone; the file that it was renamed to, if one is known.
    pub(super) fn remove(&mut self, gone: ArticleTrace) -> Option<RenamedFile> {
        let renamed = take(&mut self.added, &gone);
        let found = renamed.map(|added| RenamedFile::new(&gone, &added));
        if found.is_none() {
            push(&mut self.gone, gone);
        }
        found
    }

    /// Whether an article that is gone is remembered, as one of a held loss may be.
    pub(super) fn has_gone(&self, path: &str) -> bool {
        self.gone.iter().any(|trace| *trace.path == *path)
    }
}

fn take(traces: &mut VecDeque<ArticleTrace>, like: &ArticleTrace) -> Option<ArticleTrace> {
    let is_like = |trace: &ArticleTrace| trace.digest == like.digest && trace.key != like.key;
    let at = traces.iter().position(is_like)?;
    traces.remove(at)
}

fn push(traces: &mut VecDeque<ArticleTrace>, trace: ArticleTrace) {
    if traces.len() == RECENT_MAX {
        traces.pop_front();
    }
    traces.push_back(trace);
}

/// Finds the articles of `store` that a state folder has under another key, at most a thousand; none if the
/// folder has no articles of this layout.
pub fn find_since(
    folder: &Path,
    source: &Source,
    store: &Store,
) -> Result<Vec<RenamedFile>, StoreError> {
    let digest = match source {
        Source::Directory(_) => TextDigest::of,
        Source::Sql(_) | Source::WordPress(_) => TextDigest::of_title,
    };
    let Some(former) = Store::open_read_only(folder)? else {
        return Ok(Vec::new());
    };
    let mut gone = Vec::new();
    for row in former.article_rows()? {
        let row = row?;
        if store.article(&row.meta.key)?.is_none() {
            gone.push(row);
        }
        if gone.len() == RECENT_MAX {
            break;
        }
    }
    let mut renamed = Vec::new();
    if gone.is_empty() {
        return Ok(renamed);
    }
    let dates: HashSet<Timestamp> = gone.iter().map(|row| row.meta.published).collect();
    let mut traces = RecentTraces::default();
    let mut reader = former.article_reader()?;
    for row in gone {
        let article = reader.article(row.meta.record)?;
        traces.remove(ArticleTrace::new(digest(&article), &row));
    }
    let mut reader = store.article_reader()?;
    for row in store.article_rows()? {
        let row = row?;
        if !dates.contains(&row.meta.published) || former.article(&row.meta.key)?.is_some() {
            continue;
        }
        let article = reader.article(row.meta.record)?;
        renamed.extend(traces.add(ArticleTrace::new(digest(&article), &row)));
    }
    Ok(renamed)
}
