//! `helm completion` and what is below it, and `helm __complete`.

use crate::{
    complete::{self, ArgumentWords},
    error::Failure,
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static COMPLETION: Command = Command {
    name: "completion",
    short: "generate autocompletion scripts for the specified shell",
    long: "Prints a script that makes a shell complete commands, flags and arguments.",
    arguments: Arguments::None,
    commands: &[&BASH, &ZSH, &FISH, &POWERSHELL],
    ..Command::BASE
};

static BASH: Command = Command {
    name: "bash",
    short: "generate autocompletion script for bash",
    long: "\
Prints a script for completion in bash.

For the shell that is running:

    source <(helm completion bash)

For every shell from now on:

    helm completion bash > /etc/bash_completion.d/helm                # Linux
    helm completion bash > $(brew --prefix)/etc/bash_completion.d/helm  # macOS",
    action: Action::Run(bash),
    ..SCRIPT
};

static ZSH: Command = Command {
    name: "zsh",
    short: "generate autocompletion script for zsh",
    long: "\
Prints a script for completion in zsh.

For the shell that is running:

    source <(helm completion zsh)

For every shell from now on:

    helm completion zsh > \"${fpath[1]}/_helm\"",
    action: Action::Run(zsh),
    ..SCRIPT
};

static FISH: Command = Command {
    name: "fish",
    short: "generate autocompletion script for fish",
    long: "\
Prints a script for completion in fish.

For the shell that is running:

    helm completion fish | source

For every shell from now on:

    helm completion fish > ~/.config/fish/completions/helm.fish",
    action: Action::Run(fish),
    ..SCRIPT
};

static POWERSHELL: Command = Command {
    name: "powershell",
    short: "generate autocompletion script for powershell",
    long: "\
Prints a script for completion in PowerShell.

For the shell that is running:

    helm completion powershell | Out-String | Invoke-Expression

For every shell from now on, put that line into the profile.",
    action: Action::Run(powershell),
    ..SCRIPT
};

const SCRIPT: Command = Command {
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    flags: &[&[Flag::switch("no-descriptions", "complete without descriptions")]],
    ..Command::BASE
};

/// What the scripts call. The last argument is the word at the cursor.
pub(crate) static COMPLETE: Command = Command {
    name: "__complete",
    synopsis: "[command-line]",
    aliases: &["__completeNoDesc"],
    short: "list completions of a command line",
    long: "Lists completions of a command line, for the scripts that 'helm completion' prints.",
    hidden: true,
    raw: true,
    arguments: Arguments::Bare(1),
    action: Action::Run(complete::run),
    ..Command::BASE
};

const BASH_SCRIPT: &str = include_str!("../complete/scripts/helm.bash");

/// The script for bash, with descriptions.
pub(super) fn bash_script() -> String {
    BASH_SCRIPT.replace("@REQUEST@", "__complete")
}

fn bash(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    print(invocation, BASH_SCRIPT, "complete -o default -F __start_helm {name}\n")
}

fn zsh(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    print(invocation, include_str!("../complete/scripts/helm.zsh"), "compdef _helm {name}\n")
}

fn fish(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    print(invocation, include_str!("../complete/scripts/helm.fish"), "")
}

fn powershell(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    print(invocation, include_str!("../complete/scripts/helm.ps1"), "")
}

/// Prints a script, and behind it the line for another name of the program, where it was called by one.
fn print(invocation: &mut Invocation<'_>, script: &str, renamed: &str) -> Result<(), Failure> {
    let request = if invocation.flags.bool("no-descriptions") { "__completeNoDesc" } else { "__complete" };
    let mut text = script.replace("@REQUEST@", request);
    let program = &invocation.environment.program;
    let name = program.rsplit('/').next().unwrap_or(program);
    if name != "helm" {
        text.push_str(&renamed.replace("{name}", name));
    }
    invocation.output.print(text)
}
