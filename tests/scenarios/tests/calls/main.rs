//! What holds of every call: bad input is refused clearly, writes have one effect, and bounds hold.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod bad_input;
mod bad_input_at_once;
mod bad_steps_and_pages_at_once;
mod health;
mod limits;
mod read_your_writes;
mod refusals;
mod sent_again;
mod unknown_codes;
