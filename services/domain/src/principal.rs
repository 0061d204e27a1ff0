//! Who calls.

use serde::{Deserialize, Serialize};

use crate::ids::{DivisionCode, OrganizationId, TenantId};

/// What a caller is, which decides what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The mini-programme, the hotline, case management, the one-form desk.
    InternalService,
    /// Staff of one partner organization.
    Partner,
    /// A case worker of some divisions.
    CaseWorker,
    /// Runs the platform: catalogue, imports, verification.
    Operator,
    /// Reads, changes nothing.
    Auditor,
    /// Anybody: sees the published wishing pool of one tenant and the words for it, and nothing else.
    Visitor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::InternalService, Self::Partner, Self::CaseWorker, Self::Operator, Self::Auditor, Self::Visitor];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InternalService => "internal_service",
            Self::Partner => "partner",
            Self::CaseWorker => "case_worker",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::Visitor => "visitor",
        }
    }
}

/// A caller whose credentials were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The tenant whose data it sees; never any other.
    pub tenant: TenantId,
    /// Stable name of the caller, for example `hotline-12349`: goes to logs and events.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// The organization it acts for; always there for [`Role::Partner`].
    pub organization: Option<OrganizationId>,
    /// The divisions it works in, each with its descendants; empty means no restriction except for [`Role::CaseWorker`].
    /// Always empty for [`Role::Visitor`], which belongs to a tenant and to nothing within it.
    pub divisions: Vec<DivisionCode>,
}
