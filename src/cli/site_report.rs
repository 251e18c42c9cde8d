//! What `taspa check` tells of a site as a whole: what lies beside the articles, and an address of each
//! section.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::count::many;
use crate::publish::read_handle::ReadHandle;
use crate::source::Source;

/// The lines of the report.
pub(super) fn lines(published: &ReadHandle, names_all: bool) -> Vec<String> {
    let source = published.source();
    let skipped = skipped_files(source.skipped());
    skipped
        .chain(local_times(&source))
        .chain(sections(published, names_all))
        .collect()
}

/// The files that are no articles, counted by extension, and the folders that are not read.
fn skipped_files(skipped: BTreeMap<String, usize>) -> impl Iterator<Item = String> {
    let mut skipped: Vec<(String, usize)> = skipped.into_iter().collect();
    skipped.sort_by_key(|(_, count)| Reverse(*count));
    let (folders, files): (Vec<_>, Vec<_>) = skipped
        .into_iter()
        .partition(|(kind, _)| kind.ends_with('/'));
    let files = files.iter().map(|(extension, count)| match &**extension {
        "" => format!("{count} without extension"),
        extension => format!("{count} `.{extension}`"),
    });
    let folders = folders.iter().map(|(name, count)| match count {
        1 => format!("`{name}`"),
        count => format!("{count} `{name}`"),
    });
    let lines = [
        ("files that are no articles", files.collect::<Vec<_>>()),
        (
            "folders that are not read because of their name",
            folders.collect(),
        ),
    ];
    let lines = lines.into_iter().filter(|(_, kinds)| !kinds.is_empty());
    lines.map(|(what, kinds)| format!("{what}: {}", kinds.join(", ")))
}

/// The columns of a database whose times have no zone, and the newest one: where it is hours off, they are meant in
/// another zone.
fn local_times(source: &Source) -> Option<String> {
    let Source::Sql(sql) = source else {
        return None;
    };
    // What fails here has failed before.
    let columns = sql.dates_without_zone().ok()?;
    let columns = columns.iter().map(|name| format!("`{name}`"));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let newest = sql.position().newest?;
    (!columns.is_empty()).then(|| {
        format!(
            "times without a zone, which count as `time-zone`: {columns}; the newest is {newest}: where that is \
             hours off, convert them in the query"
        )
    })
}

/// The sections of which an address is named without `--verbose`.
const SECTIONS_MAX: usize = 20;

/// The address of the newest article of each section, so that somebody can try whether it leads there.
fn sections(published: &ReadHandle, names_all: bool) -> Vec<String> {
    let Some(state) = published.published() else {
        return Vec::new();
    };
    let mut sections = state.newest_of_sections();
    // A section whose name another one has too may show nothing new.
    let mut seen = HashSet::new();
    sections.retain(|(_, name, newest)| seen.insert((*name, *newest)));
    let mut of_name: HashMap<&str, usize> = HashMap::new();
    for (_, name, _) in &sections {
        *of_name.entry(name).or_default() += 1;
    }
    let named = match names_all {
        true => sections.len(),
        false => sections.len().min(SECTIONS_MAX),
    };
    let unnamed = sections.split_off(named).len();
    let addresses = sections.into_iter().filter_map(|(term, name, newest)| {
        let article = published.store().articles(&[newest]).ok()?.pop()?;
        let address = state.snapshot.site_rules.link(&article);
        let key = match of_name.get(name) {
            Some(2..) => format!(" with the key `{}`", term.key()),
            Some(0 | 1) | None => String::new(),
        };
        Some(format!("newest of section `{name}`{key}: {address}"))
    });
    let more =
        (unnamed > 0).then(|| format!("{}, with `--verbose` all", many(unnamed, "more section")));
    addresses.chain(more).collect()
}
