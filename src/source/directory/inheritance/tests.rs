use super::names::scope_of;
use super::*;
use crate::config::KeyFrom;
use crate::model::article::{Accepted, Visibility};
use crate::model::time::{Timestamp, Zone};
use crate::source::ReadOutcome;
use crate::source::directory::Directory;
use crate::testkit;

const ARTICLE: &str = "---\ntitle: Мост\ndate: 2026-01-08\n---\nТекст.\n";

fn directory(root: &Path) -> Directory {
    let mut settings = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
    let names = [("draft", "wip"), ("date", "data-pub")];
    let names = names.map(|(key, name)| (key.to_owned(), vec![name.to_owned()]));
    settings.fields = names.into_iter().collect();
    testkit::directory_with(KeyFrom::Path, root, settings)
}

/// A folder of articles; files below `above` are beside it.
struct Folder {
    above: tempfile::TempDir,
    directory: Directory,
}

impl Folder {
    fn with(files: &[(&str, &str)]) -> Folder {
        let above = tempfile::tempdir().expect("a folder");
        let root = above.path().join("articles");
        fs::create_dir(&root).expect("a folder");
        let folder = Folder {
            directory: directory(&root),
            above,
        };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// Saves like an editor, so that the file has another inode.
    fn write(&self, path: &str, text: &str) {
        let (path, saving) = (self.path(path), self.above.path().join("saving"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&saving, text).expect("a file");
        fs::rename(saving, path).expect("a file in its place");
    }

    fn path(&self, path: &str) -> PathBuf {
        self.above.path().join("articles").join(path)
    }

    /// The places of a listing, and the paths of what is wrong.
    fn list(&self, below: Option<&str>) -> (Vec<Place>, Vec<String>) {
        let (mut places, mut problems) = (Vec::new(), Vec::new());
        for entry in self.directory.walk(below, false) {
            match entry {
                Ok(place) => places.push(place),
                Err(unlisted) => problems.push(format!("{}: {}", unlisted.path, unlisted.reason)),
            }
        }
        (places, problems)
    }

    fn read(&self, place: &Place) -> Accepted {
        match self.directory.read(place, Timestamp::now()) {
            ReadOutcome::Accepted(accepted) => *accepted,
            other => panic!("{}: {other:?}", place.path),
        }
    }

    /// The paths of the articles that a listing shows and readers may see.
    fn public(&self) -> Vec<String> {
        let (places, _) = self.list(None);
        let places = places.into_iter();
        let public = places.filter(|place| match self.directory.read(place, Timestamp::now()) {
            ReadOutcome::Accepted(accepted) => {
                let is_embargoed = accepted.article.published > Timestamp::now();
                accepted.visibility == Visibility::Public && !is_embargoed
            }
            ReadOutcome::Refused(refusal) if refusal.withdraws => false,
            other => panic!("{}: {other:?}", place.path),
        });
        public.map(|place| place.path).collect()
    }
}

/// The articles that `_index.md` in `x` leaves public, of some below it and one beside it.
fn public_with(index: &str) -> Vec<String> {
    let own = ARTICLE.replace("title:", "draft: false\ntitle:");
    let folder = Folder::with(&[
        ("x/_index.md", index),
        ("x/a.md", ARTICLE),
        ("x/deep/b.md", ARTICLE),
        ("x/own.md", &own),
        ("x/t.txt", "date 2026-01-08 Мост\n\nТекст.\n"),
        ("y.md", ARTICLE),
    ]);
    folder.public()
}

#[test]
fn a_folders_own_file_hides_what_is_below_it() {
    let all = ["x/a.md", "x/deep/b.md", "x/own.md", "x/t.txt", "y.md"];
    let own = ["x/own.md", "y.md"];
    let outside = ["y.md"];
    for (index, expected) in [
        ("", &all[..]),
        ("# Раздел\n\nО разделе.\n", &all),
        ("---\ntitle: Раздел\n---\n", &all),
        ("---\ndraft: false\n---\n", &all),
        ("---\ncascade:\n  type: docs\n---\n", &all),
        ("---\ncascade:\n---\n", &all),
        // Zola's section.
        ("+++\ndraft = true\n+++\n", &outside),
        ("---\nisDraft: yes\n---\n", &outside),
        // Hugo's cascade, which a page's own key overrides.
        ("---\ncascade:\n  draft: true\n---\n", &own),
        ("+++\n[cascade]\ndraft = true\n+++\n", &own),
        ("---\nCascade:\n  params:\n    draft: true\n---\n", &own),
        ("---\ncascade:\n  private: true\n---\n", &outside),
        ("---\ncascade:\n  build:\n    list: never\n---\n", &outside),
        ("---\ncascade:\n  expiryDate: 2026-13-01\n---\n", &outside),
        // Targets.
        (
            "---\ncascade:\n- draft: true\n  target:\n    path: /x/deep/**\n---\n",
            &["x/a.md", "x/own.md", "x/t.txt", "y.md"],
        ),
        (
            "---\ncascade:\n- draft: true\n  _target:\n    path: '{/x/a,/X/T}'\n---\n",
            &["x/deep/b.md", "x/own.md", "y.md"],
        ),
        (
            "---\ncascade:\n- draft: true\n  target:\n    path: /x/*\n---\n",
            &["x/deep/b.md", "x/own.md", "y.md"],
        ),
        (
            "---\ncascade:\n- draft: true\n  target:\n    path: x**\n---\n",
            &own,
        ),
        (
            "---\ncascade:\n- draft: true\n  target:\n    kind: section\n---\n",
            &all,
        ),
        (
            "---\ncascade:\n- draft: true\n  target:\n    kind: '{page,section}'\n---\n",
            &own,
        ),
        (
            "---\ncascade:\n- draft: true\n  target:\n    lang: kk\n---\n",
            &all,
        ),
        (
            "---\ncascade:\n- draft: true\n  target:\n    lang: ru\n---\n",
            &own,
        ),
        // The first cascade that fits counts.
        (
            "---\ncascade:\n- draft: false\n  target:\n    path: /x/a\n- draft: true\n---\n",
            &["x/a.md", "x/own.md", "y.md"],
        ),
        // What is not understood hides.
        (
            "---\ncascade:\n- draft: true\n  target:\n    path: '{/x/y'\n---\n",
            &own,
        ),
        (
            "---\ncascade:\n- draft: true\n  target:\n    environment: staging\n---\n",
            &own,
        ),
        ("---\ncascade:\n  draft: tru\n---\n", &own),
        ("---\ncascade: draft\n---\n", &outside),
        ("---\ndraft: tru\n---\n", &outside),
        ("---\nx: [\n---\n", &outside),
        // Text above front matter, and the marks of a merge.
        ("<<<<<<< HEAD\n---\ndraft: true\n---\n", &outside),
        ("О разделе\n\n---\ndraft: true\n---\n", &outside),
        (
            "О разделе\n\n---\ncascade:\n  private: true\n---\n",
            &outside,
        ),
        ("О разделе\n\n+++\n[[cascade]]\nwip = true\n+++\n", &outside),
        ("О разделе\n\n---\ntitle: Раздел\n---\n", &all),
        ("О разделе\n\nStatus: draft\nDate: 2999-01-08\n", &all),
        // Names that look alike, and further names.
        ("+++\n\"drаft \" = true\n+++\n", &outside),
        ("---\ndraft\u{a0}: true\n---\n", &outside),
        ("---\nwip: true\n---\n", &outside),
        ("---\ndraft: false\nwip: true\n---\n", &outside),
        ("---\ncascade:\n  wip: true\n---\n", &outside),
        ("---\ncascade:\n  params:\n  - wip: true\n---\n", &outside),
        // An embargo.
        ("---\ncascade:\n  publishDate: 2999-01-08\n---\n", &outside),
        ("---\ncascade:\n  data-pub: 2999-01-08\n---\n", &outside),
        (
            "---\ncascade:\n  params:\n    publishDate: 2999-01-08\n---\n",
            &outside,
        ),
        ("---\ncascade:\n  publishDate: 2020-01-08\n---\n", &all),
        ("---\ncascade:\n  publishDate: 2999-31-08\n---\n", &outside),
        (
            "---\ncascade:\n  params:\n    date: {format: d}\n---\n",
            &all,
        ),
        ("+++\ndraft = true\n", &outside),
    ] {
        assert_eq!(public_with(index), expected, "{index}");
    }
}

#[test]
fn a_nearer_cascade_wins_and_a_draft_above_does_not_end() {
    let cascade = |draft: bool| format!("---\ncascade:\n  draft: {draft}\n---\n");
    let folder = Folder::with(&[
        ("_index.md", &cascade(true)),
        ("a.md", ARTICLE),
        ("x/_index.md", &cascade(false)),
        ("x/a.md", ARTICLE),
        ("x/y/_index.html", &cascade(true)),
        ("x/y/a.md", ARTICLE),
        ("z/_index.md", "+++\ndraft = true\n+++\n"),
        ("z/y/_index.md", &cascade(false)),
        ("z/y/a.md", ARTICLE),
    ]);
    assert_eq!(folder.public(), ["x/a.md"]);
}

#[test]
fn a_language_in_the_name_is_for_articles_of_that_language() {
    let folder = Folder::with(&[
        ("x/_index.kk.md", "---\ndraft: true\n---\n"),
        ("x/a.md", ARTICLE),
        ("x/a.kk.md", ARTICLE),
        ("y/_index.ru.md", "---\ndraft: true\n---\n"),
        ("y/a.md", ARTICLE),
        ("y/a.kk.md", ARTICLE),
        ("z/_index.md", "---\ndraft: true\n---\n"),
        ("z/a.kk.md", ARTICLE),
    ]);
    assert_eq!(folder.public(), ["x/a.md", "y/a.kk.md"]);
}

#[test]
fn a_folders_own_file_has_its_name_in_any_case() {
    for name in [
        "_index.Md",
        "_Index.md",
        "_INDEX.MD",
        "_Index.Markdown",
        "_INDEX.html",
    ] {
        let folder = Folder::with(&[
            (&format!("x/{name}"), "+++\ndraft = true\n+++\n"),
            ("x/y/a.md", ARTICLE),
            ("y.md", ARTICLE),
        ]);
        assert_eq!(folder.public(), ["y.md"], "{name}");
        // A listing of one file, and a look at it, find the same file above.
        let (all, _) = folder.list(None);
        assert_eq!(folder.list(Some("x/y/a.md")).0, all[..1], "{name}");
        assert_eq!(
            folder.directory.stat(&[all[0].path.clone()]),
            all[..1],
            "{name}"
        );
    }
}

#[test]
fn an_empty_value_of_a_page_leaves_the_cascade() {
    let keys = "draft: true, status: draft, hidden: true, private: true, build: {list: never}";
    let index = format!("---\ncascade: {{{keys}}}\n---\n");
    let shown = "status: published\nhidden: false\nprivate: false\n";
    for (own, is_public) in [
        (
            "draft: false\nbuild: {list: always}\nstatus: published\nhidden: no\nprivate: 0\n",
            true,
        ),
        ("draft: []\nbuild: {list: always}\n", false),
        ("draft: {}\nbuild: {list: always}\n", false),
        ("draft: ''\nbuild: {list: always}\n", false),
        ("draft:\nbuild: {list: always}\n", false),
        ("draft: false\nbuild: {}\n", false),
        ("draft: false\nbuild: []\n", false),
        ("draft: false\nbuild: {list: always}\nstatus: []\n", false),
        ("extra: [{draft: false}]\nbuild: {list: always}\n", true),
        ("extra: [{draft: []}]\nbuild: {list: always}\n", false),
    ] {
        let folded = if own.contains("status") { "" } else { shown };
        let text = ARTICLE.replace("title:", &format!("{own}{folded}title:"));
        let text = match own.contains("status: []") {
            true => text.replace("title:", "hidden: no\nprivate: no\ntitle:"),
            false => text,
        };
        let folder = Folder::with(&[("_index.md", &index), ("a.md", &text)]);
        assert_eq!(folder.public().len(), usize::from(is_public), "{own}");
    }
}

#[test]
fn a_target_is_compared_as_hugo_does() {
    let decomposed = "Жан\u{438}\u{306}";
    for (folder, target) in [
        ("My News", "/my-news/**"),
        ("Жаңалықтар", "/жаңалықтар/**"),
        ("жаңалықтар", "/ЖАҢАЛЫҚТАР/*"),
        ("My News", "/My News/**"),
        ("my-news", "/my news/**"),
        (decomposed, "/жан\u{439}/**"),
    ] {
        let index = format!("---\ncascade:\n- draft: true\n  target:\n    path: '{target}'\n---\n");
        let article = format!("{folder}/a.md");
        let folder = Folder::with(&[
            ("_index.md", &index),
            (&article, ARTICLE),
            ("b.md", ARTICLE),
        ]);
        assert_eq!(folder.public(), ["b.md"], "{target}");
    }
}

#[test]
fn a_date_of_a_cascade_delays_and_never_hastens() {
    let own = |date: &str| format!("---\ntitle: Мост\n{date}\n---\nТекст.\n");
    let folder = Folder::with(&[
        (
            "_index.md",
            "---\ncascade:\n  publishDate: 2026-02-01\n---\n",
        ),
        ("a.md", &own("date: 2026-01-08")),
        ("b.md", &own("date: 2026-03-08")),
        ("c.md", &own("publishDate: 2026-01-08")),
        ("d.md", &own("draft: false")),
        ("e.txt", "date 2026-01-08 Мост\n\nТекст.\n"),
        ("f.txt", "date 2026-03-08 Мост\n\nТекст.\n"),
    ]);
    let dates = folder.list(None).0.into_iter().map(|place| {
        let published = folder.read(&place).article.published.to_string();
        (place.path, published[..10].to_owned())
    });
    let expected = [
        ("a.md", "2026-02-01"),
        ("b.md", "2026-03-08"),
        ("c.md", "2026-01-08"),
        ("d.md", "2026-02-01"),
        ("e.txt", "2026-02-01"),
        ("f.txt", "2026-03-08"),
    ];
    let expected = expected.map(|(path, date)| (path.to_owned(), date.to_owned()));
    assert_eq!(dates.collect::<Vec<_>>(), expected);
}

#[test]
fn a_parent_that_cannot_be_read_hides_and_is_reported() {
    let folder = Folder::with(&[("x/a.md", ARTICLE), ("y.md", ARTICLE)]);
    let index = folder.path("x/_index.md");
    let far = format!("---\ntitle: {}\n---\n", "а".repeat(2 << 20));
    for (text, reason) in [
        (Some("---\nx: [\n---\n"), "is not valid YAML"),
        (Some("---\ncascade: 7\n---\n"), "`cascade` must be a table"),
        (
            Some("---\ndraft: tru\n---\n"),
            "`draft`: `tru` is not understood",
        ),
        (Some("+++\ndraft = true\n+++\n"), "it is a draft"),
        (Some(&far), "larger than"),
        // A link to nothing.
        (None, "cannot be read"),
    ] {
        let _ = fs::remove_file(&index);
        match text {
            Some(text) => folder.write("x/_index.md", text),
            None => std::os::unix::fs::symlink("nowhere", &index).expect("a link"),
        }
        let (_, problems) = folder.list(None);
        assert_eq!(problems.len(), 1, "{problems:?}");
        let problem = &problems[0];
        assert!(
            problem.starts_with("x/_index.md: ") && problem.contains(reason),
            "{problem}"
        );
        assert_eq!(folder.public(), ["y.md"], "{reason}");
    }
}

/// Listings of everything, of a folder and of a file give the same stamps, and so does a look at the file
/// alone.
#[test]
fn every_listing_gives_an_article_the_same_stamp() {
    let folder = Folder::with(&[
        ("_index.md", "---\ncascade:\n  unlisted: true\n---\n"),
        ("x/_index.md", "+++\ndraft = true\n+++\n"),
        ("x/deep/a.md", ARTICLE),
        ("b.md", ARTICLE),
        ("../data/authors.yaml", "aigul: Айгүл\n"),
    ]);
    let (all, _) = folder.list(None);
    let [b, a] = &all[..] else { panic!("{all:?}") };
    for below in ["x", "x/deep", "x/deep/a.md"] {
        assert_eq!(
            folder.list(Some(below)).0,
            std::slice::from_ref(a),
            "{below}"
        );
    }
    let paths = [a.path.clone(), b.path.clone()];
    assert_eq!(folder.directory.stat(&paths), [a.clone(), b.clone()]);
    // A daemon that begins there knows what the stamps name.
    let other = directory(&folder.path(""));
    let listed: Vec<_> = other.walk(Some("x/deep/a.md"), false).flatten().collect();
    assert_eq!(listed, std::slice::from_ref(a));
    assert!(matches!(
        other.read(a, Timestamp::now()),
        ReadOutcome::Accepted(_)
    ));
}

#[test]
fn a_change_above_changes_the_stamp_and_nothing_is_read_between() {
    let folder = Folder::with(&[("x/a.md", ARTICLE), ("y.md", ARTICLE)]);
    let stamps = |folder: &Folder| folder.list(None).0;
    let before = stamps(&folder);
    folder.write("x/_index.md", "---\ntitle: Раздел\n---\n");
    assert_eq!(stamps(&folder), before, "it says nothing of articles");
    folder.write("x/_index.md", "---\ndraft: true\n---\n");
    let hidden = stamps(&folder);
    assert!(hidden[0] != before[0] && hidden[1] == before[1]);
    folder.write("x/_index.md", "---\ntitle: Скрыто\ndraft: true\n---\n");
    assert_eq!(stamps(&folder), hidden, "it says the same");
    fs::remove_file(folder.path("x/_index.md")).expect("a file");
    assert_eq!(stamps(&folder), before);
    // What an old listing says of the article is known until the listing after the next.
    assert_eq!(folder.read(&hidden[0]).visibility, Visibility::Draft);
    stamps(&folder);
    let forgotten = folder.directory.read(&hidden[0], Timestamp::now());
    assert!(matches!(forgotten, ReadOutcome::Unsettled));
}

#[test]
fn an_author_that_is_a_key_becomes_who_is_behind_it() {
    let article =
        "---\ntitle: Мост\ndate: 2026-01-08\nauthors: [aigul, timur, Гость]\n---\nТекст.\n";
    let yaml =
        "aigul:\n  name: Айгүл Сапарова\n  role: редактор\n  url: https://dala.example/aigul\n";
    let toml = "[aigul]\nname = 'Айгүл Сапарова'\njob_title = 'редактор'\nhomepage = 'https://dala.example/aigul'\n";
    let json = "{\"aigul\": {\"display_name\": \"Айгүл Сапарова\", \"role\": \"редактор\", \"website\": \"https://dala.example/aigul\"}}";
    for (path, text) in [
        ("data/authors.yaml", yaml),
        ("_data/authors.yml", yaml),
        ("../data/authors.toml", toml),
        ("../_data/authors.json", json),
        ("data/authors.json", json),
    ] {
        let folder = Folder::with(&[("a.md", article)]);
        let unknown = folder.list(None).0;
        let names = |place| {
            let authors = folder.read(place).article.authors.into_iter();
            authors
                .map(|author| (author.name, author.role, author.url))
                .collect::<Vec<_>>()
        };
        let alone = |name: &str| (name.to_owned(), None, None);
        let expected = [alone("aigul"), alone("timur"), alone("Гость")];
        assert_eq!(names(&unknown[0]), expected, "{path}");
        folder.write(path, text);
        let (known, problems) = folder.list(None);
        assert_eq!(
            (known.len(), problems.len()),
            (1, 0),
            "{path}: {problems:?}"
        );
        assert_ne!(known, unknown, "{path}");
        let aigul = (
            "Айгүл Сапарова".to_owned(),
            Some("редактор".to_owned()),
            Some("https://dala.example/aigul".to_owned()),
        );
        assert_eq!(
            names(&known[0]),
            [aigul, alone("timur"), alone("Гость")],
            "{path}"
        );
    }
    let broken = Folder::with(&[("a.md", article), ("data/authors.yaml", "a: [\n")]);
    let (_, problems) = broken.list(None);
    assert!(
        problems[0].starts_with("data/authors.yaml: "),
        "{problems:?}"
    );
    assert_eq!(broken.public(), ["a.md"]);
}

#[test]
fn a_digest_leaves_the_time_of_the_file() {
    for changed in [0, 1, 1_772_753_400_123_456_789, -1, i128::from(i64::MIN)] {
        let stamp = Stamp {
            changed,
            ..Stamp::default()
        };
        assert_eq!(without_digest(stamp), (stamp, 0), "{changed}");
        for digest in [UNKNOWN, UNKNOWN + 1, u64::MAX >> 1] {
            let marked = with_digest(stamp, digest);
            assert_eq!(without_digest(marked), (stamp, digest), "{changed}");
        }
    }
}

#[test]
fn an_event_of_a_parent_is_for_all_below_it() {
    for (path, expected) in [
        ("x/_index.md", Some("x")),
        ("x/y/_index.kk.html", Some("x/y")),
        ("x/_Index.Md", Some("x")),
        ("_index.md", Some("")),
        ("data/authors.yaml", Some("")),
        ("_data/authors.json", Some("")),
        ("data", Some("")),
        ("_data", Some("")),
        ("x/data/authors.yaml", None),
        ("data/other.yaml", None),
        ("x/index.md", None),
        ("a.md", None),
    ] {
        assert_eq!(scope_of(path), expected, "{path}");
    }
}

/// Keys that hide, each with a value that does, as YAML and TOML write it.
const MARKS: [(&str, &str); 19] = [
    ("draft", "true"),
    ("isDraft", "true"),
    ("published", "false"),
    ("publish", "\"no\""),
    ("status", "\"private\""),
    ("visibility", "\"hidden\""),
    ("private", "true"),
    ("hidden", "\"yes\""),
    ("unlisted", "true"),
    ("headless", "1"),
    ("hiddenFromRss", "true"),
    ("password", "\"secret\""),
    ("rss", "false"),
    ("excludeFromFeed", "true"),
    ("redirectTo", "\"https://dala.example/\""),
    ("draft", "\"tru\""),
    ("wip", "true"),
    ("publishDate", "\"2999-01-08\""),
    ("data-pub", "\"2999-01-08\""),
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(3))]

    /// Whatever the mark, its spelling, the parent and its distance.
    #[test]
    fn no_article_below_a_hiding_parent_is_public(
        cases in proptest::collection::vec((0..MARKS.len(), 0..4_usize, 0..3_usize, 0..u32::MAX), 80),
    ) {
        let spelled = |key: &str, seed: u32| {
            let letters = key.chars().enumerate().map(|(at, letter)| match seed >> (at % 16 * 2) & 3 {
                0 => letter.to_ascii_uppercase().to_string(),
                1 if at > 0 => format!("-{letter}"),
                2 if at > 0 => format!("_{letter}"),
                3 if letter == 'a' => "а".to_owned(),
                3 if letter == 'e' => "е\u{200b}".to_owned(),
                _ => letter.to_string(),
            });
            letters.collect::<String>()
        };
        let folder = Folder::with(&[]);
        for (number, (mark, depth, form, seed)) in cases.into_iter().enumerate() {
            let (key, value) = MARKS[mark];
            let (key, cascade) = (spelled(key, seed), spelled("cascade", seed.rotate_left(9)));
            let index = match form {
                0 => format!("---\n{cascade}:\n  {key}: {value}\n---\n"),
                1 => format!("+++\n[[\"{cascade}\"]]\n\"{key}\" = {value}\n+++\n"),
                _ => format!("+++\n\"{}\" = true\n+++\n", spelled("draft", seed)),
            };
            let above = format!("{number}/{}", "x/".repeat(depth / 2));
            folder.write(&format!("{above}_index.md"), &index);
            let article = format!("{above}{}a", "y/".repeat(depth % 2));
            folder.write(&format!("{article}.md"), ARTICLE);
            folder.write(&format!("{article}.txt"), "date 2026-01-08 Мост\n\nТекст.\n");
            let json = "{\"title\": \"Мост\", \"date\": \"2026-01-08\"}";
            folder.write(&format!("{article}.json"), json);
        }
        assert_eq!(folder.public(), [""; 0]);
    }
}
