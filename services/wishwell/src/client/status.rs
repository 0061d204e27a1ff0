//! A refusal of the server as a readable failure: why in a sentence, every violation, and what to do.

use tonic::{Code, Status};
use tonic_types::{ErrorInfo, FieldViolation, StatusExt as _};
use wishwell_api::refusal::{Reader, rule_in_chinese, telling};
use wishwell_matching::access::{Access, access_to};

use super::metadata;
use crate::exit::{Exit, Failure, Problem};
use crate::lang::Lang;

/// What a refused call means to whoever asked.
pub(crate) fn refused(what: impl Into<String>, status: &Status, lang: Lang) -> Failure {
    let details = status.get_error_details();
    let violations = details.bad_request().map(|request| request.field_violations.as_slice()).unwrap_or_default();
    let mut problems: Vec<Problem> =
        violations.iter().map(|violation| Problem::new(violated(violation, lang), "")).collect();
    let door = wrong_door(status, lang);
    if problems.is_empty() {
        let remedy = match door {
            Some(remedy) => remedy.to_owned(),
            None => remedy(status, details.error_info(), lang),
        };
        problems.push(Problem::new(exactly(status, details.error_info(), lang), remedy));
    }
    let exit = match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted => Exit::Unavailable,
        _ => Exit::Failed,
    };
    // Behind a wrong door nobody has refused anything.
    let words = telling(Reader::CommandLine, status).words().filter(|_| door.is_none());
    let why = words.map(|words| lang.pick(words.en, words.zh).to_owned()).unwrap_or_default();
    Failure { exit, summary: what.into(), why, problems, lang }
}

/// The same of one of many, in one line.
pub(crate) fn in_a_line(status: &Status, lang: Lang) -> String {
    if lang == Lang::En {
        return status.message().to_owned();
    }
    let details = status.get_error_details();
    let violations = details.bad_request().map(|request| request.field_violations.as_slice()).unwrap_or_default();
    if violations.is_empty() {
        let words = telling(Reader::CommandLine, status).words().map_or("", |words| words.zh);
        let about = details.error_info().map(metadata::told).unwrap_or_default();
        return if about.is_empty() { words.to_owned() } else { format!("{words}{about}") };
    }
    violations.iter().map(|violation| violated(violation, lang)).collect::<Vec<_>>().join("；")
}

/// Which field, what it must hold, and what it holds where the server says that.
fn violated(violation: &FieldViolation, lang: Lang) -> String {
    let FieldViolation { field, description, reason, .. } = violation;
    let (said, value) = match description.strip_suffix(')').and_then(|said| said.rsplit_once(" (got ")) {
        Some((said, value)) => (said, Some(value)),
        None => (description.as_str(), None),
    };
    // A rule of the request as a whole names no field.
    let field = if field.is_empty() { lang.pick("the request", "请求") } else { field };
    match (lang, rule_in_chinese(reason, said)) {
        (Lang::Zh, Some(rule)) => {
            let value = value.map(|value| format!("（所填为 {value}）")).unwrap_or_default();
            format!("{field}：{rule}{value}")
        }
        // A newer server's, or one that only the server's own words say.
        (Lang::Zh, None) => format!("{field}：{description}"),
        (Lang::En, _) => format!("{field}: {description}"),
    }
}

/// What exactly the server said. Its words are English, and searched for; in Chinese what it says of comes first.
fn exactly(status: &Status, info: Option<&ErrorInfo>, lang: Lang) -> String {
    let shown = match info {
        Some(info) if !info.reason.is_empty() => info.reason.clone(),
        _ => format!("{:?}", status.code()),
    };
    let said = format!("{} ({shown})", status.message());
    if lang == Lang::En {
        return said;
    }
    let about = info.map(metadata::told).unwrap_or_default();
    let said = format!("服务器原文：{}", said.trim_start());
    if about.is_empty() { said } else { format!("{about}\n{said}") }
}

/// What to do where nobody understands gRPC, or perhaps not in the clear.
pub(crate) fn wrong_door(status: &Status, lang: Lang) -> Option<&'static str> {
    match (status.code(), status.message()) {
        // The first letter of a page, or of an error in JSON, where gRPC has a flag.
        (Code::Internal, message) if message.contains("invalid compression flag") => Some(lang.pick(
            "that is no port of gRPC, it may be the one of pages: name the one of --listen with --server",
            "这不是 gRPC 端口，可能是网页端口：请用 --server 写明 --listen 的那个端口",
        )),
        (Code::Unknown, message) if message.ends_with("transport error") => Some(lang.pick(
            "the server broke off, or it speaks TLS: then name it as https:// with --server",
            "服务器中断了连接，或者它使用 TLS：后一种情况请用 --server 写成 https://",
        )),
        _ => None,
    }
}

fn remedy(status: &Status, info: Option<&ErrorInfo>, lang: Lang) -> String {
    let (en, zh) = match status.code() {
        Code::Unauthenticated => (
            "put the right key into WISHWELL_API_KEY, or its file's name into --api-key-file",
            "请把正确的密钥放进 WISHWELL_API_KEY，或用 --api-key-file 写明密钥文件",
        ),
        Code::PermissionDenied => return another_role(info, lang),
        Code::Unavailable | Code::ResourceExhausted => (
            "try again in a moment; `wishwell doctor` looks at the server",
            "请过一会儿再试；`wishwell doctor` 可以检查服务器",
        ),
        Code::Unimplemented => {
            ("the server is of another version, or it is another server", "服务器是另一个版本，或者是另一个服务器")
        }
        _ => return String::new(),
    };
    lang.pick(en, zh).to_owned()
}

/// With whose key to ask instead, where it is the role that is in the way.
fn another_role(info: Option<&ErrorInfo>, lang: Lang) -> String {
    let said = |name: &str| info.and_then(|info| info.metadata.get(name)).map_or("", String::as_str);
    let roles = match access_to(said("method")) {
        Access::Roles(roles) => roles,
        Access::Open => &[],
    };
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    let other = lang.pick("ask with the key of a role that may do this", "请换用有此权限的角色的密钥");
    // A role that may call it may not call it so: the message says how.
    if names.is_empty() || names.contains(&said("role")) {
        return other.to_owned();
    }
    format!("{other}{}{}", lang.pick(": ", "："), names.join(lang.pick(", ", "、")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::{ErrorDetails, FieldViolation};

    #[test]
    fn every_violation_is_told() {
        let mut details = ErrorDetails::new();
        details.set_error_info("INVALID_FIELDS", "wishwell.v1", std::collections::HashMap::new());
        details.set_bad_request(vec![
            FieldViolation::new("inline_need.place.latitude", "must be at most 90"),
            FieldViolation::new("inline_need.items", "must not be empty"),
        ]);
        let status = Status::with_error_details(Code::InvalidArgument, "2 fields", details);
        let failure = refused("cannot find", &status, Lang::En);
        assert_eq!(failure.exit, Exit::Failed);
        assert_eq!(failure.problems.len(), 2);
        assert_eq!(failure.problems[0].what, "inline_need.place.latitude: must be at most 90");
    }

    #[test]
    fn whoever_knocks_at_the_wrong_door_is_told_of_the_right_one() {
        let page = "protocol error: received message with invalid compression flag: 123 (valid flags are 0 and 1)";
        for (status, told) in [(Status::internal(page), "--listen"), (Status::unknown("transport error"), "https://")] {
            assert!(wrong_door(&status, Lang::En).is_some_and(|remedy| remedy.contains(told)), "{status:?}");
            assert!(refused("cannot find", &status, Lang::En).problems[0].remedy.contains(told), "{status:?}");
        }
        for status in [Status::internal("a defect"), Status::unknown(""), Status::unavailable("transport error")] {
            assert_eq!(wrong_door(&status, Lang::En), None, "{status:?}");
        }
    }

    #[test]
    fn who_has_the_wrong_role_is_told_the_right_ones() {
        let refer = "wishwell.v1.ReferralService/AutoRefer";
        let denied = |role: &str, method: &str| {
            let mut details = ErrorDetails::new();
            let metadata =
                [("role", role), ("method", method)].map(|(name, value)| (name.to_owned(), value.to_owned()));
            details.set_error_info("PERMISSION_DENIED", "wishwell.v1", std::collections::HashMap::from(metadata));
            let status = Status::with_error_details(Code::PermissionDenied, "denied", details);
            refused("the need cannot be referred", &status, Lang::En).problems[0].remedy.clone()
        };
        let named = "ask with the key of a role that may do this: internal_service, case_worker";
        assert_eq!(denied("operator", refer), named);
        let unnamed = "ask with the key of a role that may do this";
        assert_eq!(denied("case_worker", refer), unnamed, "it may, and not so");
        assert_eq!(denied("operator", "wishwell.v1.Newer/Call"), unnamed, "a newer server's");
        assert_eq!(refused("x", &Status::permission_denied(""), Lang::En).problems[0].remedy, unnamed);
    }

    #[test]
    fn a_refusal_without_details_says_what_to_do() {
        let failure = refused("cannot find", &Status::unauthenticated("no such key"), Lang::En);
        assert_eq!(failure.problems[0].what, "no such key (Unauthenticated)");
        assert!(failure.problems[0].remedy.contains("WISHWELL_API_KEY"));
        assert_eq!(refused("x", &Status::unavailable(""), Lang::En).exit, Exit::Unavailable);
    }

    fn with(code: Code, reason: &str, message: &str, metadata: &[(&str, &str)]) -> Status {
        let mut details = ErrorDetails::new();
        let metadata = metadata.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        details.set_error_info(reason, "wishwell.v1", metadata.collect::<std::collections::HashMap<_, _>>());
        Status::with_error_details(code, message, details)
    }

    #[test]
    fn a_refusal_is_told_in_a_sentence_then_by_what_the_server_says_of_it() {
        let covered = with(
            Code::FailedPrecondition,
            "ITEM_COVERED",
            "item 2 of needs/1 has 0 unit(s) left to refer, 3 asked",
            &[("name", "needs/1"), ("item_ordinal", "2"), ("asked", "3"), ("left", "0")],
        );
        assert_eq!(
            refused("the need cannot be referred", &covered, Lang::En).to_string(),
            "error: the need cannot be referred\n\
             \n  The item is referred or served already: not so much of it is left.\n\
             \n  item 2 of needs/1 has 0 unit(s) left to refer, 3 asked (ITEM_COVERED)\n"
        );
        assert_eq!(
            refused("无法转介该需求", &covered, Lang::Zh).to_string(),
            "错误：无法转介该需求\n\
             \n  这一项已经转介或提供，剩下的没有这么多。\n\
             \n  对象 needs/1，需求项 2，要求 3，剩余 0\n  \
             服务器原文：item 2 of needs/1 has 0 unit(s) left to refer, 3 asked (ITEM_COVERED)\n"
        );
    }

    #[test]
    fn every_violation_has_its_field_its_rule_and_its_value_in_either_language() {
        let mut details = ErrorDetails::new();
        details.set_error_info("INVALID_FIELDS", "wishwell.v1", std::collections::HashMap::new());
        let violation = |field: &str, rule: &str, said: &str| FieldViolation {
            reason: rule.to_owned(),
            ..FieldViolation::new(field, said)
        };
        details.set_bad_request(vec![
            violation(
                "top_k",
                "INT32_GTE_LTE",
                "must be greater than or equal to 1 and less than or equal to 50 (got \"51\")",
            ),
            violation("inline_need.category", "CATEGORY_UNKNOWN", "is not a category of the catalogue (got \"x (y)\")"),
            violation("", "MESSAGE_ONEOF", "one of need, inline_need must be set"),
            violation("note", "OF_A_NEWER_SERVER", "must be new (got \"old\")"),
        ]);
        let status = Status::with_error_details(Code::InvalidArgument, "4 fields", details);
        let told =
            |lang| refused("", &status, lang).problems.into_iter().map(|problem| problem.what).collect::<Vec<_>>();
        assert_eq!(
            told(Lang::Zh),
            [
                "top_k：应在 1 到 50 之间（所填为 \"51\"）",
                "inline_need.category：目录里没有这个服务类别（所填为 \"x (y)\"）",
                "请求：应填其中一项：need、inline_need",
                "note：must be new (got \"old\")",
            ]
        );
        assert_eq!(told(Lang::En)[1], "inline_need.category: is not a category of the catalogue (got \"x (y)\")");
        assert_eq!(refused("", &status, Lang::Zh).why, "请求的内容不符合要求，没有执行。");
    }

    #[test]
    fn chinese_readers_are_told_in_chinese_also_what_to_do() {
        let zh = |status: &Status| refused("查询失败", status, Lang::Zh);
        let unknown = zh(&Status::unauthenticated("no such key"));
        assert!(unknown.problems[0].remedy.starts_with("请把正确的密钥放进"), "{unknown:?}");
        assert_eq!(unknown.problems[0].what, "服务器原文：no such key (Unauthenticated)");
        let page = "protocol error: received message with invalid compression flag: 123 (valid flags are 0 and 1)";
        let elsewhere = zh(&Status::internal(page));
        assert!(elsewhere.problems[0].remedy.contains("--listen"), "{elsewhere:?}");
        assert_eq!(elsewhere.why, "", "nobody has refused anything");
    }
}
