//! Splits a stream of YAML documents as Helm does.

use value::Str;

/// Splits rendered text into its documents: at every line that starts with `---` (blanks behind it are dropped, text
/// is not). Blank documents are left out; each is trimmed on the left only.
///
/// Helm: `pkg/release/v1/util/manifest.go`, `SplitManifests`. The right side is kept, so that a block scalar at the
/// end of a document keeps its line ends.
pub fn split_manifests(text: &[u8]) -> Vec<Str> {
    let mut documents = Vec::new();
    let mut rest = trim_left(text);
    while let Some((document, after)) = next_document(rest) {
        push(document, &mut documents);
        rest = after;
    }
    push(rest, &mut documents);
    documents
}

/// The text before the first separator and the text behind it; nothing where there is no separator.
fn next_document(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut from = 0;
    loop {
        let found = memchr::memmem::find(text.get(from..)?, b"---")?;
        let start = from + found;
        if start == 0 || text.get(start - 1) == Some(&b'\n') {
            let behind = text.get(start + 3..)?;
            let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            return Some((text.get(..start)?, behind.get(blanks..)?));
        }
        from = start + 1;
    }
}

fn push(document: &[u8], documents: &mut Vec<Str>) {
    let trimmed = trim_left(document);
    if !trimmed.is_empty() {
        documents.push(Str::from(trimmed));
    }
}

/// Trims what Unicode calls white space, as Go's `unicode.IsSpace`.
fn trim_left(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some((rune, size)) = value::decode_rune(rest) {
        if !rune.is_whitespace() {
            break;
        }
        rest = rest.get(size..).unwrap_or_default();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::split_manifests;

    fn check(text: &str, want: &[&str]) {
        let got: Vec<String> = split_manifests(text.as_bytes()).iter().map(ToString::to_string).collect();
        assert_eq!(got, want, "{text:?}");
    }

    #[test]
    fn split_keeps_the_right_side() {
        check("a: 1\n---\nb: |\n  x\n\n\n---\n", &["a: 1\n", "b: |\n  x\n\n\n"]);
    }

    #[test]
    fn split_at_separators_with_text_behind() {
        check("---  # c\na: 1\n---b: 2\n x ---\n----\n", &["# c\na: 1\n", "b: 2\n x ---\n", "-\n"]);
    }

    #[test]
    fn split_leaves_out_blank_documents() {
        check("\n \n---\n---\n \t\n---\nx\n", &["x\n"]);
        check("", &[]);
    }
}
