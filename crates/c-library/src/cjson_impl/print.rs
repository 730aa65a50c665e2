//! From a tree to its text, formatted as cJSON does or without white space; iterative.

use std::ffi::c_char;
use std::ptr::NonNull;

use super::node::Node;
use super::{alloc, number, text};
use crate::third_party::cjson::cJSON::types::*;

/// The text of `root`; `None` for an item that has no text, for more than `limit` bytes, and when memory is short.
pub fn print(root: Node, formatted: bool, limit: usize) -> Option<Vec<u8>> {
    let mut printer = Printer {
        out: Vec::new(),
        number: String::new(),
        open: Vec::new(),
        formatted,
        limit,
    };
    printer.tree(root)?;
    Some(printer.out)
}

/// The text as a block for C, at most `INT_MAX` bytes with its terminator.
pub fn to_block(root: Node, formatted: bool) -> Option<NonNull<c_char>> {
    alloc::text(&print(root, formatted, i32::MAX as usize - 1)?)
}

struct Printer {
    out: Vec<u8>,
    number: String,
    /// The containers that are open, outermost first, each with the item to come.
    open: Vec<(Node, Option<Node>)>,
    formatted: bool,
    limit: usize,
}

impl Printer {
    fn tree(&mut self, root: Node) -> Option<()> {
        let mut item = root;
        loop {
            self.value(item)?;
            item = loop {
                let Some((container, next)) = self.open.last_mut() else {
                    return Some(());
                };
                let container = *container;
                match *next {
                    Some(child) => {
                        *next = child.next();
                        self.before(container, child)?;
                        break child;
                    }
                    None => {
                        self.open.pop();
                        self.close(container)?;
                    }
                }
            };
        }
    }

    fn value(&mut self, item: Node) -> Option<()> {
        match item.kind() {
            cJSON_NULL => self.put(b"null"),
            cJSON_False => self.put(b"false"),
            cJSON_True => self.put(b"true"),
            cJSON_Number => {
                self.number.clear();
                number::write(item.double(), item.int(), &mut self.number);
                reserve(&mut self.out, self.number.len(), self.limit)?;
                self.out.extend_from_slice(self.number.as_bytes());
                Some(())
            }
            cJSON_Raw => self.put(item.text()?),
            cJSON_String => self.quoted(item.text().unwrap_or_default()),
            cJSON_Array => self.open(item, b"["),
            cJSON_Object => self.open(item, b"{"),
            _ => None,
        }
    }

    fn open(&mut self, container: Node, bracket: &[u8]) -> Option<()> {
        self.open.try_reserve(1).ok()?;
        self.open.push((container, container.child()));
        self.put(bracket)
    }

    /// What stands between the items, and the key.
    fn before(&mut self, container: Node, child: Node) -> Option<()> {
        let first = container.child() == Some(child);
        let object = container.kind() == cJSON_Object;
        match (first, self.formatted && !object) {
            (true, _) => {}
            (false, true) => self.put(b", ")?,
            (false, false) => self.put(b",")?,
        }
        if object {
            self.line(self.open.len())?;
            self.quoted(child.name().unwrap_or_default())?;
            self.put(if self.formatted { b":\t" } else { b":" })?;
        }
        Some(())
    }

    fn close(&mut self, container: Node) -> Option<()> {
        if container.kind() == cJSON_Array {
            return self.put(b"]");
        }
        self.line(self.open.len())?;
        self.put(b"}")
    }

    fn line(&mut self, tabs: usize) -> Option<()> {
        if self.formatted {
            reserve(&mut self.out, tabs + 1, self.limit)?;
            self.out.push(b'\n');
            self.out.resize(self.out.len() + tabs, b'\t');
        }
        Some(())
    }

    fn quoted(&mut self, text: &[u8]) -> Option<()> {
        reserve(&mut self.out, text::quoted_length(text), self.limit)?;
        text::quote(text, &mut self.out);
        Some(())
    }

    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        reserve(&mut self.out, bytes.len(), self.limit)?;
        self.out.extend_from_slice(bytes);
        Some(())
    }
}

fn reserve(out: &mut Vec<u8>, more: usize, limit: usize) -> Option<()> {
    (out.len().saturating_add(more) <= limit).then_some(())?;
    out.try_reserve(more).ok()
}
