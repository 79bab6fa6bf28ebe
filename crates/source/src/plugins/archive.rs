//! Archives of plugins: unpacked with care, and packed. Helm: internal/plugin/installer/extractor.go and sign.go.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
};

use chart::{ArchiveEntry, ArchiveMember, visit_archive};
use plugin::Plugin;

use super::find;
use crate::{Error, ErrorKind, path, read, system, write};

/// The endings of archives.
const ENDINGS: [&str; 2] = [".tar.gz", ".tgz"];

/// More than this is no plugin.
pub(super) const MAX_ARCHIVE: u64 = 256 << 20;

/// So much may it unpack to.
const MAX_UNPACKED: u64 = 1 << 30;

/// So many files may it have.
const MAX_FILES: usize = 100_000;

/// Whether a name ends as an archive's.
pub(super) fn is_archive(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The plugin's name in that of its archive: `name-1.2.3.tgz`.
pub(super) fn name_of(archive: &str) -> String {
    let stripped = ENDINGS.iter().find_map(|ending| archive.strip_suffix(ending)).unwrap_or_default();
    // What stands before the last dash that digits and a dot follow.
    let versioned = |at: &usize| {
        let rest = stripped.get(at + 1..).unwrap_or_default();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest.as_bytes().get(digits) == Some(&b'.')
    };
    let dashes: Vec<usize> = stripped.match_indices('-').map(|(at, _)| at).collect();
    let end = dashes.into_iter().rev().find(versioned).unwrap_or(stripped.len());
    stripped.get(..end).unwrap_or_default().to_owned()
}

/// The description in an archive.
pub(super) fn describe(archive: &[u8]) -> Result<Plugin, Error> {
    let mut found = None;
    let visited = visit_archive(archive, MAX_UNPACKED, |entry: &ArchiveEntry<'_>| -> Result<(), Stop> {
        let name = String::from_utf8_lossy(entry.name).into_owned();
        if path::base(&name) == plugin::PLUGIN_FILE {
            found = Some(plugin::parse(entry.content, ""));
            return Err(Stop::Found);
        }
        Ok(())
    });
    if let Err(Stop::Failed(error)) = visited {
        return Err(error);
    }
    match found {
        Some(Ok(plugin)) => Ok(plugin),
        Some(Err(error)) => Err(Error::new(ErrorKind::Unreadable, error.to_string())),
        None => Err(Error::new(ErrorKind::NotFound, "plugin.yaml not found in tarball")),
    }
}

enum Stop {
    Found,
    Failed(Error),
}

impl From<chart::Error> for Stop {
    fn from(error: chart::Error) -> Stop {
        Stop::Failed(Error::unreadable(error.to_string()))
    }
}

/// Unpacks an archive into a folder that is made for it. Nothing is written outside, links and devices are refused,
/// and of the modes only whether a file is a program counts.
pub(super) fn unpack(archive: &[u8], folder: &str) -> Result<(), Error> {
    unpack_within(archive, folder, MAX_UNPACKED)
}

fn unpack_within(archive: &[u8], folder: &str, limit: u64) -> Result<(), Error> {
    write::create_folders(folder)?;
    let mut count = 0;
    visit_archive(archive, limit, |entry: &ArchiveEntry<'_>| -> Result<(), Error> {
        let name = String::from_utf8_lossy(entry.name).into_owned();
        let target = place(folder, &name)?;
        count += 1;
        if count > MAX_FILES {
            return Err(Error::unreadable(format!("the archive has more than {MAX_FILES} files")));
        }
        match entry.kind {
            b'5' => write::create_folders(&target),
            b'0' => {
                write::create_folders(&path::folder(&target))?;
                let mode = if entry.mode & 0o111 == 0 { 0o644 } else { 0o755 };
                write_new(&target, entry.content, mode)
            }
            b'g' | b'x' => Ok(()),
            kind => Err(Error::unreadable(format!("unknown type: {kind:b} in {name}"))),
        }
    })
}

/// Where an entry goes. Helm: `cleanJoin`.
fn place(folder: &str, name: &str) -> Result<String, Error> {
    let refused = |what: &str| Err(Error::unreadable(format!("path {what}, which is illegal")));
    if name.contains(':') {
        return refused("contains ':'");
    }
    let name = name.replace('\\', "/");
    if name.split('/').any(|part| part == "..") {
        return refused("contains '..'");
    }
    if path::is_absolute(&name) {
        return refused("is absolute");
    }
    Ok(path::join(folder, &name))
}

/// Writes a file; one that the archive has twice is replaced. There are no links below the folder that could lead
/// elsewhere, as none are unpacked.
fn write_new(target: &str, content: &[u8], mode: u32) -> Result<(), Error> {
    let failed = |error: &std::io::Error| Error::unreadable(system::path_error("open", target, error));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(mode);
    let mut file = options.open(target).map_err(|error| failed(&error))?;
    file.write_all(content).map_err(|error| failed(&error))
}

/// Packs the plugin in a folder; the folder in the archive has the plugin's name.
pub fn pack_plugin(folder: &str) -> Result<(Plugin, Vec<u8>), Error> {
    let plugin = find::load_plugin(folder)?;
    let mut members = Vec::new();
    gather(folder, &plugin.name, &mut members)?;
    Ok((plugin, chart::pack(&members)))
}

fn gather(place: &str, name: &str, members: &mut Vec<ArchiveMember>) -> Result<(), Error> {
    let failed = |verb: &str, error: &std::io::Error| Error::unreadable(system::path_error(verb, place, error));
    let kind = fs::symlink_metadata(place).map_err(|error| failed("lstat", &error))?;
    if members.len() > MAX_FILES {
        return Err(Error::unreadable(format!("{place}: a plugin has at most {MAX_FILES} files")));
    }
    let mut member = ArchiveMember {
        name: name.to_owned(),
        kind: b'0',
        mode: kind.mode() & 0o7777,
        time: kind.mtime(),
        content: Vec::new(),
    };
    if kind.is_dir() {
        (member.kind, member.name) = (b'5', format!("{name}/"));
        members.push(member);
        let entries = fs::read_dir(place).map_err(|error| failed("open", &error))?;
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        return names.iter().try_for_each(|below| {
            let (place, name) = (path::join(place, below), format!("{name}/{below}"));
            gather(&place, &name, members)
        });
    }
    if !kind.is_file() {
        let text = format!("{place} is neither a file nor a folder");
        return Err(Error::unreadable(text).hinted("no Helm installs a plugin with links; put the file in its place"));
    }
    member.content = read::up_to(place, MAX_ARCHIVE)?;
    members.push(member);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_archives() {
        for (archive, want) in [
            ("diff-3.1.2.tgz", "diff"),
            ("helm-diff-3.1.2-rc.1.tar.gz", "helm-diff"),
            ("a-1.0-2.0.tgz", "a-1.0"),
            ("plain.tgz", "plain"),
            ("v-v1.0.tgz", "v-v1.0"),
        ] {
            assert_eq!(name_of(archive), want, "{archive}");
        }
    }

    fn packed(name: &str, kind: u8, mode: u32) -> Vec<u8> {
        chart::pack(&[ArchiveMember { name: name.into(), kind, mode, time: 0, content: b"x".to_vec() }])
    }

    /// CVE-2020-4053: archives of plugins that leave their folder.
    #[test]
    fn cve_2020_4053_nothing_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let into = format!("{}/in", folder.path().display());
        for name in ["../x", "a/../../x", "/x", "c:x", "a\\..\\x"] {
            assert!(unpack(&packed(name, b'0', 0o644), &into).is_err(), "{name}");
        }
        assert!(!folder.path().join("x").exists());
    }

    /// A gap that Helm has: an archive of a plugin may fill the disk.
    #[test]
    fn what_is_unpacked_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().display().to_string();
        let member = |name: &str| ArchiveMember {
            name: name.into(),
            kind: b'0',
            mode: 0o644,
            time: 0,
            content: vec![0; 60_000],
        };
        let archive = chart::pack(&[member("a"), member("b")]);
        assert!(archive.len() < 10_000);
        unpack_within(&archive, &into, 200_000).unwrap();
        assert!(unpack_within(&archive, &into, 100_000).is_err());
    }

    /// Hardening that Helm has on branches only: links are refused, setuid is dropped.
    #[test]
    fn links_and_odd_modes() {
        let folder = tempfile::tempdir().unwrap();
        let into = format!("{}/in", folder.path().display());
        for kind in [b'1', b'2', b'3', b'6'] {
            assert!(unpack(&packed("x", kind, 0o644), &into).is_err());
        }
        unpack(&packed("sub/x", b'0', 0o4777), &into).unwrap();
        assert_eq!(fs::metadata(format!("{into}/sub/x")).unwrap().mode() & 0o7777, 0o755);
    }
}
