//! Resolves a reference against a base, and joins paths (RFC 3986, section 5.2).

use bstr::ByteSlice;

use super::Url;

impl Url {
    /// What `reference` means when it is found in the document at this URL: Go's `ResolveReference`.
    #[must_use]
    pub fn resolve(&self, reference: &Url) -> Url {
        let mut url = reference.clone();
        if reference.scheme.is_empty() {
            url.scheme = self.scheme.clone();
        }
        if !reference.scheme.is_empty() || !reference.host.is_empty() || reference.user.is_some() {
            let _ = url.set_path(&resolve_path(&reference.escaped_path(), b""));
            return url;
        }
        if !reference.opaque.is_empty() {
            url.user = None;
            url.host.clear();
            url.path.clear();
            return url;
        }
        if reference.path.is_empty() && !reference.force_query && reference.raw_query.is_empty() {
            url.raw_query = self.raw_query.clone();
            if reference.fragment.is_empty() {
                url.fragment = self.fragment.clone();
                url.raw_fragment = self.raw_fragment.clone();
            }
        }
        if reference.path.is_empty() && !self.opaque.is_empty() {
            url.opaque = self.opaque.clone();
            url.user = None;
            url.host.clear();
            url.path.clear();
            return url;
        }
        url.host = self.host.clone();
        url.user = self.user.clone();
        let _ = url.set_path(&resolve_path(&self.escaped_path(), &reference.escaped_path()));
        url
    }
}

fn resolve_path(base: &[u8], reference: &[u8]) -> Vec<u8> {
    let full = if reference.is_empty() {
        base.to_vec()
    } else if reference.starts_with(b"/") {
        reference.to_vec()
    } else {
        let folder = base.rfind_byte(b'/').and_then(|at| base.get(..=at)).unwrap_or_default();
        [folder, reference].concat()
    };
    if full.is_empty() {
        return full;
    }
    let mut path = vec![b'/'];
    let mut first = true;
    let mut last: &[u8] = b"";
    for segment in full.split(|byte| *byte == b'/') {
        last = segment;
        match segment {
            b"." => first = false,
            b".." => {
                let slash = path.get(1..).and_then(|path| path.rfind_byte(b'/'));
                path.truncate(slash.map_or(1, |slash| slash + 1));
                first = path.len() == 1;
            }
            _ => {
                if !first {
                    path.push(b'/');
                }
                path.extend_from_slice(segment);
                first = false;
            }
        }
    }
    if last == b"." || last == b".." {
        path.push(b'/');
    }
    // There is a slash at the beginning already.
    if path.starts_with(b"//") {
        path.remove(0);
    }
    path
}
