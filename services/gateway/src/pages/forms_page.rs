//! Where an address leads that takes forms alone, for whoever opens it as a page: by the switch of languages on what a form was answered
//! with, by reloading, or from what the browser remembers.

use axum::response::{IntoResponse, Redirect, Response};
use http::{Method, StatusCode, Uri};

/// Leads to the page that the form is on; any other method is none that is known there.
pub(super) async fn lead(method: Method, address: Uri) -> Response {
    if method == Method::GET {
        Redirect::to(&page_of(address.path())).into_response()
    } else {
        StatusCode::METHOD_NOT_ALLOWED.into_response()
    }
}

/// The first page for a form that every page has.
fn page_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts[..] {
        ["desk", of @ ("needs" | "rounds"), id, _] => format!("/desk/{of}/{id}"),
        ["desk", "needs", _] => "/desk/needs/new".to_owned(),
        ["portal", "referrals", id, _] => format!("/portal/referrals/{id}"),
        ["portal", "resources" | "pools", ..] => "/portal/resources".to_owned(),
        ["portal", "subscriptions" | "notifications", ..] => "/portal/notifications".to_owned(),
        ["sign-in", ..] => "/sign-in".to_owned(),
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_a_page() {
        for (form, page) in [
            ("/desk/needs/1/auto-refer", "/desk/needs/1"),
            ("/desk/needs/candidates", "/desk/needs/new"),
            ("/desk/rounds/1/commit", "/desk/rounds/1"),
            ("/portal/referrals/1/contact", "/portal/referrals/1"),
            ("/portal/referrals/1/decline", "/portal/referrals/1"),
            ("/portal/resources/1/pause", "/portal/resources"),
            ("/portal/pools/1", "/portal/resources"),
            ("/portal/subscriptions", "/portal/notifications"),
            ("/portal/subscriptions/1/end", "/portal/notifications"),
            ("/portal/notifications/seen", "/portal/notifications"),
            ("/sign-in/demo", "/sign-in"),
            ("/sign-out", "/"),
            ("/language", "/"),
        ] {
            assert_eq!(page_of(form), page, "{form}");
        }
    }
}
