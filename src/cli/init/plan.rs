//! What feeds.toml is made of: where the articles are, what is known of the site, and what cannot be said.

use std::path::PathBuf;
use std::sync::Arc;

use super::facts::{Fact, Facts, Machine};
use super::sample::{Sample, most_frequent};

/// What feeds.toml is made of.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What was found, as a person would call it: `a site of Hugo`.
    pub(super) found: String,
    pub(super) facts: Facts,
    pub(super) source: SourcePlan,
    /// Shared, because plans are copied to try an answer and a sample has many paths.
    pub(super) sample: Arc<Sample>,
    machine: Machine,
    /// What the operator should know, a sentence each; they stand in the file too.
    pub(super) notes: Vec<String>,
    /// The value of `DATABASE_URL`, which holds a password.
    pub(super) database_url: Option<String>,
    /// A folder to create.
    pub(super) new_folder: Option<PathBuf>,
    /// Commands before `taspa check`.
    pub(super) commands: Vec<String>,
}

/// The table `[source.*]`.
#[derive(Clone, Debug)]
pub(super) enum SourcePlan {
    Directory {
        path: String,
        exclude: Vec<String>,
        link: PageLink,
    },
    WordPress {
        url: String,
    },
    Sql {
        /// The address as the file has it, without a password.
        url: String,
        query: String,
        /// Whether rows have a slug that may be part of the address of a page.
        has_slug: bool,
    },
}

/// The addresses of articles on the site.
#[derive(Clone, Debug)]
pub(super) enum PageLink {
    /// A template.
    Known(String),
    /// What the generator does cannot be said by a template, for this reason.
    NotExpressible(String),
    /// Nothing says where the pages are.
    Unknown,
}

impl Plan {
    pub(super) fn new(found: &str, source: SourcePlan, machine: &Machine) -> Plan {
        Plan {
            found: found.to_owned(),
            facts: Facts::default(),
            source,
            sample: Arc::default(),
            machine: machine.clone(),
            notes: Vec::new(),
            database_url: None,
            new_folder: None,
            commands: Vec::new(),
        }
    }

    /// What is known, else the default.
    pub(super) fn value(&self, fact: Fact) -> String {
        self.facts.value(fact, &self.machine)
    }

    /// Takes over what the articles say of their site.
    pub(super) fn learn(&mut self, sample: Sample) {
        let languages = most_frequent(&sample.languages, usize::MAX);
        if let (Some((first, count)), false) =
            (languages.first(), self.facts.is_known(Fact::Language))
        {
            match count * 3 >= sample.public() * 2 {
                true => self.facts.set(Fact::Language, Some((*first).to_owned())),
                false => self.facts.likely_language = Some((*first).to_owned()),
            }
            // What a few short texts seem to be is no language of the site.
            let is_common = |count: usize| count >= 2 && count * 10 >= sample.public();
            let common = languages.iter().filter(|(_, count)| is_common(*count));
            self.facts.languages = common.map(|(language, _)| (*language).to_owned()).collect();
        }
        // Addresses without a host were resolved against the one that stands for an unknown site.
        let mut hosts = most_frequent(&sample.hosts, 1);
        hosts.retain(|(origin, _)| !self.value(Fact::Url).starts_with(origin));
        if let (Some((origin, count)), false) = (hosts.first(), self.facts.is_known(Fact::Url))
            && count * 2 > sample.public()
        {
            self.facts.set(Fact::Url, Some(format!("{origin}/")));
        }
        self.facts.first_year = sample.first_year.or(self.facts.first_year);
        self.sample = Arc::new(sample);
    }
}
