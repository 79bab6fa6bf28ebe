//! What a schema says of lists.

use super::{Frame, Run, equal};
use crate::schema::{
    compiled::{Additional, Items},
    draft::Draft,
    failure::{Failure, count},
    json::Json,
};

impl<'a> Run<'a, '_> {
    pub(super) fn check_list(&mut self, frame: &mut Frame<'a>, list: &'a [Json]) {
        let schema = frame.schema;
        let size = i64::try_from(list.len()).unwrap_or(i64::MAX);
        if let Some(want) = schema.min_items.filter(|want| size < *want) {
            self.fail(frame, || format!("minItems: got {}, want {}", count(size), count(want)));
        }
        if let Some(want) = schema.max_items.filter(|want| size > *want) {
            self.fail(frame, || format!("maxItems: got {}, want {}", count(size), count(want)));
        }
        if schema.unique_items
            && let Some((first, second)) = self.duplicates(list)
        {
            self.fail(frame, || format!("items at {} and {} are equal", count(first), count(second)));
        }
        if schema.draft.is_some_and(|draft| draft < Draft::D2020) {
            self.check_items(frame, list);
        } else {
            let evaluated = schema.prefix_items.len().min(list.len());
            let (head, tail) = list.split_at_checked(evaluated).unwrap_or((list, &[]));
            for (index, (item, id)) in head.iter().zip(&schema.prefix_items).enumerate() {
                let outcome = self.apply_below(frame, *id, item, &index.to_string());
                frame.add(outcome);
            }
            // Helm shows the place in the rest of the list, not in the whole.
            for (index, item) in tail.iter().enumerate() {
                if let Some(id) = schema.items_2020 {
                    let outcome = self.apply_below(frame, id, item, &index.to_string());
                    frame.add(outcome);
                }
            }
        }
        self.check_contains(frame, list);
    }

    fn check_items(&mut self, frame: &mut Frame<'a>, list: &'a [Json]) {
        let schema = frame.schema;
        let mut evaluated = 0;
        match &schema.items {
            Some(Items::All(id)) => {
                for (index, item) in list.iter().enumerate() {
                    let outcome = self.apply_below(frame, *id, item, &index.to_string());
                    frame.add(outcome);
                }
                evaluated = list.len();
            }
            Some(Items::Each(ids)) => {
                for (index, (item, id)) in list.iter().zip(ids).enumerate() {
                    let outcome = self.apply_below(frame, *id, item, &index.to_string());
                    frame.add(outcome);
                }
                evaluated = list.len().min(ids.len());
            }
            None => {}
        }
        match schema.additional_items {
            Some(Additional::Allowed(false)) if evaluated < list.len() => {
                let rest = i64::try_from(list.len() - evaluated).unwrap_or(i64::MAX);
                self.fail(frame, || format!("last {} additionalItem(s) not allowed", count(rest)));
            }
            Some(Additional::Schema(id)) => {
                for (index, item) in list.iter().skip(evaluated).enumerate() {
                    let outcome = self.apply_below(frame, id, item, &index.to_string());
                    frame.add(outcome);
                }
            }
            _ => {}
        }
    }

    fn check_contains(&mut self, frame: &mut Frame<'a>, list: &'a [Json]) {
        let schema = frame.schema;
        let Some(id) = schema.contains else { return };
        let mut causes: Vec<Failure> = Vec::new();
        let mut matched: Vec<usize> = Vec::new();
        for (index, item) in list.iter().enumerate() {
            match self.apply_below(frame, id, item, &index.to_string()) {
                Ok(()) => {
                    matched.push(index);
                    if schema.draft >= Some(Draft::D2020) {
                        frame.unevaluated.evaluate_item(index);
                    }
                }
                Err(failure) => causes.push(failure),
            }
        }
        let found = i64::try_from(matched.len()).unwrap_or(i64::MAX);
        let places = || matched.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        match schema.min_contains {
            Some(want) if found < want => self.fail_with(frame, causes, || {
                let rest = match matched.as_slice() {
                    [] => "but none matched".into(),
                    _ => format!("but matched {} items at {}", count(found), places()),
                };
                format!("min {} items required to match contains schema, {rest}", count(want))
            }),
            None if found == 0 => self.fail_with(frame, causes, || "no items match contains schema".into()),
            _ => {}
        }
        if let Some(want) = schema.max_contains.filter(|want| found > *want) {
            self.fail(frame, || {
                let want = count(want);
                format!(
                    "max {want} items required to match contains schema, but matched {} items at {}",
                    count(found),
                    places()
                )
            });
        }
    }

    /// The first item that equals an earlier one, behind that one.
    fn duplicates(&mut self, list: &[Json]) -> Option<(i64, i64)> {
        for (second, item) in list.iter().enumerate() {
            for (first, earlier) in list.iter().take(second).enumerate() {
                if equal(item, earlier) {
                    return Some((i64::try_from(first).ok()?, i64::try_from(second).ok()?));
                }
            }
            // Comparing each with each grows with the square: it counts as steps.
            self.limits.steps = self.limits.steps.saturating_add(second as u64 / 8);
            if self.limits.steps > super::MAX_STEPS {
                self.limits.exceeded = Some("it takes too many steps");
                return None;
            }
        }
        None
    }
}
