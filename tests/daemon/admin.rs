//! The admin listener, and `taspa health`, which asks it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use crate::testkit::admin_pages::{ask, get, metric, readiness, start};
use crate::testkit::client::{Connection, Request};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};
use crate::testkit::output::assert_ends;

#[test]
fn admin_pages_have_their_own_listener() {
    let newsroom = Newsroom::of_three();
    let (daemon, admin) = start(&newsroom);
    assert_eq!(get(&admin, "/healthz").text(), "alive\n");
    assert_eq!(readiness(&admin), "ready\n");
    for target in ["/healthz", "/readyz", "/metrics", "/status"] {
        let page = get(&admin, target);
        assert_eq!(page.status, 200, "{target}");
        assert_eq!(page.header("cache-control"), "no-store", "{target}");
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert_eq!(
            daemon.get(target).status,
            404,
            "{target} is not for readers"
        );
    }
    assert_eq!(get(&admin, "/all.rss").status, 404);
    assert_eq!(get(&admin, "/status.css").status, 200);
    assert_eq!(get(&admin, "/").header("location"), "/status");
    assert_eq!(ask(&admin, &Request::of("POST", "/metrics")).status, 405);
}

#[test]
fn metrics_count_requests_by_kind_status_coding_and_outcome() {
    let newsroom = Newsroom::of_three();
    let (daemon, admin) = start(&newsroom);
    let tag = daemon.get("/tags/урожай.atom").header("etag").to_owned();
    for request in [
        Request::get("/tags/урожай.atom").with("If-None-Match", tag),
        Request::get("/tags/урожай.atom").with("If-None-Match", "\"other\""),
        Request::get("/tags/урожай.atom").with("Accept-Encoding", "gzip"),
        Request::get("/tags/нет.atom"),
        Request::get("/tags/УРОЖАЙ.atom"),
        Request::get("/tags"),
        Request::get("/select.rss?any=урожай"),
    ] {
        daemon.ask(&request);
    }
    let page = get(&admin, "/metrics");
    let requests = |labels: &str| metric(&page, &format!("taspa_http_requests_total{{{labels}}}"));
    let of_tag = |rest: &str| requests(&format!("kind=\"tag\",{rest}"));
    assert_eq!(
        of_tag("status=\"200\",coding=\"identity\",outcome=\"made\""),
        1.0
    );
    assert_eq!(
        of_tag("status=\"304\",coding=\"identity\",outcome=\"not_modified\""),
        1.0
    );
    assert_eq!(
        of_tag("status=\"200\",coding=\"identity\",outcome=\"hit\""),
        1.0
    );
    assert_eq!(
        of_tag("status=\"200\",coding=\"gzip\",outcome=\"made\""),
        1.0
    );
    let of_other = |rest: &str| requests(&format!("kind=\"other\",{rest}"));
    assert_eq!(
        of_other("status=\"404\",coding=\"identity\",outcome=\"error\""),
        1.0
    );
    assert_eq!(
        of_other("status=\"301\",coding=\"identity\",outcome=\"redirect\""),
        1.0
    );
    assert_eq!(
        requests("kind=\"page\",status=\"200\",coding=\"identity\",outcome=\"made\""),
        1.0
    );
    assert_eq!(
        requests("kind=\"select\",status=\"200\",coding=\"identity\",outcome=\"made\""),
        1.0
    );
    assert_eq!(metric(&page, "taspa_articles"), 3.0);
    assert_eq!(metric(&page, "taspa_ready"), 1.0);
    assert!(
        page.header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    assert!(page.says("# TYPE taspa_http_requests_total counter\n"));
    for line in page.text().lines() {
        let line = ["# HELP ", "# TYPE ", ""].map(|start| line.strip_prefix(start));
        let name = line.into_iter().flatten().next().expect("a name");
        assert!(name.starts_with("taspa_"), "{name}");
    }
    let newer = Request::get("/metrics").with("Accept", "application/openmetrics-text");
    let newer = ask(&admin, &newer);
    assert!(
        newer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    assert!(newer.text().ends_with("# EOF\n"));
}

#[test]
fn degraded_states_are_named_until_fixed() {
    let newsroom = Newsroom::of_three();
    let (mut daemon, admin) = start(&newsroom);
    let good = fs::read_to_string(newsroom.path("feeds.toml")).expect("the configuration");
    fs::write(
        newsroom.article("broken"),
        "no date here <script>alert(1)</script>",
    )
    .expect("a file");
    daemon.wait_for("broken.txt");
    newsroom.configure(&good.replace("[site]", "[site]\ntitel = 1"));
    daemon.wait_for("the configuration before stays");
    let ready = get(&admin, "/readyz");
    assert_eq!(ready.status, 200);
    for expected in [
        "ready\n",
        "feeds.toml was refused",
        "1 article is in quarantine",
    ] {
        assert!(ready.says(expected), "{}", ready.text());
    }
    let status = get(&admin, "/status");
    for expected in ["broken.txt", "titel", "parliament", "Дала жаңалықтары"] {
        assert!(status.says(expected), "{expected}: {}", status.text());
    }
    assert!(!status.says("<script"), "{}", status.text());
    let page = get(&admin, "/metrics");
    assert_eq!(metric(&page, "taspa_quarantined_articles"), 1.0);

    newsroom.configure(&good);
    daemon.wait_for("feeds.toml is in force");
    newsroom.write(
        "broken",
        &Story {
            headline: "Починили",
            ..HARVEST
        },
    );
    daemon.eventually("/all.rss", |feed| feed.says("Починили"));
    assert_eq!(readiness(&admin), "ready\n");
}

#[test]
fn readiness_fails_before_connections_are_refused() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure(
        "[source.directory]",
        "[server.limits]\nshutdown-delay = \"1h\"\n\n[source.directory]",
    );
    let (mut daemon, admin) = start(&newsroom);
    daemon.signal("TERM");
    daemon.wait_for("/readyz says no, requests are still taken");
    let ready = get(&admin, "/readyz");
    assert_eq!(ready.status, 503);
    assert_eq!(readiness(&admin), "stopping\n");
    assert_eq!(get(&admin, "/healthz").status, 200);
    // Whoever has not heard of it yet is served as before.
    assert_eq!(daemon.get("/all.rss").status, 200);
    daemon.signal("TERM");
    daemon.wait_for("stopping at once");
    assert!(daemon.wait().success());

    newsroom.reconfigure("\"1h\"", "\"1s\"");
    let mut daemon = Daemon::start(&newsroom);
    daemon.signal("TERM");
    daemon.wait_for("/readyz says no, requests are still taken");
    daemon.wait_for("open requests are finished first");
    assert!(daemon.wait().success());
}

#[test]
fn status_page_shows_polls_and_their_304s() {
    let newsroom = Newsroom::of_three();
    let (daemon, admin) = start(&newsroom);
    for _ in 0..3 {
        daemon.ask(&Request::get("/sections/спорт.rss").with("If-None-Match", "*"));
    }
    daemon.get("/sections/спорт.rss");
    let status = get(&admin, "/status");
    let (_, row) = status.text().split_once("спорт</td>").expect("a row");
    let row = row.split("</tr>").next().expect("its end");
    assert!(
        row.contains(">4</td>") && row.contains(">75 %</td>"),
        "{row}"
    );
}

#[test]
fn health_command_asks_the_admin_listener_or_a_feed() {
    let newsroom = Newsroom::of_three();
    let nobody = newsroom.run(&["health"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(!nobody.stderr.is_empty());

    let (daemon, admin) = start(&newsroom);
    let port = |text: &str| newsroom.reconfigure("admin = \"127.0.0.1:0\"", text);
    port(&format!("admin = \"{admin}\""));
    let asked = newsroom.run(&["health"]);
    assert_eq!(asked.status.code(), Some(0));
    assert!(asked.stdout.starts_with(b"ready\nconfiguration "));
    // Without the admin pages, by the listener that the environment names.
    newsroom.reconfigure(&format!("admin = \"{admin}\""), "");
    let mut command = newsroom.taspa(&["health"]);
    let asked = command.env("TASPA_LISTEN", daemon.address()).output();
    assert_eq!(asked.expect("taspa runs").status.code(), Some(0));
    daemon.stop();
    assert_eq!(newsroom.run(&["health"]).status.code(), Some(1));
}

#[test]
fn admin_pages_on_a_unix_socket_have_its_mode_and_answer_health() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("[server]", "[server]\nadmin = \"unix:admin.sock|0640\"");
    let socket = newsroom.path("admin.sock");
    // The second start finds the socket of the first, which was killed; the last one removes its own.
    for is_killed in [true, false] {
        let mut daemon = Daemon::start(&newsroom);
        assert!(daemon.has_said("admin pages at unix:admin.sock"));
        let mode = fs::metadata(&socket).expect("the socket").permissions();
        assert_eq!(mode.mode() & 0o777, 0o640);
        let stream = UnixStream::connect(&socket).expect("a connection");
        let ready = Connection::over(stream).exchange(&Request::get("/readyz"));
        assert!(ready.says("ready\nconfiguration "), "{}", ready.text());
        let asked = newsroom.run(&["health"]);
        assert_ends(&asked, 0, &["ready\nconfiguration "], &[]);
        match is_killed {
            true => {
                daemon.signal("KILL");
                daemon.wait();
            }
            false => daemon.stop(),
        }
        assert_eq!(socket.exists(), is_killed);
    }
    let asked = newsroom.run(&["health"]);
    assert_ends(&asked, 1, &[], &["no answer from unix:admin.sock: "]);
}
