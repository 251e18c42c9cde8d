//! One address a feed: other spellings lead there in one hop, other percent-encodings are it.

use crate::client::{Connection, Request, encoded};
use crate::daemon::Daemon;
use crate::newsroom::{CONFIG, HARVEST, Newsroom, PUBLIC_URL, Story};

#[test]
fn another_spelling_leads_to_the_canonical_one_in_one_hop() {
    let daemon = Daemon::start(&Newsroom::sample());
    let mut connection = daemon.connect();
    let selection = "/select.rss?any=мажилис,сенат&all=lang:ru";
    for (written, canonical) in [
        ("/ALL.rss", "/all.rss"),
        ("/all.RSS", "/all.rss"),
        ("/Parliament.Atom", "/parliament.atom"),
        ("/all.rss/", "/all.rss"),
        ("//all.rss", "/all.rss"),
        ("/tags//регион.json", "/tags/регион.json"),
        ("/TAGS/РЕГИОН.rss///", "/tags/регион.rss"),
        ("/authors/Jane Holloway.rss", "/authors/jane-holloway.rss"),
        ("/authors/Jane%20Holloway.rss", "/authors/jane-holloway.rss"),
        ("/sections/Қоғам.rss", "/sections/қоғам.rss"),
        ("/tags/мәжіліс.rss", "/tags/мажилис.rss"),
        ("//tags/МӘЖІЛІС.RSS/", "/tags/мажилис.rss"),
        ("/all.rss/?page=2", "/all.rss?page=2"),
        (
            "/articles//2026-11/0040_last-well/",
            "/articles/2026-11/0040_last-well",
        ),
        ("/select.rss?any=сенат,мажилис&all=lang:ru", selection),
        ("/select.rss?all=lang:ru&any=мажилис,сенат", selection),
        (
            "/select.rss?any=мажилис,сенат,мажилис&all=lang:ru",
            selection,
        ),
        ("/select.rss?any=мажилис&any=сенат&all=lang:ru", selection),
        ("/select.rss?any=%23мажилис,%23сенат&all=lang:ru", selection),
        ("/select.rss?any=tag:мажилис,Сенат&all=LANG:RU", selection),
        ("/select.rss?any=мажилис,, сенат&all=lang:ru", selection),
        (
            "/select.rss?any=мәжіліс,сенат,мажилис&all=lang:ru",
            selection,
        ),
        ("/Select.rss/?any=сенат,мажилис&all=lang:ru", selection),
    ] {
        assert_leads(&mut connection, written, canonical);
    }
}

#[test]
fn decomposed_letters_lead_to_composed_ones() {
    let newsroom = Newsroom::sample();
    let tea = Story {
        tag: "чай",
        ..HARVEST
    };
    newsroom.write("tea", &tea);
    let daemon = Daemon::start(&newsroom);
    let mut connection = daemon.connect();
    for canonical in [
        "/tags/чай.rss",
        "/select.atom?any=чай",
        "/articles/2026-06/0021_ауыл-кітап-үйі",
    ] {
        let written = canonical.replace('й', "и\u{306}");
        assert_ne!(written, canonical);
        assert_leads(&mut connection, &written, canonical);
    }
}

/// 301 to the canonical path, no host, and 200 there.
#[track_caller]
fn assert_leads(connection: &mut Connection, written: &str, canonical: &str) {
    let moved = connection.exchange(&Request::get(written));
    assert_eq!(moved.status, 301, "{written}: {}", moved.text());
    assert_eq!(moved.header("location"), encoded(canonical), "{written}");
    assert_eq!(moved.header("cache-control"), "max-age=86400", "{written}");
    let found = connection.exchange(&Request::get(moved.header("location")));
    assert_eq!(found.status, 200, "{canonical}: {}", found.text());
}

#[test]
fn percent_encoding_is_no_spelling() {
    let daemon = Daemon::start(&Newsroom::sample());
    let mut connection = daemon.connect();
    for (canonical, others) in [
        (
            "/all.rss",
            ["/%61ll.rss", "/all%2Erss", "/all.rss?utm_source=tg"],
        ),
        (
            "/tags/су.rss",
            [
                "/tags/су.rss",
                "/tags/%d1%81%d1%83.rss",
                "/%74ags/с%D1%83.rss",
            ],
        ),
        (
            "/select.rss?any=rail,world&all=lang:en",
            [
                "/select.rss?any=rail%2Cworld&all=lang%3Aen",
                "/select.rss?any=%72ail,world&all=lang:en&utm_source=tg",
                "/%73elect.rss?any=r%61il,world&all=l%61ng:en",
            ],
        ),
    ] {
        let whole = connection.exchange(&Request::get(canonical));
        assert_eq!(whole.status, 200, "{canonical}");
        for other in others {
            // Not encoded by this client, so that raw letters are sent as they are.
            let response = connection.exchange(&Request::verbatim("GET", other));
            assert_eq!(response.status, 200, "{other}");
            assert_eq!(response.header("etag"), whole.header("etag"), "{other}");
            assert!(response.body == whole.body, "{other}");
        }
    }
}

#[test]
fn addresses_of_the_past_lead_where_feeds_toml_says() {
    let newsroom = Newsroom::sample();
    let others = "\n[[redirect]]\nfrom = \"/feed.php?id=7\"\nto = \"/tags/спорт.rss\"\n\
        \n[[redirect]]\nfrom = \"/блог.xml\"\nto = \"https://blog.dala.example/feed\"\n";
    newsroom.configure(&(CONFIG.to_owned() + others));
    let daemon = Daemon::start(&newsroom);
    let mut connection = daemon.connect();
    assert_leads(&mut connection, "/rss.xml", "/all.rss");
    assert_leads(&mut connection, "/feed.php?id=7", "/tags/спорт.rss");
    let elsewhere = connection.exchange(&Request::get("/блог.xml"));
    assert_eq!(elsewhere.status, 301);
    assert_eq!(
        elsewhere.header("location"),
        "https://blog.dala.example/feed"
    );
    assert_eq!(
        connection.exchange(&Request::get("/feed.php?id=8")).status,
        404
    );
    let gone = connection.exchange(&Request::get("/old.rss"));
    assert_eq!(gone.status, 410);
    assert_eq!(gone.header("cache-control"), "max-age=3600");
}

#[test]
fn a_prefix_of_the_public_address_is_optional_in_requests_and_part_of_every_location() {
    for prefix in ["/news", "/news/feeds", "/жаңалықтар"] {
        let newsroom = Newsroom::sample();
        let public_url = format!("{}{}/", PUBLIC_URL.trim_end_matches('/'), prefix);
        newsroom.reconfigure(PUBLIC_URL, &public_url);
        let daemon = Daemon::start(&newsroom);
        let mut connection = daemon.connect();
        for target in ["/all.rss", "/tags/регион.rss", "/select.rss?any=rail"] {
            let inside = connection.exchange(&Request::get(&format!("{prefix}{target}")));
            let bare = connection.exchange(&Request::get(target));
            assert_eq!((inside.status, bare.status), (200, 200), "{prefix}{target}");
            assert!(inside.body == bare.body, "{prefix}{target}");
            let own = format!(
                "<{}{}>; rel=\"self\"",
                encoded(&public_url),
                encoded(&target[1..])
            );
            assert!(bare.header("link").starts_with(&own), "{own}");
        }
        for (written, canonical) in [
            ("/ALL.rss", "/all.rss"),
            ("//all.rss/", "/all.rss"),
            ("/rss.xml", "/all.rss"),
            ("/select.rss?any=world,rail", "/select.rss?any=rail,world"),
        ] {
            let canonical = format!("{prefix}{canonical}");
            assert_leads(&mut connection, &format!("{prefix}{written}"), &canonical);
            assert_leads(&mut connection, written, &canonical);
        }
        let doubled = format!("/{prefix}/all.rss");
        assert_leads(&mut connection, &doubled, &format!("{prefix}/all.rss"));
        let other = connection.exchange(&Request::get(&format!("{prefix}all.rss")));
        assert_eq!(other.status, 404, "a longer name is no prefix");
    }
}
