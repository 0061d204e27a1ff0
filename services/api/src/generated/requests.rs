// This file is @generated from the methods of every service.

impl ::prost_protovalidate::Validate for crate::v1::GetPrincipalRequest {
    fn validate(&self) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        Ok(())
    }
}

impl crate::Request for crate::v1::GetPrincipalRequest {}

impl crate::Request for crate::v1::CreateOrganizationRequest {}

impl crate::Request for crate::v1::GetOrganizationRequest {}

impl crate::Request for crate::v1::UpdateOrganizationRequest {
    fn masked(&self) -> ::core::option::Option<crate::Masked<'_>> {
        let paths = self.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
        Some(crate::Masked { entity: "organization", paths })
    }
}

impl crate::Request for crate::v1::ListOrganizationsRequest {}

impl crate::Request for crate::v1::BatchUpsertOrganizationsRequest {}

impl crate::Request for crate::v1::VerifyOrganizationRequest {}

impl crate::Request for crate::v1::SuspendOrganizationRequest {}

impl crate::Request for crate::v1::CreateResourceRequest {}

impl crate::Request for crate::v1::GetResourceRequest {}

impl crate::Request for crate::v1::UpdateResourceRequest {
    fn masked(&self) -> ::core::option::Option<crate::Masked<'_>> {
        let paths = self.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
        Some(crate::Masked { entity: "resource", paths })
    }
}

impl crate::Request for crate::v1::ListResourcesRequest {}

impl crate::Request for crate::v1::BatchUpsertResourcesRequest {}

impl crate::Request for crate::v1::CreateCapacityPoolRequest {}

impl crate::Request for crate::v1::GetCapacityPoolRequest {}

impl crate::Request for crate::v1::UpdateCapacityPoolRequest {
    fn masked(&self) -> ::core::option::Option<crate::Masked<'_>> {
        let paths = self.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
        Some(crate::Masked { entity: "capacity_pool", paths })
    }
}

impl crate::Request for crate::v1::ListCapacityPoolsRequest {}

impl crate::Request for crate::v1::BatchUpsertCapacityPoolsRequest {}

impl crate::Request for crate::v1::SetCapacityRequest {}

impl crate::Request for crate::v1::GetCategoryRequest {}

impl crate::Request for crate::v1::ListCategoriesRequest {}

impl crate::Request for crate::v1::BatchUpsertCategoriesRequest {}

impl crate::Request for crate::v1::GetDivisionRequest {}

impl crate::Request for crate::v1::ListDivisionsRequest {}

impl crate::Request for crate::v1::BatchUpsertDivisionsRequest {}

impl crate::Request for crate::v1::FindResourcesRequest {}

impl crate::Request for crate::v1::FindNeedsRequest {}

impl crate::Request for crate::v1::CreateRoundRequest {}

impl crate::Request for crate::v1::GetRoundRequest {}

impl crate::Request for crate::v1::ListRoundsRequest {}

impl crate::Request for crate::v1::CancelRoundRequest {}

impl crate::Request for crate::v1::ListRoundOutcomesRequest {}

impl crate::Request for crate::v1::GetRoundReportRequest {}

impl crate::Request for crate::v1::PlanAllocationRequest {}

impl crate::Request for crate::v1::CreateBeneficiaryRequest {}

impl crate::Request for crate::v1::GetBeneficiaryRequest {}

impl crate::Request for crate::v1::UpdateBeneficiaryRequest {
    fn masked(&self) -> ::core::option::Option<crate::Masked<'_>> {
        let paths = self.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
        Some(crate::Masked { entity: "beneficiary", paths })
    }
}

impl crate::Request for crate::v1::ListBeneficiariesRequest {}

impl crate::Request for crate::v1::EraseBeneficiaryRequest {}

impl crate::Request for crate::v1::CreateHouseholdRequest {}

impl crate::Request for crate::v1::GetHouseholdRequest {}

impl crate::Request for crate::v1::UpdateHouseholdRequest {
    fn masked(&self) -> ::core::option::Option<crate::Masked<'_>> {
        let paths = self.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
        Some(crate::Masked { entity: "household", paths })
    }
}

impl crate::Request for crate::v1::SubmitNeedRequest {}

impl crate::Request for crate::v1::GetNeedRequest {}

impl crate::Request for crate::v1::ListNeedsRequest {}

impl crate::Request for crate::v1::UpdateNeedRequest {
    fn masked(&self) -> ::core::option::Option<crate::Masked<'_>> {
        let paths = self.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
        Some(crate::Masked { entity: "need", paths })
    }
}

impl crate::Request for crate::v1::WithdrawNeedRequest {}

impl crate::Request for crate::v1::CloseNeedRequest {}

impl crate::Request for crate::v1::EraseNeedRequest {}

impl crate::Request for crate::v1::CreateSubscriptionRequest {}

impl crate::Request for crate::v1::GetSubscriptionRequest {}

impl crate::Request for crate::v1::ListSubscriptionsRequest {}

impl crate::Request for crate::v1::UpdateSubscriptionRequest {
    fn masked(&self) -> ::core::option::Option<crate::Masked<'_>> {
        let paths = self.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
        Some(crate::Masked { entity: "subscription", paths })
    }
}

impl crate::Request for crate::v1::DeleteSubscriptionRequest {}

impl crate::Request for crate::v1::RotateSubscriptionSecretRequest {}

impl crate::Request for crate::v1::TestSubscriptionRequest {}

impl crate::Request for crate::v1::ListNotificationsRequest {}

impl crate::Request for crate::v1::MarkNotificationsSeenRequest {}

impl crate::Request for crate::v1::CreateReferralRequest {}

impl crate::Request for crate::v1::BatchCreateReferralsRequest {}

impl crate::Request for crate::v1::BatchTryCreateReferralsRequest {}

impl crate::Request for crate::v1::AutoReferRequest {}

impl crate::Request for crate::v1::AcceptReferralRequest {}

impl crate::Request for crate::v1::DeclineReferralRequest {}

impl crate::Request for crate::v1::WithdrawReferralRequest {}

impl crate::Request for crate::v1::StartReferralRequest {}

impl crate::Request for crate::v1::DeliverReferralRequest {}

impl crate::Request for crate::v1::ConfirmReferralRequest {}

impl crate::Request for crate::v1::DisputeReferralRequest {}

impl crate::Request for crate::v1::CancelReferralRequest {}

impl crate::Request for crate::v1::FailReferralRequest {}

impl crate::Request for crate::v1::GetReferralRequest {}

impl crate::Request for crate::v1::ListReferralsRequest {}

impl crate::Request for crate::v1::GetSupervisionRequest {}

impl crate::Request for crate::v1::ListWishesRequest {}

impl crate::Request for crate::v1::ClaimWishRequest {}

impl crate::Request for crate::v1::WatchEventsRequest {}
