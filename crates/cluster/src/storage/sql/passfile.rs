//! The password that a file has for a connection: `~/.pgpass`.

use std::path::{Path, PathBuf};

use super::text::Fields;

/// The password that a file of `host:port:database:user:password` lines has for this connection.
pub(super) fn password(fields: &Fields, home: Option<&Path>) -> Option<String> {
    let path = match fields.get("passfile").filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => home?.join(".pgpass"),
    };
    let text = std::fs::read_to_string(path).ok()?;
    let field = |name: &str, default: &str| {
        let value = fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
        value.unwrap_or(default).to_owned()
    };
    let user = field("user", "");
    let wanted = [field("host", "localhost"), field("port", "5432"), field("dbname", &user), user.clone()];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut parts = split_line(line);
        let password = parts.pop().filter(|_| parts.len() == wanted.len())?;
        let fits = parts.iter().zip(&wanted).all(|(part, wanted)| part == "*" || part == wanted);
        fits.then_some(password)
    })
}

fn split_line(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let count = parts.len();
        let Some(last) = parts.last_mut() else { break };
        match letter {
            '\\' => last.extend(letters.next()),
            ':' if count < 5 => parts.push(String::new()),
            letter => last.push(letter),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::split_line;

    #[test]
    fn lines_have_five_parts() {
        assert_eq!(split_line(r"a\:b:5432:*:u:p:w"), ["a:b", "5432", "*", "u", "p:w"]);
    }
}
