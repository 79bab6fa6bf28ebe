//! What the server serves: versions, kinds, and the path of each kind.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use chart::{ApiVersions, Capabilities, HelmVersion, KubeVersion};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    Cluster, Error, ObjectId,
    cluster::{Inner, generic},
    request::Call,
};

mod cache;
mod read;

pub(crate) use cache::Cache;

/// How often the server is asked whether it serves a new kind.
const ANNOUNCED_EVERY: Duration = Duration::from_millis(100);

/// How a kind is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// `group/version`, or `v1`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The name in paths, such as `deployments`.
    pub resource: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

impl Mapping {
    /// The path of all objects of a kind, in one namespace or (empty) in all.
    pub(crate) fn collection(&self, namespace: &str) -> String {
        let root = if self.api_version.contains('/') { "/apis/" } else { "/api/" };
        let mut path = format!("{root}{}", self.api_version);
        if self.namespaced && !namespace.is_empty() {
            path.push_str("/namespaces/");
            crate::request::escape(namespace, &mut path);
        }
        path.push('/');
        path.push_str(&self.resource);
        path
    }

    /// The path of one object.
    pub(crate) fn object(&self, namespace: &str, name: &str) -> String {
        let mut path = self.collection(namespace);
        path.push('/');
        crate::request::escape(name, &mut path);
        path
    }

    /// `deployments.apps`, as refusals name a resource.
    pub(crate) fn qualified(&self) -> String {
        match self.api_version.split_once('/') {
            Some((group, _)) => format!("{}.{group}", self.resource),
            None => self.resource.clone(),
        }
    }
}

/// All that discovery says, compact enough to be kept on disk.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Discovery {
    /// Every version, in the server's order.
    pub(crate) versions: Vec<Version>,
    /// Versions that are announced and not served.
    #[serde(default)]
    pub(crate) stale: Vec<String>,
    /// Whether this came from the disk, so that what is missing may be there by now.
    #[serde(skip)]
    pub(crate) cached: bool,
}

/// One version of a group.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Version {
    /// `group/version`, or `v1`.
    pub(crate) name: String,
    pub(crate) resources: Vec<Resource>,
}

/// One kind, or what a subresource answers with.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) kind: String,
    /// Empty for a subresource.
    pub(crate) name: String,
    pub(crate) namespaced: bool,
}

impl Discovery {
    fn version(&self, api_version: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.name == api_version)
    }

    fn mapping(&self, api_version: &str, kind: &str) -> Option<Mapping> {
        let resources = &self.version(api_version)?.resources;
        let resource = resources.iter().find(|resource| resource.kind == kind && !resource.name.is_empty())?;
        Some(Mapping {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            resource: resource.name.clone(),
            namespaced: resource.namespaced,
        })
    }

    /// `.Capabilities.APIVersions`: versions and kinds, each once. Helm: `action.GetVersionSet`.
    fn api_versions(&self) -> ApiVersions {
        let mut names: Vec<String> = self.versions.iter().map(|version| version.name.clone()).collect();
        for version in &self.versions {
            let kinds = version.resources.iter().filter(|resource| !resource.kind.is_empty());
            names.extend(kinds.map(|resource| format!("{}/{}", version.name, resource.kind)));
        }
        names.sort_unstable();
        names.dedup();
        ApiVersions(names)
    }
}

impl Cluster {
    /// What charts may ask about the cluster. Asks the server, whatever is cached, as Helm does, and renews the cache.
    ///
    /// # Errors
    /// The server does not answer, or refuses.
    pub fn capabilities(&self) -> Result<Capabilities, Error> {
        self.block_on(async {
            let (version, discovery) = futures::join!(self.inner.server_version(), self.inner.discover());
            let version = version.map_err(|error| error.during("could not get server version from Kubernetes"))?;
            let twice = "could not get apiVersions from Kubernetes: could not get apiVersions from Kubernetes";
            let discovery = discovery.map_err(|error| error.during(twice))?;
            let field = |name: &str| version.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let kube_version = KubeVersion {
                version: field("gitVersion"),
                normalized: String::new(),
                major: field("major"),
                minor: field("minor"),
            };
            let api_versions = if discovery.versions.is_empty() {
                Capabilities::default().api_versions
            } else {
                discovery.api_versions()
            };
            Ok(Capabilities { kube_version, api_versions, helm_version: HelmVersion::default() })
        })
    }

    /// API versions that are announced and not served: a dead `APIService` each. Helm warns of them.
    pub fn orphaned_api_versions(&self) -> Vec<String> {
        let known = self.inner.discovery.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|discovery| discovery.stale.clone()).unwrap_or_default()
    }

    /// Where a kind lives on the server.
    ///
    /// # Errors
    /// [`Error::NoMatch`], or the server does not answer.
    pub fn mapping(&self, api_version: &str, kind: &str) -> Result<Mapping, Error> {
        self.block_on(self.inner.mapping(api_version, kind))
    }

    /// Completes the identity that a manifest states: an object of a namespaced kind without a namespace gets `namespace`,
    /// one of the cluster loses its own. Helm: `Client.Build`.
    ///
    /// # Errors
    /// [`Error::NoMapping`], or the server does not answer.
    pub fn locate(&self, id: &ObjectId, namespace: &str) -> Result<ObjectId, Error> {
        let mapping = self.mapping(&id.api_version, &id.kind).map_err(|error| match error {
            Error::NoMatch { .. } => Error::NoMapping { id: id.clone() },
            other => other,
        })?;
        let mut located = id.clone();
        if !mapping.namespaced {
            located.namespace.clear();
        } else if located.namespace.is_empty() {
            located.namespace = namespace.to_owned();
        }
        Ok(located)
    }

    /// Waits until the server serves kinds (`apiVersion` and kind), and forgets what was known before. A definition that is
    /// established is announced a moment later only.
    ///
    /// # Errors
    /// [`Error::NoMatch`] for one that is not served in time, or the server does not answer.
    pub fn wait_for_kinds(&self, kinds: &[(String, String)], timeout: Duration) -> Result<(), Error> {
        self.block_on(async {
            let deadline = Instant::now() + timeout;
            loop {
                self.inner.forget_discovery();
                let known = self.inner.discover().await?;
                let missing = kinds.iter().find(|(api_version, kind)| known.mapping(api_version, kind).is_none());
                let Some((api_version, kind)) = missing else { return Ok(()) };
                if Instant::now() >= deadline {
                    return Err(Error::NoMatch { api_version: api_version.clone(), kind: kind.clone() });
                }
                tokio::time::sleep(ANNOUNCED_EVERY).await;
            }
        })
    }

    /// Forgets what the server serves, as after definitions were applied.
    pub fn forget_discovery(&self) {
        self.inner.forget_discovery();
    }
}

impl Inner {
    pub(crate) fn forget_discovery(&self) {
        *self.discovery.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.cache.clear();
    }

    pub(crate) async fn mapping(&self, api_version: &str, kind: &str) -> Result<Mapping, Error> {
        let known = self.known().await?;
        if let Some(mapping) = known.mapping(api_version, kind) {
            return Ok(mapping);
        }
        let fresh = if known.cached { self.discover().await?.mapping(api_version, kind) } else { None };
        fresh.ok_or_else(|| Error::NoMatch { api_version: api_version.to_owned(), kind: kind.to_owned() })
    }

    /// Whether the server serves a version at all.
    pub(crate) async fn serves(&self, api_version: &str) -> Result<bool, Error> {
        let known = self.known().await?;
        if known.version(api_version).is_some() {
            return Ok(true);
        }
        Ok(known.cached && self.discover().await?.version(api_version).is_some())
    }

    /// Discovery from memory, disk or the server, whichever comes first.
    async fn known(&self) -> Result<Arc<Discovery>, Error> {
        if let Some(known) = self.discovery.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok(known);
        }
        match self.cache.load((self.clock)()) {
            Some(mut discovery) => {
                discovery.cached = true;
                Ok(self.remember(discovery))
            }
            None => self.discover().await,
        }
    }

    fn remember(&self, discovery: Discovery) -> Arc<Discovery> {
        let discovery = Arc::new(discovery);
        *self.discovery.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&discovery));
        discovery
    }

    /// Asks the server: two requests where it aggregates, one a version where it does not.
    pub(crate) async fn discover(&self) -> Result<Arc<Discovery>, Error> {
        let ask = |path: &'static str| async move {
            let body = self.transport.send(&Call::get(path).accept(read::ACCEPT)).await.map_err(generic)?;
            serde_json::from_slice::<Value>(&body)
                .map_err(|error| Error::Answer(format!("unable to read what the server serves: {error}")))
        };
        let (core, groups) = futures::join!(ask("/api"), ask("/apis"));
        let mut discovery = Discovery::default();
        for answer in [core?, groups?] {
            if answer.get("kind").is_some_and(|kind| kind == "APIGroupDiscoveryList") {
                read::aggregated(&answer, &mut discovery);
                continue;
            }
            for version in read::version_names(&answer) {
                self.discover_version(version, &mut discovery).await?;
            }
        }
        self.cache.store(&discovery);
        Ok(self.remember(discovery))
    }

    /// One version of a server that does not aggregate; one that is not served is noted.
    async fn discover_version(&self, version: String, discovery: &mut Discovery) -> Result<(), Error> {
        let root = if version.contains('/') { "/apis/" } else { "/api/" };
        let resources = match self.transport.send(&Call::get(format!("{root}{version}"))).await {
            Ok(body) => read::resource_list(&body),
            Err(Error::Api(_)) => {
                discovery.stale.push(version.clone());
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        discovery.versions.push(Version { name: version, resources });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Mapping;

    #[test]
    fn kinds_have_paths() {
        let mut mapping = Mapping {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            resource: "deployments".into(),
            namespaced: true,
        };
        assert_eq!(mapping.object("a", "b"), "/apis/apps/v1/namespaces/a/deployments/b");
        assert_eq!(mapping.collection(""), "/apis/apps/v1/deployments");
        mapping.namespaced = false;
        mapping.api_version = "v1".into();
        assert_eq!(mapping.object("a", "system:x/y"), "/api/v1/deployments/system%3Ax%2Fy");
    }
}
