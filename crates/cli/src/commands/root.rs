//! `helm` itself.

use super::{
    compare, completion, create, dependency, diff, docs, drift, env, exporter, get, help, history, install, lint, list,
    package, plugin, pull, push, registry, rehearse, repo, rollback, sandbox, search, show, status, template, test,
    uninstall, upgrade, values, verify, version,
};
use crate::spec::Command;

/// The root of all commands.
pub(crate) static ROOT: Command = Command {
    name: "helm",
    short: "Charts and releases on Kubernetes",
    long: "\
Installs, upgrades and rolls back applications on Kubernetes from charts, and renders, checks and packs charts.

To begin with:

- helm create:    lay out a new chart
- helm template:  render a chart on this machine
- helm install:   install a chart as a release
- helm list:      list releases

Environment variables:

  HELM_CACHE_HOME                     folder for things that can be fetched again
  HELM_CONFIG_HOME                    folder for configuration
  HELM_DATA_HOME                      folder for plugins and starters
  HELM_DEBUG                          whether to say more about what is done
  HELM_DIFF_COLOR                     true or false: whether `helm diff` colours, as its --color and --no-color do
  HELM_DIFF_OUTPUT                    the form of `helm diff`, as --output; HELM_DIFF_TPL names its template
  HELM_DIFF_OUTPUT_CONTEXT            unchanged lines around changes, as --context
  HELM_DIFF_NORMALIZE_MANIFESTS       true: as --normalize-manifests
  HELM_DIFF_THREE_WAY_MERGE           true: as --three-way-merge
  HELM_DIFF_IGNORE_UNKNOWN_FLAGS      true: `helm diff upgrade` passes over flags that it does not know
  HELM_DRIVER                         where releases are recorded: secret, configmap, memory or sql
  HELM_DRIVER_SQL_CONNECTION_STRING   the database of the sql driver
  HELM_MAX_HISTORY                    how many revisions of a release are kept
  HELM_NAMESPACE                      the namespace to work in
  HELM_NO_PLUGINS                     set to 1 to leave plugins alone
  HELM_PLUGINS                        folder of plugins
  HELM_REGISTRY_CONFIG                file with the credentials of registries
  HELM_REPOSITORY_CACHE               folder with the indexes of repositories
  HELM_REPOSITORY_CONFIG              file with the names and addresses of repositories
  HELM_CONTENT_CACHE                  folder with downloaded charts
  KUBECONFIG                          kubeconfig files to use instead of ~/.kube/config
  HELM_KUBEAPISERVER                  address of the Kubernetes API server
  HELM_KUBECAFILE                     certificate authority of the API server
  HELM_KUBEASGROUPS                   groups to act as, separated by commas
  HELM_KUBEASUSER                     user to act as
  HELM_KUBECONTEXT                    context of the kubeconfig
  HELM_KUBETOKEN                      bearer token to authenticate with
  HELM_KUBEINSECURE_SKIP_TLS_VERIFY   whether to skip the check of the API server's certificate
  HELM_KUBETLS_SERVER_NAME            name expected in the API server's certificate
  HELM_BURST_LIMIT                    how many requests may go out at once before they are slowed (100; -1 for any)
  HELM_QPS                            how many requests a second go out once they are slowed
  HELM_COLOR                          when to colour output: never, auto or always
  PINTLE_PREFER_BUILTIN               set to 1 to use our own command where a plugin has the name of one
  PINTLE_SANDBOX                      set to 1 to use the embedded cluster, as --sandbox does
  NO_COLOR                            set to anything to have no colours at all

Each of the three folders is the HELM_*_HOME variable where that is set, a folder named helm in the XDG_*_HOME folder
where that is set, and otherwise:

  Linux     ~/.cache/helm           ~/.config/helm               ~/.local/share/helm
  macOS     ~/Library/Caches/helm   ~/Library/Preferences/helm   ~/Library/helm
  Windows   %TEMP%\\helm             %APPDATA%\\helm               %APPDATA%\\helm",
    commands: &[
        &create::CREATE,
        &dependency::DEPENDENCY,
        &pull::PULL,
        &show::SHOW,
        &lint::LINT,
        &package::PACKAGE,
        &repo::REPO,
        &search::SEARCH,
        &verify::VERIFY,
        &compare::COMPARE,
        &diff::DIFF,
        &drift::DRIFT,
        &exporter::EXPORTER,
        &get::GET,
        &history::HISTORY,
        &install::INSTALL,
        &list::LIST,
        &test::TEST,
        &rollback::ROLLBACK,
        &rehearse::REHEARSE,
        &sandbox::SANDBOX,
        &status::STATUS,
        &template::TEMPLATE,
        &uninstall::UNINSTALL,
        &upgrade::UPGRADE,
        &values::VALUES_GROUP,
        &completion::COMPLETION,
        &env::ENV,
        &plugin::PLUGIN,
        &version::VERSION,
        &docs::DOCS,
        &registry::REGISTRY,
        &push::PUSH,
        &help::HELP,
        &completion::COMPLETE,
    ],
    ..Command::BASE
};
