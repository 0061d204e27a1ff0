//! The role table: which role may call which method. A method that is not in the table may be called by nobody; a test reads
//! the descriptor set and fails when a method has no row.

use std::collections::HashMap;
use std::sync::LazyLock;

use wishwell_domain::principal::Role;
use wishwell_domain::principal::Role::{Auditor, CaseWorker, InternalService, Operator, Partner};

/// Who gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without credentials: it carries no data of a tenant.
    Open,
    /// These roles.
    Roles(&'static [Role]),
}

/// The published wishing pool and the words for it: everybody, visitors included.
const EVERYBODY: &[Role] = &Role::ALL;
/// Everybody who works with the platform.
const MEMBERS: &[Role] = &[InternalService, Partner, CaseWorker, Operator, Auditor];
const CATALOGUE_KEEPERS: &[Role] = &[Operator, Partner];
const OPERATORS: &[Role] = &[Operator];
const NEED_READERS: &[Role] = &[InternalService, CaseWorker, Operator, Auditor];
const NEED_WRITERS: &[Role] = &[InternalService, CaseWorker];
const ARRANGERS: &[Role] = &[InternalService, CaseWorker];
const PROVIDERS: &[Role] = &[Partner, CaseWorker];
const EITHER_SIDE: &[Role] = &[InternalService, Partner, CaseWorker, Operator];
const PARTNERS: &[Role] = &[Partner];
const PLANNERS: &[Role] = &[InternalService, Operator];
const ROUND_READERS: &[Role] = &[InternalService, Operator, Auditor];
const SUBSCRIPTION_READERS: &[Role] = &[Operator, Partner, Auditor];
const ERASERS: &[Role] = &[InternalService, Operator];

/// Full method name and who may call it. A partner is held to its own organization, a case worker to its divisions, by the
/// use cases behind these methods.
pub const ROLE_TABLE: &[(&str, &[Role])] = &[
    ("wishwell.v1.AccessService/GetPrincipal", EVERYBODY),
    ("wishwell.v1.CatalogService/CreateOrganization", OPERATORS),
    ("wishwell.v1.CatalogService/GetOrganization", MEMBERS),
    ("wishwell.v1.CatalogService/UpdateOrganization", CATALOGUE_KEEPERS),
    ("wishwell.v1.CatalogService/ListOrganizations", MEMBERS),
    ("wishwell.v1.CatalogService/BatchUpsertOrganizations", OPERATORS),
    ("wishwell.v1.CatalogService/VerifyOrganization", OPERATORS),
    ("wishwell.v1.CatalogService/SuspendOrganization", OPERATORS),
    ("wishwell.v1.CatalogService/CreateResource", CATALOGUE_KEEPERS),
    ("wishwell.v1.CatalogService/GetResource", MEMBERS),
    ("wishwell.v1.CatalogService/UpdateResource", CATALOGUE_KEEPERS),
    ("wishwell.v1.CatalogService/ListResources", MEMBERS),
    ("wishwell.v1.CatalogService/BatchUpsertResources", OPERATORS),
    ("wishwell.v1.CatalogService/CreateCapacityPool", CATALOGUE_KEEPERS),
    ("wishwell.v1.CatalogService/GetCapacityPool", MEMBERS),
    ("wishwell.v1.CatalogService/UpdateCapacityPool", CATALOGUE_KEEPERS),
    ("wishwell.v1.CatalogService/ListCapacityPools", MEMBERS),
    ("wishwell.v1.CatalogService/BatchUpsertCapacityPools", OPERATORS),
    ("wishwell.v1.CatalogService/SetCapacity", CATALOGUE_KEEPERS),
    ("wishwell.v1.CatalogService/GetCategory", EVERYBODY),
    ("wishwell.v1.CatalogService/ListCategories", EVERYBODY),
    ("wishwell.v1.CatalogService/BatchUpsertCategories", OPERATORS),
    ("wishwell.v1.CatalogService/GetDivision", EVERYBODY),
    ("wishwell.v1.CatalogService/ListDivisions", EVERYBODY),
    ("wishwell.v1.CatalogService/BatchUpsertDivisions", OPERATORS),
    ("wishwell.v1.NeedService/CreateBeneficiary", NEED_WRITERS),
    ("wishwell.v1.NeedService/GetBeneficiary", NEED_READERS),
    ("wishwell.v1.NeedService/UpdateBeneficiary", NEED_WRITERS),
    ("wishwell.v1.NeedService/ListBeneficiaries", NEED_READERS),
    ("wishwell.v1.NeedService/EraseBeneficiary", ERASERS),
    ("wishwell.v1.NeedService/CreateHousehold", NEED_WRITERS),
    ("wishwell.v1.NeedService/GetHousehold", NEED_READERS),
    ("wishwell.v1.NeedService/UpdateHousehold", NEED_WRITERS),
    ("wishwell.v1.NeedService/SubmitNeed", NEED_WRITERS),
    ("wishwell.v1.NeedService/GetNeed", NEED_READERS),
    ("wishwell.v1.NeedService/ListNeeds", NEED_READERS),
    ("wishwell.v1.NeedService/UpdateNeed", NEED_WRITERS),
    ("wishwell.v1.NeedService/WithdrawNeed", NEED_WRITERS),
    ("wishwell.v1.NeedService/CloseNeed", NEED_WRITERS),
    ("wishwell.v1.NeedService/EraseNeed", ERASERS),
    ("wishwell.v1.MatchingService/FindResources", NEED_READERS),
    ("wishwell.v1.MatchingService/FindNeeds", MEMBERS),
    ("wishwell.v1.MatchingService/CreateRound", PLANNERS),
    ("wishwell.v1.MatchingService/GetRound", ROUND_READERS),
    ("wishwell.v1.MatchingService/ListRounds", ROUND_READERS),
    ("wishwell.v1.MatchingService/CancelRound", PLANNERS),
    ("wishwell.v1.MatchingService/ListRoundOutcomes", ROUND_READERS),
    ("wishwell.v1.MatchingService/GetRoundReport", ROUND_READERS),
    ("wishwell.v1.MatchingService/PlanAllocation", PLANNERS),
    ("wishwell.v1.ReferralService/CreateReferral", ARRANGERS),
    ("wishwell.v1.ReferralService/BatchCreateReferrals", ARRANGERS),
    ("wishwell.v1.ReferralService/BatchTryCreateReferrals", ARRANGERS),
    ("wishwell.v1.ReferralService/AutoRefer", ARRANGERS),
    ("wishwell.v1.ReferralService/AcceptReferral", PROVIDERS),
    ("wishwell.v1.ReferralService/DeclineReferral", PROVIDERS),
    ("wishwell.v1.ReferralService/WithdrawReferral", &[InternalService, CaseWorker, Operator]),
    ("wishwell.v1.ReferralService/StartReferral", PROVIDERS),
    ("wishwell.v1.ReferralService/DeliverReferral", PROVIDERS),
    ("wishwell.v1.ReferralService/ConfirmReferral", ARRANGERS),
    ("wishwell.v1.ReferralService/DisputeReferral", ARRANGERS),
    ("wishwell.v1.ReferralService/CancelReferral", EITHER_SIDE),
    ("wishwell.v1.ReferralService/FailReferral", EITHER_SIDE),
    ("wishwell.v1.ReferralService/GetReferral", MEMBERS),
    ("wishwell.v1.ReferralService/ListReferrals", MEMBERS),
    ("wishwell.v1.ReferralService/GetSupervision", NEED_READERS),
    ("wishwell.v1.ReferralService/ListWishes", EVERYBODY),
    ("wishwell.v1.ReferralService/ClaimWish", PARTNERS),
    ("wishwell.v1.ReferralService/WatchEvents", MEMBERS),
    ("wishwell.v1.NotificationService/CreateSubscription", CATALOGUE_KEEPERS),
    ("wishwell.v1.NotificationService/GetSubscription", SUBSCRIPTION_READERS),
    ("wishwell.v1.NotificationService/ListSubscriptions", SUBSCRIPTION_READERS),
    ("wishwell.v1.NotificationService/UpdateSubscription", CATALOGUE_KEEPERS),
    ("wishwell.v1.NotificationService/DeleteSubscription", CATALOGUE_KEEPERS),
    ("wishwell.v1.NotificationService/RotateSubscriptionSecret", CATALOGUE_KEEPERS),
    ("wishwell.v1.NotificationService/TestSubscription", CATALOGUE_KEEPERS),
    ("wishwell.v1.NotificationService/ListNotifications", SUBSCRIPTION_READERS),
    ("wishwell.v1.NotificationService/MarkNotificationsSeen", CATALOGUE_KEEPERS),
];

const OPEN_SERVICES: [&str; 3] =
    ["grpc.health.v1.Health/", "grpc.reflection.v1.ServerReflection/", "grpc.reflection.v1alpha.ServerReflection/"];
/// Methods of the open services, by their full names.
const OPEN_METHODS: [&str; 4] = [
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/Watch",
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// Methods whose answers come for as long as their callers want them.
const LASTING_METHODS: [&str; 1] = ["wishwell.v1.ReferralService/WatchEvents"];

/// Methods of the open services whose answers are streams.
const OPEN_STREAMS: [&str; 3] = [
    "grpc.health.v1.Health/Watch",
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// Every method that is served, by its full name: what spans and figures may name.
pub(crate) fn known_methods() -> impl Iterator<Item = &'static str> {
    ROLE_TABLE.iter().map(|row| row.0).chain(OPEN_METHODS)
}

/// The method that a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Method {
    /// Its full name without the leading slash, if it is served: callers cannot write into spans and figures by calling methods
    /// of their own making.
    pub(crate) name: Option<&'static str>,
    /// Place among [`known_methods`]; the one after the last when it is not served.
    pub(crate) place: usize,
    /// Who may call it.
    pub(crate) access: Access,
    /// Whether a call may outlast what its caller was let in by.
    pub(crate) lasts: bool,
    /// Whether it is answered with a stream: what became of the call is known at the stream's end only.
    pub(crate) streams: bool,
}

impl Method {
    /// Looks a method up by a request's path, `/package.Service/Method`.
    pub(crate) fn at(path: &str) -> Self {
        static METHODS: LazyLock<HashMap<&'static str, Method>> = LazyLock::new(|| {
            let method = |(place, name)| {
                let lasts = LASTING_METHODS.contains(&name);
                let streams = lasts || OPEN_STREAMS.contains(&name);
                (name, Method { name: Some(name), place, access: access_to(name), lasts, streams })
            };
            known_methods().enumerate().map(method).collect()
        });
        let name = path.strip_prefix('/').unwrap_or(path);
        METHODS.get(name).copied().unwrap_or_else(|| Self {
            name: None,
            place: METHODS.len(),
            access: access_to(name),
            lasts: false,
            streams: false,
        })
    }
}

/// Who may call a method, by its full name without the leading slash. Nobody for a method that is not known.
#[must_use]
pub fn access_to(method: &str) -> Access {
    if OPEN_SERVICES.iter().any(|service| method.starts_with(service)) {
        return Access::Open;
    }
    ROLE_TABLE.iter().find(|row| row.0 == method).map_or(Access::Roles(&[]), |row| Access::Roles(row.1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wishwell_domain::principal::Role::Visitor;

    use super::*;

    /// Every method of the contract, as `package.Service/Method`.
    fn methods() -> BTreeSet<String> {
        wishwell_api::descriptor_pool()
            .services()
            .flat_map(|service| {
                let name = service.full_name().to_owned();
                service.methods().map(move |method| format!("{name}/{}", method.name())).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn every_method_of_the_contract_has_one_row_and_no_row_is_for_anything_else() {
        let rows: Vec<_> = ROLE_TABLE.iter().map(|row| row.0.to_owned()).collect();
        assert_eq!(rows.len(), rows.iter().collect::<BTreeSet<_>>().len(), "a method has two rows");
        assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), methods());
    }

    #[test]
    fn what_answers_with_a_stream_lasts() {
        let services = wishwell_api::descriptor_pool();
        let methods = services.services().flat_map(|service| service.methods().collect::<Vec<_>>());
        let streaming = methods.filter(|method| method.is_server_streaming());
        let streaming: Vec<_> =
            streaming.map(|method| format!("{}/{}", method.parent_service().full_name(), method.name())).collect();
        assert_eq!(streaming, LASTING_METHODS);
    }

    #[test]
    fn auditors_change_nothing() {
        let reads = ["Get", "List", "Find", "Watch"];
        for (method, roles) in ROLE_TABLE {
            let name = method.rsplit('/').next().unwrap_or_default();
            let reading = reads.iter().any(|verb| name.starts_with(verb));
            assert!(reading || !roles.contains(&Auditor), "{method}");
        }
    }

    #[test]
    fn visitors_read_the_wishing_pool_and_the_words_for_it_and_who_they_are_alone() {
        let open: BTreeSet<_> =
            ROLE_TABLE.iter().filter(|(_, roles)| roles.contains(&Visitor)).map(|row| row.0).collect();
        let expected = [
            "wishwell.v1.AccessService/GetPrincipal",
            "wishwell.v1.CatalogService/GetCategory",
            "wishwell.v1.CatalogService/GetDivision",
            "wishwell.v1.CatalogService/ListCategories",
            "wishwell.v1.CatalogService/ListDivisions",
            "wishwell.v1.ReferralService/ListWishes",
        ];
        assert_eq!(open, BTreeSet::from(expected));
    }

    #[test]
    fn rounds_are_closed_to_partners() {
        let of_rounds = ROLE_TABLE.iter().filter(|row| row.0.contains("Round") || row.0.ends_with("PlanAllocation"));
        let mut rows = 0;
        for (method, roles) in of_rounds {
            assert!(!roles.contains(&Partner), "{method}");
            rows += 1;
        }
        assert_eq!(rows, 7);
    }

    #[test]
    fn needs_and_beneficiaries_are_closed_to_partners() {
        for (method, roles) in ROLE_TABLE.iter().filter(|row| row.0.contains("NeedService")) {
            assert!(!roles.contains(&Partner), "{method}");
        }
    }

    #[test]
    fn unknown_methods_are_for_nobody_and_health_is_for_all() {
        assert_eq!(access_to("wishwell.v1.CatalogService/DropEverything"), Access::Roles(&[]));
        assert_eq!(access_to("grpc.health.v1.Healthy/Check"), Access::Roles(&[]));
        assert_eq!(access_to("grpc.health.v1.Health/Check"), Access::Open);
    }
    #[test]
    fn a_path_leads_to_the_row_of_its_method() {
        for (place, name) in known_methods().enumerate() {
            let found = Method::at(&format!("/{name}"));
            let lasts = name == "wishwell.v1.ReferralService/WatchEvents";
            let streams = lasts || name.contains("Reflection") || name == "grpc.health.v1.Health/Watch";
            assert_eq!(found, Method { name: Some(name), place, access: access_to(name), lasts, streams });
        }
        for (path, access) in [
            ("/wishwell.v1.CatalogService/DropEverything", Access::Roles(&[])),
            ("//wishwell.v1.CatalogService/GetResource", Access::Roles(&[])),
            ("/grpc.health.v1.Health/Unknown", Access::Open),
            ("", Access::Roles(&[])),
        ] {
            let place = known_methods().count();
            let expected = Method { name: None, place, access, lasts: false, streams: false };
            assert_eq!(Method::at(path), expected, "{path}");
        }
    }
}
