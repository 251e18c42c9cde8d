//! Files that are refused, and how they are counted.

use super::*;

/// A newsroom with one article and many files without a date.
fn with_refused_files(count: usize) -> Newsroom {
    let newsroom = Newsroom::with(&["a.txt"]);
    for number in 0..count {
        newsroom.write(&format!("b/{number}.txt"), b"no date");
    }
    newsroom
}

#[test]
fn a_changed_article_costs_nothing_for_each_refused_file() {
    let newsroom = with_refused_files(2000);
    let summary = newsroom.read().report.problems;
    assert_eq!((summary.errors, summary.warnings), (2000, 0));
    assert_eq!(summary.first.len(), FIRST_PROBLEMS_MAX);
    assert!(summary.first[10].file.ends_with("/b/10.txt"));
    let reasons: Vec<_> = summary.reasons.iter().map(|reason| reason.count).collect();
    assert_eq!(reasons, [2000]);
    newsroom.publish("a.txt", "Новый");
    let scope = [Scope::at("a.txt".to_owned())];
    let result = newsroom.reconcile(&scope, Options::default());
    assert_eq!(changes(&result), ["put a"]);
    // No problem was built, compared or copied.
    assert!(Arc::ptr_eq(&summary, &result.report.problems));
    assert_eq!(result.report.new_problems.count, 0);
}

#[test]
fn a_reading_of_some_files_changes_the_counts_by_them_alone() {
    let newsroom = with_refused_files(150);
    let first = newsroom.read().report;
    assert_eq!(
        (first.new_problems.count, first.new_problems.first.len()),
        (150, 20)
    );
    newsroom.publish("b/3.txt", "Исправлен");
    newsroom.write("b/7.txt", b"date 2026-01-08");
    newsroom.remove("b/9.txt");
    newsroom.write("b/11.txt", b"no date again");
    let scopes = ["b/3.txt", "b/7.txt", "b/9.txt", "b/11.txt"];
    let scopes = scopes.map(|path| Scope::at(path.to_owned()));
    let report = newsroom.reconcile(&scopes, Options::default()).report;
    let summary = &report.problems;
    assert_eq!(summary.errors, 148);
    let counts: Vec<_> = summary.reasons.iter().map(|reason| reason.count).collect();
    assert_eq!(counts, [147, 1]);
    let is_first = |name: &str| {
        summary
            .first
            .iter()
            .any(|problem| problem.file.ends_with(name))
    };
    assert!(!is_first("/b/3.txt") && is_first("/b/7.txt") && !is_first("/b/9.txt"));
    // A file that is refused for the same reason is not new.
    let new = &report.new_problems;
    assert_eq!((new.count, new.first.len()), (1, 1));
    assert!(new.first[0].file.ends_with("/b/7.txt"));
    // A full reading counts anew, and finds those that follow the first.
    let again = newsroom.read().report;
    assert_eq!((again.read, again.new_problems.count), (0, 0));
    assert_eq!(again.problems.first.len(), FIRST_PROBLEMS_MAX);
    assert_eq!(again.problems.reasons, summary.reasons);
}

#[test]
fn problems_of_an_earlier_run_are_counted_even_if_the_first_reading_fails() {
    let newsroom = with_refused_files(3);
    newsroom.read();
    newsroom.history.borrow_mut().problems = Problems::default();
    fs::rename(newsroom.path(""), newsroom.outside("away")).expect("a folder to move");
    let result = newsroom.attempt(Options::default());
    assert!(result.report.failure.is_some());
    assert_eq!(result.report.problems.errors, 3);
    fs::rename(newsroom.outside("away"), newsroom.path("")).expect("a folder to move back");
    newsroom.publish("b/1.txt", "Исправлен");
    assert_eq!(newsroom.read().report.problems.errors, 2);
}

#[test]
fn a_file_that_cannot_be_read_is_tried_again_without_a_write() {
    let newsroom = Newsroom::with(&["a.txt"]);
    let unreadable = Place {
        path: "b.txt".to_owned(),
        stamp: Stamp::default(),
        closed: true,
        recheck: false,
        columns: None,
    };
    let refused = |problems: &mut Problems| {
        let (source, progress) = (newsroom.source(), Progress::default());
        let mut meanwhile = |_: &mut Vec<Change>| {};
        let mut run = Run::new(
            &source,
            &newsroom.store,
            Options::default(),
            &progress,
            &mut meanwhile,
        );
        let file = ReadFile {
            found: unreadable.clone(),
            columns: 0,
            outcome: Err(Refusal::new(None, "cannot be read", "allow it")),
            warnings: Vec::new(),
        };
        run.store(vec![Ok(file)]).expect("a writable store");
        let found = run.problems;
        let scopes = [Scope::at("b.txt".to_owned())];
        let new = problems.update(found, &scopes, true, &source, &newsroom.store);
        new.expect("a readable store").count
    };
    let mut problems = Problems::default();
    assert_eq!(refused(&mut problems), 1);
    let summary = problems.summary().clone();
    assert_eq!(summary.errors, 1);
    assert_eq!(refused(&mut problems), 0);
    assert!(Arc::ptr_eq(&summary, problems.summary()));
}

#[test]
fn counts_by_reason_are_those_of_the_store_after_any_changes() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Name);
    newsroom.read();
    let mut random = 1_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005);
        random = random.wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for step in 0..100 {
        // Files of two folders with one name have the same key.
        let path = format!("{}/{}.txt", ["a", "b", "c"][next(3) as usize], next(3));
        match next(5) {
            0 => newsroom.write(&path, b"no date"),
            1 => newsroom.write(&path, b"date 2026-01-08"),
            2 if newsroom.path(&path).exists() => newsroom.remove(&path),
            _ => newsroom.publish(&path, &format!("Шаг {step}")),
        }
        let scope = match next(8) {
            0 => Scope::All,
            _ => Scope::At { path, closed: true },
        };
        let counted = newsroom.reconcile(&[scope], CONFIRMED).report.problems;
        let mut anew = Problems::default();
        let (found, source) = (FoundProblems::default(), newsroom.source());
        let updated = anew.update(found, &[], true, &source, &newsroom.store);
        updated.expect("a readable store");
        assert_eq!(counted, *anew.summary(), "step {step}");
    }
}

#[test]
fn a_value_that_may_hide_an_article_withdraws_its_last_good_version() {
    let newsroom = Newsroom::with(&["a.txt"]);
    let article =
        |keys: &str| format!("+++\ntitle = \"Мост\"\ndate = 2026-01-08\n{keys}\n+++\nТекст.\n");
    for (broken, reason) in [
        (
            "draft = tru",
            "`draft`: `tru` is not understood, so the article is hidden",
        ),
        (
            "draft = true\nid = [",
            "the front matter is not valid TOML: ",
        ),
        (
            "expires = 2026-13-01",
            "`expires`: `2026-13-01` is not understood, so the article is hidden",
        ),
        (
            "published = \"мб\"",
            "`published`: `мб` is not understood, so the article is hidden",
        ),
        (
            "updated = 2026-01-08\nexpires = 0001-01-01",
            "`expires`: the date is out of range, so the article is hidden",
        ),
    ] {
        newsroom.write("b.md", article("draft = false").as_bytes());
        assert_eq!(changes(&newsroom.read()), ["put b"], "{broken}");
        newsroom.write("b.md", article(broken).as_bytes());
        let result = newsroom.read();
        assert_eq!(changes(&result), ["remove b"], "{broken}");
        let problem = &newsroom.problems(&result)[0];
        assert!(
            problem.contains(reason) && !problem.contains("last good"),
            "{problem}"
        );
        // What is already gone is not removed again.
        newsroom.touch("b.md");
        assert_eq!(changes(&newsroom.read()), [""; 0], "{broken}");
    }
    let hidden = article("draft = true").into_bytes();
    for (bytes, reason) in [
        ([hidden.as_slice(), b"\xff"].concat(), "damaged UTF-8"),
        (hidden.repeat(50_000), "the file is larger than"),
        (
            [b"<<<<<<< HEAD\n", hidden.as_slice()].concat(),
            "does not begin with front matter",
        ),
    ] {
        newsroom.write("b.md", article("draft = false").as_bytes());
        assert_eq!(changes(&newsroom.read()), ["put b"], "{reason}");
        newsroom.write("b.md", &bytes);
        let result = newsroom.read();
        assert_eq!(changes(&result), ["remove b"], "{reason}");
        assert!(newsroom.problems(&result)[0].contains(reason), "{reason}");
    }
    // Another fault keeps the last good version.
    newsroom.write("b.md", article("draft = false").as_bytes());
    newsroom.read();
    newsroom.write("b.md", article("draft = false\nid = [").as_bytes());
    let result = newsroom.read();
    assert_eq!(changes(&result), [""; 0]);
    assert!(newsroom.problems(&result)[0].ends_with("; its last good version stays"));
}
