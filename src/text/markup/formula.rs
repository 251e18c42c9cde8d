//! Formulas in MathML, which few feed readers draw, as text.

use html5ever::tokenizer::Tag;

use super::tags::attribute;

/// An open `math` element.
#[derive(Debug)]
pub(super) struct Formula {
    text: String,
    /// Whether `text` is what its author says that it is.
    is_said: bool,
    /// Whether it stands on a line of its own.
    is_block: bool,
}

impl Formula {
    pub(super) fn of_tag(tag: &Tag) -> Formula {
        let said = attribute(tag, "alttext").filter(|text| !text.trim().is_empty());
        Formula {
            text: said.unwrap_or_default().to_owned(),
            is_said: said.is_some(),
            is_block: attribute(tag, "display") == Some("block"),
        }
    }

    /// Adds text, or the space between two elements.
    pub(super) fn push(&mut self, text: &str) {
        if !self.is_said {
            self.text.push_str(text);
        }
    }

    /// Its `alttext`, else its text with spaces.
    pub(super) fn into_text(self) -> String {
        if self.is_said && !self.is_block {
            // A comment of TeX ends with its line.
            return self.text.trim().to_owned();
        }
        let words = Vec::from_iter(self.text.split_whitespace()).join(" ");
        match self.is_block {
            true => format!(" {words} "),
            false => words,
        }
    }
}
