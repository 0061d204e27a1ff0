//! Pages that a reader may have already: the same rule as for calls (`rest`), by what a page shows and not by which request made it.

use std::ops::Range;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt as _, Limited};

use crate::rest;

/// Bytes of the largest page that there is.
const PAGE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The bytes of a page that differ each time and say nothing: the number of the request.
#[derive(Debug, Clone)]
pub(super) struct Changing(pub(super) Range<usize>);

/// Gives what is answered to a GET or HEAD as a page its tag, and says that nothing has changed to whoever shows it.
///
/// Whose page it is does not matter here: a tag is made of what this very reader may see, after all was asked for in its name, so that
/// whoever brings another's tag learns nothing that the page would not show.
pub(super) async fn tagged(mut request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let asked = if is_read { request.headers().clone() } else { HeaderMap::new() };
    if is_read {
        // What a HEAD tells is told of the content, which the connection leaves out.
        *request.method_mut() = Method::GET;
    }
    let response = next.run(request).await;
    if is_read && is_taggable(&response) { tag(&asked, response).await } else { response }
}

fn is_taggable(response: &Response) -> bool {
    let starts =
        |name, with: &[u8]| response.headers().get(name).is_some_and(|value| value.as_bytes().starts_with(with));
    response.status() == StatusCode::OK
        && starts(CONTENT_TYPE, b"text/html")
        && response.headers().contains_key(CACHE_CONTROL)
        && !starts(CACHE_CONTROL, b"no-store")
}

async fn tag(asked: &HeaderMap, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(content) = Limited::new(body, PAGE_BYTES_MAX).collect().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let content: Bytes = content.to_bytes();
    let changing = parts.extensions.remove::<Changing>().map_or(0..0, |changing| changing.0);
    let before = content.get(..changing.start).unwrap_or_default();
    let after = content.get(changing.end..).unwrap_or_default();
    let tag = rest::tag(&[before, after]);
    parts.headers.remove(CONTENT_LENGTH);
    rest::conditional_tagged(asked, Response::from_parts(parts, Body::empty()), content, &tag)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::header::{ETAG, IF_NONE_MATCH};

    use super::*;

    async fn tag_of(content: &str, changing: &str) -> String {
        let at = content.find(changing).unwrap();
        let mut response = Response::new(Body::from(content.to_owned()));
        response.extensions_mut().insert(Changing(at..at + changing.len()));
        tag(&HeaderMap::new(), response).await.headers()[ETAG].to_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_page_has_the_tag_of_what_it_shows_whichever_request_made_it() {
        let first = tag_of("<p>3 wishes</p><i>abc</i>", "abc").await;
        assert_eq!(tag_of("<p>3 wishes</p><i>other</i>", "other").await, first);
        assert_ne!(tag_of("<p>4 wishes</p><i>abc</i>", "abc").await, first);
        assert_ne!(tag_of("<p>3 wishes</p><b>abc</b>", "abc").await, first);
    }

    #[tokio::test]
    async fn what_is_not_to_be_kept_has_no_tag() {
        for (status, kind, kept, taggable) in [
            (StatusCode::OK, "text/html; charset=utf-8", "private, no-cache", true),
            (StatusCode::OK, "text/html; charset=utf-8", "no-store", false),
            (StatusCode::OK, "text/event-stream", "private, no-cache", false),
            (StatusCode::NOT_FOUND, "text/html; charset=utf-8", "private, no-cache", false),
        ] {
            let response = Response::builder().status(status).header(CONTENT_TYPE, kind).header(CACHE_CONTROL, kept);
            assert_eq!(is_taggable(&response.body(Body::empty()).unwrap()), taggable, "{status} {kind} {kept}");
        }
    }

    #[tokio::test]
    async fn whoever_has_the_page_gets_no_content_and_its_rules_again() {
        let response = || {
            let mut response = Response::new(Body::from("<p>"));
            response.headers_mut().insert(CACHE_CONTROL, "private, no-cache".parse().unwrap());
            response
        };
        let first = tag(&HeaderMap::new(), response()).await.headers()[ETAG].clone();
        let again = tag(&HeaderMap::from_iter([(IF_NONE_MATCH, first.clone())]), response()).await;
        assert_eq!((again.status(), &again.headers()[ETAG]), (StatusCode::NOT_MODIFIED, &first));
        assert_eq!(again.headers()[CACHE_CONTROL], "private, no-cache");
    }
}
