//! Addresses that were served before, are not served now, and have no `[[redirect]]`: a feed was renamed
//! or deleted, a format or a kind of feeds was switched off, or `except` names a tag. Without a report
//! only the readers of the feed would notice.
//!
//! The state folder stores what was served. A redirect, also one to an empty address, ends the report,
//! and so does the return of the feed. Feeds of terms that no article had are not reported.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use super::automatic_path::{AUTOMATIC, split_automatic};
use super::definitions::SELECT;
use crate::config::Config;
use crate::feed::compose::SiteRules;
use crate::model::format::Format;
use crate::model::term::{Term, TermKind};

/// Addresses that vanished for one reason; displayed as a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VanishedAddresses {
    message: String,
    /// What to do, with lines for feeds.toml.
    pub hint: String,
}

impl fmt::Display for VanishedAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The feeds that were served before, from the state folder.
#[derive(Clone, Debug, Default)]
pub struct ServedHistory {
    /// Terms that an article had.
    pub terms: Vec<Term>,
    /// The formats by name of a declared feed or folder of a kind of feeds.
    pub formats: BTreeMap<String, BTreeSet<Format>>,
    /// Paths of feeds, without extension.
    pub paths: Vec<String>,
}

/// The addresses of `before` that `config` neither serves nor redirects. Each declared feed is named;
/// automatic feeds are counted, since a kind may have thousands.
pub fn find_vanished(before: &ServedHistory, config: &Config) -> Vec<VanishedAddresses> {
    let current = CurrentFeeds {
        config,
        site_rules: SiteRules::new(config),
    };
    let mut found = Vec::new();
    for (name, formats) in &before.formats {
        match AUTOMATIC.into_iter().find(|kind| kind.folder() == name) {
            Some(kind) => found.extend(current.automatic(kind, formats, before)),
            None if name == SELECT => found.extend(current.selections(formats)),
            None => found.extend(current.declared(name, formats)),
        }
    }
    found
}

/// The feeds of a configuration.
struct CurrentFeeds<'a> {
    config: &'a Config,
    site_rules: SiteRules,
}

/// Why an automatic feed, or one of its formats, is no longer served.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Off,
    Except,
    Format,
}

impl CurrentFeeds<'_> {
    fn declared(&self, name: &str, before: &BTreeSet<Format>) -> Option<VanishedAddresses> {
        let feed = self.config.feeds.iter().find(|feed| feed.name == name);
        let now = feed.map_or(&[][..], |feed| &feed.settings.formats);
        let gone = self.unserved(name, before, now);
        let target = now.first().map(|format| address(name, *format));
        named(&gone, target.as_deref())
    }

    fn selections(&self, before: &BTreeSet<Format>) -> Option<VanishedAddresses> {
        let gone = self.unserved(SELECT, before, &self.config.defaults.formats);
        named(&gone, None)
    }

    fn automatic(
        &self,
        kind: TermKind,
        formats: &BTreeSet<Format>,
        before: &ServedHistory,
    ) -> impl Iterator<Item = VanishedAddresses> {
        let auto = self.config.auto(kind);
        let except: HashSet<&Term> = auto.map_or(HashSet::new(), |auto| {
            auto.except
                .iter()
                .map(|term| self.site_rules.canonical(term))
                .collect()
        });
        let carried = before
            .terms
            .iter()
            .map(|term| self.site_rules.canonical(term));
        let carried: HashSet<&Term> = carried.collect();
        let mut counts = [Cause::Off, Cause::Except, Cause::Format].map(|cause| (cause, 0, None));
        for path in &before.paths {
            let Some(term) = split_automatic(path)
                .filter(|(of, _)| *of == kind)
                .and_then(|(kind, key)| Term::new(kind, key))
            else {
                continue;
            };
            let term = self.site_rules.canonical(&term);
            if !carried.contains(term) {
                continue;
            }
            let (cause, now) = match auto {
                None => (Cause::Off, &[][..]),
                Some(_) if except.contains(term) => (Cause::Except, &[][..]),
                Some(auto) => (Cause::Format, &auto.settings.formats[..]),
            };
            let gone = self.unserved(path, formats, now);
            let count = counts.iter_mut().find(|(of, ..)| *of == cause);
            if let Some((_, addresses, example)) = count
                && let Some(first) = gone.first()
            {
                *addresses += gone.len();
                example.get_or_insert_with(|| first.clone());
            }
        }
        counts
            .into_iter()
            .filter_map(move |(cause, addresses, example)| {
                Some(summary(kind, cause, addresses, &example?))
            })
    }

    /// The addresses of a path that have neither a feed nor a redirect now.
    fn unserved(&self, path: &str, before: &BTreeSet<Format>, now: &[Format]) -> Vec<String> {
        let gone = before.iter().filter(|format| !now.contains(format));
        gone.map(|format| address(path, *format))
            .filter(|address| self.config.redirects.find(address, None).is_none())
            .collect()
    }
}

fn address(path: &str, format: Format) -> String {
    format!("/{path}.{}", format.extension())
}

fn named(gone: &[String], target: Option<&str>) -> Option<VanishedAddresses> {
    let verb = match gone {
        [] => return None,
        [_] => "was served and is no longer",
        [..] => "were served and are no longer",
    };
    let lines: String = gone.iter().map(|from| redirect(from, target)).collect();
    Some(VanishedAddresses {
        message: format!("{} {verb}", list(gone)),
        hint: format!("say where their readers should go:{lines}"),
    })
}

fn summary(kind: TermKind, cause: Cause, addresses: usize, example: &str) -> VanishedAddresses {
    let folder = kind.folder();
    let (why, mend) = match cause {
        Cause::Off => (format!("[auto.{folder}] is not there"), "put it back"),
        Cause::Except => (
            format!("`except` of [auto.{folder}] names their terms"),
            "change `except`",
        ),
        Cause::Format => (
            format!("`formats` of [auto.{folder}] leaves theirs out"),
            "change `formats`",
        ),
    };
    let counted = match addresses {
        1 => format!("`{example}` was served and is no longer"),
        _ => format!("{addresses} addresses, such as `{example}`, were served and are no longer"),
    };
    VanishedAddresses {
        message: format!("{counted}: {why}"),
        hint: format!(
            "{mend}, or say for each where its readers should go:{}",
            redirect(example, None)
        ),
    }
}

/// Lines for feeds.toml. Paths contain neither quotes nor backslashes.
fn redirect(from: &str, target: Option<&str>) -> String {
    let to = match target {
        Some(target) => format!("\"{target}\""),
        None => "\"\"  # the address that takes its place; empty: 410 Gone".to_owned(),
    };
    format!("\n    [[redirect]]\n    from = \"{from}\"\n    to   = {to}")
}

fn list(addresses: &[String]) -> String {
    match addresses {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [others @ .., last] => format!("`{}` and `{last}`", others.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::testkit;

    const SERVER: &str = "\
[server]
public-url = 'https://dala.example/news/'
[source.directory]
";

    fn config(text: &str) -> Config {
        testkit::newsroom(&format!("{SERVER}{text}"), Path::new(""))
    }

    /// Feeds of every kind.
    fn before() -> ServedHistory {
        let paths = [
            "all",
            "sport",
            "select",
            "select?any=вода",
            "tags/вода",
            "tags/реклама",
            "tags/суу",
            "tags/шпорт",
            "sections/мир",
        ];
        let names = ["вода", "реклама", "суу", "section:мир"];
        let every = BTreeSet::from(Format::ALL);
        ServedHistory {
            terms: names.map(|name| Term::parse(name).expect("a term")).into(),
            paths: paths.map(str::to_owned).into(),
            formats: ["all", "sport", "select", "tags", "sections"]
                .map(|name| (name.to_owned(), every.clone()))
                .into(),
        }
    }

    const ALL_THERE: &str = "\
[auto.tags]
[auto.sections]
[[feed]]
name = 'sport'
title = 'Спорт'
any = ['#спорт']
";

    fn found(text: &str) -> Vec<String> {
        let found = find_vanished(&before(), &config(text));
        found.iter().map(VanishedAddresses::to_string).collect()
    }

    #[test]
    fn served_and_never_read_addresses_are_not_reported() {
        assert_eq!(found(ALL_THERE), [""; 0]);
        let more = format!("{ALL_THERE}[[feed]]\nname = 'new'\ntitle = 'Новое'\n");
        assert_eq!(found(&more), [""; 0]);
        assert_eq!(
            find_vanished(
                &ServedHistory {
                    formats: [].into(),
                    ..before()
                },
                &config("")
            ),
            []
        );
    }

    #[test]
    fn each_reason_is_reported_once() {
        let without = |from: &str, to: &str| {
            assert!(ALL_THERE.contains(from));
            found(&ALL_THERE.replace(from, to))
        };
        let renamed = without("'sport'", "'sports'");
        let expected =
            "`/sport.rss`, `/sport.atom` and `/sport.json` were served and are no longer";
        assert_eq!(renamed, [expected]);
        let two_formats = without(
            "name = 'sport'",
            "name = 'sport'\nformats = ['rss', 'atom']",
        );
        assert_eq!(two_formats, ["`/sport.json` was served and is no longer"]);
        let no_tags = without("[auto.tags]", "");
        let expected = "9 addresses, such as `/tags/вода.rss`, were served and are no longer: \
                        [auto.tags] is not there";
        assert_eq!(no_tags, [expected]);
        let excepted = without(
            "[auto.tags]",
            "[auto.tags]\nexcept = ['#Реклама', '#шпорт']",
        );
        let expected = "3 addresses, such as `/tags/реклама.rss`, were served and are no longer: \
                        `except` of [auto.tags] names their terms";
        assert_eq!(excepted, [expected]);
        let no_json = without(
            "[auto.sections]",
            "[auto.sections]\nformats = ['rss', 'atom']",
        );
        let expected = "`/sections/мир.json` was served and is no longer: \
                        `formats` of [auto.sections] leaves theirs out";
        assert_eq!(no_json, [expected]);
        let all = "[defaults]\nformats = ['atom', 'json']\n[auto.tags]\nformats = ['rss', 'atom', \
                   'json']\n[auto.sections]\nexcept = ['мир']\n";
        let expected = [
            "`/all.rss` was served and is no longer",
            "3 addresses, such as `/sections/мир.rss`, were served and are no longer: `except` of \
             [auto.sections] names their terms",
            "`/select.rss` was served and is no longer",
            "`/sport.rss`, `/sport.atom` and `/sport.json` were served and are no longer",
        ];
        assert_eq!(found(all), expected);
    }

    #[test]
    fn redirects_and_aliases_end_the_report_of_an_address() {
        let redirect = |from| format!("[[redirect]]\nfrom = '{from}'\nto = ''\n");
        let renamed = ALL_THERE.replace("'sport'", "'sports'");
        let covered = renamed.clone() + &redirect("/sport.rss") + &redirect("/news/sport.atom");
        assert_eq!(
            found(&covered),
            ["`/sport.json` was served and is no longer"]
        );
        assert_eq!(found(&(covered + &redirect("/sport.json"))), [""; 0]);
        let same = format!("{ALL_THERE}[same]\n'#вода' = ['#суу']\n");
        assert_eq!(found(&same), [""; 0]);
        let excepted = same.replace("[auto.tags]", "[auto.tags]\nexcept = ['#суу']");
        assert!(
            found(&excepted)[0].starts_with("6 addresses"),
            "both spellings"
        );
    }

    #[test]
    fn the_lines_of_the_hint_end_the_report() {
        for text in [
            ALL_THERE.replace("'sport'", "'sports'"),
            ALL_THERE.replace(
                "name = 'sport'",
                "name = 'sport'\nformats = ['rss', 'atom']",
            ),
            ALL_THERE.replace(
                "[auto.sections]",
                "[auto.sections]\nformats = ['rss', 'atom']",
            ),
        ] {
            let found = find_vanished(&before(), &config(&text));
            let [one] = &found[..] else {
                panic!("{found:?}");
            };
            let (_, lines) = one.hint.split_once(":\n").expect("lines behind a colon");
            let mended = format!("{text}{lines}\n");
            assert_eq!(find_vanished(&before(), &config(&mended)), [], "{mended}");
        }
    }
}
