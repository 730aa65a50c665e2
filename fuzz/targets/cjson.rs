//! The cJSON functions: parse, print in every way, copy, compare, change, delete.
#![no_main]

use std::ffi::CString;

use libfuzzer_sys::fuzz_target;
use c_library::third_party::cjson::cJSON::*;

fuzz_target!(|data: &[u8]| {
    // SAFETY: the tree is used by its own functions only, and each piece is freed once.
    unsafe {
        let tree = cJSON_ParseWithLength(data.as_ptr().cast(), data.len());
        std::hint::black_box(cJSON_GetErrorPtr());
        if tree.is_null() {
            return;
        }
        let printed = cJSON_Print(tree);
        let short = cJSON_PrintUnformatted(tree);
        let buffered = cJSON_PrintBuffered(tree, 1, 1);
        let mut small = [0; 64];
        cJSON_PrintPreallocated(tree, small.as_mut_ptr(), 64, 0);
        let copy = cJSON_Duplicate(tree, 1);
        assert!(!copy.is_null());
        std::hint::black_box(cJSON_Compare(tree, copy, 1));
        if !printed.is_null() {
            let again = cJSON_Parse(printed);
            assert!(!again.is_null(), "what is printed can be read");
            cJSON_Delete(again);
            cJSON_Minify(printed);
        }
        let name = CString::new("added").unwrap();
        if cJSON_IsObject(copy) != 0 {
            cJSON_AddNumberToObject(copy, name.as_ptr(), 1.5);
            cJSON_DeleteItemFromObject(copy, name.as_ptr());
            cJSON_DeleteItemFromArray(copy, 0);
        } else if cJSON_IsArray(copy) != 0 {
            cJSON_InsertItemInArray(copy, 1, cJSON_CreateString(name.as_ptr()));
            cJSON_Delete(cJSON_DetachItemFromArray(copy, 0));
        }
        cJSON_Delete(copy);
        for text in [printed, short, buffered] {
            cJSON_free(text.cast());
        }
        cJSON_Delete(tree);
    }
});
