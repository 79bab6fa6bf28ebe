//! Help pages and usage texts, laid out as cobra does.

use value::quote::quote;

use crate::{
    env::Environment,
    flags,
    parse::{FlagSet, Slot},
    spec::{Command, Flag, Kind, Visibility, path_of, usage_line},
};

/// The width that names in the list of commands have at the least.
const NAME_WIDTH: usize = 11;

/// The help page of the command at the end of a path.
///
/// cobra: command.go `defaultHelpFunc`.
pub(crate) fn help_page(path: &[&'static Command], environment: &Environment) -> String {
    let Some(command) = path.last() else { return String::new() };
    let about = if command.long.is_empty() { command.short } else { command.long };
    format!("{}\n\n{}", about.trim_end(), usage(path, flags::HELP, environment))
}

/// How the command at the end of a path is called; `help` is its flag for help, if that is shown.
///
/// cobra: command.go `defaultUsageFunc`.
pub(crate) fn usage(path: &[&'static Command], help: &'static [Flag], environment: &Environment) -> String {
    let Some(command) = path.last() else { return String::new() };
    let listed: Vec<_> =
        command.sorted().into_iter().filter(|below| below.is_listed() || below.name == "help").collect();
    let mut text = "Usage:".to_owned();
    if command.runs() {
        text.push_str(&format!("\n  {}", usage_line(path)));
    }
    if !listed.is_empty() {
        text.push_str(&format!("\n  {} [command]", path_of(path)));
    }
    if !command.aliases.is_empty() {
        text.push_str(&format!("\n\nAliases:\n  {}, {}", command.name, command.aliases.join(", ")));
    }
    if !listed.is_empty() {
        text.push_str("\n\nAvailable Commands:");
        let width = listed.iter().map(|below| below.name.len()).fold(NAME_WIDTH, usize::max);
        for below in &listed {
            text.push_str(&format!("\n  {:width$} {}", below.name, below.short));
        }
    }
    text.push_str(&format!("\n\nFlags:\n{}", lines_of_own(path, help, environment)));
    if path.len() > 1 {
        text.push_str(&format!("\n\nGlobal Flags:\n{}", shared_flags(command, environment)));
    }
    if !listed.is_empty() {
        text.push_str(&format!("\n\nUse \"{} [command] --help\" for more information about a command.", path_of(path)));
    }
    text.push('\n');
    text
}

/// The lines of the flags that are a command's own; the root's are those of all commands.
pub(crate) fn own_flags(path: &[&'static Command], environment: &Environment) -> String {
    lines_of_own(path, flags::HELP, environment)
}

fn lines_of_own(path: &[&'static Command], help: &'static [Flag], environment: &Environment) -> String {
    let Some(command) = path.last() else { return String::new() };
    let mut own = FlagSet::new(&[help], environment);
    own.add(command.flags, false);
    if path.len() == 1 {
        own.add(flags::GLOBAL, true);
    }
    flag_lines(&own, command, environment)
}

/// The lines of the flags that a command shares with all others.
pub(crate) fn shared_flags(command: &Command, environment: &Environment) -> String {
    flag_lines(&FlagSet::new(flags::GLOBAL, environment), command, environment)
}

/// What a flag does; `--help` names the command.
pub(crate) fn about(flag: &Flag, command: &Command) -> String {
    if flag.name == "help" { format!("help for {}", command.name) } else { flag.about.to_owned() }
}

/// pflag: flag.go `FlagUsages`.
fn flag_lines(set: &FlagSet<'_>, command: &Command, environment: &Environment) -> String {
    let shown: Vec<_> = set.sorted().into_iter().filter(|slot| slot.flag.visibility != Visibility::Hidden).collect();
    let heads: Vec<_> = shown.iter().map(|slot| head(slot)).collect();
    let width = heads.iter().map(String::len).max().unwrap_or_default();
    let mut lines = Vec::new();
    for (slot, head) in shown.iter().zip(&heads) {
        let flag = slot.flag;
        let mut line = format!("{head:width$}   {}", about(flag, command));
        let default = flag.default_text(environment);
        if !flag.is_zero(&default) {
            let default = if flag.kind == Kind::Text { quote(default.as_bytes()) } else { default };
            line.push_str(&format!(" (default {default})"));
        }
        if let Some(advice) = flag.deprecated {
            line.push_str(&format!(" (DEPRECATED: {advice})"));
        }
        lines.push(line);
    }
    lines.join("\n")
}

fn head(slot: &Slot) -> String {
    let flag = slot.flag;
    let mut head = match flag.short {
        Some(letter) => format!("  -{letter}, --{}", flag.name),
        None => format!("      --{}", flag.name),
    };
    let word = flag.kind.word();
    if !word.is_empty() {
        head.push(' ');
        head.push_str(word);
    }
    match (flag.kind, flag.bare) {
        (_, None) | (Kind::Bool | Kind::GoBool, _) => {}
        (Kind::Text, Some(bare)) => head.push_str(&format!("[=\"{bare}\"]")),
        (_, Some(bare)) => head.push_str(&format!("[={bare}]")),
    }
    head
}
