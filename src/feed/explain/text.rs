//! An explanation as text: one sentence, then one row for each fact.

use std::fmt::{self, Display};

use super::{Evaluation, Eviction, Explanation, Reason, RuleKind, RuleResult, RuleTerm, TermMatch};
use crate::model::count::{counted, many};
use crate::model::problem::Problem;
use crate::model::term::TermKind;
use crate::model::time::{Timestamp, Zone};
use crate::text::visible;

impl Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.evaluation.included {
            true => "is in",
            false => "is not in",
        };
        match (&self.article.title, &self.article.key) {
            (Some(title), Some(key)) => write!(f, "\"{}\" ({}) ", visible(title), visible(key))?,
            (None, Some(key)) => write!(f, "{} ", visible(key))?,
            (_, None) => write!(f, "{} ", visible(&self.article.file))?,
        }
        write!(f, "{verb} /{}.", visible(&self.feed))?;
        for (label, text) in self.rows() {
            write!(f, "\n  {label:<9}  {}", visible(&text))?;
        }
        Ok(())
    }
}

impl Explanation {
    fn rows(&self) -> Vec<(&'static str, String)> {
        let evaluation = &self.evaluation;
        let mut rows: Vec<(&'static str, String)> = Vec::new();
        let reasons = evaluation.reasons.iter();
        rows.extend(reasons.map(|reason| ("because", evaluation.reason(reason, &self.zone))));
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

    fn place(&self) -> Option<String> {
        let (place, entries) = (self.evaluation.place?, self.evaluation.entries?);
        let limit = self.evaluation.settings.items;
        let newer = match place - 1 {
            0 => "it is the newest".to_owned(),
            newer => many(newer, "newer article"),
        };
        match (self.evaluation.included, &self.evaluation.reasons[..]) {
            (true, _) => Some(format!(
                "{place} of {entries}; {newer}; this feed keeps {limit}"
            )),
            (false, [Reason::Delayed { .. }]) => None,
            (false, _) => Some(format!("{place}, but the feed ends with {entries}")),
        }
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

    /// The condition under which an article that does not enter by itself would.
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

    /// An instant in the newsroom's zone.
    fn date(&self, at: Timestamp) -> String {
        date(&self.zone, at)
    }
}

impl Evaluation {
    /// Why the article is not in the feed, with dates in a zone.
    pub fn reason(&self, reason: &Reason, zone: &Zone) -> String {
        let settings = &self.settings;
        match reason {
            Reason::Unreadable => "it cannot be read as an article".to_owned(),
            Reason::Refused { by } => self.refusal(*by),
            Reason::OutOfFeeds => "it is kept out of all feeds (`feed = false`)".to_owned(),
            Reason::Draft => "it is a draft".to_owned(),
            Reason::Expired { since } => format!("it expired on {}", date(zone, *since)),
            Reason::Embargoed { until } => {
                format!(
                    "it is dated in the future: embargo until {}",
                    date(zone, *until)
                )
            }
            Reason::Delayed { until } => format!(
                "this feed delays articles by {}: this one until {}",
                duration(settings.delay),
                date(zone, *until)
            ),
            Reason::TooOld { since } => format!(
                "this feed keeps articles for {} at most: this one until {}",
                settings.oldest.map(duration).unwrap_or_default(),
                date(zone, *since)
            ),
            Reason::OverLimit { newer } => format!(
                "{} newer; {}",
                counted(*newer, "article is", "articles are"),
                self.limits()
            ),
        }
    }

    /// Why the rule of this kind refuses the article.
    fn refusal(&self, by: RuleKind) -> String {
        let check = self.rules.iter().find(|check| check.rule == by);
        let terms = check.map(|check| &check.terms[..]).unwrap_or_default();
        let is_named = |term: &&RuleTerm| term.carried.is_some() == (by == RuleKind::None);
        let names = terms.iter().filter(is_named).map(|term| &*term.term);
        let names = names.collect::<Vec<_>>().join(", ");
        match by {
            RuleKind::Own | RuleKind::All => format!("it does not have {names}"),
            RuleKind::Any => format!("it has none of {names}"),
            RuleKind::None => format!("this feed leaves out what has {names}"),
        }
    }

    fn limits(&self) -> String {
        let settings = &self.settings;
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
}

fn date(zone: &Zone, at: Timestamp) -> String {
    let date = zone.date_time(at);
    let seconds = if at.0.rem_euclid(60) == 0 { "" } else { ":%S" };
    date.format(&format!("%Y-%m-%d %H:%M{seconds} %:z"))
        .to_string()
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
    let (mut texts, mut missing) = (Vec::new(), Vec::new());
    for RuleTerm { term, carried } in &check.terms {
        match carried {
            Some(carried) => texts.push(carried_text(term, carried)),
            None => missing.push(&**term),
        }
    }
    if !missing.is_empty() {
        // The terms that the article fails by come first.
        let at = match check.admits || check.rule == RuleKind::None {
            true => texts.len(),
            false => 0,
        };
        texts.insert(at, format!("not {}", missing.join(", ")));
    }
    let verdict = if check.admits { "yes" } else { "no " };
    (label, format!("{verdict}  {}", texts.join("; ")))
}

fn carried_text(name: &str, carried: &TermMatch) -> String {
    let noun = match carried.kind {
        TermKind::Tag => "tag",
        TermKind::Section => "section",
        TermKind::Author => "author",
        TermKind::Lang => "language",
    };
    let written = carried.kind.notation(&carried.written);
    if carried.same {
        format!("{name} (its {noun} {written} counts as {name})")
    } else if written == name {
        format!("{name} (its {noun})")
    } else {
        format!("{name} (its {noun}, written {written})")
    }
}

/// Seconds in the notation of feeds.toml.
fn duration(seconds: u32) -> String {
    match seconds {
        0 => "0s".to_owned(),
        seconds if seconds > 86_400 && seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        seconds if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
