//! Finds out what stands at the cursor: a command, a flag, a flag's value or an argument.

use std::{fs, io::Write};

use crate::{
    complete::{Directive, Situation, Words, nothing, plugin},
    error::Failure,
    flags,
    help::about,
    invocation::Invocation,
    parse::{FlagError, FlagSet, Found, find},
    spec::{Action, Command, Flag, Visibility},
};

/// Prints what could stand at the cursor, which is at the end of the last argument.
///
/// cobra: completions.go `initCompleteCmd`.
pub(crate) fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let described = invocation.called != "__completeNoDesc" && invocation.environment.completion_descriptions();
    let (words, directive) = match complete(invocation) {
        Ok(words) => words,
        Err(reason) => {
            report(invocation, &reason);
            nothing(Directive::DEFAULT)
        }
    };
    let mut text = String::new();
    for word in words {
        if word.starts_with("_activeHelp_ ") && !invocation.environment.active_help() {
            continue;
        }
        let word = if described { &word } else { word.split('\t').next().unwrap_or_default() };
        text.push_str(word.lines().next().unwrap_or_default().trim());
        text.push('\n');
    }
    invocation.output.print(format!("{text}:{}\n", directive.0))?;
    invocation.output.complain(&format!("Completion ended with directive: {}\n", directive.names()));
    Ok(())
}

/// Completions must not be mixed with errors, so these go where a person who looks for them finds them.
fn report(invocation: &mut Invocation<'_>, reason: &str) {
    let line = format!("[Debug] [Error] {reason}\n");
    let log = invocation.environment.completion_log();
    if !log.is_empty()
        && let Ok(mut file) = fs::OpenOptions::new().append(true).create(true).open(log)
    {
        // A log that cannot be written is no reason to complete nothing.
        let _ = file.write_all(line.as_bytes());
    }
    invocation.output.complain(&line);
}

/// cobra: completions.go `getCompletions`.
fn complete(invocation: &mut Invocation<'_>) -> Result<Words, String> {
    let Some((word, words)) = invocation.arguments.split_last() else { return Ok(nothing(Directive::DEFAULT)) };
    let found = find(invocation.root, flags::GLOBAL, words)
        .map_err(|_| format!("unable to find a command for arguments: [{}]", words.join(" ")))?;
    let command = found.command();
    if let Action::Plugin(plugin) = command.action {
        let word = word.clone();
        return Ok(plugin::complete(invocation, &found, plugin, &word));
    }
    let flags = &mut invocation.flags;
    flags.add(command.flags, false);
    flags.add(&[flags::HELP], false);

    let cursor = cursor(flags, &found, word);
    let (flag, rest, word) = match &cursor {
        Ok(cursor) => (cursor.flag, cursor.words, cursor.word),
        Err(_) => (None, found.words.as_slice(), word.as_str()),
    };
    // Behind `--` there are no flags, and then one more of it counts as an argument.
    let mut closed = rest.to_vec();
    closed.push("--".to_owned());
    let ended = flags.parse(&closed);
    let count = flags.arguments().len();
    let notices = |flags: &FlagSet<'_>| flags.notices.iter().map(|notice| format!("{notice}\n")).collect::<String>();
    let mut complaints = String::new();
    if ended.is_ok() {
        complaints.push_str(&notices(flags));
    }
    let before = flags.notices.len();
    let parsed = flags.parse(rest);
    if parsed.is_ok() && flags.notices.len() > before {
        complaints.push_str(&notices(flags));
    }
    if !complaints.is_empty() {
        invocation.output.complain(&complaints);
    }
    if let Err(error) = parsed {
        let error = match error {
            FlagError::Message(text) => text,
            FlagError::Help => "pflag: help requested".to_owned(),
        };
        return Err(format!("Error while parsing flags from args [{}]: {error}", rest.join(" ")));
    }
    let takes_flags = count <= flags.arguments().len();
    if takes_flags && let Err(reason) = cursor {
        return Err(reason);
    }
    if flags.changed("help") {
        return Ok(nothing(Directive::NO_FILES));
    }
    let situation =
        Situation { path: &found.path, arguments: flags.arguments(), flags, environment: invocation.environment, word };
    if flag.is_none() && takes_flags && word.starts_with('-') && !word.contains('=') {
        return Ok((flag_names(&situation, command), Directive::NO_FILES));
    }
    Ok(match flag {
        Some(flag) if takes_flags => flag.words.complete(&situation).unwrap_or(nothing(Directive::DEFAULT)),
        // Behind `--` it only looks like a flag.
        Some(_) => command.words.complete(&situation).unwrap_or(nothing(Directive::DEFAULT)),
        None => commands_and_arguments(&situation),
    })
}

/// The names of commands, and arguments.
fn commands_and_arguments(situation: &Situation<'_>) -> Words {
    let (mut words, mut directive) = nothing(Directive::DEFAULT);
    let own = situation.flags.sorted().into_iter().any(|slot| !slot.global && slot.changed);
    if situation.arguments.is_empty() && !own {
        for below in situation.command().sorted().into_iter().filter(|below| below.is_listed()) {
            directive = Directive::NO_FILES;
            if below.name.starts_with(situation.word) {
                words.push(format!("{}\t{}", below.name, below.short));
            }
        }
    }
    if let Some((more, wanted)) = situation.command().words.complete(situation) {
        words.extend(more);
        directive = wanted;
    }
    (words, directive)
}

/// Where the cursor is.
struct Cursor<'a> {
    /// The flag whose value stands there.
    flag: Option<&'static Flag>,
    /// The words before it, without the name of that flag.
    words: &'a [String],
    /// What stands there so far.
    word: &'a str,
}

/// Whether the value of a flag stands at the cursor; fails if the command has no such flag.
///
/// cobra: completions.go `checkIfFlagCompletion`.
fn cursor<'a>(flags: &FlagSet<'_>, found: &'a Found, word: &'a str) -> Result<Cursor<'a>, String> {
    let words = found.words.as_slice();
    let plain = Cursor { flag: None, words, word };
    let (name, before, value, joined) = if word.starts_with('-') {
        let Some((name, value)) = word.split_once('=') else { return Ok(plain) };
        (flag_name(name), words, value, true)
    } else {
        match words.split_last() {
            Some((last, before)) if is_flag(last) && !last.contains('=') => (flag_name(last), before, word, false),
            _ => return Ok(plain),
        }
    };
    if name.is_empty() {
        return Ok(Cursor { flag: None, words: before, word: value });
    }
    let slot = match name.as_bytes() {
        [letter] => flags.slot_of_letter(*letter),
        _ => flags.slot(name),
    };
    let Some(slot) = slot else {
        return Err(format!("Subcommand '{}' does not support flag '{name}'", found.command().name));
    };
    if !joined && slot.flag.bare.is_some() {
        return Ok(plain);
    }
    Ok(Cursor { flag: Some(slot.flag), words: before, word: value })
}

/// The name of a long flag, or the last of the letters of a short one.
fn flag_name(word: &str) -> &str {
    match word.strip_prefix("--") {
        Some(name) => name,
        None => word.char_indices().next_back().and_then(|(index, _)| word.get(index..)).unwrap_or_default(),
    }
}

fn is_flag(word: &str) -> bool {
    word.len() >= 3 && word.starts_with("--") || word.len() >= 2 && word.starts_with('-') && !word.starts_with("--")
}

/// The names of flags that begin with the word at the cursor: those of every command, then the command's own.
pub(super) fn flag_names(situation: &Situation<'_>, command: &Command) -> Vec<String> {
    let excluded: Vec<&str> = command
        .exclusive
        .iter()
        .filter_map(|group| group.split(' ').find(|name| situation.flags.changed(name)).map(|given| (group, given)))
        .flat_map(|(group, given)| group.split(' ').filter(move |name| *name != given))
        .collect();
    let mut slots = situation.flags.sorted();
    if situation.path.len() > 1 {
        slots.sort_by_key(|slot| !slot.global);
    }
    let mut words = Vec::new();
    for slot in slots {
        let flag = slot.flag;
        let offered = flag.visibility == Visibility::Listed && !excluded.contains(&flag.name);
        if !offered || slot.changed && !flag.kind.repeats() {
            continue;
        }
        let short = flag.short.map(|letter| format!("-{letter}")).unwrap_or_default();
        for name in [format!("--{}", flag.name), short] {
            if !name.is_empty() && name.starts_with(situation.word) {
                words.push(format!("{name}\t{}", about(flag, command)));
            }
        }
    }
    words
}
