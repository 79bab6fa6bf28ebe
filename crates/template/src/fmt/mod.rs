//! Go's `fmt` over values: `Sprint`, `Sprintln`, `Sprintf` and what they print for every verb.
//!
//! Source of the rules: Go `fmt`, `internal/fmtsort`.

mod flags;
mod float;
mod format;
mod number;
mod printer;

use value::Value;

use self::printer::{Printed, Printer, Room};
use crate::{Budget, Failure};

/// What the functions without a budget print at the most; longer texts end there.
const UNBUDGETED: Room = Room { bytes: 256 << 20, steps: 50_000_000 };

/// Go's `fmt.Sprint`: each operand as `%v`, a space between two operands of which neither is a string.
pub fn sprint(operands: &[Value]) -> Vec<u8> {
    unbudgeted(|printer| printer.print(operands))
}

/// Go's `fmt.Sprintln`: each operand as `%v`, spaces between all of them, a newline after the last.
pub fn sprintln(operands: &[Value]) -> Vec<u8> {
    unbudgeted(|printer| printer.print_line(operands))
}

/// Go's `fmt.Sprintf`. Never fails: what does not fit is described in the text, as in `%!d(string=x)`.
pub fn sprintf(format: &[u8], operands: &[Value]) -> Vec<u8> {
    unbudgeted(|printer| printer.print_format(format, operands))
}

/// The value as `%v` prints it.
pub fn display(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.to_vec(),
        other => sprint(std::slice::from_ref(other)),
    }
}

/// [`sprint`], whose output the budget pays for. Fails where it cannot, or where a value is nested without end.
pub fn try_sprint(operands: &[Value], budget: &Budget) -> Result<Vec<u8>, Failure> {
    within(budget, |printer| printer.print(operands))
}

/// [`sprintln`], whose output the budget pays for. Fails where it cannot, or where a value is nested without end.
pub fn try_sprintln(operands: &[Value], budget: &Budget) -> Result<Vec<u8>, Failure> {
    within(budget, |printer| printer.print_line(operands))
}

/// [`sprintf`], whose output the budget pays for. Fails where it cannot, or where a value is nested without end.
pub fn try_sprintf(format: &[u8], operands: &[Value], budget: &Budget) -> Result<Vec<u8>, Failure> {
    within(budget, |printer| printer.print_format(format, operands))
}

/// Appends the value as a template prints it: a pointer as what it points to, methods of a field's address included.
pub(crate) fn append_in_place(out: &mut Vec<u8>, value: &Value, budget: &Budget) -> Result<(), Failure> {
    let before = out.len();
    let room = Room { bytes: before.saturating_add(budget.bytes_left()), steps: budget.steps_left() };
    let mut printer = Printer::new(std::mem::take(out), room);
    printer.print_in_place(value);
    let printed = printer.finish();
    let paid = pay(budget, &printed, before);
    *out = printed.out;
    paid
}

/// The value as a template prints it.
pub(crate) fn display_in_place(value: &Value) -> Vec<u8> {
    unbudgeted(|printer| printer.print_in_place(value))
}

/// `Sprint` of what a template would print for each operand.
pub(crate) fn try_sprint_in_place(operands: &[Value], budget: &Budget) -> Result<Vec<u8>, Failure> {
    within(budget, |printer| printer.print_all_in_place(operands))
}

fn within(budget: &Budget, print: impl FnOnce(&mut Printer)) -> Result<Vec<u8>, Failure> {
    let mut printer = Printer::new(Vec::new(), Room { bytes: budget.bytes_left(), steps: budget.steps_left() });
    print(&mut printer);
    let printed = printer.finish();
    pay(budget, &printed, 0)?;
    Ok(printed.out)
}

fn unbudgeted(print: impl FnOnce(&mut Printer)) -> Vec<u8> {
    let mut printer = Printer::new(Vec::new(), UNBUDGETED);
    print(&mut printer);
    printer.finish().out
}

/// Pays for what was printed behind the first `before` bytes.
fn pay(budget: &Budget, printed: &Printed, before: usize) -> Result<(), Failure> {
    budget.step(if printed.tired { u64::MAX } else { printed.steps })?;
    budget.bytes(if printed.exceeded { usize::MAX } else { printed.out.len() - before })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: &str, operands: &[Value]) -> String {
        String::from_utf8(sprintf(format.as_bytes(), operands)).expect("UTF-8")
    }

    #[test]
    fn a_map_that_holds_itself_ends() {
        let map = Value::map([("a", Value::Nil)]);
        if let Value::Map(inner) = &map {
            inner.insert("a", map.clone());
            inner.insert("b", map.clone());
        }
        assert!(try_sprint(&[map], &Budget::default()).is_err());
    }

    #[test]
    fn width_is_paid_for() {
        let budget = Budget::new(crate::Limits { steps: 10, bytes: 1000 });
        assert!(try_sprintf(b"%100000d", &[Value::int(1)], &budget).is_err());
        assert_eq!(text("%5d|", &[Value::int(1)]), "    1|");
    }
}
