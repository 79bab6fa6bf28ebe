//! How many positional arguments a command takes.

/// The rule for a command's positional arguments.
///
/// Helm: pkg/cmd/require/args.go; cobra: args.go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// No rule of its own: an unknown word is an error at the root, and anything goes elsewhere.
    Unchecked,
    /// Any number.
    Any,
    /// None at all.
    None,
    /// This many.
    Exactly(usize),
    /// This many or more.
    AtLeast(usize),
    /// This many or fewer.
    AtMost(usize),
    /// This many or more, with the parser's own wording instead of Helm's.
    Bare(usize),
}

impl Arguments {
    /// Checks the number of arguments; the error is Helm's line, with the command's usage line where it has one.
    pub(crate) fn check(self, count: usize, path: &str, usage: &str) -> Result<(), String> {
        let complaint = match self {
            Arguments::None if count > 0 => "accepts no arguments".to_owned(),
            Arguments::Exactly(wanted) if count != wanted => format!("requires {}", plural(wanted)),
            Arguments::AtLeast(wanted) if count < wanted => format!("requires at least {}", plural(wanted)),
            Arguments::AtMost(wanted) if count > wanted => format!("accepts at most {}", plural(wanted)),
            Arguments::Bare(wanted) if count < wanted => {
                return Err(format!("requires at least {wanted} arg(s), only received {count}"));
            }
            _ => return Ok(()),
        };
        Err(format!("\"{path}\" {complaint}\n\nUsage:  {usage}"))
    }
}

fn plural(count: usize) -> String {
    if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") }
}
