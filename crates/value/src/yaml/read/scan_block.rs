//! Scanning of literal and folded block scalars.

use super::{
    scan::Scanner,
    scan_scalar::Breaks,
    token::{Kind, Mark, Problem, Token},
};

/// What happens to the line breaks at the end of a block scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn scan_block_scalar(&mut self, literal: bool) -> Result<Token, Problem> {
        let mark = self.cursor.mark();
        self.cursor.skip_ascii(1);
        let (chomping, increment) = self.scan_block_header(mark)?;
        let mut indent = match increment {
            0 => 0,
            increment => self.indent.max(0) + increment,
        };
        let start = self.cursor.folded.len();
        let mut breaks = Breaks::default();
        self.scan_block_breaks(&mut indent, &mut breaks)?;
        self.cursor.ensure(1)?;
        let mut leading_blank = false;
        while self.cursor.column() as isize == indent && self.cursor.first() != 0 {
            let blank = self.cursor.is_blank(0);
            let folds = !literal && !leading_blank && !blank && breaks.leading.first() == Some(&b'\n');
            if !folds {
                self.cursor.folded.append(&mut breaks.leading);
            } else if breaks.trailing.is_empty() {
                self.cursor.folded.push(b' ');
            }
            breaks.leading.clear();
            self.cursor.folded.append(&mut breaks.trailing);
            leading_blank = blank;

            let line = self.cursor.pos();
            self.cursor.skip_to_line_end()?;
            self.cursor.fold(line, self.cursor.pos());
            self.cursor.ensure(2)?;
            self.cursor.read_line(&mut breaks.leading);
            self.scan_block_breaks(&mut indent, &mut breaks)?;
        }
        if chomping != Chomping::Strip {
            self.cursor.folded.append(&mut breaks.leading);
        }
        if chomping == Chomping::Keep {
            self.cursor.folded.append(&mut breaks.trailing);
        }
        Ok(Token::with_text(Kind::Scalar, mark, self.cursor.folded_from(start)))
    }

    /// Scans what follows the `|` or `>` up to the end of the line: the chomping, and how much deeper than its
    /// surroundings the scalar is (zero where that is not said).
    fn scan_block_header(&mut self, mark: Mark) -> Result<(Chomping, isize), Problem> {
        self.cursor.ensure(1)?;
        let mut chomping = self.scan_chomping();
        if chomping.is_some() {
            self.cursor.ensure(1)?;
        }
        let mut increment = 0;
        match self.cursor.first() {
            b'0' => return Err(self.cursor.problem("found an indentation indicator equal to 0")),
            digit @ b'1'..=b'9' => {
                increment = isize::from(digit - b'0');
                self.cursor.skip_ascii(1);
                if chomping.is_none() {
                    self.cursor.ensure(1)?;
                    chomping = self.scan_chomping();
                }
            }
            _ => {}
        }
        self.cursor.ensure(1)?;
        while self.cursor.is_blank(0) {
            self.cursor.skip_ascii(1);
            self.cursor.ensure(1)?;
        }
        if self.cursor.first() == b'#' {
            self.scan_line_comment(mark);
            self.cursor.skip_to_line_end()?;
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.cursor.problem("did not find expected comment or line break"));
        }
        if self.cursor.is_break(0) {
            self.cursor.ensure(2)?;
            self.cursor.skip_line();
        }
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    fn scan_chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.cursor.first() {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return None,
        };
        self.cursor.skip_ascii(1);
        Some(chomping)
    }

    /// Passes over indentation and empty lines, and finds out the indentation if it is not known (zero).
    fn scan_block_breaks(&mut self, indent: &mut isize, breaks: &mut Breaks) -> Result<(), Problem> {
        let mut deepest = 0;
        loop {
            self.cursor.ensure(1)?;
            let most = if *indent == 0 { isize::MAX } else { *indent - self.cursor.column() as isize };
            self.cursor.skip_spaces(usize::try_from(most).unwrap_or(0))?;
            while (*indent == 0 || (self.cursor.column() as isize) < *indent) && self.cursor.first() == b' ' {
                self.cursor.skip_ascii(1);
                self.cursor.ensure(1)?;
            }
            let column = self.cursor.column() as isize;
            deepest = deepest.max(column);
            if (*indent == 0 || column < *indent) && self.cursor.first() == b'\t' {
                return Err(self.cursor.problem("found a tab character where an indentation space is expected"));
            }
            if !self.cursor.is_break(0) {
                break;
            }
            self.cursor.ensure(2)?;
            self.cursor.read_line(&mut breaks.trailing);
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
