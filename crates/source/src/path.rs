//! Paths as texts, as Go's `path/filepath` handles them on Unix: messages show them.

/// The shortest path that names the same file, as `filepath.Clean`: without `.`, `..` and doubled slashes where
/// that can be done by text alone.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".into(),
        (false, false) => parts.join("/"),
    }
}

/// The cleaned path of `name` below `folder`, as `filepath.Join`; empty where both are.
pub fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", "") => String::new(),
        ("", name) => clean(name),
        (folder, "") => clean(folder),
        (folder, name) => clean(&format!("{folder}/{name}")),
    }
}

/// The last part of a path, as `filepath.Base`.
pub fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return "/";
    }
    path.rsplit('/').next().unwrap_or(path)
}

/// All but the last part of a path, cleaned, as `filepath.Dir`.
pub fn folder(path: &str) -> String {
    clean(path.rsplit_once('/').map_or("", |(folder, _)| if folder.is_empty() { "/" } else { folder }))
}

/// The extension with its dot, as `filepath.Ext`; empty where the last part has no dot.
pub fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').and_then(|dot| name.get(dot..)).unwrap_or("")
}

/// Whether the path begins at the root.
pub fn is_absolute(path: &str) -> bool {
    path.starts_with('/')
}

/// The path from the root, as `filepath.Abs`; the same path, cleaned, where the working folder is not known.
pub fn absolute(path: &str) -> String {
    if is_absolute(path) {
        return clean(path);
    }
    match std::env::current_dir() {
        Ok(working) => join(&working.to_string_lossy(), path),
        Err(_) => clean(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, want) in [
            ("", "."),
            (".", "."),
            ("a//b/./c/..", "a/b"),
            ("../../a/../b", "../../b"),
            ("/../a", "/a"),
            ("/", "/"),
            ("a/..", "."),
            ("./x", "x"),
        ] {
            assert_eq!(clean(path), want, "{path}");
        }
        assert_eq!(join("a/", "../b"), "b");
        assert_eq!(join("", ""), "");
        assert_eq!((base("a/b/"), base("/"), base("")), ("b", "/", "."));
        assert_eq!((folder("a/b"), folder("a"), folder("/a")), ("a".into(), ".".into(), "/".into()));
        assert_eq!((extension("a.b/c"), extension("x.tar.gz"), extension("x.")), ("", ".gz", "."));
    }
}
