//! What the code of an inline script shows in an article: widgets, players, maps and charts that a page
//! is filled with.

use super::Frame;
use super::scripts::Script;
use super::url_parts::is_name;

/// The most widgets of one script.
const WIDGETS_MAX: usize = 20;

/// What a call shows.
type Meaning = fn(&Call<'_>) -> Script;

/// Calls of VK's and OK's widgets and of players, with what their arguments say.
const CALLS: [(&str, Meaning); 7] = [
    ("VK.Widgets.", vk_widget),
    ("OK.CONNECT.insert", ok_widget),
    ("twttr.widgets.createTweet(", tweet),
    ("YT.Player(", youtube_player),
    ("jwplayer(", player),
    ("Playerjs(", player),
    ("flowplayer(", player),
];

/// Calls that draw a map, a chart or a panorama, which no address shows.
const DRAWINGS: [&str; 12] = [
    "DG.map(",
    "DGWidgetLoader(",
    "Highcharts.chart(",
    "L.map(",
    "Plotly.newPlot(",
    "TradingView.widget(",
    "am4core.create(",
    "google.maps.Map(",
    "google.visualization.",
    "new Chart(",
    "pannellum.viewer(",
    "ymaps.Map(",
];

/// A call in a script.
struct Call<'c> {
    /// The rest of the function's name, where only its start is known.
    name: &'c str,
    /// The code behind the opening bracket.
    behind: &'c str,
    arguments: Vec<&'c str>,
}

/// What a script of this code shows, in the order of [`CALLS`].
pub(in crate::text) fn read(code: &str) -> Vec<Script> {
    let mut shown = Vec::new();
    for (start, meaning) in CALLS {
        let places = memchr::memmem::find_iter(code.as_bytes(), start);
        for place in places.take(WIDGETS_MAX) {
            shown.push(meaning(&Call::at(&code[place + start.len()..], start)));
        }
    }
    let is_written = |element: &str| code.contains(element);
    let is_drawing = DRAWINGS.iter().any(|start| code.contains(start))
        || code.contains("document.write")
            && ["<iframe", "<embed", "<object"].into_iter().any(is_written);
    if is_drawing && shown.iter().all(|script| *script == Script::Nothing) {
        shown.push(Script::Unknown);
    }
    if shown.is_empty() {
        shown.extend(loaded(code));
    }
    shown
}

/// The script of another site that the code adds to the page.
fn loaded(code: &str) -> Option<Script> {
    if !code.contains("createElement") {
        return None;
    }
    let quotes = ['"', '\'', '`'];
    let places = memchr::memmem::find_iter(code.as_bytes(), "//");
    let addresses = places.filter_map(|at| {
        let before = &code[..at];
        let mut schemes = ["https:", "http:"].into_iter();
        let scheme = schemes.find(|scheme| before.ends_with(scheme));
        let start = at - scheme.map_or(0, str::len);
        let rest = &code[start..];
        let rest = &rest[..rest.floor_char_boundary(ADDRESS_BYTES_MAX)];
        let address = code[..start]
            .ends_with(quotes)
            .then(|| rest.split(quotes).next())??;
        let is_script = address.split(['?', '#']).next()?.ends_with(".js");
        is_script.then_some(address)
    });
    let mut scripts = addresses.take(WIDGETS_MAX).map(Script::of_address);
    scripts.find(|script| *script != Script::Nothing)
}

/// The most bytes of the address of a script.
const ADDRESS_BYTES_MAX: usize = 512;

/// The most bytes of arguments that are looked at.
const ARGUMENTS_BYTES_MAX: usize = 1 << 10;

impl<'c> Call<'c> {
    fn at(rest: &'c str, start: &str) -> Call<'c> {
        let rest = &rest[..rest.floor_char_boundary(ARGUMENTS_BYTES_MAX)];
        let (name, behind) = match start.ends_with('(') {
            true => ("", rest),
            false => rest.split_once('(').unwrap_or((rest, "")),
        };
        Call {
            name: name.trim(),
            behind,
            arguments: arguments(behind),
        }
    }

    /// The argument at `at`, if it can be a part of an address.
    fn name_at(&self, at: usize) -> Option<&'c str> {
        self.arguments.get(at).copied().filter(|name| is_name(name))
    }

    /// The value of a key of an object among the arguments.
    fn value(&self, key: &str) -> Option<&'c str> {
        let (_, value) = self.behind.split_once(key)?;
        let value = value.trim_start_matches(['"', '\'']).trim_start();
        let value = value.strip_prefix(':')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        value[1..].split_once(quote).map(|(value, _)| value)
    }
}

/// Arguments without their quotes. Commas in objects part them too, which hides none that matters here.
fn arguments(behind: &str) -> Vec<&str> {
    let inside = behind.split(')').next().unwrap_or_default();
    let quotes = ['"', '\'', '`'];
    let arguments = inside.split(',').map(str::trim);
    arguments
        .map(|argument| argument.trim_matches(quotes))
        .collect()
}

fn shows(address: Option<String>) -> Script {
    match address {
        Some(address) => Script::Shows(Frame::at(address)),
        None => Script::Unknown,
    }
}

/// `VK.Widgets.Post("id", owner, post, hash)` and others.
fn vk_widget(call: &Call<'_>) -> Script {
    let pair = |path: &str| {
        let (owner, id) = (call.name_at(1)?, call.name_at(2)?);
        Some(format!("https://vk.com/{path}{owner}_{id}"))
    };
    match call.name {
        "Post" => {
            let element = || call.name_at(0)?.strip_prefix("vk_post_");
            let of_element = || element().map(|wall| format!("https://vk.com/wall{wall}"));
            shows(pair("wall").or_else(of_element))
        }
        "Playlist" => shows(pair("music/playlist/")),
        "Podcast" => shows(
            call.name_at(1)
                .map(|id| format!("https://vk.com/podcast{id}")),
        ),
        "Article" => {
            let page = call
                .arguments
                .get(1)
                .and_then(|page| page.strip_prefix('@'));
            let page = page.filter(|page| is_name(page));
            shows(page.map(|page| format!("https://vk.com/@{page}")))
        }
        "Group" => {
            let id = call.arguments.last().copied();
            let id = id.filter(|id| id.bytes().all(|b| b.is_ascii_digit()) && !id.is_empty());
            shows(id.map(|id| format!("https://vk.com/club{id}")))
        }
        "Poll" | "Video" => Script::Unknown,
        // Buttons, comments and forms of the page.
        _ => Script::Nothing,
    }
}

/// `OK.CONNECT.insertGroupWidget(id, group, settings)`, whose arguments are mostly those of the function
/// around it: `!function (d, id, did, st) {…}(document, "id", "group", "…")`.
fn ok_widget(call: &Call<'_>) -> Script {
    if call.name.starts_with("Share") || call.name.starts_with("Like") {
        return Script::Nothing;
    }
    let around = call.behind.split_once("(document,");
    let shown = match around {
        Some((_, behind)) => arguments(behind).get(1).copied(),
        None => call.arguments.get(1).copied(),
    };
    let is_path = |path: &str| path.split('/').all(is_name);
    let shown = shown.filter(|shown| is_path(shown));
    let is_number = |path: &str| path.bytes().all(|b| b.is_ascii_digit());
    shows(shown.and_then(|shown| {
        let first = shown.split('/').next().unwrap_or_default();
        match (is_number(first), is_number(shown)) {
            (false, _) => Some(format!("https://ok.ru/{shown}")),
            (true, false) => Some(format!("https://ok.ru/group/{shown}")),
            (true, true) => {
                (call.name == "GroupWidget").then(|| format!("https://ok.ru/group/{shown}"))
            }
        }
    }))
}

fn tweet(call: &Call<'_>) -> Script {
    let id = call.name_at(0);
    shows(id.map(|id| format!("https://x.com/i/status/{id}")))
}

fn youtube_player(call: &Call<'_>) -> Script {
    match call.value("videoId").filter(|id| is_name(id)) {
        Some(id) => shows(Some(format!("https://youtu.be/{id}"))),
        // It plays a frame of the page.
        None => Script::Nothing,
    }
}

fn player(call: &Call<'_>) -> Script {
    let file = call.value("file").or_else(|| call.value("src"));
    shows(file.filter(|file| file.contains('/')).map(str::to_owned))
}
