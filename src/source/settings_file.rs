//! A settings file of another program in TOML, YAML or JSON, as one tree.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};

use super::article_file::tree::{self, KeyValue, Node};

/// A longer file holds no settings.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The tree of a file, whose extension says the language. Names of keys are in lower case, numbers are text
/// as written. `None` if there is no such file, or it cannot be parsed.
pub fn read(path: &Path) -> Option<Map<String, Value>> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let mut text = String::new();
    let file = File::open(path).ok()?;
    let length = file
        .take(FILE_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .ok()?;
    if length as u64 > FILE_BYTES_MAX {
        return None;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let pairs = match extension.as_str() {
        "toml" => tree::toml::parse(text, 1, &[]),
        "yaml" | "yml" => tree::yaml::parse(text, 1),
        "json" => tree::json::parse(text, 1),
        _ => return None,
    };
    Some(table(&pairs.ok()?))
}

fn table(pairs: &[KeyValue]) -> Map<String, Value> {
    let pairs = pairs
        .iter()
        .map(|pair| (pair.key.to_lowercase(), value(&pair.node)));
    pairs.collect()
}

fn value(node: &Node) -> Value {
    match &node.value {
        tree::Value::Null => Value::Null,
        tree::Value::Bool(flag) => Value::Bool(*flag),
        tree::Value::Number(text) | tree::Value::Text(text) => Value::String(text.clone()),
        tree::Value::List(items) => Value::Array(items.iter().map(value).collect()),
        tree::Value::Table(pairs) => Value::Object(table(pairs)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn three_languages_give_one_tree() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [
            (
                "a.toml",
                "baseURL = \"https://dala.example/\"\n[params]\nn = 5\nflag = true\n",
            ),
            (
                "a.yaml",
                "baseURL: https://dala.example/\nparams:\n  n: 5\n  flag: true\n",
            ),
            (
                "a.json",
                r#"{"baseURL": "https://dala.example/", "params": {"n": 5, "flag": true}}"#,
            ),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            let expected = json!({
                "baseurl": "https://dala.example/", "params": { "n": "5", "flag": true },
            });
            assert_eq!(read(&path).map(Value::Object), Some(expected), "{name}");
        }
        std::fs::write(folder.path().join("b.toml"), "a = ").expect("a file");
        for name in ["b.toml", "c.toml", "."] {
            assert_eq!(read(&folder.path().join(name)), None, "{name}");
        }
    }
}
