//! One record of CSV, as Go's encoding/csv reads it.

/// Reads the first record of a text: fields between commas, quoted where they hold commas, quotes or line ends.
///
/// Go: encoding/csv/reader.go `readRecord`, with its errors; a text without a record gives `EOF`.
pub(crate) fn read_record(text: &str) -> Result<Vec<String>, String> {
    Reader { rest: text, line_number: 0 }.record()
}

/// Writes one record as Go's encoding/csv does, without the line end.
pub(crate) fn write_record<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        if !needs_quotes(field) {
            out.push_str(field);
            continue;
        }
        out.push('"');
        out.push_str(&field.replace('"', "\"\""));
        out.push('"');
    }
    out
}

fn needs_quotes(field: &str) -> bool {
    field == "\\." || field.contains([',', '"', '\r', '\n']) || field.starts_with(char::is_whitespace)
}

struct Reader<'a> {
    rest: &'a str,
    line_number: usize,
}

impl<'a> Reader<'a> {
    /// The next line with its end, `\r\n` as `\n`; nothing at the end of the text.
    fn line(&mut self) -> Option<String> {
        if self.rest.is_empty() {
            return None;
        }
        let length = self.rest.find('\n').map_or(self.rest.len(), |end| end + 1);
        let (line, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.line_number += 1;
        Some(match line.strip_suffix("\r\n") {
            Some(start) => format!("{start}\n"),
            None => line.strip_suffix('\r').unwrap_or(line).to_owned(),
        })
    }

    fn record(&mut self) -> Result<Vec<String>, String> {
        let mut line = self.line().ok_or("EOF")?;
        while line == "\n" {
            line = self.line().ok_or("EOF")?;
        }
        let start = self.line_number;
        let mut fields = Vec::new();
        let mut place = Place { line: start, column: 1 };
        loop {
            let Some(quoted) = line.strip_prefix('"') else {
                let (field, after) = match line.split_once(',') {
                    Some((field, after)) => (field, Some(after.to_owned())),
                    None => (line.strip_suffix('\n').unwrap_or(&line), None),
                };
                if let Some(index) = field.find('"') {
                    let place = Place { line: self.line_number, column: place.column + index };
                    return Err(place.error(start, "bare \" in non-quoted-field"));
                }
                fields.push(field.to_owned());
                match after {
                    Some(after) => {
                        place.column += field.len() + 1;
                        line = after;
                        continue;
                    }
                    None => return Ok(fields),
                }
            };
            place.column += 1;
            let (field, after) = self.quoted(quoted.to_owned(), &mut place, start)?;
            fields.push(field);
            match after {
                Some(after) => line = after,
                None => return Ok(fields),
            }
        }
    }

    /// The rest of a quoted field, and of its line when another field follows.
    fn quoted(
        &mut self,
        mut line: String,
        place: &mut Place,
        start: usize,
    ) -> Result<(String, Option<String>), String> {
        const MESSAGE: &str = "extraneous or missing \" in quoted-field";
        let mut field = String::new();
        loop {
            if let Some(index) = line.find('"') {
                let (before, after) = line.split_at(index);
                field.push_str(before);
                let after = after.get(1..).unwrap_or_default();
                place.column += index + 1;
                if let Some(after) = after.strip_prefix('"') {
                    field.push('"');
                    place.column += 1;
                    line = after.to_owned();
                } else if let Some(after) = after.strip_prefix(',') {
                    place.column += 1;
                    return Ok((field, Some(after.to_owned())));
                } else if after.is_empty() || after == "\n" {
                    return Ok((field, None));
                } else {
                    let place = Place { line: self.line_number, column: place.column - 1 };
                    return Err(place.error(start, MESSAGE));
                }
            } else if !line.is_empty() {
                field.push_str(&line);
                place.column += line.len();
                line = self.line().unwrap_or_default();
                if !line.is_empty() {
                    place.line += 1;
                    place.column = 1;
                }
            } else {
                return Err(place.error(start, MESSAGE));
            }
        }
    }
}

struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn error(&self, start: usize, message: &str) -> String {
        let Place { line, column } = self;
        let begun = if start == *line { String::new() } else { format!("record on line {start}; ") };
        format!("{begun}parse error on line {line}, column {column}: {message}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read() {
        assert_eq!(read_record("a,b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(read_record("a,\"b,\"\"c\",d"), Ok(vec!["a".to_owned(), "b,\"c".to_owned(), "d".to_owned()]));
        assert_eq!(read_record("\n\"a\nb\",c\nd"), Ok(vec!["a\nb".to_owned(), "c".to_owned()]));
        assert_eq!(read_record("a,"), Ok(vec!["a".to_owned(), String::new()]));
        assert_eq!(read_record("\n"), Err("EOF".to_owned()));
        assert_eq!(read_record("a\"b"), Err("parse error on line 1, column 2: bare \" in non-quoted-field".to_owned()));
        assert_eq!(
            read_record("\"a"),
            Err("parse error on line 1, column 3: extraneous or missing \" in quoted-field".to_owned())
        );
    }

    #[test]
    fn records_are_written() {
        assert_eq!(write_record(["a", "b,c", "d\"e", " f"]), "a,\"b,c\",\"d\"\"e\",\" f\"");
    }
}
