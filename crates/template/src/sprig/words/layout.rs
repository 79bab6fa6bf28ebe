//! Wrapping and abbreviating, which count bytes (goutils: `wordutils.go`, `stringutils.go`).

use bstr::ByteSlice;
use value::Value;

use crate::{
    Call, Failure,
    sprig::arguments::{Outcome, int, made, string, text},
};

pub(super) fn wrap(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let wrapping = Wrapping { width: int(args, 0), line_break: b"\n", breaks_words: false };
    wrapping.wrap(call, text(args, 1)).map(Value::string)
}

pub(super) fn wrap_with(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let line_break = match text(args, 1) {
        b"" => b"\n",
        given => given,
    };
    let wrapping = Wrapping { width: int(args, 0), line_break, breaks_words: true };
    wrapping.wrap(call, text(args, 2)).map(Value::string)
}

struct Wrapping<'a> {
    width: i64,
    line_break: &'a [u8],
    /// Whether a word longer than a line is cut.
    breaks_words: bool,
}

impl Wrapping<'_> {
    fn wrap(&self, call: &Call<'_>, text: &[u8]) -> Result<Vec<u8>, Failure> {
        let width = usize::try_from(self.width).unwrap_or(0).max(1);
        call.budget.bytes(text.len())?;
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while rest.len() > width {
            if let Some(after) = rest.strip_prefix(b" ") {
                rest = after;
                continue;
            }
            let Some((line, after)) = self.line(rest, width) else { break };
            out.extend_from_slice(line);
            rest = after;
            call.budget.bytes(self.line_break.len())?;
            call.budget.step(1)?;
            out.extend_from_slice(self.line_break);
        }
        out.extend_from_slice(rest);
        Ok(out)
    }

    /// The first line of a text that is longer than `width`, and what follows the blank it ends at;
    /// nothing where the text is one word that may not be cut.
    fn line<'t>(&self, text: &'t [u8], width: usize) -> Option<(&'t [u8], &'t [u8])> {
        if let Some(blank) = text.get(..=width)?.rfind_byte(b' ') {
            return Some((text.get(..blank)?, text.get(blank + 1..)?));
        }
        if self.breaks_words {
            return text.split_at_checked(width);
        }
        let blank = width + text.get(width..)?.find_byte(b' ')?;
        Some((text.get(..blank)?, text.get(blank + 1..)?))
    }
}

pub(super) fn abbrev(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (width, text) = (int(args, 0), string(args, 1));
    match usize::try_from(width) {
        Ok(width) if width >= 4 && text.len() > width => made(call, abbreviated(&text, 0, width)),
        _ => Ok(Value::String(text)),
    }
}

pub(super) fn abbrev_both(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (left, width, text) = (int(args, 0), int(args, 1), string(args, 2));
    if width < 4 || left > 0 && width < 7 {
        return Ok(Value::String(text));
    }
    let left = usize::try_from(left).unwrap_or(0);
    match usize::try_from(width) {
        Ok(width) if text.len() > width => made(call, abbreviated(&text, left, width)),
        _ => Ok(Value::String(text)),
    }
}

/// goutils' `AbbreviateFull` of a text longer than `width`, which is 4 or more.
fn abbreviated(text: &[u8], left: usize, width: usize) -> Vec<u8> {
    const MARK: &[u8] = b"...";
    let kept = width - MARK.len();
    let left = left.min(text.len() - kept);
    let head = |text: &[u8], size: usize| text.get(..size).unwrap_or(text).to_vec();
    if left <= 4 {
        return [head(text, kept).as_slice(), MARK].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    let tail = text.get(left..).unwrap_or_default();
    if tail.len() > kept {
        return [MARK, head(tail, kept - MARK.len()).as_slice(), MARK].concat();
    }
    [MARK, text.get(text.len() - kept..).unwrap_or(text)].concat()
}
