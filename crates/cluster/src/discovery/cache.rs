//! Discovery kept on disk, so that a command that only needs paths need not ask.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use super::Discovery;
use crate::options::ClusterOptions;

/// A file for one server, and how long it holds.
pub(crate) struct Cache {
    file: Option<PathBuf>,
    ttl: Duration,
}

impl Cache {
    pub(crate) fn new(options: &ClusterOptions, server: &str) -> Cache {
        let address = server.split_once("://").map_or(server, |(_, rest)| rest);
        let safe = |letter: char| if letter.is_ascii_alphanumeric() || ".-".contains(letter) { letter } else { '_' };
        let name: String = address.chars().map(safe).collect();
        let file = options.cache_dir.as_ref().map(|folder| folder.join(format!("{name}.json")));
        Cache { file, ttl: options.cache_ttl }
    }

    /// What the file says, if it is young enough and whole.
    pub(crate) fn load(&self, now: SystemTime) -> Option<Discovery> {
        let file = self.file.as_ref()?;
        let written = std::fs::metadata(file).ok()?.modified().ok()?;
        let age = now.duration_since(written).unwrap_or_default();
        if age > self.ttl {
            return None;
        }
        let discovery: Discovery = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        Some(discovery).filter(|discovery| !discovery.versions.is_empty())
    }

    /// Writes the file, in one step for those who read at the same time. A cache that cannot be written is no failure.
    pub(crate) fn store(&self, discovery: &Discovery) {
        let Some(file) = &self.file else { return };
        let Some(folder) = file.parent() else { return };
        let Ok(json) = serde_json::to_vec(discovery) else { return };
        let partial = file.with_extension(format!("{}.partial", std::process::id()));
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&partial, json));
        if written.and_then(|()| std::fs::rename(&partial, file)).is_err() {
            _ = std::fs::remove_file(&partial);
        }
    }

    pub(crate) fn clear(&self) {
        if let Some(file) = &self.file {
            _ = std::fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Cache, Discovery};
    use crate::{discovery::Version, options::ClusterOptions};

    #[test]
    fn discovery_is_kept_for_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let options = ClusterOptions { cache_dir: Some(folder.path().join("discovery")), ..ClusterOptions::default() };
        let cache = Cache::new(&options, "https://127.0.0.1:6443/k8s/clusters/a");
        assert!(cache.load(SystemTime::now()).is_none());
        let discovery =
            Discovery { versions: vec![Version { name: "v1".into(), resources: Vec::new() }], ..Discovery::default() };
        cache.store(&discovery);
        assert_eq!(cache.load(SystemTime::now()), Some(discovery));
        assert!(cache.load(SystemTime::now() + Duration::from_secs(601)).is_none());
        assert!(folder.path().join("discovery/127.0.0.1_6443_k8s_clusters_a.json").exists());
        cache.clear();
        assert!(cache.load(SystemTime::now()).is_none());
    }
}
