//! `helm template RELEASE --revision N`: what a revision applied, from its record, ready to be compared or applied.

use cluster::ObjectId;
use release::{namespaced::with_namespace, split_manifests};

use crate::{
    Error, ErrorKind, RecordOptions, Session, record,
    template::{is_test, show_only},
};

/// What `template --revision` needs.
#[derive(Clone, Debug, Default)]
pub struct RecordedOptions {
    /// Which revision.
    pub record: RecordOptions,
    /// `--hooks`: the hooks too.
    pub hooks: bool,
    /// `--skip-tests`: but not those that are tests.
    pub skip_tests: bool,
    /// `--show-only`: patterns of templates; all where there is none.
    pub show_only: Vec<String>,
    /// The chart that is named too, which stands in for a revision that is no longer kept.
    pub chart: Option<String>,
}

/// The manifest of a revision, with namespaces set; none where the revision was deleted since and the chart is to be
/// rendered instead, which is told.
///
/// # Errors
/// The cluster cannot be reached or refuses, or has no such release or revision.
pub fn recorded(options: &RecordedOptions, session: &mut Session<'_>) -> Result<Option<Vec<u8>>, Error> {
    let record = match (record(&options.record, session), &options.chart) {
        (Err(error), Some(chart)) if error.kind() == ErrorKind::Release => {
            let RecordOptions { name, revision } = &options.record;
            let kept = session.read(|storage| storage.entries(name))?;
            let oldest = kept.iter().map(|entry| entry.revision).min();
            let Some(oldest) = oldest.filter(|oldest| (1..*oldest).contains(revision)) else { return Err(error) };
            session.remark(format!(
                "warning: revision {revision} of {name} is no longer kept, {oldest} is the oldest: this is {chart} \
                 rendered now, which need not be what that revision applied"
            ));
            return Ok(None);
        }
        (record, _) => record?,
    };
    let mut documents = split_manifests(record.manifest.as_bytes());
    let hooks = record.hooks.iter().filter(|hook| options.hooks && !(options.skip_tests && is_test(hook)));
    documents.extend(hooks.map(|hook| format!("# Source: {}\n{}", hook.path, hook.manifest).into()));
    let cluster = session.cluster;
    // A kind that the server does not know any more is left as it was recorded.
    let belongs = |id: &ObjectId| cluster.locate(id, "x").is_ok_and(|located| !located.namespace.is_empty());
    let mut text = Vec::new();
    for document in documents {
        text.extend_from_slice(b"---\n");
        text.extend(with_namespace(&document, &record.namespace, &belongs));
        if !text.ends_with(b"\n") {
            text.push(b'\n');
        }
    }
    if options.show_only.is_empty() { Ok(Some(text)) } else { show_only(&text, &options.show_only).map(Some) }
}
