//! Sitemaps over the end of a month, as the publisher's clock has it.

use super::*;
use crate::feed::sitemaps::{SitemapName, Sitemaps};

const SITEMAP: &str = "[sitemap]\n";

impl Newsroom {
    fn sitemaps(&self) -> Arc<Sitemaps> {
        let state = self.state();
        state.snapshot.sitemaps.clone().expect("sitemaps")
    }
}

fn names(sitemaps: &Sitemaps) -> Vec<String> {
    sitemaps.all().map(|file| file.name.to_string()).collect()
}

#[test]
fn a_month_begins_with_the_release_of_its_first_article() {
    let newsroom = Newsroom::new(SITEMAP);
    newsroom.write("a.txt", "2026-10-31T23:59:59", "Текст.");
    newsroom.write("b.txt", "2026-11-01", "Текст.");
    let at = |date: &str| {
        let date = WrittenDate::parse(date).expect("a date");
        Zone::UTC.resolve(date)
    };
    newsroom.read_and_publish(at("2026-10-31T23:59:59"));
    let before = newsroom.sitemaps();
    assert_eq!(names(&before), ["index.xml", "news.xml", "2026-10.xml"]);

    let publication = newsroom.publisher().publish(at("2026-11-01T00:00:00"));
    let after = newsroom.sitemaps();
    assert_eq!(
        names(&after),
        ["index.xml", "news.xml", "2026-10.xml", "2026-11.xml"]
    );
    let october = SitemapName::parse("2026-10.xml").expect("a name");
    let [before, october] = [&before, &after].map(|all| all.find(october).expect("October"));
    assert!(Arc::ptr_eq(before, october), "October did not move");
    // The first article is to leave the news.
    assert_eq!(publication.next, Some(at("2026-11-02T23:59:59")));

    newsroom.publisher().publish(at("2026-11-02T23:59:59"));
    let news = newsroom.sitemaps();
    let news = news.find(SitemapName::News(1)).expect("news");
    assert_eq!(news.last_modified, at("2026-11-02T23:59:59"));
    assert_eq!(newsroom.sitemaps().next(), Some(at("2026-11-03")));
}

#[test]
fn a_second_in_which_a_sitemap_moved_is_over_before_the_next_one_moves() {
    let newsroom = Newsroom::new(SITEMAP);
    // Feeds do not depend on the key, so sitemaps alone move.
    let write = |keys: &str| {
        let text = format!("---\ntitle: Заголовок\ndate: 2026-01-08\n{keys}---\nТекст.\n");
        let [beside, path] =
            ["saving", "articles/a.md"].map(|name| newsroom.folder.path().join(name));
        fs::write(&beside, text).expect("a file");
        fs::rename(beside, path).expect("a file in its place");
    };
    newsroom.write("b.txt", "2026-01-09", "Текст.");
    write("");
    newsroom.read_and_publish(later());
    for (second, keys) in [(5, "noindex: true\n"), (6, "")] {
        write(keys);
        let publication = newsroom.read_and_publish(later().plus(second));
        assert_eq!(publication.moved, 0);
        let moved = newsroom.publisher().last_moved();
        assert_eq!(moved, Some(later().plus(second)));
        let sitemaps = newsroom.sitemaps();
        let january = sitemaps.find(SitemapName::parse("2026-01.xml").expect("a name"));
        assert_eq!(january.map(|file| file.last_modified), moved);
    }
}
