//! Downloads a chart for its own sake, and unpacks it. Helm: pkg/action/pull.go and pkg/chart/v2/util/expand.go.

use std::fs;

use chart::{Limits, Metadata, read_archive};
use value::quote::quote;

use crate::{
    ChartQuery, Error, ErrorKind, Notes, Verification, Verify, download::Downloader, locate::from_repository, path,
    read, system, write,
};

/// What `pull` needs beside the chart.
#[derive(Clone, Debug, Default)]
pub struct PullOptions {
    /// `--destination`
    pub destination: String,
    /// `--untar`
    pub untar: bool,
    /// `--untardir`
    pub untar_folder: String,
    /// `--prov`
    pub provenance: bool,
    /// A folder that this process may make for what it unpacks.
    pub temporary: String,
}

/// Downloads a chart's archive; `told` hears who signed it before it is unpacked.
pub fn pull(
    query: &ChartQuery,
    options: &PullOptions,
    told: &mut dyn FnMut(&Verification),
    notes: Notes<'_>,
) -> Result<(), Error> {
    let (reference, access) = match query.repository_url.is_empty() {
        true => (query.reference.clone(), query.access.clone()),
        false => from_repository(query, &query.reference, notes)?,
    };
    let mut downloader = Downloader::new(&query.places, &access);
    downloader.owner = &query.repository_url;
    downloader.keyring = &query.keyring;
    downloader.verify = match (query.verify, options.provenance) {
        (true, _) => Verify::Always,
        (false, true) => Verify::Later,
        (false, false) => Verify::Never,
    };
    if !options.untar {
        let downloaded = downloader.to_folder(&reference, &query.version, &options.destination, notes)?;
        downloaded.verification.iter().for_each(told);
        return Ok(());
    }
    write::create_private_folders(&options.temporary)?;
    let unpacked = downloader.to_folder(&reference, &query.version, &options.temporary, notes).and_then(|downloaded| {
        downloaded.verification.iter().for_each(told);
        untar(&downloaded.path, &query.reference, options)
    });
    let _ = fs::remove_dir_all(&options.temporary);
    unpacked
}

fn untar(archive: &str, reference: &str, options: &PullOptions) -> Result<(), Error> {
    let folder = match path::is_absolute(&options.untar_folder) {
        true => options.untar_folder.clone(),
        false => path::join(&options.destination, &options.untar_folder),
    };
    let name = reference.rsplit('/').next().unwrap_or(reference);
    let target = if folder == "." { name.to_owned() } else { path::join(&folder, name) };
    if fs::metadata(&target).is_ok() {
        let text = format!("failed to untar: a file or directory with the name {target} already exists");
        return Err(Error::new(ErrorKind::Unreadable, text));
    }
    // Helm makes this folder whatever the chart's own name is.
    write::create_folders(&target)
        .map_err(|error| error.map_message(|text| format!("failed to untar (mkdir): {text}")))?;
    expand(&folder, &read::bounded(archive)?)
}

/// Unpacks an archive into a folder of the chart's name. Nothing is written outside of it.
fn expand(folder: &str, archive: &[u8]) -> Result<(), Error> {
    let files = read_archive(archive, Limits::default())?;
    let mut name = String::new();
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        let metadata = Metadata::from_yaml(&file.data)
            .map_err(|error| Error::new(ErrorKind::Chart, format!("cannot load Chart.yaml: {error}")))?;
        name = metadata.name;
    }
    let refused = |text: String| Err(Error::new(ErrorKind::Chart, text));
    let shown = quote(name.as_bytes());
    if name.is_empty() {
        return refused("chart name not specified".into());
    }
    if name == "." || name == ".." {
        return refused(format!("chart name {shown} is not allowed"));
    }
    if name != path::base(&name) || name.contains('\\') {
        return refused(format!("chart name {shown} must not contain path separators"));
    }
    let top = path::join(folder, &name);
    for file in &files {
        let target = path::join(&top, &file.name);
        if !target.starts_with(&format!("{top}/")) {
            return refused(format!("chart file {} leaves the chart", quote(file.name.as_bytes())));
        }
        write::create_folders(&path::folder(&target))?;
        refuse_links(&top, &target)?;
        write::overwrite_file(&target, &file.data)?;
    }
    Ok(())
}

/// A link that lies in the folder already must not lead what is unpacked elsewhere.
fn refuse_links(top: &str, target: &str) -> Result<(), Error> {
    let mut place = target.to_owned();
    while place.len() >= top.len() {
        match fs::symlink_metadata(&place) {
            Ok(kind) if kind.is_symlink() => {
                return Err(Error::unreadable(format!("failed to untar: {place} is a symlink")));
            }
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::unreadable(system::path_error("lstat", &place, &error)));
            }
            _ => place = path::folder(&place),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chart::ArchiveMember;

    use super::*;

    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let member = |(name, content): &(&str, &str)| ArchiveMember {
            name: (*name).to_owned(),
            kind: b'0',
            mode: 0o644,
            time: 0,
            content: content.as_bytes().to_vec(),
        };
        chart::pack(&files.iter().map(member).collect::<Vec<_>>())
    }

    fn named(name: &str) -> Vec<u8> {
        let text = format!("apiVersion: v2\nname: {name:?}\nversion: 0.1.0\n");
        archive(&[("demo/Chart.yaml", &text), ("demo/x", "x")])
    }

    fn is_empty(folder: &tempfile::TempDir) -> bool {
        fs::read_dir(folder.path()).unwrap().next().is_none()
    }

    /// CVE-2026-35206 and CVE-2024-25620: a chart's name that is no name of a folder.
    #[test]
    fn cve_2026_35206_names_stay_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let place = format!("{}/in", folder.path().display());
        for name in [".", "..", "../x", "a/b", "/x", "a\\b", ""] {
            assert!(expand(&place, &named(name)).is_err(), "{name}");
        }
        assert!(is_empty(&folder));
    }

    /// CVE-2019-1010275: paths in an archive that lead out of the chart.
    #[test]
    fn cve_2019_1010275_paths_stay_in_the_chart() {
        let folder = tempfile::tempdir().unwrap();
        let place = format!("{}/in", folder.path().display());
        let chart = "apiVersion: v2\nname: demo\nversion: 0.1.0\n";
        for name in ["demo/../../x", "demo//x", "demo/..\\..\\x", "demo/c:/x"] {
            let bytes = archive(&[("demo/Chart.yaml", chart), (name, "x")]);
            assert!(expand(&place, &bytes).is_err(), "{name}");
        }
        assert!(is_empty(&folder));
    }

    /// A link that lies where a chart is unpacked leads nothing out of it.
    #[test]
    fn links_that_are_there_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display().to_string();
        fs::create_dir(format!("{place}/elsewhere")).unwrap();
        std::os::unix::fs::symlink(format!("{place}/elsewhere"), format!("{place}/demo")).unwrap();
        let chart = "apiVersion: v2\nname: demo\nversion: 0.1.0\n";
        assert!(expand(&place, &archive(&[("demo/Chart.yaml", chart)])).is_err());
        assert!(fs::read_dir(format!("{place}/elsewhere")).unwrap().next().is_none());
    }
}
