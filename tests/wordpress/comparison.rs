//! Item by item: our feed beside WordPress's own.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use crate::site::Site;

const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";
const DC: &str = "http://purl.org/dc/elements/1.1/";

/// An item of a feed in RSS.
#[derive(Debug)]
pub(crate) struct Item {
    guid: String,
    pub(crate) link: String,
    pub(crate) title: String,
    date: String,
    author: String,
    categories: Vec<String>,
    text: String,
    /// Addresses, lengths and types.
    enclosures: Vec<String>,
}

/// The items of a document, in their order.
pub(crate) fn items(document: &str) -> Vec<Item> {
    // WordPress writes control characters that XML forbids.
    let legal: String = document
        .chars()
        .filter(|c| !c.is_control() || c.is_whitespace())
        .collect();
    let document = Document::parse(&legal).unwrap_or_else(|error| panic!("{error}\n{legal}"));
    let items = document
        .descendants()
        .filter(|node| node.has_tag_name("item"));
    let text = |node: Node<'_, '_>| node.text().unwrap_or_default().trim().to_owned();
    items
        .map(|item| {
            let child = |name: &str| {
                let mut children = item.children();
                let found = children.find(|node| node.tag_name().name() == name);
                found.map(text).unwrap_or_default()
            };
            let of = |space: &'static str, name: &'static str| {
                let mut children = item.children();
                let found = children.find(|node| node.has_tag_name((space, name)));
                found.map(text).unwrap_or_default()
            };
            let categories = item.children().filter(|node| node.has_tag_name("category"));
            let enclosures = item
                .children()
                .filter(|node| node.has_tag_name("enclosure"));
            let enclosure = |node: Node<'_, '_>| {
                let of = |name| node.attribute(name).unwrap_or_default();
                format!("{} {} {}", of("url"), of("length"), of("type"))
            };
            Item {
                guid: child("guid"),
                link: child("link"),
                title: child("title"),
                date: child("pubDate"),
                author: of(DC, "creator"),
                categories: categories.map(text).collect(),
                text: words(&of(CONTENT, "encoded")),
                enclosures: enclosures.map(enclosure).collect(),
            }
        })
        .collect()
}

/// The words of HTML, without its markup and without what no reader shows.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        // Pictures that stand for emoji.
        if let Some((_, alt)) = after
            .split_once("alt=\"")
            .filter(|_| after.starts_with("img src=\"https://s.w.org"))
        {
            text.pop();
            text.push_str(alt.split('"').next().unwrap_or_default());
        }
        let hidden = ["style", "script"]
            .into_iter()
            .find(|name| after.starts_with(name));
        let end = hidden.map_or_else(|| ">".to_owned(), |name| format!("</{name}>"));
        // A lone sign is text, which only WordPress's own feed leaves as it is.
        match after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            true => rest = after.split_once(&end).map_or("", |(_, rest)| rest),
            false => {
                text.push('<');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    let decoded = taspa::text::decode_references(&text);
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A field, the numbers of the posts that differ in it, and why they do.
pub(crate) type Difference = (&'static str, fn(u32) -> bool, &'static str);

/// What differs however the site is read.
pub(crate) const OF_EVERY_SOURCE: [Difference; 4] = [
    (
        "guid",
        |number| number == 130,
        "without one, readers get the short address",
    ),
    (
        "title",
        |number| number == 110,
        "without one, it is made of the text",
    ),
    (
        "text",
        |number| number % 14 == 13,
        "a frame becomes a link, with the name of its site",
    ),
    (
        "text",
        |number| number == 66,
        "without a text, WordPress repeats the excerpt",
    ),
];

const DIFFERENCES: [Difference; 2] = [
    (
        "text",
        |number| number % 14 == 3,
        "WordPress leaves the captions of a gallery out of its feed",
    ),
    (
        "enclosures",
        |number| number == 150,
        "the interface does not show them",
    ),
];

#[test]
fn feed_is_what_wordpress_itself_shows() {
    let Some(site) = Site::start() else { return };
    let published = site.with_posts();
    let newsroom = site.newsroom("");
    newsroom.reconfigure("items = 500", "items = 500\nimage-in-text = \"never\"");
    let check = newsroom.run(&["check"]);
    let counted = format!("no problems; {published} articles");
    let said = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success() && said.contains(&counted), "{said}");
    let ours = newsroom.run(&["render", "all.rss"]);
    let ours = String::from_utf8(ours.stdout).expect("UTF-8");
    let differences = [&OF_EVERY_SOURCE[..], &DIFFERENCES].concat();
    assert_as_wordpress(&site, &ours, published, &differences);
}

/// The items of our feed are those of WordPress's own, but for these differences.
#[track_caller]
pub(crate) fn assert_as_wordpress(
    site: &Site,
    ours: &str,
    published: usize,
    differences: &[Difference],
) {
    let ours = items(ours);
    let theirs: Vec<Item> = (1..=published.div_ceil(50))
        .flat_map(|page| items(&site.get(&format!("/feed/?paged={page}"))))
        .collect();
    assert_eq!(theirs.len(), published);

    // The one with a password is listed by WordPress, and shows no text.
    let shown: Vec<&Item> = theirs
        .iter()
        .filter(|item| !item.title.starts_with("Protected"))
        .collect();
    assert_eq!((ours.len(), shown.len()), (published - 1, published - 1));
    let mut equal: BTreeMap<&str, usize> = BTreeMap::new();
    let mut different = Vec::new();
    for (our, their) in ours.iter().zip(&shown) {
        assert_eq!(our.link, their.link, "the same posts in the same order");
        let number = their.title.rsplit(' ').next().unwrap_or_default();
        let number: u32 = number.parse().unwrap_or(110);
        let mut compare = |field, our: &str, their: &str| {
            let mut known = differences.iter();
            let may_differ = known.any(|(name, is_of, _)| *name == field && is_of(number));
            match our == their {
                true => *equal.entry(field).or_default() += 1,
                false if may_differ => {}
                false => different.push(format!("{field} {number}: {our:?}, {their:?}")),
            }
        };
        compare("guid", &our.guid, &their.guid);
        compare("link", &our.link, &their.link);
        compare("title", &our.title, &words(&their.title));
        compare("date", &our.date.replace("GMT", "+0000"), &their.date);
        compare("author", &our.author, &their.author);
        compare("text", &our.text, &their.text);
        // Categories above those of the post come in addition, since their feeds have it too.
        let theirs: Vec<&String> = their.categories.iter().collect();
        let ours: Vec<&String> = our
            .categories
            .iter()
            .filter(|name| theirs.contains(name))
            .collect();
        let sorted = |mut names: Vec<&String>| {
            names.sort();
            format!("{names:?}")
        };
        compare("categories", &sorted(ours), &sorted(theirs));
        // Pictures and players are enclosures in addition.
        let theirs: Vec<&String> = their.enclosures.iter().collect();
        let ours = our.enclosures.iter().filter(|it| theirs.contains(it));
        compare("enclosures", &sorted(ours.collect()), &sorted(theirs));
    }
    for (field, equal) in &equal {
        println!("{field}: {equal} of {} are equal", ours.len());
    }
    for (field, _, why) in differences {
        println!("{field} differs where {why}");
    }
    assert!(different.is_empty(), "{different:#?}");
}
