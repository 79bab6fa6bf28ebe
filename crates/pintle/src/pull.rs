//! `helm pull`, `helm push` and `helm verify`. Helm: pkg/action/pull.go, push.go and verify.go.

use source::{Access, ChartQuery, Places, PullOptions, PushOptions, Verification};

use crate::{Error, Event, LogLine, Observer, dependency::local_time};

/// What `push` needs.
#[derive(Clone, Debug, Default)]
pub struct PushRequest {
    /// The archive.
    pub archive: String,
    /// Where to: `oci://host/path`, or the URL of a ChartMuseum.
    pub remote: String,
    /// Where things are kept on this machine.
    pub places: Places,
    /// How the server is talked to.
    pub access: Access,
    /// How many seconds local time is ahead of UTC.
    pub utc_offset: i32,
}

/// Downloads a chart, and unpacks it where that is asked for.
pub fn pull(query: &ChartQuery, options: &PullOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    let mut signed = String::new();
    let mut told = |verification: &Verification| signed = words(verification);
    source::pull(query, options, &mut told, &mut |note| observer.event(Event::Log(LogLine::from(note))))?;
    observer.event(Event::Output(signed.as_bytes()));
    Ok(())
}

/// Uploads an archive.
pub fn push(request: &PushRequest, observer: &mut dyn Observer) -> Result<(), Error> {
    let options = PushOptions {
        archive: request.archive.clone(),
        remote: request.remote.clone(),
        places: request.places.clone(),
        access: request.access.clone(),
    };
    let time = |seconds: i64| local_time(i128::from(seconds) * 1_000_000_000, request.utc_offset);
    source::push(&options, &time, &mut |note| observer.event(Event::Log(LogLine::from(note))))?;
    Ok(())
}

/// Checks the signature beside an archive.
pub fn verify(archive: &str, keyring: &str, observer: &mut dyn Observer) -> Result<(), Error> {
    let verification = source::verify_chart(archive, &format!("{archive}.prov"), keyring)?;
    observer.event(Event::Output(words(&verification).as_bytes()));
    Ok(())
}

fn words(verification: &Verification) -> String {
    let Verification { identities, fingerprint, hash } = verification;
    let signers: String = identities.iter().map(|name| format!("Signed by: {name}\n")).collect();
    format!("{signers}Using Key With Fingerprint: {fingerprint}\nChart Hash Verified: {hash}\n")
}
