//! What an article had and its safe HTML has not.

/// How much was left out of an article because feeds cannot carry it or nothing says where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Omissions {
    /// Frames and players without an address.
    pub frames: usize,
    /// Scripts of other sites that may have shown something.
    pub scripts: usize,
    /// Pictures without an address.
    pub pictures: usize,
}

impl Omissions {
    /// A sentence and a remedy for each kind that there was.
    pub fn reasons(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let kinds = [
            (
                self.frames,
                "a frame without an address was left out",
                "give the `iframe` an absolute `src`, or link to what it shows",
            ),
            (
                self.scripts,
                "a script that embeds something was left out",
                "link to what it shows; feed readers run no scripts",
            ),
            (
                self.pictures,
                "a picture without an address was left out",
                "give the `img` an address in `src`; a picture inside the text itself (`data:`) is not carried",
            ),
        ];
        let kinds = kinds.into_iter().filter(|(count, ..)| *count > 0);
        kinds.map(|(_, reason, hint)| (reason, hint))
    }
}
