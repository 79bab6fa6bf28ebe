//! `Chart.lock`: its digest, its time, and writing it. Helm: internal/resolver/resolver.go, `HashReq`.

use std::fs;

use chart::{Chart, Dependency, Lock};
use sha2::{Digest, Sha256};
use source::{path, system};
use value::quote::quote;

use crate::{Error, ErrorKind};

/// The digest of what a chart wants and what it got.
pub(super) fn digest(wanted: &[Dependency], nothing_wanted: bool, got: &[Dependency]) -> Result<String, Error> {
    let wanted = if nothing_wanted { b"null".to_vec() } else { list(wanted)? };
    Ok(hash(&[b"[".as_slice(), &wanted, b",", &list(got)?, b"]"].concat()))
}

/// The digest as Helm 2 made it.
pub(super) fn digest_v2(wanted: &[Dependency], nothing_wanted: bool) -> Result<String, Error> {
    let wanted = if nothing_wanted { b"null".to_vec() } else { list(wanted)? };
    Ok(hash(&[b"{\"dependencies\":".as_slice(), &wanted, b"}"].concat()))
}

fn list(dependencies: &[Dependency]) -> Result<Vec<u8>, Error> {
    let mut json = b"[".to_vec();
    for (index, dependency) in dependencies.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        let text = dependency.to_json().map_err(|error| Error::new(ErrorKind::Chart, error.to_string()))?;
        json.extend(text);
    }
    json.push(b']');
    Ok(json)
}

fn hash(json: &[u8]) -> String {
    let hash = Sha256::digest(json);
    hash.iter().fold(String::from("sha256:"), |text, byte| text + &format!("{byte:02x}"))
}

/// Writes a lock file beside `Chart.yaml`. A link in its place is refused: it could lead anywhere.
pub(super) fn write(folder: &str, chart: &Chart, lock: &Lock) -> Result<(), Error> {
    let name = if chart::has_legacy_lock(chart) { "requirements.lock" } else { "Chart.lock" };
    let file = path::join(folder, name);
    let shown = quote(file.as_bytes());
    let failed = |what: &str, operation: &str, error: &std::io::Error| {
        let reason = system::path_error(operation, &file, error);
        Err(Error::new(ErrorKind::Output, format!("{what} for {shown}: {reason}")))
    };
    match fs::symlink_metadata(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return failed("error getting info", "lstat", &error),
        Ok(kind) if kind.is_symlink() => {
            return match fs::read_link(&file) {
                Err(error) => failed("error reading symlink", "readlink", &error),
                Ok(target) => {
                    let target = quote(target.to_string_lossy().as_bytes());
                    Err(Error::new(ErrorKind::Output, format!("the {name} file is a symlink to {target}")))
                }
            };
        }
        Ok(_) => {}
    }
    source::overwrite_file(&file, &lock.to_yaml()?)?;
    Ok(())
}

/// A moment in local time as Go writes it in JSON.
pub(crate) fn local_time(nanoseconds: i128, utc_offset: i32) -> String {
    let local = nanoseconds + i128::from(utc_offset) * 1_000_000_000;
    let (seconds, fraction) = (local.div_euclid(1_000_000_000), local.rem_euclid(1_000_000_000));
    let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days in eras of 400 years that begin in March (the civil calendar, by arithmetic alone).
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + i128::from(month <= 2);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    let fraction = format!(".{fraction:09}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    let zone = match utc_offset / 60 {
        0 => "Z".to_owned(),
        minutes => {
            let sign = if minutes < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_go_does() {
        assert_eq!(local_time(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(local_time(1_709_210_096_120_000_000, 5400), "2024-02-29T14:04:56.12+01:30");
        assert_eq!(local_time(1_709_251_199_000_000_001, -3600), "2024-02-29T22:59:59.000000001-01:00");
    }

    /// CVE-2025-53547: what stands in Chart.lock is written through a link, into a file that is run later.
    #[test]
    fn cve_2025_53547_a_link_is_not_written_through() {
        let folder = std::env::temp_dir().join(format!("pintle-lock-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let target = folder.join("target");
        fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, folder.join("Chart.lock")).unwrap();
        let lock = Lock {
            generated: String::new(),
            digest: String::new(),
            dependencies: Vec::new(),
            empty_dependencies: true,
        };
        let refused = write(folder.to_str().unwrap(), &Chart::default(), &lock);
        assert!(refused.unwrap_err().to_string().contains("the Chart.lock file is a symlink to"));
        assert_eq!(fs::read_to_string(&target).unwrap(), "kept");
        fs::remove_dir_all(&folder).unwrap();
    }
}
