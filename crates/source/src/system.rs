//! The operating system's errors in Go's words: `open x: no such file or directory`.

use std::io;

/// Go's text for an error of `operation` (such as `open` or `stat`) on `path`.
pub fn path_error(operation: &str, path: &str, error: &io::Error) -> String {
    format!("{operation} {path}: {}", error_text(error))
}

/// Go's text for an error number, or the error's own text where it has none.
pub fn error_text(error: &io::Error) -> String {
    // The numbers that file operations meet, as Linux counts them, with the texts of Go's syscall package.
    let text = match error.raw_os_error() {
        Some(1) => "operation not permitted",
        Some(2) => "no such file or directory",
        Some(5) => "input/output error",
        Some(6) => "no such device or address",
        Some(12) => "cannot allocate memory",
        Some(13) => "permission denied",
        Some(16) => "device or resource busy",
        Some(17) => "file exists",
        Some(18) => "invalid cross-device link",
        Some(20) => "not a directory",
        Some(21) => "is a directory",
        Some(22) => "invalid argument",
        Some(23) => "too many open files in system",
        Some(24) => "too many open files",
        Some(26) => "text file busy",
        Some(27) => "file too large",
        Some(28) => "no space left on device",
        Some(30) => "read-only file system",
        Some(31) => "too many links",
        Some(36) => "file name too long",
        Some(39) => "directory not empty",
        Some(40) => "too many levels of symbolic links",
        Some(116) => "stale NFS file handle",
        Some(122) => "disk quota exceeded",
        _ => return error.to_string(),
    };
    text.into()
}

/// The operation that Go names when reading a whole file fails: a folder can be opened and not read.
pub fn read_verb(error: &io::Error) -> &'static str {
    if error.kind() == io::ErrorKind::IsADirectory { "read" } else { "open" }
}
