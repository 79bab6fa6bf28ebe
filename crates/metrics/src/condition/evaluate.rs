//! Whether a condition holds.

use super::{Error, Expression, Function, Measured, Operator};

#[derive(Clone, Debug, PartialEq)]
enum Value<'a> {
    Number(f64),
    Bool(bool),
    Numbers(&'a [f64]),
}

struct Scope<'a> {
    measured: Measured<'a>,
    element: Option<f64>,
}

pub(super) fn holds(root: &Expression, measured: Measured<'_>) -> Result<bool, Error> {
    Scope { measured, element: None }.truth(root)
}

impl<'a> Scope<'a> {
    fn value(&self, expression: &Expression) -> Result<Value<'a>, Error> {
        Ok(match expression {
            Expression::Number(number) => Value::Number(*number),
            Expression::Bool(truth) => Value::Bool(*truth),
            Expression::Result => Value::Numbers(self.measured.result),
            Expression::Before => {
                let before = self.measured.before;
                Value::Numbers(before.ok_or_else(|| Error("nothing was measured before the operation".to_owned()))?)
            }
            Expression::Element => {
                let outside = || Error("# stands for an element, within all, any, none and one".to_owned());
                Value::Number(self.element.ok_or_else(outside)?)
            }
            Expression::Index(list, index) => Value::Number(self.element_at(list, index)?),
            Expression::Not(inner) => Value::Bool(!self.truth(inner)?),
            Expression::Negate(inner) => Value::Number(-self.number(inner)?),
            Expression::Binary(operator, left, right) => self.binary(*operator, left, right)?,
            Expression::Call(function, arguments) => self.call(*function, arguments)?,
        })
    }

    fn truth(&self, expression: &Expression) -> Result<bool, Error> {
        match self.value(expression)? {
            Value::Bool(truth) => Ok(truth),
            _ => Err(Error("a number stands where true or false is needed".to_owned())),
        }
    }

    /// A number; a list of one counts as its element, so that `result < 0.01` means what it seems to.
    fn number(&self, expression: &Expression) -> Result<f64, Error> {
        match self.value(expression)? {
            Value::Number(number) | Value::Numbers(&[number]) => Ok(number),
            Value::Numbers(numbers) => Err(Error(format!(
                "there are {} numbers where one is needed: aggregate them in the query, or say all(result, # …)",
                numbers.len()
            ))),
            Value::Bool(_) => Err(Error("true or false stands where a number is needed".to_owned())),
        }
    }

    fn numbers(&self, expression: &Expression) -> Result<&'a [f64], Error> {
        match self.value(expression)? {
            Value::Numbers(numbers) => Ok(numbers),
            _ => Err(Error("result or before is needed there".to_owned())),
        }
    }

    fn element_at(&self, list: &Expression, index: &Expression) -> Result<f64, Error> {
        let (numbers, index) = (self.numbers(list)?, self.number(index)?);
        let count = numbers.len();
        let place = if index < 0.0 { index + count as f64 } else { index };
        let found = if place >= 0.0 && place.fract() == 0.0 { numbers.get(place as usize) } else { None };
        found.copied().ok_or_else(|| Error(format!("there is no element {index} among {count}")))
    }

    fn binary(&self, operator: Operator, left: &Expression, right: &Expression) -> Result<Value<'a>, Error> {
        let truth = match operator {
            Operator::Or => self.truth(left)? || self.truth(right)?,
            Operator::And => self.truth(left)? && self.truth(right)?,
            Operator::Equal | Operator::NotEqual => {
                let equal = match (self.value(left)?, self.value(right)?) {
                    (Value::Bool(left), Value::Bool(right)) => left == right,
                    _ => self.number(left)? == self.number(right)?,
                };
                equal == (operator == Operator::Equal)
            }
            Operator::Less => self.number(left)? < self.number(right)?,
            Operator::LessEqual => self.number(left)? <= self.number(right)?,
            Operator::Greater => self.number(left)? > self.number(right)?,
            Operator::GreaterEqual => self.number(left)? >= self.number(right)?,
            Operator::Add => return Ok(Value::Number(self.number(left)? + self.number(right)?)),
            Operator::Subtract => return Ok(Value::Number(self.number(left)? - self.number(right)?)),
            Operator::Multiply => return Ok(Value::Number(self.number(left)? * self.number(right)?)),
            Operator::Divide => return Ok(Value::Number(self.number(left)? / self.number(right)?)),
        };
        Ok(Value::Bool(truth))
    }

    fn call(&self, function: Function, arguments: &[Expression]) -> Result<Value<'a>, Error> {
        let [first, rest @ ..] = arguments else { return Err(Error("an argument is missing".to_owned())) };
        Ok(match function {
            Function::IsNan => Value::Bool(self.number(first)?.is_nan()),
            Function::IsInf => Value::Bool(self.number(first)?.is_infinite()),
            Function::Len => Value::Number(self.numbers(first)?.len() as f64),
            Function::All => Value::Bool(self.count(first, rest)? == self.numbers(first)?.len()),
            Function::Any => Value::Bool(self.count(first, rest)? > 0),
            Function::None => Value::Bool(self.count(first, rest)? == 0),
            Function::One => Value::Bool(self.count(first, rest)? == 1),
            Function::Default => match (self.number(first), rest) {
                (Ok(number), _) if !number.is_nan() => Value::Number(number),
                (_, [other]) => Value::Number(self.number(other)?),
                _ => return Err(Error("default takes two arguments".to_owned())),
            },
            Function::AsFloat => Value::Number(self.number(first)?),
            Function::Abs => Value::Number(self.number(first)?.abs()),
            Function::Min => Value::Number(extreme(self.numbers(first)?, f64::min)?),
            Function::Max => Value::Number(extreme(self.numbers(first)?, f64::max)?),
        })
    }

    /// Of how many elements a predicate holds.
    fn count(&self, list: &Expression, rest: &[Expression]) -> Result<usize, Error> {
        let [predicate] = rest else { return Err(Error("a condition on the elements is missing".to_owned())) };
        let mut count = 0;
        for element in self.numbers(list)? {
            let scope = Scope { measured: self.measured, element: Some(*element) };
            count += usize::from(scope.truth(predicate)?);
        }
        Ok(count)
    }
}

fn extreme(numbers: &[f64], pick: fn(f64, f64) -> f64) -> Result<f64, Error> {
    numbers.iter().copied().reduce(pick).ok_or_else(|| Error("there is no number to choose from".to_owned()))
}
