//! `taspa init`: finds out what a folder, a site or a database is, asks for the rest, and writes feeds.toml.
//!
//! ```text
//!  folder::plan · website::plan · database::plan ──▶ Plan ──▶ questions::ask ──▶ feeds_toml::write
//!        │ generator::find, Sample::read                           (what Facts do not know)
//! ```

mod database;
mod facts;
mod feeds_toml;
mod folder;
mod generator;
mod plan;
mod questions;
mod sample;
mod toml_text;
mod website;

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use self::facts::{Fact, Machine};
use self::feeds_toml::DATABASE_VARIABLE;
use self::plan::{Plan, SourcePlan};
use self::sample::{Sample, most_frequent};
use super::output::Screen;
use super::{CommandResult, Exit, InitArguments};
use crate::config::DATABASE_SCHEMES;
use crate::model::count::{counted, many};
use crate::text::visible;

/// The file that is written.
const FILE: &str = "feeds.toml";

/// `--config -`, which writes to standard output.
const STANDARD_OUTPUT: &str = "-";

/// How a file of SQLite begins.
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

/// Sections and tags that are named.
const TERMS_SHOWN: usize = 8;

/// Files that are no articles and are named with their reasons.
const REFUSED_SHOWN: usize = 3;

/// What the argument names.
enum Target<'a> {
    Folder(&'a Path),
    Website(&'a str),
    Database(String),
}

pub(super) fn run(
    config: Option<&Path>,
    arguments: &InitArguments,
    screen: &mut Screen,
) -> CommandResult {
    let target = target(&arguments.source, config)?;
    let file = match (config, &target) {
        (Some(file), _) => file.to_owned(),
        // What is printed has paths for the current folder, where it is likely to be written.
        (None, Target::Folder(folder)) if !arguments.print && *folder != Path::new(".") => {
            folder.join(FILE)
        }
        (None, Target::Folder(_) | Target::Website(_) | Target::Database(_)) => PathBuf::from(FILE),
    };
    let is_printed = arguments.print || file == Path::new(STANDARD_OUTPUT);
    if !is_printed {
        // Before any question is answered in vain.
        create(&file, "")?;
        fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let machine = Machine::of_process();
    let mut plan = match &target {
        Target::Folder(source) => folder::plan(source, folder, &machine)?,
        Target::Website(address) => website::plan(address, &machine)?,
        Target::Database(address) => database::plan(address, &machine)?,
    };
    feeds_toml::drop_invalid(&mut plan, folder);
    report(&plan, screen);
    let is_asked = !arguments.yes && io::stdin().is_terminal();
    if is_asked {
        screen.ask("\nEnter takes what stands in brackets; Ctrl-D takes it for the rest.\n");
        let mut input = io::stdin().lock();
        questions::ask(&mut plan, folder, &mut input, &mut |text| screen.ask(text))?;
    } else if !arguments.yes {
        screen.complain("Standard input is no terminal, so nothing is asked.");
    }
    // Whatever comes next must be what the other commands read.
    if let Some(problem) = feeds_toml::first_error(&plan, folder) {
        return Err(format!("no feeds.toml can be made of this: {problem}").into());
    }
    let text = feeds_toml::write(&plan);
    if is_printed {
        screen.write(text.as_bytes())?;
        name_defaults(&plan, &file, &text, screen);
        return Ok(Exit::Done);
    }
    if let Some(folder) = &plan.new_folder {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    create(&file, &text)?;
    if let Some(folder) = &plan.new_folder {
        screen.line(&format!(
            "{} is a new folder, for articles",
            folder.display()
        ))?;
    }
    screen.line(&format!("{} is written", file.display()))?;
    name_defaults(&plan, &file, &text, screen);
    name_next_commands(&plan, &file, screen)?;
    Ok(Exit::Done)
}

fn target<'s>(source: &'s str, config: Option<&Path>) -> Result<Target<'s>, String> {
    if source.is_empty() {
        return Err("the folder or address is an empty text".to_owned());
    }
    let lower = source.to_ascii_lowercase();
    if let Some((scheme, rest)) = source.split_once(':')
        && let Some(scheme) = DATABASE_SCHEMES
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(scheme))
    {
        return Ok(Target::Database(format!("{scheme}:{rest}")));
    }
    if lower.starts_with("https://") || lower.starts_with("http://") {
        return Ok(Target::Website(source));
    }
    let path = Path::new(source);
    let metadata = fs::metadata(path).map_err(|error| {
        let hint =
            "name a folder, an address that begins with https://, or the address of a database";
        format!("{}: {error}\n  hint: {hint}", path.display())
    })?;
    if metadata.is_dir() {
        return Ok(Target::Folder(path));
    }
    let mut start = Vec::new();
    let opened = File::open(path);
    let read = opened.and_then(|file| file.take(SQLITE_MAGIC.len() as u64).read_to_end(&mut start));
    match read {
        Ok(_) if start == SQLITE_MAGIC => {
            Ok(Target::Database(database::sqlite_address(path, config)))
        }
        Ok(_) => {
            let hint = "name the folder that it is in";
            Err(format!(
                "{} is one file, and no database of SQLite\n  hint: {hint}",
                path.display()
            ))
        }
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

fn exists(file: &Path) -> String {
    let hint = "`--print` shows what would stand there; `--config FILE` writes another file";
    format!(
        "{} is there already, and stays as it is\n  hint: {hint}",
        file.display()
    )
}

/// Writes the file unless there is one by now.
fn create(file: &Path, text: &str) -> Result<(), String> {
    let opened = OpenOptions::new().write(true).create_new(true).open(file);
    let mut opened = opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(file),
        _ => {
            let hint = "`--config FILE` names a file in a folder that exists and may be written to; `--print` writes none";
            format!("{} cannot be written: {error}\n  hint: {hint}", file.display())
        }
    })?;
    opened.write_all(text.as_bytes()).map_err(|error| {
        // A part of it would stop the next run.
        let _ = fs::remove_file(file);
        format!("{}: {error}", file.display())
    })
}

/// Says what was found.
fn report(plan: &Plan, screen: &mut Screen) {
    let sample = &plan.sample;
    screen.complain(&format!("This is {}: {}", plan.found, in_numbers(plan)));
    for (noun, counts) in [("sections", &sample.sections), ("tags", &sample.tags)] {
        let terms = most_frequent(counts, TERMS_SHOWN);
        let named = terms
            .iter()
            .map(|(name, count)| format!("{} {count}", visible(name)));
        if !terms.is_empty() {
            screen.complain(&format!(
                "  {noun}: {}",
                named.collect::<Vec<_>>().join(", ")
            ));
        }
    }
    for (path, reason) in sample.refused().take(REFUSED_SHOWN) {
        screen.complain(&format!(
            "  no article: {}: {}",
            visible(path),
            visible(reason)
        ));
    }
    for note in &plan.notes {
        screen.complain(&format!("  note: {note}"));
    }
}

fn in_numbers(plan: &Plan) -> String {
    let Sample {
        listed,
        is_whole,
        read,
        articles,
        hidden,
        formats,
        ..
    } = &*plan.sample;
    let noun = match plan.source {
        SourcePlan::Directory { .. } => "file",
        SourcePlan::WordPress { .. } => "post",
        SourcePlan::Sql { .. } => "row",
    };
    let formats = most_frequent(formats, usize::MAX);
    let formats = formats
        .iter()
        .map(|(name, count)| format!("{count} .{name}"));
    let formats = formats.collect::<Vec<_>>().join(", ");
    let mut text = many(*articles, "article");
    if !formats.is_empty() {
        text += &format!(" ({formats})");
    }
    if *hidden > 0 {
        text += &format!(", {hidden} of them hidden");
    }
    let refused = read - articles;
    if refused > 0 {
        let (one, more) = (
            format!("{noun} that is none"),
            format!("{noun}s that are none"),
        );
        text += &format!(", {}", counted(refused, &one, &more));
    }
    if read < listed || (!is_whole && *listed > 0) {
        let or_more = if *is_whole { "" } else { " or more" };
        text += &format!("; {read} of {}{or_more} were read", many(*listed, noun));
    }
    text
}

/// Names the keys for which no value was found, so that the file has a default.
fn name_defaults(plan: &Plan, file: &Path, text: &str, screen: &mut Screen) {
    let unknown: Vec<Fact> = Fact::ALL
        .into_iter()
        .filter(|fact| !plan.facts.is_known(*fact))
        .collect();
    if unknown.is_empty() {
        return;
    }
    screen.complain(
        "These were not found, so feeds.toml has defaults; change them before readers subscribe:",
    );
    let mut lines: Vec<(usize, Fact)> = unknown
        .into_iter()
        .map(|fact| (feeds_toml::line_of(text, fact), fact))
        .collect();
    lines.sort_unstable();
    for (line, fact) in lines {
        let (key, value) = (fact.key(), plan.value(fact));
        screen.complain(&format!("  {}:{line}: {key} = {value}", file.display()));
    }
}

fn name_next_commands(plan: &Plan, file: &Path, screen: &mut Screen) -> io::Result<()> {
    let option = match file == Path::new(FILE) {
        true => String::new(),
        false => format!(" --config {}", in_shell(&file.display().to_string())),
    };
    let feeds = plan.value(Fact::PublicUrl);
    screen.line("Next:")?;
    if plan.database_url.is_some() {
        screen.line(&format!(
            "  export {DATABASE_VARIABLE}='…'    # the address that you gave here"
        ))?;
    }
    for command in &plan.commands {
        screen.line(&format!("  {command}"))?;
    }
    screen.line(&format!("  taspa check{option}"))?;
    screen.line(&format!("  taspa serve{option}"))?;
    let feeds = feeds.trim_end_matches('/');
    screen.line(&format!(
        "then http://127.0.0.1:8080/ lists the feeds, of which {feeds}/all.rss has all articles"
    ))
}

/// A text as one word of a shell.
fn in_shell(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    match text.chars().all(is_plain) {
        // It would be an option.
        true if text.starts_with('-') => format!("./{text}"),
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
