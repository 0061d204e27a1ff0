//! Whether a request that changes something was made by a page of this site: other sites may not act with a browser's cookies.
//!
//! Browsers say where a request comes from in `Sec-Fetch-Site` (Fetch Metadata, W3C), older ones in `Origin`; scripts can forge neither.
//! A request with neither is no browser's, and then carries no cookie that another site could ride on.

use http::header::{COOKIE, HOST, ORIGIN};
use http::{HeaderMap, Uri};

/// Whether this site's own pages, or no browser at all, made the request.
pub(super) fn is_own(headers: &HeaderMap, uri: &Uri) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN) else { return !headers.contains_key(COOKIE) };
    // HTTP/2 names the host in the target.
    let host = uri.authority().map(http::uri::Authority::as_str);
    let host = host.or_else(|| headers.get(HOST).and_then(|host| host.to_str().ok()));
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    matches!((origin, host), (Some((_, origin)), Some(host)) if origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_this_sites_pages_act_with_a_cookie() {
        for (headers, own) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://wish.example")], false),
            (&[("origin", "http://wish.example")], true),
            (&[("origin", "http://WISH.example"), ("cookie", "a=b")], true),
            (&[("origin", "http://evil.example")], false),
            (&[("origin", "http://wish.example:81")], false),
            (&[("origin", "null")], false),
            (&[("cookie", "a=b")], false),
            (&[("x-forwarded-host", "evil.example"), ("origin", "http://evil.example")], false),
            (&[], true),
        ] {
            let mut map: HeaderMap = headers
                .iter()
                .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_static(value)))
                .collect();
            map.insert(HOST, HeaderValue::from_static("wish.example"));
            assert_eq!(is_own(&map, &"/x".parse().unwrap()), own, "{headers:?}");
        }
    }
}
