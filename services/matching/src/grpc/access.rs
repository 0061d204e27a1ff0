//! `AccessService`: who calls.

use tonic::{Request, Response, Status};

use wishwell_api::v1;
use wishwell_api::v1::access_service_server::AccessService;
use wishwell_domain::principal::{Principal, Role};

use super::call;
use crate::cases::Caller;

/// Handlers of `AccessService`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AccessHandlers;

#[tonic::async_trait]
impl AccessService for AccessHandlers {
    async fn get_principal(
        &self,
        request: Request<v1::GetPrincipalRequest>,
    ) -> Result<Response<v1::GetPrincipalResponse>, Status> {
        let method = "wishwell.v1.AccessService/GetPrincipal";
        let answer = |caller: Caller, _| async move {
            Ok(v1::GetPrincipalResponse { principal: Some(principal(&caller.principal)) })
        };
        call::read(method, request).handle(answer).await
    }
}

fn principal(principal: &Principal) -> v1::Principal {
    v1::Principal {
        tenant: principal.tenant.as_str().to_owned(),
        principal: principal.name.clone(),
        role: role(principal.role).into(),
        organization: principal.organization.map(|id| id.name()).unwrap_or_default(),
        divisions: principal.divisions.iter().map(|code| code.as_str().to_owned()).collect(),
    }
}

const fn role(role: Role) -> v1::PrincipalRole {
    match role {
        Role::InternalService => v1::PrincipalRole::InternalService,
        Role::Partner => v1::PrincipalRole::Partner,
        Role::CaseWorker => v1::PrincipalRole::CaseWorker,
        Role::Operator => v1::PrincipalRole::Operator,
        Role::Auditor => v1::PrincipalRole::Auditor,
        Role::Visitor => v1::PrincipalRole::Visitor,
    }
}
