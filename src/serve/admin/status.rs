//! `/status`: the state of the daemon on one page, for editors and operators.

use std::cmp::Reverse;
use std::sync::Arc;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context, escape_formatter};

use super::words::words;
use super::{Admin, Readiness};
use crate::config::Site;
use crate::feed::poll_rate::Rate;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::time::Timestamp;
use crate::publish::health::{Condition, Degraded};
use crate::publish::push_report::{PushRecord, PushResult, PushTarget};
use crate::publish::stall::{Stall, Work};
use crate::render::pages::locale::Locale;
use crate::serve::metrics::process::Process;
use crate::text::visible_lines;

/// The declared feeds come first, then those with the most requests.
const FEEDS_MAX: usize = 500;

pub(super) fn page(admin: &Admin) -> String {
    let now = Timestamp::now();
    let (published, snapshot) = (admin.server.published(), admin.server.snapshot());
    let site = match &snapshot {
        Some(snapshot) => &snapshot.config.site,
        None => &admin.config.site,
    };
    let (locale, condition) = (Locale::of_site(&site.language), admin.health.condition());
    let push = admin.health.push();
    let degraded = degraded(&condition, push.faults(now), site);
    let date = |at: Timestamp| date(site, at);
    let feeds = snapshot.as_deref().map(|all| feeds(all, site, now));
    let selections = published.map(|published| published.selection_polls().rate(now));
    let process = Process::read();
    let problems = &condition.problems;
    let first = problems.first.iter();
    let reasons = problems.reasons.iter();
    render(context! {
        language => locale.tag(),
        words => Value::from(Serde(words(locale))),
        site => &site.title,
        now => date(now),
        state => state(admin.readiness(), !degraded.is_empty()),
        degraded,
        source => source(admin, &condition, site),
        articles => condition.articles,
        published => condition.published.map(date),
        problems => first.map(|problem| Value::from(Serde(problem))).collect::<Vec<_>>(),
        problem_count => problems.total(),
        reasons => reasons.map(|reason| context! { text => &reason.reason, count => reason.count })
            .collect::<Vec<_>>(),
        reload => reload(&condition, site),
        push => push.records().into_iter().map(|(target, record)| told(&target, record, site))
            .collect::<Vec<_>>(),
        feeds => feeds.unwrap_or_default(),
        feed_count => snapshot.as_ref().map_or(0, |snapshot| snapshot.feeds.len()),
        selections => rate(selections.unwrap_or_default()),
        version => crate::model::version::LINE,
        started => date(admin.health.started()),
        memory => process.resident_bytes.unwrap_or(0) >> 20,
        connections => admin.server.connections.open(),
        documents => admin.server.documents.get().map_or(0, |documents| documents.cache.len()),
    })
}

fn state(readiness: Readiness, is_degraded: bool) -> Value {
    let (class, key) = match readiness {
        Readiness::Starting => ("down", "starting"),
        Readiness::Draining => ("down", "draining"),
        Readiness::Ready if is_degraded => ("degraded", "degraded"),
        Readiness::Ready => ("", "ready"),
    };
    context! { class, key }
}

fn degraded(condition: &Condition, push_faults: Vec<String>, site: &Site) -> Vec<Value> {
    let degraded = condition.degraded();
    let items = degraded.iter().map(|degraded| match degraded {
        Degraded::Source(reason) => context! { key => "source_fails", reason },
        Degraded::State(reason) => context! { key => "state_fails", reason },
        Degraded::Stalled(Stall { work, .. }) => match work {
            Work::Reading => context! { key => "reading_stalls" },
            Work::Publication => context! { key => "publication_stalls" },
            Work::StateWrite => context! { key => "state_stalls" },
        },
        Degraded::Unwatched(reason) => context! { key => "unwatched", reason },
        // The page shows the reason under "Configuration".
        Degraded::Reload(_) => context! { key => "reload_fails" },
        Degraded::Held(loss) => context! {
            key => "held",
            reason => loss.to_string(),
            since => date(site, loss.since),
        },
        Degraded::Quarantine(problems) => {
            context! { key => "quarantine", count => problems.errors }
        }
    });
    let push_faults = push_faults.into_iter();
    let of_push = push_faults.map(|reason| context! { key => "push_fails", reason });
    items.chain(of_push).collect()
}

/// What a hub or IndexNow was told.
fn told(target: &PushTarget, record: PushRecord, site: &Site) -> Value {
    let name = match target {
        PushTarget::Hub(url) => url,
        PushTarget::IndexNow => "IndexNow",
    };
    let answer = record.last_answer;
    let of = |result: PushResult| record.requests[result as usize];
    context! {
        name,
        taken => record.last_success.map(|at| date(site, at)),
        answered => answer.as_ref().map(|(at, _)| date(site, *at)),
        answer => answer.as_ref().map(|(_, words)| words),
        waiting => record.waiting,
        accepted => of(PushResult::Accepted),
        not_accepted => of(PushResult::Refused) + of(PushResult::Failed),
        stopped => record.stopped.join("; "),
    }
}

fn source(admin: &Admin, condition: &Condition, site: &Site) -> Value {
    let source = &condition.source;
    let published = admin.server.published();
    let reached = published.and_then(|published| published.progress().reached());
    let database = published.and_then(|published| published.database_position());
    let database = database.unwrap_or_default();
    // A primary has no lag.
    let lag = database.replica_lag.filter(|_| database.is_standby);
    let failing = source.failing.as_ref();
    context! {
        name => &*source.name,
        read => source.read.map(|at| date(site, at)),
        progress => reached.map(|reached| reached.to_string()),
        failing => failing.map(|(since, _)| date(site, *since)),
        took => format!("{:.1}", source.took.as_secs_f64()),
        articles_read => source.articles_read,
        newest => database.newest.map(|at| date(site, at)),
        lag => lag.map(|seconds| format!("{seconds:.1}")),
    }
}

fn reload(condition: &Condition, site: &Site) -> Value {
    let reloads = &condition.reloads;
    let refused = reloads.refused.as_ref();
    let in_force = reloads.in_force.as_ref();
    let changes = reloads.changes.as_ref();
    context! {
        digest => in_force.map(|(digest, _)| &**digest),
        since => in_force.map(|(_, since)| date(site, *since)),
        succeeded => date(site, reloads.succeeded),
        refused => refused.map(|(at, _)| date(site, *at)),
        reason => refused.map(|(_, reason)| &**reason),
        changed => changes.map(|(at, _)| date(site, *at)),
        changes => changes.map(|(_, changes)| &**changes),
    }
}

fn feeds(snapshot: &Snapshot, site: &Site, now: Timestamp) -> Vec<Value> {
    let mut feeds: Vec<(&Arc<FeedVersion>, Rate)> = snapshot
        .feeds
        .values()
        .map(|feed| (feed, feed.polls.rate(now)))
        .collect();
    feeds.sort_by_cached_key(|(feed, rate)| {
        // Integers have a total order; the factor keeps rates below one apart.
        let micro_rate = (rate.per_hour * 1e6) as u64;
        (feed.kind, Reverse(micro_rate), feed.path.clone())
    });
    let rows = feeds.into_iter().take(FEEDS_MAX).map(|(feed, polls)| {
        context! {
            path => &*feed.path,
            entries => feed.entries.len(),
            changed => date(site, feed.last_modified),
            ..rate(polls)
        }
    });
    rows.collect()
}

fn rate(rate: Rate) -> Value {
    let unchanged = rate.unchanged;
    context! {
        polls => format!("{:.0}", rate.per_hour),
        unchanged => unchanged.map_or(String::new(), |share| format!("{:.0} %", share * 100.0)),
    }
}

/// A date in the site's time zone.
fn date(site: &Site, at: Timestamp) -> String {
    let at = site.zone.date_time(at);
    at.format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn render(values: Value) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) => escape_formatter(out, state, &Value::from(&*visible_lines(text))),
        None => escape_formatter(out, state, value),
    });
    environment
        .render_named_str("status.html", include_str!("status.html"), values)
        .expect("the template and its values are built in")
}
