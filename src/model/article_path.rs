//! What the path of an article's file says of the article: its key, its language, its folders.
//!
//! `post.kk.md` and `index.kk.md` name a language of the site behind the name, `kk/post.md` in the top
//! folder. `x/index.md` is the article of the folder `x`, which may hold its pictures too.

/// The file name that stands for its folder.
const INDEX: &str = "index";

/// A path below the articles' folder, without its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArticlePath<'p> {
    /// The folders, without a slash at the end.
    folders: &'p str,
    /// The file's name without the language behind it.
    name: &'p str,
    /// The language behind the name, with its dot.
    suffix: &'p str,
    language: Option<&'p str>,
}

impl<'p> ArticlePath<'p> {
    /// `path` has no extension; `languages` are those of the site.
    pub fn new(path: &'p str, languages: &'p [String]) -> ArticlePath<'p> {
        let (folders, stem) = path.rsplit_once('/').unwrap_or(("", path));
        let behind = stem.rsplit_once('.').filter(|(name, _)| !name.is_empty());
        let behind = behind.and_then(|(name, tag)| Some((name, listed(tag, languages)?)));
        let name = behind.map_or(stem, |(name, _)| name);
        let top = || listed(folders.split('/').next()?, languages);
        ArticlePath {
            folders,
            name,
            suffix: &stem[name.len()..],
            language: behind.map(|(_, language)| language).or_else(top),
        }
    }

    /// The language that the name or the top folder says, as the site lists it.
    pub fn language(&self) -> Option<&'p str> {
        self.language
    }

    /// The language that the name says, as the site lists it.
    pub fn language_of_name(&self) -> Option<&'p str> {
        self.language.filter(|_| !self.suffix.is_empty())
    }

    /// Whether the file stands for its folder.
    pub fn is_index(&self) -> bool {
        self.name == INDEX && !self.folders.is_empty()
    }

    /// The key of an article without an id: the path, of `x/index` the folder.
    pub fn key(&self) -> String {
        match (self.folders, self.name, self.suffix) {
            (folders, INDEX, "") if !folders.is_empty() => folders.to_owned(),
            ("", name, suffix) => format!("{name}{suffix}"),
            (folders, name, suffix) => format!("{folders}/{name}{suffix}"),
        }
    }

    /// The key where folders are no part of it: the name, of `x/index` that of the folder.
    pub fn short_key(&self) -> String {
        format!("{}{}", self.own_name(), self.suffix)
    }

    /// The file's name without the language, of `x/index` that of the folder.
    pub fn own_name(&self) -> &'p str {
        match self.is_index() {
            true => last(self.folders),
            false => self.name,
        }
    }

    /// The folders above the article, without a slash at the end; of `x/index` those above `x`.
    pub fn sections(&self) -> &'p str {
        match self.is_index() {
            true => self.folders.rsplit_once('/').map_or("", |(above, _)| above),
            false => self.folders,
        }
    }

    /// A key of this path without its language: of `x/index.kk` it is `x`.
    pub fn without_language<'k>(&self, key: &'k str) -> &'k str {
        let Some(stem) = key
            .strip_suffix(self.suffix)
            .filter(|_| !self.suffix.is_empty())
        else {
            return key;
        };
        let folder = stem.strip_suffix(INDEX).and_then(|it| it.strip_suffix('/'));
        folder.filter(|_| self.is_index()).unwrap_or(stem)
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The listed language that `tag` means: the same tag, or one of which it is the primary subtag. The case
/// and `_` for `-` do not matter.
fn listed<'l>(tag: &str, languages: &'l [String]) -> Option<&'l str> {
    let is_same = |one: &str, other: &str| {
        one.len() == other.len()
            && one.bytes().zip(other.bytes()).all(|(one, other)| {
                one.eq_ignore_ascii_case(&other) || (one == b'_' && other == b'-')
            })
    };
    let primary = |language: &'l String| language.split('-').next().unwrap_or(language);
    let mut all = languages.iter();
    all.clone()
        .find(|language| is_same(tag, language))
        .or_else(|| all.find(|language| is_same(tag, primary(language))))
        .map(String::as_str)
}

/// `path` without the extension of an article file, if it has one.
pub fn without_extension(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((stem, extension)) if is_extension(extension) => stem,
        _ => path,
    }
}

/// Whether article files have this extension, in any letter case.
pub fn is_extension(extension: &str) -> bool {
    let mut known = EXTENSIONS.iter();
    known.any(|known| known.eq_ignore_ascii_case(extension))
}

/// The extensions of article files.
pub const EXTENSIONS: [&str; 7] = ["txt", "md", "markdown", "mdx", "html", "htm", "json"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_key_language_and_folders() {
        let languages = ["ru", "kk", "pt-BR"].map(str::to_owned);
        for (path, key, short, link_key, language, sections) in [
            ("post", "post", "post", "post", None, ""),
            ("news/post", "news/post", "post", "news/post", None, "news"),
            ("a/b/index", "a/b", "b", "a/b", None, "a"),
            ("index", "index", "index", "index", None, ""),
            ("post.kk", "post.kk", "post.kk", "post", Some("kk"), ""),
            ("post.KK", "post.KK", "post.KK", "post", Some("kk"), ""),
            ("a/index.kk", "a/index.kk", "a.kk", "a", Some("kk"), ""),
            ("index.kk", "index.kk", "index.kk", "index", Some("kk"), ""),
            ("post.pt", "post.pt", "post.pt", "post", Some("pt-BR"), ""),
            ("a.pt_br", "a.pt_br", "a.pt_br", "a", Some("pt-BR"), ""),
            ("post.en", "post.en", "post.en", "post.en", None, ""),
            ("v1.2", "v1.2", "v1.2", "v1.2", None, ""),
            ("kk/x", "kk/x", "x", "kk/x", Some("kk"), "kk"),
            ("kk/x.ru", "kk/x.ru", "x.ru", "kk/x", Some("ru"), "kk"),
            ("kk/x/index", "kk/x", "x", "kk/x", Some("kk"), "kk"),
            ("news/kk/x", "news/kk/x", "x", "news/kk/x", None, "news/kk"),
            // A file is no folder, and a name is needed before the language.
            ("kk", "kk", "kk", "kk", None, ""),
            ("a/.kk", "a/.kk", ".kk", "a/.kk", None, "a"),
        ] {
            let parsed = ArticlePath::new(path, &languages);
            assert_eq!(parsed.key(), key, "{path}");
            assert_eq!(parsed.short_key(), short, "{path}");
            assert_eq!(parsed.without_language(key), link_key, "{path}");
            assert_eq!(parsed.language(), language, "{path}");
            assert_eq!(parsed.sections(), sections, "{path}");
        }
    }
}
