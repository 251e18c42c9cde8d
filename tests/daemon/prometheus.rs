//! The alert rules and the dashboard of `examples/prometheus`: they hold for what a daemon serves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::testkit::admin_pages::{get, start};
use crate::testkit::client::Request;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::programs;
use crate::testkit::wait::eventually;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/prometheus");
const RULES: &str = "taspa.rules.yml";
const RULE_TESTS: &str = "taspa.rules.test.yml";
const DASHBOARD: &str = "grafana-dashboard.json";

/// Metrics without labels that only some sources have, or only some time after the start.
const NOT_ALWAYS: [&str; 3] = [
    "taspa_indexnow_last_success_timestamp_seconds",
    "taspa_source_newest_timestamp_seconds",
    "taspa_source_replica_lag_seconds",
];

/// Labels that Prometheus adds.
const ADDED_LABELS: [&str; 2] = ["instance", "job"];

/// The columns of a dashboard's grid.
const GRID_COLUMNS: u64 = 24;

#[test]
fn rules_pass_their_tests() {
    let Some(promtool) = programs::find("promtool") else {
        return;
    };
    for arguments in [
        &["check", "config", "prometheus.yml"],
        &["check", "rules", RULES],
        &["test", "rules", RULE_TESTS],
    ] {
        let mut command = Command::new(&promtool);
        programs::run(command.current_dir(FOLDER).args(arguments));
    }
}

#[test]
fn every_alert_says_what_to_do_and_fires_in_a_test() {
    let tests = read(RULE_TESTS);
    let rules = parsed(RULES);
    let rules = values_of(&rules, "rules");
    let rules: Vec<&Value> = rules.into_iter().flat_map(elements).collect();
    assert!(rules.len() > 20, "only {} rules were found", rules.len());
    for rule in rules {
        let name = rule["alert"].as_str().expect("the name of an alert");
        for annotation in ["summary", "description", "action", "docs"] {
            let text = rule["annotations"][annotation].as_str();
            assert!(
                text.is_some_and(|text| !text.is_empty()),
                "{name}: {annotation}"
            );
        }
        let severity = rule["labels"]["severity"].as_str();
        let severity = severity.expect("a severity");
        assert!(
            ["critical", "warning", "info"].contains(&severity),
            "{name}: {severity}"
        );
        assert!(
            tests.contains(&format!("alertname=\"{name}\"")),
            "{name} has no test"
        );
    }
}

#[test]
fn rules_and_dashboard_name_metrics_and_labels_that_a_daemon_serves() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure(
        "[auto.sections]",
        "[websub]\nhubs = [\"http://127.0.0.1:9/\"]\n[indexnow]\nkey = \"dala-1234\"\n[auto.sections]",
    );
    let (daemon, admin) = start(&newsroom);
    eventually("the hub is counted", || {
        get(&admin, "/metrics").says("taspa_websub_pings_total{")
    });
    daemon.ask(&Request::get("/all.rss").with("If-None-Match", "*"));
    let served = served_metrics(get(&admin, "/metrics").text());
    let known: BTreeSet<&str> = served
        .values()
        .flatten()
        .map(String::as_str)
        .chain(ADDED_LABELS)
        .collect();
    let mut wrong = BTreeSet::new();
    let mut count = 0;
    for (file, key) in [
        (RULES, "expr"),
        (RULE_TESTS, "series"),
        (DASHBOARD, "expr"),
        (DASHBOARD, "definition"),
    ] {
        for text in texts_of(&parsed(file), key) {
            for (metric, labels) in selectors(&text) {
                count += 1;
                let Some(own) = served.get(&metric) else {
                    if !NOT_ALWAYS.contains(&&*metric) {
                        wrong.insert(format!("{file}: no metric {metric}"));
                    }
                    continue;
                };
                let is_unknown =
                    |label: &&String| !own.contains(*label) && !ADDED_LABELS.contains(&&***label);
                let unknown = labels.iter().filter(is_unknown);
                wrong.extend(unknown.map(|label| format!("{file}: {metric} has no {label}")));
            }
            let groups = grouping_labels(&text);
            let unknown = groups.iter().filter(|label| !known.contains(&***label));
            wrong.extend(unknown.map(|label| format!("{file}: no metric has {label}")));
        }
    }
    assert!(count > 150, "only {count} selectors were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn metrics_have_no_fault_that_promtool_knows() {
    let Some(promtool) = programs::find("promtool") else {
        return;
    };
    let newsroom = Newsroom::of_three();
    let (_daemon, admin) = start(&newsroom);
    let metrics = get(&admin, "/metrics").text().to_owned();
    let mut check = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    let mut input = check.stdin.take().expect("a pipe");
    input.write_all(metrics.as_bytes()).expect("a reader");
    drop(input);
    let output = check.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn dashboard_has_the_form_that_grafana_imports() {
    let dashboard = parsed(DASHBOARD);
    let version = dashboard["schemaVersion"].as_u64();
    assert_eq!(version, Some(38), "the schema of Grafana 10.0");
    let panels = elements(&dashboard["panels"]);
    let mut ids = BTreeSet::new();
    let mut taken = BTreeMap::new();
    for panel in &panels {
        let title = panel["title"].as_str().expect("a title");
        assert!(
            ids.insert(panel["id"].as_u64().expect("an id")),
            "{title}: its id"
        );
        let side = |name: &str| panel["gridPos"][name].as_u64().expect("a number");
        let (left, top) = (side("x"), side("y"));
        assert!(left + side("w") <= GRID_COLUMNS, "{title} is too wide");
        for at in (left..left + side("w")).flat_map(|x| (top..top + side("h")).map(move |y| (x, y)))
        {
            let before = taken.insert(at, title);
            assert_eq!(before, None, "{title} covers another panel");
        }
        let targets = elements(&panel["targets"]);
        assert_eq!(targets.is_empty(), panel["type"] == "row", "{title}");
        let letters: BTreeSet<&str> = targets
            .iter()
            .filter_map(|target| target["refId"].as_str())
            .collect();
        assert_eq!(
            letters.len(),
            targets.len(),
            "{title}: letters of its queries"
        );
    }
    let variables = elements(&dashboard["templating"]["list"]);
    let variables: Vec<&str> = variables
        .iter()
        .filter_map(|variable| variable["name"].as_str())
        .collect();
    assert_eq!(variables, ["datasource", "job", "instance"]);
    // A data source by its identifier exists in one Grafana only.
    let sources = texts_of(&dashboard, "uid");
    let own = |uid: &&String| *uid != "${datasource}";
    assert_eq!(sources.iter().filter(own).collect::<Vec<_>>(), ["taspa"]);
}

#[test]
fn queries_of_the_dashboard_are_valid() {
    let Some(promtool) = programs::find("promtool") else {
        return;
    };
    let queries = texts_of(&parsed(DASHBOARD), "expr");
    let rules: Vec<Value> = queries
        .iter()
        .map(|query| query.replace("$__rate_interval", "5m"))
        .enumerate()
        .map(|(number, query)| json!({"record": format!("query:{number}"), "expr": query}))
        .collect();
    let groups = json!({"groups": [{"name": "dashboard", "rules": rules}]});
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("queries.json");
    fs::write(&file, groups.to_string()).expect("a file");
    programs::run(Command::new(promtool).args(["check", "rules"]).arg(file));
}

fn read(file: &str) -> String {
    let path: PathBuf = Path::new(FOLDER).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of YAML, or of JSON.
fn parsed(file: &str) -> Value {
    let text = read(file);
    let value = match file.ends_with(".json") {
        true => serde_json::from_str(&text).map_err(|error| error.to_string()),
        false => serde_saphyr::from_str(&text).map_err(|error| error.to_string()),
    };
    value.unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn elements(value: &Value) -> Vec<&Value> {
    value.as_array().into_iter().flatten().collect()
}

/// What stands under this key, at any depth.
fn values_of<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    match value {
        Value::Object(object) => {
            let own = object.get(key);
            let below = object.values().flat_map(|value| values_of(value, key));
            own.into_iter().chain(below).collect()
        }
        Value::Array(array) => array
            .iter()
            .flat_map(|value| values_of(value, key))
            .collect(),
        _ => Vec::new(),
    }
}

fn texts_of(value: &Value, key: &str) -> Vec<String> {
    let texts = values_of(value, key);
    let texts = texts.into_iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// The labels of every metric in a text of `/metrics`.
fn served_metrics(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut metrics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let name = declared.split(' ').next().expect("a name");
            metrics.entry(name.to_owned()).or_default();
        }
        for (metric, labels) in selectors(line) {
            metrics.entry(metric).or_default().extend(labels);
        }
    }
    metrics
}

/// The metrics of this program in an expression, each with the labels between its braces.
fn selectors(text: &str) -> Vec<(String, Vec<String>)> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = text.match_indices("taspa_").map(|(at, _)| at);
    let starts = starts.filter(|at| !text[..*at].ends_with(is_of_name));
    let selector = |at: usize| {
        let end = text[at..]
            .find(|c| !is_of_name(c))
            .map_or(text.len(), |end| at + end);
        let braces = text[end..]
            .strip_prefix('{')
            .and_then(|rest| rest.split('}').next());
        let parts = braces.unwrap_or_default().split('"').step_by(2);
        let labels = parts.map(|part| part.trim_matches([',', ' ', '=', '!', '~']).to_owned());
        let labels = labels.filter(|label| !label.is_empty()).collect();
        (text[at..end].to_owned(), labels)
    };
    starts.map(selector).collect()
}

/// The labels by which an expression groups and matches.
fn grouping_labels(text: &str) -> Vec<String> {
    let lists = ["by (", "on (", "group_left ("]
        .into_iter()
        .flat_map(|word| text.split(word).skip(1))
        .filter_map(|behind| behind.split(')').next());
    let labels = lists.flat_map(|list| list.split(','));
    labels.map(|label| label.trim().to_owned()).collect()
}
