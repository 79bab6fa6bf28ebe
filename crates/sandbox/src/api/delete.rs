//! Deleting, with what is owned or contained.

use bytes::Bytes;
use serde_json::Value;

use super::{Answer, Api, Call, deleted};
use crate::{
    controllers,
    failure::Failure,
    object::{array_at, set, text_at, uid_of, value_at},
    request::parse_body,
    resource::built_in,
    selector::Selector,
    store::{Transaction, key},
};

impl Api<'_> {
    pub(super) fn delete(&self, call: &Call<'_>, body: &Bytes) -> Result<Answer, Failure> {
        let wanted = parse_body(body, call.options)?;
        let key = call.key(&call.target.name);
        let dry_run = call.options.is_dry_run() || !array_at(&wanted, &["dryRun"]).is_empty();
        let orphan = [text_at(&wanted, &["propagationPolicy"]), call.options.text("propagationPolicy")]
            .contains(&"Orphan")
            || value_at(&wanted, &["orphanDependents"]) == Some(&Value::Bool(true));
        let act = |transaction: &mut Transaction| {
            let object = transaction.get(&key)?.ok_or_else(|| call.not_found())?;
            preconditions(call, &object, &wanted)?;
            let answer = self.remove(transaction, &key, object, orphan)?;
            controllers::settle(transaction, &self.clock)?;
            Ok(match answer {
                Some(waiting) => Answer::Json(200, call.shown(waiting)),
                None => Answer::Json(200, deleted(&call.resource, &Value::Null)),
            })
        };
        if dry_run { self.store.attempt(act) } else { self.store.write(act) }
    }

    pub(super) fn delete_all(&self, call: &Call<'_>, body: &Bytes) -> Result<Answer, Failure> {
        let selector = Selector::parse(call.options.text("labelSelector"), call.options.text("fieldSelector"))?;
        let wanted = parse_body(body, call.options)?;
        let orphan = text_at(&wanted, &["propagationPolicy"]) == "Orphan";
        self.store.write(|transaction| {
            for object in transaction.list(&call.prefix())? {
                if selector.matches(&object) {
                    let key = key(
                        &call.resource.qualified(),
                        crate::object::namespace_of(&object),
                        crate::object::name_of(&object),
                    );
                    self.remove(transaction, &key, object, orphan)?;
                }
            }
            controllers::settle(transaction, &self.clock)?;
            Ok(Answer::Json(200, deleted(&call.resource, &Value::Null)))
        })
    }

    /// Takes an object away, or, where finalizers hold it, marks it: then it is given back.
    fn remove(
        &self,
        transaction: &mut Transaction,
        key: &str,
        mut object: Value,
        orphan: bool,
    ) -> Result<Option<Value>, Failure> {
        let qualified = key.split('\0').next().unwrap_or_default();
        let holding = array_at(&object, &["metadata", "finalizers"]).iter().filter_map(Value::as_str);
        // What controllers of a real cluster would lift at once is no hold.
        let holds = holding
            .filter(|name| !["kubernetes.io/pvc-protection", "foregroundDeletion", "orphan"].contains(name))
            .count()
            > 0;
        if holds {
            if value_at(&object, &["metadata", "deletionTimestamp"]).is_none() {
                set(&mut object, &["metadata", "deletionTimestamp"], self.clock.text());
                set(&mut object, &["metadata", "deletionGracePeriodSeconds"], 0);
                object = transaction.put(key, object)?;
            }
            return Ok(Some(object));
        }
        if qualified == "namespaces" {
            empty_namespace(transaction, &object)?;
        }
        if qualified == "customresourcedefinitions.apiextensions.k8s.io" {
            let objects = format!("{}\0", crate::object::name_of(&object));
            for custom in transaction.list(&objects)? {
                let name = crate::object::name_of(&custom);
                controllers::collect(
                    transaction,
                    &format!("{objects}{}\0{name}", crate::object::namespace_of(&custom)),
                    false,
                )?;
            }
        }
        controllers::collect(transaction, key, orphan)?;
        Ok(None)
    }
}

fn preconditions(call: &Call<'_>, object: &Value, wanted: &Value) -> Result<(), Failure> {
    let uid = text_at(wanted, &["preconditions", "uid"]);
    let version = text_at(wanted, &["preconditions", "resourceVersion"]);
    let differs = |wanted: &str, found: &str| !wanted.is_empty() && wanted != found;
    if differs(uid, uid_of(object)) || differs(version, text_at(object, &["metadata", "resourceVersion"])) {
        let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {}", uid_of(object));
        return Err(Failure::conflict(&call.resource.qualified(), &call.target.name, &why));
    }
    Ok(())
}

/// Deletes all that a namespace holds.
fn empty_namespace(transaction: &mut Transaction, namespace: &Value) -> Result<(), Failure> {
    let name = crate::object::name_of(namespace).to_owned();
    let mut resources: Vec<String> =
        built_in().iter().filter(|resource| resource.namespaced).map(|resource| resource.qualified()).collect();
    let definitions = transaction.list("customresourcedefinitions.apiextensions.k8s.io\0")?;
    resources.extend(definitions.iter().map(|definition| crate::object::name_of(definition).to_owned()));
    resources.dedup();
    for qualified in resources {
        for object in transaction.list(&key(&qualified, &name, ""))? {
            controllers::collect(transaction, &key(&qualified, &name, crate::object::name_of(&object)), false)?;
        }
    }
    Ok(())
}
