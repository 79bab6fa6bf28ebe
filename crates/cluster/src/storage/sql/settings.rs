//! What a connection string and the environment say of a database, read as lib/pq reads them.

use std::time::Duration;

use super::{
    SqlOptions, passfile,
    ssl::{self, Ssl},
    stream::Place,
    text::{self, Fields},
};

/// The settings, and the variable of the environment that each of them has.
const KNOWN: [(&str, &str); 24] = [
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("dbname", "PGDATABASE"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("passfile", "PGPASSFILE"),
    ("options", "PGOPTIONS"),
    ("application_name", "PGAPPNAME"),
    ("fallback_application_name", ""),
    ("sslmode", "PGSSLMODE"),
    ("sslnegotiation", "PGSSLNEGOTIATION"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslsni", "PGSSLSNI"),
    ("sslinline", ""),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("client_encoding", "PGCLIENTENCODING"),
    ("datestyle", "PGDATESTYLE"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    // These mean nothing to us.
    ("binary_parameters", ""),
    ("disable_prepared_binary_result", ""),
];

/// What lib/pq knows and we do not: each would have to change how we connect.
const REFUSED: [(&str, &str); 6] = [
    ("service", "PGSERVICE"),
    ("krbsrvname", "PGKRBSRVNAME"),
    ("krbspn", ""),
    ("ssl_min_protocol_version", "SSLPGMINPROTOCOLVERSION"),
    ("ssl_max_protocol_version", "SSLPGMAXPROTOCOLVERSION"),
    ("min_protocol_version", "PGMINPROTOCOLVERSION"),
];

const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// How to connect.
#[derive(Debug)]
pub(super) struct Settings {
    /// Where a server may listen, in the order in which they are tried.
    pub(super) places: Vec<Place>,
    /// Who we are.
    pub(super) user: String,
    /// What proves it; empty for nothing.
    pub(super) password: String,
    /// What the server is told at first.
    pub(super) parameters: Vec<(String, String)>,
    /// How long connecting may take.
    pub(super) timeout: Option<Duration>,
    /// Which servers will do.
    pub(super) wanted: Wanted,
    /// Whether the connection is encrypted.
    pub(super) encryption: Encryption,
    /// How much the server's certificate is trusted, and by what.
    pub(super) ssl: Ssl,
}

/// Which servers will do: `target_session_attrs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Any,
    ReadWrite,
    ReadOnly,
}

/// Whether a connection is encrypted: `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    Never,
    /// Where the server can.
    Preferred,
    Required,
}

impl Settings {
    /// Reads the connection string over the environment.
    pub(super) fn read(options: &SqlOptions) -> Result<Settings, String> {
        let mut fields = of_environment(&options.environment)?;
        fields.extend(text::read(&options.connection)?);
        fields.retain(|_, value| !value.is_empty());
        check(&fields)?;
        let field = |name: &str| fields.get(name).cloned();
        let user = field("user").or_else(|| Some(options.user.clone()).filter(|user| !user.is_empty()));
        let user = user.ok_or("pq: could not detect default username; please provide one explicitly")?;
        let home = options.home.as_deref();
        let password = field("password").or_else(|| passfile::password(&fields, home)).unwrap_or_default();
        let timeout = field("connect_timeout").map(|text| number::<i64>("connect_timeout", &text)).transpose()?;
        let timeout = timeout.and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
        let places = places(&fields)?;
        // What goes through a socket of this machine needs no encryption, and cannot have it.
        let encryption = match field("sslmode").as_deref() {
            _ if places.iter().all(|place| matches!(place, Place::Unix { .. })) => Encryption::Never,
            Some("disable") => Encryption::Never,
            Some("allow" | "prefer") => Encryption::Preferred,
            _ => Encryption::Required,
        };
        let folder = home.map(|home| home.join(".postgresql"));
        let ssl = match encryption {
            Encryption::Never => Ssl::default(),
            _ => ssl::read(&fields, folder.as_deref())?,
        };
        let wanted = match field("target_session_attrs").as_deref() {
            None | Some("any") => Wanted::Any,
            Some("read-write") => Wanted::ReadWrite,
            Some("read-only") => Wanted::ReadOnly,
            Some(other) => return Err(unsupported("target_session_attrs", other)),
        };
        let parameters = parameters(&fields, &user);
        Ok(Settings {
            places,
            user,
            password,
            parameters,
            timeout: timeout.map(Duration::from_secs),
            wanted,
            encryption,
            ssl,
        })
    }
}

fn of_environment(environment: &[(String, String)]) -> Result<Fields, String> {
    let mut fields = Fields::new();
    for (variable, value) in environment {
        if REFUSED.iter().any(|(_, known)| known == variable) {
            return Err(format!("pq: environment variable ${variable} is not supported"));
        }
        let known = KNOWN.iter().find(|(_, known)| known == variable);
        fields.extend(known.map(|(name, _)| ((*name).to_owned(), value.clone())));
    }
    Ok(fields)
}

fn check(fields: &Fields) -> Result<(), String> {
    if let Some((name, _)) = REFUSED.iter().find(|(name, _)| fields.contains_key(*name)) {
        return Err(format!("pq: the setting {name:?} is not supported"));
    }
    if let Some(mode) = fields.get("sslmode").filter(|mode| !SSL_MODES.contains(&mode.as_str())) {
        let modes = SSL_MODES.map(|mode| format!("{mode:?}"));
        let (last, first) = modes.split_last().unwrap_or((&modes[0], &[]));
        let modes = format!("{}, and {last}", first.join(", "));
        return Err(format!(
            "pq: wrong value for \"sslmode\": {mode:?} is not supported; supported values are {modes}"
        ));
    }
    if let Some(encoding) = fields.get("client_encoding") {
        let plain = encoding.to_lowercase().replace(['-', '_', '"', '\''], "");
        if !matches!(plain.as_str(), "utf8" | "unicode") {
            return Err(format!("pq: unsupported client_encoding {encoding:?}: must be absent or \"UTF8\""));
        }
    }
    for (name, known) in [("sslnegotiation", &["postgres", "direct"][..]), ("load_balance_hosts", &["disable"])] {
        if let Some(other) = fields.get(name).filter(|value| !known.contains(&value.as_str())) {
            return Err(unsupported(name, other));
        }
    }
    match fields.get("datestyle") {
        Some(style) if style != "ISO, MDY" => {
            Err(format!("pq: unsupported datestyle {style:?}: must be absent or \"ISO, MDY\""))
        }
        _ => Ok(()),
    }
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    let invalid = |_| format!("pq: wrong value for {name:?}: strconv.ParseInt: parsing {text:?}: invalid syntax");
    text.parse().map_err(invalid)
}

fn unsupported(name: &str, value: &str) -> String {
    format!("pq: wrong value for {name:?}: {value:?} is not supported")
}

/// Hosts, their addresses and ports, each a list; one port may stand for all.
fn places(fields: &Fields) -> Result<Vec<Place>, String> {
    let list = |name: &str| fields.get(name).map(|list| list.split(',').collect::<Vec<_>>()).unwrap_or_default();
    let (mut hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    if hosts.is_empty() {
        hosts = if addresses.is_empty() { vec!["localhost"] } else { addresses.clone() };
    }
    if !addresses.is_empty() && addresses.len() != hosts.len() {
        return Err(format!("pq: could not match {} host names to {} hostaddr values", hosts.len(), addresses.len()));
    }
    if ports.len() > 1 && ports.len() != hosts.len() {
        return Err(format!("pq: could not match {} port numbers to {} hosts", ports.len(), hosts.len()));
    }
    let mut places = Vec::new();
    for (at, host) in hosts.into_iter().enumerate() {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or_default();
        let port = if port.is_empty() { 5432 } else { number("port", port)? };
        if host.starts_with('/') {
            places.push(Place::Unix { folder: host.into(), port });
            continue;
        }
        let address = addresses.get(at).copied().filter(|address| !address.is_empty());
        let address = address.map(|text| text.parse().map_err(|_| unsupported("hostaddr", text))).transpose()?;
        let host = if host.is_empty() { "localhost" } else { host };
        places.push(Place::Tcp { host: host.to_owned(), address, port });
    }
    Ok(places)
}

/// What the server is told at first: whatever is not about how to connect, the server may know it.
fn parameters(fields: &Fields, user: &str) -> Vec<(String, String)> {
    let own = |name: &str| KNOWN.iter().any(|(known, _)| *known == name);
    let told = ["options", "application_name"];
    let mut parameters: Vec<(String, String)> =
        [("user", user), ("client_encoding", "UTF8"), ("datestyle", "ISO, MDY")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
    let mut add = |name: &str, value: &String| parameters.push((name.to_owned(), value.clone()));
    for (name, value) in fields {
        if !own(name) || told.contains(&name.as_str()) {
            add(name, value);
        }
    }
    if let Some(database) = fields.get("dbname") {
        add("database", database);
    }
    if let (None, Some(name)) = (fields.get("application_name"), fields.get("fallback_application_name")) {
        add("application_name", name);
    }
    parameters
}

#[cfg(test)]
mod tests {
    use std::{path::PathBuf, time::SystemTime};

    use super::{Encryption, Place, Settings};
    use crate::storage::SqlOptions;

    fn read(connection: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let home = Some(PathBuf::from("/nonexistent"));
        let user = "me".to_owned();
        Settings::read(&SqlOptions { connection: connection.into(), environment, home, user, clock: SystemTime::now })
    }

    #[test]
    fn encryption_is_wanted_unless_told_otherwise() {
        let settings = read("", &[("PGHOST", "db"), ("PGUSER", "x"), ("OTHER", "y")]).unwrap();
        assert_eq!(settings.places, [Place::Tcp { host: "db".into(), address: None, port: 5432 }]);
        assert_eq!((settings.encryption, settings.user.as_str()), (Encryption::Required, "x"));
        assert!(!settings.ssl.verifies && settings.ssl.sni);
        let settings = read("host=/tmp search_path='a b'", &[("PGHOST", "db")]).unwrap();
        assert_eq!((settings.encryption, settings.user.as_str()), (Encryption::Never, "me"));
        assert!(settings.parameters.contains(&("search_path".into(), "a b".into())));
        let settings = read("sslmode=verify-full", &[]).unwrap();
        assert!(settings.ssl.verifies && settings.ssl.verifies_host);
        assert!(read("sslmode=nope", &[]).unwrap_err().contains("\"nope\" is not supported"));
        assert!(read("service=x", &[]).is_err() && read("port=x", &[]).is_err());
    }

    #[test]
    fn hosts_and_ports_are_lists() {
        let settings = read("host=a,b port=1,2 dbname=d sslmode=disable", &[]).unwrap();
        assert_eq!(settings.places.len(), 2);
        assert_eq!(settings.places.last(), Some(&Place::Tcp { host: "b".into(), address: None, port: 2 }));
        assert!(settings.parameters.contains(&("database".into(), "d".into())));
        assert!(read("host=a,b,c port=1,2", &[]).is_err());
    }
}
