//! `helm registry`: credentials of registries. Helm: pkg/action/registry_login.go and registry_logout.go.

use source::{Access, LoginOptions, Places, Registry};

use crate::{Error, Event, LogLine, Observer};

/// What `registry login` and `registry logout` need.
#[derive(Clone, Debug, Default)]
pub struct RegistryOptions {
    /// The registry's host.
    pub host: String,
    /// How it is talked to; user name and password are those to log in with.
    pub access: Access,
    /// Where credentials are kept.
    pub places: Places,
}

/// Tries credentials, and keeps them.
pub fn registry_login(options: &RegistryOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    let RegistryOptions { host, access, places } = options;
    let login =
        LoginOptions { host: host.clone(), username: access.username.clone(), password: access.password.clone() };
    let mut notes = |note| observer.event(Event::Log(LogLine::from(note)));
    Ok(Registry::new(places, access).login(&login, &mut notes)?)
}

/// Removes the credentials that were kept.
pub fn registry_logout(options: &RegistryOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    let mut notes = |note| observer.event(Event::Log(LogLine::from(note)));
    Ok(Registry::new(&options.places, &options.access).logout(&options.host, &mut notes)?)
}
