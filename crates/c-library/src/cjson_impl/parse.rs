//! From a text to a tree: lenient where cJSON is, iterative, at most `CJSON_NESTING_LIMIT` containers deep.

use std::ffi::c_char;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::node::{Node, Owned};
use super::{alloc, number, text};
use crate::third_party::cjson::cJSON::types::*;

/// Where the last failed parse of the process stopped, for `cJSON_GetErrorPtr`.
static ERROR: AtomicPtr<c_char> = AtomicPtr::new(null_mut());

/// See `ERROR`.
pub fn last_error() -> *const c_char {
    ERROR.load(Ordering::Acquire)
}

/// Parses the value at the start of `input`; `whole` demands that a NUL follows it, white space aside. Also the offset at
/// which reading ended (at that NUL when `whole`) or failed.
pub fn parse(input: Option<&[u8]>, whole: bool) -> (Option<Owned>, usize) {
    let Some(input) = input else {
        ERROR.store(null_mut(), Ordering::Release);
        return (None, 0);
    };
    let mut parser = Parser { input, at: 0 };
    match parser.document(whole) {
        Some(root) => {
            ERROR.store(null_mut(), Ordering::Release);
            (Some(root), parser.at)
        }
        None => {
            let at = parser.at.min(input.len().saturating_sub(1));
            ERROR.store(input.as_ptr().wrapping_add(at).cast_mut().cast(), Ordering::Release);
            (None, at)
        }
    }
}

/// On failure its functions leave `at` where the fault is.
struct Parser<'a> {
    input: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn document(&mut self, whole: bool) -> Option<Owned> {
        if self.input.starts_with(b"\xEF\xBB\xBF") {
            self.at = 3;
        }
        self.skip_space();
        let root = Node::create(cJSON_Invalid)?;
        self.tree(root.node())?;
        if whole {
            self.skip_space();
            if self.peek()? != 0 {
                return None;
            }
        }
        Some(root)
    }

    fn tree(&mut self, root: Node) -> Option<()> {
        // The containers that are open, outermost first, each with its last item.
        let mut open: Vec<(Node, Node)> = Vec::new();
        let mut item = root;
        loop {
            if self.value(item, open.len())? {
                let first = self.item(item)?;
                item.set_child(Some(first));
                open.try_reserve(1).ok()?;
                open.push((item, first));
                item = first;
                continue;
            }
            item = loop {
                let Some((container, last)) = open.last_mut() else {
                    return Some(());
                };
                self.skip_space();
                match (self.peek()?, container.kind()) {
                    (b',', _) => {
                        self.at += 1;
                        self.skip_space();
                        let container = *container;
                        let previous = *last;
                        let next = self.item(container)?;
                        previous.set_next(Some(next));
                        next.set_prev(Some(previous));
                        *last = next;
                        break next;
                    }
                    (b']', cJSON_Array) | (b'}', cJSON_Object) => {
                        self.at += 1;
                        if let Some(first) = container.child() {
                            first.set_prev(Some(*last));
                        }
                        open.pop();
                    }
                    _ => return None,
                }
            };
        }
    }

    /// A new item of `container`; in an object its key and colon are read.
    fn item(&mut self, container: Node) -> Option<Node> {
        let item = Node::create(cJSON_Invalid)?;
        if container.kind() == cJSON_Object {
            let name = self.string()?;
            item.node().set_name(name, false);
            self.skip_space();
            if self.peek()? != b':' {
                return None;
            }
            self.at += 1;
            self.skip_space();
        }
        Some(item.release())
    }

    /// Reads a value into `item`; true when it is a container with items, which follow.
    fn value(&mut self, item: Node, depth: usize) -> Option<bool> {
        let rest = self.input.get(self.at..)?;
        match *rest.first()? {
            b'n' if rest.starts_with(b"null") => self.literal(item, cJSON_NULL, 4),
            b'f' if rest.starts_with(b"false") => self.literal(item, cJSON_False, 5),
            b't' if rest.starts_with(b"true") => {
                self.literal(item, cJSON_True, 4);
                item.set_int(1);
            }
            b'"' => {
                item.set_text_ptr(self.string()?);
                retype(item, cJSON_String);
            }
            b'-' | b'0'..=b'9' => {
                let (value, length) = number::prefix(rest)?;
                self.at += length;
                item.set_number(value);
                retype(item, cJSON_Number);
            }
            b'[' => return self.container(item, cJSON_Array, b']', depth),
            b'{' => return self.container(item, cJSON_Object, b'}', depth),
            _ => return None,
        }
        Some(false)
    }

    fn literal(&mut self, item: Node, kind: i32, length: usize) {
        self.at += length;
        retype(item, kind);
    }

    fn container(&mut self, item: Node, kind: i32, end: u8, depth: usize) -> Option<bool> {
        if depth >= CJSON_NESTING_LIMIT {
            return None;
        }
        self.at += 1;
        self.skip_space();
        retype(item, kind);
        let empty = self.peek()? == end;
        self.at += usize::from(empty);
        Some(!empty)
    }

    fn string(&mut self) -> Option<*mut c_char> {
        let quoted = self.peek() == Some(b'"');
        self.at += 1;
        if !quoted {
            return None;
        }
        match text::unquote(self.input.get(self.at..)?) {
            Ok((text, length)) => {
                let copy = alloc::text(&text)?;
                self.at += length;
                Some(copy.as_ptr())
            }
            Err(offset) => {
                self.at += offset;
                None
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    /// Skips all bytes up to 0x20, NUL too; the last byte of the input is never passed.
    fn skip_space(&mut self) {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let space = rest.iter().take_while(|byte| **byte <= 0x20).count();
        self.at += space;
        if space > 0 && self.at == self.input.len() {
            self.at -= 1;
        }
    }
}

fn retype(item: Node, kind: i32) {
    item.set_type(kind | item.flags());
}
