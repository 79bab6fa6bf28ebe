//! Mail addresses and URLs as the library that lint uses takes them (github.com/asaskevich/govalidator).

use std::sync::OnceLock;

use regexp::Matcher;
use value::url::Url;

/// Letters beyond ASCII that mail addresses may have.
fn is_foreign(rune: char) -> bool {
    matches!(rune, '\u{a0}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{ffef}')
}

/// Whether a text is a mail address by RFC 5322, more or less.
pub(super) fn is_email(text: &str) -> bool {
    match text.rsplit_once('@') {
        Some((local, domain)) => is_local(local) && is_domain(domain),
        None => false,
    }
}

fn is_local(local: &str) -> bool {
    let word = |rune: char| rune.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(rune) || is_foreign(rune);
    if local.split('.').all(|part| !part.is_empty() && part.chars().all(word)) {
        return true;
    }
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let quoted = |rune: char| {
        let plain = matches!(rune, '\u{1}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'
            | '\u{21}' | '\u{23}'..='\u{5b}' | '\u{5d}'..='\u{7e}');
        plain || is_foreign(rune) || matches!(rune, ' ' | '\t')
    };
    // A line may be folded where blanks follow.
    let mut parts = inner.split("\r\n");
    parts.next().is_none_or(|first| first.chars().all(quoted))
        && parts.all(|part| part.starts_with([' ', '\t']) && part.chars().all(quoted))
}

fn is_domain(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let Some((labels, top)) = domain.rsplit_once('.') else { return false };
    let letter = |rune: char| rune.is_ascii_alphabetic() || is_foreign(rune);
    let edge = |rune: char| rune.is_ascii_digit() || letter(rune);
    let middle = |rune: char| edge(rune) || matches!(rune, '-' | '_' | '~');
    labels.starts_with(edge)
        && labels.ends_with(edge)
        && labels.chars().all(|rune| middle(rune) || rune == '.')
        && top.starts_with(letter)
        && top.ends_with(letter)
        && top.chars().all(middle)
}

/// Whether a text is an absolute URL that a request could have.
pub(super) fn is_request_url(text: &str) -> bool {
    Url::parse_request_uri(text).is_ok_and(|url| url.is_absolute())
}

/// Whether a text looks like a URL, with or without a scheme.
pub(super) fn is_url(text: &str) -> bool {
    if text.chars().count() >= 2083 || text.len() <= 3 || text.starts_with('.') {
        return false;
    }
    // Without a scheme a colon stands before a port.
    let whole = if text.contains(':') && !text.contains("://") { format!("http://{text}") } else { text.to_owned() };
    let Ok(url) = Url::parse(&whole) else { return false };
    if url.host.starts_with(b".") || url.host.is_empty() && !url.path.is_empty() && !url.path.contains(&b'.') {
        return false;
    }
    form().is_some_and(|form| form.is_match(text))
}

/// The form of a URL: scheme, user, host, port, path.
fn form() -> Option<&'static Matcher> {
    static FORM: OnceLock<Option<Matcher>> = OnceLock::new();
    FORM.get_or_init(|| {
        let octet = r"(?:[0-9]{1,2}|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
        let first = r"(?:[1-9][0-9]?|1[0-9]{2}|2[01][0-9]|22[0-3]|24[0-9]|25[0-5])";
        let v4 = format!(r"{first}(?:\.{octet}){{2}}\.(?:[0-9]{{2}}|{octet})");
        // What is in brackets has been read as an address already.
        let v6 = r"\[(?:[0-9a-fA-F:.]+|fe80:(?::[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]+)\]";
        let letter = r"[a-zA-Z\x{a1}-\x{ffff}]";
        let sign = r"[a-zA-Z0-9\x{a1}-\x{ffff}]";
        let dashed = r"[a-zA-Z0-9][a-zA-Z0-9_-]*[a-zA-Z0-9](?:[-.][a-zA-Z0-9]+)*";
        let dotted = r"www\.|[a-zA-Z0-9]+(?:[-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+";
        let name = format!(r"(?:{dashed}|{dotted})?(?:{sign}+-?-?)*{sign}+(?:\.{letter}+)?");
        let pattern = format!(
            r"^(?:(?:ftp|tcp|udp|wss?|https?)://)?(?:\S+@)?(?:{v4}|{v6}|{name})\.?(?::[0-9]{{1,5}})?(?:[/?#]\S*)?$"
        );
        regexp::Pattern::compile(pattern.as_bytes()).ok().map(|pattern| pattern.engine)
    })
    .as_ref()
}
