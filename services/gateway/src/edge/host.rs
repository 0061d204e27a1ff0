//! Whether a request was sent to this machine by name. A page of another site can have its own name lead here (DNS rebinding), and is then
//! to a browser the same site as what answers: `Host` is what tells them apart, and scripts cannot forge it.

use std::net::IpAddr;

use http::Request;
use http::header::HOST;
use http::uri::Authority;

/// What is said to a request for another host.
pub(super) const ELSEWHERE: &str = "\
demo keys are public, so only requests to this machine by name are answered: http://127.0.0.1 or http://localhost
演示密钥是公开的，因此只响应以本机名称发来的请求：http://127.0.0.1 或 http://localhost
";

/// Whether each host that a request names is this machine. One that names none is no browser's.
pub(super) fn is_this_machine<B>(request: &Request<B>) -> bool {
    // HTTP/2 names the host in the target.
    let of_target = request.uri().authority().is_none_or(is_local);
    let mut of_headers = request.headers().get_all(HOST).iter();
    of_target && of_headers.all(|host| Authority::try_from(host.as_bytes()).is_ok_and(|host| is_local(&host)))
}

fn is_local(host: &Authority) -> bool {
    let name = host.host();
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_this_machine() {
        for (host, local) in [
            ("localhost", true),
            ("LocalHost:50080", true),
            ("127.0.0.1", true),
            ("127.0.0.1:50080", true),
            ("127.8.9.1:1", true),
            ("[::1]", true),
            ("[::1]:50080", true),
            ("wish.example", false),
            ("wish.example:50080", false),
            ("localhost.wish.example", false),
            ("127.0.0.1.wish.example", false),
            ("localhost@wish.example", false),
            ("192.168.1.7:50080", false),
            ("[fe80::1]", false),
            ("0.0.0.0", false),
            ("", false),
        ] {
            let by_header = Request::get("/v1/needs").header(HOST, host).body(()).unwrap();
            assert_eq!(is_this_machine(&by_header), local, "{host:?} in a header");
            if let Ok(by_target) = Request::get(format!("http://{host}/v1/needs")).body(()) {
                assert_eq!(is_this_machine(&by_target), local, "{host:?} in the target");
            }
        }
        let twice = Request::get("/").header(HOST, "localhost").header(HOST, "wish.example").body(()).unwrap();
        assert!(!is_this_machine(&twice));
        assert!(is_this_machine(&Request::get("/").body(()).unwrap()), "no browser");
    }
}
