//! The schema and the reader are asked about the same files, which are made from the facts about the
//! keys.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};
use tempfile::TempDir;
use toml::de::{DeTable, DeValue};

use super::schema;
use crate::config::Config;
use crate::config::key::{Facts, TableKeys};
use crate::config::keys::{defaults, root};
use crate::model::problem::Problem;

/// Whether the schema accepts a file.
fn validate(text: &str) -> Result<(), String> {
    static COMPILED: LazyLock<(Schemas, SchemaIndex)> = LazyLock::new(|| {
        let schema = serde_json::from_str(&schema()).expect("JSON");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let added = compiler.add_resource("feeds.schema.json", schema);
        added.expect("a resource");
        let index = compiler.compile("feeds.schema.json", &mut schemas);
        (schemas, index.expect("a schema as draft 7 defines it"))
    });
    let (schemas, index) = &*COMPILED;
    let table = DeTable::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let document = json_of(&DeValue::Table(table.into_inner()));
    let verdict = schemas.validate(&document, *index);
    verdict.map_err(|error| format!("{error:#}"))
}

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

/// What the reader makes of a file beside which there is a folder of templates.
fn read(text: &str) -> Result<Config, Vec<Problem>> {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("templates")).expect("a folder in it");
        let style = folder.path().join("templates/style.css");
        fs::write(style, "p {}").expect("a style sheet");
        folder
    });
    let read = Config::parse(text, "feeds.toml", FOLDER.path(), &|_| None);
    // Terms are remembered with their places, and those say nothing about what is meant.
    read.map(|loaded| Config {
        named_terms: Vec::new(),
        ..loaded.config
    })
}

/// The keys that lead to a table, and a key in it.
type KeyPath = (Vec<&'static str>, &'static str);

/// Every key that holds a value.
fn keys() -> &'static [(KeyPath, Facts)] {
    fn collect(path: &[&'static str], table: &TableKeys, keys: &mut Vec<(KeyPath, Facts)>) {
        for key in table.all() {
            match key.table {
                Some(table) => collect(&[path, &[key.name]].concat(), table, keys),
                None => keys.push(((path.to_vec(), key.name), key)),
            }
        }
    }
    static KEYS: LazyLock<Vec<(KeyPath, Facts)>> = LazyLock::new(|| {
        let mut keys = Vec::new();
        collect(&[], &root::TABLE, &mut keys);
        keys
    });
    &KEYS
}

/// A file: the value of each key. Scalars and lists of them are the same in JSON and TOML.
#[derive(Clone)]
struct File(BTreeMap<KeyPath, Value>);

impl File {
    /// A file with the keys that `is_wanted`, of all tables that can stand beside `table`.
    fn of(table: &[&str], is_wanted: impl Fn(&KeyPath, &Facts) -> bool) -> File {
        let source = match table.first() {
            Some(&"source") => &table[..2],
            _ => &["source", "directory"],
        };
        let is_beside = |path: &KeyPath| path.0[0] != "source" || path.0.starts_with(source);
        let keys = keys().iter();
        let keys = keys.filter(|(path, key)| is_beside(path) && is_wanted(path, key));
        File(keys.map(|(path, key)| (path.clone(), usual(key))).collect())
    }

    /// All keys.
    fn full(table: &[&str]) -> File {
        File::of(table, |_, _| true)
    }

    /// The least that a key of `table` can stand in.
    fn minimal(table: &[&str]) -> File {
        File::of(table, |path, key| match (&*path.0, path.1) {
            (["feed" | "redirect" | "indexnow"], _) if path.0 != table => false,
            (["feed"], "title") | (["source", "directory"], "path") => true,
            // Each needs the other.
            (["source", "wordpress"], "user" | "password") => true,
            _ => key.is_required,
        })
    }

    fn with(&self, path: &KeyPath, value: &Value) -> String {
        let mut file = self.clone();
        file.0.insert(path.clone(), value.clone());
        file.text()
    }

    fn without(&self, path: &KeyPath) -> String {
        let mut file = self.clone();
        file.0.remove(path);
        file.text()
    }

    fn text(&self) -> String {
        let (mut text, mut open) = (String::new(), None);
        for ((table, key), value) in &self.0 {
            if open.replace(table) != Some(table) {
                let name = table.join(".");
                text += &match name.as_str() {
                    "feed" | "redirect" => format!("[[{name}]]\n"),
                    _ => format!("[{name}]\n"),
                };
            }
            text += &format!("{key} = {value}\n");
        }
        text
    }
}

/// An example or, where there is none, the default.
fn usual(key: &Facts) -> Value {
    let usual = key.examples.first().or(key.default.as_ref());
    usual
        .unwrap_or_else(|| panic!("{}: neither default nor example", key.name))
        .clone()
}

/// All that is documented as good: the default, the examples, and each word of a choice.
fn good(key: &Facts) -> Vec<Value> {
    let item = key.schema.get("items").unwrap_or(&key.schema);
    let words = item["anyOf"][0]["enum"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let words = words.into_iter().map(|word| match usual(key).is_array() {
        true => json!([word]),
        false => word,
    });
    let documented = key.default.iter().chain(&key.examples).cloned();
    documented.chain(words).collect()
}

#[test]
fn a_documented_default_is_what_an_absent_key_means() {
    for (path, key) in keys() {
        let (file, value) = match &key.default {
            Some(default) => (File::full(&path.0), default.clone()),
            None => (File::minimal(&path.0), usual(key)),
        };
        let is_same = read(&file.without(path)) == read(&file.with(path, &value));
        assert_eq!(is_same, key.default.is_some(), "{path:?}");
    }
}

#[test]
fn schema_and_reader_require_the_same_keys_and_refuse_unknown_ones() {
    for table in keys().chunk_by(|(one, _), (other, _)| one.0 == other.0) {
        let name = &table[0].0.0;
        let (full, minimal) = (File::full(name), File::minimal(name));
        for text in [full.text(), minimal.text()] {
            validate(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            read(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
        }
        let unknown = full.with(&(name.clone(), "unknown"), &json!(5));
        assert!(validate(&unknown).is_err() && read(&unknown).is_err());
        for (path, _) in table {
            let text = full.without(path);
            assert_eq!(validate(&text).is_ok(), read(&text).is_ok(), "{text}");
        }
    }
}

/// What the reader refuses and no schema can: zones and folders that do not exist, names without a
/// letter, terms of another kind, languages without the site's own, addresses that two keys share, sizes with a unit that are out of
/// range.
fn is_beyond_schema(key: &Facts, value: &Value) -> bool {
    let shared = ["127.0.0.1:8080", "/rss.xml", "/all.rss"];
    match key.name {
        "time-zone" | "languages" | "templates" | "any" | "all" | "none" | "except" => true,
        "admin" | "from" | "to" => shared.iter().any(|shared| value == shared),
        _ => key.schema["type"].is_array() && value.is_string(),
    }
}

#[test]
fn schema_and_reader_accept_the_same_values() {
    let mut pool: Vec<Value> = keys().iter().flat_map(|(_, key)| good(key)).collect();
    let texts = pool.iter().filter(|value| value.is_string());
    let lists: Vec<Value> = texts.map(|text| json!([text])).collect();
    pool.extend(lists);
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
    // The keys of `[defaults]` are the same in other tables.
    let is_shared = |name| defaults::TABLE.names().any(|shared| shared == name);
    let keys = keys().iter();
    for (path, key) in keys.filter(|(path, _)| path.0 == ["defaults"] || !is_shared(path.1)) {
        let minimal = File::minimal(&path.0);
        let mut compare = |value: &Value, may_differ: bool| {
            let text = minimal.with(path, value);
            let (said, read) = (validate(&text).is_ok(), read(&text).is_ok());
            if said != read && !(said && may_differ) {
                differences.push(format!("{path:?} = {value}: schema {said}"));
            }
            read
        };
        for value in good(key) {
            assert!(compare(&value, false), "{path:?} = {value}");
        }
        if usual(key).is_string() {
            let text = minimal.with(path, &json!("${X}"));
            assert!(
                validate(&text).is_ok(),
                "any string may come from the environment: {text}"
            );
        }
        for value in &pool {
            compare(value, is_beyond_schema(key, value));
        }
        for end in ["minimum", "maximum"] {
            let end = key.schema[end].as_i64().into_iter();
            for value in end.flat_map(|end| [end - 1, end, end + 1]) {
                compare(&json!(value), false);
            }
        }
        // Slips, of which the schema may take some that the reader does not.
        for text in good(key).iter().filter_map(Value::as_str) {
            let cut: String = text.chars().skip(1).collect();
            for slip in [
                format!(" {text}"),
                format!("{text} "),
                text.to_uppercase(),
                cut,
            ] {
                compare(&json!(slip), true);
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn terms_that_are_the_same_are_strings_and_lists() {
    for (line, is_good) in [
        ("", true),
        ("'#а' = '#б'", true),
        ("'#а' = ['#б', 'в']\n'section:г' = []", true),
        ("'sektion:а' = ['#б']", false),
        ("'#а' = ['sektion:б']", false),
        ("'#а' = 5", false),
        ("'#а' = [5]", false),
    ] {
        let text = format!("{}[same]\n{line}", File::minimal(&[]).text());
        assert_eq!(validate(&text).is_ok(), is_good, "{line}");
        assert_eq!(read(&text).is_ok(), is_good, "{line}");
    }
}

#[test]
fn shortcodes_are_words_and_html() {
    for (line, is_good) in [
        ("", true),
        ("advert = 'drop'\nnote = 'inner'", true),
        ("note = '<aside>{inner}</aside>'\nphone = '{0}'", true),
        ("advert = 'dorp'", false),
        ("advert = ''", false),
        ("advert = true", false),
        ("advert = ['drop']", false),
    ] {
        let minimal = File::minimal(&[]).text();
        let text = format!("{minimal}[source.directory.shortcodes]\n{line}");
        assert_eq!(validate(&text).is_ok(), is_good, "{line}");
        assert_eq!(read(&text).is_ok(), is_good, "{line}");
    }
}

#[test]
fn a_file_has_one_source_and_only_the_feed_all_has_no_title() {
    let minimal = File::minimal(&[]).text();
    for (part, is_good) in [
        ("[[feed]]\nname = 'all'", true),
        ("[[feed]]\nname = 'a'", false),
        ("[source.sql]\nurl = 'sqlite:x'\nquery = 'SELECT 1'", false),
        ("[source.wordpress]\nurl = 'https://dala.example/'", false),
    ] {
        let text = format!("{minimal}{part}");
        assert_eq!(validate(&text).is_ok(), is_good, "{part}");
        assert_eq!(read(&text).is_ok(), is_good, "{part}");
    }
}

#[test]
fn files_that_are_shown_are_valid() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let load = |path: &Path| fs::read_to_string(path).expect("a file of the repository");
    let mut texts = vec![load(&repository.join("feeds.toml"))];
    for folder in ["examples/compose", "examples/sql"] {
        let files = fs::read_dir(repository.join(folder)).expect("a folder");
        let paths = files.map(|file| file.expect("a file").path());
        let files = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
        texts.extend(files.map(|path| load(&path)));
    }
    assert!(texts.len() > 5, "{} files", texts.len());
    // README shows parts of files.
    let readme = load(&repository.join("README.md"));
    let parts = readme.split("```toml\n").skip(1);
    texts.extend(parts.filter_map(|behind| Some(behind.split_once("```")?.0.to_owned())));
    let minimal = File::minimal(&[]);
    for mut text in texts {
        for required in root::TABLE.required() {
            if !text.contains(&format!("[{required}")) {
                let mut missing = minimal.clone();
                missing.0.retain(|path, _| path.0[0] == required);
                text += &format!("\n{}", missing.text());
            }
        }
        validate(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
}
