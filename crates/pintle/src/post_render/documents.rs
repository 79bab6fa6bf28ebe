//! From files to one stream of documents and back, as kustomize's kyaml reads and writes them, which Helm uses.
//!
//! kyaml: kio/byteio_reader.go, kio/byteio_writer.go, yaml/fns.go.

use std::collections::BTreeMap;

use value::{
    Str,
    yaml::{self, Tree, TreeKind, TreeNode, TreeStyle},
};

use crate::{Error, ErrorKind};

/// The annotation that says which template a document comes from.
const FILE_NAME: &str = "postrenderer.helm.sh/postrender-filename";

/// What kyaml puts into annotations while it reads, and takes out when it writes.
const OF_READER: [&str; 3] =
    ["config.kubernetes.io/index", "internal.config.kubernetes.io/index", "internal.config.kubernetes.io/seqindent"];

fn failed(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Render, text)
}

/// One stream of all documents, each with the name of its file. Helm: `annotateAndMerge`.
pub(super) fn merge(mut files: Vec<(String, Str)>) -> Result<Vec<u8>, Error> {
    files.sort_by(|one, other| one.0.cmp(&other.0));
    let mut all = Vec::new();
    for (path, content) in files {
        let base = path.rsplit('/').next().unwrap_or(&path);
        if base.starts_with('_') || content.as_bytes().trim_ascii().is_empty() {
            continue;
        }
        for document in release::split_manifests(content.as_bytes()) {
            if document.as_bytes().trim_ascii().is_empty() {
                continue;
            }
            let trees = parse(document.as_bytes()).map_err(|error| error.during(format!("parsing {path}")))?;
            for mut tree in trees {
                annotate(&mut tree.root, FILE_NAME, &path)
                    .map_err(|error| error.during(format!("annotating {path}")))?;
                all.push(tree);
            }
        }
    }
    Ok(write(all))
}

/// The files that a stream of documents consists of, by the names in its annotations. Helm: `splitAndDeannotate`.
pub(super) fn split(stream: &[u8]) -> Result<Vec<(String, Str)>, Error> {
    let trees = parse(stream).map_err(|error| error.during("error parsing YAML"))?;
    let mut files: BTreeMap<String, Vec<Tree>> = BTreeMap::new();
    for (at, mut tree) in trees.into_iter().enumerate() {
        let annotations = tree.root.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"));
        let name = annotations.map(|annotations| {
            let name = annotations.get(FILE_NAME).map(|name| String::from_utf8_lossy(&name.text).into_owned());
            annotations.remove(FILE_NAME);
            name.unwrap_or_default()
        });
        let name = match name.unwrap_or_default() {
            name if name.is_empty() => format!("generated-by-postrender-{at}.yaml"),
            name => name,
        };
        files.entry(name).or_default().push(tree);
    }
    Ok(files.into_iter().map(|(name, trees)| (name, Str::from(write(trees)))).collect())
}

/// Reads a stream; documents without content are passed over. kyaml: `ByteReader.Read`.
fn parse(stream: &[u8]) -> Result<Vec<Tree>, Error> {
    let text = String::from_utf8_lossy(stream).replace("\r\n", "\n");
    let values = split_stream(&text)?;
    let single = values.len() == 1;
    let mut trees = Vec::new();
    for (at, value) in values.iter().enumerate() {
        // The separator has eaten the end of the last line.
        let end = if at + 1 == values.len() { "" } else { "\n" };
        let read = yaml::tree(format!("{value}{end}").as_bytes());
        let tree = read.map_err(|error| failed(format!("MalformedYAMLError: {}", error.message)))?;
        let Some(mut tree) = tree.filter(|tree| !tree.root.is_null()) else { continue };
        if tree.root.kind != TreeKind::Mapping {
            let kind = match tree.root.kind {
                TreeKind::Sequence => "SequenceNode",
                TreeKind::Alias => "AliasNode",
                _ => "ScalarNode",
            };
            let text = format!("wrong node kind: expected MappingNode but got {kind}: node contents:\n{value}");
            return Err(failed(text));
        }
        clear_empty(&mut tree.root);
        let kind = tree.root.get("kind").map(|kind| kind.text.as_slice());
        let is_list = matches!(kind, Some(b"List" | b"ResourceList"));
        match tree.root.get_mut("items").filter(|_| single && is_list) {
            Some(items) => {
                let items = std::mem::take(&mut items.children);
                trees.extend(items.into_iter().map(|root| Tree { root, head: Vec::new(), foot: Vec::new() }));
            }
            None => trees.push(tree),
        }
    }
    Ok(trees)
}

/// Splits at lines that begin with `---`, where a line stands before them. kyaml: `splitDocuments`.
fn split_stream(text: &str) -> Result<Vec<&str>, Error> {
    let mut documents = Vec::new();
    if text.is_empty() {
        return Ok(documents);
    }
    let (mut from, mut search) = (0, 0);
    while let Some(found) = text.get(search..).and_then(|rest| rest.find("\n---")) {
        let at = search + found;
        let behind = text.get(at + 4..).unwrap_or_default();
        let Some(length) = behind.find('\n') else { break };
        let rest = behind.get(..length).unwrap_or_default();
        if !rest.trim().is_empty() && !rest.trim_start().starts_with('#') {
            return Err(failed(format!("invalid document separator: ---{}", rest.trim_end())));
        }
        documents.push(text.get(from..at).unwrap_or_default());
        from = at + 4 + length + 1;
        search = from;
    }
    documents.push(text.get(from..).unwrap_or_default());
    Ok(documents)
}

/// Writes documents, `---` between them. kyaml: `ByteWriter.Write`.
fn write(mut trees: Vec<Tree>) -> Vec<u8> {
    for tree in &mut trees {
        if let Some(annotations) = tree.root.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations")) {
            OF_READER.iter().for_each(|key| annotations.remove(key));
        }
        clear_empty(&mut tree.root);
    }
    yaml::write_trees(&trees)
}

/// Takes out annotations and metadata that hold nothing. kyaml: `ClearEmptyAnnotations`.
fn clear_empty(root: &mut TreeNode) {
    let is_empty = |node: &TreeNode| node.children.is_empty();
    if let Some(metadata) = root.get_mut("metadata")
        && metadata.get("annotations").is_some_and(is_empty)
    {
        metadata.remove("annotations");
    }
    if root.get("metadata").is_some_and(is_empty) {
        root.remove("metadata");
    }
}

/// Sets an annotation, in the style of the one that is there, otherwise in single quotes. kyaml: `SetAnnotation`.
fn annotate(root: &mut TreeNode, key: &str, text: &str) -> Result<(), Error> {
    clear_empty(root);
    let metadata = mapping(root, "metadata")?;
    let annotations = mapping(metadata, "annotations")?;
    let mut value = TreeNode::new(TreeKind::Scalar, text.as_bytes());
    value.style = TreeStyle::SingleQuoted;
    match annotations.get_mut(key) {
        Some(there) => {
            value.style = there.style;
            *there = value;
        }
        None => annotations.children.extend([TreeNode::new(TreeKind::Scalar, key.as_bytes()), value]),
    }
    Ok(())
}

/// The mapping under a key, which is made where there is none.
fn mapping<'n>(node: &'n mut TreeNode, key: &str) -> Result<&'n mut TreeNode, Error> {
    if node.kind != TreeKind::Mapping {
        return Err(failed("wrong node kind: expected MappingNode"));
    }
    if node.get(key).is_none() {
        let name = TreeNode::new(TreeKind::Scalar, key.as_bytes());
        node.children.extend([name, TreeNode::new(TreeKind::Mapping, b"")]);
    }
    match node.get_mut(key) {
        Some(found) if found.kind == TreeKind::Mapping => Ok(found),
        _ => Err(failed(format!("wrong node kind: expected MappingNode at {key}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(text: &str) -> String {
        let merged = merge(vec![("c/templates/a.yaml".into(), Str::from(text))]).unwrap();
        let files = split(&merged).unwrap();
        files.iter().map(|(name, text)| format!("{name}\n{text}")).collect()
    }

    #[test]
    fn documents_come_back_to_their_files() {
        let text =
            "# above\nkind: ConfigMap\nmetadata:\n    name: x # behind\ndata:\n    list:\n        - a\n    e: {}\n";
        let want = "c/templates/a.yaml\n# above\nkind: ConfigMap\nmetadata:\n  name: x # behind\ndata:\n  list:\n  - a\n  e: {}\n";
        assert_eq!(there_and_back(text), want);
        assert_eq!(
            there_and_back("kind: A\n---\n# nothing\n---\nkind: B\n"),
            "c/templates/a.yaml\nkind: A\n---\nkind: B\n"
        );
    }

    #[test]
    fn what_is_new_gets_a_name() {
        let files = split(b"kind: A\n---\nkind: B\n").unwrap();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["generated-by-postrender-0.yaml", "generated-by-postrender-1.yaml"]);
        assert!(split(b"- a\n").is_err());
    }
}
