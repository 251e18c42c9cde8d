//! What the programs of readers send, and what they get: every feed reader the feed in the media type of its
//! address, compressed only as it can read it, and nothing the second time; every browser the page.

use crate::testkit::client::{Connection, Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;

/// The headers of a program that differ between programs.
struct Client {
    agent: &'static str,
    /// `Accept`; empty if it sends none, as below.
    accept: &'static str,
    accept_encoding: &'static str,
    more: &'static [(&'static str, &'static str)],
}

const fn client(
    agent: &'static str,
    accept: &'static str,
    accept_encoding: &'static str,
    more: &'static [(&'static str, &'static str)],
) -> Client {
    Client {
        agent,
        accept,
        accept_encoding,
        more,
    }
}

const ANY: &str = "*/*";
const GZIP: &str = "gzip";
const GZIP_DEFLATE: &str = "gzip, deflate";
const GZIP_DEFLATE_BR: &str = "gzip, deflate, br";
const A_IM: &[(&str, &str)] = &[("A-IM", "feed")];
/// What a page's script or a browser extension sends with `fetch`.
const FETCH: &[(&str, &str)] = &[
    ("Sec-Fetch-Dest", "empty"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Origin", "https://reader.example"),
];

/// Feed readers, libraries, tools and bots.
const READERS: &[Client] = &[
    // Web readers.
    client(
        "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers; like FeedFetcher-Google)",
        ANY,
        GZIP_DEFLATE,
        &[],
    ),
    client(
        "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 7 subscribers; )",
        "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.7",
        "gzip, deflate, br",
        &[],
    ),
    client(
        "NewsBlur Feed Fetcher - 3 subscribers - https://www.newsblur.com/site/1/ (Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.1 Safari/605.1.15)",
        "application/atom+xml, application/rss+xml, application/xml;q=0.8, text/xml;q=0.6, */*;q=0.2",
        GZIP_DEFLATE,
        &[],
    ),
    client(
        "Feedbin feed-id:1234 - 5 subscribers",
        "",
        GZIP_DEFLATE,
        &[],
    ),
    client(
        "Mozilla/5.0 (compatible; theoldreader.com; 2 subscribers; feed-id=0123456789abcdef)",
        ANY,
        GZIP,
        &[],
    ),
    client(
        "BazQux/2.4 (+https://bazqux.com/fetcher; 1 subscribers)",
        "application/rss+xml, application/rdf+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.5",
        GZIP,
        &[],
    ),
    client(
        "Feedspot/1.0 (+https://www.feedspot.com/fs/fetcher; like FeedFetcher-Google)",
        ANY,
        GZIP_DEFLATE,
        &[],
    ),
    client(
        "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)",
        ANY,
        "gzip, deflate, br",
        &[],
    ),
    // Servers of one's own.
    client(
        "Mozilla/5.0 (compatible; Miniflux/2.2.0; +https://miniflux.app)",
        "application/xml, application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, text/html, */*;q=0.9",
        "br,gzip",
        &[],
    ),
    client(
        "FreshRSS/1.25.0 (Linux; https://freshrss.org) SimplePie/1.8.0",
        "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.7, unknown/unknown;q=0.1, application/unknown;q=0.1, */*;q=0.1",
        "deflate, gzip, br, zstd",
        &[("Referer", "https://feeds.dala.example/")],
    ),
    client(
        "Tiny Tiny RSS/24.01 (https://tt-rss.org/)",
        ANY,
        GZIP_DEFLATE,
        &[],
    ),
    client("yarr/2.4 (Linux)", "", GZIP, &[]),
    client(
        "CommaFeed/5.3.0 (https://github.com/Athou/commafeed)",
        "",
        "gzip, x-gzip, deflate",
        &[],
    ),
    client(
        "NextCloud-News/1.0",
        "application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6, application/xml;q=0.4, text/xml;q=0.4",
        GZIP_DEFLATE,
        &[],
    ),
    client(
        "Stringer (https://github.com/stringer-rss/stringer)",
        ANY,
        "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
        &[],
    ),
    client(
        "Selfoss/2.20 (+https://selfoss.aditu.de)",
        "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.7, */*;q=0.1",
        GZIP_DEFLATE,
        &[],
    ),
    // Programs for a computer.
    client(
        "NetNewsWire (RSS Reader; https://netnewswire.com/)",
        ANY,
        GZIP_DEFLATE_BR,
        &[("Accept-Language", "ru-RU,ru;q=0.9")],
    ),
    client(
        "Reeder/5050001 CFNetwork/1568.200.51 Darwin/24.1.0",
        ANY,
        GZIP_DEFLATE_BR,
        &[("Accept-Language", "kk-KZ")],
    ),
    client(
        "Unread RSS Reader - https://www.goldenhillsoftware.com/unread/",
        ANY,
        GZIP_DEFLATE_BR,
        &[],
    ),
    client(
        "Liferea/1.14.4 (Linux; https://lzone.de/liferea/) AppleWebKit (KHTML, like Gecko)",
        "application/atom+xml,application/xml;q=0.9,text/xml;q=0.8,*/*;q=0.7",
        GZIP_DEFLATE,
        A_IM,
    ),
    client("newsboat/2.21.0 (Linux x86_64)", ANY, GZIP_DEFLATE, A_IM),
    client(
        "Newsraft/0.23 (Linux)",
        ANY,
        "gzip, deflate, br, zstd",
        A_IM,
    ),
    client(
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.3.0",
        "application/rss+xml,application/atom+xml,application/rdf+xml,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.1",
        "gzip, deflate, br, zstd",
        &[
            ("Cache-Control", "no-cache"),
            ("Sec-Fetch-Dest", "empty"),
            ("Sec-Fetch-Mode", "no-cors"),
        ],
    ),
    client(
        "RSS Guard/4.7.3 (github.com/martinrotter/rssguard)",
        "application/atom+xml,application/xml;q=0.9,text/xml;q=0.8,*/*;q=0.7",
        "gzip, deflate",
        &[],
    ),
    client(
        "Akregator/5.24.0; syndication",
        "text/html, text/*;q=0.9, image/jpeg;q=0.9, image/png;q=0.9, image/*;q=0.9, */*;q=0.8",
        "gzip, deflate, x-gzip, x-deflate",
        &[("Accept-Charset", "utf-8,*;q=0.5")],
    ),
    client(
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/602.1 (KHTML, like Gecko) QuiteRSS/0.19.4 Safari/602.1",
        ANY,
        GZIP_DEFLATE,
        &[("Accept-Language", "ru-RU,en,*")],
    ),
    client(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) fluent-reader/1.1.4 Chrome/108.0.5359.215 Electron/21.4.4 Safari/537.36",
        ANY,
        "gzip, deflate, br",
        FETCH,
    ),
    client("Raven Reader", "application/rss+xml", "", &[]),
    client(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Feedbro/4.15",
        ANY,
        "gzip, deflate, br, zstd",
        FETCH,
    ),
    // Programs for a phone.
    // Feeder.
    client(
        "SpaceCowboys Android RSS Reader / 2.6.29(313)",
        "",
        GZIP,
        &[],
    ),
    client(
        "Read You/0.11.1",
        "application/rss+xml, application/atom+xml, application/xml, text/xml, */*;q=0.8",
        GZIP,
        &[],
    ),
    client(
        "Mozilla/5.0 (Linux; U; en-us; BeOS x86_64) FeedMe/1.0",
        ANY,
        GZIP,
        &[],
    ),
    client(
        "Mozilla/5.0 (compatible) AppleWebKit Chrome Safari Flym",
        "",
        GZIP,
        &[],
    ),
    client(
        "NewsFlash/3.3.4 (Linux; org.gnome)",
        ANY,
        "gzip, br, deflate",
        &[],
    ),
    client("Pluma RSS Reader/1.4 (Android)", ANY, GZIP, &[]),
    client("AntennaPod/3.5.0", "", GZIP, &[]),
    // Libraries.
    client(
        "feedparser/6.0.11 +https://github.com/kurtmckee/feedparser/",
        "application/atom+xml,application/rdf+xml,application/rss+xml,application/x-netcdf,application/xml;q=0.9,text/xml;q=0.2,*/*;q=0.1",
        GZIP_DEFLATE,
        A_IM,
    ),
    client(
        "python-reader/3.16 (+https://github.com/lemon24/reader)",
        "application/atom+xml,application/rdf+xml,application/rss+xml,application/x-netcdf,application/xml;q=0.9,text/xml;q=0.2,*/*;q=0.1,application/feed+json,application/json;q=0.9",
        "gzip, deflate, br",
        A_IM,
    ),
    client(
        "rss-parser",
        "application/rss+xml",
        "",
        &[("Connection", "close")],
    ),
    client(
        "SimplePie/1.8.0 (Feed Parser; http://simplepie.org; Allow like Gecko) Build/1700000000",
        "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.7, */*;q=0.1",
        "deflate, gzip",
        &[],
    ),
    client("Gofeed/1.0", "", GZIP, &[]),
    // ROME.
    client(
        "Java/17.0.9",
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
        "",
        &[],
    ),
    client("feed-rs/2.1 reqwest/0.12", ANY, "", &[]),
    client("Ruby", ANY, "gzip;q=1.0,deflate;q=0.6,identity;q=0.3", &[]),
    client("python-requests/2.32.3", ANY, GZIP_DEFLATE, &[]),
    client(
        "Python-urllib/3.13",
        "",
        "identity",
        &[("Connection", "close")],
    ),
    // Tools.
    client("curl/8.11.0", ANY, "", &[]),
    client("Wget/1.25.0", ANY, "identity", &[]),
    client("HTTPie/3.2.4", ANY, GZIP_DEFLATE, &[]),
    client("FeedValidator/1.3", "", "gzip, deflate", &[]),
    // Bots that show links or pass articles on.
    client(
        "Slackbot 1.0 (+https://api.slack.com/robots)",
        ANY,
        "gzip,deflate",
        &[],
    ),
    client(
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        ANY,
        "gzip, deflate",
        &[],
    ),
    client("TelegramBot (like TwitterBot)", ANY, GZIP_DEFLATE, &[]),
    client(
        "Mozilla/5.0 (compatible; YandexNews/4.0; +http://yandex.com/bots)",
        ANY,
        "gzip,deflate",
        &[("From", "support@search.yandex.ru")],
    ),
    client(
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        ANY,
        "gzip, deflate",
        &[],
    ),
    client(
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8",
        "gzip, deflate, br",
        &[],
    ),
    client(
        "Mastodon/4.3.1 (http.rb/5.2.0; +https://mastodon.example/) Bot",
        "text/html",
        GZIP,
        &[],
    ),
    client("feed2toot/0.17", ANY, GZIP_DEFLATE, &[]),
    client(
        "IFTTT-Protocol/v1",
        ANY,
        "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
        &[],
    ),
    client("Zapier", ANY, GZIP_DEFLATE, &[]),
];

/// What a browser sends when somebody opens an address.
const OPENED: &[(&str, &str)] = &[
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "none"),
    ("Sec-Fetch-User", "?1"),
    ("Upgrade-Insecure-Requests", "1"),
    ("Accept-Language", "kk-KZ,kk;q=0.9,ru;q=0.8"),
];
const CHROMIUM: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
const WEBKIT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const ZSTD: &str = "gzip, deflate, br, zstd";

const BROWSERS: &[Client] = &[
    client(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        CHROMIUM,
        ZSTD,
        OPENED,
    ),
    client(
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
        CHROMIUM,
        ZSTD,
        OPENED,
    ),
    client(
        "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8",
        ZSTD,
        OPENED,
    ),
    client(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
        WEBKIT,
        GZIP_DEFLATE_BR,
        OPENED,
    ),
    client(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
        WEBKIT,
        GZIP_DEFLATE_BR,
        OPENED,
    ),
    client(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
        CHROMIUM,
        ZSTD,
        OPENED,
    ),
    client(
        "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
        CHROMIUM,
        ZSTD,
        OPENED,
    ),
    client(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 YaBrowser/24.10.0.0 Safari/537.36",
        CHROMIUM,
        ZSTD,
        OPENED,
    ),
    client(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0",
        CHROMIUM,
        ZSTD,
        OPENED,
    ),
    client(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Vivaldi/7.0.3495.11",
        CHROMIUM,
        ZSTD,
        OPENED,
    ),
    // Brave calls itself Chrome and asks for less.
    client(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
        ZSTD,
        OPENED,
    ),
];

/// Browsers from before `Sec-Fetch-Dest`, which show a feed as its source or offer to save it.
const OLD_BROWSERS: &[Client] = &[
    client(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1",
        WEBKIT,
        GZIP_DEFLATE_BR,
        &[],
    ),
    client(
        "Mozilla/5.0 (Windows NT 6.1; rv:78.0) Gecko/20100101 Firefox/78.0",
        WEBKIT,
        GZIP_DEFLATE,
        &[("Upgrade-Insecure-Requests", "1")],
    ),
    client(
        "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
        "text/html, application/xhtml+xml, image/jxr, */*",
        GZIP_DEFLATE,
        &[],
    ),
    client(
        "Lynx/2.9.0 libwww-FM/2.14 SSL-MM/1.4.1",
        "text/html, text/plain, text/sgml, text/css, */*;q=0.01",
        "gzip, compress, bzip2",
        &[],
    ),
];

const FORMATS: [(&str, &str); 3] = [
    ("rss", "application/rss+xml; charset=utf-8"),
    ("atom", "application/atom+xml; charset=utf-8"),
    ("json", "application/feed+json"),
];

impl Client {
    fn request(&self, target: &str) -> Request {
        let own = [
            ("User-Agent", self.agent),
            ("Accept", self.accept),
            ("Accept-Encoding", self.accept_encoding),
        ];
        let own = own.into_iter().filter(|(_, value)| !value.is_empty());
        let headers = own.chain(self.more.iter().copied());
        headers.fold(Request::get(target), |request, (name, value)| {
            request.with(name, value)
        })
    }

    /// Whether it can read the coding of a response.
    fn reads(&self, response: &Response) -> bool {
        let coding = response.find("content-encoding");
        coding.is_none_or(|coding| self.accept_encoding.contains(coding))
    }

    /// Its response, over a connection of its own if it closes that.
    fn ask(&self, daemon: &Daemon, kept: &mut Connection, request: &Request) -> Response {
        match self.more.contains(&("Connection", "close")) {
            true => daemon.ask(request),
            false => kept.exchange(request),
        }
    }
}

#[test]
fn feed_readers_get_the_feed_and_then_304() {
    assert!(READERS.len() >= 40);
    let daemon = Daemon::start(&Newsroom::of_three());
    let mut kept = daemon.connect();
    for client in READERS.iter().chain(OLD_BROWSERS) {
        for (extension, media_type) in FORMATS {
            let agent = client.agent;
            let target = format!("/tags/футбол.{extension}");
            let response = client.ask(&daemon, &mut kept, &client.request(&target));
            assert_eq!(response.status, 200, "{agent}");
            assert_eq!(response.header("content-type"), media_type, "{agent}");
            assert!(client.reads(&response), "{agent}: {:?}", response.headers);
            assert!(!response.body.is_empty());
            let (tag, date) = (response.header("etag"), response.header("last-modified"));
            for validators in [
                &[("If-None-Match", tag), ("If-Modified-Since", date)][..],
                &[("If-None-Match", tag)],
                &[("If-Modified-Since", date)],
            ] {
                let again = validators
                    .iter()
                    .fold(client.request(&target), |request, (name, value)| {
                        request.with(name, *value)
                    });
                let again = client.ask(&daemon, &mut kept, &again);
                assert_eq!(again.status, 304, "{agent}: {validators:?}");
                assert_eq!(
                    (again.header("etag"), again.header("last-modified")),
                    (tag, date)
                );
                assert!(again.body.is_empty());
            }
        }
    }
}

#[test]
fn browsers_that_open_a_feed_get_its_page() {
    assert!(BROWSERS.len() >= 10);
    let daemon = Daemon::start(&Newsroom::of_three());
    let mut kept = daemon.connect();
    for client in BROWSERS {
        for (extension, media_type) in FORMATS {
            let agent = client.agent;
            let target = format!("/tags/футбол.{extension}");
            let page = kept.exchange(&client.request(&target).with("If-None-Match", "*"));
            assert_eq!(page.status, 200, "{agent}");
            assert_eq!(
                page.header("content-type"),
                "text/html; charset=utf-8",
                "{agent}"
            );
            assert_eq!(page.header("cache-control"), "no-store");
            assert!(client.reads(&page), "{agent}");
            let feed = kept.exchange(&client.request(&format!("{target}?raw")));
            assert_eq!(feed.header("content-type"), media_type, "{agent}");
        }
    }
}
