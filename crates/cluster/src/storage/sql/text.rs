//! A connection string taken apart: a URL, or `key=value` pairs, as lib/pq takes them.

use std::collections::BTreeMap;

/// What is said, by the names of settings.
pub(super) type Fields = BTreeMap<String, String>;

/// Reads a connection string.
pub(super) fn read(connection: &str) -> Result<Fields, String> {
    match url_rest(connection) {
        Some(rest) => of_url(rest),
        None => pairs(connection),
    }
}

fn url_rest(connection: &str) -> Option<&str> {
    connection.strip_prefix("postgres://").or_else(|| connection.strip_prefix("postgresql://"))
}

/// `user:password@host:port,host:port/dbname?key=value`
fn of_url(rest: &str) -> Result<Fields, String> {
    let mut fields = Fields::new();
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    let (user, hosts) = match authority.rsplit_once('@') {
        Some((user, hosts)) => (Some(user), hosts),
        None => (None, authority),
    };
    if let Some(user) = user {
        let (name, password) = match user.split_once(':') {
            Some((name, password)) => (name, Some(password)),
            None => (user, None),
        };
        fields.insert("user".into(), unescape(name)?);
        if let Some(password) = password {
            fields.insert("password".into(), unescape(password)?);
        }
    }
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for host in hosts.split(',') {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, port),
            _ => (host, ""),
        };
        let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        names.push(unescape(name)?);
        ports.push(port.to_owned());
    }
    if names.iter().any(|name| !name.is_empty()) {
        fields.insert("host".into(), names.join(","));
    }
    if ports.iter().any(|port| !port.is_empty()) {
        fields.insert("port".into(), ports.join(","));
    }
    if !path.is_empty() {
        fields.insert("dbname".into(), unescape(path)?);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.insert(unescape(&name.replace('+', " "))?, unescape(&value.replace('+', " "))?);
    }
    Ok(fields)
}

fn unescape(text: &str) -> Result<String, String> {
    let invalid = || format!("pq: invalid escape in the connection string: {text:?}");
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit(rest.next()), digit(rest.next()));
        let value = high.zip(low).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(value.ok_or_else(invalid)?);
    }
    String::from_utf8(bytes).map_err(|_| invalid())
}

/// `key=value key='a b' …`, with backslashes.
fn pairs(text: &str) -> Result<Fields, String> {
    let mut fields = Fields::new();
    let mut letters = text.chars().peekable();
    loop {
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        if letters.peek().is_none() {
            return Ok(fields);
        }
        let mut name = String::new();
        while let Some(letter) = letters.next_if(|letter| !letter.is_whitespace() && *letter != '=') {
            name.push(letter);
        }
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        if letters.next() != Some('=') {
            return Err(format!("missing \"=\" after {name:?} in connection info string"));
        }
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        let mut value = String::new();
        if letters.next_if_eq(&'\'').is_some() {
            loop {
                match letters.next() {
                    None => return Err("unterminated quoted string literal in connection string".into()),
                    Some('\'') => break,
                    Some('\\') => value.extend(letters.next()),
                    Some(letter) => value.push(letter),
                }
            }
        } else {
            while let Some(letter) = letters.next_if(|letter| !letter.is_whitespace()) {
                match letter {
                    '\\' => value.push(letters.next().ok_or("missing character after backslash")?),
                    letter => value.push(letter),
                }
            }
        }
        fields.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::{of_url, pairs};

    #[test]
    fn connection_strings_are_read_as_libpq_reads_them() {
        let fields = pairs(r"host=a  user = 'b c' password='it\'s' x=a\ b").unwrap();
        let got: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(got, [("host", "a"), ("password", "it's"), ("user", "b c"), ("x", "a b")]);
        assert_eq!(pairs("host").unwrap_err(), "missing \"=\" after \"host\" in connection info string");
        let fields = of_url("u%40:p@[::1]:5433/d?sslmode=disable&application_name=a+b").unwrap();
        let got: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            got,
            [
                ("application_name", "a b"),
                ("dbname", "d"),
                ("host", "::1"),
                ("password", "p"),
                ("port", "5433"),
                ("sslmode", "disable"),
                ("user", "u@")
            ]
        );
    }
}
