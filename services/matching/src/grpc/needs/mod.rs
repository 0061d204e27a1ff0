//! `NeedService`.

mod beneficiaries;
mod households;
mod need;
pub(super) mod people;

use std::sync::Arc;

use tonic::{Request, Response, Status};

use wishwell_api::v1;
use wishwell_api::v1::need_service_server::NeedService;

use super::call::{read, write};
use super::meant;
use crate::cases::Platform;

/// Handlers of `NeedService`.
#[derive(Debug, Clone)]
pub(crate) struct NeedHandlers {
    platform: Arc<Platform>,
}

impl NeedHandlers {
    pub(crate) const fn new(platform: Arc<Platform>) -> Self {
        Self { platform }
    }
}

/// One line for each method: how it is served, its name, its handler, and who reads a message that breaks rules of the contract where
/// reading finds more than they do.
macro_rules! methods {
    ($($serve:ident $method:ident = $rpc:literal : $request:ident -> $response:ident => $handler:path $(, besides $reading:path)?;)*) => {
        #[tonic::async_trait]
        impl NeedService for NeedHandlers {
            $(async fn $method(&self, request: Request<v1::$request>) -> Result<Response<v1::$response>, Status> {
                let method = concat!("wishwell.v1.NeedService/", $rpc);
                let call = $serve(method, request);
                $(let call = call.besides(async |caller, message| $reading(&self.platform, &caller, message).await).await;)?
                call.handle(|caller, message| $handler(&self.platform, caller, message)).await
            })*
        }
    };
}

methods! {
    write create_beneficiary = "CreateBeneficiary": CreateBeneficiaryRequest -> CreateBeneficiaryResponse => beneficiaries::create, besides beneficiaries::read_new;
    read get_beneficiary = "GetBeneficiary": GetBeneficiaryRequest -> GetBeneficiaryResponse => beneficiaries::get;
    write update_beneficiary = "UpdateBeneficiary": UpdateBeneficiaryRequest -> UpdateBeneficiaryResponse => beneficiaries::update, besides beneficiaries::read_update;
    read list_beneficiaries = "ListBeneficiaries": ListBeneficiariesRequest -> ListBeneficiariesResponse => beneficiaries::list, besides beneficiaries::read_list;
    write erase_beneficiary = "EraseBeneficiary": EraseBeneficiaryRequest -> EraseBeneficiaryResponse => beneficiaries::erase, besides meant::read;
    write create_household = "CreateHousehold": CreateHouseholdRequest -> CreateHouseholdResponse => households::create, besides households::read_new;
    read get_household = "GetHousehold": GetHouseholdRequest -> GetHouseholdResponse => households::get;
    write update_household = "UpdateHousehold": UpdateHouseholdRequest -> UpdateHouseholdResponse => households::update, besides households::read_update;
    write submit_need = "SubmitNeed": SubmitNeedRequest -> SubmitNeedResponse => need::submit, besides need::read_new;
    read get_need = "GetNeed": GetNeedRequest -> GetNeedResponse => need::get;
    read list_needs = "ListNeeds": ListNeedsRequest -> ListNeedsResponse => need::list, besides need::read_list;
    write update_need = "UpdateNeed": UpdateNeedRequest -> UpdateNeedResponse => need::update, besides need::read_update;
    write withdraw_need = "WithdrawNeed": WithdrawNeedRequest -> WithdrawNeedResponse => need::withdraw, besides meant::read;
    write close_need = "CloseNeed": CloseNeedRequest -> CloseNeedResponse => need::close, besides meant::read;
    write erase_need = "EraseNeed": EraseNeedRequest -> EraseNeedResponse => need::erase, besides meant::read;
}
