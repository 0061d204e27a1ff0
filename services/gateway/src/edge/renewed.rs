//! A session whose token is about to end is given another one on the way, if its provider gives any.

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, Response};
use tonic::Code;

use crate::app::App;
use crate::session::{Session, principal_of};

/// The session to go on with, none when it is over, and the cookies that say so to the browser.
pub(super) async fn renewed(app: &App, session: Session, headers: &HeaderMap) -> (Option<Session>, Vec<HeaderValue>) {
    let now = app.now();
    let kept = session.is_due(now).then(|| app.sessions().renewal(headers, &session)).flatten();
    let Some((sign_in, (id, refresh))) = app.options().sign_in.as_ref().zip(kept) else {
        return (Some(session), Vec::new());
    };
    // Without a new one the old one holds until its end.
    let Some(given) = sign_in.renew(&id, &refresh, now).await else { return (Some(session), Vec::new()) };
    let renewed = match principal_of(app, &given.token).await {
        Ok(principal) if principal.principal == session.principal => session.renew(&given, Some(principal), now),
        // The service says later what it thinks of it.
        Err(status) if status.code() != Code::Unauthenticated => session.renew(&given, None, now),
        _ => return (None, app.sessions().forget_all()),
    };
    let cookies = app.sessions().keep_with(&renewed, given.refresh.as_ref(), now).unwrap_or_default();
    (Some(renewed), cookies)
}

/// Puts cookies before those that the answer sets itself, which have the last word.
pub(super) fn before<B>(cookies: Vec<HeaderValue>, response: &mut Response<B>) {
    if cookies.is_empty() {
        return;
    }
    let headers = response.headers_mut();
    let own: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    headers.remove(SET_COOKIE);
    headers.extend(cookies.into_iter().chain(own).map(|cookie| (SET_COOKIE, cookie)));
}
