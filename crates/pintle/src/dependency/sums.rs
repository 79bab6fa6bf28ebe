//! `Chart.lock.sums`: beside Chart.lock, the sum of each archive that came from a repository or a registry.
//!
//! Chart.lock stays as Helm writes it and names versions alone; what is behind a version may change. To Helm this file is
//! one of the chart's own, which templates see and records have; so it is there for those alone who ask for it.

use std::{collections::BTreeMap, fs};

use chart::Dependency;
use source::{path, system};
use value::{Value, quote::quote, yaml};

use crate::{Error, ErrorKind};

/// The file's name.
const FILE: &str = "Chart.lock.sums";

/// More than this is no such file.
const MAX_SIZE: u64 = 1 << 20;

/// Repository, name and version of a dependency.
type Key = (String, String, String);

/// Sums of archives, in hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums(BTreeMap<Key, String>);

fn key(dependency: &Dependency) -> Key {
    let repository = dependency.repository.trim_end_matches('/').to_owned();
    (repository, dependency.name.clone(), dependency.version.clone())
}

impl Sums {
    /// Whether a chart has such a file.
    pub(super) fn are_kept(folder: &str) -> bool {
        fs::symlink_metadata(path::join(folder, FILE)).is_ok()
    }

    /// Reads those of a chart; none where there is no such file.
    pub(super) fn load(folder: &str) -> Result<Sums, Error> {
        let file = path::join(folder, FILE);
        let failed = |text: String| Error::new(ErrorKind::Chart, format!("{}: {text}", quote(file.as_bytes())));
        match fs::metadata(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Sums::default()),
            Ok(kind) if kind.len() > MAX_SIZE => return Err(failed(format!("it has {} bytes", kind.len()))),
            _ => {}
        }
        let bytes = fs::read(&file).map_err(|error| failed(system::error_text(&error)))?;
        let map = yaml::map_from_slice(&bytes).map_err(|error| failed(error.message))?;
        let mut sums = Sums::default();
        let list = map.get("archives").and_then(|list| list.as_list().cloned());
        for entry in list.iter().flat_map(|list| list.iter()).filter_map(Value::as_map) {
            let text = |name: &str| {
                let value = entry.get(name)?;
                Some(value.as_str()?.to_string())
            };
            let read = (|| Some(((text("repository")?, text("name")?, text("version")?), text("digest")?)))();
            let (key, digest) = read.ok_or_else(|| failed("an entry is not complete".to_owned()))?;
            let sum = digest.strip_prefix("sha256:").filter(|sum| is_sum(sum));
            let sum = sum.ok_or_else(|| failed(format!("{digest} is no SHA-256")))?;
            sums.0.insert(key, sum.to_owned());
        }
        Ok(sums)
    }

    /// The sum of a dependency's archive.
    pub(super) fn get(&self, dependency: &Dependency) -> Option<&str> {
        self.0.get(&key(dependency)).map(String::as_str)
    }

    /// Notes the sum of a dependency's archive.
    pub(super) fn set(&mut self, dependency: &Dependency, sum: String) {
        self.0.insert(key(dependency), sum);
    }

    /// Writes them into a chart's folder. Where there are none the file goes. A link in its place is refused.
    pub(super) fn write(&self, folder: &str) -> Result<(), Error> {
        let file = path::join(folder, FILE);
        let is_link = fs::symlink_metadata(&file).is_ok_and(|kind| kind.is_symlink());
        if is_link {
            let text = format!("the {FILE} file is a symlink: {}", quote(file.as_bytes()));
            return Err(Error::new(ErrorKind::Output, text));
        }
        if self.0.is_empty() {
            let _ = fs::remove_file(&file);
            return Ok(());
        }
        let text = |text: &str| Value::string(text);
        let entries = self.0.iter().map(|((repository, name, version), sum)| {
            Value::map([
                ("repository", text(repository)),
                ("name", text(name)),
                ("version", text(version)),
                ("digest", Value::string(format!("sha256:{sum}"))),
            ])
        });
        let list = Value::map([("archives", Value::list(entries.collect()))]);
        let written = yaml::to_vec(&list).map_err(|error| Error::new(ErrorKind::Output, error.message))?;
        let head: &[u8] = b"# The archives that Chart.lock stands for; `helm dependency build` checks them.\n";
        source::overwrite_file(&file, &[head, &written].concat())?;
        Ok(())
    }
}

fn is_sum(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = std::env::temp_dir().join(format!("pintle-sums-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let folder = folder.to_str().unwrap();
        let dependency = Dependency {
            name: "a".into(),
            version: "1.2".into(),
            repository: "https://h/c/".into(),
            ..Dependency::default()
        };
        let mut sums = Sums::default();
        sums.set(&dependency, "0".repeat(64));
        sums.write(folder).unwrap();
        let read = Sums::load(folder).unwrap();
        assert_eq!(read, sums);
        assert_eq!(
            read.get(&Dependency { repository: "https://h/c".into(), ..dependency }),
            Some("0".repeat(64).as_str())
        );
        fs::write(format!("{folder}/{FILE}"), "archives: [{name: x}]").unwrap();
        assert!(Sums::load(folder).is_err());
        Sums::default().write(folder).unwrap();
        assert_eq!(Sums::load(folder).unwrap(), Sums::default());
        fs::remove_dir_all(folder).unwrap();
    }
}
