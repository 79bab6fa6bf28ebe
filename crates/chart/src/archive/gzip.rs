//! gzip as Go's `compress/gzip` reads it: any number of members, checked one by one.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::Error;

/// What Go says to a wrong gzip header.
pub(crate) const GZIP_HEADER: &str = "gzip: invalid header";
const GZIP_CHECKSUM: &str = "gzip: invalid checksum";
pub(super) const UNEXPECTED_EOF: &str = "unexpected EOF";
const EOF: &str = "EOF";

/// How much is decompressed at a time.
const CHUNK: usize = 64 << 10;

/// How much may be left over when more is decompressed, so that both fit.
pub(super) const LEFT_OVER: usize = 16 << 10;

/// Reads what a gzip stream holds, at most `limit` bytes of it.
pub(super) struct Reader<'a> {
    input: &'a [u8],
    /// How many bytes of the input are used up.
    position: usize,
    /// Where the deflate stream of the present member begins.
    deflate: usize,
    inflate: Decompress,
    crc: Crc,
    /// What is decompressed and not yet read: `ready` from `start` to `end`; behind that is room.
    ready: Vec<u8>,
    start: usize,
    end: usize,
    limit: u64,
    state: State,
}

enum State {
    Reading,
    /// The stream has ended; with an error, where it did not end well.
    Ended(Option<Error>),
}

impl<'a> Reader<'a> {
    /// Starts to read; the header of the first member must be right.
    pub(super) fn new(input: &'a [u8], limit: u64) -> Result<Reader<'a>, Error> {
        let mut reader = Reader {
            input,
            position: 0,
            deflate: 0,
            inflate: Decompress::new(false),
            crc: Crc::new(),
            ready: vec![0; CHUNK + LEFT_OVER],
            start: 0,
            end: 0,
            limit,
            state: State::Reading,
        };
        if !reader.header()? {
            return Err(Error::Stream(EOF));
        }
        Ok(reader)
    }

    /// The next `count` bytes, or fewer where the stream ends before.
    /// An error comes once all bytes before it are read.
    pub(super) fn take(&mut self, count: usize) -> Result<&[u8], Error> {
        while self.end - self.start < count {
            if let State::Ended(error) = &self.state {
                match error {
                    Some(error) => return Err(error.clone()),
                    None => break,
                }
            }
            self.more(count);
        }
        let from = self.start;
        self.start = self.end.min(from.saturating_add(count));
        Ok(self.ready.get(from..self.start).unwrap_or_default())
    }

    /// The next bytes, `most` at most: those that are ready; none only where the stream ends.
    pub(super) fn some(&mut self, most: usize) -> Result<&[u8], Error> {
        while self.end == self.start && matches!(self.state, State::Reading) {
            self.more(0);
        }
        let ready = self.end - self.start;
        self.take(most.min(ready.max(1)))
    }

    /// Decompresses at least one byte more, or ends the stream.
    fn more(&mut self, wanted: usize) {
        self.ready.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let room = wanted.saturating_sub(self.end).clamp(CHUNK, 8 << 20);
        if self.ready.len() - self.end < room {
            self.ready.resize(self.end + room, 0);
        }
        let (consumed, produced) = (self.inflate.total_in(), self.inflate.total_out());
        let input = self.input.get(self.position..).unwrap_or_default();
        let output = self.ready.get_mut(self.end..self.end + room).unwrap_or_default();
        let status = self.inflate.decompress(input, output, FlushDecompress::None);
        self.position += (self.inflate.total_in() - consumed) as usize;
        let produced = self.inflate.total_out() - produced;
        let before = self.end;
        self.end += produced as usize;
        self.crc.update(self.ready.get(before..self.end).unwrap_or_default());
        self.limit = self.limit.saturating_sub(produced);
        let end = match status {
            _ if self.limit == 0 => Some(Some(Error::Stream("chart archive is larger than any chart may be"))),
            Err(_) => Some(Some(Error::CorruptDeflate((self.position - self.deflate) as u64))),
            Ok(Status::StreamEnd) => self.finish_member(),
            Ok(_) if produced == 0 => Some(Some(Error::Stream(UNEXPECTED_EOF))),
            Ok(_) => None,
        };
        if let Some(error) = end {
            self.state = State::Ended(error);
        }
    }

    /// Checks the end of a member and starts the next one; gives how the stream ends, where it does.
    fn finish_member(&mut self) -> Option<Option<Error>> {
        let Some([c0, c1, c2, c3, l0, l1, l2, l3]) = self.bytes() else {
            return Some(Some(Error::Stream(UNEXPECTED_EOF)));
        };
        let sum = u32::from_le_bytes([c0, c1, c2, c3]);
        let length = u32::from_le_bytes([l0, l1, l2, l3]);
        if sum != self.crc.sum() || length != self.crc.amount() {
            return Some(Some(Error::Stream(GZIP_CHECKSUM)));
        }
        self.crc.reset();
        self.inflate.reset(false);
        match self.header() {
            Ok(true) => None,
            Ok(false) => Some(None),
            Err(error) => Some(Some(error)),
        }
    }

    /// Reads the header of a member; false at the end of the input.
    fn header(&mut self) -> Result<bool, Error> {
        if self.position >= self.input.len() {
            return Ok(false);
        }
        let begin = self.position;
        let eof = Error::Stream(UNEXPECTED_EOF);
        let Some([0x1f, 0x8b, 8, flags, ..]) = self.bytes::<10>() else {
            let whole = self.input.len() - begin >= 10;
            return Err(if whole { Error::Stream(GZIP_HEADER) } else { eof });
        };
        if flags & 4 != 0 {
            let length = u16::from_le_bytes(self.bytes().ok_or(eof.clone())?);
            self.skip(usize::from(length)).ok_or(eof.clone())?;
        }
        for flag in [8, 16] {
            if flags & flag != 0 {
                self.text()?;
            }
        }
        if flags & 2 != 0 {
            let mut crc = Crc::new();
            crc.update(self.input.get(begin..self.position).unwrap_or_default());
            let sum = u16::from_le_bytes(self.bytes().ok_or(eof)?);
            if sum != (crc.sum() & 0xffff) as u16 {
                return Err(Error::Stream(GZIP_HEADER));
            }
        }
        self.deflate = self.position;
        Ok(true)
    }

    /// Skips a text that ends with a zero; Go takes at most 511 bytes before it.
    fn text(&mut self) -> Result<(), Error> {
        for _ in 0..512 {
            match self.bytes::<1>() {
                Some([0]) => return Ok(()),
                Some(_) => {}
                None => return Err(Error::Stream(UNEXPECTED_EOF)),
            }
        }
        Err(Error::Stream(GZIP_HEADER))
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, _) = self.input.get(self.position..)?.split_first_chunk::<N>()?;
        self.position += N;
        Some(*bytes)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        let end = self.position.checked_add(count).filter(|end| *end <= self.input.len())?;
        self.position = end;
        Some(())
    }
}
