//! What a template left in a text: marks that a template engine would have replaced.

/// What a template would have replaced, as text and as HTML write it.
const TEMPLATE_MARKS: [&str; 6] = ["{{", "{%", "%}", "<%", "&lt;%", "{#"];

/// What ends it.
const CLOSING_MARKS: [&str; 5] = ["}}", "%}", "%>", "%&gt;", "#}"];

/// Elements whose text shows code, where such marks are meant.
const CODE: [(&str, &str); 3] = [
    ("<pre", "</pre>"),
    ("<code", "</code>"),
    ("<samp", "</samp>"),
];

/// The most characters of it that are shown.
const EXCERPT_CHARS: usize = 40;

/// The first text of a template in a text or in HTML.
pub(super) fn template_text(text: &str) -> Option<String> {
    let mut code_end = 0;
    for (at, _) in text.match_indices(['{', '%', '<', '&']) {
        let rest = &text[at..];
        if at < code_end {
            continue;
        }
        if let Some((_, close)) = CODE.iter().find(|(open, _)| rest.starts_with(open)) {
            code_end = at + rest.find(close)?;
        } else if TEMPLATE_MARKS.iter().any(|mark| rest.starts_with(mark)) {
            let closed = CLOSING_MARKS
                .iter()
                .filter_map(|mark| Some(rest.find(mark)? + mark.len()));
            let end = closed.min().unwrap_or(rest.len());
            let shown: String = rest[..end].chars().take(EXCERPT_CHARS).collect();
            return Some(
                shown
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace('`', "'"),
            );
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::cpu_time;

    #[test]
    fn text_of_templates_is_found_outside_of_code() {
        for (text, expected) in [
            ("Итоги недели", None),
            ("Итоги {{ page.week }} {{ a }}", Some("{{ page.week }}")),
            (
                "{{< figure src=\"a.jpg\" >}} Дальше",
                Some("{{< figure src=\"a.jpg\" >}}"),
            ),
            (
                "<p>См. {% include 'a.html' %}</p>",
                Some("{% include 'a.html' %}"),
            ),
            ("<p>&lt;%= @title %&gt;</p>", Some("<%= @title %>")),
            ("<p>Шаблон <code>{{ a }}</code></p>", None),
            (
                "<pre><code>{% if %}</code></pre><p>{{ b }}</p>",
                Some("{{ b }}"),
            ),
            ("<pre>{{ a", None),
            ("50 % {в год}", None),
        ] {
            assert_eq!(template_text(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn hostile_text_is_searched_once() {
        let code = "<code>{{</code>".repeat(20_000);
        let took = cpu_time(|| assert_eq!(template_text(&code), None));
        assert!(took.as_millis() < 250, "{took:?}");
    }
}
