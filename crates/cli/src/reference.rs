//! The reference of all commands, as Markdown and as man pages, from the table.

use crate::{
    env::Environment,
    help::{own_flags, shared_flags},
    spec::{Command, path_of, usage_line},
};

type Path = Vec<&'static Command>;

/// The listed commands with their paths, each before those below it.
fn walk(root: &'static Command) -> Vec<Path> {
    let mut paths = vec![vec![root]];
    let mut index = 0;
    while let Some(path) = paths.get(index).cloned() {
        let below = path.last().map(|command| command.sorted()).unwrap_or_default();
        let below = below.into_iter().filter(|command| command.is_listed() && command.name != "help");
        paths.extend(below.map(|command| [path.as_slice(), &[command]].concat()));
        index += 1;
    }
    paths
}

fn file_name(path: &[&'static Command], separator: &str, extension: &str) -> String {
    format!("{}.{extension}", path_of(path).replace(' ', separator))
}

/// A page of Markdown for each command: file names and texts. With `titles` each begins with a title for a site.
///
/// cobra: doc/md_docs.go `GenMarkdownTree`.
pub(crate) fn markdown(root: &'static Command, titles: bool, environment: &Environment) -> Vec<(String, String)> {
    walk(root)
        .into_iter()
        .map(|path| {
            let title =
                if titles { format!("---\ntitle: \"{}\"\n---\n\n", title(&path_of(&path))) } else { String::new() };
            (file_name(&path, "_", "md"), title + &markdown_page(&path, environment))
        })
        .collect()
}

fn title(words: &str) -> String {
    let words = words.split(' ').map(|word| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join(" ")
}

fn markdown_page(path: &[&'static Command], environment: &Environment) -> String {
    let Some(command) = path.last() else { return String::new() };
    let name = path_of(path);
    let mut page = format!("## {name}\n\n{}\n\n### Synopsis\n\n{}\n\n", command.short, command.long.trim_end());
    if command.runs() {
        page.push_str(&format!("```\n{}\n```\n\n", usage_line(path)));
    }
    page.push_str(&format!("### Options\n\n```\n{}\n```\n\n", own_flags(path, environment)));
    if path.len() > 1 {
        let shared = shared_flags(command, environment);
        page.push_str(&format!("### Options inherited from parent commands\n\n```\n{shared}\n```\n\n"));
    }
    page.push_str("### SEE ALSO\n\n");
    for other in related(path) {
        let file = file_name(&other, "_", "md");
        let short = other.last().map_or("", |command| command.short);
        page.push_str(&format!("* [{}]({file})\t - {short}\n", path_of(&other)));
    }
    page
}

/// The command above, and those below.
fn related(path: &[&'static Command]) -> Vec<Path> {
    let mut related: Vec<Path> = Vec::new();
    if let [above @ .., command] = path {
        if !above.is_empty() {
            related.push(above.to_vec());
        }
        let below = command.sorted().into_iter().filter(|below| below.is_listed() && below.name != "help");
        related.extend(below.map(|below| [path, &[below]].concat()));
    }
    related
}

/// A man page for each command: file names and texts.
///
/// cobra: doc/man_docs.go `GenManTree`.
pub(crate) fn man(root: &'static Command, environment: &Environment) -> Vec<(String, String)> {
    walk(root).into_iter().map(|path| (file_name(&path, "-", "1"), man_page(&path, environment))).collect()
}

fn man_page(path: &[&'static Command], environment: &Environment) -> String {
    let Some(command) = path.last() else { return String::new() };
    let name = path_of(path).replace(' ', "-");
    let mut page = format!(".TH \"{}\" \"1\" \"\" \"\" \"\"\n", roff(&name.to_uppercase()));
    page.push_str(&format!(".SH NAME\n{} \\- {}\n", roff(&name), roff(command.short)));
    page.push_str(&format!(".SH SYNOPSIS\n\\fB{}\\fP\n", roff(&usage_line(path))));
    page.push_str(&format!(".SH DESCRIPTION\n{}", verbatim(command.long)));
    page.push_str(&format!(".SH OPTIONS\n{}", verbatim(&own_flags(path, environment))));
    if path.len() > 1 {
        let shared = shared_flags(command, environment);
        page.push_str(&format!(".SH OPTIONS INHERITED FROM PARENT COMMANDS\n{}", verbatim(&shared)));
    }
    let related: Vec<_> =
        related(path).iter().map(|other| format!("\\fB{}(1)\\fP", roff(&path_of(other).replace(' ', "-")))).collect();
    page.push_str(&format!(".SH SEE ALSO\n{}\n", related.join(", ")));
    page
}

/// Lines that are to stay as they are.
fn verbatim(text: &str) -> String {
    format!(".nf\n{}\n.fi\n", roff(text.trim_end()))
}

/// Escapes what roff would take for commands.
fn roff(text: &str) -> String {
    let lines = text.replace('\\', "\\e").replace('-', "\\-");
    let lines = lines.split('\n').map(|line| match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::ROOT;

    #[test]
    fn every_listed_command_has_a_page() {
        let pages = markdown(&ROOT, true, &Environment::default());
        assert!(pages.len() > 50, "{} pages", pages.len());
        let (_, page) = pages.iter().find(|(name, _)| name == "helm_dependency_list.md").expect("a page");
        assert!(page.starts_with("---\ntitle: \"Helm Dependency List\"\n---\n\n## helm dependency list\n"));
        assert!(page.contains("```\nhelm dependency list CHART [flags]\n```"));
        assert!(page.contains("\n      --max-col-width uint "));
        assert!(page.contains("* [helm dependency](helm_dependency.md)\t - "));
        assert_eq!(man(&ROOT, &Environment::default()).len(), pages.len());
    }

    #[test]
    fn roff_commands_are_escaped() {
        assert_eq!(roff("a-b\n.c\\d\n'e"), "a\\-b\n\\&.c\\ed\n\\&'e");
    }
}
