//! The wire format of protobuf, as far as lists of records need it.

/// One field's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    /// Text, bytes or a message.
    Bytes(&'a [u8]),
    /// A number.
    Number,
}

/// The fields of a message in order. Ends at what is no field; [`Fields::is_whole`] tells whether that is the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn new(message: &'a [u8]) -> Fields<'a> {
        Fields { rest: message }
    }

    /// Whether nothing is left.
    pub(super) fn is_whole(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    fn read(&self) -> Option<((u64, Content<'a>), &'a [u8])> {
        let (tag, rest) = varint(self.rest)?;
        let skip = |count: usize| Some(((tag >> 3, Content::Number), rest.get(count..)?));
        match tag & 7 {
            0 => varint(rest).map(|(_, rest)| ((tag >> 3, Content::Number), rest)),
            1 => skip(8),
            2 => {
                let (length, rest) = length(rest)?;
                let (bytes, rest) = rest.split_at_checked(length)?;
                Some(((tag >> 3, Content::Bytes(bytes)), rest))
            }
            5 => skip(4),
            _ => None,
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Content<'a>);

    fn next(&mut self) -> Option<(u64, Content<'a>)> {
        let (field, rest) = self.read()?;
        self.rest = rest;
        Some(field)
    }
}

/// A length, and what follows it.
pub(super) fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = varint(bytes)?;
    Some((usize::try_from(length).ok()?, rest))
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (place, byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * place).min(63);
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(place + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Content, Fields};

    #[test]
    fn fields_are_read_up_to_what_is_none() {
        let message = b"\x08\x96\x01\x12\x02hi\x1d\0\0\0\0\x21\0\0\0\0\0\0\0\0";
        let mut fields = Fields::new(message);
        let read: Vec<_> = fields.by_ref().collect();
        assert_eq!(
            read,
            [(1, Content::Number), (2, Content::Bytes(b"hi")), (3, Content::Number), (4, Content::Number)]
        );
        assert!(fields.is_whole());
        for broken in [b"\x12\x05hi".as_slice(), b"\x0b", b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", b"\x1d\0"] {
            let mut fields = Fields::new(broken);
            assert_eq!((fields.next(), fields.is_whole()), (None, false), "{broken:?}");
        }
    }
}
