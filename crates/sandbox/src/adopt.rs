//! Objects from another cluster.

use serde_json::Value;

use crate::{
    api::DEFINITIONS,
    clock::Clock,
    failure::Failure,
    object::{name_of, namespace_of, set, text_at},
    resource::{Resource, built_in, of_definition},
    store::{Transaction, key},
};

/// Puts objects into the store as they are. Those of kinds that nobody defines are left out.
pub(crate) fn adopt(transaction: &mut Transaction, objects: &[Value], clock: Clock) -> Result<(), Failure> {
    let definitions = objects.iter().filter(|object| text_at(object, &["kind"]) == "CustomResourceDefinition");
    let mut custom: Vec<Resource> = definitions.flat_map(of_definition).collect();
    custom.extend(transaction.list(&format!("{DEFINITIONS}\0"))?.iter().flat_map(of_definition));
    for object in objects {
        let (api_version, kind) = (text_at(object, &["apiVersion"]), text_at(object, &["kind"]));
        let is_meant = |resource: &&Resource| resource.kind == kind && resource.api_version() == api_version;
        let Some(resource) = built_in().iter().chain(&custom).find(is_meant) else { continue };
        let namespace = if resource.namespaced { namespace_of(object) } else { "" };
        if resource.namespaced {
            need_namespace(transaction, namespace, clock)?;
        }
        transaction.put(&key(&resource.qualified(), namespace, name_of(object)), object.clone())?;
    }
    Ok(())
}

fn need_namespace(transaction: &mut Transaction, name: &str, clock: Clock) -> Result<(), Failure> {
    let place = key("namespaces", "", name);
    if transaction.get(&place)?.is_some() {
        return Ok(());
    }
    let mut namespace = serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    crate::defaults::fill("", "Namespace", &mut namespace);
    set(&mut namespace, &["metadata", "uid"], clock.uid(transaction.next("uid")?));
    set(&mut namespace, &["metadata", "creationTimestamp"], clock.text());
    transaction.put(&place, namespace).map(drop)
}
