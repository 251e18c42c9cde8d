//! The command line: parses the arguments, runs one command, and ends with its exit code.
//!
//! Data goes to standard output, diagnostics to standard error, and a reader that closes the pipe
//! early is no error. Only `serve` and `export` keep state; the other commands work beside a running
//! daemon, `confirm`, `diff` and `explain` by asking it over its control socket.
//!
//! Begin with `Command`, then the file that is named after it. Uses all rooms.

mod article_problems;
mod article_report;
mod ask_daemon;
mod check;
mod completions;
mod config_digest;
mod confirm;
mod diff;
mod explain;
mod export;
mod health;
mod init;
mod key_files;
mod likely_cause;
mod list;
mod log;
mod once;
mod output;
mod page_hosts;
mod progress;
mod reload;
mod render;
mod schema;
mod serve;
mod shutdown;
mod signals;
mod site_report;
mod state_folder;
mod stored_articles;
mod supervisor;
mod template_text;
#[cfg(test)]
mod tests;
mod title_markup;
mod unknown_names;
mod variables;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use self::log::LogSettings;
use self::output::Screen;
use crate::config::{Config, ConfigInput, Listen, Loaded, SourceConfig};
use crate::feed::coding::Coding;
use crate::model::problem::{Problem, Severity, chain};
use crate::model::version;
use crate::render::pages::error::TemplateError;
use crate::render::pages::templates::Templates;
use crate::source::sql::{Sql, SqlError};

/// Where feeds.toml is looked for.
const PLACES: [&str; 2] = ["feeds.toml", "/etc/taspa/feeds.toml"];

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// All is well, warnings included.
    Done,
    /// Problems were found, or it failed.
    Failed,
    /// The command line is not complete.
    Usage,
    /// feeds.toml cannot be used; `EX_CONFIG` of sysexits.
    Config,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Config => 78,
        })
    }
}

/// Why a command ends early.
#[derive(Debug)]
enum CommandError {
    /// A message for standard error, and how the command ends.
    Failed(String, Exit),
    /// feeds.toml cannot be used.
    Config(Vec<Problem>),
    /// Standard output or the system fails.
    Io(io::Error),
}

impl From<String> for CommandError {
    fn from(message: String) -> CommandError {
        CommandError::Failed(message, Exit::Failed)
    }
}

impl From<Vec<Problem>> for CommandError {
    fn from(problems: Vec<Problem>) -> CommandError {
        CommandError::Config(problems)
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> CommandError {
        CommandError::Io(error)
    }
}

type CommandResult = Result<Exit, CommandError>;

/// The feed server of a newsroom: stored articles become RSS, Atom and JSON feeds over HTTP.
#[derive(Debug, Parser)]
#[command(name = "taspa", version = version::LINE, max_term_width = 100)]
struct Arguments {
    /// The configuration, or `-` for standard input [default: feeds.toml, then /etc/taspa/feeds.toml].
    #[arg(
        short,
        long,
        global = true,
        env = "TASPA_CONFIG",
        value_name = "FILE",
        // Unlike the one of paths, this takes an empty value.
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon.
    #[command(after_long_help = "Example:\n  taspa serve --listen 0.0.0.0:8080")]
    Serve {
        /// Listen here instead of where feeds.toml says: HOST:PORT or unix:PATH.
        #[arg(long, env = "TASPA_LISTEN", value_name = "ADDR", value_parser = parse_listen)]
        listen: Option<ListenOverride>,
    },
    /// Check the configuration and every article.
    #[command(after_long_help = "Example:\n  taspa check --format json | jq -r '.[].message'")]
    Check {
        /// Leave the articles alone.
        #[arg(long)]
        config_only: bool,
        /// List every problem, and not only the first of those with one reason.
        #[arg(long)]
        verbose: bool,
        /// How to print; json lists every problem.
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Find out what a folder, a site or a database is, and write feeds.toml for it.
    ///
    /// A folder may hold newsroom text, Markdown, HTML or JSON, or be a site of Hugo, Zola, Jekyll, Hexo or
    /// another generator, whose settings are read. An address of https: may be a site of WordPress; one of
    /// postgres:, mysql:, mariadb: or sqlite:, and the file of an SQLite database, gets a query made from its
    /// tables. On a terminal it asks for what it did not find; otherwise defaults stand there, and it names
    /// their lines. A feeds.toml that is there stays as it is.
    #[command(after_long_help = "Examples:\n  \
        taspa init\n  \
        taspa init /srv/site\n  \
        taspa init https://dala.example/\n  \
        taspa init --print \"$DATABASE_URL\"\n\n\
        feeds.toml is written into FOLDER, for an address into the current folder. It holds no password.")]
    Init(InitArguments),
    /// List every feed with its articles and last change.
    #[command(after_long_help = "Example:\n  taspa list | sort -k2 -n | tail")]
    List {
        /// How to print.
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Write one document to standard output.
    #[command(after_long_help = "Examples:\n  taspa render all.rss\n  \
        taspa render 'select.atom?any=мажилис,сенат&all=lang:ru'\n  \
        taspa render 'tags/мажилис?lang=kk' > page.html")]
    Render {
        /// A path as in its address: of a feed with its extension, of a page without.
        path: String,
    },
    /// Say why an article is, or is not, in a feed.
    ///
    /// The running daemon answers, by what it publishes. Without one its state folder is read, or the articles.
    #[command(after_long_help = "Examples:\n  \
        taspa explain parliament articles/2026-11/0041_budget.txt\n  \
        taspa explain '/select.rss?any=мажилис' 2026-11/0041_budget\n  \
        taspa explain tags/бюджет https://dala.example/news/2026-11/0041_budget\n  \
        taspa explain all 'сенат бюджет'")]
    Explain(ExplainArguments),
    /// Write every feed as files, for a static host.
    ///
    /// Feeds stand in FOLDER under their addresses, each in all its formats, beside feeds.opml and
    /// feeds.json: FOLDER is what `public-url` names. Every file has the bytes that the daemon would
    /// serve and the feed's Last-Modified as its date. A later export writes what has changed, deletes
    /// what is no longer served, and touches nothing that exports did not write: they keep a list of
    /// their files in FOLDER/.taspa-export.
    #[command(after_long_help = "Examples:\n  \
        taspa export /srv/www/feeds\n  \
        taspa export public --codings none --pages && rsync -a --delete public/ host:/srv/www/\n\n\
        Redirects of feeds.toml are for the host to make: files have none. A page is a file NAME.html \
        for the address NAME; the host has to look for it.")]
    Export(ExportArguments),
    /// Say what a new feeds.toml would change for readers.
    ///
    /// Compares NEW.toml with the configuration of today, which the running daemon has or `--config` names:
    /// addresses that are gained, lost and redirected, entries that enter and leave, ids that change, ETags that
    /// move. Relative paths in NEW.toml start at the folder of the configuration whose place it takes. The
    /// running daemon compares; without one its state folder is read, or the articles.
    #[command(after_long_help = "Examples:\n  \
        taspa diff new.toml && cp new.toml feeds.toml\n  \
        taspa diff new.toml --accept parliament ids\n  \
        git show HEAD~1:feeds.toml | taspa diff - --format json\n\n\
        --accept takes paths of feeds, or words for all losses of a kind: addresses, entries, ids, pages, \
        public-url, sections, tags, authors.\n\
        Exit code 0: readers lose nothing, or only what is accepted. 1: they lose an address without a \
        redirect, an entry that is still published, an id or a page; or it failed. 78: NEW.toml is not valid.")]
    Diff(DiffArguments),
    /// Tell the running daemon to believe a loss that it holds.
    ///
    /// Where more than half of all articles are gone, or a column of the query, the daemon goes on serving
    /// them until they return or the loss is confirmed. This command shows what is gone, asks, and confirms
    /// exactly that: a loss that has grown or changed meanwhile stays held as a new one.
    #[command(after_long_help = "Example:\n  taspa confirm\n\n\
        Exit code 0: the loss is removed. 1: nothing is held, no daemon answers, the answer was no, or \
        the loss has changed meanwhile. 2: there is no terminal to ask on, and no `--yes`.")]
    Confirm {
        /// Confirm without a question.
        #[arg(long)]
        yes: bool,
    },
    /// Ask the running daemon how it is.
    #[command(
        after_long_help = "Example:\n  taspa health || logger -p daemon.err 'taspa does not serve'"
    )]
    Health {
        /// Where the daemon was told to listen, if not where feeds.toml says.
        #[arg(long, env = "TASPA_LISTEN", value_name = "ADDR", value_parser = parse_listen)]
        listen: Option<ListenOverride>,
    },
    /// Print the JSON Schema of feeds.toml, for editors.
    #[command(after_long_help = "Example:\n  taspa schema > feeds.schema.json\n\n\
        With `#:schema ./feeds.schema.json` as the first line of feeds.toml, editors complete, \
        explain and check its keys.")]
    Schema,
    /// Print the completions of a shell.
    #[command(after_long_help = "Examples:\n  \
        taspa completions bash > ~/.local/share/bash-completion/completions/taspa\n  \
        taspa completions zsh > ~/.zfunc/_taspa\n  \
        taspa completions fish > ~/.config/fish/completions/taspa.fish")]
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
}

/// An address in the place of those in feeds.toml; an empty one, as in an unset variable of a
/// container, changes nothing.
#[derive(Clone, Debug)]
struct ListenOverride(Option<Listen>);

fn parse_listen(text: &str) -> Result<ListenOverride, String> {
    let listen = Some(text).filter(|text| !text.is_empty());
    let listen = listen
        .map(|text| Listen::parse(text, Path::new(".")))
        .transpose();
    listen
        .map(ListenOverride)
        .map_err(|expected| format!("must be {expected}"))
}

#[derive(Debug, Args)]
struct ExplainArguments {
    /// A feed's path or address, with extension or without.
    feed: String,
    /// The article's key, file, id or address, or words of its title.
    article: String,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

#[derive(Debug, Args)]
struct DiffArguments {
    /// The new feeds.toml; `-` for standard input.
    #[arg(value_name = "NEW.toml")]
    new: PathBuf,
    /// Losses that are meant: paths of feeds, or words such as `ids`.
    #[arg(long, value_name = "NAME", num_args = 1..)]
    accept: Vec<String>,
    /// How to print; json lists every feed.
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

#[derive(Debug, Args)]
struct ExportArguments {
    /// Where to: a folder that is empty, missing, or was exported to before.
    folder: PathBuf,
    /// Compressed files beside the plain ones: none, or some of gzip, br and zstd.
    #[arg(long, value_name = "CODINGS", default_value = "gzip", value_parser = parse_codings)]
    codings: Codings,
    /// Write pages for people too, and what they refer to.
    #[arg(long)]
    pages: bool,
    /// Believe that more than half of all articles are gone, or a column of the query.
    #[arg(long)]
    confirm_removal: bool,
}

#[derive(Debug, Args)]
struct InitArguments {
    /// A folder, the address of a site or of a database, or the file of one.
    #[arg(value_name = "FOLDER|ADDRESS", default_value = ".")]
    source: String,
    /// Take every default without a question.
    #[arg(long)]
    yes: bool,
    /// Write to standard output in place of a file.
    #[arg(long)]
    print: bool,
}

/// Codings of files beside the plain ones.
#[derive(Clone, Debug)]
struct Codings(Vec<Coding>);

fn parse_codings(text: &str) -> Result<Codings, String> {
    if text == "none" {
        return Ok(Codings(Vec::new()));
    }
    let codings = text.split(',').map(|name| {
        let coding = Coding::from_name(name).filter(|coding| *coding != Coding::Identity);
        coding.ok_or_else(|| format!("must be `none` or some of `gzip,br,zstd`, got `{name}`"))
    });
    let mut codings: Vec<Coding> = codings.collect::<Result<_, _>>()?;
    codings.sort_by_key(|coding| coding.name());
    codings.dedup();
    Ok(Codings(codings))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut screen = Screen::of_process();
    let result = run(arguments, &mut screen);
    let exit = match result.and_then(|exit| Ok(screen.finish().map(|()| exit)?)) {
        Ok(exit) => exit,
        Err(CommandError::Failed(message, exit)) => {
            screen.complain(&message);
            exit
        }
        Err(CommandError::Config(problems)) => {
            for problem in problems {
                screen.complain(&problem.to_string());
            }
            Exit::Config
        }
        // The reader of our output has closed it.
        Err(CommandError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(CommandError::Io(error)) => {
            screen.complain(&format!("cannot write: {error}"));
            Exit::Failed
        }
    };
    exit.into()
}

fn run(arguments: Arguments, screen: &mut Screen) -> CommandResult {
    let Arguments { config, command } = arguments;
    let named = config.clone();
    // Standard input is read by the commands that need it.
    let input = || open_config(config);
    match command {
        Command::Init(command) => init::run(named.as_deref(), &command, screen),
        Command::Serve { listen } => {
            let settings = log_settings()?;
            serve::run(input()?, listen.and_then(|listen| listen.0), settings)
        }
        Command::Check {
            config_only,
            verbose,
            format,
        } => {
            // The daemon would not start with wrong ones.
            log_settings()?;
            check::run(&input()?, config_only, verbose, format, screen)
        }
        Command::List { format } => list::run(&input()?, format, screen),
        Command::Render { path } => render::run(&input()?, &path, screen),
        Command::Explain(command) => explain::run(&input()?, &command, screen),
        Command::Export(command) => export::run(&input()?, &command, screen),
        Command::Diff(command) => diff::run(&input()?, &command, screen),
        Command::Confirm { yes } => confirm::run(&input()?, yes, screen),
        Command::Health { listen } => {
            health::run(&input()?, listen.and_then(|listen| listen.0), screen)
        }
        Command::Schema => schema::run(screen),
        Command::Completions { shell } => completions::run(shell, screen),
    }
}

fn log_settings() -> Result<LogSettings, CommandError> {
    LogSettings::of_process().map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
        CommandError::Failed(problems.join("\n"), Exit::Usage)
    })
}

/// The feeds.toml that `--config` or its variable names, else the one in the usual places.
fn open_config(argument: Option<PathBuf>) -> Result<ConfigInput, CommandError> {
    let is_variable = || std::env::var_os("TASPA_CONFIG").is_some();
    let path = match argument {
        // An empty variable of a container changes nothing.
        Some(path) if path.as_os_str().is_empty() && !is_variable() => {
            let reason = "error: `--config` wants a file, or `-` for standard input".to_owned();
            return Err(CommandError::Failed(reason, Exit::Usage));
        }
        Some(path) if !path.as_os_str().is_empty() => path,
        Some(_) | None => {
            let place = PLACES.iter().map(Path::new).find(|place| place.exists());
            place.unwrap_or(Path::new(PLACES[0])).to_owned()
        }
    };
    ConfigInput::open(&path).map_err(|error| {
        let reason = format!("{}: error: cannot read it: {error}", path.display());
        CommandError::Failed(reason, Exit::Config)
    })
}

/// Reads feeds.toml with the process's environment, and the templates that it names.
fn load(input: &ConfigInput) -> Result<(Loaded, Arc<Templates>), Vec<Problem>> {
    check_loaded(Config::load(input, &|name| std::env::var(name).ok())?)
}

/// Reads the templates of a configuration. Only the source can parse the address of a database, so this checks
/// it too.
fn check_loaded(loaded: Loaded) -> Result<(Loaded, Arc<Templates>), Vec<Problem>> {
    let templates = load_templates(&loaded);
    let misunderstood = match &loaded.config.source {
        SourceConfig::Directory(_) | SourceConfig::WordPress(_) => Vec::new(),
        SourceConfig::Sql(config) => Sql::address_errors(config),
    };
    let problem = |(key, error): (&str, SqlError)| {
        let place = loaded.place(&["source", "sql", key]);
        let message = format!("[source.sql]: {error}");
        // It may hold a password.
        let file = &loaded.file;
        file.problem(Severity::Error, place, message, None)
            .without_excerpt()
    };
    let misunderstood = misunderstood.into_iter().map(problem);
    let mut problems = match templates {
        Ok(templates) if misunderstood.len() == 0 => return Ok((loaded, templates)),
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    };
    problems.extend(misunderstood);
    problems.extend(loaded.warnings);
    Err(problems)
}

/// The templates of this program, those of the folder that feeds.toml names in their place.
fn load_templates(loaded: &Loaded) -> Result<Arc<Templates>, Vec<Problem>> {
    let Some(folder) = &loaded.config.server.templates else {
        return Ok(Templates::built_in());
    };
    let problem = |error: TemplateError| {
        let place = loaded.place(&["server", "templates"]);
        let message = format!("[server]: templates: {}", chain(&error));
        loaded.file.problem(Severity::Error, place, message, None)
    };
    let loaded = Templates::load(folder);
    loaded
        .map(Arc::new)
        .map_err(|errors| errors.into_iter().map(problem).collect())
}
