//! What lint looks at in a manifest, and the rules on CRDs. Helm: pkg/chart/v2/lint/rules.

use value::yaml;

use super::{Findings, Severity, documents::Documents};
use crate::{
    Crd,
    shape::{self, Fields, Fitted, Record, Shape, Unknown},
};

/// The few fields of a Kubernetes object that lint reads; what is absent is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManifestHead {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata.name`
    pub name: String,
}

static METADATA: Record = Record {
    name: "k8sYamlMetadata",
    go_type: "rules.k8sYamlMetadata",
    fields: &[("Namespace", Shape::Text), ("Name", Shape::Text)],
};

static HEAD: Record = Record {
    name: "k8sYamlStruct",
    go_type: "rules.k8sYamlStruct",
    fields: &[("apiVersion", Shape::Text), ("Kind", Shape::Text), ("Metadata", Shape::Record(&METADATA))],
};

fn head(fields: Fields) -> ManifestHead {
    let mut head = ManifestHead::default();
    for (name, field) in fields {
        match (name, field) {
            ("apiVersion", Fitted::Text(text)) => head.api_version = text,
            ("Kind", Fitted::Text(text)) => head.kind = text,
            ("Metadata", Fitted::Record(fields)) => {
                for (name, field) in fields {
                    if let ("Name", Fitted::Text(text)) = (name, field) {
                        head.name = text;
                    }
                }
            }
            _ => {}
        }
    }
    head
}

/// Reads the heads of all objects in a file, YAML or JSON, up to the first that cannot be read.
///
/// Documents that are empty are left out; an error is what Helm says behind `unable to parse YAML: `.
pub fn read_heads(text: &[u8]) -> Vec<Result<ManifestHead, String>> {
    let mut documents = Documents::new(text, &HEAD);
    let mut heads = Vec::new();
    while let Some(document) = documents.next() {
        match document {
            Ok(fields) => heads.extend(fields.map(|fields| Ok(head(fields)))),
            Err(reason) => {
                heads.push(Err(reason));
                break;
            }
        }
    }
    heads
}

/// Checks that a file in `crds/` holds CRDs and is no template; false where it cannot be read, which ends the rule.
pub fn lint_crd(crd: &Crd, findings: &mut Findings) -> bool {
    for head in read_heads(&crd.data) {
        let head = match head {
            Ok(head) => head,
            Err(reason) => {
                let outcome = Err(format!("unable to parse YAML: {reason}"));
                return findings.check(Severity::Error, &crd.name, outcome);
            }
        };
        if !head.api_version.starts_with("apiextensions.k8s.io") {
            let outcome = Err("apiVersion is not in 'apiextensions.k8s.io'".into());
            findings.check(Severity::Error, &crd.name, outcome);
        }
        if head.kind != "CustomResourceDefinition" {
            let outcome = Err("object kind is not 'CustomResourceDefinition'".into());
            findings.check(Severity::Error, &crd.name, outcome);
        }
    }
    true
}

static ITEM_METADATA: Record =
    Record { name: "", go_type: "struct { Annotations map[string]string }", fields: &[("Annotations", Shape::Texts)] };

static ITEM: Record = Record {
    name: "",
    go_type: "struct { Metadata struct { Annotations map[string]string } }",
    fields: &[("Metadata", Shape::Record(&ITEM_METADATA))],
};

static LIST: Record = Record {
    name: "",
    go_type: "struct { Items []struct { Metadata struct { Annotations map[string]string } } }",
    fields: &[(
        "Items",
        Shape::List("[]struct { Metadata struct { Annotations map[string]string } }", &Shape::Record(&ITEM)),
    )],
};

/// Whether an object in the first document, a list, has the annotation that Helm reads on single objects only.
///
/// The error is what Helm says behind `unable to parse YAML: `.
pub fn has_listed_resource_policy(manifest: &[u8]) -> Result<bool, String> {
    let value = yaml::from_slice_typed(manifest).map_err(|error| error.to_string())?;
    let fields = shape::fit(&value, &LIST, Unknown::Skip)?.unwrap_or_default();
    let mut found = false;
    for (_, items) in fields {
        let Fitted::List(items) = items else { continue };
        for item in items {
            let Fitted::Record(item) = item else { continue };
            for (_, metadata) in item {
                let Fitted::Record(metadata) = metadata else { continue };
                found |= metadata.iter().any(|(_, annotations)| match annotations {
                    Fitted::Texts(texts) => texts.iter().any(|(key, _)| key == "helm.sh/resource-policy"),
                    _ => false,
                });
            }
        }
    }
    Ok(found)
}
