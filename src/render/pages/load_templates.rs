//! Templates from the files of this program and of the publication's folder, tried before they are
//! used.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use xxhash_rust::xxh3::Xxh3;

use crate::render::pages::error::TemplateError;
use crate::render::pages::folder::{Files, TemplateText};
use crate::render::pages::sample;
use crate::render::pages::templates::{Templates, environment};

impl Templates {
    /// The templates of this program.
    pub fn built_in() -> Arc<Templates> {
        // Parsing and trying them takes longer than reading a feeds.toml.
        static BUILT_IN: LazyLock<Arc<Templates>> = LazyLock::new(|| {
            let templates = Templates::new(Files::built_in(), Path::new(""));
            Arc::new(templates.expect("the built-in templates parse and fit their values"))
        });
        BUILT_IN.clone()
    }

    /// The templates of this program, each file of `folder` in place of the built-in one.
    ///
    /// # Errors
    /// Every file that cannot be used, with its line where it has one: one that cannot be read or
    /// parsed, and one that fails on a sample of the values it will be given.
    pub fn load(folder: &Path) -> Result<Templates, Vec<TemplateError>> {
        Templates::new(Files::read(folder)?, folder)
    }

    fn new(files: Files, folder: &Path) -> Result<Templates, Vec<TemplateError>> {
        let mut environment = environment();
        let mut problems: Vec<TemplateError> = Vec::new();
        let mut digest = Xxh3::new();
        for (name, TemplateText { text, own }) in files.templates {
            digest_part(&mut digest, &name, text.as_bytes());
            if let Err(error) = environment.add_template_owned(name.clone(), text) {
                problems.push(TemplateError::parsing(folder, &name, own, error));
            }
        }
        for (name, asset) in &files.assets {
            digest_part(&mut digest, name, &asset.bytes);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut templates = Templates {
            environment,
            assets: files.assets,
            digest: 0,
        };
        // What the samples look like says whatever else a page depends on: words, values, escaping.
        for (name, page) in sample::pages(&templates) {
            match page {
                Ok(html) => digest_part(&mut digest, name, html.as_bytes()),
                Err(error) => {
                    let own = |name: &str| files.own.contains(name);
                    let problem = TemplateError::sample(folder, name, own, error);
                    // A fault of the layout is found on every page.
                    let text = problem.to_string();
                    if !problems.iter().any(|known| known.to_string() == text) {
                        problems.push(problem);
                    }
                }
            }
        }
        templates.digest = digest.digest128();
        if problems.is_empty() {
            Ok(templates)
        } else {
            Err(problems)
        }
    }
}

/// Name and content, so that neither can pass for a part of the other.
fn digest_part(digest: &mut Xxh3, name: &str, content: &[u8]) {
    for part in [name.as_bytes(), content] {
        digest.update(&(part.len() as u64).to_le_bytes());
        digest.update(part);
    }
}
