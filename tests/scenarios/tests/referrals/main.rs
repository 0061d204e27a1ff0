//! The life of a referral and what it holds.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod by_telephone;
mod capacity;
mod chains;
mod deadlines;
mod decisions;
mod delivery_notes;
mod listing;
mod offers;
mod referrals;
mod steps;
mod what_makes_an_offer;
