//! Live objects for the template function `lookup`.

use std::rc::Rc;

use cluster::Cluster;
use render::Lookup;
use value::{Map, Value, json};

/// Looks objects up in a cluster.
struct Live(Cluster);

/// What answers `lookup` with the objects of a cluster.
pub(crate) fn live(cluster: &Cluster) -> Option<Rc<dyn Lookup>> {
    Some(Rc::new(Live(cluster.clone())))
}

impl Lookup for Live {
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Map, String> {
        let found = self.0.lookup(api_version, kind, namespace, name).map_err(|error| error.to_string())?;
        match json::from_slice_int64(found.to_string().as_bytes()).map_err(|error| error.to_string())? {
            Value::Map(map) => Ok(map),
            _ => Ok(Map::default()),
        }
    }
}
