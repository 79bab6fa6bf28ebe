//! Slash-separated paths, as Go's `path` has them; `path/filepath` is the same on Unix.

use bstr::ByteSlice;
use value::{Signature, Type, Value};

use super::arguments::{made, text};
use crate::Function;

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    const TEXT: Signature = Signature::fixed(&[Type::String]);
    ["base", "osBase"]
        .map(|name| Function::native(name, TEXT, |_, args| Ok(Value::string(base(text(args, 0))))))
        .into_iter()
        .chain(["dir", "osDir"].map(|name| Function::native(name, TEXT, |call, args| made(call, dir(text(args, 0))))))
        .chain(
            ["clean", "osClean"]
                .map(|name| Function::native(name, TEXT, |call, args| made(call, clean(text(args, 0))))),
        )
        .chain(["ext", "osExt"].map(|name| Function::native(name, TEXT, |_, args| Ok(extension(text(args, 0)).into()))))
        .chain(
            ["isAbs", "osIsAbs"]
                .map(|name| Function::native(name, TEXT, |_, args| Ok(text(args, 0).starts_with(b"/").into()))),
        )
        .collect()
}

fn base(path: &[u8]) -> &[u8] {
    let trimmed = path.trim_end_with(|rune| rune == '/');
    match (path, trimmed) {
        (b"", _) => b".",
        (_, b"") => b"/",
        _ => trimmed.rsplit(|&byte| byte == b'/').next().unwrap_or(trimmed),
    }
}

fn dir(path: &[u8]) -> Vec<u8> {
    let end = path.rfind_byte(b'/').map_or(0, |slash| slash + 1);
    clean(path.get(..end).unwrap_or_default())
}

fn extension(path: &[u8]) -> value::Str {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    name.rfind_byte(b'.').and_then(|dot| name.get(dot..)).unwrap_or_default().into()
}

/// The shortest path to the same place.
pub(super) fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => {
                parts.pop();
            }
            b".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/".as_slice(), &joined].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
