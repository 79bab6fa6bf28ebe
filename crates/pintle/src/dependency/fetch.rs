//! `helm dependency build` and `update`: brings `charts/` in line. Helm: pkg/downloader/manager.go.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use chart::{API_VERSION_1, ArchiveTime, Chart, Dependency, Lock, Warning};
use source::{Access, Note, Places, Registry, Repositories, Verify, path, system};
use value::quote::quote;
use version::{Constraint, Version};

use super::{
    keep::{check_known, files_in, kept, refuse_missing},
    lock::{self, local_time},
    remote::{self, Fetched, Fetching, Home, Looking, Wanted},
    resolve::{self, Origin, Remote, local_folder, name_repositories},
    sums::Sums,
};
use crate::{Error, ErrorKind, Level, LogLine, Report};

/// What `dependency build` and `dependency update` need.
#[derive(Clone, Debug, Default)]
pub struct DependencyOptions {
    /// The argument; empty stands for `.`.
    pub chart: String,
    /// `--verify`
    pub verify: bool,
    /// `--keyring`
    pub keyring: String,
    /// `--skip-refresh`
    pub skip_refresh: bool,
    /// `--offline`: no server is asked.
    pub offline: bool,
    /// `--lock-sums`: the sums of archives are kept beside Chart.lock.
    pub lock_sums: bool,
    /// `--debug`
    pub debug: bool,
    /// Where things are kept on this machine.
    pub places: Places,
    /// How registries are talked to.
    pub access: Access,
    /// The present moment in nanoseconds since 1970-01-01 UTC, for `generated` in the lock file.
    pub now: i128,
    /// How many seconds local time is ahead of UTC.
    pub utc_offset: i32,
    /// The number of this process, which Helm names a temporary folder with.
    pub process: u32,
}

/// Fetches what `Chart.lock` says, or updates where there is none.
pub fn dependency_build(options: &DependencyOptions) -> Report {
    Fetch::new(options).report(Fetch::build)
}

/// Fetches what `Chart.yaml` says and writes `Chart.lock`.
pub fn dependency_update(options: &DependencyOptions) -> Report {
    Fetch::new(options).report(Fetch::update)
}

struct Fetch<'a> {
    options: &'a DependencyOptions,
    folder: String,
    stdout: String,
    warnings: Vec<Warning>,
    log: Vec<LogLine>,
    /// The sums of the archives that were fetched.
    sums: Sums,
}

impl<'a> Fetch<'a> {
    fn new(options: &'a DependencyOptions) -> Fetch<'a> {
        let folder = path::clean(&options.chart);
        Fetch { options, folder, stdout: String::new(), warnings: Vec::new(), log: Vec::new(), sums: Sums::default() }
    }

    fn report(mut self, run: impl FnOnce(&mut Fetch<'a>) -> Result<(), Error>) -> Report {
        let outcome = run(&mut self);
        let mut log: Vec<LogLine> = self.warnings.into_iter().map(LogLine::from).collect();
        log.extend(self.log);
        Report { stdout: self.stdout.into_bytes(), log, outcome }
    }

    fn line(&mut self, text: &str) {
        self.stdout.push_str(text);
        self.stdout.push('\n');
    }

    fn load(&mut self) -> Result<Chart, Error> {
        match source::stat(&self.folder) {
            Err(error) => Err(Error::from(error).map_message(|text| format!("could not find {}: {text}", self.folder))),
            Ok(kind) if !kind.is_dir() => Err(Error::new(ErrorKind::Source, "only unpacked charts can be updated")),
            Ok(_) => Ok(source::load_v2_folder(&self.folder, &mut self.warnings)?),
        }
    }

    fn update(&mut self) -> Result<(), Error> {
        let chart = self.load()?;
        let mut wanted = chart.metadata.dependencies.clone();
        if wanted.is_empty() && !chart.metadata.marks.empty_dependencies {
            return Ok(());
        }
        let known = self.name(&mut wanted)?;
        let homes: Vec<Option<Home>> = wanted.iter().map(|wanted| Home::of(wanted, &known)).collect();
        self.refresh(&homes, &known);
        let mut notes = Vec::new();
        let resolved = {
            let options = self.options;
            let mut remote = Remote {
                homes: &homes,
                places: &options.places,
                registry: Registry::new(&options.places, &options.access),
                offline: options.offline,
                notes: &mut notes,
            };
            resolve::resolve(&wanted, &self.folder, &mut remote, &mut self.warnings)
        };
        self.log.extend(notes.into_iter().map(LogLine::from));
        let mut locked = resolved?;
        let verify = if self.options.verify { Verify::Always } else { Verify::Never };
        self.save_all(&mut locked, &homes, verify, &Sums::default())?;
        // Helm takes the file for one of the chart's own, and templates may list those: who wants it, says so, once.
        if (self.options.lock_sums || Sums::are_kept(&self.folder))
            && self.sums != Sums::load(&self.folder).unwrap_or_default()
        {
            self.sums.write(&self.folder)?;
        }
        // Saving may have settled versions.
        let digest = lock::digest(&wanted, false, &locked)?;
        if chart.lock.as_ref().is_some_and(|old| old.digest == digest) {
            return Ok(());
        }
        let generated = local_time(self.options.now, self.options.utc_offset);
        let empty_dependencies = locked.is_empty();
        let lock = Lock { generated, digest, dependencies: locked, empty_dependencies };
        lock::write(&self.folder, &chart, &lock)
    }

    fn build(&mut self) -> Result<(), Error> {
        let chart = self.load()?;
        let Some(lock) = &chart.lock else { return self.update() };
        let mut wanted = chart.metadata.dependencies.clone();
        let none = wanted.is_empty() && !chart.metadata.marks.empty_dependencies;
        // Helm 2 made its digest before aliases were replaced.
        let old_digest = lock::digest_v2(&wanted, none)?;
        let known = self.name(&mut wanted)?;
        if lock::digest(&wanted, none, &lock.dependencies)? != lock.digest {
            if chart.metadata.api_version != API_VERSION_1 {
                return Err(Error::new(
                    ErrorKind::Chart,
                    "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update \
                     the dependencies with 'helm dependency update'",
                ));
            }
            let note = "warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...";
            self.log.push(LogLine::new(Level::Info, note));
            if old_digest != lock.digest {
                return Err(Error::new(
                    ErrorKind::Chart,
                    "the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). \
                     Please update the dependencies",
                ));
            }
        }
        check_known(&lock.dependencies, &known)?;
        let homes: Vec<Option<Home>> = lock.dependencies.iter().map(|locked| Home::of(locked, &known)).collect();
        self.refresh(&homes, &known);
        let verify = if self.options.verify { Verify::IfPossible } else { Verify::Never };
        let sums = Sums::load(&self.folder)?;
        self.save_all(&mut lock.dependencies.clone(), &homes, verify, &sums)
    }

    fn name(&mut self, wanted: &mut [Dependency]) -> Result<Repositories, Error> {
        let known = Repositories::load(&self.options.places.repository_config)?;
        name_repositories(wanted, &self.folder, &known)?;
        if self.options.debug {
            for dependency in wanted.iter().filter(|wanted| Origin::of(&wanted.repository) == Origin::Folder) {
                self.line(&format!("Repository from local path: {}", dependency.repository));
            }
        }
        Ok(known)
    }

    /// Downloads the indexes that are needed.
    fn refresh(&mut self, homes: &[Option<Home>], known: &Repositories) {
        if !self.options.skip_refresh && !self.options.offline {
            let (out, notes) = remote::update_indexes(homes, known, &self.options.places);
            self.stdout.push_str(&out);
            self.log.extend(notes.into_iter().map(LogLine::from));
        }
    }

    /// Saves archives of all dependencies in `charts/`, and takes out those of other versions.
    fn save_all(
        &mut self,
        dependencies: &mut [Dependency],
        homes: &[Option<Home>],
        verify: Verify,
        sums: &Sums,
    ) -> Result<(), Error> {
        let charts = path::join(&self.folder, "charts");
        match source::stat(&charts) {
            Ok(kind) if kind.is_dir() => {}
            Ok(_) => {
                let text = format!("{} is not a directory", quote(charts.as_bytes()));
                return Err(Error::new(ErrorKind::Output, text));
            }
            Err(error) if error.kind() == source::ErrorKind::NotFound => source::create_folders(&charts)?,
            Err(error) => {
                let text = format!("unable to retrieve file info for '{charts}': {error}");
                return Err(Error::new(ErrorKind::Output, text));
            }
        }
        let temporary = path::join(&self.folder, &format!("tmpcharts-{}", self.options.process));
        source::create_folders(&temporary)?;
        let outcome = self
            .download(dependencies, homes, &temporary, (verify, sums))
            .and_then(|fetched| self.save_through(dependencies, fetched, &temporary, &charts));
        let _ = fs::remove_dir_all(&temporary);
        outcome
    }

    /// Fetches what is not on this machine, each archive once, several at a time. What it came to is told later, in
    /// the order of the dependencies.
    fn download(
        &mut self,
        dependencies: &[Dependency],
        homes: &[Option<Home>],
        folder: &str,
        (verify, sums): (Verify, &Sums),
    ) -> Result<Remotes, Error> {
        let options = self.options;
        let looking = Looking { places: &options.places, sums, offline: options.offline };
        let mut missing = Vec::new();
        let mut notes = Vec::new();
        let mut finds = Vec::new();
        let mut unique: Vec<Wanted> = Vec::new();
        for (at, dependency) in dependencies.iter().enumerate() {
            if !matches!(Origin::of(&dependency.repository), Origin::Registry | Origin::Repository) {
                finds.push(None);
                continue;
            }
            let home = homes.get(at).and_then(Option::as_ref);
            let found = match options.offline {
                true => kept(dependency, home, &looking, &mut missing),
                false => remote::find(dependency, home, &looking, &mut notes),
            };
            if let Ok(wanted) = &found
                && !unique.contains(wanted)
            {
                unique.push(wanted.clone());
            }
            let failed = found.is_err();
            finds.push(Some(found));
            // Helm stops at the first that it cannot find.
            if failed {
                break;
            }
        }
        self.log.extend(notes.into_iter().map(LogLine::from));
        refuse_missing(&missing)?;
        let fetching =
            Fetching { places: &options.places, access: &options.access, verify, keyring: &options.keyring, folder };
        let fetched = fetching.all(&unique);
        let fetched = unique.iter().map(Wanted::url).zip(fetched).collect();
        Ok(Remotes { finds, fetched })
    }

    fn save_through(
        &mut self,
        dependencies: &mut [Dependency],
        mut remotes: Remotes,
        temporary: &str,
        charts: &str,
    ) -> Result<(), Error> {
        self.line(&format!("Saving {} charts", dependencies.len()));
        let mut finds = std::mem::take(&mut remotes.finds).into_iter();
        for dependency in dependencies.iter_mut() {
            let found = finds.next().flatten();
            let saved = match Origin::of(&dependency.repository) {
                Origin::Inside => self.check_inside(dependency, charts)?,
                Origin::Folder => self.save_folder(dependency, temporary),
                Origin::Registry | Origin::Repository => match found {
                    Some(Ok(wanted)) => self.tell_fetched(dependency, &wanted, &mut remotes.fetched),
                    Some(Err(error)) => Err(error),
                    None => Err(Error::new(ErrorKind::Source, format!("{} was not looked for", dependency.name))),
                },
            };
            if let Err(error) = saved {
                self.line(&format!("Save error occurred:  {error}"));
                return Err(error);
            }
        }
        self.move_all(dependencies, temporary, charts)
    }

    /// Tells what the download of a dependency came to.
    fn tell_fetched(
        &mut self,
        dependency: &Dependency,
        wanted: &Wanted,
        fetched: &mut BTreeMap<String, Fetched>,
    ) -> Result<(), Error> {
        let Dependency { name, repository, .. } = dependency;
        let Some((outcome, notes)) = fetched.remove(&wanted.url()) else {
            self.line(&format!("Already downloaded {name} from repo {repository}"));
            return Ok(());
        };
        match wanted {
            Wanted::Kept { .. } => self.line(&format!("Taking {name} from the cache instead of repo {repository}")),
            _ => self.line(&format!("Downloading {name} from repo {repository}")),
        }
        if let Ok(downloaded) = &outcome {
            self.sums.set(dependency, source::file_sum(&downloaded.path)?);
        }
        for note in notes {
            match note {
                Note::Print(text) => self.stdout.push_str(&text),
                note => self.log.push(LogLine::from(note)),
            }
        }
        let shown = wanted.shown();
        outcome
            .map(drop)
            .map_err(|error| Error::from(error).map_message(|text| format!("could not download {shown}: {text}")))
    }

    /// Checks a dependency that lies in `charts/`. The outer error ends the command without further ado.
    fn check_inside(&mut self, dependency: &Dependency, charts: &str) -> Result<Result<(), Error>, Error> {
        let Dependency { name, version: wanted, .. } = dependency;
        self.line(&format!(
            "Dependency {name} did not declare a repository. Assuming it exists in the charts directory"
        ));
        let failed = |text: String| Err(Error::new(ErrorKind::Chart, text));
        let folder = path::join(charts, name);
        let version = match source::load_v2_folder(&folder, &mut self.warnings) {
            Ok(chart) => chart.metadata.version,
            Err(error) => return failed(format!("unable to load chart '{folder}': {error}")),
        };
        let constraint = match Constraint::parse(wanted) {
            Ok(constraint) => constraint,
            Err(error) => {
                return failed(format!("dependency {name} has an invalid version/constraint format: {error}"));
            }
        };
        match Version::parse(&version) {
            Err(error) => failed(format!("invalid version {wanted} for dependency {name}: {error}")),
            Ok(parsed) if constraint.check(&parsed) => Ok(Ok(())),
            Ok(_) => {
                let text = format!("dependency {name} at version {version} does not satisfy the constraint {wanted}");
                Ok(Err(Error::new(ErrorKind::Chart, text)))
            }
        }
    }

    /// Saves an archive of a chart in another folder. Helm: `tarFromLocalDir`.
    fn save_folder(&mut self, dependency: &mut Dependency, temporary: &str) -> Result<(), Error> {
        let name = &dependency.name;
        if self.options.debug {
            self.stdout.push_str(&format!("Archiving {name} from repo {}\n", dependency.repository));
        }
        let folder = local_folder(&dependency.repository, &self.folder)?;
        let chart = source::load_v2_folder(&folder, &mut self.warnings)?;
        let constraint = Constraint::parse(&dependency.version).map_err(|error| {
            let text = format!("dependency {name} has an invalid version/constraint format: {error}");
            Error::new(ErrorKind::Chart, text)
        })?;
        let version =
            Version::parse(&chart.metadata.version).map_err(|error| Error::new(ErrorKind::Chart, error.to_string()))?;
        if !constraint.check(&version) {
            let text = format!("can't get a valid version for dependency {name}");
            return Err(Error::new(ErrorKind::Chart, text));
        }
        crate::package::save_archive(&chart, temporary, ArchiveTime::own(self.options.now))?;
        dependency.version.clone_from(&chart.metadata.version);
        Ok(())
    }

    /// Moves new archives into place and removes those that nothing wants. Helm: `safeMoveDeps`.
    fn move_all(&mut self, dependencies: &[Dependency], temporary: &str, charts: &str) -> Result<(), Error> {
        let new = files_in(temporary)?;
        let old = files_in(charts)?;
        for name in &new {
            let (from, to) = (path::join(temporary, name), path::join(charts, name));
            if let Err(error) = source::load_v2_file(&from, &mut self.warnings) {
                self.stdout.push_str(&format!("Could not verify {from} for moving: {error} (Skipping)"));
            } else if let Err(error) = fs::rename(&from, &to) {
                let reason = system::error_text(&error);
                self.stdout
                    .push_str(&format!("Unable to move {from} to charts dir rename {from} {to}: {reason} (Skipping)"));
            }
        }
        self.line("Deleting outdated charts");
        let inside: BTreeSet<&str> = dependencies
            .iter()
            .filter(|dependency| Origin::of(&dependency.repository) == Origin::Inside)
            .map(|dependency| dependency.name.as_str())
            .collect();
        for name in old.iter().filter(|name| !new.contains(*name)) {
            let file = path::join(charts, name);
            match source::load_v2_file(&file, &mut self.warnings) {
                Err(error) => self.line(&format!("Could not verify {file} for deletion: {error} (Skipping)")),
                Ok(chart) if inside.contains(chart.name()) => {}
                Ok(_) => {
                    if let Err(error) = fs::remove_file(&file) {
                        let reason = system::path_error("remove", &file, &error);
                        self.stdout.push_str(&format!("Could not delete {file}: {reason} (Skipping)"));
                    }
                }
            }
        }
        Ok(())
    }
}

/// What was found and fetched of the dependencies that are not on this machine.
struct Remotes {
    /// Where each dependency is; nothing for those on this machine and for those behind a failure.
    finds: Vec<Option<Result<Wanted, Error>>>,
    /// What the download of each URL came to.
    fetched: BTreeMap<String, Fetched>,
}
