//! Base64 with the standard alphabet and padding, as Go's `base64.StdEncoding` writes it.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends the encoded bytes.
pub(crate) fn append_encoded(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let number = group.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let sextet = (number >> (18 - 6 * place)) & 0x3f;
            let letter =
                if place > group.len() { b'=' } else { ALPHABET.get(sextet as usize).copied().unwrap_or(b'=') };
            out.push(letter);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn groups_are_padded() {
        for (bytes, want) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob>>~", "Zm9vYj4+fg==")] {
            let mut out = Vec::new();
            super::append_encoded(&mut out, bytes.as_bytes());
            assert_eq!(String::from_utf8_lossy(&out), want);
        }
    }
}
