//! The rooms of `src/lib.rs`: each file uses only what its room may, no two files beside each other use
//! each other, and the doc of each room names the rooms that it may use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each room with the rooms that it may use, from the ground up.
const ROOMS: [(&str, &str); 15] = [
    ("text", ""),
    ("model", "text"),
    ("config", "text model"),
    ("index", "model config"),
    ("feed", "text model config index"),
    ("render", "text model config feed"),
    ("store", "model"),
    ("http_client", ""),
    ("source", "text model config http_client"),
    ("ingest", "model config index store source"),
    (
        "publish",
        "text model config index feed render store source ingest",
    ),
    ("push", "model config feed store http_client publish"),
    ("export", "model config feed render store publish"),
    ("serve", "text model config feed render store publish"),
    (
        "cli",
        "text model config index feed render store http_client source ingest publish push export serve",
    ),
];

/// A module path, such as `["feed", "etag"]`.
type Module = Vec<String>;

#[test]
fn rooms_use_only_what_they_may() {
    let may_use = BTreeMap::from(ROOMS);
    let mut forbidden = BTreeSet::new();
    for (file, module) in modules() {
        let room = module[0].as_str();
        let allowed = may_use
            .get(room)
            .unwrap_or_else(|| panic!("{file} is in no room of this test"));
        for used in imports(&file, &module) {
            let other = used.first().map_or("", String::as_str);
            if other != room && !allowed.split(' ').any(|allowed| allowed == other) {
                let used = used.join("::");
                forbidden.insert(format!("{room} may not use {other}: {file} uses {used}"));
            }
        }
    }
    assert!(forbidden.is_empty(), "{forbidden:#?}");
}

#[test]
fn files_beside_each_other_are_in_no_circle() {
    // By parent: which of its children use which others.
    let mut arrows: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (file, module) in modules() {
        for used in imports(&file, &module) {
            let shared = module.iter().zip(&used).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(shared), used.get(shared)) {
                let beside = arrows.entry(module[..shared].to_vec()).or_default();
                beside.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    let mut circles = Vec::new();
    for (parent, beside) in &arrows {
        for from in beside.keys() {
            let mut reached = BTreeSet::new();
            let mut next = Vec::from_iter(&beside[from]);
            while let Some(to) = next.pop() {
                if reached.insert(to) {
                    next.extend(beside.get(to).into_iter().flatten());
                }
            }
            if reached.contains(from) {
                circles.push(format!("{}::{from}", parent.join("::")));
            }
        }
    }
    assert!(circles.is_empty(), "modules in a circle: {circles:#?}");
}

#[test]
fn room_docs_name_the_rooms_that_they_may_use() {
    for (room, may_use) in ROOMS {
        let text = read(&format!("src/{room}.rs"));
        let doc = text.lines().map_while(|line| line.strip_prefix("//!"));
        let doc: String = doc.collect();
        let (_, uses) = doc
            .split_once("Uses ")
            .unwrap_or_else(|| panic!("the doc of {room} does not say what it uses"));
        let sentence = uses.split(". ").next().unwrap_or_default();
        let named = sentence.split("(crate::").skip(1);
        let named: Vec<&str> = named.filter_map(|rest| rest.split(')').next()).collect();
        match room {
            "text" | "http_client" => {
                assert!(sentence.starts_with("no other room"), "{room}: {sentence}")
            }
            "cli" => assert!(sentence.starts_with("all rooms"), "{room}: {sentence}"),
            _ => assert_eq!(named.join(" "), may_use, "{room}"),
        }
    }
}

/// Every file of the library with its module. Tests may use what they like.
fn modules() -> Vec<(String, Module)> {
    let mut folders = vec!["src".to_owned()];
    let mut modules = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(absolute(&folder)).expect("a folder") {
            let entry = entry.expect("an entry");
            let path = format!("{folder}/{}", entry.file_name().display());
            if entry.path().is_dir() {
                folders.push(path);
                continue;
            }
            let Some(below) = path["src/".len()..].strip_suffix(".rs") else {
                continue;
            };
            let module: Module = below.split('/').map(str::to_owned).collect();
            let is_for_tests = |part: &String| {
                ["tests", "testkit", "fuzz_targets", "simulation"].contains(&part.as_str())
            };
            if !["lib", "main"].contains(&below) && !module.iter().any(is_for_tests) {
                modules.push((path, module));
            }
        }
    }
    modules
}

/// The modules and items that a file names by a path that begins with `crate` or `super`, apart from
/// those in its comments and tests.
fn imports(file: &str, module: &[String]) -> BTreeSet<Module> {
    let text = read(file);
    let code = text.split("#[cfg(test)]\nmod tests {").next();
    let lines = code.unwrap_or_default().lines();
    let code: Vec<&str> = lines
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let mut imports = BTreeSet::new();
    for (start, base) in [("crate::", 0), ("super::", module.len() - 1)] {
        for (at, _) in code.match_indices(start) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let (mut rest, mut depth) = (&code[at + start.len()..], base);
            while let Some(above) = rest.strip_prefix("super::") {
                (rest, depth) = (above, depth - 1);
            }
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            let (path, behind) = rest.split_at(end.unwrap_or(rest.len()));
            let names = path.split("::").filter(|name| !name.is_empty());
            let stem = module[..depth].iter().cloned();
            let stem: Module = stem.chain(names.map(str::to_owned)).collect();
            // `use a::{b, c::d};` names `a::b` and `a::c`.
            let group = behind.strip_prefix('{').and_then(|it| it.split('}').next());
            let items = group.map_or(vec!["self"], |group| group.split(',').collect());
            for item in items {
                let item = item.trim().split("::").next().unwrap_or_default();
                let item = (!["", "self"].contains(&item)).then(|| item.to_owned());
                imports.insert(stem.iter().cloned().chain(item).collect());
            }
        }
    }
    imports
}

fn read(path: &str) -> String {
    fs::read_to_string(absolute(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn absolute(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
