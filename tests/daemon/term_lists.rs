//! Lists of terms: letters, and the search for typed words.

use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};

/// A newsroom with these tags, the first in the most articles.
fn with_tags(tags: &[&str]) -> Newsroom {
    let newsroom = Newsroom::of_three();
    for number in 1..=tags.len() {
        let tags: Vec<String> = tags[..number].iter().map(|tag| format!("#{tag}")).collect();
        let tags = tags.join(" ");
        let story = Story {
            tag: tags.trim_start_matches('#'),
            ..HARVEST
        };
        newsroom.write(&format!("tagged-{number}"), &story);
    }
    newsroom
}

const TAGS: [&str; 9] = [
    "мажилис",
    "бюджет",
    "Мангистау",
    "ёлка",
    "егемен",
    "Қала",
    "COVID",
    "5G",
    "мажор",
];

/// The tags of a page in their order.
fn shown(page: &str) -> Vec<&str> {
    let names = page.split("<a class=\"name\"").skip(1);
    let names = names.filter_map(|rest| rest.split_once('>')?.1.split_once("</a>"));
    names
        .map(|(name, _)| name.trim_start_matches('#'))
        .filter(|name| TAGS.contains(name))
        .collect()
}

#[test]
fn lists_show_all_terms_those_under_a_letter_or_those_that_words_find() {
    let daemon = Daemon::start(&with_tags(&TAGS));
    for (target, expected) in [
        ("/tags?letter=м", &["мажилис", "мажор", "Мангистау"][..]),
        ("/tags?letter=М", &["мажилис", "мажор", "Мангистау"]),
        ("/tags?letter=е", &["егемен", "ёлка"]),
        ("/tags?letter=ё", &["егемен", "ёлка"]),
        ("/tags?letter=қ", &["Қала"]),
        ("/tags?letter=c", &["COVID"]),
        ("/tags?letter=%23", &["5G"]),
        ("/tags?letter=ш", &[]),
        ("/tags?q=маж", &["мажилис", "мажор"]),
        ("/tags?q=%23МАЖ", &["мажилис", "мажор"]),
        ("/tags?q=кала", &["Қала"]),
        ("/tags?q=cov&letter=м", &["COVID"]),
        // The nearest.
        ("/tags?q=мажылис", &["мажилис"]),
        ("/tags?q=невидимка", &[]),
    ] {
        let page = daemon.get(target);
        assert_eq!(page.status, 200, "{target}");
        assert_eq!(shown(page.text()), expected, "{target}");
        let is_search = target.contains("q=");
        let cache_control = if is_search { "no-store" } else { "max-age=60" };
        assert_eq!(page.header("cache-control"), cache_control, "{target}");
        assert_eq!(page.find("etag").is_none(), is_search, "{target}");
        let robots = page.find("x-robots-tag");
        assert_eq!(robots, is_search.then_some("noindex"), "{target}");
    }
    for whole in ["/tags", "/tags?q=", "/tags?q=%20&letter="] {
        let page = daemon.get(whole);
        assert_eq!(shown(page.text()).len(), TAGS.len(), "{whole}");
        for letter in ["#", "C", "Б", "Е", "Қ", "М"] {
            assert!(page.says(&format!(">{letter}</a>")), "{letter}");
        }
        assert!(!page.says(">Ё</a>") && !page.says(">Ш</a>"));
    }
    assert!(daemon.get("/tags?q=мажылис").says("Возможно, вы искали"));
    assert!(daemon.get("/tags?q=%3Czzz%3E").says("<q>&lt;zzz&gt;</q>"));
    assert_eq!(daemon.get("/tags?letter=м&page=2").status, 404);
    assert_eq!(daemon.get("/tags?q=маж&page=two").status, 404);
}

#[test]
fn pages_of_a_part_lead_to_its_other_pages() {
    let tags: Vec<String> = (0..250).map(|number| format!("тег{number:03}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    let newsroom = Newsroom::of_three();
    for (number, tags) in tags.chunks(40).enumerate() {
        let tags: Vec<String> = tags.iter().map(|tag| format!("#{tag}")).collect();
        let tags = tags.join(" ");
        let story = Story {
            tag: tags.trim_start_matches('#'),
            ..HARVEST
        };
        newsroom.write(&format!("long-{number}"), &story);
    }
    let daemon = Daemon::start(&newsroom);
    let first = daemon.get("/tags?letter=т&lang=kk");
    assert!(first.says("href=\"/tags?letter=%D1%82&amp;page=2&amp;lang=kk\""));
    let second = daemon.get("/tags?letter=т&page=2");
    assert!(second.says(">тег249<") && second.says("href=\"/tags?letter=%D1%82\""));
    let found = daemon.get("/tags?q=тег&page=2");
    assert!(found.says("href=\"/tags?q=%D1%82%D0%B5%D0%B3\""));
    assert_eq!(found.text().matches("class=\"name\"").count(), 50);
    assert_eq!(daemon.get("/tags?q=тег&page=3").status, 404);
}

#[test]
fn unlisted_and_unreleased_terms_are_not_found() {
    let newsroom = with_tags(&["мажилис", "мажор"]);
    newsroom.reconfigure("[auto.tags]\n", "[auto.tags]\nmin-articles = 2\n");
    let story = Story {
        tag: "мажоритарий",
        date: "2036-01-01",
        ..HARVEST
    };
    newsroom.write("later", &story);
    let daemon = Daemon::start(&newsroom);
    for target in ["/tags?q=маж", "/tags?letter=м", "/tags?q=мажоритарии"] {
        let page = daemon.get(target);
        assert_eq!(page.status, 200, "{target}");
        assert!(
            !page.says(">мажор<") && !page.says(">мажоритарий<"),
            "{target}"
        );
    }
    assert!(daemon.get("/tags?q=маж").says(">мажилис<"));
}
