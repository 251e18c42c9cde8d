//! The recipes that we ship: each is served over the schema that it is written for, read by the
//! account that its header grants.
//!
//! The files are used as they are. Replaced are addresses to listen on, the place of a database,
//! and, where nobody tells of changes, how often it is asked for them.

mod indexes;
mod mariadb;
mod pages;
mod sqlite;
mod strapi;
mod table;
mod view;
mod wagtail;
mod wordpress;

use std::process::Output;
use std::sync::Arc;

use serde_json::Value;

use crate::changes::soon;
use crate::mariadb::MariaDb;
use crate::postgres::{PASSWORD, Postgres};
use crate::session::Session;
use crate::table::Server;
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::output::{assert_ends, json};

/// What is compared of items of JSON Feed.
const MEMBERS: [&str; 8] = [
    "id",
    "url",
    "title",
    "date_published",
    "date_modified",
    "language",
    "tags",
    "authors",
];

/// The same without the page.
const MEMBERS_WITHOUT_PAGE: [&str; 7] = [
    "id",
    "title",
    "date_published",
    "date_modified",
    "language",
    "tags",
    "authors",
];

/// A shipped feeds.toml over a database that is made for it.
struct Recipe {
    newsroom: Newsroom,
    /// What feeds.toml calls `${DATABASE_URL}`.
    url: String,
    /// Where those who write find the database.
    editor: String,
    server: Server,
}

impl Recipe {
    /// A database of PostgreSQL on a server of its own, as roles belong to servers; `None`, reported,
    /// without PostgreSQL.
    fn postgres(config: &str, schema: &str) -> Option<Recipe> {
        let server = Postgres::start(&[])?;
        let database = server.database();
        let mut editor = server.session(&database);
        editor.execute(schema);
        editor.execute(&format!("ALTER ROLE taspa PASSWORD '{PASSWORD}'"));
        let url = server.url(&database).replace("//reader:", "//taspa:");
        let editor = server.editor(&database);
        let server = Server::Postgres(Arc::new(server));
        Some(Recipe::new(config, url, editor, server))
    }

    /// A site's database in MariaDB with what the header of `config` tells its operator to do;
    /// `None`, reported, without MariaDB.
    fn mariadb(config: &str, schema: &str) -> Option<Recipe> {
        let server = MariaDb::shared()?;
        let database = server.database();
        let mut editor = server.session(&database);
        editor.execute(schema);
        // Accounts belong to the server, which other tests use too.
        let account = format!("{database}@127.0.0.1");
        for statement in statements_of_header(config, &["CREATE", "GRANT"]) {
            let statement = statement
                .replace("taspa@'10.0.0.%'", &account)
                .replace("'…'", &format!("'{PASSWORD}'"))
                .replace("news.", &format!("{database}."));
            editor.execute(&statement);
        }
        let url = server.url(&database);
        let url = url.replace("//reader:", &format!("//{database}:"));
        let editor = server.editor(&database);
        let server = Server::MariaDb(server);
        Some(Recipe::new(config, url, editor, server))
    }

    fn sqlite(config: &str, schema: &str) -> Recipe {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("news.db").display());
        let editor = format!("{url}?mode=rwc");
        Session::open(&editor).execute(schema);
        let server = Server::File { _folder: folder };
        let recipe = Recipe::new(config, url, editor, server);
        recipe
            .newsroom
            .reconfigure("sqlite:/srv/news/news.db", &recipe.url);
        recipe
    }

    fn new(config: &str, url: String, editor: String, server: Server) -> Recipe {
        let newsroom = Newsroom::new();
        newsroom.configure(config);
        Recipe {
            newsroom,
            url,
            editor,
            server,
        }
    }

    /// Another feeds.toml over the same database.
    fn with(self, config: &str) -> Recipe {
        Recipe::new(config, self.url, self.editor, self.server)
    }

    /// Starts on a free port and waits until something is published.
    fn serve(&self) -> Daemon {
        let mut daemon = Daemon::launch_with(&self.newsroom, &[("DATABASE_URL", &self.url)]);
        daemon.eventually("/all.rss", |response| response.status != 503);
        daemon
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.newsroom.taspa(arguments);
        let output = command.env("DATABASE_URL", &self.url).output();
        output.expect("taspa runs")
    }

    /// Executes statements as somebody who may write.
    #[track_caller]
    fn execute(&self, sql: &str) {
        Session::open(&self.editor).execute(sql);
    }

    /// What the account that the daemon has is told that it may not do.
    #[track_caller]
    fn assert_refused(&self, refused: &[(&str, &str)]) {
        for (sql, said) in refused {
            let mut reader = Session::open(&self.url);
            let error = reader.try_execute(sql).expect_err(sql).to_string();
            assert!(error.contains(said), "{sql}: {error}");
        }
    }

    /// `check` has nothing to say, and `explain` and `render` agree with what is served.
    #[track_caller]
    fn assert_commands(&self, daemon: &Daemon, articles: usize, feed: &str, article: &str) {
        let expected = format!("no problems; {articles} articles in");
        assert_ends(&self.run(&["check"]), 0, &[&expected], &[]);
        let problems = json(&self.run(&["check", "--format", "json"]));
        assert!(problems.is_empty(), "{problems:?}");

        let expected = format!("is in /{feed}.");
        assert_ends(&self.run(&["explain", feed, article]), 0, &[&expected], &[]);

        let path = format!("{feed}.json");
        let rendered = self.run(&["render", &path]);
        assert_ends(&rendered, 0, &[article], &[]);
        assert!(rendered.stdout == daemon.get(&format!("/{path}")).body);

        // People copy the address of an article from the site.
        let rendered: Value = serde_json::from_slice(&rendered.stdout).expect("a feed");
        let address = rendered["items"][0]["url"].as_str().expect("a page");
        assert_ends(&self.run(&["explain", feed, address]), 0, &[&expected], &[]);
    }

    /// Does one thing after the other, each of which moves the feeds that it is about and no others.
    #[track_caller]
    fn follow(&self, daemon: &mut Daemon, feeds: &[&str], steps: &[Step]) {
        for step in steps {
            let before = Copies::take(daemon, feeds);
            self.execute(step.sql);
            let (text, is_there) = match step.then {
                Then::Says(text) => (text, true),
                Then::SaysNoMore(text) => (text, false),
            };
            soon(daemon, "/all.json", text, is_there);
            let after = before.again(daemon);
            assert_eq!(after.moved_since(&before), step.moved, "{}", step.sql);
        }
    }
}

/// What somebody does to the database, what /all.json says then, and which feeds have moved.
struct Step {
    sql: &'static str,
    then: Then,
    moved: &'static [&'static str],
}

enum Then {
    Says(&'static str),
    SaysNoMore(&'static str),
}

/// The statements of a recipe's header that begin with one of these words.
fn statements_of_header(config: &str, words: &[&str]) -> Vec<String> {
    let header = config.lines().map_while(|line| line.strip_prefix('#'));
    header
        .map(str::trim)
        .filter(|line| {
            line.split(' ')
                .next()
                .is_some_and(|word| words.contains(&word))
        })
        .map(str::to_owned)
        .collect()
}

fn items(daemon: &Daemon, feed: &str) -> Vec<Value> {
    let feed: Value = serde_json::from_slice(&daemon.get(feed).body).expect("JSON");
    feed["items"].as_array().expect("a list of items").clone()
}

/// An item of JSON Feed in one line: these of its members, and a dash for what it has not.
fn line(item: &Value, members: &[&str]) -> String {
    let cells: Vec<String> = members.iter().map(|name| cell(&item[name])).collect();
    cells.join(" | ")
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Array(list) => list.iter().map(cell).collect::<Vec<_>>().join("; "),
        // Of an author, whatever is known beside the page.
        Value::Object(author) => match &author.get("_taspa") {
            Some(further) => format!("{} ({})", cell(&author["name"]), cell(&further["role"])),
            None => cell(&author["name"]),
        },
        text => text.as_str().expect("text").to_owned(),
    }
}

/// All articles of a feed are these, in this order.
#[track_caller]
fn assert_items(daemon: &Daemon, feed: &str, members: &[&str], expected: &[&str]) {
    let items = items(daemon, feed);
    let lines: Vec<String> = items.iter().map(|item| line(item, members)).collect();
    assert_eq!(lines, expected, "{feed}");
}

/// The item with this id.
#[track_caller]
fn item(daemon: &Daemon, feed: &str, id: &str) -> Value {
    let mut items = items(daemon, feed).into_iter();
    let item = items.find(|item| item["id"] == id);
    item.unwrap_or_else(|| panic!("no {id} in {feed}"))
}

/// The HTML of the item with this id, block by block; `⏎` is a line end in one.
#[track_caller]
fn assert_text(daemon: &Daemon, id: &str, blocks: &[&str]) {
    let item = item(daemon, "/all.json", id);
    let text = item["content_html"].as_str().expect("HTML");
    assert_eq!(text, blocks.concat().replace('⏎', "\n"), "{id}");
}

/// A document has these parts.
#[track_caller]
fn assert_says(daemon: &Daemon, document: &str, parts: &[&str]) {
    let response = daemon.get(document);
    for part in parts {
        assert!(
            response.says(part),
            "{document}: no {part} in {}",
            response.text()
        );
    }
}
