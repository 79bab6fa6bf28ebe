//! Keys whose values nobody should write on a command line.

use crate::ValuesFlags;

/// Parts of keys that passwords and their kin have.
const WORDS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "privatekey",
    "private_key",
    "private-key",
    "credential",
];

/// Endings that make such a word the name of something that is not one.
const HARMLESS: [&str; 9] =
    ["name", "ref", "enabled", "create", "existingsecret", "secretkey", "path", "file", "annotations"];

/// The keys of `--set`, `--set-string`, `--set-json` and `--set-literal` that look like passwords.
pub fn secret_keys(flags: &ValuesFlags) -> Vec<String> {
    let texts = flags.set.iter().chain(&flags.set_string).chain(&flags.set_literal).chain(&flags.set_json);
    let mut keys: Vec<String> = Vec::new();
    for pair in texts.flat_map(|text| text.split(',')) {
        let Some((key, value)) = pair.split_once('=') else { continue };
        let harmless = ["", "null", "true", "false"].contains(&value);
        if !harmless && is_secret_key(key) && !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }
    keys
}

/// Whether a path of values ends like the name of a password.
pub fn is_secret_key(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path).to_lowercase();
    !HARMLESS.iter().any(|end| last.ends_with(end)) && WORDS.iter().any(|word| last.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_known_by_their_keys() {
        let set = ["redis.password=x,image.tag=1", "auth.existingSecret=a,token=", "db.rootPassword=y", "secretName=a"];
        let flags = ValuesFlags { set: set.map(str::to_owned).to_vec(), ..ValuesFlags::default() };
        assert_eq!(secret_keys(&flags), ["redis.password", "db.rootPassword"]);
    }
}
