# taspa behind Varnish: /etc/varnish/default.vcl. TLS ends before it, in hitch (hitch.conf) or in HAProxy.
#
#   varnishd -f /etc/varnish/default.vcl -a http=:80 -a tls=127.0.0.1:8443,PROXY \
#       -p feature=+http2 -p backend_idle_timeout=5
#
# The first parameter is HTTP/2, for clients whose TLS chose it. The second gives connections up before taspa's `header-timeout`
# does it.
#
# Varnish tells taspa the client by X-Forwarded-For. The limit needs Debian's package varnish-modules.
#
# feeds.toml:  public-url = "https://feeds.dala.example/"

vcl 4.1;

import std;
import vsthrottle;

backend taspa {
    # With `listen = "unix:/run/taspa/taspa.sock|0660"`, instead of both: .path = "/run/taspa/taspa.sock";
    .host = "127.0.0.1";
    .port = "8080";
}

sub vcl_recv {
    # Readers that still have the old address are sent on, path and query as they came. Where certificates are renewed by
    # port 80, a backend that answers for it comes before:
    #   if (req.url ~ "^/\.well-known/acme-challenge/") { set req.backend_hint = acme; return (pass); }
    if (local.socket == "http") {
        return (synth(301, "https://feeds.dala.example" + req.url));
    }
    # A limit for programs that ask without end, by address, and of IPv6 by what is written of its network (/64). An address may
    # ask 1,500 times at once and 50 times a second for good: an aggregator with every feed of a newsroom, or an office
    # behind one address, stays far below that.
    if (req.restarts == 0
        && vsthrottle.is_denied(regsub(client.ip, "^(([0-9a-f]+:){1,4}).*$", "\1"), 1500, 30s)) {
        return (synth(429));
    }
    # By itself Varnish passes every reader with a cookie or a login, and keeps a copy for each spelling of the name. taspa
    # looks at none of them.
    set req.http.Host = "feeds.dala.example";
    unset req.http.Cookie;
    unset req.http.Authorization;
    # Readers spell Accept-Encoding in hundreds of ways. Four remain: the smallest coding that a reader takes, or none. A
    # weight of 0 refuses one.
    if (req.http.Accept-Encoding ~ "(?i)\bzstd\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))") {
        set req.http.X-Coding = "zstd";
    } else if (req.http.Accept-Encoding ~ "(?i)\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))") {
        set req.http.X-Coding = "br";
    } else if (req.http.Accept-Encoding ~ "(?i)\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))") {
        set req.http.X-Coding = "gzip";
    } else {
        set req.http.X-Coding = "identity";
    }
    set req.http.Accept-Encoding = req.http.X-Coding;
    # A browser that opens a feed gets its page, which is `no-store`. Looked up, it would be the cached feed;
    # kept in mind, it would make Varnish pass every reader of that feed for two minutes.
    if (req.http.Sec-Fetch-Dest == "document" && req.url ~ "\.(rss|atom|json)(\?|$)") {
        return (pass);
    }
    # A stale feed is asked for again, at the cost of a 304, before a client gets it.
    if (req.restarts == 0) {
        set req.grace = 0s;
    }
}

# Varnish by itself asks for gzip alone, unpacks it for clients that do not take it, and makes those tags weak. So it keeps what taspa
# has coded, in each coding, under its own tag.
sub vcl_hash {
    hash_data(req.http.X-Coding);
}

sub vcl_backend_fetch {
    set bereq.http.Accept-Encoding = bereq.http.X-Coding;
    unset bereq.http.X-Coding;
}

sub vcl_synth {
    if (resp.status == 301) {
        set resp.http.Location = resp.reason;
        set resp.reason = "Moved Permanently";
        return (deliver);
    }
    if (resp.status == 429) {
        set resp.http.Retry-After = "30";
        set resp.http.Cache-Control = "no-store";
        return (deliver);
    }
}

# Varnish asks with If-None-Match where it has an old copy, and that is better than an error. With the time of an error that is 0,
# the old copy stays.
sub vcl_backend_error {
    if (!bereq.uncacheable && bereq.http.If-None-Match) {
        set beresp.http.X-Old-Copy = "yes";
        set beresp.ttl = 0s;
    }
}

sub vcl_backend_response {
    if (beresp.status >= 500) {
        if (!bereq.uncacheable && bereq.http.If-None-Match) {
            # An answer, of any kind, would take the place of the old copy.
            return (error(beresp.status, beresp.reason));
        }
        set beresp.ttl = 0s;
        set beresp.uncacheable = true;
        return (deliver);
    }
    # max-age is understood by itself, stale-if-error is not.
    set beresp.grace = std.duration(
        regsub(beresp.http.Cache-Control, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s);
}

sub vcl_deliver {
    # taspa is not there. Where there is no old copy, the error is what the reader gets, and taspa is not asked again.
    if (resp.http.X-Old-Copy && req.restarts == 0) {
        set req.grace = 365d;
        return (restart);
    }
    unset resp.http.X-Old-Copy;
}
