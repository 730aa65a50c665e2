//! Why the last call of each thread was refused.

use std::cell::RefCell;
use std::error::Error as _;
use std::fmt::Write;

use iotda_device::error::Error;

thread_local! {
    static LAST: RefCell<Option<(String, Error)>> = const { RefCell::new(None) };
}

/// Remembers a refusal.
pub fn set(function: &str, cause: &Error) {
    // A thread that ends may have lost it already.
    let _ = LAST.try_with(|last| *last.borrow_mut() = Some((function.to_owned(), cause.clone())));
}

/// Function, cause with those behind it, and what to do, a line each; "" when no call of this thread was refused.
pub fn text() -> String {
    let last = LAST.try_with(|last| last.borrow().clone()).ok().flatten();
    let Some((function, error)) = last else {
        return String::new();
    };
    let mut text = format!("{function}: {error} [{}]", error.id());
    let mut behind = error.source();
    while let Some(cause) = behind {
        let _ = write!(text, "\nbecause: {cause}");
        behind = cause.source();
    }
    let _ = write!(text, "\nwhat to do: {}", error.cure());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_has_its_own() {
        set("IOTA_Connect", &Error::NotConnected);
        let other = std::thread::spawn(text).join().unwrap();
        assert_eq!(other, "");
        assert_eq!(
            text(),
            "IOTA_Connect: not connected [HWM-E911]\nwhat to do: Connect first."
        );
        let detail =
            iotda_device::error::Detail::because("cannot start the thread".into(), std::io::Error::other("no room"));
        set("IOTA_Connect", &Error::System(detail));
        assert!(text().contains("\nbecause: no room\nwhat to do: "), "{}", text());
    }
}
