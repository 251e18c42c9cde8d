//! Finds articles by words of their titles.

use crate::model::term::key;
use crate::model::time::Timestamp;
use crate::publish::explanation::FindError;
use crate::publish::explanation::search::Search;
use crate::store::{Store, StoreError};
use crate::text::{fold_letters, typed_words};

/// The articles that are named where several have the words.
const NAMED_MAX: usize = 10;

/// An article whose title has the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitledArticle {
    pub key: String,
    pub title: String,
    pub published: Timestamp,
}

/// The articles whose titles have some words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Titled {
    /// The newest of them, newest first.
    pub newest: Vec<TitledArticle>,
    /// How many there are.
    pub count: usize,
}

/// The articles of which every word of `text`, in any order, begins a word of the title. Letters that are typed for
/// each other are the same. An article whose title is these words is the only one. One pass unpacks every article,
/// and holds none of them.
pub(super) fn find(store: &Store, text: &str, search: &mut Search) -> Result<Titled, FindError> {
    let wanted = folded(&typed_words(text));
    let wanted: Vec<&str> = words(&wanted).collect();
    let mut found = Titled::default();
    let mut whole = Titled::default();
    if wanted.is_empty() {
        return Ok(found);
    }
    let mut reader = store.article_reader()?;
    for row in store.article_rows()? {
        search.step()?;
        let meta = row?.meta;
        let title = match reader.title(meta.record) {
            // It was replaced meanwhile.
            Err(StoreError::Missing) => continue,
            title => title?,
        };
        let of_title = folded(&title);
        let has = |wanted: &&str| words(&of_title).any(|word| word.starts_with(wanted));
        if !wanted.iter().all(has) {
            continue;
        }
        let is_whole = words(&of_title).eq(wanted.iter().copied());
        let articles = if is_whole { &mut whole } else { &mut found };
        articles.add(TitledArticle {
            key: meta.key.into(),
            title,
            published: meta.published,
        });
    }
    Ok(if whole.count == 1 {
        whole
    } else {
        whole
            .newest
            .into_iter()
            .for_each(|article| found.insert(article));
        found.count += whole.count;
        found
    })
}

impl Titled {
    fn add(&mut self, article: TitledArticle) {
        self.count += 1;
        self.insert(article);
    }

    fn insert(&mut self, article: TitledArticle) {
        let newer = |other: &TitledArticle| {
            (other.published, &article.key) > (article.published, &other.key)
        };
        let at = self.newest.partition_point(newer);
        if at < NAMED_MAX {
            self.newest.insert(at, article);
            self.newest.truncate(NAMED_MAX);
        }
    }
}

fn folded(text: &str) -> String {
    key(&fold_letters(text))
}

/// The words of a key. A number is found without its sign.
fn words(key: &str) -> impl Iterator<Item = &str> {
    key.split(['-', '№']).filter(|word| !word.is_empty())
}
