//! The types of Kubernetes' own kinds: fields, how lists are merged, what must be there.
//!
//! Read from a table that `cargo xtask gen` writes from Kubernetes' OpenAPI documents.

use std::{collections::HashMap, sync::OnceLock};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

/// `kind apps/v1 Deployment apps.v1.Deployment`; `type NAME [atomic]`, and below it, indented, ` FIELD[!] SHAPE ATTRIBUTE…`.
const TABLE: &str = include_str!("kubernetes.txt");

/// The table, taken apart as far as its types.
struct Index {
    kinds: HashMap<(&'static str, &'static str), &'static str>,
    types: HashMap<&'static str, Body>,
}

/// A type's own attributes, and the lines of its fields.
#[derive(Clone, Copy, Default)]
struct Body {
    atomic: bool,
    fields: &'static str,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = Index { kinds: HashMap::new(), types: HashMap::new() };
        let mut rest = TABLE;
        while let Some((line, mut after)) = rest.split_once('\n') {
            let mut words = line.split(' ');
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some("kind"), Some(api_version), Some(kind), Some(name)) => {
                    index.kinds.insert((api_version, kind), name);
                }
                (Some("type"), Some(name), atomic, _) => {
                    let fields = after.split_inclusive('\n').take_while(|line| line.starts_with(' '));
                    let length = fields.map(str::len).sum();
                    let (fields, behind) = after.split_at_checked(length).unwrap_or((after, ""));
                    index.types.insert(name, Body { atomic: atomic.is_some(), fields });
                    after = behind;
                }
                _ => {}
            }
            rest = after;
        }
        index
    })
}

/// The type of a kind; none for kinds that are not Kubernetes' own.
pub fn kind(api_version: &str, kind: &str) -> Option<Struct> {
    index().kinds.get(&(api_version, kind)).map(|name| Struct { name })
}

/// A type with fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Struct {
    /// Its name in the table, such as `apps.v1.DeploymentSpec`.
    pub name: &'static str,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text; times are texts too.
    Text,
    /// Bytes, as a text in base64.
    Bytes,
    /// A boolean.
    Boolean,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// A quantity, such as `100m`; a text or a number.
    Quantity,
    /// An integer or a text.
    IntegerOrText,
    /// Anything.
    Any,
    /// A map with known fields.
    Struct(Struct),
    /// A list of what the expression says.
    List(Expression),
    /// A map with free keys, of what the expression says.
    Map(Expression),
}

/// What the values of a list or map are, as the table writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expression(&'static str);

impl Expression {
    /// What it says.
    pub fn shape(self) -> Shape {
        let text = self.0;
        if let Some(name) = text.strip_prefix('@') {
            return Shape::Struct(Struct { name });
        }
        if let Some(item) = text.strip_prefix("[]") {
            return Shape::List(Expression(item));
        }
        if let Some(item) = text.strip_prefix("{}") {
            return Shape::Map(Expression(item));
        }
        match text {
            "s" => Shape::Text,
            "y" => Shape::Bytes,
            "b" => Shape::Boolean,
            "i" => Shape::Integer,
            "n" => Shape::Number,
            "q" => Shape::Quantity,
            "p" => Shape::IntegerOrText,
            _ => Shape::Any,
        }
    }
}

impl Shape {
    /// Whether Kubernetes' libraries can make a value of this type of it; fields that the type has not are passed over.
    /// apimachinery: `pkg/runtime/converter.go`, `fromUnstructured`.
    pub fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) | (Shape::Any, _) => true,
            (Shape::Text, value) => value.is_string(),
            (Shape::Bytes, Value::String(text)) => STANDARD.decode(text.replace(['\r', '\n'], "")).is_ok(),
            (Shape::Boolean, value) => value.is_boolean(),
            (Shape::Integer, value) => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            (Shape::Number, value) => value.is_number(),
            (Shape::Quantity, Value::String(text)) => is_quantity(text),
            (Shape::Quantity, value) => value.is_number(),
            (Shape::IntegerOrText, value) => value.is_i64() || value.is_string(),
            (Shape::List(item), Value::Array(items)) => items.iter().all(|value| item.shape().fits(value)),
            (Shape::Map(item), Value::Object(fields)) => fields.values().all(|value| item.shape().fits(value)),
            (Shape::Struct(of_type), Value::Object(fields)) => {
                fields.iter().all(|(name, value)| of_type.field(name).is_none_or(|field| field.shape.fits(value)))
            }
            _ => false,
        }
    }
}

/// Whether two values are one to Kubernetes: quantities are compared by their amount.
pub fn same_value(shape: Option<Shape>, a: &Value, b: &Value) -> bool {
    a == b || shape == Some(Shape::Quantity) && amount(a).is_some_and(|amount_a| amount(b) == Some(amount_a))
}

/// A quantity in billionths, which is as fine as Kubernetes counts; none where it is too large or finer than that.
pub fn amount(quantity: &Value) -> Option<i128> {
    let text = match quantity {
        Value::String(text) if is_quantity(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let decimal = |exponent: u32| (10_i128.checked_pow(exponent), 1);
    let binary = |exponent: u32| (Some(1 << (10 * exponent)), 1_000_000_000);
    let (factor, unit) = match suffix {
        "n" => decimal(0),
        "u" => decimal(3),
        "m" => decimal(6),
        "" => decimal(9),
        "k" => decimal(12),
        "M" => decimal(15),
        "G" => decimal(18),
        "T" => decimal(21),
        "P" => decimal(24),
        "E" => decimal(27),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        exponent => decimal(u32::try_from(exponent.get(1..)?.parse::<i32>().ok()?.checked_add(9)?).ok()?),
    };
    let amount = digits.checked_mul(factor?)?.checked_mul(unit)?;
    let divisor = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    (amount % divisor == 0).then_some(sign * (amount / divisor))
}

/// Whether a text is a quantity, such as `100m`, `1.5Gi`, `1e3`. apimachinery: `pkg/api/resource/quantity.go`.
fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let rest = unsigned.trim_start_matches(|c: char| c.is_ascii_digit());
    let fraction = rest.strip_prefix('.').unwrap_or_default();
    let digits = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
    let suffix = if rest.starts_with('.') { fraction.get(digits..).unwrap_or_default() } else { rest };
    const SUFFIXES: [&str; 16] = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let exponent = suffix.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    // A number without digits is 0 to Kubernetes.
    !text.is_empty() && (SUFFIXES.contains(&suffix) || exponent.is_some_and(is_number))
}

/// How server-side apply treats a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// As one value.
    Atomic,
    /// As a set of values.
    Set,
    /// As a map by these fields of its items.
    Map(Keys),
}

/// The fields by which the items of a list are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys(&'static str);

impl Keys {
    /// Their names.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split(',')
    }
}

/// How a strategic merge patch treats a map or list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PatchStrategy {
    /// Maps are merged, lists replaced.
    #[default]
    Default,
    /// Lists are merged.
    Merge,
    /// Maps are replaced.
    Replace,
}

/// One field of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it is.
    pub shape: Shape,
    /// How a strategic merge patch treats it.
    pub patch_strategy: PatchStrategy,
    /// Whether a strategic merge patch lists the keys to be kept, because only one of them may be there.
    pub retain_keys: bool,
    /// The key by which a strategic merge patch knows the items of a list; empty for plain values.
    pub merge_key: &'static str,
    /// How server-side apply treats it, where it is a list.
    pub list: ListKind,
    /// Whether server-side apply treats it, a map, as one value.
    pub atomic: bool,
    /// Whether it, an integer, has 64 bits.
    pub long: bool,
    /// The value that the server gives it where it is missing, as JSON.
    pub default: Option<&'static str>,
    allowed: &'static str,
}

impl Struct {
    fn body(self) -> Body {
        index().types.get(self.name).copied().unwrap_or_default()
    }

    /// The name of the type in Kubernetes' source, such as `DeploymentSpec`.
    pub fn go_name(self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    /// Whether server-side apply treats it as one value.
    pub fn is_atomic(self) -> bool {
        self.body().atomic
    }

    /// Its fields, in the order of their names.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        self.body().fields.lines().filter_map(Field::parse)
    }

    /// One of its fields.
    pub fn field(self, name: &str) -> Option<Field> {
        let line = self.body().fields.lines().find(|line| {
            let rest = line.strip_prefix(' ').and_then(|line| line.strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with([' ', '!']))
        })?;
        Field::parse(line)
    }
}

impl Field {
    /// The values that it may have; none where the type alone says.
    pub fn allowed(self) -> impl Iterator<Item = &'static str> {
        self.allowed.split('|').filter(|value| !value.is_empty())
    }

    fn parse(line: &'static str) -> Option<Field> {
        let (name, rest) = line.strip_prefix(' ')?.split_once(' ')?;
        let (rest, default) =
            rest.split_once(" default=").map_or((rest, None), |(rest, default)| (rest, Some(default)));
        let mut words = rest.split(' ');
        let shape = Expression(words.next()?).shape();
        let mut field = Field {
            name: name.trim_end_matches('!'),
            required: name.ends_with('!'),
            shape,
            patch_strategy: PatchStrategy::Default,
            retain_keys: false,
            merge_key: "",
            list: ListKind::Atomic,
            atomic: false,
            long: false,
            default,
            allowed: "",
        };
        for word in words {
            match word.split_once('=').unwrap_or((word, "")) {
                ("patch", strategies) => strategies.split(',').for_each(|strategy| match strategy {
                    "merge" => field.patch_strategy = PatchStrategy::Merge,
                    "replace" => field.patch_strategy = PatchStrategy::Replace,
                    "retainKeys" => field.retain_keys = true,
                    _ => {}
                }),
                ("key", key) => field.merge_key = key,
                ("list", keys) => field.list = ListKind::Map(Keys(keys)),
                ("set", _) => field.list = ListKind::Set,
                ("atomic", _) => field.atomic = true,
                ("long", _) => field.long = true,
                ("enum", values) => field.allowed = values,
                _ => {}
            }
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Expression, ListKind, PatchStrategy, Shape, Struct, index, kind};

    #[test]
    fn types_say_how_they_are_merged() {
        let deployment = kind("apps/v1", "Deployment").unwrap();
        let Shape::Struct(spec) = deployment.field("spec").unwrap().shape else { panic!("spec is a type") };
        assert!(spec.field("strategy").unwrap().retain_keys && spec.field("selector").unwrap().required);
        let ports = Struct { name: "core.v1.Container" }.field("ports").unwrap();
        assert_eq!((ports.patch_strategy, ports.merge_key), (PatchStrategy::Merge, "containerPort"));
        assert!(matches!(ports.list, ListKind::Map(keys) if keys.iter().eq(["containerPort", "protocol"])));
        let protocol = Struct { name: "core.v1.ContainerPort" }.field("protocol").unwrap();
        assert!(protocol.allowed().eq(["SCTP", "TCP", "UDP"]));
        assert_eq!(protocol.default, Some("\"TCP\""));
        let metadata = Struct { name: "meta.v1.ObjectMeta" };
        assert_eq!(metadata.field("labels").unwrap().shape, Shape::Map(Expression("s")));
        assert_eq!(metadata.field("finalizers").unwrap().list, ListKind::Set);
        assert!(metadata.field("label").is_none() && kind("v1", "Nothing").is_none());
        assert!(Struct { name: "core.v1.ConfigMapKeySelector" }.is_atomic());
    }

    #[test]
    fn quantities_are_compared_by_their_amount() {
        let same = |a: Value, b: Value| super::same_value(Some(Shape::Quantity), &a, &b);
        for (a, b) in
            [("1000m", "1"), ("1024Mi", "1Gi"), ("1.5", "1500m"), ("1e3", "1k"), ("0.5Gi", "512Mi"), ("-1", "-1000m")]
        {
            assert!(same(a.into(), b.into()), "{a} {b}");
        }
        assert!(same(1.into(), "1".into()) && same(0.1.into(), "100m".into()));
        for (a, b) in [("1", "1m"), ("1Gi", "1G"), ("x", "y"), ("1n", "0.1n"), ("-1", "1")] {
            assert!(!same(a.into(), b.into()), "{a} {b}");
        }
        assert!(!super::same_value(Some(Shape::Text), &"1000m".into(), &"1".into()));
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let index = index();
        assert!(index.kinds.len() > 150 && index.types.len() > 700);
        for body in index.types.values() {
            assert!(body.fields.lines().all(|line| super::Field::parse(line).is_some()));
        }
        for name in index.kinds.values() {
            assert!(index.types.contains_key(name), "{name}");
        }
    }
}
