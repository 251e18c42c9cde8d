//! A newsroom in a temporary folder: feeds.toml, articles, and later the daemon's state.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};

use taspa::model::time::Timestamp;
use tempfile::TempDir;

/// The repository's sample articles.
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/newsroom");

/// Where readers reach the daemon, whatever port it listens on here.
pub(crate) const PUBLIC_URL: &str = "http://feeds.dala.example/";

/// The feeds.toml that every newsroom here starts from.
pub(crate) const CONFIG: &str = r##"
[site]
title        = "Дала жаңалықтары"
url          = "https://dala.example/"
language     = "ru"
time-zone    = "Asia/Almaty"
id-authority = "dala.example"
id-year      = 2026

[server]
public-url = "http://feeds.dala.example/"

[source.directory]
path   = "articles"
rescan = "60s"

[auto.sections]
[auto.tags]
[auto.authors]

[[feed]]
name  = "parliament"
title = "Парламент"
any   = ["section:Парламент", "#мажилис"]
none  = ["#футбол"]

[same]
"#мажилис" = ["#мәжіліс"]

[[redirect]]
from = "/rss.xml"
to   = "/all.rss"

[[redirect]]
from = "/old.rss"
to   = ""
"##;

/// A folder with everything that a daemon needs; gone when it is dropped.
pub(crate) struct Newsroom {
    folder: TempDir,
}

impl Newsroom {
    /// A newsroom without articles.
    pub(crate) fn new() -> Newsroom {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let newsroom = Newsroom { folder };
        newsroom.configure(CONFIG);
        fs::create_dir(newsroom.articles()).expect("a folder for articles");
        newsroom
    }

    /// The sample newsroom's articles.
    pub(crate) fn sample() -> Newsroom {
        let newsroom = Newsroom::new();
        copy_tree(Path::new(SAMPLE), &newsroom.articles());
        newsroom
    }

    /// One article in each of three sections, which share no term.
    pub(crate) fn of_three() -> Newsroom {
        let newsroom = Newsroom::new();
        for (name, story) in [("session", SESSION), ("harvest", HARVEST), ("match", MATCH)] {
            newsroom.write(name, &story);
        }
        newsroom
    }

    /// The same; the folder is listed at the start and not again, so that changes are learned from file
    /// events alone.
    pub(crate) fn of_three_without_rescan() -> Newsroom {
        let newsroom = Newsroom::of_three();
        newsroom.reconfigure("rescan = \"60s\"", "rescan = \"1h\"");
        newsroom
    }

    pub(crate) fn configure(&self, text: &str) {
        fs::write(self.path("feeds.toml"), text).expect("feeds.toml is written");
    }

    /// Gives each of its daemons an admin listener on a free port.
    pub(crate) fn enable_admin(&self) {
        const LISTENER: &str = "[server]\nadmin = \"127.0.0.1:0\"";
        let text = fs::read_to_string(self.path("feeds.toml")).expect("feeds.toml");
        if !text.contains(LISTENER) {
            self.reconfigure("[server]", LISTENER);
        }
    }

    /// Replaces a text that feeds.toml has once.
    pub(crate) fn reconfigure(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("feeds.toml")).expect("feeds.toml");
        assert_eq!(text.matches(from).count(), 1, "`{from}` is there once");
        self.configure(&text.replace(from, to));
    }

    pub(crate) fn write(&self, name: &str, article: &impl fmt::Display) {
        let text = article.to_string();
        fs::write(self.article(name), text).expect("an article is written");
    }

    /// Writes an article as Markdown with front matter.
    pub(crate) fn write_markdown(&self, name: &str, text: &str) {
        let path = self.articles().join(name).with_extension("md");
        fs::write(path, text).expect("an article is written");
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.article(name)).expect("an article is removed");
    }

    /// A command of taspa in this folder, without the environment variables that taspa reads.
    pub(crate) fn taspa(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taspa"));
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"TASPA_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let output = self.taspa(arguments).output();
        output.expect("taspa runs")
    }

    pub(crate) fn articles(&self) -> PathBuf {
        self.path("articles")
    }

    pub(crate) fn article(&self, name: &str) -> PathBuf {
        self.articles().join(name).with_extension("txt")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// An article, written as newsroom text.
#[derive(Clone)]
pub(crate) struct Story<'a> {
    pub(crate) date: &'a str,
    pub(crate) headline: &'a str,
    pub(crate) section: &'a str,
    pub(crate) views: u32,
    pub(crate) author: &'a str,
    pub(crate) text: &'a str,
    pub(crate) tag: &'a str,
}

pub(crate) const SESSION: Story<'_> = Story {
    date: "2026-01-12",
    headline: "Сессию открыли раньше срока",
    section: "Парламент",
    views: 17,
    author: "Тимур Ахметов",
    text: "Депутаты собрались утром и утвердили повестку без споров.",
    tag: "мажилис",
};

pub(crate) const HARVEST: Story<'_> = Story {
    date: "2026-01-13T09:40",
    headline: "Урожай дынь свезли на ярмарку",
    section: "Экономика",
    views: 230,
    author: "Динара Оспан",
    text: "Ряды заняли всю набережную, а цены упали к обеду.",
    tag: "урожай",
};

pub(crate) const MATCH: Story<'_> = Story {
    date: "2026-01-14 18:05",
    headline: "Матч доиграли при свете фар",
    section: "Спорт",
    views: 4,
    author: "Сергей Ветров",
    text: "Прожекторы погасли за десять минут до свистка.",
    tag: "футбол",
};

impl fmt::Display for Story<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Story {
            date,
            headline,
            section,
            views,
            author,
            text,
            tag,
        } = self;
        write!(
            f,
            "date {date} {headline}\n\n{section}\n{views}\n{author}\nсобкор\n\n{text}\n\n#{tag}\n"
        )
    }
}

/// The wall clock in whole seconds.
pub(crate) fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.expect("a clock after 1970").as_secs()
}

/// An instant as articles write dates.
pub(crate) fn written(seconds: u64) -> String {
    Timestamp(i64::try_from(seconds).expect("a date of our time")).to_string()
}

/// Replaces a folder by the next one, and keeps the old one.
pub(crate) fn swap(folder: &Path, next: &Path, old: &Path) {
    fs::rename(folder, old).expect("the old folder is put away");
    fs::rename(next, folder).expect("the next one takes its place");
}

/// Copies what is below a folder into another.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder is made");
    for entry in fs::read_dir(from).expect("a folder is listed") {
        let entry = entry.expect("a folder's entry");
        let copy = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &copy);
        } else {
            fs::copy(entry.path(), copy).expect("a file is copied");
        }
    }
}
