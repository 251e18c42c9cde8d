//! Elements whose style says what a feed says with an element: struck, bold and italic text.

use super::appearance::Appearance;
use crate::text::elements::{ELEMENTS, Nature, position};

/// The open elements that a style can mark, outermost first.
#[derive(Debug, Default)]
pub(super) struct Marks {
    open: Vec<(usize, Mark)>,
    struck_blocks: Vec<StruckBlock>,
}

/// A paragraph or another block whose style strikes its text.
#[derive(Debug)]
struct StruckBlock {
    /// Its index in [`ELEMENTS`].
    at: usize,
    /// Elements of its name that are open in it.
    namesakes: usize,
}

/// The elements that stand for one in the article, by index in [`ELEMENTS`], outermost first.
pub(super) type Opened = [Option<usize>; 4];

/// What stands for an element in the article.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// The element itself.
    itself: bool,
    struck: bool,
    bold: bool,
    italic: bool,
}

impl Marks {
    /// What a start tag opens in place of the element at index `at`, outermost first.
    pub(super) fn start(&mut self, at: usize, looks: Appearance) -> Opened {
        let mut mark = Mark::NONE;
        if is_strikable(at) {
            mark.struck = looks.is_struck;
            let around = self.struck_blocks.iter_mut().rfind(|block| block.at == at);
            match around {
                _ if looks.is_struck => self.struck_blocks.push(StruckBlock { at, namesakes: 0 }),
                Some(block) => block.namesakes += 1,
                None => {}
            }
        } else if is_marked(at) {
            mark = Mark::of(ELEMENTS[at].name, looks);
            self.open.push((at, mark));
        }
        mark.elements(at)
    }

    /// What ends with a paragraph whose end tag is left out; a paragraph is the innermost block.
    pub(super) fn end_paragraph(&mut self) -> Option<usize> {
        let last = self.struck_blocks.last()?;
        if ELEMENTS[last.at].name != "p" {
            return None;
        }
        self.struck_blocks.pop();
        position("s")
    }

    /// What an end tag closes, outermost first.
    pub(super) fn end(&mut self, at: usize) -> Opened {
        if let Some(number) = self.struck_blocks.iter().rposition(|block| block.at == at) {
            let block = &mut self.struck_blocks[number];
            let mut mark = Mark::NONE;
            match block.namesakes {
                0 => {
                    mark.struck = true;
                    self.struck_blocks.remove(number);
                }
                _ => block.namesakes -= 1,
            }
            return mark.elements(at);
        }
        let open = match is_marked(at) {
            true => self.open.iter().rposition(|(open, _)| *open == at),
            false => None,
        };
        let mark = open.map_or(Mark::NONE, |open| self.open.remove(open).1);
        mark.elements(at)
    }
}

/// Whether styles of this element are looked at. Editors write them on `span`; Google Docs wraps a whole
/// text in a `b` whose style says that it is not bold.
fn is_marked(at: usize) -> bool {
    matches!(ELEMENTS[at].name, "b" | "em" | "i" | "span" | "strong")
}

/// Whether a style of this block may strike its text. Where the end tag of another may be left out, its end
/// is not known here.
fn is_strikable(at: usize) -> bool {
    let element = &ELEMENTS[at];
    element.name == "p" || element.nature == Nature::Block
}

impl Mark {
    const NONE: Mark = Mark {
        itself: true,
        struck: false,
        bold: false,
        italic: false,
    };

    fn of(name: &str, looks: Appearance) -> Mark {
        let is_bold = matches!(name, "b" | "strong");
        let is_italic = matches!(name, "em" | "i");
        let (struck, bold) = (looks.is_struck, looks.bold == Some(true) && !is_bold);
        let italic = looks.italic == Some(true) && !is_italic;
        Mark {
            itself: match name {
                "span" => !(struck || bold || italic),
                _ if is_bold => looks.bold != Some(false),
                _ => looks.italic != Some(false),
            },
            struck,
            bold,
            italic,
        }
    }

    fn elements(self, at: usize) -> Opened {
        let mark = |is: bool, name| is.then(|| position(name)).flatten();
        [
            self.itself.then_some(at),
            mark(self.struck, "s"),
            mark(self.bold, "b"),
            mark(self.italic, "i"),
        ]
    }
}
