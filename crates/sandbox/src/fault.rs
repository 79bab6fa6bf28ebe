//! Failures that somebody asked for.

use serde_json::Value;

use crate::object::{controller_of, name_of, text_at};

/// How a pod fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Simulated {
    Fail,
    CrashLoop,
    ImagePull,
    Hang,
}

impl Simulated {
    /// What the label `simulate` of a pod says, and `--simulate`.
    pub(crate) fn parse(text: &str) -> Option<Simulated> {
        Some(match text {
            "fail" => Simulated::Fail,
            "crashloop" => Simulated::CrashLoop,
            "imagepull" => Simulated::ImagePull,
            "hang" => Simulated::Hang,
            _ => return None,
        })
    }
}

/// A workload whose pods are to fail: those that come into being from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In lower case; empty for any.
    kind: String,
    name: String,
    pub(crate) how: Simulated,
}

impl Fault {
    /// `NAME` or `KIND/NAME` of a workload, and how its pods fail: `fail`, `crashloop`, `imagepull` or `hang`.
    ///
    /// # Errors
    /// Another word.
    pub fn new(workload: &str, how: &str) -> Result<Fault, String> {
        let how = Simulated::parse(how).ok_or_else(|| {
            format!("cannot simulate {how:?} for {workload}: pods fail, crashloop, imagepull or hang")
        })?;
        let (kind, name) = workload.split_once('/').unwrap_or(("", workload));
        if name.is_empty() {
            return Err(format!("which workload is to fail? {workload:?} names none"));
        }
        Ok(Fault { kind: kind.to_lowercase(), name: name.to_owned(), how })
    }

    /// Whether it means an object of this kind and name.
    pub(crate) fn means(&self, kind: &str, name: &str) -> bool {
        self.name == name && (self.kind.is_empty() || self.kind == kind.to_lowercase())
    }

    /// Whether it means an object, or the controller of it.
    pub(crate) fn means_object(&self, object: &Value) -> bool {
        let owner = controller_of(object);
        self.means(text_at(object, &["kind"]), name_of(object))
            || owner.is_some_and(|owner| self.means(text_at(owner, &["kind"]), text_at(owner, &["name"])))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Fault;

    #[test]
    fn workloads_are_meant_by_their_names() {
        let pod = json!({"kind": "Pod", "metadata": {"name": "web-x", "ownerReferences": [
            {"kind": "ReplicaSet", "name": "web", "controller": true}]}});
        let means = |workload: &str| Fault::new(workload, "hang").unwrap().means_object(&pod);
        assert!(means("web") && means("replicaset/web") && means("Pod/web-x") && !means("deployment/web"));
        assert!(Fault::new("web", "explode").is_err() && Fault::new("", "hang").is_err());
    }
}
