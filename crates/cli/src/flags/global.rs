//! The flags of every command: where the cluster is, where things are kept, how much is said.

use crate::{
    complete::FlagWords,
    parse::write_list,
    spec::{Flag, Kind, Visibility},
};

const COLORS: FlagWords = FlagWords::Fixed(&["never", "auto", "always"]);

/// Helm: pkg/cli/environment.go `AddFlags`.
pub(super) const GLOBAL: &[Flag] = &[
    Flag::text("namespace", "the namespace to work in")
        .short('n')
        .default_from(|env| env.text("HELM_NAMESPACE").to_owned())
        .words(FlagWords::Namespaces),
    Flag::text("kubeconfig", "the kubeconfig file to use"),
    Flag::text("kube-context", "the context of the kubeconfig to use")
        .default_from(|env| env.text("HELM_KUBECONTEXT").to_owned())
        .words(FlagWords::Contexts),
    Flag::text("kube-token", "the bearer token to authenticate with")
        .default_from(|env| env.text("HELM_KUBETOKEN").to_owned()),
    Flag::text("kube-as-user", "the user to act as").default_from(|env| env.text("HELM_KUBEASUSER").to_owned()),
    Flag::new("kube-as-group", Kind::Array, "a group to act as; may be given several times")
        .default_from(|env| write_list(&env.as_groups())),
    Flag::text("kube-apiserver", "the address of the Kubernetes API server")
        .default_from(|env| env.text("HELM_KUBEAPISERVER").to_owned()),
    Flag::text("kube-ca-file", "the certificate authority that the API server's certificate is checked against")
        .default_from(|env| env.text("HELM_KUBECAFILE").to_owned()),
    Flag::text("kube-tls-server-name", "the name expected in the API server's certificate, if it is not the host's")
        .default_from(|env| env.text("HELM_KUBETLS_SERVER_NAME").to_owned()),
    Flag::switch(
        "kube-insecure-skip-tls-verify",
        "do not check the API server's certificate; others may then listen in",
    )
    .default_from(|env| env.skips_tls_verification().to_string()),
    Flag::switch("sandbox", "use the embedded cluster of `helm sandbox` instead of a real one")
        .default_from(|env| env.sandbox().to_string())
        .visibility(Visibility::HelpOnly),
    Flag::new(
        "simulate",
        Kind::Pairs,
        "with --sandbox, how new pods of a workload fail, as in web=crashloop: fail, crashloop, imagepull or hang",
    )
    .visibility(Visibility::HelpOnly),
    Flag::switch("debug", "say more about what is done").default_from(|env| env.debug().to_string()),
    Flag::text("registry-config", "the file with the credentials of registries")
        .default_from(|env| env.registry_config()),
    Flag::text("repository-config", "the file with the names and addresses of chart repositories")
        .default_from(|env| env.repository_config()),
    Flag::text("repository-cache", "the folder with the indexes of chart repositories")
        .default_from(|env| env.repository_cache()),
    Flag::text("content-cache", "the folder with downloaded charts").default_from(|env| env.content_cache()),
    Flag::new("burst-limit", Kind::Int, "how many requests may go to the API server at once before they are slowed")
        .default_from(|env| env.burst_limit().to_string()),
    Flag::new("qps", Kind::Float, "how many requests a second go to the API server once they are slowed")
        .default_from(|env| env.queries_per_second()),
    Flag::text("color", "when to colour output: never, auto or always")
        .default_from(|env| env.color().to_owned())
        .words(COLORS),
    Flag::text("colour", "when to colour output: never, auto or always")
        .default_from(|env| env.color().to_owned())
        .words(COLORS)
        .sets("color"),
];

/// `--help`, which each command has for itself.
pub(crate) const HELP: &[Flag] = &[Flag::switch("help", "show this help").short('h')];
