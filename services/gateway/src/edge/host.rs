//! By which names a gateway answers. A page of another site can have its own name lead here (DNS rebinding), and is then to a browser the
//! same site as what answers: `Host` is what tells them apart, and scripts cannot forge it.

use std::net::IpAddr;

use http::Request;
use http::header::HOST;
use http::uri::Authority;

/// What is said to a request for another host where demo keys open the service.
const ELSEWHERE: &str = "\
demo keys are public, so only requests to this machine by name are answered: http://127.0.0.1 or http://localhost
演示密钥是公开的，因此只响应以本机名称发来的请求：http://127.0.0.1 或 http://localhost
";

/// What is said to one by a name that was not listed.
const BY_ANOTHER_NAME: &str = "\
this site does not answer by that name; use the address that you were given (the setting http_hosts lists the names)
本站不以这个名称提供服务，请使用您得到的网址（各个名称列在 http_hosts 设置中）
";

/// By which names a gateway answers. A request that names no host is no browser's, and is answered whatever it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosts {
    /// By any: what stands in front of it names it as it likes.
    Any,
    /// By names of this machine alone, `localhost` and loopback addresses, since keys that everybody knows open it.
    ThisMachineForDemoKeys,
    /// By these names, and by those of this machine where it is reached from there.
    Named {
        /// Each as [`Hosts::name`] gives it.
        names: Vec<String>,
        /// Whether names of this machine are among them.
        this_machine: bool,
    },
}

impl Hosts {
    /// A host's name or address as it is compared, without a port; none for what is no host.
    #[must_use]
    pub fn name(text: &str) -> Option<String> {
        let authority = Authority::try_from(text).ok()?;
        (authority.as_str() == authority.host()).then(|| plain(&authority)).filter(|name| !name.is_empty())
    }

    /// Whether it answers by a host's name, with or without a port.
    #[must_use]
    pub fn answers(&self, host: &str) -> bool {
        *self == Self::Any || Authority::try_from(host).is_ok_and(|host| self.are(&host))
    }

    fn are(&self, host: &Authority) -> bool {
        match self {
            Self::Any => true,
            Self::ThisMachineForDemoKeys => is_local(host),
            Self::Named { names, this_machine } => names.contains(&plain(host)) || (*this_machine && is_local(host)),
        }
    }

    /// What is said to a request that is not answered, for the hosts that it names; none where it is.
    pub(super) fn refusal<B>(&self, request: &Request<B>) -> Option<&'static str> {
        let refusal = match self {
            Self::Any => return None,
            Self::ThisMachineForDemoKeys => ELSEWHERE,
            Self::Named { .. } => BY_ANOTHER_NAME,
        };
        // HTTP/2 names the host in the target.
        let of_target = request.uri().authority().is_none_or(|host| self.are(host));
        let mut of_headers = request.headers().get_all(HOST).iter();
        let of_headers = of_headers.all(|host| Authority::try_from(host.as_bytes()).is_ok_and(|host| self.are(&host)));
        (!(of_target && of_headers)).then_some(refusal)
    }
}

/// A host without its port, in lower case and without the dot that ends a full name.
fn plain(host: &Authority) -> String {
    host.host().strip_suffix('.').unwrap_or(host.host()).to_ascii_lowercase()
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

    fn answers(hosts: &Hosts, host: &str) -> bool {
        let by_header = Request::get("/v1/needs").header(HOST, host).body(()).unwrap();
        let answers = hosts.refusal(&by_header).is_none();
        if let Ok(by_target) = Request::get(format!("http://{host}/v1/needs")).body(()) {
            assert_eq!(hosts.refusal(&by_target).is_none(), answers, "{host:?} in the target");
        }
        answers
    }

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
            assert_eq!(answers(&Hosts::ThisMachineForDemoKeys, host), local, "{host:?}");
        }
        let twice = Request::get("/").header(HOST, "localhost").header(HOST, "wish.example").body(()).unwrap();
        assert_eq!(Hosts::ThisMachineForDemoKeys.refusal(&twice), Some(ELSEWHERE));
        let no_browser = Request::get("/").body(()).unwrap();
        assert_eq!(Hosts::ThisMachineForDemoKeys.refusal(&no_browser), None);
    }

    #[test]
    fn where_names_are_listed_others_are_told_so_and_where_none_are_every_one_is_answered() {
        let named = |this_machine| {
            let names = ["Wish.Example.", "192.168.1.7", "[fe80::1]"].map(|name| Hosts::name(name).unwrap());
            Hosts::Named { names: names.to_vec(), this_machine }
        };
        for (host, listed) in [
            ("wish.example", true),
            ("WISH.example.:8443", true),
            ("192.168.1.7:80", true),
            ("[fe80::1]:80", true),
            ("a.wish.example", false),
            ("wish.example.evil.example", false),
            ("someone@evil.example", false),
            ("", false),
        ] {
            assert_eq!(answers(&named(false), host), listed, "{host:?}");
            assert_eq!(answers(&named(true), host), listed, "{host:?}");
            assert!(host.is_empty() || answers(&Hosts::Any, host), "{host:?}");
        }
        for host in ["localhost:8080", "127.0.0.1"] {
            assert_eq!((answers(&named(false), host), answers(&named(true), host)), (false, true), "{host:?}");
        }
        let other = Request::get("/").header(HOST, "evil.example").body(()).unwrap();
        assert_eq!(named(true).refusal(&other), Some(BY_ANOTHER_NAME));
    }

    #[test]
    fn a_name_is_a_host_and_nothing_more() {
        for wrong in
            ["", ".", "https://wish.example", "wish.example:443", "a@wish.example", "wish.example/", "a b", "fe80::1"]
        {
            assert_eq!(Hosts::name(wrong), None, "{wrong:?}");
        }
        assert_eq!(Hosts::name("Wish.Example"), Some("wish.example".to_owned()));
    }
}
