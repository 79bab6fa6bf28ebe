//! Sorts rendered files into manifests and hooks.

use value::{Str, yaml};

use crate::{Head, Hook, KindOrder, hook::Reading, split_manifests};

/// A rendered template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// The template's path, such as `demo/templates/service.yaml`.
    pub path: String,
    /// What it rendered to.
    pub content: Str,
}

/// One document of a release's manifest.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The template that it comes from.
    pub path: String,
    /// The document.
    pub content: Str,
    /// Its kind and the like.
    pub head: Head,
}

/// What rendered files consist of.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    /// In order of kind.
    pub manifests: Vec<Manifest>,
    /// In order of kind.
    pub hooks: Vec<Hook>,
    /// The `helm.sh/hook` annotations of documents that were dropped because they name no known event.
    pub unknown_hooks: Vec<String>,
}

/// A rendered document that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("YAML parse error on {path}: {source_text}", source_text = source.message)]
pub struct Error {
    /// The template that it comes from.
    pub path: String,
    /// Which of the file's documents it is, counted from 0.
    pub document: usize,
    /// The document.
    pub content: Str,
    /// What is wrong with it; lines count within the document.
    pub source: yaml::Error,
}

/// Splits rendered files into documents, tells hooks from plain manifests, and sorts both by kind.
///
/// Files whose name starts with `_` and blank ones are passed over. Files are read in the order of their paths, and
/// documents of one kind stay in that order. Helm: `pkg/release/v1/util/manifest_sorter.go`, `SortManifests`.
pub fn sort_manifests(files: &[RenderedFile], order: KindOrder) -> Result<Sorted, Error> {
    let mut sorted = Sorted::default();
    let mut files: Vec<&RenderedFile> = files.iter().filter(|file| !is_partial(&file.path)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in files {
        for (document, content) in split_manifests(&file.content).into_iter().enumerate() {
            let head = Head::parse(&content).map_err(|source| Error {
                path: file.path.clone(),
                document,
                content: content.clone(),
                source,
            })?;
            match Hook::read(&file.path, &content, &head) {
                Reading::Plain => sorted.manifests.push(Manifest { path: file.path.clone(), content, head }),
                Reading::Hook(hook) => sorted.hooks.push(*hook),
                Reading::Unknown(types) => sorted.unknown_hooks.push(types),
            }
        }
    }
    sorted.manifests.sort_by(|a, b| order.place(&a.head.kind).cmp(&order.place(&b.head.kind)));
    sorted.hooks.sort_by(|a, b| order.place(&a.kind).cmp(&order.place(&b.kind)));
    Ok(sorted)
}

fn is_partial(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|base| base.starts_with('_'))
}
