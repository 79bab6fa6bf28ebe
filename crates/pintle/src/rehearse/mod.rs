//! `helm rehearse upgrade`: plays an upgrade and its rollback in a throwaway sandbox, on copies of what lives.

mod act;
mod copy;
mod gates;
mod remains;
mod report;
mod server;
mod stage;

use std::time::SystemTime;

use cluster::Secrets;
use sandbox::Fault;

pub use self::report::Rehearsal;
use self::{act::Act, remains::remains, stage::Stage};
use crate::{Error, Session, UpgradeOptions, upgrade};

/// What a rehearsal needs.
#[derive(Clone, Debug)]
pub struct RehearseOptions {
    /// The upgrade.
    pub upgrade: UpgradeOptions,
    /// What the rehearsal asks of the cluster.
    pub against: Against,
    /// Whose pods are to fail in the upgrade.
    pub faults: Vec<Fault>,
    /// The clock that dates the objects of the sandbox.
    pub clock: fn() -> SystemTime,
}

/// What a rehearsal asks of the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// Nothing: the release is not there yet, and the namespace is empty.
    Nothing,
    /// Its history and what lives of it.
    #[default]
    Copy,
    /// And, behind that, to try every object.
    Live,
}

/// Plays an upgrade and the rollback behind it. Nothing is changed on the cluster.
///
/// # Errors
/// The cluster cannot be read, or the stage cannot be set. That the upgrade would fail is no error: the rehearsal says so.
pub fn rehearse(session: &mut Session<'_>, options: &RehearseOptions) -> Result<Rehearsal, Error> {
    let original = copy::read(session, options)?;
    if original.records.is_empty() && options.upgrade.install.is_none() {
        // There is nothing to play; a chart is rehearsed from nothing with --install.
        upgrade::check_known(session, &options.upgrade.name)?;
    }
    let stage = Stage::set(&original, &session.namespace, options)?;
    let records = Secrets::new(&stage.cluster, &session.namespace);
    original.records.iter().try_for_each(|record| cluster::Storage::create(&records, record))?;
    let base = act::base(session, &stage, &records, options)?;
    let wanted = act::foreseen(session, &stage, &records, options);
    stage.sandbox.adopt(&copy::live_of(session, &wanted, options)).map_err(stage::failed)?;
    let before = stage.objects()?;
    stage.sandbox.take_journal();
    stage.sandbox.simulate(&options.faults);
    let upgrade = Act::upgrade(session, &stage, &records, options);
    stage.sandbox.simulate(&[]);
    let record = cluster::Storage::last(&records, &options.upgrade.name).ok();
    let back = Act::back(session, &stage, &records, options, base);
    let remains = remains(&before, &stage.objects()?, &upgrade);
    let refusals = match (&record, options.against) {
        (Some(record), Against::Live) => Some(server::refusals(session, record, original.records.last(), options)),
        _ => None,
    };
    let gates = gates::ask(session, record.as_ref(), original.records.last(), options);
    let name = options.upgrade.name.clone();
    Ok(Rehearsal { name, original, base, record, upgrade, back, remains, refusals, gates })
}
