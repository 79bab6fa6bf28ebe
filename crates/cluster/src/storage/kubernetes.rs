//! Records in Secrets or ConfigMaps, as Helm writes them. Helm: `pkg/storage/driver/{secrets,cfgmaps}.go`.

use std::{
    collections::{BTreeMap, HashMap},
    time::UNIX_EPOCH,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::StreamExt as _;
use http::Method;
use release::{Record, codec, labels::user_labels};
use serde_json::json;

use super::{
    Entry, Storage, Summary,
    holder::{self, Flavour, Holder, Metadata},
    page, storage_key, summary,
};
use crate::{Cluster, Error, discovery::Mapping, objects::FIELD_MANAGER, request::Call};

/// So many records to a page: each may be a mebibyte.
pub(super) const RECORDS_PAGE: &str = "100";
pub(super) const LABELS_PAGE: &str = "500";
pub(super) const LABELS_ONLY: &str =
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";
/// Up to so many heads are read by a get each.
const GET_UP_TO: usize = 8;

/// Records in Secrets: what Helm does unless told otherwise.
pub struct Secrets<'a>(Driver<'a>);

/// Records in ConfigMaps: `HELM_DRIVER=configmap`.
pub struct ConfigMaps<'a>(Driver<'a>);

impl<'a> Secrets<'a> {
    /// The Secrets of a namespace; of all where it is empty, to read only.
    pub fn new(cluster: &'a Cluster, namespace: impl Into<String>) -> Secrets<'a> {
        Secrets(Driver { cluster, namespace: namespace.into(), flavour: Flavour::Secret })
    }
}

impl<'a> ConfigMaps<'a> {
    /// The ConfigMaps of a namespace; of all where it is empty, to read only.
    pub fn new(cluster: &'a Cluster, namespace: impl Into<String>) -> ConfigMaps<'a> {
        ConfigMaps(Driver { cluster, namespace: namespace.into(), flavour: Flavour::ConfigMap })
    }
}

/// Where the objects that hold records are.
pub(super) fn mapping(flavour: Flavour) -> Mapping {
    let (kind, resource) = match flavour {
        Flavour::Secret => ("Secret", "secrets"),
        Flavour::ConfigMap => ("ConfigMap", "configmaps"),
    };
    Mapping { api_version: "v1".into(), kind: kind.into(), resource: resource.into(), namespaced: true }
}

struct Driver<'a> {
    cluster: &'a Cluster,
    namespace: String,
    flavour: Flavour,
}

impl Driver<'_> {
    fn mapping(&self) -> Mapping {
        mapping(self.flavour)
    }

    fn object(&self, method: Method, namespace: &str, key: &str) -> Call {
        let mapping = self.mapping();
        Call::new(method, mapping.object(namespace, key)).about(format!("{} {key}", mapping.resource))
    }

    fn collection(&self, method: Method) -> Call {
        let mapping = self.mapping();
        Call::new(method, mapping.collection(&self.namespace)).about(mapping.resource)
    }

    /// Helm says what it was doing for Secrets, and nothing for ConfigMaps.
    fn during(&self, error: Error, doing: impl FnOnce() -> String) -> Error {
        if self.flavour == Flavour::Secret { error.during(doing()) } else { error }
    }

    fn decode(&self, mut holder: Holder<'_>) -> Result<Record, Error> {
        let labels = user_labels(&holder.metadata.labels.take().unwrap_or_default());
        let mut record = codec::decode(&holder.stored()?).map_err(Error::Codec)?;
        record.labels = labels;
        Ok(record)
    }

    /// The object that holds a record.
    fn encode(&self, record: &Record, moment: &str, annotations: &BTreeMap<String, String>) -> Result<Vec<u8>, Error> {
        let release = codec::encode(record).map_err(Error::Codec)?;
        let mut labels = record.labels.clone();
        let now = (self.cluster.inner.clock)().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        labels.insert(moment.into(), now.to_string());
        labels.extend(user_labels(&record.labels));
        labels.insert("name".into(), record.name.clone());
        labels.insert("owner".into(), "helm".into());
        labels.insert("status".into(), record.info.status.name().into());
        labels.insert("version".into(), record.revision.to_string());
        let mut metadata = json!({"name": storage_key(&record.name, record.revision), "labels": labels});
        if let (false, Some(metadata)) = (annotations.is_empty(), metadata.as_object_mut()) {
            metadata.insert("annotations".into(), json!(annotations));
        }
        let object = match self.flavour {
            Flavour::Secret => json!({
                "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "helm.sh/release.v1",
                "data": {"release": STANDARD.encode(release)},
            }),
            Flavour::ConfigMap => {
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"release": release}})
            }
        };
        Ok(object.to_string().into_bytes())
    }

    fn send(&self, call: &Call) -> Result<Vec<u8>, Error> {
        self.cluster.block_on(self.cluster.inner.transport.send(call))
    }

    fn create(&self, record: &Record) -> Result<(), Error> {
        let body = self
            .encode(record, "createdAt", &BTreeMap::new())
            .map_err(|error| self.during(error, || format!("create: failed to encode release {:?}", record.name)))?;
        let call = self.collection(Method::POST).query("fieldManager", FIELD_MANAGER).body("application/json", body);
        match self.send(&call) {
            Ok(_) => Ok(()),
            Err(error) if error.is_already_exists() => Err(Error::ReleaseExists),
            Err(error) => Err(self.during(error, || "create: failed to create".into())),
        }
    }

    fn update(&self, record: &Record, annotations: &BTreeMap<String, String>) -> Result<(), Error> {
        let body = self
            .encode(record, "modifiedAt", annotations)
            .map_err(|error| self.during(error, || format!("update: failed to encode release {:?}", record.name)))?;
        let key = storage_key(&record.name, record.revision);
        let call = self.object(Method::PUT, &self.namespace, &key).query("fieldManager", FIELD_MANAGER);
        let updated = self.send(&call.body("application/json", body));
        updated.map(drop).map_err(|error| self.during(error, || "update: failed to update".into()))
    }

    fn get(&self, name: &str, revision: i64) -> Result<Record, Error> {
        let key = storage_key(name, revision);
        let body = match self.send(&self.object(Method::GET, &self.namespace, &key)) {
            Ok(body) => body,
            Err(error) if error.is_not_found() => return Err(Error::ReleaseNotFound),
            Err(error) => return Err(self.during(error, || format!("get: failed to get {key:?}"))),
        };
        let decoded = holder::one(&body, self.flavour).and_then(|holder| self.decode(holder));
        decoded.map_err(|error| self.during(error, || format!("get: failed to decode data {key:?}")))
    }

    fn delete(&self, name: &str, revision: i64) -> Result<Record, Error> {
        let record = self.get(name, revision)?;
        self.send(&self.deletion(name, revision)).map(|_| record)
    }

    fn remove(&self, name: &str, revisions: &[i64]) -> Vec<Result<(), Error>> {
        let deletions = revisions.iter().map(|revision| async move {
            match self.cluster.inner.transport.send(&self.deletion(name, *revision)).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_not_found() => Err(Error::ReleaseNotFound),
                Err(error) => Err(error),
            }
        });
        let places = self.cluster.inner.transport.throttle.places();
        self.cluster.block_on(futures::stream::iter(deletions).buffered(places).collect())
    }

    fn deletion(&self, name: &str, revision: i64) -> Call {
        let key = storage_key(name, revision);
        self.object(Method::DELETE, &self.namespace, &key).body("application/json", b"{}".to_vec())
    }

    /// What `read` gives of all objects that a label selector picks.
    async fn pages<T>(&self, call: Call, read: impl FnMut(Holder<'_>) -> Option<T>) -> Result<Vec<T>, Error> {
        page::all(&self.cluster.inner.transport, &call, self.flavour, read).await
    }

    /// The records that a label selector picks.
    fn records(&self, selector: &str) -> Call {
        let call = self.collection(Method::GET).query("labelSelector", selector).query("limit", RECORDS_PAGE);
        // Records are packed already: to pack them once more costs the server more than it spares the network.
        call.accept(page::RECORDS).unpacked()
    }

    fn query(&self, labels: &BTreeMap<String, String>) -> Result<Vec<Record>, Error> {
        let selector: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let call = self.records(&selector.join(","));
        let read = self.cluster.block_on(self.pages(call, |holder| Some(self.decode(holder).ok())));
        let records = read.map_err(|error| self.during(error, || "query: failed to query with labels".into()))?;
        if records.is_empty() { Err(Error::ReleaseNotFound) } else { Ok(records.into_iter().flatten().collect()) }
    }

    fn entries(&self, name: &str) -> Result<Vec<Entry>, Error> {
        let selector = if name.is_empty() { "owner=helm".into() } else { format!("name={name},owner=helm") };
        let call = self.collection(Method::GET).query("labelSelector", &selector).query("limit", LABELS_PAGE);
        let read = self.cluster.block_on(self.pages(call.accept(LABELS_ONLY), |holder| entry(holder.metadata)));
        let doing = if name.is_empty() { "list: failed to list" } else { "query: failed to query with labels" };
        read.map_err(|error| self.during(error, || doing.into()))
    }

    fn summaries(&self, entries: &[Entry]) -> Result<Vec<Summary>, Error> {
        let wanted: HashMap<(&str, String), usize> = entries
            .iter()
            .enumerate()
            .map(|(place, entry)| ((entry.namespace.as_str(), storage_key(&entry.name, entry.revision)), place))
            .collect();
        let mut found: Vec<Option<Summary>> = entries.iter().map(|_| None).collect();
        let read = self.cluster.block_on(async {
            if entries.len() > GET_UP_TO {
                self.list_summaries(entries, &wanted, &mut found).await?;
            }
            self.get_summaries(entries, &mut found).await
        });
        read.map_err(|error| self.during(error, || "list: failed to list".into()))?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The heads of all revisions of a release, from one list.
    fn heads(&self, name: &str) -> Result<Vec<Summary>, Error> {
        let call = self.records(&format!("name={name},owner=helm"));
        let read = self.cluster.block_on(self.pages(call, |mut holder| {
            let entry = entry(std::mem::take(&mut holder.metadata))?;
            self.summary(holder, &entry)
        }));
        read.map_err(|error| self.during(error, || "query: failed to query with labels".into()))
    }

    /// Many heads from one list: of one release, or of all that are not superseded.
    async fn list_summaries(
        &self,
        entries: &[Entry],
        wanted: &HashMap<(&str, String), usize>,
        found: &mut [Option<Summary>],
    ) -> Result<(), Error> {
        let only = entries.first().filter(|first| entries.iter().all(|entry| entry.name == first.name));
        let selector = match only {
            Some(entry) => format!("name={},owner=helm", entry.name),
            None => "owner=helm,status!=superseded".into(),
        };
        let read = self.pages(self.records(&selector), |holder| {
            let key = (holder.metadata.namespace.as_str(), holder.metadata.name.clone());
            let place = *wanted.get(&key)?;
            Some((place, self.summary(holder, entries.get(place)?)?))
        });
        for (place, summary) in read.await? {
            if let Some(slot) = found.get_mut(place) {
                *slot = Some(summary);
            }
        }
        Ok(())
    }

    /// The heads that are still missing, by a get each.
    async fn get_summaries(&self, entries: &[Entry], found: &mut [Option<Summary>]) -> Result<(), Error> {
        let missing: Vec<usize> =
            found.iter().enumerate().filter(|(_, summary)| summary.is_none()).map(|(place, _)| place).collect();
        let reads = missing.into_iter().filter_map(|place| Some((place, entries.get(place)?))).map(|(place, entry)| {
            let call = self.object(Method::GET, &entry.namespace, &storage_key(&entry.name, entry.revision));
            async move { (place, self.cluster.inner.transport.send(&call).await) }
        });
        let mut reads = futures::stream::iter(reads).buffer_unordered(self.cluster.inner.transport.throttle.places());
        while let Some((place, body)) = reads.next().await {
            let holder = match body {
                Ok(body) => holder::one(&body, self.flavour),
                Err(error) if error.is_not_found() => continue,
                Err(error) => return Err(error),
            };
            if let (Ok(holder), Some(slot), Some(entry)) = (holder, found.get_mut(place), entries.get(place)) {
                *slot = self.summary(holder, entry);
            }
        }
        Ok(())
    }

    fn summary(&self, holder: Holder<'_>, entry: &Entry) -> Option<Summary> {
        let head = summary::read(&holder.stored().ok()?)?;
        Some(Summary {
            name: entry.name.clone(),
            namespace: entry.namespace.clone(),
            revision: entry.revision,
            labels: entry.labels.clone(),
            annotations: entry.annotations.clone(),
            ..head
        })
    }
}

fn entry(metadata: Metadata) -> Option<Entry> {
    let mut entry = Entry::of_labels(metadata.labels?, metadata.namespace)?;
    entry.annotations = metadata.annotations.unwrap_or_default();
    Some(entry)
}

/// Both drivers, which differ in their objects alone.
macro_rules! storage {
    ($driver:ident, $name:literal) => {
        impl Storage for $driver<'_> {
            fn name(&self) -> &'static str {
                $name
            }

            fn create(&self, record: &Record) -> Result<(), Error> {
                self.0.create(record)
            }

            fn update_annotated(&self, record: &Record, annotations: &BTreeMap<String, String>) -> Result<(), Error> {
                self.0.update(record, annotations)
            }

            fn delete(&self, name: &str, revision: i64) -> Result<Record, Error> {
                self.0.delete(name, revision)
            }

            fn remove(&self, name: &str, revisions: &[i64]) -> Vec<Result<(), Error>> {
                self.0.remove(name, revisions)
            }

            fn get(&self, name: &str, revision: i64) -> Result<Record, Error> {
                self.0.get(name, revision)
            }

            fn query(&self, labels: &BTreeMap<String, String>) -> Result<Vec<Record>, Error> {
                self.0.query(labels)
            }

            fn entries(&self, name: &str) -> Result<Vec<Entry>, Error> {
                self.0.entries(name)
            }

            fn summaries(&self, entries: &[Entry]) -> Result<Vec<Summary>, Error> {
                self.0.summaries(entries)
            }

            fn heads(&self, name: &str) -> Result<Vec<Summary>, Error> {
                self.0.heads(name)
            }
        }
    };
}

storage!(Secrets, "Secret");
storage!(ConfigMaps, "ConfigMap");

impl Cluster {
    /// How many bytes of a Secret's data a record takes: Kubernetes takes 1048576.
    ///
    /// # Errors
    /// The record cannot be written.
    pub fn record_size(record: &Record) -> Result<usize, Error> {
        codec::encode(record).map(|text| text.len()).map_err(Error::Codec)
    }
}

#[cfg(test)]
mod tests {
    use super::{Flavour, entry, holder};

    #[test]
    fn labels_say_what_a_record_is() {
        let body = br#"{"metadata":{"name":"sh.helm.release.v1.a.v2","namespace":"n","labels":{"name":"a","version":"2",
            "status":"pending-upgrade","owner":"helm","team":"x"},"annotations":null},"data":{"release":"eA=="},"type":"t"}"#;
        let entry = entry(holder::one(body, Flavour::Secret).unwrap().metadata).unwrap();
        assert_eq!((entry.name.as_str(), entry.revision, entry.namespace.as_str()), ("a", 2, "n"));
        assert!(entry.status.is_pending() && entry.annotations.is_empty());
    }
}
