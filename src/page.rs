//! Pages for people, made by templates on the server: no script, one small style sheet inside.

use minijinja::{Environment, context};

use crate::article::Article;
use crate::config::Site;

/// The page of an article that has none elsewhere.
pub fn article(site: &Site, article: &Article) -> String {
    let date = site
        .zone
        .date_time(article.published)
        .format("%d.%m.%Y %H:%M")
        .to_string();
    let authors: Vec<&str> = article
        .authors
        .iter()
        .map(|author| author.name.as_str())
        .collect();
    render(
        "article.html",
        include_str!("page/article.html"),
        context! {
            site => context! { title => &site.title, url => &site.url },
            language => &article.language,
            title => article.title.as_str(),
            lead => article.lead.as_str(),
            section => article.section.as_ref().map(|section| section.as_str()),
            authors => authors.join(", "),
            date,
            tags => article.tags.iter().map(ToString::to_string).collect::<Vec<_>>(),
            body => article.body.as_str(),
        },
    )
}

fn render(name: &str, template: &str, values: minijinja::Value) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment
        .render_named_str(name, template, values)
        .expect("a built-in template fits its values")
}
