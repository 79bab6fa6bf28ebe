//! One environment: what a chart renders to with its values, or what a release was and is.

use std::collections::{BTreeMap, BTreeSet};

use chart::{Capabilities, Chart};
use release::{
    Hook,
    object::{Checks, parse},
};
use render::Release;
use value::Map;

use super::settings::{Setting, settings_of};
use crate::{
    ChartRequest, DriftOptions, Drifted, Error, ErrorKind, Observer, RenderRequest, Session, World, drift,
    manifest::manifest_text,
    prepare::{prepare_install, process_for_install, render_processed, told},
    values::Usage,
};

/// Where an environment comes from.
#[derive(Clone, Debug, Default)]
pub struct ComparedEnvironment {
    /// What it is called.
    pub name: String,
    /// The chart and its values.
    pub chart: ChartRequest,
    /// The release's name while rendering.
    pub release: String,
    /// The namespace while rendering.
    pub namespace: String,
}

/// What an environment consists of.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentState {
    /// What it is called.
    pub name: String,
    /// The chart and its version.
    pub chart: String,
    /// Settings of each component, by `Kind/name`.
    pub(super) components: BTreeMap<String, BTreeMap<String, Setting>>,
    /// The template that each component comes from.
    pub(super) sources: BTreeMap<String, String>,
    /// The values, by path, as JSON.
    pub(super) values: BTreeMap<String, String>,
    /// What was changed by hand: component and path.
    pub(super) strays: BTreeSet<(String, String)>,
    /// Which values each template names.
    pub(super) uses: BTreeMap<String, BTreeSet<String>>,
}

/// Renders a chart for an environment.
///
/// # Errors
/// The chart cannot be found or rendered.
pub fn environment_of_chart(
    environment: &ComparedEnvironment,
    world: &mut World<'_>,
    observer: &mut dyn Observer,
) -> Result<EnvironmentState, Error> {
    let during = |error: Error| error.during(format!("environment {}", environment.name));
    let prepared = prepare_install(&environment.chart, world, observer).map_err(during)?;
    let mut state = EnvironmentState { name: environment.name.clone(), ..EnvironmentState::default() };
    state.note_chart(&prepared.chart, &prepared.values)?;
    let capabilities = Capabilities::default();
    let request = RenderRequest {
        release: Release {
            name: environment.release.clone(),
            namespace: environment.namespace.clone(),
            revision: 1,
            is_upgrade: false,
        },
        capabilities: &capabilities,
        skip_schema_validation: false,
        subchart_notes: false,
        lookup: None,
        post_renderer: None,
    };
    let composition = told(observer, |log| {
        let prepared = process_for_install(prepared, log)?;
        render_processed(prepared, &request, world, log)
            .map(|(_, composition)| composition)
            .map_err(|failed| failed.error)
    })
    .map_err(during)?;
    let manifest = manifest_text(&composition, false);
    state.note_objects(&manifest, &composition.hooks, &environment.release)?;
    Ok(state)
}

/// Takes the last deployed revision of a release for an environment, and what was changed since by hand.
///
/// # Errors
/// The cluster cannot be reached or refuses, or has no such release.
pub fn environment_of_release(name: &str, release: &str, session: &mut Session<'_>) -> Result<EnvironmentState, Error> {
    let record = session.read(|storage| storage.deployed(release)).map_err(|error| {
        let hint = session.where_else(release, 0);
        error.during(format!("environment {name}")).hinted(hint)
    })?;
    let mut state = EnvironmentState { name: name.to_owned(), ..EnvironmentState::default() };
    state.note_chart(&record.chart, &record.config)?;
    state.note_objects(&record.manifest, &record.hooks, release)?;
    let options = DriftOptions { name: release.to_owned(), ..DriftOptions::default() };
    for object in drift(&options, session)?.into_iter().flat_map(|drift| drift.drifted) {
        let component = component_name(&object.id.kind, &object.id.name, release);
        match object.drifted {
            Drifted::Missing => {
                state.components.remove(&component);
                state.strays.insert((component, String::new()));
            }
            Drifted::Extra => {
                state.components.entry(component.clone()).or_default();
                state.strays.insert((component, String::new()));
            }
            Drifted::Changed(changes) => {
                for change in changes {
                    let path = super::settings::live_path(&change.path);
                    if let Some(live) = &change.before {
                        let setting = super::settings::setting(live);
                        state.components.entry(component.clone()).or_default().insert(path.clone(), setting);
                    }
                    state.strays.insert((component.clone(), path));
                }
            }
        }
    }
    Ok(state)
}

/// `Kind/name`, with the release's name left open where the name begins with it.
fn component_name(kind: &str, name: &str, release: &str) -> String {
    match name.strip_prefix(release) {
        Some(rest) if rest.is_empty() || rest.starts_with('-') => format!("{kind}/RELEASE{rest}"),
        _ => format!("{kind}/{name}"),
    }
}

impl EnvironmentState {
    fn note_chart(&mut self, chart: &Chart, values: &Map) -> Result<(), Error> {
        self.chart = format!("{}-{}", chart.metadata.name, chart.metadata.version);
        let computed = chart::coalesce_values(chart, values, &mut Vec::new())?;
        for (path, value) in crate::values::leaves_of(&computed) {
            if path.iter().skip(1).any(|key| key == "global") {
                continue;
            }
            let json = value::json::to_vec_raw(&value).unwrap_or_default();
            self.values.insert(path.join("."), String::from_utf8_lossy(&json).into_owned());
        }
        for reference in Usage::of(chart).references {
            self.uses.entry(reference.file).or_default().insert(reference.path.join("."));
        }
        Ok(())
    }

    fn note_objects(&mut self, manifest: &str, hooks: &[Hook], release: &str) -> Result<(), Error> {
        let failed = |error: release::object::ObjectError| Error::new(ErrorKind::Render, error.to_string());
        let mut objects = parse(manifest.as_bytes(), Checks::Lenient).map_err(failed)?;
        for hook in hooks {
            let text = format!("# Source: {}\n{}", hook.path, hook.manifest);
            objects.extend(parse(text.as_bytes(), Checks::Lenient).map_err(failed)?);
        }
        for object in objects {
            let component = component_name(&object.id.kind, &object.id.name, release);
            self.sources.insert(component.clone(), object.source.clone());
            self.components.insert(component, settings_of(&object.json, release));
        }
        Ok(())
    }
}
