//! README and the pages in `docs`: what a reader can paste works, and every link leads somewhere.
//!
//! A fence whose language is followed by a file name shows that file: an article, or a template.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use testkit::newsroom::Newsroom;
use testkit::{admin_pages, programs};

#[path = "testkit/mod.rs"]
mod testkit;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Folders whose pages are read besides those at the root.
const FOLDERS: [&str; 4] = ["docs", "examples", "examples/proxies", "examples/sql"];

const README_LINES_MAX: usize = 200;

/// What every configuration needs, for blocks that show a part of one.
const SITE: &str = r#"
[site]
title        = "Дала жаңалықтары"
url          = "https://dala.example/"
id-authority = "dala.example"
id-year      = 2026
"#;
const SOURCE: &str = r#"
[source.directory]
path = "articles"
"#;

/// Commands that read articles and write nothing but to where they are told.
const HARMLESS: [&str; 7] = [
    "check",
    "completions",
    "explain",
    "export",
    "list",
    "render",
    "schema",
];

struct Page {
    /// Below the root.
    path: PathBuf,
    text: String,
}

struct Block {
    /// File and line.
    place: String,
    language: String,
    /// The file that it shows, if it shows one.
    file: Option<String>,
    text: String,
}

#[test]
fn toml_blocks_are_configurations_without_problems() {
    for block in blocks("toml") {
        let mut text = block.text.clone();
        for (table, missing) in [("[site]", SITE), ("[source.", SOURCE)] {
            if !text.lines().any(|line| line.starts_with(table)) {
                text.push_str(missing);
            }
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("templates")).expect("a folder of templates");
        fs::write(folder.path().join("feeds.toml"), text).expect("a configuration");
        let checked = taspa(&["check", "--config-only"], folder.path());
        assert_no_problems(&checked, &block.place);
    }
}

#[test]
fn shell_blocks_are_valid_shell() {
    for block in blocks("sh") {
        let mut shell = Command::new("sh")
            .arg("-n")
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut input = shell.stdin.take().expect("a pipe");
        input.write_all(block.text.as_bytes()).expect("a reader");
        drop(input);
        let status = shell.wait().expect("an end");
        assert!(status.success(), "{}: {}", block.place, block.text);
    }
}

/// clap looks at every subcommand, option and value before it obeys `--help`.
#[test]
fn commands_are_accepted_by_the_program() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let commands = commands();
    assert!(commands.len() > 10, "only {} were found", commands.len());
    for (place, mut command) in commands {
        command.push("--help".to_owned());
        let helped = taspa(&command, folder.path());
        assert!(helped.status.success(), "{place}: {helped:?}");
    }
}

#[test]
fn harmless_commands_succeed_over_the_sample_newsroom() {
    let folder = sample_newsroom();
    for (place, command) in commands() {
        let is_elsewhere = |word: &String| word == "--config" || word.starts_with("/srv/");
        if !HARMLESS.contains(&&*command[0]) || command.iter().any(is_elsewhere) {
            continue;
        }
        let ended = taspa(&command, folder.path());
        assert!(ended.status.success(), "{place}: {command:?}: {ended:?}");
    }
}

#[test]
fn table_of_commands_has_every_command_and_option() {
    let page = read(Path::new("docs/operating.md"));
    let rows = page.text.lines();
    let rows = rows.filter_map(|line| line.strip_prefix("| `taspa ")?.split('`').next());
    let documented: BTreeSet<String> = rows
        .flat_map(|usage| {
            let mut words = usage.split_whitespace();
            let command = words.next().expect("a command").to_owned();
            let options = words.filter_map(|word| word.trim_matches(['[', ']']).strip_prefix("--"));
            let options: Vec<String> = options.map(|name| format!("{command} --{name}")).collect();
            options.into_iter().chain([command])
        })
        .collect();

    let folder = tempfile::tempdir().expect("a temporary folder");
    let help = text(&taspa(&["--help"], folder.path()).stdout);
    let (_, list) = help.split_once("Commands:").expect("a list of commands");
    let list = list.split("\n\n").next().unwrap_or_default();
    let names = list
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let mut known = BTreeSet::new();
    for name in names.filter(|name| *name != "help") {
        known.insert(name.to_owned());
        let help = text(&taspa(&[name, "--help"], folder.path()).stdout);
        let options = help
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--"));
        let options = options.filter_map(|option| option.split_whitespace().next());
        let own = options.filter(|option| *option != "config");
        known.extend(own.map(|option| format!("{name} --{option}")));
    }
    assert_eq!(documented, known);
}

#[test]
fn table_of_metrics_has_every_metric() {
    let page = read(Path::new("docs/operating.md"));
    let rows = page
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("| `taspa_"));
    let cells = rows.filter_map(|row| row.split('|').next());
    let names = cells.flat_map(|cell| cell.split(", `taspa_"));
    let names = names.filter_map(|name| name.split(['{', '`']).next());
    let documented: BTreeSet<String> = names.map(|name| format!("taspa_{name}")).collect();

    let newsroom = Newsroom::sample();
    let (_daemon, admin) = admin_pages::start(&newsroom);
    let metrics = admin_pages::get(&admin, "/metrics");
    let types = metrics
        .text()
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "));
    let names = types.filter_map(|line| line.split(' ').next());
    let served: BTreeSet<String> = names
        .map(|name| match name.starts_with("taspa_process_") {
            true => "taspa_process_*".to_owned(),
            false => name.to_owned(),
        })
        .collect();
    let missing: Vec<&String> = served.difference(&documented).collect();
    assert!(missing.is_empty(), "not documented: {missing:?}");
    let not_always = [
        "taspa_held_since_timestamp_seconds",
        "taspa_indexnow_last_success_timestamp_seconds",
        "taspa_source_newest_timestamp_seconds",
        "taspa_source_replica_lag_seconds",
    ];
    let surplus: Vec<&String> = documented.difference(&served).collect();
    assert_eq!(surplus, not_always);
}

#[test]
fn table_of_alerts_has_every_rule_and_rules_lead_to_headings() {
    let rules = read(Path::new("examples/prometheus/taspa.rules.yml")).text;
    let values = |key: &str| -> Vec<&str> {
        let lines = rules
            .lines()
            .map(|line| line.trim_start_matches([' ', '-']));
        lines.filter_map(|line| line.strip_prefix(key)).collect()
    };
    let page = read(Path::new("docs/operating.md"));
    let rows = page
        .text
        .lines()
        .filter(|line| line.starts_with("| `Taspa"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let documented: BTreeSet<&str> = names.collect();
    let alerts: BTreeSet<&str> = values("alert: ").into_iter().collect();
    assert_eq!(documented, alerts);

    let root = Page {
        path: PathBuf::from("README.md"),
        text: String::new(),
    };
    let links = values("docs: ");
    assert_eq!(links.len(), alerts.len());
    let dead: Vec<&str> = links
        .into_iter()
        .filter(|link| !leads_somewhere(&root, link))
        .collect();
    assert!(dead.is_empty(), "{dead:?}");
}

#[test]
fn nginx_blocks_are_accepted_by_nginx() {
    let Some(nginx) = programs::find("nginx") else {
        return;
    };
    for block in blocks("nginx") {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = folder.path().display();
        // The port may belong to somebody else here.
        let text = block
            .text
            .replace("listen 80;", &format!("listen unix:{at}/socket;"));
        let conf = format!(
            "pid {at}/pid; error_log stderr; events {{}}
             http {{
                 access_log off; proxy_temp_path {at}/proxy; client_body_temp_path {at}/body;
                 fastcgi_temp_path {at}/fastcgi; uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;
                 {text}
             }}"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, conf).expect("a configuration");
        let mut command = Command::new(&nginx);
        command.args(["-t", "-q", "-e", "stderr", "-c"]).arg(file);
        let checked = command.output().expect("nginx starts");
        assert!(checked.status.success(), "{}: {checked:?}", block.place);
        assert!(checked.stderr.is_empty(), "{}: {checked:?}", block.place);
    }
}

#[test]
fn shown_files_are_read_without_problems() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = format!("{SITE}\n[server]\ntemplates = \"templates\"\n{SOURCE}");
    fs::write(folder.path().join("feeds.toml"), config).expect("a configuration");
    let mut articles = 0;
    for block in all_blocks() {
        let Some(file) = block.file else { continue };
        let path = folder.path().join(&file);
        assert!(!path.exists(), "{}: {file} is shown twice", block.place);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, block.text).expect("a file");
        articles += usize::from(file.starts_with("articles/"));
    }
    let checked = taspa(&["check"], folder.path());
    assert_no_problems(&checked, "shown files");
    let count = format!("{articles} articles in ");
    assert!(text(&checked.stdout).contains(&count), "{checked:?}");
}

#[test]
fn json_blocks_are_json() {
    for block in blocks("json") {
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&block.text);
        assert!(parsed.is_ok(), "{}: {parsed:?}", block.place);
    }
}

#[test]
fn relative_links_lead_to_files_and_headings() {
    let mut dead = Vec::new();
    let mut links = 0;
    for page in pages() {
        for link in relative_links(&page.text) {
            links += 1;
            if !leads_somewhere(&page, &link) {
                dead.push(format!("{}: {link}", page.path.display()));
            }
        }
    }
    assert!(links > 100, "only {links} links were found");
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn readme_is_short_and_begins_with_a_command_that_runs() {
    let readme = read(Path::new("README.md"));
    let lines = readme.text.lines().count();
    assert!(lines <= README_LINES_MAX, "README.md has {lines} lines");
    let first = blocks_of(&readme).into_iter().next().expect("a block");
    assert_eq!(first.text, "cargo run --release -- serve\n");
    assert!(readme.text.contains("`cargo test --locked`"));
}

/// Runs the program in a folder with a feeds.toml.
fn taspa<S: AsRef<OsStr>>(arguments: &[S], folder: &Path) -> Output {
    let output = command(folder).args(arguments).output();
    output.expect("the program starts")
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taspa"));
    command.current_dir(folder);
    for name in [
        "TASPA_CONFIG",
        "TASPA_LISTEN",
        "TASPA_LOG",
        "TASPA_LOG_FORMAT",
        "STATE_DIRECTORY",
    ] {
        command.env_remove(name);
    }
    for name in ["DATABASE_URL", "DATABASE_LISTEN_URL"] {
        command.env(name, "postgres://taspa@db.example/news");
    }
    command.env("WP_APPLICATION_PASSWORD", "abcd efgh");
    command
}

#[track_caller]
fn assert_no_problems(checked: &Output, what: &str) {
    let said = text(&checked.stdout);
    assert!(checked.status.success(), "{what}: {said}");
    let summary = said.lines().last();
    let is_good = summary.is_some_and(|line| line.starts_with("no problems"));
    assert!(is_good, "{what}: {said}");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with the shipped feeds.toml, over the articles of the repository.
fn sample_newsroom() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shipped = read(Path::new("feeds.toml")).text;
    let articles = format!("path = \"{ROOT}/tests/newsroom\"");
    let config = shipped.replace("path = \"tests/newsroom\"", &articles);
    assert_ne!(config, shipped, "the shipped file names other articles");
    fs::write(folder.path().join("feeds.toml"), config).expect("a configuration");
    folder
}

fn read(path: &Path) -> Page {
    let text = fs::read_to_string(Path::new(ROOT).join(path));
    Page {
        path: path.to_owned(),
        text: text.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    }
}

fn pages() -> Vec<Page> {
    let mut paths: Vec<PathBuf> = ["README.md", "CHANGELOG.md"].map(PathBuf::from).into();
    for folder in FOLDERS {
        let entries = fs::read_dir(Path::new(ROOT).join(folder)).expect("a folder of pages");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let pages = names.filter(|name| Path::new(name).extension().is_some_and(|it| it == "md"));
        paths.extend(pages.map(|name| Path::new(folder).join(name)));
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn all_blocks() -> Vec<Block> {
    pages().iter().flat_map(blocks_of).collect()
}

/// All blocks in a language that show no file; a language without any has another name by now.
fn blocks(language: &str) -> Vec<Block> {
    let mut blocks = all_blocks();
    blocks.retain(|block| block.language == language && block.file.is_none());
    assert!(!blocks.is_empty(), "no page has a block of {language}");
    blocks
}

fn blocks_of(page: &Page) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (line, number) in page.text.lines().zip(1..) {
        match (line.strip_prefix("```"), is_open) {
            (Some(info), false) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                blocks.push(Block {
                    place: format!("{}:{number}", page.path.display()),
                    language: words.next().unwrap_or_default(),
                    file: words.next(),
                    text: String::new(),
                });
                is_open = true;
            }
            (Some(_), true) => is_open = false,
            (None, true) => {
                let block = blocks.last_mut().expect("an open block");
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!is_open, "{}: a block has no end", page.path.display());
    blocks
}

/// Every command line of this program in the blocks, without the program's name: in shell, and in
/// units of systemd.
fn commands() -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for block in all_blocks() {
        let scripts = match &*block.language {
            "sh" => vec![block.text],
            "ini" => {
                let lines = block.text.lines();
                let started = lines.filter_map(|line| line.strip_prefix("ExecStart="));
                started.map(str::to_owned).collect()
            }
            _ => continue,
        };
        let words = scripts.iter().flat_map(|script| simple_commands(script));
        let of_ours = words.filter_map(arguments_of_ours);
        found.extend(of_ours.map(|words| (block.place.clone(), words)));
    }
    found
}

/// What follows `taspa`, or `cargo run … --`.
fn arguments_of_ours(words: Vec<String>) -> Option<Vec<String>> {
    let (program, arguments) = words.split_first()?;
    match Path::new(program).file_name()?.to_str()? {
        "taspa" => Some(arguments.to_vec()),
        "cargo" if arguments.first().is_some_and(|word| word == "run") => {
            let (_, behind) = arguments.split_at(arguments.iter().position(|word| word == "--")?);
            Some(behind[1..].to_vec())
        }
        _ => None,
    }
}

/// The simple commands of a script as words: quotes, comments, continued lines and operators are
/// understood, which is all that our pages use. Where output goes is left out.
fn simple_commands(script: &str) -> Vec<Vec<String>> {
    let script = script.replace("\\\n", " ");
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut is_target = false;
    let mut characters = script.chars().peekable();
    let mut end = |word: &mut Option<String>, commands: &mut Vec<Vec<String>>, goes_on: bool| {
        if let Some(word) = word.take()
            && !std::mem::take(&mut is_target)
        {
            commands.last_mut().expect("a command").push(word);
        }
        is_target |= goes_on;
    };
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' => {
                let quoted: String = characters
                    .by_ref()
                    .take_while(|c| *c != character)
                    .collect();
                word.get_or_insert_default().push_str(&quoted);
            }
            '#' if word.is_none() => while characters.next_if(|c| *c != '\n').is_some() {},
            '>' | '<' => end(&mut word, &mut commands, true),
            '\n' | ';' | '|' | '&' => {
                end(&mut word, &mut commands, false);
                commands.push(Vec::new());
            }
            space if space.is_whitespace() => end(&mut word, &mut commands, false),
            other => word.get_or_insert_default().push(other),
        }
    }
    end(&mut word, &mut commands, false);
    commands.retain(|command| !command.is_empty());
    commands
}

/// The targets of links and pictures outside of code that stay in the repository.
fn relative_links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        // Every second part stands between backquotes, where brackets mean nothing; a link's own words
        // may be code.
        let prose = line.split('`').step_by(2).collect::<Vec<_>>().join("");
        let targets = prose.split("](").skip(1);
        let targets = targets.filter_map(|behind| behind.split(')').next());
        links.extend(
            targets
                .filter(|target| !target.contains(':'))
                .map(str::to_owned),
        );
    }
    links
}

fn leads_somewhere(page: &Page, link: &str) -> bool {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = page.path.parent().unwrap_or(Path::new(""));
    let target = match path {
        "" => page.path.clone(),
        path => folder.join(path),
    };
    let mut inside = PathBuf::new();
    for part in target.components() {
        match part {
            Component::ParentDir if inside.pop() => {}
            Component::Normal(name) => inside.push(name),
            _ => return false,
        }
    }
    if !Path::new(ROOT).join(&inside).exists() {
        return false;
    }
    anchor.is_empty()
        || headings(&read(&inside))
            .iter()
            .any(|heading| heading == anchor)
}

/// The anchors that GitHub makes of a page's headings.
fn headings(page: &Page) -> Vec<String> {
    let mut is_code = false;
    let mut headings = Vec::new();
    for line in page.text.lines() {
        is_code ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if is_code || heading == line || !heading.starts_with(' ') {
            continue;
        }
        let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
        let words: String = heading.trim().to_lowercase().chars().filter(kept).collect();
        headings.push(words.replace(' ', "-"));
    }
    headings
}
