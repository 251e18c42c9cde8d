//! The schema and the reader are asked about the same documents, which are made from the facts about
//! the keys.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use toml::de::{DeTable, DeValue};

use super::schema;
use crate::config::Config;
use crate::config::key::{KeyFacts, TableKeys};
use crate::config::keys::root;
use crate::problem::Problem;

/// Whether the schema accepts a document.
fn validate(document: &Value) -> Result<(), String> {
    static COMPILED: LazyLock<(Schemas, SchemaIndex)> = LazyLock::new(|| {
        let schema = serde_json::from_str(&schema()).expect("JSON");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler
            .add_resource("feeds.schema.json", schema)
            .expect("a resource");
        let index = compiler.compile("feeds.schema.json", &mut schemas);
        let index = index.expect("a schema that the schema of schemas accepts");
        (schemas, index)
    });
    let (schemas, index) = &*COMPILED;
    let verdict = schemas.validate(document, *index);
    verdict.map_err(|error| format!("{error:#}"))
}

/// Whether the reader accepts a document, where `${X}` is `x`.
fn read(document: &Value, x: &str) -> Result<Config, Vec<Problem>> {
    /// Where the file would stand, with the folder that the example of `templates` names.
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("templates")).expect("a folder in it");
        let style = folder.path().join("templates/style.css");
        fs::write(style, "p {}").expect("a style sheet");
        folder
    });
    let entries = document.as_object().expect("a table").iter();
    let lines = entries.map(|(key, value)| format!("{} = {}\n", json!(key), toml(value)));
    let environment = |name: &str| (name == "X").then(|| x.to_owned());
    let text: String = lines.collect();
    let read = Config::parse(&text, "feeds.toml", FOLDER.path(), &environment);
    // Terms are remembered with their places, and those say nothing about what is meant.
    read.map(|loaded| Config {
        named_terms: Vec::new(),
        ..loaded.config
    })
}

/// A value in TOML, on one line. Strings of JSON are strings of TOML.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| format!("{} = {}", json!(key), toml(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// The other way round, for files that people wrote.
fn json_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(digits) => json!(digits.as_str().parse::<i64>().expect("a number")),
        DeValue::Float(digits) => json!(digits.as_str().parse::<f64>().expect("a number")),
        DeValue::Boolean(switch) => json!(switch),
        DeValue::Datetime(date) => json!(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json_of(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let entries = table.iter();
            let entries =
                entries.map(|(key, value)| (key.get_ref().to_string(), json_of(value.get_ref())));
            Value::Object(entries.collect())
        }
    }
}

/// A table of the file: the keys that lead to it, and those that it has.
#[derive(Clone)]
struct TablePath {
    path: Vec<&'static str>,
    keys: &'static TableKeys,
}

/// Every table, the file itself first.
fn tables() -> Vec<TablePath> {
    fn collect(table: TablePath, tables: &mut Vec<TablePath>) {
        tables.push(table.clone());
        for key in table.keys.own {
            if let Some(keys) = key.table() {
                let path = [&*table.path, &[key.name()]].concat();
                collect(TablePath { path, keys }, tables);
            }
        }
    }
    let mut tables = Vec::new();
    let path = Vec::new();
    collect(
        TablePath {
            path,
            keys: &root::TABLE,
        },
        &mut tables,
    );
    tables
}

impl TablePath {
    /// The keys that hold values.
    fn values(&self) -> impl Iterator<Item = &'static dyn KeyFacts> {
        self.keys.all().filter(|key| key.table().is_none())
    }

    /// `document` with `change` made to this table in it, in a list to the first one.
    fn changed(&self, document: &Value, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
        let mut changed = document.clone();
        let mut at = &mut changed;
        for key in &self.path {
            at = &mut at[key];
            let is_list = ["feed", "redirect"].contains(key);
            if at.is_null() {
                *at = if is_list { json!([{}]) } else { json!({}) };
            }
            if is_list {
                at = &mut at[0];
            }
        }
        change(at.as_object_mut().expect("a table"));
        changed
    }

    fn with(&self, document: &Value, key: &dyn KeyFacts, value: &Value) -> Value {
        self.changed(document, |table| {
            table.insert(key.name().to_owned(), value.clone());
        })
    }

    fn without(&self, document: &Value, key: &dyn KeyFacts) -> Value {
        self.changed(document, |table| {
            table.remove(key.name());
        })
    }

    /// A document with the keys that `is_wanted` of every table that can stand beside this one.
    fn document(&self, is_wanted: impl Fn(&TablePath, &dyn KeyFacts) -> bool) -> Value {
        let is_sql = self.path == ["source", "sql"];
        let (source, other_source) = match is_sql {
            true => ("sql", "directory"),
            false => ("directory", "sql"),
        };
        let mut document = json!({ "source": { source: {} } });
        for table in tables() {
            if table.path.get(1) == Some(&other_source) {
                continue;
            }
            for key in table.values().filter(|key| is_wanted(&table, *key)) {
                document = table.with(&document, key, &usual(key));
            }
        }
        document
    }

    /// A document with all keys.
    fn full(&self) -> Value {
        let mut document = self.document(|_, _| true);
        document["same"] = json!({ "#мажилис": ["#мәжіліс"], "section:Мир": "section:Әлем" });
        document
    }

    /// A document with the least that this table can stand in.
    fn minimal(&self) -> Value {
        self.document(|table, key| {
            let is_in_file = match table.path.first() {
                Some(&("feed" | "redirect")) => table.path == self.path,
                _ => true,
            };
            is_in_file && (key.is_required() || table.path == ["feed"] && key.name() == "title")
        })
    }
}

/// An example or, where there is none, the default.
fn usual(key: &dyn KeyFacts) -> Value {
    let usual = key.examples().into_iter().next().or(key.default());
    usual.unwrap_or_else(|| panic!("{}: neither default nor example", key.name()))
}

/// All that is documented as good.
fn good(key: &dyn KeyFacts) -> Vec<Value> {
    let words = words(&key.schema());
    let words = words.into_iter();
    let words = words.map(|word| {
        if usual(key).is_array() {
            json!([word])
        } else {
            word
        }
    });
    let all = key.default().into_iter().chain(key.examples());
    all.chain(words).collect()
}

/// The words that a schema offers for a value, or for each item of one.
fn words(schema: &Value) -> Vec<Value> {
    let item = schema.get("items").unwrap_or(schema);
    let words = item["anyOf"][0]["enum"].as_array();
    words.cloned().unwrap_or_default()
}

#[test]
fn a_documented_default_is_what_an_absent_key_means() {
    for table in tables() {
        for key in table.values() {
            let place = format!("{:?} {}", table.path, key.name());
            let means_the_same = |document: &Value, value| {
                read(&table.without(document, key), "")
                    == read(&table.with(document, key, &value), "")
            };
            match key.default() {
                Some(default) => assert!(means_the_same(&table.full(), default), "{place}"),
                None => assert!(!means_the_same(&table.minimal(), usual(key)), "{place}"),
            }
        }
    }
}

#[test]
fn schema_and_reader_know_and_require_the_same_keys() {
    for table in tables() {
        for document in [table.full(), table.minimal()] {
            validate(&document).unwrap_or_else(|error| panic!("{error}"));
            read(&document, "").unwrap_or_else(|all| panic!("{:?}: {all:?}", table.path));
        }
        let full = table.full();
        let unknown = table.changed(&full, |table| {
            table.insert("ю".to_owned(), json!({}));
        });
        assert!(validate(&unknown).is_err() && read(&unknown, "").is_err());
        for key in table.keys.all() {
            let document = table.without(&full, key);
            let (said, read) = (validate(&document), read(&document, ""));
            let place = format!("{:?} without {}", table.path, key.name());
            assert_eq!(said.is_ok(), read.is_ok(), "{place}: {said:?} {read:?}");
        }
    }
    let mut untitled = tables()[0].minimal();
    untitled["feed"] = json!([{ "name": "all" }]);
    assert!(validate(&untitled).is_ok() && read(&untitled, "").is_ok());
    let mut both = tables()[0].minimal();
    both["source"] = json!({ "directory": {}, "sql": { "url": "sqlite:x", "query": "SELECT 1" } });
    assert!(validate(&both).is_err() && read(&both, "").is_err());
}

/// What the reader refuses and no schema can: zones and folders that do not exist, names without a
/// letter, terms of another kind, addresses that two keys share, sizes with a unit that are out of
/// range.
fn is_beyond_schema(key: &dyn KeyFacts, value: &Value) -> bool {
    match key.name() {
        "time-zone" | "templates" | "any" | "all" | "none" | "except" => true,
        "admin" | "from" | "to" => ["127.0.0.1:8080", "/rss.xml", "/all.rss"]
            .iter()
            .any(|shared| value == shared),
        _ => key.schema()["type"].is_array() && value.is_string(),
    }
}

#[test]
fn schema_and_reader_accept_the_same_values() {
    let keys: Vec<(TablePath, &dyn KeyFacts)> = tables()
        .into_iter()
        .flat_map(|table| {
            let own = table.keys.own.iter().filter(|key| key.table().is_none());
            own.map(move |&key| (table.clone(), key))
        })
        .collect();
    let mut pool: Vec<Value> = keys.iter().flat_map(|(_, key)| good(*key)).collect();
    let texts: Vec<String> = pool
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect();
    pool.extend(texts.iter().map(|text| json!([text])));
    pool.extend([
        json!(["rss", "rss"]),
        json!([]),
        json!([5]),
        json!({}),
        json!(1.5),
    ]);
    pool.extend([
        json!(""),
        json!(" "),
        json!("ю"),
        json!(-1),
        json!(i64::MAX),
    ]);
    pool.sort_by_key(Value::to_string);
    pool.dedup();

    let mut differences = Vec::new();
    for (table, key) in keys {
        let minimal = table.minimal();
        let mut compare = |value: &Value, may_differ: bool| {
            let document = table.with(&minimal, key, value);
            let (said, read) = (validate(&document).is_ok(), read(&document, "").is_ok());
            if said != read && !(said && may_differ) {
                let path = table.path.join(".");
                differences.push(format!("[{path}] {} = {value}: schema {said}", key.name()));
            }
            read
        };
        for value in good(key) {
            assert!(compare(&value, false), "{} = {value}", key.name());
        }
        for value in &pool {
            compare(value, is_beyond_schema(key, value));
        }
        for end in ["minimum", "maximum"] {
            let end = key.schema()[end].as_i64();
            for value in end.into_iter().flat_map(|end| [end - 1, end, end + 1]) {
                compare(&json!(value), false);
            }
        }
        // Slips, of which the schema may take some that the reader does not.
        let own = good(key);
        for text in own.iter().filter_map(Value::as_str) {
            let mut cut = text.chars();
            cut.next();
            let slips = [format!(" {text}"), format!("{text} "), text.to_uppercase()];
            for slip in slips.iter().map(String::as_str).chain([cut.as_str()]) {
                compare(&json!(slip), true);
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn any_string_may_come_from_the_environment() {
    for table in tables() {
        for key in table.values() {
            let usual = usual(key);
            let (text, value) = match &usual {
                Value::Array(items) => (&items[0], json!(["${X}"])),
                text => (text, json!("${X}")),
            };
            let (Some(text), minimal) = (text.as_str(), table.minimal()) else {
                continue;
            };
            let document = table.with(&minimal, key, &value);
            validate(&document).unwrap_or_else(|error| panic!("{}: {error}", key.name()));
            read(&document, text).unwrap_or_else(|all| panic!("{}: {all:?}", key.name()));
        }
    }
}

#[test]
fn terms_that_are_the_same_are_strings_and_lists() {
    for (same, is_good) in [
        (json!({}), true),
        (json!({ "#а": "#б" }), true),
        (json!({ "#а": ["#б", "в"], "section:г": [] }), true),
        (json!({ "#${X}": ["#б"] }), true),
        (json!({ "sektion:а": ["#б"] }), false),
        (json!({ "#а": ["sektion:б"] }), false),
        (json!({ "#а": 5 }), false),
        (json!({ "#а": [5] }), false),
        (json!([]), false),
    ] {
        let mut document = tables()[0].minimal();
        document["same"] = same;
        assert_eq!(validate(&document).is_ok(), is_good, "{document}");
        assert_eq!(read(&document, "x").is_ok(), is_good, "{document}");
    }
}

#[test]
fn files_that_are_shown_are_valid() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| fs::read_to_string(path).expect("a file of the repository");
    let readme = read(&repository.join("README.md"));
    let parts = readme.split("```toml\n").skip(1);
    let parts = parts.filter_map(|behind| behind.split("```").next());
    let mut texts: Vec<String> = parts.map(str::to_owned).collect();
    texts.push(read(&repository.join("feeds.toml")));
    for folder in ["compose", "sql"] {
        let files = fs::read_dir(repository.join("examples").join(folder)).expect("a folder");
        let paths = files.map(|file| file.expect("a file").path());
        let files = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
        texts.extend(files.map(|path| read(&path)));
    }
    assert!(texts.len() > 5, "{} files", texts.len());
    for text in texts {
        let parsed = DeTable::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut document = json_of(&DeValue::Table(parsed.into_inner()));
        // A part of a file needs the rest to be a whole one.
        let minimal = tables()[0].minimal();
        for required in root::TABLE.required() {
            if document[required].is_null() {
                document[required] = minimal[required].clone();
            }
        }
        validate(&document).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
}
