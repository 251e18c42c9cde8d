use std::fs::File;

use encoding_rs::WINDOWS_1251;

use super::*;
use crate::testkit;

mod hidden;

/// Lists and reads one file with these bytes.
fn read(path: &str, bytes: &[u8]) -> Result<Accepted, Refusal> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(path);
    fs::create_dir_all(file.parent().expect("a folder above")).expect("a folder");
    fs::write(&file, bytes).expect("a file");
    let directory = directory(folder.path());
    // `closed`, so that the new file is read after the short quiet period.
    let found: Vec<Place> = directory
        .walk(Some(path), true)
        .map(|found| found.expect("a file"))
        .collect();
    let [found] = found.as_slice() else {
        panic!("{path} is not listed: {found:?}");
    };
    match directory.read(found, Timestamp::now()) {
        ReadOutcome::Accepted(accepted) => Ok(*accepted),
        ReadOutcome::Refused(refusal) => Err(refusal),
        other => panic!("{path}: {other:?}"),
    }
}

fn directory(folder: &Path) -> Directory {
    testkit::directory(KeyFrom::Path, folder)
}

const MARKDOWN: &str = "---\ntitle: Мост открыт\ndate: 2026-01-08\n---\nТекст о мосте.\n";

const JSON: &str =
    "{\"title\": \"Мост открыт\", \"date\": \"2026-01-08\", \"content_text\": \"Текст о мосте.\"}";

const TEXT: &str = "date 2026-01-08 Мост открыт\n\nТекст о мосте.\n";

fn utf16(text: &str) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn every_format_and_encoding_gives_the_same_article() {
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let windows = |text: &str| WINDOWS_1251.encode(text).0.into_owned();
    let expected = read("мост.txt", TEXT.as_bytes()).expect("an article");
    for (path, text) in [
        ("мост.md", MARKDOWN),
        ("мост.json", JSON),
        ("мост.txt", TEXT),
    ] {
        for bytes in [
            text.as_bytes().to_vec(),
            marked(text),
            utf16(text),
            windows(text),
            text.replace('\n', "\r\n").into_bytes(),
        ] {
            let accepted = read(path, &bytes).unwrap_or_else(|refusal| panic!("{refusal:?}"));
            assert_eq!(accepted, expected, "{path}");
        }
    }
}

#[test]
fn paths_are_listed_in_byte_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        "a.txt",
        "a/b.txt",
        "a/b/c.txt",
        "a-b/c.txt",
        "a.b/d.txt",
        "a0.txt",
        "b.txt",
        "_linked/e.txt",
        "b.a.txt",
        "мост.txt",
    ];
    for file in files.map(|file| folder.path().join(file)) {
        fs::create_dir_all(file.parent().expect("a folder above")).expect("a folder");
        fs::write(file, TEXT).expect("a file");
    }
    std::os::unix::fs::symlink("_linked", folder.path().join("b")).expect("a link");
    let places = directory(folder.path()).walk(None, true);
    let listed: Vec<String> = places.map(|place| place.expect("a file").path).collect();
    let mut sorted = listed.clone();
    sorted.sort();
    assert_eq!(listed, sorted);
    assert_eq!(listed.len(), files.len());
}

#[test]
fn the_key_comes_from_the_id_or_the_path() {
    let with_id = MARKDOWN.replace("title:", "id: 2026/мост/\ntitle:");
    let with_uri = MARKDOWN.replace("title:", "id: https://dala.example/?p=7\ntitle:");
    for (path, text, key, id) in [
        ("2026/мост.md", MARKDOWN, "2026/мост", None),
        ("2026/мост/index.md", MARKDOWN, "2026/мост", None),
        ("2026/мост.json", JSON, "2026/мост", None),
        ("a.md", &with_id, "2026/мост", None),
        (
            "a.md",
            &with_uri,
            "https://dala.example/?p=7",
            Some("https://dala.example/?p=7"),
        ),
    ] {
        let article = read(path, text.as_bytes()).expect("an article").article;
        assert_eq!(
            (article.key.as_str(), article.id.as_deref()),
            (key, id),
            "{path}"
        );
    }
}

#[test]
fn other_files_are_skipped_and_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in [
        "_index.md",
        ".a.md",
        "a.md~",
        "a.json.tmp",
        "b.yaml",
        "cover.JPG",
        "x/photo.jpg",
        "x/~$a.txt",
        "x/README.md",
        "_posts/2026-01-08-a.md",
        "x/a (conflicted copy 2026-01-08).md",
        "x/a.sync-conflict-20260108-101112-ABCDEFG.md",
        "package.json",
        "data/authors.json",
        "node_modules/a/b.md",
        "Makefile",
    ] {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        let text = if name.ends_with(".json") {
            "{}"
        } else {
            MARKDOWN
        };
        fs::write(file, text).expect("a file");
    }
    let directory = directory(folder.path());
    assert_eq!(listed(&directory, None), (Vec::new(), Vec::new()));
    let skipped = directory.skipped();
    let skipped: Vec<_> = skipped
        .iter()
        .map(|(name, count)| (&**name, *count))
        .collect();
    let expected = [
        ("", 1),
        ("_posts/", 1),
        ("jpg", 2),
        ("json", 1),
        ("md", 4),
        ("md~", 1),
        ("node_modules/", 1),
        ("tmp", 1),
        ("txt", 1),
        ("yaml", 1),
    ];
    assert_eq!(skipped, expected);
}

#[test]
fn extensions_in_any_case_are_read() {
    let html = MARKDOWN.replace("Текст о мосте.", "<p>Текст о мосте.</p>");
    let expected = read("мост.txt", TEXT.as_bytes()).expect("an article");
    for (path, text) in [
        ("мост.TXT", TEXT),
        ("мост.MD", MARKDOWN),
        ("мост.markdown", MARKDOWN),
        ("мост.mdx", MARKDOWN),
        ("мост.html", &html),
        ("мост.Htm", &html),
        ("мост.JSON", JSON),
    ] {
        let accepted = read(path, text.as_bytes());
        assert_eq!(accepted.as_ref(), Ok(&expected), "{path}");
    }
    let refusal = read("a.html", b"<p>x</p>").expect_err("no front matter");
    assert_eq!(refusal.reason, "the file does not begin with front matter");
}

#[test]
fn names_of_files_and_folders_say_language_and_date() {
    let undated = MARKDOWN.replace("date: 2026-01-08\n", "");
    let own = MARKDOWN.replace("title:", "lang: en\ntitle:");
    for (path, text, key, language) in [
        ("post.kk.md", MARKDOWN, "post.kk", "kk"),
        ("a/index.kk.md", MARKDOWN, "a/index.kk", "kk"),
        ("post.kk.txt", TEXT, "post.kk", "kk"),
        ("kk/post.json", JSON, "kk/post", "kk"),
        ("kk/post.md", &own, "kk/post", "en"),
        ("news/post.md", MARKDOWN, "news/post", "ru"),
        ("2026-01-08-most.md", &undated, "2026-01-08-most", "ru"),
        (
            "2026-01-08-most.kk.md",
            &undated,
            "2026-01-08-most.kk",
            "kk",
        ),
        (
            "2026-01-08-most/index.md",
            &undated,
            "2026-01-08-most",
            "ru",
        ),
    ] {
        let article = read(path, text.as_bytes()).expect("an article").article;
        assert_eq!(
            (&*article.key, &*article.language),
            (key, language),
            "{path}"
        );
        assert_eq!(
            article.published.to_string(),
            "2026-01-08T00:00:00Z",
            "{path}"
        );
    }
}

/// No case panics.
#[test]
fn hostile_files_are_accepted_safely_or_refused() {
    let markdown = |body: &str| format!("+++\ntitle = \"З\"\ndate = 2026-01-08\n+++\n{body}");
    let json = |body: &str| {
        let body = serde_json::to_string(body).expect("a string");
        format!("{{\"title\": \"З\", \"date\": \"2026-01-08\", \"content_html\": {body}}}")
    };
    let cut_inside_a_letter = &MARKDOWN.as_bytes()[..MARKDOWN.len() - "е.\n".len() + 1];
    for (path, bytes, accepted) in [
        (
            "a.md",
            markdown("а\u{0}б\u{b}в\u{1b} ]]> \u{fffe}").into_bytes(),
            true,
        ),
        (
            "a.json",
            json("а\u{1}б ]]> <b>&bogus; &#0; &#xfffe;").into_bytes(),
            true,
        ),
        (
            "a.json",
            JSON.replace("Мост", "\\ud800Мост\\udfff\\ud83d")
                .into_bytes(),
            true,
        ),
        ("a.md", markdown("<div><p>а<b>б</div>").into_bytes(), true),
        ("a.md", markdown(&"😀".repeat(100_000)).into_bytes(), true),
        (
            "a.md",
            markdown(&format!("<a title=\"{}\">а</a>", "б".repeat(500_000))).into_bytes(),
            true,
        ),
        (
            "a.json",
            json(&format!("<img src=\"data:,{}\">", "a".repeat(1_000_000))).into_bytes(),
            true,
        ),
        (
            "a.md",
            markdown(&"<div>".repeat(10_000)).into_bytes(),
            false,
        ),
        ("a.md", markdown(&"> ".repeat(10_000)).into_bytes(), false),
        ("a.json", json(&"<b><i>".repeat(10_000)).into_bytes(), false),
        ("a.json", json(&"<p>".repeat(500_000)).into_bytes(), false),
        (
            "a.md",
            markdown(&"<p>а</p>\n".repeat(220_000)).into_bytes(),
            false,
        ),
        ("a.md", cut_inside_a_letter.to_vec(), false),
        ("a.md", utf16(MARKDOWN)[..99].to_vec(), false),
        ("a.json", JSON.as_bytes()[..60].to_vec(), false),
        ("a.json", b"\xff\xfe\x00\xd8".to_vec(), false),
        ("a.md", vec![0; 1000], false),
        ("a.json", vec![b'['; 1 << 20], false),
        ("a.md", vec![b'a'; (2 << 20) + 1], false),
        ("a.md", Vec::new(), false),
        ("a.json", Vec::new(), false),
    ] {
        let result = read(path, &bytes);
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        match result {
            Ok(safe) => {
                assert!(accepted, "{start:?} is accepted");
                let article = safe.article;
                for text in [
                    article.title.as_str(),
                    article.lead.as_str(),
                    article.body.as_str(),
                ] {
                    assert_eq!(crate::text::clean(text), text, "{start:?}");
                    assert!(!text.contains('\r'), "{start:?}");
                }
            }
            Err(refusal) => {
                assert!(!accepted, "{start:?} is refused: {refusal:?}");
                assert!(!refusal.reason.is_empty() && !refusal.hint.is_empty());
                assert_ne!(refusal.reason, "the file could not be understood");
            }
        }
    }
}

/// The lengths of the image and enclosures of an `x/index.md` with these addresses.
fn lengths(folder: &Path, image: &str, enclosures: &[&str]) -> Vec<Option<u64>> {
    let enclosures: Vec<String> = enclosures.iter().map(|url| format!("'{url}'")).collect();
    let text = format!(
        "+++\ntitle = 'Мост'\ndate = 2026-01-08\nimage = {image}\nenclosures = [{}]\n+++\nТекст.\n",
        enclosures.join(", ")
    );
    let accepted = directory(folder).accept("x/index.md", text.as_bytes(), &Inherited::default());
    let article = accepted.expect("an article").article;
    let media = article.image.iter().chain(&article.enclosures);
    media.map(|medium| medium.length).collect()
}

#[test]
fn media_next_to_an_article_get_their_length() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("x");
    fs::create_dir_all(bundle.join("аудио")).expect("a folder");
    fs::write(bundle.join("cover.jpg"), [0; 1234]).expect("a file");
    fs::write(bundle.join("аудио/выпуск 1.mp3"), [0; 77]).expect("a file");
    fs::write(bundle.join("empty.pdf"), []).expect("a file");
    assert_eq!(
        lengths(
            folder.path(),
            "'cover.jpg'",
            &[
                "аудио/выпуск 1.mp3",
                "./%D0%B0%D1%83%D0%B4%D0%B8%D0%BE/%D0%B2%D1%8B%D0%BF%D1%83%D1%81%D0%BA%201.mp3?v=2",
                "cover.jpg",
                "empty.pdf",
                "missing.mp3",
                "аудио",
            ],
        ),
        [Some(1234), Some(77), Some(77), Some(1234), None, None, None],
    );
    let with_length = "{ url = 'cover.jpg', length = 7 }";
    assert_eq!(lengths(folder.path(), with_length, &[]), [Some(7)]);
}

#[test]
fn no_address_reaches_outside_the_articles_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("x");
    fs::create_dir_all(folder.path().join("y")).expect("a folder");
    fs::create_dir_all(&bundle).expect("a folder");
    for file in ["cover.jpg", "y/cover.jpg", "x/cover.jpg", "x/.hidden.jpg"] {
        fs::write(folder.path().join(file), [0; 9]).expect("a file");
    }
    std::os::unix::fs::symlink("cover.jpg", bundle.join("link.jpg")).expect("a link");
    std::os::unix::fs::symlink("../y", bundle.join("folder")).expect("a link");
    assert_eq!(
        lengths(
            folder.path(),
            "'https://dala.example/x/cover.jpg'",
            &[
                "../cover.jpg",
                "../y/cover.jpg",
                "/x/cover.jpg",
                "/cover.jpg",
                "//dala.example/cover.jpg",
                "link.jpg",
                "folder/cover.jpg",
                ".hidden.jpg",
                "%2e%2e/cover.jpg",
            ],
        ),
        [None; 10],
    );
}

/// The paths that a listing shows and the links that it skips.
fn listed(directory: &Directory, below: Option<&str>) -> (Vec<String>, Vec<String>) {
    let (mut paths, mut skipped) = (Vec::new(), Vec::new());
    for entry in directory.walk(below, false) {
        match entry {
            Ok(place) => paths.push(place.path),
            Err(unlisted) => skipped.push(unlisted.path),
        }
    }
    (paths, skipped)
}

/// Each article is listed once, by a listing of everything and by one of each path that an event may name.
#[test]
fn an_article_that_links_reach_twice_is_listed_once() {
    let above = tempfile::tempdir().expect("a folder");
    let root = above.path().join("articles");
    for path in ["a.txt", "real/x.txt", ".hidden/y.txt", ".hidden/deep/z.txt"] {
        let file = root.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, TEXT).expect("an article");
    }
    let outside = above.path().join("around");
    std::os::unix::fs::symlink(&root, &outside).expect("another path of the root");
    let links: [(&str, &Path); 10] = [
        ("loop", Path::new(".")),
        ("real/up", Path::new("..")),
        ("around", &outside),
        ("chain", Path::new("loop")),
        ("0-before", Path::new("real")),
        ("z-after", Path::new("real")),
        ("a-copy.txt", Path::new("a.txt")),
        ("m-deep", Path::new(".hidden/deep")),
        ("n-hidden", Path::new(".hidden")),
        ("o-again", Path::new(".hidden")),
    ];
    for (link, target) in links {
        std::os::unix::fs::symlink(target, root.join(link)).expect("a link");
    }
    // It is reached only through a link.
    std::os::unix::fs::symlink("../.hidden", root.join(".hidden/up")).expect("a link");
    let directory = directory(&root);
    let expected = ["a.txt", "m-deep/z.txt", "n-hidden/y.txt", "real/x.txt"];
    let (paths, skipped) = listed(&directory, None);
    assert_eq!(paths, expected);
    let all_skipped = [
        "0-before",
        "a-copy.txt",
        "around",
        "chain",
        "loop",
        "n-hidden/deep",
        "n-hidden/up",
        "o-again",
        "real/up",
        "z-after",
    ];
    assert_eq!(skipped, all_skipped);
    for link in all_skipped {
        for below in ["", "/x.txt", "/y.txt", "/z.txt", "/a.txt", "/real/x.txt"] {
            let path = format!("{link}{below}");
            let (paths, skipped) = listed(&directory, Some(&path));
            assert_eq!(paths, [""; 0], "{path}");
            assert!(
                skipped == [link] || !root.join(&path).exists(),
                "{path}: {skipped:?}"
            );
        }
    }
    for path in expected {
        assert_eq!(listed(&directory, Some(path)).0, [path]);
    }
    assert_eq!(listed(&directory, Some("m-deep")).0, ["m-deep/z.txt"]);
    assert_eq!(listed(&directory, Some("n-hidden")).0, ["n-hidden/y.txt"]);
}

#[test]
fn of_a_file_that_is_too_large_only_the_start_and_the_end_are_read() {
    for name in ["a.txt", "a.md", "a.json"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        fs::write(&path, utf16(TEXT)).expect("a file");
        let file = File::options().write(true).open(&path).expect("a file");
        file.set_len(1 << 40).expect("a long file with a hole");
        let directory = directory(folder.path());
        let mut found = directory.stat_file(name).expect("a file");
        found.closed = true;
        let bytes = read_unchanged(&path, &found).expect("a file");
        let bytes = bytes.expect("a file that has not changed");
        assert_eq!(bytes.len() as u64, FILE_BYTES_MAX, "{name}");
        let ReadOutcome::Refused(refusal) = directory.read(&found, Timestamp::now()) else {
            panic!("{name} is not refused");
        };
        let reason = "the file is larger than 2097152 bytes: it has 1099511627776";
        assert_eq!(refusal.reason, reason, "{name}");
        // It grew after it was listed, so the next listing shows it again.
        found.stamp.size = 100;
        assert!(
            matches!(
                directory.read(&found, Timestamp::now()),
                ReadOutcome::Unsettled
            ),
            "{name}"
        );
    }
}
