//! Handlers: from the wire to a use case and back.

mod access;
mod broken;
mod call;
mod catalog;
mod convert;
mod listing;
mod matching;
mod meant;
mod needs;
mod notifications;
pub(crate) mod plain;
mod planning;
mod referrals;
mod rounds;
pub(crate) mod status;
mod within;

pub(crate) use access::AccessHandlers;
pub(crate) use catalog::CatalogHandlers;
pub(crate) use matching::{FIND_RESOURCES, MatchingHandlers};
pub(crate) use needs::NeedHandlers;
pub(crate) use notifications::{NotificationHandlers, offer_made, wish_fits};
pub(crate) use referrals::ReferralHandlers;
