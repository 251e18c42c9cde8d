//! Terms with slugs, and what their names lead to.

use super::*;

/// The tables behind `[site]`.
const TABLES: &str = "\
[server]
public-url = 'https://feeds.dala.example/'
[source.directory]
[auto.authors]
";

/// An article by authors, each a name with a slug or an empty one.
fn by(key: &str, authors: &[(&str, &str)]) -> Article {
    let author = |(name, slug): &(&str, &str)| Author {
        name: (*name).to_owned(),
        slug: Some((*slug).to_owned()).filter(|slug| !slug.is_empty()),
        ..Author::default()
    };
    Article {
        authors: authors.iter().map(author).collect(),
        ..article(key, "Город", &[])
    }
}

struct Site {
    index: Index,
    definitions: FeedDefinitions,
}

impl Site {
    fn new(config: &str, articles: &[Article]) -> Site {
        let config = testkit::newsroom(&format!("{TABLES}{config}"), Path::new(""));
        let mut index = Index::new(&config.same, Timestamp(1_768_000_000));
        index.apply(articles.iter().map(put));
        let definitions = FeedDefinitions::new(&config, &mut index);
        Site { index, definitions }
    }

    /// The automatic feeds with the keys of their articles, the newest first.
    fn feeds(&self) -> Vec<String> {
        let feeds = paths(
            &self.index,
            &self.definitions,
            self.definitions.all(&self.index),
        );
        let authors = feeds
            .into_iter()
            .filter(|path| path.starts_with("authors/"));
        authors.map(|path| self.feed(&path)).collect()
    }

    fn feed(&self, path: &str) -> String {
        let number = self.definitions.find(&self.index, path).expect("a feed");
        let feed = self.definitions.definition(&self.index, number);
        format!("{path}: {}", self.keys(&feed))
    }

    fn keys(&self, feed: &FeedDefinition) -> String {
        let window = self.index.window(&feed.query, &feed.settings);
        let records = window.entries.iter();
        let keys = self.index.keys().filter(|key| {
            let article = self.index.find(key);
            records.clone().any(|entry| Some(*entry) == article)
        });
        let mut keys: Vec<String> = keys.collect();
        keys.sort();
        keys.join(" ")
    }

    fn selected(&self, query: &str) -> String {
        let selection = Selection::from_query(query).expect("a selection");
        let feed = self.definitions.select(&self.index, &selection);
        self.keys(&feed.expect("known terms"))
    }

    fn leads_to(&self, path: &str) -> Option<String> {
        assert!(self.definitions.find(&self.index, path).is_none(), "{path}");
        self.definitions.path_of_name(&self.index, path)
    }
}

#[test]
fn a_name_leads_to_the_only_term_that_has_it() {
    let site = Site::new(
        "",
        &[
            by("a", &[("Сапар Ж.", "sapar")]),
            by("b", &[("Сапар Ж.", "sapar")]),
        ],
    );
    assert_eq!(site.feeds(), ["authors/sapar: a b"]);
    assert_eq!(
        site.leads_to("authors/сапар-ж").as_deref(),
        Some("authors/sapar")
    );
    for query in [
        "any=author:Сапар Ж.",
        "any=author:sapar",
        "all=author:сапар-ж",
    ] {
        assert_eq!(site.selected(query), "a b", "{query}");
    }
    assert_eq!(site.leads_to("authors/айгуль"), None);
}

#[test]
fn two_authors_of_one_name_have_two_feeds_and_the_name_selects_both() {
    let site = Site::new(
        "[[feed]]\nname = 'sapar'\ntitle = 'С'\nany = ['author:Сапар']\n",
        &[
            by("a", &[("Сапар", "sapar")]),
            by("b", &[("Сапар", "sapar-2")]),
            by("c", &[("Сапар", "sapar-2"), ("Айгуль", "")]),
        ],
    );
    assert_eq!(
        site.feeds(),
        [
            "authors/sapar: a",
            "authors/sapar-2: b c",
            "authors/айгуль: c"
        ]
    );
    assert_eq!(
        site.leads_to("authors/сапар").as_deref(),
        Some("select?all=author:сапар")
    );
    assert_eq!(site.selected("all=author:Сапар"), "a b c");
    assert_eq!(site.selected("any=author:айгуль&none=author:Сапар"), "");
    assert_eq!(site.feed("sapar"), "sapar: a b c");
}

#[test]
fn a_slug_that_is_the_name_of_another_term_means_its_own_articles() {
    let (first, second) = (
        by("a", &[("Sapar", "sapar")]),
        by("b", &[("Sapar", "sapar-2")]),
    );
    let mut site = Site::new("", &[first, second]);
    assert_eq!(site.feeds(), ["authors/sapar: a", "authors/sapar-2: b"]);
    assert_eq!(site.selected("all=author:Sapar"), "a");
    // Without an article of that slug it is a name again, and with one it is a slug.
    assert_eq!(
        site.index.apply([Change::Remove("a".into())]),
        AffectedFeeds::All
    );
    assert_eq!(site.selected("all=author:Sapar"), "b");
    assert_eq!(
        site.leads_to("authors/sapar").as_deref(),
        Some("authors/sapar-2")
    );
    let again = by("c", &[("Sapar", "sapar")]);
    assert_eq!(site.index.apply([put(&again)]), AffectedFeeds::All);
    assert_eq!(site.feeds(), ["authors/sapar: c", "authors/sapar-2: b"]);
}

#[test]
fn a_name_without_a_slug_has_the_articles_of_both() {
    let site = Site::new(
        "",
        &[by("a", &[("Сапар", "")]), by("b", &[("Сапар", "sapar")])],
    );
    assert_eq!(site.feeds(), ["authors/sapar: b", "authors/сапар: a b"]);
    assert_eq!(site.selected("all=author:сапар"), "a b");
}

#[test]
fn an_article_that_loses_a_name_affects_the_feeds_of_the_name() {
    let articles = [by("a", &[("Сапар", "")]), by("b", &[("Сапар", "sapar")])];
    let mut site = Site::new(
        "[[feed]]\nname = 'others'\ntitle = 'Д'\nnone = ['author:Сапар']\n",
        &articles,
    );
    let renamed = by("b", &[("Сапар Ж.", "sapar")]);
    let touched = site.index.apply([put(&renamed)]);
    let affected = site.definitions.affected(&site.index, &touched);
    assert_eq!(
        paths(&site.index, &site.definitions, affected),
        ["all", "authors/sapar", "authors/сапар", "others"]
    );
    assert_eq!(site.feed("others"), "others: b");
}

#[test]
fn same_joins_terms_by_slug_or_by_name() {
    for same in [
        "'author:Ж. Сапар' = ['author:Сапар']",
        "'author:Ж. Сапар' = ['author:sapar']",
    ] {
        let site = Site::new(
            &format!("[same]\n{same}\n"),
            &[by("a", &[("Сапар", "sapar")]), by("b", &[("Ж. Сапар", "")])],
        );
        assert_eq!(site.feeds(), ["authors/ж-сапар: a b"], "{same}");
        assert_eq!(site.selected("any=author:Ж. Сапар"), "a b");
        let spelling = if same.ends_with("sapar']") {
            "сапар"
        } else {
            "sapar"
        };
        let path = format!("authors/{spelling}");
        assert_eq!(site.leads_to(&path).as_deref(), Some("authors/ж-сапар"));
    }
}

#[test]
fn except_names_a_term_by_its_slug_or_by_its_name() {
    for except in ["Сапар", "sapar"] {
        let config = format!("except = ['{except}']\n");
        let mut site = Site::new(
            &config,
            &[
                by("a", &[("Сапар", "sapar")]),
                by("b", &[("Айгуль", "aigul")]),
            ],
        );
        assert_eq!(site.feeds(), ["authors/aigul: b"], "{except}");
        // A new name may be one that `except` has.
        let touched = site.index.apply([put(&by("b", &[("Сапар", "aigul")]))]);
        let ended = site.definitions.ended(&site.index, &touched);
        assert_eq!(
            ended.contains(&"authors/aigul".to_owned()),
            except == "Сапар"
        );
    }
}

#[test]
fn a_term_with_a_slug_has_the_name_of_its_oldest_article() {
    let older = Article {
        published: Timestamp(1_766_000_000),
        ..by("b", &[("Сапар Ж.", "sapar")])
    };
    let site = Site::new("", &[by("a", &[("С. Жумабаев", "sapar")]), older]);
    assert_eq!(site.feeds(), ["authors/sapar: a b"]);
    let number = site
        .definitions
        .find(&site.index, "authors/sapar")
        .expect("a feed");
    let feed = site.definitions.definition(&site.index, number);
    assert!(
        feed.channel.title.as_str().contains("Сапар Ж."),
        "{}",
        feed.channel.title
    );
    // Either name finds the articles that have it.
    assert_eq!(site.selected("any=author:С. Жумабаев"), "a");
    assert_eq!(
        site.leads_to("authors/сапар-ж").as_deref(),
        Some("authors/sapar")
    );
}
