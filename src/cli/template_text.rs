//! What a template left in a text: marks that a template engine would have replaced.

/// What a template would have replaced, as text and as HTML write it, and what ends it.
const TEMPLATE_MARKS: [(&str, &str); 11] = [
    ("{{", "}}"),
    ("{%", "%}"),
    ("%}", "%}"),
    ("{#", "#}"),
    ("<%", "%>"),
    ("&lt;%", "%&gt;"),
    ("<?php", "?>"),
    ("&lt;?php", "?&gt;"),
    ("<?=", "?>"),
    ("&lt;?=", "?&gt;"),
    ("${", "}"),
];

/// Elements whose text shows code, where such marks are meant.
const CODE: [(&str, &str); 3] = [
    ("<pre", "</pre>"),
    ("<code", "</code>"),
    ("<samp", "</samp>"),
];

/// The most characters of it that are shown.
const EXCERPT_CHARS: usize = 40;

/// The most bytes of the name of a variable.
const VARIABLE_BYTES_MAX: usize = 40;

/// The first text of a template in a text or in HTML.
pub(super) fn template_text(text: &str) -> Option<String> {
    let mut code_end = 0;
    for (at, _) in text.match_indices(['{', '%', '<', '&', '$']) {
        let rest = &text[at..];
        if at < code_end {
            continue;
        }
        if let Some((_, close)) = CODE.iter().find(|(open, _)| rest.starts_with(open)) {
            code_end = at + rest.find(close)?;
            continue;
        }
        let mark = TEMPLATE_MARKS.iter();
        let mut mark = mark.filter(|(open, _)| rest.starts_with(open));
        let left = match mark.next() {
            Some((_, close)) => match rest.find(close) {
                Some(end) => Some(&rest[..end + close.len()]),
                None => Some(rest),
            },
            None => variable(rest),
        };
        if let Some(left) = left {
            let shown: String = left.chars().take(EXCERPT_CHARS).collect();
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

/// The variable, such as `%%sitename%%`, that a text begins with: so plugins of WordPress write them.
fn variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix("%%")?;
    let is_of_name = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
    let bytes = name.bytes().take(VARIABLE_BYTES_MAX);
    let length = bytes.take_while(|byte| is_of_name(byte)).count();
    (length > 0 && name[length..].starts_with("%%")).then(|| &text[..length + 4])
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
            ("Итоги {{ page.week", Some("{{ page.week")),
            ("{{ a %} b }}", Some("{{ a %} b }}")),
            ("Итоги ${page.week} и {другое}", Some("${page.week}")),
            (
                "<?php the_title(); ?> Дальше",
                Some("<?php the_title(); ?>"),
            ),
            ("<p>&lt;?= $title ?&gt;</p>", Some("<?= $title ?>")),
            ("%%title%% %%sep%% Дала", Some("%%title%%")),
            ("100 %% и 50 %% сразу, $5 и 10$", None),
            ("%%Title%%", None),
            ("50 % {в год}", None),
        ] {
            assert_eq!(template_text(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn hostile_text_is_searched_once() {
        for part in ["<code>{{</code>", "%%A", "$%<&{"] {
            let text = part.repeat(20_000);
            let took = cpu_time(|| assert_eq!(template_text(&text), None, "{part}"));
            assert!(took.as_millis() < 250, "{part}: {took:?}");
        }
    }
}
