//! Copying and comparing trees, iteratively.

use super::node::{Node, Owned};
use super::{alloc, number};
use crate::third_party::cjson::cJSON::types::*;

/// A copy of `root`, with all below it when `deep`; references become items of their own. `None` when memory is short.
pub fn duplicate(root: Node, deep: bool) -> Option<Owned> {
    let copy = shallow(root)?;
    let mut pending = vec![(root, copy.node())];
    while let (true, Some((original, copy))) = (deep, pending.pop()) {
        for item in original.children() {
            let twin = shallow(item)?;
            if item.child().is_some() {
                pending.try_reserve(1).ok()?;
                pending.push((item, twin.node()));
            }
            copy.append(twin);
        }
    }
    Some(copy)
}

fn shallow(item: Node) -> Option<Owned> {
    let copy = Node::create(item.kind())?;
    let node = copy.node();
    node.set_int(item.int());
    node.set_double(item.double());
    if let Some(text) = item.text() {
        node.set_text_ptr(alloc::text(text)?.as_ptr());
    }
    match item.name() {
        Some(_) if item.has_const_name() => node.set_name(item.name_ptr(), true),
        Some(name) => node.set_name(alloc::text(name)?.as_ptr(), false),
        None => {}
    }
    Some(copy)
}

/// An item as a reference: it shares the text and the items of the original and has no name.
pub fn reference(item: Node) -> Option<Owned> {
    let copy = Node::create(item.kind() | item.flags() & !cJSON_StringIsConst | cJSON_IsReference)?;
    let node = copy.node();
    node.set_int(item.int());
    node.set_double(item.double());
    node.set_text_ptr(item.text_ptr());
    node.set_child(item.child());
    Some(copy)
}

/// Whether two trees mean the same: arrays in order, objects in any order, numbers within their last bit.
pub fn equal(a: Node, b: Node, case_sensitive: bool) -> bool {
    let mut pending = vec![(a, b)];
    while let Some((a, b)) = pending.pop() {
        if a.kind() != b.kind() {
            return false;
        }
        let same = match a.kind() {
            cJSON_False | cJSON_True | cJSON_NULL => true,
            cJSON_Number => number::same(a.double(), b.double()),
            cJSON_String | cJSON_Raw => a.text().is_some() && a.text() == b.text(),
            cJSON_Array => a == b || items(a, b, &mut pending).is_some(),
            cJSON_Object => a == b || members(a, b, case_sensitive, &mut pending).is_some(),
            _ => false,
        };
        if !same {
            return false;
        }
    }
    true
}

/// The pairs that make two arrays equal; `None` when there are none.
fn items(a: Node, b: Node, pending: &mut Vec<(Node, Node)>) -> Option<()> {
    let (mut left, mut right) = (a.child(), b.child());
    while let (Some(l), Some(r)) = (left, right) {
        pending.try_reserve(1).ok()?;
        pending.push((l, r));
        (left, right) = (l.next(), r.next());
    }
    (left.is_none() && right.is_none()).then_some(())
}

/// The pairs that make two objects equal: each member of one and the first of that name in the other.
fn members(a: Node, b: Node, case_sensitive: bool, pending: &mut Vec<(Node, Node)>) -> Option<()> {
    for l in a.children() {
        let r = b.member(l.name()?, case_sensitive)?;
        pending.try_reserve(1).ok()?;
        pending.push((l, r));
    }
    for r in b.children() {
        let l = a.member(r.name()?, case_sensitive)?;
        if b.member(l.name()?, case_sensitive) != Some(r) {
            pending.try_reserve(1).ok()?;
            pending.push((l, r));
        }
    }
    Some(())
}
