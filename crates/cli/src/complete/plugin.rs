//! Completes the commands of plugins, by what their `completion.yaml` and `plugin.complete` say.

use std::{fs, io::Write as _};

use crate::{
    complete::{Directive, Situation, Words, engine::flag_names, nothing},
    invocation::Invocation,
    parse::Found,
    plugins::{PluginCommand, settings, split},
    spec::path_of,
};

/// cobra: completions.go `getCompletions`, for a command that reads its flags itself.
pub(super) fn complete(invocation: &mut Invocation<'_>, found: &Found, plugin: &PluginCommand, word: &str) -> Words {
    let command = found.command();
    invocation.flags.add(command.flags, false);
    let (mut words, mut directive) = nothing(Directive::DEFAULT);
    if word.starts_with('-') && !word.contains('=') {
        let situation = Situation {
            path: &found.path,
            arguments: &[],
            flags: &invocation.flags,
            environment: invocation.environment,
            word,
        };
        words = flag_names(&situation, command);
        directive = Directive::NO_FILES;
    } else {
        if found.words.is_empty() {
            for below in command.sorted() {
                directive = Directive::NO_FILES;
                if below.name.starts_with(word) {
                    words.push(format!("{}\t", below.name));
                }
            }
        }
        if !plugin.first_words.is_empty() {
            if found.words.is_empty() {
                words.extend(plugin.first_words.iter().filter(|first| first.starts_with(word)).cloned());
                directive = Directive::NO_FILES;
            }
            return (words, directive);
        }
    }
    if plugin.is_asked {
        let (more, wanted) = asked(invocation, found, plugin, word);
        words.extend(more);
        directive = wanted;
    }
    (words, directive)
}

/// What `plugin.complete` answers: completions line by line, a directive in the last. Helm: `pluginDynamicComp`.
fn asked(invocation: &mut Invocation<'_>, found: &Found, command: &PluginCommand, word: &str) -> Words {
    let plugin = command.plugin;
    let (known, left) = split(&found.words);
    if invocation.flags.parse(&known).is_err() {
        return nothing(Directive::ERROR);
    }
    let path = path_of(&found.path);
    let mut arguments: Vec<String> = path.split(' ').skip(2).map(str::to_owned).collect();
    if !plugin.command_words().is_some_and(|words| words.ignores_flags) {
        arguments.extend(left);
        arguments.push(word.to_owned());
    }
    let file = format!("{}/plugin.complete", plugin.folder);
    tell(invocation, &format!("calling {file} with args [{}]", arguments.join(" ")));
    let variables = settings(&invocation.flags, invocation.environment);
    let mut lines = match pintle::complete_with_plugin(plugin, arguments, variables) {
        Ok(lines) => lines,
        Err(error) => {
            tell(invocation, &format!("Unable to call {file}: {error}"));
            return nothing(Directive::DEFAULT);
        }
    };
    let directive = lines.last().and_then(|line| line.strip_prefix(':')).and_then(|text| text.parse::<i64>().ok());
    match directive {
        Some(number) => {
            lines.pop();
            (lines, Directive((number & 0xff) as u8))
        }
        None => (lines, Directive::DEFAULT),
    }
}

/// A line for whoever looks for what completion does. cobra: `CompDebugln`.
fn tell(invocation: &mut Invocation<'_>, line: &str) {
    let line = format!("[Debug] {line}\n");
    let log = invocation.environment.completion_log();
    if !log.is_empty()
        && let Ok(mut file) = fs::OpenOptions::new().append(true).create(true).open(log)
    {
        let _ = file.write_all(line.as_bytes());
    }
    if invocation.flags.bool("debug") {
        invocation.output.complain(&line);
    }
}
