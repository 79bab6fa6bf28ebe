//! Walks values along a template.

use value::{Kind, UintKind, Value, json};

use super::{Bound, Node, compare};

/// Why a template does not fit the values; Helm never shows it.
pub(super) struct Unfit;

/// What may be found in all: a recursive descent over large values finds every value many times.
const MAX_RESULTS: usize = 1_000_000;

type Found = Result<Vec<Value>, Unfit>;

/// The text of all that a template finds.
pub(super) fn evaluate(nodes: &[Node], data: &Value) -> Result<Vec<u8>, Unfit> {
    let mut walk = Walk { nodes, ..Walk::default() };
    let mut out = Vec::new();
    for results in walk.blocks(data.clone(), 0)? {
        for (index, value) in results.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            write(value, &mut out)?;
        }
    }
    Ok(out)
}

#[derive(Default)]
struct Walk<'n> {
    nodes: &'n [Node],
    begins: usize,
    inside: usize,
    ends: usize,
    /// The place of the last `end`.
    last_end: Option<usize>,
    results: usize,
}

impl Walk<'_> {
    /// The results of the nodes from `start` on, each `range` repeated for what it finds.
    fn blocks(&mut self, data: Value, start: usize) -> Result<Vec<Vec<Value>>, Unfit> {
        let present = vec![data];
        let mut all = Vec::new();
        let mut at = start;
        while let Some(node) = self.nodes.get(at) {
            let results = self.walk(present.clone(), node)?;
            if self.ends > 0 && self.ends <= self.inside {
                self.ends -= 1;
                self.last_end = Some(at);
                break;
            }
            if self.begins > 0 {
                self.begins -= 1;
                self.inside += 1;
                // Without results the nodes of the range are walked all the same, to find its end.
                let rounds = if results.is_empty() { vec![Value::Nil] } else { results.clone() };
                for value in rounds {
                    let found = self.blocks(value, at + 1)?;
                    if !results.is_empty() {
                        all.extend(found);
                    }
                }
                self.inside -= 1;
                at = self.last_end.filter(|end| *end > at).unwrap_or(at) + 1;
                continue;
            }
            all.push(results);
            at += 1;
        }
        Ok(all)
    }

    fn list(&mut self, input: Vec<Value>, nodes: &[Node]) -> Found {
        nodes.iter().try_fold(input, |input, node| self.walk(input, node))
    }

    fn walk(&mut self, input: Vec<Value>, node: &Node) -> Found {
        let found = match node {
            Node::List(nodes) => self.list(input, nodes)?,
            Node::Text(text) => vec![Value::string(text.as_str())],
            Node::Field(name) => field(&input, name)?,
            Node::Int(number) => vec![Value::int(*number); input.len()],
            Node::Float(number) => vec![Value::float(*number); input.len()],
            Node::Bool(flag) => vec![Value::Bool(*flag); input.len()],
            Node::Slice(bounds) => slice(&input, bounds)?,
            Node::Wildcard => input.iter().flat_map(children).collect(),
            Node::Recursive => {
                let mut found = Vec::new();
                self.descend(&input, &mut found)?;
                found
            }
            Node::Union(parts) => {
                let mut found = Vec::new();
                for part in parts {
                    found.extend(self.list(input.clone(), part)?);
                }
                found
            }
            Node::Filter { left, right, operator } => self.filter(&input, (left, operator, right))?,
            Node::Identifier(word) => match word.as_str() {
                "range" => {
                    self.begins += 1;
                    input
                }
                "end" if self.inside > 0 => {
                    self.ends += 1;
                    Vec::new()
                }
                _ => return Err(Unfit),
            },
        };
        self.results += found.len();
        if self.results > MAX_RESULTS { Err(Unfit) } else { Ok(found) }
    }

    fn descend(&mut self, input: &[Value], found: &mut Vec<Value>) -> Result<(), Unfit> {
        for value in input {
            let below = children(value);
            if !below.is_empty() {
                found.push(value.clone());
                if found.len() > MAX_RESULTS {
                    return Err(Unfit);
                }
                self.descend(&below, found)?;
            }
        }
        Ok(())
    }

    fn filter(&mut self, input: &[Value], (left, operator, right): (&[Node], &str, &[Node])) -> Found {
        let mut found = Vec::new();
        for value in input {
            let items = value.as_list().ok_or(Unfit)?.clone();
            for item in items.iter() {
                let lefts = self.list(vec![item.clone()], left);
                if operator == "exists" {
                    if lefts.is_ok_and(|lefts| !lefts.is_empty()) {
                        found.push(item.clone());
                    }
                    continue;
                }
                let lefts = lefts?;
                let left = match lefts.as_slice() {
                    [] => continue,
                    [one] => one,
                    _ => return Err(Unfit),
                };
                let rights = self.list(vec![item.clone()], right)?;
                let right = match rights.as_slice() {
                    [] => continue,
                    [one] => one,
                    _ => return Err(Unfit),
                };
                if compare::holds(left, operator, right).ok_or(Unfit)? {
                    found.push(item.clone());
                }
            }
        }
        Ok(found)
    }
}

fn field(input: &[Value], name: &str) -> Found {
    let found: Vec<Value> = input.iter().filter_map(|value| value.as_map()?.get(name)).collect();
    if found.is_empty() && !input.is_empty() { Err(Unfit) } else { Ok(found) }
}

fn slice(input: &[Value], [start, end, step]: &[Bound; 3]) -> Found {
    let mut found = Vec::new();
    for value in input.iter().filter(|value| !value.is_nil()) {
        let list = value.as_list().ok_or(Unfit)?;
        let length = i64::try_from(list.len()).map_err(|_| Unfit)?;
        let from_end = |number: i64| if number < 0 { number.saturating_add(length) } else { number };
        let first = if start.known { from_end(start.value) } else { 0 };
        let last = match end {
            Bound { known: false, .. } => length,
            Bound { value: 0, derived: true, .. } => length,
            end => from_end(end.value),
        };
        if first == last {
            return Ok(found);
        }
        if first >= length || first < 0 || last > length || last < 0 || first > last || step.known && step.value <= 0 {
            return Err(Unfit);
        }
        let range = usize::try_from(first).unwrap_or(0)..usize::try_from(last).unwrap_or(0);
        let step = if step.known { usize::try_from(step.value).unwrap_or(1) } else { 1 };
        found.extend(list.get(range).unwrap_or_default().iter().step_by(step).cloned());
    }
    Ok(found)
}

/// The values in a map, a list or, as numbers, in a text.
fn children(value: &Value) -> Vec<Value> {
    match value {
        Value::Map(map) => map.entries().into_iter().map(|(_, value)| value).collect(),
        Value::List(list) => list.to_vec(),
        Value::String(text) => text.iter().map(|byte| Value::Uint(u64::from(*byte), UintKind::Uint8)).collect(),
        _ => Vec::new(),
    }
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), Unfit> {
    match value.kind() {
        Kind::Map | Kind::Slice | Kind::Struct => out.extend(json::to_vec(value).map_err(|_| Unfit)?),
        _ if value.is_nil() => out.extend_from_slice(b"null"),
        _ => out.extend_from_slice(&template::fmt::sprint(std::slice::from_ref(value))),
    }
    Ok(())
}
