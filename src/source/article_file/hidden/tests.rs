use super::*;
use crate::source::article_file::tree;

fn settings() -> AcceptSettings {
    AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/")
}

fn hiding_of(yaml: &str) -> Hiding {
    let pairs = tree::yaml::parse(yaml, 1).unwrap_or_else(|refusal| panic!("{yaml}: {refusal:?}"));
    let mut settings = settings();
    settings.public_status = vec!["утверждено".to_owned()];
    hiding(&pairs, &settings)
}

#[test]
fn values_show_hide_or_are_not_understood() {
    for (shown, hidden, not_understood) in [
        ("draft: false", "draft: true", "draft: tru"),
        ("draft: no", "draft: yes", "draft: да"),
        ("draft: 0", "draft: 1", "draft: 2"),
        ("draft:", "draft: \"True \"", "draft: [true]"),
        ("isDraft: off", "isDraft: on", "isDraft: {a: 1}"),
        ("published: true", "published: false", "published: maybe"),
        (
            "published: 2026-03-05",
            "published: \"no\"",
            "published: 2026-13-01",
        ),
        ("publish: yes", "publish: n", "publish: soon"),
        ("private: f", "private: t", "private: friends"),
        ("hidden: []", "hidden: true", "hidden: [home]"),
        ("unlisted: ~", "unlisted: true", "unlisted: x"),
        ("headless: false", "headless: true", "headless: x"),
        (
            "hiddenFromRss: false",
            "hiddenFromRss: true",
            "hiddenFromRss: x",
        ),
        (
            "eleventyExcludeFromCollections: false",
            "eleventyExcludeFromCollections: true",
            "eleventyExcludeFromCollections: [posts]",
        ),
        (
            "exclude_from_feed: false",
            "exclude_from_feed: true",
            "exclude_from_feed: x",
        ),
        ("rss: true", "rss: false", "rss: fals"),
        ("rss: {limit: 10}", "rss: off", "rss: [x]"),
        ("feed: {limit: 10}", "draft: true\nfeed: true", "feed: fals"),
        ("status: Published", "status: draft", "status: {a: 1}"),
        (
            "status: утверждено",
            "visibility: private",
            "status: [{a: 1}]",
        ),
        (
            "visibility: public",
            "visibility: members",
            "visibility: {a: 1}",
        ),
        (
            "pubstatus: usable",
            "pubstatus: withheld",
            "pubstatus: [{}, {a: 1}]",
        ),
        (
            "status: [live]",
            "status: [live, draft]",
            "draft: tru\nstatus: draft",
        ),
        ("password: ''", "password: 7", "draft: tru\npassword: x"),
        (
            "redirect_to: false",
            "redirect_to: https://x.example/",
            "draft: tru\nredirect_to: x",
        ),
        (
            "_build: {list: always}",
            "_build: {list: never}",
            "_build: nev",
        ),
        (
            "build: {render: true}",
            "build: {render: link}",
            "build: [never]",
        ),
        (
            "build: {publishResources: false}",
            "build: {list: local}",
            "build: 3",
        ),
        (
            "permalink: /x/",
            "permalink: false",
            "draft: tru\npermalink: no",
        ),
        (
            "expires: 2026-03-05",
            "draft: true\nexpires: 2026-03-05",
            "expires: 2026-13-01",
        ),
        (
            "expires: 0",
            "draft: true\nexpires: never",
            "expires: завтра",
        ),
        (
            "expiryDate: 0000-00-00 00:00:00",
            "draft: true\nexpiryDate:",
            "expiryDate: true",
        ),
        (
            "unpublishdate: false",
            "draft: true\nunpublishdate: no",
            "unpublishdate: [x]",
        ),
        (
            "content: {rendered: x, protected: false}",
            "content: {protected: true}",
            "draft: tru",
        ),
        (
            "layout: page\ntype: page\nsitemap: false",
            "render: false",
            "render: x",
        ),
        (
            "noindex: true",
            "extra: {draft: true}",
            "extra: {draft: tru}",
        ),
        (
            "extra: {draft: false}",
            "params: {hidden: true}",
            "params: {expires: x}",
        ),
        (
            "author: {draft: true}",
            "Params:\n  unlisted: true",
            "draft: false\nextra: {private: x}",
        ),
        // A list of tables, as `[[extra]]` of TOML gives it.
        (
            "extra: [{draft: false}, {tags: [draft]}]",
            "extra: [{a: 1}, {draft: true}]",
            "params: [{draft: tru}]",
        ),
        (
            "author.draft: true",
            "params.draft: true",
            "extra.draft: tru",
        ),
        ("drаft: false", "drаft: true", "\"draft \": tru"),
    ] {
        assert_eq!(hiding_of(shown), Hiding::Shown, "{shown}");
        assert_eq!(hiding_of(hidden), Hiding::Hidden, "{hidden}");
        let hiding = hiding_of(not_understood);
        assert!(
            matches!(hiding, Hiding::NotUnderstood { .. }),
            "{not_understood}"
        );
        let refusal = hiding.refusal().expect("a refusal");
        assert!(refusal.withdraws && refusal.line.is_some(), "{refusal:?}");
    }
}

#[test]
fn a_refusal_names_key_value_and_line() {
    let refusal = hiding_of("title: x\ndraft: tru")
        .refusal()
        .expect("a refusal");
    assert_eq!(
        (refusal.line, refusal.reason.as_str()),
        (
            Some(2),
            "`draft`: `tru` is not understood, so the article is hidden"
        )
    );
    assert!(
        hiding_of("expires: x")
            .refusal()
            .expect("a refusal")
            .hint
            .contains("date")
    );
    assert_eq!(Hiding::Hidden.refusal(), None);
}

#[test]
fn dates_and_statuses_are_collected() {
    let yaml = "expires: 2026-03-05\nstatus: draft\nextra:\n  expiryDate: 2026-03-04\n  status: x\nfeed: no\nnoindex: true\nhide_from_home: false";
    let pairs = tree::yaml::parse(yaml, 1).expect("keys");
    let settings = settings();
    let marks = marks(&pairs, &settings);
    assert_eq!(marks.expires.len(), 2);
    let statuses: Vec<_> = marks
        .statuses
        .iter()
        .map(|(key, node)| (*key, node.line))
        .collect();
    assert_eq!(statuses, [("status", 2), ("status", 5)]);
    let elsewhere: Vec<_> = marks.elsewhere.iter().map(|(key, ..)| *key).collect();
    assert_eq!(elsewhere, ["noindex"]);
    assert!(marks.is_out_of_feeds && marks.is_out_of_search);
}

#[test]
fn keys_for_search_engines_keep_an_article_out_of_sitemaps_alone() {
    for (keys, visibility) in [
        ("noindex: true", Visibility::OutOfSearch),
        ("no_index: 1", Visibility::OutOfSearch),
        ("noIndex: tru", Visibility::OutOfSearch),
        ("noindex: false", Visibility::Public),
        ("noindex:", Visibility::Public),
        ("params: {robotsNoIndex: true}", Visibility::OutOfSearch),
        ("extra.noindex: yes", Visibility::OutOfSearch),
        ("sitemap: false", Visibility::OutOfSearch),
        ("sitemap: {disable: true}", Visibility::OutOfSearch),
        ("sitemap: {ignore: true}", Visibility::OutOfSearch),
        (
            "sitemap: {disable: false, priority: 0.7}",
            Visibility::Public,
        ),
        ("sitemap: weekly", Visibility::Public),
        ("robots: NOINDEX, follow", Visibility::OutOfSearch),
        ("robots: [none]", Visibility::OutOfSearch),
        ("robots: {index: false}", Visibility::OutOfSearch),
        ("robots: {index: noindex}", Visibility::OutOfSearch),
        (
            "robots: {noIndex: true, follow: true}",
            Visibility::OutOfSearch,
        ),
        ("robots: {index: true, follow: false}", Visibility::Public),
        ("robots: {noindex: false}", Visibility::Public),
        ("robots: index,follow", Visibility::Public),
        ("robots: nofollow", Visibility::Public),
        ("noindex: true\nfeed: false", Visibility::OutOfFeeds),
        ("sitemap: false\ndraft: true", Visibility::Draft),
        ("hideFromHome: true", Visibility::Public),
    ] {
        let pairs = tree::yaml::parse(keys, 1).expect("keys");
        assert_eq!(
            marks(&pairs, &settings()).visibility(),
            visibility,
            "{keys}"
        );
    }
}
