//! The reference page of all keys, which tests keep as `docs/configuration.md` and as a manual page.

use std::fmt::Write;

use serde_json::Value;

use crate::config::key::{Facts, TableKeys};
use crate::config::keys::root;
use crate::testkit::committed::assert_committed;
use crate::testkit::manual_page;

const INTRODUCTION: &str = r#"# Configuration reference

<!-- A test writes this page from src/config/keys.rs: UPDATE_DOCS=1 cargo test configuration_reference -->

Every key of `feeds.toml`. Only `[site]` and one table below `[source]` are required. A key that is not on this page is
an error. `taspa check` reports every mistake with its line, and `taspa schema` prints a JSON Schema for editors.

- Any string may hold `${NAME}` or `${NAME:-default}`, which is replaced from the environment. `$$` is a dollar sign.
- A relative path starts at the folder of `feeds.toml`.
- An optional key with an empty string counts as absent, so `logo = "${LOGO:-}"` works.
- A duration is at most `36500d`. A size may also have the units KB, MB and GB.
- A term is a tag (`мажилис` or `#мажилис`), `section:…`, `author:…` or `lang:…`. Letter case and punctuation do not
  matter.
"#;

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    write_tables(&mut page, &root::TABLE, "").expect("a string takes everything");
    page
}

/// Writes the tables below a table that is named `parent`, each with those below it.
fn write_tables(page: &mut String, keys: &TableKeys, parent: &str) -> std::fmt::Result {
    let tables = keys.own().filter_map(|key| Some((key.table?, key)));
    let mut tables = tables.peekable();
    while let Some((table, key)) = tables.next() {
        let mut names = vec![name(&key, parent)];
        let mut docs = vec![key.doc];
        // Tables with the same keys are described together.
        while let Some((_, twin)) = tables.next_if(|(next, _)| std::ptr::eq(*next, table)) {
            names.push(name(&twin, parent));
            docs.push(twin.doc);
        }
        let is_list = key.schema["type"] == "array";
        let headers = names.iter().map(|name| match is_list {
            true => format!("`[[{name}]]`"),
            false => format!("`[{name}]`"),
        });
        let level = if parent.is_empty() { "##" } else { "###" };
        let headers: Vec<String> = headers.collect();
        writeln!(
            page,
            "\n{level} {}\n\n{}",
            headers.join(", "),
            docs.join(" ")
        )?;
        if !table.shared.is_empty() {
            let text = "Every key of [`[defaults]`](#defaults) may stand here as well. One that is absent is as it is there.";
            writeln!(page, "\n{text}")?;
        }
        write_keys(page, table)?;
        write_tables(page, table, &names[0])?;
    }
    Ok(())
}

/// The name of the table below `key`.
fn name(key: &Facts, parent: &str) -> String {
    match parent {
        "" => key.name.to_owned(),
        parent => format!("{parent}.{}", key.name),
    }
}

fn write_keys(page: &mut String, table: &TableKeys) -> std::fmt::Result {
    let keys = table.own().filter(|key| key.table.is_none());
    for (number, key) in keys.enumerate() {
        if number == 0 {
            writeln!(
                page,
                "\n| Key | Value | Default | Meaning |\n|---|---|---|---|"
            )?;
        }
        let default = match &key.default {
            Some(default) => code(default),
            None if key.is_required => "required".to_owned(),
            None => "–".to_owned(),
        };
        let mut meaning = key.doc.to_owned();
        let examples: Vec<String> = key.examples.iter().map(code).collect();
        if !examples.is_empty() {
            write!(meaning, " Example: {}", examples.join(", "))?;
        }
        let cells = [key.expected, default, meaning].map(|cell| cell.replace('|', r"\|"));
        writeln!(page, "| `{}` | {} |", key.name, cells.join(" | "))?;
    }
    Ok(())
}

/// A value as TOML has it.
fn code(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(Value::to_string).collect();
            format!("`[{}]`", items.join(", "))
        }
        value => format!("`{value}`"),
    }
}

#[test]
fn configuration_reference_is_what_the_keys_say() {
    assert_committed("docs/configuration.md", &page(), "configuration_reference");
}

/// `feeds.toml(5)` is the reference page as a manual page.
#[test]
fn configuration_reference_is_a_manual_page() {
    let reference = page().replace("# Configuration reference", "# Description");
    let manual = [
        manual_page::title("feeds.toml", 5, "File formats"),
        manual_page::from_markdown(
            "# Name\n\nfeeds.toml - configuration of taspa, the feed server of a newsroom\n\n\
             # Synopsis\n\n/etc/taspa/feeds.toml\n",
        ),
        manual_page::from_markdown(&reference),
        manual_page::from_markdown("# See also\n\n`taspa`(1)\n"),
    ];
    assert_committed(
        "packaging/man/feeds.toml.5",
        &manual.concat(),
        "configuration_reference",
    );
}
