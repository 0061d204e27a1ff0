//! Panics as log lines. What a panic says may have been made from a request, so only literals of the code are repeated.

use std::panic::{self, PanicHookInfo};

/// Replaces the standard hook, which would print whatever the panic says.
pub(super) fn log_panics() {
    panic::set_hook(Box::new(|info| {
        let location = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(location, "panic: {}", literal_of(info));
    }));
}

/// A panic with a plain literal carries a `&'static str`, which can hold nothing of a request; one that was formatted
/// carries a `String`, which can.
fn literal_of(info: &PanicHookInfo<'_>) -> &'static str {
    info.payload().downcast_ref::<&'static str>().copied().unwrap_or("message withheld")
}
