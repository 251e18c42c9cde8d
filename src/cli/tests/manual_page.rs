//! `taspa(1)`: the arguments as clap knows them, and the tables of `docs/operating.md` about what else the
//! program takes from its surroundings.

use std::fs;
use std::path::Path;

use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;
use roff::{Roff, bold, italic, roman};

use crate::cli::Arguments;
use crate::testkit::committed::assert_committed;
use crate::testkit::manual_page::{from_markdown, table_of, title, without_preamble};

const DESCRIPTION: &str = "\
# Description

taspa reads stored articles, from a folder, a database or a site of WordPress, and serves them as feeds: one for every section,
tag and author, those that the configuration declares, and any combination that a reader types into an address.
Without a command it prints its help.
";

const FILES: &str = "\
# Files

| file | meaning |
|---|---|
| `/etc/taspa/feeds.toml` | the configuration; see `feeds.toml`(5) |
| `/var/lib/taspa` | the state of the service, which is safe to delete |
| `/usr/share/doc/taspa` | the documentation, with examples of configurations and proxies |

# See also

`feeds.toml`(5), `systemctl`(1), `journalctl`(1)
";

/// The tables of `docs/operating.md` that are sections of the manual page, with their first lines.
const TABLES: [(&str, &str); 3] = [
    ("Environment", "| variable | stands for |"),
    ("Signals", "| signal | what it does |"),
    ("Exit status", "| exit code | meaning |"),
];

#[test]
fn manual_page_is_what_the_command_line_knows() {
    assert_committed("packaging/man/taspa.1", &page(), "manual_page");
}

fn page() -> String {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let about = program.get_about().expect("what it is").to_string();
    let about = about.split(": ").next().unwrap_or_default().to_lowercase();
    let mut page = title("taspa", 1, "User commands");
    page += &from_markdown(&format!("# Name\n\ntaspa - {about}\n"));
    page += &from_markdown("# Synopsis");
    page += &synopsis_of("taspa", &program);
    page += &from_markdown(DESCRIPTION);
    page += &rendered(|page| Man::new(program.clone()).render_options_section(page));
    page += &from_markdown("# Commands");
    for command in program.get_subcommands() {
        page += &section_of(command.clone());
    }
    let operating = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operating.md");
    let operating = fs::read_to_string(operating).expect("a page of the repository");
    for (heading, head) in TABLES {
        let table = table_of(&operating, head);
        page += &from_markdown(&format!("# {heading}\n\n{table}\n"));
    }
    page += &from_markdown(FILES);
    tidied(&page)
}

/// A command under a heading of its own. The options of all commands stand before them.
fn section_of(command: Command) -> String {
    let everywhere = ["config", "help", "version"];
    let own = command
        .get_arguments()
        .map(|argument| argument.get_id().as_str());
    let shared: Vec<String> = own
        .filter(|name| everywhere.contains(name))
        .map(str::to_owned)
        .collect();
    let command = shared.into_iter().fold(command, |command, name| {
        command.mut_arg(name, |argument| argument.hide(true))
    });
    let mut heading = Roff::new();
    heading.control("SS", [command.get_name()]);
    let examples = command.get_after_long_help().map(ToString::to_string);
    let synopsis = synopsis_of(&format!("taspa {}", command.get_name()), &command);
    let man = Man::new(command);
    let parts = [
        without_preamble(&heading.render()),
        synopsis,
        rendered(|page| man.render_description_section(page)).replace(".SH DESCRIPTION", ".PP"),
        rendered(|page| man.render_options_section(page)).replace(".SH OPTIONS\n", ""),
        examples.map_or(String::new(), |text| text_with_examples(&text)),
    ];
    parts.concat()
}

/// The form of a command: its options with their values, then what stands without a name.
fn synopsis_of(name: &str, command: &Command) -> String {
    let mut words = vec![bold(name)];
    let shown = |argument: &&Arg| !argument.is_hide_set();
    for option in command.get_opts().filter(shown) {
        words.extend([roman(" ["), bold(names_of(option)), roman(" ")]);
        words.extend([italic(value_of(option)), roman("]")]);
    }
    let is_flag = |argument: &&Arg| {
        !argument.is_positional() && !argument.get_action().takes_values() && shown(argument)
    };
    for flag in command.get_arguments().filter(is_flag) {
        words.extend([roman(" ["), bold(names_of(flag)), roman("]")]);
    }
    for argument in command.get_positionals() {
        words.push(roman(if argument.is_required_set() {
            " "
        } else {
            " ["
        }));
        words.push(italic(value_of(argument)));
        words.push(roman(if argument.is_required_set() { "" } else { "]" }));
    }
    if command.has_subcommands() {
        words.extend([roman(" "), italic("COMMAND"), roman(" …")]);
    }
    without_preamble(&Roff::new().text(words).render())
}

/// `-c|--config`.
fn names_of(argument: &Arg) -> String {
    let short = argument.get_short().map(|letter| format!("-{letter}"));
    let long = argument.get_long().map(|name| format!("--{name}"));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    names.join("|")
}

fn value_of(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    let repeated = argument
        .get_num_args()
        .is_some_and(|count| count.max_values() > 1);
    format!("{}{}", names.join(" "), if repeated { "…" } else { "" })
}

/// Text of the command line as a manual has it: code is bold, and nothing is there for looks alone.
fn tidied(page: &str) -> String {
    let page = page.replace("\n.br\n\n.br\n", "\n.br\n");
    let lines = page.lines().map(|line| {
        let line = line.trim_end_matches(' ');
        let parts: Vec<&str> = line.split('`').collect();
        if line.starts_with('.') || parts.len().is_multiple_of(2) {
            return line.to_owned() + "\n";
        }
        let parts = parts.iter().enumerate();
        let parts = parts.map(|(number, part)| match number % 2 {
            0 => (*part).to_owned(),
            _ => format!("\\fB{part}\\fR"),
        });
        parts.collect::<String>() + "\n"
    });
    lines.collect()
}

/// Paragraphs, in which lines that begin with spaces are commands.
fn text_with_examples(text: &str) -> String {
    let mut page = Roff::new();
    for paragraph in text.split("\n\n") {
        page.control("PP", []);
        for line in paragraph.lines() {
            match line.strip_prefix("  ") {
                Some(command) => page
                    .control("br", [])
                    .text([roman("\u{a0}\u{a0}\u{a0}\u{a0}"), bold(command)]),
                None => page.text([roman(line)]),
            };
        }
    }
    without_preamble(&page.render())
}

fn rendered(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut part = Vec::new();
    write(&mut part).expect("memory takes everything");
    without_preamble(&String::from_utf8(part).expect("a page in UTF-8"))
}
