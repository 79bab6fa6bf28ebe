//! One function for each of Helm's operations, joining the stages: the library that others embed.
//!
//! Takes options and gives reports. Never prints, never reads the environment, the home folder or the clock except
//! through what it was given.

mod change;
mod compare;
mod create;
mod dependency;
mod diff;
mod drift;
mod error;
mod execute;
mod explain;
mod exporter;
mod gates;
mod glob;
mod history;
mod hooks;
mod install;
mod install_name;
mod json_path;
mod lint;
mod list;
mod log;
mod lookup;
mod manifest;
mod memory_data;
mod namespaces;
mod objects;
mod operation;
mod package;
mod past;
mod path_match;
mod plugin;
mod post_render;
mod prepare;
mod progress;
mod pull;
mod reasons;
mod recorded;
mod registry;
mod rehearse;
mod release_template;
mod rendered;
mod report;
mod repository;
mod rollback;
mod selector;
mod session;
mod show;
mod signing;
mod status;
mod stored;
mod style;
mod table;
mod template;
mod test_release;
mod uninstall;
mod upgrade;
mod values;
mod values_flags;
mod version;
mod world;

pub(crate) use crate::diff::{live_diff, mask_of};
pub use crate::{
    change::{ChangeOptions, ChartGates, ContentOptions, DryRun, GateOptions, ServerSide},
    compare::{
        Cause, Cell, ComparedEnvironment, EnvironmentState, Matrix, Row, compare_environments, compare_json,
        compare_text, environment_of_chart, environment_of_release,
    },
    create::{CreateOptions, create},
    dependency::{DependencyListOptions, DependencyOptions, dependency_build, dependency_list, dependency_update},
    diff::{
        DiffForm, DiffLocalOptions, DiffOptions, DiffUpgradeOptions, Differences, DryRunDiff, LiveDiff, LiveStep,
        Origin, diff_live, diff_local, diff_release, diff_revision, diff_rollback, diff_text, diff_upgrade,
        diff_upgrade_offline, live_json, live_text,
    },
    drift::{
        DriftOptions, Drifted, DriftedObject, ProblemOptions, ReleaseDrift, ReleaseProblem, drift, drift_json,
        drift_text, problem_table, problems, problems_json,
    },
    error::{Error, ErrorKind},
    exporter::{Exporter, ExporterOptions, ReleaseLabels, WatchedReleases},
    gates::GATE_ANNOTATION,
    history::{ChangedRevision, HistoryOptions, history, revisions, whole_history, why_revision},
    install::{InstallOptions, install, preview_install},
    install_name::{NameOptions, NamedChart},
    lint::{LintOptions, lint},
    list::{ListOptions, Listed, list},
    log::{Level, LogLine},
    manifest::{Composition, compose},
    memory_data::memory_records,
    namespaces::{make_namespace, namespaces},
    package::{PackageOptions, package},
    plugin::{
        PluginInstallOptions, PluginPackageOptions, complete_with_plugin, find_plugins, plugin_install, plugin_list,
        plugin_package, plugin_uninstall, plugin_update, plugin_verify, run_plugin,
    },
    post_render::PostRenderer,
    prepare::{ChartRequest, FailedRender, Prepared, RenderRequest, prepare, prepare_install, render},
    progress::{Follower, Planned, Progress},
    pull::{PushRequest, pull, push, verify},
    reasons::{BECAUSE_ANNOTATION, GATES_ANNOTATION, REASON_ANNOTATION},
    recorded::{RecordedOptions, recorded},
    registry::{RegistryOptions, registry_login, registry_logout},
    rehearse::{Against, Rehearsal, RehearseOptions, rehearse},
    release_template::record_template,
    report::Report,
    repository::{
        OutputForm, RepoAddOptions, RepoIndexOptions, RepoListOptions, RepoRemoveOptions, RepoUpdateOptions,
        SearchHubOptions, SearchRepoOptions, repo_add, repo_index, repo_list, repo_remove, repo_update, search_hub,
        search_repo,
    },
    rollback::{RollbackOptions, rollback},
    session::{Event, Observer, Session},
    show::{ShowOptions, ShowPart, show},
    signing::Passphrase,
    status::{Live, StatusReport, status},
    stored::{RecordOptions, computed_values, record, record_json},
    style::Page,
    table::Table,
    template::{Material, TemplateOptions, TemplateReport, WriteFile, WriteMode, template, template_on},
    test_release::{TestOptions, test},
    uninstall::{UninstallOptions, uninstall},
    upgrade::{OrInstall, ReuseValues, UpgradeOptions, Upgraded, apply_plan, plan_upgrade, upgrade},
    values::{
        ExplainOptions, Explained, Hidden, Mask, Unused, covered, explain, explain_json, explain_release, explain_text,
        is_secret_key, redacted, secret_keys, sensitive_paths, unused_in, unused_values,
    },
    values_flags::ValuesFlags,
    version::{VersionOptions, version},
    world::World,
};
pub use ::chart::Chart;
pub use ::plugin::{Kind as PluginKind, Plugin, Variables};
pub use ::template::Surroundings;
pub use cluster::{
    Cluster, ClusterOptions, ConfigMaps, Interrupt, Memory, ObjectId, ObjectStatus, Propagation, Proxies, Readiness,
    Secrets, Storage, Summary, WaitOptions, WaitStrategy,
};
#[cfg(feature = "sql")]
pub use cluster::{Sql, SqlOptions};
pub use release::{ApplyMethod, Hook, HookEvent, Record, Status, Timestamp};
pub use release::{
    comparison::{CompareOptions, Comparison, Form as ComparisonForm, SecretView},
    history::RollbackTo,
    labels::check_labels,
};
pub use sandbox::{Fault, Sandbox, SandboxOptions, Served, serve as serve_sandbox};
pub use source::{
    Access, CachedIndex, ChartQuery, Downloading, Getters, Places, PluginPlaces, PullOptions, Secret, Watch,
    cached_index, index_file, system::path_error,
};
