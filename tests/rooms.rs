//! The rooms of `src/lib.rs`: each file uses only what its room may, and no two files beside each
//! other use each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each room with the rooms that it may use, from the ground up.
const ROOMS: [(&str, &[&str]); 13] = [
    ("text", &[]),
    ("model", &["text"]),
    ("config", &["text", "model"]),
    ("index", &["model", "config"]),
    ("feed", &["text", "model", "config", "index"]),
    ("render", &["text", "model", "config", "feed"]),
    ("store", &["model"]),
    ("source", &["text", "model", "config"]),
    ("ingest", &["model", "config", "index", "store", "source"]),
    (
        "publish",
        &[
            "text", "model", "config", "index", "feed", "render", "store", "source", "ingest",
        ],
    ),
    (
        "export",
        &["model", "config", "feed", "render", "store", "publish"],
    ),
    (
        "serve",
        &[
            "text", "model", "config", "feed", "render", "store", "publish",
        ],
    ),
    (
        "cli",
        &[
            "text", "model", "config", "index", "feed", "render", "store", "source", "ingest",
            "publish", "export", "serve",
        ],
    ),
];

/// Arrows that are still to go. This list may only shrink.
const LEFT: &[(&str, &str)] = &[];

/// Modules that are still in a circle. This list may only shrink.
const LEFT_IN_CIRCLES: &[&str] = &[];

#[test]
fn rooms_use_only_what_they_may() {
    let may_use: BTreeMap<&str, &[&str]> = ROOMS.into();
    let mut forbidden = BTreeSet::new();
    for (file, module) in sources() {
        let Some(room) = module
            .first()
            .filter(|room| !["lib", "main"].contains(&room.as_str()))
        else {
            continue;
        };
        let allowed = may_use.get(room.as_str()).copied().unwrap_or_default();
        for used in imports(&file, &module) {
            let other = used.first().map_or("", String::as_str);
            if other != room && !allowed.contains(&other) && !LEFT.contains(&(room, other)) {
                forbidden.insert(format!(
                    "{room} may not use {other}: {file} uses {}",
                    used.join("::")
                ));
            }
        }
    }
    assert!(forbidden.is_empty(), "{}", lines(&forbidden));
}

#[test]
fn files_beside_each_other_are_in_no_circle() {
    let mut arrows: BTreeMap<Vec<String>, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (file, module) in sources() {
        for used in imports(&file, &module) {
            let shared = module.iter().zip(&used).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(shared), used.get(shared)) {
                let beside = arrows.entry(module[..shared].to_vec()).or_default();
                beside.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    let mut circles = BTreeSet::new();
    for (parent, beside) in &arrows {
        for from in beside.keys() {
            let mut reached = BTreeSet::new();
            let mut next: Vec<&String> = beside[from].iter().collect();
            while let Some(to) = next.pop() {
                if reached.insert(to) {
                    next.extend(beside.get(to).into_iter().flatten());
                }
            }
            let module = [parent.as_slice(), std::slice::from_ref(from)]
                .concat()
                .join("::");
            if reached.contains(from) && !LEFT_IN_CIRCLES.contains(&&*module) {
                circles.insert(format!("{module} is in a circle"));
            }
        }
    }
    assert!(circles.is_empty(), "{}", lines(&circles));
}

/// Every file of the library with its module path. Tests may use what they like.
fn sources() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(&root).expect("a path below src");
            let name = below.display().to_string();
            let Some(module) = name.strip_suffix(".rs") else {
                continue;
            };
            if !["lib", "main"].contains(&module)
                && !module
                    .split('/')
                    .any(|part| part == "tests" || part == "testkit")
            {
                let module = module.split('/').map(str::to_owned).collect();
                found.push((format!("src/{name}"), module));
            }
        }
    }
    found.sort();
    found
}

/// The modules and items that a file names by a path that begins with `crate` or `super`, apart
/// from those in its comments and tests.
fn imports(file: &str, module: &[String]) -> BTreeSet<Vec<String>> {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a file");
    let tests = text.find("#[cfg(test)]\nmod tests {");
    let code: String = text[..tests.unwrap_or(text.len())]
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut found = BTreeSet::new();
    for (start, base) in [("crate::", 0), ("super::", module.len() - 1)] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back().unwrap_or(' ');
            if before.is_alphanumeric() || before == '_' || before == ':' {
                continue;
            }
            let mut rest = &code[at + start.len()..];
            let mut depth = base;
            while let Some(deeper) = rest.strip_prefix("super::") {
                (rest, depth) = (deeper, depth.saturating_sub(1));
            }
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            let (path, behind) = rest.split_at(end.unwrap_or(rest.len()));
            let mut names: Vec<&str> = path.split("::").filter(|name| !name.is_empty()).collect();
            let group = behind
                .strip_prefix('{')
                .and_then(|group| group.split('}').next());
            let stem: Vec<String> = module[..depth]
                .iter()
                .cloned()
                .chain(names.drain(..).map(str::to_owned))
                .collect();
            match group {
                None => {
                    found.insert(stem);
                }
                Some(group) => {
                    for name in group.split(',').filter_map(|name| name.split("::").next()) {
                        let name = name.trim();
                        let last = (!name.is_empty() && name != "self").then(|| name.to_owned());
                        found.insert(stem.iter().cloned().chain(last).collect());
                    }
                }
            }
        }
    }
    found
}

fn lines(found: &BTreeSet<String>) -> String {
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    format!("\n{}\n", found.join("\n"))
}
