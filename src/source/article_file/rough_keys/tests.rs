use proptest::prelude::*;

use super::*;
use crate::model::article::{AcceptSettings, Refusal};
use crate::model::time::{WrittenDate, Zone};
use crate::source::article_file::ParseContext;
use crate::source::article_file::fields::Fields;

fn settings() -> AcceptSettings {
    let mut settings = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
    let names = [("draft", "wip"), ("date", "data-pub")];
    let names = names.map(|(key, name)| (key.to_owned(), vec![name.to_owned()]));
    settings.fields = names.into_iter().collect();
    settings
}

/// The refusal of a file with this text on 1 February 2026, if it was refused as `a fault`.
fn refuse(text: &str) -> Refusal {
    let settings = settings();
    let keys = find(text, &settings);
    let context = ParseContext::new(&settings, None);
    let now = Zone::UTC.resolve(WrittenDate::parse("2026-02-01").expect("a date"));
    let fields = Fields::new(&keys, 1, &settings);
    fields.refuse(Refusal::new(None, "a fault", "mend it"), &context, now)
}

#[test]
fn a_key_that_hides_is_found_in_text_that_cannot_be_parsed() {
    for text in [
        // TOML
        "title = \"x\ndraft = true # yet",
        "title = x\ndraft=true",
        "title = x\nextra.draft = true",
        "title = x\nextra.\"draft\" = true",
        "title = x\n\"extra\".draft = true",
        "title = x\ndraft = \"\"\"true\"\"\"",
        "title = x\ndraft = '''\ntrue'''",
        "title = x\nextra = { a = 1, draft = true }",
        "title = x\nextra = {draft=true}",
        "title = x\n[extra]\ndraft = true",
        "title = x\n[[extra]]\n\"draft\" = 'yes'",
        "title = x\n[build]\nlist = 'never'",
        "title = x\n[ _build ]\nlist = 'never'",
        "title = x\ndraft\u{a0}= true",
        "title = x\ndrаft = true",
        // YAML
        "title: [x\ndraft: 'true'",
        "title: [x\ndraft: “true”",
        "title: x\ndraft:true",
        "title: x\ndraft：true",
        "title: [x\ndraft:\n  true\ndate: 2026-01-08",
        "title: [x\nstatus:\n- draft\n",
        "title: [x\nstatus:\n\n  \"draft\"\n",
        "title: [x\nstatus: [published, draft]\n",
        "title: [x\nstatus: [\n  draft\n]\n",
        "title: [x\ndraft: >-\n  true\n",
        "title: [x\ndraft: !!bool true\n",
        "title: [x\n_build:\n  list: never",
        "title: [x\nparams: {draft: true}",
        "title: [x\n? draft\n: true",
        "title: [x\n  - draft: true",
        "title: [x\nWIP: on",
        "title: [x\nfeed: false",
        "title: [x\npassword: a, b",
        "title: [x\nexpires: 2026-01-08",
        "title: [x\nexpires:\n  2026-01-08 10:00\n",
        // An embargo
        "title: [x\ndate: 2027-01-08",
        "title: [x\ndate: 2026-01-08\npublishDate: 2027-01-08T10:00:00+05:00",
        "title: [x\ndate: 2026-01-08\ndata-pub: 2027-01-08",
        // JSON
        "{\"title\": \"x,\n\"status\" : \"draft\"}",
        "{\"title\": \"x\" \"draft\": true}",
        "{\"title\": \"x\", \"draft\"\n:\ntrue}",
        "{\"title\": \"x\", \"draft\":true",
        "{'title': 'x', 'draft': True}",
        "{title: 'x', draft: true}",
        "{title: 'x'\n draft: true}",
        "{“title”: “x”, “draft”: true}",
        "{\"title\": \"x\", \"draft: true}",
        "{\"title\": \"x\", draft\": true}",
        "{\"content\": {\"rendered\": \"x\", \"protected\": true}, ",
        // Text above, and the marks of a merge
        "Скрыть до утра.\n---\ntitle: x\ndraft: true\n---\n",
        "<<<<<<< HEAD\ndraft: false\n=======\ndraft: true\n>>>>>>> b\n",
        "---\ntitle: x\n<<<<<<< HEAD\n---\nТекст.\n=======\ndraft: true\n---\n",
        "----\ntitle: x\ndraft: true\n----\n",
        "+draft: true",
        // Newsroom text
        "<<<<<<< HEAD\ndate 2026-01-08 Мост\nexpires 2026-01-09\n",
        "date 2026-31-08 Мост\nexpires 2026-01-09 10:00\n",
        "date 2026-31-08 Мост\nexpires завтра\n",
        "date 2027-01-08 10:00 Мост\n",
    ] {
        assert!(refuse(text).withdraws, "{text}");
    }
}

#[test]
fn other_text_hides_nothing() {
    for text in [
        "title: [x\nstatus: published",
        "title: [x\nstatus: [live, public]",
        "title: [x\ndraft: false\nhidden: no",
        "title: [x\ndraft:\ndate: 2026-01-08\n",
        "title: [x\ndraft: ~\nhidden: []\nbody: {}\n",
        "{\"title\": [\"x\", \"password\": \"\", \"draft\": '', \"a\": 1}",
        "title: [x\nhidden:\n---\nТекст.\n",
        "title: [x\nfeed: {limit: 5}\nrss: {limit: 5}\n",
        "title = \"x\n# draft = true\n",
        "title: [x\n# draft: true\n// hidden: true\n",
        "title: [x\ndraft: false # draft: true\n",
        "a: b: c\nthe draft: true",
        "Как сказано (см. черновик), draft — это не статус: проверьте",
        "expires = 2026-12-01\nx",
        "title: [x\nexpires: never\ndate: 2026-01-08\n",
        "title: [x\nauthor.draft: true\n",
        "[draft]\nx = 1\n",
        "{\"status\":\"published\",\"draft\":false,\"a\":",
        "{\"html\": \"<p style=\\\"visibility: hidden\\\">\",",
        "{\"html\": \"{ \\\"draft\\\": true }\",",
        "{\"html\": \"<video hidden=true><a href='/?draft=true&status=x'>\",",
        "<p style=\"color: red; visibility: hidden\">",
        "{\"content\": {\"rendered\": \"x\", \"protected\": false}, ",
        "date 2026-31-08 Мост\n\nТекст.\n",
        "date 2026-31-08 Мост\nexpires 2026-12-09\n",
        "date 2026-31-08 Мост\n\nТекст.\n\n1\n2\n3\n4\n5\n6\n7\nexpires soon, as they say\n",
        "",
    ] {
        let refusal = refuse(text);
        assert!(!refusal.withdraws, "{text}: {refusal:?}");
        assert_eq!(refusal.reason, "a fault");
    }
}

#[test]
fn a_value_that_is_not_understood_is_named_with_its_line() {
    for (text, line, reason) in [
        (
            "title = \"x\"\n\ndraft = tru\n",
            3,
            "`draft`: `tru` is not understood, so the article is hidden",
        ),
        (
            "{\n\"draft\": tru",
            2,
            "`draft`: `tru` is not understood, so the article is hidden",
        ),
        (
            "x\nexpires = 2026-13-01",
            2,
            "`expires`: `2026-13-01` is not understood, so the article is hidden",
        ),
        (
            "x: [\nwip: maybe",
            2,
            "`wip`: `maybe` is not understood, so the article is hidden",
        ),
    ] {
        let refusal = refuse(text);
        assert_eq!(
            (refusal.line, refusal.reason.as_str()),
            (Some(line), reason)
        );
        assert!(refusal.withdraws);
    }
}

proptest! {
    #[test]
    fn any_text_is_searched(text in "[\"':=,{}\\[\\] \n\\\\draftxа：.–]{0,60}") {
        find(&text, &settings());
    }
}

#[test]
fn a_long_text_is_searched_in_time() {
    for piece in [
        ":",
        "\":",
        "\"\":",
        ": ",
        "\"draft\":\"",
        "draft=",
        " ",
        "a,a:",
        "а,а:",
        "draft:false,",
        "\n",
        "а\n",
        "date:2026-01-08,",
        "expires:1/1/1,",
        "expires 1\n",
        "[build\n",
        "[[\n",
        "\u{200b}",
        "“",
        "draft:\n",
    ] {
        let text = piece.repeat((1 << 19) / piece.len());
        let took = crate::testkit::cpu_time(|| drop(find(&text, &settings())));
        // A debug build; what is quadratic takes hours.
        assert!(took.as_secs() < 3, "{piece:?}: {took:?}");
    }
}
