//! What `helm create` writes: Helm's scaffold, and charts that serve as one. Helm: pkg/chart/v2/util/create.go.

use value::{Str, Value, quote::quote, yaml};

use crate::{Chart, Metadata};

/// What stands for the chart's name in scaffolds.
const PLACEHOLDER: &str = "<CHARTNAME>";

const MAX_NAME: usize = 250;

/// The files of Helm's scaffold in the order of writing, with the placeholder for the name.
const FILES: [(&str, &str); 12] = [
    ("Chart.yaml", include_str!("files/Chart.yaml")),
    ("values.yaml", include_str!("files/values.yaml")),
    (".helmignore", include_str!("files/helmignore")),
    ("templates/ingress.yaml", include_str!("files/ingress.yaml")),
    ("templates/httproute.yaml", include_str!("files/httproute.yaml")),
    ("templates/deployment.yaml", include_str!("files/deployment.yaml")),
    ("templates/service.yaml", include_str!("files/service.yaml")),
    ("templates/serviceaccount.yaml", include_str!("files/serviceaccount.yaml")),
    ("templates/hpa.yaml", include_str!("files/hpa.yaml")),
    ("templates/NOTES.txt", include_str!("files/NOTES.txt")),
    ("templates/_helpers.tpl", include_str!("files/helpers.tpl")),
    ("templates/tests/test-connection.yaml", include_str!("files/test-connection.yaml")),
];

/// The names and contents of a new chart's files, in the order of writing; beside them belongs an empty `charts/`.
pub fn scaffold(name: &str) -> impl Iterator<Item = (&'static str, String)> {
    FILES.into_iter().map(move |(path, content)| (path, content.replace(PLACEHOLDER, name)))
}

/// Checks the name of a new chart; an error is Helm's text.
pub fn validate_new_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(format!("chart name must be between 1 and {MAX_NAME} characters"));
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        return Err("chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"".into());
    }
    Ok(())
}

/// A new chart of a chart that serves as a scaffold: with other metadata, and its name put into templates and values.
///
/// Fails with Helm's text where the values are no YAML any more. Helm: `CreateFrom`.
pub fn from_starter(mut starter: Chart, metadata: Metadata) -> Result<Chart, String> {
    let name = metadata.name.clone();
    let named = |data: &Str| Str::from(replace(data, &name));
    starter.metadata = metadata;
    for file in &mut starter.templates {
        file.data = named(&file.data);
    }
    let values =
        yaml::to_vec(&Value::Map(starter.values.clone())).map_err(|error| format!("reading values file: {error}"))?;
    let renamed = yaml::map_from_slice(&named(&Str::from(values)));
    starter.values = renamed.map_err(|error| format!("transforming values file: {error}"))?;
    for file in starter.raw.iter_mut().filter(|file| file.name == "values.yaml") {
        file.data = named(&file.data);
    }
    Ok(starter)
}

fn replace(data: &[u8], name: &str) -> Vec<u8> {
    use bstr::ByteSlice as _;
    data.replace(PLACEHOLDER, name)
}

/// Checks that a chart's name names a folder; an error is Helm's text. Helm: pkg/chart/v2/util/save.go, `validateName`.
pub fn validate_folder_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name == "/" || name.contains('/') {
        return Err(format!("{} is not a valid chart name", quote(name.as_bytes())));
    }
    Ok(())
}
