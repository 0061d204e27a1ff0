//! `wishwell verify`: does everything add up?

use wishwell_domain::ids::TenantId;
use wishwell_store::{Discrepancy, Verification};

use super::{open, refused};
use crate::cli::AuditArgs;
use crate::config::{Variables, language};
use crate::exit::{Exit, Failure, say};
use crate::lang::Lang;
use crate::progress::Progress;

/// Adds up the ledgers of all tenants.
pub(crate) async fn run(arguments: &AuditArgs, lang: Option<&str>, variables: Variables) -> Result<String, Failure> {
    let lang = language(lang, &variables)?;
    let audited = open(arguments, variables, lang).await?;
    let tenants = audited.store.tenants().await.map_err(|error| refused(&audited, &error))?;
    let mut page = String::new();
    let mut wrong = 0;
    for tenant in &tenants {
        let what = format!("{} {tenant}", lang.pick("verifying", "核对"));
        let found =
            Progress::beside(&what, audited.store.verify(tenant)).await.map_err(|error| refused(&audited, &error))?;
        page += &added_up(tenant, &found, lang);
        wrong += found.discrepancies.len();
    }
    audited.store.close().await;
    if wrong == 0 {
        return Ok(page);
    }
    say(&page);
    let what = match lang {
        Lang::En => format!("{wrong} figures are not the sums they should be"),
        Lang::Zh => format!("有 {wrong} 个数与应有的合计不符"),
    };
    let remedy = lang.pick(
        "keep a copy of the store as it is, and report this: the ledger is meant to make it impossible",
        "请原样保留一份存储并报告此问题：账本本应使其不可能发生",
    );
    Err(Failure::one(Exit::Failed, lang.pick("the ledger does not add up", "账目不符"), what, remedy).told_in(lang))
}

/// What was looked at in a tenant's ledger, and what does not add up, a line each.
fn added_up(tenant: &TenantId, found: &Verification, lang: Lang) -> String {
    let (pools, referrals, movements) = (found.pools, found.referrals, found.movements);
    let all_is_well = found.discrepancies.is_empty();
    let mut page = match lang {
        Lang::En => format!(
            "{tenant}: {pools} pools, {referrals} referrals, {movements} movements: {}\n",
            if all_is_well { "everything adds up" } else { "NOT everything adds up" }
        ),
        Lang::Zh => format!(
            "{tenant}：容量池 {pools} 个、转介 {referrals} 条、变动 {movements} 笔：{}\n",
            if all_is_well { "账目相符" } else { "账目不符" }
        ),
    };
    for Discrepancy { name, figure, stored, summed, of } in &found.discrepancies {
        let (figure, of) = (word(figure, lang), word(of, lang));
        page += &match lang {
            Lang::En => format!("  {name}: {figure} is {stored}, the sum of its {of} is {summed}\n"),
            Lang::Zh => format!("  {name}：{figure}为 {stored}，其{of}合计为 {summed}\n"),
        };
    }
    page
}

/// A figure, or what it is the sum of.
pub(super) fn word(name: &'static str, lang: Lang) -> &'static str {
    let zh = match name {
        "pending" => "待答复数",
        "committed" => "已承诺数",
        "consumed" => "已使用数",
        "referred" => "已转介数",
        "served" => "已满足数",
        "lines of holds" => "预留明细",
        "holds" => "预留",
        "movements" => "变动",
        "referrals" => "转介",
        "steps" => "步骤",
        "arrivals" => "到位记录",
        "needs" => "需求",
        "resources" => "资源",
        "organizations" => "机构",
        "capacity_pools" => "容量池",
        _ => name,
    };
    lang.pick(name, zh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_adds_up_and_what_does_not_is_told_in_either_language() {
        let tenant = TenantId::parse("tenant", "demo").unwrap_or_else(|_| unreachable!());
        let well = Verification { pools: 2, referrals: 3, movements: 5, discrepancies: Vec::new() };
        let said = |found: &Verification| [Lang::En, Lang::Zh].map(|lang| added_up(&tenant, found, lang));
        assert_eq!(
            said(&well),
            [
                "demo: 2 pools, 3 referrals, 5 movements: everything adds up\n",
                "demo：容量池 2 个、转介 3 条、变动 5 笔：账目相符\n"
            ]
        );
        let name = "capacity_pools/1".to_owned();
        let wrong = Discrepancy { name, figure: "pending", stored: 4, summed: 3, of: "movements" };
        let [en, zh] = said(&Verification { discrepancies: vec![wrong], ..well });
        assert!(en.ends_with("  capacity_pools/1: pending is 4, the sum of its movements is 3\n"), "{en}");
        assert!(zh.ends_with("账目不符\n  capacity_pools/1：待答复数为 4，其变动合计为 3\n"), "{zh}");
    }
}
