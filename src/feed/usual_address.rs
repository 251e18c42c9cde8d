//! The addresses at which many sites have their feed.

/// The feed that people and programs look for at a path that many sites have.
pub fn usual_feed(path: &str) -> Option<&'static str> {
    match &*path.to_lowercase() {
        "/feed" | "/rss" | "/rss.xml" | "/feed.xml" | "/index.xml" => Some("/all.rss"),
        "/atom.xml" => Some("/all.atom"),
        _ => None,
    }
}
