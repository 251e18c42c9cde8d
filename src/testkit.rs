//! What the unit tests of several rooms share.

pub(crate) mod committed;
pub(crate) mod manual_page;
pub(crate) mod sqlite;

use std::path::Path;
use std::time::Duration;

use crate::config::{Config, DirectoryConfig, KeyFrom, LegacyEncoding, Watch};
use crate::model::article::AcceptSettings;
use crate::model::time::Zone;
use crate::source::directory::Directory;

/// The `[site]` of most tests.
const SITE: &str = "\
[site]
title = 'Дала'
url = 'https://dala.example/'
id-authority = 'dala.example'
id-year = 2026
";

/// The configuration of the tables behind `[site]`, which have no error; paths are below the folder.
#[track_caller]
pub(crate) fn newsroom(tables: &str, folder: &Path) -> Config {
    config(&format!("{SITE}{tables}"), folder)
}

/// The configuration of a text that has no error; its paths are below the folder.
#[track_caller]
pub(crate) fn config(text: &str, folder: &Path) -> Config {
    let loaded = Config::parse(text, "feeds.toml", folder, &|_| None);
    loaded
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
        .config
}

/// A folder of articles as most newsrooms configure it.
pub(crate) fn directory(key: KeyFrom, folder: &Path) -> Directory {
    let reading = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
    directory_with(key, folder, reading)
}

/// The same, whose articles are read with these settings.
pub(crate) fn directory_with(key: KeyFrom, folder: &Path, reading: AcceptSettings) -> Directory {
    let config = DirectoryConfig {
        path: folder.to_owned(),
        include: vec!["**/*".to_owned()],
        exclude: Vec::new(),
        key,
        rescan: 60,
        watch: Watch::Poll,
        legacy_encoding: LegacyEncoding::Windows1251,
        shortcodes: Default::default(),
        link: None,
        public_status: Vec::new(),
        fields: Default::default(),
    };
    Directory::new(&config, reading)
}

/// The processor time that `work` takes, which does not depend on what else runs.
pub(crate) fn cpu_time(work: impl FnOnce()) -> Duration {
    let now = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(time).expect("a time after the start of the thread")
    };
    let start = now();
    work();
    now() - start
}
