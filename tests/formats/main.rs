//! The documents of every format: whole ones byte for byte, their structure by a strict XML
//! parser, their meaning by a reader's parser, any text in any field, and any articles in any mode.

mod articles;
mod atom;
mod characters;
mod documents;
mod feeds;
mod golden;
mod json;
mod leads;
mod readers;
mod rss;
mod xml;
