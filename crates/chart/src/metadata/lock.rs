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
        let mut dependencies = Vec::new();
        for (name, field) in fields {
            match name {
                "generated" => set_text(&mut lock.generated, field),
                "digest" => set_text(&mut lock.digest, field),
                "dependencies" => {
                    dependencies =
                        overlay(field, std::mem::take(&mut dependencies), set_dependency).unwrap_or_default();
                }
                _ => {}
            }
        }
        lock.dependencies = dependencies.into_iter().flatten().collect();
        Ok(Some(lock))
    }
}
