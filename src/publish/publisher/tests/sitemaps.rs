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
