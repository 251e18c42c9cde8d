//! The header of a state folder: by which rules its articles were read, and with which ids.

use xxhash_rust::xxh3::xxh3_128;

use crate::config::Config;
use crate::model::article::ACCEPT_VERSION;
use crate::source::{Source, SourceError};
use crate::store::{Header, LAYOUT};

/// The configuration would change every article's id.
#[derive(Debug, thiserror::Error)]
#[error(
    "[site] id-authority or id-year differ from those in the state folder ({authority}, {year}): \
     every article would get another id, and every reader would show all of them again"
)]
pub struct IdentityChanged {
    authority: String,
    year: u16,
}

/// Refuses a configuration that would change the id of every article in a store with this header.
pub fn check_identity(config: &Config, header: Option<&Header>) -> Result<(), IdentityChanged> {
    match header {
        Some(header)
            if header.id_authority != config.site.id_authority
                || header.id_year != config.site.id_year =>
        {
            Err(IdentityChanged {
                authority: header.id_authority.clone(),
                year: header.id_year,
            })
        }
        _ => Ok(()),
    }
}

/// Whether the last full reading of a state folder with this header and
/// [`Store::listing`](crate::store::Store::listing) listed and read the articles as this configuration does. They
/// may have changed since then.
///
/// # Errors
/// When the source's address is not valid.
pub fn is_read_by(
    config: &Config,
    stored: Option<&Header>,
    listed: Option<u128>,
) -> Result<bool, SourceError> {
    let source = Source::new(config)?;
    let expected = header(config, &source);
    let is_read_alike = stored.is_some_and(|stored| {
        (stored.layout, stored.read, stored.reading)
            == (expected.layout, expected.read, expected.reading)
    });
    Ok(is_read_alike && listed == Some(listing(config, &source)))
}

/// The digest of everything that decides which articles there are.
pub(super) fn listing(config: &Config, source: &Source) -> u128 {
    xxh3_128(&source.listing_bytes(config))
}

/// The header of the state folder for this configuration.
pub(super) fn header(config: &Config, source: &Source) -> Header {
    Header {
        layout: LAYOUT,
        read: ACCEPT_VERSION,
        reading: xxh3_128(&source.reading_bytes()),
        id_authority: config.site.id_authority.clone(),
        id_year: config.site.id_year,
    }
}
