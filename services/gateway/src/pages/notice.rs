//! What a page says of what somebody has just done, or of why it was not done. It has the focus when the page comes: whoever works by keyboard,
//! or hears the page, goes on from there.

use maud::{Markup, Render, html};

/// That something was done.
pub(super) fn done(words: impl Render) -> Markup {
    html! { p class="notice done" role="status" tabindex="-1" autofocus { (words) } }
}

/// Why something was not done.
pub(super) fn failed(words: impl Render) -> Markup {
    html! { p class="notice failure" role="alert" tabindex="-1" autofocus { (words) } }
}
