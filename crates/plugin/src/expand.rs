//! Variables in texts, as Go's `os.Expand` replaces them.

/// Replaces `$name` and `${name}` by what `look_up` gives.
pub(crate) fn expand(text: &str, look_up: &dyn Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, dollar) = rest.split_at(at);
        out.push_str(before);
        let after = dollar.get(1..).unwrap_or_default();
        let (name, width) = name_of(after);
        match name {
            Some(name) => out.push_str(&look_up(name)),
            // A dollar that no name follows stays; what begins with a brace and is no name goes.
            None if width == 0 => out.push('$'),
            None => {}
        }
        rest = after.get(width..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The name that begins a text, if there is one, and how many bytes it takes.
fn name_of(text: &str) -> (Option<&str>, usize) {
    let is_special = |byte: u8| matches!(byte, b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9');
    match text.bytes().next() {
        None => (None, 0),
        Some(b'{') => match text.find('}') {
            None => (None, 1),
            Some(1) => (None, 2),
            Some(end) => (text.get(1..end), end + 1),
        },
        Some(byte) if is_special(byte) => (text.get(..1), 1),
        Some(_) => {
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let width = text.bytes().take_while(is_name).count();
            (if width == 0 { None } else { text.get(..width) }, width)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_as_go_does() {
        let look_up = |name: &str| format!("<{name}>");
        for (text, want) in [
            ("$HELM_PLUGIN_DIR/bin/x ${A}b", "<HELM_PLUGIN_DIR>/bin/x <A>b"),
            ("$", "$"),
            ("a$ b$/c", "a$ b$/c"),
            ("${}x${", "x"),
            ("$1a$$", "<1>a<$>"),
            ("${*}", "<*>"),
            ("€$é", "€$é"),
        ] {
            assert_eq!(expand(text, &look_up), want, "{text}");
        }
    }
}
