//! One address for each feed: other spellings redirect to it once, and percent-encodings of it are served.

use crate::testkit::client::{Connection, Request, encoded};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{CONFIG, HARVEST, Newsroom, PUBLIC_URL, Story};

#[test]
fn other_spellings_redirect_once_to_the_canonical_address() {
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

/// Every order of some terms.
fn orders(terms: &[&'static str]) -> Vec<Vec<&'static str>> {
    let [first, others @ ..] = terms else {
        return vec![Vec::new()];
    };
    let insert = |order: Vec<&'static str>| {
        (0..=order.len()).map(move |place| {
            let mut order = order.clone();
            order.insert(place, *first);
            order
        })
    };
    orders(others).into_iter().flat_map(insert).collect()
}

/// Every byte as `%XX`.
fn in_bytes(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[test]
fn spellings_of_a_selection_redirect_to_one_address() {
    let daemon = Daemon::start(&Newsroom::sample());
    let mut connection = daemon.connect();
    let canonical = "/select.json?any=rail,world,мажилис&all=lang:ru";
    let whole = connection.exchange(&Request::get(canonical));
    assert_eq!(whole.status, 200);
    type Spelling = fn(&str) -> String;
    let spellings: [Spelling; 8] = [
        str::to_owned,
        in_bytes,
        str::to_uppercase,
        |term| format!("%23{term}"),
        |term| format!("tag:{term}"),
        |term| format!("%20{term}\u{200b}+"),
        |term| format!("«{term}»"),
        |term| term.replace("мажилис", "МӘЖІЛІС"),
    ];
    type Joining = fn(&[String], &str) -> String;
    let joinings: [Joining; 5] = [
        |terms, name| format!("{name}={}", terms.join(",")),
        |terms, name| format!("{name}={}", terms.join("%2c")),
        |terms, name| format!("{name}=,{},,", terms.join(",,")),
        |terms, name| format!("{name}={}", [terms, terms].concat().join(",")),
        |terms, name| format!("{name}={}", terms.join(&format!("&x=1&{name}="))),
    ];
    let mut served = 0;
    for order in orders(&["rail", "world", "мажилис"]) {
        for spelling in spellings {
            let terms: Vec<String> = order.iter().map(|term| spelling(term)).collect();
            for joining in joinings {
                for query in [
                    format!("{}&all=lang:ru", joining(&terms, "any")),
                    format!("all=lang:ru&{}", joining(&terms, "any")),
                    format!("{}&%61ll=lang%3aru", joining(&terms, "%61n%79")),
                ] {
                    let asked = format!("/select.json?{query}");
                    let response = connection.exchange(&Request::get(&asked));
                    let decoded = percent_encoding::percent_decode_str(&asked).decode_utf8_lossy();
                    if decoded == canonical {
                        assert_eq!(response.status, 200, "{asked}");
                        assert_eq!(response.header("etag"), whole.header("etag"), "{asked}");
                        assert!(response.body == whole.body, "{asked}");
                        served += 1;
                    } else {
                        assert_eq!(response.status, 301, "{asked}: {}", response.text());
                        assert_eq!(response.header("location"), encoded(canonical), "{asked}");
                    }
                    let head = connection.exchange(&Request::head(&asked));
                    assert_eq!(head.status, response.status, "{asked}");
                    assert_eq!(
                        head.headers_without_date(),
                        response.headers_without_date(),
                        "{asked}"
                    );
                }
            }
        }
    }
    // One order, raw or in bytes or with the one letter-case that changes nothing, twice joined.
    assert!(served >= 8, "{served}");
}

#[test]
fn decomposed_letters_redirect_to_composed_ones() {
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
fn percent_encoded_address_is_served_without_redirect() {
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
fn configured_redirects_answer_301_or_410() {
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
    for target in ["/old.rss", "/%6fld.rss", "/old.rss?utm_source=tg"] {
        for request in [Request::get, Request::head] {
            let gone = connection.exchange(&request(target));
            assert_eq!(gone.status, 410, "{target}");
            assert_eq!(gone.header("cache-control"), "max-age=3600");
        }
    }
    let head = connection.exchange(&Request::head("/%72ss.xml?utm_source=tg"));
    assert_eq!((head.status, head.header("location")), (301, "/all.rss"));
}

#[test]
fn chained_redirects_are_collapsed_into_one() {
    for prefix in ["", "/news"] {
        let newsroom = Newsroom::sample();
        let redirects = [
            ("/первая.xml", "/второй?лента=1"),
            ("/второй?лента=1", "/third"),
            ("/third", "/TAGS//Мәжіліс.rss"),
            ("/fourth", "/select.atom?any=world,Rail"),
            ("/fifth?x", "/old.rss"),
            ("/sixth", "https://blog.dala.example/feed"),
            ("/seventh", "/sixth#top"),
            ("/eighth", "/parliament.atom?x=1"),
        ]
        .map(|(from, to)| format!("\n[[redirect]]\nfrom = \"{from}\"\nto = \"{to}\"\n"));
        let whole = "\n[[redirect]]\nfrom = \"/news/ninth\"\nto = \"/news/parliament.json\"\n";
        let whole = if prefix.is_empty() { "" } else { whole };
        newsroom.configure(&(CONFIG.to_owned() + &redirects.concat() + whole));
        newsroom.reconfigure(
            PUBLIC_URL,
            &format!("{}{prefix}/", PUBLIC_URL.trim_end_matches('/')),
        );
        let daemon = Daemon::start(&newsroom);
        let mut connection = daemon.connect();
        for (from, to) in [
            ("/первая.xml", "/tags/мажилис.rss"),
            ("/второй?лента=1", "/tags/мажилис.rss"),
            ("/third?utm_source=tg", "/tags/мажилис.rss"),
            ("/fourth", "/select.atom?any=rail,world"),
            ("/eighth", "/parliament.atom?x=1"),
        ] {
            let to = format!("{prefix}{to}");
            assert_leads(&mut connection, from, &to);
            assert_leads(&mut connection, &format!("{prefix}{from}"), &to);
        }
        if !prefix.is_empty() {
            assert_leads(&mut connection, "/news/ninth", "/news/parliament.json");
        }
        let status =
            |connection: &mut Connection, target| connection.exchange(&Request::get(target));
        assert_eq!(status(&mut connection, "/fifth?x").status, 410);
        for from in ["/sixth", "/seventh"] {
            let elsewhere = status(&mut connection, from);
            assert_eq!(
                elsewhere.header("location"),
                "https://blog.dala.example/feed"
            );
        }
    }
}

#[test]
fn alias_redirects_in_every_format() {
    let daemon = Daemon::start(&Newsroom::sample());
    let mut connection = daemon.connect();
    for extension in ["rss", "atom", "json"] {
        for (written, canonical) in [
            ("/tags/мәжіліс", "/tags/мажилис"),
            ("/tags/#МӘЖІЛІС", "/tags/мажилис"),
        ] {
            let written = format!("{written}.{extension}").replace('#', "%23");
            assert_leads(
                &mut connection,
                &written,
                &format!("{canonical}.{extension}"),
            );
        }
        let written = format!("/select.{extension}?any=мәжіліс&none=мажилис,rail");
        let canonical = format!("/select.{extension}?any=мажилис&none=rail,мажилис");
        assert_leads(&mut connection, &written, &canonical);
    }
}

#[test]
fn path_prefix_is_optional_in_requests_and_part_of_every_location() {
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
