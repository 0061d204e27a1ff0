//! Answers that a reader may have already (RFC 9110, 13).

use axum::body::{Body, Bytes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use ring::digest::{Context, SHA256};

/// Bytes of the digest that tell two contents apart.
const TAG_BYTES: usize = 16;

/// The content with its tag, or only that it is the one the reader has. The tag is a weak one: the same content may travel compressed.
pub(crate) fn answer(headers: &HeaderMap, response: Response<Body>, content: Vec<u8>) -> Response<Body> {
    let tag = tag(&[&content]);
    answer_tagged(headers, response, content.into(), &tag)
}

/// A tag for content in parts.
pub(crate) fn tag(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    URL_SAFE_NO_PAD.encode(context.finish().as_ref().get(..TAG_BYTES).unwrap_or_default())
}

/// The content with a tag that it has already, or only that it is the one the reader has.
pub(crate) fn answer_tagged(
    headers: &HeaderMap,
    mut response: Response<Body>,
    content: Bytes,
    tag: &str,
) -> Response<Body> {
    let has_it = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|known| known == "*" || known == tag);
    if let Ok(tag) = HeaderValue::from_str(&format!("W/\"{tag}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    if has_it {
        response.headers_mut().remove(CONTENT_TYPE);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(content);
    }
    response
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_content_gets_none_and_who_has_another_gets_it() {
        let ask = |known: Option<&str>| {
            let known = known.map(|known| (IF_NONE_MATCH, HeaderValue::from_str(known).unwrap()));
            answer(&HeaderMap::from_iter(known), Response::new(Body::empty()), b"{}".to_vec())
        };
        let first = ask(None);
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        assert_eq!(first.status(), StatusCode::OK);
        for (known, status) in [
            (tag.clone(), StatusCode::NOT_MODIFIED),
            (tag.trim_start_matches("W/").to_owned(), StatusCode::NOT_MODIFIED),
            (format!("\"other\", {tag}"), StatusCode::NOT_MODIFIED),
            ("*".to_owned(), StatusCode::NOT_MODIFIED),
            ("\"other\"".to_owned(), StatusCode::OK),
        ] {
            assert_eq!(ask(Some(&known)).status(), status, "{known}");
        }
    }
}
