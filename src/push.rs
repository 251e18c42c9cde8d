//! What this daemon tells others when its content changes: hubs of WebSub and search engines.
//!
//! Telling never delays a publication: it begins with a snapshot that is served already.
//!
//! Uses [`model`](crate::model), [`config`](crate::config), [`feed`](crate::feed), [`store`](crate::store),
//! [`http_client`](crate::http_client) and [`publish`](crate::publish).
