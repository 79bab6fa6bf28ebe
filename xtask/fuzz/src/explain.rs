//! Which mismatches are meant, and by which line of COMPATIBILITY.md.
//!
//! Each class asks for evidence in Go's answer, or in what Go took for it, so that it hides no other difference.

use super::oracle::{Answer, Reply, Request};

/// What Go must have allocated at least where ours says that it is too much: a quarter of what ours may produce, as that
/// counts every text once, and Go's buffers when they grow.
const MUCH: u64 = 512 << 20;

/// Why a mismatch is meant, if it is: the id of a line in COMPATIBILITY.md.
pub(crate) fn explained(request: &Request, want: &Reply, got: &Answer) -> Option<&'static str> {
    if let Some(stack) = &want.overflowed {
        return is_endless_value(request, stack, got).then_some("endless-value");
    }
    let Answer { output, error } = &want.answer;
    if error.contains("error calling set: assignment to entry in nil map") && !got.error.contains("error calling set:")
    {
        return Some("nil-map-insert");
    }
    if is_exhausted(got) {
        return (want.allocated > MUCH && got.error.contains("produce more than")).then_some("bounded-render");
    }
    if error.is_empty() && got.error.ends_with("lice: reflect.Value.Slice: slice index out of bounds") {
        return Some("slice-capacity");
    }
    if request.kind == "template" && error.is_empty() && got.error.is_empty() {
        let [want, got] = [output, &got.output].map(|output| without_addresses(output));
        return if want == got {
            Some("pointer-address")
        } else {
            shows_time_fields(&want, &got).then_some("time-fields")
        };
    }
    None
}

/// Whether the outputs differ in nothing but that Go prints the three fields of its `time.Time`, the last of them the
/// location, where ours prints `{}`.
fn shows_time_fields(mut want: &[u8], mut got: &[u8]) -> bool {
    let mut found = false;
    while let (Some((first, want_rest)), Some((ours, got_rest))) = (want.split_first(), got.split_first()) {
        if let (Some(fields), Some(behind)) = (want.strip_prefix(b"{"), got.strip_prefix(b"{}"))
            && !fields.starts_with(b"}")
        {
            let Some(end) = fields.iter().position(|byte| *byte == b'}') else { return false };
            let (fields, after) = fields.split_at(end);
            let text = String::from_utf8_lossy(fields);
            let mut words = text.splitn(3, ' ').skip(2);
            if !words.next().is_some_and(|place| place.starts_with("0x") || place.contains("*time.Location=")) {
                return false;
            }
            (want, got, found) = (after.get(1..).unwrap_or_default(), behind, true);
            continue;
        }
        if first != ours {
            return false;
        }
        (want, got) = (want_rest, got_rest);
    }
    found && want.is_empty() && got.is_empty()
}

/// Whether ours ended because its budget was used up.
pub(crate) fn is_exhausted(answer: &Answer) -> bool {
    ["the templates need more than", "the templates produce more than"].iter().any(|words| answer.error.contains(words))
}

/// Whether Go's stack overflowed within a function that walks through a value, of a template that can put a map into
/// itself, and ours noticed that too: by an error, or by an output that ends at the depth where ours gives up. A map that
/// holds itself more than once uses up the budget before that depth.
fn is_endless_value(request: &Request, stack: &[String], got: &Answer) -> bool {
    const WALKERS: [&str; 7] = [
        "fmt.",
        "reflect.",
        "encoding/json.",
        "github.com/mitchellh/",
        "dario.cat/mergo.",
        "github.com/BurntSushi/toml.",
        "go.yaml.in/yaml/",
    ];
    const PUTTERS: [&str; 3] = ["set", "merge", "Merge"];
    // The top of the stack is where it overflowed.
    let walked = stack.iter().take(40).filter(|name| WALKERS.iter().any(|walker| name.starts_with(walker))).count();
    let text = String::from_utf8_lossy(&request.text);
    let noticed = match got.error.as_str() {
        "" => nesting(&got.output) >= DEEP,
        error => is_exhausted(got) || ["nested", "itself", "depth", "cycle"].iter().any(|word| error.contains(word)),
    };
    walked >= 20 && PUTTERS.iter().any(|putter| text.contains(putter)) && noticed
}

/// How deep a value is nested that was printed to its end: no other value of the fuzz comes near.
const DEEP: usize = 500;

/// How many maps and lists are open at most in a printed value.
fn nesting(output: &[u8]) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in output {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// The output with every address that `%v` prints for a pointer made the same.
fn without_addresses(output: &[u8]) -> Vec<u8> {
    let mut rest = output;
    let mut kept = Vec::with_capacity(output.len());
    while let Some((first, tail)) = rest.split_first() {
        let digits = match rest.strip_prefix(b"0x") {
            Some(behind) => behind.iter().take_while(|byte| byte.is_ascii_hexdigit()).count(),
            None => 0,
        };
        // Go's heap lies at twelve digits; a program's own hexadecimal numbers are shorter.
        if (9..=12).contains(&digits) {
            kept.extend_from_slice(b"0xADDRESS");
            rest = rest.get(2 + digits..).unwrap_or_default();
        } else {
            kept.push(*first);
            rest = tail;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::shows_time_fields;

    #[test]
    fn only_times_may_show_their_fields() {
        let differs = |want: &str, got: &str| shows_time_fields(want.as_bytes(), got.as_bytes());
        assert!(differs("<map[d:{0o0 0o721 %!O(*time.Location=<nil>)}]> x", "<map[d:{}]> x"));
        assert!(differs("{0 6 0xADDRESS}{0 6 0xADDRESS}", "{}{}"));
        assert!(!differs("{0 6 7}", "{}"));
        assert!(!differs("{0 6 0xADDRESS} x", "{} y"));
        assert!(!differs("a", "a"));
    }
}
