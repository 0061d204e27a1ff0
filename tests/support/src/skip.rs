//! Skipping aloud: a test that cannot run says so, and `tests/run` counts it as skipped instead of passed.

use std::fs::OpenOptions;
use std::io::Write;

/// Names the file that collects skipped tests; set by `tests/run`.
const SKIPPED_VARIABLE: &str = "WISHWELL_TEST_SKIPPED";

/// Records that `test` did not run, and why. The test returns right after.
///
/// # Panics
/// When `tests/run` asked for the record and it cannot be written: a skip must not be lost.
pub fn announce(test: &str, reason: &str) {
    eprintln!("skipped: {test}: {reason}");
    if let Some(path) = std::env::var_os(SKIPPED_VARIABLE) {
        // One short write to a file opened for appending, so that tests in parallel do not tear each other's lines.
        let line = format!("{test}: {reason}\n");
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .unwrap_or_else(|error| panic!("cannot record a skipped test in {}: {error}", path.display()));
    }
}

/// The name of the test around a probe function, from the probe's type name.
#[must_use]
pub fn test_name<T>(_probe: T) -> String {
    std::any::type_name::<T>().trim_end_matches("::probe").trim_end_matches("::{{closure}}").to_owned()
}

/// Skips the surrounding test, aloud.
///
/// ```no_run
/// # fn a_test() {
/// wishwell_test_support::skip!("there is no display");
/// # }
/// ```
#[macro_export]
macro_rules! skip {
    ($reason:expr) => {{
        fn probe() {}
        $crate::skip::announce(&$crate::skip::test_name(probe), &$reason);
        return;
    }};
}

/// The folder of one set of real input data, or a skip aloud when it is not on this machine.
///
/// ```no_run
/// # fn a_test() {
/// let folder = wishwell_test_support::data_or_skip!("hsds_miami");
/// # }
/// ```
#[macro_export]
macro_rules! data_or_skip {
    ($name:expr) => {
        match $crate::data::find($name) {
            Some(folder) => folder,
            None => $crate::skip!($crate::data::missing($name)),
        }
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_skip_carries_the_name_of_the_test_that_skipped() {
        fn probe() {}
        assert!(super::test_name(probe).ends_with("a_skip_carries_the_name_of_the_test_that_skipped"));
    }

    #[tokio::test]
    async fn an_async_test_is_named_without_its_closure() {
        fn probe() {}
        assert!(super::test_name(probe).ends_with("an_async_test_is_named_without_its_closure"));
    }
}
