//! Leads and summaries.

use super::*;

#[test]
fn the_lead_is_the_summary_or_the_first_paragraph_with_text() {
    for (summary, expected) in [
        (None, "Лид."),
        (Some(" Кратко\n об этом. "), "Кратко об этом."),
        (Some(" \u{a0}"), "Лид."),
    ] {
        let article = with(|draft| {
            draft.summary = summary.map(Into::into);
            paragraphs(draft).insert(0, "\u{1}".into());
        });
        assert_eq!(article.lead.as_str(), expected, "{summary:?}");
    }
}

#[test]
fn the_lead_of_markup_is_before_more_or_the_first_paragraph() {
    let html = |html: &str| Body::Html(html.into());
    let markdown = |markdown: &str| Body::Markdown(markdown.into());
    for (body, lead) in [
        (
            html("<h2>Глава</h2><p><img src=a></p><p>Лид&nbsp;<b>важный</b>.</p>"),
            "Лид важный.",
        ),
        (
            markdown("# Глава\n\n![Мост](a.jpg)\n\nЛид *важный*.\nДальше."),
            "Лид важный. Дальше.",
        ),
        (
            markdown("# Глава\n\nРаз.\n\nДва.\n\n<!-- more -->\n\nТри."),
            "Раз. Два.",
        ),
        (
            markdown("Суд решил[^1] дело.\n\n[^1]: Решение от мая."),
            "Суд решил дело.",
        ),
        (html("<script>var a = '<p>нет</p>';</script>"), ""),
    ] {
        let article = with(|draft| draft.body = body.clone());
        assert_eq!(article.lead.as_str(), lead, "{body:?}");
    }
}

#[test]
fn a_summary_is_markdown_where_the_body_is_and_html_elsewhere() {
    let written = "<p>Лид <b>важный</b> &amp; *краткий*, 5 < 6</p>";
    for (body, expected) in [
        (None, "Лид важный & *краткий*, 5 < 6"),
        (
            Some(Body::Html("<p>Текст.".into())),
            "Лид важный & *краткий*, 5 < 6",
        ),
        (
            Some(Body::Markdown("Текст.".into())),
            "Лид важный & краткий, 5 < 6",
        ),
    ] {
        let article = with(|draft| {
            draft.summary = Some(written.into());
            draft.body = body.clone().unwrap_or(draft.body.clone());
        });
        assert_eq!(article.lead.as_str(), expected, "{body:?}");
    }
    let article = with(|draft| draft.summary = Some("<img src=a.jpg>".into()));
    assert_eq!(article.lead.as_str(), "Лид.", "a summary without text");
}

#[test]
fn a_summary_that_cannot_be_read_is_left_out_with_a_warning() {
    let mut draft = draft();
    draft.summary = Some("<b>".repeat(300));
    let accepted = draft.accept("a".into(), &almaty()).expect("a draft");
    assert_eq!(accepted.article.lead.as_str(), "Лид.");
    let reasons: Vec<&str> = accepted
        .warnings
        .iter()
        .map(|w| w.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        ["the summary is left out: elements are nested deeper than 200"]
    );
}
