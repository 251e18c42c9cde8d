//! A source that hangs costs freshness alone, and is reported.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::testkit::admin_pages::{get, metric, readiness, start};
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};
use crate::testkit::programs;
use crate::testkit::wait::eventually;

/// Holds a lease on a file: to open it takes until the lease ends, as on a network disk that hangs.
const LEASE: &str = "
import fcntl, os, signal, sys
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print('held', flush=True)
sys.stdin.read()
";

/// A file that cannot be opened until this is dropped.
struct HangingFile(Child);

impl HangingFile {
    /// `None`, reported, without Python.
    fn hold(path: &Path) -> Option<HangingFile> {
        let mut holder = Command::new(programs::find("python3")?)
            .args(["-c", LEASE])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut line = String::new();
        let output = holder.stdout.take().expect("it is piped");
        let read = BufReader::new(output).read_line(&mut line);
        read.expect("its output");
        assert_eq!(line, "held\n");
        Some(HangingFile(holder))
    }
}

impl Drop for HangingFile {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn hanging_article_degrades_readiness_and_delays_no_reload() {
    const STALLED: &str = "taspa_stalled{what=\"reading\"}";
    const REPORT: &str = "degraded: the reading of the articles has made no progress since ";
    let newsroom = Newsroom::of_three_without_rescan();
    let (mut daemon, admin) = start(&newsroom);
    assert_eq!(readiness(&admin), "ready\n");
    assert_eq!(metric(&get(&admin, "/metrics"), STALLED), 0.0);
    let late = Story {
        headline: "Мост открыли утром",
        ..HARVEST
    };
    let beside = newsroom.path("beside.txt");
    fs::write(&beside, late.to_string()).expect("a file");
    let Some(hanging) = HangingFile::hold(&beside) else {
        return;
    };
    fs::rename(&beside, newsroom.article("late")).expect("it becomes an article");
    daemon.wait_for("the reading of the articles has made no progress since ");
    assert!(readiness(&admin).contains(REPORT));
    let page = get(&admin, "/metrics");
    assert_eq!(metric(&page, STALLED), 1.0);
    let other = "taspa_stalled{what=\"publication\"}";
    assert_eq!(metric(&page, other), 0.0);
    assert!(get(&admin, "/status").says("Чтение статей не продвигается"));

    let feed = "\n[[feed]]\nname = \"yield\"\ntitle = \"Урожай\"\nany = [\"#урожай\"]\n\n[same]";
    newsroom.reconfigure("\n[same]", feed);
    let feed = daemon.reread_until("/yield.rss", |feed| feed.status == 200);
    assert!(!feed.says(late.headline));
    assert!(readiness(&admin).contains(REPORT), "it hangs all the time");
    // What a reading has reached is logged every five seconds, but only if it is more.
    std::thread::sleep(std::time::Duration::from_secs(6));

    drop(hanging);
    daemon.wait_for("the reading of the articles goes on");
    eventually("all is well", || readiness(&admin) == "ready\n");
    daemon.eventually("/yield.rss", |feed| feed.says(late.headline));
    let log = daemon.log_until_stopped();
    assert_eq!(log.matches("has made no progress").count(), 1, "{log}");
    assert_eq!(log.matches(" INFO 1 file found").count(), 1, "{log}");
}
