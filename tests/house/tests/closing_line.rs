//! The test command's closing line is believed by people and by CI, so it is tested itself: logs of runners go in, sums
//! come out.

#![allow(clippy::unwrap_used)]

use std::process::Command;

use wishwell_house::repository::root;

/// Feeds a script to the test command's own counting; gives back whether it passed, and its closing line.
fn close_after(script: &str) -> (bool, String) {
    let scratch = std::env::temp_dir().join(format!("wishwell-closing-{}-{}", std::process::id(), script.len()));
    std::fs::create_dir_all(&scratch).unwrap();
    let program =
        format!("set -euo pipefail; source tests/lib/report.sh; log={}/log; {script}; close_report", scratch.display());
    let output = Command::new("bash").args(["-c", &program]).current_dir(root()).output().unwrap();
    std::fs::remove_dir_all(&scratch).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let closing = text.lines().rfind(|line| line.contains(" passed, ")).unwrap_or_default().to_owned();
    assert!(!closing.is_empty(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    (output.status.success(), closing)
}

#[track_caller]
fn assert_closes(script: &str, passes: bool, closing: &str) {
    assert_eq!(close_after(script), (passes, closing.to_owned()), "{script}");
}

#[test]
fn single_checks_count_one_each() {
    assert_closes("check one true; check two true; count_skip three", true, "2 passed, 0 failed, 1 skipped");
    assert_closes("check one true; check two false", false, "1 passed, 1 failed, 0 skipped");
}

#[test]
fn a_run_that_tested_nothing_does_not_pass() {
    assert_closes("count_skip everything", false, "0 passed, 0 failed, 1 skipped");
}

#[test]
fn a_nextest_run_is_added_up() {
    let closed = |summary: &str, status: u8| {
        format!("printf '%s\\n' '     Summary [   1.5s] {summary}' >$log; count_nextest rust {status} $log")
    };
    assert_closes(&closed("12 tests run: 12 passed (2 slow), 0 skipped", 0), true, "12 passed, 0 failed, 0 skipped");
    assert_closes(
        &closed("12/20 tests run: 9 passed, 2 failed, 1 timed out, 3 skipped", 100),
        false,
        "9 passed, 3 failed, 11 skipped",
    );
    assert_closes(&closed("1 test run: 1 passed, 0 skipped", 0), true, "1 passed, 0 failed, 0 skipped");
}

#[test]
fn tests_that_do_not_build_are_a_failure() {
    assert_closes(
        "echo 'error: no such thing' >$log; count_nextest rust 101 $log",
        false,
        "0 passed, 1 failed, 0 skipped",
    );
    assert_closes(
        "echo 'error: no such thing' >$log; count_libtest rust 101 $log",
        false,
        "0 passed, 1 failed, 0 skipped",
    );
    assert_closes("echo 'ImportError' >$log; count_unittest python 1 $log", false, "0 passed, 1 failed, 0 skipped");
    assert_closes("echo 'SyntaxError' >$log; count_node browser 1 $log", false, "0 passed, 1 failed, 0 skipped");
}

#[test]
fn a_cargo_test_run_of_several_binaries_is_added_up() {
    let line = |result: &str, passed: u32, failed: u32, ignored: u32| {
        format!(
            "test result: {result}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out"
        )
    };
    let log = |status: u8, lines: &[String]| {
        format!("printf '%s\\n' '{}' >$log; count_libtest rust {status} $log", lines.join("' '"))
    };
    assert_closes(
        &log(0, &[line("ok", 3, 0, 0), line("ok", 0, 0, 0), line("ok", 4, 0, 1)]),
        true,
        "7 passed, 0 failed, 1 skipped",
    );
    assert_closes(&log(101, &[line("ok", 3, 0, 0), line("FAILED", 4, 2, 0)]), false, "7 passed, 2 failed, 0 skipped");
}

#[test]
fn a_unittest_run_is_added_up() {
    let log = |status: u8, run: u32, closing: &str| {
        format!("printf '%s\\n' 'Ran {run} tests in 0.1s' '' '{closing}' >$log; count_unittest python {status} $log")
    };
    assert_closes(&log(0, 5, "OK"), true, "5 passed, 0 failed, 0 skipped");
    assert_closes(&log(0, 5, "OK (skipped=2)"), true, "3 passed, 0 failed, 2 skipped");
    assert_closes(&log(1, 5, "FAILED (failures=1, errors=1, skipped=1)"), false, "2 passed, 2 failed, 1 skipped");
    assert_closes(&log(1, 0, "FAILED (errors=1)"), false, "0 passed, 1 failed, 0 skipped");
}

#[test]
fn a_node_run_is_added_up() {
    let log = |status: u8, sums: [u32; 6]| {
        let [tests, pass, fail, cancelled, skipped, todo] = sums;
        format!(
            "printf '%s\\n' '# tests {tests}' '# suites 0' '# pass {pass}' '# fail {fail}' '# cancelled {cancelled}' \
             '# skipped {skipped}' '# todo {todo}' '# duration_ms 12.5' >$log; count_node browser {status} $log"
        )
    };
    assert_closes(&log(0, [16, 16, 0, 0, 0, 0]), true, "16 passed, 0 failed, 0 skipped");
    assert_closes(&log(1, [16, 10, 3, 1, 1, 1]), false, "10 passed, 4 failed, 2 skipped");
    assert_closes(&log(1, [2, 2, 0, 0, 0, 0]), false, "2 passed, 1 failed, 0 skipped");
    assert_closes(&log(0, [0, 0, 0, 0, 0, 0]), false, "0 passed, 0 failed, 1 skipped");
}

#[test]
fn a_test_that_announced_itself_skipped_is_not_counted_as_passed() {
    let script = "check one true; check two true; printf '%s\\n' 'a::test: no data' 'a::test: no data' >$log; count_announced_skips $log";
    assert_closes(script, true, "1 passed, 0 failed, 1 skipped");
}
