//! `helm env`.

use value::number::format_float;

use crate::{
    complete::ArgumentWords,
    env::Environment,
    error::Failure,
    invocation::Invocation,
    kubeconfig,
    parse::FlagSet,
    spec::{Action, Arguments, Command},
};

pub(super) static ENV: Command = Command {
    name: "env",
    short: "helm client environment information",
    long: "Prints the settings that are in effect, as environment variables: all of them, or one.",
    arguments: Arguments::AtMost(1),
    words: ArgumentWords::Variables,
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let variables = variables(&invocation.flags, invocation.environment);
    let text = match invocation.arguments.first() {
        Some(name) => {
            let value = variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            format!("{}\n", value.unwrap_or_default())
        }
        None => variables.iter().map(|(name, value)| format!("{name}=\"{value}\"\n")).collect(),
    };
    invocation.output.print(text)
}

/// The settings, by name.
///
/// Helm: pkg/cli/environment.go `EnvVars`.
pub(crate) fn variables(flags: &FlagSet<'_>, environment: &Environment) -> Vec<(&'static str, String)> {
    let text = |name: &str| flags.text(name).to_owned();
    let mut variables = vec![
        ("HELM_BIN", environment.program.clone()),
        ("HELM_BURST_LIMIT", flags.int("burst-limit").to_string()),
        ("HELM_CACHE_HOME", environment.cache_path("")),
        ("HELM_CONFIG_HOME", environment.config_path("")),
        ("HELM_CONTENT_CACHE", text("content-cache")),
        ("HELM_DATA_HOME", environment.data_path("")),
        ("HELM_DEBUG", flags.bool("debug").to_string()),
        ("HELM_KUBEAPISERVER", text("kube-apiserver")),
        ("HELM_KUBEASGROUPS", flags.list("kube-as-group").join(",")),
        ("HELM_KUBEASUSER", text("kube-as-user")),
        ("HELM_KUBECAFILE", text("kube-ca-file")),
        ("HELM_KUBECONTEXT", text("kube-context")),
        ("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", flags.bool("kube-insecure-skip-tls-verify").to_string()),
        ("HELM_KUBETLS_SERVER_NAME", text("kube-tls-server-name")),
        ("HELM_KUBETOKEN", text("kube-token")),
        ("HELM_MAX_HISTORY", environment.max_history().to_string()),
        ("HELM_NAMESPACE", kubeconfig::namespace(flags, environment)),
        ("HELM_PLUGINS", environment.plugins()),
        ("HELM_QPS", format_float(f64::from(flags.float("qps")), b'f', Some(2), 32)),
        ("HELM_REGISTRY_CONFIG", text("registry-config")),
        ("HELM_REPOSITORY_CACHE", text("repository-cache")),
        ("HELM_REPOSITORY_CONFIG", text("repository-config")),
    ];
    if !flags.text("kubeconfig").is_empty() {
        variables.push(("KUBECONFIG", text("kubeconfig")));
    }
    variables
}
