//! What a feeds.toml has to say of a site: what was found, and the defaults for the rest.

use std::collections::BTreeMap;
use std::path::Path;

use url::{Host, Url};

use crate::model::time::{Timestamp, Zone};

/// A key that `init` asks for where it does not find it, in the order of the questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    Title,
    Url,
    Language,
    TimeZone,
    IdAuthority,
    IdYear,
    PublicUrl,
}

impl Fact {
    pub(super) const ALL: [Fact; 7] = [
        Fact::Title,
        Fact::Url,
        Fact::Language,
        Fact::TimeZone,
        Fact::IdAuthority,
        Fact::IdYear,
        Fact::PublicUrl,
    ];

    /// Its name in feeds.toml.
    pub(super) fn key(self) -> &'static str {
        match self {
            Fact::Title => "title",
            Fact::Url => "url",
            Fact::Language => "language",
            Fact::TimeZone => "time-zone",
            Fact::IdAuthority => "id-authority",
            Fact::IdYear => "id-year",
            Fact::PublicUrl => "public-url",
        }
    }

    /// The question for it.
    pub(super) fn question(self) -> &'static str {
        match self {
            Fact::Title => "Name of the publication",
            Fact::Url => "Address of its site, as readers know it",
            Fact::Language => "Language of most articles (ru, kk, en, …)",
            Fact::TimeZone => "Time zone of dates without an offset",
            Fact::IdAuthority => "Domain in the ids of articles; it never changes",
            Fact::IdYear => "Year in which that domain was yours already; it never changes",
            Fact::PublicUrl => "Address where readers will find the feeds",
        }
    }
}

/// What is known of a site.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    known: BTreeMap<Fact, String>,
    /// The name of its folder or host, in place of a title.
    pub(super) name: Option<String>,
    /// The language of most texts, though not of nearly all.
    pub(super) likely_language: Option<String>,
    /// The languages in which it publishes; empty where nothing says so.
    pub(super) languages: Vec<String>,
    /// What it is about.
    pub(super) description: Option<String>,
    /// The author of articles that name none.
    pub(super) author: Option<String>,
    /// The year of its oldest article.
    pub(super) first_year: Option<i16>,
}

impl Facts {
    /// Notes what was found or answered, if it is something.
    pub(super) fn set(&mut self, fact: Fact, value: Option<String>) {
        let value = value.map(|value| value.trim().to_owned());
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.known.insert(fact, value);
        }
    }

    pub(super) fn forget(&mut self, fact: Fact) {
        self.known.remove(&fact);
    }

    pub(super) fn is_known(&self, fact: Fact) -> bool {
        self.known.contains_key(&fact)
    }

    /// What is known, else the default.
    pub(super) fn value(&self, fact: Fact, machine: &Machine) -> String {
        self.known.get(&fact).cloned().unwrap_or_else(|| {
            let text = match fact {
                Fact::Title => self.name.as_deref().unwrap_or("News"),
                Fact::Url => "https://news.example/",
                Fact::Language => self.likely_language.as_deref().unwrap_or("ru"),
                Fact::TimeZone => &machine.zone,
                Fact::IdAuthority => return self.authority(machine),
                Fact::IdYear => return self.first_year.unwrap_or(machine.year).to_string(),
                Fact::PublicUrl => "http://127.0.0.1:8080/",
            };
            text.to_owned()
        })
    }

    /// The domain of the site.
    fn authority(&self, machine: &Machine) -> String {
        let url = Url::parse(&self.value(Fact::Url, machine)).ok();
        let domain = url.and_then(|url| match url.host()? {
            Host::Domain(domain) if domain.contains('.') => Some(domain.to_owned()),
            Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_) => None,
        });
        let domain = domain.unwrap_or_else(|| "news.example".to_owned());
        domain.strip_prefix("www.").unwrap_or(&domain).to_owned()
    }
}

/// What this machine knows of its place and time.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// Its time zone.
    pub(super) zone: String,
    /// The year.
    pub(super) year: i16,
}

impl Machine {
    /// This machine, now.
    pub(super) fn of_process() -> Machine {
        Machine {
            zone: zone_of_machine().unwrap_or_else(|| "UTC".to_owned()),
            year: Zone::UTC.day(Timestamp::now()).year,
        }
    }

    #[cfg(test)]
    pub(super) fn of_test() -> Machine {
        Machine {
            zone: "UTC".to_owned(),
            year: 2026,
        }
    }
}

/// The time zone of this machine.
fn zone_of_machine() -> Option<String> {
    let variable = std::env::var("TZ").ok();
    let of_variable = variable.and_then(|name| Zone::find(name.trim_start_matches(':')));
    let of_link = || {
        let target = std::fs::canonicalize(Path::new("/etc/localtime")).ok()?;
        let target = target.to_str()?;
        Zone::find(target.split_once("zoneinfo/")?.1)
    };
    of_variable.or_else(of_link).map(|zone| zone.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_of_ids_follows_the_site() {
        for (url, expected) in [
            ("https://www.dala.example/blog/", "dala.example"),
            ("https://news.dala.example:8443/", "news.dala.example"),
            ("https://дала.example/", "xn--80aa6b2b.example"),
            ("http://127.0.0.1/", "news.example"),
            ("http://localhost/", "news.example"),
        ] {
            let mut facts = Facts::default();
            facts.set(Fact::Url, Some(url.to_owned()));
            let authority = facts.value(Fact::IdAuthority, &Machine::of_test());
            match url.is_ascii() {
                true => assert_eq!(authority, expected, "{url}"),
                false => assert!(authority.starts_with("xn--"), "{url}: {authority}"),
            }
        }
    }
}
