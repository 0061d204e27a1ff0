//! What a refusal speaks of, in Chinese: the metadata of its reason, each with what it is.

use tonic_types::ErrorInfo;
use wishwell_api::v1::{ReferralState, RoundState};

use super::rounds::words::state as round_state;
use super::words::{referral_state, time_alone};
use crate::lang::Lang;

/// What the metadata of the contract's reasons are called, in the order in which they are told.
const LABELS: &[(&str, &str)] = &[
    ("index", "第几个（从 0 起）"),
    ("name", "对象"),
    ("item_ordinal", "需求项"),
    ("state", "现状"),
    ("action", "所要的步骤"),
    ("reasons", "原因"),
    ("period_start", "周期起始日"),
    ("asked", "要求"),
    ("left", "剩余"),
    ("reached", "已到"),
    ("taken", "已用或已承诺"),
    ("referrals", "相关转介"),
    ("expected", "所据版本"),
    ("actual", "现有版本"),
    ("request_id", "请求编号"),
    ("role", "角色"),
    ("method", "调用"),
    ("how", "方式"),
    ("limit", "上限名称"),
    ("lines", "需要的行数"),
    ("max", "上限"),
    ("log_position", "日志位置"),
    ("free_time", "最早可再试"),
];

/// Everything that the reason speaks of, in one line; empty where that is nothing. What a newer server says is told by its own name.
pub(super) fn told(info: &ErrorInfo) -> String {
    let of_round = info.metadata.get("name").is_some_and(|name| name.starts_with("rounds/"));
    let known = LABELS.iter().filter_map(|(key, label)| Some((*label, value(key, info.metadata.get(*key)?, of_round))));
    let mut others: Vec<(&str, String)> = info
        .metadata
        .iter()
        .filter(|(key, _)| LABELS.iter().all(|(known, _)| known != key))
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect();
    others.sort();
    known.chain(others).map(|(label, value)| format!("{label} {value}")).collect::<Vec<_>>().join("，")
}

fn value(key: &str, said: &str, of_round: bool) -> String {
    let of = |words: &[(&str, &'static str)]| words.iter().find(|(code, _)| *code == said).map(|(_, zh)| *zh);
    match key {
        "state" => {
            let code = said.to_ascii_uppercase();
            match RoundState::from_str_name(&format!("ROUND_STATE_{code}")).filter(|_| of_round) {
                Some(state) => Some(round_state(state, Lang::Zh).to_owned()),
                None => ReferralState::from_str_name(&format!("REFERRAL_STATE_{code}"))
                    .map(|state| referral_state(state.into(), Lang::Zh).to_owned()),
            }
        }
        "action" => of(ACTIONS).map(str::to_owned),
        "how" => of(WAYS).map(str::to_owned),
        "reasons" => Some(said.split(',').map(|code| reason(code.trim())).collect::<Vec<_>>().join("、")),
        "referrals" => Some(said.replace(',', "、")),
        "free_time" => {
            let instant = said.parse::<jiff::Timestamp>().ok();
            let instant = instant.map(|at| prost_types::Timestamp { seconds: at.as_second(), nanos: 0 });
            instant.map(|instant| time_alone(Some(&instant)))
        }
        _ => None,
    }
    .unwrap_or_else(|| said.to_owned())
}

/// Steps of a referral.
const ACTIONS: &[(&str, &str)] = &[
    ("accept", "接受"),
    ("decline", "婉拒"),
    ("expire", "超时未答"),
    ("withdraw", "收回"),
    ("start", "开始服务"),
    ("deliver", "登记已提供"),
    ("confirm", "确认"),
    ("dispute", "提出异议"),
    ("cancel", "取消"),
    ("fail", "登记未成"),
];

/// How a role may not call what it may call otherwise.
const WAYS: &[(&str, &str)] = &[
    ("with contact data", "连同联系方式"),
    ("by need", "按需求查询"),
    ("with a beneficiary or household", "写明救助对象或家庭"),
    ("with personal data", "连同个人信息"),
];

/// Why a resource or an organization does not fit, by the code of the constraint.
fn reason(code: &str) -> &str {
    match code {
        "CATEGORY" => "类别不符",
        "UNIT" => "计量单位不同",
        "ORGANIZATION_NOT_VERIFIED" => "机构未通过审核",
        "NOT_VETTED_FOR_MINORS" => "缺少接触未成年人的核查",
        "NOT_VETTED_FOR_HOME_VISITS" => "缺少上门服务的核查",
        "MODE" => "提供方式不合适",
        "TOO_FAR" => "距离太远",
        "OUTSIDE_AREA" => "不在服务范围",
        "CLOSED_IN_WINDOW" => "所需时间内不开放",
        "NO_CAPACITY" => "余量不够",
        "INELIGIBLE" => "不符合条件",
        "PAUSED" => "已暂停",
        "NOT_VALID_YET" => "尚未开始提供",
        "EXPIRED" => "已不再提供",
        "HOLD_LINES_MAX" => "次数和容量池太多，一次预留不下",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use wishwell_api::v1::MissReason;

    use super::*;

    fn info(metadata: &[(&str, &str)]) -> ErrorInfo {
        let metadata = metadata.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ErrorInfo::new("X", "wishwell.v1", metadata.collect::<std::collections::HashMap<_, _>>())
    }

    #[test]
    fn what_a_reason_speaks_of_is_told_in_chinese_and_a_newer_servers_by_its_name() {
        let step = info(&[("action", "deliver"), ("name", "referrals/1"), ("state", "in_progress")]);
        assert_eq!(told(&step), "对象 referrals/1，现状 服务中，所要的步骤 登记已提供");
        let round = info(&[("name", "rounds/1"), ("state", "failed")]);
        assert_eq!(told(&round), "对象 rounds/1，现状 没有成功");
        let unfit = info(&[("reasons", "TOO_FAR,PAUSED"), ("newer", "x"), ("name", "resources/1")]);
        assert_eq!(told(&unfit), "对象 resources/1，原因 距离太远、已暂停，newer x");
        let spent = info(&[("free_time", "2026-11-24T08:00:00Z")]);
        assert_eq!(told(&spent), "最早可再试 2026-11-24 16:00 +08");
        assert_eq!(told(&info(&[])), "");
    }

    #[test]
    fn every_constraint_has_chinese_words() {
        for number in 1.. {
            let Ok(code) = MissReason::try_from(number) else { break };
            let code = code.as_str_name().trim_start_matches("MISS_REASON_");
            assert_ne!(reason(code), code);
        }
    }
}
