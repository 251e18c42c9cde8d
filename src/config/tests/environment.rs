//! Values from the environment.

use super::*;

#[test]
fn values_from_the_environment_are_used_but_never_shown() {
    let config = config("[[redirect]]\nfrom = '/a'\nto = 'https://${HOST}/${PATH_:-x}$$'\n");
    let moved = RedirectTo::Moved("https://dala.example/x$".to_owned());
    let to = config.redirects.find("/a", None);
    assert_eq!(to.as_deref(), Some(&moved));

    for line in [
        "[server]\nlisten = '${SECRET}'",
        "[server]\nlisten = ['${SECRET}', 'x']",
        "[server]\npublic-url = '${SECRET}.example/x'",
        "[server]\ncache-bytes = '${SECRET}'",
        "[server]\naccess-log = '${SECRET}'",
        "[server]\ntrusted-proxies = ['${SECRET}']",
        "[defaults]\nkeep = '${SECRET} min'",
        "[defaults]\nformats = ['${SECRET}']",
        "[defaults]\nany = ['${SECRET}:x']",
        "[auto.sections]\nexcept = ['#${SECRET}']",
        "[auto.tags]\ntitle = '{${SECRET}}'",
        "[auto.tags]\nlink = '${SECRET}'",
        "[[feed]]\nname = '${SECRET}_'\ntitle = 'x'",
        "[[feed]]\nname = 'tags/${SECRET}'\ntitle = 'x'",
        "[[feed]]\nname = '${SECRET}'\ntitle = 'x'\nlanguage = '${SECRET}'\n[[feed]]\nname = '${SECRET}'",
        "[[redirect]]\nfrom = '${SECRET}'\nto = '${SECRET}'",
        "[[redirect]]\nfrom = '/${SECRET}%20'\nto = '/${SECRET}%20'",
        "[same]\n'#${SECRET}' = ['#${SECRET}', 'section:${SECRET}']",
    ] {
        let found = problems(&format!("{MINIMAL}{line}\n"));
        assert!(!found.is_empty(), "{line}");
        let json = serde_json::to_string(&found).expect("problems are plain data");
        for shown in [print(&found), json] {
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.contains("${SECRET}"), "{shown}");
        }
    }
}

#[test]
fn a_missing_variable_is_shown_at_its_place() {
    let text = format!("{MINIMAL}[defaults]\nany = ['ё', \"#тег ${{NONE}}\", \"\\t${{NONE}}\"]\n");
    assert_eq!(
        print(&problems(&text)),
        "feeds.toml:8:19: error: the environment has no variable `NONE`\n\
         8 | any = ['ё', \"#тег ${NONE}\", \"\\t${NONE}\"]\n  |                   ^^^^^^^\n  \
         hint: set it, or write `${NONE:-…}` with a default\n\
         feeds.toml:8:29: error: the environment has no variable `NONE`\n\
         8 | any = ['ё', \"#тег ${NONE}\", \"\\t${NONE}\"]\n  |                             ^^^^^^^^^^^\n  \
         hint: set it, or write `${NONE:-…}` with a default"
    );
}
