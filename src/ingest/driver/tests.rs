use std::fs;

use super::*;
use crate::testkit;

#[test]
fn configuration_that_changes_during_a_reading_has_all_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let articles = folder.path().join("articles");
    fs::create_dir(&articles).expect("the articles' folder");
    let article = "date 2026-01-01 Заголовок\n\nТекст.\n";
    fs::write(articles.join("a.txt"), article).expect("an article");
    let config = |link: &str| {
        let text = format!(
            "[site]\ntitle = 'Дала'\nurl = 'https://dala.example/'\nid-authority = 'dala.example'\n\
             id-year = 2026\n[source.directory]\n{link}"
        );
        testkit::config(&text, folder.path())
    };
    let before = config("");
    let next = config("link = 'https://dala.example/{key}'");
    let store = Arc::new(Store::scratch().expect("a store"));
    let driver = Driver::new(&before, store).expect("a driver");
    let read = |meanwhile: &mut dyn FnMut(&mut Vec<Change>)| {
        let priority = Priority::Normal;
        let result = driver.read(&[Scope::All], Removal::Held, priority, meanwhile);
        assert!(result.report.failure.is_none());
        result.report.read
    };
    let mut reconfigure = |_: &mut Vec<Change>| {
        let source = driver.next_source(&before, &next).expect("a source");
        driver.replace_source(source, &next);
    };
    assert_eq!(read(&mut reconfigure), 1);
    assert_eq!(read(&mut |_| {}), 1, "by the new configuration");
    assert_eq!(read(&mut |_| {}), 0);
}
