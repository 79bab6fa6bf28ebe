//! What all of `helm diff` has in common: how differences are shown, and how the command ends.

use std::io::IsTerminal as _;

use pintle::{CompareOptions, ComparisonForm, DiffForm, DiffOptions, Differences, SecretView};

use crate::{error::Failure, invocation::Invocation, parse::parse_bool, surroundings::Machine};

/// Checks the number of arguments. helm-diff: `checkArgsLength`.
pub(super) fn check_arguments(invocation: &Invocation<'_>, wanted: &[&str]) -> Result<(), Failure> {
    let count = wanted.len();
    if invocation.arguments.len() == count {
        return Ok(());
    }
    let word = if count == 1 { "argument" } else { "arguments" };
    Err(Failure::new(format!("This command needs {count} {word}: {}", wanted.join(", "))))
}

/// A revision of the command line.
pub(super) fn revision(text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| Failure::new(format!("invalid revision {text:?}: must be a number")))
}

/// Whether a variable says `true`.
pub(super) fn is_on(invocation: &Invocation<'_>, variable: &str) -> bool {
    invocation.environment.text(variable) == "true"
}

/// A switch, or else a variable that says so; that is told.
pub(super) fn switch_or(invocation: &mut Invocation<'_>, flag: &str, variable: &str, what: &str) -> bool {
    if invocation.flags.changed(flag) {
        return invocation.flags.bool(flag);
    }
    let on = is_on(invocation, variable);
    if on {
        invocation.output.complain(&format!("Enabled {what} via the envvar\n"));
    }
    on
}

/// `--output`, or what HELM_DIFF_OUTPUT says.
fn output(invocation: &Invocation<'_>) -> String {
    let given = invocation.environment.text("HELM_DIFF_OUTPUT");
    if !invocation.flags.changed("output") && !given.trim().is_empty() {
        return given.to_owned();
    }
    invocation.flags.text("output").to_owned()
}

/// How manifests are compared.
pub(super) fn options(invocation: &Invocation<'_>, normalize: bool) -> DiffOptions {
    let flags = &invocation.flags;
    let mut suppressed_kinds = flags.list("suppress").to_vec();
    if flags.bool("suppress-secrets") {
        suppressed_kinds.push("Secret".to_owned());
    }
    let secrets = match (flags.bool("show-secrets-decoded"), flags.bool("show-secrets")) {
        (true, _) => SecretView::Decoded,
        (false, true) => SecretView::Shown,
        (false, false) => SecretView::Redacted,
    };
    DiffOptions {
        compare: CompareOptions {
            suppressed_kinds,
            find_renames: flags.float("find-renames"),
            strip_trailing_cr: flags.bool("strip-trailing-cr"),
            secrets,
            structured: output(invocation) == "structured",
        },
        suppressed_lines: flags.list("suppress-output-line-regex").to_vec(),
        normalize,
        tests: flags.bool("include-tests"),
        hidden: invocation.hidden(),
    }
}

/// In which form differences are shown.
fn form(invocation: &Invocation<'_>) -> Result<DiffForm, Failure> {
    let context = usize::try_from(context(invocation)).ok();
    Ok(DiffForm::Plain(match output(invocation).as_str() {
        "simple" => ComparisonForm::Simple,
        "json" => ComparisonForm::Json,
        "structured" => ComparisonForm::Structured,
        "dyff" => ComparisonForm::Dyff,
        "template" => match invocation.environment.look_up("HELM_DIFF_TPL") {
            None => ComparisonForm::Json,
            Some(path) => {
                let text = std::fs::read(path).map_err(|error| {
                    Failure::new(format!("Error loading custom template: {}", pintle::path_error("open", path, &error)))
                })?;
                let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                return Ok(DiffForm::Template { name, text });
            }
        },
        _ => ComparisonForm::Diff(context),
    }))
}

fn context(invocation: &Invocation<'_>) -> i64 {
    let given = invocation.flags.int("context");
    if given == -1 && !invocation.flags.changed("context") {
        return invocation.environment.text("HELM_DIFF_OUTPUT_CONTEXT").parse().unwrap_or(-1);
    }
    given
}

/// helm-diff: `cmd/root.go`.
pub(super) fn is_colored(invocation: &Invocation<'_>) -> bool {
    let flags = &invocation.flags;
    let asked = match flags.changed("color") {
        true => Some(flags.bool("color")),
        false => parse_bool(invocation.environment.text("HELM_DIFF_COLOR")).ok(),
    };
    match asked {
        _ if flags.bool("no-color") => false,
        Some(colored) => colored,
        None if flags.changed("no-color") => true,
        None => {
            let environment = invocation.environment;
            environment.text("NO_COLOR").is_empty()
                && environment.text("TERM") != "dumb"
                && std::io::stdout().is_terminal()
        }
    }
}

/// Shows differences, and ends the command as `--detailed-exitcode` wants.
pub(super) fn show(invocation: &mut Invocation<'_>, differences: &Differences) -> Result<(), Failure> {
    for warning in &differences.warnings {
        invocation.output.complain(&format!("{warning}\n"));
    }
    let form = form(invocation)?;
    let surroundings = Machine::new(invocation.environment, false);
    let text = pintle::diff_text(&differences.comparison, &form, is_colored(invocation), &surroundings)?;
    invocation.output.print(differences.mask.cover(&text))?;
    finish(invocation, differences.changed)
}

/// Ends the command as `--detailed-exitcode` wants.
pub(super) fn finish(invocation: &Invocation<'_>, changed: bool) -> Result<(), Failure> {
    if changed && invocation.flags.bool("detailed-exitcode") {
        return Err(Failure::differs(
            "identified at least one change, exiting with non-zero exit code (detailed-exitcode parameter enabled)",
        ));
    }
    Ok(())
}
