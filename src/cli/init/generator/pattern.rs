//! A generator's pattern of addresses as a template of `link`.

use super::ArticlePaths;

/// What the names in a generator's patterns mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    /// Where the pattern comes from, for messages.
    pub(super) key: &'static str,
    /// Each name with its part of a template.
    pub(super) names: &'static [(&'static str, &'static str)],
    /// Names that stand for the folders of an article, where it lies in one alone.
    pub(super) first_folder: &'static [&'static str],
    /// Names that stand for the sections of an article, where it has one at most.
    pub(super) sections: &'static [&'static str],
    /// Whether a section of several words is several.
    pub(super) splits_sections: bool,
}

impl Names {
    /// The template of a pattern such as `/:year/:slug/`; a template stays as it is.
    ///
    /// # Errors
    /// When a name has no counterpart, with the reason as part of a sentence.
    pub(super) fn translate(
        &self,
        pattern: &str,
        articles: &ArticlePaths<'_>,
    ) -> Result<String, String> {
        let mut template = String::new();
        let mut rest = pattern;
        while let Some((before, behind)) = rest.split_once(':') {
            let end = behind.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            let (name, after) = behind.split_at(end.unwrap_or(behind.len()));
            template.push_str(before);
            template.push_str(self.name(name, articles)?);
            rest = after;
        }
        template.push_str(rest);
        Ok(template)
    }

    fn name(&self, name: &str, articles: &ArticlePaths<'_>) -> Result<&'static str, String> {
        let cannot = |why: &str| Err(format!("`{}` has `:{name}`{why}", self.key));
        if self.first_folder.contains(&name) {
            let is_deep = |path: &&str| path.matches('/').count() > 1 && !path.contains("/index.");
            return match articles.paths.iter().any(is_deep) {
                true => cannot(", and articles lie in folders of folders"),
                false => Ok("{sections}"),
            };
        }
        if self.sections.contains(&name) {
            return match self.splits_sections && articles.has_section_of_words {
                _ if articles.has_several_sections => {
                    cannot(", and articles have several sections")
                }
                true => cannot(", and articles have sections of several words"),
                false => Ok("{section}"),
            };
        }
        let mut names = self.names.iter();
        match names.find(|(known, _)| *known == name) {
            Some((_, part)) => Ok(part),
            None => cannot(", for which there is no name"),
        }
    }
}
