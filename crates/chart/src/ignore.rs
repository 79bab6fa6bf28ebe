//! `.helmignore`: which files of a folder are no part of the chart.
//!
//! Helm: pkg/ignore/rules.go.

use crate::{Error, glob};

/// Rules in the order in which they are tried, Helm's own (`templates/.?*`) last.
#[derive(Clone, Debug)]
pub struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    pattern: Vec<u8>,
    /// `!pattern`: what does not match is ignored.
    negated: bool,
    /// `pattern/`: folders alone match.
    folders_only: bool,
    /// The pattern has no slash, so that it is held against the last part of the name.
    base_only: bool,
}

/// Go's scanner takes no longer line.
const MAX_LINE: usize = 64 << 10;

impl Default for Ignore {
    /// The rules of a folder without `.helmignore`: what is hidden in `templates/`.
    fn default() -> Ignore {
        let pattern = b"templates/.?*".to_vec();
        Ignore { rules: vec![Rule { pattern, negated: false, folders_only: false, base_only: false }] }
    }
}

impl Ignore {
    /// Reads a `.helmignore`, and adds Helm's own rule.
    ///
    /// # Errors
    /// A pattern with `**`, or one that is no glob.
    pub fn parse(bytes: &[u8]) -> Result<Ignore, Error> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut rules = Vec::new();
        for line in bytes.split(|byte| *byte == b'\n') {
            if line.len() >= MAX_LINE {
                return Err(Error::LineTooLong);
            }
            rules.extend(Rule::parse(trim(line))?);
        }
        rules.extend(Ignore::default().rules);
        Ok(Ignore { rules })
    }

    /// Whether the file or folder `name` (its path in the chart, with slashes) is left out.
    pub fn is_ignored(&self, name: &str, is_folder: bool) -> bool {
        if matches!(name, "" | "." | "./") {
            return false;
        }
        self.rules.iter().any(|rule| rule.applies(name.as_bytes(), is_folder))
    }
}

impl Rule {
    fn parse(line: &[u8]) -> Result<Option<Rule>, Error> {
        if line.is_empty() || line.starts_with(b"#") {
            return Ok(None);
        }
        if line.windows(2).any(|pair| pair == b"**") {
            return Err(Error::DoubleStar);
        }
        // Helm tries the pattern on this very name, so that a fault behind a mismatch goes unnoticed here too.
        glob::matches(line, b"abc").map_err(|_| Error::BadPattern)?;
        let (negated, line) = strip(line, line.strip_prefix(b"!"));
        let (folders_only, line) = strip(line, line.strip_suffix(b"/"));
        let (from_top, pattern) = strip(line, line.strip_prefix(b"/"));
        let base_only = !from_top && !pattern.contains(&b'/');
        Ok(Some(Rule { pattern: pattern.to_vec(), negated, folders_only, base_only }))
    }

    fn applies(&self, name: &[u8], is_folder: bool) -> bool {
        let kind_fits = is_folder || !self.folders_only;
        (kind_fits && self.matches(name)) != self.negated
    }

    fn matches(&self, name: &[u8]) -> bool {
        let name = if self.base_only { base(name) } else { name };
        glob::matches(&self.pattern, name).unwrap_or(false)
    }
}

fn strip<'a>(whole: &'a [u8], stripped: Option<&'a [u8]>) -> (bool, &'a [u8]) {
    (stripped.is_some(), stripped.unwrap_or(whole))
}

/// Go's `strings.TrimSpace`.
fn trim(line: &[u8]) -> &[u8] {
    match std::str::from_utf8(line) {
        Ok(text) => text.trim().as_bytes(),
        Err(_) => line.trim_ascii(),
    }
}

/// Go's `filepath.Base` of a name that is not empty.
fn base(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    let name = name.get(..end).unwrap_or_default();
    match name.rsplit(|byte| *byte == b'/').next() {
        Some(b"") | None => b"/",
        Some(last) => last,
    }
}
