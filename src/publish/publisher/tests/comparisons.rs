//! What a comparison says of another configuration is what publishing it does.

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::feed::config_diff::{ChangedFeed, ConfigDiff, List};
use crate::model::url_encoding::encode_path;
use crate::publish::config_comparison::CompareError;
use crate::serve::route::{self, Target};

/// Articles with some tags, sections and authors, of which one is hidden from feeds and one is of the future.
fn newsroom() -> Newsroom {
    let newsroom = Newsroom::new("");
    for day in 1..=9 {
        let tags = ["спорт", "театр", "Суу", "вода"];
        let section = ["Мир", "Край", "Культура"][day % 3];
        let (one, other) = (tags[day % 4], tags[day / 3]);
        let text = format!("{section}\n17\nАйнур Сапар\n\nТекст {day}.\n\n#{one} #{other}");
        newsroom.write(
            &format!("{day}.txt"),
            &format!("2026-05-2{day}T10:00"),
            &text,
        );
    }
    newsroom.write("future.txt", "2027-01-01", "Текст.\n\n#спорт");
    newsroom.read_and_publish(later());
    newsroom
}

fn text(site: &str, feeds: &str) -> String {
    format!(
        "{}{feeds}",
        SITE.replace("[source", &format!("{site}[source"))
    )
}

/// The addresses of every feed: of its page and of its formats.
fn addresses(snapshot: &Snapshot) -> BTreeSet<String> {
    let of = |version: &Arc<FeedVersion>| {
        let formats = version.settings.formats.clone().into_iter();
        let path = version.path.clone();
        let formats = formats.map(|format| format!(".{}", format.extension()));
        [String::new()]
            .into_iter()
            .chain(formats)
            .map(move |extension| format!("/{path}{extension}"))
            .collect::<Vec<_>>()
    };
    snapshot.feeds.values().flat_map(of).collect()
}

/// Whether an address answers 404, or redirects to one that does.
fn is_missing(state: &PublishedState, address: &str) -> bool {
    let address = encode_path(address);
    match route::resolve(state, &address, None) {
        Target::NotFound(_) => true,
        Target::Redirect(to) => {
            let (path, query) = match to.split_once('?') {
                Some((path, query)) => (path, Some(query)),
                None => (&*to, None),
            };
            matches!(route::resolve(state, path, query), Target::NotFound(_))
        }
        _ => false,
    }
}

/// Puts a configuration in force, compares another with it, puts that in force, and looks whether what was said
/// is true.
#[track_caller]
fn check(newsroom: &Newsroom, before: &str, after: &str, now: Timestamp) -> ConfigDiff {
    let put = |text: &str, at: Timestamp| {
        let config = config_of(newsroom.folder.path(), text);
        let handle = newsroom.publisher().handle();
        let diff = handle
            .compare(&config, at)
            .expect("the articles are read alike");
        let publisher = newsroom.publisher();
        publisher
            .reconfigure(config, Templates::built_in())
            .expect("a readable store");
        publisher.publish(at);
        diff
    };
    put(before, now);
    let (old, own) = (newsroom.snapshot(), put(before, now));
    assert!(
        own.is_empty() && own.losses().is_empty(),
        "{own:#?}\n{before}"
    );
    let old_state = newsroom.state();
    let diff = put(after, now.plus(1));
    let (new, state) = (newsroom.snapshot(), newsroom.state());
    let shown = format!("{diff:#?}\n{before}\nthen:\n{after}");

    let gained: BTreeSet<String> = all(&diff.gained)
        .flat_map(|feed| feed.addresses.clone())
        .collect();
    let (was, is) = (addresses(&old), addresses(&new));
    let is_new = |address: &&String| {
        !was.contains(*address) && {
            let encoded = encode_path(address);
            !matches!(
                route::resolve(&state, &encoded, None),
                Target::Redirect(_) | Target::Gone
            )
        }
    };
    let lists = ["/tags", "/sections", "/authors"];
    let gained: BTreeSet<&String> = gained
        .iter()
        .filter(|address| !lists.contains(&address.as_str()))
        .collect();
    assert_eq!(gained, is.iter().filter(is_new).collect(), "{shown}");

    let lost: BTreeSet<&str> = all(&diff.lost)
        .flat_map(|feed| &feed.addresses)
        .map(|lost| lost.from.as_str())
        .collect();
    for address in &was {
        let is_lost = is_missing(&state, address) && !is_missing(&old_state, address);
        assert_eq!(
            lost.contains(address.as_str()),
            is_lost,
            "{address} {shown}"
        );
    }
    for address in lost.iter().filter(|address| !address.contains('{')) {
        assert!(is_missing(&state, address), "{address} {shown}");
    }
    for target in all(&diff.lost)
        .flat_map(|feed| &feed.addresses)
        .filter_map(|lost| lost.to.as_deref())
    {
        let (path, query) = target
            .split_once('?')
            .map_or((target, None), |(path, query)| (path, Some(query)));
        let path = encode_path(path);
        let found = route::resolve(&state, &path, query);
        assert!(
            matches!(
                found,
                Target::Feed(..) | Target::Select(..) | Target::Page(_)
            ),
            "{target} {shown}"
        );
    }

    let mut moved = BTreeSet::new();
    for (path, version) in &new.feeds {
        let Some(before) = old.feeds.get(path) else {
            continue;
        };
        if before.digest != version.digest {
            moved.insert(path.to_string());
        }
        // A feed that takes another's place is compared with that one as well.
        let of_path = |feed: &&ChangedFeed| feed.path == **path && feed.before.is_none();
        let changed = all(&diff.changed).find(of_path);
        let (enter, leave) = changed.map_or((0, 0), |feed| (feed.enter.count, feed.leave.count));
        let count = |of: &FeedVersion, lacking: &FeedVersion| {
            let entries = of.entries.iter();
            entries
                .filter(|entry| !lacking.entries.contains(entry))
                .count()
        };
        assert_eq!(
            (enter, leave),
            (count(version, before), count(before, version)),
            "{path} {shown}"
        );
        if let Some(changed) = changed {
            let causes = changed
                .leave
                .causes
                .keys()
                .chain(changed.enter.causes.keys());
            let mut causes = causes.filter(|cause| *cause == "article");
            assert_eq!(causes.next(), None, "a key is the cause: {shown}");
        }
    }
    let told = all(&diff.changed).filter(|feed| !feed.etag_causes.is_empty());
    let told: BTreeSet<String> = told.map(|feed| feed.path.clone()).collect();
    assert_eq!(told, moved, "{shown}");
    assert_eq!(diff.etags_moved, moved.len(), "{shown}");
    diff
}

fn all<T>(list: &List<T>) -> impl Iterator<Item = &T> {
    assert_eq!(list.count, list.first.len());
    list.first.iter()
}

/// Some keys of feeds.
fn settings() -> impl Strategy<Value = String> {
    let keys = [
        "items = 2",
        "items = 5",
        "keep = '0s'",
        "keep = '3d'",
        "delay = '3d'",
        "oldest = '8d'",
        "content = 'title'",
        "summary-length = 100",
        "cache = '1h'",
        "formats = ['rss']",
        "formats = ['atom', 'json']",
        "listed = false",
        "stale-if-error = '1h'",
    ];
    prop::sample::subsequence(keys.to_vec(), 0..4).prop_map(|keys| {
        let mut lines: Vec<&str> = Vec::new();
        for key in keys {
            let name = key.split(' ').next();
            if lines
                .iter()
                .all(|line: &&str| line.split(' ').next() != name)
            {
                lines.push(key);
            }
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    })
}

fn selection() -> impl Strategy<Value = String> {
    let terms = || {
        prop::sample::subsequence(
            vec!["спорт", "театр", "суу", "вода", "section:мир", "опера"],
            0..3,
        )
    };
    (terms(), terms(), terms()).prop_map(|lists| {
        let list = |key: &str, terms: Vec<&str>| match terms.is_empty() {
            true => String::new(),
            false => format!("{key} = {terms:?}\n"),
        };
        let any: Vec<&str> = lists
            .0
            .into_iter()
            .filter(|term| !lists.2.contains(term))
            .collect();
        let all: Vec<&str> = lists
            .1
            .into_iter()
            .filter(|term| !lists.2.contains(term))
            .collect();
        list("any", any) + &list("all", all) + &list("none", lists.2)
    })
}

fn configuration() -> impl Strategy<Value = String> {
    let site = prop::sample::select(vec![
        "",
        "",
        "description = 'О крае'\n",
        "author = 'Редакция'\n",
        "copyright = '©'\n",
    ]);
    let auto = |kind: &'static str| {
        (
            any::<bool>(),
            settings(),
            prop::sample::select(vec![
                "",
                "",
                "except = ['вода']\n",
                "none = ['театр']\n",
                "title = 'Лента: {name}'\n",
            ]),
        )
            .prop_map(move |(is_on, settings, more)| match is_on {
                true => format!("[auto.{kind}]\n{settings}{more}"),
                false => String::new(),
            })
    };
    let feed = (
        prop::sample::select(vec!["sport", "stage", "news/water"]),
        selection(),
        settings(),
        prop::sample::select(vec!["Лента", "Новости"]),
    );
    let feeds = prop::collection::vec(feed, 0..3).prop_map(|feeds| {
        let mut names = BTreeSet::new();
        let feeds = feeds.into_iter().filter(|(name, ..)| names.insert(*name));
        feeds
            .map(|(name, selection, settings, title)| {
                format!("[[feed]]\nname = '{name}'\ntitle = '{title}'\n{selection}{settings}")
            })
            .collect::<String>()
    });
    let more = prop::sample::select(vec![
        "",
        "",
        "[same]\n'#вода' = ['#суу']\n",
        "[same]\n'section:мир' = ['section:край']\n",
        "[[redirect]]\nfrom = '/sport.rss'\nto = '/all.rss'\n",
        "[[redirect]]\nfrom = '/tags/{tag}.json'\nto = ''\n",
        "[[redirect]]\nfrom = '/stage'\nto = '/sport.rss'\n",
    ]);
    (
        site,
        settings(),
        auto("tags"),
        auto("sections"),
        auto("authors"),
        feeds,
        more,
    )
        .prop_map(|(site, defaults, tags, sections, authors, feeds, more)| {
            text(
                site,
                &format!("[defaults]\n{defaults}{tags}{sections}{authors}{feeds}{more}"),
            )
        })
}

#[test]
fn what_a_comparison_says_is_what_publishing_does() {
    let (newsroom, at) = (newsroom(), Cell::new(later()));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(96));
    let result = runner.run(&(configuration(), configuration()), |(before, after)| {
        at.set(at.get().plus(4));
        check(&newsroom, &before, &after, at.get());
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

const TAGS: &str =
    "[auto.tags]\n[[feed]]\nname = 'sport'\ntitle = 'Спорт'\nany = ['#спорт']\nkeep = '0s'\n";

#[test]
fn each_kind_of_change_is_told_with_its_cause() {
    type Told = fn(&ConfigDiff) -> String;
    let causes: Told = |diff| {
        let feed = diff.changed.first.iter().find(|feed| feed.path == "sport");
        feed.map_or(String::new(), |feed| {
            let (enter, leave) = (&feed.enter.causes, &feed.leave.causes);
            format!("{:?} +{enter:?} -{leave:?}", feed.etag_causes)
        })
    };
    let reason: Told = |diff| {
        let feed = &diff
            .changed
            .first
            .iter()
            .find(|feed| feed.path == "sport")
            .expect("it changes");
        let first = feed.leave.first.iter().chain(&feed.enter.first).next();
        first.expect("an entry").reason.clone()
    };
    let lost: Told = |diff| {
        let lost = diff.lost.first.iter().flat_map(|feed| &feed.addresses);
        let lost = lost.map(|lost| format!("{}→{}", lost.from, lost.to.as_deref().unwrap_or("?")));
        lost.take(2).collect::<Vec<_>>().join(" ")
    };
    let newsroom = newsroom();
    let mut at = later();
    for (from, to, told, expected) in [
        ("'Спорт'", "'Игры'", causes, "[\"title\"] +{} -{}"),
        (
            "any =",
            "items = 1\nany =",
            causes,
            "[\"entries\"] +{} -{\"items\": 3}",
        ),
        (
            "any =",
            "items = 1\nany =",
            reason,
            "1 article is newer; this feed keeps 1",
        ),
        (
            "any =",
            "none = ['#суу']\nany =",
            causes,
            "[\"entries\"] +{} -{\"none\": 2}",
        ),
        (
            "any =",
            "none = ['#суу']\nany =",
            reason,
            "this feed leaves out what has #Суу",
        ),
        (
            "['#спорт']",
            "['#спорт', '#театр']",
            causes,
            "[\"entries\"] +{\"any\": 3} -{}",
        ),
        (
            "['#спорт']",
            "['#спорт', '#театр']",
            reason,
            "it has none of #спорт",
        ),
        (
            "any =",
            "oldest = '5d'\nany =",
            causes,
            "[\"entries\"] +{} -{\"oldest\": 3}",
        ),
        (
            "any =",
            "content = 'title'\nany =",
            causes,
            "[\"content\"] +{} -{}",
        ),
        (
            "[auto.tags]",
            "[same]\n'#спорт' = ['#суу']\n[auto.tags]",
            causes,
            "[\"entries\"] +{\"same\": 2} -{}",
        ),
        (
            "'sport'",
            "'games'",
            lost,
            "/sport→/games /sport.rss→/games.rss",
        ),
        (
            "any = ['#спорт']",
            "formats = ['json']\nany = ['#спорт']",
            lost,
            "/sport.rss→/sport.json /sport.atom→/sport.json",
        ),
        (
            "[auto.tags]",
            "",
            lost,
            "/tags/вода→/select?all=%D0%B2%D0%BE%D0%B4%D0%B0 /tags/вода.rss→/select.rss?all=%D0%B2%D0%BE%D0%B4%D0%B0",
        ),
    ] {
        at = at.plus(4);
        let after = TAGS.replace(from, to);
        let diff = check(&newsroom, &text("", TAGS), &text("", &after), at);
        let is_sorted = expected.starts_with("/tags");
        let mut diff = diff;
        if is_sorted {
            diff.lost.first.sort_by(|a, b| a.path.cmp(&b.path));
            diff.lost.first.retain(|lost| lost.path == "tags/вода");
        }
        assert_eq!(told(&diff), expected, "{after}");
    }
}

#[test]
fn another_year_changes_ids_and_other_reading_rules_cannot_be_compared() {
    let newsroom = newsroom();
    let handle = newsroom.publisher().handle();
    let config = |from: &str, to: &str| config_of(newsroom.folder.path(), &SITE.replace(from, to));
    let diff = handle
        .compare(&config("2026", "2025"), later())
        .expect("it is compared");
    assert_eq!((diff.ids.count, diff.ids.compared), (9, 9));
    let (key, change) = diff.ids.example.expect("an example");
    assert_eq!(
        (key.as_str(), change.before.as_str()),
        ("9", "tag:dala.example,2026:9")
    );
    assert_eq!(change.after, "tag:dala.example,2025:9");
    for (from, to) in [
        ("[source.directory]", "[source.directory]\nkey = 'name'"),
        (
            "[source.directory]",
            "[source.directory]\npath = 'elsewhere'",
        ),
        (
            "[source.directory]",
            "time-zone = 'Asia/Almaty'\n[source.directory]",
        ),
    ] {
        let other = handle.compare(&config(from, to), later());
        assert!(matches!(other, Err(CompareError::ReadAnew)), "{to}");
    }
    let rescan = config("[source.directory]", "[source.directory]\nrescan = '5m'");
    assert!(
        handle
            .compare(&rescan, later())
            .expect("it is compared")
            .is_empty()
    );
}

#[test]
fn a_reload_says_what_it_changed() {
    let newsroom = two_articles();
    let mut at = later();
    let mut reload = |feeds: &str| {
        at = at.plus(2);
        newsroom.reconfigure(feeds);
        let reload = newsroom.publisher().publish(at).reload;
        reload.map_or("none".to_owned(), |reload| reload.to_string())
    };
    let renamed = FEEDS.replace("'sport'", "'games'");
    let redirects = ["rss", "atom", "json"]
        .map(|format| format!("[[redirect]]\nfrom = '/late.{format}'\nto = ''\n"));
    for (feeds, expected) in [
        (FEEDS.to_owned(), "none"),
        (renamed.clone(), "1 feed added (/games), 1 lost (/sport)"),
        (
            FEEDS.replace("'Спорт'", "'Игры'"),
            "1 feed added (/sport), 1 lost (/games)",
        ),
        (FEEDS.to_owned(), "1 ETag moves (1 title)"),
        (
            format!("[defaults]\nitems = 1\nkeep = '0s'\n{FEEDS}"),
            "2 entries leave, 2 ETags move (2 entries)",
        ),
        (
            FEEDS.to_owned(),
            "2 entries enter, 2 ETags move (2 entries)",
        ),
        (
            FEEDS.replace("'late'", "'later'") + &redirects.concat(),
            "1 feed added (/later), 1 redirected (/late)",
        ),
        (
            FEEDS.replace("[auto.tags]", ""),
            "1 feed added (/late), 3 lost (/later, /tags/спорт, /tags/театр)",
        ),
        (
            FEEDS.replace("[auto.tags]", "[defaults]\nstale-if-error = '2h'\n"),
            "nothing changes for readers",
        ),
        (
            FEEDS.replace("[auto.tags]", "[sitemap]"),
            "/robots.txt, /sitemaps/index.xml, /sitemaps/news.xml served",
        ),
        (
            FEEDS.replace("[auto.tags]", "[robots]"),
            "/sitemaps/index.xml, /sitemaps/news.xml not served any more",
        ),
    ] {
        assert_eq!(reload(&feeds), expected, "{feeds}");
    }
}
