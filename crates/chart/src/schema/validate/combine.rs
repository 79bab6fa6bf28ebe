//! Schemas that are made of others: `not`, `allOf`, `anyOf`, `oneOf`, `if`.

use super::{Frame, Run};
use crate::schema::failure::{Failure, count};

impl<'a> Run<'a, '_> {
    pub(super) fn combine(&mut self, frame: &mut Frame<'a>) {
        let schema = frame.schema;
        if let Some(id) = schema.not
            && self.apply_here(frame, id, "", true).is_ok()
        {
            self.fail(frame, || "'not' failed".into());
        }
        let mut causes: Vec<Failure> = Vec::new();
        for id in &schema.all_of {
            if let Err(failure) = self.apply_here(frame, *id, "", false) {
                causes.push(failure);
                if frame.quiet {
                    break;
                }
            }
        }
        if !causes.is_empty() {
            self.fail_with(frame, causes, || "'allOf' failed".into());
        }
        self.check_any_of(frame);
        self.check_one_of(frame);
        if let Some(id) = schema.condition {
            let branch = if self.apply_here(frame, id, "", true).is_ok() { schema.then } else { schema.otherwise };
            if let Some(id) = branch {
                let outcome = self.apply_here(frame, id, "", false);
                frame.add(outcome);
            }
        }
    }

    fn check_any_of(&mut self, frame: &mut Frame<'a>) {
        let schema = frame.schema;
        let mut causes: Vec<Failure> = Vec::new();
        let mut matched = schema.any_of.is_empty();
        for id in &schema.any_of {
            match self.apply_here(frame, *id, "", false) {
                Err(failure) => causes.push(failure),
                Ok(()) => {
                    matched = true;
                    // What is still unevaluated depends on all of them.
                    if frame.unevaluated.is_empty() {
                        break;
                    }
                }
            }
        }
        if !matched {
            self.fail_with(frame, causes, || "'anyOf' failed".into());
        }
    }

    fn check_one_of(&mut self, frame: &mut Frame<'a>) {
        let schema = frame.schema;
        let mut causes: Vec<Failure> = Vec::new();
        let mut matched: Option<i64> = None;
        for (index, id) in schema.one_of.iter().enumerate() {
            let index = i64::try_from(index).unwrap_or(i64::MAX);
            match (self.apply_here(frame, *id, "", matched.is_some()), matched) {
                (Err(failure), None) => causes.push(failure),
                (Err(_), Some(_)) => {}
                (Ok(()), None) => matched = Some(index),
                (Ok(()), Some(first)) => {
                    let message = || format!("'oneOf' failed, subschemas {}, {} matched", count(first), count(index));
                    self.fail(frame, message);
                    break;
                }
            }
        }
        if matched.is_none() && !schema.one_of.is_empty() {
            self.fail_with(frame, causes, || "'oneOf' failed, none matched".into());
        }
    }
}
