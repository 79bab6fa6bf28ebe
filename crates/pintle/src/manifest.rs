//! Composes rendered files into a release's manifest, hooks and notes. Helm: `pkg/action/action.go`, `renderResources`.

use release::{Hook, KindOrder, Manifest, RenderedFile, sort_manifests};
use value::Str;

/// The parts of a rendered chart.
#[derive(Clone, Debug, Default)]
pub struct Composition {
    /// The plain objects, in the order of installing.
    pub manifests: Vec<Manifest>,
    /// The hooks, in the order of kinds.
    pub hooks: Vec<Hook>,
    /// What `NOTES.txt` rendered to.
    pub notes: String,
    /// The `helm.sh/hook` annotations of documents that were dropped because they name no known event.
    pub unknown_hooks: Vec<String>,
}

/// Sorts rendered files into manifests, hooks and notes.
///
/// `files` are the chart's rendered templates, `chart_name` tells the chart's own notes from its subcharts', which
/// count with `subchart_notes` only (own notes first, then by path).
pub fn compose(
    files: Vec<(String, Str)>,
    chart_name: &str,
    subchart_notes: bool,
) -> Result<Composition, (release::Error, Vec<RenderedFile>)> {
    let own_notes = format!("{chart_name}/templates/NOTES.txt");
    let (mut notes, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| path.ends_with("NOTES.txt"));
    notes.retain(|(path, _)| subchart_notes || *path == own_notes);
    notes.sort_by(|(a, _), (b, _)| (*a != own_notes, a).cmp(&(*b != own_notes, b)));
    let notes: Vec<String> = notes.iter().map(|(_, text)| text.to_string()).collect();
    let files: Vec<RenderedFile> = files.into_iter().map(|(path, content)| RenderedFile { path, content }).collect();
    match sort_manifests(&files, KindOrder::Install) {
        Ok(sorted) => Ok(Composition {
            manifests: sorted.manifests,
            hooks: sorted.hooks,
            notes: notes.join("\n"),
            unknown_hooks: sorted.unknown_hooks,
        }),
        Err(error) => Err((error, files)),
    }
}

/// The manifest as records hold it: every document under its source. Secrets may be left out, which only a dry run may.
pub(crate) fn manifest_text(composition: &Composition, hide_secret: bool) -> String {
    let lengths = composition.manifests.iter().map(|manifest| appended_length(&manifest.path, &manifest.content));
    let mut text = Vec::with_capacity(lengths.sum());
    for manifest in &composition.manifests {
        match (hide_secret, manifest.head.kind.as_str(), manifest.head.api_version.as_str()) {
            (true, "Secret", "v1") => {
                let notice = b"# HIDDEN: The Secret output has been suppressed";
                append_document(&manifest.path, notice, &mut text);
            }
            _ => append_document(&manifest.path, &manifest.content, &mut text),
        }
    }
    String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

const HEADING: &[u8] = b"---\n# Source: ";

/// How much [`append_document`] appends.
pub(crate) fn appended_length(path: &str, content: &[u8]) -> usize {
    HEADING.len() + path.len() + content.len() + 2
}

/// Appends a document under its `# Source:` line.
pub(crate) fn append_document(path: &str, content: &[u8], text: &mut Vec<u8>) {
    text.extend_from_slice(HEADING);
    text.extend_from_slice(path.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(content);
    text.push(b'\n');
}
