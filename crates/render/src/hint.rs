//! Says what to do about an error in a template.

/// A sentence for the error, where there is one worth saying.
pub(crate) fn hint(error: &template::Error) -> Option<String> {
    let message = error.message();
    let context = error.context().unwrap_or_default();
    let rest = |prefix: &str| message.strip_prefix(prefix);
    if message.contains("nil pointer evaluating ") {
        return Some(nil_pointer(context));
    }
    if let Some(name) = rest("function \"").and_then(|rest| rest.split('"').next()) {
        return Some(unknown_function(name));
    }
    if message.starts_with("wrong type for value; expected string; got ") {
        return Some(format!(
            "write a number or boolean as a quoted string in the values, or as `{context} | toString`"
        ));
    }
    if message.starts_with("no template ") {
        return Some(
            "the template is defined in no file of the chart; a library chart's come with its dependency: \
                     `helm dependency update`"
                .into(),
        );
    }
    if message.contains("unclosed action") || message.starts_with("unexpected EOF") {
        return Some("an `if`, `range`, `with`, `define` or `{{` has no end: look above this line for it".into());
    }
    None
}

fn nil_pointer(context: &str) -> String {
    let parent = context.rsplit_once('.').map(|(parent, _)| parent).filter(|parent| parent.len() > 1);
    match parent {
        Some(parent) => {
            format!("{parent} is not set: check its spelling in the values, or guard it with `with {parent}`")
        }
        None => "what stands before the last name is not set: check its spelling in the values".into(),
    }
}

fn unknown_function(name: &str) -> String {
    let known = template::sprig::functions();
    let helms = ["include", "tpl", "required", "fail", "lookup", "toYaml", "fromYaml", "toJson", "fromJson", "toToml"];
    let names = known.iter().map(|function| function.name).chain(helms);
    let nearest = names.map(|known| (edit_distance(name, known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= 2 => format!("did you mean `{known}`?"),
        _ => "templates have Go's, sprig's and Helm's functions; `env` and `expandenv` are taken away".into(),
    }
}

/// How many letters must be put in, taken out or changed, letters' case apart.
pub fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, rune) in a.chars().take(64).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(&b) {
            let value = (diagonal + usize::from(rune != *other)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = value;
            left = value;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::edit_distance;

    #[test]
    fn distance_counts_edits() {
        assert_eq!(edit_distance("toYmal", "toYaml"), 2);
        assert_eq!(edit_distance("quot", "quote"), 1);
        assert_eq!(edit_distance("default", "default"), 0);
        assert_eq!(edit_distance("", "abc"), 3);
    }
}
