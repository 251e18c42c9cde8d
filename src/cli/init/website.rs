//! A site at an address: WordPress, or something else that can be named.

use std::time::Duration;

use http::StatusCode;
use tokio::runtime::Builder;
use url::Url;

use super::facts::Fact;
use super::plan::{Plan, SourcePlan};
use super::sample::Sample;
use crate::config::WordPressConfig;
use crate::http_client::{Call, CallLimits, HttpClient, Proxies, TlsRoots, shown};
use crate::model::article::AcceptSettings;
use crate::model::problem::chain;
use crate::model::time::Zone;
use crate::model::version;
use crate::source::wordpress::{SiteDescription, WordPress, WordPressError};
use crate::text::{PageHead, visible};

/// Bytes of a page that are taken.
const PAGE_BYTES_MAX: usize = 4 << 20;

/// How long a page may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);

/// What feeds.toml is made of for the site at an address.
///
/// # Errors
/// When there is no site of WordPress, with what is there instead.
pub(super) fn plan(address: &str) -> Result<Plan, String> {
    let mut url =
        Url::parse(address).map_err(|error| format!("`{address}` is no address: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("write the address without user name and password".to_owned());
    }
    url.set_query(None);
    url.set_fragment(None);
    let page = page(url.clone())?;
    let head = PageHead::read(&page.text);
    // A page other than the site's first one may be given, and what it redirects to counts.
    let mut site = page.url;
    if !site.path().ends_with('/') {
        site.set_path(&format!("{}/", site.path()));
    }
    match describe(&site) {
        Ok(description) => Ok(of_wordpress(&site, &head, description)),
        Err(error @ WordPressError::NoInterface { .. }) => {
            Err(something_else(&site, &head, &error))
        }
        Err(error) => Err(chain(&error)),
    }
}

/// A page of a site as it was answered.
struct Page {
    url: Url,
    text: String,
}

fn page(url: Url) -> Result<Page, String> {
    let roots = TlsRoots::from_env().map_err(|error| error.to_string())?;
    let limits = CallLimits {
        whole: PAGE_TIMEOUT,
        ..CallLimits::default()
    };
    let user_agent = format!("taspa/{}", version::NUMBER);
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no thread can be started: {error}"))?;
    let answer = runtime.block_on(async {
        let client = HttpClient::new(&user_agent, limits, Proxies::from_env(), &roots);
        let call = Call {
            answer_bytes_max: PAGE_BYTES_MAX,
            ..Call::get(url)
        };
        client.call(call).await
    });
    let answer = answer.map_err(|error| {
        format!(
            "{}\n  hint: give the address that the site itself has",
            chain(&error)
        )
    })?;
    // The front page may be closed while the interface is open.
    let is_missing = answer.status == StatusCode::NOT_FOUND || answer.status == StatusCode::GONE;
    if is_missing {
        return Err(format!("{} answered {}", shown(&answer.url), answer.status));
    }
    Ok(Page {
        text: String::from_utf8_lossy(&answer.body).into_owned(),
        url: answer.url,
    })
}

fn describe(site: &Url) -> Result<SiteDescription, WordPressError> {
    let config = WordPressConfig {
        url: site.to_string(),
        refresh: 30,
        rows: 60,
        post_types: vec!["post".to_owned()],
        login: None,
    };
    let settings = AcceptSettings::of_site(Zone::UTC, "en", site.as_str());
    WordPress::new(&config, settings)?.describe()
}

fn of_wordpress(site: &Url, head: &PageHead, description: SiteDescription) -> Plan {
    let mut plan = Plan::new(
        "a site of WordPress",
        SourcePlan::WordPress {
            url: site.to_string(),
        },
    );
    let facts = &mut plan.facts;
    facts.set(Fact::Title, description.title);
    facts.set(Fact::Url, Some(description.home));
    facts.set(Fact::Language, head.language.clone());
    facts.set(Fact::TimeZone, description.zone);
    facts.description = description.description;
    facts.first_year = description.first_year;
    facts.name = site.host_str().map(str::to_owned);
    let posts = usize::try_from(description.posts.unwrap_or(0)).unwrap_or(usize::MAX);
    plan.sample = Sample {
        listed: posts,
        is_whole: true,
        read: posts,
        articles: posts,
        sections: description.sections.into_iter().collect(),
        tags: description.tags.into_iter().collect(),
        has_authors: posts > 0,
        ..Sample::default()
    };
    plan
}

/// What a site is that is not WordPress, and what can be done.
fn something_else(site: &Url, head: &PageHead, error: &WordPressError) -> String {
    let mut lines = vec![format!(
        "{}: this is no site of WordPress that shows its posts: {}",
        shown(site),
        chain(error)
    )];
    if let Some(generator) = &head.generator {
        lines.push(format!(
            "  found: its pages are made by {}",
            visible(generator)
        ));
    }
    for feed in &head.feeds {
        let feed = site
            .join(feed)
            .map_or_else(|_| feed.clone(), |url| shown(&url));
        lines.push(format!("  found: it has a feed at {}", visible(&feed)));
    }
    let generator = head.generator.as_deref().unwrap_or_default().to_lowercase();
    let is_of_files = [
        "hugo",
        "zola",
        "jekyll",
        "hexo",
        "astro",
        "eleventy",
        "docusaurus",
    ];
    let is_of_files = is_of_files.iter().any(|name| generator.contains(name));
    lines.push(match () {
        () if generator.contains("wordpress") => {
            "  hint: it is WordPress, and something on it closes `/wp-json/`: open that for readers, or read its database: \
             `taspa init mysql://USER:PASSWORD@HOST/DATABASE`"
        }
        () if is_of_files => "  hint: articles are read from the files that the site is made of: `taspa init FOLDER`",
        () => {
            "  hint: taspa reads articles, and no feeds of others: give the folder that the site is made of, or its \
             database: `taspa init FOLDER`, `taspa init postgres://USER:PASSWORD@HOST/DATABASE`"
        }
    }
    .to_owned());
    lines.join("\n")
}
