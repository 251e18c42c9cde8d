//! The command line as a whole.

mod manual_page;
