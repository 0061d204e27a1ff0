//! The catalogue of facts that eligibility rules may ask for, with what proves each.

use crate::fact::{FactDefinition, FactType};

/// The definition of a fact by its key; none when the catalogue has no such fact.
#[must_use]
pub fn definition(key: &str) -> Option<&'static FactDefinition> {
    FACTS.iter().find(|definition| definition.key == key)
}

/// Place of a fact in [`FACTS`], for tables indexed by it.
#[must_use]
pub fn index_of(key: &str) -> Option<usize> {
    FACTS.iter().position(|definition| definition.key == key)
}

/// The catalogue. Entries are only ever appended.
pub const FACTS: &[FactDefinition] = &[
    int("age_years", (0, 150), "年龄（周岁）", "age in years", ID_CARD),
    codes("gender", &["female", "male"], "性别", "gender", ID_CARD),
    // Grades of GB/T 26341: 1 is the most severe.
    int("disability_level", (1, 4), "残疾等级", "grade of disability (1 the most severe)", DISABILITY_CERTIFICATE),
    yes("has_disability_certificate", "持有残疾人证", "holds a disability certificate", DISABILITY_CERTIFICATE),
    codes(
        "disability_kind",
        &["vision", "hearing", "speech", "physical", "intellectual", "mental", "multiple"],
        "残疾类别",
        "kind of disability",
        DISABILITY_CERTIFICATE,
    ),
    yes("receives_minimum_living_allowance", "享受最低生活保障", "receives the minimum living allowance", ALLOWANCE),
    yes("is_low_income_margin", "低保边缘家庭", "household on the margin of the allowance", MARGIN),
    yes("receives_extreme_poverty_support", "特困供养人员", "receives support for the extremely poor", EXTREME_POVERTY),
    int("household_size", (1, 50), "家庭人口数", "people in the household", HOUSEHOLD_REGISTER),
    int("minors_in_household", (0, 50), "家庭未成年人数", "minors in the household", HOUSEHOLD_REGISTER),
    int(
        "monthly_income_per_person_fen",
        (0, 1_000_000_000),
        "家庭人均月收入",
        "monthly household income per person",
        INCOME,
    ),
    yes("is_orphan", "孤儿", "is an orphan", ORPHAN),
    yes("is_de_facto_unattended_child", "事实无人抚养儿童", "is a child whom nobody in fact raises", ORPHAN),
    yes("is_veteran", "退役军人", "is a veteran", VETERAN),
    yes("has_severe_illness", "重病患者", "has a severe illness", DIAGNOSIS),
    yes("on_dialysis", "正在接受透析治疗", "is on dialysis", DIAGNOSIS),
    yes("lives_alone", "独居", "lives alone", COMMUNITY),
    yes("is_left_behind", "留守（子女或父母外出）", "left behind by family who work elsewhere", COMMUNITY),
    yes("has_lost_self_care", "失能（生活不能自理）", "cannot look after itself any more", CARE_ASSESSMENT),
    codes("care_level", &["mild", "moderate", "severe"], "失能等级", "grade of need for care", CARE_ASSESSMENT),
    yes("is_employed", "已就业", "is employed", EMPLOYMENT),
    yes("seeks_work", "有求职意愿", "seeks work", EMPLOYMENT),
    yes("is_student", "在校学生", "is at school", ENROLMENT),
    codes(
        "school_stage",
        &["kindergarten", "primary", "middle", "high", "vocational", "college"],
        "就读阶段",
        "stage of schooling",
        ENROLMENT,
    ),
    text("registration_division", "户籍所在地区划代码", "division of household registration", HOUSEHOLD_REGISTER),
    text("residence_division", "居住地区划代码", "division of residence", RESIDENCE),
    yes("owns_home", "拥有自有住房", "owns its home", HOUSING),
    yes("is_single_parent", "单亲家庭", "is a single parent", HOUSEHOLD_REGISTER),
    yes("raises_grandchildren", "隔代抚养", "raises grandchildren", COMMUNITY),
    yes("has_medical_insurance", "参加基本医疗保险", "has basic medical insurance", INSURANCE),
    yes("had_sudden_hardship", "遭遇突发困难", "met with sudden hardship", COMMUNITY),
    yes("experienced_violence", "遭受家庭暴力", "experienced violence at home", POLICE_OR_COURT),
    texts(
        "group_tags",
        &["elderly", "minor", "disabled", "in_difficulty", "veteran", "severe_illness"],
        "重点人群标签",
        "groups looked after first",
        COMMUNITY,
    ),
    yes("is_elderly", "老年人", "is elderly", ID_CARD),
    yes("is_minor", "未成年人", "is a minor", ID_CARD),
    yes("is_disabled", "残疾人", "is disabled", DISABILITY_CERTIFICATE),
    yes("is_in_difficulty", "困难群众", "is in financial difficulty", DIFFICULTY),
];

/// What proves a fact, in Chinese and English.
type Proof = (&'static str, &'static str);

const ID_CARD: Proof = ("居民身份证", "identity card");
const DISABILITY_CERTIFICATE: Proof = ("残疾人证", "disability certificate");
const ALLOWANCE: Proof = ("最低生活保障证", "minimum living allowance certificate");
const MARGIN: Proof = ("低保边缘家庭认定书", "recognition as a household on the margin of the allowance");
const EXTREME_POVERTY: Proof = ("特困人员救助供养证", "certificate of support for the extremely poor");
const HOUSEHOLD_REGISTER: Proof = ("户口簿", "household register");
const INCOME: Proof = ("家庭收入证明或经济状况核对报告", "proof of income or report of the means test");
const ORPHAN: Proof = ("孤儿或事实无人抚养儿童认定材料", "recognition as an orphan or unattended child");
const VETERAN: Proof = ("退役军人优待证", "veteran's preferential treatment card");
const DIAGNOSIS: Proof = ("医院诊断证明", "medical certificate of a hospital");
const COMMUNITY: Proof = ("社区（村）走访证明", "statement of the community after a visit");
const CARE_ASSESSMENT: Proof = ("失能等级评估结论", "result of the care assessment");
const EMPLOYMENT: Proof = ("就业失业登记证", "employment and unemployment registration");
const ENROLMENT: Proof = ("学籍证明", "certificate of enrolment");
const RESIDENCE: Proof = ("居住证或社区居住证明", "residence permit or statement of the community");
const HOUSING: Proof = ("不动产权证书或住房查询证明", "title deed or housing record");
const INSURANCE: Proof = ("医保电子凭证", "medical insurance voucher");
const POLICE_OR_COURT: Proof = ("公安告诫书或人身安全保护令", "police warning or protection order");
const DIFFICULTY: Proof = ("困难家庭认定材料", "recognition as a household in difficulty");

const fn yes(key: &'static str, zh: &'static str, en: &'static str, proof: Proof) -> FactDefinition {
    FactDefinition { key, fact_type: FactType::Bool, zh, en, proof, range: (0, 0), codes: &[] }
}

const fn int(key: &'static str, range: (i64, i64), zh: &'static str, en: &'static str, proof: Proof) -> FactDefinition {
    FactDefinition { key, fact_type: FactType::Int, zh, en, proof, range, codes: &[] }
}

const fn text(key: &'static str, zh: &'static str, en: &'static str, proof: Proof) -> FactDefinition {
    FactDefinition { key, fact_type: FactType::Text, zh, en, proof, range: (0, 0), codes: &[] }
}

const fn codes(
    key: &'static str,
    codes: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
    proof: Proof,
) -> FactDefinition {
    FactDefinition { key, fact_type: FactType::Text, zh, en, proof, range: (0, 0), codes }
}

const fn texts(
    key: &'static str,
    codes: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
    proof: Proof,
) -> FactDefinition {
    FactDefinition { key, fact_type: FactType::Texts, zh, en, proof, range: (0, 0), codes }
}
