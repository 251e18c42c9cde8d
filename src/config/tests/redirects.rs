//! `[[redirect]]`: what an address leads to, and which are refused.

use super::*;

/// The target of a path, with its query, by these lines of `from` and `to`.
fn find(config: &Config, target: &str) -> Option<String> {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let path = crate::model::url_encoding::normalize_path(path);
    let to = config.redirects.follow(&path, query)?;
    Some(match &*to {
        RedirectTo::Moved(to) => to.clone(),
        RedirectTo::Gone => "gone".to_owned(),
    })
}

/// `[[redirect]]` tables.
fn tables(redirects: &[(&str, &str)]) -> String {
    let tables = redirects
        .iter()
        .map(|(from, to)| format!("[[redirect]]\nfrom = '{from}'\nto = '{to}'\n"));
    tables.collect()
}

#[test]
fn addresses_lead_to_the_target_of_the_first_matching_redirect() {
    let config = config(&tables(&[
        ("/старое", "/tags/спорт.rss"),
        ("/x?a=1", ""),
        ("/slash/", "/all.rss"),
        ("/tag/{tag}/feed", "/tags/{tag}.rss"),
        ("/tag/{tag}/feed?kind=atom", "/tags/{tag}.atom"),
        ("/tag/news/feed", "/all.atom"),
        ("/tag/{tag}/{format}", "/tags/{tag}.{format}"),
        ("/tag/old/{format}", ""),
        ("/{section}.xml", "/sections/{section}.rss"),
        (
            "/разделы/{раздел}",
            "/sections/{раздел}.rss?x={раздел}#{раздел}",
        ),
        ("/find-{words}-feed", "/select.rss?any={words}&all=lang:ru"),
        ("/blog/{year}/{name}/", ""),
        ("/moved/{tag}", "/tag/{tag}/feed"),
        ("/one/{any}", "/slash"),
    ]));
    let sport = "%D1%81%D0%BF%D0%BE%D1%80%D1%82";
    for (target, to) in [
        ("/старое", Some(format!("/tags/{sport}.rss"))),
        ("/старое/", Some(format!("/tags/{sport}.rss"))),
        ("//старое", Some(format!("/tags/{sport}.rss"))),
        ("/Старое", None),
        ("/x?a=1", Some("gone".to_owned())),
        ("/x/?a=1", Some("gone".to_owned())),
        ("/x?a=2", None),
        ("/slash", Some("/all.rss".to_owned())),
        ("/slash/?utm=1", Some("/all.rss".to_owned())),
        ("/tag/спорт/feed", Some(format!("/tags/{sport}.rss"))),
        ("/tag/спорт/feed/", Some(format!("/tags/{sport}.rss"))),
        (
            "/tag/a b/feed?kind=atom",
            Some("/tags/a%20b.atom".to_owned()),
        ),
        ("/tag/a/feed?kind=rss", Some("/tags/a.rss".to_owned())),
        ("/tag/news/feed", Some("/all.atom".to_owned())),
        ("/tag/100%/json", Some("/tags/100%25.json".to_owned())),
        ("/tag/old/rss", Some("gone".to_owned())),
        ("/tag/old/feed", Some("gone".to_owned())),
        ("/tag//feed", None),
        ("/tag/../feed", None),
        ("/tag/a/b/feed", None),
        ("/tag/a/x\\y?#", Some("/tags/a.x%5Cy".to_owned())),
        ("/world.xml", Some("/sections/world.rss".to_owned())),
        ("/.xml", None),
        ("/world.XML", None),
        (
            "/разделы/спорт",
            Some(format!("/sections/{sport}.rss?x={sport}#{sport}")),
        ),
        (
            "/find-a&b=c,#d-feed",
            Some("/select.rss?any=a%26b%3Dc,%23d&all=lang:ru".to_owned()),
        ),
        ("/find--feed", None),
        ("/blog/2020/a", Some("gone".to_owned())),
        ("/moved/спорт", Some(format!("/tags/{sport}.rss"))),
        ("/one/more", Some("/all.rss".to_owned())),
        ("/", None),
    ] {
        assert_eq!(find(&config, target), to, "{target}");
    }
}

#[test]
fn the_prefix_of_the_public_address_may_be_written_or_left_out() {
    for prefix in ["", "/лента"] {
        let redirects = tables(&[(
            &format!("{prefix}/tag/{{tag}}"),
            &format!("{prefix}/tags/{{tag}}.rss"),
        )]);
        let text = format!("[server]\npublic-url = 'https://dala.example/лента/'\n{redirects}");
        let to = find(&config(&text), "/tag/a");
        assert_eq!(to.as_deref(), Some("/tags/a.rss"), "{prefix}");
    }
}

#[test]
fn both_spellings_of_an_address_may_lead_to_the_same() {
    let both = tables(&[("/a", "/all.rss"), ("/a/", "/all.rss")]);
    assert_eq!(find(&config(&both), "/a/").as_deref(), Some("/all.rss"));
    check(&[(
        "[[redirect]]\nfrom = '/a'\nto = '/x'\n[[redirect]]\nfrom = '/a/'\nto = '/y'\n\
         [[redirect]]\nfrom = '/{a}/b'\nto = '/x'\n[[redirect]]\nfrom = '/{c}/b'\nto = ''\n",
        &[
            "5:8 [[redirect]]: `/a/` is redirected twice, first on line 8",
            "11:8 [[redirect]]: `/{c}/b` is redirected twice, first on line 14",
        ],
    )]);
}

#[test]
fn names_that_cannot_be_used_are_refused() {
    let path = "a path with at most one name between two slashes, as in `/tag/{tag}/feed`";
    for (from, to, message) in [
        ("/{tag", "/x", format!("from must be {path}, got `/{{tag`")),
        ("/tag}", "/x", format!("from must be {path}, got `/tag}}`")),
        ("/{}", "/x", format!("from must be {path}, got `/{{}}`")),
        (
            "/{a b}",
            "/x",
            format!("from must be {path}, got `/{{a b}}`"),
        ),
        (
            "/{a}{b}",
            "/x",
            format!("from must be {path}, got `/{{a}}{{b}}`"),
        ),
        (
            "/{a}/{a}",
            "/x",
            "from must be a path that has each name once, got `/{a}/{a}`".to_owned(),
        ),
        (
            "/a?tag={tag}",
            "/x",
            "from must be an address with names in its path only, got `/a?tag={tag}`".to_owned(),
        ),
        (
            "/tag/{tag}",
            "/tags/{tagg}.rss",
            "to must be a text whose only braces are `{tag}`, got `/tags/{tagg}.rss` | \
             did you mean `{tag}`?"
                .to_owned(),
        ),
        (
            "/tag/{tag}",
            "/tags/{tag.rss",
            "to must be a text whose only braces are `{tag}`, got `/tags/{tag.rss`".to_owned(),
        ),
        (
            "/tag",
            "/tags/{tag}.rss",
            "to must be an address without names in braces, for `from` has none, got \
             `/tags/{tag}.rss`"
                .to_owned(),
        ),
        (
            "/tag/{tag}",
            "https://dala.example/{tag}",
            "to must be a path on this server where it has names in braces, got \
             `https://dala.example/{tag}`"
                .to_owned(),
        ),
        (
            "/tag/{tag}",
            "https://dala.example/",
            "to must be a path on this server, or empty, for `from` has names in braces, got \
             `https://dala.example/`"
                .to_owned(),
        ),
        (
            "/tag/{tag}",
            "//{tag}",
            "to must be a path on this server, with one `/` in front, got `//{tag}`".to_owned(),
        ),
    ] {
        let column = if message.starts_with("from") {
            "2:8"
        } else {
            "3:6"
        };
        let expected = format!("{column} [[redirect]]: {message}");
        check(&[(&*tables(&[(from, to)]), &[&*expected])]);
    }
}

#[test]
fn redirects_that_repeat_loop_or_lead_nowhere_are_refused() {
    check(&[(
        "[[redirect]]\nfrom = '/a'\nto = '/b'\n\
         [[redirect]]\nfrom = '/a'\nto = 'b'\n\
         [[redirect]]\nfrom = '/%D1%8F'\nto = '//x'\n\
         [[redirect]]\nfrom = '/я'\nto = '/я'\n\
         [[redirect]]\nfrom = '/x'\nto = '/y'\n\
         [[redirect]]\nfrom = '/y?z'\nto = '/x'\n\
         [[redirect]]\nfrom = '/y'\nto = '/z?y#x'\n\
         [[redirect]]\nfrom = '/z'\nto = '/y'\n\
         [[redirect]]\nfrom = '/z?x'\nto = 'https://dala.example/z?x'",
        &[
            "5:8 [[redirect]]: `/a` is redirected twice, first on line 8",
            "6:6 [[redirect]]: to must be a path that begins with `/`, an absolute URL, or empty \
             for 410 Gone, got `b` | did you mean `/b.rss`?",
            "8:8 [[redirect]]: `/%D1%8F` is compared after decoding: it never matches | \
             write `/я`",
            "9:6 [[redirect]]: to must be a path on this server, with one `/` in front, got `//x`",
            "12:6 [[redirect]]: `/я` leads to itself",
            "15:6 [[redirect]]: `/y` leads in a circle",
        ],
    )]);
}

#[test]
fn circles_of_redirects_with_names_are_refused() {
    for (redirects, message) in [
        (
            &[("/tag/{x}", "/tag/{x}")][..],
            Some("`/tag/{x}` leads to itself"),
        ),
        (
            &[("/tag/{x}", "/tag/all")],
            Some("`/tag/all` leads to itself"),
        ),
        (&[("/{x}", "/{x}.rss")], Some("`/{x}.rss` leads to itself")),
        (&[("/{x}/a", "/{x}-{x}/a")], Some("leads to itself")),
        (
            &[("/a/{x}", "/b/{x}"), ("/b/{y}", "/a/{y}")],
            Some("in a circle"),
        ),
        (
            &[("/a/{x}", "/b/{x}"), ("/b/one", "/a/one")],
            Some("in a circle"),
        ),
        (&[("/a/", "/a/x"), ("/a/{x}", "/a")], Some("in a circle")),
        (&[("/tag/{x}", "/tag/all"), ("/tag/all", "/all.rss")], None),
        (
            &[("/tag/{x}", "/tags/{x}.rss"), ("/{x}.xml", "/tag/{x}")],
            None,
        ),
        (&[("/{x}.xml", "/{x}.rss")], None),
        (
            &[("/{x}/feed", "/{x}.rss"), ("/{x}/", "/{x}/feed")],
            Some("in a circle"),
        ),
        (&[("/a/{x}-old", "/a/{x}-new")], None),
        (&[("/a/{x}-old", "/a/{x}-older"), ("/a/{x}", "/b")], None),
    ] {
        let text = format!("{MINIMAL}{}", tables(redirects));
        let found: Vec<String> = problems(&text)
            .iter()
            .map(|problem| problem.message.clone())
            .collect();
        match message {
            None => assert_eq!(found, [""; 0], "{redirects:?}"),
            Some(message) => assert!(
                matches!(&found[..], [found] if found.ends_with(message)),
                "{redirects:?}: {found:?}"
            ),
        }
    }
}

#[test]
fn redirects_with_names_are_few_and_others_may_be_many() {
    let patterns = |count: usize| -> String {
        let patterns = (0..count).map(|n| (format!("/{n}/{{x}}"), "/all.rss"));
        let patterns: Vec<_> = patterns.collect();
        tables(
            &patterns
                .iter()
                .map(|(from, to)| (&**from, *to))
                .collect::<Vec<_>>(),
        )
    };
    let text = |count| format!("{MINIMAL}{}", patterns(count));
    assert_eq!(problems(&text(100)).len(), 0);
    let found = problems(&text(101));
    assert_eq!(
        found[0].message,
        "[[redirect]]: at most 100 redirects may have names in braces"
    );
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A target with names is a path of this server whatever the names stand for.
        #[test]
        fn values_cannot_change_the_shape_of_a_target(value in "[^/]{1,20}") {
            let config = config(&tables(&[("/tag/{tag}/feed", "/{tag}/x.rss?any={tag}")]));
            let target = config.redirects.find(&format!("/tag/{value}/feed"), None);
            let Some(target) = target else {
                prop_assert!([".", ".."].contains(&&*value), "{:?}", value);
                return Ok(());
            };
            let RedirectTo::Moved(to) = &*target else {
                return Err(TestCaseError::fail("gone"));
            };
            prop_assert!(to.is_ascii() && !to.contains(['\\', ' ', '#', '\r', '\n']), "{}", to);
            let url = url::Url::parse("https://here.example").expect("a URL");
            let url = url.join(to).expect("a target");
            prop_assert_eq!(url.host_str(), Some("here.example"));
            prop_assert_eq!(url.path_segments().expect("a path").count(), 2);
            let pairs: Vec<_> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, [("any".to_owned(), value)]);
        }
    }
}
