//! Command lines in scenarios: split as a shell splits them, quotes and all, without its other powers.

/// The words of a line.
pub(super) fn split(line: &str) -> anyhow::Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\n' => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        Some(inner) if inner == character => break,
                        Some(inner) => word.push(inner),
                        None => anyhow::bail!("a quote in {line:?} does not end"),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(characters.next()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() -> anyhow::Result<()> {
        assert_eq!(split("a  'b c'd \"\" e\\,f")?, ["a", "b cd", "", "e,f"]);
        assert!(split("a 'b").is_err());
        Ok(())
    }
}
