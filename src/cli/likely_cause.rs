//! Why many files may have one problem: who brings a whole archive mostly made one mistake.

use crate::ingest::problems::STAYS;
use crate::model::article_path::without_extension;
use crate::model::count::counted;
use crate::model::time::WrittenDate;

/// The places with one problem, as far as they tell its cause.
#[derive(Debug, Default)]
pub(super) struct ProblemPlaces {
    /// Whether they are files, and no rows of a database.
    are_files: bool,
    /// Those whose name begins with a date.
    names: Dated,
    /// Those in folders of a day.
    folders: Dated,
}

/// How many there are, and the first that was found.
#[derive(Debug, Default)]
struct Dated {
    count: usize,
    example: Option<Box<str>>,
}

impl ProblemPlaces {
    pub(super) fn note(&mut self, place: &str) {
        let file = without_extension(place);
        if file.len() == place.len() {
            return;
        }
        self.are_files = true;
        let (folders, name) = file.rsplit_once('/').unwrap_or(("", file));
        let name = match name {
            "index" => folders.rsplit('/').next().unwrap_or_default(),
            name => name,
        };
        if has_date_at_front(name) {
            self.names.note(name);
        } else if let Some(dated) = dated_folders(folders) {
            self.folders.note(&dated);
        }
    }
}

impl Dated {
    fn note(&mut self, example: &str) {
        self.count += 1;
        self.example.get_or_insert_with(|| example.into());
    }
}

/// The likely cause of the problems with one reason, and what to do about it.
pub(super) fn likely_cause(reason: &str, places: &ProblemPlaces) -> Option<String> {
    let ProblemPlaces {
        are_files,
        names,
        folders,
    } = places;
    let begin = || counted(names.count, "name begins", "names begin");
    let cause = match (reason_kind(reason)?, &names.example, &folders.example) {
        (ReasonKind::Undated, Some(name), _) => format!(
            "likely cause: {} with a date that does not count, such as `{name}`: write it as in \
             `2026-01-08-title.md`, or write the key `date`",
            begin()
        ),
        (ReasonKind::Undated, None, Some(folder)) => format!(
            "likely cause: {} in folders of a day, such as `{folder}`, which give no date: write the key \
             `date`, or begin the names with it, as in `2026-01-08-title.md`",
            counted(folders.count, "file is", "files are")
        ),
        (ReasonKind::UndatedText, Some(_), _) => format!(
            "likely cause: {} with a date, but newsroom text has it in its first line",
            begin()
        ),
        (ReasonKind::Undated | ReasonKind::Page, _, _) if *are_files => {
            "if they are notes or pages and no articles, name them in [source.directory], as in \
             `exclude = [\"about.md\", \"docs/**\"]`"
                .to_owned()
        }
        (ReasonKind::UndatedText | ReasonKind::Undated | ReasonKind::Page, _, _) => return None,
    };
    Some(cause)
}

/// The reasons of which a cause is known.
enum ReasonKind {
    Undated,
    /// There is no date in newsroom text.
    UndatedText,
    /// There is neither title nor date.
    Page,
}

fn reason_kind(reason: &str) -> Option<ReasonKind> {
    match reason.strip_suffix(STAYS).unwrap_or(reason) {
        "there is no `date`" => Some(ReasonKind::Undated),
        "the first line does not begin with `date`" => Some(ReasonKind::UndatedText),
        "there is no `title`" | "the file does not begin with front matter" => {
            Some(ReasonKind::Page)
        }
        _ => None,
    }
}

/// Whether a name begins with a day, in whatever form: `2026-01-08x`, `20260108`, `08.01.2026`.
fn has_date_at_front(name: &str) -> bool {
    let is_of_day = |c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | ' ');
    let end = name.find(|c| !is_of_day(c)).unwrap_or(name.len());
    let mut numbers = name[..end].split(['-', '_', '.', ' ']);
    let first = numbers.next().unwrap_or_default();
    let next = [numbers.next(), numbers.next()].map(Option::unwrap_or_default);
    match (first.len(), next.map(str::len)) {
        // A time may follow without anything between them.
        (8 | 12 | 14, _) => is_day(&first[..4], &first[4..6], &first[6..8]),
        (4, [1 | 2, 1 | 2]) => is_day(first, next[0], next[1]),
        (1 | 2, [1 | 2, 4]) => is_day(next[1], next[0], first) || is_day(next[1], first, next[0]),
        (_, _) => false,
    }
}

/// The folders that name a day, such as `2026/01/08`.
fn dated_folders(folders: &str) -> Option<String> {
    let names: Vec<&str> = folders.split('/').collect();
    let mut days = names.windows(3);
    let day = days.find(|day| day[0].len() == 4 && is_day(day[0], day[1], day[2]))?;
    Some(day.join("/"))
}

fn is_day(year: &str, month: &str, day: &str) -> bool {
    // Numbers of other kinds are rarely in this range.
    ("1950".."2100").contains(&year)
        && WrittenDate::parse(&format!("{year}-{month:0>2}-{day:0>2}")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(files: &[&str]) -> ProblemPlaces {
        let mut dated = ProblemPlaces::default();
        files.iter().for_each(|file| dated.note(file));
        dated
    }

    #[test]
    fn dates_in_paths_are_found_in_any_form() {
        for (file, names, folders) in [
            ("a/2026-02-01x0.md", 1, 0),
            ("20260201-x.md", 1, 0),
            ("a/20260201.md", 1, 0),
            ("a/202602011030_x.md", 1, 0),
            ("a/20260201103000.md", 1, 0),
            ("a/2026_02_01_x.md", 1, 0),
            ("a/2026.02.01 Бюджет.md", 1, 0),
            ("a/2026-2-1.md", 1, 0),
            ("a/01.02.2026-x.json", 1, 0),
            ("a/1-2-2026_x.html", 1, 0),
            ("a/12.25.2026_x.html", 1, 0),
            ("a/20260201-x/index.md", 1, 0),
            ("a/2026-02-01T10-30-x.md", 1, 0),
            ("a/2026/02/01/x.md", 0, 1),
            ("a/2026/2/1/x/index.md", 0, 1),
            // No day of the calendar, and numbers of another kind.
            ("a/20260231-x.md", 0, 0),
            ("a/2026-13-01.md", 0, 0),
            ("a/00010203-x.md", 0, 0),
            ("a/12345678.md", 0, 0),
            ("a/2026-02-x.md", 0, 0),
            ("a/2026/02/x.md", 0, 0),
            ("a/10 мифов.md", 0, 0),
            ("", 0, 0),
        ] {
            let dated = noted(&[file]);
            let found = (dated.names.count, dated.folders.count);
            assert_eq!(found, (names, folders), "{file}");
        }
    }

    #[test]
    fn a_cause_is_told_for_its_reason_alone() {
        let cause = |reason: &str, files: &[&str]| likely_cause(reason, &noted(files));
        let (undated, text) = (
            "there is no `date`",
            "the first line does not begin with `date`",
        );
        for (reason, files, expected) in [
            (
                undated,
                &["20260201-x.md", "y.md"],
                "1 name begins with a date that does not count, such as `20260201-x`",
            ),
            (
                undated,
                &["2026/02/01/x.md", "2026/02/02/y.md"],
                "2 files are in folders of a day, such as `2026/02/01`",
            ),
            (
                text,
                &["2026-02-01.txt", "2026-02-02.txt"],
                "2 names begin with a date, but newsroom text has it",
            ),
        ] {
            let cause = cause(reason, files).expect("a cause");
            let cause = cause
                .strip_prefix("likely cause: ")
                .expect("a likely cause");
            assert!(cause.starts_with(expected), "{cause}");
        }
        for reason in [
            undated,
            "there is no `title`",
            "the file does not begin with front matter",
        ] {
            let advice = cause(reason, &["x.md"]).expect("advice");
            assert!(advice.starts_with("if they are notes or pages"), "{advice}");
        }
        for (reason, file) in [
            (text, "x.txt"),
            (undated, "[source.sql] row 7"),
            (undated, "[source.sql] row a/20260108"),
            (text, "2026/02/01/x.txt"),
            ("the title is empty", "20260201-x.md"),
            (
                "there is no `title`; `posts` is a list of articles",
                "x.json",
            ),
        ] {
            assert_eq!(cause(reason, &[file]), None, "{reason}");
        }
    }
}
