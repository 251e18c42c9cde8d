//! What the addresses of WordPress's feeds lead to, beside what is served here.

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::model::removal_guard::Removal;
use crate::model::time::Timestamp;
use crate::publish::publisher::Publisher;
use crate::render::pages::templates::Templates;
use crate::source::Scope;
use crate::source::wordpress::testkit::FakeSite;
use crate::store::Store;
use crate::testkit;

const FEEDS: &str = "\
[auto.sections]
[[feed]]
name = 'atom'
title = 'Атом станциясы'
any = ['section:atom']
[[redirect]]
from = '/a-page/feed/'
to = '/sections/news.rss'
";

/// A newsroom with these tables, after its first reading.
fn publish(tables: &str) -> (TempDir, Publisher) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("articles")).expect("the articles' folder");
    let config = testkit::newsroom(tables, folder.path()).into();
    let store = Store::scratch().expect("a store");
    let as_of = Timestamp::now();
    let publisher = Publisher::new(config, Templates::built_in(), store, as_of);
    let publisher = publisher.expect("a publisher");
    let report = publisher.reconcile(&[Scope::All], Removal::Held);
    assert!(report.failure.is_none(), "{:?}", report.failure);
    publisher.publish(as_of);
    (folder, publisher)
}

/// What a target leads to: where to, or what the answer is.
fn meaning(publisher: &Publisher, target: &str) -> String {
    let published = publisher.handle().published().expect("a published state");
    let (path, query) = split_target(target);
    match resolve(&published, path, query) {
        Target::Feed(version, format) => format!("{} as {}", version.path, format.title()),
        Target::Page(_) => "page".to_owned(),
        Target::Sitemap(version) => format!("sitemap {}", version.name),
        Target::Text(_) => "text".to_owned(),
        Target::Redirect(to) => to,
        Target::Gone => "gone".to_owned(),
        Target::NotFound(reason) => format!("not found: {reason}"),
        other => panic!("{target}: {other:?}"),
    }
}

#[test]
fn addresses_of_wordpress_come_behind_what_is_served_here() {
    let site = FakeSite::with_posts(1);
    let category = |name: &str| json!({ "id": 7, "name": name, "slug": "news", "parent": 0 });
    site.state().categories.insert(7, category("Жаңалықтар"));
    site.state().posts.get_mut(&10).expect("a post")["categories"] = json!([7]);
    let source = format!("[source.wordpress]\nurl = '{}'\n", site.address);
    let (_folder, publisher) = publish(&(source + FEEDS));
    for (target, expected) in [
        ("/feed/", "/all.rss"),
        ("/feed/?utm_source=letter", "/all.rss"),
        ("/?feed=rss2&cat=7", "/sections/news.rss"),
        ("/category/%6eews/feed/atom/", "/sections/news.atom"),
        ("/sections/news.rss", "sections/news as RSS"),
        // What is served or redirected here goes first.
        ("/", "page"),
        ("/?cat=7", "page"),
        ("/atom", "page"),
        ("/a-page/feed/", "/sections/news.rss"),
        ("/comments/feed/", "gone"),
        ("/?feed=rss2&p=10", "gone"),
        (
            "/?feed=rss2&cat=8",
            "not found: no section has the number \"8\"",
        ),
        ("/category/none/feed/", "not found: no section \"none\""),
        ("/?feed=rss2&tag=news", "not found: no tag \"news\""),
        ("/?feed=rss2&s=news", "not found: searches have no feed"),
        ("/feed/?paged=2", "not found: feeds have one page"),
        (
            "/other-page/feed/",
            "not found: no feed \"other-page/feed\"",
        ),
    ] {
        assert_eq!(meaning(&publisher, target), expected, "{target}");
    }
}

#[test]
fn other_sources_have_no_addresses_of_wordpress() {
    let (_folder, publisher) = publish("[source.directory]\n");
    for (target, expected) in [
        ("/tag/news/feed/", "not found: no feed \"tag/news/feed\""),
        ("/comments/feed/", "not found: no feed \"comments/feed\""),
        ("/?feed=rss2&s=news", "page"),
    ] {
        assert_eq!(meaning(&publisher, target), expected, "{target}");
    }
}
