//! Loads templates, built in or from the publication's folder, and renders sample pages to check them.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use xxhash_rust::xxh3::Xxh3;

use crate::render::pages::error::TemplateError;
use crate::render::pages::folder::Files;
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
    /// Every file that cannot be read or parsed, or that fails to render a sample page.
    pub fn load(folder: &Path) -> Result<Templates, Vec<TemplateError>> {
        Templates::new(Files::read(folder)?, folder)
    }

    fn new(files: Files, folder: &Path) -> Result<Templates, Vec<TemplateError>> {
        let mut environment = environment();
        let mut problems: Vec<TemplateError> = Vec::new();
        let mut digest = Xxh3::new();
        let own = |name: &str| files.own.contains(name);
        for (name, text) in files.templates {
            digest_part(&mut digest, &name, text.as_bytes());
            if let Err(error) = environment.add_template_owned(name.clone(), text) {
                problems.push(TemplateError::new(folder, &name, own, error));
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
        // The sample pages depend on everything else that a page depends on: words, values, escaping.
        for (name, page) in sample::pages(&templates) {
            match page {
                Ok(html) => digest_part(&mut digest, name, html.as_bytes()),
                Err(error) => {
                    let problem = TemplateError::new(folder, name, own, error);
                    // An error in the layout occurs on every page.
                    let text = problem.to_string();
                    if !problems.iter().any(|known| known.to_string() == text) {
                        problems.push(problem);
                    }
                }
            }
        }
        templates.digest = digest.digest128();
        match problems.is_empty() {
            true => Ok(templates),
            false => Err(problems),
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
