//! What `feed-rs` reads in a feed: prints a JSON list with an object an entry.

use std::error::Error;
use std::io::Write;

use feed_rs::model::Entry;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("name a file")?;
    let feed = feed_rs::parser::parse(std::fs::File::open(file)?)?;
    let entries: Vec<Value> = feed.entries.iter().map(entry).collect();
    writeln!(std::io::stdout(), "{}", Value::from(entries))?;
    Ok(())
}

fn entry(entry: &Entry) -> Value {
    let content = entry
        .content
        .as_ref()
        .and_then(|content| content.body.clone());
    let summary = || entry.summary.as_ref().map(|text| text.content.clone());
    let link = entry
        .links
        .iter()
        .find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    let category = |category: &feed_rs::model::Category| {
        category
            .label
            .clone()
            .unwrap_or_else(|| category.term.clone())
    };
    json!({
        "id": entry.id,
        "title": entry.title.as_ref().map(|text| &text.content),
        "link": link.map(|link| &link.href),
        "published": entry.published.map(|at| at.to_rfc3339()),
        "updated": entry.updated.map(|at| at.to_rfc3339()),
        "authors": entry.authors.iter().map(|person| &person.name).collect::<Vec<_>>(),
        "categories": entry.categories.iter().map(category).collect::<Vec<_>>(),
        "text": content.or_else(summary),
    })
}
