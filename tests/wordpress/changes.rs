//! What a daemon makes of changes on the site: all that editors do, and a site that goes away.

use std::time::Instant;

use serde_json::Value;

use crate::site::Site;
use crate::testkit::admin_pages;
use crate::testkit::client::Response;
use crate::testkit::daemon::Daemon;

/// Five posts, named by numbers, and two that are not published: one is planned, one is a draft.
const POSTS: &str = "
foreach (range(1, 7) as $number) {
    $status = [6 => 'future', 7 => 'draft'][$number] ?? 'publish';
    $day = $status === 'future' ? '2036-01-01' : '2026-03-0' . $number;
    wp_insert_post(['import_id' => 1000 + $number, 'post_title' => \"Жазба $number\", 'post_content' => \"Мәтін $number\",
        'post_status' => $status, 'post_date' => \"$day 10:00:00\", 'post_author' => 1]);
}";

/// A deed, and the numbers of the posts that the feed has afterwards, the newest first.
const DEEDS: [(&str, &str, &str); 13] = [
    ("a new post", "wp_insert_post(['post_title' => 'Жазба 8', 'post_content' => 'Мәтін', 'post_status' => 'publish']);", "8 5 4 3 2 1"),
    ("an edited post", "wp_update_post(['ID' => 1005, 'post_title' => 'Жазба 55']);", "8 55 4 3 2 1"),
    ("a post that is a draft again", "wp_update_post(['ID' => 1005, 'post_status' => 'draft']);", "8 4 3 2 1"),
    ("a trashed post", "wp_trash_post(1004);", "8 3 2 1"),
    ("a deleted post", "wp_delete_post(1003, true);", "8 2 1"),
    ("a post that gets a password", "wp_update_post(['ID' => 1002, 'post_password' => 'hush']);", "8 1"),
    ("a post that loses it", "wp_update_post(['ID' => 1002, 'post_password' => '']);", "8 2 1"),
    ("a post whose time comes", "
        $wpdb->update($wpdb->posts, ['post_date' => '2026-03-06 10:00:00', 'post_date_gmt' => '2026-03-06 05:00:00'], ['ID' => 1006]);
        clean_post_cache(1006);
        wp_publish_post(1006);", "8 6 2 1"),
    ("a post that is planned anew", "wp_update_post(['ID' => 1006, 'post_date' => '2036-02-01 10:00:00', 'post_date_gmt' => '2036-02-01 05:00:00', 'edit_date' => true, 'post_status' => 'future']);", "8 2 1"),
    ("a post that comes with an old date", "wp_insert_post(['post_title' => 'Жазба 9', 'post_content' => 'x', 'post_status' => 'publish', 'post_date' => '2020-01-01 10:00:00']);", "8 2 1 9"),
    ("a post that comes with an old date as one goes", "
        wp_trash_post(1001);
        wp_insert_post(['post_title' => 'Жазба 10', 'post_content' => 'x', 'post_status' => 'publish', 'post_date' => '2020-01-02 10:00:00']);", "8 2 10 9"),
    ("a post whose time comes as one goes", "
        wp_delete_post(1002, true);
        $wpdb->update($wpdb->posts, ['post_date' => '2026-03-06 10:00:00', 'post_date_gmt' => '2026-03-06 05:00:00'], ['ID' => 1006]);
        clean_post_cache(1006);
        wp_publish_post(1006);", "8 6 10 9"),
    ("a trashed post that returns", "wp_untrash_post(1004); wp_publish_post(1004);", "8 6 4 10 9"),
];

#[test]
fn every_change_is_seen_by_the_next_poll() {
    let Some(site) = Site::start() else { return };
    site.run(POSTS);
    let newsroom = site.newsroom("refresh = \"1s\"");
    let mut daemon = Daemon::start(&newsroom);
    daemon.eventually("/all.json", |all| numbers(all) == "5 4 3 2 1");
    for (deed, code, expected) in DEEDS {
        site.run(code);
        let began = Instant::now();
        daemon.eventually_after(deed, "/all.json", |all| numbers(all) == expected);
        println!("{deed}: {:.1} s", began.elapsed().as_secs_f32());
    }
    daemon.stop();
}

/// Names and pictures do not change the posts that have them, so they are seen when all is compared.
const RENAMED: [(&str, &str, &str); 5] = [
    (
        "a renamed tag",
        "wp_update_term(get_term_by('slug', 'kopir', 'post_tag')->term_id, 'post_tag', ['name' => 'Жаңа көпір']);",
        "Жаңа көпір",
    ),
    (
        "a renamed section above",
        "wp_update_term(get_term_by('slug', 'news', 'category')->term_id, 'category', ['name' => 'Басты']);",
        "Басты",
    ),
    (
        "a renamed author",
        "wp_update_user(['ID' => 1, 'display_name' => 'Бас редактор']);",
        "Бас редактор",
    ),
    (
        "another text for a picture",
        "update_post_meta(2000, '_wp_attachment_image_alt', 'Көктемгі дала');",
        "Көктемгі дала",
    ),
    (
        "a replaced picture",
        "
        $file = wp_upload_dir()['path'] . '/ozen.jpg';
        imagejpeg(imagecreatetruecolor(80, 60), $file);
        update_attached_file(2000, $file);
        wp_update_attachment_metadata(2000, wp_generate_attachment_metadata(2000, $file));",
        "/ozen.jpg",
    ),
];

#[test]
fn names_and_pictures_are_seen_when_all_is_compared() {
    let Some(site) = Site::start() else { return };
    site.run(POSTS);
    site.run("
        $news = wp_insert_term('Жаңалық', 'category', ['slug' => 'news'])['term_id'];
        $region = wp_insert_term('Өңір', 'category', ['slug' => 'region', 'parent' => $news])['term_id'];
        wp_set_post_categories(1001, [$region]);
        wp_insert_term('Көпір', 'post_tag', ['slug' => 'kopir']);
        wp_set_post_tags(1001, 'Көпір');
        $file = wp_upload_dir()['path'] . '/dala.jpg';
        imagejpeg(imagecreatetruecolor(64, 48), $file);
        wp_insert_attachment(['import_id' => 2000, 'post_mime_type' => 'image/jpeg', 'post_title' => 'x', 'post_status' => 'inherit'], $file);
        wp_update_attachment_metadata(2000, wp_generate_attachment_metadata(2000, $file));
        set_post_thumbnail(1001, 2000);");
    let newsroom = site.newsroom("refresh = \"1h\"\nrows = \"1s\"");
    let mut daemon = Daemon::start(&newsroom);
    for (deed, code, expected) in RENAMED {
        site.run(code);
        daemon.eventually_after(deed, "/all.atom", |all| all.text().contains(expected));
    }
    let feed = daemon.get("/sections/news.json");
    assert_eq!(
        numbers(&feed),
        "1",
        "a section has the posts of those below it"
    );
    // Readers go on to ask for the addresses of WordPress's own feeds.
    let news = site.run("echo get_term_by('slug', 'news', 'category')->term_id;");
    for (address, expected) in [
        ("/feed/", "/all.rss"),
        ("/category/news/region/feed/", "/sections/region.rss"),
        ("/tag/kopir/feed/atom/", "/tags/kopir.atom"),
        ("/author/editor/feed/", "/authors/editor.rss"),
        (&*format!("/?feed=rss2&cat={news}"), "/sections/news.rss"),
        ("/?feed=atom", "/all.atom"),
    ] {
        let answer = daemon.get(address);
        let location = answer.find("location").unwrap_or_default();
        assert_eq!((answer.status, location), (301, expected), "{address}");
    }
    for (address, status) in [
        ("/category/none/feed/", 404),
        ("/?feed=rss2&tag=kopir&author_name=editor", 404),
        ("/?feed=rss2&p=1001", 410),
    ] {
        assert_eq!(daemon.get(address).status, status, "{address}");
    }
    // Daemons that start later, with the state of this one and without, serve the same bytes.
    daemon.stop();
    site.run("wp_update_term(get_term_by('slug', 'kopir', 'post_tag')->term_id, 'post_tag', ['name' => 'Көпірлер']);");
    let mut with_state = Daemon::start(&newsroom);
    with_state.eventually_after("a tag that was renamed meanwhile", "/all.atom", |all| {
        all.text().contains("Көпірлер")
    });
    let without_state = Daemon::start(&site.newsroom("refresh = \"1h\""));
    for path in [
        "/all.rss",
        "/all.json",
        "/sections/region.atom",
        "/tags/kopir.rss",
    ] {
        let (one, two) = (with_state.get(path), without_state.get(path));
        assert_eq!(
            (one.header("etag"), one.text()),
            (two.header("etag"), two.text()),
            "{path}"
        );
    }
}

#[test]
fn site_that_goes_away_costs_freshness_only() {
    let Some(mut site) = Site::start() else {
        return;
    };
    site.run(POSTS);
    let newsroom = site.newsroom("refresh = \"1s\"");
    let (mut daemon, admin) = admin_pages::start(&newsroom);
    site.close();
    daemon.wait_for("so what is published stays");
    let readiness = admin_pages::readiness(&admin);
    assert!(readiness.contains("cannot be reached"), "{readiness}");
    assert_eq!(numbers(&daemon.get("/all.json")), "5 4 3 2 1");
    site.run("wp_trash_post(1005);");
    site.serve();
    daemon.eventually("/all.json", |all| numbers(all) == "4 3 2 1");
    daemon.wait_for("the articles are read again");
}

/// The numbers of the posts of a feed, in its order.
fn numbers(feed: &Response) -> String {
    let feed: Value = serde_json::from_str(feed.text()).expect("JSON");
    let items = feed["items"].as_array().expect("items").iter();
    let titles = items.map(|item| item["title"].as_str().expect("a title"));
    let numbers = titles.map(|title| title.rsplit(' ').next().unwrap_or_default());
    numbers.collect::<Vec<_>>().join(" ")
}
