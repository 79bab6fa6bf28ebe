//! What `template` prints and writes.

use chart::Chart;
use release::{Hook, HookEvent, RenderedFile, split_manifests};

use super::{TemplateOptions, TemplateReport, WriteFile, WriteMode};
use crate::{
    Composition, Error, ErrorKind,
    manifest::{append_document, appended_length},
    path_match::path_match,
};

/// Writes CRDs and manifests where there is a folder; gives them where there is none.
pub(super) fn manifests(
    options: &TemplateOptions,
    folder: &str,
    chart: &Chart,
    composition: &Composition,
    report: &mut TemplateReport,
) -> Vec<u8> {
    let mut manifests = Vec::with_capacity(if folder.is_empty() { length(composition) } else { 0 });
    if options.include_crds {
        for crd in chart.crds() {
            match options.output_dir.as_str() {
                "" => append_document(&crd.filename, &crd.data, &mut manifests),
                folder => report.write(folder, &crd.filename, &crd.data),
            }
        }
    }
    for manifest in &composition.manifests {
        match folder {
            "" => append_document(&manifest.path, &manifest.content, &mut manifests),
            folder => report.write(folder, &manifest.path, &manifest.content),
        }
    }
    manifests
}

/// How long the text of all manifests and hooks will be.
fn length(composition: &Composition) -> usize {
    let manifests = composition.manifests.iter().map(|manifest| appended_length(&manifest.path, &manifest.content));
    let hooks = composition.hooks.iter().map(|hook| appended_length(&hook.path, &hook.manifest));
    manifests.chain(hooks).sum()
}

/// Prints manifests, and prints or writes hooks.
pub(super) fn print(
    options: &TemplateOptions,
    folder: &str,
    manifests: Vec<u8>,
    composition: &Composition,
    report: &mut TemplateReport,
) -> Result<(), Error> {
    let mut text = trimmed(manifests);
    text.push(b'\n');
    if !options.no_hooks {
        for hook in composition.hooks.iter().filter(|hook| !(options.skip_tests && is_test(hook))) {
            match folder {
                "" => append_document(&hook.path, &hook.manifest, &mut text),
                // Helm asks the disk whether there is such a file, not what this run wrote.
                folder => report.write_as(WriteMode::Append, folder, &hook.path, &hook.manifest),
            }
        }
    }
    report.stdout = match options.show_only.as_slice() {
        [] => text,
        patterns => show_only(&text, patterns)?,
    };
    Ok(())
}

/// Helm shows what it rendered where a document cannot be read, in no order; ours is that of paths.
pub(super) fn print_broken(files: &[RenderedFile], report: &mut TemplateReport) {
    let mut text = Vec::new();
    let mut files: Vec<&RenderedFile> = files.iter().filter(|file| !trim(&file.content).is_empty()).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in files {
        append_document(&file.path, &file.content, &mut text);
    }
    report.stdout = trim(&text).to_vec();
    report.stdout.push(b'\n');
}

impl TemplateReport {
    /// Adds a document to the file of its template; the first one replaces what is there.
    fn write(&mut self, folder: &str, path: &str, content: &[u8]) {
        let path_on_disk = path_below(folder, path);
        let written = self.files.iter().any(|file| file.path == path_on_disk);
        self.write_as(if written { WriteMode::Append } else { WriteMode::Replace }, folder, path, content);
    }

    fn write_as(&mut self, mode: WriteMode, folder: &str, path: &str, content: &[u8]) {
        let mut document = Vec::new();
        append_document(path, content, &mut document);
        self.files.push(WriteFile { path: path_below(folder, path), content: document, mode });
    }
}

fn path_below(folder: &str, path: &str) -> String {
    format!("{}/{path}", folder.trim_end_matches('/'))
}

pub(crate) fn is_test(hook: &Hook) -> bool {
    hook.events.contains(&HookEvent::Test)
}

/// Picks the documents of templates that match the patterns, in the order of the patterns.
pub(crate) fn show_only(text: &[u8], patterns: &[String]) -> Result<Vec<u8>, Error> {
    let documents = split_manifests(text);
    let mut shown = Vec::new();
    for pattern in patterns {
        let before = shown.len();
        for document in &documents {
            if source_path(document).is_some_and(|path| path_match(pattern, &path)) {
                shown.extend_from_slice(b"---\n");
                shown.extend_from_slice(document);
                shown.push(b'\n');
            }
        }
        if shown.len() == before {
            let message = format!("could not find template {pattern} in chart");
            let mut paths: Vec<String> = documents.iter().filter_map(|document| source_path(document)).collect();
            paths.dedup();
            let error = Error::new(ErrorKind::Usage, message);
            return Err(match nearest(pattern, &paths) {
                Some(path) => error.hinted(format!("there is {path}")),
                None => error.hinted("paths are relative to the chart, such as templates/service.yaml"),
            });
        }
    }
    Ok(shown)
}

/// The template's path without the chart's name, from a document's `# Source:` line.
fn source_path(document: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"# Source: ";
    let start = memchr::memmem::find(document, MARK)? + MARK.len();
    let rest = document.get(start..)?;
    let slash = memchr::memchr(b'/', rest)?;
    let line = rest.get(slash + 1..)?.split(|byte| *byte == b'\n').next()?;
    (slash > 0 && !line.is_empty()).then(|| String::from_utf8_lossy(line).into_owned())
}

/// The path that shares its base name, or contains the pattern.
fn nearest<'a>(pattern: &str, paths: &'a [String]) -> Option<&'a String> {
    let base = pattern.rsplit('/').next().unwrap_or(pattern);
    let stem = base.split('.').next().filter(|stem| !stem.is_empty())?;
    paths
        .iter()
        .find(|path| path.rsplit('/').next() == Some(base))
        .or_else(|| paths.iter().find(|path| path.contains(stem)))
}

/// The same text, trimmed where it lies.
fn trimmed(mut text: Vec<u8>) -> Vec<u8> {
    use bstr::ByteSlice as _;
    text.truncate(text.trim_end().len());
    let blank = text.len() - text.trim_start().len();
    text.drain(..blank);
    text
}

/// Go's `strings.TrimSpace`.
fn trim(text: &[u8]) -> &[u8] {
    use bstr::ByteSlice as _;
    text.trim()
}
