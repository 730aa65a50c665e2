//! About how much memory a JSON value takes, for what is bounded by bytes.

use serde_json::Value;

/// A value besides its own text, with its share of what holds it.
const ONE: usize = 48;

pub fn weight(value: &Value) -> usize {
    ONE + match value {
        Value::String(text) => text.len(),
        Value::Array(list) => list.iter().map(weight).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| member(name, value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// A member of an object.
pub fn member(name: &str, value: &Value) -> usize {
    ONE + name.len() + weight(value)
}
