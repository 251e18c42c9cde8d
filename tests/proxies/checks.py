"""What has to be true behind every proxy. A check is a function; its name says what it is about."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

from published import (
    CLIENT,
    CODINGS,
    Answer,
    Asked,
    Client,
    Http2Client,
    Published,
    Unexpected,
    await_that,
    failing,
)
from servers import Proxy, has_ipv6

#: Headers that a reader needs of a 304 as well.
VALIDATED = ("ETag", "Last-Modified", "Cache-Control", "Vary", "Link")

FEED = "/all.rss"
FOOTBALL = "/tags/" + quote("футбол") + ".rss"
ALL_CODINGS = "gzip, deflate, br, zstd"

#: How long a copy lives in a cache: a second of max-age, one of stale-while-revalidate, and one because nginx
#: counts whole seconds.
OLD = 3.2


@dataclass
class Visit:
    """A newsroom, the proxy before it, and a reader behind it."""

    newsroom: Published
    proxy: Proxy

    @property
    def reader(self) -> Client:
        return self.proxy.client

    def path(self, path: str) -> str:
        return self.proxy.prefix + path

    def asked(self, path: str) -> list[Asked]:
        """What of it reached taspa."""
        return self.newsroom.asked(self.proxy.kept_prefix + path)

    def own(self, path: str, coding: str | None = None) -> Answer:
        """What taspa itself answers."""
        return self.newsroom.own.ask(path, coding).expect(200)


def expect_unchanged(answer: Answer) -> None:
    answer.expect(304)
    missing = [name for name in VALIDATED if not answer.headers[name]]
    if missing or answer.body:
        raise Unexpected(f"{answer.asked}: a 304 without {missing}, with {len(answer.body)} bytes")


def expect_same(visit: Visit, answer: Answer, path: str) -> None:
    """The answer is what taspa serves, in a coding that was asked for."""
    answer.expect(200)
    coding = answer.headers["Content-Encoding"]
    # A proxy may code by itself, and does it with gzip.
    own = visit.own(path) if coding in (None, "gzip") else visit.own(path, coding)
    if coding != own.headers["Content-Encoding"] and coding != "gzip":
        raise Unexpected(f"{answer.asked}: coded as {coding}")
    if answer.document != own.document:
        raise Unexpected(f"{answer.asked}: {len(answer.document)} bytes that are not taspa's {len(own.document)}")
    for name in ("Content-Type", "Last-Modified", "Link", "Content-Security-Policy", "Access-Control-Allow-Origin"):
        answer.expect(200, **{name: own.headers[name]})
    if "accept-encoding" not in (answer.headers["Vary"] or "").lower():
        raise Unexpected(f"{answer.asked}: Vary is {answer.headers['Vary']}")


def accepts(coding: str | None, answer: Answer) -> bool:
    """Whether this is in a coding that the reader takes."""
    used = answer.headers["Content-Encoding"]
    offers = [offer.replace(" ", "").split(";q=") for offer in (coding or "").split(",")]
    return used is None or any(offer[0] == used and float((offer + ["1"])[1]) > 0 for offer in offers)


def same_bytes(visit: Visit) -> None:
    for path in ("/all.rss", "/parliament.atom", "/all.json", "/feeds.opml", "/feeds.json"):
        for coding in (*CODINGS, ALL_CODINGS):
            answer = visit.reader.ask(visit.path(path), coding)
            if not accepts(coding, answer):
                raise Unexpected(f"{answer.asked}: coded as {answer.headers['Content-Encoding']}")
            if path.startswith("/feeds"):
                own = visit.own(path, answer.headers["Content-Encoding"])
                if answer.expect(200).document != own.document:
                    raise Unexpected(f"{answer.asked}: not taspa's bytes")
            else:
                expect_same(visit, answer, path)


def tag_names_bytes(visit: Visit) -> None:
    """A strong tag is that of one sequence of bytes."""
    bodies: dict[str, bytes] = {}
    for coding in (*CODINGS, ALL_CODINGS):
        answer = visit.reader.ask(visit.path(FEED), coding).expect(200)
        if not answer.tag.startswith("W/") and bodies.setdefault(answer.tag, answer.body) != answer.body:
            raise Unexpected(f"{answer.asked}: {answer.tag} is the tag of other bytes as well")


def coded(visit: Visit) -> None:
    """Who takes a coding gets one; a proxy that unpacks everything would serve, but dearly."""
    answer = visit.reader.ask(visit.path(FEED), ALL_CODINGS).expect(200)
    if not answer.headers["Content-Encoding"]:
        raise Unexpected(f"{answer.asked}: {len(answer.body)} bytes, not coded")


def tag_sent_back(visit: Visit) -> None:
    for path in ("/all.rss", "/all.atom", "/all.json"):
        for coding in (*CODINGS, ALL_CODINGS):
            tag = visit.reader.ask(visit.path(path), coding).expect(200).tag
            expect_unchanged(visit.reader.ask(visit.path(path), coding, If_None_Match=tag))
            listed = visit.reader.ask(visit.path(path), coding, If_None_Match=f'"other", {tag}')
            if visit.proxy.reads_lists:
                expect_unchanged(listed)
            else:
                expect_same(visit, listed, path)
            visit.reader.ask(visit.path(path), coding, If_None_Match='"other"').expect(200)


def coding_changes(visit: Visit) -> None:
    """A reader that takes other codings than at the last time: 304, or else its feed in the new one."""
    for first in CODINGS:
        tag = visit.reader.ask(visit.path(FEED), first).expect(200).tag
        for second in CODINGS:
            answer = visit.reader.ask(visit.path(FEED), second, If_None_Match=tag)
            if visit.proxy.knows_other_codings or answer.status == 304:
                expect_unchanged(answer)
            else:
                expect_same(visit, answer, FEED)
                if answer.tag == tag:
                    raise Unexpected(f"{answer.asked}: 200 under the reader's own tag")


def tags_are_own(visit: Visit) -> None:
    """No proxy makes a validator weak, or another one."""
    if not visit.proxy.keeps_tags:
        return
    for path in ("/all.rss", "/all.atom", "/all.json", "/feeds.opml"):
        for coding in CODINGS:
            answer = visit.reader.ask(visit.path(path), coding)
            answer.expect(200, ETag=visit.own(path, answer.headers["Content-Encoding"]).tag)


def date_sent_back(visit: Visit) -> None:
    for coding in CODINGS:
        date = visit.reader.ask(visit.path(FEED), coding).expect(200).headers["Last-Modified"]
        expect_unchanged(visit.reader.ask(visit.path(FEED), coding, If_Modified_Since=date))


def follow(visit: Visit, change: Callable[[], None], is_new: Callable[[str], bool]) -> None:
    """A reader polls one feed across a change and gets it once; one of another feed never."""
    tags = {path: visit.reader.ask(visit.path(path), "gzip").expect(200).tag for path in (FEED, FOOTBALL)}
    change()
    fetched: list[str] = []

    def poll() -> bool:
        answer = visit.reader.ask(visit.path(FEED), "gzip", If_None_Match=tags[FEED])
        if answer.status == 200:
            fetched.append(answer.text)
            tags[FEED] = answer.tag
        else:
            expect_unchanged(answer)
        expect_unchanged(visit.reader.ask(visit.path(FOOTBALL), "gzip", If_None_Match=tags[FOOTBALL]))
        return bool(fetched)

    await_that(poll, "the reader sees the change")
    # For as long as a cache's copy lives, taken the other way: until taspa itself said once more that it stays.
    before = len(visit.asked(FEED))
    if visit.proxy.caches:
        await_that(lambda: poll() and len(visit.asked(FEED)) > before, "the copy is asked for")
    for _ in range(3):
        poll()
    if len(fetched) != 1 or not is_new(fetched[0]):
        raise Unexpected(f"GET {FEED} across a change: expected the new feed once, got {len(fetched)}: {fetched}")


def change_seen_once(visit: Visit) -> None:
    title = "Новость номер 3, исправленная"
    follow(visit, lambda: visit.newsroom.change("article-3", title=title), lambda feed: title in feed)


def removal_seen_once(visit: Visit) -> None:
    title = visit.newsroom.articles["article-4"].title.split(" & ")[0]
    if title not in visit.reader.ask(visit.path(FEED)).text:
        raise Unexpected(f"GET {FEED}: no {title} before it is removed")
    follow(visit, lambda: visit.newsroom.remove("article-4"), lambda feed: title not in feed)


def selection(visit: Visit) -> None:
    terms = "мажилис,футбол"
    own = visit.own("/select.rss?any=" + quote(terms, safe=","))
    for query in (quote(terms), quote(terms, safe=","), quote(terms).lower()):
        answer = visit.reader.ask(visit.path(f"/select.rss?any={query}")).expect(200)
        if answer.document != own.document:
            raise Unexpected(f"{answer.asked}: not taspa's bytes")
        expect_unchanged(visit.reader.ask(visit.path(f"/select.rss?any={query}"), If_None_Match=answer.tag))
    other = visit.reader.ask(visit.path("/select.rss?any=" + quote("футбол"))).expect(200)
    if other.document == own.document or "Матч перенесён" not in other.text:
        raise Unexpected(f"{other.asked}: another selection has the same feed")
    by_http2 = isinstance(visit.reader, Http2Client)
    visit.reader.ask(visit.path(f"/select.rss?any={terms}")).expect(200 if by_http2 else visit.proxy.raw_letters)


def redirects(visit: Visit) -> None:
    for asked, location in (
        ("/tags/" + quote("ФУТБОЛ") + ".rss", FOOTBALL),
        ("/select.rss?any=" + quote("футбол,мажилис"), "/select.rss?any=" + quote("мажилис,футбол", safe=",")),
    ):
        for _ in range(2):
            visit.reader.ask(visit.path(asked)).expect(301, Location=visit.path(location))


def unknown_feeds(visit: Visit) -> None:
    for _ in range(2):
        answer = visit.reader.ask(visit.path("/tags/" + quote("неизвестное") + ".rss")).expect(404)
        if "неизвестное" not in answer.text:
            raise Unexpected(f"{answer.asked}: does not say what is unknown: {answer.text!r}")


def head(visit: Visit) -> None:
    for coding in (None, "gzip"):
        whole = visit.reader.ask(visit.path("/all.atom"), coding).expect(200)
        answer = visit.reader.ask(visit.path("/all.atom"), coding, "HEAD").expect(200, ETag=whole.tag)
        if answer.body:
            raise Unexpected(f"{answer.asked}: a body of {len(answer.body)} bytes")
        expect_unchanged(visit.reader.ask(visit.path("/all.atom"), coding, "HEAD", If_None_Match=whole.tag))


def browsers(visit: Visit) -> None:
    """A browser gets the page, whether it comes first or later, and no reader ever does."""
    path = "/tags/" + quote("регион") + ".rss"

    def browse() -> None:
        answer = visit.reader.ask(visit.path(path), "gzip", Sec_Fetch_Dest="document")
        answer.expect(200, Content_Type="text/html; charset=utf-8", Cache_Control="no-store", ETag=None)

    browse()
    first = visit.reader.ask(visit.path(path), "gzip")
    expect_same(visit, first, path)
    browse()
    second = visit.reader.ask(visit.path(path), "gzip", If_None_Match=first.tag)
    expect_unchanged(second)
    expect_same(visit, visit.reader.ask(visit.path(path), "gzip"), path)


def client_address(visit: Visit) -> None:
    """The access log has the reader's address, and not one that the reader invents."""
    for target, invented in (("/all.rss?plain", None), ("/all.rss?invented", "203.0.113.7")):
        visit.reader.ask(visit.path(target), X_Forwarded_For=invented).expect(200)
        seen = [line.client for line in visit.asked(target)]
        if seen != [CLIENT]:
            raise Unexpected(f"GET {target}: expected the client {CLIENT} in the access log, got {seen}")


def sent_to_tls(visit: Visit) -> None:
    """Who comes without TLS is sent to the same address with it."""
    target = visit.path(FOOTBALL + "?a=%2F%20b")
    client = Client(visit.proxy.plain_port)
    client.answers = visit.reader.answers
    answer = client.ask(target)
    location = answer.headers["Location"] or ""
    if answer.status not in (301, 308) or not (location.startswith("https://") and location.endswith(target)):
        raise Unexpected(f"{answer.asked} without TLS: {answer.status} to {location!r}")


def ipv6(visit: Visit) -> None:
    """By IPv6 as well, and taspa learns that address."""
    if not has_ipv6():
        print("skipped: this machine has no IPv6")
        return
    reader = visit.proxy.asking_by_http2("[::1]", source="::1")
    reader.answers = visit.reader.answers
    answer = reader.ask(visit.path("/all.rss?ipv6"), "gzip")
    expect_same(visit, answer, FEED)
    expect_unchanged(reader.ask(visit.path("/all.rss?ipv6"), "gzip", If_None_Match=answer.tag))
    clients = {line.client for line in visit.asked("/all.rss?ipv6")}
    if clients != {"::1"}:
        raise Unexpected(f"{answer.asked}: expected the client ::1 in the access log, got {clients}")


#: What an aggregator asks at once that has every feed of a newsroom in every format, and what no reader ever does.
MANY, FAR_TOO_MANY = 1000, 3000


def rate_limit(visit: Visit) -> None:
    """Who asks without end is told to come later; an aggregator and everybody else are not."""
    wild = visit.proxy.asking_by_http2(source="127.0.0.11")
    wild.answers = visit.reader.answers
    tag = visit.reader.ask(FEED).expect(200).tag
    for answer in wild.crowd(FEED, MANY, tag):
        answer.expect(304, Retry_After=None)
    if visit.proxy.limits:
        refused = [answer for answer in wild.crowd(FEED, FAR_TOO_MANY, tag) if answer.status != 304]
        for answer in refused:
            answer.expect(429, Retry_After="30")
        if not 0 < len(refused) < FAR_TOO_MANY:
            raise Unexpected(f"GET {FEED}: expected 429 at some time, got it {len(refused)} times of {FAR_TOO_MANY}")
    expect_unchanged(visit.reader.ask(FEED, If_None_Match=tag))


def daemon_restarts(visit: Visit) -> None:
    """Connections that the proxy kept are gone, and no reader notices."""
    tag = visit.reader.ask(visit.path(FEED)).expect(200).tag
    visit.newsroom.restart()
    await_daemon(visit)
    for _ in range(5):
        expect_unchanged(visit.reader.ask(visit.path(FEED), If_None_Match=tag))


def daemon_gone(visit: Visit) -> None:
    visit.newsroom.stop()
    visit.reader.ask(visit.path(FEED)).expect(visit.proxy.without_daemon)
    visit.newsroom.start()
    await_daemon(visit)
    visit.reader.ask(visit.path(FEED)).expect(200)


def await_daemon(visit: Visit) -> None:
    """Until a proxy that watches whether the daemon lives has seen it."""
    await_that(lambda: visit.reader.ask(visit.path(FEED)).status == 200, "the proxy finds the daemon again")


def cached(visit: Visit) -> None:
    """A second reader costs the daemon nothing while the copy is fresh."""

    def is_served_from_cache() -> bool:
        visit.reader.ask("/all.rss?cached", "gzip").expect(200)
        before = visit.asked("/all.rss?cached")
        visit.reader.ask("/all.rss?cached", "gzip", If_None_Match='"other"').expect(200)
        return visit.asked("/all.rss?cached") == before

    await_that(is_served_from_cache, "an answer comes from the cache")


def asked_once(visit: Visit) -> None:
    """Of many who want at once what is not there, one asks the daemon."""
    with ThreadPoolExecutor(20) as readers:
        answers = list(readers.map(lambda _: visit.reader.ask("/parliament.rss?crowd", "gzip"), range(20)))
    if any(answer.status != 200 or answer.document != answers[0].document for answer in answers):
        raise Unexpected(f"GET /parliament.rss?crowd: {[answer.status for answer in answers]}")
    asked = len(visit.asked("/parliament.rss?crowd"))
    # The copy's second may pass meanwhile.
    if asked not in (1, 2):
        raise Unexpected(f"GET /parliament.rss?crowd by 20 readers: the daemon was asked {asked} times")


def one_copy_for_all(visit: Visit) -> None:
    """Cookies, a login and the spelling of the name make no difference to what is kept."""

    def is_served_from_cache() -> bool:
        visit.reader.ask("/all.rss?copy", "gzip").expect(200)
        before = visit.asked("/all.rss?copy")
        visit.reader.ask("/all.rss?copy", "gzip", Cookie="a=b").expect(200)
        visit.reader.ask("/all.rss?copy", "gzip", Authorization="Basic YTpi").expect(200)
        visit.reader.ask("/all.rss?copy", "gzip", Host="FEEDS.dala.example:443").expect(200)
        return visit.asked("/all.rss?copy") == before

    await_that(is_served_from_cache, "all readers get one copy")


def revalidated(visit: Visit) -> None:
    """A stale copy costs the daemon a 304, though the reader has nothing."""

    def is_revalidated() -> bool:
        visit.reader.ask("/all.rss?revalidated", "gzip").expect(200)
        return any(line.status == 304 for line in visit.asked("/all.rss?revalidated"))

    await_that(is_revalidated, "the cache asks whether its copy is current")


def old_copies(visit: Visit) -> None:
    """Whatever outlived max-age and stale-while-revalidate is not served: an article may have been withdrawn."""
    tag = visit.reader.ask("/all.rss?old", "gzip").expect(200).tag
    # Nobody asks for it meanwhile.
    old_from = time.monotonic() + OLD
    visit.newsroom.change("article-5", title="Опровержение")
    await_that(lambda: visit.reader.ask(FOOTBALL).expect(200) and time.monotonic() > old_from, "the copy is old")
    answer = visit.reader.ask("/all.rss?old", "gzip", If_None_Match=tag).expect(200)
    if "Опровержение" not in answer.text:
        raise Unexpected(f"{answer.asked}: the old feed")


def stale_if_error(visit: Visit) -> None:
    """Without the daemon readers get what there was, even after it grew stale."""
    tag = visit.reader.ask(visit.path(FEED), "gzip").expect(200).tag
    visit.newsroom.stop()
    stale_from = time.monotonic() + OLD

    def is_stale() -> bool:
        visit.reader.ask(visit.path(FEED), "gzip").expect(200, ETag=tag)
        expect_unchanged(visit.reader.ask(visit.path(FEED), "gzip", If_None_Match=tag))
        return time.monotonic() > stale_from

    await_that(is_stale, "the copy grows stale")
    with failing(visit.newsroom.port) as asked:
        # Varnish leaves one alone for a moment that has just refused a connection.
        await_that(lambda: visit.reader.ask("/all.rss?reached", "gzip").expect(503) and asked, "it is asked")
        for known in (None, tag):
            answer = visit.reader.ask(FEED, "gzip", If_None_Match=known)
            # nginx then tells a reader that has it once more.
            answer.expect(304 if known and answer.status == 304 else 200, ETag=tag)
        # Of what there is no copy, a daemon in trouble is asked once.
        visit.reader.ask("/all.rss?never", "gzip").expect(503)
        if asked.count("/all.rss?never") != 1:
            raise Unexpected(f"GET /all.rss?never: the daemon was asked {asked}")
    visit.newsroom.start()
    change_after = "Новость после перерыва"
    follow(visit, lambda: visit.newsroom.change("article-2", title=change_after), lambda feed: change_after in feed)


#: For every proxy, in this order: later ones change the newsroom.
EVERY = (
    same_bytes,
    tag_names_bytes,
    tags_are_own,
    coded,
    tag_sent_back,
    coding_changes,
    date_sent_back,
    selection,
    redirects,
    unknown_feeds,
    head,
    browsers,
    client_address,
    change_seen_once,
    removal_seen_once,
    daemon_restarts,
)
#: What only a cache does, and what only the others do.
OF_CACHES = (cached, one_copy_for_all, asked_once, revalidated, old_copies, stale_if_error)
OF_OTHERS = (daemon_gone,)
#: Where only the way to the daemon is another one.
OF_WAYS = (same_bytes, tag_names_bytes, tag_sent_back, selection, redirects, unknown_feeds, browsers, client_address)
#: Where readers come by HTTP/2.
OF_HTTP2 = (*OF_WAYS, tags_are_own, head, ipv6)
