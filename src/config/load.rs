//! From a path to a [`Config`], or to the list of everything that is wrong with the file.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;

use toml::de::DeTable;

use super::config_input::FILE_BYTES_MAX;
use super::keys::{auto, root, site as site_keys};
use super::reader::Reader;
use super::table::Table;
use super::{
    Config, ConfigFile, ConfigInput, RedirectTarget, Server, Site, corrections, discovery, feeds,
    redirects, server, site, source, syntax, terms,
};
use crate::model::problem::{Problem, Severity};
use crate::model::term::TermKind;
use crate::text::nearest::all_of;

/// Looks up an environment variable.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A configuration that can be used, and what is doubtful about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The checked configuration.
    pub config: Config,
    /// Warnings, in the order of the file.
    pub warnings: Vec<Problem>,
    /// The file, for problems that show later, such as terms that no article has.
    pub file: ConfigFile,
    /// Where its `[[redirect]]` lead on this server.
    pub redirect_targets: Vec<RedirectTarget>,
}

impl Loaded {
    /// Where the value below these keys stands in the file, for problems that show later.
    pub fn place(&self, keys: &[&str]) -> Option<Range<usize>> {
        let root = syntax::parse(&self.file).root;
        let (last, tables) = keys.split_last()?;
        let table = tables
            .iter()
            .try_fold(&root, |table, key| table.get(*key)?.get_ref().as_table())?;
        Some(table.get(*last)?.span())
    }
}

impl Config {
    /// Reads and checks feeds.toml; relative paths in it start at its folder.
    /// The error is every problem, warnings included.
    pub fn load(input: &ConfigInput, environment: Environment<'_>) -> Result<Loaded, Vec<Problem>> {
        Config::load_for(input.folder(), input, environment)
    }

    /// As [`Config::load`], for a file that is to take the place of one in `folder`: relative paths in it start
    /// there.
    pub fn load_for(
        folder: &Path,
        input: &ConfigInput,
        environment: Environment<'_>,
    ) -> Result<Loaded, Vec<Problem>> {
        let text = read_text(input).map_err(|problem| vec![problem])?;
        Config::parse(&text, &input.name(), folder, environment)
    }

    /// The `[server]` of feeds.toml, with defaults for what cannot be read. A file that was
    /// damaged while the daemon ran must not keep commands from finding the daemon.
    pub fn find_server(input: &ConfigInput, environment: Environment<'_>) -> Server {
        let text = read_text(input).unwrap_or_default();
        let file = ConfigFile::new("", &text);
        let parsed = syntax::parse(&file);
        let reader = Reader::new(&file, input.folder(), environment);
        let root = Table::root(&reader, &root::TABLE, &parsed.root);
        server::read(&root.table_or_empty(&root::SERVER))
    }

    /// Checks the text of a file that messages call `name`; relative paths start at `folder`.
    pub fn parse(
        text: &str,
        name: &str,
        folder: &Path,
        environment: Environment<'_>,
    ) -> Result<Loaded, Vec<Problem>> {
        let file = ConfigFile::new(name, text);
        let corrected;
        let mut parsed = syntax::parse(&file);
        let (meant, corrections) = match parsed.errors.as_slice() {
            [] => (&file, BTreeMap::new()),
            errors => {
                corrected = corrections::correct_file(&file, errors);
                parsed = syntax::parse(&corrected.file);
                (&corrected.file, corrected.corrections)
            }
        };
        let root = std::mem::take(&mut parsed.root);
        let reader = Reader::new(meant, folder, environment);
        let config = read(&reader, &root);
        let redirect_targets = reader.take_redirect_targets();
        let (problems, named_terms) = reader.finish(parsed, &file, corrections);

        if problems.iter().any(|p| p.severity == Severity::Error) {
            return Err(problems);
        }
        Ok(Loaded {
            config: Config {
                named_terms,
                ..config
            },
            warnings: problems,
            redirect_targets,
            file,
        })
    }
}

/// Reads the whole file. What is absent or wrong is reported, and has any value here.
fn read<'a>(reader: &'a Reader<'a>, root: &'a DeTable<'a>) -> Config {
    let root = Table::root(reader, &root::TABLE, root);
    root.refuse_unknown_keys();
    let site = read_site(&root);
    let server = server::read(&root.table_or_empty(&root::SERVER));
    let source = source::read(&root);
    let defaults = feeds::read_defaults(&root.table_or_empty(&root::DEFAULTS));

    let auto = root.table_or_empty(&root::AUTO);
    auto.refuse_unknown_keys();
    let read_auto = |key, kind| Some(feeds::read_auto(&auto.table(key)?, kind, &defaults));
    let auto_sections = read_auto(&auto::SECTIONS, TermKind::Section);
    let auto_tags = read_auto(&auto::TAGS, TermKind::Tag);
    let auto_authors = read_auto(&auto::AUTHORS, TermKind::Author);

    let feeds = feeds::read(&root, &site, &defaults);
    let same = terms::read_same(&root.table_or_empty(&root::SAME));
    let redirects = redirects::read(&root.tables(&root::REDIRECT), &server.public_url);
    let sitemap = discovery::read_sitemap(&root);
    Config {
        robots: discovery::read_robots(&root, sitemap.is_some()),
        sitemap,
        websub: discovery::read_websub(&root),
        indexnow: discovery::read_indexnow(&root),
        site,
        server,
        source,
        defaults: defaults.settings,
        auto_sections,
        auto_tags,
        auto_authors,
        feeds,
        same,
        redirects,
        named_terms: Vec::new(),
    }
}

fn read_site(root: &Table<'_>) -> Site {
    if root.place(root::SITE.name).is_none() {
        let message = "`[site]` is required".to_owned();
        let names = all_of(site_keys::TABLE.required());
        let hint = format!("it names {names}");
        root.reader.missing(None, message, Some(hint));
    }
    site::read(&root.table_or_empty(&root::SITE))
}

fn read_text(input: &ConfigInput) -> Result<String, Problem> {
    let name = input.name();
    let whole_file = |message: String, hint: &str| {
        ConfigFile::new(&name, "").problem(Severity::Error, None, message, Some(hint.to_owned()))
    };
    let bytes = input.read().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => whole_file(
            "there is no such file".to_owned(),
            "name another with `--config FILE`",
        ),
        _ => whole_file(
            format!("cannot read it: {error}"),
            "check that it is a file that this user may read",
        ),
    })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(whole_file(
            format!("it is over {} MiB long", FILE_BYTES_MAX >> 20),
            "check that this is the right file",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let hint = "save it as UTF-8".to_owned();
        ConfigFile::new(&name, &text).problem(
            Severity::Error,
            Some(valid..valid + char::REPLACEMENT_CHARACTER.len_utf8()),
            "the file must be UTF-8",
            Some(hint),
        )
    })
}
