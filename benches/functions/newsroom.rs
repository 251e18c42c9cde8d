//! An invented newsroom in a temporary folder, and the publisher over it.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::sync::Arc;

use taspa::config::Config;
use taspa::feed::snapshot::FeedVersion;
use taspa::model::article::AcceptSettings;
use taspa::model::removal_guard::Removal;
use taspa::model::time::{Timestamp, Zone};
use taspa::publish::publisher::Publisher;
use taspa::render::pages::templates::Templates;
use taspa::source::Scope;
use taspa::store::Store;
use tempfile::TempDir;

const CONFIG: &str = r#"
[site]
title        = "Замер"
url          = "https://news.example/"
id-authority = "news.example"
id-year      = 2026

[source.directory]
path = "articles"

[auto.sections]
[auto.tags]
[auto.authors]
"#;

const SENTENCES: [&str; 5] = [
    "Комиссия обсудила ремонт дорог между районами и назвала сроки.",
    "Жұмыс келесі айда басталады, қаражат бюджеттен бөлінді.",
    "Жители просили начать с моста, по которому дети ходят в школу.",
    "«Подрядчик известен, договор подписан», – сказали в управлении.",
    "Весной сюда вернутся, чтобы проверить сделанное.",
];

/// A published newsroom.
pub(crate) struct Newsroom {
    folder: TempDir,
    publisher: Arc<Publisher>,
}

impl Newsroom {
    pub(crate) fn new(articles: usize) -> Newsroom {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("articles")).expect("a folder");
        let loaded = Config::parse(CONFIG, "feeds.toml", folder.path(), &|_| None);
        let config = Arc::new(loaded.expect("a good configuration").config);
        let store = Store::open(&folder.path().join("state")).expect("a store");
        let now = Timestamp::now();
        let publisher = Publisher::new(config, Templates::built_in(), store, now).expect("a desk");
        let newsroom = Newsroom {
            folder,
            publisher: Arc::new(publisher),
        };
        (0..articles).for_each(|number| newsroom.write(number));
        newsroom.publisher.reconcile(&[Scope::All], Removal::Held);
        newsroom.publisher.publish(now);
        newsroom
    }

    pub(crate) fn publisher(&self) -> &Arc<Publisher> {
        &self.publisher
    }

    pub(crate) fn version(&self, path: &str) -> Arc<FeedVersion> {
        let snapshot = self.publisher.handle().snapshot().expect("an edition");
        snapshot.feeds.get(path).expect("a feed").clone()
    }

    pub(crate) fn reading(&self) -> AcceptSettings {
        AcceptSettings::of_site(Zone::UTC, "ru", "https://news.example/")
    }

    pub(crate) fn write(&self, number: usize) {
        let path = self.folder.path().join("articles").join(name(number));
        fs::write(path, article(number)).expect("an article");
    }

    pub(crate) fn scope_of(&self, number: usize) -> Scope {
        Scope::At {
            path: name(number),
            closed: true,
        }
    }

    /// What it takes that an article outlives a crash.
    pub(crate) fn write_to_disk(&self) {
        let mut file = File::create(self.folder.path().join("draft")).expect("a file");
        file.write_all(article(0).as_bytes()).expect("its text");
        file.sync_all().expect("a disk");
    }
}

fn name(number: usize) -> String {
    format!("{number:06}.txt")
}

/// An article of some three kilobytes with tags, a section and an author.
pub(crate) fn article(number: usize) -> String {
    let (day, hour) = (number / 24 % 28 + 1, number % 24);
    let mut text = format!(
        "date 2026-01-{day:02}T{hour:02}:00 Дороги района, часть {number}\n\n\
         Раздел {}\n{}\nАвтор {}\nкорреспондент\n\n",
        number % 10,
        number * 7 % 5000,
        number % 100,
    );
    for paragraph in 0..8 {
        for sentence in 0..3 {
            text += SENTENCES[(number + paragraph + sentence) % SENTENCES.len()];
            text += " ";
        }
        text += "\n\n";
    }
    for tag in [1, 7, 31] {
        let _ = write!(text, "#t{} ", number * tag % 200);
    }
    text + "\n"
}
