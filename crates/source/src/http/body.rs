//! Reads the body of an answer: bounded, told piece by piece, and carried on where it was cut off.

use std::{
    io::Read,
    sync::atomic::{AtomicU64, Ordering},
};

use reqwest::header::{self, HeaderMap};

use super::failure;
use crate::{
    Error,
    watch::{Downloading, Watch},
};

/// How much is read before it is told.
const PIECE: u64 = 1 << 18;

/// A body on its way.
pub(super) struct Body<'a> {
    bytes: Vec<u8>,
    url: &'a str,
    limit: u64,
    total: u64,
    number: u64,
    watch: &'a Watch,
}

impl<'a> Body<'a> {
    /// One of which nothing has come yet; `declared` is how long the server says it is.
    ///
    /// Fails where that is more than `limit`.
    pub(super) fn new(url: &'a str, limit: u64, declared: u64, watch: &'a Watch) -> Result<Body<'a>, Error> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        if declared > limit {
            return Err(too_large(url, limit));
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let room = usize::try_from(declared).unwrap_or_default();
        Ok(Body { bytes: Vec::with_capacity(room), url, limit, total: declared, number, watch })
    }

    /// How much of it is here.
    pub(super) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether an answer carries it on from here to the same end.
    pub(super) fn is_carried_on(&self, status: u16, headers: &HeaderMap) -> bool {
        let range = headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (at, total) = (self.len(), self.total);
        let from_here = range.strip_prefix("bytes ").is_some_and(|range| range.starts_with(&format!("{at}-")));
        status == 206 && from_here && (total == 0 || range.ends_with(&format!("-{}/{total}", total - 1)))
    }

    /// Forgets what is here: it comes once more from the beginning.
    pub(super) fn begin_anew(&mut self) {
        self.bytes.clear();
    }

    /// Reads what comes; what came before a failure stays.
    pub(super) fn read(&mut self, source: &mut dyn Read) -> Result<(), Cut> {
        loop {
            let room = PIECE.min(self.limit.saturating_add(1).saturating_sub(self.len()));
            let read = (&mut *source).take(room).read_to_end(&mut self.bytes);
            self.tell(false);
            if self.len() > self.limit {
                return Err(Cut::Refused(too_large(self.url, self.limit)));
            }
            match read {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(_) => return Err(Cut::Short),
            }
        }
    }

    /// All of it.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    fn tell(&self, over: bool) {
        let Body { number, url, total, watch, .. } = *self;
        watch.tell(&Downloading { number, url, received: self.len(), total, over });
    }
}

impl Drop for Body<'_> {
    fn drop(&mut self) {
        self.tell(true);
    }
}

/// Why a body did not come to its end.
pub(super) enum Cut {
    /// It is too large.
    Refused(Error),
    /// Nothing more came.
    Short,
}

fn too_large(url: &str, limit: u64) -> Error {
    Error::network(format!("{url} sends more than the {limit} bytes that are allowed for it"))
}

/// What the rest of a body is asked for with: a tag that is the same only while every byte is.
pub(super) fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tag = text(header::ETAG);
    let whole = text(header::ACCEPT_RANGES) != "none" && headers.get(header::CONTENT_ENCODING).is_none();
    (whole && tag.starts_with('"')).then(|| tag.to_owned())
}

/// What is told of a body that was cut off, for good.
pub(super) fn cut(received: u64, tries: u32) -> Error {
    let failed = failure::cut(false);
    let what = match tries {
        0 => "and the server does not offer to send the rest".to_owned(),
        1 => "and so was the rest, when it was asked for".to_owned(),
        tries => format!("and so was the rest, when it was asked for {tries} times"),
    };
    failed.hinted(format!("it was cut off after {received} bytes, {what}; nothing of it was kept"))
}
