//! Opens the state folder, for commands that keep state.

use std::path::Path;
use std::sync::Arc;

use super::Exit;
use crate::config::Config;
use crate::ingest::driver::DriverError;
use crate::ingest::state_header::{IdentityChanged, check_identity};
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::publish::publisher::Publisher;
use crate::render::pages::templates::Templates;
use crate::source::SourceError;
use crate::store::catch_panic;
use crate::store::{LastGoodVersion, Memory, Store, StoreError};

/// Why a command that keeps state cannot start.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    #[error(transparent)]
    Identity(#[from] IdentityChanged),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("[source]")]
    Source(#[from] SourceError),
}

impl StartError {
    pub(super) fn exit(&self) -> Exit {
        match self {
            StartError::Identity(_) | StartError::Source(_) => Exit::Config,
            StartError::Store(_) => Exit::Failed,
        }
    }
}

impl From<DriverError> for StartError {
    fn from(failure: DriverError) -> StartError {
        match failure {
            DriverError::Store(failure) => StartError::Store(failure),
            DriverError::Source(failure) => StartError::Source(failure),
        }
    }
}

/// A publisher over the state folder, or why the folder cannot be used now. A damaged folder, or one of
/// another layout, is made anew with a warning. From the latter, what the articles do not say is copied.
pub(super) fn open(
    config: &Config,
    templates: &Arc<Templates>,
    warn: impl FnOnce(&str),
) -> Result<Result<Publisher, StoreError>, StartError> {
    let folder = &config.server.state;
    let failure = match publisher_over(Store::open(folder), config, templates) {
        Ok(publisher) => return Ok(Ok(publisher)),
        Err(StartError::Store(failure)) => failure,
        Err(failure) => return Err(failure),
    };
    let mut reason = chain(&failure);
    let (memory, last_good) = match &failure {
        StoreError::Layout { .. } => match peek_all(folder) {
            Ok(peeked) => peeked,
            Err(failure) => {
                reason = format!("{reason}, and cannot be copied: {}", chain(&failure));
                (None, Vec::new())
            }
        },
        StoreError::Damaged { .. } | StoreError::Row(_) | StoreError::Unreadable(_) => {
            (None, Vec::new())
        }
        _ => return Ok(Err(failure)),
    };
    if let Some(memory) = &memory {
        check_identity(config, memory.header.as_ref())?;
    }
    warn(&format!("the state folder is made anew: {reason}"));
    Store::discard(folder)?;
    let store = Store::open(folder)?;
    store.write(|batch| {
        batch.restore(&last_good)?;
        memory.iter().try_for_each(|memory| batch.recall(memory))
    })?;
    publisher_over(Ok(store), config, templates).map(Ok)
}

/// What a new store takes over from a state folder that it does not open.
pub(super) fn peek_all(
    folder: &Path,
) -> Result<(Option<Memory>, Vec<LastGoodVersion>), StoreError> {
    Ok((Store::peek(folder)?, Store::peek_last_good(folder)?))
}

/// A publisher over an open store.
pub(super) fn publisher_over(
    store: Result<Store, StoreError>,
    config: &Config,
    templates: &Arc<Templates>,
) -> Result<Publisher, StartError> {
    let store = store?;
    check_identity(config, store.header()?.as_ref())?;
    let (config, templates) = (Arc::new(config.clone()), templates.clone());
    let read = catch_panic::run(|| Publisher::new(config, templates, store, Timestamp::now()));
    Ok(read.unwrap_or_else(|panic| Err(StoreError::Unreadable(panic).into()))?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::feed::snapshot::FeedVersion;
    use crate::model::removal_guard::Removal;
    use crate::source::Scope;
    use crate::store::testkit::make_layout_3;
    use crate::testkit::{self, sqlite};

    const FEEDS: &str = "\
[source.sql]
url = 'sqlite:news.db'
query = 'SELECT id, title, date, section, content_html FROM articles'
[auto.sections]
";

    /// An instant at which nothing of these tests is in the future.
    const LATER: Timestamp = Timestamp(1_800_000_000);

    fn newsroom(folder: &Path) -> Config {
        sqlite::write(
            &folder.join("news.db"),
            "CREATE TABLE articles (id, title, date, section, content_html);
             INSERT INTO articles VALUES (1, 'Первая', '2026-01-08', 'Мир', '<p>Раз</p>'),
                (2, 'Вторая', '2026-01-09', 'Край', '<p>Два</p>')",
        );
        testkit::newsroom(FEEDS, folder)
    }

    fn open_state(config: &Config) -> (Publisher, String) {
        let mut warning = String::new();
        let opened = open(config, &Templates::built_in(), |said| {
            said.clone_into(&mut warning)
        });
        let opened = opened.unwrap_or_else(|failure| panic!("{failure}"));
        (opened.expect("a folder that can be used"), warning)
    }

    fn read(publisher: &Publisher, as_of: Timestamp) {
        let report = publisher.reconcile(&[Scope::All], Removal::Held);
        assert!(report.failure.is_none(), "{:?}", report.failure);
        publisher.publish(as_of);
    }

    fn feed(publisher: &Publisher, path: &str) -> Arc<FeedVersion> {
        publisher.handle().snapshot().expect("an edition").feeds[path].clone()
    }

    #[test]
    fn dates_names_and_addresses_survive_another_layout() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = newsroom(folder.path());
        let (publisher, _) = open_state(&config);
        read(&publisher, LATER);
        // A removal is dated when it was published, which only the state folder knows.
        let news = folder.path().join("news.db");
        sqlite::write(&news, "DELETE FROM articles WHERE id = 2");
        read(&publisher, LATER.plus(10));
        let before = feed(&publisher, "all").validators();
        assert_eq!(before.last_modified, LATER.plus(10));
        drop(publisher);
        make_layout_3(&config.server.state, &[]);

        let (publisher, warning) = open_state(&config);
        assert_eq!(
            warning,
            "the state folder is made anew: it has layout 3, this program has 5"
        );
        assert!(
            !publisher.driver().is_complete(),
            "its articles are read again"
        );
        read(&publisher, LATER.plus(20));
        assert_eq!(feed(&publisher, "all").validators(), before);
        let published = publisher.handle().published().expect("a published state");
        assert!(published.find_feed("sections/край").is_some());
        drop(publisher);
        // It is one of this layout now.
        assert_eq!(open_state(&config).1, "");
    }

    #[test]
    fn the_last_good_version_of_a_broken_row_survives_another_layout() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = newsroom(folder.path());
        let (publisher, _) = open_state(&config);
        read(&publisher, LATER);
        let before = feed(&publisher, "all").validators();
        drop(publisher);
        let news = folder.path().join("news.db");
        sqlite::write(&news, "UPDATE articles SET title = '' WHERE id = 2");
        make_layout_3(&config.server.state, &["2"]);
        let (publisher, _) = open_state(&config);
        read(&publisher, LATER.plus(10));
        assert_eq!(feed(&publisher, "all").validators(), before);
    }

    #[test]
    fn another_identity_is_refused_over_another_layout_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = newsroom(folder.path());
        let (publisher, _) = open_state(&config);
        read(&publisher, LATER);
        drop(publisher);
        make_layout_3(&config.server.state, &[]);
        config.site.id_year = 2027;
        let refused = open(&config, &Templates::built_in(), |warning| {
            panic!("{warning}")
        });
        assert!(matches!(refused, Err(StartError::Identity(_))));
        let kept = fs::exists(config.server.state.join("taspa.redb"));
        assert!(kept.expect("the folder"), "nothing is deleted");
    }
}
