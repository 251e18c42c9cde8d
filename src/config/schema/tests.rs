//! The schema and the reader, held together: both are asked about the same documents.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use toml::de::{DeTable, DeValue};

use super::SCHEMA;
use crate::config::Config;
use crate::problem::Problem;
use crate::text::nearest::one_of;

/// The schema as data.
static TREE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(SCHEMA).expect("the schema is JSON"));

/// What a validator makes of the schema, which is checked against the one of schemas on the way.
static COMPILED: LazyLock<(Schemas, SchemaIndex)> = LazyLock::new(|| {
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    compiler
        .add_resource("feeds.schema.json", TREE.clone())
        .expect("a resource");
    let index = compiler
        .compile("feeds.schema.json", &mut schemas)
        .expect("the schema is one");
    (schemas, index)
});

/// Whether the schema accepts a document.
fn validate(document: &Value) -> Result<(), String> {
    let (schemas, index) = &*COMPILED;
    let verdict = schemas.validate(document, *index);
    verdict.map_err(|error| format!("{error:#}"))
}

/// Where the file would stand, with the folder that the example of `templates` names.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let templates = folder.path().join("templates");
        std::fs::create_dir(&templates).expect("a folder in it");
        std::fs::write(templates.join("style.css"), "p {}").expect("a style sheet");
        Folder(folder)
    }

    /// Whether the reader accepts a document.
    fn read(&self, document: &Value) -> Result<Config, Vec<Problem>> {
        self.read_with(document, "")
    }

    /// The same, where `${X}` is `x`.
    fn read_with(&self, document: &Value, x: &str) -> Result<Config, Vec<Problem>> {
        let entries = document.as_object().expect("a table").iter();
        let lines = entries.map(|(key, value)| format!("{} = {}\n", json!(key), toml(value)));
        let environment = |name: &str| (name == "X").then(|| x.to_owned());
        let text: String = lines.collect();
        let read = Config::parse(&text, "feeds.toml", self.0.path(), &environment);
        // Terms are remembered with their places, and those say nothing about what is meant.
        read.map(|loaded| Config {
            named_terms: Vec::new(),
            ..loaded.config
        })
    }
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
            format!(
                "[{}]",
                items.iter().map(toml).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// The other way round, for files that people wrote.
fn json_of(text: &str) -> Value {
    let table = DeTable::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    json_of_table(table.get_ref())
}

fn json_of_table(table: &DeTable<'_>) -> Value {
    let entries = table.iter();
    let entries =
        entries.map(|(key, value)| (key.get_ref().to_string(), json_of_value(value.get_ref())));
    Value::Object(entries.collect())
}

fn json_of_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(digits) => json!(digits.as_str().parse::<i64>().expect("a number")),
        DeValue::Float(digits) => json!(digits.as_str().parse::<f64>().expect("a number")),
        DeValue::Boolean(switch) => json!(switch),
        DeValue::Datetime(date) => json!(date.to_string()),
        DeValue::Array(items) => items
            .iter()
            .map(|item| json_of_value(item.get_ref()))
            .collect(),
        DeValue::Table(table) => json_of_table(table),
    }
}

/// A table of the file: the keys that lead to it, through the first table of a list.
struct Table {
    path: Vec<String>,
    schema: &'static Value,
}

impl Table {
    /// Whether this is `[source.sql]`, beside which there is no folder.
    fn is_of_sql(&self) -> bool {
        self.path == ["source", "sql"]
    }

    fn properties(&self) -> &'static Map<String, Value> {
        self.schema["properties"].as_object().expect("a table")
    }

    /// `document` with `change` made to this table in it.
    fn changed(&self, document: &Value, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
        let mut changed = document.clone();
        let mut at = &mut changed;
        for key in &self.path {
            at = &mut at[key];
            if at.is_null() {
                *at = json!({});
            }
            if at.is_array() {
                at = &mut at[0];
            }
        }
        change(at.as_object_mut().expect("a table"));
        changed
    }
}

/// Every table, the file itself first.
fn tables() -> Vec<Table> {
    let mut tables = vec![Table {
        path: Vec::new(),
        schema: &TREE,
    }];
    let mut next = 0;
    while let Some(Table { path, schema }) = tables.get(next) {
        let properties = schema["properties"].as_object().expect("a table");
        let below = properties.iter().filter_map(|(key, schema)| {
            Some(Table {
                path: path.iter().chain([key]).cloned().collect(),
                schema: table_schema(schema)?,
            })
        });
        let below: Vec<Table> = below.collect();
        tables.extend(below);
        next += 1;
    }
    tables
}

/// The schema of a table, or of each table in a list.
fn table_schema(schema: &'static Value) -> Option<&'static Value> {
    let schema = resolve(schema);
    let schema = match schema.get("items") {
        Some(items) => resolve(items),
        None => schema,
    };
    schema.get("properties").map(|_| schema)
}

fn resolve(schema: &'static Value) -> &'static Value {
    match schema["$ref"].as_str() {
        Some(name) => {
            let pointer = name.strip_prefix('#').expect("a place in the schema");
            TREE.pointer(pointer).expect("what is referred to")
        }
        None => schema,
    }
}

/// A key with a value, in its table.
struct Key {
    table: Table,
    name: &'static str,
    schema: &'static Value,
}

impl Key {
    fn path(&self) -> String {
        [&self.table.path.join("."), self.name].join(".")
    }

    /// The least document in which this key can stand, with this value.
    fn with(&self, value: Value) -> Value {
        let document = match self.table.path.first().map(String::as_str) {
            Some(list @ ("feed" | "redirect")) => {
                let mut document = minimal();
                document[list] = match list {
                    "feed" => json!([{ "name": "a", "title": "a" }]),
                    _ => json!([{ "from": "/from", "to": "/to" }]),
                };
                document
            }
            _ => minimal_for(&self.table),
        };
        self.put(&document, value)
    }

    fn put(&self, document: &Value, value: Value) -> Value {
        self.table.changed(document, |table| {
            table.insert(self.name.to_owned(), value);
        })
    }

    fn default(&self) -> Option<&'static Value> {
        self.schema.get("default")
    }

    fn examples(&self) -> &'static [Value] {
        self.schema["examples"]
            .as_array()
            .map_or(&[], Vec::as_slice)
    }

    /// The default or, where there is none, an example.
    fn usual(&self) -> &'static Value {
        let usual = self.default().or_else(|| self.examples().first());
        usual.unwrap_or_else(|| panic!("{}: neither default nor example", self.path()))
    }

    /// The words among which a value, or each item of one, is chosen.
    fn words(&self) -> Option<BTreeSet<&'static str>> {
        let schema = self.schema.get("items").unwrap_or(self.schema);
        let words = schema["anyOf"][0]["enum"].as_array()?;
        words.iter().map(Value::as_str).collect()
    }
}

/// Every key that is not a table.
fn keys() -> Vec<Key> {
    let mut keys = Vec::new();
    for Table { path, schema } in tables() {
        for (name, of_key) in schema["properties"].as_object().expect("a table") {
            if table_schema(of_key).is_none() && name != "same" {
                keys.push(Key {
                    table: Table {
                        path: path.clone(),
                        schema,
                    },
                    name,
                    schema: resolve(of_key),
                });
            }
        }
    }
    keys
}

/// Every key once, however many tables share it.
fn distinct_keys() -> Vec<Key> {
    let mut seen = BTreeSet::new();
    let mut keys = keys();
    keys.retain(|key| seen.insert(std::ptr::from_ref(key.schema)));
    keys
}

/// The least that a file must say.
fn minimal() -> Value {
    json!({
        "site": {
            "title": "Дала", "url": "https://dala.example", "id-authority": "dala.example",
            "id-year": 2026
        },
        "source": { "directory": {} }
    })
}

/// The least that a file with this table must say: there is one source.
fn minimal_for(table: &Table) -> Value {
    let mut document = minimal();
    if table.is_of_sql() {
        document["source"] = json!({ "sql": { "url": "sqlite:x", "query": "SELECT 1" } });
    }
    document
}

/// Every key in every table that can stand beside this one, with its default or an example.
fn full_for(table: &Table) -> Value {
    let mut document = json!({ "feed": [{}], "redirect": [{}] });
    for key in keys() {
        let is_other = key.table.is_of_sql() != table.is_of_sql();
        if is_other && key.table.path.starts_with(&["source".to_owned()]) {
            continue;
        }
        document = key.put(&document, key.usual().clone());
    }
    document["same"] = json!({ "#мажилис": ["#мәжіліс"], "section:Мир": "section:Әлем" });
    document
}

/// What stands in backquotes.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn print(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}

#[test]
fn every_key_is_explained_and_no_keyword_misspelt() {
    /// Those that editors know, and that these tests follow.
    const KEYWORDS: [&str; 24] = [
        "$ref",
        "$schema",
        "additionalProperties",
        "anyOf",
        "default",
        "definitions",
        "description",
        "else",
        "enum",
        "examples",
        "if",
        "items",
        "maximum",
        "minItems",
        "minimum",
        "not",
        "pattern",
        "properties",
        "propertyNames",
        "required",
        "title",
        "type",
        "uniqueItems",
        "then",
    ];
    fn check(schema: &Value, place: &str) {
        let Value::Object(keywords) = schema else {
            return assert!(schema.is_boolean(), "{place}: {schema}");
        };
        for (keyword, value) in keywords {
            let place = format!("{place}/{keyword}");
            assert!(KEYWORDS.contains(&keyword.as_str()), "{place}");
            match keyword.as_str() {
                "properties" | "definitions" => {
                    for (name, schema) in value.as_object().expect("schemas by name") {
                        check(schema, &format!("{place}/{name}"));
                    }
                }
                "anyOf" => {
                    for schema in value.as_array().expect("a list of schemas") {
                        check(schema, &place);
                    }
                }
                "items" | "additionalProperties" | "propertyNames" | "not" | "if" | "else" => {
                    check(value, &place);
                }
                "$ref" => assert_eq!(keywords.len(), 1, "{place}: it hides what is beside it"),
                _ => {}
            }
        }
    }
    check(&TREE, "");
    let is_sentence = |schema: &Value| {
        let text = schema["description"].as_str().unwrap_or_default();
        text.ends_with('.') && text.starts_with(char::is_uppercase)
    };
    for table in tables() {
        let path = table.path.join(".");
        assert!(is_sentence(table.schema), "{path}");
        assert_eq!(table.schema["additionalProperties"], false, "{path}");
    }
    for key in keys() {
        assert!(is_sentence(key.schema), "{}", key.path());
    }
}

#[test]
fn tables_have_the_keys_that_the_reader_knows() {
    let folder = Folder::new();
    for table in tables() {
        let document = table.changed(&full_for(&table), |table| {
            table.insert("ю".to_owned(), json!({}));
        });
        assert!(validate(&document).is_err(), "{:?}", table.path);
        let problems = folder.read(&document).expect_err("an unknown key");
        let [problem] = problems.as_slice() else {
            panic!("one problem, got {}", print(&problems));
        };
        let hint = problem.hint.as_deref().unwrap_or_default();
        assert!(hint.starts_with("known here: "), "{problem}");
        let known = quoted(hint);
        let said: BTreeSet<&str> = table.properties().keys().map(String::as_str).collect();
        assert_eq!(said, known, "{:?}", table.path);
    }
}

#[test]
fn what_is_required_is_required_by_both() {
    let folder = Folder::new();
    for table in tables() {
        let full = full_for(&table);
        let config = folder
            .read(&full)
            .unwrap_or_else(|problems| panic!("{}", print(&problems)));
        validate(&full).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.feeds.len(), 2);
        for name in table.properties().keys() {
            let document = table.changed(&full, |table| {
                table.remove(name);
            });
            let (said, read) = (validate(&document), folder.read(&document));
            let place = format!("{:?} without {name}", table.path);
            assert_eq!(said.is_ok(), read.is_ok(), "{place}: {said:?} {read:?}");
        }
    }
    // Only one feed has a title without saying so.
    let mut untitled = minimal();
    untitled["feed"] = json!([{ "name": "all" }]);
    assert!(validate(&untitled).is_ok() && folder.read(&untitled).is_ok());
    assert!(validate(&minimal()).is_ok() && folder.read(&minimal()).is_ok());
}

#[test]
fn a_default_is_what_is_meant_without_the_key() {
    let folder = Folder::new();
    for key in keys() {
        let full = full_for(&key.table);
        let without = |document: &Value| {
            key.table.changed(document, |table| {
                table.remove(key.name);
            })
        };
        match key.default() {
            Some(default) => assert!(
                folder.read(&without(&full)) == folder.read(&full),
                "{}: the default is not {default}",
                key.path()
            ),
            None => {
                let with = key.with(key.usual().clone());
                assert!(
                    folder.read(&without(&with)) != folder.read(&with),
                    "{}: the example is the default",
                    key.path()
                );
            }
        }
    }
}

#[test]
fn words_are_those_that_the_reader_names() {
    let folder = Folder::new();
    for key in keys() {
        let is_list = key.schema["type"] == "array";
        let value = if is_list { json!(["ю"]) } else { json!("ю") };
        let told = folder.read(&key.with(value)).err().unwrap_or_default();
        let named = told.iter().find_map(|problem| {
            let (_, behind) = problem.message.split_once(" must be ")?;
            let (expected, _) = behind.split_once(", got `ю`")?;
            let words = expected.split('`').skip(1).step_by(2);
            (one_of(words) == expected).then(|| quoted(expected))
        });
        assert_eq!(key.words(), named, "{}", key.path());
    }
}

/// Values of every type and form that some key wants.
fn values() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "x",
        "ю",
        "all",
        "a/b-1",
        "a//b",
        "/a",
        "/a?b",
        "//a",
        "tags/x",
        "A",
        "a b",
        "5",
        "0",
        "-1",
        "0s",
        "1s",
        "007s",
        "5m",
        "24h",
        "7d",
        "1w",
        "5 m",
        "5M",
        "1h30m",
        "64MiB",
        "64 KiB",
        " 64KB ",
        "1GB",
        "64M",
        "1.5MiB",
        "true",
        "off",
        "Off",
        "ru",
        "kk-Cyrl-KZ",
        "kz",
        "kz-KZ",
        "kzz",
        "ru_RU",
        "ru-",
        "r",
        "UTC",
        "x@dala.example",
        "x@",
        "a@b@c",
        "dala.example",
        "-dala.example",
        "dala..example",
        "дала.қаз",
        "https://dala.example",
        "HTTPS://dala.example/ю?a#b",
        "https://dala.example/a b",
        "ftp://dala.example/",
        "https:dala.example",
        "https://",
        "https://dala.example/{key}",
        "https://dala.example/{name}",
        "https://dala.example/{year}",
        "https://dala.example/{kye}",
        "https://{key}.example/",
        "https://dala.example{key}",
        "https://dala.example?{key}",
        "{name}",
        "{site}",
        "{nane}",
        "{",
        "}",
        "{name}{",
        " {name}",
        "127.0.0.1",
        "127.0.0.1:7070",
        "127.0.0.1:",
        "localhost:7070",
        "localhost",
        ":7070",
        "7070",
        "[::1]:7070",
        "[::1]",
        "::1",
        "10.0.0.0/8",
        "10.0.0.0/",
        "fd00::/8",
        "unix:x",
        "unix:x|0660",
        "unix:",
        "#x",
        "#",
        "x:y",
        "section:x",
        "SECTION: x",
        "author:x",
        "lang:kk",
        "tag:x",
        " tag : x",
        "sektion:x",
        "windows-1252",
        "path ",
    ];
    let texts = texts.into_iter().map(|text| json!(text));
    let lists = texts.clone().map(|text| json!([text]));
    let others = [
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(600),
        json!(i64::MAX),
        json!(1.5),
        json!({}),
        json!({ "x": 5 }),
        json!([]),
        json!([5]),
        json!([["x"]]),
        json!(["rss", "rss"]),
        json!(["rss", "atom"]),
        json!(["127.0.0.1:7070", "127.0.0.1:7070"]),
    ];
    texts.clone().chain(lists).chain(others).collect()
}

/// What the reader refuses and no pattern can: zones and files that do not exist, names without a
/// letter, sizes with a unit that are out of range.
fn is_beyond_patterns(key: &Key, value: &Value) -> bool {
    let text = value[0].as_str().or(value.as_str()).unwrap_or_default();
    let is_nameless = !text.contains(char::is_alphanumeric);
    match key.name {
        "time-zone" | "templates" => true,
        "any" | "all" | "none" => is_nameless,
        // A section is no tag.
        "except" => is_nameless || text.contains([':', '#']),
        "header-bytes" | "target-bytes" | "body-bytes" | "send-bytes" => value.is_string(),
        _ => false,
    }
}

#[test]
fn both_accept_the_same_values() {
    let folder = Folder::new();
    let values = values();
    let mut differences = Vec::new();
    for key in keys() {
        let own: Vec<&Value> = key.default().into_iter().chain(key.examples()).collect();
        let words = key.words().into_iter().flatten();
        let words = words.flat_map(|word| [json!(word), json!([word])]);
        let ends = ["minimum", "maximum"].into_iter();
        let ends = ends.filter_map(|end| key.schema[end].as_i64());
        let ends = ends.flat_map(|end| [json!(end - 1), json!(end), json!(end + 1)]);
        let all = own
            .iter()
            .map(|&value| value.clone())
            .chain(words)
            .chain(ends);
        for value in all.chain(values.iter().cloned()) {
            let document = key.with(value.clone());
            let (said, read) = (validate(&document), folder.read(&document));
            if said.is_err() && read.is_ok()
                || said.is_ok() && read.is_err() && !is_beyond_patterns(&key, &value)
            {
                let said = if said.is_ok() {
                    "only the schema"
                } else {
                    "only the reader"
                };
                differences.push(format!("{}: {said} accepts {value}", key.path()));
            }
        }
        for value in own {
            let document = key.with(value.clone());
            assert!(validate(&document).is_ok(), "{}: {value}", key.path());
            assert!(folder.read(&document).is_ok(), "{}: {value}", key.path());
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn terms_that_are_the_same_are_strings_and_lists() {
    let folder = Folder::new();
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
        let mut document = minimal();
        document["same"] = same;
        assert_eq!(validate(&document).is_ok(), is_good, "{document}");
        assert_eq!(
            folder.read_with(&document, "x").is_ok(),
            is_good,
            "{document}"
        );
    }
}

#[test]
fn any_string_may_come_from_the_environment() {
    let folder = Folder::new();
    for key in keys() {
        let usual = match key.usual() {
            Value::Array(items) if items.is_empty() => &key.examples()[0],
            usual => usual,
        };
        let (x, value) = match usual {
            Value::String(text) => (text, json!("${X}")),
            Value::Array(items) => {
                let Value::String(text) = &items[0] else {
                    panic!("{}: not a list of strings", key.path());
                };
                (text, json!(["${X}"]))
            }
            _ => continue,
        };
        let document = key.with(value);
        validate(&document).unwrap_or_else(|error| panic!("{}: {error}", key.path()));
        let config = folder.read_with(&document, x);
        let config = config.unwrap_or_else(|problems| panic!("{}", print(&problems)));
        let plain = match usual {
            Value::Array(items) => json!([items[0]]),
            _ => usual.clone(),
        };
        let is_same = folder.read(&key.with(plain)) == Ok(config);
        assert!(is_same, "{}: it means something else", key.path());
    }
}

/// A part of a file with what it needs to be a whole one.
fn completed(text: &str) -> Value {
    let mut document = json_of(text);
    for (table, value) in minimal().as_object().expect("tables") {
        if document[table].is_null() {
            document[table] = value.clone();
        }
    }
    document
}

#[test]
fn files_that_are_shown_are_valid_and_slips_are_not() {
    let shipped = include_str!("../../../feeds.toml");
    let readme = include_str!("../../../README.md");
    let shown = readme.split("```toml\n").skip(1);
    let shown = shown.filter_map(|behind| behind.split("```").next());
    for text in shown.chain([shipped]) {
        validate(&completed(text)).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
    for (good, slip) in [
        ("[site]", "[sites]"),
        ("language     =", "lang ="),
        ("id-year      = 2026", "id-year = '2026'"),
        ("url          = \"https://", "url = \""),
        ("[source.directory]", "[source.folder]"),
        ("items = 50 ", "items = 501"),
        ("cache = \"5m\"", "cache = '5 min'"),
        ("content = \"summary\"", "content = 'short'"),
        ("formats = [\"rss\", \"json\"]", "formats = ['rss', 'xml']"),
        ("formats = [\"rss\", \"json\"]", "formats = 'rss'"),
        ("\"#{name} — {site}\"", "'#{nane}'"),
        ("\"sport/football\"", "'tags/football'"),
        ("title = \"Футбол\"\n", ""),
        ("\"section:Регионы\"", "'раздел:Регионы'"),
        ("[[redirect]]", "[redirect]"),
        ("\"/rss.xml\"", "'rss.xml'"),
    ] {
        let text = shipped.replace(good, slip);
        assert_ne!(text, shipped, "the shipped file has no `{good}`");
        assert!(validate(&json_of(&text)).is_err(), "{slip}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn what_the_reader_accepts_the_schema_does(
        text in prop_oneof![
            "[0-9]{1,3} ?[a-zA-Z]{0,3}",
            "[a-z]{1,3}[ -~а-я]{0,8}",
            "https?://[a-z.]{1,6}[ -~]{0,8}",
            "/?[a-z0-9/#?%.:|@-]{0,10}",
            "[0-9.:\\[\\]/]{1,12}",
            "[{}a-z ]{0,10}",
        ],
        number in prop_oneof![-2..2000_i64, any::<i64>()],
    ) {
        let folder = Folder::new();
        for key in distinct_keys() {
            for value in [json!(text), json!([text]), json!(number)] {
                let document = key.with(value);
                if folder.read(&document).is_ok() {
                    let verdict = validate(&document);
                    prop_assert!(verdict.is_ok(), "{}: {verdict:?}", key.path());
                }
            }
        }
    }
}
