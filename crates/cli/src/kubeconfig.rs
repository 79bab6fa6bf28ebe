//! What kubeconfig files say about contexts and namespaces.

use std::{fs, path::Path};

use value::{Map, Value, yaml};

use crate::{env::Environment, parse::FlagSet};

const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const NAMESPACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// A named part of a kubeconfig.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// Its name.
    pub(crate) name: String,
    /// The cluster that it points to.
    pub(crate) cluster: String,
    namespace: String,
}

/// The parts of merged kubeconfig files that are of interest here.
#[derive(Debug, Default)]
struct Config {
    current: String,
    contexts: Vec<Context>,
}

/// The contexts of the kubeconfig files, by name.
pub(crate) fn contexts(flags: &FlagSet<'_>, environment: &Environment) -> Vec<Context> {
    let mut contexts = load(flags, environment).map(|config| config.contexts).unwrap_or_default();
    contexts.sort_by(|left, right| left.name.cmp(&right.name));
    contexts
}

/// The namespace to work in: that of the flag, of the context, of the pod that this runs in, or `default`. A
/// kubeconfig that cannot be used says nothing.
///
/// client-go: tools/clientcmd/merged_client_builder.go `Namespace`, client_config.go `ConfirmUsable`.
pub(crate) fn namespace(flags: &FlagSet<'_>, environment: &Environment) -> String {
    const DEFAULT: &str = "default";
    let given = flags.text("namespace");
    if !given.is_empty() {
        return given.to_owned();
    }
    let Some(config) = load(flags, environment) else { return DEFAULT.to_owned() };
    let wanted = match flags.text("kube-context") {
        "" => config.current.as_str(),
        name => name,
    };
    // Where no cluster is named, client-go has one to fall back on; a context must be there if it is named.
    let context = config.contexts.iter().find(|context| context.name == wanted);
    match context.map(|context| context.namespace.as_str()) {
        Some(namespace) if !namespace.is_empty() => namespace.to_owned(),
        None if !wanted.is_empty() => DEFAULT.to_owned(),
        _ => pod_namespace(environment).unwrap_or_else(|| DEFAULT.to_owned()),
    }
}

/// The namespace of the pod that this runs in, if it runs in one. client-go: rest/config.go.
fn pod_namespace(environment: &Environment) -> Option<String> {
    let names = ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"];
    if names.iter().any(|name| environment.text(name).is_empty()) || !Path::new(TOKEN).is_file() {
        return None;
    }
    match environment.text("POD_NAMESPACE") {
        "" => fs::read_to_string(NAMESPACE).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        name => Some(name.to_owned()),
    }
}

/// The merged files; nothing if one of them cannot be read.
fn load(flags: &FlagSet<'_>, environment: &Environment) -> Option<Config> {
    let mut config = Config::default();
    let explicit = flags.text("kubeconfig");
    if !explicit.is_empty() {
        config.merge(&yaml::map_from_slice(&fs::read(explicit).ok()?).ok()?);
        return Some(config);
    }
    for file in environment.kubeconfig_files().iter().filter(|file| !file.is_empty()) {
        match fs::read(file) {
            Ok(bytes) => config.merge(&yaml::map_from_slice(&bytes).ok()?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(_) => return None,
        }
    }
    Some(config)
}

impl Config {
    /// Adds what a file says and files before it do not.
    fn merge(&mut self, file: &Map) {
        if self.current.is_empty() {
            self.current = text(file, "current-context");
        }
        for (name, context) in named(file) {
            if self.contexts.iter().all(|known| known.name != name) {
                let (cluster, namespace) = (text(&context, "cluster"), text(&context, "namespace"));
                self.contexts.push(Context { name, cluster, namespace });
            }
        }
    }
}

fn text(map: &Map, key: &str) -> String {
    map.get(key).as_ref().and_then(Value::as_str).map(|text| text.to_text().into_owned()).unwrap_or_default()
}

/// The contexts of a file, by name.
fn named(file: &Map) -> Vec<(String, Map)> {
    let Some(list) = file.get("contexts") else { return Vec::new() };
    let Some(list) = list.as_list() else { return Vec::new() };
    list.iter()
        .filter_map(|entry| {
            let entry = entry.as_map()?;
            Some((text(entry, "name"), entry.get("context")?.as_map()?.clone()))
        })
        .collect()
}
