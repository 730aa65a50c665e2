//! Reading members as the C SDK does: a default for what is absent, NULL or 0 for a wrong type.

use crate::protocol::json::{Kind, Value};
use crate::protocol::text::{Text, c_text};

/// A container to read from; absent ones behave as objects without members.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub Option<Value<'a>>);

/// The printed JSON of a value, whatever its type.
pub(super) fn printed(value: Value<'_>) -> Text {
    Some(c_text(value.print()))
}

/// The text of a string value.
pub(super) fn text(value: Value<'_>) -> Text {
    value.as_text().map(c_text)
}

impl<'a> Fields<'a> {
    pub fn get(self, name: &str) -> Option<Value<'a>> {
        self.0?.get(name)
    }

    /// The container of that name.
    pub fn object(self, name: &str) -> Fields<'a> {
        Fields(self.get(name))
    }

    /// A string; `None` if absent or of another type.
    pub fn text(self, name: &str) -> Text {
        self.get(name).and_then(text)
    }

    /// A string; "-1" if absent, `None` if of another type.
    pub fn text_or_minus_one(self, name: &str) -> Text {
        match self.get(name) {
            Some(value) => text(value),
            None => Some(c"-1".into()),
        }
    }

    /// An integer; `absent` if absent, 0 for another type (`true` is 1).
    pub fn int(self, name: &str, absent: i32) -> i32 {
        match self.get(name).map(Value::kind) {
            None => absent,
            Some(Kind::Number(number)) => number.as_i32(),
            Some(Kind::Boolean(true)) => 1,
            Some(_) => 0,
        }
    }

    /// The formatted JSON of a member; `None` if absent.
    pub fn printed(self, name: &str) -> Text {
        self.get(name).and_then(printed)
    }

    /// The device that a message is about; "-1" where it names none.
    pub fn object_device_id(self) -> Text {
        self.text_or_minus_one("object_device_id")
    }

    /// The service of a list's element.
    pub fn service_id(self) -> Option<&'a [u8]> {
        self.get("service_id").and_then(Value::as_text)
    }

    /// The elements of an array, or the values of an object.
    pub fn list(self, name: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
        self.get(name).into_iter().flat_map(Value::items)
    }
}
