//! Feeds as a reader keeps them, and how two such copies differ.

use std::collections::BTreeMap;

use super::client::Response;
use super::daemon::Daemon;

/// Responses for feeds at one time, by path.
pub(crate) struct Copies(BTreeMap<String, FeedCopy>);

/// One response.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct FeedCopy {
    pub(crate) tag: String,
    pub(crate) last_modified: u64,
    pub(crate) body: Vec<u8>,
}

impl Copies {
    pub(crate) fn take(daemon: &Daemon, paths: &[&str]) -> Copies {
        let kept = paths.iter().map(|path| {
            let response = daemon.get(path);
            assert_eq!(response.status, 200, "{path}: {}", response.text());
            ((*path).to_owned(), FeedCopy::of(response))
        });
        Copies(kept.collect())
    }

    /// The same feeds, requested again.
    pub(crate) fn again(&self, daemon: &Daemon) -> Copies {
        let paths: Vec<&str> = self.0.keys().map(String::as_str).collect();
        Copies::take(daemon, &paths)
    }

    #[track_caller]
    pub(crate) fn of(&self, path: &str) -> &FeedCopy {
        self.0.get(path).expect("a feed that was asked for")
    }

    /// The paths of feeds whose ETag differs from that in `before`. With the ETag the bytes differ and the
    /// date is later; without it nothing differs.
    #[track_caller]
    pub(crate) fn moved_since(&self, before: &Copies) -> Vec<&str> {
        let mut moved = Vec::new();
        for (path, kept) in &self.0 {
            let old = before.of(path);
            if kept.tag == old.tag {
                assert!(kept.body == old.body, "{path}: other bytes under one tag");
                assert_eq!(kept.last_modified, old.last_modified, "{path}: date");
            } else {
                assert!(kept.body != old.body, "{path}: another tag on the bytes");
                assert!(kept.last_modified > old.last_modified, "{path}: date");
                moved.push(path.as_str());
            }
        }
        moved
    }

    /// Every byte and every ETag is the same.
    #[track_caller]
    pub(crate) fn assert_same_documents(&self, other: &Copies) {
        for (path, kept) in &self.0 {
            let theirs = other.of(path);
            assert_eq!(kept.tag, theirs.tag, "{path}: tag");
            assert!(kept.body == theirs.body, "{path}: bytes");
        }
    }
}

impl FeedCopy {
    fn of(response: Response) -> FeedCopy {
        FeedCopy {
            tag: response.header("etag").to_owned(),
            last_modified: response.seconds("last-modified"),
            body: response.body,
        }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a feed in UTF-8")
    }
}
