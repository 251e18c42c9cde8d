//! Other configurations over the same articles.

use super::*;

#[test]
fn another_site_title_moves_every_feed() {
    let newsroom = two_articles();
    let before = newsroom.published();
    let text = format!("{SITE}{FEEDS}").replace("'Дала'", "'Степь'");
    let config = config_of(newsroom.folder.path(), &text);
    newsroom
        .publisher()
        .reconfigure(config, Templates::built_in())
        .expect("a readable store");
    assert!(newsroom.publisher().is_due(later().plus(1)));
    let published = newsroom.publisher().publish(later().plus(1));
    let after = newsroom.published();
    assert_eq!(published.moved, before.len());
    assert!(after.iter().all(|(path, (validators, document))| {
        let (old, was) = &before[path];
        old.digest != validators.digest
            && was != document
            && validators.last_modified == later().plus(1)
    }));
}

#[test]
fn hubs_move_every_feed_but_selections_once_and_are_named_as_the_cause() {
    const HUBS: &str = "[websub]\nhubs = ['https://hub.example/']\n";
    let newsroom = two_articles();
    let (before, selected) = (newsroom.snapshot(), newsroom.selected("any=спорт").digest);
    newsroom.reconfigure(&format!("{FEEDS}{HUBS}"));
    let published = newsroom.publisher().publish(later().plus(1));
    assert_eq!(published.moved, before.feeds.len());
    let reload = published.reload.expect("another configuration").to_string();
    let feeds = before.feeds.len();
    assert_eq!(reload, format!("{feeds} ETags move ({feeds} hubs)"));
    let after = newsroom.snapshot();
    for (path, version) in &after.feeds {
        let old = &before.feeds[path];
        assert_eq!(
            version.entries_digest, old.entries_digest,
            "{path}: its entries"
        );
        let link = version.headers(Format::Rss).link.to_str().expect("ASCII");
        assert_eq!(link.matches("rel=\"self\"").count(), 1, "{path}: {link}");
        assert!(
            link.ends_with(", <https://hub.example/>; rel=\"hub\""),
            "{path}: {link}"
        );
    }
    let selection = newsroom.selected("any=спорт");
    assert_eq!(selection.digest, selected);
    let link = selection.headers(Format::Rss).link.clone();
    assert!(!link.to_str().expect("ASCII").contains("hub"));
    // Whether this daemon pings is its own affair.
    newsroom.reconfigure(&format!("{FEEDS}{HUBS}ping = false\n"));
    assert_eq!(newsroom.publisher().publish(later().plus(2)).moved, 0);
}

#[test]
fn digest_of_the_entries_changes_with_them_alone() {
    let newsroom = two_articles();
    let digests = || {
        let snapshot = newsroom.snapshot();
        let feeds = snapshot.feeds.values();
        let digests = feeds.map(|feed| (feed.path.to_string(), feed.entries_digest));
        BTreeMap::from_iter(digests)
    };
    let first = digests();
    let text = format!("{SITE}{FEEDS}").replace("'Спорт'", "'Арена'");
    let text = text.replace("'Дала'", "'Степь'");
    let reconfigure = |text: &str, at: Timestamp| {
        let config = config_of(newsroom.folder.path(), text);
        let publisher = newsroom.publisher();
        let configured = publisher.reconfigure(config, Templates::built_in());
        configured.expect("a readable store");
        assert!(publisher.publish(at).moved > 0);
    };
    reconfigure(&text, later().plus(1));
    assert_eq!(digests(), first, "titles are no entries");
    newsroom.write("a.txt", "2026-01-08T10:00", "Правка.\n\n#спорт");
    newsroom.read_and_publish(later().plus(2));
    let edited = digests();
    assert_ne!(edited["all"], first["all"], "an edit");
    reconfigure(&format!("{text}[defaults]\nitems = 1\n"), later().plus(3));
    assert_ne!(digests()["all"], edited["all"], "an entry leaves");
}

#[test]
fn reconfigured_feeds_keep_the_validators_of_the_others() {
    let newsroom = two_articles();
    let before = newsroom.published();
    newsroom.reconfigure(
        "[auto.authors]\n[[feed]]\nname = 'stage'\ntitle = 'Сцена'\nany = ['#театр', '#опера']\n",
    );
    assert_eq!(newsroom.publisher().publish(later().plus(1)).moved, 1);
    let after = newsroom.published();
    let paths: Vec<&str> = after.keys().map(String::as_str).collect();
    assert_eq!(paths, ["all", "stage"]);
    assert_eq!(after["all"], before["all"]);
    assert_eq!(
        newsroom.version("stage").last_modified,
        at("2026-01-09T10:00")
    );
    let unused: Vec<String> = newsroom
        .state()
        .unused_terms()
        .into_iter()
        .map(|named| named.text)
        .collect();
    assert_eq!(unused, ["опера"]);
}

#[test]
fn a_feed_that_is_configured_again_has_no_older_date() {
    let newsroom = two_articles();
    newsroom.write("c.txt", "2026-01-10", "Текст.\n\n#спорт");
    newsroom.read_and_publish(later().plus(1));
    newsroom.remove("c.txt");
    newsroom.read_and_publish(later().plus(2));
    let before = newsroom.version("sport").validators();
    assert_eq!(before.last_modified, later().plus(2));
    newsroom.reconfigure("");
    newsroom.publisher().publish(later().plus(3));
    newsroom.reconfigure(FEEDS);
    newsroom.publisher().publish(later().plus(4));
    assert_eq!(newsroom.version("sport").validators(), before);
}

#[test]
fn caching_rules_take_effect_with_or_without_another_etag() {
    for (rule, moves) in [("cache = '1h'", true), ("stale-if-error = '1h'", false)] {
        let newsroom = two_articles();
        let before = newsroom.published();
        newsroom.reconfigure(&format!("[defaults]\n{rule}\n{FEEDS}"));
        let published = newsroom.publisher().publish(later().plus(1));
        let after = newsroom.published();
        let changed = after
            .iter()
            .filter(|(path, new)| before[*path] != **new)
            .count();
        assert_eq!(
            (published.moved, changed),
            (changed, if moves { before.len() } else { 0 }),
            "{rule}"
        );
        let settings = &newsroom.version("sport").settings;
        assert!(
            settings.cache == 3_600 || settings.stale_if_error == 3_600,
            "{rule}"
        );
    }
}

#[test]
fn terms_that_become_aliases_share_a_feed() {
    let newsroom = two_articles();
    let sport = newsroom.version("sport").validators();
    newsroom.reconfigure(&format!("{FEEDS}[same]\n'#спорт' = ['#театр']\n"));
    newsroom.publisher().publish(later().plus(1));
    assert_eq!(
        (newsroom.entries("sport"), newsroom.entries("tags/спорт")),
        (2, 2)
    );
    assert!(!newsroom.snapshot().feeds.contains_key("tags/театр"));
    newsroom.reconfigure(FEEDS);
    newsroom.publisher().publish(later().plus(2));
    assert_eq!(newsroom.version("sport").digest, sport.digest);
    assert_eq!(newsroom.entries("tags/театр"), 1);
}

#[test]
fn a_term_removed_from_feeds_toml_is_unknown_again() {
    let named = "[auto.tags]\n[[feed]]\nname = 'opera'\ntitle = 'Опера'\nany = ['#опера']\n";
    let mut newsroom = Newsroom::new(named);
    newsroom.write("a.txt", "2026-01-08", "Текст.");
    newsroom.read_and_publish(later());
    assert_eq!(newsroom.entries("tags/опера"), 0);
    assert!(newsroom.select("any=опера").is_ok());
    newsroom.reconfigure("[auto.tags]\n");
    for restarted in [false, true] {
        newsroom.publisher().publish(later().plus(1));
        let feeds: Vec<Arc<str>> = newsroom.snapshot().feeds.keys().cloned().collect();
        assert_eq!(feeds, ["all".into()], "restarted: {restarted}");
        assert!(
            newsroom.select("any=опера").is_err(),
            "restarted: {restarted}"
        );
        newsroom.restart("[auto.tags]\n", later());
    }
}

#[test]
fn a_configuration_with_other_reading_rules_reads_all_articles_again() {
    let newsroom = two_articles();
    assert_eq!(newsroom.read().read, 0);
    newsroom.reconfigure(&format!("key = 'name'\n{FEEDS}"));
    assert_eq!(newsroom.read().read, 2);
    assert_eq!(newsroom.read().read, 0);
    let zoned = format!("{SITE}{FEEDS}").replace("[source", "time-zone = 'Asia/Almaty'\n[source");
    let config = config_of(newsroom.folder.path(), &zoned);
    newsroom
        .publisher()
        .reconfigure(config, Templates::built_in())
        .expect("a readable store");
    assert_eq!(newsroom.read().read, 2);
    newsroom.publisher().publish(later().plus(1));
    let rendered = newsroom.published()["all"].1.clone();
    let text = String::from_utf8_lossy(&rendered).into_owned();
    assert!(text.contains("Fri, 09 Jan 2026 10:00:00 +0500"), "{text}");
}

#[test]
fn another_site_identity_is_refused() {
    let newsroom = two_articles();
    let header = newsroom.publisher().store.header().expect("a readable row");
    for (from, to, fits) in [
        ("x", "x", true),
        ("id-year = 2026", "id-year = 2025", false),
        ("'dala.example'", "'steppe.example'", false),
        ("'https://dala.example/'", "'https://steppe.example/'", true),
    ] {
        let text = SITE.replace(from, to);
        let config = config_of(newsroom.folder.path(), &text);
        assert_eq!(
            check_identity(&config, header.as_ref()).is_ok(),
            fits,
            "{to}"
        );
        assert!(check_identity(&config, None).is_ok());
    }
}

#[test]
fn an_address_that_is_no_longer_served_is_reported_until_a_redirect_covers_it() {
    let mut newsroom = two_articles();
    let vanished = |newsroom: &Newsroom| -> Vec<String> {
        let vanished = newsroom.publisher().vanished().expect("a readable store");
        vanished.iter().map(ToString::to_string).collect()
    };
    let without = FEEDS.replace("'sport'", "'sports'");
    let reported = ["`/sport.rss`, `/sport.atom` and `/sport.json` were served and are no longer"];
    newsroom.reconfigure(&without);
    assert!(newsroom.publisher().publish(later().plus(1)).reconfigured);
    assert_eq!(vanished(&newsroom), reported);
    assert!(!newsroom.publisher().publish(later().plus(2)).reconfigured);
    for instant in 3..5 {
        newsroom.restart(&without, later().plus(instant));
        assert!(
            newsroom
                .publisher()
                .publish(later().plus(instant))
                .reconfigured
        );
        assert_eq!(vanished(&newsroom), reported);
    }
    let gone = ["rss", "atom", "json"]
        .map(|extension| format!("[[redirect]]\nfrom = '/sport.{extension}'\nto = ''\n"));
    newsroom.reconfigure(&(without.clone() + &gone.concat()));
    newsroom.publisher().publish(later().plus(6));
    assert_eq!(vanished(&newsroom), [""; 0]);
    // Removed redirects and removed feeds are reported.
    newsroom.reconfigure("");
    newsroom.publisher().publish(later().plus(7));
    let reported = vanished(&newsroom);
    let names = ["fresh", "late", "sport", "sports"];
    assert_eq!(reported.len(), names.len() + 1, "{reported:?}");
    for (reported, name) in reported.iter().zip(names) {
        assert!(
            reported.starts_with(&format!("`/{name}.rss`")),
            "{reported}"
        );
    }
    assert!(
        reported[4].starts_with("6 addresses, such as `/tags/"),
        "{reported:?}"
    );
    newsroom.reconfigure(FEEDS);
    newsroom.publisher().publish(later().plus(8));
    assert_eq!(vanished(&newsroom).len(), 1, "only `sports` is not back");
}
