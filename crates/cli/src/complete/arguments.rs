//! What completes the arguments of a command.

use crate::{
    commands,
    complete::{Directive, Situation, Words, charts, cluster, no_more, nothing},
    flags,
    parse::find,
};

/// The kinds of arguments that commands take, as far as completion is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArgumentWords {
    /// Whatever the shell completes: files.
    Default,
    /// None.
    NoMore,
    /// Something that cannot be known.
    NoFiles,
    /// One path.
    OnePath,
    /// One chart.
    OneChart,
    /// A chart that is not on this machine.
    RemoteChart,
    /// A new name, unless it is generated, and a chart.
    NameAndChart,
    /// A release and a chart.
    ReleaseAndChart,
    /// A release and one of its revisions.
    ReleaseAndRevision,
    /// One release.
    OneRelease,
    /// Releases.
    Releases,
    /// A new name and an address.
    NameAndAddress,
    /// An archive and a registry.
    ArchiveAndRegistry,
    /// Repositories.
    Repositories,
    /// Plugins.
    Plugins,
    /// One of the settings.
    Variables,
    /// A command.
    Commands,
}

impl ArgumentWords {
    /// The completions; nothing where the shell shall do what it likes, beside the names of commands.
    pub(super) fn complete(self, situation: &Situation<'_>) -> Option<Words> {
        let count = situation.arguments.len();
        Some(match self {
            ArgumentWords::Default => return None,
            ArgumentWords::NoMore => no_more(),
            ArgumentWords::NoFiles => nothing(Directive::NO_FILES),
            ArgumentWords::OnePath if count == 0 => nothing(Directive::DEFAULT),
            ArgumentWords::OneChart if count == 0 => charts::charts(situation, true),
            ArgumentWords::RemoteChart if count == 0 => charts::charts(situation, false),
            ArgumentWords::RemoteChart => nothing(Directive::NO_FILES),
            ArgumentWords::NameAndChart => {
                let wanted = usize::from(!situation.flags.bool("generate-name"));
                if count == wanted { charts::charts(situation, true) } else { nothing(Directive::NO_FILES) }
            }
            ArgumentWords::ReleaseAndChart if count == 1 => charts::charts(situation, true),
            ArgumentWords::Releases => cluster::releases(situation),
            ArgumentWords::ReleaseAndChart | ArgumentWords::ReleaseAndRevision | ArgumentWords::OneRelease
                if count == 0 =>
            {
                cluster::releases(situation)
            }
            ArgumentWords::ReleaseAndRevision if count == 1 => cluster::revisions(situation),
            ArgumentWords::NameAndAddress if count < 2 => nothing(Directive::NO_FILES),
            ArgumentWords::ArchiveAndRegistry if count == 0 => nothing(Directive::DEFAULT),
            ArgumentWords::ArchiveAndRegistry if count == 1 => {
                (vec!["oci://".to_owned()], Directive::NO_FILES.and(Directive::NO_SPACE))
            }
            ArgumentWords::Repositories => {
                let given = situation.arguments;
                let names = charts::repositories(situation).into_iter().filter(|(name, _)| !given.contains(name));
                (names.map(|(name, address)| format!("{name}\t{address}")).collect(), Directive::NO_FILES)
            }
            ArgumentWords::Plugins => (plugins(situation), Directive::NO_FILES),
            ArgumentWords::Variables if count == 0 => {
                let variables = commands::variables(situation.flags, situation.environment);
                (variables.into_iter().map(|(name, _)| name.to_owned()).collect(), Directive::NO_FILES)
            }
            ArgumentWords::Commands => commands_below(situation),
            ArgumentWords::OnePath
            | ArgumentWords::OneChart
            | ArgumentWords::ReleaseAndChart
            | ArgumentWords::ReleaseAndRevision
            | ArgumentWords::OneRelease
            | ArgumentWords::NameAndAddress
            | ArgumentWords::ArchiveAndRegistry
            | ArgumentWords::Variables => no_more(),
        })
    }
}

/// Helm: pkg/cmd/plugin_list.go `compListPlugins`.
fn plugins(situation: &Situation<'_>) -> Vec<String> {
    let found = situation.environment.plugins.get().into_iter().flatten();
    let offered = found.filter(|plugin| plugin.type_name() == "cli/v1" && !situation.arguments.contains(&plugin.name));
    offered.filter_map(|plugin| Some(format!("{}\t{}", plugin.name, plugin.command_words()?.short))).collect()
}

/// The commands that `helm help` can go on with.
fn commands_below(situation: &Situation<'_>) -> Words {
    let Some(root) = situation.path.first() else { return nothing(Directive::NO_FILES) };
    let Ok(found) = find(root, flags::GLOBAL, situation.arguments) else {
        return nothing(Directive::NO_FILES);
    };
    let names = found
        .command()
        .sorted()
        .into_iter()
        .filter(|command| command.is_listed() && command.name.starts_with(situation.word))
        .map(|command| format!("{}\t{}", command.name, command.short))
        .collect();
    (names, Directive::NO_FILES)
}
