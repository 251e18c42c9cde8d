//! An explanation in words: one sentence, then a row for each thing worth knowing.

use std::fmt::{self, Display};

use super::{Eviction, Explanation, Reason, RuleKind, RuleResult, RuleTerm, TermMatch};
use crate::model::count::{counted, many};
use crate::model::problem::Problem;
use crate::model::term::TermKind;
use crate::model::time::Timestamp;

/// A term as feeds.toml would write it.
pub(super) fn term(kind: TermKind, name: &str) -> String {
    match kind {
        TermKind::Tag => format!("#{name}"),
        kind => format!("{}:{name}", kind.prefix()),
    }
}

impl Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.evaluation.included {
            "is in"
        } else {
            "is not in"
        };
        match (&self.article.title, &self.article.key) {
            (Some(title), Some(key)) => write!(f, "\"{title}\" ({key}) ")?,
            (None, Some(key)) => write!(f, "{key} ")?,
            (_, None) => write!(f, "{} ", self.article.file)?,
        }
        write!(f, "{verb} /{}.", self.feed)?;
        for (label, text) in self.rows() {
            write!(f, "\n  {label:<9}  {text}")?;
        }
        Ok(())
    }
}

impl Explanation {
    fn rows(&self) -> Vec<(&'static str, String)> {
        let evaluation = &self.evaluation;
        let mut rows: Vec<(&'static str, String)> = Vec::new();
        let reasons = evaluation.reasons.iter();
        rows.extend(reasons.map(|reason| ("because", self.reason(reason))));
        rows.extend(
            self.article
                .published
                .map(|at| ("published", self.date(at))),
        );
        rows.push((self.article.noun, self.article.file.clone()));
        if let Some(problem) = &self.article.problem {
            rows.push(("problem", problem_text(problem)));
            rows.extend(problem.hint.clone().map(|hint| ("hint", hint)));
        }
        if self.article.key.is_none() {
            return rows;
        }
        rows.extend(evaluation.rules.iter().map(rule_row));
        if evaluation.rules.is_empty() {
            rows.push(("rules", "none: this feed takes every article".to_owned()));
        }
        rows.extend(self.place().map(|text| ("place", text)));
        if !evaluation.included {
            let enters = evaluation.enters.map(|at| self.date(at));
            let enters = enters.unwrap_or_else(|| self.never().to_owned());
            rows.push(("enters", enters));
        }
        rows.extend(self.leaves().map(|text| ("leaves", text)));
        rows
    }

    fn reason(&self, reason: &Reason) -> String {
        let settings = &self.evaluation.settings;
        match reason {
            Reason::Unreadable => "it cannot be read as an article".to_owned(),
            Reason::Refused { by } => self.refusal(*by),
            Reason::OutOfFeeds => "it is kept out of all feeds (`feed = false`)".to_owned(),
            Reason::Draft => "it is a draft".to_owned(),
            Reason::Expired { since } => format!("it expired on {}", self.date(*since)),
            Reason::Embargoed { until } => {
                format!(
                    "it is dated in the future: embargo until {}",
                    self.date(*until)
                )
            }
            Reason::Delayed { until } => format!(
                "this feed holds articles back for {}: this one until {}",
                duration(settings.delay),
                self.date(*until)
            ),
            Reason::TooOld { since } => format!(
                "this feed keeps articles for {} at most: this one until {}",
                settings.oldest.map(duration).unwrap_or_default(),
                self.date(*since)
            ),
            Reason::OverLimit { newer } => format!(
                "{} newer; {}",
                counted(*newer, "article is", "articles are"),
                self.limits()
            ),
        }
    }

    /// Why the rules of one role refuse the article.
    fn refusal(&self, by: RuleKind) -> String {
        let check = self.evaluation.rules.iter().find(|check| check.rule == by);
        let terms = check.map(|check| &check.terms[..]).unwrap_or_default();
        let names = |wanted: fn(&&RuleTerm) -> bool| {
            let names = terms.iter().filter(wanted).map(|named| &*named.term);
            names.collect::<Vec<_>>().join(", ")
        };
        let missing = names(|named| named.carried.is_none());
        match by {
            RuleKind::Own | RuleKind::All => format!("it does not have {missing}"),
            RuleKind::Any => format!("it has none of {missing}"),
            RuleKind::None => {
                let unwanted = names(|named| named.carried.is_some());
                format!("this feed leaves out what has {unwanted}")
            }
        }
    }

    fn limits(&self) -> String {
        let settings = &self.evaluation.settings;
        let items = settings.items;
        match settings.keep {
            0 => format!("this feed keeps {items}"),
            keep => format!(
                "this feed keeps {items}, and up to {} while they are younger than the newest \
                 less {}",
                4 * u32::from(items),
                duration(keep)
            ),
        }
    }

    fn place(&self) -> Option<String> {
        let (place, entries) = (self.evaluation.place?, self.evaluation.entries?);
        let limit = self.evaluation.settings.items;
        let newer = match place - 1 {
            0 => "it is the newest".to_owned(),
            newer => many(newer, "newer article"),
        };
        Some(if self.evaluation.included {
            format!("{place} of {entries}; {newer}; this feed keeps {limit}")
        } else if matches!(self.evaluation.reasons[..], [Reason::Delayed { .. }]) {
            return None;
        } else {
            format!("{place}, but the feed ends with {entries}")
        })
    }

    fn leaves(&self) -> Option<String> {
        let settings = &self.evaluation.settings;
        let by_itself = self.evaluation.leaves.map(|at| {
            let oldest = settings.oldest.map(i64::from);
            let published = self.article.published;
            let is_oldest = published.zip(oldest).map(|(at, oldest)| at.plus(oldest)) == Some(at);
            let why = if is_oldest { "oldest" } else { "expires" };
            format!("on {} ({why})", self.date(at))
        });
        let crowded = self.evaluation.eviction.map(|out| self.eviction(out));
        let both: Vec<String> = by_itself.into_iter().chain(crowded).collect();
        (!both.is_empty()).then(|| both.join(", or "))
    }

    fn eviction(&self, eviction: Eviction) -> String {
        let Eviction {
            newer,
            one_from,
            newer_at_most,
        } = eviction;
        let come = counted(newer, "newer article has", "newer articles have");
        let Some(from) = one_from else {
            return format!("when {come} come");
        };
        let which = match newer {
            1 => "it is",
            _ => "one of them is",
        };
        let keep = duration(self.evaluation.settings.keep);
        format!(
            "when {come} come and {which} dated {} or later ({keep} after this one); \
             after {newer_at_most} in any case",
            self.date(from)
        )
    }

    /// What would have to happen for an article to enter that does not by itself.
    fn never(&self) -> &'static str {
        match self.evaluation.reasons.last() {
            Some(Reason::OverLimit { .. }) => "only if newer articles are taken down",
            Some(Reason::TooOld { .. } | Reason::Expired { .. }) => "never with these dates",
            Some(Reason::Embargoed { .. } | Reason::Delayed { .. })
                if self.evaluation.reasons.len() == 1 =>
            {
                "never with these dates: by then it is past its end, or crowded out"
            }
            _ => "not while this is so",
        }
    }

    /// An instant as the newsroom's clocks show it.
    fn date(&self, at: Timestamp) -> String {
        let date = self.zone.date_time(at);
        let seconds = if at.0.rem_euclid(60) == 0 { "" } else { ":%S" };
        date.format(&format!("%Y-%m-%d %H:%M{seconds} %:z"))
            .to_string()
    }
}

fn problem_text(problem: &Problem) -> String {
    let message = &problem.message;
    match problem.line {
        Some(line) => format!("line {line}: {message}"),
        None => message.clone(),
    }
}

fn rule_row(check: &RuleResult) -> (&'static str, String) {
    let label = match check.rule {
        RuleKind::Own => "feed of",
        RuleKind::Any => "any",
        RuleKind::All => "all",
        RuleKind::None => "none",
    };
    let (carried, missing) = divide(&check.terms);
    let missing = match missing.is_empty() {
        true => None,
        false => Some(format!("not {}", missing.join(", "))),
    };
    let carried = carried.into_iter();
    let texts: Vec<String> = match check.admits {
        true => carried.chain(missing).collect(),
        // What it fails by comes first.
        false if check.rule == RuleKind::None => carried.chain(missing).collect(),
        false => missing.into_iter().chain(carried).collect(),
    };
    let verdict = if check.admits { "yes" } else { "no " };
    (label, format!("{verdict}  {}", texts.join("; ")))
}

/// The terms that the article carries, each with how, and those that it does not.
fn divide(terms: &[RuleTerm]) -> (Vec<String>, Vec<String>) {
    let mut divided = (Vec::new(), Vec::new());
    for RuleTerm { term, carried } in terms {
        match carried {
            Some(carried) => divided.0.push(carried_text(term, carried)),
            None => divided.1.push(term.clone()),
        }
    }
    divided
}

fn carried_text(name: &str, carried: &TermMatch) -> String {
    let noun = match carried.kind {
        TermKind::Tag => "tag",
        TermKind::Section => "section",
        TermKind::Author => "author",
        TermKind::Lang => "language",
    };
    let written = term(carried.kind, &carried.written);
    if carried.same {
        format!("{name} (its {noun} {written} counts as {name})")
    } else if written == name {
        format!("{name} (its {noun})")
    } else {
        format!("{name} (its {noun}, written {written})")
    }
}

/// Seconds as feeds.toml writes them.
fn duration(seconds: u32) -> String {
    match seconds {
        0 => "0s".to_owned(),
        seconds if seconds > 86_400 && seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        seconds if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
