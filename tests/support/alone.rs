//! Tests that need a process of their own: for the one device of the C ABI, the log's sink, the
//! environment, the current directory, or because they measure the process.

use std::process::Command;

/// Names the test that this process was started for.
const ALONE: &str = "HWMQTT_TEST_ALONE";

/// Runs the test, named with its modules, in a process of its own, and fails unless exactly that
/// one passes there. True when that is done and the caller has nothing left to do; false in the
/// process of its own. `HWMQTT_TEST_UNDER` has the words before the program when it is for another
/// processor.
pub fn ran_alone(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some_and(|name| name == test) {
        return false;
    }
    let under = std::env::var("HWMQTT_TEST_UNDER").unwrap_or_default();
    let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    let words: Vec<&str> = under.split_whitespace().chain([program.as_str()]).collect();
    let output = Command::new(words[0])
        .args(&words[1..])
        .args(["--exact", test, "--nocapture"])
        .env(ALONE, test)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    for line in text.lines() {
        println!("    {line}"); // set in, so that its counts are not taken for those of this process
    }
    assert!(output.status.success(), "{test}: {}", output.status);
    assert!(text.contains("test result: ok. 1 passed"), "{test} is not one test");
    true
}
