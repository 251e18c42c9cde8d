//! The state folder without a daemon, for commands that only read it.

use crate::config::Config;
use crate::ingest::state_header::is_read_by;
use crate::model::problem::chain;
use crate::store::{Store, StoreError};

/// The store of the state folder, if it has all articles as `config` reads them; an error says why it cannot be
/// read.
pub(super) fn open(config: &Config) -> Result<Option<Store>, String> {
    let folder = &config.server.state;
    let opened = || {
        let Some(store) = Store::open_read_only(folder)? else {
            return Ok(None);
        };
        let (header, listed) = (store.header()?, store.listing()?);
        Ok::<_, StoreError>(Some((store, header, listed)))
    };
    let Some((store, header, listed)) = opened().map_err(|failure| chain(&failure))? else {
        return Ok(None);
    };
    let is_read = is_read_by(config, header.as_ref(), listed);
    Ok(is_read.map_err(|failure| chain(&failure))?.then_some(store))
}
