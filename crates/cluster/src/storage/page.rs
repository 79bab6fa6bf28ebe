//! A page of a list of records, read while it arrives: what is kept of it is one object at a time.

use super::{
    holder::{self, Flavour, Holder},
    protobuf::{Content, Fields, length},
};
use crate::{
    Error,
    request::{Call, Part, Transport},
};

/// What records are asked for with: protobuf spares the server and us the base64 of JSON.
pub(super) const RECORDS: &str = "application/vnd.kubernetes.protobuf,application/json";

/// What `read` gives of all objects of a list, page by page.
pub(super) async fn all<T>(
    transport: &Transport,
    call: &Call,
    flavour: Flavour,
    mut read: impl FnMut(Holder<'_>) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let call = if next.is_empty() { call.clone() } else { call.clone().query("continue", &next) };
        let (page, items) = match one(transport, &call, flavour, &mut read).await {
            Ok(page) => page,
            // The refusal may be protobuf too: the one in JSON has words.
            Err(error) if call.accept == RECORDS && error.api().is_some() => {
                one(transport, &call.accept("application/json"), flavour, &mut read).await?
            }
            Err(error) => return Err(error),
        };
        all.extend(items);
        next = page;
        if next.is_empty() {
            return Ok(all);
        }
    }
}

/// One page, and what the next one is asked for with. A page that breaks off and is sent again counts once.
async fn one<T>(
    transport: &Transport,
    call: &Call,
    flavour: Flavour,
    read: &mut impl FnMut(Holder<'_>) -> Option<T>,
) -> Result<(String, Vec<T>), Error> {
    let (mut page, mut items) = (Page::new(flavour), Vec::new());
    let mut take = |part: Part<'_>| match part {
        Part::Beginning => {
            (page, items) = (Page::new(flavour), Vec::new());
            Ok(())
        }
        Part::Bytes(bytes) => page.push(bytes, &mut |holder| items.extend(read(holder))),
    };
    transport.receive(call, &mut take).await?;
    let next = page.finish(&mut |holder| items.extend(read(holder)))?;
    Ok((next, items))
}

/// A page that arrives.
struct Page {
    flavour: Flavour,
    /// What has arrived and is not read yet.
    buffer: Vec<u8>,
    place: Place,
    next: String,
}

/// Where in the page the buffer begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At its beginning.
    Beginning,
    /// JSON, which is read at its end.
    Json,
    /// Between fields of the envelope. apimachinery: `runtime.Unknown`.
    Envelope,
    /// Between fields of the list, so many bytes before its end.
    List(usize),
    /// Behind the list.
    Behind,
}

/// What begins a message in protobuf.
const MAGIC: &[u8] = b"k8s\0";
/// The tag of the envelope's field that is the list.
const LIST: u8 = 2 << 3 | 2;

impl Page {
    fn new(flavour: Flavour) -> Page {
        Page { flavour, buffer: Vec::new(), place: Place::Beginning, next: String::new() }
    }

    /// Takes what has arrived, and hands on the objects that are whole.
    fn push(&mut self, bytes: &[u8], take: &mut impl FnMut(Holder<'_>)) -> Result<(), Error> {
        self.buffer.extend_from_slice(bytes);
        let mut read = 0;
        while let Some(rest) = self.buffer.get(read..).filter(|rest| !rest.is_empty()) {
            let step = match self.place {
                Place::Beginning if rest.len() < MAGIC.len() => None,
                Place::Beginning if rest.starts_with(MAGIC) => Some((MAGIC.len(), Place::Envelope)),
                Place::Beginning => Some((0, Place::Json)),
                Place::Json => None,
                Place::Envelope => envelope(rest),
                Place::List(left) => {
                    let mut fields = Fields::new(rest.get(..left.min(rest.len())).unwrap_or(rest));
                    match fields.next() {
                        None => None,
                        Some((number, content)) => {
                            match (number, content) {
                                (1, Content::Bytes(metadata)) => self.next = holder::next_page(metadata),
                                (2, Content::Bytes(item)) => take(holder::protobuf(item).ok_or_else(broken)?),
                                _ => {}
                            }
                            let size = left.min(rest.len()) - fields.left();
                            Some((size, if size == left { Place::Behind } else { Place::List(left - size) }))
                        }
                    }
                }
                Place::Behind => Some((rest.len(), Place::Behind)),
            };
            let Some((size, place)) = step else { break };
            read += size;
            self.place = place;
        }
        self.buffer.drain(..read);
        Ok(())
    }

    /// Ends the page, and gives what the next one is asked for with.
    fn finish(self, take: &mut impl FnMut(Holder<'_>)) -> Result<String, Error> {
        match self.place {
            Place::Beginning | Place::Json => holder::json_page(&self.buffer, self.flavour, take),
            Place::Behind => Ok(self.next),
            Place::Envelope | Place::List(_) => Err(broken()),
        }
    }
}

fn broken() -> Error {
    Error::Answer("reading a list: no protobuf".into())
}

/// Passes over a field of the envelope, or enters the list.
fn envelope(rest: &[u8]) -> Option<(usize, Place)> {
    if rest.first() == Some(&LIST) {
        let (size, behind) = length(rest.get(1..)?)?;
        let place = if size == 0 { Place::Behind } else { Place::List(size) };
        return Some((rest.len() - behind.len(), place));
    }
    let mut fields = Fields::new(rest);
    fields.next()?;
    Some((rest.len() - fields.left(), Place::Envelope))
}

#[cfg(test)]
mod tests {
    use super::{Flavour, Page};
    use crate::Error;

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
    }

    /// Reads a page that arrives in pieces of a size: what the next one is asked for with, and the names, labels and
    /// texts of the objects.
    fn read(body: &[u8], flavour: Flavour, size: usize) -> Result<(String, Vec<[String; 3]>), Error> {
        let mut seen = Vec::new();
        let mut take = |holder: super::Holder<'_>| {
            let (name, labels) = (holder.metadata.name.clone(), holder.metadata.labels.clone().unwrap_or_default());
            let text = String::from_utf8(holder.stored().unwrap().into_owned()).unwrap();
            seen.push([name, labels.get("name").cloned().unwrap_or_default(), text]);
        };
        let mut page = Page::new(flavour);
        for piece in body.chunks(size) {
            page.push(piece, &mut take)?;
        }
        let next = page.finish(&mut take)?;
        Ok((next, seen))
    }

    fn protobuf(items: usize) -> Vec<u8> {
        let labels = field(11, &[field(1, b"name"), field(2, b"a")].concat());
        let metadata = [field(1, b"x.v2"), field(3, b"n"), labels].concat();
        let data = |key: &[u8], text: &[u8]| field(2, &[field(1, key), field(2, text)].concat());
        let item = [field(1, &metadata), data(b"other", b"z"), data(b"release", b"hi"), field(3, b"t")].concat();
        let list = [field(1, &field(3, b"more")), field(2, &item).repeat(items)].concat();
        [b"k8s\0".as_slice(), &field(1, b"type"), &field(2, &list), &field(4, b"json")].concat()
    }

    #[test]
    fn pages_are_the_same_in_both_forms_and_any_pieces() {
        let json = |data: &str| {
            let item = format!(
                r#"{{"metadata":{{"name":"x.v2","namespace":"n","labels":{{"name":"a"}}}},"data":{{"release":"{data}"}}}}"#
            );
            format!(r#"{{"metadata":{{"continue":"more"}},"items":[{item},{item}]}}"#).into_bytes()
        };
        let item = ["x.v2".to_owned(), "a".to_owned(), "hi".to_owned()];
        for (body, flavour) in
            [(protobuf(2), Flavour::Secret), (json("aGk="), Flavour::Secret), (json("hi"), Flavour::ConfigMap)]
        {
            for size in [1, 2, 3, 7, 64, 1000] {
                let (next, seen) = read(&body, flavour, size).unwrap();
                assert_eq!((next.as_str(), seen), ("more", vec![item.clone(), item.clone()]), "{size}");
            }
        }
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for body in [
            b"k8s\0".as_slice(),
            b"k8s\0\x12\x05hi",
            b"{",
            b"",
            b"k8s",
            b"k8s\0\x12\x02\x12\x05",
            b"k8s\0\x12\x04\x12\x01\x0b",
        ] {
            assert!(read(body, Flavour::Secret, 3).is_err(), "{body:?}");
        }
        let whole = protobuf(1);
        for length in 0..whole.len() - field(4, b"json").len() {
            assert!(read(&whole[..length], Flavour::Secret, 5).is_err(), "{length}");
        }
        assert_eq!(read(b"k8s\0\x12\0", Flavour::Secret, 1).unwrap(), (String::new(), Vec::new()));
    }
}
