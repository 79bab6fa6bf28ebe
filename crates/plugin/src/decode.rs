//! Fills fields from YAML as go-yaml v3 fills a struct, with its complaints.

use value::{
    quote::quote,
    yaml::{RawContent, RawNode},
};

use crate::Error;

/// Reads fields, and gathers what is wrong with them.
#[derive(Default)]
pub(crate) struct Decoder {
    faults: Vec<(usize, String)>,
}

/// The fields of a mapping.
#[derive(Clone, Default)]
pub(crate) struct Fields<'n>(Vec<(String, &'n RawNode)>);

impl<'n> Fields<'n> {
    pub(crate) fn get(&self, name: &str) -> Option<&'n RawNode> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, node)| *node)
    }

    /// All of them, in the order of the document.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &'n RawNode)> {
        self.0.iter().map(|(name, node)| (name.as_str(), *node))
    }
}

impl Decoder {
    /// The fields of a mapping that stands for a Go type. Null has none.
    pub(crate) fn fields<'n>(&mut self, node: &'n RawNode, go_type: &str) -> Fields<'n> {
        let RawContent::Map(entries) = &node.content else {
            self.expect(node, go_type);
            return Fields::default();
        };
        let mut fields: Vec<(String, &RawNode, usize)> = Vec::new();
        let before = self.faults.len();
        for (key, value) in entries {
            let RawContent::Scalar { text, .. } = &key.content else { continue };
            let name = text.to_string();
            match fields.iter().find(|(known, ..)| *known == name) {
                Some((_, _, first)) => {
                    let shown = quote(name.as_bytes());
                    self.fault(key.line, format!("mapping key {shown} already defined at line {first}"));
                }
                None => fields.push((name, value, key.line)),
            }
        }
        // Helm takes nothing from a mapping with a key twice: a later one must not hide an earlier one.
        if self.faults.len() > before {
            return Fields::default();
        }
        Fields(fields.into_iter().map(|(name, value, _)| (name, value)).collect())
    }

    /// The same, with fields that the type does not have an error.
    pub(crate) fn known_fields<'n>(&mut self, node: &'n RawNode, go_type: &str, known: &[&str]) -> Fields<'n> {
        let fields = self.fields(node, go_type);
        if let RawContent::Map(entries) = &node.content {
            for (key, _) in entries {
                if let RawContent::Scalar { text, .. } = &key.content
                    && fields.get(&text.to_string()).is_some()
                    && !known.contains(&text.to_string().as_str())
                {
                    self.fault(key.line, format!("field {text} not found in type {go_type}"));
                }
            }
        }
        fields
    }

    /// A text; empty where there is none.
    pub(crate) fn text(&mut self, node: Option<&RawNode>) -> String {
        match node.map(|node| (&node.content, node)) {
            None | Some((RawContent::Scalar { tag: "!!null", .. }, _)) => String::new(),
            Some((RawContent::Scalar { text, .. }, _)) => text.to_string(),
            Some((_, node)) => {
                self.expect(node, "string");
                String::new()
            }
        }
    }

    /// A switch; off where there is none.
    pub(crate) fn flag(&mut self, node: Option<&RawNode>) -> bool {
        let Some(node) = node else { return false };
        if let RawContent::Scalar { text, tag } = &node.content {
            match (*tag, text.as_bytes()) {
                ("!!null", _) => return false,
                ("!!bool", text) => return text.eq_ignore_ascii_case(b"true"),
                ("!!str", b"y" | b"Y" | b"yes" | b"on") => return true,
                ("!!str", b"n" | b"N" | b"no" | b"off") => return false,
                _ => {}
            }
        }
        self.expect(node, "bool");
        false
    }

    /// The items of a list; none where there is none.
    pub(crate) fn items<'n>(&mut self, node: Option<&'n RawNode>, go_type: &str) -> &'n [RawNode] {
        match node.map(|node| (&node.content, node)) {
            None => &[],
            Some((RawContent::List(items), _)) => items,
            Some((_, node)) => {
                self.expect(node, go_type);
                &[]
            }
        }
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, node: Option<&RawNode>) -> Vec<String> {
        self.items(node, "[]string").iter().map(|item| self.text(Some(item))).collect()
    }

    /// Notes that a node is not of the type that is wanted; null is of every type.
    fn expect(&mut self, node: &RawNode, go_type: &str) {
        let shown = match &node.content {
            RawContent::Scalar { tag: "!!null", .. } => return,
            RawContent::List(_) => "!!seq".to_owned(),
            RawContent::Map(_) => "!!map".to_owned(),
            RawContent::Scalar { text, tag } => {
                let text = text.to_string();
                let cut = text.char_indices().nth(7).map_or(text.len(), |(at, _)| at);
                match text.len() > 10 {
                    true => format!("{tag} `{}...`", text.get(..cut).unwrap_or_default()),
                    false => format!("{tag} `{text}`"),
                }
            }
        };
        // A list's own line is that of its first item, which is where it begins.
        self.fault(node.line, format!("cannot unmarshal {shown} into {go_type}"));
    }

    fn fault(&mut self, line: usize, text: String) {
        self.faults.push((line, text));
    }

    /// Fails with all complaints, in the order of the lines.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        if self.faults.is_empty() {
            return Ok(());
        }
        self.faults.sort_by_key(|(line, _)| *line);
        let lines: Vec<String> = self.faults.iter().map(|(line, text)| format!("  line {line}: {text}")).collect();
        Err(Error::new(format!("yaml: unmarshal errors:\n{}", lines.join("\n"))))
    }
}
