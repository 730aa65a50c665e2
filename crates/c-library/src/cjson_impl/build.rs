//! Making items and putting them into containers.

use super::alloc;
use super::node::{Node, Owned};
use crate::third_party::cjson::cJSON::types::*;

/// A new item with what `fill` puts in; `None` when memory is short.
pub fn with(kind: i32, fill: impl FnOnce(Node) -> Option<()>) -> Option<Owned> {
    let item = Node::create(kind)?;
    fill(item.node())?;
    Some(item)
}

pub fn number(value: f64) -> Option<Owned> {
    with(cJSON_Number, |item| {
        item.set_number(value);
        Some(())
    })
}

/// A string or raw text.
pub fn text(kind: i32, text: &[u8]) -> Option<Owned> {
    with(kind, |item| {
        item.set_text_ptr(alloc::text(text)?.as_ptr());
        Some(())
    })
}

/// An array of what `item` makes of each value; `None` when one of them fails.
pub fn array<T>(values: &[T], item: impl Fn(&T) -> Option<Owned>) -> Option<Owned> {
    with(cJSON_Array, |array| {
        values.iter().try_for_each(|value| {
            array.append(item(value)?);
            Some(())
        })
    })
}

/// Appends a new item under a copy of `name`; `None` when memory is short.
pub fn append_named(container: Node, name: &[u8], item: Owned) -> Option<Node> {
    let node = item.node();
    node.set_name(alloc::text(name)?.as_ptr(), false);
    container.append(item);
    Some(node)
}
