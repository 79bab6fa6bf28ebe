//! Kubeconfig files and flags to one server, one user and one namespace. client-go: `tools/clientcmd`.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::{Error, options::ClusterOptions};

/// The server where nothing names one.
const DEFAULT_SERVER: &str = "http://localhost:8080";
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// What files and flags come to.
pub(crate) struct Connection {
    /// The server's address, without a slash at its end.
    pub(crate) server: String,
    /// The namespace that requests are made in.
    pub(crate) namespace: String,
    /// The configuration for the client.
    pub(crate) config: kube::Config,
}

/// The namespace that commands work in: `--namespace`, else that of the context, else `default`.
///
/// # Errors
/// None: as in Helm, a configuration that cannot be read has no namespace, and says so when it is used.
pub fn configured_namespace(options: &ClusterOptions) -> String {
    if let Some(namespace) = options.namespace.as_deref().filter(|namespace| !namespace.is_empty()) {
        return namespace.to_owned();
    }
    let merged = Files::load(options).unwrap_or_default();
    let namespace = merged.context(options).ok().and_then(|context| text(&context, "namespace"));
    let mounted = || {
        let pod = options.in_cluster.is_some() && merged.is_empty();
        let file = pod.then(|| std::fs::read_to_string(format!("{SERVICE_ACCOUNT}/namespace")).ok())??;
        Some(file.trim().to_owned()).filter(|namespace| !namespace.is_empty())
    };
    namespace.or_else(mounted).unwrap_or_else(|| "default".into())
}

/// Reads files and flags. Must run inside the runtime: credentials may come from a program.
pub(crate) async fn load(options: &ClusterOptions) -> Result<Connection, Error> {
    let files = Files::load(options)?;
    let namespace = configured_namespace(options);
    let flags = options.api_server.is_some() || options.token.is_some() || options.context.is_some();
    if let (true, false, Some((host, port))) = (files.is_empty(), flags, &options.in_cluster) {
        return in_cluster(host, port, namespace);
    }
    let context = files.context(options)?;
    let (cluster_name, user_name) = (text(&context, "cluster"), text(&context, "user"));
    let mut cluster = files.named("clusters", "cluster", cluster_name.as_deref());
    let mut user = files.named("users", "user", user_name.as_deref());
    let found = !cluster.is_empty();
    override_cluster(&mut cluster, options);
    override_user(&mut user, options);
    validate(&Named { cluster: &cluster, user: &user, found }, cluster_name.as_deref(), user_name.as_deref())?;
    let server = server_url(&cluster, &user);
    cluster.insert("server".into(), Value::from(server.as_str()));
    let proxy = text(&cluster, "proxy-url");
    let kubeconfig = json!({
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "users": [{"name": "user", "user": user}],
        "contexts": [{"name": "context", "context": {"cluster": "cluster", "user": "user", "namespace": namespace}}],
        "current-context": "context",
    });
    let wrong = |error: &dyn std::fmt::Display| Error::Config(format!("invalid configuration: {error}"));
    let kubeconfig: kube::config::Kubeconfig = serde_json::from_value(kubeconfig).map_err(|error| wrong(&error))?;
    let mut config = kube::Config::from_custom_kubeconfig(kubeconfig, &kube::config::KubeConfigOptions::default())
        .await
        .map_err(|error| wrong(&error))?;
    if config.root_cert.as_ref().is_some_and(Vec::is_empty) {
        let text = "unable to load root certificates: unable to parse bytes as PEM block";
        return Err(Error::Config(text.into()));
    }
    let proxy = proxy.or_else(|| options.proxies.for_server(&config.cluster_url));
    config.proxy_url = proxy
        .map(|proxy| proxy.parse().map_err(|error| wrong(&format!("proxy-url {proxy:?}: {error}"))))
        .transpose()?;
    Ok(Connection { server, namespace, config })
}

/// The configuration of a pod that speaks to its own cluster.
fn in_cluster(host: &str, port: &str, namespace: String) -> Result<Connection, Error> {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let server = format!("https://{host}:{port}");
    let url = server.parse().map_err(|_| Error::Config(format!("invalid configuration: server {server:?}")))?;
    let mut config = kube::Config::new(url);
    let ca = format!("{SERVICE_ACCOUNT}/ca.crt");
    std::fs::metadata(&ca).map_err(|error| Error::Config(format!("open {ca}: {}", crate::connect::io_text(&error))))?;
    config.root_cert_file = Some(ca.into());
    config.auth_info.token_file = Some(format!("{SERVICE_ACCOUNT}/token"));
    config.default_namespace.clone_from(&namespace);
    Ok(Connection { server, namespace, config })
}

/// All files, merged: of each thing the first one wins.
#[derive(Default)]
struct Files {
    current_context: String,
    entries: Map<String, Value>,
}

impl Files {
    fn load(options: &ClusterOptions) -> Result<Files, Error> {
        let mut merged = Files::default();
        match options.kubeconfig.as_deref().filter(|path| !path.is_empty()) {
            Some(path) => {
                std::fs::metadata(path)
                    .map_err(|error| Error::Config(format!("stat {path}: {}", crate::connect::io_text(&error))))?;
                merged.add(read(path)?);
            }
            None => {
                for path in options.kubeconfig_paths.iter().filter(|path| Path::new(path).exists()) {
                    merged.add(read(path)?);
                }
            }
        }
        Ok(merged)
    }

    fn add(&mut self, mut file: Map<String, Value>) {
        if self.current_context.is_empty() {
            self.current_context = text(&file, "current-context").unwrap_or_default();
        }
        for list in ["clusters", "users", "contexts"] {
            let Some(Value::Array(new)) = file.remove(list) else { continue };
            let known = self.entries.entry(list).or_insert_with(|| Value::Array(Vec::new()));
            let Value::Array(known) = known else { continue };
            for entry in new {
                if !known.iter().any(|other| other.get("name") == entry.get("name")) {
                    known.push(entry);
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.current_context.is_empty()
            && self.entries.values().all(|list| list.as_array().is_none_or(|list| list.is_empty()))
    }

    fn named(&self, list: &str, field: &str, name: Option<&str>) -> Map<String, Value> {
        let entries = self.entries.get(list).and_then(Value::as_array).into_iter().flatten();
        let entry = entries.into_iter().find(|entry| entry.get("name").and_then(Value::as_str) == name);
        match entry.and_then(|entry| entry.get(field)) {
            Some(Value::Object(fields)) => fields.clone(),
            _ => Map::new(),
        }
    }

    /// The chosen context: `--kube-context`, else the current one; without any, an empty one.
    fn context(&self, options: &ClusterOptions) -> Result<Map<String, Value>, Error> {
        let given = options.context.as_deref().filter(|context| !context.is_empty());
        let name = given.unwrap_or(&self.current_context);
        let contexts = self.entries.get("contexts").and_then(Value::as_array).into_iter().flatten();
        let known = contexts.into_iter().any(|entry| entry.get("name").and_then(Value::as_str) == Some(name));
        match (known, given) {
            (false, Some(name)) => Err(Error::Config(format!("context {name:?} does not exist"))),
            (false, None) if !name.is_empty() => Err(Error::Config(format!(
                "invalid configuration: context was not found for specified context: {name}"
            ))),
            _ => Ok(self.named("contexts", "context", Some(name))),
        }
    }
}

/// One file, its relative paths made absolute.
fn read(path: &str) -> Result<Map<String, Value>, Error> {
    let failed = |text: String| Error::Config(format!("error loading config file {path:?}: {text}"));
    let bytes =
        std::fs::read(path).map_err(|error| failed(format!("open {path}: {}", crate::connect::io_text(&error))))?;
    let value = value::yaml::from_slice(&bytes).map_err(|error| {
        let text = error.to_string();
        failed(text.strip_prefix("error converting YAML to JSON: ").unwrap_or(&text).to_owned())
    })?;
    let json = value::json::to_vec(&value).map_err(|error| failed(error.to_string()))?;
    let mut file = match serde_json::from_slice(&json).map_err(|error| failed(error.to_string()))? {
        Value::Object(file) => file,
        Value::Null => Map::new(),
        _ => return Err(failed("cannot unmarshal it into a Config".into())),
    };
    let folder = Path::new(path).parent().unwrap_or(Path::new("."));
    for (list, entry, fields) in [
        ("clusters", "cluster", ["certificate-authority", "", ""].as_slice()),
        ("users", "user", ["client-certificate", "client-key", "tokenFile"].as_slice()),
    ] {
        for named in file.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(Value::Object(entry)) = named.get_mut(entry) else { continue };
            for field in fields {
                make_absolute(entry.get_mut(*field), folder);
            }
            let command = entry.get_mut("exec").and_then(|exec| exec.get_mut("command"));
            if command.as_ref().and_then(|command| command.as_str()).is_some_and(|command| command.contains('/')) {
                make_absolute(command, folder);
            }
        }
    }
    Ok(file)
}

fn make_absolute(field: Option<&mut Value>, folder: &Path) {
    if let Some(Value::String(path)) = field
        && !path.is_empty()
        && Path::new(path).is_relative()
    {
        *path = folder.join(&*path).to_string_lossy().into_owned();
    }
}

/// Flags over the cluster's entry. clientcmd: `DirectClientConfig.getCluster`.
fn override_cluster(cluster: &mut Map<String, Value>, options: &ClusterOptions) {
    let mut set = |name: &str, value: Option<&str>| match value {
        Some(value) => cluster.insert(name.into(), value.into()),
        None => cluster.remove(name),
    };
    let filled = |flag: &Option<String>| flag.clone().filter(|flag| !flag.is_empty());
    let (server, ca, name) = (filled(&options.api_server), filled(&options.ca_file), filled(&options.tls_server_name));
    if server.is_some() {
        set("server", server.as_deref());
    }
    if options.insecure_skip_tls_verify || ca.is_some() {
        set("certificate-authority", ca.as_deref());
        set("certificate-authority-data", None);
    }
    if name.is_some() || server.is_some() {
        set("tls-server-name", name.as_deref());
    }
    if options.insecure_skip_tls_verify {
        cluster.insert("insecure-skip-tls-verify".into(), true.into());
    } else if ca.is_some() {
        cluster.remove("insecure-skip-tls-verify");
    }
}

/// Flags over the user's entry.
fn override_user(user: &mut Map<String, Value>, options: &ClusterOptions) {
    if let Some(token) = options.token.as_deref().filter(|token| !token.is_empty()) {
        for other in ["tokenFile", "username", "password", "exec", "auth-provider"] {
            user.remove(other);
        }
        user.insert("token".into(), token.into());
    }
    if let Some(name) = options.as_user.as_deref().filter(|name| !name.is_empty()) {
        user.insert("as".into(), name.into());
    }
    if !options.as_groups.is_empty() {
        user.insert("as-groups".into(), options.as_groups.clone().into());
    }
}

struct Named<'a> {
    cluster: &'a Map<String, Value>,
    user: &'a Map<String, Value>,
    found: bool,
}

/// clientcmd: `DirectClientConfig.ConfirmUsable`.
fn validate(named: &Named<'_>, cluster_name: Option<&str>, user_name: Option<&str>) -> Result<(), Error> {
    let (cluster, user) = (named.cluster, named.user);
    let (cluster_name, user_name) = (cluster_name.unwrap_or_default(), user_name.unwrap_or_default());
    let mut faults = Vec::new();
    let has = |map: &Map<String, Value>, name: &str| text(map, name).is_some();
    if (has(user, "client-certificate") || has(user, "client-certificate-data"))
        && !(has(user, "client-key") || has(user, "client-key-data"))
    {
        faults.push(format!(
            "client-key-data or client-key must be specified for {user_name} to use the clientCert authentication method."
        ));
    }
    for (field, what) in [("client-certificate", "client-cert"), ("client-key", "client-key")] {
        if let Some(path) = text(user, field)
            && let Err(error) = std::fs::File::open(&path)
        {
            let error = crate::connect::io_text(&error);
            faults.push(format!("unable to read {what} {path} for {user_name} due to open {path}: {error}"));
        }
    }
    if user.get("exec").is_some_and(|exec| exec.get("command").and_then(Value::as_str).unwrap_or_default().is_empty()) {
        faults.push(format!("command must be specified for {user_name} to use exec authentication plugin"));
    }
    if has(user, "token") && (has(user, "username") || has(user, "password")) {
        faults.push(format!(
            "more than one authentication method found for {user_name}; found [token basicAuth], only one is allowed"
        ));
    }
    let groups = user.get("as-groups").and_then(Value::as_array).is_some_and(|groups| !groups.is_empty());
    if (groups || has(user, "as-uid") || user.contains_key("as-user-extra")) && !has(user, "as") {
        faults.push(format!("requesting uid, groups or user-extra for {user_name} without impersonating a user"));
    }
    if named.found && !has(cluster, "server") {
        faults.push(format!("no server found for cluster {cluster_name:?}"));
    }
    if let Some(path) = text(cluster, "certificate-authority")
        && let Err(error) = std::fs::File::open(&path)
    {
        let error = crate::connect::io_text(&error);
        faults.push(format!(
            "unable to read certificate-authority {path} for {cluster_name} due to open {path}: {error}"
        ));
    }
    match faults.as_slice() {
        [] => Ok(()),
        [fault] => Err(Error::Config(format!("invalid configuration: {fault}"))),
        faults => Err(Error::Config(format!("invalid configuration: [{}]", faults.join(", ")))),
    }
}

/// The server's address: a scheme is added where it has none. client-go: `rest.DefaultServerURL`.
fn server_url(cluster: &Map<String, Value>, user: &Map<String, Value>) -> String {
    let server = text(cluster, "server").unwrap_or_else(|| DEFAULT_SERVER.into());
    let server = server.trim_end_matches('/');
    if server.contains("://") {
        return server.to_owned();
    }
    let secure =
        ["certificate-authority", "certificate-authority-data"].iter().any(|name| text(cluster, name).is_some())
            || cluster.get("insecure-skip-tls-verify") == Some(&Value::Bool(true))
            || ["client-certificate", "client-certificate-data"].iter().any(|name| text(user, name).is_some());
    format!("{}://{server}", if secure { "https" } else { "http" })
}

fn text(map: &Map<String, Value>, name: &str) -> Option<String> {
    map.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{configured_namespace, load};
    use crate::{Error, options::ClusterOptions};

    fn connect(files: &[&str], change: impl FnOnce(&mut ClusterOptions)) -> Result<(String, String), String> {
        let folder = tempfile::tempdir().unwrap();
        let mut options = ClusterOptions::default();
        for (place, text) in files.iter().enumerate() {
            let path = folder.path().join(format!("{place}.yaml"));
            std::fs::write(&path, text).unwrap();
            options.kubeconfig_paths.push(path.to_string_lossy().into_owned());
        }
        change(&mut options);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let loaded = runtime.block_on(load(&options));
        loaded.map(|connection| (connection.server, connection.namespace)).map_err(|error: Error| error.to_string())
    }

    const ONE: &str = "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u, namespace: team}}]\n\
                       clusters: [{name: c, cluster: {server: 'https://one:6443/'}}]\nusers: [{name: u, user: {token: t}}]\n";
    const TWO: &str = "current-context: b\ncontexts: [{name: b, context: {cluster: d}}, {name: a, context: {cluster: d}}]\n\
                       clusters: [{name: d, cluster: {server: two:1234, insecure-skip-tls-verify: true}}]\n";

    #[test]
    fn files_and_flags_come_to_one_server() {
        assert_eq!(connect(&[], |_| ()), Ok(("http://localhost:8080".into(), "default".into())));
        assert_eq!(connect(&[ONE, TWO], |_| ()), Ok(("https://one:6443".into(), "team".into())));
        assert_eq!(connect(&[TWO, ONE], |_| ()), Ok(("https://two:1234".into(), "default".into())));
        let chosen = connect(&[ONE, TWO], |options| options.context = Some("b".into()));
        assert_eq!(chosen, Ok(("https://two:1234".into(), "default".into())));
        let overridden = connect(&[ONE], |options| {
            options.api_server = Some("127.0.0.1:1".into());
            options.namespace = Some("mine".into());
        });
        assert_eq!(overridden, Ok(("http://127.0.0.1:1".into(), "mine".into())));
    }

    #[test]
    fn faults_are_named_as_client_go_names_them() {
        let wrong = |files: &[&str], change: fn(&mut ClusterOptions)| connect(files, change).unwrap_err();
        assert_eq!(wrong(&[ONE], |options| options.context = Some("x".into())), "context \"x\" does not exist");
        assert_eq!(
            wrong(&["current-context: gone"], |_| ()),
            "invalid configuration: context was not found for specified context: gone"
        );
        assert_eq!(
            wrong(&[ONE], |options| options.as_groups = vec!["g".into()]),
            "invalid configuration: requesting uid, groups or user-extra for u without impersonating a user"
        );
        assert_eq!(
            wrong(&[ONE], |options| options.ca_file = Some("/nonexistent".into())),
            "invalid configuration: unable to read certificate-authority /nonexistent for c due to open /nonexistent: no \
             such file or directory"
        );
        assert_eq!(
            wrong(&[], |options| options.kubeconfig = Some("/nonexistent".into())),
            "stat /nonexistent: no such file or directory"
        );
        assert!(wrong(&["a: ["], |_| ()).ends_with("yaml: line 1: did not find expected node content"));
    }

    #[test]
    fn a_broken_configuration_has_no_namespace() {
        let options = ClusterOptions { kubeconfig: Some("/nonexistent".into()), ..ClusterOptions::default() };
        assert_eq!(configured_namespace(&options), "default");
    }
}
