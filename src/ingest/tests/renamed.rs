use super::*;

fn renamed(result: &ReadingResult) -> Vec<String> {
    let files = result.report.renamed.iter();
    files.map(ToString::to_string).collect()
}

#[test]
fn a_file_of_a_missing_ones_title_date_and_text_is_a_renamed_one() {
    let newsroom = Newsroom::with(&["a.txt", "b.txt", "c.txt", "d.txt"]);
    let options = Options {
        stored: 4,
        ..Options::default()
    };
    newsroom.rename("a.txt", "2026/a.txt");
    newsroom.rename("b.txt", "e.txt");
    newsroom.publish("e.txt", "Another title");
    newsroom.remove("c.txt");
    newsroom.publish("f.txt", "New");
    let result = newsroom.read_as(options);
    let [problem] = &renamed(&result)[..] else {
        panic!("one renamed file: {:?}", result.report.renamed);
    };
    // Both files are named by the path that the operator knows.
    let [before, after] = ["a.txt", "2026/a.txt"].map(|path| newsroom.source().locate(path));
    let begin = format!(
        "{after}: warning: it has the title, date and text of `{before}`, which is gone: readers see the article twice\n"
    );
    assert!(problem.starts_with(&begin), "{problem}");
    assert!(problem.contains("`id = \"a\"`"), "{problem}");
    assert_eq!(renamed(&newsroom.read_as(options)), [""; 0]);
}

#[test]
fn an_id_keeps_a_renamed_file_the_same_article() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    let article = b"---\ntitle: T\ndate: 2026-01-08\nid: bridge\n---\nText.\n";
    newsroom.write("a.md", article);
    newsroom.read();
    newsroom.rename("a.md", "b.md");
    let result = newsroom.read_as(Options {
        stored: 1,
        ..Options::default()
    });
    assert_eq!(renamed(&result), [""; 0]);
    assert_eq!(newsroom.stored(), ["bridge = b.md: T"]);
}
