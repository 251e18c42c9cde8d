//! Which files there are, what they have, and which of them a change moves.

use super::*;
use crate::model::address_size::AddressSize;
use crate::model::article::{Revision, Visibility};
use crate::model::article_meta::ArticleMeta;

const FEEDS: &str = "[source.directory]\n[sitemap]\n";

/// 2026-11-30T12:00:00Z.
const NOON: i64 = 1_796_040_000;

fn meta(number: u32, published: i64, address: AddressSize) -> ArticleMeta {
    ArticleMeta {
        key: format!("k{number:06}").into(),
        revision: Revision(u128::from(number) + 1),
        record: RecordId(u64::from(number)),
        published: Timestamp(published),
        updated: Timestamp(published),
        expires: None,
        visibility: Visibility::Public,
        address,
        terms: Vec::new(),
    }
}

struct Site {
    config: Config,
    rules: SiteRules,
    index: Index,
    dates: HashMap<Arc<str>, Validators>,
}

impl Site {
    fn of(articles: impl IntoIterator<Item = ArticleMeta>) -> Site {
        let config = crate::testkit::newsroom(FEEDS, std::path::Path::new("/nowhere"));
        let mut index = Index::new(&[], Timestamp(NOON));
        index.count_months(month_rule(&config));
        let articles = articles.into_iter().map(Ok::<_, std::convert::Infallible>);
        let Ok(()) = index.load(articles);
        Site {
            rules: SiteRules::new(&config),
            config,
            index,
            dates: HashMap::new(),
        }
    }

    fn put(&mut self, article: ArticleMeta) {
        let Ok(()) = self
            .index
            .load([Ok::<_, std::convert::Infallible>(article)]);
    }

    /// Builds, and notes the dates as the publisher does.
    fn build(&mut self, last: Option<&Sitemaps>) -> Sitemaps {
        self.index.refresh_months();
        let (config, rules, index) = (&self.config, &self.rules, &self.index);
        let floor = Timestamp(0);
        let built = Sitemaps::build(1, config, rules, index, last, &self.dates, floor);
        self.dates.extend(built.moved(last));
        built
    }
}

fn names(sitemaps: &Sitemaps) -> Vec<String> {
    sitemaps.all().map(|file| file.name.to_string()).collect()
}

fn moved(after: &Sitemaps, before: &Sitemaps) -> Vec<String> {
    let mut moved: Vec<String> = after
        .moved(Some(before))
        .map(|(path, _)| path.to_string())
        .collect();
    moved.sort();
    moved
}

/// How many articles a file of a month has.
fn articles(sitemaps: &Sitemaps, name: &str) -> usize {
    let name = SitemapName::parse(name).expect("a name");
    match &sitemaps.find(name).expect("a file").content {
        SitemapContent::Month(_, places) => places.len(),
        SitemapContent::News(records) => records.len(),
        SitemapContent::Index(files) => files.len(),
    }
}

#[test]
fn an_edit_moves_its_month_and_the_index_alone() {
    let day = 86_400;
    let of_days = [100, 60, 10].map(|days| NOON - days * day);
    let articles = (0..)
        .zip(of_days)
        .map(|(number, at)| meta(number, at, AddressSize::HERE));
    let mut site = Site::of(articles);
    let before = site.build(None);
    assert_eq!(
        names(&before),
        [
            "index.xml",
            "news.xml",
            "2026-08.xml",
            "2026-10.xml",
            "2026-11.xml"
        ]
    );
    assert!(
        !site.build(Some(&before)).differs(&before),
        "nothing changed"
    );

    let edit = ArticleMeta {
        revision: Revision(99),
        updated: Timestamp(NOON - 5),
        ..meta(1, of_days[1], AddressSize::HERE)
    };
    site.put(edit.clone());
    let after = site.build(Some(&before));
    assert!(after.differs(&before));
    assert_eq!(
        moved(&after, &before),
        ["sitemaps/2026-10.xml", "sitemaps/index.xml"]
    );
    let month = after.find(SitemapName::parse("2026-10.xml").expect("a name"));
    assert_eq!(month.expect("a month").last_modified, Timestamp(NOON - 5));

    // Without a new date the index stays, and the file is dated by its publication.
    site.put(ArticleMeta {
        revision: Revision(98),
        ..edit
    });
    let last = site.build(Some(&after));
    assert_eq!(moved(&last, &after), ["sitemaps/2026-10.xml"]);
    let month = last.find(SitemapName::parse("2026-10.xml").expect("a name"));
    assert_eq!(month.expect("a month").last_modified, Timestamp(NOON));
}

#[test]
fn a_date_never_goes_back_though_a_month_is_emptied_and_returns() {
    let at = NOON - 40 * 86_400;
    let mut site = Site::of([meta(1, at, AddressSize::HERE)]);
    let before = site.build(None);
    let name = SitemapName::parse("2026-10.xml").expect("a name");
    let dated = |sitemaps: &Sitemaps| sitemaps.find(name).map(|file| file.last_modified);
    assert_eq!(dated(&before), Some(Timestamp(at)));
    let hidden = ArticleMeta {
        visibility: Visibility::OutOfSearch,
        ..meta(1, at, AddressSize::HERE)
    };
    site.put(hidden);
    let without = site.build(Some(&before));
    assert_eq!(dated(&without), None);
    assert_eq!(names(&without), ["index.xml", "news.xml"]);
    site.put(meta(2, at - 5, AddressSize::HERE));
    let after = site.build(Some(&without));
    assert_eq!(dated(&after), Some(Timestamp(NOON)));
}

#[test]
fn a_month_is_split_by_number_and_by_bytes() {
    let at = NOON - 10 * 86_400;
    let long = AddressSize::of(&format!("https://dala.example/?{}", "&".repeat(2000)));
    for (count, address, first) in [
        (45_000, AddressSize::HERE, 45_000),
        (45_001, AddressSize::HERE, 45_000),
        (3_305, long, 3_305),
        (3_306, long, 3_305),
    ] {
        let mut site = Site::of((0..count).map(|number| meta(number, at, address)));
        let before = site.build(None);
        let has_second = names(&before).contains(&"2026-11-2.xml".to_owned());
        assert_eq!(has_second, first < count as usize, "{count}");
        assert_eq!(articles(&before, "2026-11.xml"), first, "{count}");
        if !has_second {
            continue;
        }
        assert_eq!(articles(&before, "2026-11-2.xml"), 1);
        site.put(ArticleMeta {
            revision: Revision(u128::MAX),
            ..meta(count - 1, at, address)
        });
        let after = site.build(Some(&before));
        assert_eq!(moved(&after, &before), ["sitemaps/2026-11-2.xml"]);
    }
}

#[test]
fn news_are_of_48_hours_and_a_thousand_a_file() {
    let edge = NOON - NEWS_SECONDS;
    let articles_since =
        |count| (0..count).map(move |n| meta(n, edge + i64::from(n), AddressSize::HERE));
    let mut site = Site::of(articles_since(1_002));
    let before = site.build(None);
    // The first is 48 hours old at this second.
    assert_eq!(articles(&before, "news.xml"), 1_000);
    assert_eq!(articles(&before, "news-2.xml"), 1);
    assert_eq!(before.next(), Some(Timestamp(NOON + 1)));
    let news = before.find(SitemapName::News(1)).expect("news");
    let SitemapContent::News(records) = &news.content else {
        panic!("{news:?}")
    };
    assert_eq!(records.first(), Some(&RecordId(1_001)), "the newest first");

    site.index.advance(Timestamp(NOON + 1));
    let after = site.build(Some(&before));
    assert!(after.find(SitemapName::News(2)).is_none());
    assert_eq!(moved(&after, &before), ["sitemaps/index.xml"]);
    assert_eq!(articles(&after, "news.xml"), 1_000);

    site.index.advance(Timestamp(NOON + NEWS_SECONDS));
    let empty = site.build(Some(&after));
    assert_eq!(articles(&empty, "news.xml"), 0);
    assert_eq!(empty.next(), None);
}

#[test]
fn a_new_writer_moves_every_file() {
    let mut site = Site::of([meta(1, NOON - 5, AddressSize::HERE)]);
    let before = site.build(None);
    let (config, rules, index) = (&site.config, &site.rules, &site.index);
    let floor = Timestamp(0);
    let after = Sitemaps::build(2, config, rules, index, Some(&before), &site.dates, floor);
    assert_eq!(moved(&after, &before).len(), 3);
}
