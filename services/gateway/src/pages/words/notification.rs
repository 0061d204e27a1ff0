//! Subscriptions, and how a message to a partner's own tool fares.

use wishwell_api::v1::{DeliveryState, NotificationKind, SubscriptionState};
use wishwell_report::Language;

/// Whether a subscription is told of anything.
pub(in crate::pages) fn subscription(language: Language, state: SubscriptionState) -> &'static str {
    let (zh, en) = match state {
        SubscriptionState::Active => ("告知中", "Active"),
        SubscriptionState::Paused => ("已暂停", "Paused"),
        SubscriptionState::Gone => ("接收方已停用，已暂停", "Paused: its receiver is gone"),
        SubscriptionState::Unspecified => ("未知", "unknown"),
    };
    language.pick(zh, en)
}

/// How far a message is; nothing where there is none.
pub(in crate::pages) fn delivery(language: Language, state: DeliveryState, kind: NotificationKind) -> &'static str {
    let (zh, en) = match state {
        DeliveryState::Pending => ("待发送", "To be sent"),
        DeliveryState::Delivered => ("已送达系统", "Taken by your tool"),
        DeliveryState::Failed => ("没有送达系统", "Given up"),
        DeliveryState::Withdrawn if kind == NotificationKind::Offer => {
            ("请求已不再等待答复，不再发送", "Not sent: the offer was open no more")
        }
        DeliveryState::Withdrawn => ("心愿已撤出，不再发送", "Not sent: the wish had left the pool"),
        DeliveryState::None | DeliveryState::Unspecified => ("", ""),
    };
    language.pick(zh, en)
}

/// Why an address is not one that messages go to: each rule of the service as it says it, and in Chinese.
const ADDRESS_RULES: [(&str, &str); 9] = [
    ("must begin with https://", "须以 https:// 开头"),
    ("must lead to a public address", "须是公网地址，不能是内网或本机地址"),
    ("must be a URL", "须是完整的网址"),
    ("must name a host that can have a certificate", "须写明可以有证书的主机名"),
    ("must name a host", "须写明主机名"),
    ("must not have a fragment", "不能带 # 片段"),
    ("must not hold a name or a password", "不能带用户名或密码"),
    ("must have port 443", "端口须为 443，或在 1024 以上"),
    ("messages are not sent by this server", "这台服务器没有开启 Webhook"),
];

/// A rule that an address broke.
pub(in crate::pages) fn address_rule(language: Language, said: &str) -> &str {
    said_in(language, &ADDRESS_RULES, said)
}

/// Why no answer came back from a receiver, as the service says it, and in Chinese.
const TRIAL_FAILURES: [(&str, &str); 7] = [
    ("the receiver did not answer within", "对方没有及时答复"),
    ("the receiver cannot be connected to", "连不上对方"),
    ("TLS with the receiver failed", "与对方的加密连接（TLS）没有建成，请检查证书"),
    ("the receiver did not answer as HTTP is answered", "对方的答复不是 HTTP"),
    ("the host's address cannot be looked up", "查不到这个主机名的地址"),
    ("the host has no address", "这个主机名没有地址"),
    ("the host leads to an address that is not public", "这个主机名指向的不是公网地址"),
];

/// Why a message on trial got no answer.
pub(in crate::pages) fn trial_failure(language: Language, said: &str) -> &str {
    said_in(language, &TRIAL_FAILURES, said)
}

/// The first that begins so; what nobody has put into Chinese stays as it is.
fn said_in<'s>(language: Language, known: &[(&str, &'static str)], said: &'s str) -> &'s str {
    let found = known.iter().find(|(begins, _)| said.starts_with(begins));
    found.map_or(said, |(_, zh)| language.pick(zh, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_said_in_the_page_s_language_and_an_unknown_one_as_the_service_says_it() {
        let port = "must have port 443, or one from 1024 (got \"https://a:22\")";
        assert_eq!(address_rule(Language::Zh, port), "端口须为 443，或在 1024 以上");
        assert_eq!(address_rule(Language::En, port), port);
        assert_eq!(address_rule(Language::Zh, "must name a host"), "须写明主机名");
        assert_eq!(address_rule(Language::Zh, "must be new"), "must be new");
        assert_eq!(trial_failure(Language::Zh, "the receiver cannot be connected to"), "连不上对方");
    }
}
