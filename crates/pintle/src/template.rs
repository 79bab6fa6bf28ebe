//! `helm template`: renders a chart and prints it. Helm: `pkg/cmd/template.go`.

use chart::{Capabilities, Chart, KubeVersion};
use release::{Hook, HookEvent, RenderedFile, split_manifests};
use render::Release;
use source::ChartQuery;

use crate::{
    Composition, Error, ErrorKind, LogLine, NameOptions, RenderRequest, ValuesFlags, World, manifest::append_document,
    path_match::path_match, prepare, render,
};

/// What `template` needs.
#[derive(Clone, Debug, Default)]
pub struct TemplateOptions {
    /// Name and chart; the name where none is given is `release-name`.
    pub name: NameOptions,
    /// Which chart; its reference is the one that `name` tells.
    pub chart: ChartQuery,
    /// The flags that set values.
    pub values: ValuesFlags,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `--kube-version`; empty where it is not given.
    pub kube_version: String,
    /// `--api-versions`
    pub api_versions: Vec<String>,
    /// `--include-crds`
    pub include_crds: bool,
    /// `--skip-tests`
    pub skip_tests: bool,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// `--is-upgrade`
    pub is_upgrade: bool,
    /// `--skip-schema-validation`
    pub skip_schema_validation: bool,
    /// `--show-only`
    pub show_only: Vec<String>,
    /// `--output-dir`; empty where it is not given.
    pub output_dir: String,
    /// `--release-name`: the files go into a folder of that name below `output_dir`.
    pub use_release_name: bool,
    /// `--debug`: what cannot be read as YAML is shown before the error.
    pub debug: bool,
}

/// A file to be written, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteFile {
    /// Where.
    pub path: String,
    /// What.
    pub content: Vec<u8>,
    /// What becomes of a file that is there.
    pub mode: WriteMode,
}

/// What becomes of a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteMode {
    /// It is replaced.
    Replace,
    /// The content goes behind it.
    Append,
}

/// What `template` gives.
#[derive(Debug)]
#[must_use]
pub struct TemplateReport {
    /// The files to write first, each followed by a line `wrote PATH` on stdout.
    pub files: Vec<WriteFile>,
    /// What belongs on stdout behind these lines.
    pub stdout: Vec<u8>,
    /// What Helm logs on the way.
    pub log: Vec<LogLine>,
    /// How it ended.
    pub outcome: Result<(), Error>,
}

/// Renders a chart without a cluster.
pub fn template(options: &TemplateOptions, world: &mut World<'_>) -> TemplateReport {
    let mut report = TemplateReport { files: Vec::new(), stdout: Vec::new(), log: Vec::new(), outcome: Ok(()) };
    report.outcome = run(options, world, &mut report);
    report
}

fn run(options: &TemplateOptions, world: &mut World<'_>, report: &mut TemplateReport) -> Result<(), Error> {
    let capabilities = capabilities(options)?;
    let named = options.name.resolve(world.surroundings)?;
    let query = ChartQuery { reference: named.chart, ..options.chart.clone() };
    let prepared = prepare(&query, &options.values, world, &mut report.log)?;
    let release = Release {
        name: named.name.clone(),
        namespace: options.namespace.clone(),
        revision: 1,
        is_upgrade: options.is_upgrade,
    };
    let request = RenderRequest {
        release,
        capabilities: &capabilities,
        skip_schema_validation: options.skip_schema_validation,
        subchart_notes: false,
        lookup: None,
    };
    match render(prepared, &request, world, &mut report.log) {
        Ok((chart, composition)) => {
            let folder = output_folder(options, &named.name);
            print(options, &folder, &chart, &composition, report)
        }
        Err(failed) if !failed.partial => Err(failed.error),
        Err(failed) if options.debug => {
            print_broken(failed.files.as_deref().unwrap_or_default(), report);
            Err(failed.error)
        }
        Err(failed) => {
            Err(failed.error.map_message(|text| format!("{text}\n\nUse --debug flag to render out invalid YAML")))
        }
    }
}

fn capabilities(options: &TemplateOptions) -> Result<Capabilities, Error> {
    let mut capabilities = Capabilities::default();
    if !options.kube_version.is_empty() {
        capabilities.kube_version = KubeVersion::parse(&options.kube_version).map_err(|error| {
            Error::new(ErrorKind::Usage, format!("invalid kube version '{}': {error}", options.kube_version))
        })?;
    }
    capabilities.api_versions.0.extend(options.api_versions.iter().cloned());
    Ok(capabilities)
}

fn output_folder(options: &TemplateOptions, name: &str) -> String {
    match (options.output_dir.as_str(), options.use_release_name) {
        ("", _) => String::new(),
        (folder, false) => folder.to_owned(),
        (folder, true) => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}

/// Prints or writes CRDs, manifests and hooks.
fn print(
    options: &TemplateOptions,
    folder: &str,
    chart: &Chart,
    composition: &Composition,
    report: &mut TemplateReport,
) -> Result<(), Error> {
    let mut manifests = Vec::new();
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
    let mut text = trim(&manifests).to_vec();
    text.push(b'\n');
    if !options.no_hooks {
        for hook in composition.hooks.iter().filter(|hook| !(options.skip_tests && is_test(hook))) {
            match folder {
                "" => append_document(&hook.path, &hook.manifest, &mut text),
                folder => report.write(folder, &hook.path, &hook.manifest),
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
fn print_broken(files: &[RenderedFile], report: &mut TemplateReport) {
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
        let path_on_disk = format!("{}/{path}", folder.trim_end_matches('/'));
        let written = self.files.iter().any(|file| file.path == path_on_disk);
        let mut document = Vec::new();
        append_document(path, content, &mut document);
        let mode = if written { WriteMode::Append } else { WriteMode::Replace };
        self.files.push(WriteFile { path: path_on_disk, content: document, mode });
    }
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

/// Go's `strings.TrimSpace`.
fn trim(text: &[u8]) -> &[u8] {
    use bstr::ByteSlice as _;
    text.trim()
}
