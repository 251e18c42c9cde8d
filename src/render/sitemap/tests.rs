//! A strict parser reads back what was written.

use proptest::collection::vec;
use proptest::prelude::*;
use roxmltree::{Document, Node};

use super::*;

fn zone() -> Zone {
    Zone::find("Asia/Almaty").expect("a zone")
}

fn child<'a, 'i>(node: Node<'a, 'i>, namespace: &str, name: &str) -> Node<'a, 'i> {
    let mut children = node.children();
    children
        .find(|child| child.has_tag_name((namespace, name)))
        .unwrap_or_else(|| panic!("no {name}"))
}

fn text<'a>(node: Node<'a, '_>, namespace: &str, name: &str) -> &'a str {
    child(node, namespace, name).text().unwrap_or_default()
}

proptest! {
    #[test]
    fn any_address_and_title_is_read_back(
        entries in vec(("[!-~]{1,60}", "\\PC{1,40}|.{1,40}", 0i64..4_000_000_000), 0..6),
        name in ".{1,30}",
    ) {
        let name = Text::new(&name);
        let entries: Vec<NewsEntry> = entries
            .into_iter()
            .map(|(address, title, published)| NewsEntry {
                address,
                language: "kk-KZ".to_owned(),
                published: Timestamp(published),
                title: Text::new(&title),
            })
            .collect();
        let written = render_news(&entries, name.as_str(), &zone()).expect("a document");
        let written = String::from_utf8(written).expect("UTF-8");
        let document = Document::parse(&written).expect("well-formed");
        let urls: Vec<_> = document.root_element().children().filter(Node::is_element).collect();
        prop_assert_eq!(urls.len(), entries.len());
        for (url, entry) in urls.into_iter().zip(&entries) {
            prop_assert_eq!(text(url, NAMESPACE, "loc"), &entry.address);
            let news = child(url, NEWS_NAMESPACE, "news");
            prop_assert_eq!(text(news, NEWS_NAMESPACE, "title"), entry.title.as_str());
            let publication = child(news, NEWS_NAMESPACE, "publication");
            prop_assert_eq!(text(publication, NEWS_NAMESPACE, "name"), name.as_str());
            prop_assert_eq!(text(publication, NEWS_NAMESPACE, "language"), "kk");
            let date = text(news, NEWS_NAMESPACE, "publication_date");
            let date = chrono::DateTime::parse_from_rfc3339(date).expect("a date");
            prop_assert_eq!(date.timestamp(), entry.published.0);
        }
        let pages: Vec<Location> = entries
            .iter()
            .map(|entry| Location {
                address: entry.address.clone(),
                modified: (entry.published.0 % 2 == 0).then_some(entry.published),
            })
            .collect();
        for (write, element) in [
            (render_pages as fn(&[Location], &Zone) -> io::Result<Vec<u8>>, "url"),
            (render_index, "sitemap"),
        ] {
            let written = write(&pages, &zone()).expect("a document");
            let written = String::from_utf8(written).expect("UTF-8");
            let document = Document::parse(&written).expect("well-formed");
            let elements = document.root_element().children().filter(Node::is_element);
            let read: Vec<(String, bool)> = elements
                .map(|node| {
                    assert!(node.has_tag_name((NAMESPACE, element)));
                    let has_date = node.children().any(|child| child.has_tag_name((NAMESPACE, "lastmod")));
                    (text(node, NAMESPACE, "loc").to_owned(), has_date)
                })
                .collect();
            let expected: Vec<_> = pages
                .iter()
                .map(|page| (page.address.clone(), page.modified.is_some()))
                .collect();
            prop_assert_eq!(read, expected);
        }
    }
}

#[test]
fn languages_are_those_of_googles_schema() {
    for (tag, expected) in [
        ("ru", "ru"),
        ("kk-KZ", "kk"),
        ("EN-us", "en"),
        ("kaz", "kaz"),
        ("zh", "zh-cn"),
        ("zh-Hans-CN", "zh-cn"),
        ("zh-TW", "zh-tw"),
        ("zh-Hans-HK", "zh-cn"),
        ("zh-Hant-CN", "zh-tw"),
        ("zh-yue-HK", "zh-tw"),
        ("zh-Hant", "zh-tw"),
    ] {
        assert_eq!(news_language(tag), expected, "{tag}");
    }
}

#[test]
fn a_document_has_an_address_on_each_line() {
    let pages = [Location {
        address: "https://dala.example/?a=1&b=2".to_owned(),
        modified: Some(Timestamp(1_796_040_000)),
    }];
    let written = render_pages(&pages, &zone()).expect("a document");
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n\
        <url><loc>https://dala.example/?a=1&amp;b=2</loc><lastmod>2026-11-30T17:00:00+05:00</lastmod></url>\n\
        </urlset>\n";
    assert_eq!(String::from_utf8_lossy(&written), expected);
}

#[test]
fn a_long_title_is_cut() {
    let entry = NewsEntry {
        address: "https://dala.example/a".to_owned(),
        language: "ru".to_owned(),
        published: Timestamp(0),
        title: Text::new(&"слово ".repeat(100_000)),
    };
    let written = render_news(&[entry], "Дала", &zone()).expect("a document");
    assert!(written.len() < 4_000, "{}", written.len());
}
