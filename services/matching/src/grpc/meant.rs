//! What a step is about, and which version of it.

use wishwell_api::{Request, v1};
use wishwell_domain::ids::{BeneficiaryId, NeedId, OrganizationId, ReferralId, RoundId, SubscriptionId, Version};
use wishwell_domain::{Error, Violations};

use super::call::required;
use super::convert::common;
use crate::cases::{Caller, Platform};

/// A request for a step of something that it names.
pub(crate) trait Meant: Request {
    /// How it is named.
    type Id;

    /// What is meant, and in which version; none where any will do.
    ///
    /// # Errors
    /// All that is wrong with either.
    fn meant(&self) -> Result<(Self::Id, Option<Version>), Error>;
}

macro_rules! meant {
    ($($message:ident: $id:ident),* $(,)?) => {
        $(impl Meant for v1::$message {
            type Id = $id;

            fn meant(&self) -> Result<($id, Option<Version>), Error> {
                let mut violations = Violations::new();
                let id = violations.take($id::parse_name("name", &self.name));
                let etag = common::etag("etag", &self.etag, &mut violations);
                violations.into_result()?;
                Ok((required("name", id)?, etag))
            }
        })*
    };
}

meant!(
    SuspendOrganizationRequest: OrganizationId,
    EraseBeneficiaryRequest: BeneficiaryId,
    WithdrawNeedRequest: NeedId,
    CloseNeedRequest: NeedId,
    EraseNeedRequest: NeedId,
    AcceptReferralRequest: ReferralId,
    DeclineReferralRequest: ReferralId,
    WithdrawReferralRequest: ReferralId,
    StartReferralRequest: ReferralId,
    DeliverReferralRequest: ReferralId,
    ConfirmReferralRequest: ReferralId,
    DisputeReferralRequest: ReferralId,
    CancelReferralRequest: ReferralId,
    FailReferralRequest: ReferralId,
    CancelRoundRequest: RoundId,
    DeleteSubscriptionRequest: SubscriptionId,
    RotateSubscriptionSecretRequest: SubscriptionId,
);

/// Reads what is meant.
pub(crate) async fn read<M: Meant>(_: &Platform, _: &Caller, message: M) -> Result<(M::Id, Option<Version>), Error> {
    message.meant()
}
