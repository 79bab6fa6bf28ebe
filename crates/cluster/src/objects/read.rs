//! Reading objects: one, many, all of a kind, as tables.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::StreamExt as _;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Cluster, Error, ObjectId,
    cluster::Inner,
    discovery::Mapping,
    lookup::{name_items, subject},
    object::text_at,
    request::Call,
};

/// So many objects to a page of a list.
const PAGE: &str = "500";
/// From so many objects of one kind and namespace on, one list is cheaper than a get for each.
const LIST_FROM: usize = 4;
/// So few objects are rather got one by one than looked for in more pages of a list.
const FEW: usize = 16;
/// What a table is asked for with. Helm: `transformRequests`.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,\
     application/json";

/// Which objects of a kind.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// The namespace; empty for all, and for kinds of the cluster.
    pub namespace: String,
    /// A label selector, such as `app=x,tier!=y`.
    pub labels: String,
    /// A field selector, such as `metadata.name=x`.
    pub fields: String,
}

impl Cluster {
    /// An object as it lives; none where it is not there.
    ///
    /// # Errors
    /// The server does not answer, refuses, or does not know the kind.
    pub fn get(&self, id: &ObjectId) -> Result<Option<Value>, Error> {
        self.block_on(self.inner.get(id))
    }

    /// Many objects, in the order asked for: one list for each kind and namespace with many of them, a get each for the
    /// others and where listing is forbidden. An object whose kind the server does not know is an error of its own.
    pub fn get_all(&self, ids: &[ObjectId]) -> Vec<Result<Option<Value>, Error>> {
        self.block_on(self.inner.get_all(ids))
    }

    /// All objects of a kind that a selector picks.
    ///
    /// # Errors
    /// As for [`Cluster::get`].
    pub fn list(&self, api_version: &str, kind: &str, selector: &Selector) -> Result<Vec<Value>, Error> {
        self.block_on(async {
            let mapping = self.inner.mapping(api_version, kind).await?;
            self.inner.list(&mapping, selector).await
        })
    }

    /// Objects as the server has them, in the order asked for. One that is not there is an error too.
    pub fn show(&self, ids: &[ObjectId], form: Form) -> Vec<Result<Value, Error>> {
        let reads = ids.iter().map(|id| async move {
            let mapping = self.inner.mapping(&id.api_version, &id.kind).await?;
            let call =
                Call::get(mapping.object(&id.namespace, &id.name)).about(subject(&mapping.qualified(), &id.name));
            self.inner.json(&form.ask(call)).await
        });
        let places = self.inner.transport.throttle.places();
        self.block_on(futures::stream::iter(reads).buffered(places).collect())
    }

    /// All objects of a kind that a selector picks, in one list or table.
    ///
    /// # Errors
    /// As for [`Cluster::list`].
    pub fn show_list(&self, api_version: &str, kind: &str, selector: &Selector, form: Form) -> Result<Value, Error> {
        self.block_on(async {
            let mapping = self.inner.mapping(api_version, kind).await?;
            let mut list = self.inner.json(&form.ask(selected(&mapping, selector))).await?;
            name_items(&mut list);
            Ok(list)
        })
    }
}

/// In which form the server gives objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As they are.
    Objects,
    /// As a `Table` with the object in its row; as the object where the server makes no tables of its kind.
    Tables,
}

impl Form {
    fn ask(self, call: Call) -> Call {
        match self {
            Form::Objects => call,
            Form::Tables => call.accept(TABLE).query("includeObject", "Object"),
        }
    }
}

fn selected(mapping: &Mapping, selector: &Selector) -> Call {
    let mut call = Call::get(mapping.collection(&selector.namespace)).about(mapping.qualified());
    if !selector.labels.is_empty() {
        call = call.query("labelSelector", &selector.labels);
    }
    if !selector.fields.is_empty() {
        call = call.query("fieldSelector", &selector.fields);
    }
    call
}

/// Where a list goes on.
#[derive(Default, Deserialize)]
pub(crate) struct PageMetadata {
    #[serde(default, rename = "continue")]
    pub(crate) next: String,
}

/// Refuses what cannot be part of a path. client-go: `rest.IsValidPathSegmentName`.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let problems: Vec<String> = match name {
        "." | ".." => vec![format!("may not be '{name}'")],
        _ => ["/", "%"]
            .into_iter()
            .filter(|part| name.contains(part))
            .map(|part| format!("may not contain '{part}'"))
            .collect(),
    };
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::Malformed(format!("invalid resource name {name:?}: [{}]", problems.join(" "))))
}

impl Inner {
    pub(crate) async fn json(&self, call: &Call) -> Result<Value, Error> {
        let body = self.transport.send(call).await?;
        serde_json::from_slice(&body)
            .map_err(|error| Error::Answer(format!("reading the answer to {}: {error}", call.path)))
    }

    pub(crate) async fn get(&self, id: &ObjectId) -> Result<Option<Value>, Error> {
        let mapping = self.mapping(&id.api_version, &id.kind).await?;
        self.get_mapped(&mapping, id).await
    }

    pub(crate) async fn get_mapped(&self, mapping: &Mapping, id: &ObjectId) -> Result<Option<Value>, Error> {
        check_name(&id.name)?;
        let call = Call::get(mapping.object(&id.namespace, &id.name)).about(subject(&mapping.qualified(), &id.name));
        match self.json(&call).await {
            Ok(object) => Ok(Some(object)),
            // What the server served once may be gone: what is known of it was kept on disk.
            Err(error) if error.is_unknown_path() => {
                self.forget_discovery();
                self.mapping(&mapping.api_version, &mapping.kind).await.map(|_| None)
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn list(&self, mapping: &Mapping, selector: &Selector) -> Result<Vec<Value>, Error> {
        let mut objects = Vec::new();
        let mut take = |items: Vec<Value>| {
            objects.extend(items);
            true
        };
        self.pages(mapping, selector, &mut take).await?;
        Ok(objects)
    }

    /// Hands a list on page by page, as long as `take` wants more. Gives whether that was all of it.
    async fn pages(
        &self,
        mapping: &Mapping,
        selector: &Selector,
        take: &mut dyn FnMut(Vec<Value>) -> bool,
    ) -> Result<bool, Error> {
        let call = selected(mapping, selector).query("limit", PAGE);
        let mut next = String::new();
        loop {
            let call = if next.is_empty() { call.clone() } else { call.clone().query("continue", &next) };
            let mut page = self.json(&call).await?;
            name_items(&mut page);
            text_at(&page, &["metadata", "continue"]).clone_into(&mut next);
            let items = match page.get_mut("items").map(Value::take) {
                Some(Value::Array(items)) => items,
                _ => Vec::new(),
            };
            let goes_on = take(items);
            if next.is_empty() || !goes_on {
                return Ok(next.is_empty());
            }
        }
    }

    pub(crate) async fn get_all(&self, ids: &[ObjectId]) -> Vec<Result<Option<Value>, Error>> {
        let mut groups: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
        for (place, id) in ids.iter().enumerate() {
            groups.entry((&id.api_version, &id.kind, &id.namespace)).or_default().push(place);
        }
        let reads = groups.values().map(|places| async move {
            let wanted: Vec<&ObjectId> = places.iter().filter_map(|place| ids.get(*place)).collect();
            (places, self.get_group(&wanted).await)
        });
        let read: Vec<_> =
            futures::stream::iter(reads).buffer_unordered(self.transport.throttle.places()).collect().await;
        let mut results: Vec<Option<Result<Option<Value>, Error>>> = ids.iter().map(|_| None).collect();
        for (places, group) in read {
            for (place, result) in places.iter().zip(group) {
                if let Some(slot) = results.get_mut(*place) {
                    *slot = Some(result);
                }
            }
        }
        results.into_iter().map(|result| result.unwrap_or(Ok(None))).collect()
    }

    /// Objects of one kind and namespace.
    async fn get_group(&self, ids: &[&ObjectId]) -> Vec<Result<Option<Value>, Error>> {
        let mut listed = Listed::default();
        if let (true, Some(first)) = (ids.len() >= LIST_FROM, ids.first()) {
            match self.list_group(ids, first).await {
                Ok(found) => listed = found,
                Err(error) if error.is_no_match() => {}
                Err(error) if error.is_forbidden() || error.is_not_found() => {}
                Err(error) => {
                    let text = error.to_string();
                    let mut first = Some(error);
                    return ids
                        .iter()
                        .map(|_| Err(first.take().unwrap_or_else(|| Error::Answer(text.clone()))))
                        .collect();
                }
            }
        }
        let (listed, whole) = (&listed.found, listed.whole);
        let reads = ids.iter().map(|id| async move {
            match listed.get(id.name.as_str()) {
                Some(object) => Ok(Some(object.clone())),
                None if whole => check_name(&id.name).map(|()| None),
                None => self.get(id).await,
            }
        });
        futures::stream::iter(reads).buffered(self.transport.throttle.places()).collect().await
    }

    /// What lists say of the wanted objects. Where only a few are missing and many others follow, no more is listed.
    async fn list_group<'a>(&self, ids: &[&'a ObjectId], like: &ObjectId) -> Result<Listed<'a>, Error> {
        let mapping = self.mapping(&like.api_version, &like.kind).await?;
        let mut selector = Selector { namespace: like.namespace.clone(), ..Selector::default() };
        // Release records may be the most and the largest of these, and are none of a chart's objects.
        match (like.api_version.as_str(), like.kind.as_str()) {
            ("v1", "Secret") => selector.fields = "type!=helm.sh/release.v1".into(),
            ("v1", "ConfigMap") => selector.labels = "owner!=helm".into(),
            _ => {}
        }
        let mut missing: HashSet<&str> = ids.iter().map(|id| id.name.as_str()).collect();
        let mut found = HashMap::new();
        let mut take = |items: Vec<Value>| {
            for object in items {
                if let Some(name) = missing.take(text_at(&object, &["metadata", "name"])) {
                    found.insert(name, object);
                }
            }
            missing.len() > FEW
        };
        let whole = self.pages(&mapping, &selector, &mut take).await?;
        Ok(Listed { found, whole })
    }
}

/// What a list said of wanted objects.
#[derive(Default)]
struct Listed<'a> {
    found: HashMap<&'a str, Value>,
    /// Whether what was not found is not there.
    whole: bool,
}
