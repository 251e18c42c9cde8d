//! The same site read from its own database, by the recipe that we ship.

use serde_json::Value;
use url::form_urlencoded;

use crate::comparison::{Difference, OF_EVERY_SOURCE, assert_as_wordpress, items};
use crate::site::Site;
use crate::testkit::newsroom::Newsroom;

const CONFIG: &str = include_str!("../../examples/sql/wordpress.toml");

const DIFFERENCES: [Difference; 1] = [(
    "title",
    |number| number % 10 == 4,
    "WordPress puts curly quotation marks in place of straight ones",
)];

#[test]
fn feed_by_sql_is_what_wordpress_itself_shows() {
    let Some(site) = Site::start() else { return };
    let published = site.with_posts();
    let newsroom = Newsroom::new();
    let defaults = "[defaults]\nitems = 500\nimage-in-text = \"never\"\n";
    let config = CONFIG
        .replace("https://dala.example/", &format!("{}/", site.address))
        .replace("Asia/Almaty", "UTC");
    newsroom.configure(&format!("{config}\n{defaults}"));
    let run = |arguments: &[&str]| {
        let mut command = newsroom.taspa(arguments);
        let output = command.env("DATABASE_URL", site.database_url()).output();
        output.expect("taspa runs")
    };
    let check = run(&["check"]);
    // The one with a password is not selected.
    let counted = format!("no problems; {} articles", published - 1);
    let said = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success() && said.contains(&counted), "{said}");
    let ours = String::from_utf8(run(&["render", "all.rss"]).stdout).expect("UTF-8");
    let differences = [&OF_EVERY_SOURCE[..], &DIFFERENCES].concat();
    assert_as_wordpress(&site, &ours, published, &differences);

    let listed = String::from_utf8(run(&["list", "--format", "json"]).stdout).expect("UTF-8");
    let feeds: Vec<Value> = serde_json::from_str(&listed).expect("JSON");
    let mut compared = 0;
    for feed in &feeds {
        let parameter = match feed["kind"].as_str() {
            Some("section") => "category_name",
            Some("tag") => "tag",
            Some("author") => "author_name",
            _ => continue,
        };
        let path = feed["path"].as_str().expect("a path");
        let (_, slug) = path.split_once('/').expect("a kind");
        let slug: String = form_urlencoded::byte_serialize(slug.as_bytes()).collect();
        let theirs = own_feed(&site, &format!("{parameter}={slug}"));
        let ours = String::from_utf8(run(&["render", &format!("{path}.rss")]).stdout);
        assert_eq!(links(&ours.expect("UTF-8")), theirs, "{path}");
        compared += 1;
    }
    println!("{compared} feeds of categories, tags and authors have the same posts");
    assert_eq!(compared, 15);
}

/// The pages of the posts in a feed of WordPress's, without the one that has a password.
fn own_feed(site: &Site, parameter: &str) -> Vec<String> {
    let page = |page| links(&site.get(&format!("/?feed=rss2&{parameter}&paged={page}")));
    (1..=4).flat_map(page).collect()
}

fn links(feed: &str) -> Vec<String> {
    let items = items(feed).into_iter();
    let shown = items.filter(|item| !item.title.starts_with("Protected"));
    shown.map(|item| item.link).collect()
}
