//! What the exported functions share: C's pointers in, items in the middle, C's pointers out. The callers pass on what the
//! program promised: items are NULL or valid trees, names NULL or C strings.

use std::ffi::{c_char, c_int};
use std::ptr::{NonNull, null_mut};

use super::node::{Node, Owned};
use super::{alloc, build, copy, parse, print};
use crate::boundary::bytes;
use crate::third_party::cjson::cJSON::types::*;

/// `cJSON_ParseWithOpts` under a name that stays ours.
pub unsafe fn parse_text(value: *const c_char, end: *mut *const c_char, whole: cJSON_bool) -> *mut cJSON {
    // SAFETY: `value` is NULL or a C string; its terminator is read as well.
    let length = unsafe { bytes(value) }.map_or(0, |text| text.len() + 1);
    unsafe { parse_bytes(value, length, end, whole) }
}

pub unsafe fn parse_bytes(
    value: *const c_char,
    length: usize,
    end: *mut *const c_char,
    whole: cJSON_bool,
) -> *mut cJSON {
    // SAFETY: `value` is NULL or readable for `length` bytes, `end` NULL or writable.
    unsafe {
        // No object is longer than this.
        let length = length.min(isize::MAX as usize);
        let input = (!value.is_null()).then(|| std::slice::from_raw_parts(value.cast(), length));
        let (root, at) = parse::parse(input, whole != 0);
        if !value.is_null() && !end.is_null() {
            end.write(value.add(at));
        }
        give(root)
    }
}

pub unsafe fn print_text(item: *const cJSON, formatted: bool) -> *mut c_char {
    // SAFETY: `item` is NULL or a valid tree.
    let item = unsafe { Node::from(item) };
    item.and_then(|item| print::to_block(item, formatted))
        .map_or(null_mut(), NonNull::as_ptr)
}

pub unsafe fn is(item: *const cJSON, test: impl Fn(c_int) -> bool) -> cJSON_bool {
    // SAFETY: `item` is NULL or valid.
    unsafe { Node::from(item) }.is_some_and(|item| test(item.kind())).into()
}

pub unsafe fn named(object: Node, name: *const c_char, case_sensitive: bool) -> Option<Node> {
    // SAFETY: `name` is NULL or a C string.
    object.member(unsafe { bytes(name) }?, case_sensitive)
}

pub unsafe fn member(object: *const cJSON, name: *const c_char, case_sensitive: bool) -> Option<Node> {
    // SAFETY: `object` is NULL or a valid tree, `name` NULL or a C string.
    unsafe { named(Node::from(object)?, name, case_sensitive) }
}

pub unsafe fn add(container: *mut cJSON, name: Option<(*const c_char, bool)>, item: *mut cJSON) -> cJSON_bool {
    // SAFETY: both are NULL or valid trees; `name` is NULL or a C string.
    unsafe {
        let (Some(container), Some(item)) = (Node::from(container), Node::from(item)) else {
            return 0;
        };
        if !container.may_take(item) {
            return 0;
        }
        let name = match name {
            None => None,
            Some((name, constant)) if constant && !name.is_null() => Some((name.cast_mut(), true)),
            Some((name, _)) => match bytes(name).and_then(alloc::text) {
                Some(copy) => Some((copy.as_ptr(), false)),
                None => return 0,
            },
        };
        if let Some((name, constant)) = name {
            item.set_name(name, constant);
        }
        container.append(Owned::adopt(item));
    }
    1
}

/// Appends an item that shows what `item` holds.
pub unsafe fn add_reference(container: *mut cJSON, name: Option<*const c_char>, item: *mut cJSON) -> cJSON_bool {
    // SAFETY: both are NULL or valid trees; `name` is NULL or a C string.
    unsafe {
        let (Some(to), Some(item)) = (Node::from(container), Node::from(item)) else {
            return 0;
        };
        if item.reaches(to) {
            return 0;
        }
        add_new(container, name, copy::reference(item)).is_some().into()
    }
}

pub unsafe fn add_new(container: *mut cJSON, name: Option<*const c_char>, item: Option<Owned>) -> Option<Node> {
    // SAFETY: `container` is NULL or a valid tree, `name` NULL or a C string.
    unsafe {
        let container = Node::from(container)?;
        match name {
            Some(name) => build::append_named(container, bytes(name)?, item?),
            None => {
                let item = item?;
                let node = item.node();
                container.append(item);
                Some(node)
            }
        }
    }
}

pub unsafe fn detach(container: Option<Node>, find: impl FnOnce(Node) -> Option<Node>) -> Option<Owned> {
    let container = container?;
    container.detach(find(container)?)
}

pub unsafe fn replace(
    container: *mut cJSON,
    find: impl FnOnce(Node) -> Option<Node>,
    name: Option<*const c_char>,
    replacement: *mut cJSON,
) -> cJSON_bool {
    let replaced = || {
        // SAFETY: both are NULL or valid trees; `name` is NULL or a C string.
        let (container, replacement) = unsafe { (Node::from(container)?, Node::from(replacement)?) };
        let item = find(container)?;
        if item != replacement && !container.may_take(replacement) {
            return None;
        }
        if let Some(name) = name {
            // SAFETY: the same.
            let copy = unsafe { bytes(name) }.and_then(alloc::text)?;
            replacement.set_name(copy.as_ptr(), false);
        }
        if item == replacement {
            return Some(());
        }
        // SAFETY: the program gives the replacement up, unless it is not taken.
        match container.replace(item, unsafe { Owned::adopt(replacement) }) {
            Ok(()) => Some(()),
            Err(replacement) => {
                replacement.release();
                None
            }
        }
    };
    replaced().is_some().into()
}

pub unsafe fn array<T>(values: *const T, count: c_int, item: impl Fn(&T) -> Option<Owned>) -> Option<Owned> {
    let count = usize::try_from(count).ok().filter(|_| !values.is_null())?;
    // SAFETY: the program vouches for `count` values.
    build::array(unsafe { std::slice::from_raw_parts(values, count) }, item)
}

pub fn boolean_kind(boolean: cJSON_bool) -> c_int {
    if boolean != 0 { cJSON_True } else { cJSON_False }
}

pub fn pointer(node: Option<Node>) -> *mut cJSON {
    node.map_or(null_mut(), Node::as_ptr)
}

pub fn give(item: Option<Owned>) -> *mut cJSON {
    item.map_or(null_mut(), Owned::into_ptr)
}
