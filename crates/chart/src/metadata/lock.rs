//! `Chart.lock` from YAML.

use crate::{
    Error, Lock,
    metadata::decode::{DEPENDENCY, overlay, read_yaml, set_dependency, set_text},
    shape::{self, Record, Shape, Unknown},
};

static LOCK: Record = Record {
    name: "Lock",
    go_type: "v2.Lock",
    fields: &[
        ("generated", Shape::Time),
        ("digest", Shape::Text),
        ("dependencies", Shape::List("[]*v2.Dependency", &Shape::Record(&DEPENDENCY))),
    ],
};

impl Lock {
    /// Reads a `Chart.lock` (or `requirements.lock`). Nothing where the document is empty or null.
    pub fn from_yaml(bytes: &[u8]) -> Result<Option<Lock>, Error> {
        let value = read_yaml(bytes, Unknown::Skip).map_err(Error::Yaml)?;
        let Some(fields) = shape::fit(&value, &LOCK, Unknown::Skip).map_err(Error::Yaml)? else { return Ok(None) };
        let mut lock = Lock::default();
        let mut dependencies = None;
        for (name, field) in fields {
            match name {
                "generated" => set_text(&mut lock.generated, field),
                "digest" => set_text(&mut lock.digest, field),
                "dependencies" => {
                    dependencies = overlay(field, dependencies.take().unwrap_or_default(), set_dependency);
                }
                _ => {}
            }
        }
        lock.empty_dependencies = dependencies.as_ref().is_some_and(Vec::is_empty);
        lock.dependencies = dependencies.into_iter().flatten().flatten().collect();
        Ok(Some(lock))
    }
}
