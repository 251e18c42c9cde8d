//! The templates: built in, or from the publication's folder.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{
    AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context, escape_formatter,
};
use percent_encoding::utf8_percent_encode;
use serde::Serialize;

use super::values::{SiteValue, UNRESERVED};
use super::words::Words;
use crate::render::pages::asset::Asset;
use crate::render::pages::folder::ICON;
use crate::render::pages::frame::Frame;

/// The template of `/`.
pub(super) const CATALOGUE: &str = "catalogue.html";
/// The template of lists of terms.
pub(super) const TERMS: &str = "terms.html";
/// The template of a feed's page.
pub(super) const FEED: &str = "feed.html";
/// The template of the page where readers build a feed.
pub(super) const BUILD: &str = "build.html";
/// The template of an error's page.
pub(super) const ERROR: &str = "error.html";
/// The template of an article's page.
pub(super) const ARTICLE: &str = "article.html";

/// The most instructions of the template engine for one page: many times what the longest feed takes,
/// and an end of endless loops.
const FUEL: u64 = 5_000_000;

/// The most nested includes of templates.
const DEPTH_MAX: usize = 50;

/// All templates and assets, read and parsed once.
#[derive(Debug)]
pub struct Templates {
    pub(super) environment: Environment<'static>,
    pub(super) assets: BTreeMap<String, Asset>,
    pub(super) digest: u128,
}

impl PartialEq for Templates {
    fn eq(&self, other: &Templates) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Templates {}

impl Templates {
    /// The digest of everything that a page depends on besides its content: templates, assets, texts and
    /// the formatting of values.
    pub fn digest(&self) -> u128 {
        self.digest
    }

    /// The file at `/assets/NAME`, by its decoded name.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.get(name)
    }

    /// The name of the file for `/favicon.ico` or `/apple-touch-icon.png`: that name, or `icon.svg` where a
    /// publication has only this.
    pub fn icon<'n>(&self, name: &'n str) -> &'n str {
        match self.asset(name) {
            Some(_) => name,
            None => ICON,
        }
    }

    /// All files below `/assets/`, by decoded name.
    pub fn assets(&self) -> impl Iterator<Item = (&str, &Asset)> {
        self.assets.iter().map(|(name, asset)| (&**name, asset))
    }

    /// Renders a page with its own values and those of all pages.
    pub(super) fn render(
        &self,
        template: &str,
        frame: &Frame<'_>,
        page: impl Serialize,
    ) -> Result<String, minijinja::Error> {
        let values = context! {
            site => Serde(SiteValue::new(frame)),
            words => Serde(Words::of(frame.locale)),
            assets => Serde(self.addresses(frame)),
            ..Serde(page)
        };
        self.environment.get_template(template)?.render(values)
    }

    /// The address of each asset.
    fn addresses(&self, frame: &Frame<'_>) -> BTreeMap<&str, String> {
        let address = |(name, asset)| {
            let (name, Asset { version, .. }): (&String, &Asset) = (name, asset);
            let encoded = utf8_percent_encode(name, UNRESERVED);
            let address = format!("{}assets/{encoded}?v={version}", frame.root);
            (name.as_str(), address)
        };
        self.assets.iter().map(address).collect()
    }
}

/// An engine without templates. An undefined value is an error, so loading a template finds misspelt
/// names.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(write);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH_MAX);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .expect("the default delimiters fit each other");
    environment.set_syntax(syntax);
    environment
}

/// Writes a value: nothing for `none`, text escaped for elements and attributes. The engine's default
/// escapes `/` as well, which makes addresses hard to read.
fn write(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    if value.is_none() {
        return Ok(());
    }
    let plain = value.as_str().filter(|_| !value.is_safe());
    match (plain, state.auto_escape()) {
        (Some(text), AutoEscape::Html) => Ok(escape(out, text)?),
        _ => escape_formatter(out, state, value),
    }
}

fn escape(out: &mut Output, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (before, from) = rest.split_at(at);
        out.write_str(before)?;
        out.write_str(match from.as_bytes()[0] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &from[1..];
    }
    out.write_str(rest)
}
