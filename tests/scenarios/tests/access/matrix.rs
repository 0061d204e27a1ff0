//! Every call by every role upon what is its own, what is of another organization and division, and what is of another tenant; and
//! what a partner is shown. A call or a sensitive field of the contract that has no rule here fails.

use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, Value as Field};
use serde_json::{Value, json};
use tonic::{Code, Status};
use wishwell_scenarios::halves::{CATEGORY, Half, Halves, SECRET, Who, beneficiary, need, pool, resource};
use wishwell_scenarios::told::{reason, request_id};

/// Roles in the order of the table's columns.
const ROLES: [&str; 6] = ["internal_service", "partner", "case_worker", "operator", "auditor", "visitor"];

/// What each role is answered: one column for each of [`ROLES`], and in it three letters, for what is its own (of its organization and
/// division), of the other organization and division, and of another tenant.
///
/// `+` it is let in (answered, or refused for the state of things), `d` PERMISSION_DENIED, `n` NOT_FOUND, `r` the reference is not
/// known, `i` it is let in and the empty message refused by its rules. Calls that end things stand last.
const RULES: &[(&str, &str)] = &[
    ("AccessService/GetPrincipal", "+++ +++ +++ +++ +++ +++"),
    ("CatalogService/CreateOrganization", "ddd ddd ddd +++ ddd ddd"),
    ("CatalogService/GetOrganization", "++n ++n ++n ++n ++n ddd"),
    ("CatalogService/UpdateOrganization", "ddd +dn ddd ++n ddd ddd"),
    ("CatalogService/ListOrganizations", "+++ +++ +++ +++ +++ ddd"),
    ("CatalogService/BatchUpsertOrganizations", "ddd ddd ddd iii ddd ddd"),
    ("CatalogService/CreateResource", "ddd +dr ddd ++r ddd ddd"),
    ("CatalogService/GetResource", "++n ++n ++n ++n ++n ddd"),
    ("CatalogService/UpdateResource", "ddd +dn ddd ++n ddd ddd"),
    ("CatalogService/ListResources", "+++ +++ +++ +++ +++ ddd"),
    ("CatalogService/BatchUpsertResources", "ddd ddd ddd iii ddd ddd"),
    ("CatalogService/CreateCapacityPool", "ddd +dr ddd ++r ddd ddd"),
    ("CatalogService/GetCapacityPool", "++n +nn ++n ++n ++n ddd"),
    ("CatalogService/UpdateCapacityPool", "ddd +nn ddd ++n ddd ddd"),
    ("CatalogService/ListCapacityPools", "+++ +d+ +++ +++ +++ ddd"),
    ("CatalogService/BatchUpsertCapacityPools", "ddd ddd ddd iii ddd ddd"),
    ("CatalogService/SetCapacity", "ddd +nn ddd ++n ddd ddd"),
    ("CatalogService/GetCategory", "+++ +++ +++ +++ +++ +++"),
    ("CatalogService/ListCategories", "+++ +++ +++ +++ +++ +++"),
    ("CatalogService/BatchUpsertCategories", "ddd ddd ddd iii ddd ddd"),
    ("CatalogService/GetDivision", "+++ +++ +++ +++ +++ +++"),
    ("CatalogService/ListDivisions", "+++ +++ +++ +++ +++ +++"),
    ("CatalogService/BatchUpsertDivisions", "ddd ddd ddd iii ddd ddd"),
    ("NeedService/CreateBeneficiary", "+++ ddd +d+ ddd ddd ddd"),
    ("NeedService/GetBeneficiary", "++n ddd +nn ++n ++n ddd"),
    ("NeedService/UpdateBeneficiary", "++n ddd +nn ddd ddd ddd"),
    ("NeedService/ListBeneficiaries", "+++ ddd +d+ +++ +++ ddd"),
    ("NeedService/CreateHousehold", "++r ddd +dr ddd ddd ddd"),
    ("NeedService/GetHousehold", "++n ddd +nn ++n ++n ddd"),
    ("NeedService/UpdateHousehold", "++n ddd +nn ddd ddd ddd"),
    ("NeedService/SubmitNeed", "++r ddd +dr ddd ddd ddd"),
    ("NeedService/GetNeed", "++n ddd +nn ++n ++n ddd"),
    ("NeedService/ListNeeds", "+++ ddd +d+ +++ +++ ddd"),
    ("NeedService/UpdateNeed", "++n ddd +nn ddd ddd ddd"),
    ("MatchingService/FindResources", "++n ddd +nn ++n ++n ddd"),
    ("MatchingService/FindNeeds", "++n +dn ++n ++n ++n ddd"),
    ("MatchingService/CreateRound", "iii ddd ddd iii ddd ddd"),
    ("MatchingService/GetRound", "nnn ddd ddd nnn nnn ddd"),
    ("MatchingService/ListRounds", "+++ ddd ddd +++ +++ ddd"),
    ("MatchingService/CancelRound", "nnn ddd ddd nnn ddd ddd"),
    ("MatchingService/ListRoundOutcomes", "nnn ddd ddd nnn nnn ddd"),
    ("MatchingService/GetRoundReport", "nnn ddd ddd nnn nnn ddd"),
    ("MatchingService/PlanAllocation", "iii ddd ddd iii ddd ddd"),
    ("ReferralService/CreateReferral", "++n ddd +nn ddd ddd ddd"),
    ("ReferralService/BatchCreateReferrals", "++n ddd +nn ddd ddd ddd"),
    ("ReferralService/BatchTryCreateReferrals", "+++ ddd +++ ddd ddd ddd"),
    ("ReferralService/AutoRefer", "++n ddd +nn ddd ddd ddd"),
    ("ReferralService/GetSupervision", "+++ ddd +d+ +++ +++ ddd"),
    ("ReferralService/GetReferral", "++n +nn +nn ++n ++n ddd"),
    ("ReferralService/ListReferrals", "+++ +d+ +++ +++ +++ ddd"),
    ("ReferralService/ListWishes", "+++ +++ +++ +++ +++ +++"),
    ("ReferralService/ClaimWish", "ddd +nn ddd ddd ddd ddd"),
    ("ReferralService/WatchEvents", "iii iii iii iii iii ddd"),
    ("NotificationService/CreateSubscription", "ddd +dr ddd ++r ddd ddd"),
    ("NotificationService/GetSubscription", "ddd nnn ddd nnn nnn ddd"),
    ("NotificationService/ListSubscriptions", "ddd +d+ ddd +++ +++ ddd"),
    ("NotificationService/UpdateSubscription", "ddd nnn ddd nnn ddd ddd"),
    ("NotificationService/DeleteSubscription", "ddd nnn ddd nnn ddd ddd"),
    ("NotificationService/RotateSubscriptionSecret", "ddd nnn ddd nnn ddd ddd"),
    ("NotificationService/TestSubscription", "ddd nnn ddd nnn ddd ddd"),
    ("NotificationService/ListNotifications", "ddd +d+ ddd +++ +++ ddd"),
    ("NotificationService/MarkNotificationsSeen", "ddd +++ ddd +++ ddd ddd"),
    ("ReferralService/AcceptReferral", "ddd +nn +nn ddd ddd ddd"),
    ("ReferralService/DeclineReferral", "ddd +nn +nn ddd ddd ddd"),
    ("ReferralService/WithdrawReferral", "++n ddd +nn ++n ddd ddd"),
    ("ReferralService/StartReferral", "ddd +nn +nn ddd ddd ddd"),
    ("ReferralService/DeliverReferral", "ddd +nn +nn ddd ddd ddd"),
    ("ReferralService/ConfirmReferral", "++n ddd +nn ddd ddd ddd"),
    ("ReferralService/DisputeReferral", "++n ddd +nn ddd ddd ddd"),
    ("ReferralService/CancelReferral", "++n +nn +nn ++n ddd ddd"),
    ("ReferralService/FailReferral", "++n +nn +nn ++n ddd ddd"),
    ("NeedService/WithdrawNeed", "++n ddd +nn ddd ddd ddd"),
    ("NeedService/CloseNeed", "++n ddd +nn ddd ddd ddd"),
    ("NeedService/EraseNeed", "++n ddd ddd ++n ddd ddd"),
    ("NeedService/EraseBeneficiary", "++n ddd ddd ++n ddd ddd"),
    ("CatalogService/VerifyOrganization", "ddd ddd ddd ++n ddd ddd"),
    ("CatalogService/SuspendOrganization", "ddd ddd ddd ++n ddd ddd"),
];

/// The message that asks a method for what is in a half.
fn message(name: &str, half: &Half) -> Value {
    let Half {
        organization,
        pool: capacity,
        resource: trunk,
        beneficiary: person,
        household,
        need: wanted,
        wish,
        referral,
        division,
    } = half;
    let round = "rounds/00000000-0000-7000-8000-000000000000";
    let subscription = "subscriptions/00000000-0000-7000-8000-000000000000";
    let offer = || json!({"need": wanted, "itemOrdinal": 1, "resource": trunk, "quantity": "1"});
    let step = |reason: &str| json!({"name": referral, "reason": reason});
    match name.split_once('/').expect("a method").1 {
        "GetPrincipal"
        | "BatchUpsertOrganizations"
        | "BatchUpsertResources"
        | "BatchUpsertCapacityPools"
        | "BatchUpsertCategories"
        | "BatchUpsertDivisions"
        | "CreateRound"
        | "PlanAllocation"
        | "ListRounds"
        | "ListCategories"
        | "ListDivisions"
        | "ListOrganizations"
        | "ListWishes" => json!({}),
        "CreateOrganization" => json!({"organization": {
            "title": {"zh": "机构"}, "kind": "ORGANIZATION_KIND_SOCIAL_WORK_AGENCY", "division": division,
        }}),
        "GetOrganization" | "VerifyOrganization" => json!({"name": organization}),
        "SuspendOrganization" => json!({"name": organization, "reason": "for a test"}),
        "UpdateOrganization" => {
            json!({"name": organization, "organization": {"contact": {"phone": "000-2"}}, "updateMask": "contact"})
        }
        "CreateResource" => json!({"resource": resource(organization, capacity)}),
        "GetResource" => json!({"name": trunk}),
        "UpdateResource" => json!({"name": trunk, "resource": {"content": "better desks"}, "updateMask": "content"}),
        "ListResources" => json!({"filter": {"organization": organization}}),
        "CreateCapacityPool" => json!({"capacityPool": pool(organization)}),
        "GetCapacityPool" => json!({"name": capacity}),
        "UpdateCapacityPool" => {
            json!({"name": capacity, "capacityPool": {"title": "more desks"}, "updateMask": "title"})
        }
        "ListCapacityPools" | "ListReferrals" => json!({"filter": {"organization": organization}}),
        "SetCapacity" => json!({"name": capacity, "total": "2000"}),
        "GetCategory" => json!({"name": format!("categories/{CATEGORY}")}),
        "GetDivision" => json!({"name": format!("divisions/{division}")}),
        "CreateBeneficiary" => json!({"beneficiary": beneficiary(division)}),
        "GetBeneficiary" | "EraseBeneficiary" => json!({"name": person}),
        "UpdateBeneficiary" => json!({
            "name": person, "beneficiary": {"registrationDivision": division}, "updateMask": "registrationDivision",
        }),
        "ListBeneficiaries" => json!({"filter": {"division": division}}),
        "ListNeeds" => json!({"filter": {"division": division}}),
        "CreateHousehold" => json!({"household": {"members": [person], "residenceDivision": division}}),
        "GetHousehold" => json!({"name": household}),
        "UpdateHousehold" => json!({
            "name": household, "household": {"registrationDivision": division}, "updateMask": "registrationDivision",
        }),
        "SubmitNeed" => json!({"need": need(division, person)}),
        "GetSupervision" => json!({"division": division}),
        "GetNeed" | "EraseNeed" => json!({"name": wanted}),
        "WithdrawNeed" | "CloseNeed" => json!({"name": wanted, "reason": SECRET}),
        "UpdateNeed" => json!({"name": wanted, "need": {"urgency": "URGENCY_URGENT"}, "updateMask": "urgency"}),
        "FindResources" => json!({"need": wanted}),
        "FindNeeds" => json!({"resource": trunk}),
        "GetRound" | "CancelRound" => json!({"name": round}),
        "ListRoundOutcomes" | "GetRoundReport" => json!({"round": round}),
        "CreateReferral" => json!({"offer": offer()}),
        "BatchCreateReferrals" | "BatchTryCreateReferrals" => json!({"offers": [offer()]}),
        "AutoRefer" => json!({"need": wanted, "itemOrdinal": 1}),
        "GetReferral" | "StartReferral" | "AcceptReferral" | "ConfirmReferral" => json!({"name": referral}),
        "DeliverReferral" => json!({"name": referral, "note": SECRET}),
        "DeclineReferral" | "WithdrawReferral" => step("STEP_REASON_NO_SUITABLE_TIME"),
        "DisputeReferral" | "CancelReferral" | "FailReferral" => step("STEP_REASON_NO_SUITABLE_TIME"),
        "ClaimWish" => {
            json!({"wish": wish, "itemOrdinal": 1, "resource": trunk, "quantity": "1", "requestId": request_id()})
        }
        "CreateSubscription" => json!({"subscription": {"organization": organization, "dailyBudget": 1}}),
        "GetSubscription" | "DeleteSubscription" | "RotateSubscriptionSecret" | "TestSubscription" => {
            json!({"name": subscription})
        }
        "UpdateSubscription" => {
            json!({"name": subscription, "subscription": {"dailyBudget": 2}, "updateMask": "dailyBudget"})
        }
        "ListSubscriptions" => json!({"organization": organization}),
        "ListNotifications" => json!({"filter": {"organization": organization}}),
        "MarkNotificationsSeen" => json!({"names": ["notifications/00000000-0000-7000-8000-000000000000"]}),
        "WatchEvents" => json!({"afterPosition": "-2"}),
        other => panic!("{other} has no message"),
    }
}

fn letter(answer: &Result<DynamicMessage, Status>) -> char {
    let Err(status) = answer else { return '+' };
    match (status.code(), reason(status).as_str()) {
        (Code::FailedPrecondition | Code::Aborted, _) => '+',
        (Code::PermissionDenied, _) => 'd',
        (Code::NotFound, _) => 'n',
        (Code::InvalidArgument, "UNKNOWN_REFERENCE") => 'r',
        (Code::InvalidArgument, _) => 'i',
        _ => '?',
    }
}

/// Names that nobody of the first half may be told, by role.
fn of_others(world: &Halves, who: Who) -> Vec<&str> {
    let [own, other] = &world.halves;
    match (who.tenant, who.role) {
        // Whose organization it says it is of is in a partner's own token.
        ("other", "partner") => vec![&own.pool, &own.need, &own.beneficiary, &own.referral, &other.need, SECRET],
        ("other", _) => [own, other]
            .into_iter()
            .flat_map(|half| {
                [&half.organization, &half.resource, &half.pool, &half.need, &half.beneficiary, &half.referral]
            })
            .map(String::as_str)
            .collect(),
        (_, "partner") => {
            vec![
                &other.pool,
                &other.referral,
                &other.need,
                &own.need,
                &own.beneficiary,
                &other.beneficiary,
                &own.household,
                SECRET,
            ]
        }
        (_, "case_worker") => vec![&other.need, &other.beneficiary, &other.household, &other.referral],
        (_, "visitor") => vec![&own.need, &other.need, &own.beneficiary, &own.referral, &own.organization, SECRET],
        (_, "operator" | "auditor") => vec![SECRET],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_call_answers_each_role_as_the_rules_say_for_its_own_for_others_and_for_other_tenants() {
    let contract: BTreeSet<String> = wishwell_api::descriptor_pool()
        .services()
        .flat_map(|service| {
            let methods: Vec<_> =
                service.methods().map(|method| format!("{}/{}", service.name(), method.name())).collect();
            methods
        })
        .collect();
    let rules: BTreeSet<String> = RULES.iter().map(|rule| rule.0.to_owned()).collect();
    assert_eq!(rules, contract, "every call of the contract has a rule");
    let world = Halves::start().await;
    let mut wrong = Vec::new();
    let mut shown_to_partners = BTreeSet::new();
    let mut shown_to_workers = BTreeSet::new();
    for (name, rule) in RULES {
        let mut found = Vec::new();
        for role in ROLES {
            let mut letters = String::new();
            for (tenant, half) in [("main", 0), ("main", 1), ("other", 0)] {
                let who = Who { tenant, role };
                let answer = world.call(who, name, message(name, &world.halves[half])).await;
                letters.push(letter(&answer));
                let text = match &answer {
                    Ok(answer) => serde_json::to_string(answer).expect("JSON"),
                    Err(status) => format!("{status:?}"),
                };
                let asked = message(name, &world.halves[half]).to_string();
                for hidden in of_others(&world, who) {
                    // What was asked for by name may be named in the refusal.
                    if text.contains(hidden) && !asked.contains(hidden) {
                        wrong.push(format!("{name} by {who:?} of half {half} tells {hidden}: {text}"));
                    }
                }
                if let Ok(answer) = &answer {
                    match role {
                        "partner" => collect(answer, &mut shown_to_partners),
                        "case_worker" => collect(answer, &mut shown_to_workers),
                        _ => {}
                    }
                }
            }
            found.push(letters);
        }
        if found.join(" ") != *rule {
            wrong.push(format!("{name}:\n  is    {}\n  must  {rule}", found.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_fields(&shown_to_partners, &shown_to_workers);
}

/// Fields that a partner is never shown here: whom a need is of, where exactly, and why it was decided. Contact data is for
/// `GetReferral` with `include_contact` alone, after acceptance and with consent.
const NEVER_FOR_PARTNERS: &[&str] = &[
    "wishwell.v1.Referral.need",
    "wishwell.v1.Referral.decision",
    "wishwell.v1.NeedMatch.need",
    "wishwell.v1.NeedMatch.distance_metres",
    "wishwell.v1.NeedMatch.eligibility",
    "wishwell.v1.GetReferralResponse.contact",
];

/// Every field that the contract marks as sensitive. None of them is ever shown to a partner by the calls above; a new one needs a
/// line here, and whoever writes it has to look where it goes.
const SENSITIVE: &[&str] = &[
    "wishwell.v1.Beneficiary.facts",
    "wishwell.v1.Beneficiary.personal",
    "wishwell.v1.CloseNeedRequest.reason",
    "wishwell.v1.Consent.given_by",
    "wishwell.v1.Contact.address",
    "wishwell.v1.Contact.display_name",
    "wishwell.v1.Contact.phone",
    "wishwell.v1.DeliverReferralRequest.note",
    "wishwell.v1.DeliveryNote.text",
    "wishwell.v1.Fact.bool_value",
    "wishwell.v1.Fact.int_value",
    "wishwell.v1.Fact.string_value",
    "wishwell.v1.Fact.string_values",
    "wishwell.v1.GetReferralResponse.contact",
    "wishwell.v1.Need.delivery_notes",
    "wishwell.v1.Need.description",
    "wishwell.v1.Need.facts",
    "wishwell.v1.Need.place",
    "wishwell.v1.Need.withdrawal_reason",
    "wishwell.v1.NeedItem.note",
    "wishwell.v1.PersonalData.address",
    "wishwell.v1.PersonalData.id_number",
    "wishwell.v1.PersonalData.name",
    "wishwell.v1.PersonalData.note",
    "wishwell.v1.PersonalData.phone",
    "wishwell.v1.Wish.consent_given_by",
    "wishwell.v1.WithdrawNeedRequest.reason",
];

/// Sensitive fields that are answered to whom they are for, once.
const FOR_WHO_ASKS: &[&str] =
    &["wishwell.v1.CreateSubscriptionResponse.secret", "wishwell.v1.RotateSubscriptionSecretResponse.secret"];

/// Fields that are set in a message, at any depth, by their full names.
fn collect(message: &DynamicMessage, into: &mut BTreeSet<String>) {
    for (field, value) in message.fields() {
        into.insert(field.full_name().to_owned());
        collect_value(value, into);
    }
}

fn collect_value(value: &Field, into: &mut BTreeSet<String>) {
    match value {
        Field::Message(message) => collect(message, into),
        Field::List(values) => values.iter().for_each(|value| collect_value(value, into)),
        Field::Map(values) => values.values().for_each(|value| collect_value(value, into)),
        _ => {}
    }
}

fn assert_fields(partners: &BTreeSet<String>, workers: &BTreeSet<String>) {
    let marked: BTreeSet<String> = wishwell_api::descriptor_pool()
        .all_messages()
        .filter(|message| message.package_name() == "wishwell.v1")
        .flat_map(|message| message.fields().collect::<Vec<_>>())
        .filter(|field| {
            field.options().get_field_by_name("debug_redact").is_some_and(|mark| mark.as_bool() == Some(true))
        })
        .map(|field| field.full_name().to_owned())
        .collect();
    let ruled: BTreeSet<String> = SENSITIVE.iter().chain(FOR_WHO_ASKS).map(|field| (*field).to_owned()).collect();
    assert_eq!(ruled, marked, "every sensitive field of the contract has a rule");
    for field in NEVER_FOR_PARTNERS.iter().chain(SENSITIVE) {
        assert!(!partners.contains(*field), "a partner is shown {field}");
    }
    // What is hidden from partners is there for others, and partners are shown the rest: otherwise this would hold for nothing.
    for field in ["wishwell.v1.Referral.need", "wishwell.v1.Referral.decision", "wishwell.v1.NeedMatch.need"] {
        assert!(workers.contains(field), "{field} is shown to nobody");
    }
    for field in ["wishwell.v1.NeedMatch.wish", "wishwell.v1.NeedMatch.category", "wishwell.v1.WishItem.title"] {
        assert!(partners.contains(field), "{field} is shown to no partner");
    }
}
