//! Hooks: manifests that run at a point of a release's life.

use value::Str;

use crate::{Head, Timestamp};

/// When a hook runs. Helm: `pkg/release/v1/hook.go`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Helm's")]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

impl HookEvent {
    /// Every event, in Helm's order.
    pub const ALL: [HookEvent; 9] = [
        HookEvent::PreInstall,
        HookEvent::PostInstall,
        HookEvent::PreDelete,
        HookEvent::PostDelete,
        HookEvent::PreUpgrade,
        HookEvent::PostUpgrade,
        HookEvent::PreRollback,
        HookEvent::PostRollback,
        HookEvent::Test,
    ];

    /// The event's name in the annotation `helm.sh/hook` and in release records.
    pub fn name(self) -> &'static str {
        match self {
            HookEvent::PreInstall => "pre-install",
            HookEvent::PostInstall => "post-install",
            HookEvent::PreDelete => "pre-delete",
            HookEvent::PostDelete => "post-delete",
            HookEvent::PreUpgrade => "pre-upgrade",
            HookEvent::PostUpgrade => "post-upgrade",
            HookEvent::PreRollback => "pre-rollback",
            HookEvent::PostRollback => "post-rollback",
            HookEvent::Test => "test",
        }
    }

    /// The event of this name; `test-success` is Helm 2's name of `test`.
    pub fn parse(name: &str) -> Option<HookEvent> {
        if name == "test-success" {
            return Some(HookEvent::Test);
        }
        HookEvent::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// A hook of a release.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The object's name.
    pub name: String,
    /// The object's kind.
    pub kind: String,
    /// The template that it comes from, such as `demo/templates/job.yaml`.
    pub path: String,
    /// The rendered document.
    pub manifest: Str,
    /// When it runs.
    pub events: Vec<HookEvent>,
    /// Lower weights run first.
    pub weight: i64,
    /// `helm.sh/hook-delete-policy`, each trimmed and in lower case, known or not.
    pub delete_policies: Vec<String>,
    /// `helm.sh/hook-output-log-policy`, each trimmed and in lower case, known or not.
    pub output_log_policies: Vec<String>,
    /// How it ran last.
    pub last_run: HookRun,
}

/// How a hook ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookRun {
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// `Unknown`, `Running`, `Succeeded` or `Failed`; empty where it has not run.
    pub phase: String,
}

/// What the annotation `helm.sh/hook` makes of a document.
pub(crate) enum Reading {
    /// No hook.
    Plain,
    /// A hook.
    Hook(Box<Hook>),
    /// A hook with an event that Helm does not know: the document is dropped. Holds the annotation.
    Unknown(String),
}

impl Hook {
    /// Tells whether a document is a hook. Helm: `pkg/release/v1/util/manifest_sorter.go`.
    pub(crate) fn read(path: &str, manifest: &Str, head: &Head) -> Reading {
        let Some(types) = head.annotation("helm.sh/hook") else { return Reading::Plain };
        let events: Option<Vec<HookEvent>> = words(types).map(|word| HookEvent::parse(&word)).collect();
        let Some(events) = events else { return Reading::Unknown(types.to_owned()) };
        let policies = |key| head.annotation(key).map(|value| words(value).collect()).unwrap_or_default();
        Reading::Hook(Box::new(Hook {
            name: head.name.clone(),
            kind: head.kind.clone(),
            path: path.to_owned(),
            manifest: manifest.clone(),
            events,
            weight: head.annotation("helm.sh/hook-weight").and_then(weight).unwrap_or(0),
            delete_policies: policies("helm.sh/hook-delete-policy"),
            output_log_policies: policies("helm.sh/hook-output-log-policy"),
            last_run: HookRun::default(),
        }))
    }
}

fn words(annotation: &str) -> impl Iterator<Item = String> + '_ {
    annotation.split(',').map(|word| word.trim().to_lowercase())
}

/// Go's `strconv.Atoi`: a sign is fine, blanks are not.
fn weight(text: &str) -> Option<i64> {
    text.parse().ok()
}
