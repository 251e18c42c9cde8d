//! Every `[[redirect]]`, and the one for an address.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use super::pattern::{Pattern, PatternTarget};
use crate::config::RedirectTo;
use crate::model::url_encoding::normalize_path;

/// Every `[[redirect]]`. An address without names wins over those with names. Of these, one with a query comes
/// first, then the longer text in front of the first name, then the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedirectTable {
    rules: Vec<Rule>,
    /// The numbers of rules by decoded path, and query behind `?`.
    exact: HashMap<String, usize>,
    /// The numbers of rules with names, in order of precedence.
    patterns: Vec<usize>,
}

/// What a `[[redirect]]` is for, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) from: From,
    pub(super) to: To,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A decoded and normalized path, with its query behind `?`.
    Address(String),
    Pattern(Pattern),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    Fixed(RedirectTo),
    /// Only of a pattern.
    Named(PatternTarget),
}

impl RedirectTable {
    /// The table of rules, no two of which are for the same addresses.
    pub(super) fn new(rules: Vec<Rule>) -> RedirectTable {
        let (mut exact, mut patterns) = (HashMap::new(), Vec::new());
        for (number, rule) in rules.iter().enumerate() {
            match &rule.from {
                From::Address(address) => {
                    exact.insert(address.clone(), number);
                }
                From::Pattern(pattern) => {
                    let precedence = (pattern.query.is_none(), Reverse(pattern.prefix.len()));
                    patterns.push((precedence, number));
                }
            }
        }
        patterns.sort_unstable();
        RedirectTable {
            patterns: patterns.into_iter().map(|(_, number)| number).collect(),
            rules,
            exact,
        }
    }

    /// The addresses that have a redirect of their own: decoded, with the query behind `?` that some need.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| match &rule.from {
            From::Address(address) => Some(address.as_str()),
            From::Pattern(_) => None,
        })
    }

    /// The redirects with names, by the addresses that they are for: `{}` stands for a name.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        self.rules.iter().filter_map(|rule| match &rule.from {
            From::Address(_) => None,
            From::Pattern(pattern) => Some(pattern.shape()),
        })
    }

    /// The redirect of a decoded and normalized path, which its encoded query may decide on.
    pub fn find(&self, path: &str, query: Option<&str>) -> Option<Cow<'_, RedirectTo>> {
        let (number, values) = self.find_rule(path, query)?;
        Some(match &self.rules[number].to {
            To::Fixed(to) => Cow::Borrowed(to),
            To::Named(target) => Cow::Owned(RedirectTo::Moved(target.fill(&values))),
        })
    }

    /// The last target of a chain of redirects, so that clients are redirected once.
    pub fn follow(&self, path: &str, query: Option<&str>) -> Option<Cow<'_, RedirectTo>> {
        let mut to = self.find(path, query)?;
        // The configuration rejects circles, so no rule is used twice.
        for _ in 0..self.rules.len() {
            match self.find_next(&to) {
                Some(further) => to = further,
                None => break,
            }
        }
        Some(to)
    }

    fn find_next(&self, to: &RedirectTo) -> Option<Cow<'_, RedirectTo>> {
        let (path, query) = decoded_path(to)?;
        self.find(&path, query)
    }

    /// The number of the rule for an address, and the values of its names.
    fn find_rule<'p>(&self, path: &'p str, query: Option<&str>) -> Option<(usize, Vec<&'p str>)> {
        if self.rules.is_empty() {
            return None;
        }
        let query = query.and_then(|query| percent_decode_str(query).decode_utf8().ok());
        let whole = query.as_ref().map(|query| format!("{path}?{query}"));
        let whole = whole.and_then(|whole| self.exact.get(&whole));
        if let Some(&number) = whole.or_else(|| self.exact.get(path)) {
            return Some((number, Vec::new()));
        }
        self.patterns.iter().find_map(|&number| {
            let From::Pattern(pattern) = &self.rules[number].from else {
                return None;
            };
            let has_query = pattern.query.is_none() || pattern.query.as_deref() == query.as_deref();
            has_query.then(|| Some((number, pattern.values(path)?)))?
        })
    }

    /// The numbers of the rules that a rule may lead to.
    pub(super) fn next_rules(&self, number: usize) -> Vec<usize> {
        let target = match &self.rules[number].to {
            To::Fixed(to) => {
                let find = |(path, query): (String, _)| Some(self.find_rule(&path, query)?.0);
                return decoded_path(to).and_then(find).into_iter().collect();
            }
            To::Named(target) => target,
        };
        let may_be = |rule: &Rule| match &rule.from {
            From::Address(address) => target.may_be(address.split('?').next().unwrap_or_default()),
            From::Pattern(pattern) => target.may_match(pattern),
        };
        let rules = self.rules.iter().enumerate();
        let rules = rules.filter(|(_, rule)| may_be(rule));
        rules.map(|(number, _)| number).collect()
    }
}

/// The decoded path of a target on this server, and its encoded query.
fn decoded_path(to: &RedirectTo) -> Option<(String, Option<&str>)> {
    let RedirectTo::Moved(to) = to else {
        return None;
    };
    let target = to.split('#').next()?;
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let path = percent_decode_str(path).decode_utf8().ok()?;
    path.starts_with('/')
        .then(|| (normalize_path(&path), query))
}
