//! One item of a tree in C's layout. The lists keep cJSON's invariants: in a container the first item's `prev` is the last
//! item and the last item's `next` is NULL; what is in no container has neither.

use std::ffi::c_char;
use std::mem::ManuallyDrop;
use std::ptr::{NonNull, null_mut};

use super::{alloc, number};
use crate::boundary::bytes;
use crate::third_party::cjson::cJSON::types::*;

/// An item that this library made or a program handed in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Node(NonNull<cJSON>);

macro_rules! field {
    ($node:expr_2021, $field:ident) => {
        // SAFETY: a Node is a valid item, see `Node::from`.
        unsafe { (*$node.0.as_ptr()).$field }
    };
    ($node:expr_2021, $field:ident = $value:expr_2021) => {
        // SAFETY: a Node is a valid item, see `Node::from`, and nobody holds a reference to its fields.
        unsafe { (*$node.0.as_ptr()).$field = $value }
    };
}

impl Node {
    /// `None` for NULL.
    ///
    /// # Safety
    /// `item` and what it reaches by `child`, `next` and `prev` are items with valid strings, used by no other thread, as
    /// long as the node and those got from it are in use. Changing functions need an item that may be written.
    pub unsafe fn from(item: *const cJSON) -> Option<Node> {
        NonNull::new(item.cast_mut()).map(Node)
    }

    /// A new item that is in no list; `None` when memory is short.
    pub fn create(kind: i32) -> Option<Owned> {
        let item = NonNull::new(alloc::malloc(size_of::<cJSON>()).cast::<cJSON>())?;
        let empty = cJSON {
            next: null_mut(),
            prev: null_mut(),
            child: null_mut(),
            r#type: kind,
            valuestring: null_mut(),
            valueint: 0,
            valuedouble: 0.0,
            string: null_mut(),
        };
        // SAFETY: the block is large enough and aligned as malloc aligns.
        unsafe { item.as_ptr().write(empty) };
        Some(Owned(Node(item)))
    }

    /// The item as C sees it.
    pub fn as_ptr(self) -> *mut cJSON {
        self.0.as_ptr()
    }

    /// The type without its flags.
    pub fn kind(self) -> i32 {
        field!(self, r#type) & 0xFF
    }

    pub fn flags(self) -> i32 {
        field!(self, r#type) & !0xFF
    }

    pub fn set_type(self, kind_and_flags: i32) {
        field!(self, r#type = kind_and_flags);
    }

    pub fn int(self) -> i32 {
        field!(self, valueint)
    }

    pub fn set_int(self, value: i32) {
        field!(self, valueint = value);
    }

    pub fn double(self) -> f64 {
        field!(self, valuedouble)
    }

    pub fn set_double(self, value: f64) {
        field!(self, valuedouble = value);
    }

    /// Both number fields.
    pub fn set_number(self, value: f64) {
        self.set_double(value);
        self.set_int(number::to_int(value));
    }

    pub fn text_ptr(self) -> *mut c_char {
        field!(self, valuestring)
    }

    pub fn set_text_ptr(self, text: *mut c_char) {
        field!(self, valuestring = text);
    }

    /// `valuestring`; valid until the item is changed or deleted.
    pub fn text<'a>(self) -> Option<&'a [u8]> {
        // SAFETY: NULL or a C string, see `from`.
        unsafe { bytes(self.text_ptr()) }
    }

    /// The member name; valid until the item is changed or deleted.
    pub fn name<'a>(self) -> Option<&'a [u8]> {
        // SAFETY: NULL or a C string, see `from`.
        unsafe { bytes(self.name_ptr()) }
    }

    pub fn name_ptr(self) -> *mut c_char {
        field!(self, string)
    }

    pub fn has_const_name(self) -> bool {
        self.flags() & cJSON_StringIsConst != 0
    }

    /// Replaces the member name; a constant one is the program's and never freed.
    pub fn set_name(self, name: *mut c_char, constant: bool) {
        if !self.has_const_name() {
            // SAFETY: a name that is not constant belongs to the item.
            unsafe { alloc::free(self.name_ptr().cast()) };
        }
        field!(self, string = name);
        let flag = if constant { cJSON_StringIsConst } else { 0 };
        self.set_type(self.kind() | self.flags() & !cJSON_StringIsConst | flag);
    }

    pub fn is_reference(self) -> bool {
        self.flags() & cJSON_IsReference != 0
    }

    pub fn next(self) -> Option<Node> {
        NonNull::new(field!(self, next)).map(Node)
    }

    pub fn prev(self) -> Option<Node> {
        NonNull::new(field!(self, prev)).map(Node)
    }

    /// The first item of a container.
    pub fn child(self) -> Option<Node> {
        NonNull::new(field!(self, child)).map(Node)
    }

    pub fn set_next(self, next: Option<Node>) {
        field!(self, next = raw(next));
    }

    pub fn set_prev(self, prev: Option<Node>) {
        field!(self, prev = raw(prev));
    }

    pub fn set_child(self, child: Option<Node>) {
        field!(self, child = raw(child));
    }

    /// The items of a container in order.
    pub fn children(self) -> impl Iterator<Item = Node> {
        std::iter::successors(self.child(), |node| node.next())
    }

    /// The item at `index`; `None` for a negative index too.
    pub fn at(self, index: i32) -> Option<Node> {
        self.children().nth(usize::try_from(index).ok()?)
    }

    /// The first item with this name; items without a name never match.
    pub fn member(self, name: &[u8], case_sensitive: bool) -> Option<Node> {
        self.children().find(|item| match item.name() {
            Some(own) if case_sensitive => own == name,
            Some(own) => own.eq_ignore_ascii_case(name),
            None => false,
        })
    }

    /// Whether the item is in a container: the first item's `prev` is the last one, so all have one.
    pub fn is_placed(self) -> bool {
        self.prev().is_some() || self.next().is_some()
    }

    /// Whether `other` is this item or below it. Only an item that is in a container can be below another.
    pub fn reaches(self, other: Node) -> bool {
        if self == other {
            return true;
        }
        if !other.is_placed() {
            return false;
        }
        let mut waiting: Vec<Node> = self.child().into_iter().collect();
        let mut shown = Vec::new();
        while let Some(first) = waiting.pop() {
            for item in std::iter::successors(Some(first), |item| item.next()) {
                if item == other {
                    return true;
                }
                let Some(child) = item.child() else {
                    continue;
                };
                if item.is_reference() {
                    if shown.contains(&child) {
                        continue; // many references may show one list
                    }
                    shown.push(child);
                }
                waiting.push(child);
            }
        }
        false
    }

    /// Whether this container may take `item` without an item of two parents or a circle coming of it.
    pub fn may_take(self, item: Node) -> bool {
        !item.is_placed() && !item.reaches(self)
    }

    /// Puts `item`, which is in no list, behind the last item of this container.
    pub fn append(self, item: Owned) {
        let item = item.release();
        item.set_next(None);
        match self.child() {
            None => {
                self.set_child(Some(item));
                item.set_prev(Some(item));
            }
            Some(first) => {
                let last = first.prev().unwrap_or_else(|| last(first));
                last.set_next(Some(item));
                item.set_prev(Some(last));
                first.set_prev(Some(item));
            }
        }
    }

    /// Puts `item`, which is in no list, before `place`, an item of this container.
    pub fn insert_before(self, place: Node, item: Owned) {
        let item = item.release();
        item.set_next(Some(place));
        item.set_prev(place.prev());
        if self.child() == Some(place) {
            self.set_child(Some(item));
        } else if let Some(before) = place.prev() {
            before.set_next(Some(item));
        }
        place.set_prev(Some(item));
    }

    /// Takes `item` out of this container; `None` when its links show that it is not in it.
    pub fn detach(self, item: Node) -> Option<Owned> {
        let first = self.child()?;
        if item != first {
            let before = item.prev().filter(|before| before.next() == Some(item))?;
            if item.next().is_none() && first.prev() != Some(item) {
                return None;
            }
            before.set_next(item.next());
        }
        match item.next() {
            Some(after) => after.set_prev(item.prev()),
            None => first.set_prev(item.prev()),
        }
        if item == first {
            self.set_child(item.next());
        }
        item.set_next(None);
        item.set_prev(None);
        Some(Owned(item))
    }

    /// Puts `replacement` at the place of `item` in this container and deletes `item`; false when `item` is not in it.
    pub fn replace(self, item: Node, replacement: Owned) -> Result<(), Owned> {
        let after = item.next();
        if self.detach(item).is_none() {
            return Err(replacement);
        }
        match after {
            Some(after) => self.insert_before(after, replacement),
            None => self.append(replacement),
        }
        Ok(())
    }

    /// Frees the item, its siblings behind it and all they own, however deep.
    ///
    /// # Safety
    /// Nothing uses these items any more.
    pub unsafe fn delete(self) {
        unsafe {
            let mut current = Some(self);
            while let Some(node) = current {
                // A container's items are freed after it, as if they followed it in its own list.
                current = match node.child().filter(|_| !node.is_reference()) {
                    Some(child) => {
                        last(child).set_next(node.next());
                        Some(child)
                    }
                    None => node.next(),
                };
                if !node.is_reference() {
                    alloc::free(node.text_ptr().cast());
                }
                if !node.has_const_name() {
                    alloc::free(node.name_ptr().cast());
                }
                alloc::free(node.as_ptr().cast());
            }
        }
    }
}

fn raw(node: Option<Node>) -> *mut cJSON {
    node.map_or(null_mut(), Node::as_ptr)
}

fn last(first: Node) -> Node {
    std::iter::successors(Some(first), |node| node.next())
        .last()
        .unwrap_or(first)
}

/// An item that is in no list and is deleted unless somebody takes it.
pub struct Owned(Node);

impl Owned {
    /// Takes over an item that is in no list.
    ///
    /// # Safety
    /// Nobody else deletes it.
    pub unsafe fn adopt(item: Node) -> Owned {
        Owned(item)
    }

    pub fn node(&self) -> Node {
        self.0
    }

    /// Gives the duty to delete it to the caller.
    pub fn release(self) -> Node {
        ManuallyDrop::new(self).0
    }

    /// As C returns it, for the program to delete.
    pub fn into_ptr(self) -> *mut cJSON {
        self.release().as_ptr()
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: nobody else has it, and it has no siblings.
        unsafe { self.0.delete() };
    }
}
