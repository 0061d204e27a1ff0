//! How much one organization may claim. Whoever claims a wish is shown how somebody can be reached: were claims made and given up again without
//! a bound, one partner could read everybody in the pool.

use jiff::{SignedDuration, Timestamp};

use super::books::Books;
use super::later;
use crate::error::Error;
use crate::ids::OrganizationId;
use crate::limits::{
    CLAIMS_GIVEN_UP_DAY_HOURS, CLAIMS_GIVEN_UP_PER_ORGANIZATION_AND_DAY_MAX, CLAIMS_LIVE_PER_ORGANIZATION_MAX,
};
use crate::referral::{Origin, Referral, ReferralState, Side};

/// What an organization has claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// What is not delivered yet, and what the other side says did not arrive.
    pub live: i64,
    /// What it gave up within a day.
    pub given_up: i64,
    /// When it gave up the first of those; none where it gave up nothing.
    pub given_up_first_at: Option<Timestamp>,
}

impl Claims {
    const NONE: Self = Self { live: 0, given_up: 0, given_up_first_at: None };

    fn must_leave_room(&self, now: Timestamp) -> Result<(), Error> {
        if self.given_up >= CLAIMS_GIVEN_UP_PER_ORGANIZATION_AND_DAY_MAX {
            let free_at =
                later(self.given_up_first_at.unwrap_or(now), SignedDuration::from_hours(CLAIMS_GIVEN_UP_DAY_HOURS));
            return Err(Error::TooManyClaims {
                limit: "claims_given_up_per_organization_and_day_max",
                max: CLAIMS_GIVEN_UP_PER_ORGANIZATION_AND_DAY_MAX,
                wait: Some(free_at.duration_since(now).max(SignedDuration::ZERO)),
            });
        }
        if self.live >= CLAIMS_LIVE_PER_ORGANIZATION_MAX {
            let (limit, max) = ("claims_live_per_organization_max", CLAIMS_LIVE_PER_ORGANIZATION_MAX);
            return Err(Error::TooManyClaims { limit, max, wait: None });
        }
        Ok(())
    }
}

impl Origin {
    /// Whether the partner came of its own accord.
    #[must_use]
    pub const fn is_claim(self) -> bool {
        matches!(self, Self::Claim | Self::Pledge)
    }
}

impl Referral {
    /// Whether it is a claim by which help is still to come.
    #[must_use]
    pub fn is_live_claim(&self) -> bool {
        use ReferralState::{Accepted, Disputed, InProgress};
        self.origin.is_claim() && matches!(self.state, Accepted | InProgress | Disputed)
    }

    /// Whether it is a claim that its provider gave up.
    #[must_use]
    pub fn is_given_up_claim(&self) -> bool {
        use ReferralState::{Cancelled, Failed};
        self.origin.is_claim() && matches!(self.state, Cancelled | Failed) && self.last.side == Some(Side::Provider)
    }
}

impl Books {
    /// Counts one more claim of an organization, as long as it may claim.
    pub(super) fn claim(&mut self, organization: OrganizationId) -> Result<(), Error> {
        let claims = self.claims.get(organization).copied().unwrap_or(Claims::NONE);
        claims.must_leave_room(self.now)?;
        self.claims.add(organization, Claims { live: claims.live + 1, ..claims });
        Ok(())
    }

    /// Counts what a step made of a claim, where claims of its organization are counted: what is given up in the same moment is not for nothing.
    pub(super) fn follow_claim(&mut self, was_live: bool, referral: &Referral) {
        let Some(claims) = self.claims.get(referral.organization).copied() else { return };
        let given_up = referral.is_given_up_claim();
        let claims = Claims {
            live: claims.live + i64::from(referral.is_live_claim()) - i64::from(was_live),
            given_up: claims.given_up + i64::from(given_up),
            given_up_first_at: claims.given_up_first_at.or(given_up.then_some(self.now)),
        };
        self.claims.add(referral.organization, claims);
    }
}
