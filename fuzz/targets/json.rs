//! The JSON of the protocol: what is read can be printed, and what is printed is read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use iotda_device::protocol::json::{parse, Dialect, Value};

fn walk(value: Value<'_>, depth: usize) -> usize {
    std::hint::black_box((value.name(), value.as_bytes(), value.as_text(), value.as_number()));
    depth + value.items().map(|item| walk(item, depth + 1)).sum::<usize>()
}

fuzz_target!(|data: &[u8]| {
    for dialect in [Dialect::Platform, Dialect::Program] {
        let Some(first) = parse(data, dialect) else { continue };
        walk(first.value(), 0);
        let printed = first.value().print();
        let second = parse(&printed, dialect).expect("what is printed can be read");
        assert_eq!(second.value().print(), printed);
        assert_eq!(first.value().to_json().value().print(), printed);
    }
});
