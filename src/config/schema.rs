//! What editors know of `feeds.toml`: its keys with their meaning, form and default.
//!
//! The schema is a file of its own, written by hand, because descriptions are for people and no
//! reader needs them. What it says beyond descriptions is said by the reader as well, so tests hold
//! the two together: a key, default, word or range that changes in one only does not pass.
//!
//! The schema may be the laxer one, never the stricter: it does not know time zones, or which
//! values contradict each other, and a string with `${NAME}` can be anything. `taspa check` has the
//! last word.

#[cfg(test)]
mod tests;

/// The JSON Schema of `feeds.toml`, in draft 7: the newest that TOML editors agree on. They take a
/// `$ref` for all that is said about a key, and overlook what stands beside `allOf`.
pub const SCHEMA: &str = include_str!("schema.json");
