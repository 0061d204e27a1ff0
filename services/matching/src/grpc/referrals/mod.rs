//! `ReferralService`.

mod offers;
mod reads;
mod steps;
mod supervision;
mod watch;
mod wishes;

pub(super) use wishes::{item_out as wish_item_out, wish_out};

use std::sync::Arc;

use tonic::{Request, Response, Status};

use wishwell_api::v1;
use wishwell_api::v1::referral_service_server::ReferralService;
use wishwell_domain::Error;
use wishwell_domain::ids::DivisionCode;
use wishwell_domain::limits::WISH_PLACE_DIGITS_MAX;
use wishwell_domain::referral::{Referral, ReferralState};
use wishwell_engine::Snapshot;
use wishwell_store::Written;

use super::call::{read, write};
use super::convert::{common, referral as convert};
use super::meant;
use super::status::to_status;
use crate::access::Standing;
use crate::cases::places::{coarse_division, place_of_offer};
use crate::cases::referrals::referrals_of;
use crate::cases::{Caller, Platform};

/// Handlers of `ReferralService`.
#[derive(Debug, Clone)]
pub(crate) struct ReferralHandlers {
    platform: Arc<Platform>,
}

impl ReferralHandlers {
    pub(crate) const fn new(platform: Arc<Platform>) -> Self {
        Self { platform }
    }
}

/// A referral as this caller may see it now.
fn show(caller: &Caller, snapshot: &Snapshot, referral: &Referral) -> v1::Referral {
    let resource_title = snapshot.resource(referral.resource).map(|resource| v1::LocalizedText {
        zh: snapshot.title_zh(resource).to_owned(),
        en: snapshot.title_en(resource).to_owned(),
    });
    let division = division_shown(caller, snapshot, referral);
    v1::Referral { resource_title, ..show_written(caller, referral, division) }
}

/// A referral as a write left it, where this caller may know that it is, without what may be called otherwise when the same request is
/// answered again.
fn show_written(caller: &Caller, referral: &Referral, division: Option<DivisionCode>) -> v1::Referral {
    let partner = caller.is_partner();
    let division = common::code_out(division.as_ref());
    // Only who claimed it knows it as a wish: a name that an offer has as well would tell which wish it is.
    let wish = referral.seen_as.as_ref().and_then(|seen| seen.wish).map(wish_out).unwrap_or_default();
    convert::referral_out(referral, convert::Shown { wish, need: !partner, division })
}

/// Where a referral's need is, as exactly as this caller may know. A partner learns the street from what it promised; before that,
/// of a wish what the wish showed when it was offered, and of what was never one by then the district.
fn division_shown(caller: &Caller, snapshot: &Snapshot, referral: &Referral) -> Option<DivisionCode> {
    let division = referral.division.as_ref()?;
    if !caller.is_partner() {
        return Some(division.clone());
    }
    let promised = matches!(
        referral.state,
        ReferralState::Accepted
            | ReferralState::InProgress
            | ReferralState::Delivered
            | ReferralState::Confirmed
            | ReferralState::Disputed
    );
    if promised {
        return coarse_division(division, WISH_PLACE_DIGITS_MAX, snapshot);
    }
    place_of_offer(referral, snapshot)
}

/// The referral that a write made or changed.
async fn answer(platform: &Platform, caller: &Caller, written: &Written) -> Result<(v1::Referral, i64), Error> {
    let referral = referrals_of(written).next();
    let referral = referral.ok_or_else(|| Error::Internal("the ledger answered without a referral".to_owned()))?;
    let division = async {
        let snapshot = platform.snapshot(caller, None).await?;
        Ok(division_shown(caller, &snapshot, referral))
    };
    // What a partner is shown of a place goes by the tree of divisions, which may be another one when the same request is sent again.
    let division = if caller.is_partner() {
        platform.told_once(caller, written.kept.clone(), division).await?
    } else {
        division.await?
    };
    Ok((show_written(caller, referral, division), written.position.0))
}

/// One line for each method: how it is served, its name, its handler, and who reads a message that breaks rules of the contract where
/// reading finds more than they do. Offers break no others: what else there is to say of them is about what is stored.
macro_rules! methods {
    ($($serve:ident $method:ident = $rpc:literal : $request:ident -> $response:ident => $handler:path $(, besides $reading:path)?;)*) => {
        #[tonic::async_trait]
        impl ReferralService for ReferralHandlers {
            type WatchEventsStream = watch::EventStream;

            async fn watch_events(
                &self,
                mut request: Request<v1::WatchEventsRequest>,
            ) -> Result<Response<Self::WatchEventsStream>, Status> {
                let standing = request.extensions_mut().remove::<Standing>();
                let method = "wishwell.v1.ReferralService/WatchEvents";
                let call = read(method, request);
                let call = call.besides(async |caller, message| watch::read(&self.platform, &caller, message).await).await;
                let (caller, message) = call.sound().map_err(to_status)?;
                let watching = watch::start(Arc::clone(&self.platform), caller, standing, message);
                watching.await.map(Response::new).map_err(to_status)
            }

            $(async fn $method(&self, request: Request<v1::$request>) -> Result<Response<v1::$response>, Status> {
                let method = concat!("wishwell.v1.ReferralService/", $rpc);
                let call = $serve(method, request);
                $(let call = call.besides(async |caller, message| $reading(&self.platform, &caller, message).await).await;)?
                call.handle(|caller, message| $handler(&self.platform, caller, message)).await
            })*
        }
    };
}

methods! {
    write create_referral = "CreateReferral": CreateReferralRequest -> CreateReferralResponse => offers::create;
    write batch_create_referrals = "BatchCreateReferrals": BatchCreateReferralsRequest -> BatchCreateReferralsResponse => offers::batch_create;
    write batch_try_create_referrals = "BatchTryCreateReferrals": BatchTryCreateReferralsRequest -> BatchTryCreateReferralsResponse => offers::batch_try_create;
    write auto_refer = "AutoRefer": AutoReferRequest -> AutoReferResponse => offers::auto_refer;
    write accept_referral = "AcceptReferral": AcceptReferralRequest -> AcceptReferralResponse => steps::accept, besides meant::read;
    write decline_referral = "DeclineReferral": DeclineReferralRequest -> DeclineReferralResponse => steps::decline, besides meant::read;
    write withdraw_referral = "WithdrawReferral": WithdrawReferralRequest -> WithdrawReferralResponse => steps::withdraw, besides meant::read;
    write start_referral = "StartReferral": StartReferralRequest -> StartReferralResponse => steps::start, besides meant::read;
    write deliver_referral = "DeliverReferral": DeliverReferralRequest -> DeliverReferralResponse => steps::deliver, besides meant::read;
    write confirm_referral = "ConfirmReferral": ConfirmReferralRequest -> ConfirmReferralResponse => steps::confirm, besides meant::read;
    write dispute_referral = "DisputeReferral": DisputeReferralRequest -> DisputeReferralResponse => steps::dispute, besides meant::read;
    write cancel_referral = "CancelReferral": CancelReferralRequest -> CancelReferralResponse => steps::cancel, besides meant::read;
    write fail_referral = "FailReferral": FailReferralRequest -> FailReferralResponse => steps::fail, besides meant::read;
    read get_referral = "GetReferral": GetReferralRequest -> GetReferralResponse => reads::get;
    read list_referrals = "ListReferrals": ListReferralsRequest -> ListReferralsResponse => reads::list, besides reads::read_list;
    read get_supervision = "GetSupervision": GetSupervisionRequest -> GetSupervisionResponse => supervision::get, besides supervision::read;
    read list_wishes = "ListWishes": ListWishesRequest -> ListWishesResponse => wishes::list, besides wishes::read_list;
    write claim_wish = "ClaimWish": ClaimWishRequest -> ClaimWishResponse => wishes::claim;
}
