//! What is not there, and what is not understood.

use crate::client::Request;
use crate::daemon::Daemon;
use crate::newsroom::Newsroom;

#[test]
fn what_is_unknown_is_named() {
    let daemon = Daemon::start(&Newsroom::sample());
    let mut connection = daemon.connect();
    for (target, expected) in [
        ("/weather.rss", "no feed \"weather\""),
        ("/sport/football.atom", "no feed \"sport/football\""),
        ("/tags/затмение.rss", "no tag \"затмение\""),
        ("/tags/Полярное сияние.rss", "no tag \"полярное-сияние\""),
        ("/sections/Погода.json", "no section \"погода\""),
        ("/authors/Никто.rss", "no author \"никто\""),
        ("/select.rss?any=rail,затмение", "the tag \"затмение\""),
        ("/select.rss?all=section:погода", "the section \"погода\""),
        ("/select.rss?none=author:никто", "the author \"никто\""),
        ("/select.rss?any=rail&all=lang:de", "the lang \"de\""),
        ("/select.rss?any=city:Алматы", "unknown prefix `city:`"),
        ("/select.rss?any=", "%23"),
        ("/select.rss?any=rail&none=", "%23"),
        ("/select.rss", "%23"),
        ("/select.rss?tags=rail", "%23"),
        ("/select.rss?any=%FF", "not UTF-8"),
        ("/tags/%D0.rss", "not UTF-8"),
        ("/tags/%FF%FE.rss", "not UTF-8"),
        (
            "/articles/2026-11/0099_nothing",
            "no article \"2026-11/0099_nothing\"",
        ),
        (
            "/articles/2026-11/0040_Last-Well",
            "no article \"2026-11/0040_Last-Well\"",
        ),
        ("/tags/регион.xml", "/tags/регион.xml"),
        ("/../etc/passwd", "/../etc/passwd"),
        ("/articles/../../feeds.toml", "no article"),
    ] {
        let response = connection.exchange(&Request::get(target));
        assert_eq!(response.status, 404, "{target}");
        assert!(
            response.text().contains(expected),
            "{target}: {}",
            response.text()
        );
        assert_eq!(response.header("cache-control"), "max-age=60", "{target}");
        assert_eq!(response.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(response.header("x-content-type-options"), "nosniff");
    }
}

#[test]
fn an_excepted_tag_and_a_format_that_is_not_made_are_unknown() {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("[auto.tags]", "[auto.tags]\nexcept = [\"#вода\"]");
    newsroom.reconfigure("[auto.sections]\n", "");
    newsroom.reconfigure("none  = [\"#футбол\"]", "formats = [\"rss\"]");
    let daemon = Daemon::start(&newsroom);
    for (target, status) in [
        ("/tags/вода.rss", 404),
        ("/tags/регион.rss", 200),
        ("/sections/парламент.rss", 404),
        ("/parliament.rss", 200),
        ("/parliament.json", 404),
    ] {
        assert_eq!(daemon.get(target).status, status, "{target}");
    }
}

#[test]
fn methods_that_nothing_has_are_refused() {
    let daemon = Daemon::start(&Newsroom::sample());
    for (method, target, status) in [
        ("POST", "/all.rss", 405),
        ("PUT", "/all.rss", 405),
        ("DELETE", "/unknown.rss", 405),
        ("PATCH", "/tags/регион.rss", 405),
        ("TRACE", "/all.rss", 405),
        ("BREW", "/all.rss", 501),
        ("get", "/all.rss", 501),
        ("OPTIONS", "/all.rss", 204),
        ("OPTIONS", "/tags/регион.json", 204),
    ] {
        let response = daemon.ask(&Request::of(method, target));
        assert_eq!(response.status, status, "{method} {target}");
        if status != 501 {
            assert_eq!(response.header("allow"), "GET, HEAD, OPTIONS", "{method}");
        }
    }
}
