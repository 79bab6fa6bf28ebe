//! What completes the value of a flag.

use crate::{
    complete::{ArgumentWords, Directive, Situation, Words, charts, cluster, nothing, values},
    kubeconfig,
};

/// The kinds of values that flags take, as far as completion is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlagWords {
    /// Whatever the shell completes: files.
    Default,
    /// One of these.
    Fixed(&'static [&'static str]),
    /// An output format.
    Formats,
    /// A namespace.
    Namespaces,
    /// A context of the kubeconfig.
    Contexts,
    /// A version of the chart that the arguments name.
    ChartVersions,
    /// A revision of the release that the arguments name.
    Revisions,
    /// A key of the values of the chart that the arguments name.
    ValueKeys,
}

impl FlagWords {
    /// The completions; nothing where the shell shall do what it likes.
    pub(super) fn complete(self, situation: &Situation<'_>) -> Option<Words> {
        Some(match self {
            FlagWords::Default => return None,
            FlagWords::Fixed(words) => (words.iter().map(|word| (*word).to_owned()).collect(), Directive::NO_FILES),
            FlagWords::Formats => {
                let formats = [
                    "json\tOutput result in JSON format",
                    "table\tOutput result in human-readable format",
                    "yaml\tOutput result in YAML format",
                ];
                (formats.map(str::to_owned).to_vec(), Directive::NO_FILES)
            }
            FlagWords::Namespaces => cluster::namespaces(situation),
            FlagWords::Contexts => {
                let contexts = kubeconfig::contexts(situation.flags, situation.environment);
                let words = contexts.into_iter().map(|context| format!("{}\t{}", context.name, context.cluster));
                (words.collect(), Directive::NO_FILES)
            }
            FlagWords::ChartVersions => chart_versions(situation),
            FlagWords::Revisions if situation.arguments.len() == 1 => cluster::revisions(situation),
            FlagWords::Revisions => nothing(Directive::NO_FILES),
            FlagWords::ValueKeys => return values::keys(situation),
        })
    }
}

fn chart_versions(situation: &Situation<'_>) -> Words {
    let wanted = match situation.command().words {
        ArgumentWords::NameAndChart if !situation.flags.bool("generate-name") => 2,
        ArgumentWords::ReleaseAndChart => 2,
        _ => 1,
    };
    match situation.arguments.last() {
        Some(chart) if situation.arguments.len() == wanted => charts::versions(situation, chart),
        _ => nothing(Directive::NO_FILES),
    }
}
