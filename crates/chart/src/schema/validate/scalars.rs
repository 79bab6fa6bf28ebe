//! What a schema says of texts and numbers.

use std::cmp::Ordering;

use super::{Frame, Run};
use crate::schema::{
    decimal::Decimal,
    failure::{amount, count, quoted},
};

impl<'a> Run<'a, '_> {
    pub(super) fn check_text(&mut self, frame: &mut Frame<'a>, text: &str) {
        let schema = frame.schema;
        if schema.min_length.is_some() || schema.max_length.is_some() {
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            if let Some(want) = schema.min_length.filter(|want| length < *want) {
                self.fail(frame, || format!("minLength: got {}, want {}", count(length), count(want)));
            }
            if let Some(want) = schema.max_length.filter(|want| length > *want) {
                self.fail(frame, || format!("maxLength: got {}, want {}", count(length), count(want)));
            }
        }
        if let Some(pattern) = schema.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
            self.fail(frame, || format!("{} does not match pattern {}", quoted(text), quoted(pattern.text())));
        }
    }

    pub(super) fn check_number(&mut self, frame: &mut Frame<'a>, number: &str) {
        let schema = frame.schema;
        let bounds = [
            ("minimum", &schema.minimum, [Ordering::Less].as_slice()),
            ("maximum", &schema.maximum, &[Ordering::Greater]),
            ("exclusiveMinimum", &schema.exclusive_minimum, &[Ordering::Less, Ordering::Equal]),
            ("exclusiveMaximum", &schema.exclusive_maximum, &[Ordering::Greater, Ordering::Equal]),
        ];
        if bounds.iter().all(|(_, bound, _)| bound.is_none()) && schema.multiple_of.is_none() {
            return;
        }
        let Some(number) = Decimal::parse(number) else { return };
        for (name, bound, refused) in bounds {
            if let Some(want) = bound
                && refused.contains(&number.compare(want))
            {
                self.fail(frame, || format!("{name}: got {}, want {}", amount(&number), amount(want)));
            }
        }
        if let Some(want) = &schema.multiple_of
            && number.is_multiple_of(want) == Some(false)
        {
            self.fail(frame, || format!("multipleOf: got {}, want {}", amount(&number), amount(want)));
        }
    }
}
