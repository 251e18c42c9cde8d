# taspa behind Varnish: /etc/varnish/default.vcl. TLS ends before it, in hitch, HAProxy or nginx.
#
#   varnishd -f /etc/varnish/default.vcl -p backend_idle_timeout=5
#
# The parameter gives connections up before taspa's `header-timeout` does it. Varnish itself keeps one gzip copy of
# each feed and unpacks it for whoever does not take gzip; it tells taspa the client by X-Forwarded-For.
#
# feeds.toml:  public-url = "https://feeds.dala.example/"

vcl 4.1;

import std;

backend taspa {
    # With `listen = "unix:/run/taspa/taspa.sock|0660"`, instead of both: .path = "/run/taspa/taspa.sock";
    .host = "127.0.0.1";
    .port = "8080";
}

sub vcl_recv {
    # Whoever opens a feed in a browser gets its page, which is `no-store`. Looked up, it would be the cached feed;
    # kept in mind, it would make Varnish pass every reader of that feed for two minutes.
    if (req.http.Sec-Fetch-Dest == "document" && req.url ~ "\.(rss|atom|json)(\?|$)") {
        return (pass);
    }
    # A stale feed is asked for again, at the cost of a 304, before anybody gets it.
    if (req.restarts == 0) {
        set req.grace = 0s;
    }
}

sub vcl_backend_response {
    # max-age is understood by itself, stale-if-error is not.
    set beresp.grace = std.duration(
        regsub(beresp.http.Cache-Control, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s);
}

sub vcl_deliver {
    # taspa is not there: what is stale is better than an error.
    if (resp.status >= 500 && req.restarts == 0) {
        set req.grace = 365d;
        return (restart);
    }
}
