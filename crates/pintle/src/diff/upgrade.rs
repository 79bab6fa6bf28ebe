//! `helm diff upgrade`: what an upgrade would change. helm-diff: `cmd/upgrade.go`.
//!
//! The chart is rendered as the upgrade renders it: with the values that it would take again from the last revision, with
//! the number of the next one, and with what the cluster is able to do and has.

use release::{Record, comparison::Documents};
use render::Release;

use super::{DiffOptions, Differences, States, three_way};
use crate::{
    ChartRequest, Error, ErrorKind, Mask, Observer, Prepared, ReuseValues, Session, TemplateOptions, TemplateReport,
    World,
    past::Past,
    prepare::{prepare_install, prepare_upgrade, told},
    template::{Rendering, render_manifests},
};

/// What `--dry-run` of `diff upgrade` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DryRunDiff {
    /// It is not given, or `server`: the cluster says what it is able to do, and answers look-ups.
    #[default]
    Server,
    /// `false`, or with --disable-validation: the release is read, and the chart rendered without the cluster.
    RenderOnly,
}

/// What `diff upgrade` needs.
#[derive(Clone, Debug, Default)]
pub struct DiffUpgradeOptions {
    /// The release.
    pub name: String,
    /// The chart, and the values of the flags.
    pub chart: ChartRequest,
    /// Which values of the last revision are taken again.
    pub reuse: ReuseValues,
    /// How the chart is rendered; name and chart are filled in.
    pub render: TemplateOptions,
    /// Whether the cluster is asked while rendering.
    pub dry_run: DryRunDiff,
    /// `--allow-unreleased`, `--install`
    pub allow_unreleased: bool,
    /// `--three-way-merge`
    pub three_way: bool,
    /// `--take-ownership`
    pub take_ownership: bool,
    /// How manifests are compared.
    pub diff: DiffOptions,
}

const BANNER: &str = "********************\n\n\tRelease was not present in Helm.  Include the `--allow-unreleased` to \
                      perform diff without exiting in error.\n\n********************";

/// Compares a release with what an upgrade would make of it.
///
/// # Errors
/// The cluster cannot be reached or refuses, has no such release, or the chart cannot be found or rendered.
pub fn diff_upgrade(session: &mut Session<'_>, options: &DiffUpgradeOptions) -> Result<Differences, Error> {
    session.check_name(&options.name, "release name is invalid")?;
    let past = Past::read(session, &options.name)?;
    let Some(last) = past.newest() else {
        if options.allow_unreleased {
            return new_install(session, options);
        }
        session.remark(BANNER);
        let error = Error::new(ErrorKind::Release, "release: not found");
        return Err(error.hinted(session.where_else(&options.name, 0)));
    };
    let release = Release {
        name: options.name.clone(),
        namespace: last.namespace.clone(),
        revision: past.history().next_number(),
        is_upgrade: true,
    };
    let prepared = prepare_upgrade(&options.chart, &mut session.world, session.observer)?;
    let base = match past.history().upgrade_base() {
        Ok(base) => past.record(session, base.number)?,
        Err(_) => last.clone(),
    };
    let prepared = told(session.observer, |log| options.reuse.apply(prepared, &base, log))?;
    let mut mask = mask_of(options, &prepared);
    mask.note(&options.diff.hidden, &last.chart, &last.config);
    let rendered = rendered(session, options, prepared, release)?;
    let mut old = last.manifest.clone().into_bytes();
    if !options.render.no_hooks && !options.three_way && !options.take_ownership {
        old.extend(hooks(last));
    }
    let differences = compared(session, options, old, rendered)?;
    Ok(Differences { mask, ..differences })
}

/// What would be installed.
fn new_install(session: &mut Session<'_>, options: &DiffUpgradeOptions) -> Result<Differences, Error> {
    let prepared = prepare_install(&options.chart, &mut session.world, session.observer)?;
    let namespace = session.namespace.clone();
    let release = Release { name: options.name.clone(), namespace, revision: 1, is_upgrade: false };
    let mask = mask_of(options, &prepared);
    let new = rendered(session, options, prepared, release)?;
    let new = options.diff.read(&new, &session.namespace)?;
    options.diff.differences(&States { old: Documents::default(), new, owners: Vec::new(), mask })
}

/// Compares nothing with what a chart renders to: `--dry-run=client`.
///
/// # Errors
/// The chart cannot be found or rendered.
pub fn diff_upgrade_offline(
    options: &DiffUpgradeOptions,
    world: &mut World<'_>,
    observer: &mut dyn Observer,
) -> Result<Differences, Error> {
    let prepared = prepare_install(&options.chart, world, observer)?;
    let namespace = options.render.namespace.clone();
    let release = Release { name: options.name.clone(), namespace, revision: 1, is_upgrade: true };
    let rendering = Rendering { options: &options.render, release, cluster: None };
    let mask = mask_of(options, &prepared);
    let new = manifests(rendering, prepared, world, observer)?;
    let new = options.diff.read(&new, &options.render.namespace)?;
    options.diff.differences(&States { old: Documents::default(), new, owners: Vec::new(), mask })
}

/// What nobody may see of what a chart is rendered with.
fn mask_of(options: &DiffUpgradeOptions, prepared: &Prepared) -> Mask {
    let mut mask = Mask::default();
    mask.note(&options.diff.hidden, &prepared.chart, &prepared.values);
    mask
}

fn rendered(
    session: &mut Session<'_>,
    options: &DiffUpgradeOptions,
    prepared: Prepared,
    release: Release,
) -> Result<Vec<u8>, Error> {
    let render = TemplateOptions {
        namespace: release.namespace.clone(),
        is_upgrade: release.is_upgrade,
        ..options.render.clone()
    };
    let cluster = Some(session.cluster).filter(|_| options.dry_run == DryRunDiff::Server);
    let rendering = Rendering { options: &render, release, cluster };
    manifests(rendering, prepared, &session.world, session.observer)
}

fn manifests(
    rendering: Rendering<'_>,
    prepared: Prepared,
    world: &World<'_>,
    observer: &mut dyn Observer,
) -> Result<Vec<u8>, Error> {
    let mut report = TemplateReport::default();
    let outcome = render_manifests(&rendering, prepared, world, &mut report);
    told(observer, |log| {
        log.append(&mut report.log);
        outcome.map_err(|error| error.during("Failed to render chart"))
    })?;
    Ok(report.stdout)
}

/// The hooks of a revision, as `get hooks` prints them.
fn hooks(record: &Record) -> Vec<u8> {
    let mut text = Vec::new();
    for hook in &record.hooks {
        text.extend(format!("\n---\n# Source: {}\n{}", hook.path, hook.manifest).into_bytes());
    }
    text
}

fn compared(
    session: &mut Session<'_>,
    options: &DiffUpgradeOptions,
    old: Vec<u8>,
    new: Vec<u8>,
) -> Result<Differences, Error> {
    let namespace = session.namespace.clone();
    let (mut old, mut new) = (old, new);
    if options.three_way || options.take_ownership {
        (old, new) = three_way::merged(session, [&old, &new])?;
    }
    let mut old = options.diff.read(&old, &namespace)?;
    let mut owners = Vec::new();
    if options.take_ownership {
        owners = three_way::owners(session, options, &new, &mut old)?;
    }
    let new = options.diff.read(&new, &namespace)?;
    options.diff.differences(&States { old, new, owners, mask: Mask::default() })
}
