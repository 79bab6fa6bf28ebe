//! Which release an object belongs to: Helm's labels and annotations. Helm: `pkg/action/validate.go`.

use std::fmt;

use serde_json::Value;
use value::quote::quote;

use crate::object::{Live, Object, ObjectId, map_entry, text_at, value_at};

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const HELM: &str = "Helm";
const RELEASE_NAME: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// A release, as the owner of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    /// The release's name.
    pub release: &'a str,
    /// The namespace that its record lives in.
    pub namespace: &'a str,
}

impl Owner<'_> {
    /// Writes the owner into an object, whoever owned it. Helm: `setMetadataVisitor` with `forceOwnership`.
    pub fn stamp(&self, object: &mut Value) {
        let Some(object) = object.as_object_mut() else { return };
        let Some(metadata) = map_entry(object, "metadata") else { return };
        if let Some(labels) = map_entry(metadata, "labels") {
            labels.insert(MANAGED_BY.into(), HELM.into());
        }
        if let Some(annotations) = map_entry(metadata, "annotations") {
            annotations.insert(RELEASE_NAME.into(), self.release.into());
            annotations.insert(RELEASE_NAMESPACE.into(), self.namespace.into());
        }
    }

    /// What speaks against this owner in an object as it lives, in Helm's words; nothing where it owns the object.
    /// Helm: `checkOwnership`.
    pub fn objections(&self, live: &Value) -> Vec<String> {
        let checks = [
            ("label", "labels", MANAGED_BY, HELM),
            ("annotation", "annotations", RELEASE_NAME, self.release),
            ("annotation", "annotations", RELEASE_NAMESPACE, self.namespace),
        ];
        let mut objections = Vec::new();
        for (what, field, key, expected) in checks {
            let [quoted, wanted] = [key, expected].map(|text| quote(text.as_bytes()));
            match value_at(live, &["metadata", field, key]).and_then(Value::as_str) {
                Some(actual) if actual == expected => {}
                Some(actual) => objections.push(format!(
                    "{what} validation error: key {quoted} must equal {wanted}: current value is {}",
                    quote(actual.as_bytes())
                )),
                None => {
                    objections.push(format!("{what} validation error: missing key {quoted}: must be set to {wanted}"));
                }
            }
        }
        objections
    }

    /// Whether the object bears this owner's labels and annotations.
    pub fn owns(&self, live: &Value) -> bool {
        self.objections(live).is_empty()
    }

    /// The other release, and its namespace, that an object as it lives says it belongs to.
    pub fn successor(&self, live: &Value) -> Option<(String, String)> {
        let [by, release, namespace] =
            [["labels", MANAGED_BY], ["annotations", RELEASE_NAME], ["annotations", RELEASE_NAMESPACE]]
                .map(|[field, key]| text_at(live, &["metadata", field, key]));
        let other = by == HELM && !release.is_empty() && !namespace.is_empty();
        (other && (release, namespace) != (self.release, self.namespace))
            .then(|| (release.to_owned(), namespace.to_owned()))
    }

    /// Which of the objects are there already and become the release's. Helm: `existingResourceConflict`, and
    /// `requireAdoption` where `take_ownership` is set. Objects that the server will name are passed over.
    ///
    /// # Errors
    /// Everything that forbids to go on, at once.
    pub fn adoptable(
        &self,
        objects: &[Object],
        live: &Live,
        take_ownership: bool,
    ) -> Result<Vec<ObjectId>, OwnershipError> {
        let mut adopted = Vec::new();
        let mut problems = Vec::new();
        for Object { id, json, .. } in objects {
            match (id.name.is_empty(), text_at(json, &["metadata", "generateName"]).is_empty()) {
                (true, false) => continue,
                (true, true) => {
                    problems.push(OwnershipProblem::NoName(id.clone()));
                    continue;
                }
                (false, false) => {
                    problems.push(OwnershipProblem::TwoNames(id.clone()));
                    continue;
                }
                (false, true) => {}
            }
            let Some(Some(existing)) = live.get(id) else { continue };
            let objections = if take_ownership { Vec::new() } else { self.objections(existing) };
            if objections.is_empty() {
                adopted.push(id.clone());
            } else {
                problems.push(OwnershipProblem::Foreign { id: id.clone(), objections });
            }
        }
        if problems.is_empty() { Ok(adopted) } else { Err(OwnershipError { problems }) }
    }
}

/// Objects that forbid an operation. Displays as Helm shows it behind `unable to continue with install: `: the first problem
/// in Helm's words, and the others in lines of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnershipError {
    /// What was found, in the order of the manifest; there is at least one.
    pub problems: Vec<OwnershipProblem>,
}

/// Why an object forbids an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OwnershipProblem {
    /// It is there and belongs to somebody else.
    Foreign {
        /// Which object.
        id: ObjectId,
        /// What speaks against us.
        objections: Vec<String>,
    },
    /// It has a name and wants one from the server.
    TwoNames(ObjectId),
    /// It has no name at all.
    NoName(ObjectId),
}

impl fmt::Display for OwnershipProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnershipProblem::Foreign { id, objections } => write!(
                f,
                "{} exists and cannot be imported into the current release: invalid ownership metadata; {}",
                id.described(),
                objections.join("; ")
            ),
            OwnershipProblem::TwoNames(_) => f.write_str("metadata.name and metadata.generateName cannot both be set"),
            OwnershipProblem::NoName(id) => write!(
                f,
                "could not get information about the resource {}: resource name may not be empty",
                id.described()
            ),
        }
    }
}

impl fmt::Display for OwnershipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for OwnershipError {}
