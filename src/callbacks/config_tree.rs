//! The content of a configuration update as the cJSON item that its callback gets.

use c_library::third_party::cjson::cJSON::cJSON;
use iotda_device::protocol::json::Json;

use crate::program_cjson;

/// An object with the one member `config_content`; freed when dropped.
pub struct ConfigTree(*mut cJSON);

impl ConfigTree {
    /// `None` when memory is short, or the process has no cJSON.
    pub fn new(content: &Json) -> Option<ConfigTree> {
        let mut text = b"{\"config_content\":".to_vec();
        text.extend_from_slice(&content.value().print());
        text.extend_from_slice(b"}\0");
        // SAFETY: the text is NUL-terminated; the result is NULL or a tree that is ours.
        let root = unsafe { program_cjson::parse(text.as_ptr().cast()) };
        (!root.is_null()).then_some(ConfigTree(root))
    }

    /// The member.
    pub fn node(&self) -> *mut cJSON {
        // SAFETY: the root is a valid item.
        unsafe { (*self.0).child }
    }
}

impl Drop for ConfigTree {
    fn drop(&mut self) {
        // SAFETY: the tree came from parse and is not used any more.
        unsafe { program_cjson::delete(self.0) };
    }
}
