//! Why the service did not do what was asked, for people.

use tonic::Status;
use wishwell_report::Language;

use crate::pages::words::refusal::{Reader, refused};

/// What to tell somebody whose step was refused; none where it is no refusal but a failure of the page.
pub(super) fn refusal(language: Language, status: &Status) -> Option<String> {
    refused(language, Reader::Staff, status)
}
