//! Parameters of `/select` beside its terms: which are refused, and which a redirect keeps.

/// What a parameter of `/select` would mean elsewhere, and where that is set here. Other unknown parameters are
/// ignored.
pub(super) fn refuse_parameter(name: &str) -> Option<String> {
    let advice = match name {
        "limit" | "items" => "the number of entries is `items` in [defaults] of feeds.toml",
        "since" => {
            "how long entries stay is `keep` in [defaults] of feeds.toml, and If-None-Match or \
             If-Modified-Since asks for what is new"
        }
        "page" => "a feed has one page, and its length is `items` in [defaults] of feeds.toml",
        "q" => "it takes terms, which `/build` finds by words",
        _ => return None,
    };
    let takes = "/select takes `any`, `all` and `none`";
    Some(format!(
        "`{name}` is no parameter of a feed: {advice}; {takes}"
    ))
}

/// The parameters that do not select articles.
pub(super) fn display_parameters(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        ["raw", "lang"].contains(&name)
    })
}
