//! Reads a cJSON tree that a program built. Nothing guarantees that it is a tree: every walk counts its steps, so that a
//! cycle ends instead of hanging the caller.

use std::cell::Cell;

use c_library::boundary;
use c_library::third_party::cjson::cJSON::{
    cJSON, cJSON_Array, cJSON_False, cJSON_NULL, cJSON_Number, cJSON_Object, cJSON_Raw, cJSON_String, cJSON_True,
};
use iotda_device::protocol::json::{self, Builder, Dialect, Json, Kind, MAX_DEPTH, Value};
use iotda_device::softbus::paras::Node;

/// How many items one reading may visit, repeated visits included.
pub struct Budget(Cell<u32>);

impl Budget {
    const STEPS: u32 = 200_000;

    pub fn new() -> Budget {
        Budget(Cell::new(Self::STEPS))
    }

    /// Whether a walk was cut short.
    pub fn exhausted(&self) -> bool {
        self.0.get() == 0
    }

    fn step(&self) -> Option<()> {
        let left = self.0.get().saturating_sub(1);
        self.0.set(left);
        (left > 0).then_some(())
    }
}

impl Default for Budget {
    fn default() -> Self {
        Budget::new()
    }
}

/// An item of the program's tree.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    item: &'a cJSON,
    budget: &'a Budget,
}

impl<'a> Item<'a> {
    /// `None` for NULL.
    ///
    /// # Safety
    /// `item` and all items that it reaches by `child` and `next` are valid, and so are their strings; none changes
    /// during `'a`.
    pub unsafe fn new(item: *const cJSON, budget: &'a Budget) -> Option<Item<'a>> {
        // SAFETY: the caller's promise.
        unsafe { item.as_ref() }.map(|item| Item { item, budget })
    }

    fn kind(self) -> i32 {
        self.item.r#type & 0xFF
    }

    fn children(self) -> impl Iterator<Item = Item<'a>> {
        let holds_items = self.kind() == cJSON_Object || self.kind() == cJSON_Array;
        let mut next = if holds_items {
            self.item.child
        } else {
            std::ptr::null_mut()
        };
        std::iter::from_fn(move || {
            // SAFETY: reached from the root, see `new`.
            let item = unsafe { Item::new(next, self.budget) }?;
            self.budget.step()?;
            next = item.item.next;
            Some(item)
        })
    }

    fn name(self) -> &'a [u8] {
        // SAFETY: see `new`.
        unsafe { boundary::bytes(self.item.string) }.unwrap_or_default()
    }

    fn valuestring(self) -> Option<&'a [u8]> {
        // SAFETY: see `new`.
        unsafe { boundary::bytes(self.item.valuestring) }
    }

    /// A copy of the whole tree, as cJSON would print it. `None` for one that cJSON would not print (an item without a
    /// type, a raw text that is not JSON), and when the budget does not suffice: nesting deeper than JSON may have
    /// exhausts it.
    pub fn to_json(self) -> Option<Json> {
        let mut copy = Builder::default();
        let mut open = Vec::new();
        let mut item = self;
        loop {
            if item.copy_to(&mut copy)? {
                if open.len() == MAX_DEPTH {
                    self.budget.0.set(0);
                }
                open.push((item.kind() == cJSON_Object, item.children()));
            }
            item = loop {
                let Some((object, children)) = open.last_mut() else {
                    return if self.budget.exhausted() { None } else { copy.finish() };
                };
                if let Some(child) = children.next() {
                    if *object {
                        copy.key(child.name());
                    }
                    break child;
                }
                copy.end();
                open.pop();
            };
        }
    }

    /// Copies a scalar, or opens a container, and then says `true`.
    fn copy_to(self, copy: &mut Builder) -> Option<bool> {
        match self.kind() {
            cJSON_False => copy.boolean(false),
            cJSON_True => copy.boolean(true),
            cJSON_NULL => copy.null(),
            cJSON_Number => copy.number(self.item.valuedouble.into()),
            cJSON_String => copy.string(self.valuestring().unwrap_or_default()),
            cJSON_Raw => copy_value(json::parse(self.valuestring()?, Dialect::Program)?.value(), copy),
            cJSON_Array | cJSON_Object => {
                copy.begin(self.kind() == cJSON_Object);
                return Some(true);
            }
            _ => return None,
        }
        Some(false)
    }
}

fn copy_value(root: Value<'_>, copy: &mut Builder) {
    let mut open = Vec::new();
    let mut value = root;
    loop {
        match value.kind() {
            Kind::Null => copy.null(),
            Kind::Boolean(boolean) => copy.boolean(boolean),
            Kind::Number(number) => copy.number(number),
            Kind::String(text) => copy.string(text),
            Kind::Array | Kind::Object => {
                copy.begin(value.is_object());
                open.push(value.items());
            }
        }
        value = loop {
            let Some(children) = open.last_mut() else {
                return;
            };
            if let Some(child) = children.next() {
                if let Some(name) = child.name() {
                    copy.key(name);
                }
                break child;
            }
            copy.end();
            open.pop();
        };
    }
}

impl<'a> Node<'a> for Item<'a> {
    fn text(self) -> Option<&'a [u8]> {
        (self.kind() == cJSON_String).then(|| self.valuestring()).flatten()
    }

    fn number(self) -> Option<f64> {
        (self.kind() == cJSON_Number).then_some(self.item.valuedouble)
    }

    fn is_object(self) -> bool {
        self.kind() == cJSON_Object
    }

    fn member(self, name: &str) -> Option<Self> {
        let mut members = self.children().filter(|_| self.is_object());
        members.find(|item| item.name().eq_ignore_ascii_case(name.as_bytes()))
    }

    fn items(self) -> impl Iterator<Item = Self> {
        self.children()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iotda_device::softbus::paras;
    use std::ffi::CStr;
    use std::ptr::null_mut;

    fn item(kind: i32, name: &'static CStr, text: &'static CStr, child: *mut cJSON) -> cJSON {
        cJSON {
            next: null_mut(),
            prev: null_mut(),
            child,
            r#type: kind,
            valuestring: text.as_ptr().cast_mut(),
            valueint: 0,
            valuedouble: 0.0,
            string: name.as_ptr().cast_mut(),
        }
    }

    #[test]
    fn an_object_is_read_with_case_blind_names() {
        let mut id = item(cJSON_String, c"BUS_ID", c"b1", null_mut());
        let mut bus = item(cJSON_Object | 512, c"", c"", &mut id);
        let mut infos = item(cJSON_Array, c"bus_Infos", c"", &mut bus);
        let root = item(cJSON_Object, c"", c"", &mut infos);
        let budget = Budget::new();
        let reading = paras::read(unsafe { Item::new(&root, &budget) }.unwrap());
        assert!(!budget.exhausted());
        let buses = reading.buses.unwrap();
        assert_eq!(&*buses[0].bus_id, b"b1");
        assert_eq!(buses[0].key.bytes(), b"-1");
    }

    #[test]
    fn a_cycle_ends() {
        let mut bus = item(cJSON_Object, c"", c"", null_mut());
        let place = &raw mut bus;
        let mut infos = item(cJSON_Array, c"bus_infos", c"", place);
        unsafe { ((*place).next, (*place).child) = (place, &mut infos) };
        let root = item(cJSON_Object, c"", c"", &mut infos);
        let budget = Budget::new();
        paras::read(unsafe { Item::new(&root, &budget) }.unwrap());
        assert!(budget.exhausted());
    }
}
